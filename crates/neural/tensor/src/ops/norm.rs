//! Normalisation over the last axis: layer and RMS.

use super::{float, same_kind};
use crate::kernels::norm::{self, Kind};
use crate::op::Op;
use crate::tape::{Grads, Keep, is_recording, record};
use crate::tensor::Tensor;

impl Tensor {
    /// Layer normalisation over the last axis: `(x - mean) / sqrt(variance + epsilon) * weight + bias`.
    ///
    /// `weight` and `bias` are lists as long as the last axis.
    #[track_caller]
    pub fn layer_norm(&self, weight: Option<&Tensor>, bias: Option<&Tensor>, epsilon: f64) -> Tensor {
        self.normalised("layer_norm", weight, bias, epsilon)
    }
    /// RMS normalisation over the last axis: `x / sqrt(mean of squares + epsilon) * weight`.
    #[track_caller]
    pub fn rms_norm(&self, weight: Option<&Tensor>, epsilon: f64) -> Tensor {
        self.normalised("rms_norm", weight, None, epsilon)
    }
    #[track_caller]
    fn normalised(&self, name: &'static str, weight: Option<&Tensor>, bias: Option<&Tensor>, epsilon: f64) -> Tensor {
        float(name, self);
        assert!(self.rank() > 0, "{name}: a single number has no axis to normalise");
        let width = self.size(-1);
        for p in weight.iter().chain(&bias) {
            same_kind(name, self, p);
            assert_eq!(p.shape(), [width], "{name}: parameters for shape {:?}", self.shape());
        }
        let kind = Kind { epsilon: epsilon as f32, centred: name == "layer_norm" };
        let centred = kind.centred;
        let raw = match self.is_empty() {
            true => self.raw.clone(),
            false => norm::forward(&self.raw, weight.map(|w| &w.raw), bias.map(|b| &b.raw), width, kind)
                .unwrap_or_else(|| {
                    let mut y = hat(&self.detach(), centred, epsilon).0;
                    y = weight.map_or_else(|| y.clone(), |w| &y * w.detach());
                    bias.map_or_else(|| y.clone(), |b| &y + b.detach()).raw
                }),
        };
        let (has_weight, has_bias) = (weight.is_some(), bias.is_some());
        let mut op = Op::new(name).real("epsilon", epsilon);
        if has_weight {
            op = op.ints("weight", [1]);
        }
        let inputs: Vec<&Tensor> = std::iter::once(self).chain(weight).chain(bias).collect();
        record(op, &inputs, raw, Keep::only(&[0, 1]), move |s| {
            let (x, g) = (s.input(0), s.cotangent());
            let w = has_weight.then(|| s.input(1));
            if !is_recording() && !x.is_empty() {
                let fused = norm::backward(&x.raw, &g.raw, w.as_ref().map(|w| &w.raw), width, kind);
                if let Some((dx, dw, db)) = fused {
                    let mut grads = Grads::new();
                    grads.push(Some(Tensor::constant(dx)));
                    has_weight.then(|| grads.push(Some(Tensor::constant(dw))));
                    has_bias.then(|| grads.push(Some(Tensor::constant(db))));
                    return grads;
                }
            }
            let (hat, scale) = hat(&x, centred, epsilon);
            let mut grads = Grads::new();
            let h = w.map_or_else(|| g.clone(), |w| g * w);
            let along = &hat * (&h * &hat).mean_axis(-1, true);
            let inner = if centred { &h - h.mean_axis(-1, true) } else { h };
            grads.push(Some((inner - along) * scale));
            has_weight.then(|| grads.push(Some((g * &hat).sum_to(&[width]))));
            has_bias.then(|| grads.push(Some(g.sum_to(&[width]))));
            grads
        })
    }
}

/// The normalised rows and what they were multiplied with.
fn hat(x: &Tensor, centred: bool, epsilon: f64) -> (Tensor, Tensor) {
    let c = if centred { x - x.mean_axis(-1, true) } else { x.clone() };
    let scale = (c.square().mean_axis(-1, true) + epsilon).rsqrt();
    (&c * &scale, scale)
}
