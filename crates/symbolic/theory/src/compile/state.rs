//! The state of the search: values of gates, unit propagation through gates and exclusive values, undo.
//!
//! The rules: an and with a false input is false; with all inputs true it is true; a true and makes its inputs true; a false
//! and whose inputs are true but for one makes that one false. Of the leaves of a choice at most one is true, and exactly
//! one if every possible value has a leaf.

use super::gates::{Gates, NONE};
use crate::lineage::Lit;

pub(crate) const UNDEF: u8 = 0;
pub(crate) const TRUE: u8 = 1;
pub(crate) const FALSE: u8 = 2;

pub(crate) struct State {
    /// Value of each gate.
    pub val: Vec<u8>,
    /// Number of false inputs of each gate.
    pub falses: Vec<u32>,
    /// Number of inputs not yet counted as assigned.
    open: Vec<u32>,
    /// For each variable, leaves not yet counted as assigned, and whether one is true.
    open_leaves: Vec<u32>,
    taken: Vec<bool>,
    /// Gates that matter to the current root: those with the current number.
    active: Vec<u32>,
    root: u32,
    trail: Vec<u32>,
    head: usize,
}

impl State {
    pub(crate) fn new(gates: &Gates) -> State {
        let n = gates.len();
        State {
            val: vec![UNDEF; n],
            falses: vec![0; n],
            open: (0..n as u32).map(|g| gates.inputs(g).len() as u32).collect(),
            open_leaves: gates.vars.iter().map(|v| v.leaves.len() as u32).collect(),
            taken: vec![false; gates.vars.len()],
            active: vec![0; n],
            root: 0,
            trail: Vec::new(),
            head: 0,
        }
    }

    /// Starts a new root: everything undefined, only what `lits` reach is active. Returns the active gates in order.
    pub(crate) fn start(&mut self, gates: &Gates, lits: &[Lit]) -> Vec<u32> {
        self.undo(gates, 0);
        self.root += 1;
        let mut cone: Vec<u32> = Vec::new();
        let mut next = 0;
        let (active, root) = (&mut self.active, self.root);
        let mut visit = |g: u32, cone: &mut Vec<u32>| {
            if active[g as usize] != root {
                active[g as usize] = root;
                cone.push(g);
            }
        };
        lits.iter().for_each(|l| visit(l.node().0, &mut cone));
        while let Some(&g) = cone.get(next) {
            next += 1;
            gates.inputs(g).iter().for_each(|l| visit(l.node().0, &mut cone));
            let var = gates.leaf_var[g as usize];
            if var != NONE {
                gates.vars[var as usize].leaves.iter().for_each(|l| visit(l.0, &mut cone));
            }
        }
        cone.sort_unstable();
        cone
    }

    /// Where the trail is, for [`State::undo`].
    pub(crate) fn mark(&self) -> usize {
        self.trail.len()
    }

    /// What was assigned since a mark.
    pub(crate) fn since(&self, mark: usize) -> &[u32] {
        &self.trail[mark..]
    }

    /// Whether a literal is true, false, or undefined.
    #[inline]
    pub(crate) fn value(&self, lit: Lit) -> u8 {
        match self.val[lit.node().0 as usize] {
            UNDEF => UNDEF,
            v if lit.is_neg() => 3 - v,
            v => v,
        }
    }

    /// Makes a literal true; `false` if it is false already.
    #[inline]
    pub(crate) fn assign(&mut self, lit: Lit) -> bool {
        match self.value(lit) {
            UNDEF => {
                self.val[lit.node().0 as usize] = if lit.is_neg() { FALSE } else { TRUE };
                self.trail.push(lit.node().0);
                true
            }
            v => v == TRUE,
        }
    }

    /// Draws all consequences; `false` on a contradiction.
    pub(crate) fn propagate(&mut self, gates: &Gates) -> bool {
        while self.head < self.trail.len() {
            let g = self.trail[self.head];
            self.head += 1;
            let value = self.val[g as usize];
            for p in gates.parents(g) {
                let parent = p.node().0 as usize;
                if self.active[parent] == self.root {
                    self.open[parent] -= 1;
                    self.falses[parent] += u32::from((value == TRUE) == p.is_neg());
                }
            }
            let var = gates.leaf_var[g as usize];
            if var != NONE {
                self.open_leaves[var as usize] -= 1;
                self.taken[var as usize] |= value == TRUE;
                if !self.exclude(gates, var, g, value) {
                    return false;
                }
            } else if !self.react(gates, g, true) {
                return false;
            }
            for p in gates.parents(g) {
                let parent = p.node().0;
                if self.active[parent as usize] == self.root && !self.react(gates, parent, false) {
                    return false;
                }
            }
        }
        true
    }

    /// Consequences of the counters and the value of a gate; of its value for its inputs only where that is `new`.
    #[inline]
    fn react(&mut self, gates: &Gates, g: u32, new: bool) -> bool {
        let (falses, open) = (self.falses[g as usize], self.open[g as usize]);
        match self.val[g as usize] {
            UNDEF if falses > 0 => self.assign(!Lit::pos(crate::lineage::NodeId(g))),
            UNDEF => open > 0 || self.assign(Lit::pos(crate::lineage::NodeId(g))),
            TRUE if falses > 0 => false,
            TRUE => !new || gates.inputs(g).iter().all(|&l| self.assign(l)),
            _ if falses > 0 || open > 1 => true,
            _ if open == 0 => false,
            _ => match gates.inputs(g).iter().find(|&&l| self.value(l) == UNDEF) {
                Some(&last) => self.assign(!last),
                // Assigned, and soon to be counted.
                None => true,
            },
        }
    }

    fn exclude(&mut self, gates: &Gates, var: u32, g: u32, value: u8) -> bool {
        let v = &gates.vars[var as usize];
        if value == TRUE {
            return v.leaves.iter().all(|&(l, _)| l == g || self.assign(Lit::neg(crate::lineage::NodeId(l))));
        }
        if !v.others.is_empty() || self.taken[var as usize] {
            return true;
        }
        match self.open_leaves[var as usize] {
            0 => false,
            1 => match v.leaves.iter().find(|l| self.val[l.0 as usize] == UNDEF) {
                Some(&(l, _)) => self.assign(Lit::pos(crate::lineage::NodeId(l))),
                None => true,
            },
            _ => true,
        }
    }

    /// Takes back everything since a mark.
    pub(crate) fn undo(&mut self, gates: &Gates, mark: usize) {
        while self.trail.len() > mark {
            let Some(g) = self.trail.pop() else { return };
            let value = self.val[g as usize];
            // Only what was propagated has been counted.
            if self.trail.len() < self.head {
                for p in gates.parents(g) {
                    let parent = p.node().0 as usize;
                    if self.active[parent] == self.root {
                        self.open[parent] += 1;
                        self.falses[parent] -= u32::from((value == TRUE) == p.is_neg());
                    }
                }
                let var = gates.leaf_var[g as usize];
                if var != NONE {
                    self.open_leaves[var as usize] += 1;
                    self.taken[var as usize] &= value != TRUE;
                }
            }
            self.val[g as usize] = UNDEF;
        }
        self.head = self.head.min(mark);
    }
}
