//! The command as a user meets it: what it prints, and its exit status.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Runs `symbolon` in the root of the repository.
fn symbolon(args: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    Command::new(env!("CARGO_BIN_EXE_symbolon")).args(args).current_dir(root).output().expect("the binary runs")
}

fn text(output: &Output) -> (String, String, i32) {
    let of = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (of(&output.stdout), of(&output.stderr), output.status.code().unwrap_or(-1))
}

fn json(args: &[&str]) -> (Value, i32) {
    let (out, err, code) = text(&symbolon(args));
    (serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e} in {out}{err}")), code)
}

/// A file that lives as long as the test process.
fn file(name: &str, content: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("symbolon-test-{}-{name}", std::process::id()));
    std::fs::write(&path, content).unwrap();
    path
}

fn probability(answers: &Value, query: &str) -> f64 {
    let list = answers["answers"].as_array().unwrap();
    let found = list.iter().find(|a| a["query"] == query).unwrap_or_else(|| panic!("no {query} in {list:?}"));
    found["probability"].as_f64().unwrap()
}

#[test]
fn the_first_example_answers_and_says_why() {
    let (out, err, code) = text(&symbolon(&["infer", "examples/alarm.pl", "--explain"]));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("query        probability\nburglary     0.82\ncalls(john)  0.7\n"), "{out}");
    assert!(out.contains("├─ by 0.7::calls(X) :- alarm, person(X)   [examples/alarm.pl:9]   0.7\n"), "{out}");
    assert!(out.contains("│  └─ \\+ earthquake\n"), "{out}");
}

#[test]
fn every_question_has_an_answer_for_machines() {
    let (all, code) = json(&[
        "infer",
        "examples/links.pl",
        "--json",
        "--proofs",
        "2",
        "--gradient",
        "--mpe",
        "--sample",
        "20",
        "--seed",
        "7",
        "--explain",
        "--query",
        "path(b,X)",
        "--evidence",
        "\\+link(a,c)",
    ]);
    assert_eq!((code, &all["stop"]), (0, &Value::Null));
    assert!((probability(&all, "path(a,d)") - 0.8 * 0.7 * 0.9).abs() < 1e-12);
    assert!((probability(&all, "path(b,c)") - 0.7).abs() < 1e-12);
    let best = &all["proofs"][0]["proofs"];
    assert_eq!(best.as_array().unwrap().len(), 2);
    assert_eq!(best[0]["choices"], serde_json::json!(["link(a,c)", "link(c,d)"]));
    assert_eq!(all["samples"].as_array().unwrap().len(), 20);
    let by = all["gradients"][0]["gradient"].as_array().unwrap();
    let link = by.iter().find(|g| g["choice"] == "link(c,d)").unwrap();
    assert!((link["derivative"].as_f64().unwrap() - 0.8 * 0.7).abs() < 1e-9);
    assert!(all["mpe"]["probability"].as_f64().unwrap() > 0.0);
    assert_eq!(all["seed"], 7);
    let again =
        json(&["infer", "examples/links.pl", "--json", "--sample", "20", "--seed", "7", "--evidence", "\\+link(a,c)"])
            .0;
    let same =
        json(&["infer", "examples/links.pl", "--json", "--sample", "20", "--seed", "7", "--evidence", "\\+link(a,c)"])
            .0;
    assert_eq!(again["samples"], same["samples"]);
}

#[test]
fn semirings_read_the_same_proofs_differently() {
    let value = |name: &str| {
        let (all, code) = json(&["infer", "examples/links.pl", "--json", "--semiring", name]);
        assert_eq!(code, 0, "{name}");
        all["semiring"]["values"][0]["value"].clone()
    };
    let near =
        |name: &str, p: f64| assert!((value(name).as_f64().unwrap() - p).abs() < 1e-9, "{name}: {}", value(name));
    assert_eq!(value("boolean"), true);
    // Of the 32 worlds: the link c-d must hold, link d-b does not matter, and 5 of the 8 others lead from a to c.
    assert_eq!(value("counting"), "10");
    near("tropical", 0.6 * 0.9);
    near("min-max", 0.7);
    near("godel", 0.7);
    // Its "or" adds up to at most 1: going round the cycle c-d-b-c makes the way to c, and so that to d, certain.
    near("lukasiewicz", 1.0);
    near("top-k", 0.7416);
    near("log", 0.7416f64.ln());
}

#[test]
fn networks_are_given_from_outside_or_asked_for() {
    let (all, code) = json(&["infer", "examples/digits.pl", "--nn", "examples/digits.json", "--json"]);
    assert_eq!(code, 0);
    let total: f64 = all["answers"].as_array().unwrap().iter().map(|a| a["probability"].as_f64().unwrap()).sum();
    assert!((total - 1.0).abs() < 1e-9);
    assert!((probability(&all, "addition(img1,img2,8)") - 0.7587).abs() < 1e-9);
    let (_, err, code) = text(&symbolon(&["infer", "examples/digits.pl"]));
    assert_eq!(code, 1);
    assert!(err.contains("no output of the network digit for img1") && err.contains("give it as JSON"), "{err}");
}

#[test]
fn learning_counts_what_was_seen_and_writes_the_theory() {
    let theory = file("coin.pl", "t(_)::heads.\nt(0.5)::big :- heads.\nquery(heads).\n");
    let seen = file(
        "coin.txt",
        "evidence(heads). evidence(big).\n---\nevidence(heads,false).\n---\nevidence(heads). evidence(\\+big).\n---\nevidence(heads). evidence(big).\n",
    );
    let out = theory.with_extension("learned.pl");
    let (t, s, o) = (theory.to_str().unwrap(), seen.to_str().unwrap(), out.to_str().unwrap());
    let (all, code) = json(&["fit", t, s, "--json", "--out", o]);
    assert_eq!((code, &all["examples"]), (0, &Value::from(4)));
    let values: Vec<f64> = all["parameters"].as_array().unwrap().iter().map(|p| p["value"].as_f64().unwrap()).collect();
    assert!((values[0] - 0.75).abs() < 1e-6 && (values[1] - 2.0 / 3.0).abs() < 1e-6, "{values:?}");
    let likelihood = all["log_likelihood"].as_array().unwrap();
    assert!(likelihood.windows(2).all(|w| w[1].as_f64() >= w[0].as_f64()));
    let (learned, code) = json(&["infer", o, "--json"]);
    assert_eq!(code, 0);
    assert!((probability(&learned, "heads") - 0.75).abs() < 1e-6);
}

#[test]
fn what_is_wrong_is_said_with_place_and_remedy() {
    let bad = file("bad.pl", "p(X) :- q(X).\n0.7::a; 0.6::b.\nquery(p(1)).\n");
    let path = bad.to_str().unwrap();
    let (_, err, code) = text(&symbolon(&["infer", path]));
    assert_eq!(code, 1);
    assert!(err.contains(":2:1]") && err.contains("sum to 1.3") && err.contains("none of them"), "{err}");
    let (all, code) = json(&["check", path, "--json"]);
    assert_eq!((code, &all["errors"]), (1, &Value::from(1)));
    let (_, err, code) = text(&symbolon(&["infer", "no/such/file.pl"]));
    assert_eq!(code, 1);
    assert!(err.contains("no/such/file.pl"), "{err}");
    let evidence = file("impossible.pl", "0.5::a. b :- a, \\+a. evidence(b). query(a).\n");
    let (_, err, code) = text(&symbolon(&["infer", evidence.to_str().unwrap()]));
    assert!(code == 1 && err.contains("impossible"), "{err}");
}

#[test]
fn a_budget_stops_the_work_and_bounds_are_said_to_be_bounds() {
    // Two natural numbers may be anything: grounding never ends.
    let endless = file(
        "endless.pl",
        "0.5::more(N) :- nat(N).\nnat(0).\nnat(M) :- nat(N), M is N+1.\nany :- more(_).\nquery(any).\n",
    );
    let (out, err, code) = text(&symbolon(&["infer", endless.to_str().unwrap(), "--timeout", "0.5"]));
    assert_eq!(code, 2, "{out}{err}");
    assert!(out.contains("any") && out.contains(".. 1") && err.contains("time budget"), "{out}{err}");
}

#[test]
fn the_shell_answers_line_by_line() {
    use std::io::Write;
    use std::process::Stdio;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let mut shell = Command::new(env!("CARGO_BIN_EXE_symbolon"))
        .args(["shell", "examples/links.pl"])
        .current_dir(root)
        .env("XDG_DATA_HOME", std::env::temp_dir().join(format!("symbolon-shell-{}", std::process::id())))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let input = "path(a,d)\n:given \\+link(a,b)\npath(a,d)\nnothing(here)\n:add 0.25::coin.\ncoin\n:quit\n";
    shell.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let (out, err, code) = text(&shell.wait_with_output().unwrap());
    assert_eq!(code, 0, "{err}");
    for expected in ["path(a,d)  0.7416", "path(a,d)  0.54", "coin   0.25"] {
        assert!(out.contains(expected), "{expected} is not in {out}");
    }
    assert!(err.contains("nothing defines nothing/1"), "{err}");
}
