//! What matters after propagation: the obligations that are left, what they can still see, and what it falls apart into.

use std::ops::Range;

use super::cache::OPEN;
use super::founded::Founded;
use super::gates::{Gates, NONE};
use super::state::{FALSE, State, UNDEF};
use crate::circuit::{Builder, NodeIndex};

/// Classes of items: the low two bits, below the gate.
pub(crate) const UNDEFINED: u32 = 0;
pub(crate) const FALSE_GATE: u32 = 1;
pub(crate) const PENDING: u32 = 2;
/// An undefined leaf that no obligation sees, of a choice with another leaf that one does.
pub(crate) const UNSEEN: u32 = 3;

/// What the analysis looks at.
pub(crate) struct View<'a> {
    pub gates: &'a Gates,
    pub state: &'a State,
    /// The analysis of positive cycles, if the component has any.
    pub founded: Option<&'a Founded>,
}

impl View<'_> {
    #[inline]
    fn is_pending(&self, g: u32) -> bool {
        self.founded.is_some_and(|f| self.gates.region[g as usize] != NONE && f.is_pending(g))
    }

    /// Whether two gates depend on each other in a cycle, the second of them pending.
    #[inline]
    fn are_tied(&self, x: u32, h: u32) -> bool {
        let region = self.gates.region[h as usize];
        region != NONE
            && region == self.gates.region[x as usize]
            && self.founded.is_some_and(|f| f.is_pending(h) && f.together(x, h))
    }
}

/// Buffers of the relevance analysis.
#[derive(Default)]
pub(crate) struct Look {
    stamp: u32,
    seen: Vec<u32>,
    label: Vec<u32>,
    var_seen: Vec<u32>,
    var_label: Vec<u32>,
    var_done: Vec<u32>,
    /// Union-find over labels.
    link: Vec<u32>,
    stack: Vec<u32>,
    obligations: Vec<u32>,
    sizes: Vec<u32>,
    values: Vec<u32>,
}

impl Look {
    fn find(&mut self, mut l: u32) -> u32 {
        while self.link[l as usize] != l {
            self.link[l as usize] = self.link[self.link[l as usize] as usize];
            l = self.link[l as usize];
        }
        l
    }

    fn union(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        // The smaller label wins, so that components keep the order of their first obligations.
        self.link[a.max(b) as usize] = a.min(b);
    }

    pub(crate) fn new(gates: &Gates) -> Look {
        let (n, vars) = (gates.len(), gates.vars.len());
        Look {
            seen: vec![0; n],
            label: vec![0; n],
            var_seen: vec![0; vars],
            var_label: vec![0; vars],
            var_done: vec![0; vars],
            ..Look::default()
        }
    }

    /// Finds the new components among `items[range]`: appends their items, pushes their ranges (small ones first), and
    /// pushes the leaves of the choices that none of them has.
    pub(crate) fn run(
        &mut self,
        view: &View<'_>,
        range: Range<usize>,
        items: &mut Vec<u32>,
        subs: &mut Vec<(usize, usize, u32)>,
        ands: &mut Vec<NodeIndex>,
        circuit: &mut Builder,
    ) {
        let View { gates, state, .. } = *view;
        let look = self;
        look.stamp += 1;
        let stamp = look.stamp;
        // The obligations.
        look.obligations.clear();
        look.link.clear();
        for &item in &items[range.clone()] {
            let g = item >> 2;
            let open =
                state.val[g as usize] == FALSE && state.falses[g as usize] == 0 && gates.leaf_var[g as usize] == NONE;
            let pending = view.is_pending(g);
            if open || pending {
                look.seen[g as usize] = stamp;
                look.label[g as usize] = look.link.len() as u32;
                look.link.push(look.link.len() as u32);
                look.obligations.push(g);
            }
        }
        // What they see.
        for i in 0..look.obligations.len() {
            let label = i as u32;
            look.stack.clear();
            look.stack.push(look.obligations[i]);
            while let Some(x) = look.stack.pop() {
                for l in gates.inputs(x) {
                    let h = l.node().0;
                    if state.val[h as usize] != UNDEF {
                        // Gates that depend on each other in a cycle stay together.
                        let tied = view.are_tied(x, h);
                        if tied {
                            let other = look.label[h as usize];
                            look.union(label, other);
                        }
                        continue;
                    }
                    if look.seen[h as usize] == stamp {
                        let other = look.label[h as usize];
                        look.union(label, other);
                        continue;
                    }
                    look.seen[h as usize] = stamp;
                    look.label[h as usize] = label;
                    let var = gates.leaf_var[h as usize];
                    if var == NONE {
                        look.stack.push(h);
                    } else if look.var_seen[var as usize] == stamp {
                        let other = look.var_label[var as usize];
                        look.union(label, other);
                    } else {
                        look.var_seen[var as usize] = stamp;
                        look.var_label[var as usize] = label;
                    }
                }
            }
        }
        // The items of each component, and the choices that no component has.
        look.sizes.clear();
        look.sizes.resize(look.link.len(), 0);
        for i in range.clone() {
            let g = items[i] >> 2;
            if let Some((_, label)) = look.classify(view, g) {
                look.sizes[label as usize] += 1;
            }
            let var = gates.leaf_var[g as usize];
            if var != NONE && look.var_done[var as usize] != stamp {
                look.var_done[var as usize] = stamp;
                if let Some(node) = look.emit(gates, state, circuit, var) {
                    ands.push(node);
                }
            }
        }
        let first = subs.len();
        let mut at = items.len();
        for size in &mut look.sizes {
            let n = *size as usize;
            *size = at as u32;
            if n > 0 {
                subs.push((at, at + n, OPEN));
                at += n;
            }
        }
        items.resize(at, 0);
        for i in range.clone() {
            let g = items[i] >> 2;
            if let Some((class, label)) = look.classify(view, g) {
                let to = &mut look.sizes[label as usize];
                items[*to as usize] = g << 2 | class;
                *to += 1;
            }
        }
        // Small components first: if one is contradictory the large ones need not be solved.
        subs[first..].sort_by_key(|s| (s.1 - s.0, s.0));
    }

    /// Class and component of a gate, if it still matters.
    #[inline]
    fn classify(&mut self, view: &View<'_>, g: u32) -> Option<(u32, u32)> {
        let View { gates, state, .. } = *view;
        let var = gates.leaf_var[g as usize];
        if self.seen[g as usize] == self.stamp {
            let label = self.find(self.label[g as usize]);
            let class = if view.is_pending(g) {
                PENDING
            } else if state.val[g as usize] == UNDEF {
                UNDEFINED
            } else {
                FALSE_GATE
            };
            Some((class, label))
        } else if var != NONE && state.val[g as usize] == UNDEF && self.var_seen[var as usize] == self.stamp {
            Some((UNSEEN, self.find(self.var_label[var as usize])))
        } else {
            None
        }
    }

    /// The leaf of a choice that no component has, unless all its values are left.
    fn emit(&mut self, gates: &Gates, state: &State, circuit: &mut Builder, var: u32) -> Option<NodeIndex> {
        if self.var_seen[var as usize] == self.stamp {
            return None;
        }
        let v = &gates.vars[var as usize];
        if !v.left(state, &mut self.values) {
            return None;
        }
        Some(circuit.leaf(v.choice, &self.values))
    }
}
