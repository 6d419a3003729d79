//! Single numbers of a sample or a curve, without intervals.

/// The middle one of the sorted numbers; of an even number of them the upper one of the two in the middle. None of no numbers.
///
/// ```
/// use symbolon_check::stats::upper_median;
/// assert_eq!(upper_median(&[3.0, 1.0, 2.0]), Some(2.0));
/// assert_eq!(upper_median(&[3.0, 1.0, 2.0, 4.0]), Some(3.0));
/// assert_eq!(upper_median(&[]), None);
/// ```
pub fn upper_median(x: &[f64]) -> Option<f64> {
    let mut x = x.to_vec();
    x.sort_by(f64::total_cmp);
    x.get(x.len() / 2).copied()
}

/// The slope of the straight line through points that has the least squared error in the second coordinate. Not a number for
/// points without a spread in the first one.
///
/// ```
/// use symbolon_check::stats::slope;
/// // Of y = 3 x - 1, with errors that are the same on both sides.
/// assert!((slope(&[(0.0, -1.0), (1.0, 2.5), (1.0, 1.5), (2.0, 5.0)]) - 3.0).abs() < 1e-12);
/// assert!(slope(&[(1.0, 2.0)]).is_nan());
/// ```
pub fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let [mx, my] = [points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n];
    let up: f64 = points.iter().map(|p| (p.0 - mx) * (p.1 - my)).sum();
    up / points.iter().map(|p| (p.0 - mx).powi(2)).sum::<f64>()
}

/// The exponent of a power law through errors by size: the slope of the logarithms, up to the smallest error, behind which lies the
/// noise floor. At least two points are taken.
///
/// ```
/// use symbolon_check::stats::scaling_exponent;
/// let floor = [(10.0, 1e-2), (100.0, 1e-5), (1000.0, 1e-8), (10_000.0, 2e-8)];
/// assert!((scaling_exponent(&floor) + 3.0).abs() < 1e-9);
/// ```
pub fn scaling_exponent(errors: &[(f64, f64)]) -> f64 {
    let least = (0..errors.len()).min_by(|a, b| errors[*a].1.total_cmp(&errors[*b].1)).unwrap_or(0);
    let until = errors.len().min(least.max(1) + 1);
    slope(&errors[..until].iter().map(|(size, error)| (size.ln(), error.ln())).collect::<Vec<_>>())
}
