//! Trainable fuzzy rules about nodes of a graph, fused with a graph network (FireGNN).
//!
//! A rule is a soft statement about a described feature ("the degree is high"): where its threshold lies and how steep it is are
//! learned together with the network. Activations are fused with each node's embedding through a gate, so that every prediction
//! comes with the truth values of readable rules, and [`Rules::theory`] prints the learned rules as a theory that the logic
//! engine executes on its own.

mod effect;
mod task;

pub use effect::RuleEffects;
pub use task::NodeTask;

use symbolon_net::layers::{BatchNorm, Dropout, Graph, GraphConv, GraphKind, Init, Linear};
use symbolon_net::{Trace, parameters};
use symbolon_symbol::facts;
use symbolon_tensor::{DType, Rng, Tensor};
use symbolon_theory::Theory;
use symbolon_theory::budget::Budget;

use crate::error::{Error, Result};

/// Soft statements about features.
// One for each network: a box would save nothing that counts.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
pub enum Rules {
    /// `r_i = σ(α_i (f_i - θ_i))`: one for each feature (the paper).
    Thresholds {
        /// `θ`, `[rules]`.
        threshold: Tensor,
        /// `α`, `[rules]`.
        steepness: Tensor,
    },
    /// `r_j = σ(w_j) Π_i exp(-(f_i - c_ji)² / 2 s_ji²)` (the released code).
    Gaussians {
        /// `c`, `[rules, features]`.
        centre: Tensor,
        /// `ln s`, `[rules, features]`.
        log_width: Tensor,
        /// `w`, `[rules]`.
        weight: Tensor,
    },
}

impl Rules {
    /// One threshold for each feature, at its median, with steepness 5.
    pub fn thresholds(medians: &[f64]) -> Self {
        let threshold = Tensor::from(medians.iter().map(|&m| m as f32).collect::<Vec<f32>>());
        Self::Thresholds { steepness: threshold.full_like(5.0), threshold }
    }
    /// The (upper) median of each column of `features` `[nodes, features]`: where thresholds start.
    pub fn medians(features: &Tensor) -> Vec<f64> {
        let middle = |column: usize| {
            let mut values = features.get((.., column as isize)).to_vec::<f64>();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        if features.is_empty() { Vec::new() } else { (0..features.size(1)).map(middle).collect() }
    }
    /// So many product rules around random examples of `features` `[nodes, features]`, as wide as the features spread.
    pub fn gaussians(rules: usize, features: &Tensor, rng: &mut Rng) -> Self {
        let rows = rng.indices([rules], features.size(0));
        let centre = features.index_select(0, &rows).contiguous();
        let spread = features.std_axes(&[0], true, 0).clamp_min(1e-2).ln();
        let log_width = spread.expand([rules, features.size(1)]).contiguous();
        Self::Gaussians { centre, log_width, weight: Tensor::zeros([rules], DType::F32) }
    }
    /// How many rules there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Thresholds { threshold, .. } => threshold.len(),
            Self::Gaussians { weight, .. } => weight.len(),
        }
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Degrees of truth `[nodes, rules]` for features `[nodes, features]`.
    pub fn truth(&self, features: &Tensor) -> Tensor {
        match self {
            Self::Thresholds { threshold, steepness } => ((features - threshold) * steepness).sigmoid(),
            Self::Gaussians { centre, log_width, weight } => {
                let apart = (features.unsqueeze(1) - centre.unsqueeze(0)) / log_width.exp().unsqueeze(0);
                (apart.square().sum_axis(2, false) * -0.5).exp() * weight.sigmoid()
            }
        }
    }
    fn fits(&self, names: &[&str], features: &[f64]) -> Result<()> {
        let n = match self {
            Self::Thresholds { threshold, .. } => threshold.len(),
            Self::Gaussians { centre, .. } => centre.size(1),
        };
        match names.len() == n && features.len() == n {
            true => Ok(()),
            false => Err(Error::Function {
                problem: format!("{} names and {} features for rules about {n}", names.len(), features.len()),
            }),
        }
    }
    /// Each rule about one node as a sentence: "degree 0.41 > 0.35 (truth 0.93)".
    ///
    /// # Errors
    /// [`Error::Function`] when names and features are not as many as the rules speak about.
    pub fn sentences(&self, names: &[&str], features: &[f64]) -> Result<Vec<String>> {
        self.fits(names, features)?;
        let row =
            Tensor::new(features.to_vec(), [1, features.len()]).map_err(symbolon_net::Error::from)?.to(DType::F32);
        let truth = self.truth(&row).to_vec::<f64>();
        match self {
            Self::Thresholds { threshold, steepness } => {
                let (theta, alpha) = (threshold.to_vec::<f64>(), steepness.to_vec::<f64>());
                let one = |i: usize| {
                    let than = if alpha[i] >= 0.0 { ">" } else { "<" };
                    format!("{} {:.2} {than} {:.2} (truth {:.2})", names[i], features[i], theta[i], truth[i])
                };
                Ok((0..theta.len()).map(one).collect())
            }
            Self::Gaussians { centre, .. } => {
                let c = centre.to_vec::<f64>();
                let one = |j: usize| {
                    let near: Vec<String> = (names.iter().enumerate())
                        .map(|(i, n)| format!("{n} near {:.2}", c[j * features.len() + i]))
                        .collect();
                    format!("{} (truth {:.2})", near.join(" and "), truth[j])
                };
                Ok((0..self.len()).map(one).collect())
            }
        }
    }
    /// The threshold rules as a theory: `threshold(Feature, Theta, Alpha)` facts, a rule that gives `high(Feature)` its degree of truth, and the
    /// features of one node. Asking it for `high(F)` gives the truths of [`Rules::truth`].
    ///
    /// # Errors
    /// [`Error::Semantics`] for product rules, whose weights are no thresholds; [`Error::Function`] for other numbers of names.
    pub fn theory(&self, names: &[&str], features: &[f64]) -> Result<String> {
        let Self::Thresholds { threshold, steepness } = self else {
            let problem = "only threshold rules are printed as a theory".into();
            return Err(Error::Semantics { semantics: "fuzzy rules", problem });
        };
        self.fits(names, features)?;
        let (theta, alpha) = (threshold.to_vec::<f64>(), steepness.to_vec::<f64>());
        let mut text =
            String::from("P::high(F) :- feature(F, V), threshold(F, T, A), P is 1 / (1 + exp(-A * (V - T))).\n");
        for (i, name) in names.iter().enumerate() {
            text +=
                &format!("threshold({}, {}, {}).\n", facts::atom(name), facts::real(theta[i]), facts::real(alpha[i]));
        }
        for (name, value) in names.iter().zip(features) {
            text += &format!("feature({}, {}).\n", facts::atom(name), facts::real(*value));
        }
        Ok(text + "query(high(_)).\n")
    }
    /// What the logic engine answers when it is given [`theory`](Self::theory): the truth of each rule about the node.
    ///
    /// # Errors
    /// As [`theory`](Self::theory).
    pub fn executed(&self, names: &[&str], features: &[f64]) -> Result<Vec<f64>> {
        let theory = Theory::parse(&self.theory(names, features)?)?;
        let inference = theory.inference(&|_, _| None, &Budget::default())?;
        Ok(inference.answers(&theory)?.iter().map(|a| a.probability.value()).collect())
    }
}

parameters!(enum Rules { Thresholds { threshold, steepness }, Gaussians { centre, log_width, weight } });

/// Rules with what fuses them: `z = g · h + (1 - g) · W_r r`, `g = σ(W_g [h; r])`.
#[derive(Clone, Debug)]
pub struct Fusion {
    /// The rules.
    pub rules: Rules,
    /// `W_g`, `[width + rules, width]`.
    pub gate: Linear,
    /// `W_r`, `[rules, width]`.
    pub lift: Linear,
}
parameters!(Fusion { rules, gate, lift });

/// A graph network that classifies nodes, with rules or without.
#[derive(Clone, Debug)]
pub struct NodeClassifier {
    /// Two layers of message passing.
    pub layers: Vec<GraphConv>,
    /// Normalisation after each.
    pub norms: Vec<BatchNorm>,
    /// Rules, if there are any.
    pub fusion: Option<Fusion>,
    /// `[width, classes]`.
    pub head: Linear,
    /// Further heads that predict numbers of nodes (the auxiliary tasks that rules are compared with), `[width, numbers]`.
    pub auxiliary: Option<Linear>,
    dropout: Dropout,
}
parameters!(NodeClassifier { layers, norms, fusion, head, auxiliary });

/// What a pass gives.
#[derive(Clone, Debug)]
pub struct Classified {
    /// `[nodes, classes]`.
    pub logits: Tensor,
    /// Truth values `[nodes, rules]`, where there are rules.
    pub truth: Option<Tensor>,
    /// How much of each embedding is let through, `[nodes, width]`, where there are rules: stuck at one, rules are not heard.
    pub gate: Option<Tensor>,
    /// Predictions of the auxiliary heads.
    pub auxiliary: Option<Tensor>,
}

impl NodeClassifier {
    /// Two layers of `width` with batch normalisation and dropout one half.
    ///
    /// # Errors
    /// [`Error::Net`] for heads that do not divide the width.
    pub fn new(
        kind: GraphKind,
        inputs: usize,
        width: usize,
        classes: usize,
        rules: Option<Rules>,
        auxiliary: usize,
        rng: &mut Rng,
    ) -> Result<Self> {
        let layers = vec![GraphConv::new(rng, kind, inputs, width)?, GraphConv::new(rng, kind, width, width)?];
        let fusion = rules.map(|rules| Fusion {
            gate: Linear::new(rng, width + rules.len(), width, true, Init::Xavier),
            lift: Linear::new(rng, rules.len(), width, true, Init::Xavier),
            rules,
        });
        Ok(Self {
            layers,
            norms: vec![BatchNorm::new(width), BatchNorm::new(width)],
            fusion,
            head: Linear::new(rng, width, classes, true, Init::Xavier),
            auxiliary: (auxiliary > 0).then(|| Linear::new(rng, width, auxiliary, true, Init::Xavier)),
            dropout: Dropout(0.5),
        })
    }
    /// Classifies all nodes. `x` `[nodes, inputs]`; `features` `[nodes, features]` are what rules speak about; statistics are those of the
    /// training rows `train` (`I64`). `clamp` sets a rule's truth to a value everywhere: what would have been, had it not fired.
    pub fn forward(
        &self,
        graph: &Graph,
        x: &Tensor,
        features: &Tensor,
        train: &Tensor,
        clamp: Option<(usize, f64)>,
        trace: &mut Trace,
    ) -> Classified {
        let mut h = x.clone();
        for (layer, norm) in self.layers.iter().zip(&self.norms) {
            h = norm.forward(&layer.forward(graph, &h), train).relu();
            h = self.dropout.forward(h, trace);
        }
        let (mut truth, mut gate) = (None, None);
        if let Some(fusion) = &self.fusion {
            let mut r = fusion.rules.truth(features);
            if let Some((rule, value)) = clamp {
                let column = Tensor::full([r.size(0)], value, r.dtype());
                r = r.set((.., rule as isize), &column);
            }
            let g = fusion.gate.forward(&Tensor::cat(&[&h, &r], 1)).sigmoid();
            h = &g * &h + (1.0 - &g) * fusion.lift.forward(&r);
            (truth, gate) = (Some(r), Some(g));
        }
        Classified {
            logits: self.head.forward(&h),
            truth,
            gate,
            auxiliary: self.auxiliary.as_ref().map(|a| a.forward(&h)),
        }
    }
}
