//! The order of nodes within their layers: as few crossings as sweeps can reach.

/// Nodes and dummies of each layer from left to right.
#[derive(Clone)]
pub(crate) struct Order {
    pub layers: Vec<Vec<usize>>,
    /// Place of each node in its layer.
    pub place: Vec<usize>,
    pub above: Vec<Vec<usize>>,
    pub below: Vec<Vec<usize>>,
}

impl Order {
    /// The best order found: sweeps down and up, as long as they help.
    pub fn best(ranks: &[usize], links: &[(usize, usize)], nodes: usize) -> Order {
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
    pub fn first(ranks: &[usize], links: &[(usize, usize)], nodes: usize) -> Order {
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
    pub fn crossings(&self) -> usize {
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
