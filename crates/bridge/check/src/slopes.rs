//! Are the gradients of a loss right? Each slope against the difference quotient of the loss itself.

use symbolon_tensor::Tensor;

/// What was found at one point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slopes {
    /// The largest distance between a slope and its difference quotient.
    pub error: f64,
    /// The largest absolute slope: where it is zero, the loss teaches nothing.
    pub largest: f64,
}

/// Compares the gradient of a loss (one number) at `x` (`F64`) with central differences of width `2 * step`, entry by entry.
///
/// ```
/// use symbolon_check::{Result, slopes};
/// use symbolon_tensor::Tensor;
/// let x = Tensor::from([1.0f64, -2.0]);
/// let good = slopes(&x, 1e-5, |x| -> Result<Tensor> { Ok(x.square().sum()) })?;
/// assert!(good.error < 1e-6 && (good.largest - 4.0).abs() < 1e-9);
/// // Part of the loss is hidden from the gradient.
/// let bad = slopes(&x, 1e-5, |x| -> Result<Tensor> { Ok((x * x.detach()).sum()) })?;
/// assert!(bad.error > 1.9);
/// # Ok::<(), symbolon_check::Error>(())
/// ```
///
/// # Errors
/// What the loss answers.
pub fn slopes<E>(x: &Tensor, step: f64, loss: impl Fn(&Tensor) -> Result<Tensor, E>) -> Result<Slopes, E> {
    let variable = x.variable();
    let found = loss(&variable)?.grad(&[&variable]).remove(0).to_vec::<f64>();
    let values = x.to_vec::<f64>();
    let mut out = Slopes { error: 0.0, largest: found.iter().map(|s| s.abs()).fold(0.0, f64::max) };
    for (i, slope) in found.into_iter().enumerate() {
        let moved = |by: f64| -> Result<f64, E> {
            let mut values = values.clone();
            values[i] += by;
            Ok(loss(&Tensor::from(values).reshape(x.shape()))?.item())
        };
        let difference = (moved(step)? - moved(-step)?) / (2.0 * step);
        out.error = out.error.max((difference - slope).abs());
    }
    Ok(out)
}
