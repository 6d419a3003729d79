//! The recorded graph as a list: for reading, drawing and export.

use crate::dtype::DType;
use crate::op::Op;
use crate::tensor::Tensor;
use crate::walk::reachable;
use serde::Serialize;
use std::collections::HashMap;
use std::fmt;

/// Everything that some tensors were computed from, oldest first.
///
/// ```
/// # use symbolon_tensor::{Graph, Tensor};
/// let w = Tensor::from([[1.0f32, 2.0]]).variable_named("w");
/// let y = w.relu().named("hidden").sum();
/// println!("{}", Graph::of(&[&y]));
/// assert_eq!(Graph::of(&[&y]).nodes.len(), 4);
/// ```
#[derive(Clone, Debug, Serialize)]
pub struct Graph {
    /// Nodes in the order in which they were computed.
    pub nodes: Vec<GraphNode>,
    /// Which nodes were asked about, by position in `nodes`.
    pub outputs: Vec<usize>,
}

/// One node of a [`Graph`].
#[derive(Clone, Debug, Serialize)]
pub struct GraphNode {
    /// The operation.
    pub op: Op,
    /// Its name, where one was given.
    pub name: Option<String>,
    /// The result's shape.
    pub shape: Vec<usize>,
    /// The result's kind of number.
    pub dtype: DType,
    /// Operands by position in [`Graph::nodes`]; `None` for constants.
    pub inputs: Vec<Option<usize>>,
}

impl Graph {
    /// Lists what the given tensors descend from.
    pub fn of(outputs: &[&Tensor]) -> Self {
        let mut found = reachable(outputs, 0);
        found.reverse();
        let at: HashMap<u64, usize> = found.iter().enumerate().map(|(i, n)| (n.id, i)).collect();
        let nodes = (found.iter())
            .map(|n| GraphNode {
                op: n.op.clone(),
                name: n.name.as_deref().map(str::to_owned),
                shape: n.shape.to_vec(),
                dtype: n.dtype,
                inputs: n.inputs.iter().map(|i| i.node.as_ref().map(|n| at[&n.id])).collect(),
            })
            .collect();
        let outputs = outputs.iter().filter_map(|y| y.node.as_ref().map(|n| at[&n.id])).collect();
        Self { nodes, outputs }
    }
}

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, n) in self.nodes.iter().enumerate() {
            let from: Vec<String> =
                n.inputs.iter().map(|x| x.map_or_else(|| "·".to_owned(), |x| format!("%{x}"))).collect();
            write!(f, "%{i} = {} {} : {:?} {:?}", n.op, from.join(" "), n.shape, n.dtype)?;
            match &n.name {
                Some(name) => writeln!(f, "  // {name}")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}
