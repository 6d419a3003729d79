//! Networks of functions on edges, read as formulas: each edge is the function of a library that fits it best, stretched and
//! shifted; the network's sums and products put them together (Liu et al. 2024, "KAN", section 2.5).

use crate::error::{Error, Result};
use symbolon_formula::{AffineFit, Expr, LIBRARY, Refit, Univariate, Zoom, choose, score};
use symbolon_net::{Kan, KanConfig};
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
    /// Others that explain enough, the cheapest first: a few, for choosing by data ([`Discover`](crate::Discover)).
    pub others: Vec<AffineFit>,
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
    names: Vec<String>,
    sizes: KanConfig,
}

/// How many other names are kept for an edge.
const OTHERS: usize = 4;

impl Symbolified {
    /// The network multiplied out, one formula for each output, with the functions that its edges have now.
    pub fn multiplied_out(&self) -> Vec<Expr> {
        let mut nodes: Vec<Expr> = self.names.iter().map(|n| Expr::variable(n)).collect();
        for l in 0..self.sizes.sizes.len() - 1 {
            let columns = self.sizes.nodes(l);
            let mut sums: Vec<Vec<Expr>> = vec![Vec::new(); columns.iter().flatten().max().map_or(0, |c| c + 1)];
            self.edges.iter().filter(|e| e.layer == l).for_each(|e| sums[e.output].push(e.fit.of(&nodes[e.input])));
            let sums: Vec<Expr> = sums.into_iter().map(Expr::sum).collect();
            let product = |columns: &Vec<usize>| Expr::product(columns.iter().map(|&c| sums[c].clone()));
            nodes = columns.iter().map(product).collect();
        }
        nodes.iter().map(Expr::simplify).collect()
    }
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
        let mut edges = Vec::new();
        for (l, of_layer) in all.iter().enumerate() {
            let [inputs, outputs] = [of_layer.inputs.size(1), kan.layers[l].outputs()];
            let mask = kan.layers[l].mask.to_vec::<f64>();
            for (i, o) in (0..inputs).flat_map(|i| (0..outputs).map(move |o| (i, o))) {
                if mask[i * outputs + o] != 0.0 {
                    let before = of_layer.inputs.get((.., i as isize)).to_vec::<f64>();
                    let after = of_layer.edges.get((.., i as isize, o as isize)).to_vec::<f64>();
                    edges.push(self.name(l, i, o, before, after)?);
                }
            }
        }
        let names = names.iter().map(|n| (*n).to_owned()).collect();
        let mut found = Symbolified { edges, formulas: None, names, sizes: sizes.clone() };
        found.formulas = found.edges.iter().all(|e| e.fits).then(|| found.multiplied_out());
        Ok(found)
    }
    fn name(&self, layer: usize, input: usize, output: usize, x: Vec<f64>, y: Vec<f64>) -> Result<NamedEdge> {
        let fits = choose(self.library, &x, &y, self.simplicity, self.zoom);
        // The cheapest that explains enough; where none does, the one that explains most.
        let mut enough = fits.iter().filter(|f| f.r2 >= self.least).cloned();
        let (good, others) = (enough.next(), enough.take(OTHERS).collect());
        let best = fits.into_iter().max_by(|a, b| a.r2.total_cmp(&b.r2));
        let found = good.is_some();
        let Some(fit) = good.or(best) else {
            let problem = format!("no function of the library has values on layer {layer}, edge {input} to {output}");
            return Err(Error::Setting { what: "symbolify", problem });
        };
        let mut curve: Vec<(f64, f64)> = x.into_iter().zip(y).collect();
        curve.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok(NamedEdge { layer, input, output, fit, others, curve, fits: found })
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
