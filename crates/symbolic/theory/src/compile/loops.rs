//! Positive cycles: a set of atoms and proofs that need each other means its *least* fixpoint (what can be proved in
//! finitely many steps), so equations between gates are not enough.
//!
//! Here one strongly connected set of lineage nodes becomes gates. First it is simplified: what cannot be proved at all is
//! false, a proof that uses its own conclusion is dropped, a node with one input is its input; that may break the set
//! into smaller ones or open all its cycles. What stays cyclic becomes a *region* of gates that the search watches.

use super::gates::Gates;
use crate::graph::Tarjan;
use crate::lineage::{Lit, NodeId};

/// An input of a node of the set.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum In {
    /// A literal over finished gates.
    Out(Lit),
    /// Another node of the set.
    Own(u32),
}

/// A node of the set: an or (atom) or an and (proof).
pub(crate) struct Part {
    pub or: bool,
    pub inputs: Vec<In>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Is(Lit),
    Same(u32),
}

/// Turns the nodes into literals over gates.
pub(crate) fn build(gates: &mut Gates, parts: Vec<Part>) -> Vec<Lit> {
    let n = parts.len();
    let mut cycle = Cycle { parts, state: vec![State::Open; n] };
    let mut tarjan = Tarjan::new(n);
    // Groups still to be done; the last one first, and each after all that it needs.
    let mut groups: Vec<Vec<u32>> = vec![(0..n as u32).collect()];
    while let Some(mut group) = groups.pop() {
        cycle.simplify(&mut group);
        if group.is_empty() {
            continue;
        }
        let own = |v: u32, i: u32| cycle.parts[v as usize].own(i);
        tarjan.run(group.iter().copied(), own);
        if tarjan.count() > 1 {
            for c in (0..tarjan.count()).rev() {
                let mut members = tarjan.members_of(c).to_vec();
                members.sort_unstable();
                groups.push(members);
            }
        } else if group.len() == 1 && cycle.parts[group[0] as usize].own(0).is_none() {
            let part = &cycle.parts[group[0] as usize];
            let mut lits: Vec<Lit> =
                part.inputs.iter().map(|i| if let In::Out(l) = i { *l } else { Lit::FALSE }).collect();
            let lit = if part.or { gates.or(&mut lits) } else { gates.and(&mut lits) };
            cycle.state[group[0] as usize] = State::Is(lit);
        } else {
            cycle.emit(gates, &group);
        }
    }
    (0..n as u32).map(|v| cycle.literal(v)).collect()
}

impl Part {
    /// The `i`-th input that is a node of the set. (Inputs are sorted: literals first.)
    fn own(&self, i: u32) -> Option<u32> {
        let first = self.inputs.partition_point(|x| matches!(x, In::Out(_)));
        match self.inputs.get(first + i as usize) {
            Some(In::Own(v)) => Some(*v),
            _ => None,
        }
    }
}

struct Cycle {
    parts: Vec<Part>,
    state: Vec<State>,
}

impl Cycle {
    fn resolve(&self, mut v: u32) -> In {
        loop {
            match self.state[v as usize] {
                State::Open => return In::Own(v),
                State::Is(lit) => return In::Out(lit),
                State::Same(w) => v = w,
            }
        }
    }

    fn literal(&self, v: u32) -> Lit {
        if let In::Out(lit) = self.resolve(v) { lit } else { Lit::FALSE }
    }

    /// Simplifies the nodes of a group until nothing changes, and leaves the open ones in it.
    fn simplify(&mut self, group: &mut Vec<u32>) {
        loop {
            let mut changed = self.drop_unprovable(group);
            for &v in group.iter() {
                changed |= self.state[v as usize] == State::Open && self.simplify_part(v);
            }
            group.retain(|&v| self.state[v as usize] == State::Open);
            if !changed {
                return;
            }
        }
    }

    /// Makes false what no finite proof can reach, whatever the literals from outside are.
    fn drop_unprovable(&mut self, group: &[u32]) -> bool {
        let mut waiting: rustc_hash::FxHashMap<u32, Vec<u32>> = Default::default();
        let mut missing: rustc_hash::FxHashMap<u32, usize> = Default::default();
        let mut queue = Vec::new();
        for &v in group {
            let part = &self.parts[v as usize];
            let mut open = 0;
            let mut possible = !part.or;
            for &input in &part.inputs {
                let input = if let In::Own(w) = input { self.resolve(w) } else { input };
                match input {
                    In::Out(Lit::FALSE) if !part.or => possible = false,
                    In::Out(Lit::FALSE) => {}
                    In::Out(_) if part.or => possible = true,
                    In::Out(_) => {}
                    In::Own(w) => {
                        open += 1;
                        waiting.entry(w).or_default().push(v);
                    }
                }
            }
            // An or needs one input, an and all of them.
            match (part.or, possible) {
                (true, true) => queue.push(v),
                (true, false) => drop(missing.insert(v, 1)),
                (false, true) if open == 0 => queue.push(v),
                (false, true) => drop(missing.insert(v, open)),
                (false, false) => drop(missing.insert(v, usize::MAX)),
            }
        }
        while let Some(v) = queue.pop() {
            for &w in waiting.get(&v).map_or(&[][..], |w| w) {
                if let Some(m) = missing.get_mut(&w) {
                    *m -= 1;
                    if *m == 0 {
                        missing.remove(&w);
                        queue.push(w);
                    }
                }
            }
        }
        for &v in missing.keys() {
            self.state[v as usize] = State::Is(Lit::FALSE);
        }
        !missing.is_empty()
    }

    fn simplify_part(&mut self, v: u32) -> bool {
        let mut inputs = std::mem::take(&mut self.parts[v as usize].inputs);
        let before = inputs.len();
        let or = self.parts[v as usize].or;
        let mut changed = false;
        for input in &mut inputs {
            if let In::Own(w) = *input {
                *input = self.resolve(w);
                changed |= *input != In::Own(w);
            }
        }
        inputs.sort_unstable();
        inputs.dedup();
        let (unit, dominant) = if or { (Lit::FALSE, Lit::TRUE) } else { (Lit::TRUE, Lit::FALSE) };
        let opposite = |w: &[In]| matches!(w, [In::Out(a), In::Out(b)] if *a == !*b);
        let decided = inputs.contains(&In::Out(dominant))
            || inputs.windows(2).any(opposite)
            // A proof of v from v itself.
            || !or && inputs.contains(&In::Own(v));
        inputs.retain(|&i| i != In::Out(unit) && i != In::Own(v));
        if or {
            // A proof that uses its own conclusion adds nothing to the least fixpoint.
            let parts = &self.parts;
            inputs.retain(|&i| {
                !matches!(i, In::Own(p) if {
                    let p = &parts[p as usize];
                    !p.or && p.inputs.binary_search(&In::Own(v)).is_ok()
                })
            });
        }
        changed |= inputs.len() != before;
        let new = match inputs[..] {
            _ if decided => State::Is(dominant),
            [] => State::Is(unit),
            [In::Out(lit)] => State::Is(lit),
            [In::Own(w)] => State::Same(w),
            _ => State::Open,
        };
        self.parts[v as usize].inputs = inputs;
        if new != State::Open {
            self.state[v as usize] = new;
            changed = true;
        }
        changed
    }

    /// Makes a region of a group that is strongly connected.
    fn emit(&mut self, gates: &mut Gates, group: &[u32]) {
        let region = gates.regions;
        gates.regions += 1;
        let reserve = |gates: &mut Gates, or: bool| {
            let gate = gates.reserve();
            gates.region[gate as usize] = region;
            gates.is_or[gate as usize] = or;
            gate
        };
        for &v in group {
            let or = self.parts[v as usize].or;
            let gate = NodeId(reserve(gates, or));
            self.state[v as usize] = State::Is(if or { Lit::neg(gate) } else { Lit::pos(gate) });
        }
        for &v in group {
            let or = self.parts[v as usize].or;
            let (mut out, mut own) = (Vec::new(), Vec::new());
            for &input in &self.parts[v as usize].inputs {
                match input {
                    In::Out(lit) => out.push(lit),
                    In::Own(w) => own.push(self.literal(w)),
                }
            }
            // Within the region the inputs of an or-gate are written negated: its gate is the and of the negations.
            if !out.is_empty() {
                own.push(if or { gates.or(&mut out) } else { gates.and(&mut out) });
            }
            own.retain(|&l| l != if or { Lit::FALSE } else { Lit::TRUE });
            while own.len() > 3 {
                let mut parts = Vec::with_capacity(own.len().div_ceil(2));
                for pair in own.chunks(2) {
                    if let [a, b] = *pair {
                        let gate = reserve(gates, or);
                        gates.set_inputs(gate, &if or { [!a, !b] } else { [a, b] });
                        parts.push(if or { Lit::neg(NodeId(gate)) } else { Lit::pos(NodeId(gate)) });
                    } else {
                        parts.push(pair[0]);
                    }
                }
                own = parts;
            }
            if or {
                own.iter_mut().for_each(|l| *l = !*l);
            }
            let gate = self.literal(v).node().0;
            gates.set_inputs(gate, &own);
        }
    }
}
