//! Single steps, for whatever is trained beside something else: the inference network beside the perception that it serves.

use crate::network::Parameters;
use symbolon_tensor::Tensor;
use symbolon_tensor::optim::Optimiser;

/// Makes all parameters variables, so that losses of what is computed with them have slopes. [`Trainer`](super::Trainer) does
/// this for what it trains; for single steps it is done once, before the first.
pub fn prepare(of: &mut impl Parameters) {
    let mut names = Vec::new();
    of.collect_mut("", &mut names);
    names.into_iter().for_each(|(_, p)| *p = p.variable());
}

/// One step of an optimiser down the loss, over all parameters; the loss as a number. See [`prepare`].
///
/// # Panics
/// When the loss is not one number, or the parameters were not prepared.
pub fn descend(of: &mut impl Parameters, optimiser: &mut dyn Optimiser, loss: Tensor) -> f64 {
    let value = loss.item();
    let mut names = Vec::new();
    of.collect_mut("", &mut names);
    let gradients = loss.grad(&names.iter().map(|(_, p)| &**p).collect::<Vec<_>>());
    // Nothing else holds the parameters from here on: they are changed where they lie.
    drop(loss);
    optimiser.step(&mut names.into_iter().map(|(_, p)| p).collect::<Vec<_>>(), &gradients);
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::{Init, Linear};
    use symbolon_tensor::optim::Adam;
    use symbolon_tensor::{DType, Rng};

    #[test]
    fn steps_go_down() {
        let mut rng = Rng::new(0);
        let mut layer = Linear::new(&mut rng, 2, 1, true, Init::Uniform);
        let (x, y) = (rng.normal([20, 2], DType::F32), rng.normal([20, 1], DType::F32));
        prepare(&mut layer);
        let mut adam = Adam::new(0.05);
        let losses: Vec<f64> = (0..50)
            .map(|_| {
                let loss = layer.forward(&x).mse(&y);
                descend(&mut layer, &mut adam, loss)
            })
            .collect();
        assert!(losses[49] < 0.9 * losses[0], "{losses:?}");
    }
}
