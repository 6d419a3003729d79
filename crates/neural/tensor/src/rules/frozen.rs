//! Rules that hold part of the computation fixed, as if it had been a constant.

use super::Rules;
use crate::tape::{Grads, Step};

/// Nothing flows to any operand.
fn nothing(s: &Step) -> Option<Grads> {
    Some((0..s.operands()).map(|_| None).collect())
}

impl Rules {
    /// Layer and RMS normalisation with their scale held fixed: what is left is linear in the input, so attributions
    /// add up through the layer.
    pub fn frozen_norm() -> Self {
        Self::new("frozen norm").on(&["layer_norm", "rms_norm"], |s: &Step| {
            let mut grads = s.standard();
            if s.needs(0) {
                let (x, g) = (s.input(0).detach(), s.cotangent());
                let centred = s.op().kind() == "layer_norm";
                let weighted = s.op().get_ints("weight").is_some();
                let g = if weighted { g * s.input(1) } else { g.clone() };
                let epsilon = s.op().get_real("epsilon").expect("recorded with its setting");
                let spread = match centred {
                    true => x.var_axes(&[-1], true, 0),
                    false => x.square().mean_axis(-1, true),
                };
                let scaled = &g / (spread + epsilon).sqrt();
                grads[0] = Some(match centred {
                    true => &scaled - scaled.mean_axis(-1, true),
                    false => scaled,
                });
            }
            Some(grads)
        })
    }
    /// Attention patterns held fixed: cotangents flow through values only, not through queries and keys.
    pub fn frozen_pattern() -> Self {
        Self::new("frozen pattern").on(&["attention_pattern"], nothing)
    }
    /// Nothing flows back through results whose name matches (see [`Rules::at`]).
    pub fn stop_at(pattern: impl Into<String>) -> Self {
        Self::new("stop").at(pattern, nothing)
    }
}
