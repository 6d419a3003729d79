//! Circuits: sums and products over choices, made so that every question is one pass over the nodes.
//!
//! A circuit is a graph of *and*, *or* and leaf nodes. A leaf says "choice `c` takes one of these values". Two properties
//! make it tractable (Darwiche and Marquis 2002):
//!
//! - **decomposable**: the children of an *and* speak about different choices, so their values multiply;
//! - **deterministic**: the children of an *or* cannot hold together, so their values add.
//!
//! Replacing *or* by a sum, *and* by a product and each leaf by the weight of its values gives the probability; other
//! semirings give other answers. A choice that a node does not mention is free there and counts with the sum of its weights,
//! which is 1 for probabilities; [`Circuit::smooth`] makes it explicit where that matters.
//!
//! Nodes are numbered so that children come before parents, and live in flat arrays.

mod build;
mod derive;
mod evaluate;
mod file;
mod layers;
mod smooth;
#[cfg(test)]
mod tests;
mod weights;

pub(crate) use build::Builder;
pub(crate) use evaluate::log_sum;
pub use file::FileError;
pub use layers::{Layer, Layers};
pub use weights::Weights;

use crate::lineage::ChoiceId;

/// Number of a node of a [`Circuit`].
pub type NodeIndex = u32;

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, serde::Serialize, serde::Deserialize)]
pub enum Kind {
    /// All children. Without children: true.
    And,
    /// One of the children, which exclude each other. Without children: false.
    Or,
    /// Leaf of this number; see [`Circuit::leaf`].
    Leaf(u32),
    /// Not compiled: anything between false and true. Only in circuits that stopped at a budget.
    Unknown,
}

/// A leaf: a choice and the values that it may take, sorted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LeafRef<'a> {
    /// The choice.
    pub choice: ChoiceId,
    /// Its values; never empty.
    pub values: &'a [u32],
}

/// A deterministic decomposable circuit. See the [module documentation](self).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Circuit {
    kinds: Vec<Kind>,
    /// Children of node `i` are `edges[starts[i]..starts[i + 1]]`.
    starts: Vec<u32>,
    edges: Vec<NodeIndex>,
    leaf_choice: Vec<ChoiceId>,
    leaf_starts: Vec<u32>,
    leaf_values: Vec<u32>,
    /// Number of values of each choice of the lineage.
    sizes: Vec<u32>,
}

impl Circuit {
    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Number of edges.
    pub fn edges(&self) -> usize {
        self.edges.len()
    }

    /// What node `i` is.
    #[inline]
    pub fn kind(&self, i: NodeIndex) -> Kind {
        self.kinds[i as usize]
    }

    /// The children of node `i`; all have smaller numbers.
    #[inline]
    pub fn children(&self, i: NodeIndex) -> &[NodeIndex] {
        &self.edges[self.starts[i as usize] as usize..self.starts[i as usize + 1] as usize]
    }

    /// Number of leaves.
    pub fn leaves(&self) -> usize {
        self.leaf_choice.len()
    }

    /// The leaf of a number.
    #[inline]
    pub fn leaf(&self, leaf: u32) -> LeafRef<'_> {
        let (start, end) = (self.leaf_starts[leaf as usize], self.leaf_starts[leaf as usize + 1]);
        LeafRef { choice: self.leaf_choice[leaf as usize], values: &self.leaf_values[start as usize..end as usize] }
    }

    /// Number of values of each choice.
    pub fn choice_sizes(&self) -> &[u32] {
        &self.sizes
    }

    /// Whether node `i` is certainly false.
    pub fn is_false(&self, i: NodeIndex) -> bool {
        self.kind(i) == Kind::Or && self.children(i).is_empty()
    }

    /// Approximate number of bytes held.
    pub fn bytes(&self) -> usize {
        self.kinds.len() * 12 + self.edges.len() * 4 + self.leaf_values.len() * 4 + self.leaf_choice.len() * 8
    }
}
