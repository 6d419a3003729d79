//! The search: decide, draw consequences, split into components, look up, multiply and add.
//!
//! A *component* is a list of items, sorted by gate: undefined gates that matter, and the obligations that make them matter.
//! An obligation is a false and-gate without a false input (some input must become false), or a pending gate of a positive
//! cycle (see [`super::founded`]). The items determine the function that is left exactly, so they are the cache key.
//!
//! To solve a component the search decides one gate (true, then false) or one choice (each value, then all values that do not
//! matter). In each branch it propagates, keeps only what the remaining obligations can see, and solves the new components
//! one by one; choices that were fixed or restricted and that nothing sees any more become leaves of the circuit. Branches
//! exclude each other, so their sum is a deterministic or; components share no choice, so their product is a decomposable and.
//!
//! No order of decisions is good for all programs. The search follows one of two orders (see [`super::order`]) for a while, then
//! the other, with doubling slices of work, taking turns with the [`Sweep`] where there are no cycles; solved components stay
//! in the caches, so little is lost.

use super::cache::{Cache, OPEN};
use super::contract::Contract;
use super::founded::Founded;
use super::gates::{Gates, NONE};
use super::look::{Look, UNDEFINED, View};
use super::normal::Normal;
use super::order;
use super::state::State;
use super::sweep::{Outcome, Sweep};
use crate::budget::{Meter, Stop};
use crate::circuit::{Builder, Circuit, Kind, NodeIndex, Weights};
use crate::lineage::{Lit, NodeId};

/// Items looked at between two looks at the clock.
const CHECK_EVERY: usize = 200_000;

/// Items looked at before the first change of order.
const FIRST_SLICE: usize = 20_000;

/// The methods: orders by separators and forward (see [`super::order`]), and the sweep.
const FORWARD: usize = 1;
pub(crate) const SWEEP: usize = 2;

enum Decision {
    /// Literals that must hold: one branch.
    Root,
    /// A gate: true, false.
    Gate(u32),
    /// A choice: its leaves `alternatives[base..]`, then none of them.
    Choice,
}

/// A component that is being solved.
struct Frame {
    /// Its items.
    start: usize,
    end: usize,
    /// Whether it has gates of positive cycles.
    cyclic: bool,
    entry: u32,
    decision: Decision,
    branch: u32,
    /// Bases of its parts of the shared stacks.
    items: usize,
    alternatives: usize,
    ors: usize,
    ands: usize,
    subs: usize,
    next_sub: usize,
    mark: usize,
    /// Probability of the leaves on the way here, and with those of the open branch (only where paths are cut).
    mass: f64,
    branch_mass: f64,
    /// Whether a branch is open.
    open: bool,
}

/// The search for all roots of one lineage.
pub(crate) struct Search<'a> {
    gates: &'a Gates,
    /// The level of each gate in the two orders.
    levels: [Vec<u32>; 2],
    /// Which method is at work: one of the two orders, or the sweep.
    method: usize,
    sweep: Sweep,
    state: State,
    founded: Founded,
    contract: Contract,
    cache: Cache,
    circuit: Builder,
    frames: Vec<Frame>,
    items: Vec<u32>,
    alternatives: Vec<u32>,
    ors: Vec<NodeIndex>,
    ands: Vec<NodeIndex>,
    /// Components still to be solved: items and cache entry.
    subs: Vec<(usize, usize, u32)>,
    root: Vec<Lit>,
    meter: Meter,
    /// Items looked at, and how many there were at the last look at the clock.
    work: usize,
    checked: usize,
    stop: Option<Stop>,
    /// Paths of less probability than this under these weights are cut.
    cut: Option<(f64, Weights)>,
    look: Look,
    /// Children of the node that is being made.
    children: Vec<NodeIndex>,
}

impl<'a> Search<'a> {
    pub(crate) fn new(normal: &'a Normal, sizes: Vec<u32>, meter: Meter, method: usize) -> Search<'a> {
        let gates = &normal.gates;
        let mut state = State::new(gates);
        let mut used = vec![false; gates.len()];
        let roots: Vec<Lit> =
            normal.queries.iter().chain(&normal.evidence).chain(&normal.constraints).copied().collect();
        state.start(gates, &roots).iter().for_each(|&g| used[g as usize] = true);
        let levels = [order::separators(gates, &used), order::forward(gates, &used)];
        Search {
            gates,
            sweep: Sweep::new(gates, &levels[1]),
            levels,
            method,
            state,
            founded: Founded::new(gates),
            contract: Contract::new(gates),
            cache: Cache::default(),
            circuit: Builder::new(sizes),
            frames: Vec::new(),
            items: Vec::new(),
            alternatives: Vec::new(),
            ors: Vec::new(),
            ands: Vec::new(),
            subs: Vec::new(),
            root: Vec::new(),
            meter,
            work: 0,
            checked: 0,
            stop: None,
            cut: None,
            look: Look::new(gates),
            children: Vec::new(),
        }
    }

    /// The circuit. Renumbers the roots.
    pub(crate) fn finish(self, roots: &mut [NodeIndex]) -> Circuit {
        self.circuit.finish(roots)
    }

    /// The meter at work.
    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Why the last compilation stopped, if it did.
    pub(crate) fn stopped(&self) -> Option<Stop> {
        self.stop
    }

    /// Goes on with another meter. `forget` empties the caches.
    pub(crate) fn resume(&mut self, meter: Meter, forget: bool) {
        self.meter = meter;
        self.stop = None;
        if forget {
            self.cache = Cache::default();
            self.sweep = Sweep::new(self.gates, &self.levels[FORWARD]);
        }
    }

    /// Number of circuit nodes so far.
    pub(crate) fn nodes(&self) -> usize {
        self.circuit.circuit().len()
    }

    /// Whether a node has unknown parts.
    pub(crate) fn is_partial(&self, node: NodeIndex) -> bool {
        self.circuit.is_partial(node)
    }

    /// Compiles the conjunction of literals, with every path cut off whose probability under the weights is below `least`.
    /// `None` if the budget ends before that.
    pub(crate) fn compile_cut(&mut self, lits: &[Lit], least: f64, weights: &Weights) -> Option<NodeIndex> {
        let cone = self.start(lits);
        let method = std::mem::replace(&mut self.method, FORWARD);
        self.cut = Some((least, weights.clone()));
        let node = self.run(&cone, usize::MAX);
        self.cut = None;
        self.method = method;
        node
    }

    fn start(&mut self, lits: &[Lit]) -> Vec<u32> {
        self.root.clear();
        self.root.push(Lit::TRUE);
        self.root.extend_from_slice(lits);
        self.state.start(self.gates, &self.root)
    }

    /// Compiles the conjunction of literals. `None` if the budget ends before that.
    pub(crate) fn compile(&mut self, lits: &[Lit]) -> Option<NodeIndex> {
        let cone = self.start(lits);
        let cyclic = cone.iter().any(|&g| self.gates.region[g as usize] != NONE);
        let mut slice = FIRST_SLICE.max(4 * cone.len());
        loop {
            for _ in 0..3 {
                let limit = self.work + slice;
                let solved = match self.method {
                    SWEEP if cyclic => None,
                    SWEEP => self.run_sweep(&cone, limit),
                    _ => self.run(&cone, limit),
                };
                if solved.is_some() || self.stop.is_some() {
                    return solved;
                }
                self.method = (self.method + 1) % 3;
            }
            slice *= 2;
        }
    }

    /// Sweeps until the work reaches a limit or the budget ends.
    fn run_sweep(&mut self, cone: &[u32], limit: usize) -> Option<NodeIndex> {
        let holds = self.root.iter().all(|&l| self.state.assign(l)) && self.state.propagate(self.gates);
        if !holds {
            self.state.undo(self.gates, 0);
            return Some(Builder::FALSE);
        }
        let Search { sweep, state, gates, circuit, work, checked, meter, stop, cache, .. } = self;
        *work += cone.len();
        let outcome = sweep.run(gates, state, cone, circuit, |done, sweep, circuit| {
            *work += done;
            if *work - *checked >= CHECK_EVERY {
                *checked = *work;
                let bytes = cache.memory() + sweep.memory() + circuit.circuit().bytes() * 2;
                *stop = meter.nodes(circuit.circuit().len()).and_then(|()| meter.check(bytes)).err();
            }
            stop.is_none() && *work <= limit
        });
        self.state.undo(self.gates, 0);
        match outcome {
            Outcome::Solved(node) => Some(node),
            Outcome::Limit => None,
        }
    }

    /// Searches with the current order until the work reaches a limit or the budget ends.
    fn run(&mut self, cone: &[u32], limit: usize) -> Option<NodeIndex> {
        self.items.clear();
        self.items.extend(cone.iter().map(|&g| g << 2));
        self.push_frame(0, self.items.len(), OPEN, Decision::Root, 0);
        loop {
            if let Some(node) = self.step() {
                if self.frames.is_empty() {
                    return Some(node);
                }
                self.ands.push(node);
            }
            if self.work > limit || self.stop.is_some() {
                self.state.undo(self.gates, 0);
                self.frames.clear();
                self.alternatives.clear();
                self.ors.clear();
                self.ands.clear();
                self.subs.clear();
                return None;
            }
        }
    }

    fn push_frame(&mut self, start: usize, end: usize, entry: u32, decision: Decision, alternatives: usize) {
        self.frames.push(Frame {
            start,
            end,
            cyclic: self.is_cyclic(start, end),
            entry,
            decision,
            branch: 0,
            items: self.items.len(),
            alternatives,
            ors: self.ors.len(),
            ands: self.ands.len(),
            subs: self.subs.len(),
            next_sub: self.subs.len(),
            mark: self.state.mark(),
            mass: self.frames.last().map_or(1.0, |f| f.branch_mass),
            branch_mass: 1.0,
            open: false,
        });
    }

    /// One step of the topmost frame. Returns its node when it is solved.
    fn step(&mut self) -> Option<NodeIndex> {
        let frame = self.frames.last_mut()?;
        if !frame.open {
            return self.open_branch();
        }
        // A false factor ends the branch.
        let failed = self.ands[frame.ands..].last() == Some(&Builder::FALSE);
        if !failed && frame.next_sub < self.subs.len() {
            let (start, end, entry) = self.subs[frame.next_sub];
            frame.next_sub += 1;
            self.enter(start, end, entry);
            return None;
        }
        let (ands, subs, mark, items) = (frame.ands, frame.subs, frame.mark, frame.items);
        frame.open = false;
        self.children.clear();
        self.children.extend(self.ands.drain(ands..));
        let node = self.circuit.and(&mut self.children);
        self.ors.push(node);
        self.subs.truncate(subs);
        self.items.truncate(items);
        self.state.undo(self.gates, mark);
        None
    }

    /// Starts to solve a component, unless the cache knows it.
    fn enter(&mut self, start: usize, end: usize, entry: u32) {
        let known = self.cache.get(entry);
        if known != OPEN {
            self.ands.push(known);
            return;
        }
        if let (Some((least, _)), Some(frame)) = (&self.cut, self.frames.last())
            && frame.branch_mass < *least
        {
            self.ands.push(Builder::UNKNOWN);
            return;
        }
        let alternatives = self.alternatives.len();
        let decision = self.decide(start, end);
        self.push_frame(start, end, entry, decision, alternatives);
    }

    fn is_cyclic(&self, start: usize, end: usize) -> bool {
        self.gates.regions > 0 && self.items[start..end].iter().any(|i| self.gates.region[(i >> 2) as usize] != NONE)
    }

    /// Chooses what to decide in a component.
    fn decide(&mut self, start: usize, end: usize) -> Decision {
        let level = &self.levels[self.method.min(FORWARD)];
        let mut best = (u32::MAX, u32::MAX, NONE);
        for &item in &self.items[start..end] {
            if item & 3 == UNDEFINED {
                let g = item >> 2;
                best = best.min((level[g as usize], u32::MAX - self.gates.parents(g).len() as u32, g));
            }
        }
        let g = best.2;
        let var = self.gates.leaf_var[g as usize];
        if var == NONE || self.gates.vars[var as usize].leaves.len() == 1 {
            return Decision::Gate(g);
        }
        let of_var = |i: &&u32| **i & 3 == UNDEFINED && self.gates.leaf_var[(**i >> 2) as usize] == var;
        self.alternatives.extend(self.items[start..end].iter().filter(of_var).map(|i| i >> 2));
        Decision::Choice
    }

    /// Opens the next branch of the topmost frame that is not contradictory; if there is none, the frame is solved.
    fn open_branch(&mut self) -> Option<NodeIndex> {
        self.tick();
        let frame = self.frames.last_mut()?;
        let branch = frame.branch as usize;
        frame.branch += 1;
        let alternatives = &self.alternatives[frame.alternatives..];
        let holds = match frame.decision {
            Decision::Root if branch == 0 => self.root.iter().all(|&l| self.state.assign(l)),
            Decision::Gate(g) if branch == 0 => self.state.assign(Lit::pos(NodeId(g))),
            Decision::Gate(g) if branch == 1 => self.state.assign(Lit::neg(NodeId(g))),
            Decision::Choice if branch < alternatives.len() => {
                self.state.assign(Lit::pos(NodeId(alternatives[branch])))
            }
            Decision::Choice if branch == alternatives.len() => {
                alternatives.iter().all(|&g| self.state.assign(Lit::neg(NodeId(g))))
            }
            _ => return self.close(),
        };
        let (start, end, cyclic) = (frame.start, frame.end, frame.cyclic);
        let ands = self.ands.len();
        let holds = holds
            && self.state.propagate(self.gates)
            && (!cyclic || self.founded.analyse(self.gates, &mut self.state, &self.items[start..end]));
        if holds {
            self.look(start, end, cyclic);
            let mass = self.cut.as_ref().map_or(1.0, |(_, weights)| {
                let circuit = self.circuit.circuit();
                let weight = |&n: &NodeIndex| match circuit.kind(n) {
                    Kind::Leaf(leaf) => circuit.leaf_weight(leaf, weights),
                    _ => 1.0,
                };
                self.ands[ands..].iter().map(weight).product()
            });
            let frame = self.frames.last_mut()?;
            frame.open = true;
            frame.next_sub = frame.subs;
            frame.branch_mass = frame.mass * mass;
        } else {
            self.ands.truncate(ands);
            let frame = self.frames.last()?;
            self.state.undo(self.gates, frame.mark);
        }
        None
    }

    fn close(&mut self) -> Option<NodeIndex> {
        let frame = self.frames.pop()?;
        self.children.clear();
        self.children.extend(self.ors.drain(frame.ors..));
        let node = self.circuit.or(&mut self.children);
        self.alternatives.truncate(frame.alternatives);
        if frame.entry != OPEN && !self.circuit.is_partial(node) {
            self.cache.set(frame.entry, node);
        }
        Some(node)
    }

    /// What matters after propagation: pushes the new components, and the leaves of choices that are done.
    fn look(&mut self, start: usize, end: usize, cyclic: bool) {
        self.work += end - start;
        let first = self.subs.len();
        let Search { look, gates, state, founded, circuit, items, ands, subs, .. } = self;
        let view = View { gates, state, founded: cyclic.then_some(founded) };
        look.run(&view, start..end, items, subs, ands, circuit);
        for i in first..self.subs.len() {
            let (start, end, _) = self.subs[i];
            self.subs[i].2 = self.entry(start, end, cyclic);
        }
    }

    /// The cache entry of a component. Its key are the items; where they belong to positive cycles, see [`Contract`].
    fn entry(&mut self, start: usize, end: usize, cyclic: bool) -> u32 {
        let items = &self.items[start..end];
        if !cyclic || items.iter().all(|i| self.gates.region[(i >> 2) as usize] == NONE) {
            return self.cache.entry(items.iter().copied(), &[]);
        }
        self.contract.key(self.gates, &self.state, &self.founded, items);
        self.cache.entry(self.contract.items.iter().copied(), &self.contract.further)
    }

    fn tick(&mut self) {
        if self.stop.is_some() {
            return;
        }
        self.work += 16;
        let nodes = self.circuit.circuit().len();
        let mut result = self.meter.nodes(nodes);
        if self.work - self.checked >= CHECK_EVERY {
            self.checked = self.work;
            let bytes =
                self.cache.memory() + self.sweep.memory() + self.circuit.circuit().bytes() * 2 + self.items.len() * 4;
            result = result.and_then(|()| self.meter.check(bytes));
        }
        self.stop = result.err();
    }
}
