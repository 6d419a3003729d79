//! The harness on small studies, and the claims of the real ones.

use std::cell::Cell;
use symbolon_check::claim::{Claims, Evidence, Register, Results, Sealed, Verdict};
use symbolon_check::stats::Estimate;
use symbolon_studies::*;
use symbolon_tensor::{DType, Rng};

const CLAIMS: &str = r#"
    [[claim]]
    id = "planted"
    text = "The numbers lie around one."
    statistic = { name = "mean" }
    predicts = { at_least = 0.5 }
    refuted_by = "a mean below one half"
    population = { model = "none", data = "normal numbers", split = "confirmatory", sampling = "20 a seed" }
    [[claim.controls]]
    name = "shuffled signs"
    explains = "any numbers do"
    expects = { at_most = 0.5 }
"#;

fn measure(lab: &mut Lab, shift: f64) -> Result<()> {
    let sealed = Sealed::new("numbers", b"numbers", ());
    lab.open(&sealed)?;
    let mut numbers = Vec::new();
    for seed in lab.seeds() {
        lab.note("drawing");
        numbers.extend(Rng::new(seed).normal([20], DType::F64).to_vec::<f64>().into_iter().map(|x| x + shift));
    }
    let mut rng = Rng::new(lab.seeds()[0]);
    let mixed: Vec<f64> = numbers.iter().map(|x| if rng.unit() < 0.5 { -x } else { *x }).collect();
    lab.artefact("numbers.txt", format!("{numbers:?}").as_bytes())?;
    lab.report("planted", Evidence::new(Estimate::mean(&numbers)?).control("shuffled signs", Estimate::mean(&mixed)?))
}

const SLUG: &str = "sae-cunningham";

fn study(run: fn(&mut Lab) -> Result<()>) -> Study {
    Study { slug: SLUG, claims: CLAIMS, code: "the code", run }
}

/// A clock that is a second later whenever it is asked.
fn clock() -> impl Fn() -> u64 {
    let now = Cell::new(1_764_000_000);
    move || {
        now.set(now.get() + 1);
        now.get()
    }
}

fn run_in(folder: &std::path::Path, study: &Study, first_seed: u64) -> Result<Results> {
    let settings = Settings { out: folder.to_path_buf(), first_seed, seeds: 3, ..Settings::default() };
    run(study, &settings, &clock(), &mut |_| ())
}

#[test]
fn a_study_runs_and_comes_back_from_disk() {
    let folder = tempfile::tempdir().unwrap();
    let results = run_in(folder.path(), &study(|lab| measure(lab, 1.0)), 0).unwrap();
    assert_eq!(results.findings[0].verdict, Verdict::Supported);
    assert_eq!((results.source.row, results.source.seeds.clone()), (156, vec![0, 1, 2]));
    assert!(results.seconds > 0 && results.openings[0].time == 1);
    assert_eq!(Results::load(folder.path().join(format!("{SLUG}.json"))).unwrap().counts(), [1, 0, 0]);
    assert!(folder.path().join(SLUG).join("numbers.txt").exists());
    // The same seeds give the same numbers, others the same verdict; openings are counted.
    let again = run_in(folder.path(), &study(|lab| measure(lab, 1.0)), 0).unwrap();
    assert_eq!(again.findings, results.findings);
    assert_eq!(again.openings[0].time, 2);
    let other = run_in(folder.path(), &study(|lab| measure(lab, 1.0)), 50).unwrap();
    assert_ne!(other.findings[0].number, results.findings[0].number);
    assert_eq!(other.findings[0].verdict, Verdict::Supported);
}

#[test]
fn a_world_without_the_effect_comes_out_refuted() {
    let folder = tempfile::tempdir().unwrap();
    let results = run_in(folder.path(), &study(|lab| measure(lab, 0.0)), 0).unwrap();
    assert_eq!(results.findings[0].verdict, Verdict::Refuted);
}

#[test]
fn dropped_and_altered_claims_leave_the_old_results() {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &study(|lab| measure(lab, 1.0)), 0).unwrap();
    let file = folder.path().join(format!("{SLUG}.json"));
    let before = std::fs::read(&file).unwrap();
    let silent = run_in(folder.path(), &study(|_| Ok(())), 0).unwrap_err().to_string();
    assert!(silent.contains("no result for `planted`"), "{silent}");
    let broken = run_in(folder.path(), &study(|lab| lab.artefact("../x", b"")), 0).unwrap_err().to_string();
    assert!(broken.contains("`../x`"), "{broken}");
    let softer = CLAIMS.replace("at_least = 0.5", "at_least = 0.4");
    let softer = Study { claims: Box::leak(softer.into_boxed_str()), ..study(|lab| measure(lab, 1.0)) };
    let altered = run_in(folder.path(), &softer, 0).unwrap_err().to_string();
    assert!(altered.contains("claim `planted` was altered"), "{altered}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    // The log keeps the trials that came to nothing: one that ended, two that only began.
    let log = Register::open(folder.path().join(format!("{SLUG}.log"))).unwrap();
    let of = |word: &str| log.entries().iter().filter(|e| format!("{:?}", e.event).starts_with(word)).count();
    assert_eq!((of("Registered"), of("Began"), of("Finished")), (1, 3, 1));
}

thread_local! {
    /// How often the long part was run, and whether the power fails behind it.
    static LONG: Cell<usize> = const { Cell::new(0) };
    static FAILS: Cell<bool> = const { Cell::new(false) };
}

fn long(lab: &mut Lab) -> Result<()> {
    let numbers: Vec<f64> = lab.keep("numbers of all seeds", |lab| {
        LONG.set(LONG.get() + 1);
        Ok(lab.seeds().into_iter().flat_map(|s| Rng::new(s).normal([20], DType::F64).to_vec::<f64>()).collect())
    })?;
    if FAILS.get() {
        return Err(Error::Setting { what: "power", problem: "it failed".into() });
    }
    let found = Estimate::mean(&numbers)?;
    let drawn = symbolon_draw::Plot::new("Drawn").line("numbers", &[(0.0, 1.0), (1.0, 2.0)]);
    lab.show(|page| page.section("Numbers").text("They were drawn.").figure("As a line.", drawn));
    lab.report("planted", Evidence::new(found.clone()).control("shuffled signs", found))
}

#[test]
fn an_interrupted_run_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    FAILS.set(true);
    run_in(folder.path(), &study(long), 0).unwrap_err();
    FAILS.set(false);
    let resumed = run_in(folder.path(), &study(long), 0).unwrap();
    assert_eq!(LONG.get(), 1);
    // A run that ended leaves nothing behind: the next one begins anew, with the same numbers to the last bit.
    let fresh = run_in(folder.path(), &study(long), 0).unwrap();
    assert_eq!((LONG.get(), fresh.findings), (2, resumed.findings));
}

#[test]
fn the_report_shows_claims_controls_and_what_the_study_adds() {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &study(long), 0).unwrap();
    let page = std::fs::read_to_string(folder.path().join(SLUG).join("report.html")).unwrap();
    for text in
        ["The numbers lie around one.", "shuffled signs", "They were drawn.", "symbolon study run sae-cunningham"]
    {
        assert!(page.contains(text), "{text}");
    }
    let figure = std::fs::read_to_string(folder.path().join(SLUG).join("figure-1.svg")).unwrap();
    assert!(figure.starts_with("<?xml") && figure.contains("Drawn"));
}

#[test]
fn the_table_has_all_papers() {
    assert_eq!(papers().len(), 119);
    assert!(papers().windows(2).all(|p| p[0].row < p[1].row));
    assert!(papers().iter().all(|p| [p.slug, p.title, p.kind, p.home].iter().all(|cell| !cell.is_empty())));
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &study(|lab| measure(lab, 0.0)), 0).unwrap();
    let rows = table(folder.path()).unwrap();
    assert_eq!(rows.len(), 119);
    let text = markdown(&rows);
    assert_eq!(text.lines().count(), 121);
    let line = |slug: &str| text.lines().find(|l| l.contains(&format!("| {slug} |"))).unwrap().to_owned();
    assert!(line(SLUG).starts_with(&format!("| 156 | {SLUG} | 0 | 1 | 0 | planted: ")), "{}", line(SLUG));
    assert!(line("falsifiable-interpretability").ends_with("| not run |"));
    assert!(line("transcoders").ends_with("| not built |"));
}

#[test]
fn unknown_names_are_refused() {
    let unknown = find("falsifiable-interpretation").err().unwrap().to_string();
    assert!(unknown.contains("nearest are falsifiable-interpretability"), "{unknown}");
    assert!(matches!(find("transcoders"), Err(Error::NotBuilt { .. })));
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { seeds: 0, out: folder.path().to_path_buf(), ..Settings::default() };
    assert!(run(&study(|_| Ok(())), &settings, &clock(), &mut |_| ()).is_err());
}

#[test]
fn every_card_belongs_to_a_paper() {
    let catalogue = catalogue().unwrap();
    assert!(!catalogue.cards().is_empty());
    for card in catalogue.cards() {
        assert!(papers().iter().any(|p| (p.row, p.slug) == (card.row, card.study)), "{}", card.method);
    }
}

#[test]
fn every_study_has_a_paper_and_claims_in_order() {
    for study in STUDIES {
        assert!(papers().iter().any(|p| p.slug == study.slug));
        let claims = Claims::parse(study.slug, study.claims).unwrap();
        assert!(!claims.is_empty());
        for claim in &claims {
            assert!(claim.can_fail(), "{}: nothing refutes `{}`", study.slug, claim.id);
        }
    }
}
