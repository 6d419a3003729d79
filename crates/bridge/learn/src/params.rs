//! Learnable probabilities `t(_)` of a theory as one vector of logits.
//!
//! The values of one choice (`t(_)::a; t(_)::b` and "none of them") share a softmax, so whatever a step of an optimiser does,
//! they are probabilities. Fixed probabilities beside them keep their part. The vector grows as new shapes of queries bring new
//! ground instances: prepare all shapes before training starts.

use rustc_hash::FxHashMap;
use symbolon_tensor::{DType, Segments, Tensor};
use symbolon_theory::lineage::{Choice, Leaf, Lineage};
use symbolon_theory::program::ParamId;
use symbolon_theory::term::Term;

/// Instances of parameters that one choice has, by what they are instances of.
type Key = (Vec<(ParamId, Box<[Term]>)>, bool, u64);

/// Least probability that a parameter starts with.
const LEAST: f64 = 1e-6;

/// All learnable probabilities seen so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params {
    first: FxHashMap<Key, usize>,
    /// Group of each logit.
    group: Vec<i64>,
    /// What the fixed values of each group leave to it.
    free: Vec<f64>,
    /// Start value of each logit.
    start: Vec<f64>,
    /// The written parameter and its further arguments; `None` for "none of them".
    names: Vec<Option<(ParamId, Box<[Term]>)>>,
}

impl Params {
    pub(crate) fn len(&self) -> usize {
        self.group.len()
    }

    /// The column of each value of a choice; `None` for values that are not learnable.
    pub(crate) fn columns(&mut self, lineage: &Lineage, choice: &Choice) -> Vec<Option<u32>> {
        let instance = |i: u32| &lineage.params[i as usize];
        let mut members = Vec::new();
        let (mut rest, mut fixed) = (false, 0.0);
        for leaf in &choice.weights {
            match *leaf {
                Leaf::Param(i) => members.push((instance(i).param, instance(i).key.clone())),
                Leaf::Rest => rest = true,
                Leaf::Const(p) => fixed += p,
                Leaf::Neural(..) => {}
            }
        }
        if members.is_empty() {
            return vec![None; choice.weights.len()];
        }
        let key = (members, rest, f64::to_bits(fixed));
        let first = match self.first.get(&key) {
            Some(&first) => first,
            None => {
                let given: Vec<Option<f64>> = (choice.weights.iter())
                    .filter_map(|l| if let Leaf::Param(i) = *l { Some(instance(i).init) } else { None })
                    .collect();
                let first = self.add(&key.0, &given, rest, fixed);
                self.first.insert(key, first);
                first
            }
        };
        let mut next = first as u32;
        let params = choice.weights.iter().filter(|l| matches!(l, Leaf::Param(_))).count() as u32;
        choice
            .weights
            .iter()
            .map(|leaf| match leaf {
                Leaf::Param(_) => {
                    next += 1;
                    Some(next - 1)
                }
                Leaf::Rest => Some(first as u32 + params),
                _ => None,
            })
            .collect()
    }

    fn add(&mut self, members: &[(ParamId, Box<[Term]>)], given: &[Option<f64>], rest: bool, fixed: f64) -> usize {
        let first = self.len();
        let free = (1.0 - fixed).max(LEAST);
        let known: f64 = given.iter().flatten().sum();
        let unknown = given.iter().filter(|g| g.is_none()).count();
        // What is not given shares what is left, "none of them" included.
        let shares = (unknown + usize::from(rest)).max(1) as f64;
        let share = ((free - known) / shares).max(LEAST);
        let group = self.free.len() as i64;
        for (member, value) in members.iter().zip(given) {
            self.names.push(Some(member.clone()));
            self.start.push((value.unwrap_or(share).max(LEAST) / free).ln());
            self.group.push(group);
        }
        if rest {
            let left = free - given.iter().map(|g| g.unwrap_or(share)).sum::<f64>();
            self.names.push(None);
            self.start.push((left.max(LEAST) / free).ln());
            self.group.push(group);
        }
        self.free.push(free);
        first
    }

    /// Start values of the logits: `[parameters]`.
    pub(crate) fn start(&self, dtype: DType) -> Tensor {
        Tensor::from(self.start.clone()).to(dtype)
    }

    /// The written parameters with their probabilities; the rests of choices are left out.
    pub(crate) fn values(&self, logits: &Tensor) -> Vec<((ParamId, &[Term]), f64)> {
        if self.len() == 0 {
            return Vec::new();
        }
        let values = self.log_probabilities(&logits.detach()).exp().to_vec::<f64>();
        self.names.iter().zip(values).filter_map(|(n, v)| n.as_ref().map(|(p, key)| ((*p, &**key), v))).collect()
    }

    /// Log-probabilities `[1, parameters]` from logits.
    pub(crate) fn log_probabilities(&self, logits: &Tensor) -> Tensor {
        let n = self.len();
        let groups = Segments::new(self.group.clone(), self.free.len()).expect("numbered here");
        let free: Vec<f64> = self.group.iter().map(|&g| self.free[g as usize].ln()).collect();
        let whole = groups.logsumexp(logits).index_select(0, groups.ids());
        (logits - whole + Tensor::from(free).to(logits.dtype())).reshape([1, n])
    }
}
