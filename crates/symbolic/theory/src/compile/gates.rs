//! The normal form that is compiled: and-gates over literals, with leaves "this choice takes this value".
//!
//! An or is the negation of an and of negations. Gates are hash-consed, constants are gone, gates with one input are their
//! input, and wide gates are split into balanced trees, because a gate with thousands of inputs would tie all of them
//! together where a tree of gates lets the search separate them.
//!
//! Values of weight zero do not exist here: their leaves are false. A choice with two values is one boolean variable (the
//! second value is the negation of the first); a choice with more has one leaf for each value that the graph mentions and
//! possibly *others*, all unmentioned values together.
//!
//! Gates of a positive cycle belong to a *region* (see [`super::loops`]): there the least fixpoint decides, not the equations.

use hashbrown::HashTable;
use rustc_hash::FxHashMap;

use crate::lineage::{ChoiceId, Leaf, Lineage, Lit, NodeId};

/// "None" for gate attributes.
pub(crate) const NONE: u32 = u32::MAX;

/// Gates with more inputs than this are split.
const WIDE: usize = 3;

/// A choice that the graph mentions.
#[derive(Clone, Debug)]
pub(crate) struct Var {
    /// Which.
    pub choice: ChoiceId,
    /// Its leaf gates, with their values. One, if the choice has two values.
    pub leaves: Vec<(u32, u32)>,
    /// The possible values that have no leaf.
    pub others: Vec<u32>,
}

/// The graph. Gate 0 is the constant true.
#[derive(Default)]
pub(crate) struct Gates {
    /// Inputs of all gates; `input_start[g]..input_end[g]` are those of `g`.
    input: Vec<Lit>,
    input_start: Vec<u32>,
    input_end: Vec<u32>,
    /// For a leaf, its variable, else [`NONE`].
    pub leaf_var: Vec<u32>,
    /// For a gate in a positive cycle, its region, else [`NONE`].
    pub region: Vec<u32>,
    /// For a gate in a region: whether it stands for an or (its negation is the atom) rather than an and.
    pub is_or: Vec<bool>,
    /// Number of regions.
    pub regions: u32,
    /// The choices.
    pub vars: Vec<Var>,
    /// For each gate the gates it is an input of: the literal is positive where the input is.
    parent: Vec<Lit>,
    parent_start: Vec<u32>,
    var_of: FxHashMap<ChoiceId, u32>,
    /// Possible values of each variable.
    support: Vec<Vec<u32>>,
    index: HashTable<u32>,
}

impl Gates {
    pub(crate) fn new() -> Gates {
        let mut gates = Gates::default();
        gates.reserve();
        gates
    }

    /// Number of gates.
    pub(crate) fn len(&self) -> usize {
        self.input_start.len()
    }

    /// Inputs of a gate.
    #[inline]
    pub(crate) fn inputs(&self, gate: u32) -> &[Lit] {
        &self.input[self.input_start[gate as usize] as usize..self.input_end[gate as usize] as usize]
    }

    /// Gates that this one is an input of (after [`Gates::finish`]).
    #[inline]
    pub(crate) fn parents(&self, gate: u32) -> &[Lit] {
        &self.parent[self.parent_start[gate as usize] as usize..self.parent_start[gate as usize + 1] as usize]
    }

    /// A new gate without inputs.
    pub(crate) fn reserve(&mut self) -> u32 {
        let gate = self.len() as u32;
        self.input_start.push(self.input.len() as u32);
        self.input_end.push(self.input.len() as u32);
        self.leaf_var.push(NONE);
        self.region.push(NONE);
        self.is_or.push(false);
        gate
    }

    /// Gives a reserved gate its inputs.
    pub(crate) fn set_inputs(&mut self, gate: u32, inputs: &[Lit]) {
        self.input_start[gate as usize] = self.input.len() as u32;
        self.input.extend_from_slice(inputs);
        self.input_end[gate as usize] = self.input.len() as u32;
    }

    /// The literal "choice takes value".
    pub(crate) fn leaf(&mut self, lineage: &Lineage, choice: ChoiceId, value: u32) -> Lit {
        let next = self.vars.len() as u32;
        let var = *self.var_of.entry(choice).or_insert(next);
        if var == next {
            let support = support(&lineage.choice(choice).weights);
            self.vars.push(Var { choice, leaves: Vec::new(), others: support.clone() });
            self.support.push(support);
        }
        let support = &self.support[var as usize];
        if !support.contains(&value) {
            return Lit::FALSE;
        }
        match support[..] {
            [_] => Lit::TRUE,
            [first, _] => {
                let lit = Lit::pos(NodeId(self.leaf_gate(var, first)));
                if value == first { lit } else { !lit }
            }
            _ => Lit::pos(NodeId(self.leaf_gate(var, value))),
        }
    }

    fn leaf_gate(&mut self, var: u32, value: u32) -> u32 {
        if let Some(&(gate, _)) = self.vars[var as usize].leaves.iter().find(|l| l.1 == value) {
            return gate;
        }
        let gate = self.reserve();
        self.leaf_var[gate as usize] = var;
        let var = &mut self.vars[var as usize];
        var.leaves.push((gate, value));
        var.others.retain(|&v| v != value);
        gate
    }

    /// The disjunction of literals. Empties the list.
    pub(crate) fn or(&mut self, lits: &mut Vec<Lit>) -> Lit {
        lits.iter_mut().for_each(|l| *l = !*l);
        !self.and(lits)
    }

    /// The conjunction of literals. Empties the list.
    pub(crate) fn and(&mut self, lits: &mut Vec<Lit>) -> Lit {
        let contradicts = !self.simplify_and(lits);
        if contradicts {
            lits.clear();
            return Lit::FALSE;
        }
        while lits.len() > WIDE {
            let parts: Vec<Lit> = lits.chunks(2).map(|pair| self.and_gate(pair)).collect();
            *lits = parts;
        }
        let lit = self.and_gate(lits);
        lits.clear();
        lit
    }

    /// Sorts, removes what is implied; `false` if the conjunction contradicts itself.
    pub(crate) fn simplify_and(&self, lits: &mut Vec<Lit>) -> bool {
        lits.sort_unstable();
        lits.dedup();
        lits.retain(|&l| l != Lit::TRUE);
        if lits.contains(&Lit::FALSE) || lits.windows(2).any(|w| w[0].node() == w[1].node()) {
            return false;
        }
        // Two values of one choice exclude each other; a value implies that it is not another.
        let mut taken: Vec<(u32, Lit)> = Vec::new();
        for &l in lits.iter().filter(|l| !l.is_neg()) {
            let var = self.leaf_var[l.node().0 as usize];
            if var != NONE && self.vars[var as usize].leaves.len() > 1 {
                taken.push((var, l));
            }
        }
        taken.sort_unstable();
        if taken.windows(2).any(|w| w[0].0 == w[1].0) {
            return false;
        }
        if !taken.is_empty() {
            lits.retain(|&l| {
                let var = self.leaf_var[l.node().0 as usize];
                !l.is_neg() || var == NONE || taken.binary_search_by_key(&var, |t| t.0).is_err()
            });
        }
        true
    }

    fn and_gate(&mut self, inputs: &[Lit]) -> Lit {
        match inputs {
            [] => return Lit::TRUE,
            [only] => return *only,
            _ => {}
        }
        let hash = hash(inputs);
        let same = |&g: &u32| self.inputs(g) == inputs;
        if let Some(&gate) = self.index.find(hash, same) {
            return Lit::pos(NodeId(gate));
        }
        let gate = self.reserve();
        self.set_inputs(gate, inputs);
        let (input, start, end) = (&self.input, &self.input_start, &self.input_end);
        let rehash =
            |&g: &u32| crate::compile::gates::hash(&input[start[g as usize] as usize..end[g as usize] as usize]);
        self.index.insert_unique(hash, gate, rehash);
        Lit::pos(NodeId(gate))
    }

    /// Builds the table of parents. Call it once, when all gates are made.
    pub(crate) fn finish(&mut self) {
        let n = self.len();
        let mut start = vec![0u32; n + 2];
        for g in 0..n as u32 {
            self.inputs(g).iter().for_each(|l| start[l.node().0 as usize + 2] += 1);
        }
        for i in 2..n + 2 {
            start[i] += start[i - 1];
        }
        let mut parent = vec![Lit::TRUE; start[n + 1] as usize];
        for g in 0..n as u32 {
            for l in self.inputs(g) {
                let at = &mut start[l.node().0 as usize + 1];
                parent[*at as usize] = if l.is_neg() { Lit::neg(NodeId(g)) } else { Lit::pos(NodeId(g)) };
                *at += 1;
            }
        }
        start.pop();
        (self.parent, self.parent_start) = (parent, start);
    }
}

fn hash(inputs: &[Lit]) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut h = rustc_hash::FxHasher::default();
    inputs.hash(&mut h);
    h.finish()
}

/// The values that are possible at all: those whose weight is not the constant 0.
fn support(weights: &[Leaf]) -> Vec<u32> {
    let fixed = weights.iter().all(|w| matches!(w, Leaf::Const(_) | Leaf::Rest));
    let sum: f64 = weights.iter().map(|w| if let Leaf::Const(p) = w { *p } else { 0.0 }).sum();
    let possible = |w: &Leaf| match w {
        Leaf::Const(p) => *p > 0.0,
        // What sums to 1 but for rounding leaves nothing.
        Leaf::Rest => !fixed || 1.0 - sum > f64::EPSILON * weights.len() as f64,
        Leaf::Param(_) | Leaf::Neural(..) => true,
    };
    (0..weights.len() as u32).filter(|&v| possible(&weights[v as usize])).collect()
}
