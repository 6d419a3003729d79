//! Ordinary differential equations, for reduced models of training.

/// Follows `y' = slope(y)` from `y` at time `t` while `goes_on`, by Runge and Kutta's classical steps of a length that depends on
/// the state: where the state ended, and when. Ends after a million steps at the latest.
pub fn integrate<const N: usize>(
    mut y: [f64; N],
    mut t: f64,
    slope: impl Fn([f64; N]) -> [f64; N],
    step: impl Fn(&[f64; N]) -> f64,
    goes_on: impl Fn(&[f64; N]) -> bool,
) -> ([f64; N], f64) {
    let moved = |y: &[f64; N], k: &[f64; N], h: f64| std::array::from_fn(|i| y[i] + h * k[i]);
    for _ in 0..1_000_000 {
        if !goes_on(&y) || !t.is_finite() {
            break;
        }
        let h = step(&y);
        let a = slope(y);
        let b = slope(moved(&y, &a, h / 2.0));
        let c = slope(moved(&y, &b, h / 2.0));
        let d = slope(moved(&y, &c, h));
        y = std::array::from_fn(|i| y[i] + h / 6.0 * (a[i] + 2.0 * b[i] + 2.0 * c[i] + d[i]));
        t += h;
    }
    (y, t)
}

#[cfg(test)]
mod tests {
    use super::integrate;

    #[test]
    fn known_flows_end_where_they_must() {
        // y' = y^2 from 1 blows up at 1.
        let (_, t) = integrate([1.0], 0.0, |[y]| [y * y], |[y]| 0.02 / y, |[y]| *y < 1e6);
        assert!((t - 1.0).abs() < 1e-5, "{t}");
        // A quarter turn.
        let (end, t) = integrate([1.0, 0.0], 0.0, |[x, y]| [-y, x], |_| 1e-3, |[x, _]| *x > 0.0);
        assert!((t - std::f64::consts::FRAC_PI_2).abs() < 1e-3 && (end[1] - 1.0).abs() < 1e-5);
    }
}
