//! Kolmogorov-Arnold networks: a formula found from data, how errors fall with size, an equation solved, and what is not forgotten.

use std::f64::consts::PI;

use symbolon_check::stats::scaling_exponent;
use symbolon_data::Peaks;
use symbolon_draw::{Axis, Plot, Report};
use symbolon_formula::{Expr, Samples};
use symbolon_net::layers::{Dropout, Nonlinearity};
use symbolon_net::train::{Fit, KanFit, Trainer, in_turn, minimise};
use symbolon_net::{Kan, KanConfig, Mlp, MlpConfig, Network, fingerprint, parameters_as, trained_numbers};
use symbolon_read::{Discover, Discovered, Symbolified};
use symbolon_tensor::optim::{Adam, Lbfgs, Schedule};
use symbolon_tensor::{DType, Rng, Tensor, no_grad};

use crate::{ClaimRow, Lab, Numbers, Result};

const TARGET: &str = "exp(sin(pi*x) + y^2)";
const COMPOSED: &str = "exp((sin(pi*(a^2 + b^2)) + sin(pi*(c^2 + d^2)))/2)";
const NAMES: [&str; 2] = ["x", "y"];
/// Added to seeds with which settings were chosen.
const UNSEEN: u64 = 1000;
/// Errors below this count as this where they are compared with each other.
const FLOOR: f64 = 1e-3;

/// Something over something else, in the order of a plot.
type Curve = Vec<(f64, f64)>;

/// Points at which a formula is known, for training and for tests.
fn data(formula: &str, test: usize, rng: &mut Rng) -> Result<[Samples; 2]> {
    let formula = Expr::parse(formula)?;
    Ok([formula.samples(1000, [-1.0, 1.0], rng)?, formula.samples(test, [-1.0, 1.0], rng)?])
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

fn rmse(net: &dyn Network, x: &Tensor, y: &Tensor) -> symbolon_net::Result<f64> {
    Ok(no_grad(|| net.answer(x))?.mse(y).item().sqrt())
}

/// The error of what was found on test data; that of a constant where there is no formula.
fn error(found: &Discovered, test: &Samples) -> Result<f64> {
    let Some(formula) = &found.formula else { return Ok(1.0) };
    Ok(formula.values(&NAMES, &test.x)?.mse(&test.y).item().sqrt())
}

/// From data to a formula: with splines, with steps in their place, with SiLU alone; and from noise.
fn formulas(lab: &mut Lab, n: &mut Numbers, seed: u64) -> Result<()> {
    // The settings of the search were chosen with seeds 0 to 3: here others draw the data and the weights.
    let seed = seed + UNSEEN;
    let mut rng = Rng::new(seed ^ 0xda7a);
    let [train, test] = data(TARGET, 10_000, &mut rng)?;
    let noise = train.noise(&mut rng);
    let config = KanConfig::new([2, 5, 1]);
    let how = Discover::default();
    // Without splines there are no grids that could follow the data.
    let plain = how.with_fixed_grids();
    let mut silu = kan(&config, seed)?;
    silu.layers.iter_mut().for_each(|l| l.scale_spline = l.scale_spline.zeros_like());
    let steps = kan(&KanConfig { degree: 0, ..config.clone() }, seed)?;
    let found = how.run(kan(&config, seed)?, &train.x, &train.y, &NAMES, &|_| true)?;
    let steps = plain.run(steps, &train.x, &train.y, &NAMES, &|_| true)?;
    let silu = plain.run(silu, &train.x, &train.y, &NAMES, &|name| name.ends_with("scale_base"))?;
    let random = how.run(kan(&config, seed)?, &noise.x, &noise.y, &NAMES, &|_| true)?;
    for (name, found) in [("", &found), (" steps", &steps), (" silu", &silu)] {
        let error = error(found, &test)?;
        n.add(format!("error{name}"), error.max(1e-16).log10());
        n.add_whether(format!("right{name}"), found.nodes() == 1 && error <= 1e-3);
    }
    n.add_whether("printed random", random.formula.is_some());
    n.add("nodes", found.nodes() as f64);
    let mut dense = kan(&config, seed)?;
    KanFit { sparse: 0.0, ..how.first }.run(&mut dense, &train.x, &train.y, &|_| true)?;
    lab.digest(&format!("network without sparsity {seed}"), fingerprint(&dense));
    let [node, edge] = how.prune;
    n.add("nodes dense", dense.prune(&train.x, node, edge).map_or(0, |k| k.sizes().sizes[1]) as f64);
    if lab.seeds()[0] + UNSEEN == seed {
        let error = error(&found, &test)?;
        lab.show(|report| show_formula(report, &found, error, &random));
    }
    Ok(())
}

/// Errors of a network that is refined again and again, by its number of parameters; and how much a doubled grid changes it.
fn refined(train: &Samples, test: &Samples, grids: &[usize], seed: u64) -> Result<(Curve, f64)> {
    let mut net = kan(&KanConfig { grid: grids[0], ..KanConfig::new([4, 4, 2, 1]) }, seed)?;
    let mut curve = Vec::new();
    for grid in grids {
        net.refine(*grid, &train.x)?;
        KanFit { regrids: 10, ..KanFit::new(200) }.run(&mut net, &train.x, &train.y, &|_| true)?;
        curve.push((trained_numbers(&net) as f64, rmse(&net, &test.x, &test.y)?));
    }
    // Hidden numbers that had left their grids come back into them: refining keeps what lies in a grid.
    net.update_grids(&train.x, 0.02)?;
    let before = net.answer(&train.x)?;
    net.refine(2 * grids[grids.len() - 1], &train.x)?;
    let change = (net.answer(&train.x)? - before).abs().max().item();
    Ok((curve, change))
}

/// Errors of perceptrons by their number of parameters, for each depth and optimiser.
fn perceptrons(train: &Samples, test: &Samples, widths: &[usize], seed: u64) -> Result<Vec<(String, Curve)>> {
    let loss = |net: &Mlp| Ok(net.answer(&train.x)?.mse(&train.y));
    let mut curves = Vec::new();
    for depth in [3, 4] {
        let mut of = [("L-BFGS", Vec::new()), ("Adam", Vec::new())];
        for &w in widths {
            let sizes = [vec![4], vec![w; depth - 1], vec![1]].concat();
            for (how, curve) in &mut of {
                let mut net = mlp(&sizes, seed)?;
                if *how == "L-BFGS" {
                    minimise(&mut net, &lbfgs(300), &|_| true, loss)?;
                } else {
                    let fall = Schedule::Linear { total: 1000, floor: 0.0 };
                    let mut trainer = Trainer::new(Adam::new(1e-2)).epochs(1).schedule(fall);
                    trainer.run(&mut Fit::new(&mut net, 1000, |net, _| loss(net)))?;
                }
                curve.push((trained_numbers(&net) as f64, rmse(&net, &test.x, &test.y)?));
            }
        }
        curves.extend(of.map(|(how, curve)| (format!("MLP, {depth} layers, {how}"), curve)));
    }
    Ok(curves)
}

/// `u'' = -π² sin πx` with zeros at both ends, by the equation's own residual: the error of the solution.
fn poisson<N: Network>(mut net: N) -> Result<f64> {
    let x = Tensor::linspace(-1.0, 1.0, 101, DType::F64).unsqueeze(1);
    let ends = Tensor::from([[-1.0f64], [1.0]]);
    let u = (&x * PI).sin();
    minimise(&mut net, &lbfgs(300), &|_| true, |net| {
        let x = x.variable();
        let first = net.answer(&x)?.sum().grad_graph(&[&x]).remove(0);
        let second = first.sum().grad_graph(&[&x]).remove(0);
        Ok((second + &u * (PI * PI)).square().mean() * 0.01 + net.answer(&ends)?.square().mean())
    })?;
    Ok(rmse(&net, &x, &u)?)
}

/// Five peaks, learned one after the other: errors on the first four at the end over what they were right after each was learned,
/// and what the network says at the end.
fn peaks<N: Network>(net: &mut N, chosen: &dyn Fn(&str) -> bool) -> Result<(f64, Curve)> {
    let all = Peaks::new(5, 100);
    let learn = |net: &mut N, i: usize| {
        let [x, y] = all.part(i);
        minimise(net, &lbfgs(100), chosen, |net| Ok(net.answer(&x)?.mse(&y))).map(|_| ())
    };
    let error = |net: &N, i: usize| {
        let [x, y] = all.part(i);
        Ok(rmse(net, &x, &y)?.max(FLOOR))
    };
    let forgotten = in_turn(net, all.count, learn, error)?.forgotten();
    Ok((forgotten, all.x.to_vec::<f64>().into_iter().zip(net.answer(&all.x)?.to_vec::<f64>()).collect()))
}

/// Errors by size, an equation, and what is left of peaks that were learned before.
fn comparisons(lab: &mut Lab, n: &mut Numbers, seed: u64) -> Result<()> {
    let (grids, widths) =
        lab.pick((vec![3, 5, 10, 20], vec![5, 15, 50]), (vec![3, 5, 10, 20, 50], vec![5, 10, 20, 50, 100]));
    let [train, test] = data(COMPOSED, 1000, &mut Rng::new(seed ^ 0x5ca1e))?;
    let (curve, change) = refined(&train, &test, &grids, seed)?;
    let others = perceptrons(&train, &test, &widths, seed)?;
    let steepest = others.iter().map(|(_, c)| scaling_exponent(c)).fold(f64::INFINITY, f64::min);
    let own = scaling_exponent(&curve);
    let mut solver = kan(&KanConfig { grid: 10, ..KanConfig::new([1, 3, 1]) }, seed)?;
    solver.update_grids(&Tensor::linspace(-1.0, 1.0, 101, DType::F64).unsqueeze(1), 0.02)?;
    let equation = [poisson(solver)?, poisson(mlp(&[1, 20, 20, 1], seed)?)?];
    let mut local = kan(&KanConfig { grid: 200, ..KanConfig::new([1, 1]) }, seed)?;
    // As released for this example: no SiLU, and only coefficients are trained.
    local.layers[0].scale_base = local.layers[0].scale_base.zeros_like();
    let (kept, said) = peaks(&mut local, &|name| name.ends_with("coef"))?;
    let (forgotten, also) = peaks(&mut mlp(&[1, 30, 30, 1], seed)?, &|_| true)?;
    n.add_all([("slope", own), ("slope ahead", steepest - own), ("change", change)]);
    n.add_all([("kept", kept), ("forgotten", forgotten)]);
    if lab.seeds()[0] != seed {
        return Ok(());
    }
    let sizes = Plot::new("Test error by size").x(Axis::new("parameters").log()).y(Axis::new("RMSE").log());
    let sizes = sizes.line("KAN, refined", &curve).lines(&others);
    let peaks = Plot::new("Five peaks").x(Axis::new("x")).y(Axis::new("answer")).line("KAN", &said).line("MLP", &also);
    let [kan, mlp] = equation.map(|error| format!("{error:.2e}"));
    lab.show(|report| {
        report
            .section("Errors by size")
            .figure(format!("Data of {COMPOSED}, 1000 points."), sizes)
            .section("Poisson's equation")
            .text(format!("Error of the solution found from the equation's residual: KAN {kan}, perceptron {mlp}."))
            .section("Five peaks, one after the other")
            .figure("Each peak was learned alone; this is what is said after the last one.", peaks)
    });
    Ok(())
}

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let mut n = Numbers::default();
    for seed in lab.seeds() {
        lab.note(&format!("seed {seed}: from data to a formula"));
        formulas(lab, &mut n, seed)?;
    }
    for seed in lab.first_seeds(3, 10) {
        lab.note(&format!("seed {seed}: errors by size, Poisson's equation, five peaks"));
        comparisons(lab, &mut n, seed)?;
    }
    let controls =
        [("steps for splines", "right steps"), ("SiLU alone", "right silu"), ("random target", "printed random")];
    lab.all_shares(&n, &[("formula-found", "right", &controls)])?;
    let claims: [ClaimRow<'_>; 6] = [
        ("formula-exact", "error", &[("steps for splines", "error steps"), ("SiLU alone", "error silu")]),
        ("pruned-to-one-node", "nodes", &[("no sparsity", "nodes dense")]),
        ("errors-fall-with-size", "slope", &[]),
        ("steeper-than-perceptrons", "slope ahead", &[]),
        ("refining-changes-nothing", "change", &[]),
        ("peaks-are-kept", "kept", &[("perceptron", "forgotten")]),
    ];
    lab.all_means(&n, &claims)
}

fn show_formula(report: Report, found: &Discovered, error: f64, random: &Discovered) -> Report {
    let said = |f: &Expr| format!("{f}\ntest error {error:.2e}\nLaTeX: {}", f.latex());
    let text = found.formula.as_ref().map_or("none".into(), said);
    let refused = random.named.as_ref().map_or("nothing is left after pruning".into(), Symbolified::refused);
    let refused = if refused.is_empty() { "edges fit, the whole does not".into() } else { refused };
    let report = report
        .section("From data to a formula")
        .code(format!("Found for data of {TARGET}"), text)
        .code("Said of a random target", refused);
    found.named.iter().flat_map(|n| &n.edges).fold(report, |report, e| {
        let (name, title) =
            (e.fit.function.formula, format!("Layer {}, edge {} to {}", e.layer + 1, e.input, e.output));
        let plot = Plot::new(title).height(160.0).line("the edge's spline", &e.curve).line(name, &e.fitted());
        report.figure(format!("{name} explains {:.4} % of it.", 100.0 * e.fit.r2), plot)
    })
}
