//! From a study to its results on disk.

use std::path::PathBuf;

use symbolon_check::claim::{Claims, Register, Results, Source, Trial};
use symbolon_draw::Report;

use crate::error::{Error, Result};
use crate::keep::Keep;
use crate::lab::{Lab, Profile};
use crate::page::page;
use crate::{Study, papers};

/// How a study is run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How much.
    pub profile: Profile,
    /// How many seeds, counted from [`first_seed`](Settings::first_seed).
    pub seeds: usize,
    /// The first seed: other seeds should give the same verdicts.
    pub first_seed: u64,
    /// Where results go: `<slug>.json`, the log `<slug>.log`, and a folder `<slug>` with `report.html`, its figures (`figure-1.svg` ..) and artefacts.
    pub out: PathBuf,
}

impl Default for Settings {
    /// The quick profile, five seeds from 0, into `results`.
    fn default() -> Self {
        Self { profile: Profile::Quick, seeds: 5, first_seed: 0, out: "results".into() }
    }
}

/// Runs a study: registers its claims, measures them, decides, and writes the results, all or nothing. A run that is
/// interrupted leaves the results of the run before as they were, its log says that it began, and parts that it kept
/// ([`Lab::keep`]) are not made again.
///
/// `clock` answers seconds since 1970 ([`now`] outside of tests); `progress` is told what is being done.
///
/// # Errors
/// [`Error::Setting`] for no seeds; [`Error::Check`] when claims were altered since they were registered in this folder, when
/// the study leaves one out, or when files cannot be written; whatever the study answers.
pub fn run(
    study: &Study,
    settings: &Settings,
    clock: &dyn Fn() -> u64,
    progress: &mut dyn FnMut(&str),
) -> Result<Results> {
    if settings.seeds == 0 {
        return Err(Error::Setting { what: "seeds", problem: "there are none; give at least 1".into() });
    }
    let claims = Claims::parse(&format!("{}.toml", study.slug), study.claims)?;
    let out = &settings.out;
    std::fs::create_dir_all(out).map_err(Error::io(out))?;
    let mut register = Register::open(out.join(format!("{}.log", study.slug)))?;
    register.register(&claims, clock())?;
    let paper = papers().iter().find(|p| p.slug == study.slug);
    let seeds: Vec<u64> = (0..settings.seeds as u64).map(|i| settings.first_seed.wrapping_add(i)).collect();
    let source = Source {
        row: paper.map_or(0, |p| p.row),
        slug: study.slug.to_owned(),
        title: paper.map_or("", |p| p.title).to_owned(),
        profile: settings.profile.name().to_owned(),
        seeds: seeds.clone(),
        code: format!("{} {}", env!("CARGO_PKG_VERSION"), symbolon_check::digest(study.code.as_bytes())),
        digests: Default::default(),
        machine: machine(),
    };
    let trial = Trial::begin(&mut register, &claims, source, clock())?;
    let folder = out.join(study.slug);
    std::fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
    let kept = Keep::new(folder.join("kept"), settings.profile);
    let shown = Report::new("");
    let mut lab = Lab { trial, profile: settings.profile, seeds, folder: folder.clone(), kept, shown, clock, progress };
    (study.run)(&mut lab)?;
    let Lab { trial, kept, shown, .. } = lab;
    let results = trial.finish(clock())?;
    for (i, drawing) in (1..).zip(shown.drawings()) {
        drawing.write_svg(&folder.join(format!("figure-{i}.svg")))?;
    }
    page(&results, shown, command(study.slug, settings)).write(folder.join("report.html"))?;
    results.save(out.join(format!("{}.json", study.slug)))?;
    kept.clear()?;
    Ok(results)
}

/// The command that makes the results again.
fn command(slug: &str, settings: &Settings) -> String {
    let full = if settings.profile == Profile::Full { " --full" } else { "" };
    format!("symbolon study run {slug}{full} --seeds {} --first {}", settings.seeds, settings.first_seed)
}

/// Seconds since 1970.
pub fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_secs())
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{} {}, {cores} cores", std::env::consts::OS, std::env::consts::ARCH)
}
