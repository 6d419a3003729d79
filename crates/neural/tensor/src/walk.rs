//! The walk back along the tape: which nodes lie between outputs and what is asked about, and their cotangents in turn.

use crate::tape::{Create, Mode, Node, Step, mode, with_mode};
use crate::tensor::Tensor;
use smallvec::SmallVec;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

/// Cotangents of `wrt`, given cotangents (`seeds`) of `outputs`: Σ seedᵢ · ∂outputᵢ/∂wrt.
///
/// `wrt` may be any recorded tensors, inner results included, and the graph stays as it is, so this can be called
/// again and again. `None` means that no path leads from the outputs to that tensor. Only the part of the graph
/// between `outputs` and `wrt` is visited.
///
/// # Panics
/// When a seed's shape is not its output's, or when something in `wrt` was never recorded (see
/// [`Tensor::variable`]): its gradient would be silently missing.
#[track_caller]
pub fn grad(outputs: &[&Tensor], seeds: &[&Tensor], wrt: &[&Tensor], create: Create) -> Vec<Option<Tensor>> {
    assert_eq!(outputs.len(), seeds.len(), "grad: one seed for each output");
    for (y, s) in outputs.iter().zip(seeds) {
        assert_eq!(y.shape(), s.shape(), "grad: a seed has its output's shape");
        assert_eq!(y.dtype(), s.dtype(), "grad: a seed has its output's kind of number");
    }
    let mut wanted: HashMap<u64, usize, Fast> = HashMap::default();
    for (i, x) in wrt.iter().enumerate() {
        match &x.node {
            Some(node) => wanted.insert(node.id, i),
            None => panic!("grad: tensor {i} of `wrt` is not recorded; make it a variable before computing with it"),
        };
    }
    let oldest = wanted.keys().copied().min().unwrap_or(u64::MAX);
    let order = between(outputs, oldest, &wanted);
    let mut cotangents: HashMap<u64, Tensor, Fast> = HashMap::default();
    let now = mode();
    let rules = now.rules.clone();
    with_mode(Mode { record: create == Create::Graph && now.record, ..now }, || {
        for (y, s) in outputs.iter().zip(seeds) {
            if let Some(node) = &y.node {
                accumulate(&mut cotangents, node.id, (*s).clone());
            }
        }
        for node in order.nodes.iter() {
            if !order.useful[&node.id] {
                continue;
            }
            let Some(cotangent) = (match wanted.contains_key(&node.id) {
                true => cotangents.get(&node.id).cloned(),
                false => cotangents.remove(&node.id),
            }) else {
                continue;
            };
            let needed: SmallVec<[bool; 4]> = (node.inputs.iter())
                .map(|i| i.node.as_ref().is_some_and(|n| order.useful.get(&n.id).copied().unwrap_or(false)))
                .collect();
            if !needed.contains(&true) {
                continue;
            }
            let step = Step::new(node, cotangent, needed);
            // A rule's own gradients are ordinary ones; what is recomputed inside an ordinary step is not.
            let ruled = rules.as_ref().and_then(|r| with_mode(Mode { rules: None, ..mode() }, || r.backward(&step)));
            let grads = ruled.unwrap_or_else(|| step.standard());
            for ((operand, g), &needed) in node.inputs.iter().zip(grads).zip(step.needed()) {
                if let (Some(n), Some(g), true) = (&operand.node, g, needed) {
                    debug_assert_eq!(g.shape(), operand.shape.as_slice(), "{}: shape of a cotangent", node.op.kind());
                    accumulate(&mut cotangents, n.id, g);
                }
            }
        }
    });
    wrt.iter().map(|x| x.node.as_ref().and_then(|n| cotangents.get(&n.id).cloned())).collect()
}

fn accumulate(cotangents: &mut HashMap<u64, Tensor, Fast>, id: u64, g: Tensor) {
    let sum = match cotangents.remove(&id) {
        Some(before) => before.plus_owned(g),
        None => g,
    };
    cotangents.insert(id, sum);
}

/// Node numbers are already well spread.
pub(crate) type Fast = std::hash::BuildHasherDefault<IdHash>;

/// Multiplies by an odd constant; enough for consecutive numbers.
#[derive(Default)]
pub(crate) struct IdHash(u64);
impl std::hash::Hasher for IdHash {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {
        unreachable!("only node numbers are hashed")
    }
    fn write_u64(&mut self, x: u64) {
        self.0 = x.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

/// The nodes reachable from the outputs, newest first, and which of them lead to something that is asked for.
struct Between {
    nodes: Vec<Arc<Node>>,
    useful: HashMap<u64, bool, Fast>,
}

fn between(outputs: &[&Tensor], oldest: u64, wanted: &HashMap<u64, usize, Fast>) -> Between {
    let mut nodes = reachable(outputs, oldest);
    let mut useful: HashMap<u64, bool, Fast> = HashMap::with_capacity_and_hasher(nodes.len(), Default::default());
    for node in nodes.iter().rev() {
        let below = node.inputs.iter().filter_map(|i| i.node.as_ref());
        let on = wanted.contains_key(&node.id) || below.into_iter().any(|n| useful.get(&n.id) == Some(&true));
        useful.insert(node.id, on);
    }
    nodes.retain(|n| useful[&n.id]);
    Between { nodes, useful }
}

/// All nodes at or after `oldest` that the outputs descend from, newest first.
pub(crate) fn reachable(outputs: &[&Tensor], oldest: u64) -> Vec<Arc<Node>> {
    struct ById(Arc<Node>);
    impl PartialEq for ById {
        fn eq(&self, other: &Self) -> bool {
            self.0.id == other.0.id
        }
    }
    impl Eq for ById {}
    impl PartialOrd for ById {
        fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
            Some(self.cmp(other))
        }
    }
    impl Ord for ById {
        fn cmp(&self, other: &Self) -> std::cmp::Ordering {
            self.0.id.cmp(&other.0.id)
        }
    }
    let mut heap: BinaryHeap<ById> = outputs.iter().filter_map(|y| y.node.clone().map(ById)).collect();
    let mut nodes: Vec<Arc<Node>> = Vec::new();
    while let Some(ById(node)) = heap.pop() {
        if node.id < oldest || nodes.last().is_some_and(|n| n.id == node.id) {
            continue;
        }
        heap.extend(node.inputs.iter().filter_map(|i| i.node.clone()).filter(|n| n.id >= oldest).map(ById));
        nodes.push(node);
    }
    nodes
}
