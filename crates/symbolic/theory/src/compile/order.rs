//! In which order the search decides. Two static orders; the search alternates between them (see [`super::search`]).
//!
//! **Separators.** The *primal graph* joins each gate to its inputs and the inputs to each other (an undecided gate ties its
//! inputs together; all leaves of one choice are one vertex). Eliminating its vertices by minimum degree gives a tree
//! decomposition: the bag of a vertex is the vertex with its neighbours at elimination. Two ways to turn it into an order are
//! weighed against each other by an estimate of the work:
//!
//! - the *elimination tree* itself, last eliminated first: fewest states, but as deep as a chain is long;
//! - *centroid bags*, recursively: deciding a bag splits the rest into balanced parts, so components shrink geometrically
//!   (long chains stay near-linear), at the price of parts that see several bags at once.
//!
//! The estimate sums, over the vertices, the number of states of what the part below sees times the size of that part.
//! Tree decompositions guide #SAT search in the same spirit in Korhonen and Järvisalo (2021).
//!
//! **Forward.** Choices only, in the order in which a simulation of the program would meet them. Then the atoms met so far are
//! constants, and tables of mutually exclusive states (counts, sums, the rows of a Bayesian network) have few states although
//! their graphs are dense.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::gates::{Gates, NONE};

/// Vertices of a higher degree than this are not eliminated; the rest is one big bag.
const MAX_DEGREE: usize = 200;

/// Separator order: for each gate the depth at which it is decided, root first. Leaves of one choice share their level.
pub(crate) fn separators(gates: &Gates, used: &[bool]) -> Vec<u32> {
    let graph = Primal::new(gates, used);
    let tree = graph.eliminate();
    let (chain_cost, chain) = tree.elimination_levels(&graph.weight);
    let (centroid_cost, centroid) = tree.centroid_levels(&graph.weight);
    let level = if chain_cost <= centroid_cost { chain } else { centroid };
    graph.vertex.iter().map(|&v| if v == NONE { u32::MAX } else { level[v as usize] }).collect()
}

/// Forward order: for each leaf the time at which its choice is met; inner gates have none.
pub(crate) fn forward(gates: &Gates, used: &[bool]) -> Vec<u32> {
    let n = gates.len();
    let mut level = vec![u32::MAX; n];
    let is_leaf = |g: u32| gates.leaf_var[g as usize] != NONE;
    let inner = |g: u32| gates.inputs(g).iter().filter(|l| !is_leaf(l.node().0)).count();
    // Gates outside cycles are taken in their order, which is depth first; gates of a region breadth first from outside.
    let mut region_start = vec![u32::MAX; gates.regions as usize];
    for g in (0..n).rev().filter(|&g| gates.region[g] != NONE) {
        region_start[gates.region[g] as usize] = g as u32;
    }
    let mut sequence = 0;
    let mut key = |g: u32| {
        sequence += 1;
        match gates.region[g as usize] {
            NONE => Reverse((g, 0, g)),
            region => Reverse((region_start[region as usize], sequence, g)),
        }
    };
    // Inner inputs that a gate still waits for. An or of a region is there with its first proof.
    let mut missing = vec![0u32; n];
    let mut ready = BinaryHeap::new();
    for g in (0..n as u32).filter(|&g| used[g as usize] && !is_leaf(g)) {
        let count = inner(g);
        let any = gates.is_or[g as usize] && gates.region[g as usize] != NONE;
        missing[g as usize] = match any {
            true if count < gates.inputs(g).len() => 0,
            true => 1,
            false => count as u32,
        };
        if missing[g as usize] == 0 {
            ready.push(key(g));
        }
    }
    let mut met = 0;
    while let Some(Reverse((_, _, g))) = ready.pop() {
        for l in gates.inputs(g) {
            let h = l.node().0;
            if is_leaf(h) && level[h as usize] == u32::MAX {
                for &(leaf, _) in &gates.vars[gates.leaf_var[h as usize] as usize].leaves {
                    level[leaf as usize] = met;
                }
                met += 1;
            }
        }
        for p in gates.parents(g) {
            let p = p.node().0;
            if used[p as usize] && missing[p as usize] > 0 {
                missing[p as usize] -= 1;
                if missing[p as usize] == 0 {
                    ready.push(key(p));
                }
            }
        }
    }
    level
}

struct Primal {
    /// Vertex of each gate, or [`NONE`].
    vertex: Vec<u32>,
    /// Logarithm (base 2) of the number of values of each vertex.
    weight: Vec<f64>,
    adjacent: Vec<Vec<u32>>,
}

impl Primal {
    fn new(gates: &Gates, used: &[bool]) -> Primal {
        let mut vertex = vec![NONE; gates.len()];
        let mut weight = Vec::new();
        let mut of_var = vec![NONE; gates.vars.len()];
        for g in 1..gates.len() {
            if !used[g] {
                continue;
            }
            let var = gates.leaf_var[g];
            if var == NONE {
                vertex[g] = weight.len() as u32;
                weight.push(1.0);
            } else {
                if of_var[var as usize] == NONE {
                    of_var[var as usize] = weight.len() as u32;
                    let v = &gates.vars[var as usize];
                    let values = v.leaves.len() + usize::from(!v.others.is_empty());
                    weight.push((values.max(2) as f64).log2());
                }
                vertex[g] = of_var[var as usize];
            }
        }
        let mut adjacent = vec![Vec::new(); weight.len()];
        let mut clique = Vec::new();
        for g in 1..gates.len() as u32 {
            if vertex[g as usize] == NONE || gates.inputs(g).is_empty() {
                continue;
            }
            clique.clear();
            clique.push(vertex[g as usize]);
            clique.extend(gates.inputs(g).iter().map(|l| vertex[l.node().0 as usize]).filter(|&v| v != NONE));
            for &a in &clique {
                adjacent[a as usize].extend(clique.iter().copied().filter(|&b| b != a));
            }
        }
        for list in &mut adjacent {
            list.sort_unstable();
            list.dedup();
        }
        Primal { vertex, weight, adjacent }
    }

    fn eliminate(&self) -> Tree {
        let n = self.adjacent.len();
        let mut adjacent = self.adjacent.clone();
        let mut heap: BinaryHeap<Reverse<(u32, u32)>> =
            (0..n).map(|v| Reverse((adjacent[v].len() as u32, v as u32))).collect();
        let mut position = vec![NONE; n];
        let mut order = Vec::with_capacity(n);
        let mut bag = vec![Vec::new(); n];
        while let Some(Reverse((degree, v))) = heap.pop() {
            if position[v as usize] != NONE || adjacent[v as usize].len() as u32 != degree {
                continue;
            }
            let around = std::mem::take(&mut adjacent[v as usize]);
            position[v as usize] = order.len() as u32;
            order.push(v);
            // A hopelessly dense rest: take it as it is.
            let dense = around.len() > MAX_DEGREE;
            for &u in &around {
                let list = &mut adjacent[u as usize];
                let before = list.len();
                if dense {
                    list.retain(|&w| w != v);
                } else {
                    *list = merge(list, &around, u, v);
                }
                if list.len() != before {
                    heap.push(Reverse((list.len() as u32, u)));
                }
            }
            bag[v as usize] = around;
        }
        let parent = (0..n).map(|v| bag[v].iter().copied().min_by_key(|&u| position[u as usize]).unwrap_or(NONE));
        Tree { parent: parent.collect(), order, bag }
    }
}

/// Union of two sorted lists without `u` and `v`.
fn merge(a: &[u32], b: &[u32], u: u32, v: u32) -> Vec<u32> {
    let mut out = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let x = if j == b.len() || i < a.len() && a[i] <= b[j] { a[i] } else { b[j] };
        i += usize::from(i < a.len() && a[i] == x);
        j += usize::from(j < b.len() && b[j] == x);
        if x != u && x != v {
            out.push(x);
        }
    }
    out
}

/// An elimination tree (a forest): the bag of a vertex is itself and `bag`, all of which are its ancestors.
struct Tree {
    parent: Vec<u32>,
    order: Vec<u32>,
    bag: Vec<Vec<u32>>,
}

fn states(vertices: impl Iterator<Item = u32>, weight: &[f64]) -> f64 {
    vertices.map(|v| weight[v as usize]).sum::<f64>().min(1000.0).exp2()
}

impl Tree {
    /// Depth in the elimination tree, and the estimated work.
    fn elimination_levels(&self, weight: &[f64]) -> (f64, Vec<u32>) {
        let n = self.order.len();
        let mut size = vec![1.0f64; n];
        let mut cost = 0.0;
        for &v in &self.order {
            let p = self.parent[v as usize];
            if p != NONE {
                size[p as usize] += size[v as usize];
            }
            cost += states(self.bag[v as usize].iter().copied().chain([v]), weight) * size[v as usize];
        }
        let mut level = vec![0; n];
        for &v in self.order.iter().rev() {
            let p = self.parent[v as usize];
            level[v as usize] = if p == NONE { 0 } else { level[p as usize] + 1 };
        }
        (cost, level)
    }

    /// Depth in the centroid decomposition, and the estimated work.
    fn centroid_levels(&self, weight: &[f64]) -> (f64, Vec<u32>) {
        let n = self.order.len();
        let mut children = vec![Vec::new(); n];
        let mut roots = Vec::new();
        for &v in self.order.iter().rev() {
            match self.parent[v as usize] {
                NONE => roots.push(v),
                p => children[p as usize].push(v),
            }
        }
        let mut level = vec![u32::MAX; n];
        let mut removed = vec![false; n];
        let mut size = vec![0u32; n];
        let mut stamp = vec![NONE; n];
        let mut cost = 0.0;
        let mut pieces: Vec<(u32, u32)> = roots.into_iter().map(|r| (r, 0)).collect();
        let (mut list, mut context) = (Vec::new(), Vec::new());
        let mut number = 0;
        while let Some((root, depth)) = pieces.pop() {
            // The piece, parents first; sizes from below; the decided vertices that it sees.
            list.clear();
            context.clear();
            list.push(root);
            let mut i = 0;
            while let Some(&v) = list.get(i) {
                i += 1;
                list.extend(children[v as usize].iter().copied().filter(|&c| !removed[c as usize]));
                for &u in self.bag[v as usize].iter().chain([&v]) {
                    if level[u as usize] != u32::MAX && stamp[u as usize] != number {
                        stamp[u as usize] = number;
                        context.push(u);
                    }
                }
            }
            number += 1;
            for &v in list.iter().rev() {
                size[v as usize] = 1;
                for &c in &children[v as usize] {
                    if !removed[c as usize] {
                        size[v as usize] += size[c as usize];
                    }
                }
            }
            let total = list.len() as u32;
            let mut centroid = root;
            while let Some(&c) =
                children[centroid as usize].iter().find(|&&c| !removed[c as usize] && 2 * size[c as usize] > total)
            {
                centroid = c;
            }
            for &u in self.bag[centroid as usize].iter().chain([&centroid]) {
                if level[u as usize] == u32::MAX {
                    level[u as usize] = depth;
                    context.push(u);
                }
            }
            cost += states(context.iter().copied(), weight) * f64::from(total);
            removed[centroid as usize] = true;
            pieces
                .extend(children[centroid as usize].iter().filter(|&&c| !removed[c as usize]).map(|&c| (c, depth + 1)));
            if centroid != root {
                pieces.push((root, depth + 1));
            }
        }
        (cost, level)
    }
}
