//! B-splines: the basis functions of each input on a grid of its own, and how grids follow the data.
//!
//! A spline of degree `k` over `G` intervals is a weighted sum of `G + k` bumps, of which `k + 1` are not zero at any one
//! place (de Boor 1978). Knots are `[inputs, G + 2k + 1]`: the grid itself, `G + 1` of them, and `k` more on either side. At
//! a distance beyond those all bumps are zero: the spline says nothing there.

use symbolon_tensor::{DType, Tensor, custom_vjp};

/// The highest degree.
pub const STEEPEST: usize = 7;

/// Basis functions, or their derivatives of an order: `x` `[batch, inputs]` and `knots` `[inputs, G + 2k + 1]` give
/// `[batch, inputs, G + k]`. Differentiable in `x` as often as one likes; knots count as constant.
///
/// ```
/// use symbolon_net::layers::spline;
/// use symbolon_tensor::Tensor;
/// let knots = spline::uniform(1, [0.0, 1.0], 4, 3);
/// let bumps = spline::basis(&Tensor::from([[0.3f64]]), &knots, 3, 0);
/// assert_eq!(bumps.shape(), [1, 1, 7]);
/// assert!((bumps.sum().item() - 1.0).abs() < 1e-12);
/// ```
///
/// # Panics
/// When there are not as many rows of knots as inputs, or too few knots for the degree.
#[track_caller]
pub fn basis(x: &Tensor, knots: &Tensor, degree: usize, order: usize) -> Tensor {
    let (knots, own) = (knots.detach(), knots.detach());
    custom_vjp(
        "bspline_basis",
        &[x],
        |x| filled(&x[0], &own, degree, order),
        move |s| vec![Some(weighted(&s.input(0), s.cotangent(), &knots, degree, order + 1))],
    )
}

/// `Σ_c w_c B_c(x)` for weights `[batch, inputs, G + k]`: what [`basis`] needs on the way back, without its zeros.
#[track_caller]
pub fn weighted(x: &Tensor, weights: &Tensor, knots: &Tensor, degree: usize, order: usize) -> Tensor {
    let (knots, own) = (knots.detach(), knots.detach());
    custom_vjp(
        "bspline_weighted",
        &[x, weights],
        |x| summed(&x[0], &x[1], &own, degree, order),
        move |s| {
            let (x, w, g) = (s.input(0), s.input(1), s.cotangent());
            let of_x = s.needs(0).then(|| g * weighted(&x, &w, &knots, degree, order + 1));
            let of_w = s.needs(1).then(|| g.unsqueeze(-1) * basis(&x, &knots, degree, order));
            vec![of_x, of_w]
        },
    )
}

/// The same equally spaced grid for each of some inputs, with its knots outside: `[inputs, intervals + 2 degree + 1]`.
pub fn uniform(inputs: usize, [low, high]: [f64; 2], intervals: usize, degree: usize) -> Tensor {
    let step = (high - low) / intervals as f64;
    let knots: Vec<f64> = (0..=intervals + 2 * degree).map(|i| low + step * (i as f64 - degree as f64)).collect();
    Tensor::from(knots).unsqueeze(0).expand([inputs, intervals + 2 * degree + 1]).contiguous()
}

/// A grid with knots added at both sides, at the grid's mean distance.
pub(super) fn extended(grid: &[f64], degree: usize) -> Vec<f64> {
    let (first, last) = (grid[0], grid[grid.len() - 1]);
    let step = (last - first) / (grid.len() - 1) as f64;
    let below = (1..=degree).rev().map(|i| first - step * i as f64);
    let above = (1..=degree).map(|i| last + step * i as f64);
    below.chain(grid.iter().copied()).chain(above).collect()
}

/// The grid inside of knots.
pub(super) fn inner(knots: &[f64], degree: usize) -> &[f64] {
    &knots[degree..knots.len() - degree]
}

/// A grid of other fineness: its knots lie evenly on the curve of the old ones, so that a multiple of the old number of
/// intervals keeps all old knots, and with them every spline.
pub(super) fn resampled(grid: &[f64], intervals: usize) -> Vec<f64> {
    let old = grid.len() - 1;
    let at = |j: usize| {
        let place = j * old;
        let (i, part) = (place / intervals, (place % intervals) as f64 / intervals as f64);
        if part == 0.0 { grid[i] } else { grid[i] + part * (grid[i + 1] - grid[i]) }
    };
    (0..=intervals).map(at).collect()
}

/// A grid that follows samples: `blend` of an even one and the rest of the samples' quantiles. `None` for a column that is
/// constant: all its knots would be equal.
pub(super) fn following(column: &mut [f64], intervals: usize, blend: f64) -> Option<Vec<f64>> {
    column.sort_by(f64::total_cmp);
    let (low, high) = (*column.first()?, *column.last()?);
    let span = high - low;
    if !span.is_finite() || span <= 1e-9 * (1.0 + low.abs().max(high.abs())) {
        return None;
    }
    let quantile = |j: usize| {
        let at = j as f64 / intervals as f64 * (column.len() - 1) as f64;
        let (i, part) = (at.floor() as usize, at.fract());
        let next = column[(i + 1).min(column.len() - 1)];
        column[i] + part * (next - column[i])
    };
    let even = |j: usize| low + span * j as f64 / intervals as f64;
    Some((0..=intervals).map(|j| blend * even(j) + (1.0 - blend) * quantile(j)).collect())
}

/// Coefficients `[inputs, G + k, outputs]` of the splines that come nearest to `y` `[batch, inputs, outputs]` at `x`
/// `[batch, inputs]`, by least squares; and the inputs whose samples do not determine them (fewer samples than basis functions,
/// or intervals without samples), for which the smallest coefficients are taken (ridge). Computes in `f64`.
pub(super) fn fitted(x: &Tensor, y: &Tensor, knots: &Tensor, degree: usize) -> (Tensor, Vec<usize>) {
    let (x, y, knots) = (x.detach().to(DType::F64), y.detach().to(DType::F64), knots.detach().to(DType::F64));
    let bumps = basis(&x, &knots, degree, 0);
    let (count, outputs) = (bumps.size(2), y.size(2));
    let mut poor = Vec::new();
    let solve = |i: usize| {
        let a = bumps.narrow(1, i..i + 1).reshape([x.size(0), count]);
        let b = y.narrow(1, i..i + 1).reshape([x.size(0), outputs]);
        let most = 1e4 * (b.abs().max().item() + 1e-12);
        let exact = (a.size(0) >= count).then(|| a.least_squares(&b).ok()).flatten();
        // Coefficients of a spline are of the size of its values.
        if let Some(c) = exact.filter(|c| c.abs().max().item() <= most) {
            return c;
        }
        poor.push(i);
        let square = a.t().matmul(&a);
        let ridge = 1e-9 * square.trace().item() / count as f64 + 1e-12;
        let square = square + Tensor::eye(count, DType::F64) * ridge;
        square.solve(&a.t().matmul(&b)).unwrap_or_else(|_| Tensor::zeros([count, outputs], DType::F64))
    };
    let all: Vec<Tensor> = (0..x.size(1)).map(solve).collect();
    (Tensor::stack(&all.iter().collect::<Vec<_>>(), 0), poor)
}

/// Where `x` lies: the first of the `degree + 1` basis functions that are not zero there (negative or too large ones do not
/// exist), and their values, or those of a derivative.
fn local(x: f64, t: &[f64], k: usize, order: usize) -> Option<(isize, [f64; STEEPEST + 1])> {
    let mut values = [0.0; STEEPEST + 1];
    let last = t.len() - 1 - k;
    // The grid's end belongs to its last interval.
    let m = if x == t[last] { last } else { t.partition_point(|t| *t <= x) };
    if m == 0 || m == t.len() || x.is_nan() || order > k {
        return None;
    }
    let m = m - 1;
    let ratio = |a: f64, b: f64| if b == 0.0 { 0.0 } else { a / b };
    // Knots beyond either end of the list multiply functions that do not exist.
    let knot = |i: isize| t[i.clamp(0, t.len() as isize - 1) as usize];
    values[0] = 1.0;
    let m = m as isize;
    // Cox and de Boor: degree q from q - 1, in place; function m - q + c stands at c.
    for q in 1..=k - order {
        let mut saved = 0.0;
        for (c, value) in values[..q].iter_mut().enumerate() {
            let (left, right) = (knot(m + 1 + c as isize - q as isize), knot(m + 1 + c as isize));
            let part = ratio(*value, right - left);
            *value = saved + (right - x) * part;
            saved = (x - left) * part;
        }
        values[q] = saved;
    }
    // Derivatives raise the degree again: B'_c = q (B_c / (t_{c+q} - t_c) - B_{c+1} / (t_{c+q+1} - t_{c+1})).
    for q in k - order + 1..=k {
        let mut before = 0.0;
        for (c, value) in values[..q].iter_mut().enumerate() {
            let (left, right) = (knot(m + 1 + c as isize - q as isize), knot(m + 1 + c as isize));
            let part = q as f64 * ratio(*value, right - left);
            *value = before - part;
            before = part;
        }
        values[q] = before;
    }
    Some((m - k as isize, values))
}

/// Goes over all entries of `x`: their number, the first basis function that exists there, and values from there on.
fn each(x: &Tensor, knots: &Tensor, degree: usize, order: usize, mut f: impl FnMut(usize, usize, &[f64])) {
    let (inputs, width) = (x.size(1), knots.size(1));
    assert_eq!(knots.size(0), inputs, "b-spline: rows of knots for {inputs} inputs");
    assert!(width > 2 * degree + 1 && degree <= STEEPEST, "b-spline: {width} knots for degree {degree}");
    let count = width - degree - 1;
    let t = knots.to_vec::<f64>();
    for (i, &x) in x.to_vec::<f64>().iter().enumerate() {
        let row = i % inputs;
        let Some((first, values)) = local(x, &t[row * width..(row + 1) * width], degree, order) else { continue };
        let from = first.max(0) as usize;
        let skip = (from as isize - first) as usize;
        let until = (first + degree as isize + 1).clamp(0, count as isize) as usize;
        if from < until {
            f(i, from, &values[skip..skip + until - from]);
        }
    }
}

fn filled(x: &Tensor, knots: &Tensor, degree: usize, order: usize) -> Tensor {
    let count = knots.size(1) - degree - 1;
    let shape = [x.size(0), x.size(1), count];
    // In the kind of number of the input, so that nothing is written twice.
    match x.dtype() {
        DType::F64 => {
            let mut out = vec![0.0f64; x.len() * count];
            each(x, knots, degree, order, |i, from, v| {
                out[i * count + from..i * count + from + v.len()].copy_from_slice(v);
            });
            Tensor::new(out, shape)
        }
        _ => {
            let mut out = vec![0.0f32; x.len() * count];
            each(x, knots, degree, order, |i, from, v| {
                out[i * count + from..].iter_mut().zip(v).for_each(|(o, v)| *o = *v as f32);
            });
            Tensor::new(out, shape)
        }
    }
    .expect("made with this shape")
}

fn summed(x: &Tensor, weights: &Tensor, knots: &Tensor, degree: usize, order: usize) -> Tensor {
    let count = knots.size(1) - degree - 1;
    let mut out = vec![0.0f64; x.len()];
    match weights.dtype() {
        DType::F64 => {
            let w = weights.to_vec::<f64>();
            each(x, knots, degree, order, |i, from, v| {
                out[i] = w[i * count + from..].iter().zip(v).map(|(w, v)| w * v).sum();
            });
        }
        _ => {
            let w = weights.to_vec::<f32>();
            each(x, knots, degree, order, |i, from, v| {
                out[i] = w[i * count + from..].iter().zip(v).map(|(w, v)| f64::from(*w) * v).sum();
            });
        }
    }
    Tensor::new(out, [x.size(0), x.size(1)]).expect("made with this shape").to(x.dtype())
}

#[cfg(test)]
mod tests {
    use super::*;
    use symbolon_tensor::Rng;

    /// Cox and de Boor as in the books: B_c of degree k from two of degree k - 1.
    fn recursive(x: f64, t: &[f64], c: usize, k: usize) -> f64 {
        if k == 0 {
            return f64::from(u8::from(t[c] <= x && x < t[c + 1]));
        }
        let part = |a: f64, b: f64, v: f64| if b == 0.0 { 0.0 } else { a / b * v };
        part(x - t[c], t[c + k] - t[c], recursive(x, t, c, k - 1))
            + part(t[c + k + 1] - x, t[c + k + 1] - t[c + 1], recursive(x, t, c + 1, k - 1))
    }

    #[test]
    fn basis_functions_are_those_of_the_recursion() {
        let mut rng = Rng::new(1);
        for degree in 0..=4 {
            let mut grid: Vec<f64> = (0..7).map(|_| rng.unit() * 2.0 - 1.0).collect();
            grid.sort_by(f64::total_cmp);
            let knots = extended(&grid, degree);
            let x: Vec<f64> = (0..60).map(|_| rng.unit() * 4.0 - 2.0).collect();
            let table = Tensor::new(knots.clone(), [1, knots.len()]).unwrap();
            let ours = basis(&Tensor::new(x.clone(), [60, 1]).unwrap(), &table, degree, 0).to_vec::<f64>();
            for (i, x) in x.iter().enumerate() {
                for c in 0..6 + degree {
                    let expected = recursive(*x, &knots, c, degree);
                    let found = ours[i * (6 + degree) + c];
                    assert!((found - expected).abs() < 1e-12, "degree {degree}, B_{c}({x}) = {found}, not {expected}");
                }
            }
        }
    }

    #[test]
    fn derivatives_of_any_order_are_those_of_differences() {
        let knots = uniform(1, [-1.0, 1.0], 5, 3);
        for order in 0..3 {
            for x in [-1.3, -0.77, 0.05, 0.61, 1.2] {
                let at = |x: f64| basis(&Tensor::from([[x]]), &knots, 3, order).to_vec::<f64>();
                let (low, high) = (at(x - 1e-5), at(x + 1e-5));
                let slope = basis(&Tensor::from([[x]]), &knots, 3, order + 1).to_vec::<f64>();
                for c in 0..8 {
                    assert!((slope[c] - (high[c] - low[c]) / 2e-5).abs() < 1e-4, "order {order} at {x}");
                }
            }
        }
        assert!(basis(&Tensor::from([[0.1]]), &knots, 3, 4).abs().sum().item() == 0.0);
    }

    #[test]
    fn the_tape_differentiates_twice_and_through_weights() {
        let knots = uniform(2, [-1.0, 1.0], 4, 3);
        let mut rng = Rng::new(2);
        let x = rng.uniform([5, 2], -0.9, 0.9, DType::F64).variable();
        let w = rng.normal([2, 7], DType::F64).variable();
        let y = |x: &Tensor| (basis(x, &knots, 3, 0) * &w).sum_axis(-1, false).square().sum();
        let first = y(&x).grad_graph(&[&x]).remove(0);
        let second = first.square().sum().grad(&[&x, &w]);
        let h = 1e-5;
        let slope = |x: &Tensor| y(x).grad_graph(&[x]).remove(0).square().sum().item();
        let mut moved = x.to_vec::<f64>();
        moved[3] += h;
        let up = slope(&Tensor::new(moved.clone(), [5, 2]).unwrap().variable());
        moved[3] -= 2.0 * h;
        let down = slope(&Tensor::new(moved, [5, 2]).unwrap().variable());
        let found = second[0].to_vec::<f64>()[3];
        assert!((found - (up - down) / (2.0 * h)).abs() < 1e-3 * (1.0 + found.abs()));
        assert!(second[1].abs().sum().item() > 0.0);
    }

    #[test]
    fn grids_follow_samples_and_refuse_constants() {
        let mut column = vec![0.0, 1.0, 2.0, 10.0, 4.0];
        assert_eq!(following(&mut column, 2, 0.0).unwrap(), [0.0, 2.0, 10.0]);
        assert_eq!(following(&mut column, 2, 1.0).unwrap(), [0.0, 5.0, 10.0]);
        assert!(following(&mut [3.0; 9], 2, 0.5).is_none());
        assert_eq!(resampled(&[0.0, 1.0, 4.0], 4), [0.0, 0.5, 1.0, 2.5, 4.0]);
        assert_eq!(extended(&[0.0, 1.0, 2.0], 2), [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0]);
    }
}
