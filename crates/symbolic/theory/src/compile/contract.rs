//! What is left of a positive cycle, written so that equal functions have equal keys.
//!
//! Deciding the choices of a network leaves atoms that hold each other up in many ways that mean the same: with the edges
//! between three nodes decided, only which of them reach each other matters, not by which edges. A gate of a region is a
//! *wire* if no undecided choice takes part in it: an or whose open inputs are all gates of its region, or an and with
//! exactly one open input, of its region. By the least fixpoint a wire holds exactly if one of its *sources* does: the open
//! gates that are no wires and that it can reach through wires. So a key names for each gate the sources of its inputs, and
//! wires disappear; for networks what remains is the connectivity of the frontier, as in the frontier methods for network
//! reliability (Hardy, Lucet and Limnios 2007).
//!
//! A pending wire leaves an obligation behind: one of its sources must hold.

use rustc_hash::FxHashMap;

use super::founded::Founded;
use super::gates::{Gates, NONE};
use super::look::{FALSE_GATE, PENDING};
use super::state::{State, UNDEF};
use crate::graph::Tarjan;

/// Buffers.
pub(crate) struct Contract {
    tarjan: Tarjan,
    /// For each wire of the component the number of its set of sources, valid where the stamp is current.
    stamp: Vec<u32>,
    current: u32,
    sources: Vec<u32>,
    wires: Vec<u32>,
    sets: Vec<Vec<u32>>,
    index: FxHashMap<Vec<u32>, u32>,
    /// Number of each set in the key, [`NONE`] before it appears.
    number: Vec<u32>,
    /// The key: items, then what else it says.
    pub items: Vec<u32>,
    pub further: Vec<u32>,
}

impl Contract {
    pub(crate) fn new(gates: &Gates) -> Contract {
        let n = if gates.regions == 0 { 0 } else { gates.len() };
        Contract {
            tarjan: Tarjan::new(n),
            stamp: vec![0; n],
            current: 0,
            sources: vec![0; n],
            wires: Vec::new(),
            sets: Vec::new(),
            index: FxHashMap::default(),
            number: Vec::new(),
            items: Vec::new(),
            further: Vec::new(),
        }
    }

    /// Writes the key of a component to `items` and `further`.
    pub(crate) fn key(&mut self, gates: &Gates, state: &State, founded: &Founded, items: &[u32]) {
        self.find_sources(gates, state, founded, items);
        self.items.clear();
        self.further.clear();
        let open = |h: u32| state.val[h as usize] == UNDEF || founded.is_pending(h);
        let mut obligations: Vec<u32> = Vec::new();
        let mut inputs: Vec<(u32, u32)> = Vec::new();
        for &item in items {
            let (g, class) = (item >> 2, item & 3);
            if gates.region[g as usize] != NONE && self.stamp[g as usize] == self.current {
                if class == PENDING {
                    obligations.push(self.sources[g as usize]);
                }
                continue;
            }
            self.items.push(item);
            // The sources of its inputs. An or of a region is one large or; the inputs of an and have no order.
            inputs.clear();
            for (position, l) in gates.inputs(g).iter().enumerate() {
                let h = l.node().0;
                if gates.region[h as usize] != NONE && open(h) {
                    let set = self.set_of(h);
                    inputs.push((position as u32 + 1, set));
                }
            }
            if inputs.is_empty() {
                continue;
            }
            let region = gates.region[g as usize];
            let same = gates.inputs(g).iter().all(|l| {
                let other = gates.region[l.node().0 as usize];
                other == NONE || other == region
            });
            if region != NONE && same {
                if gates.is_or[g as usize] && inputs.len() > 1 {
                    let all = inputs.iter().flat_map(|i| self.sets[i.1 as usize].iter().copied()).collect();
                    let union = self.intern(all);
                    inputs.clear();
                    inputs.push((0, union));
                }
                inputs.iter_mut().for_each(|i| i.0 = 0);
                inputs.sort_unstable_by(|a, b| self.sets[a.1 as usize].cmp(&self.sets[b.1 as usize]));
            }
            self.further.push(g);
            self.further.push(inputs.len() as u32);
            for &(position, set) in &inputs {
                self.further.push(position);
                self.write(set);
            }
        }
        obligations.sort_unstable();
        obligations.dedup();
        // An obligation that another pending gate meets is none.
        let sets = &self.sets;
        obligations.retain(|&o| !sets[o as usize].iter().any(|&g| founded.is_pending(g)));
        let implied = |o: u32| {
            let subset = |&p: &u32| {
                p != o
                    && sets[p as usize].len() < sets[o as usize].len()
                    && sets[p as usize].iter().all(|g| sets[o as usize].binary_search(g).is_ok())
            };
            obligations.len() <= 64 && obligations.iter().any(subset)
        };
        let mut least: Vec<u32> = obligations.iter().copied().filter(|&o| !implied(o)).collect();
        least.sort_unstable_by(|&a, &b| sets[a as usize].cmp(&sets[b as usize]));
        self.further.push(NONE);
        for set in least {
            self.write(set);
        }
    }

    fn find_sources(&mut self, gates: &Gates, state: &State, founded: &Founded, items: &[u32]) {
        self.current += 1;
        self.wires.clear();
        self.sets.clear();
        self.index.clear();
        self.number.clear();
        let open = |h: u32| state.val[h as usize] == UNDEF || founded.is_pending(h);
        for &item in items {
            let (g, class) = (item >> 2, item & 3);
            let region = gates.region[g as usize];
            if region == NONE || class == FALSE_GATE {
                continue;
            }
            let (mut inner, mut outer) = (0, 0);
            for l in gates.inputs(g) {
                let h = l.node().0;
                if gates.region[h as usize] == region {
                    inner += u32::from(open(h));
                } else {
                    outer += u32::from(state.val[h as usize] == UNDEF);
                }
            }
            if outer == 0 && inner > 0 && (gates.is_or[g as usize] || inner == 1) {
                self.stamp[g as usize] = self.current;
                self.wires.push(g);
            }
        }
        let (stamp, current) = (&self.stamp, self.current);
        let wire = |h: u32| gates.region[h as usize] != NONE && stamp[h as usize] == current;
        self.tarjan.run(self.wires.iter().copied(), |g, i| {
            let mut below = gates
                .inputs(g)
                .iter()
                .map(|l| l.node().0)
                .filter(|&h| gates.region[h as usize] == gates.region[g as usize] && wire(h));
            below.nth(i as usize)
        });
        for c in 0..self.tarjan.count() {
            let mut set = Vec::new();
            for &g in self.tarjan.members_of(c) {
                for l in gates.inputs(g) {
                    let h = l.node().0;
                    if gates.region[h as usize] != gates.region[g as usize] || !open(h) {
                        continue;
                    }
                    if self.stamp[h as usize] != self.current {
                        set.push(h);
                    } else if self.tarjan.component[h as usize] != c as u32 {
                        set.extend_from_slice(&self.sets[self.sources[h as usize] as usize]);
                    }
                }
            }
            let number = intern(&mut self.sets, &mut self.index, &mut self.number, set);
            for &g in self.tarjan.members_of(c) {
                self.sources[g as usize] = number;
            }
        }
    }

    fn set_of(&mut self, h: u32) -> u32 {
        if self.stamp[h as usize] == self.current { self.sources[h as usize] } else { self.intern(vec![h]) }
    }

    fn intern(&mut self, set: Vec<u32>) -> u32 {
        intern(&mut self.sets, &mut self.index, &mut self.number, set)
    }

    /// Writes a set: its content where it appears first, later its number.
    fn write(&mut self, set: u32) {
        let number = &mut self.number[set as usize];
        if *number == NONE {
            // Numbered by the place where the content stands.
            *number = self.further.len() as u32;
            let content = &self.sets[set as usize];
            self.further.push(0);
            self.further.push(content.len() as u32);
            self.further.extend_from_slice(content);
        } else {
            self.further.push(1);
            self.further.push(*number);
        }
    }
}

fn intern(
    sets: &mut Vec<Vec<u32>>,
    index: &mut FxHashMap<Vec<u32>, u32>,
    number: &mut Vec<u32>,
    mut set: Vec<u32>,
) -> u32 {
    set.sort_unstable();
    set.dedup();
    if let Some(&n) = index.get(&set) {
        return n;
    }
    let n = sets.len() as u32;
    sets.push(set.clone());
    number.push(NONE);
    index.insert(set, n);
    n
}
