//! Positive cycles during the search.
//!
//! In a region (a strongly connected set of gates, see [`super::loops`]) the least fixpoint decides: an atom may be true only
//! if it is *founded*, proved in finitely many steps from outside the region. After propagation the search asks, for the
//! region gates of one component:
//!
//! 1. Which can still be founded if everything undecided helps? The others are false.
//! 2. Which true ones are founded already by what is decided? They are constants from now on.
//! 3. Of the rest, which still depend on each other (a strongly connected set among gates that are neither false nor settled)?
//!    A true gate in such a set is *pending*: that it is true is an obligation still to be met, although it may have a true
//!    proof. Outside such sets a true gate needs only a true proof, as usual.
//!
//! Pending gates stay obligations, tie together what they depend on, and are part of cache keys: with `a :- b. b :- a.
//! a :- c1. b :- c2.` and both atoms decided true, `c1` and `c2` must not be counted as independent.

use super::gates::{Gates, NONE};
use super::state::{FALSE, State, TRUE, UNDEF};
use crate::graph::Tarjan;
use crate::lineage::{Lit, NodeId};

/// Buffers of the analysis.
pub(crate) struct Founded {
    /// Gates under consideration: those with the current stamp.
    stamp: Vec<u32>,
    current: u32,
    /// Inputs that an and-gate still waits for.
    missing: Vec<u32>,
    reached: Vec<u32>,
    queue: Vec<u32>,
    list: Vec<u32>,
    tarjan: Tarjan,
    pending: Vec<u32>,
}

/// Which question a fixpoint answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Can be founded: undecided literals help.
    Possible,
    /// Is founded: only true literals help.
    Settled,
}

impl Founded {
    pub(crate) fn new(gates: &Gates) -> Founded {
        let n = if gates.regions == 0 { 0 } else { gates.len() };
        Founded {
            stamp: vec![0; n],
            current: 0,
            missing: vec![0; n],
            reached: vec![0; n],
            queue: Vec::new(),
            list: Vec::new(),
            tarjan: Tarjan::new(n),
            pending: vec![0; n],
        }
    }

    /// Runs the analysis on the region gates among `items` (see [`super::search`] for their form) and propagates what
    /// follows. `false` on a contradiction.
    pub(crate) fn analyse(&mut self, gates: &Gates, state: &mut State, items: &[u32]) -> bool {
        loop {
            self.current += 1;
            self.list.clear();
            for &item in items {
                let g = item >> 2;
                if gates.region[g as usize] != NONE && truth(gates, state, g) != FALSE {
                    self.stamp[g as usize] = self.current;
                    self.list.push(g);
                }
            }
            self.fixpoint(gates, state, Mode::Possible);
            let mut changed = false;
            for i in 0..self.list.len() {
                let g = self.list[i];
                if self.reached[g as usize] != self.current {
                    let positive = positive(gates, g);
                    if !state.assign(!positive) {
                        return false;
                    }
                    changed = true;
                }
            }
            if !changed {
                break;
            }
            if !state.propagate(gates) {
                return false;
            }
        }
        self.settle(gates, state);
        true
    }

    /// Whether the last analysis found this gate to be pending.
    #[inline]
    pub(crate) fn is_pending(&self, g: u32) -> bool {
        self.pending[g as usize] == self.current
    }

    /// Whether two region gates depend on each other after the last analysis.
    #[inline]
    pub(crate) fn together(&self, a: u32, b: u32) -> bool {
        self.stamp[a as usize] == self.current
            && self.stamp[b as usize] == self.current
            && self.tarjan.component[a as usize] == self.tarjan.component[b as usize]
    }

    /// Least fixpoint over the stamped gates; marks what it reaches with the current number.
    fn fixpoint(&mut self, gates: &Gates, state: &State, mode: Mode) {
        self.queue.clear();
        for &g in &self.list {
            let own = truth(gates, state, g);
            if mode == Mode::Settled && own != TRUE {
                self.missing[g as usize] = u32::MAX;
                continue;
            }
            let inputs = gates.inputs(g);
            let founded = if gates.is_or[g as usize] {
                // One disjunct from outside. (Inputs are the negated disjuncts.)
                self.missing[g as usize] = 1;
                let helps = |&&l: &&Lit| {
                    let v = state.value(!l);
                    !self.inside(gates, mode, g, l) && (v == TRUE || mode == Mode::Possible && v == UNDEF)
                };
                inputs.iter().any(|l| helps(&l))
            } else {
                let inside = inputs.iter().filter(|&&l| self.inside(gates, mode, g, l)).count() as u32;
                self.missing[g as usize] = inside;
                inside == 0
            };
            if founded {
                self.reached[g as usize] = self.current;
                self.queue.push(g);
            }
        }
        while let Some(g) = self.queue.pop() {
            for p in gates.parents(g) {
                let parent = p.node().0;
                let inside = gates.region[parent as usize] != NONE
                    && self.stamp[parent as usize] == self.current
                    && self.inside(gates, mode, parent, Lit::pos(NodeId(g)))
                    && self.reached[parent as usize] != self.current
                    && self.missing[parent as usize] != u32::MAX;
                if inside {
                    self.missing[parent as usize] -= 1;
                    if self.missing[parent as usize] == 0 {
                        self.reached[parent as usize] = self.current;
                        self.queue.push(parent);
                    }
                }
            }
        }
    }

    /// Whether an input of a region gate is one of the stamped gates of its region (for [`Mode::Settled`], of its strongly
    /// connected set).
    #[inline]
    fn inside(&self, gates: &Gates, mode: Mode, g: u32, input: Lit) -> bool {
        let h = input.node().0;
        gates.region[h as usize] == gates.region[g as usize]
            && self.stamp[h as usize] == self.current
            && (mode == Mode::Possible || self.tarjan.component[h as usize] == self.tarjan.component[g as usize])
    }

    /// Takes out what is settled, until only undecided, pending and ordinary gates are left. True gates of other strongly
    /// connected sets count as given: that they are founded is their own obligation.
    fn settle(&mut self, gates: &Gates, state: &State) {
        loop {
            self.restamp();
            let Founded { tarjan, stamp, current, list, .. } = self;
            tarjan.run(list.iter().copied(), |g, i| {
                // The i-th stamped input of the region; inputs are few.
                let region = gates.region[g as usize];
                let inside = |&&l: &&Lit| {
                    let h = l.node().0 as usize;
                    gates.region[h] == region && stamp[h] == *current
                };
                gates.inputs(g).iter().filter(inside).nth(i as usize).map(|l| l.node().0)
            });
            self.fixpoint(gates, state, Mode::Settled);
            let (reached, current, before) = (&self.reached, self.current, self.list.len());
            self.list.retain(|&g| reached[g as usize] != current);
            if self.list.len() == before {
                break;
            }
        }
        let Founded { tarjan, pending, current, list, .. } = self;
        for &g in list.iter() {
            let c = tarjan.component[g as usize] as usize;
            if tarjan.members_of(c).len() > 1 && truth(gates, state, g) == TRUE {
                pending[g as usize] = *current;
            }
        }
    }

    fn restamp(&mut self) {
        self.current += 1;
        for &g in &self.list {
            self.stamp[g as usize] = self.current;
        }
    }
}

/// The literal that says that the atom or proof of a region gate holds.
fn positive(gates: &Gates, g: u32) -> Lit {
    if gates.is_or[g as usize] { Lit::neg(NodeId(g)) } else { Lit::pos(NodeId(g)) }
}

fn truth(gates: &Gates, state: &State, g: u32) -> u8 {
    state.value(positive(gates, g))
}
