//! How wrong an answer is: losses, averaged over everything but the classes.

use super::float;
use crate::tensor::Tensor;

impl Tensor {
    /// Cross-entropy of scores `[.., classes]` against class indices `[..]`: mean of `-ln softmax(scores)[class]`.
    #[track_caller]
    pub fn cross_entropy(&self, classes: &Tensor) -> Tensor {
        float("cross_entropy", self);
        assert_eq!(&self.shape[..self.rank() - 1], classes.shape(), "cross_entropy: one class for each row of scores");
        -self.log_softmax(-1).gather(-1, &classes.unsqueeze(-1)).mean()
    }
    /// Cross-entropy against distributions over the classes (same shape), which may be smoothed labels.
    #[track_caller]
    pub fn soft_cross_entropy(&self, targets: &Tensor) -> Tensor {
        assert_eq!(self.shape, targets.shape, "soft_cross_entropy: shapes of scores and targets");
        let rows = self.len() / self.size(-1).max(1);
        -(self.log_softmax(-1) * targets).sum() / rows as f64
    }
    /// Cross-entropy of scores against truth values between 0 and 1 (same shape).
    #[track_caller]
    pub fn binary_cross_entropy(&self, targets: &Tensor) -> Tensor {
        assert_eq!(self.shape, targets.shape, "binary_cross_entropy: shapes of scores and targets");
        (self.softplus() - self * targets).mean()
    }
    /// Mean squared difference.
    #[track_caller]
    pub fn mse(&self, targets: &Tensor) -> Tensor {
        assert_eq!(self.shape, targets.shape, "mse: shapes of answers and targets");
        (self - targets).square().mean()
    }
    /// Huber's loss: half the square of a difference up to `delta`, straight beyond.
    #[track_caller]
    pub fn huber(&self, targets: &Tensor, delta: f64) -> Tensor {
        assert_eq!(self.shape, targets.shape, "huber: shapes of answers and targets");
        let d = self - targets;
        let size = d.abs();
        let near = d.square() * 0.5;
        let far = (&size - 0.5 * delta) * delta;
        size.detach().le_scalar(delta).choose(&near, &far).mean()
    }
    /// Kullback-Leibler divergence of log-probabilities `self` from log-probabilities `targets`, both
    /// `[.., classes]`: mean over rows of `Σ e^t (t - s)`.
    #[track_caller]
    pub fn kl_div(&self, targets: &Tensor) -> Tensor {
        assert_eq!(self.shape, targets.shape, "kl_div: shapes of answers and targets");
        let p = targets.exp();
        // Where the target is impossible nothing is added.
        let none = targets.detach().eq_scalar(f64::NEG_INFINITY);
        let gap = (targets - self).mask_fill(&none, 0.0);
        (p * gap).sum() / (self.len() / self.size(-1).max(1)) as f64
    }
}
