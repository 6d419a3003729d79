//! Any compiled circuit as an operation on tensors, for whoever has one without a program.

use std::sync::Arc;

use symbolon_tensor::Tensor;
use symbolon_theory::circuit::{Circuit, Kind, NodeIndex};

use crate::op::{self, Machine, Rows};
use crate::plan::{Base, Plan};

/// A circuit whose weights are all inputs.
///
/// ```
/// use symbolon_learn::CircuitLayer;
/// use symbolon_tensor::Tensor;
/// use symbolon_theory::{Theory, budget::Budget};
/// let theory = Theory::parse("0.3::a. 0.4::b. c :- a. c :- b. query(c).")?;
/// let compiled = theory.inference(&|_, _| None, &Budget::default())?.compiled;
/// let layer = CircuitLayer::new(&compiled.circuit, &compiled.queries).unwrap();
/// // Weights of a, not a, b, not b.
/// let weights = Tensor::from([[0.3f64, 0.7, 0.4, 0.6], [0.5, 0.5, 0.5, 0.5]]);
/// let p = layer.log_values(&weights.ln()).exp().to_vec::<f64>();
/// assert!((p[0] - 0.58).abs() < 1e-12 && (p[1] - 0.75).abs() < 1e-12);
/// # Ok::<(), symbolon_theory::diag::Diagnostics>(())
/// ```
#[derive(Clone, Debug)]
pub struct CircuitLayer {
    plan: Arc<Plan>,
    weights: usize,
}

impl CircuitLayer {
    /// The values of some roots of a circuit. `None` for a circuit with unknown parts, which has bounds instead of values.
    pub fn new(circuit: &Circuit, roots: &[NodeIndex]) -> Option<CircuitLayer> {
        if (0..circuit.len()).any(|i| circuit.kind(i as NodeIndex) == Kind::Unknown) {
            return None;
        }
        let mut offsets = vec![0u32];
        circuit.choice_sizes().iter().for_each(|n| offsets.push(offsets[offsets.len() - 1] + n));
        let plan = Plan::new(circuit, roots, None, 1, &|c, v| Base::Input(0, offsets[c.0 as usize] + v));
        Some(CircuitLayer { plan: Arc::new(plan), weights: offsets[offsets.len() - 1] as usize })
    }

    /// Factors in all gates: what one example costs.
    pub fn edges(&self) -> usize {
        self.plan.edges()
    }

    /// The logarithms of the roots' values, `[batch, roots]`, from the logarithms of all weights, `[batch, weights]`, laid out as in
    /// [`symbolon_theory::circuit::Weights::flat`].
    ///
    /// # Panics
    /// When `log_weights` has another shape.
    #[track_caller]
    pub fn log_values(&self, log_weights: &Tensor) -> Tensor {
        let shape = log_weights.shape();
        assert!(
            shape.len() == 2 && shape[1] == self.weights,
            "circuit: shape {shape:?}, not [batch, {}]",
            self.weights
        );
        let rows = Rows { source: vec![0], rows: (0..shape[0] as u32).collect(), examples: shape[0] };
        op::log_probability(
            &Machine::Circuit(Arc::clone(&self.plan)),
            std::slice::from_ref(log_weights),
            &Arc::new(rows),
            None,
        )
    }
}
