//! Losses out of answer-set programs: what a program says about how many of its atoms hold, as expectations of a network's
//! probabilities (after ASPER).
//!
//! Nothing here knows of any puzzle: cardinalities are read off the ground rules ([`Ground::cardinalities`]), so colourings,
//! queens and timetables get their losses from their programs.

mod partial;
mod valued;

pub use partial::{Partial, Terms, partial_loss};
pub use valued::ValuedProgram;

use symbolon_tensor::{DType, Tensor};
use symbolon_theory::asp::{AnswerSet, AtomId, Cardinality, Ground};
use symbolon_theory::budget::Budget;

use crate::error::{Error, Result};

/// Linear constraints `low ≤ Σ p(atom) ≤ high` over the columns of a network's probabilities.
#[derive(Clone, Debug)]
pub struct Expectations {
    /// `[columns, constraints]`, ones and zeros.
    membership: Tensor,
    low: Tensor,
    high: Tensor,
}

impl Expectations {
    /// What a program's cardinalities say about the atoms of `columns`, in the order of a network's outputs. Cardinalities about other
    /// atoms are left out.
    ///
    /// # Errors
    /// [`Error::Constraint`] when none is about these atoms.
    pub fn of(ground: &Ground, columns: &[AtomId]) -> Result<Self> {
        let place: std::collections::BTreeMap<AtomId, usize> =
            columns.iter().enumerate().map(|(i, a)| (*a, i)).collect();
        let inside = |c: &Cardinality| !c.atoms.is_empty() && c.atoms.iter().all(|a| place.contains_key(a));
        let all: Vec<Cardinality> = ground.cardinalities().into_iter().filter(inside).collect();
        if all.is_empty() {
            let problem = "the program says nothing about how many of these atoms hold; write choices with bounds or `:- #count{..}`";
            return Err(Error::Constraint { problem: problem.into() });
        }
        let groups: Vec<(Vec<usize>, f64, f64)> =
            all.iter().map(|c| (c.atoms.iter().map(|a| place[a]).collect(), c.low as f64, c.high as f64)).collect();
        Self::from_groups(columns.len(), &groups)
    }
    /// Constraints given as columns with bounds.
    ///
    /// # Errors
    /// [`Error::Constraint`] for no groups, or a column that does not exist.
    pub fn from_groups(columns: usize, groups: &[(Vec<usize>, f64, f64)]) -> Result<Self> {
        let m = groups.len();
        let mut membership = vec![0f32; columns * m];
        for (j, (members, ..)) in groups.iter().enumerate() {
            for &i in members {
                if i >= columns {
                    return Err(Error::Constraint { problem: format!("column {i} of {columns}") });
                }
                membership[i * m + j] = 1.0;
            }
        }
        if m == 0 {
            return Err(Error::Constraint { problem: "there are no groups".into() });
        }
        let bound = |f: &dyn Fn(&(Vec<usize>, f64, f64)) -> f64| {
            Tensor::from(groups.iter().map(f).collect::<Vec<f64>>()).to(DType::F32)
        };
        Ok(Self {
            membership: Tensor::new(membership, [columns, m]).map_err(symbolon_net::Error::from)?,
            low: bound(&|g| g.1),
            high: bound(&|g| g.2),
        })
    }
    /// Each value once among the cells of each group; columns are cells with `values` values each, values fastest.
    ///
    /// # Errors
    /// As [`from_groups`](Self::from_groups).
    pub fn each_value_once(cells: usize, values: usize, groups: &[Vec<usize>]) -> Result<Self> {
        let of = |group: &Vec<usize>, v: usize| group.iter().map(|cell| cell * values + v).collect();
        let all: Vec<_> = groups.iter().flat_map(|g| (0..values).map(move |v| (of(g, v), 1.0, 1.0))).collect();
        Self::from_groups(cells * values, &all)
    }
    /// How many constraints there are.
    pub fn len(&self) -> usize {
        self.low.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// How far each expectation lies outside its bounds, `[batch, constraints]`, for probabilities `[batch, columns]`; zero at every answer
    /// set.
    pub fn excess(&self, p: &Tensor) -> Tensor {
        let kind = p.dtype();
        let sums = p.matmul(&self.membership.to(kind));
        (self.low.to(kind) - &sums).relu() + (&sums - self.high.to(kind)).relu()
    }
    /// The mean excess: `L_u = mean |Σ p - 1|` where exactly one is asked for.
    pub fn absolute(&self, p: &Tensor) -> Tensor {
        self.excess(p).mean()
    }
    /// The mean squared excess of what is left to decide: columns that are `known` (1 or 0, [`f64::NAN`] for unknown; `[batch, columns]`, row
    /// by row) count as what they are, not as what the network says (`L_c`).
    ///
    /// # Errors
    /// [`Error::Constraint`] when known values and probabilities do not match.
    pub fn remaining(&self, p: &Tensor, known: &[f64]) -> Result<Tensor> {
        if known.len() != p.len() {
            return Err(Error::Constraint {
                problem: format!("{} known values for probabilities {:?}", known.len(), p.shape()),
            });
        }
        let given = Tensor::from_bools(known.iter().map(|k| !k.is_nan()).collect(), p.shape())
            .map_err(symbolon_net::Error::from)?;
        let values: Vec<f32> = known.iter().map(|k| if k.is_nan() { 0.0 } else { *k as f32 }).collect();
        let values = Tensor::new(values, p.shape()).map_err(symbolon_net::Error::from)?.to(p.dtype());
        Ok(self.excess(&given.choose(&values, p)).square().mean())
    }
}

/// `-log Σ_S Π p(S)` over the answer sets of one example: the semantic loss when `sets` are all of them. `log_p` `[columns]`; atoms of an answer
/// set that are no columns are left out.
///
/// # Errors
/// [`Error::Constraint`] without answer sets: the program is inconsistent with the example.
pub fn answer_set_loss(log_p: &Tensor, columns: &[AtomId], sets: &[AnswerSet]) -> Result<Tensor> {
    if sets.is_empty() {
        let problem =
            "the program has no answer set here, so nothing can be learned from it; check the clues against the rules";
        return Err(Error::Constraint { problem: problem.into() });
    }
    let each: Vec<Tensor> = sets
        .iter()
        .map(|s| {
            let held: Vec<usize> = (0..columns.len()).filter(|&i| s.holds(columns[i])).collect();
            log_p.index_select(0, &symbolon_data::indices(&held)).sum()
        })
        .collect();
    Ok(Tensor::stack(&each.iter().collect::<Vec<_>>(), 0).logsumexp(0, false).negative())
}

/// The answer set that a network's probabilities find best: weak constraints of weight `-log p`. `log_p` has one number for each of `columns`.
///
/// # Errors
/// [`Error::Constraint`] when the program has no answer set or numbers are not finite, [`Error::Stopped`].
pub fn repair(ground: &Ground, columns: &[AtomId], log_p: &[f64], budget: &Budget) -> Result<AnswerSet> {
    if log_p.len() != columns.len() || log_p.iter().any(|p| !p.is_finite()) {
        return Err(Error::Constraint { problem: format!("{} finite log-probabilities are needed", columns.len()) });
    }
    let mut weighted = ground.clone();
    columns.iter().zip(log_p).for_each(|(&a, &p)| weighted.cost(a, -p));
    let best =
        weighted.best(budget).map_err(|stop| Error::Stopped { shape: "repair".into(), stop, stage: "searched for" })?;
    best.ok_or_else(|| Error::Constraint { problem: "the program has no answer set: nothing to repair towards".into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLOURS: &str = "node(1..3). {colour(N,K) : K = 1..2} = 1 :- node(N). edge(1,2). edge(2,3). :- edge(A,B), colour(A,K), colour(B,K).";

    fn coloured() -> ValuedProgram {
        let atoms = (1..=3).flat_map(|n| (1..=2).map(move |k| format!("colour({n},{k})")));
        ValuedProgram::new(COLOURS, atoms, 2, &Budget::default()).unwrap()
    }
    fn colours() -> (Ground, Vec<AtomId>) {
        let program = coloured();
        (program.ground, program.columns)
    }

    #[test]
    fn losses_are_zero_at_answer_sets_and_have_right_gradients_elsewhere() {
        let (ground, columns) = colours();
        let rules = Expectations::of(&ground, &columns).unwrap();
        assert_eq!(rules.len(), 3 + 4, "one colour each, and two pairs with two colours");
        let good = Tensor::from([[1.0f64, 0.0, 0.0, 1.0, 1.0, 0.0]]);
        assert_eq!(rules.absolute(&good).item(), 0.0);
        assert_eq!(rules.remaining(&good, &[f64::NAN; 6]).unwrap().item(), 0.0);
        let sets = ground.answer_sets(10, &Budget::default()).unwrap();
        assert_eq!(sets.len(), 2);
        let log_good = Tensor::from([0.0f64, -50.0, -50.0, 0.0, 0.0, -50.0]);
        assert!(answer_set_loss(&log_good, &columns, &sets).unwrap().item().abs() < 1e-12);

        let p = Tensor::from([[0.7f64, 0.6, 0.2, 0.55, 0.9, 0.35]]);
        let known = [f64::NAN, f64::NAN, 0.0, f64::NAN, 1.0, f64::NAN];
        let losses: [&dyn Fn(&Tensor) -> Tensor; 3] =
            [&|p| rules.absolute(p), &|p| rules.remaining(p, &known).unwrap(), &|p| {
                answer_set_loss(&p.get(0).ln(), &columns, &sets).unwrap()
            }];
        for (l, loss) in losses.into_iter().enumerate() {
            let x = p.variable();
            let slope = loss(&x).grad(&[&x]).remove(0).to_vec::<f64>();
            assert!(slope.iter().any(|s| s.abs() > 1e-6), "loss {l}");
            for (i, slope) in slope.iter().enumerate() {
                let moved =
                    |by: f64| loss(&p.set((0, i as isize), &Tensor::scalar(p.get((0, i as isize)).item() + by))).item();
                let numeric = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                assert!((numeric - slope).abs() < 1e-4, "loss {l}, column {i}: {numeric} {slope}");
            }
        }
    }

    /// The notebook that came with the paper sums a softmax over its own values, and masks its constraint with zeros: neither term
    /// has a slope anywhere, so neither teaches.
    #[test]
    fn mistakes_of_the_published_notebook_are_not_repeated() {
        let x = Tensor::from([[[0.3f64, -0.2], [0.1, 0.9], [0.4, 0.2]]]).variable(); // [batch, nodes, colours]
        let p = x.softmax(2);
        let slope = |loss: Tensor| loss.grad(&[&x])[0].abs().max().item();
        assert!(slope((p.sum_axis(2, false) - 1.0).abs().mean()) < 1e-12);
        assert_eq!(slope((&p * p.zeros_like()).sum_axis(1, false).square().mean()), 0.0);
        let (ground, columns) = colours();
        let rules = Expectations::of(&ground, &columns).unwrap();
        let flat = p.reshape([1, 6]);
        assert!(slope(rules.absolute(&flat)) > 1e-3);
        let given = [1.0, 0.0, f64::NAN, f64::NAN, f64::NAN, f64::NAN];
        assert!(slope(rules.remaining(&flat, &given).unwrap()) > 1e-3);
    }

    #[test]
    fn repair_finds_the_most_probable_answer_set() {
        let (ground, columns) = colours();
        let log_p = [0.9f64, 0.1, 0.6, 0.4, 0.3, 0.7].map(f64::ln);
        // 1,2,1: 0.9 * 0.4 * 0.3 = 0.108; 2,1,2: 0.1 * 0.6 * 0.7 = 0.042.
        let best = repair(&ground, &columns, &log_p, &Budget::default()).unwrap();
        assert!(best.holds(columns[0]) && best.holds(columns[3]) && best.holds(columns[4]));
        let program = coloured();
        let table = Tensor::from(log_p).reshape([3, 2]);
        assert_eq!(program.repaired(&table, &Budget::default()).unwrap(), [0, 1, 0]);
        let sets = program.answer_sets(10, &Budget::default()).unwrap();
        let both = program.loss(&Tensor::from(log_p), &sets).unwrap().item();
        assert!((both + (0.108f64 + 0.042).ln()).abs() < 1e-12, "all sets: {both}");
        let mut broken = ground.clone();
        broken.require(columns[0], true);
        broken.require(columns[2], true);
        let none = repair(&broken, &columns, &log_p, &Budget::default()).unwrap_err();
        assert!(none.to_string().contains("no answer set"));
        let sets = broken.answer_sets(1, &Budget::default()).unwrap();
        assert!(answer_set_loss(&Tensor::zeros([6], DType::F64), &columns, &sets).is_err());
    }

    #[test]
    fn values_once_in_each_group_are_what_the_program_says() {
        // Two cells that share two values, by rules and by hand.
        let text = "{is(C,V) : V = 1..2} = 1 :- C = 1..2. :- #count{C : is(C,V)} != 1, V = 1..2.";
        let atoms = || (1..=2).flat_map(|c| (1..=2).map(move |v| format!("is({c},{v})")));
        let program = ValuedProgram::new(text, atoms(), 2, &Budget::default()).unwrap();
        let by_hand = Expectations::each_value_once(2, 2, &[vec![0, 1]]).unwrap();
        assert_eq!((program.expectations().unwrap().len(), by_hand.len()), (4, 2));
        let p = Tensor::from([[0.9f64, 0.1, 0.7, 0.3]]);
        assert!((by_hand.absolute(&p).item() - 0.6).abs() < 1e-12);
        // The program also asks for one value in each cell, which these have.
        assert!((program.expectations().unwrap().absolute(&p).item() - 0.3).abs() < 1e-12);
        let unknown = ValuedProgram::new(text, ["is(3,1)".to_owned()], 1, &Budget::default()).unwrap_err();
        assert!(unknown.to_string().contains("is(3,1)"));
        assert!(ValuedProgram::new(text, atoms().take(3), 2, &Budget::default()).is_err());
    }
}
