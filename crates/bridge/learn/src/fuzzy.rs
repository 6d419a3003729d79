//! Fuzzy logics as a tensor operation: degrees of truth, proof by proof.
//!
//! A lineage becomes a list of steps (not, and, or) over slots; truth of "and" is a t-norm, of "or" its t-conorm. Positive
//! cycles are unrolled: exactly for Gödel, where going around a cycle adds nothing, and for the others so often that what is
//! left out goes through the cycle that many times more.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use symbolon_tensor::Tensor;
use symbolon_tensor::simd::vectorised;
use symbolon_theory::lineage::{Lineage, Lit, Node, NodeId};

use crate::error::{Error, Result};
use crate::kernel::{Batch, Output, Real, Slopes, Targets};
use crate::plan::Base;

/// What "and" and "or" mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Norm {
    /// Minimum and maximum.
    Godel,
    /// `a b` and `a + b - a b`.
    Product,
    /// `max(0, a + b - 1)` and `min(1, a + b)`. Its gradient is zero wherever a bound is met.
    Lukasiewicz,
}

impl Norm {
    #[inline(always)]
    fn and<T: Real>(self, a: T, b: T) -> T {
        match self {
            Norm::Godel => {
                if a < b {
                    a
                } else {
                    b
                }
            }
            Norm::Product => a * b,
            Norm::Lukasiewicz => {
                let s = a + b - T::ONE;
                if s < T::ZERO { T::ZERO } else { s }
            }
        }
    }
    #[inline(always)]
    fn or<T: Real>(self, a: T, b: T) -> T {
        match self {
            Norm::Godel => {
                if a < b {
                    b
                } else {
                    a
                }
            }
            Norm::Product => a + b - a * b,
            Norm::Lukasiewicz => {
                let s = a + b;
                if s > T::ONE { T::ONE } else { s }
            }
        }
    }
    /// Derivatives of "and" in both operands. Where two are equally small, the second gets all.
    #[inline(always)]
    fn and_slopes<T: Real>(self, a: T, b: T) -> (T, T) {
        match self {
            Norm::Godel => {
                if a < b {
                    (T::ONE, T::ZERO)
                } else {
                    (T::ZERO, T::ONE)
                }
            }
            Norm::Product => (b, a),
            Norm::Lukasiewicz => {
                if a + b > T::ONE {
                    (T::ONE, T::ONE)
                } else {
                    (T::ZERO, T::ZERO)
                }
            }
        }
    }
    #[inline(always)]
    fn or_slopes<T: Real>(self, a: T, b: T) -> (T, T) {
        match self {
            Norm::Godel => {
                if a < b {
                    (T::ZERO, T::ONE)
                } else {
                    (T::ONE, T::ZERO)
                }
            }
            Norm::Product => (T::ONE - b, T::ONE - a),
            Norm::Lukasiewicz => {
                if a + b < T::ONE {
                    (T::ONE, T::ONE)
                } else {
                    (T::ZERO, T::ZERO)
                }
            }
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Not(u32),
    And(u32, u32),
    Or(u32, u32),
}

/// Longest list of steps.
const MOST: usize = 4_000_000;
/// Rounds through a cycle, beside its length.
const ROUNDS: usize = 16;

/// A lineage as a list of steps. Slots: inputs, constants, then one for each step.
#[derive(Clone, Debug)]
pub(crate) struct FuzzyPlan {
    norm: Norm,
    pub(crate) inputs: Vec<(u32, u32)>,
    consts: Vec<f64>,
    steps: Vec<Step>,
    pub(crate) roots: Vec<u32>,
    pub(crate) calls: usize,
}

struct Builder<'a> {
    lineage: &'a Lineage,
    bases: &'a [Vec<Base>],
    plan: FuzzyPlan,
    input_slot: FxHashMap<(u32, u32), u32>,
    /// Slot of each node so far.
    slot: Vec<u32>,
}

const FALSE: u32 = 0;
const TRUE: u32 = 1;

impl FuzzyPlan {
    pub(crate) fn new(lineage: &Lineage, bases: &[Vec<Base>], norm: Norm, calls: usize) -> Result<FuzzyPlan> {
        if !lineage.evidence.is_empty() {
            let problem =
                "degrees of truth have no conditional; remove the evidence from the theory, or read it exactly";
            return Err(Error::Semantics { semantics: "fuzzy logic", problem: problem.into() });
        }
        let plan =
            FuzzyPlan { norm, inputs: Vec::new(), consts: vec![0.0, 1.0], steps: Vec::new(), roots: Vec::new(), calls };
        let slot = vec![FALSE; lineage.nodes.len()];
        let mut builder = Builder { lineage, bases, plan, input_slot: FxHashMap::default(), slot };
        builder.run(norm)?;
        Ok(builder.plan)
    }

    pub(crate) fn answers(&self) -> usize {
        self.roots.len() - 1
    }

    /// As [`crate::kernel::run`], with logarithms of degrees of truth.
    pub(crate) fn run<T: Real>(&self, batch: &Batch<'_, T>, slopes: Slopes<'_, T>) -> Output<T> {
        let answers = match batch.targets {
            Targets::All(n) => n,
            Targets::One(_) => 1,
        };
        let inputs = self.inputs.len();
        let one = |b: usize| {
            vectorised(
                #[inline(always)]
                || self.example(batch, slopes, b, answers),
            )
        };
        let all: Vec<(Vec<T>, Vec<T>)> = (0..batch.examples).into_par_iter().map(one).collect();
        let mut out = Output { values: Vec::with_capacity(batch.examples * answers), slopes: Vec::new() };
        out.slopes.reserve(batch.examples * inputs);
        for (values, slopes) in all {
            out.values.extend(values);
            out.slopes.extend(slopes);
        }
        out
    }

    fn example<T: Real>(
        &self,
        batch: &Batch<'_, T>,
        slopes: Slopes<'_, T>,
        b: usize,
        answers: usize,
    ) -> (Vec<T>, Vec<T>) {
        let rows = &batch.rows[b * self.calls..][..self.calls];
        let read = |&(call, column): &(u32, u32)| {
            let source = batch.source[call as usize] as usize;
            batch.sources[source][rows[call as usize] as usize * batch.widths[source] + column as usize].exp()
        };
        let mut v: Vec<T> = Vec::with_capacity(self.consts.len() + self.inputs.len() + self.steps.len());
        v.extend(self.consts.iter().map(|&c| T::of(c)));
        v.extend(self.inputs.iter().map(read));
        let first = v.len();
        for step in &self.steps {
            let value = match *step {
                Step::Not(a) => T::ONE - v[a as usize],
                Step::And(a, b) => self.norm.and(v[a as usize], v[b as usize]),
                Step::Or(a, b) => self.norm.or(v[a as usize], v[b as usize]),
            };
            v.push(value);
        }
        let root = |answer: usize| match batch.targets {
            Targets::All(_) => self.roots[answer] as usize,
            Targets::One(of) => self.roots[of[b] as usize] as usize,
        };
        // Rounding may take what is false below zero.
        let log = |t: T| if t <= T::ZERO { T::NEG_INF } else { t.ln() };
        let values = (0..answers).map(|a| log(v[root(a)])).collect();
        if matches!(slopes, Slopes::No) {
            return (values, Vec::new());
        }
        let mut d = vec![T::ZERO; v.len()];
        for answer in 0..answers {
            let at = root(answer);
            let seed = match slopes {
                Slopes::Weighted(w) => w[b * answers + answer],
                _ => T::ONE,
            };
            if v[at] > T::ZERO {
                d[at] = d[at] + seed / v[at];
            }
        }
        for (i, step) in self.steps.iter().enumerate().rev() {
            let g = d[first + i];
            if g == T::ZERO {
                continue;
            }
            let (a, b, by) = match *step {
                Step::Not(a) => {
                    d[a as usize] = d[a as usize] - g;
                    continue;
                }
                Step::And(a, b) => (a, b, self.norm.and_slopes(v[a as usize], v[b as usize])),
                Step::Or(a, b) => (a, b, self.norm.or_slopes(v[a as usize], v[b as usize])),
            };
            d[a as usize] = d[a as usize] + g * by.0;
            d[b as usize] = d[b as usize] + g * by.1;
        }
        let n = self.consts.len();
        (values, (0..self.inputs.len()).map(|i| d[n + i] * v[n + i]).collect())
    }

    /// The same in tensor operations.
    pub(crate) fn composed(&self, inputs: &[Tensor], like: &Tensor, targets: Option<&[u32]>) -> Tensor {
        let mut v: Vec<Tensor> = self.consts.iter().map(|&c| like.full_like(c)).collect();
        v.extend(inputs.iter().map(Tensor::exp));
        for step in &self.steps {
            let at = |s: u32| &v[s as usize];
            let value = match (*step, self.norm) {
                (Step::Not(a), _) => 1.0 - at(a),
                (Step::And(a, b), Norm::Godel) => at(a).minimum(at(b)),
                (Step::And(a, b), Norm::Product) => at(a) * at(b),
                (Step::And(a, b), Norm::Lukasiewicz) => (at(a) + at(b) - 1.0).clamp_min(0.0),
                (Step::Or(a, b), Norm::Godel) => at(a).maximum(at(b)),
                (Step::Or(a, b), Norm::Product) => at(a) + at(b) - at(a) * at(b),
                (Step::Or(a, b), Norm::Lukasiewicz) => (at(a) + at(b)).clamp_max(1.0),
            };
            v.push(value);
        }
        let roots: Vec<&Tensor> = self.roots.iter().map(|&r| &v[r as usize]).collect();
        match targets {
            None => Tensor::stack(&roots[..self.answers()], 1).ln(),
            Some(of) => {
                let picks = Tensor::from(of.iter().map(|&t| i64::from(t)).collect::<Vec<i64>>()).reshape([1, of.len()]);
                Tensor::stack(&roots, 0).gather(0, &picks).reshape([of.len()]).ln()
            }
        }
    }
}

impl Builder<'_> {
    fn run(&mut self, norm: Norm) -> Result<()> {
        let lineage = self.lineage;
        let mut roots: Vec<Lit> = lineage.queries.iter().map(|q| q.1).collect();
        roots.extend(lineage.constraints.iter().map(|c| c.0));
        let components = lineage.components(&roots);
        // Inputs get their slots before any step.
        for &NodeId(v) in components.iter().flatten() {
            if let Node::Choice(c, value) = lineage.nodes[v as usize] {
                self.slot[v as usize] = match self.bases[c.0 as usize][value as usize] {
                    Base::Const(p) => {
                        self.plan.consts.push(p);
                        u32::MAX
                    }
                    Base::Input(call, column) => {
                        let next = self.plan.inputs.len() as u32;
                        let slot = *self.input_slot.entry((call, column)).or_insert(next);
                        if slot == next {
                            self.plan.inputs.push((call, column));
                        }
                        slot
                    }
                };
            }
        }
        let shift = self.plan.consts.len() as u32;
        let mut constant = 2;
        for &NodeId(v) in components.iter().flatten() {
            match lineage.nodes[v as usize] {
                Node::True => self.slot[v as usize] = TRUE,
                Node::Choice(..) if self.slot[v as usize] == u32::MAX => {
                    self.slot[v as usize] = constant;
                    constant += 1;
                }
                Node::Choice(..) => self.slot[v as usize] += shift,
                _ => {}
            }
        }
        for members in &components {
            let inside = |l: &Lit| members.binary_search(&l.node()).is_ok();
            let cyclic = members.iter().any(|&v| lineage.node(v).children().iter().any(inside));
            let rounds = match cyclic {
                false => 1,
                true if norm == Norm::Godel => members.len(),
                true => members.len() + ROUNDS,
            };
            for _ in 0..rounds {
                for &v in members {
                    self.node(v);
                }
                if self.plan.steps.len() > MOST {
                    let problem =
                        "the proofs unroll to too many steps; ask a smaller query, or read the theory exactly";
                    return Err(Error::Semantics { semantics: "fuzzy logic", problem: problem.into() });
                }
            }
        }
        let mut conditions = TRUE;
        for &(lit, _) in &lineage.constraints {
            let holds = self.literal(!lit);
            conditions = self.and(conditions, holds);
        }
        for &(_, lit) in &lineage.queries {
            let root = self.literal(lit);
            let root = self.and(root, conditions);
            self.plan.roots.push(root);
        }
        self.plan.roots.push(conditions);
        Ok(())
    }

    fn node(&mut self, v: NodeId) {
        let lineage = self.lineage;
        let value = match lineage.node(v) {
            Node::True | Node::Choice(..) => return,
            Node::Atom { proofs, .. } => proofs.iter().fold(FALSE, |sum, &p| {
                let p = self.literal(p);
                self.or(sum, p)
            }),
            Node::Proof { needs, .. } => needs.iter().fold(TRUE, |product, &n| {
                let n = self.literal(n);
                self.and(product, n)
            }),
        };
        self.slot[v.0 as usize] = value;
    }

    fn literal(&mut self, lit: Lit) -> u32 {
        let slot = self.slot[lit.node().0 as usize];
        match (lit.is_neg(), slot) {
            (false, s) => s,
            (true, FALSE) => TRUE,
            (true, TRUE) => FALSE,
            (true, s) => self.push(Step::Not(s)),
        }
    }

    fn and(&mut self, a: u32, b: u32) -> u32 {
        match (a, b) {
            (FALSE, _) | (_, FALSE) => FALSE,
            (TRUE, x) | (x, TRUE) => x,
            _ => self.push(Step::And(a, b)),
        }
    }

    fn or(&mut self, a: u32, b: u32) -> u32 {
        match (a, b) {
            (TRUE, _) | (_, TRUE) => TRUE,
            (FALSE, x) | (x, FALSE) => x,
            _ => self.push(Step::Or(a, b)),
        }
    }

    fn push(&mut self, step: Step) -> u32 {
        self.plan.steps.push(step);
        (self.plan.consts.len() + self.plan.inputs.len() + self.plan.steps.len() - 1) as u32
    }
}
