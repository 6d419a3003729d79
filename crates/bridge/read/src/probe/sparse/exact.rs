//! Optimal sparse probing: the best `k` of some candidate neurons, with a certificate (Gurnee et al. 2023, after Bertsimas,
//! Pauphilet and Van Parys 2021).
//!
//! For a support `S` the objective is that of the support vector machine on `S`. Its dual at *any* feasible multipliers `a` bounds
//! the objective of *every* support from below by `A - sum_{j in S} g_j`, with `A = sum a` and `g_j = reg/2 (X_j^T (a y))^2`. So
//! each support that was ever solved cuts all of them, whatever `k` is; and as the dual is concave, mixtures of multipliers cut
//! deeper. Branch and bound takes the support that the current mixture likes best, solves it, and mixes its multipliers in, until
//! no open node can beat the best support. What is left between the two is the certified gap.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};

use symbolon_tensor::DType;

use super::svm::Problem;
use crate::error::{Error, Result};
use crate::probe::Examples;
use crate::probe::linear::positive;

/// A support with its objective and what is known about all others.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimum {
    /// The units, ascending, as numbers of the examples' columns.
    pub support: Vec<usize>,
    /// Its objective.
    pub objective: f64,
    /// No support of this size has a smaller objective than this.
    pub bound: f64,
    /// Supports solved so far by this search.
    pub solved: usize,
    /// Whether the search ended because it was allowed no more; the bound is then what it had reached.
    pub stopped: bool,
}

impl Optimum {
    /// How far the objective may be from the best, as a share of it.
    pub fn gap(&self) -> f64 {
        (self.objective - self.bound).max(0.0) / self.objective.abs().max(f64::MIN_POSITIVE)
    }
}

/// A search for best supports among candidates. What it learned for one size it keeps for the next.
pub struct Search {
    /// Scaled candidate columns `[examples, candidates]`, row after row.
    x: Vec<f64>,
    y: Vec<f64>,
    w: Vec<f64>,
    reg: f64,
    candidates: Vec<usize>,
    /// Supports solved: their primal objective and cut, in the order of the support's bits.
    solved: BTreeMap<u64, (f64, usize)>,
    cuts: Vec<Cut>,
}

/// Feasible multipliers, as all that bounds need: their sum, and `X_j^T (a y)` of each candidate.
#[derive(Clone)]
struct Cut {
    sum: f64,
    v: Vec<f64>,
}

/// Bits of candidates that are in the support, that are not, and a bound of all supports between.
struct Node {
    bound: f64,
    inside: u64,
    outside: u64,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Node {}
impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Node {
    /// The smallest bound comes first out of a heap.
    fn cmp(&self, other: &Self) -> Ordering {
        other.bound.total_cmp(&self.bound).then((other.inside, other.outside).cmp(&(self.inside, self.outside)))
    }
}

/// Rounds in which a node's mixture of multipliers is improved: many at the root, where every later bound starts.
const ROOT_ROUNDS: usize = 40;
const NODE_ROUNDS: usize = 3;

impl Search {
    /// A search among some units of the examples, with the paper's settings: `reg` is one over the root of the number of examples.
    ///
    /// That is a strong penalty. On fewer than about ten thousand examples hardly any comes to the margin, the multipliers stay at
    /// their bounds, and the best support is the one with the largest differences of means; see [`Search::with_reg`].
    ///
    /// # Errors
    /// [`Error::Setting`] for no candidates, more than 64, or one that is given twice.
    pub fn new(examples: &Examples, candidates: &[usize]) -> Result<Self> {
        Self::with_reg(examples, candidates, 1.0 / (examples.len() as f64).sqrt())
    }
    /// The same with another `reg`: the larger it is, the less large weights cost. Units are divided by ten times their deviation
    /// (at least 1e-3), and examples are weighed so that both kinds count the same.
    ///
    /// # Errors
    /// As [`Search::new`]; a `reg` that is not above zero.
    pub fn with_reg(examples: &Examples, candidates: &[usize], reg: f64) -> Result<Self> {
        positive("reg", reg)?;
        let mut candidates = candidates.to_vec();
        candidates.sort_unstable();
        if candidates.is_empty() || candidates.len() > 64 || candidates.windows(2).any(|c| c[0] == c[1]) {
            let problem =
                format!("{} candidates; give 1 to 64 different units, the best by a ranking", candidates.len());
            return Err(Error::Setting { what: "exact sparse probe", problem });
        }
        let columns = examples.columns(&candidates)?;
        let rows = columns.rows().to(DType::F64);
        let scale = (rows.std_axes(&[0], true, 0) * 10.0).clamp_min(1e-3);
        Ok(Self {
            x: (rows / scale).to_vec(),
            y: examples.labels().iter().map(|l| if *l { 1.0 } else { -1.0 }).collect(),
            w: examples.balance(),
            reg,
            candidates,
            solved: BTreeMap::new(),
            cuts: Vec::new(),
        })
    }
    /// The objective of a support of candidate units: what all ways of choosing are compared by.
    ///
    /// # Errors
    /// [`Error::Setting`] for units that are no candidates, or none.
    pub fn objective(&mut self, support: &[usize]) -> Result<f64> {
        let mut bits = 0u64;
        for unit in support {
            match self.candidates.binary_search(unit) {
                Ok(at) => bits |= 1 << at,
                Err(_) => {
                    let problem = format!("unit {unit} is none of the candidates");
                    return Err(Error::Setting { what: "exact sparse probe", problem });
                }
            }
        }
        match bits {
            0 => Err(Error::Setting { what: "exact sparse probe", problem: "an empty support".into() }),
            bits => Ok(self.solve(bits).0),
        }
    }
    /// The best support of `k` candidates, searched until the gap is at most `gap` (a share, such as 1e-3) or `most` further
    /// supports have been solved.
    ///
    /// # Errors
    /// [`Error::Setting`] when `k` is zero or more than there are candidates.
    pub fn best(&mut self, k: usize, gap: f64, most: usize) -> Result<Optimum> {
        let p = self.candidates.len();
        if k == 0 || k > p {
            let problem = format!("k = {k} of {p} candidates");
            return Err(Error::Setting { what: "exact sparse probe", problem });
        }
        let before = self.solved.len();
        // The start: the difference of means (multipliers all at their bounds), and what neighbours of known supports suggest.
        let everything = Cut::of(self, &self.w.clone());
        if self.cuts.is_empty() {
            self.cuts.push(everything.clone());
        }
        let mut best = (f64::INFINITY, 0u64);
        let take = |this: &mut Self, bits: u64, best: &mut (f64, u64)| {
            let found = this.solve(bits);
            if found.0 < best.0 {
                *best = (found.0, bits);
            }
            found.1
        };
        take(self, everything.favourites(0, 0, k), &mut best);
        let known: Vec<u64> = self.solved.keys().copied().collect();
        for bits in known {
            match bits.count_ones() as usize {
                n if n == k => drop(take(self, bits, &mut best)),
                n if n + 1 == k => {
                    let cut = self.cuts[self.solved[&bits].1].clone();
                    take(self, cut.favourites(bits, 0, k), &mut best);
                }
                _ => {}
            }
        }
        // Supports that may be solved until the search gives up.
        let limit = before.saturating_add(most);
        let mut root = Node { bound: f64::NEG_INFINITY, inside: 0, outside: 0 };
        root.bound = self.deepen(&root, k, 0, f64::INFINITY, |_, _| 0).bound(self.reg, 0, 0, k);
        let mut open = BinaryHeap::from([root]);
        // What is certainly not beaten by supports that were solved: their dual values.
        let mut closed = f64::INFINITY;
        let (mut bound, mut stopped) = (f64::NEG_INFINITY, false);
        while let Some(node) = open.pop() {
            bound = node.bound.min(closed).max(bound);
            if best.0 - bound <= gap * best.0.abs() {
                open.push(node);
                break;
            }
            if self.solved.len() >= limit {
                stopped = true;
                open.push(node);
                break;
            }
            let free = p - node.outside.count_ones() as usize;
            if node.inside.count_ones() as usize == k || free == k {
                let all = if free == k { !node.outside & mask(p) } else { node.inside };
                let cut = take(self, all, &mut best);
                closed = closed.min(self.cuts[cut].bound(self.reg, all, !all, k));
                continue;
            }
            let rounds = if node.inside | node.outside == 0 { ROOT_ROUNDS } else { NODE_ROUNDS };
            let rounds = rounds.min(limit - self.solved.len());
            let mixture = self.deepen(&node, k, rounds, best.0 * (1.0 - gap), |this, bits| take(this, bits, &mut best));
            let here = mixture.bound(self.reg, node.inside, node.outside, k).max(node.bound);
            if here >= best.0 * (1.0 - gap) {
                closed = closed.min(here);
                continue;
            }
            // The free candidate that the mixture likes best decides most.
            let liked = mixture.favourites(node.inside, node.outside, k) & !node.inside;
            let branch = (0..p)
                .filter(|j| liked >> j & 1 == 1)
                .max_by(|&a, &b| mixture.v[a].abs().total_cmp(&mixture.v[b].abs()));
            let Some(j) = branch else { continue };
            for (inside, outside) in [(node.inside | 1 << j, node.outside), (node.inside, node.outside | 1 << j)] {
                if p - outside.count_ones() as usize >= k {
                    let bound = mixture.bound(self.reg, inside, outside, k).max(here);
                    open.push(Node { bound, inside, outside });
                }
            }
        }
        if !stopped {
            bound = open.peek().map_or(closed, |n| n.bound.min(closed)).max(bound);
        }
        let support = (0..p).filter(|j| best.1 >> j & 1 == 1).map(|j| self.candidates[j]).collect();
        Ok(Optimum {
            support,
            objective: best.0,
            bound: bound.min(best.0),
            solved: self.solved.len() - before,
            stopped,
        })
    }
    /// The objective of a support, and its cut.
    fn solve(&mut self, bits: u64) -> (f64, usize) {
        if let Some(known) = self.solved.get(&bits) {
            return *known;
        }
        let p = self.candidates.len();
        let chosen: Vec<usize> = (0..p).filter(|j| bits >> j & 1 == 1).collect();
        let x: Vec<f64> = self.x.chunks_exact(p).flat_map(|row| chosen.iter().map(|&j| row[j])).collect();
        let solution = Problem { x: &x, columns: chosen.len(), y: &self.y, w: &self.w, reg: self.reg }.solve();
        self.cuts.push(Cut::of(self, &solution.alpha));
        let found = (solution.primal, self.cuts.len() - 1);
        self.solved.insert(bits, found);
        found
    }
    /// The mixture of known multipliers that bounds a node from below best, after some rounds of adding those of its own
    /// favourites (Frank and Wolfe's method on the concave dual of the node).
    fn deepen(
        &mut self,
        node: &Node,
        k: usize,
        rounds: usize,
        enough: f64,
        mut solve: impl FnMut(&mut Self, u64) -> usize,
    ) -> Cut {
        let (reg, inside, outside) = (self.reg, node.inside, node.outside);
        let value = |cut: &Cut| cut.bound(reg, inside, outside, k);
        let best = self.cuts.iter().map(|cut| (value(cut), cut)).max_by(|a, b| a.0.total_cmp(&b.0));
        let mut mixture = best.expect("there is the first cut").1.clone();
        for _ in 0..rounds {
            let now = value(&mixture);
            if now >= enough {
                break;
            }
            let at = solve(self, mixture.favourites(inside, outside, k));
            let towards = &self.cuts[at];
            // A concave function on a line: golden section.
            let mixed = |t: f64| mixture.mixed(towards, t);
            let (mut low, mut high) = (0.0, 1.0);
            for _ in 0..30 {
                let (a, b) = (low + 0.382 * (high - low), low + 0.618 * (high - low));
                if value(&mixed(a)) < value(&mixed(b)) { low = a } else { high = b }
            }
            let next = mixed(0.5 * (low + high));
            let gained = value(&next) - now;
            if gained > 0.0 {
                mixture = next;
            }
            if gained <= 1e-7 * now.abs() {
                break;
            }
        }
        mixture
    }
}

impl Cut {
    fn of(search: &Search, alpha: &[f64]) -> Self {
        let p = search.candidates.len();
        // Balanced weights are feasible as they stand; so are the solver's multipliers.
        let mut v = vec![0.0; p];
        for ((row, a), y) in search.x.chunks_exact(p).zip(alpha).zip(&search.y) {
            let ay = a * y;
            if ay != 0.0 {
                row.iter().zip(&mut v).for_each(|(x, v)| *v += ay * x);
            }
        }
        Self { sum: alpha.iter().sum(), v }
    }
    fn mixed(&self, other: &Self, t: f64) -> Self {
        let mix = |a: f64, b: f64| (1.0 - t) * a + t * b;
        Self { sum: mix(self.sum, other.sum), v: self.v.iter().zip(&other.v).map(|(a, b)| mix(*a, *b)).collect() }
    }
    /// The support of `k` between `inside` and what is not `outside` that this cut bounds least.
    fn favourites(&self, inside: u64, outside: u64, k: usize) -> u64 {
        let mut free: Vec<usize> = (0..self.v.len()).filter(|j| (inside | outside) >> j & 1 == 0).collect();
        free.sort_by(|&a, &b| self.v[b].abs().total_cmp(&self.v[a].abs()));
        let more = k.saturating_sub(inside.count_ones() as usize);
        free.into_iter().take(more).fold(inside, |bits, j| bits | 1 << j)
    }
    /// No support of `k` between `inside` and what is not `outside` has an objective below this.
    fn bound(&self, reg: f64, inside: u64, outside: u64, k: usize) -> f64 {
        let liked = self.favourites(inside, outside, k);
        self.sum
            - reg / 2.0 * (0..self.v.len()).filter(|j| liked >> j & 1 == 1).map(|j| self.v[j] * self.v[j]).sum::<f64>()
    }
}

/// The lowest `p` bits.
fn mask(p: usize) -> u64 {
    if p == 64 { u64::MAX } else { (1 << p) - 1 }
}
