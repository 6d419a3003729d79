//! Networks of functions on edges, read as formulas: each edge is the function of a library that fits it best, stretched and
//! shifted; the network's sums and products put them together (Liu et al. 2024, "KAN", section 2.5).

use crate::error::{Error, Result};
use symbolon_formula::{AffineFit, Expr, LIBRARY, Refit, Univariate, Zoom, choose, score};
use symbolon_net::Kan;
use symbolon_tensor::Tensor;

/// How edges are named.
#[derive(Clone, Copy, Debug)]
pub struct Symbolify<'a> {
    /// Functions to choose from.
    pub library: &'a [Univariate],
    /// How much a simple function counts against a good fit, 0 to 1.
    pub simplicity: f64,
    /// A function that explains a smaller share of an edge's variance does not fit it.
    pub least: f64,
    /// How stretches and shifts are searched.
    pub zoom: Zoom,
}

impl Default for Symbolify<'_> {
    /// The whole library, simplicity 0.8 and at least 90% explained.
    fn default() -> Self {
        Self { library: LIBRARY, simplicity: 0.8, least: 0.9, zoom: Zoom::default() }
    }
}

/// An edge and what it was taken for.
#[derive(Clone, Debug)]
pub struct NamedEdge {
    /// The layer, from zero.
    pub layer: usize,
    /// From which input.
    pub input: usize,
    /// To which sum.
    pub output: usize,
    /// The function that was chosen; the best one there is where none fits well enough.
    pub fit: AffineFit,
    /// The edge's own curve: arguments and values, sorted.
    pub curve: Vec<(f64, f64)>,
    /// Whether the function explains enough.
    pub fits: bool,
}

impl NamedEdge {
    /// What the function says along the edge's own curve; nothing where it has no value.
    pub fn fitted(&self) -> Vec<(f64, f64)> {
        let x: Vec<f64> = self.curve.iter().map(|c| c.0).collect();
        let program = self.fit.of(&Expr::variable("t")).program(&["t"]);
        let values = program.and_then(|p| p.evaluate(&[&x])).unwrap_or_default();
        x.into_iter().zip(values).collect()
    }
}

/// What symbolification found.
#[derive(Clone, Debug)]
pub struct Symbolified {
    /// All edges that are not masked, layer by layer.
    pub edges: Vec<NamedEdge>,
    /// One formula for each output, with measured constants; `None` where some edge is no function of the library.
    pub formulas: Option<Vec<Expr>>,
}

impl Symbolified {
    /// Edges that no function fits, in words; empty where there are formulas.
    pub fn refused(&self) -> String {
        let bad = self.edges.iter().filter(|e| !e.fits);
        let words = bad.map(|e| {
            let (l, i, o, f, r) = (e.layer, e.input, e.output, e.fit.function.formula, e.fit.r2);
            format!("layer {l}, edge {i} to {o}: no function fits, the nearest is {f} with R^2 = {r:.3}")
        });
        words.collect::<Vec<_>>().join("; ")
    }
}

impl Symbolify<'_> {
    /// Names every edge of a network by what it does to samples `[batch, inputs]`, and multiplies the network out.
    ///
    /// # Errors
    /// [`Error::Setting`] when there is no name for each input, or no samples; [`Error::Net`] when the samples do not fit.
    pub fn run(&self, kan: &Kan, x: &Tensor, names: &[&str]) -> Result<Symbolified> {
        let sizes = kan.sizes();
        if names.len() != sizes.sizes[0] || x.size(0) == 0 {
            let problem = format!("{} names and {} samples for {} inputs", names.len(), x.size(0), sizes.sizes[0]);
            return Err(Error::Setting { what: "symbolify", problem: problem + "; give a name for each, and samples" });
        }
        let (_, all) = kan.edges(x)?;
        let mut nodes: Vec<Expr> = names.iter().map(|n| Expr::variable(n)).collect();
        let mut edges = Vec::new();
        for (l, of_layer) in all.iter().enumerate() {
            let layer = &kan.layers[l];
            let mask = layer.mask.to_vec::<f64>();
            let mut sums: Vec<Vec<Expr>> = vec![Vec::new(); layer.outputs()];
            for (i, node) in nodes.iter().enumerate() {
                for (o, sum) in sums.iter_mut().enumerate().filter(|(o, _)| mask[i * layer.outputs() + o] != 0.0) {
                    let before = of_layer.inputs.get((.., i as isize)).to_vec::<f64>();
                    let after = of_layer.edges.get((.., i as isize, o as isize)).to_vec::<f64>();
                    let edge = self.name(l, i, o, before, after)?;
                    sum.push(edge.fit.of(node));
                    edges.push(edge);
                }
            }
            let sums: Vec<Expr> = sums.into_iter().map(Expr::sum).collect();
            let product = |columns: &Vec<usize>| Expr::product(columns.iter().map(|&c| sums[c].clone()));
            nodes = sizes.nodes(l).iter().map(product).collect();
        }
        let formulas = edges.iter().all(|e| e.fits).then(|| nodes.iter().map(Expr::simplify).collect());
        Ok(Symbolified { edges, formulas })
    }
    fn name(&self, layer: usize, input: usize, output: usize, x: Vec<f64>, y: Vec<f64>) -> Result<NamedEdge> {
        let fits = choose(self.library, &x, &y, self.simplicity, self.zoom);
        // The cheapest that explains enough; where none does, the one that explains most.
        let good = fits.iter().find(|f| f.r2 >= self.least).cloned();
        let best = fits.into_iter().max_by(|a, b| a.r2.total_cmp(&b.r2));
        let found = good.is_some();
        let Some(fit) = good.or(best) else {
            let problem = format!("no function of the library has values on layer {layer}, edge {input} to {output}");
            return Err(Error::Setting { what: "symbolify", problem });
        };
        let mut curve: Vec<(f64, f64)> = x.into_iter().zip(y).collect();
        curve.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok(NamedEdge { layer, input, output, fit, curve, fits: found })
    }
    /// What choosing the edge's function cost.
    pub fn cost(&self, edge: &NamedEdge) -> f64 {
        score(&edge.fit, self.simplicity)
    }
}

/// A formula refitted to data, with constants made exact where that does not cost accuracy: the coarsest of some tolerances
/// after which the error is at most `allowed`.
///
/// # Errors
/// [`Error::Formula`] when the columns are not the formula's.
pub fn refit_exactly(
    formula: &Expr,
    names: &[&str],
    columns: &[&[f64]],
    target: &[f64],
    allowed: f64,
) -> Result<Refit> {
    let mut best = formula.refit(names, columns, target, 1000)?;
    // Constants that became equal to something simple can be merged, and the rest found anew.
    let merged = best.formula.simplify().refit(names, columns, target, 1000)?;
    if merged.rmse <= best.rmse.max(allowed) {
        best = merged;
    }
    for tolerance in [1e-5, 1e-4, 1e-3, 1e-2, 3e-2] {
        let exact = best.formula.exact(tolerance).refit(names, columns, target, 300)?;
        if exact.rmse <= allowed.max(best.rmse) {
            best = exact;
        }
    }
    Ok(best)
}
