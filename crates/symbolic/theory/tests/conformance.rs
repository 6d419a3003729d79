//! Small programs with known answers, one language feature each: the files of `tests/conformance`.
//!
//! A file is a program followed by what is expected of it. `%! 0.6 heads(c1)` is one answer; an answer that is not listed must
//! not come, except with probability 0. `%! error Arithmetic 3` says that the program is refused with an error of that kind
//! on that line (the line may be left out).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use symbolon_theory::diag::Diagnostics;

/// Expected values are written with eight digits.
const TOLERANCE: f64 = 2e-8;

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> =
        entries.map(|e| e.unwrap().path()).filter(|p| p.extension() == Some("pl".as_ref())).collect();
    files.sort();
    files
}

/// Answers are compared as text without the blanks and brackets that notation may or may not have.
fn plain(query: &str) -> String {
    query.replace([' ', '(', ')'], "")
}

/// What is wrong with the answers to one program.
fn check(text: &str) -> Result<(), String> {
    let expected: Vec<(&str, &str)> =
        text.lines().filter_map(|l| l.strip_prefix("%! ")).filter_map(|l| l.split_once(' ')).collect();
    if expected.is_empty() {
        return Err("expects nothing".into());
    }
    let result = symbolon_theory::infer(text);
    if let Some((_, error)) = expected.iter().find(|(what, _)| *what == "error") {
        return match result {
            Ok(answers) => Err(format!("should be refused ({error}) but gives {answers:?}")),
            Err(wrong) => check_error(&wrong, error),
        };
    }
    let found = result.map_err(|wrong| format!("is refused:\n{wrong}"))?;
    let mut found: BTreeMap<String, f64> = found.iter().map(|(q, p)| (plain(q), *p)).collect();
    for (p, query) in &expected {
        let p: f64 = p.parse().map_err(|_| format!("`{p}` is not a number"))?;
        let q = found.remove(&plain(query)).unwrap_or(0.0);
        if (p - q).abs() > TOLERANCE || q.is_nan() {
            return Err(format!("{query} should be {p} but is {q}"));
        }
    }
    match found.iter().find(|(_, p)| **p != 0.0) {
        Some((query, p)) => Err(format!("unexpected answer {query}: {p}")),
        None => Ok(()),
    }
}

fn check_error(wrong: &Diagnostics, expected: &str) -> Result<(), String> {
    let mut words = expected.split(' ');
    let (code, line) = (words.next().unwrap_or(""), words.next().map(|l| l.parse::<usize>().unwrap()));
    let place = |d: &symbolon_theory::diag::Diagnostic| d.span.map(|s| wrong.sources.position(s).0);
    let right = |d: &symbolon_theory::diag::Diagnostic| {
        format!("{:?}", d.code) == code && line.is_none_or(|l| place(d) == Some(l))
    };
    match wrong.list.iter().find(|d| right(d)) {
        None => Err(format!("should be refused with {expected}, but says\n{wrong}")),
        Some(d) if d.help.is_none() && d.notes.is_empty() => Err(format!("has no remedy:\n{wrong}")),
        Some(_) => Ok(()),
    }
}

fn check_all(folder: &str, least: usize) {
    let files = files(folder);
    assert!(files.len() >= least, "only {} programs in {folder}", files.len());
    let mut failures = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        if let Err(why) = check(&text) {
            failures.push(format!("{}: {why}", file.file_name().unwrap().display()));
        }
    }
    assert!(failures.is_empty(), "{} of {} programs:\n{}", failures.len(), files.len(), failures.join("\n"));
}

#[test]
fn programs_give_the_known_answers() {
    check_all("conformance", 150);
}

#[test]
fn bad_programs_are_refused_with_place_and_remedy() {
    check_all("conformance/errors", 20);
}
