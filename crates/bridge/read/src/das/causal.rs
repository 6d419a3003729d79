//! The symbolic side of an alignment: a causal model as a small theory with named variables, run and intervened on by the logic
//! engine.
//!
//! The theory speaks about a run `E`. It is given `input(E, Name, Value)`, defines `variable(E, Name, Value)` for each variable,
//! uses what variables *have* as `value(E, Name, Value)`, and answers with `label(E, Label)`. What a variable has is what its own
//! rule says, unless the run takes it from another run:
//!
//! ```
//! use symbolon_read::das::Causal;
//! // Is the amount between low and high? One variable: whether it is not below.
//! let model = Causal::new(
//!     "variable(E, above, yes) :- input(E, low, L), input(E, amount, A), A >= L.
//!      variable(E, above, no) :- input(E, low, L), input(E, amount, A), A < L.
//!      label(E, yes) :- value(E, above, yes), input(E, high, H), input(E, amount, A), A =< H.
//!      label(E, no) :- value(E, above, no).
//!      label(E, no) :- input(E, high, H), input(E, amount, A), A > H.",
//!     &["low", "high", "amount"], &["above"], &["no", "yes"],
//! );
//! let games = [vec![10, 30, 20], vec![10, 30, 5]];
//! assert_eq!(model.labels(&games)?, [1, 0]);
//! // The first game, had its variable been what it is in the second; and the other way round.
//! assert_eq!(model.interchange(&games, &[(0, vec![Some(1)]), (1, vec![Some(0)])])?, [0, 1]);
//! # Ok::<(), symbolon_read::Error>(())
//! ```

use std::fmt::Write;

use symbolon_tensor::Rng;
use symbolon_theory::Theory;
use symbolon_theory::budget::Budget;

use super::frozen::Pair;
use crate::error::{Error, Result};

/// The inputs of one example, in the order of their names.
pub type Values = Vec<i64>;

/// What holds in every causal model: inputs of an intervened run are its base's, and set variables are their sources'.
const RUNS: &str = "
input(E, N, V) :- given(E, N, V).
input(E, N, V) :- base(E, B), given(B, N, V).
value(E, N, V) :- source(E, N, S), variable(S, N, V).
value(E, N, V) :- variable(E, N, V), \\+ set(E, N).
set(E, N) :- source(E, N, _).
run(E) :- given(E, _, _).
run(E) :- base(E, _).
answer(E, Y) :- asked(E), label(E, Y).
query(answer(_, _)).
";

/// A causal model.
#[derive(Clone, Debug)]
pub struct Causal {
    theory: String,
    inputs: Vec<String>,
    variables: Vec<String>,
    labels: Vec<String>,
}

impl Causal {
    /// A theory with the names of its inputs, variables and labels; labels are numbered in this order.
    pub fn new(theory: &str, inputs: &[&str], variables: &[&str], labels: &[&str]) -> Self {
        let own = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
        Self { theory: theory.to_owned(), inputs: own(inputs), variables: own(variables), labels: own(labels) }
    }
    /// How many variables there are.
    pub fn variables(&self) -> usize {
        self.variables.len()
    }
    /// The label of each example.
    ///
    /// # Errors
    /// [`Error::Theory`] for a theory that cannot be read, [`Error::Setting`] when it does not give each example exactly one of
    /// the labels.
    pub fn labels(&self, examples: &[Values]) -> Result<Vec<usize>> {
        let runs: Vec<(usize, Vec<Option<usize>>)> =
            (0..examples.len()).map(|e| (e, vec![None; self.variables()])).collect();
        self.interchange(examples, &runs)
    }
    /// The label of each run: a base example, with each variable from a source example or (`None`) its own.
    ///
    /// # Errors
    /// As [`Causal::labels`]; examples and variables that do not exist.
    pub fn interchange(&self, examples: &[Values], runs: &[(usize, Vec<Option<usize>>)]) -> Result<Vec<usize>> {
        let bad = |problem: String| Error::Setting { what: "causal model", problem };
        let mut text = format!("{}\n{RUNS}", self.theory);
        let mut used = vec![false; examples.len()];
        for (r, (base, sources)) in runs.iter().enumerate() {
            if sources.len() != self.variables() {
                return Err(bad(format!("run {r} names {} sources for {} variables", sources.len(), self.variables())));
            }
            for &e in sources.iter().flatten().chain([base]) {
                *used.get_mut(e).ok_or_else(|| bad(format!("run {r} names example {e} of {}", examples.len())))? = true;
            }
            // Writing to a string does not fail.
            let _ = writeln!(text, "base(do({r}), {base}). asked(do({r})).");
            for (name, s) in self.variables.iter().zip(sources).filter_map(|(n, s)| Some((n, (*s)?))) {
                let _ = writeln!(text, "source(do({r}), {name}, {s}).");
            }
        }
        if sources_missing(runs) {
            text.push_str("source(_, _, _) :- fail.\n");
        }
        for (e, values) in examples.iter().enumerate().filter(|(e, _)| used[*e]) {
            if values.len() != self.inputs.len() {
                return Err(bad(format!("example {e} has {} inputs, named are {}", values.len(), self.inputs.len())));
            }
            for (name, value) in self.inputs.iter().zip(values) {
                let _ = writeln!(text, "given({e}, {name}, {value}).");
            }
        }
        let theory = Theory::parse_named("causal model", &text)?;
        let inference = theory.inference(&|_, _| None, &Budget::default())?;
        if let Some(stop) = inference.stop() {
            return Err(bad(format!("the inference stopped early ({stop}); give fewer runs at once")));
        }
        let mut found: Vec<Option<usize>> = vec![None; runs.len()];
        for answer in inference.answers(&theory)? {
            let parts = answer.query.strip_prefix("answer(do(").and_then(|rest| rest.strip_suffix(')'));
            let Some((run, label)) = parts.and_then(|rest| rest.split_once("),")) else { continue };
            let label = self.labels.iter().position(|l| l == label.trim());
            let label = label
                .ok_or_else(|| bad(format!("`{}` is none of the labels {}", answer.query, self.labels.join(", "))))?;
            let run: usize = run.parse().map_err(|_| bad(format!("`{}` names no run", answer.query)))?;
            if answer.probability.value() > 0.5 && found[run].replace(label).is_some() {
                return Err(bad(format!("run {run} has two labels; rules of `label` must exclude each other")));
            }
        }
        let missing = |(r, label): (usize, Option<usize>)| label.ok_or_else(|| bad(format!("run {r} has no label")));
        found.into_iter().enumerate().map(missing).collect()
    }
    /// At most `count` pairs of these examples with the labels that the model says after the interchange: labels in equal shares,
    /// and of each half of the pairs that change the base's label, so that neither a constant answer nor no change scores well.
    /// Where some kind of pair is too rare to be drawn often enough there are fewer of it: count them where shares matter.
    /// Each pair sets a random non-empty set of variables, each from an example of its own.
    ///
    /// # Errors
    /// [`Error::Setting`] when there is nothing to choose from: no label ever changes, or too few examples; as
    /// [`Causal::labels`].
    pub fn pairs(&self, examples: &[Values], count: usize, rng: &mut Rng) -> Result<Vec<Pair>> {
        let bad = |problem: &str| Error::Setting { what: "pairs", problem: problem.to_owned() };
        if examples.len() < 2 {
            return Err(bad("two examples are the least"));
        }
        let plain = self.labels(examples)?;
        let classes = self.labels.len();
        let mut cells: Vec<Vec<Pair>> = vec![Vec::new(); 2 * classes];
        let quota = count.div_ceil(2 * classes);
        // Rare cells take some rounds to fill; after these rounds what is there is taken.
        for _ in 0..12 {
            let drawn: Vec<(usize, Vec<Option<usize>>)> =
                (0..count.max(200)).map(|_| self.draw(examples.len(), rng)).collect();
            for ((base, sources), label) in drawn.iter().zip(self.interchange(examples, &drawn)?) {
                let cell = &mut cells[2 * label + usize::from(label != plain[*base])];
                if cell.len() < quota {
                    cell.push(Pair { base: *base, sources: sources.clone(), label });
                }
            }
            if cells.iter().all(|c| c.len() == quota) {
                break;
            }
        }
        if cells.iter().skip(1).step_by(2).all(Vec::is_empty) {
            return Err(bad("no interchange changes a label: the variables do not matter for these examples"));
        }
        let mut all: Vec<Pair> = cells.concat();
        (1..all.len()).rev().for_each(|i| all.swap(i, rng.below(i + 1)));
        all.truncate(count);
        Ok(all)
    }
    fn draw(&self, examples: usize, rng: &mut Rng) -> (usize, Vec<Option<usize>>) {
        let n = self.variables();
        let set = 1 + rng.below((1 << n) - 1);
        (rng.below(examples), (0..n).map(|v| (set >> v & 1 == 1).then(|| rng.below(examples))).collect())
    }
}

/// Whether no run names a source: the predicate then has no fact.
fn sources_missing(runs: &[(usize, Vec<Option<usize>>)]) -> bool {
    runs.iter().all(|(_, sources)| sources.iter().all(Option::is_none))
}
