//! Dense linear probes.

use symbolon_check::control::{random_direction, shuffled};
use symbolon_net::Site;
use symbolon_symbol::Direction;
use symbolon_tensor::optim::Lbfgs;
use symbolon_tensor::{DType, Rng, Tensor};

use super::{Examples, Quality};
use crate::error::{Error, Result};

/// A linear classifier: positive where `weights . row + bias` is above zero.
///
/// ```
/// use symbolon_read::probe::{Examples, Probe};
/// use symbolon_tensor::{DType, Rng};
/// let mut rng = Rng::new(0);
/// let rows = rng.normal([200, 5], DType::F64);
/// let labels = rows.get((.., 3)).to_vec::<f64>().iter().map(|x| *x > 0.2).collect();
/// let (train, test) = Examples::new(rows, labels)?.split(0.7, &mut rng)?;
/// let probe = Probe::logistic(&train, 1e-2)?;
/// assert!(probe.test(&test)?.f1 > 0.9);
/// let direction = probe.direction("fc1".parse()?)?; // a symbol: read it, write through it
/// assert!(direction.vector().get(3).item() > 0.9);
/// # Ok::<(), symbolon_read::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Probe {
    /// One for each unit, `[units]`, in `f64`.
    pub weights: Tensor,
    /// What is added.
    pub bias: f64,
}

/// Units whose spread is below this share of the largest do not vary.
const CONSTANT: f64 = 1e-9;

impl Probe {
    /// Logistic regression with classes of equal weight and a penalty `penalty / 2 * |w|^2` on the weights of standardised units.
    ///
    /// # Errors
    /// [`Error::Setting`] for a penalty that is not above zero (separable examples have no best probe without one).
    pub fn logistic(examples: &Examples, penalty: f64) -> Result<Self> {
        positive("penalty", penalty)?;
        let (scale, z) = standardised(examples);
        let (signs, balance) = (signs(examples).to(z.dtype()), weights(examples).to(z.dtype()));
        let mut beta = Tensor::zeros([z.size(1) + 1], z.dtype());
        // Losses in `f32` differ by rounding long before their gradients are as small as in `f64`.
        let improvement = if z.dtype() == DType::F64 { 1e-10 } else { 1e-6 };
        let solver = Lbfgs { iterations: 200, gradient: 1e-6, improvement, ..Lbfgs::default() };
        solver.minimise(&mut [&mut beta], |p| {
            let (w, b) = (p[0].get(1..), p[0].get(0));
            let margins = (z.matmul(&w.unsqueeze(1)).squeeze(1) + b) * &signs;
            ((-margins).softplus() * &balance).mean() + w.square().sum() * (penalty / 2.0)
        });
        Ok(scale.undo(&beta))
    }
    /// Least squares on labels of -1 and 1 with classes of equal weight and a penalty `penalty * |w|^2` on standardised units.
    ///
    /// # Errors
    /// As [`Probe::logistic`].
    pub fn ridge(examples: &Examples, penalty: f64) -> Result<Self> {
        positive("penalty", penalty)?;
        let (scale, z) = standardised(examples);
        let z = z.to(DType::F64);
        let (y, w) = (signs(examples), weights(examples));
        let ones = Tensor::ones([z.size(0), 1], DType::F64);
        let a = Tensor::cat(&[&ones, &z], 1);
        let weighed = &a * w.unsqueeze(1);
        let n = z.size(0) as f64;
        // The bias is not penalised.
        let ridge: Vec<f64> = (0..a.size(1)).map(|i| if i == 0 { 0.0 } else { penalty }).collect();
        let left =
            weighed.t().matmul(&a) * (1.0 / n) + Tensor::eye(a.size(1), DType::F64) * Tensor::from(ridge).unsqueeze(0);
        let right = weighed.t().matmul(&y.unsqueeze(1)) * (1.0 / n);
        Ok(scale.undo(&left.solve(&right)?.squeeze(1)))
    }
    /// The difference of the class means, with the threshold in the middle.
    ///
    /// # Errors
    /// [`Error::Setting`] when the means are equal.
    pub fn difference_of_means(examples: &Examples) -> Result<Self> {
        let (yes, no) = examples.means();
        let weights = &yes - &no;
        if weights.abs().max().item() == 0.0 {
            return Err(Error::Setting {
                what: "difference of means",
                problem: "both kinds have the same mean".into(),
            });
        }
        let bias = -0.5 * ((yes + no) * &weights).sum().item();
        Ok(Self { weights, bias })
    }
    /// A random direction as long as this probe's, with the threshold in the middle of the class means along it: the control.
    ///
    /// # Errors
    /// [`Error::Check`] when this probe has no length.
    pub fn random(&self, examples: &Examples, rng: &mut Rng) -> Result<Self> {
        let weights = random_direction(&self.weights, rng)?;
        let (yes, no) = examples.means();
        let bias = -0.5 * ((yes + no) * &weights).sum().item();
        Ok(Self { weights, bias })
    }
    /// A score for each row `[rows, units]`.
    ///
    /// # Errors
    /// [`Error::Setting`] for another number of units.
    pub fn scores(&self, rows: &Tensor) -> Result<Vec<f64>> {
        if rows.rank() != 2 || rows.size(1) != self.weights.len() {
            let problem = format!("rows of shape {:?} for {} units", rows.shape(), self.weights.len());
            return Err(Error::Setting { what: "probe", problem });
        }
        let scores = rows.matmul(&self.weights.to(rows.dtype()).unsqueeze(1)).squeeze(1).to_vec::<f64>();
        Ok(scores.into_iter().map(|s| s + self.bias).collect())
    }
    /// How good it is on these examples, which it was not fitted on.
    ///
    /// # Errors
    /// As [`Probe::scores`].
    pub fn test(&self, examples: &Examples) -> Result<Quality> {
        Quality::of(&self.scores(examples.rows())?, examples.labels())
    }
    /// Its direction at a site, as a symbol.
    ///
    /// # Errors
    /// [`Error::Symbol`] when all weights are zero.
    pub fn direction(&self, site: Site) -> Result<Direction> {
        Ok(Direction::new(site, &self.weights)?)
    }
}

/// A probe's quality beside that of the same kind of probe fitted on shuffled labels and tested on equally shuffled ones: what
/// the first has more than the second is not the probe's own freedom.
///
/// # Errors
/// What `fit` answers.
pub fn with_control(
    train: &Examples,
    test: &Examples,
    fit: impl Fn(&Examples) -> Result<Probe>,
    rng: &mut Rng,
) -> Result<(Quality, Quality)> {
    let real = fit(train)?.test(test)?;
    let dealt = train.labelled(shuffled(train.labels(), rng))?;
    let control = fit(&dealt)?.test(&test.labelled(shuffled(test.labels(), rng))?)?;
    Ok((real, control))
}

pub(crate) fn positive(what: &'static str, x: f64) -> Result<()> {
    match x > 0.0 && x.is_finite() {
        true => Ok(()),
        false => Err(Error::Setting { what, problem: format!("{x} is not above zero") }),
    }
}

/// Labels as -1 and 1.
pub(super) fn signs(examples: &Examples) -> Tensor {
    Tensor::from(examples.labels().iter().map(|l| if *l { 1.0 } else { -1.0 }).collect::<Vec<f64>>())
}

/// Weights that make both kinds weigh the same.
pub(super) fn weights(examples: &Examples) -> Tensor {
    Tensor::from(examples.balance())
}

/// Mean and spread of each unit.
pub(super) struct Scale {
    mean: Tensor,
    spread: Tensor,
}

/// Rows of units with mean zero and deviation one; units that do not vary become zero.
pub(super) fn standardised(examples: &Examples) -> (Scale, Tensor) {
    let rows = examples.rows();
    let mean = rows.mean_axis(0, false);
    let spread = rows.std_axes(&[0], false, 0);
    let floor = (spread.max().item() * CONSTANT).max(f64::MIN_POSITIVE);
    let constant = spread.le_scalar(floor);
    let z = (rows - mean.unsqueeze(0)) / spread.mask_fill(&constant, 1.0).unsqueeze(0);
    let z = z.mask_fill(&constant.unsqueeze(0).expand(z.shape()), 0.0);
    // A unit that does not vary has weight zero, whatever it is divided by.
    (Scale { mean, spread: spread.mask_fill(&constant, 1.0) }, z)
}

impl Scale {
    /// A probe on raw rows from bias and weights `[1 + units]` on standardised ones.
    pub(super) fn undo(&self, beta: &Tensor) -> Probe {
        let beta = beta.detach().to(DType::F64);
        let weights = beta.narrow(0, 1..) / self.spread.to(DType::F64);
        let bias = beta.get(0).item() - (&weights * self.mean.to(DType::F64)).sum().item();
        Probe { weights, bias }
    }
}
