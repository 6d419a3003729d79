//! Peaks side by side: a curve that is learned one peak after the other, to see what is forgotten (Liu et al. 2024, "KAN",
//! section 3.4).

use symbolon_tensor::{DType, Tensor};

/// A curve from -1 to 1 that consists of Gaussian peaks at equal distances.
#[derive(Clone, Debug)]
pub struct Peaks {
    /// How many there are.
    pub count: usize,
    /// Places of samples, `[samples, 1]`, `F64`, in order.
    pub x: Tensor,
    /// Heights there, `[samples, 1]`.
    pub y: Tensor,
}

impl Peaks {
    /// So many peaks with so many samples each.
    ///
    /// ```
    /// let peaks = symbolon_data::Peaks::new(5, 100);
    /// let [x, y] = peaks.part(3);
    /// // Its top is in its middle, and next to nothing of it is at its ends.
    /// assert!((x.mean().item() - 0.4).abs() < 1e-2 && y.max().item() > 0.99 && y.get(0).item() < 1e-4);
    /// ```
    pub fn new(count: usize, of_each: usize) -> Self {
        let x = Tensor::linspace(-1.0, 1.0, count * of_each, DType::F64).unsqueeze(1);
        let middle = (count as f64 - 1.0) / 2.0;
        let peak = |i: usize| ((&x - 2.0 / count as f64 * (i as f64 - middle)).square() * -300.0).exp();
        let y = (0..count).map(peak).reduce(|sum, p| sum + p).unwrap_or_else(|| x.zeros_like());
        Self { count, x, y }
    }
    /// Places and heights of one peak.
    ///
    /// # Panics
    /// When there is no such peak.
    pub fn part(&self, i: usize) -> [Tensor; 2] {
        let each = self.x.size(0) / self.count;
        [&self.x, &self.y].map(|t| t.narrow(0, i * each..(i + 1) * each))
    }
}
