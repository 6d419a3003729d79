//! Projects and the demo as a user meets them: a folder is trained, scored and asked; the demo measures its claims.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn symbolon(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_symbolon")).args(args).current_dir(folder).output().expect("the binary runs")
}

fn json(folder: &Path, args: &[&str]) -> (Value, i32) {
    let output = symbolon(folder, args);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e} in {out}{err}")), output.status.code().unwrap_or(-1))
}

const THEORY: &str = "
:- network(sign, mlp(1, 8, 2)).
:- train(\"train.csv\", agree(vector(A), vector(B), R)).
:- test(\"train.csv\", agree(vector(A), vector(B), R)).
:- training([epochs(30), batch(8), rate(0.02)]).
nn(sign, [X], S, [minus, plus]) :: sign(X, S).
agree(A, B, yes) :- sign(A, S), sign(B, S).
agree(A, B, no) :- sign(A, S), sign(B, T), S \\== T.
";

#[test]
fn a_folder_is_trained_scored_and_asked() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("theory.pl"), THEORY).unwrap();
    let mut rows = String::from("A,B,R\n");
    for i in 0..64 {
        // Numbers of both signs, none near zero.
        let number = |n: i32| f64::from(n % 7 + 1) * 0.4 * if n % 2 == 0 { 1.0 } else { -1.0 };
        let (a, b) = (number(i), number(i / 2 + i % 3));
        rows += &format!("[{a}],[{b}],{}\n", if a * b > 0.0 { "yes" } else { "no" });
    }
    std::fs::write(at.join("train.csv"), &rows).unwrap();

    let (asked, code) = json(at, &["eval", ".", "--json"]);
    assert_eq!(code, 1);
    assert!(asked["errors"][0]["message"].as_str().unwrap().contains("has not been trained"), "{asked}");

    let (trained, code) = json(at, &["train", ".", "--json", "--seed", "4"]);
    assert_eq!(code, 0, "{trained}");
    assert_eq!((&trained["seed"], &trained["steps"]), (&4.into(), &240.into()));
    assert!(trained["test"]["accuracy"].as_f64().unwrap() > 0.95, "{trained}");

    let (scored, code) = json(at, &["eval", ".", "--json"]);
    assert_eq!((code, &scored["accuracy"]), (0, &trained["test"]["accuracy"]));

    let query = "agree(vector([2]), vector([-2]), R)";
    let (answers, code) = json(at, &["infer", ".", "--query", query, "--explain", "--json"]);
    assert_eq!(code, 0, "{answers}");
    let of = |r: &str| {
        let list = answers["answers"].as_array().unwrap();
        let found = list.iter().find(|a| a["query"].as_str().unwrap().ends_with(&format!(",{r})")));
        found.unwrap()["probability"].as_f64().unwrap()
    };
    assert!(of("no") > 0.9 && (of("no") + of("yes") - 1.0).abs() < 1e-6, "{answers}");

    let refused = symbolon(at, &["infer", ".", "--query", "agree(vector([2]), image(\"none.png\"), R)"]);
    let err = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(1) && err.contains("none.png"), "{err}");
    let refused = symbolon(at, &["train", ".", "--semantics", "vague"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("`vague` is no semantics"));
}

#[test]
fn the_demo_measures_all_its_claims() {
    let folder = tempfile::tempdir().unwrap();
    // Too short to learn much: the claims are reported all the same, missed where they are missed.
    let (report, code) = json(folder.path(), &["demo", "--pairs", "640", "--epochs", "1", "--json", "--out", "r.html"]);
    assert_eq!(code, 0, "{report}");
    let claims = report["claims"].as_array().unwrap();
    assert_eq!(claims.len(), 5);
    assert_eq!(claims[1]["trials"], 2000);
    assert_eq!(claims[0]["holds"], false);
    let share = claims[0]["share"].as_f64().unwrap();
    assert!((0.05..0.95).contains(&share), "{share}");
    let page = std::fs::read_to_string(folder.path().join("r.html")).unwrap();
    assert!(page.contains("missed") && page.matches("<svg").count() >= 4);
}

#[test]
fn studies_and_methods_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let said = |args: &[&str]| {
        let output = symbolon(folder.path(), args);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&output.stdout), text(&output.stderr), output.status.code().unwrap_or(-1))
    };
    let (table, _, code) = said(&["study", "table"]);
    // A heading of two lines, then all papers.
    assert_eq!((code, table.lines().count()), (0, 2 + 119));
    assert!(table.contains("| 202 | falsifiable-interpretability | | | | not run |"), "{table}");
    let (claims, _, code) = said(&["study", "show", "falsifiable-interpretability"]);
    assert!(code == 0 && claims.contains("[[claim]]"), "{claims}");
    let (_, error, code) = said(&["study", "run", "falsifiable-interpretabilty"]);
    assert!(code == 1 && error.contains("falsifiable-interpretability"), "{error}");
    let (methods, _, code) = said(&["methods", "card(M), row(M, N)"]);
    assert!(code == 0 && methods.contains("202"), "{methods}");
    assert_eq!(said(&["methods", "card(nothing_of_this_name)"]).0, "no\n");
    // What gives rules, what is exact, what works on tables, which papers have no study yet.
    for goal in ["form(M, rule)", "guarantee(M, exact)", "works_on(M, tabular)"] {
        let (methods, _, code) = said(&["methods", goal]);
        assert!(code == 0 && methods.lines().count() >= 2, "{goal}: {methods}");
    }
    let (missing, _, _) = said(&["methods", "paper(R, S), \\+ studied(R)"]);
    assert!(missing.contains("transcoders") && !missing.contains("sae-cunningham"), "{missing}");
}

#[test]
fn the_store_of_models_is_told() {
    let home = tempfile::tempdir().unwrap();
    let said = |args: &[&str]| {
        let run = Command::new(env!("CARGO_BIN_EXE_symbolon")).args(args).env("SYMBOLON_HOME", home.path()).output();
        let output = run.expect("the binary runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&output.stdout), text(&output.stderr), output.status.code().unwrap_or(-1))
    };
    let (list, _, code) = said(&["models", "list"]);
    assert!(code == 0 && list.contains("smollm2-135m") && !list.contains("here"), "{list}");
    // What a message tells the user to do is there to be done.
    let (_, error, code) = said(&["models", "verify", "smollm2-135m"]);
    assert!(code == 1 && error.contains("symbolon models get smollm2-135m"), "{error}");
    assert!(said(&["models", "get", "--help"]).0.contains("Fetch a model"));
    assert_eq!(said(&["models", "rm", "smollm2-135m"]).2, 1);
}
