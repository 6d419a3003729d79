//! How training goes, as `:- training([...])` says it.

use symbolon_theory::term::{Term, TermStore, View};

use crate::fuzzy::Norm;
use crate::program::Semantics;

/// What can be set. Each is written `name(value)` in `:- training([...])`.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// `epochs(3)`: passes over the observations.
    pub epochs: u64,
    /// `batch(64)`: observations in a step.
    pub batch: usize,
    /// `rate(0.002)`: the rate of Adam at the start; it falls to a hundredth along a cosine.
    pub rate: f64,
    /// `seed(0)`: of weights, order and shifts.
    pub seed: u64,
    /// `semantics(exact)`, `top(10)` (the best proofs), `godel`, `product` or `lukasiewicz`.
    pub semantics: Semantics,
    /// `shift(2)`: pictures are moved by up to so many pixels in training.
    pub shift: usize,
    /// `clip(1)`: the largest norm of a step's gradients.
    pub clip: Option<f64>,
    /// `patience(3)`: stop after so many epochs without a better score on a tenth of the observations that is kept back.
    pub patience: Option<u64>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            epochs: 5,
            batch: 64,
            rate: 0.002,
            seed: 0,
            semantics: Semantics::Exact,
            shift: 0,
            clip: None,
            patience: None,
        }
    }
}

/// What is said where a setting is wrong.
pub(crate) const HELP: &str = "settings are epochs(5), batch(64), rate(0.002), seed(0), shift(0), clip(1), patience(3) and semantics(exact), \
     where the semantics is exact, top(10), godel, product or lukasiewicz";

impl Settings {
    /// Takes over one setting.
    pub(crate) fn set(&mut self, terms: &TermStore, setting: Term) -> Result<(), String> {
        let problem = || format!("`{}` is not a setting", terms.display(setting));
        let View::Compound(name, &[value]) = terms.view(setting) else { return Err(problem()) };
        let whole = |least: i64| {
            let n = terms.as_int(value).filter(|n| *n >= least);
            n.ok_or_else(|| format!("{} needs a whole number of at least {least}", terms.name(name)))
        };
        let positive = || {
            let x = terms.as_number(value).filter(|x| x.is_finite() && *x > 0.0);
            x.ok_or_else(|| format!("{} needs a positive number", terms.name(name)))
        };
        match terms.name(name) {
            "epochs" => self.epochs = whole(1)? as u64,
            "batch" => self.batch = whole(1)? as usize,
            "rate" => self.rate = positive()?,
            "seed" => self.seed = whole(0)? as u64,
            "shift" => self.shift = whole(0)? as usize,
            "clip" => self.clip = Some(positive()?),
            "patience" => self.patience = Some(whole(1)? as u64),
            "semantics" => self.semantics = semantics(terms, value).ok_or_else(problem)?,
            _ => return Err(problem()),
        }
        Ok(())
    }
}

fn semantics(terms: &TermStore, term: Term) -> Option<Semantics> {
    match terms.view(term) {
        View::Atom(name) => by_name(terms.name(name)),
        View::Compound(name, &[k]) if terms.name(name) == "top" => {
            terms.as_int(k).filter(|k| *k > 0).map(|k| Semantics::TopK(k as usize))
        }
        _ => None,
    }
}

fn by_name(name: &str) -> Option<Semantics> {
    Some(match name {
        "exact" => Semantics::Exact,
        "godel" => Semantics::Fuzzy(Norm::Godel),
        "product" => Semantics::Fuzzy(Norm::Product),
        "lukasiewicz" => Semantics::Fuzzy(Norm::Lukasiewicz),
        _ => return None,
    })
}

impl std::str::FromStr for Semantics {
    type Err = String;

    /// Reads `exact`, `top(10)`, `godel`, `product` or `lukasiewicz`.
    fn from_str(text: &str) -> Result<Semantics, String> {
        let top = || text.strip_prefix("top(")?.strip_suffix(')')?.parse().ok().filter(|k| *k > 0).map(Semantics::TopK);
        by_name(text).or_else(top).ok_or_else(|| {
            format!("`{text}` is no semantics: there are exact, top(10), godel, product and lukasiewicz")
        })
    }
}
