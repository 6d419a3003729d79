//! All roots of a lineage within one budget: exact where half of it suffices, else bounds.
//!
//! Bounds come from the probable worlds: every path of the search whose probability falls below a threshold is cut and left
//! unknown, and the threshold falls until the budget is used. What is cut is little by construction, so the bounds are tight
//! where the probable worlds decide.

use super::normal::Normal;
use super::search::Search;
use super::{Circuit, Compiled};
use crate::budget::{Budget, Meter, Stop};
use crate::circuit::{Builder, NodeIndex, Weights};
use crate::lineage::{Lineage, Lit};

/// The first threshold, and the factor by which it falls.
const FIRST: f64 = 0.1;
const FALL: f64 = 0.1;

/// Compiles, starting with one of the methods of [`super::search`].
pub(super) fn compile(lineage: &Lineage, budget: &Budget, method: usize) -> Compiled {
    let mut meter = budget.start();
    let sizes: Vec<u32> = lineage.choices.iter().map(|c| c.weights.len() as u32).collect();
    let normal = match Normal::new(lineage, &mut meter) {
        Ok(normal) => normal,
        Err(stop) => return unknown(lineage, sizes, stop),
    };
    let half = Budget { time: meter.remaining().time / 2, nodes: budget.nodes / 2, ..budget.clone() };
    let mut roots = Roots { search: Search::new(&normal, sizes, half.start(), method), stop: None, jobs: Vec::new() };
    let with = |list: &[Lit], lit: Lit| [list, &[lit]].concat();
    let evidence: Vec<Lit> = normal.constraints.iter().chain(&normal.evidence).copied().collect();
    let evidence_root = roots.exact(&evidence);
    let query_roots: Vec<usize> = normal.queries.iter().map(|&q| roots.exact(&with(&evidence, q))).collect();
    // Whether it is the evidence or the constraints that fail matters only if something does.
    let alone = match roots.jobs[evidence_root].1 {
        Some(Builder::FALSE) | None if !normal.evidence.is_empty() => roots.exact(&normal.constraints),
        Some(node) if node != Builder::FALSE => roots.known(Builder::TRUE),
        _ => evidence_root,
    };
    let negation_roots: Vec<usize> = match roots.jobs[evidence_root].1 {
        Some(_) => Vec::new(),
        None => normal.queries.iter().map(|&q| roots.later(with(&evidence, !q))).collect(),
    };
    roots.bounds(lineage, &meter);
    let stop = roots.stop;
    let mut nodes: Vec<NodeIndex> = roots.jobs.iter().map(|j| j.1.unwrap_or(Builder::UNKNOWN)).collect();
    let circuit = roots.search.finish(&mut nodes);
    let all = |list: Vec<usize>| list.into_iter().map(|i| nodes[i]).collect();
    Compiled {
        constraints: nodes[alone],
        evidence: nodes[evidence_root],
        queries: all(query_roots),
        negations: all(negation_roots),
        circuit,
        stop,
    }
}

/// The roots, each a conjunction of literals and its node if that is known.
struct Roots<'a> {
    search: Search<'a>,
    stop: Option<Stop>,
    jobs: Vec<(Vec<Lit>, Option<NodeIndex>)>,
}

impl Roots<'_> {
    fn known(&mut self, node: NodeIndex) -> usize {
        self.jobs.push((Vec::new(), Some(node)));
        self.jobs.len() - 1
    }

    fn later(&mut self, lits: Vec<Lit>) -> usize {
        self.jobs.push((lits, None));
        self.jobs.len() - 1
    }

    /// Compiles exactly, or leaves it for later once the budget has ended.
    fn exact(&mut self, lits: &[Lit]) -> usize {
        let node = if self.stop.is_none() { self.search.compile(lits) } else { None };
        self.stop = self.stop.or(self.search.stopped());
        self.jobs.push((lits.to_vec(), node));
        self.jobs.len() - 1
    }

    /// Compiles what is left in parts, each root with an equal share of the budget that is left.
    fn bounds(&mut self, lineage: &Lineage, meter: &Meter) {
        let Some(stop) = self.stop.filter(|s| *s != Stop::Cancelled) else { return };
        let weights = weights(lineage);
        let open: Vec<usize> = (0..self.jobs.len()).filter(|&i| self.jobs[i].1.is_none()).collect();
        let mut forget = stop == Stop::Memory;
        for (done, &job) in open.iter().enumerate() {
            let shares = open.len() - done;
            let left = meter.remaining();
            let nodes = self.search.nodes();
            let share = left.nodes.saturating_sub(nodes) / shares;
            let budget = Budget { time: left.time / shares as u32, nodes: nodes.saturating_add(share), ..left };
            self.search.resume(budget.start(), std::mem::take(&mut forget));
            let mut least = FIRST;
            while least > 0.0 {
                let Some(node) = self.search.compile_cut(&self.jobs[job].0, least, &weights) else { break };
                self.jobs[job].1 = Some(node);
                if !self.search.is_partial(node) || self.search.meter().check(0).is_err() {
                    break;
                }
                least *= FALL;
            }
        }
    }
}

/// The weights that guide the search: as written, with plausible ones where they are not known yet.
fn weights(lineage: &Lineage) -> Weights {
    let params = Weights::initial_params(lineage, 0.5);
    let neural: Vec<Vec<f64>> =
        lineage.neural.iter().map(|n| vec![1.0 / n.domain.len().max(1) as f64; n.domain.len()]).collect();
    let sizes: Vec<u32> = lineage.choices.iter().map(|c| c.weights.len() as u32).collect();
    Weights::of(lineage, &params, &neural).unwrap_or_else(|_| Weights::uniform(&sizes, 0.5))
}

fn unknown(lineage: &Lineage, sizes: Vec<u32>, stop: Stop) -> Compiled {
    let mut roots = [Builder::UNKNOWN];
    let circuit: Circuit = Builder::new(sizes).finish(&mut roots);
    let root = roots[0];
    let all = vec![root; lineage.queries.len()];
    Compiled { circuit, constraints: root, evidence: root, queries: all.clone(), negations: all, stop: Some(stop) }
}
