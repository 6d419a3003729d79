//! From data to a formula: train a network of curves sparsely, prune it, train what is left, name its edges, fit the constants
//! (Liu et al. 2024, "KAN", section 2.5). Each step may end the search: no formula is better than a wrong one.
//!
//! Over a short stretch a cosine is as good a parabola as the square is: which of an edge's likely names is meant is told by the data, to
//! which the whole formula is fitted with each of them. (The paper leaves this choice to a person who looks at the list.)

use symbolon_formula::{Expr, columns};
use symbolon_net::Kan;
use symbolon_net::train::KanFit;
use symbolon_tensor::{Tensor, no_grad};

use crate::error::Result;
use crate::symbolify::{NamedEdge, Symbolified, Symbolify, refit_exactly};

/// How a formula is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Discover<'a> {
    /// Training before pruning, with a penalty that leaves few edges.
    pub first: KanFit,
    /// How often the network is trained sparsely and pruned: what the first pruning left over becomes smaller in the second training.
    pub rounds: usize,
    /// Pruning: hidden nodes weaker than this, and edges with a smaller share of the output; see [`Kan::prune`].
    pub prune: [f64; 2],
    /// Training of what is left.
    pub then: KanFit,
    /// How edges are named.
    pub symbolify: Symbolify<'a>,
    /// By how many samples.
    pub samples: usize,
    /// Constants are made exact where the error stays below this.
    pub exact: f64,
    /// A formula that explains a smaller share of the variance is none.
    pub least: f64,
}

impl Default for Discover<'_> {
    /// Twice 150 iterations with a penalty of 0.01, and 200 without; ten moves of the grids before each.
    fn default() -> Self {
        let fit = |iterations| KanFit { regrids: 10, ..KanFit::new(iterations) };
        Self {
            first: KanFit { sparse: 1e-2, ..fit(150) },
            rounds: 2,
            prune: [1e-2, 3e-2],
            then: fit(200),
            symbolify: Symbolify::default(),
            samples: 300,
            exact: 1e-6,
            least: 0.9,
        }
    }
}

/// What the way from data to a formula led to.
#[derive(Clone, Debug, Default)]
pub struct Discovered {
    /// The pruned network; none where pruning leaves nothing of a layer.
    pub kan: Option<Kan>,
    /// What its edges were taken for.
    pub named: Option<Symbolified>,
    /// The formula, with constants fitted to the data; none where an edge has no name or the whole explains too little.
    pub formula: Option<Expr>,
}

impl Discovered {
    /// Hidden nodes of the first hidden layer behind pruning; zero where nothing is left.
    pub fn nodes(&self) -> usize {
        self.kan.as_ref().map_or(0, |kan| kan.sizes().sizes[1])
    }
}

impl Discover<'_> {
    /// The same without moves of the grids: for edges that have none worth moving.
    pub fn with_fixed_grids(self) -> Self {
        let fixed = |fit| KanFit { regrids: 0, ..fit };
        Self { first: fixed(self.first), then: fixed(self.then), ..self }
    }
    /// Looks for a formula of one output `[samples, 1]` at `x` `[samples, inputs]`, with a name for each input. Only parameters that
    /// `chosen` keeps are trained: all of them, but for ablations.
    ///
    /// # Errors
    /// [`Error::Net`](crate::Error::Net) for data that do not fit the network; as [`Symbolify::run`] and [`refit_exactly`].
    pub fn run(
        &self,
        mut kan: Kan,
        x: &Tensor,
        y: &Tensor,
        names: &[&str],
        chosen: &dyn Fn(&str) -> bool,
    ) -> Result<Discovered> {
        for _ in 0..self.rounds {
            self.first.run(&mut kan, x, y, chosen)?;
            match kan.prune(x, self.prune[0], self.prune[1]) {
                Ok(pruned) => kan = pruned,
                Err(_) => return Ok(Discovered::default()),
            }
        }
        self.then.run(&mut kan, x, y, chosen)?;
        let mut named = self.symbolify.run(&kan, &x.narrow(0, ..self.samples.min(x.size(0))), names)?;
        let formula = match named.formulas.is_some() {
            false => None,
            true => {
                let columns = columns(x);
                let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
                let target = y.to_vec::<f64>();
                self.choose(&mut named, names, &columns, &target)?;
                let refit = refit_exactly(&named.multiplied_out()[0], names, &columns, &target, self.exact)?;
                let variance = no_grad(|| y.std_axes(&[], false, 0)).item().powi(2);
                (refit.rmse.powi(2) <= (1.0 - self.least) * variance).then_some(refit.formula)
            }
        };
        Ok(Discovered { kan: Some(kan), named: Some(named), formula })
    }
    /// Gives edges, one after the other, those of their likely names with which the whole formula fits the data at least twice as
    /// well; the formulas follow.
    fn choose(&self, named: &mut Symbolified, names: &[&str], columns: &[&[f64]], target: &[f64]) -> Result<()> {
        let error = |named: &Symbolified| -> Result<f64> {
            Ok(named.multiplied_out()[0].refit(names, columns, target, 200)?.rmse)
        };
        let swap = |named: &mut Symbolified, (e, other): (usize, usize)| {
            let edge = &mut named.edges[e];
            std::mem::swap(&mut edge.fit, &mut edge.others[other]);
        };
        let mut least = error(named)?;
        let count = |(e, edge): (usize, &NamedEdge)| (0..edge.others.len()).map(move |other| (e, other));
        let trials: Vec<(usize, usize)> = named.edges.iter().enumerate().flat_map(count).collect();
        for trial in trials {
            if least <= self.exact {
                break;
            }
            swap(named, trial);
            match error(named) {
                Ok(now) if now <= 0.5 * least => least = now,
                _ => swap(named, trial),
            }
        }
        named.formulas = Some(named.multiplied_out());
        Ok(())
    }
}
