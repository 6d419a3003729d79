//! Strongly connected components by Tarjan's algorithm (1972), with a stack of its own and buffers that are reused, so that
//! it can run at every step of the search on the few nodes that matter there.

/// Buffers of Tarjan's algorithm for graphs with nodes `0..n`.
pub(crate) struct Tarjan {
    /// 0: not visited; else 1 + visiting number.
    index: Vec<u32>,
    low: Vec<u32>,
    on_stack: Vec<bool>,
    stack: Vec<u32>,
    path: Vec<(u32, u32)>,
    visited: Vec<u32>,
    /// Component of each visited node: numbered from 0, a component after all that it reaches.
    pub(crate) component: Vec<u32>,
    /// Members of the components, one after the other.
    pub(crate) members: Vec<u32>,
    /// Start of each component in `members`, and the end of the last.
    pub(crate) starts: Vec<u32>,
}

impl Tarjan {
    pub(crate) fn new(nodes: usize) -> Tarjan {
        Tarjan {
            index: vec![0; nodes],
            low: vec![0; nodes],
            on_stack: vec![false; nodes],
            stack: Vec::new(),
            path: Vec::new(),
            visited: Vec::new(),
            component: vec![0; nodes],
            members: Vec::new(),
            starts: vec![0],
        }
    }

    /// Number of components that the last run found.
    pub(crate) fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// The nodes of a component.
    pub(crate) fn members_of(&self, component: usize) -> &[u32] {
        &self.members[self.starts[component] as usize..self.starts[component + 1] as usize]
    }

    /// Finds the components of all that is reachable from `roots`. `child(v, i)` is the `i`-th child of `v`.
    pub(crate) fn run(&mut self, roots: impl IntoIterator<Item = u32>, child: impl Fn(u32, u32) -> Option<u32>) {
        for v in self.visited.drain(..) {
            self.index[v as usize] = 0;
        }
        self.members.clear();
        self.starts.clear();
        self.starts.push(0);
        for root in roots {
            if self.index[root as usize] == 0 {
                self.enter(root);
            }
            while let Some(&mut (v, ref mut next)) = self.path.last_mut() {
                let i = *next;
                *next += 1;
                if let Some(w) = child(v, i) {
                    if self.index[w as usize] == 0 {
                        self.enter(w);
                    } else if self.on_stack[w as usize] {
                        self.low[v as usize] = self.low[v as usize].min(self.index[w as usize]);
                    }
                    continue;
                }
                self.path.pop();
                let low = self.low[v as usize];
                if let Some(&(parent, _)) = self.path.last() {
                    self.low[parent as usize] = self.low[parent as usize].min(low);
                }
                if low == self.index[v as usize] {
                    let number = self.count() as u32;
                    while let Some(w) = self.stack.pop() {
                        self.on_stack[w as usize] = false;
                        self.component[w as usize] = number;
                        self.members.push(w);
                        if w == v {
                            break;
                        }
                    }
                    self.starts.push(self.members.len() as u32);
                }
            }
        }
    }

    /// Finds the components of a whole graph of nodes `0..n` and returns the component of each node.
    pub(crate) fn components(nodes: usize, child: impl Fn(u32, u32) -> Option<u32>) -> Vec<u32> {
        let mut tarjan = Tarjan::new(nodes);
        tarjan.run(0..nodes as u32, child);
        tarjan.component
    }

    fn enter(&mut self, v: u32) {
        self.visited.push(v);
        let number = self.visited.len() as u32;
        self.index[v as usize] = number;
        self.low[v as usize] = number;
        self.on_stack[v as usize] = true;
        self.stack.push(v);
        self.path.push((v, 0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_come_after_what_they_reach() {
        // 0 -> 1 <-> 2, 2 -> 3, 4 -> 4
        let edges: [&[u32]; 5] = [&[1], &[2], &[1, 3], &[], &[4]];
        let mut tarjan = Tarjan::new(5);
        for _ in 0..2 {
            tarjan.run([0, 4], |v, i| edges[v as usize].get(i as usize).copied());
            let found: Vec<Vec<u32>> = (0..tarjan.count())
                .map(|c| {
                    let mut m = tarjan.members_of(c).to_vec();
                    m.sort_unstable();
                    m
                })
                .collect();
            assert_eq!(found, [vec![3], vec![1, 2], vec![0], vec![4]]);
        }
    }

    #[test]
    fn a_long_chain_does_not_overflow_the_stack() {
        let n = 300_000;
        let mut tarjan = Tarjan::new(n);
        tarjan.run([0], |v, i| (i == 0 && v + 1 < n as u32).then_some(v + 1));
        assert_eq!(tarjan.count(), n);
    }
}
