//! The inputs: relations over small integers, made from fixed seeds.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A relation of pairs.
pub type Pairs = Vec<(u32, u32)>;

/// Random edges, nine tenths as many as nodes: below the threshold where a giant component appears.
pub fn sparse(edges: usize) -> Pairs {
    random(edges, edges * 10 / 9)
}

/// Random edges among few nodes: nearly every pair is connected, and each pair is derived many times.
pub fn random(edges: usize, nodes: usize) -> Pairs {
    let mut rng = ChaCha8Rng::seed_from_u64(edges as u64);
    let nodes = nodes as u32;
    (0..edges).map(|_| (rng.random_range(0..nodes), rng.random_range(0..nodes))).collect()
}

/// Chains of `length` edges, `edges` in all.
pub fn chains(edges: usize, length: usize) -> Pairs {
    (0..edges / length)
        .flat_map(|c| (0..length).map(move |i| ((c * (length + 1) + i) as u32, (c * (length + 1) + i + 1) as u32)))
        .collect()
}

/// Square grids of `side` by `side` nodes with edges to the right and down, about `edges` in all.
pub fn grids(edges: usize, side: usize) -> Pairs {
    let mut pairs = Vec::new();
    let mut base = 0;
    while pairs.len() < edges {
        for y in 0..side {
            for x in 0..side {
                let node = (base + y * side + x) as u32;
                if x + 1 < side {
                    pairs.push((node, node + 1));
                }
                if y + 1 < side {
                    pairs.push((node, node + side as u32));
                }
            }
        }
        base += side * side;
    }
    pairs
}

/// Child and parent in complete binary trees of 63 nodes.
pub fn trees(facts: usize) -> Pairs {
    let mut pairs = Vec::new();
    let mut base = 0;
    while pairs.len() < facts {
        pairs.extend((2..64u32).map(|i| (base + i, base + i / 2)));
        base += 64;
    }
    pairs
}

/// The statements of a program, for Andersen's points-to analysis.
pub struct Statements {
    /// `v = new o`.
    pub alloc: Pairs,
    /// `v = w`.
    pub assign: Pairs,
    /// `v = u.f`.
    pub load: Vec<(u32, u32, u32)>,
    /// `u.f = w`.
    pub store: Vec<(u32, u32, u32)>,
}

/// About `facts` statements, in functions of twenty variables with few assignments between functions.
pub fn statements(facts: usize) -> Statements {
    let mut rng = ChaCha8Rng::seed_from_u64(facts as u64 + 1);
    let variables = facts as u32 / 2;
    let mut program = Statements { alloc: vec![], assign: vec![], load: vec![], store: vec![] };
    for object in 0..facts as u32 {
        let v = rng.random_range(0..variables);
        let near = |rng: &mut ChaCha8Rng| (v / 20 * 20 + rng.random_range(0..20)).min(variables - 1);
        let w = if rng.random_bool(0.03) { rng.random_range(0..variables) } else { near(&mut rng) };
        let field = rng.random_range(0..8);
        match rng.random_range(0..100) {
            0..25 => program.alloc.push((v, 1_000_000 + object)),
            25..65 => program.assign.push((v, w)),
            65..85 => program.load.push((v, w, field)),
            _ => program.store.push((v, field, w)),
        }
    }
    program
}
