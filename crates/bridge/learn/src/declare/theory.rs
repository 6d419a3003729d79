//! Constraints out of a theory: the same source that is read exactly or by its best proofs, as formulas.

use rustc_hash::FxHashMap;
use symbolon_tensor::Tensor;
use symbolon_theory::Theory;
use symbolon_theory::budget::Budget;
use symbolon_theory::ground::Options;
use symbolon_theory::lineage::{Leaf, Lineage, Lit, Node as Graph};

use super::{Constraints, Formula, Node};
use crate::error::{Error, Result};

/// A query's answers as formulas over the outputs of the networks that it calls.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Variables are the calls of networks, in the order of [`calls`](Self::calls). What the theory itself constrains is required.
    pub constraints: Constraints,
    /// Each call: the network's name and its inputs, as text.
    pub calls: Vec<(String, Vec<String>)>,
    /// Each answer as text, with the formula that is true just if it holds.
    pub answers: Vec<(String, Formula)>,
}

impl Declared {
    /// The same with one of its answers required.
    ///
    /// # Errors
    /// [`Error::Constraint`] when there is no such answer.
    pub fn requiring(mut self, answer: usize) -> Result<Self> {
        let Some((_, formula)) = self.answers.get(answer) else {
            let problem = format!("there is no answer {answer} among {}", self.answers.len());
            return Err(Error::Constraint { problem });
        };
        self.constraints.require(*formula);
        Ok(self)
    }
    /// For each call the number of its only input: 3 for `image(3)`.
    ///
    /// # Errors
    /// [`Error::Constraint`] for a call about something else.
    pub fn rows(&self) -> Result<Vec<usize>> {
        let number = |text: &str| text.split_once('(')?.1.strip_suffix(')')?.parse().ok();
        let row = |(network, inputs): &(String, Vec<String>)| {
            let number = if let [input] = &inputs[..] { number(input) } else { None };
            number.ok_or_else(|| Error::Constraint {
                problem: format!("`{network}` is called on {}; number the data: image(3)", inputs.join(", ")),
            })
        };
        self.calls.iter().map(row).collect()
    }
    /// The outputs of each call, in the order of the variables, out of those for all rows of data `[data, values]`; the datum that the
    /// query calls 0 is row `first`.
    ///
    /// # Errors
    /// As [`rows`](Self::rows), and [`Error::Constraint`] for a datum that has no row.
    pub fn outputs(&self, of_all: &Tensor, first: usize) -> Result<Vec<Vec<f64>>> {
        let one = |row: usize| match row + first < of_all.size(0) {
            true => Ok(of_all.get((row + first) as isize).to_vec::<f64>()),
            false => {
                let problem = format!("datum {row} from {first} on is none of {} rows of outputs", of_all.size(0));
                Err(Error::Constraint { problem })
            }
        };
        self.rows()?.into_iter().map(one).collect()
    }
}

impl Constraints {
    /// The answers of a query as formulas. All choices must be neural: constraints know certain facts and classifiers only.
    ///
    /// # Errors
    /// Whatever is wrong with theory or query; [`Error::Semantics`] for answers that rest on themselves and for probabilities that
    /// no network gives; [`Error::Stopped`].
    pub fn of_theory(theory: &Theory, query: &str, budget: &Budget) -> Result<Declared> {
        let mut theory = theory.clone();
        theory.forget_queries();
        let asked = theory.parse_query(query)?;
        theory.queries.push(asked);
        let grounding = theory.ground(Options::default(), budget)?;
        if let Some(stop) = grounding.stop {
            return Err(Error::Stopped { shape: query.to_owned(), stop, stage: "grounded" });
        }
        let lineage = grounding.lineage;
        let refuse = |problem: String| Error::Semantics { semantics: "declared constraints", problem };
        let terms = theory.terms.lock();
        let show = |t| terms.display(t).to_string();
        let sizes: Vec<usize> = lineage.neural.iter().map(|n| n.domain.len()).collect();
        let mut of_choice = Vec::new();
        for choice in &lineage.choices {
            let Some(&Leaf::Neural(call, _)) = choice.weights.first() else {
                return Err(refuse(
                    "a probability of the theory is no output of a network; write it as a certain fact, or read the theory exactly"
                        .into(),
                ));
            };
            of_choice.push(call as usize);
        }
        let mut roots: Vec<Lit> = lineage.queries.iter().map(|q| q.1).collect();
        roots.extend(lineage.constraints.iter().map(|c| c.0));
        let mut constraints = Constraints::new(&sizes);
        let mut formula: FxHashMap<u32, Formula> = FxHashMap::default();
        for component in lineage.components(&roots) {
            let id = component[0];
            let node = lineage.node(id);
            if component.len() > 1 || node.children().iter().any(|c| c.node() == id) {
                let name = component.iter().find_map(|n| match lineage.node(*n) {
                    Graph::Atom { term: Some(t), .. } => Some(show(*t)),
                    _ => None,
                });
                return Err(refuse(format!(
                    "{} rests on itself, and constraints have no least model; unroll the recursion to a fixed depth, or read the \
                     theory exactly or by its best proofs",
                    name.unwrap_or_else(|| "an answer".into())
                )));
            }
            let children: Vec<Formula> =
                node.children().iter().map(|&c| literal(&mut constraints, &formula, c)).collect();
            let new = match node {
                Graph::True => constraints.add(Node::True),
                Graph::Choice(c, value) => constraints.is(of_choice[c.0 as usize], *value as usize),
                Graph::Atom { .. } => constraints.or(&children),
                Graph::Proof { .. } => constraints.and(&children),
            };
            formula.insert(id.0, new);
        }
        for (forbidden, _) in &lineage.constraints {
            let holds = literal(&mut constraints, &formula, !*forbidden);
            constraints.require(holds);
        }
        let calls =
            lineage.neural.iter().map(|n| (terms.name(n.net).to_owned(), n.inputs.iter().map(|&t| show(t)).collect()));
        let calls = calls.collect();
        let answers = answers(&lineage, &mut constraints, &formula, &show);
        drop(terms);
        Ok(Declared { constraints, calls, answers })
    }
}

fn literal(constraints: &mut Constraints, formula: &FxHashMap<u32, Formula>, lit: Lit) -> Formula {
    // Node 0 is true whether or not anything leads to it.
    let of = match formula.get(&lit.node().0) {
        Some(&f) => f,
        None => constraints.add(Node::True),
    };
    if lit.is_neg() { constraints.not(of) } else { of }
}

fn answers(
    lineage: &Lineage,
    constraints: &mut Constraints,
    formula: &FxHashMap<u32, Formula>,
    show: &dyn Fn(symbolon_theory::term::Term) -> String,
) -> Vec<(String, Formula)> {
    lineage.queries.iter().map(|&(term, lit)| (show(term), literal(constraints, formula, lit))).collect()
}
