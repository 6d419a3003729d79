//! Kolmogorov-Arnold networks fitted to data all at once, with grids that follow the data (Liu et al. 2024, "KAN", as released).

use super::minimise;
use crate::error::Result;
use crate::network::Network;
use crate::networks::{Kan, Sparsity};
use symbolon_tensor::Tensor;
use symbolon_tensor::optim::Lbfgs;

/// How a [`Kan`] is fitted by L-BFGS.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KanFit {
    /// Iterations, behind those of the grids.
    pub iterations: usize,
    /// How often all grids are moved to where the data are, five iterations apart; with a penalty, fifteen iterations apart.
    pub regrids: usize,
    /// Weight of [`Sparsity::penalty`] beside the mean squared error. The penalty has a kink where an edge vanishes, of which the
    /// curvature that L-BFGS remembers tells nothing: with a penalty it starts anew every fifteen iterations.
    pub sparse: f64,
}

/// Iterations between two fresh starts under a penalty.
const ROUND: usize = 15;

/// How much of an even grid is blended into one that follows the data.
const BLEND: f64 = 0.02;

impl KanFit {
    /// So many iterations with grids that stay, without a penalty.
    pub fn new(iterations: usize) -> Self {
        Self { iterations, regrids: 0, sparse: 0.0 }
    }
    /// Fits targets `[batch, outputs]` at `x` `[batch, inputs]` by the parameters that `chosen` keeps.
    ///
    /// # Errors
    /// As [`minimise`] and [`Kan::update_grids`].
    pub fn run(self, kan: &mut Kan, x: &Tensor, y: &Tensor, chosen: &dyn Fn(&str) -> bool) -> Result<()> {
        let loss = |kan: &Kan| match self.sparse == 0.0 {
            true => Ok(kan.answer(x)?.mse(y)),
            false => {
                let (said, edges) = kan.edges(x)?;
                Ok(said.mse(y) + Sparsity::default().penalty(&edges) * self.sparse)
            }
        };
        let steps = |iterations| Lbfgs { iterations, ..Lbfgs::default() };
        let (round, last) = if self.sparse == 0.0 { (5, self.iterations) } else { (ROUND, ROUND) };
        for _ in 0..self.regrids {
            kan.update_grids(x, BLEND)?;
            minimise(kan, &steps(round), chosen, loss)?;
        }
        for _ in 0..self.iterations.div_ceil(last.max(1)) {
            minimise(kan, &steps(last), chosen, loss)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::KanConfig;
    use crate::parameters_as;
    use symbolon_tensor::{DType, Rng};

    #[test]
    fn grids_follow_data_outside_of_them_and_sparsity_makes_edges_small() {
        let mut rng = Rng::new(1);
        let x = rng.uniform([200, 2], 3.0, 5.0, DType::F64);
        let y = (x.get((.., 0)) * 2.0).sin().unsqueeze(1);
        let fitted = |fit: KanFit| {
            let mut kan = Kan::new(&KanConfig::new([2, 1]), &mut Rng::new(2)).unwrap();
            parameters_as(&mut kan, DType::F64);
            fit.run(&mut kan, &x, &y, &|_| true).unwrap();
            let error = kan.answer(&x).unwrap().mse(&y).item();
            let penalty = Sparsity::default().penalty(&kan.edges(&x).unwrap().1).item();
            (error, kan.outside(&x).unwrap()[0], penalty)
        };
        // The grid starts from -1 to 1: nothing of the data is in it.
        let (far, outside, _) = fitted(KanFit::new(60));
        assert_eq!(outside, 1.0);
        let (near, outside, loose) = fitted(KanFit { regrids: 4, ..KanFit::new(60) });
        // The farthest sample lies on the last knot.
        assert!(outside < 0.01, "{outside}");
        assert!(near < 1e-2 * far, "{near} {far}");
        let (_, _, tight) = fitted(KanFit { regrids: 4, sparse: 1.0, ..KanFit::new(60) });
        assert!(tight < 0.9 * loose, "{tight} {loose}");
    }
}
