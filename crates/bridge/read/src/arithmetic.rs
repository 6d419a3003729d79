//! Arithmetic layers read as formulas, where their weights have reached their corners.

use crate::error::{Error, Result};
use symbolon_formula::Expr;
use symbolon_net::layers::{ArithmeticLayer, Nalu};
use symbolon_net::{ArithmeticNet, Network};
use symbolon_tensor::{Tensor, no_grad};

/// One formula for each output of a network of arithmetic layers.
///
/// Weights count as -1, 0 or 1 within `tolerance` (0.01, say), gates as open or closed on all samples `[batch, inputs]`. Products of
/// NALU layers are of absolute values: the formula holds for positive factors.
///
/// # Errors
/// [`Error::Net`] for other networks; [`Error::Undecided`] with the first weight or gate that is not at a corner; [`Error::Setting`] when names or samples do not fit.
pub fn arithmetic(net: &dyn Network, x: &Tensor, names: &[&str], tolerance: f64) -> Result<Vec<Expr>> {
    if x.rank() != 2 || x.size(1) != names.len() {
        let problem = format!("{} names for samples of shape {:?}", names.len(), x.shape());
        return Err(Error::Setting { what: "names", problem });
    }
    let mut nodes: Vec<Expr> = names.iter().map(|n| Expr::variable(n)).collect();
    let net = ArithmeticNet::of(net)?;
    let mut h = x.clone();
    for (l, layer) in net.layers.iter().enumerate() {
        let place = |what: &str| format!("layer {l}, {what}");
        nodes = match layer {
            ArithmeticLayer::Nac(n) => sums(&nodes, &corners(&n.weight(), tolerance, &place)?),
            ArithmeticLayer::Nau(n) => sums(&nodes, &corners(&n.weight(), tolerance, &place)?),
            ArithmeticLayer::Nmu(n) => products(&nodes, &corners(&n.weight(), tolerance, &place)?),
            ArithmeticLayer::Nalu(n) => gated(n, &h, &nodes, tolerance, &place)?,
        };
        h = no_grad(|| layer.forward(&h));
    }
    Ok(nodes.iter().map(Expr::simplify).collect())
}

/// The first output's formula over inputs `x0`, `x1`, .., in words, or why there is none: see [`arithmetic`].
pub fn arithmetic_or_why(net: &dyn Network, x: &Tensor, tolerance: f64) -> String {
    let inputs = if x.rank() == 2 { x.size(1) } else { 0 };
    let names: Vec<String> = (0..inputs).map(|i| format!("x{i}")).collect();
    let said = arithmetic(net, x, &names.iter().map(String::as_str).collect::<Vec<_>>(), tolerance);
    said.map_or_else(|e| format!("refused: {e}"), |f| f.first().map_or_else(String::new, Expr::to_string))
}

fn gated(nalu: &Nalu, x: &Tensor, nodes: &[Expr], tolerance: f64, place: &dyn Fn(&str) -> String) -> Result<Vec<Expr>> {
    let open = no_grad(|| nalu.openness(x));
    let columns: Vec<Vec<f64>> = (0..open.size(1)).map(|o| open.get((.., o as isize)).to_vec()).collect();
    let mut gates = Vec::new();
    for (o, column) in columns.iter().enumerate() {
        let all = |f: &dyn Fn(f64) -> bool| column.iter().all(|g| f(*g));
        match (all(&|g| g >= 1.0 - tolerance), all(&|g| g <= tolerance)) {
            (true, _) => gates.push(true),
            (_, true) => gates.push(false),
            _ => {
                let worst = column.iter().fold(0.0f64, |w, g| w.max(g.min(1.0 - g)));
                return Err(Error::Undecided { place: place(&format!("gate {o}")), value: worst });
            }
        }
    }
    // Only the side that a gate lets through has to be decided.
    let add = gates.contains(&true).then(|| corners(&nalu.add.weight(), tolerance, place)).transpose()?;
    let exponents = nalu.multiply.as_ref().unwrap_or(&nalu.add).weight();
    let multiply = gates.contains(&false).then(|| corners(&exponents, tolerance, place)).transpose()?;
    let (add, multiply) = (add.map(|w| sums(nodes, &w)), multiply.map(|w| products(nodes, &w)));
    let side = |(o, open): (usize, bool)| {
        let side = if open { &add } else { &multiply };
        side.as_ref().map_or_else(|| Expr::whole(0), |all| all[o].clone())
    };
    Ok(gates.into_iter().enumerate().map(side).collect())
}

/// Weights `[inputs][outputs]` as whole numbers.
fn corners(weight: &Tensor, tolerance: f64, place: &dyn Fn(&str) -> String) -> Result<Vec<Vec<i64>>> {
    let outputs = weight.size(1);
    let mut rows = Vec::new();
    for (i, row) in weight.to_vec::<f64>().chunks(outputs).enumerate() {
        if let Some(o) = row.iter().position(|w| (w - w.round()).abs() > tolerance || !w.is_finite()) {
            return Err(Error::Undecided {
                place: place(&format!("weight of input {i} to output {o}")),
                value: row[o],
            });
        }
        rows.push(row.iter().map(|w| w.round() as i64).collect());
    }
    Ok(rows)
}

fn each(nodes: &[Expr], weights: &[Vec<i64>], f: impl Fn(&mut dyn Iterator<Item = (Expr, i64)>) -> Expr) -> Vec<Expr> {
    let outputs = weights.first().map_or(0, Vec::len);
    let column = |o: usize| nodes.iter().cloned().zip(weights.iter().map(move |row| row[o])).filter(|(_, w)| *w != 0);
    (0..outputs).map(|o| f(&mut column(o))).collect()
}

fn sums(nodes: &[Expr], weights: &[Vec<i64>]) -> Vec<Expr> {
    each(nodes, weights, |terms| Expr::sum(terms.map(|(e, w)| Expr::whole(w) * e)))
}

fn products(nodes: &[Expr], weights: &[Vec<i64>]) -> Vec<Expr> {
    each(nodes, weights, |factors| {
        Expr::product(factors.map(|(e, w)| if w == 1 { e } else { e.power(Expr::whole(w)) }))
    })
}
