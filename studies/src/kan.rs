//! Kolmogorov-Arnold networks: a formula found from data, how errors fall with size, an equation solved, and what is not forgotten.

use std::f64::consts::PI;

use symbolon_check::claim::Evidence;
use symbolon_check::stats::{Estimate, Proportion};
use symbolon_draw::{Axis, Plot, Report};
use symbolon_formula::Expr;
use symbolon_net::layers::{Dropout, Nonlinearity};
use symbolon_net::train::{descend, minimise, prepare};
use symbolon_net::{Kan, KanConfig, Mlp, MlpConfig, Network, Sparsity, Trace, fingerprint, parameters_as};
use symbolon_read::{Symbolified, Symbolify, refit_exactly};
use symbolon_tensor::optim::{Adam, Lbfgs, Optimiser};
use symbolon_tensor::{DType, Rng, Tensor, no_grad};

use crate::{Lab, Result};

const TARGET: &str = "exp(sin(pi*x) + y^2)";
const COMPOSED: &str = "exp((sin(pi*(a^2 + b^2)) + sin(pi*(c^2 + d^2)))/2)";
/// Weight of sparsity.
const SPARSE: f64 = 1e-2;
/// Errors below this count as this where they are compared with each other.
const FLOOR: f64 = 1e-3;

/// Inputs and what a formula makes of them.
struct Data {
    x: Tensor,
    y: Tensor,
}

impl Data {
    fn of(formula: &str, n: usize, rng: &mut Rng) -> Result<Self> {
        let formula = Expr::parse(formula)?;
        let names = formula.variables();
        let x = rng.uniform([n, names.len()], -1.0, 1.0, DType::F64);
        let program = formula.program(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
        let columns = columns(&x);
        let y = program.evaluate(&columns.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
        Ok(Self { x, y: Tensor::from(y).unsqueeze(1) })
    }
}

fn columns(x: &Tensor) -> Vec<Vec<f64>> {
    (0..x.size(1)).map(|i| x.get((.., i as isize)).to_vec()).collect()
}

fn kan(config: &KanConfig, seed: u64) -> Result<Kan> {
    let mut kan = Kan::new(config, &mut Rng::new(seed))?;
    parameters_as(&mut kan, DType::F64);
    Ok(kan)
}

fn mlp(sizes: &[usize], seed: u64) -> Result<Mlp> {
    let config = MlpConfig { sizes: sizes.to_vec(), nonlinearity: Nonlinearity::Silu, dropout: Dropout::default() };
    let mut mlp = Mlp::new(&config, &mut Rng::new(seed))?;
    parameters_as(&mut mlp, DType::F64);
    Ok(mlp)
}

fn lbfgs(iterations: usize) -> Lbfgs {
    Lbfgs { iterations, ..Lbfgs::default() }
}

fn forward(net: &dyn Network, x: &Tensor) -> symbolon_net::Result<Tensor> {
    net.forward(std::slice::from_ref(x), &mut Trace::none())
}

fn rmse(net: &dyn Network, d: &Data) -> Result<f64> {
    Ok(no_grad(|| forward(net, &d.x))?.mse(&d.y).item().sqrt())
}

/// Trains by L-BFGS; with grids that follow the data ten times in the first fifty iterations, as released.
fn fit(
    kan: &mut Kan,
    d: &Data,
    sparse: f64,
    iterations: usize,
    regrid: bool,
    chosen: &dyn Fn(&str) -> bool,
) -> Result<()> {
    let loss = |kan: &Kan| match sparse == 0.0 {
        true => Ok(forward(kan, &d.x)?.mse(&d.y)),
        false => {
            let (y, edges) = kan.edges(&d.x)?;
            Ok(y.mse(&d.y) + Sparsity::default().penalty(&edges) * sparse)
        }
    };
    for _ in 0..if regrid { 10 } else { 0 } {
        kan.update_grids(&d.x, 0.02)?;
        minimise(kan, &lbfgs(5), chosen, loss)?;
    }
    minimise(kan, &lbfgs(iterations), chosen, loss)?;
    Ok(())
}

/// What the way from data to a formula led to.
struct Found {
    /// Hidden nodes after pruning.
    nodes: usize,
    /// The formula and its error on test data, where one is printed.
    formula: Option<(Expr, f64)>,
    named: Option<Symbolified>,
}

impl Found {
    /// Whether the formula is the target.
    fn right(&self) -> bool {
        self.nodes == 1 && self.error() <= 1e-3
    }
    /// The error on test data; that of a constant where there is no formula.
    fn error(&self) -> f64 {
        self.formula.as_ref().map_or(1.0, |f| f.1)
    }
}

/// Train sparsely, prune, train, name the edges, refit. `silu` keeps splines at zero.
fn discover(train: &Data, test: &Data, config: &KanConfig, sparse: f64, silu: bool, seed: u64) -> Result<Found> {
    let mut net = kan(config, seed)?;
    let chosen = |name: &str| !silu || name.ends_with("scale_base");
    if silu {
        net.layers.iter_mut().for_each(|l| l.scale_spline = l.scale_spline.zeros_like());
    }
    let bends = config.degree > 0 && !silu;
    fit(&mut net, train, sparse, 150, bends, &chosen)?;
    let Ok(mut net) = net.prune(&train.x, 1e-2, 3e-2) else {
        return Ok(Found { nodes: 0, formula: None, named: None });
    };
    let nodes = net.sizes().sizes[1];
    fit(&mut net, train, 0.0, 200, bends, &chosen)?;
    let named = Symbolify::default().run(&net, &train.x.narrow(0, ..300), &["x", "y"])?;
    let mut found = Found { nodes, formula: None, named: None };
    if let Some(formula) = named.formulas.as_ref().and_then(|f| f.first()) {
        let (x, y) = (columns(&train.x), train.y.to_vec::<f64>());
        let spread = train.y.std_axes(&[], false, 0).item();
        let refit = refit_exactly(formula, &["x", "y"], &[&x[0], &x[1]], &y, 1e-6)?;
        // A formula that explains less than nine tenths is none.
        if refit.rmse.powi(2) <= 0.1 * spread.powi(2) {
            let x = columns(&test.x);
            let values = refit.formula.program(&["x", "y"])?.evaluate(&[&x[0], &x[1]])?;
            found.formula = Some((refit.formula, Tensor::from(values).unsqueeze(1).mse(&test.y).item().sqrt()));
        }
    }
    found.named = Some(named);
    Ok(found)
}

/// The slope of a line through points.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let [mx, my] = [points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n];
    let up: f64 = points.iter().map(|p| (p.0 - mx) * (p.1 - my)).sum();
    up / points.iter().map(|p| (p.0 - mx).powi(2)).sum::<f64>()
}

/// Slope of log error over log parameters, up to the smallest error: behind it is the noise floor.
fn falls(curve: &[(f64, f64)]) -> f64 {
    let least = (0..curve.len()).min_by(|a, b| curve[*a].1.total_cmp(&curve[*b].1)).unwrap_or(0);
    slope(&curve[..=least.max(1)].iter().map(|(n, e)| (n.ln(), e.ln())).collect::<Vec<_>>())
}

fn size(net: &dyn Network) -> f64 {
    net.parameters().iter().filter(|(n, _)| net.trains(n)).map(|(_, p)| p.len()).sum::<usize>() as f64
}

/// Errors of a network that is refined again and again, by its number of parameters; and how much a doubled grid changes it.
fn refined(train: &Data, test: &Data, grids: &[usize], seed: u64) -> Result<(Vec<(f64, f64)>, f64)> {
    let mut net = kan(&KanConfig { grid: grids[0], ..KanConfig::new([4, 4, 2, 1]) }, seed)?;
    let mut curve = Vec::new();
    for (i, grid) in grids.iter().enumerate() {
        net.refine(*grid, &train.x)?;
        fit(&mut net, train, 0.0, 200, i == 0, &|_| true)?;
        curve.push((size(&net), rmse(&net, test)?));
    }
    let before = forward(&net, &train.x)?;
    net.refine(2 * grids[grids.len() - 1], &train.x)?;
    let change = (forward(&net, &train.x)? - before).abs().max().item();
    Ok((curve, change))
}

/// Errors of perceptrons by their number of parameters, for each depth and optimiser.
fn perceptrons(train: &Data, test: &Data, widths: &[usize], seed: u64) -> Result<Vec<(String, Vec<(f64, f64)>)>> {
    let mut curves = Vec::new();
    for depth in [3, 4] {
        let mut of = [("L-BFGS", Vec::new()), ("Adam", Vec::new())];
        for &w in widths {
            let sizes = [vec![4], vec![w; depth - 1], vec![1]].concat();
            for (how, curve) in &mut of {
                let mut net = mlp(&sizes, seed)?;
                let loss = |net: &Mlp| Ok(forward(net, &train.x)?.mse(&train.y));
                match *how {
                    "L-BFGS" => {
                        minimise(&mut net, &lbfgs(300), &|_| true, loss)?;
                    }
                    _ => adam(&mut net, 1000, loss)?,
                }
                curve.push((size(&net), rmse(&net, test)?));
            }
        }
        curves.extend(of.map(|(how, curve)| (format!("MLP, {depth} layers, {how}"), curve)));
    }
    Ok(curves)
}

fn adam(net: &mut Mlp, steps: usize, loss: impl Fn(&Mlp) -> symbolon_net::Result<Tensor>) -> Result<()> {
    prepare(net);
    let mut optimiser = Adam::new(1e-2);
    for step in 0..steps {
        optimiser.set_factor(1.0 - step as f64 / steps as f64);
        let value = loss(net)?;
        descend(net, &mut optimiser, value);
    }
    Ok(())
}

/// `u'' = -π² sin πx` with zeros at both ends, by the equation's own residual: the error of the solution.
fn poisson<N: Network>(mut net: N, regrid: impl Fn(&mut N, &Tensor) -> Result<()>) -> Result<f64> {
    let x = Tensor::linspace(-1.0, 1.0, 101, DType::F64).unsqueeze(1);
    let ends = Tensor::from([[-1.0f64], [1.0]]);
    let u = (&x * PI).sin();
    regrid(&mut net, &x)?;
    minimise(&mut net, &lbfgs(300), &|_| true, |net| {
        let x = x.variable();
        let first = forward(net, &x)?.sum().grad_graph(&[&x]).remove(0);
        let second = first.sum().grad_graph(&[&x]).remove(0);
        Ok((second + &u * (PI * PI)).square().mean() * 0.01 + forward(net, &ends)?.square().mean())
    })?;
    rmse(&net, &Data { x, y: u })
}

/// Five peaks, learned one after the other: errors on the first four at the end over what they were right after each was learned,
/// and what the network says at the end.
fn peaks<N: Network>(net: &mut N, chosen: &dyn Fn(&str) -> bool) -> Result<(f64, Vec<(f64, f64)>)> {
    let all = Tensor::linspace(-1.0, 1.0, 500, DType::F64).unsqueeze(1);
    let height = |x: &Tensor| {
        let peak = |i: i32| ((x - 0.4 * f64::from(i - 2)).square() * -300.0).exp();
        (1..5).fold(peak(0), |sum, i| sum + peak(i))
    };
    let part = |i: usize| {
        let x = all.narrow(0, i * 100..(i + 1) * 100);
        Data { y: height(&x), x }
    };
    let mut then = Vec::new();
    for i in 0..5 {
        let d = part(i);
        minimise(net, &lbfgs(100), chosen, |net| Ok(forward(net, &d.x)?.mse(&d.y)))?;
        then.push(rmse(net, &d)?.max(FLOOR));
    }
    let now = (0..4).map(|i| Ok(rmse(net, &part(i))?.max(FLOOR))).collect::<Result<Vec<f64>>>()?;
    let said = all.to_vec::<f64>().into_iter().zip(forward(net, &all)?.to_vec::<f64>()).collect();
    Ok((now.iter().sum::<f64>() / then[..4].iter().sum::<f64>(), said))
}

/// What is measured, by claim and control.
type Numbers = std::collections::BTreeMap<&'static str, Vec<f64>>;

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let mut n = Numbers::new();
    let mut right: [Vec<bool>; 4] = Default::default();
    for (i, seed) in lab.seeds().into_iter().enumerate() {
        lab.note(&format!("seed {seed}: from data to a formula"));
        let mut rng = Rng::new(seed ^ 0xda7a);
        let (train, test) = (Data::of(TARGET, 1000, &mut rng)?, Data::of(TARGET, 10_000, &mut rng)?);
        let noise = Data { x: train.x.clone(), y: rng.normal([1000, 1], DType::F64) };
        let config = KanConfig::new([2, 5, 1]);
        let found = discover(&train, &test, &config, SPARSE, false, seed)?;
        let steps = discover(&train, &test, &KanConfig { degree: 0, ..config.clone() }, SPARSE, false, seed)?;
        let silu = discover(&train, &test, &config, SPARSE, true, seed)?;
        let random = discover(&noise, &test, &config, SPARSE, false, seed)?;
        let mut dense = kan(&config, seed)?;
        fit(&mut dense, &train, 0.0, 150, true, &|_| true)?;
        lab.digest(&format!("network without sparsity {seed}"), fingerprint(&dense));
        let kept = dense.prune(&train.x, 1e-2, 3e-2).map_or(0, |k| k.sizes().sizes[1]);
        let printed = [found.right(), steps.right(), silu.right(), random.formula.is_some()];
        right.iter_mut().zip(printed).for_each(|(all, now)| all.push(now));
        let log = |f: &Found| f.error().max(1e-16).log10();
        let values = [("error", log(&found)), ("error steps", log(&steps)), ("error silu", log(&silu))];
        for (name, value) in values.into_iter().chain([("nodes", found.nodes as f64), ("nodes dense", kept as f64)]) {
            n.entry(name).or_default().push(value);
        }
        if i == 0 {
            lab.show(|report| show_formula(report, &found, &random));
        }
    }
    let (grids, widths) =
        lab.pick((vec![3, 5, 10, 20], vec![5, 15, 50]), (vec![3, 5, 10, 20, 50], vec![5, 10, 20, 50, 100]));
    for (i, seed) in lab.seeds().into_iter().take(lab.pick(3, 10)).enumerate() {
        lab.note(&format!("seed {seed}: errors by size, Poisson's equation, five peaks"));
        let mut rng = Rng::new(seed ^ 0x5ca1e);
        let (train, test) = (Data::of(COMPOSED, 1000, &mut rng)?, Data::of(COMPOSED, 1000, &mut rng)?);
        let (curve, change) = refined(&train, &test, &grids, seed)?;
        let others = perceptrons(&train, &test, &widths, seed)?;
        let steepest = others.iter().map(|(_, c)| falls(c)).fold(f64::INFINITY, f64::min);
        let [own, other] = [falls(&curve), steepest];
        let equation = [
            poisson(kan(&KanConfig { grid: 10, ..KanConfig::new([1, 3, 1]) }, seed)?, |k, x| {
                k.update_grids(x, 0.02)?;
                Ok(())
            })?,
            poisson(mlp(&[1, 20, 20, 1], seed)?, |_, _| Ok(()))?,
        ];
        let mut local = kan(&KanConfig { grid: 200, ..KanConfig::new([1, 1]) }, seed)?;
        // As released for this example: no SiLU, and only coefficients are trained.
        local.layers[0].scale_base = local.layers[0].scale_base.zeros_like();
        let (kept, said) = peaks(&mut local, &|name| name.ends_with("coef"))?;
        let (forgotten, also) = peaks(&mut mlp(&[1, 30, 30, 1], seed)?, &|_| true)?;
        let values = [
            ("slope", own),
            ("slope ahead", other - own),
            ("change", change),
            ("kept", kept),
            ("forgotten", forgotten),
        ];
        values.into_iter().for_each(|(name, value)| n.entry(name).or_default().push(value));
        if i == 0 {
            lab.show(|report| show_curves(report, &curve, &others, equation, &said, &also));
        }
    }
    report(lab, &n, &right)
}

fn report(lab: &mut Lab, n: &Numbers, right: &[Vec<bool>; 4]) -> Result<()> {
    let share = |i: usize| Estimate::share(Proportion::of(right[i].iter().copied()));
    let found = Evidence::new(share(0)?).control("steps for splines", share(1)?).control("SiLU alone", share(2)?);
    lab.report("formula-found", found.control("random target", share(3)?))?;
    let claims: [(&str, &str, &[(&str, &str)]); 6] = [
        ("formula-exact", "error", &[("steps for splines", "error steps"), ("SiLU alone", "error silu")]),
        ("pruned-to-one-node", "nodes", &[("no sparsity", "nodes dense")]),
        ("errors-fall-with-size", "slope", &[]),
        ("steeper-than-perceptrons", "slope ahead", &[]),
        ("refining-changes-nothing", "change", &[]),
        ("peaks-are-kept", "kept", &[("perceptron", "forgotten")]),
    ];
    lab.all_means(n, &claims)
}

fn show_formula(report: Report, found: &Found, random: &Found) -> Report {
    let text =
        found.formula.as_ref().map_or("none".into(), |(f, e)| format!("{f}\ntest error {e:.2e}\nLaTeX: {}", f.latex()));
    let refused = random.named.as_ref().map_or("nothing is left after pruning".into(), Symbolified::refused);
    let mut report = report.section("From data to a formula").code(format!("Found for data of {TARGET}"), text);
    report = report.code(
        "Said of a random target",
        if refused.is_empty() { "edges fit, the whole does not".into() } else { refused },
    );
    for e in found.named.iter().flat_map(|n| &n.edges) {
        let fitted: Vec<(f64, f64)> = match e.fit.of(&Expr::variable("t")).program(&["t"]) {
            Ok(p) => {
                let x: Vec<f64> = e.curve.iter().map(|c| c.0).collect();
                p.evaluate(&[&x]).map_or(Vec::new(), |y| x.into_iter().zip(y).collect())
            }
            Err(_) => Vec::new(),
        };
        let title = format!("Layer {}, edge {} to {}", e.layer + 1, e.input, e.output);
        let plot =
            Plot::new(title).height(160.0).line("the edge's spline", &e.curve).line(e.fit.function.formula, &fitted);
        report = report.figure(format!("{} explains {:.4} % of it.", e.fit.function.formula, 100.0 * e.fit.r2), plot);
    }
    report
}

fn show_curves(
    report: Report,
    curve: &[(f64, f64)],
    others: &[(String, Vec<(f64, f64)>)],
    [kan, mlp]: [f64; 2],
    said: &[(f64, f64)],
    also: &[(f64, f64)],
) -> Report {
    let sizes = Plot::new("Test error by size").x(Axis::new("parameters").log()).y(Axis::new("RMSE").log());
    let sizes = others.iter().fold(sizes.line("KAN, refined", curve), |p, (name, c)| p.line(name.clone(), c));
    let peaks = Plot::new("Five peaks").x(Axis::new("x")).y(Axis::new("answer")).line("KAN", said).line("MLP", also);
    report
        .section("Errors by size")
        .figure(format!("Data of {COMPOSED}, 1000 points."), sizes)
        .section("Poisson's equation")
        .text(format!("Error of the solution found from the equation's residual: KAN {kan:.2e}, perceptron {mlp:.2e}."))
        .section("Five peaks, one after the other")
        .figure("Each peak was learned alone; this is what is said after the last one.", peaks)
}
