//! Descriptions of features by rules, and how well a description predicts a feature (after the automatic interpretation of Bills
//! et al. 2023, which Cunningham et al. 2024 score dictionaries with).
//!
//! There an explainer (a large language model) reads fragments of text with a feature's activations and writes a description; a
//! simulator predicts from the description how active the feature is on other fragments; the score is the correlation of
//! prediction and truth. Here the description is a rule over something that can be seen on the text: the token, the one before,
//! the kind of token, its ending, its position. That is another instrument: it ranks directions, its numbers are its own.
//!
//! Every direction gets the same treatment: fragments with its largest activations and random ones, half of them for the
//! description, the other half for the score.

mod corpus;

pub use corpus::{Corpus, Rule};

use symbolon_check::stats::pearson;
use symbolon_tensor::{Rng, Tensor};

use crate::error::{Error, Result};

/// How fragments are chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fragments {
    /// Fragments with the largest activations; half of them go to the description.
    pub top: usize,
    /// Random fragments; half of them go to the description.
    pub random: usize,
}

impl Default for Fragments {
    fn default() -> Self {
        Self { top: 10, random: 10 }
    }
}

/// A rule, and what it predicts for each of its cases.
#[derive(Clone, Debug)]
pub struct Description {
    /// What is looked at.
    pub rule: Rule,
    /// Predictions by case, ascending.
    cases: Vec<(u64, f64)>,
    /// The prediction for cases that were not seen.
    otherwise: f64,
}

impl Description {
    /// What it predicts for rows of a corpus.
    pub fn simulate(&self, corpus: &Corpus, rows: &[usize]) -> Vec<f64> {
        let predict = |&row: &usize| {
            let case = corpus.case(self.rule, row);
            self.cases.binary_search_by_key(&case, |c| c.0).map_or(self.otherwise, |i| self.cases[i].1)
        };
        rows.iter().map(predict).collect()
    }
    /// The rule and the cases with the largest predictions, in words.
    pub fn words(&self, corpus: &Corpus, most: usize) -> String {
        let mut cases = self.cases.clone();
        cases.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let named: Vec<String> = cases.iter().take(most).map(|(c, _)| corpus.words(self.rule, *c)).collect();
        format!("{}: {}", self.rule.words(), named.join(", "))
    }
}

/// A description and the rows that it has never seen.
#[derive(Clone, Debug)]
pub struct Described {
    /// The description.
    pub description: Description,
    /// The rows of the fragments that are left for scoring.
    pub held_out: Vec<usize>,
}

/// Describes what makes a direction active: `values` are its activations on all rows of the corpus. Nothing where it is the same
/// everywhere: a dead feature has no description.
///
/// # Errors
/// [`Error::Setting`] unless there is one value for each row and the corpus has enough fragments.
pub fn describe(corpus: &Corpus, values: &[f32], how: Fragments, rng: &mut Rng) -> Result<Option<Described>> {
    let count = corpus.fragments();
    if values.len() != corpus.rows() || how.top < 2 || how.random < 2 || how.top + how.random > count {
        let problem = format!(
            "{} values for {} rows, {} and {} of {count} fragments",
            values.len(),
            corpus.rows(),
            how.top,
            how.random
        );
        return Err(Error::Setting { what: "description", problem });
    }
    if values.iter().all(|v| *v == values[0]) {
        return Ok(None);
    }
    let peak = |f: usize| corpus.fragment(f).map(|r| values[r]).fold(f32::NEG_INFINITY, f32::max);
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&a, &b| peak(b).total_cmp(&peak(a)).then(a.cmp(&b)));
    let (top, rest) = order.split_at(how.top);
    let chosen: Vec<usize> =
        rng.permutation(rest.len()).to_vec::<i64>().into_iter().map(|i| rest[i as usize]).collect();
    // Every second fragment is held out, of the strong as of the random ones.
    let all = || top.iter().chain(&chosen[..how.random]).enumerate();
    let half = |odd: usize| -> Vec<usize> { all().filter(|(i, _)| i % 2 == odd).map(|(_, &f)| f).collect() };
    let (seen, left) = (half(0), half(1));
    Ok(Some(Described { description: explain(corpus, values, &seen), held_out: rows(corpus, &left) }))
}

/// Descriptions of several directions, and how well they predict.
#[derive(Clone, Debug)]
pub struct Scores {
    /// For each direction its description, where it has one.
    pub described: Vec<Option<Described>>,
    /// The correlation of what a description predicts with the direction's own values on fragments that were held out; 0 without
    /// a description.
    pub own: Vec<f64>,
    /// The same with the description of the next direction (the first one for the last): what any description would reach.
    pub crossed: Vec<f64>,
}

impl Scores {
    /// Describes each column of values `[rows, directions]`.
    ///
    /// # Errors
    /// As [`describe`].
    pub fn of(corpus: &Corpus, values: &Tensor, how: Fragments, rng: &mut Rng) -> Result<Self> {
        let columns: Vec<Vec<f32>> = (0..values.size(1)).map(|c| values.get((.., c as isize)).to_vec()).collect();
        let described = columns.iter().map(|v| describe(corpus, v, how, rng)).collect::<Result<Vec<_>>>()?;
        let score = |of: usize, on: usize| match (&described[of], &described[on]) {
            (Some(a), Some(b)) => correlation(&a.description, corpus, &columns[on], &b.held_out),
            _ => 0.0,
        };
        let n = columns.len();
        let (own, crossed) = ((0..n).map(|i| score(i, i)).collect(), (0..n).map(|i| score((i + 1) % n, i)).collect());
        Ok(Self { described, own, crossed })
    }
    /// The directions that are described best, by their columns, with their scores and descriptions in words.
    pub fn best(&self, corpus: &Corpus, most: usize) -> Vec<(usize, f64, String)> {
        let mut order: Vec<usize> = (0..self.own.len()).collect();
        order.sort_by(|a, b| self.own[*b].total_cmp(&self.own[*a]));
        let words = |i: usize| self.described[i].as_ref().map_or_else(String::new, |d| d.description.words(corpus, 6));
        order.into_iter().take(most).map(|i| (i, self.own[i], words(i))).collect()
    }
}

/// The rows of fragments.
fn rows<'f>(corpus: &Corpus, fragments: impl IntoIterator<Item = &'f usize>) -> Vec<usize> {
    fragments.into_iter().flat_map(|&f| corpus.fragment(f)).collect()
}

/// The rule that predicts best what it was not fitted to: fitted to half of the fragments, chosen by the other half, fitted to
/// all of them.
fn explain(corpus: &Corpus, values: &[f32], fragments: &[usize]) -> Description {
    let fit = rows(corpus, fragments.iter().step_by(2));
    let choose = rows(corpus, fragments.iter().skip(1).step_by(2));
    let quality = |rule: &Rule| correlation(&tabulate(corpus, values, &fit, *rule), corpus, values, &choose);
    let mut best = (Rule::ALL[0], f64::NEG_INFINITY);
    for rule in Rule::ALL {
        let q = quality(rule);
        if q > best.1 {
            best = (*rule, q);
        }
    }
    tabulate(corpus, values, &rows(corpus, fragments), best.0)
}

/// Means by case, drawn towards the mean of all where a case was seen rarely.
fn tabulate(corpus: &Corpus, values: &[f32], rows: &[usize], rule: Rule) -> Description {
    let mean = rows.iter().map(|&r| f64::from(values[r])).sum::<f64>() / rows.len().max(1) as f64;
    let mut seen: Vec<(u64, f64)> = rows.iter().map(|&r| (corpus.case(rule, r), f64::from(values[r]))).collect();
    seen.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let case = |group: &[(u64, f64)]| {
        let sum: f64 = group.iter().map(|g| g.1).sum();
        (group[0].0, (sum + mean) / (group.len() + 1) as f64)
    };
    Description { rule, cases: seen.chunk_by(|a, b| a.0 == b.0).map(case).collect(), otherwise: mean }
}

/// The correlation of a description's predictions with the values on some rows; zero where either never varies.
pub fn correlation(description: &Description, corpus: &Corpus, values: &[f32], rows: &[usize]) -> f64 {
    let truth: Vec<f64> = rows.iter().map(|&r| f64::from(values[r])).collect();
    pearson(&description.simulate(corpus, rows), &truth).map_or(0.0, |r| if r.is_finite() { r } else { 0.0 })
}
