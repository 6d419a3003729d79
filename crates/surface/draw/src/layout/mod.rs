//! Layered drawing of directed graphs: where nodes stand and which way edges take.
//!
//! The method of Sugiyama, Tagawa and Toda (1981) in five steps, each a function below:
//! 1. [`acyclic`]: edges that close a cycle are turned round for the time being.
//! 2. [`rank`]: longest path from the sources, then nodes move down where that shortens more edges than it stretches.
//! 3. Edges that pass layers get a dummy node in each, so they have room of their own.
//! 4. [`Order`]: barycentre sweeps and swaps of neighbours; of all orders seen, the one with the fewest crossings is kept.
//! 5. [`across`]: each layer takes the places nearest to its neighbours' (weighted least squares) that keep nodes apart; a
//!    chain of dummies weighs most, so long edges run straight (weights of Gansner et al. 1993). Solved exactly, layer by
//!    layer, by pooling adjacent violators.
//!
//! Nothing depends on chance, so equal graphs get equal drawings.

mod order;

use order::Order;

/// Pixels between neighbours in a layer.
const APART: f64 = 22.0;
/// Pixels between an edge that passes and its neighbours.
const PASSING: f64 = 14.0;
/// Pixels between layers: the least and the most. Edges that go far sideways get more height, so that they rise from each other.
const BETWEEN: (f64, f64) = (40.0, 92.0);

/// The room a node needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    pub width: f64,
    pub height: f64,
    /// How far apart, in pixels, the ends of edges may be at its upper and lower side; 0 if they must meet in the middle.
    pub ports: f64,
}

/// A finished layout. The drawing starts at (0, 0).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layout {
    /// Middle of each node.
    pub nodes: Vec<(f64, f64)>,
    /// For each edge the points of its way from its first node to its second; between points of different x it swings with
    /// vertical ends. Empty for an edge from a node to itself.
    pub routes: Vec<Vec<(f64, f64)>>,
    pub width: f64,
    pub height: f64,
}

/// Lays out a graph. Edges name nodes by their index and must be in range.
pub(crate) fn layered(rooms: &[Room], edges: &[(usize, usize)]) -> Layout {
    let n = rooms.len();
    let reversed = acyclic(n, edges);
    let turn = |(i, &(a, b)): (usize, &(usize, usize))| if reversed[i] { (b, a) } else { (a, b) };
    let directed: Vec<(usize, usize)> = edges.iter().enumerate().map(turn).collect();
    let rank = rank(n, &directed);

    // Dummies come after the nodes; `chains` lists what each edge passes, both ends included.
    let mut ranks = rank.clone();
    let mut chains: Vec<Vec<usize>> = Vec::with_capacity(edges.len());
    for &(a, b) in &directed {
        let mut chain = vec![a];
        if a != b {
            for r in rank[a] + 1..rank[b] {
                chain.push(ranks.len());
                ranks.push(r);
            }
            chain.push(b);
        }
        chains.push(chain);
    }
    let mut links: Vec<(usize, usize)> = chains.iter().flat_map(|c| c.windows(2).map(|w| (w[0], w[1]))).collect();
    links.sort_unstable();
    links.dedup();

    let order = Order::best(&ranks, &links, n);
    let width = |v: usize| if v < n { rooms[v].width } else { 2.0 };
    let x = across(&order, n, &width);

    let depth = order.layers.len();
    let mut heights = vec![0.0f64; depth];
    for v in 0..n {
        heights[ranks[v]] = heights[ranks[v]].max(rooms[v].height);
    }
    let mut gaps = vec![BETWEEN.0; depth];
    for &(a, b) in &links {
        let gap = &mut gaps[ranks[a]];
        *gap = gap.max((x[a] - x[b]).abs() * 0.17).min(BETWEEN.1);
    }
    let mut tops = Vec::with_capacity(depth);
    let mut y = 1.0;
    for (height, gap) in heights.iter().zip(&gaps) {
        tops.push(y);
        y += height + gap;
    }
    let total_height = if depth == 0 { 0.0 } else { y - gaps[depth - 1] + 1.0 };
    let left = (0..ranks.len()).map(|v| x[v] - width(v) / 2.0).fold(f64::INFINITY, f64::min);
    let right = (0..ranks.len()).map(|v| x[v] + width(v) / 2.0).fold(f64::NEG_INFINITY, f64::max);
    let x: Vec<f64> = x.iter().map(|x| x - left + 1.0).collect();
    let nodes: Vec<(f64, f64)> = (0..n).map(|v| (x[v], tops[ranks[v]] + heights[ranks[v]] / 2.0)).collect();

    let (starts, ends) = ports(rooms, &chains, &x);
    let mut routes = Vec::with_capacity(edges.len());
    for (i, chain) in chains.iter().enumerate() {
        let mut route = Vec::new();
        if let (true, Some(&a), Some(&b)) = (chain.len() > 1, chain.first(), chain.last()) {
            let bottom = |v: usize| tops[ranks[v]] + heights[ranks[v]];
            let (from, to) = (x[a] + starts[i], x[b] + ends[i]);
            route.push((from, (nodes[a].1 + rooms[a].height / 2.0).min(bottom(a))));
            route.push((from, bottom(a)));
            for &dummy in &chain[1..chain.len() - 1] {
                route.extend([(x[dummy], tops[ranks[dummy]]), (x[dummy], bottom(dummy))]);
            }
            route.push((to, tops[ranks[b]]));
            route.push((to, (nodes[b].1 - rooms[b].height / 2.0).max(tops[ranks[b]])));
            route.dedup();
            if reversed[i] {
                route.reverse();
            }
        }
        routes.push(route);
    }
    let total_width = if n == 0 { 0.0 } else { right - left + 2.0 };
    Layout { nodes, routes, width: total_width, height: total_height }
}

/// Which edges close a cycle when the graph is walked depth first in the order of the nodes.
fn acyclic(n: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); n];
    for (i, &(a, _)) in edges.iter().enumerate() {
        out[a].push(i);
    }
    let mut reversed = vec![false; edges.len()];
    // 0 new, 1 on the way, 2 done
    let mut state = vec![0u8; n];
    for root in 0..n {
        if state[root] != 0 {
            continue;
        }
        let mut stack = vec![(root, 0usize)];
        state[root] = 1;
        while let Some((v, next)) = stack.last_mut() {
            let Some(&i) = out[*v].get(*next) else {
                state[*v] = 2;
                stack.pop();
                continue;
            };
            *next += 1;
            let to = edges[i].1;
            match state[to] {
                0 => {
                    state[to] = 1;
                    stack.push((to, 0));
                }
                1 => reversed[i] = true,
                _ => {}
            }
        }
    }
    reversed
}

/// The layer of each node; every edge of the acyclic graph leads to a later layer.
fn rank(n: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let edges: Vec<(usize, usize)> = edges.iter().copied().filter(|(a, b)| a != b).collect();
    let (mut into, mut out) = (vec![Vec::new(); n], vec![Vec::new(); n]);
    for &(a, b) in &edges {
        out[a].push(b);
        into[b].push(a);
    }
    let mut waits: Vec<usize> = into.iter().map(Vec::len).collect();
    let mut sorted: Vec<usize> = (0..n).filter(|&v| waits[v] == 0).collect();
    let mut rank = vec![0; n];
    let mut at = 0;
    while let Some(&v) = sorted.get(at) {
        at += 1;
        for &w in &out[v] {
            rank[w] = rank[w].max(rank[v] + 1);
            waits[w] -= 1;
            if waits[w] == 0 {
                sorted.push(w);
            }
        }
    }
    for _ in 0..8 {
        let mut moved = false;
        for &v in sorted.iter().rev() {
            let nearest = out[v].iter().map(|&w| rank[w] - 1).min();
            if let Some(nearest) = nearest
                && out[v].len() > into[v].len()
                && nearest > rank[v]
            {
                rank[v] = nearest;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    // The first layer is not empty.
    let least = rank.iter().copied().min().unwrap_or(0);
    rank.iter().map(|r| r - least).collect()
}

/// Horizontal places of nodes and dummies (from `nodes` on).
fn across(order: &Order, nodes: usize, width: &dyn Fn(usize) -> f64) -> Vec<f64> {
    let n = order.place.len();
    let mut x = vec![0.0; n];
    let apart = |a: usize, b: usize| {
        let gap = if a < nodes && b < nodes { APART } else { PASSING };
        (width(a) + width(b)) / 2.0 + gap
    };
    // Offsets of each layer: the places if everything stood as close as allowed.
    let offsets: Vec<Vec<f64>> = order
        .layers
        .iter()
        .map(|layer| {
            let mut at = 0.0;
            layer
                .iter()
                .enumerate()
                .map(|(i, &v)| {
                    if i > 0 {
                        at += apart(layer[i - 1], v);
                    }
                    at
                })
                .collect()
        })
        .collect();
    for (layer, offsets) in order.layers.iter().zip(&offsets) {
        let middle = offsets.last().copied().unwrap_or(0.0) / 2.0;
        layer.iter().zip(offsets).for_each(|(&v, o)| x[v] = o - middle);
    }
    let weight = |a: usize, b: usize| match (a < nodes, b < nodes) {
        (true, true) => 1.0,
        (false, false) => 8.0,
        _ => 2.0,
    };
    let depth = order.layers.len();
    for round in 0..40 {
        // Down and up; at the end upwards only, so that parents stand over the middle of their children.
        let last = round >= 36;
        let (up, down) = match round % 2 {
            _ if last => (0.1, 1.0),
            0 => (1.0, 0.0),
            _ => (0.0, 1.0),
        };
        let rows: Vec<usize> = if round % 2 == 0 && !last { (0..depth).collect() } else { (0..depth).rev().collect() };
        for r in rows {
            let layer = &order.layers[r];
            let mut wanted = Vec::with_capacity(layer.len());
            for &v in layer {
                let near = order.above[v].iter().map(|&w| (w, up)).chain(order.below[v].iter().map(|&w| (w, down)));
                let near = near.map(|(w, share)| (x[w], share * weight(v, w)));
                let (sum, total) = near.fold((0.0, 0.0), |(s, t), (x, weight)| (s + weight * x, t + weight));
                wanted.push(if total > 0.0 { (sum / total, total) } else { (x[v], 0.01) });
            }
            for (&v, place) in layer.iter().zip(nearest(&wanted, &offsets[r])) {
                x[v] = place;
            }
        }
    }
    x
}

/// The places nearest to those wanted (value, weight) in weighted least squares that are at least as far apart as the offsets:
/// isotonic regression by pooling adjacent violators.
fn nearest(wanted: &[(f64, f64)], offsets: &[f64]) -> Vec<f64> {
    // Blocks of equal shift: (mean, weight, count).
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    for (&(value, weight), offset) in wanted.iter().zip(offsets) {
        let mut block = (value - offset, weight, 1);
        while let Some(&(mean, w, count)) = blocks.last()
            && mean > block.0
        {
            block = ((mean * w + block.0 * block.1) / (w + block.1), w + block.1, count + block.2);
            blocks.pop();
        }
        blocks.push(block);
    }
    let shifts = blocks.iter().flat_map(|&(mean, _, count)| std::iter::repeat_n(mean, count));
    shifts.zip(offsets).map(|(shift, offset)| shift + offset).collect()
}

/// How far from the middle of its nodes each edge starts and ends: edges side by side in the order of where they go.
fn ports(rooms: &[Room], chains: &[Vec<usize>], x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let n = rooms.len();
    let (mut out, mut into) = (vec![Vec::new(); n], vec![Vec::new(); n]);
    for (i, chain) in chains.iter().enumerate() {
        if let [a, next, ..] = chain[..] {
            out[a].push((x[next], i));
        }
        if let [.., before, b] = chain[..] {
            into[b].push((x[before], i));
        }
    }
    let spread = |sides: Vec<Vec<(f64, usize)>>| {
        let mut offsets = vec![0.0; chains.len()];
        for (v, mut side) in sides.into_iter().enumerate() {
            side.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let gap = (rooms[v].ports / side.len().max(1) as f64).min(14.0);
            let middle = side.len().saturating_sub(1) as f64 / 2.0;
            for (k, (_, i)) in side.into_iter().enumerate() {
                offsets[i] = (k as f64 - middle) * gap;
            }
        }
        offsets
    };
    (spread(out), spread(into))
}

#[cfg(test)]
mod tests;
