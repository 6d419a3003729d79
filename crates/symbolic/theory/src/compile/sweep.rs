//! A search for long programs without positive cycles: forward over the choices, step by step, like a simulation that
//! remembers which states it has seen.
//!
//! The search of [`super::search`] looks at a whole component at every step, to find what it falls apart into. A Markov model
//! of a thousand steps does not fall apart; there each step changes a few gates. The sweep touches only those: it keeps for
//! every gate the number of undecided gates and open obligations that still see it, and its state (the undefined gates that
//! matter, and the open obligations) as a [`Set`] whose number is the cache key. States are the same as the components
//! there, without being split.

use rustc_hash::FxHashMap;

use super::gates::{Gates, NONE};
use super::sets::{EMPTY, Set, Sets};
use super::state::{FALSE, State, TRUE, UNDEF};
use crate::circuit::{Builder, NodeIndex};
use crate::lineage::{Lit, NodeId};

/// What a sweep keeps between roots: states that are solved.
pub(crate) struct Sweep {
    sets: Sets,
    solved: FxHashMap<Set, NodeIndex>,
    /// Variables by the time at which the forward order meets them.
    order: Vec<u32>,
    /// For each gate how many gates see it, and whether it sees its inputs.
    seen: Vec<u32>,
    sees: Vec<bool>,
    /// For each variable its undefined leaves that are seen.
    seen_leaves: Vec<u32>,
    /// What was changed, to be undone: gates that see no more, and (after [`NONE`]) variables that lost a leaf.
    log: Vec<(bool, u32)>,
    queue: Vec<u32>,
    words: Vec<u32>,
    vars: Vec<u32>,
    values: Vec<u32>,
    children: Vec<NodeIndex>,
}

/// A state that is being solved.
struct Step {
    set: Set,
    /// Position in the order, and the variable decided.
    position: usize,
    var: u32,
    branch: usize,
    trail: usize,
    log: usize,
    ors: usize,
    ands: usize,
    alternatives: usize,
}

/// How a sweep ended.
pub(crate) enum Outcome {
    /// The node of the root.
    Solved(NodeIndex),
    /// The limit of work was reached.
    Limit,
}

impl Sweep {
    pub(crate) fn new(gates: &Gates, level: &[u32]) -> Sweep {
        let met = |v: &u32| gates.vars[*v as usize].leaves.first().map_or(u32::MAX, |l| level[l.0 as usize]);
        let mut order: Vec<u32> = (0..gates.vars.len() as u32).collect();
        order.sort_by_key(|v| (met(v), *v));
        Sweep {
            sets: Sets::new(gates.len()),
            solved: FxHashMap::default(),
            order,
            seen: vec![0; gates.len()],
            sees: vec![false; gates.len()],
            seen_leaves: vec![0; gates.vars.len()],
            log: Vec::new(),
            queue: Vec::new(),
            words: Vec::new(),
            vars: Vec::new(),
            values: Vec::new(),
            children: Vec::new(),
        }
    }

    /// Bytes held.
    pub(crate) fn memory(&self) -> usize {
        self.sets.memory() + self.solved.len() * 16
    }

    /// Compiles a root whose literals are assigned and propagated in `state` without contradiction. `tick` is told the work
    /// done since the last call and says whether to go on.
    pub(crate) fn run(
        &mut self,
        gates: &Gates,
        state: &mut State,
        cone: &[u32],
        circuit: &mut Builder,
        mut tick: impl FnMut(usize, &Sweep, &Builder) -> bool,
    ) -> Outcome {
        let (mut ors, mut ands, mut alternatives) = (Vec::new(), Vec::new(), Vec::new());
        let set = self.start(gates, state, cone, circuit, &mut ands);
        let mut steps: Vec<Step> = Vec::new();
        // The result of the state entered last, once it is known.
        let mut result = self.enter(gates, state, set, 0, &ors, &ands, &mut alternatives, &mut steps);
        loop {
            let Some(step) = steps.last_mut() else {
                self.children.clear();
                self.children.append(&mut ands);
                self.children.extend(result);
                let node = circuit.and(&mut self.children);
                self.clear(gates, cone);
                return Outcome::Solved(node);
            };
            if let Some(node) = result.take() {
                self.children.clear();
                self.children.extend(ands.drain(step.ands..));
                self.children.push(node);
                ors.push(circuit.and(&mut self.children));
                self.undo(gates, step.log);
                state.undo(gates, step.trail);
            }
            let leaves: &[u32] = &alternatives[step.alternatives..];
            let single = gates.vars[step.var as usize].leaves.len() == 1;
            let branch = step.branch;
            step.branch += 1;
            let holds = match branch {
                b if b < leaves.len() => state.assign(Lit::pos(NodeId(leaves[b]))),
                b if b == leaves.len() => leaves.iter().all(|&l| state.assign(Lit::neg(NodeId(l)))),
                _ => {
                    self.children.clear();
                    self.children.extend(ors.drain(step.ors..));
                    let node = circuit.or(&mut self.children);
                    alternatives.truncate(step.alternatives);
                    self.solved.insert(step.set, node);
                    steps.pop();
                    result = Some(node);
                    continue;
                }
            };
            debug_assert!(!single || leaves.len() == 1);
            let (trail, log, set, position) = (step.trail, step.log, step.set, step.position);
            if holds && state.propagate(gates) {
                let set = self.advance(gates, state, set, trail, circuit, &mut ands);
                let work = 8 + (state.mark() - trail) + 4 * self.words.len();
                if !tick(work, self, circuit) {
                    self.undo(gates, 0);
                    self.clear(gates, cone);
                    return Outcome::Limit;
                }
                result = self.enter(gates, state, set, position, &ors, &ands, &mut alternatives, &mut steps);
            } else {
                state.undo(gates, trail);
                self.undo(gates, log);
            }
        }
    }

    /// The node of a state, or a new step if it is not known.
    fn enter(
        &self,
        gates: &Gates,
        state: &State,
        set: Set,
        mut position: usize,
        ors: &[NodeIndex],
        ands: &[NodeIndex],
        alternatives: &mut Vec<u32>,
        steps: &mut Vec<Step>,
    ) -> Option<NodeIndex> {
        if set == EMPTY {
            return Some(Builder::TRUE);
        }
        if let Some(&node) = self.solved.get(&set) {
            return Some(node);
        }
        while let Some(&var) = self.order.get(position) {
            if self.seen_leaves[var as usize] > 0 {
                let base = alternatives.len();
                let leaves = gates.vars[var as usize].leaves.iter().map(|l| l.0);
                alternatives.extend(leaves.filter(|&l| state.val[l as usize] == UNDEF && self.seen[l as usize] > 0));
                steps.push(Step {
                    set,
                    position,
                    var,
                    branch: 0,
                    trail: state.mark(),
                    log: self.log.len(),
                    ors: ors.len(),
                    ands: ands.len(),
                    alternatives: base,
                });
                return None;
            }
            position += 1;
        }
        // An obligation that no choice can meet any more.
        Some(Builder::FALSE)
    }

    fn is_open(gates: &Gates, state: &State, g: u32) -> bool {
        state.val[g as usize] == FALSE && state.falses[g as usize] == 0 && gates.leaf_var[g as usize] == NONE
    }

    /// Counts who sees whom from scratch, and emits the leaves of choices that are settled.
    fn start(
        &mut self,
        gates: &Gates,
        state: &State,
        cone: &[u32],
        circuit: &mut Builder,
        ands: &mut Vec<NodeIndex>,
    ) -> Set {
        self.log.clear();
        self.queue.clear();
        for &g in cone {
            if Self::is_open(gates, state, g) {
                self.sees[g as usize] = true;
                self.queue.push(g);
            }
        }
        while let Some(g) = self.queue.pop() {
            for l in gates.inputs(g) {
                let h = l.node().0;
                self.seen[h as usize] += 1;
                if self.seen[h as usize] > 1 || state.val[h as usize] != UNDEF {
                    continue;
                }
                match gates.leaf_var[h as usize] {
                    NONE => {
                        self.sees[h as usize] = true;
                        self.queue.push(h);
                    }
                    var => self.seen_leaves[var as usize] += 1,
                }
            }
        }
        self.vars.clear();
        self.vars.extend(cone.iter().map(|&g| gates.leaf_var[g as usize]).filter(|&v| v != NONE));
        self.emit(gates, state, circuit, ands);
        self.words.clear();
        self.words.extend(cone.iter().map(|g| g / 32));
        self.updated(gates, state, EMPTY)
    }

    /// Updates who sees whom after propagation of what was assigned since `trail`; emits the leaves of choices that are
    /// settled; returns the new state.
    fn advance(
        &mut self,
        gates: &Gates,
        state: &State,
        set: Set,
        trail: usize,
        circuit: &mut Builder,
        ands: &mut Vec<NodeIndex>,
    ) -> Set {
        self.words.clear();
        self.vars.clear();
        self.queue.clear();
        for &g in state.since(trail) {
            self.words.push(g / 32);
            let var = gates.leaf_var[g as usize];
            if var == NONE {
                if !Self::is_open(gates, state, g) {
                    self.queue.push(g);
                }
            } else if self.seen[g as usize] > 0 {
                self.lose_leaf(var);
            }
            // Obligations that this meets.
            for p in gates.parents(g) {
                let p = p.node().0;
                if state.val[p as usize] == FALSE && state.falses[p as usize] > 0 {
                    self.queue.push(p);
                }
            }
        }
        while let Some(g) = self.queue.pop() {
            if !self.sees[g as usize] {
                continue;
            }
            self.sees[g as usize] = false;
            self.log.push((true, g));
            self.words.push(g / 32);
            for l in gates.inputs(g) {
                let h = l.node().0;
                self.seen[h as usize] -= 1;
                if self.seen[h as usize] == 0 && state.val[h as usize] == UNDEF {
                    self.words.push(h / 32);
                    match gates.leaf_var[h as usize] {
                        NONE => self.queue.push(h),
                        var => self.lose_leaf(var),
                    }
                }
            }
        }
        self.emit(gates, state, circuit, ands);
        self.updated(gates, state, set)
    }

    fn lose_leaf(&mut self, var: u32) {
        self.seen_leaves[var as usize] -= 1;
        self.log.push((false, var));
        self.vars.push(var);
    }

    /// Leaves of the choices in `vars` that nothing sees any more.
    fn emit(&mut self, gates: &Gates, state: &State, circuit: &mut Builder, ands: &mut Vec<NodeIndex>) {
        self.vars.sort_unstable();
        self.vars.dedup();
        for i in 0..self.vars.len() {
            let var = self.vars[i];
            let v = &gates.vars[var as usize];
            if self.seen_leaves[var as usize] > 0 {
                continue;
            }
            // Its unseen leaves leave the state with it.
            self.words.extend(v.leaves.iter().map(|l| l.0 / 32));
            if v.left(state, &mut self.values) {
                ands.push(circuit.leaf(v.choice, &self.values));
            }
        }
    }

    /// The state with all words in `words` brought up to date.
    fn updated(&mut self, gates: &Gates, state: &State, set: Set) -> Set {
        self.words.sort_unstable();
        self.words.dedup();
        let word = |w: u32| {
            let mut bits = 0u64;
            for g in w * 32..(w * 32 + 32).min(gates.len() as u32) {
                let class = if self.sees[g as usize] {
                    1 + u64::from(state.val[g as usize] != UNDEF)
                } else {
                    let var = gates.leaf_var[g as usize];
                    let open = var != NONE && state.val[g as usize] == UNDEF && self.seen_leaves[var as usize] > 0;
                    match open {
                        true if self.seen[g as usize] > 0 => 1,
                        true => 3,
                        false => 0,
                    }
                };
                bits |= class << (2 * (g % 32));
            }
            (w, bits)
        };
        let words: Vec<(u32, u64)> = self.words.iter().map(|&w| word(w)).collect();
        self.sets.replace(set, &words)
    }

    fn undo(&mut self, gates: &Gates, mark: usize) {
        while self.log.len() > mark {
            match self.log.pop() {
                Some((true, g)) => {
                    self.sees[g as usize] = true;
                    gates.inputs(g).iter().for_each(|l| self.seen[l.node().0 as usize] += 1);
                }
                Some((false, var)) => self.seen_leaves[var as usize] += 1,
                None => return,
            }
        }
    }

    fn clear(&mut self, gates: &Gates, cone: &[u32]) {
        self.log.clear();
        for &g in cone {
            self.seen[g as usize] = 0;
            self.sees[g as usize] = false;
            let var = gates.leaf_var[g as usize];
            if var != NONE {
                self.seen_leaves[var as usize] = 0;
            }
        }
    }
}

impl super::gates::Var {
    /// Writes the values that are left; `false` if that is all of them.
    pub(crate) fn left(&self, state: &State, values: &mut Vec<u32>) -> bool {
        values.clear();
        if let Some(&(_, value)) = self.leaves.iter().find(|l| state.val[l.0 as usize] == TRUE) {
            values.push(value);
            return true;
        }
        values.extend(self.leaves.iter().filter(|l| state.val[l.0 as usize] == UNDEF).map(|l| l.1));
        if values.len() == self.leaves.len() {
            return false;
        }
        values.extend_from_slice(&self.others);
        values.sort_unstable();
        true
    }
}
