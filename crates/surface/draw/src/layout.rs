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

/// Nodes and dummies of each layer from left to right.
#[derive(Clone)]
struct Order {
    layers: Vec<Vec<usize>>,
    /// Place of each node in its layer.
    place: Vec<usize>,
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
}

impl Order {
    /// The best order found: sweeps down and up, as long as they help.
    fn best(ranks: &[usize], links: &[(usize, usize)], nodes: usize) -> Order {
        let mut order = Order::first(ranks, links, nodes);
        let mut best = (order.crossings(), order.layers.clone());
        // Swapping is quadratic in the degrees: only for graphs that are drawn to be read.
        let swaps = links.len() <= 4000;
        let mut stale = 0;
        for round in 0..24 {
            if best.0 == 0 || stale >= 6 {
                break;
            }
            order.sweep(round % 2 == 0);
            if swaps {
                order.swap_neighbours();
            }
            let crossings = order.crossings();
            stale += 1;
            if crossings < best.0 {
                best = (crossings, order.layers.clone());
                stale = 0;
            }
        }
        order.layers = best.1;
        (0..order.layers.len()).for_each(|r| order.renumber(r));
        order
    }

    /// Nodes in the order in which a walk from the sources meets them: trees come out without crossings.
    fn first(ranks: &[usize], links: &[(usize, usize)], nodes: usize) -> Order {
        let n = ranks.len();
        let (mut above, mut below) = (vec![Vec::new(); n], vec![Vec::new(); n]);
        for &(a, b) in links {
            below[a].push(b);
            above[b].push(a);
        }
        let depth = ranks.iter().max().map_or(0, |m| m + 1);
        let mut layers = vec![Vec::new(); depth];
        let mut seen = vec![false; n];
        let sources = (0..nodes).filter(|&v| above[v].is_empty()).chain(0..n);
        for source in sources {
            let mut stack = vec![source];
            while let Some(v) = stack.pop() {
                if !std::mem::replace(&mut seen[v], true) {
                    layers[ranks[v]].push(v);
                    stack.extend(below[v].iter().rev());
                }
            }
        }
        let mut order = Order { layers, place: vec![0; n], above, below };
        (0..depth).for_each(|r| order.renumber(r));
        order
    }

    fn renumber(&mut self, layer: usize) {
        for (i, &v) in self.layers[layer].iter().enumerate() {
            self.place[v] = i;
        }
    }

    fn sweep(&mut self, down: bool) {
        let depth = self.layers.len();
        let rows: Vec<usize> = if down { (1..depth).collect() } else { (0..depth.saturating_sub(1)).rev().collect() };
        for r in rows {
            let mut keyed: Vec<(f64, usize)> = Vec::with_capacity(self.layers[r].len());
            for &v in &self.layers[r] {
                let near = if down { &self.above[v] } else { &self.below[v] };
                let sum: usize = near.iter().map(|&w| self.place[w]).sum();
                // Without neighbours a node stays where it is.
                let key = if near.is_empty() { self.place[v] as f64 } else { sum as f64 / near.len() as f64 };
                keyed.push((key, v));
            }
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            self.layers[r] = keyed.into_iter().map(|(_, v)| v).collect();
            self.renumber(r);
        }
    }

    /// Exchanges neighbours in a layer wherever that removes crossings, until nothing changes or eight rounds are over.
    fn swap_neighbours(&mut self) {
        for _ in 0..8 {
            let mut changed = false;
            for r in 0..self.layers.len() {
                for i in 1..self.layers[r].len() {
                    let (a, b) = (self.layers[r][i - 1], self.layers[r][i]);
                    let cost = |left: usize, right: usize| {
                        self.pair(&self.above[left], &self.above[right])
                            + self.pair(&self.below[left], &self.below[right])
                    };
                    if cost(b, a) < cost(a, b) {
                        self.layers[r].swap(i - 1, i);
                        (self.place[a], self.place[b]) = (i, i - 1);
                        changed = true;
                    }
                }
            }
            if !changed {
                break;
            }
        }
    }

    /// Crossings between the edges of two neighbours, the first on the left.
    fn pair(&self, left: &[usize], right: &[usize]) -> usize {
        left.iter().map(|&l| right.iter().filter(|&&r| self.place[r] < self.place[l]).count()).sum()
    }

    /// All crossings: inversions among edges sorted by their upper ends, counted with a Fenwick tree (Barth et al. 2002).
    fn crossings(&self) -> usize {
        let mut crossings = 0;
        for (r, layer) in self.layers.iter().enumerate() {
            let Some(next) = self.layers.get(r + 1) else { break };
            let mut tree = vec![0usize; next.len() + 1];
            let mut entered = 0;
            for &v in layer {
                let mut ends: Vec<usize> = self.below[v].iter().map(|&w| self.place[w]).collect();
                ends.sort_unstable();
                for &end in &ends {
                    let mut upto = 0;
                    let mut i = end + 1;
                    while i > 0 {
                        upto += tree[i];
                        i &= i - 1;
                    }
                    crossings += entered - upto;
                }
                for end in ends {
                    entered += 1;
                    let mut i = end + 1;
                    while i < tree.len() {
                        tree[i] += 1;
                        i += i & i.wrapping_neg();
                    }
                }
            }
        }
        crossings
    }
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn box_of(width: f64) -> Room {
        Room { width, height: 20.0 + width / 10.0, ports: width * 0.6 }
    }

    /// A graph on up to 30 nodes; `a < b` for all its edges if `acyclic`.
    fn graphs(acyclic: bool) -> impl Strategy<Value = (Vec<Room>, Vec<(usize, usize)>)> {
        (1usize..30).prop_flat_map(move |n| {
            let rooms = prop::collection::vec((10.0f64..150.0).prop_map(box_of), n);
            let edges = prop::collection::vec((0..n, 0..n), 0..50).prop_map(move |edges| {
                if !acyclic {
                    return edges;
                }
                edges.into_iter().filter(|(a, b)| a != b).map(|(a, b)| (a.min(b), a.max(b))).collect()
            });
            (rooms, edges)
        })
    }

    fn overlap(a: ((f64, f64), Room), b: ((f64, f64), Room)) -> bool {
        let apart = |d: f64, s: f64| d.abs() < s / 2.0 - 1e-6;
        apart(a.0.0 - b.0.0, a.1.width + b.1.width) && apart(a.0.1 - b.0.1, a.1.height + b.1.height)
    }

    fn check(rooms: &[Room], layout: &Layout) -> Result<(), TestCaseError> {
        for i in 0..rooms.len() {
            for j in 0..i {
                let both = overlap((layout.nodes[i], rooms[i]), (layout.nodes[j], rooms[j]));
                prop_assert!(!both, "nodes {} and {} overlap", i, j);
            }
            let (x, y) = layout.nodes[i];
            prop_assert!(x - rooms[i].width / 2.0 >= 0.0 && x + rooms[i].width / 2.0 <= layout.width);
            prop_assert!(y - rooms[i].height / 2.0 >= 0.0 && y + rooms[i].height / 2.0 <= layout.height);
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn nodes_stand_apart_and_edges_go_down((rooms, edges) in graphs(true)) {
            let layout = layered(&rooms, &edges);
            check(&rooms, &layout)?;
            for (route, &(a, b)) in layout.routes.iter().zip(&edges) {
                prop_assert!(layout.nodes[a].1 < layout.nodes[b].1);
                prop_assert!(route.windows(2).all(|w| w[0].1 <= w[1].1));
                let (first, last) = (route[0], route[route.len() - 1]);
                prop_assert!((first.1 - (layout.nodes[a].1 + rooms[a].height / 2.0)).abs() < 1e-9);
                prop_assert!((last.1 - (layout.nodes[b].1 - rooms[b].height / 2.0)).abs() < 1e-9);
                prop_assert!((first.0 - layout.nodes[a].0).abs() <= rooms[a].width / 2.0);
                prop_assert!((last.0 - layout.nodes[b].0).abs() <= rooms[b].width / 2.0);
                // No edge runs through another node: it is upright wherever nodes stand.
                for (v, &(x, y)) in layout.nodes.iter().enumerate().filter(|(v, _)| *v != a && *v != b) {
                    for w in route.windows(2) {
                        let (low, high) = (w[0].0.min(w[1].0), w[0].0.max(w[1].0));
                        let room = rooms[v];
                        let beside = high < x - room.width / 2.0 || low > x + room.width / 2.0;
                        let above_or_below = w[1].1 <= y - room.height / 2.0 + 1e-9 || w[0].1 >= y + room.height / 2.0 - 1e-9;
                        prop_assert!(beside || above_or_below, "an edge runs through node {}", v);
                    }
                }
            }
            prop_assert_eq!(layered(&rooms, &edges), layout);
        }

        #[test]
        fn cycles_and_loops_are_drawn_too((rooms, edges) in graphs(false)) {
            let layout = layered(&rooms, &edges);
            check(&rooms, &layout)?;
            for (route, (a, b)) in layout.routes.iter().zip(&edges) {
                prop_assert_eq!(route.is_empty(), a == b);
            }
        }

        #[test]
        fn crossings_are_counted_right((rooms, edges) in graphs(true)) {
            let n = rooms.len();
            let ranks = rank(n, &edges);
            let mut links: Vec<_> = edges.iter().copied().filter(|&(a, b)| ranks[b] == ranks[a] + 1).collect();
            links.sort_unstable();
            links.dedup();
            let order = Order::first(&ranks, &links, n);
            let mut crossings = 0;
            for (i, &(a, b)) in links.iter().enumerate() {
                for &(c, d) in &links[..i] {
                    let across = (order.place[a] as i64 - order.place[c] as i64) * (order.place[b] as i64 - order.place[d] as i64);
                    crossings += usize::from(ranks[a] == ranks[c] && across < 0);
                }
            }
            prop_assert_eq!(order.crossings(), crossings);
            prop_assert!(Order::best(&ranks, &links, n).crossings() <= crossings);
        }

        #[test]
        fn trees_have_no_crossings(parents in prop::collection::vec(any::<prop::sample::Index>(), 1..40)) {
            let edges: Vec<(usize, usize)> = parents.iter().enumerate().map(|(i, p)| (p.index(i + 1), i + 1)).collect();
            let ranks = rank(parents.len() + 1, &edges);
            let mut links = edges.clone();
            links.sort_unstable();
            prop_assert_eq!(Order::best(&ranks, &links, ranks.len()).crossings(), 0);
        }

        #[test]
        fn places_are_the_nearest_allowed(wanted in prop::collection::vec((-50.0f64..50.0, 0.1f64..5.0), 1..8), moved in prop::collection::vec(-1.0f64..1.0, 8)) {
            let offsets: Vec<f64> = (0..wanted.len()).map(|i| i as f64 * 7.0).collect();
            let places = nearest(&wanted, &offsets);
            let allowed = |p: &[f64]| p.windows(2).all(|w| w[1] - w[0] >= 7.0 - 1e-9);
            let cost = |p: &[f64]| p.iter().zip(&wanted).map(|(p, w)| w.1 * (p - w.0).powi(2)).sum::<f64>();
            prop_assert!(allowed(&places));
            for scale in [0.01, 0.3, 3.0] {
                let other: Vec<f64> = places.iter().zip(&moved).map(|(p, m)| p + m * scale).collect();
                prop_assert!(!allowed(&other) || cost(&other) >= cost(&places) - 1e-9);
            }
        }
    }

    #[test]
    fn a_straight_chain_stays_straight() {
        let rooms = vec![box_of(40.0); 4];
        let layout = layered(&rooms, &[(0, 1), (1, 2), (2, 3)]);
        assert!(layout.nodes.iter().all(|n| (n.0 - layout.nodes[0].0).abs() < 1e-6));
    }

    #[test]
    fn nothing_is_fine() {
        assert_eq!(layered(&[], &[]).width, 0.0);
    }
}
