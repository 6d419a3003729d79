//! Circuits as JSON, versioned; reading checks everything that evaluation relies on, so a broken or hostile file is an error
//! and never a panic.

use serde::{Deserialize, Serialize};

use super::{Circuit, Kind};
use crate::lineage::ChoiceId;

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    kinds: Vec<Kind>,
    starts: Vec<u32>,
    edges: Vec<u32>,
    leaf_choice: Vec<ChoiceId>,
    leaf_starts: Vec<u32>,
    leaf_values: Vec<u32>,
    sizes: Vec<u32>,
}

/// Why a circuit cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Not the JSON of a circuit.
    #[error("not a circuit: {0}")]
    Json(#[from] serde_json::Error),
    /// Written by another version.
    #[error("circuit version {0}; this program reads version {VERSION}: compile it again")]
    Version(u32),
    /// The parts do not fit together.
    #[error("broken circuit: {0}")]
    Broken(&'static str),
}

impl Circuit {
    /// The circuit as JSON.
    pub fn to_json(&self) -> Result<String, FileError> {
        let c = self.clone();
        let file = File {
            version: VERSION,
            kinds: c.kinds,
            starts: c.starts,
            edges: c.edges,
            leaf_choice: c.leaf_choice,
            leaf_starts: c.leaf_starts,
            leaf_values: c.leaf_values,
            sizes: c.sizes,
        };
        Ok(serde_json::to_string(&file)?)
    }

    /// Reads a circuit. Checks that nodes, leaves and values refer to what exists and that children come before parents;
    /// that and-nodes are decomposable and or-nodes deterministic is taken on trust.
    pub fn from_json(text: &str) -> Result<Circuit, FileError> {
        let file: File = serde_json::from_str(text)?;
        if file.version != VERSION {
            return Err(FileError::Version(file.version));
        }
        let rows = |starts: &[u32], count: usize, total: usize| {
            starts.len() == count + 1
                && starts[0] == 0
                && starts[count] as usize == total
                && starts.windows(2).all(|w| w[0] <= w[1])
        };
        if !rows(&file.starts, file.kinds.len(), file.edges.len()) {
            return Err(FileError::Broken("children of nodes"));
        }
        if !rows(&file.leaf_starts, file.leaf_choice.len(), file.leaf_values.len()) {
            return Err(FileError::Broken("values of leaves"));
        }
        let circuit = Circuit {
            kinds: file.kinds,
            starts: file.starts,
            edges: file.edges,
            leaf_choice: file.leaf_choice,
            leaf_starts: file.leaf_starts,
            leaf_values: file.leaf_values,
            sizes: file.sizes,
        };
        for i in 0..circuit.len() as u32 {
            let children = circuit.children(i);
            if children.iter().any(|&c| c >= i) {
                return Err(FileError::Broken("a child after its parent"));
            }
            match circuit.kind(i) {
                Kind::Leaf(l) if l as usize >= circuit.leaves() => return Err(FileError::Broken("a missing leaf")),
                Kind::Leaf(_) | Kind::Unknown if !children.is_empty() => {
                    return Err(FileError::Broken("a leaf with children"));
                }
                _ => {}
            }
        }
        for l in 0..circuit.leaves() as u32 {
            let leaf = circuit.leaf(l);
            let size = circuit.sizes.get(leaf.choice.0 as usize).copied().unwrap_or(0);
            let sorted = leaf.values.windows(2).all(|w| w[0] < w[1]);
            if !sorted || leaf.values.is_empty() || leaf.values.iter().any(|&v| v >= size) {
                return Err(FileError::Broken("the values of a leaf"));
            }
        }
        Ok(circuit)
    }
}
