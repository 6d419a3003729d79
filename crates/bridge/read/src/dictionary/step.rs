//! One step of training: codes, reconstruction, loss. Sparse products where few features are active, dense ones where many are.

use symbolon_tensor::{Csr, Tensor, custom_vjp, no_grad};

use super::recipe::Sparse;

/// From this share of active places on, dense products are faster.
const DENSE: f64 = 0.1;

/// Parameters as variables of this step. Encoder and decoder are `[features, units]` and `[features, targets]`: what belongs to
/// a feature lies together.
pub(super) struct Weights<'w> {
    pub encoder: &'w Tensor,
    pub encoder_bias: &'w Tensor,
    pub decoder: &'w Tensor,
    pub decoder_bias: Option<&'w Tensor>,
    /// Logarithms of thresholds.
    pub threshold: Option<&'w Tensor>,
}

/// What a step computed.
pub(super) struct Coded {
    /// What rows are reconstructed as, `[rows, targets]`.
    pub output: Tensor,
    /// What activity costs, summed over rows.
    pub cost: Option<Tensor>,
    /// How often each feature was active.
    pub fired: Vec<u32>,
    /// Inner products `[rows, features]`, without history.
    pub inner: Tensor,
}

/// Encodes and decodes rows from which the offset is subtracted; `weight` is what activity costs now.
pub(super) fn code(x: &Tensor, w: &Weights<'_>, sparse: Sparse, weight: f64, unit_rows: bool) -> Coded {
    // Recorded for the dense way; the sparse way computes the few products that it needs again.
    let z = x.matmul(&w.encoder.t()) + w.encoder_bias;
    let inner = z.detach();
    let [rows, features] = [inner.size(0), inner.size(1)];
    let places = match (sparse, w.threshold) {
        (Sparse::TopK { k }, _) => Csr::top(&inner, k),
        (Sparse::JumpRelu { bandwidth, .. }, Some(threshold)) => {
            // Thresholds learn from what is just below them, too.
            Csr::above(&no_grad(|| &inner - threshold.detach().exp()), -bandwidth / 2.0)
        }
        _ => Csr::above(&inner, 0.0),
    };
    let dense = places.len() as f64 > DENSE * (rows * features) as f64 && !matches!(sparse, Sparse::TopK { .. });
    let lengths = || w.decoder.norm(2.0, &[1], false);
    let (codes, count, output, per_place) = match dense {
        true => {
            let (codes, count) = activate(&z, sparse, w.threshold);
            let output = codes.matmul(w.decoder);
            let lengths = (!unit_rows).then(lengths);
            (codes, count, output, lengths)
        }
        false => {
            let columns = places.column_indices();
            let z = places.dots(x, w.encoder) + w.encoder_bias.index_select(0, &columns);
            let threshold = w.threshold.map(|t| t.index_select(0, &columns));
            let (codes, count) = activate(&z, sparse, threshold.as_ref());
            let output = places.matmul(&codes, w.decoder);
            let lengths = (!unit_rows).then(|| lengths().index_select(0, &columns));
            (codes, count, output, lengths)
        }
    };
    let cost = match sparse {
        _ if weight == 0.0 => None,
        Sparse::TopK { .. } => None,
        Sparse::L1 { .. } => Some(per_place.map_or_else(|| codes.sum(), |l| (&codes * l).sum()) * weight),
        Sparse::JumpRelu { .. } => count.map(|c| c.sum() * weight),
    };
    let output = w.decoder_bias.map_or(output.clone(), |b| output + b);
    let fired = match dense {
        true => codes.detach().gt_scalar(0.0).to(symbolon_tensor::DType::F32).sum_axis(0, false).to_vec::<f32>(),
        false => {
            let mut fired = vec![0f32; features];
            for (&c, v) in places.columns().iter().zip(codes.detach().to_vec::<f32>()) {
                fired[c as usize] += f32::from(u8::from(v > 0.0));
            }
            fired
        }
    };
    Coded { output, cost, fired: fired.into_iter().map(|n| n as u32).collect(), inner }
}

/// What the strongest of some features make of rows: `[rows, targets]`, without bias.
pub(super) fn code_of(x: &Tensor, w: &Weights<'_>, inner: &Tensor, which: &[usize], keep: usize) -> Tensor {
    let chosen = symbolon_data::indices(which);
    let top = Csr::top(&inner.index_select(1, &chosen), keep.min(which.len()));
    let columns: Vec<i64> = top.columns().iter().map(|&c| which[c as usize] as i64).collect();
    let places = Csr::new(top.offsets(), columns, inner.size(1)).expect("columns of this matrix");
    let z = places.dots(x, w.encoder) + w.encoder_bias.index_select(0, &places.column_indices());
    places.matmul(&z.relu(), w.decoder)
}

/// Codes of inner products, and (for thresholds) which are active.
fn activate(z: &Tensor, sparse: Sparse, threshold: Option<&Tensor>) -> (Tensor, Option<Tensor>) {
    match (sparse, threshold) {
        (Sparse::JumpRelu { bandwidth, .. }, Some(log)) => {
            let threshold = log.exp();
            (jump(z, &threshold, bandwidth), Some(active(z, &threshold, bandwidth)))
        }
        _ => (z.relu(), None),
    }
}

/// `1` within half a bandwidth of the threshold, else `0`.
fn window(z: &Tensor, threshold: &Tensor, bandwidth: f64) -> Tensor {
    (z - threshold).detach().abs().lt_scalar(bandwidth / 2.0).to(z.dtype())
}

/// `z` where it is above a threshold. The threshold's gradient is estimated in the window: `-(θ / ε) K((z - θ) / ε)`
/// (Rajamanoharan et al. 2024, equation 11).
fn jump(z: &Tensor, threshold: &Tensor, bandwidth: f64) -> Tensor {
    let forward = |t: &[Tensor]| t[0].gt(&t[1].expand(t[0].shape())).choose(&t[0], &t[0].zeros_like());
    custom_vjp("jump_relu", &[z, threshold], forward, move |s| {
        let (z, threshold, g) = (s.input(0), s.input(1), s.cotangent());
        let open = z.detach().gt(&threshold.detach().expand(z.shape()));
        let to_z = s.needs(0).then(|| open.choose(g, &g.zeros_like()));
        let slope = || (&threshold / -bandwidth) * window(&z, &threshold, bandwidth) * g;
        vec![to_z, s.needs(1).then(|| slope().sum_to(threshold.shape()))]
    })
}

/// `1` where `z` is above a threshold, else `0`. The threshold's gradient: `-(1 / ε) K((z - θ) / ε)` (equation 12).
fn active(z: &Tensor, threshold: &Tensor, bandwidth: f64) -> Tensor {
    let forward = |t: &[Tensor]| t[0].gt(&t[1].expand(t[0].shape())).to(t[0].dtype());
    custom_vjp("active", &[z, threshold], forward, move |s| {
        let (z, threshold, g) = (s.input(0), s.input(1), s.cotangent());
        let slope = || (window(&z, &threshold, bandwidth) * g / -bandwidth).sum_to(threshold.shape());
        vec![s.needs(0).then(|| z.zeros_like()), s.needs(1).then(slope)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use symbolon_tensor::{DType, Rng};

    /// Gradients of all weights by the sparse and by the dense way: the same.
    #[test]
    fn sparse_and_dense_steps_are_one_step() {
        let mut rng = Rng::new(3);
        let kinds = [
            Sparse::L1 { weight: 0.3 },
            Sparse::TopK { k: 2 },
            Sparse::JumpRelu { weight: 0.3, threshold: 0.5, bandwidth: 0.4 },
        ];
        for sparse in kinds {
            // Biases decide how many features are active: few (sparse), nearly all (dense).
            for bias in [-2.5, 0.0, 2.0] {
                let mut normal = |shape: &[usize]| rng.normal(shape, DType::F64);
                let parts = [normal(&[30, 5]), normal(&[30]) * 0.1 + bias, normal(&[30, 4]), normal(&[4])];
                let threshold = (normal(&[30]) * 0.1 - 0.5).variable();
                let [e, b, d, c] = parts.map(|p| p.variable());
                let x = normal(&[7, 5]);
                let log = matches!(sparse, Sparse::JumpRelu { .. }).then_some(&threshold);
                let w = Weights { encoder: &e, encoder_bias: &b, decoder: &d, decoder_bias: Some(&c), threshold: log };
                let coded = code(&x, &w, sparse, 0.3, false);
                let total = |y: &Tensor, cost: Option<Tensor>| {
                    let loss = y.square().sum();
                    cost.map_or(loss.clone(), |c| loss + c)
                };
                let wrt = [&e, &b, &d, &c, &threshold];
                let got = total(&coded.output, coded.cost).grad(&wrt);
                // The definition, densely.
                let z = x.matmul(&e.t()) + &b;
                let (codes, cost) = match sparse {
                    Sparse::TopK { k } => (z.relu().keep_topk(k), None),
                    _ => {
                        let (codes, count) = activate(&z, sparse, log);
                        let l1 = || (&codes * d.norm(2.0, &[1], false)).sum() * 0.3;
                        let cost = count.map_or_else(l1, |n| n.sum() * 0.3);
                        (codes, Some(cost))
                    }
                };
                let want = total(&(codes.matmul(&d) + &c), cost).grad(&wrt);
                for (i, (a, b)) in got.iter().zip(&want).enumerate() {
                    assert!(a.is_close(b, 1e-9, 1e-9), "{sparse:?}, bias {bias}: gradient {i}");
                }
                let fired = codes.detach().gt_scalar(0.0).to(DType::F64).sum_axis(0, false).to_vec::<f64>();
                assert_eq!(fired, coded.fired.iter().map(|&n| f64::from(n)).collect::<Vec<_>>());
            }
        }
    }

    /// The estimate of a threshold's gradient by its definition, for one number in the window, one outside.
    #[test]
    fn thresholds_learn_from_their_window() {
        let z = Tensor::from([0.6f64, 0.45, 2.0]);
        let theta = Tensor::from([0.5f64]).variable();
        let g = jump(&z, &theta, 0.4).sum().grad(&[&theta]).remove(0);
        assert!((g.item() + 2.0 * 0.5 / 0.4).abs() < 1e-12);
        let g = active(&z, &theta, 0.4).sum().grad(&[&theta]).remove(0);
        assert!((g.item() + 2.0 / 0.4).abs() < 1e-12);
        assert_eq!(jump(&z, &theta, 0.4).to_vec::<f64>(), [0.6, 0.0, 2.0]);
    }
}
