//! A circuit as the kernels want it: gates that are sums of short products, in one flat list.
//!
//! Products that only one sum uses disappear into it, so that the value of "the digits add up to 7" is one loop over eight
//! pairs rather than nine nodes. Everything is numbered by *slot*: first the inputs (one column of one network call each),
//! then constants, then gates, each behind what it needs.

use symbolon_theory::circuit::{Circuit, Kind, NodeIndex};
use symbolon_theory::lineage::ChoiceId;

/// Longest product inside a gate; longer ones become trees of gates, so that no kernel needs room for more.
pub(crate) const FACTORS: usize = 4;

/// What one value of one choice weighs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Base {
    /// Column `.1` of call `.0`, as a logarithm.
    Input(u32, u32),
    /// A fixed probability.
    Const(f64),
}

/// A root of the circuit that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Root {
    /// Its slot.
    pub slot: u32,
    /// Whether it is divided by the root of the evidence.
    pub given: bool,
}

/// A circuit ready to run. See the [module documentation](self).
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Call and column of each input slot.
    pub(crate) inputs: Vec<(u32, u32)>,
    /// Values of the slots behind the inputs.
    pub(crate) consts: Vec<f64>,
    /// Terms of gate `g`: `terms[gates[g]..gates[g + 1]]`.
    gates: Vec<u32>,
    /// Factors of term `t`: `factors[terms[t]..terms[t + 1]]`, slots.
    terms: Vec<u32>,
    factors: Vec<u32>,
    /// The queries, then the evidence if there is any.
    pub(crate) roots: Vec<Root>,
    pub(crate) queries: usize,
    /// Slot of the evidence, where it is not certain.
    pub(crate) evidence: Option<u32>,
    /// Number of calls that the inputs refer to.
    pub(crate) calls: usize,
    /// Whether values are so small by nature that probabilities would vanish in a float.
    pub(crate) deep: bool,
}

impl Plan {
    /// Number of slots in front of the gates.
    #[inline(always)]
    pub(crate) fn bases(&self) -> usize {
        self.inputs.len() + self.consts.len()
    }
    /// Number of slots.
    #[inline(always)]
    pub(crate) fn slots(&self) -> usize {
        self.bases() + self.gates()
    }
    /// Number of gates.
    #[inline(always)]
    pub fn gates(&self) -> usize {
        self.gates.len() - 1
    }
    /// Number of factors in all gates: what an evaluation costs for each example.
    pub fn edges(&self) -> usize {
        self.factors.len()
    }
    /// The terms of a gate.
    #[inline(always)]
    pub(crate) fn terms(&self, gate: usize) -> std::ops::Range<usize> {
        self.gates[gate] as usize..self.gates[gate + 1] as usize
    }
    /// The slots that a term multiplies: one to [`FACTORS`].
    #[inline(always)]
    pub(crate) fn factors(&self, term: usize) -> &[u32] {
        &self.factors[self.terms[term] as usize..self.terms[term + 1] as usize]
    }
    /// Whether a root is false in every world.
    #[inline(always)]
    pub(crate) fn is_false(&self, root: usize) -> bool {
        let slot = self.roots[root].slot as usize;
        slot.checked_sub(self.inputs.len()).and_then(|c| self.consts.get(c)) == Some(&0.0)
    }

    /// `evidence` is what the queries, which include it, are divided by. `calls`: number of network calls (parameters count as one).
    pub(crate) fn new(
        circuit: &Circuit,
        queries: &[NodeIndex],
        evidence: Option<NodeIndex>,
        calls: usize,
        base: &dyn Fn(ChoiceId, u32) -> Base,
    ) -> Plan {
        let mut builder = Builder::new(circuit, queries, evidence, base);
        builder.run();
        let mut plan = builder.plan;
        let slot = |n: NodeIndex| match &builder.made[n as usize] {
            Made::Slot(s) => *s,
            _ => unreachable!("roots are slots of their own"),
        };
        // What is certain need not be divided by, but can be asked for.
        let certain = |e: NodeIndex| circuit.kind(e) == Kind::And && circuit.children(e).is_empty();
        plan.evidence = evidence.filter(|&e| !certain(e)).map(slot);
        plan.roots = queries.iter().map(|&q| Root { slot: slot(q), given: plan.evidence.is_some() }).collect();
        plan.queries = plan.roots.len();
        plan.roots.extend(evidence.map(|e| Root { slot: slot(e), given: false }));
        plan.calls = calls;
        plan.deep = plan.least_log() < DEEP;
        plan
    }

    /// The logarithm of the least root when every input is as likely as ten others.
    fn least_log(&self) -> f64 {
        let mut values: Vec<f64> = vec![-(10f64.ln()); self.inputs.len()];
        values.extend(self.consts.iter().map(|c| c.ln()));
        for g in 0..self.gates() {
            let logs = self.terms(g).map(|t| self.factors(t).iter().map(|&f| values[f as usize]).sum::<f64>());
            let logs: Vec<f64> = logs.collect();
            let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = logs.iter().map(|l| (l - top).exp()).sum();
            values.push(if top == f64::NEG_INFINITY { top } else { top + sum.ln() });
        }
        let possible = self.roots.iter().map(|r| values[r.slot as usize]).filter(|v| v.is_finite());
        possible.fold(0.0, f64::min)
    }
}

/// Below this logarithm of a typical value a plan starts in log space.
const DEEP: f64 = -40.0;

/// What became of a node.
#[derive(Clone, Debug)]
enum Made {
    /// Not needed, or not yet made.
    Nothing,
    Slot(u32),
    /// A product that its only user takes over.
    Product(Vec<u32>),
    /// A sum of products that its only user takes over.
    Sum(Vec<Vec<u32>>),
}

struct Builder<'a> {
    circuit: &'a Circuit,
    base: &'a dyn Fn(ChoiceId, u32) -> Base,
    plan: Plan,
    made: Vec<Made>,
    needed: Vec<bool>,
    /// The only user of a node, if it has just one.
    user: Vec<Option<NodeIndex>>,
    slot_of_input: rustc_hash::FxHashMap<(u32, u32), u32>,
    slot_of_const: rustc_hash::FxHashMap<u64, u32>,
}

impl<'a> Builder<'a> {
    fn new(
        circuit: &'a Circuit,
        queries: &[NodeIndex],
        evidence: Option<NodeIndex>,
        base: &'a dyn Fn(ChoiceId, u32) -> Base,
    ) -> Self {
        let n = circuit.len();
        let mut uses = vec![0u32; n];
        let mut user = vec![None; n];
        let mut needed = vec![false; n];
        for &r in queries.iter().chain(&evidence) {
            needed[r as usize] = true;
            uses[r as usize] = 2;
        }
        for i in (0..n).rev() {
            if !needed[i] {
                continue;
            }
            for &c in circuit.children(i as NodeIndex) {
                needed[c as usize] = true;
                uses[c as usize] = uses[c as usize].saturating_add(1);
                user[c as usize] = Some(i as NodeIndex);
            }
        }
        for (u, n) in user.iter_mut().zip(&uses) {
            *u = u.filter(|_| *n == 1);
        }
        let plan = Plan { gates: vec![0], terms: vec![0], ..Plan::default() };
        let mut builder = Builder {
            circuit,
            base,
            plan,
            made: vec![Made::Nothing; n],
            needed,
            user,
            slot_of_input: Default::default(),
            slot_of_const: Default::default(),
        };
        builder.number_bases();
        builder
    }

    /// Inputs and constants come first, so their slots must be known before any gate is made.
    fn number_bases(&mut self) {
        for i in 0..self.circuit.len() {
            let kind = self.circuit.kind(i as NodeIndex);
            if !self.needed[i] {
                continue;
            }
            match kind {
                Kind::Leaf(leaf) => {
                    let leaf = self.circuit.leaf(leaf);
                    let (mut sum, mut varies) = (0.0, false);
                    for &v in leaf.values {
                        match (self.base)(leaf.choice, v) {
                            Base::Input(call, column) => {
                                varies = true;
                                let next = self.plan.inputs.len() as u32;
                                if *self.slot_of_input.entry((call, column)).or_insert(next) == next {
                                    self.plan.inputs.push((call, column));
                                }
                            }
                            Base::Const(p) => sum += p,
                        }
                    }
                    if sum > 0.0 || !varies {
                        self.constant(sum);
                    }
                }
                Kind::And if self.circuit.children(i as NodeIndex).is_empty() => self.constant(1.0),
                Kind::Or if self.circuit.children(i as NodeIndex).is_empty() => self.constant(0.0),
                _ => {}
            }
        }
        // Columns of one call next to each other, as they are in memory.
        self.plan.inputs.sort_unstable();
        self.slot_of_input = self.plan.inputs.iter().enumerate().map(|(slot, &input)| (input, slot as u32)).collect();
        let first = self.plan.inputs.len() as u32;
        self.slot_of_const.values_mut().for_each(|s| *s += first);
    }

    fn constant(&mut self, value: f64) {
        let next = self.plan.consts.len() as u32;
        if *self.slot_of_const.entry(value.to_bits()).or_insert(next) == next {
            self.plan.consts.push(value);
        }
    }

    fn run(&mut self) {
        for i in 0..self.circuit.len() {
            if self.needed[i] {
                self.made[i] = self.node(i as NodeIndex);
            }
        }
    }

    fn node(&mut self, i: NodeIndex) -> Made {
        let kind = self.circuit.kind(i);
        let under = self.user[i as usize].map(|u| self.circuit.kind(u));
        match kind {
            Kind::Leaf(leaf) => {
                let leaf = self.circuit.leaf(leaf);
                let (mut sum, mut terms) = (0.0, Vec::new());
                for &v in leaf.values {
                    match (self.base)(leaf.choice, v) {
                        Base::Input(call, column) => terms.push(vec![self.slot_of_input[&(call, column)]]),
                        Base::Const(p) => sum += p,
                    }
                }
                if sum > 0.0 || terms.is_empty() {
                    terms.push(vec![self.slot_of_const[&sum.to_bits()]]);
                }
                self.sum(terms, under)
            }
            Kind::And if self.circuit.children(i).is_empty() => Made::Slot(self.slot_of_const[&1f64.to_bits()]),
            Kind::Or if self.circuit.children(i).is_empty() => Made::Slot(self.slot_of_const[&0f64.to_bits()]),
            Kind::And => {
                let mut factors = Vec::new();
                for &c in self.circuit.children(i) {
                    match &mut self.made[c as usize] {
                        Made::Slot(s) => factors.push(*s),
                        Made::Product(own) => factors.append(own),
                        Made::Sum(_) | Made::Nothing => unreachable!("sums go into sums only"),
                    }
                }
                // A product above takes all factors before they are cut to length, as that gives the flattest tree.
                match under {
                    Some(Kind::And) => Made::Product(factors),
                    Some(Kind::Or) => Made::Product(self.short(factors)),
                    _ => {
                        let factors = self.short(factors);
                        Made::Slot(self.gate(vec![factors]))
                    }
                }
            }
            Kind::Or => {
                let mut terms = Vec::new();
                for &c in self.circuit.children(i) {
                    match &mut self.made[c as usize] {
                        Made::Slot(s) => terms.push(vec![*s]),
                        Made::Product(own) => terms.push(std::mem::take(own)),
                        Made::Sum(own) => terms.append(own),
                        Made::Nothing => unreachable!("children come first"),
                    }
                }
                self.sum(terms, under)
            }
            Kind::Unknown => unreachable!("only complete circuits become plans"),
        }
    }

    fn sum(&mut self, mut terms: Vec<Vec<u32>>, under: Option<Kind>) -> Made {
        match (terms.len(), under) {
            (1, _) if terms[0].len() == 1 => Made::Slot(terms[0][0]),
            (1, Some(_)) => Made::Product(terms.swap_remove(0)),
            (_, Some(Kind::Or)) => Made::Sum(terms),
            _ => Made::Slot(self.gate(terms)),
        }
    }

    /// The same product with at most [`FACTORS`] factors.
    fn short(&mut self, mut factors: Vec<u32>) -> Vec<u32> {
        while factors.len() > FACTORS {
            let parts: Vec<Vec<u32>> = factors.chunks(FACTORS).map(<[u32]>::to_vec).collect();
            factors = parts.into_iter().map(|p| if p.len() == 1 { p[0] } else { self.gate(vec![p]) }).collect();
        }
        factors
    }

    fn gate(&mut self, terms: Vec<Vec<u32>>) -> u32 {
        for term in terms {
            debug_assert!(term.len() <= FACTORS, "products are cut before they reach a gate");
            self.plan.factors.extend(term);
            self.plan.terms.push(self.plan.factors.len() as u32);
        }
        self.plan.gates.push(self.plan.terms.len() as u32 - 1);
        (self.plan.slots() - 1) as u32
    }
}
