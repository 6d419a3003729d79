//! Lineages of the kinds that programs of the field give, built directly.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use symbolon_theory::diag::Span;
use symbolon_theory::lineage::{Choice, ChoiceId, Evidence, Leaf, Lineage, Lit, NodeId, Origin};
use symbolon_theory::term::Term;

/// A lineage under construction.
pub struct Maker {
    pub lineage: Lineage,
    atoms: u32,
    pub random: ChaCha8Rng,
}

impl Maker {
    pub fn new(seed: u64) -> Maker {
        Maker { lineage: Lineage::new(), atoms: 0, random: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// A choice with these weights; what they leave to 1 is a further value.
    pub fn choice(&mut self, weights: &[f64]) -> ChoiceId {
        let origin = Origin::Fact(0, self.lineage.choices.len() as u32);
        let mut leaves: Vec<Leaf> = weights.iter().map(|&w| Leaf::Const(w)).collect();
        if weights.iter().sum::<f64>() < 1.0 - 1e-12 {
            leaves.push(Leaf::Rest);
        }
        let make =
            Choice { origin: origin.clone(), values: vec![None; leaves.len()], weights: leaves, span: Span::default() };
        self.lineage.choice_of(&origin, |_| Ok::<_, ()>(make)).unwrap()
    }

    /// A probabilistic fact.
    pub fn fact(&mut self, p: f64) -> Lit {
        let c = self.choice(&[p]);
        self.lineage.leaf(c, 0)
    }

    /// All values of a choice.
    pub fn values(&mut self, weights: &[f64]) -> Vec<Lit> {
        let c = self.choice(weights);
        (0..weights.len() as u32).map(|v| self.lineage.leaf(c, v)).collect()
    }

    pub fn atom(&mut self) -> NodeId {
        self.atoms += 1;
        self.lineage.atom(self.atoms, &[], || None)
    }

    pub fn rule(&mut self, head: NodeId, body: &[Lit]) {
        let proof = self.lineage.and(None, &mut body.to_vec());
        self.lineage.add_proof(head, proof);
    }

    pub fn query(&mut self, lit: Lit) {
        let name = Term::from_raw(self.lineage.queries.len() as u32);
        self.lineage.queries.push((name, lit));
    }

    pub fn evidence(&mut self, lit: Lit, value: bool) {
        let atom = Term::from_raw(self.lineage.evidence.len() as u32);
        self.lineage.evidence.push(Evidence { atom, lit, value, span: None });
    }
}

/// `n` causes, each with an inhibitor of its own.
pub fn noisy_or(n: usize) -> Lineage {
    let mut m = Maker::new(1);
    let q = m.atom();
    for _ in 0..n {
        let (cause, works) = (m.fact(0.01), m.fact(0.1));
        m.rule(q, &[cause, works]);
    }
    m.query(Lit::pos(q));
    m.lineage
}

/// A ladder of `n` rungs: two lanes, crossings at each step.
pub fn ladder(n: usize) -> Lineage {
    let mut m = Maker::new(2);
    let start = m.atom();
    m.rule(start, &[]);
    let mut lanes = [Lit::pos(start); 2];
    for _ in 0..n {
        let next = [m.atom(), m.atom()];
        for (i, &to) in next.iter().enumerate() {
            for (j, &from) in lanes.iter().enumerate() {
                let edge = m.fact(if i == j { 0.99 } else { 0.3 });
                m.rule(to, &[from, edge]);
            }
        }
        lanes = next.map(Lit::pos);
    }
    m.query(lanes[0]);
    m.lineage
}

/// A hidden Markov model: `steps` steps, `states` states, as many symbols. Evidence: one symbol at each step. Queries: the
/// states of the last step, or of every step.
pub fn hmm(steps: usize, states: usize, all: bool) -> Lineage {
    let mut m = Maker::new(3);
    let mut before: Vec<Lit> = Vec::new();
    for t in 0..steps {
        let now: Vec<NodeId> = (0..states).map(|_| m.atom()).collect();
        if t == 0 {
            let values = m.values(&vec![1.0 / states as f64; states]);
            for (&a, &v) in now.iter().zip(&values) {
                m.rule(a, &[v]);
            }
        }
        for (i, &from) in before.iter().enumerate() {
            let weights: Vec<f64> = (0..states).map(|j| if i == j { 0.6 } else { 0.4 / (states - 1) as f64 }).collect();
            let values = m.values(&weights);
            for (&a, &v) in now.iter().zip(&values) {
                m.rule(a, &[from, v]);
            }
        }
        let seen: Vec<NodeId> = (0..states).map(|_| m.atom()).collect();
        for (i, &a) in now.iter().enumerate() {
            let weights: Vec<f64> = (0..states).map(|j| if i == j { 0.7 } else { 0.3 / (states - 1) as f64 }).collect();
            let values = m.values(&weights);
            for (&s, &v) in seen.iter().zip(&values) {
                m.rule(s, &[Lit::pos(a), v]);
            }
        }
        let symbol = m.random.random_range(0..states);
        m.evidence(Lit::pos(seen[symbol]), true);
        before = now.into_iter().map(Lit::pos).collect();
        if all || t + 1 == steps {
            before.clone().into_iter().for_each(|l| m.query(l));
        }
    }
    m.lineage
}

/// Smokers: stress, influence between friends, a random friendship graph with cycles.
pub fn smokers(people: usize, friends: usize, evidence: bool) -> Lineage {
    let mut m = Maker::new(4);
    let smokes: Vec<NodeId> = (0..people).map(|_| m.atom()).collect();
    for &a in &smokes {
        let stress = m.fact(0.3);
        m.rule(a, &[stress]);
    }
    for i in 0..people {
        for _ in 0..friends {
            let j = m.random.random_range(0..people);
            if i != j {
                let influence = m.fact(0.2);
                m.rule(smokes[i], &[Lit::pos(smokes[j]), influence]);
            }
        }
    }
    for &a in &smokes {
        let asthma = m.atom();
        let h = m.fact(0.4);
        m.rule(asthma, &[Lit::pos(a), h]);
        m.query(Lit::pos(asthma));
        m.query(Lit::pos(a));
    }
    if evidence {
        m.evidence(Lit::pos(smokes[people / 2]), true);
        m.evidence(Lit::pos(smokes[people / 3]), false);
    }
    m.lineage
}

/// Reliability of an undirected random graph: path from node 0 to the last, `degree` edges a node on average.
pub fn reliability(nodes: usize, edges: usize) -> Lineage {
    let mut m = Maker::new(5);
    let reach: Vec<NodeId> = (0..nodes).map(|_| m.atom()).collect();
    m.rule(reach[0], &[]);
    let mut pairs = Vec::new();
    for i in 1..nodes {
        pairs.push((m.random.random_range(0..i), i));
    }
    while pairs.len() < edges {
        let (a, b) = (m.random.random_range(0..nodes), m.random.random_range(0..nodes));
        if a != b && !pairs.contains(&(a, b)) && !pairs.contains(&(b, a)) {
            pairs.push((a, b));
        }
    }
    for (a, b) in pairs {
        let e = m.fact(0.7);
        m.rule(reach[a], &[Lit::pos(reach[b]), e]);
        m.rule(reach[b], &[Lit::pos(reach[a]), e]);
    }
    m.query(Lit::pos(reach[nodes - 1]));
    m.lineage
}

/// Reliability of an `n` by `n` grid with undirected edges, corner to corner.
pub fn grid_reliability(n: usize) -> Lineage {
    let mut m = Maker::new(6);
    let reach: Vec<NodeId> = (0..n * n).map(|_| m.atom()).collect();
    m.rule(reach[0], &[]);
    for i in 0..n * n {
        for (ok, j) in [(i % n + 1 < n, i + 1), (i + n < n * n, i + n)] {
            if ok {
                let e = m.fact(0.7);
                m.rule(reach[i], &[Lit::pos(reach[j]), e]);
                m.rule(reach[j], &[Lit::pos(reach[i]), e]);
            }
        }
    }
    m.query(Lit::pos(reach[n * n - 1]));
    m.lineage
}

/// A Bayesian network: `parents[i]` < i, `sizes[i]` values, one choice for each row of each table.
fn network(m: &mut Maker, parents: &[Vec<usize>], sizes: &[usize]) -> Vec<Vec<Lit>> {
    let mut nodes: Vec<Vec<Lit>> = Vec::new();
    for (ps, &size) in parents.iter().zip(sizes) {
        let atoms: Vec<NodeId> = (0..size).map(|_| m.atom()).collect();
        let mut row = vec![0usize; ps.len()];
        'rows: loop {
            let raw: Vec<f64> = (0..size).map(|_| m.random.random_range(0.05..1.0)).collect();
            let sum: f64 = raw.iter().sum();
            let mut weights: Vec<f64> = raw.iter().map(|w| w / sum).collect();
            weights[size - 1] = 1.0 - weights[..size - 1].iter().sum::<f64>();
            let values = m.values(&weights);
            for (&a, &v) in atoms.iter().zip(&values) {
                let mut body: Vec<Lit> = ps.iter().zip(&row).map(|(&p, &r)| nodes[p][r]).collect();
                body.push(v);
                m.rule(a, &body);
            }
            for i in 0..row.len() {
                row[i] += 1;
                if row[i] < sizes[ps[i]] {
                    continue 'rows;
                }
                row[i] = 0;
            }
            break;
        }
        nodes.push(atoms.into_iter().map(Lit::pos).collect());
    }
    nodes
}

/// A random Bayesian network of the size of ALARM (37 nodes, 2 to 4 values, up to `most` parents near by), with evidence.
pub fn alarm(nodes: usize, most: usize) -> Lineage {
    let mut m = Maker::new(7);
    let mut parents = Vec::new();
    let mut sizes = Vec::new();
    for i in 0..nodes {
        let count = m.random.random_range(0..=most.min(i));
        let mut ps: Vec<usize> = (0..count).map(|_| i - 1 - m.random.random_range(0..i.min(8))).collect();
        ps.sort_unstable();
        ps.dedup();
        parents.push(ps);
        sizes.push(m.random.random_range(2..=4));
    }
    let lits = network(&mut m, &parents, &sizes);
    for i in [nodes / 2, nodes - 1, nodes - 3] {
        m.evidence(lits[i][0], true);
    }
    for l in lits.iter().flatten() {
        m.query(*l);
    }
    m.lineage
}

/// A grid-shaped Bayesian network of `n` by `n` boolean nodes, evidence in the last corner, all marginals.
pub fn grid_network(n: usize, all: bool) -> Lineage {
    let mut m = Maker::new(8);
    let parents: Vec<Vec<usize>> = (0..n * n)
        .map(|i| {
            let mut ps = Vec::new();
            if i % n > 0 {
                ps.push(i - 1);
            }
            if i >= n {
                ps.push(i - n);
            }
            ps
        })
        .collect();
    let lits = network(&mut m, &parents, &vec![2; n * n]);
    m.evidence(lits[n * n - 1][0], true);
    let count = if all { n * n } else { 1 };
    for l in &lits[..count] {
        m.query(l[0]);
    }
    m.lineage
}

/// Number of heads of `n` coins: a table of partial counts; queries: all totals.
pub fn coins(n: usize) -> Lineage {
    let mut m = Maker::new(9);
    let zero = m.atom();
    m.rule(zero, &[]);
    let mut counts = vec![zero];
    for _ in 0..n {
        let coin = m.fact(0.6);
        let next: Vec<NodeId> = (0..=counts.len()).map(|_| m.atom()).collect();
        for (k, &c) in counts.iter().enumerate() {
            m.rule(next[k + 1], &[Lit::pos(c), coin]);
            m.rule(next[k], &[Lit::pos(c), !coin]);
        }
        counts = next;
    }
    for c in counts {
        m.query(Lit::pos(c));
    }
    m.lineage
}

/// Addition of two numbers of `digits` digits, each digit a choice of ten values, with carries; queries: ten of the sums.
pub fn addition(digits: usize) -> Lineage {
    let mut m = Maker::new(10);
    let mut digit = || {
        let raw: Vec<f64> = (0..10).map(|_| m.random.random_range(0.01..1.0)).collect();
        let sum: f64 = raw.iter().sum();
        let mut weights: Vec<f64> = raw.iter().map(|r| r / sum).collect();
        weights[9] = 1.0 - weights[..9].iter().sum::<f64>();
        m.values(&weights)
    };
    let numbers: Vec<[Vec<Lit>; 2]> = (0..digits).map(|_| [digit(), digit()]).collect();
    // From the lowest digit: carry[c], and for each result so far an atom.
    let no_carry = m.atom();
    m.rule(no_carry, &[]);
    let never = m.atom();
    let mut carry = [no_carry, never];
    let mut results: Vec<[NodeId; 10]> = Vec::new();
    for [a, b] in &numbers {
        let out: [NodeId; 10] = std::array::from_fn(|_| m.atom());
        let next = [m.atom(), m.atom()];
        for (c, &carried) in carry.iter().enumerate() {
            for (i, &x) in a.iter().enumerate() {
                for (j, &y) in b.iter().enumerate() {
                    let sum = i + j + c;
                    let body = [x, y, Lit::pos(carried)];
                    m.rule(out[sum % 10], &body);
                    m.rule(next[sum / 10], &body);
                }
            }
        }
        carry = next;
        results.push(out);
    }
    for k in 0..10usize {
        let q = m.atom();
        let mut body: Vec<Lit> = results.iter().enumerate().map(|(i, r)| Lit::pos(r[(k * 7 + i * 3) % 10])).collect();
        body.push(Lit::pos(carry[k % 2]));
        m.rule(q, &body);
        m.query(Lit::pos(q));
    }
    m.lineage
}
