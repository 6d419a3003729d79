//! Random order from a seed and an epoch: every epoch has its own stream, so any epoch can be entered without the earlier ones.

use symbolon_tensor::Rng;

/// The source of random numbers of one epoch.
pub(crate) fn epoch_rng(seed: u64, epoch: u64) -> Rng {
    let (key, _, _) = Rng::new(seed).state();
    Rng::resume((key, epoch, 0))
}

/// Puts a list in random order (Fisher and Yates).
pub(crate) fn shuffle<T>(items: &mut [T], rng: &mut Rng) {
    for i in (1..items.len()).rev() {
        items.swap(i, rng.below(i + 1));
    }
}
