//! Studies: one file a paper, each of them claims, data, networks, a run, verdicts.
//!
//! A study registers its claims before it measures anything, cannot report a claim that it did not register and cannot drop
//! one that it did (see [`symbolon_check::claim`]). It composes what the rooms of the house offer; capabilities live there,
//! not here. To add a paper:
//!
//! 1. Write `claims/<slug>.toml`: one `[[claim]]` for each bullet of the specification's claims to check.
//! 2. Write `<slug>.rs` with `fn run(lab: &mut Lab) -> Result<()>`: what must be trained, measured, reported.
//! 3. Add a line to [`STUDIES`].
//!
//! ```no_run
//! use symbolon_studies::{Settings, find, now, run};
//! let settings = Settings { out: "results".into(), ..Settings::default() };
//! let results = run(find("falsifiable-interpretability")?, &settings, &now, &mut |what| eprintln!("{what}"))?;
//! println!("{:?}", results.counts());
//! # Ok::<(), symbolon_studies::Error>(())
//! ```

mod a_nesi;
mod asper;
mod boundless_das;
mod error;
mod falsifiable_interpretability;
mod firegnn;
mod index;
mod kan;
mod keep;
mod lab;
mod modular_addition_fourier;
mod nalu;
mod nesy_frameworks;
mod nesydm;
mod numbers;
mod page;
mod rank_collapse;
mod representation_engineering;
mod run;
mod sae_cunningham;
mod sparse_probing;
mod table;

use std::fmt::Write;

use symbolon_check::catalogue::Catalogue;
use symbolon_symbol::facts::quoted;

pub use error::{Error, Result};
pub use index::{Paper, papers};
pub use lab::{ClaimRow, Lab, Profile, quickest};
pub use numbers::Numbers;
pub use run::{Settings, now, run};
pub use table::{Row, State, markdown, table};

/// A study: what it claims and how that is measured.
#[derive(Clone, Copy)]
pub struct Study {
    /// The paper's short name, as in the index.
    pub slug: &'static str,
    /// Its claims, as TOML.
    pub claims: &'static str,
    /// The text of its code: results keep its digest.
    pub code: &'static str,
    /// Measures and reports every claim.
    pub run: fn(&mut Lab) -> Result<()>,
}

macro_rules! study {
    ($module:ident, $slug:literal) => {
        Study {
            slug: $slug,
            claims: include_str!(concat!("claims/", $slug, ".toml")),
            code: include_str!(concat!(stringify!($module), ".rs")),
            run: $module::run,
        }
    };
}

/// All studies, in the order of the index.
pub const STUDIES: &[Study] = &[
    study!(firegnn, "firegnn"),
    study!(nesy_frameworks, "nesy-frameworks"),
    study!(a_nesi, "a-nesi"),
    study!(kan, "kan"),
    study!(asper, "asper"),
    study!(nesydm, "nesydm"),
    study!(representation_engineering, "representation-engineering"),
    study!(boundless_das, "boundless-das"),
    study!(rank_collapse, "rank-collapse"),
    study!(sae_cunningham, "sae-cunningham"),
    study!(nalu, "nalu"),
    study!(falsifiable_interpretability, "falsifiable-interpretability"),
    study!(sparse_probing, "sparse-probing"),
    study!(modular_addition_fourier, "modular-addition-fourier"),
];

/// The catalogue of all methods of the house: each crate's cards, gathered. A crate with new cards adds its list here.
///
/// # Errors
/// [`Error::Check`] for cards that do not fit the vocabulary.
pub fn catalogue() -> Result<Catalogue> {
    Ok(Catalogue::new(symbolon_check::CARDS.iter().chain(symbolon_learn::CARDS).chain(symbolon_read::CARDS).copied())?)
}

/// The catalogue's cards and all papers as one theory: [`Catalogue::facts`], `paper(Row, Slug)`, `title(Row, Text)`, and
/// `studied(Row)` for papers that have a study. So `paper(R, S), \+ studied(R)` are those that have none.
///
/// # Errors
/// As [`catalogue`].
pub fn facts() -> Result<String> {
    let mut text = catalogue()?.facts();
    for p in papers() {
        let _ = writeln!(text, "paper({}, {}).\ntitle({}, {}).", p.row, quoted(p.slug), p.row, quoted(p.title));
        if STUDIES.iter().any(|s| s.slug == p.slug) {
            let _ = writeln!(text, "studied({}).", p.row);
        }
    }
    Ok(text)
}

/// The study of a paper.
///
/// # Errors
/// [`Error::Unknown`] with the nearest names, [`Error::NotBuilt`] for papers that have no study yet.
pub fn find(slug: &str) -> Result<&'static Study> {
    STUDIES.iter().find(|s| s.slug == slug).ok_or_else(|| match papers().iter().any(|p| p.slug == slug) {
        true => Error::NotBuilt { slug: slug.to_owned() },
        false => {
            let mut near: Vec<(f64, &str)> =
                papers().iter().map(|p| (strsim::jaro_winkler(slug, p.slug), p.slug)).collect();
            near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
            Error::Unknown {
                slug: slug.to_owned(),
                nearest: near.iter().take(3).map(|(_, s)| (*s).to_owned()).collect(),
            }
        }
    })
}
