//! What two runs differ in, direction by direction: so that a few directions can be taken from the other run, the most important
//! first (causal patching, Cunningham et al. 2024, section 4).

use std::sync::Arc;
use symbolon_net::{Activation, Axis, Site};
use symbolon_symbol::{Dictionary, Features, Symbol, Values};
use symbolon_tensor::{Tensor, no_grad};

use crate::error::{Error, Result};

/// The difference of two activations as a sum over directions; what a dictionary cannot say is no part of it.
#[derive(Clone, Debug)]
pub struct Difference {
    /// How far each row moves along each direction, `[rows, directions]`.
    change: Tensor,
    /// `[directions, units]`.
    directions: Tensor,
    examples: usize,
}

impl Difference {
    /// In features of a dictionary: rows `[examples · positions, units]` of a base run and of the other one.
    ///
    /// # Errors
    /// [`Error::Setting`] when rows do not fit, or the dictionary changes each row's scale (codes of different rows would not
    /// mean the same).
    pub fn in_features(dictionary: &Dictionary, base: &Tensor, other: &Tensor, examples: usize) -> Result<Difference> {
        check(base, other, dictionary.units(), examples)?;
        if dictionary.normalise != Default::default() || dictionary.units() != dictionary.targets() {
            let problem = "an autoencoder without scaling of single rows is needed".to_owned();
            return Err(Error::Setting { what: "dictionary", problem });
        }
        no_grad(|| {
            let change = dictionary.encode(other) - dictionary.encode(base);
            Ok(Difference { change, directions: dictionary.decoder.detach(), examples })
        })
    }
    /// In orthonormal directions `[directions, units]`.
    ///
    /// # Errors
    /// As [`Difference::in_features`].
    pub fn in_basis(directions: &Tensor, base: &Tensor, other: &Tensor, examples: usize) -> Result<Difference> {
        check(base, other, directions.size(-1), examples)?;
        let change = no_grad(|| (other - base).matmul(&directions.t()));
        Ok(Difference { change, directions: directions.detach(), examples })
    }
    /// How many directions there are.
    pub fn directions(&self) -> usize {
        self.directions.size(0)
    }
    /// For each example its directions, those first that a gradient `[rows, units]` says move the result most in the wanted
    /// way: by `Σ change · (direction · gradient)` over positions, the larger the better.
    pub fn ranked(&self, gradient: &Tensor) -> Vec<Vec<usize>> {
        no_grad(|| {
            let effect = gradient.matmul(&self.directions.t()) * &self.change;
            let positions = effect.size(0) / self.examples;
            let effect = effect.reshape([self.examples, positions, self.directions()]).sum_axis(1, false);
            let order = effect.argsort(1, true).to_vec::<i64>();
            order.chunks_exact(self.directions()).map(|r| r.iter().map(|&d| d as usize).collect()).collect()
        })
    }
    /// Rows of the base run after the first `count` of each example's directions were taken from the other one.
    pub fn swapped(&self, base: &Tensor, ranked: &[Vec<usize>], count: usize) -> Tensor {
        no_grad(|| {
            let (n, positions) = (self.directions(), base.size(0) / self.examples);
            let mut chosen = vec![0f32; self.examples * n];
            for (example, order) in ranked.iter().enumerate() {
                order.iter().take(count).for_each(|&d| chosen[example * n + d] = 1.0);
            }
            let mask =
                Tensor::new(chosen, [self.examples, n]).expect("as many").to(base.dtype()).repeat_each(positions, 0);
            base + (&self.change * mask).matmul(&self.directions)
        })
    }
}

/// Rows `[rows, units]` with some features of a dictionary set to zero; what the dictionary cannot say stays.
///
/// # Errors
/// As [`Features::new`] and its writing.
pub fn without_features(dictionary: &Arc<Dictionary>, features: &[usize], rows: &Tensor) -> Result<Tensor> {
    // The symbol wants a site; which one does not matter for rows.
    let symbol = Features::new(Site::new("rows")?, dictionary.clone(), features)?;
    let rows = Activation::new(rows.clone(), &[Axis::Batch, Axis::Unit])?;
    let zeros = Tensor::zeros([rows.tensor().size(0), features.len()], rows.tensor().dtype());
    Ok(symbol.write(&rows, &Values::Vector(zeros))?.into_tensor())
}

fn check(base: &Tensor, other: &Tensor, units: usize, examples: usize) -> Result<()> {
    let fits = base.rank() == 2 && base.size(1) == units && base.shape() == other.shape();
    if !fits || examples == 0 || !base.size(0).is_multiple_of(examples) {
        let (a, b) = (base.shape(), other.shape());
        let problem = format!("{examples} examples, shapes {a:?} and {b:?}, directions of {units} units");
        return Err(Error::Setting { what: "rows", problem });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use symbolon_tensor::{DType, Rng};

    #[test]
    fn all_directions_of_a_basis_are_the_whole_difference_and_the_best_come_first() {
        let mut rng = Rng::new(1);
        let basis = rng.normal([4, 4], DType::F64).qr().unwrap().0;
        let [base, other, gradient] = [0, 1, 2].map(|_| rng.normal([6, 4], DType::F64));
        let d = Difference::in_basis(&basis, &base, &other, 2).unwrap();
        let ranked = d.ranked(&gradient);
        assert!(d.swapped(&base, &ranked, 4).is_close(&other, 1e-9, 0.0));
        assert!(d.swapped(&base, &ranked, 0).is_close(&base, 0.0, 0.0));
        // To first order the first direction gains at least as much as any other alone.
        let gain = |order: &[Vec<usize>], example: usize| {
            let moved = d.swapped(&base, order, 1) - &base;
            (moved * &gradient).reshape([2, 12]).sum_axis(1, false).to_vec::<f64>()[example]
        };
        for example in 0..2 {
            let best = gain(&ranked, example);
            (0..4).for_each(|i| assert!(best >= gain(&[vec![i], vec![i]], example) - 1e-12));
        }
        assert!(Difference::in_basis(&basis, &base, &other, 4).is_err());
    }
}
