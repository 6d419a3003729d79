//! Derivatives as verbs: pull back, push forward, curvature, Jacobians, own rules, recomputation.
//!
//! All of them are a few lines on top of [`grad`]: the tape keeps everything, gradients are tensors with history, and
//! so pushing forward is pulling back twice.

use crate::tape::{Create, Grads, Keep, Mode, Step, grad, is_recording, mode, record, recording, with_mode};
use crate::tensor::Tensor;

fn create() -> Create {
    if is_recording() { Create::Graph } else { Create::None }
}

/// Cotangents of `inputs` through `f`, differentiable again if recording is on; for use inside backward rules.
pub(crate) fn local(inputs: &[&Tensor], g: &Tensor, f: impl FnOnce(&[Tensor]) -> Tensor) -> Vec<Option<Tensor>> {
    local_where(inputs, |_| true, g, f)
}

/// What a fused operation does when its gradient is recorded or under other rules: it is computed again as `f` from
/// its operands, and whoever asked walks back through that. Only the operands asked about are asked about there.
pub(crate) fn recompute(s: &Step, f: impl FnOnce(&[Tensor]) -> Tensor) -> Grads {
    let inputs: Vec<Tensor> = (0..s.operands()).map(|i| s.input(i)).collect();
    let refs: Vec<&Tensor> = inputs.iter().collect();
    local_where(&refs, |i| s.needs(i), s.cotangent(), f).into()
}

fn local_where(
    inputs: &[&Tensor],
    needed: impl Fn(usize) -> bool,
    g: &Tensor,
    f: impl FnOnce(&[Tensor]) -> Tensor,
) -> Vec<Option<Tensor>> {
    let again = create();
    let aliases: Vec<Tensor> = (inputs.iter())
        .map(|x| match x.is_recorded() {
            true => recording(true, || x.alias(None)),
            false if x.dtype().is_float() => x.variable(),
            false => (*x).clone(),
        })
        .collect();
    let y = with_mode(Mode { record: true, rules: None, ..mode() }, || f(&aliases));
    let asked: Vec<bool> = aliases.iter().enumerate().map(|(i, x)| x.is_recorded() && needed(i)).collect();
    let wrt: Vec<&Tensor> = aliases.iter().zip(&asked).filter(|(_, asked)| **asked).map(|(x, _)| x).collect();
    let mut found = grad(&[&y], &[g], &wrt, again).into_iter();
    asked.iter().map(|&asked| if asked { found.next().flatten() } else { None }).collect()
}

/// The value of `f` at `x` and the cotangent `v` pulled back to `x`: `vᵀ J`.
///
/// ```
/// # use symbolon_tensor::{Tensor, vjp};
/// let (y, g) = vjp(|x| x.square(), &Tensor::from([1.0f64, 2.0]), &Tensor::from([1.0f64, 10.0]));
/// assert_eq!((y.to_vec::<f64>(), g.to_vec::<f64>()), (vec![1.0, 4.0], vec![2.0, 40.0]));
/// ```
pub fn vjp(f: impl FnOnce(&Tensor) -> Tensor, x: &Tensor, v: &Tensor) -> (Tensor, Tensor) {
    let x = start(x);
    let y = f(&x);
    let g = grad(&[&y], &[v], &[&x], create()).remove(0);
    (y, g.unwrap_or_else(|| x.zeros_like()))
}

/// The value of `f` at `x` and the tangent `v` pushed forward: `J v`.
///
/// ```
/// # use symbolon_tensor::{Tensor, jvp};
/// let (_, t) = jvp(|x| x.exp().sum(), &Tensor::from([0.0f64, 0.0]), &Tensor::from([1.0f64, 2.0]));
/// assert_eq!(t.item(), 3.0);
/// ```
pub fn jvp(f: impl FnOnce(&Tensor) -> Tensor, x: &Tensor, v: &Tensor) -> (Tensor, Tensor) {
    let x = start(x);
    let y = f(&x);
    let t = push_forward(&[&y], &[&x], &[v]).remove(0);
    (y, t)
}

/// Pushes tangents of inner or outer nodes forward to `outputs` along the recorded graph: `Σ ∂output/∂fromᵢ · vᵢ`.
///
/// # Panics
/// When something in `from` was never recorded, or a tangent's shape is not its tensor's.
#[track_caller]
pub fn push_forward(outputs: &[&Tensor], from: &[&Tensor], tangents: &[&Tensor]) -> Vec<Tensor> {
    assert_eq!(from.len(), tangents.len(), "push_forward: one tangent for each tensor");
    let again = create();
    recording(true, || {
        // The cotangent pulled back is linear in a dummy seed; its derivative in the seed is the tangent.
        let seeds: Vec<Tensor> = outputs.iter().map(|y| y.zeros_like().variable()).collect();
        let refs: Vec<&Tensor> = seeds.iter().collect();
        let pulled = grad(outputs, &refs, from, Create::Graph);
        let (mut ys, mut vs) = (Vec::new(), Vec::new());
        for (g, v) in pulled.iter().zip(tangents) {
            if let Some(g) = g.as_ref().filter(|g| g.is_recorded()) {
                ys.push(g);
                vs.push(*v);
            }
        }
        let found = grad(&ys, &vs, &refs, again);
        found.into_iter().zip(outputs).map(|(t, y)| t.unwrap_or_else(|| y.zeros_like())).collect()
    })
}

/// The Hessian of a single number in a direction: `∇²f · v`.
///
/// ```
/// # use symbolon_tensor::{Tensor, hvp};
/// let h = hvp(|x| (x * x.square()).sum(), &Tensor::from([1.0f64, 2.0]), &Tensor::from([1.0f64, 1.0]));
/// assert_eq!(h.to_vec::<f64>(), [6.0, 12.0]);
/// ```
pub fn hvp(f: impl FnOnce(&Tensor) -> Tensor, x: &Tensor, v: &Tensor) -> Tensor {
    let x = start(x);
    let again = create();
    recording(true, || {
        let g = f(&x).grad_graph(&[&x]).remove(0);
        match g.is_recorded() {
            true => grad(&[&g], &[v], &[&x], again).remove(0).unwrap_or_else(|| x.zeros_like()),
            false => x.zeros_like(),
        }
    })
}

/// Rows of the Jacobian of a recorded `y` in `x`, one backward pass each over the one forward pass:
/// shape `[rows, ..x]`, where row `i` belongs to the `i`-th number of `y` that is asked for.
///
/// # Panics
/// When `x` was never recorded or a row is beyond `y`.
#[track_caller]
pub fn jacobian_rows(y: &Tensor, x: &Tensor, rows: impl IntoIterator<Item = usize>) -> Tensor {
    let rows: Vec<Tensor> = (rows.into_iter())
        .map(|i| {
            assert!(i < y.len(), "jacobian_rows: row {i} of shape {:?}", y.shape());
            let mut seed = vec![0f64; y.len()];
            seed[i] = 1.0;
            let seed = Tensor::of(seed, y.shape()).to(y.dtype()).to_device(y.device());
            grad(&[y], &[&seed], &[x], create()).remove(0).unwrap_or_else(|| x.zeros_like())
        })
        .collect();
    let mut to = x.shape.clone();
    to.insert(0, rows.len());
    let refs: Vec<&Tensor> = rows.iter().collect();
    if refs.is_empty() { Tensor::zeros(to, x.dtype()) } else { Tensor::stack(&refs, 0) }
}

/// The Jacobian of a recorded `y` in `x`: shape `[..y, ..x]`.
#[track_caller]
pub fn jacobian(y: &Tensor, x: &Tensor) -> Tensor {
    let mut to = y.shape.clone();
    to.extend_from_slice(x.shape());
    jacobian_rows(y, x, 0..y.len()).reshape(to)
}

/// Jacobians of a function that treats the rows of a batch alike and apart, many rows in one backward pass.
///
/// `f` maps `[batch, ..]` to `[batch, outputs]`. Each example is repeated once for each of up to `at_once` outputs,
/// so that one pass through wide kernels gives that many rows for every example. Shape: `[batch, outputs, ..]`.
///
/// # Panics
/// When `f`'s result is not `[batch, outputs]`.
#[track_caller]
pub fn batched_jacobian(f: impl Fn(&Tensor) -> Tensor, x: &Tensor, at_once: usize) -> Tensor {
    let batch = x.size(0);
    let outputs = recording(false, || f(&x.detach())).size(-1);
    let mut parts = Vec::new();
    let all: Vec<usize> = (0..outputs).collect();
    for rows in all.chunks(at_once.max(1)) {
        let wide = start(&x.repeat_each(rows.len(), 0));
        let y = f(&wide);
        assert_eq!(y.shape(), [batch * rows.len(), outputs], "batched_jacobian: `f` gives [batch, outputs]");
        let picks: Vec<i64> = rows.iter().map(|&r| r as i64).collect();
        let seed = Tensor::from(picks).to_device(x.device()).one_hot(outputs, x.dtype()).tile(batch, 0);
        let g = grad(&[&y], &[&seed], &[&wide], create()).remove(0).unwrap_or_else(|| wide.zeros_like());
        let mut to = x.shape.clone();
        to.insert(1, rows.len());
        parts.push(g.reshape(to));
    }
    let refs: Vec<&Tensor> = parts.iter().collect();
    Tensor::cat(&refs, 1)
}

/// An operation with a backward rule of its own.
///
/// `forward` computes the result without being recorded; `backward` gets the [`Step`] with operands, result and
/// cotangent and answers one cotangent for each operand. Written in tensor operations it can be differentiated again.
///
/// ```
/// use symbolon_tensor::{Tensor, custom_vjp};
/// // Rounding that lets gradients straight through.
/// let round = |x: &Tensor| custom_vjp("round_through", &[x], |x| x[0].round(), |s| vec![Some(s.cotangent().clone())]);
/// let x = Tensor::from([0.4f32, 1.6]).variable();
/// let y = round(&x);
/// assert_eq!(y.to_vec::<f32>(), [0.0, 2.0]);
/// assert_eq!(y.sum().grad(&[&x])[0].to_vec::<f32>(), [1.0, 1.0]);
/// ```
pub fn custom_vjp(
    kind: &'static str,
    inputs: &[&Tensor],
    forward: impl FnOnce(&[Tensor]) -> Tensor,
    backward: impl Fn(&Step) -> Vec<Option<Tensor>> + Send + Sync + 'static,
) -> Tensor {
    let plain: Vec<Tensor> = inputs.iter().map(|x| x.detach()).collect();
    let y = recording(false, || forward(&plain));
    record(kind, inputs, y.raw, Keep::ALL, move |s| {
        let grads: Grads = backward(s).into();
        assert_eq!(grads.len(), s.operands(), "{}: its rule answers one cotangent for each operand", s.op());
        grads
    })
}

/// Computes `f` without keeping what happens inside; the way back computes it again.
///
/// Trades time for memory. Everything that needs a gradient must come in through `inputs`: what `f` captures counts
/// as constant.
///
/// ```
/// # use symbolon_tensor::{Tensor, checkpoint};
/// let x = Tensor::from([0.5f64]).variable();
/// let y = checkpoint(&[&x], |x| x[0].exp().sin());
/// let g = y.sum().grad(&[&x]).remove(0);
/// assert!((g.item() - 0.5f64.exp().cos() * 0.5f64.exp()).abs() < 1e-12);
/// ```
pub fn checkpoint(inputs: &[&Tensor], f: impl Fn(&[Tensor]) -> Tensor + Send + Sync + 'static) -> Tensor {
    let plain: Vec<Tensor> = inputs.iter().map(|x| x.detach()).collect();
    let y = recording(false, || f(&plain));
    record("checkpoint", inputs, y.raw, Keep::INPUTS, move |s| recompute(s, &f))
}

/// `x` as something that gradients can be asked for, with its history if it has one.
fn start(x: &Tensor) -> Tensor {
    match x.is_recorded() && is_recording() {
        true => x.alias(None),
        false => x.variable(),
    }
}
