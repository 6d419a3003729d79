//! Bins of histograms.

use crate::scale::{Axis, Spacing};

/// How the range of a histogram is divided.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Bins {
    /// Width 2 IQR n^(-1/3) (Freedman and Diaconis 1981), between 5 and 60 bins.
    #[default]
    Auto,
    /// This many bins of equal width (1 to 500).
    Count(usize),
    /// Bins of this width, with edges at its multiples. If that were more than 500 bins, as for `Auto`.
    Width(f64),
}

/// Edges in rising order, for all sets of values together; empty if no value has a place on the axis.
pub(crate) fn edges(sets: &[&[f64]], bins: Bins, axis: &Axis) -> Vec<f64> {
    let log = axis.spacing == Spacing::Log;
    let within = |v: &f64| axis.low.is_none_or(|l| *v >= l) && axis.high.is_none_or(|h| *v <= h);
    let shown = sets.iter().flat_map(|s| s.iter().copied()).filter(|v| axis.shows(*v)).filter(within);
    let mut values: Vec<f64> = shown.map(|v| if log { v.log10() } else { v.clamp(-1e300, 1e300) }).collect();
    values.sort_by(f64::total_cmp);
    let (Some(&low), Some(&high)) = (values.first(), values.last()) else { return Vec::new() };
    let back = |v: f64| if log { 10f64.powf(v) } else { v };
    let (low, high) = if high - low > low.abs().max(1e-300) * 1e-9 {
        (low, high)
    } else {
        let half = if low == 0.0 { 0.5 } else { low.abs() * 0.05 };
        (low - half, high + half)
    };
    if let Bins::Width(width) = bins
        && width.is_finite()
        && width > 0.0
        && !log
        && (high - low) / width <= 499.0
    {
        let first = (low / width).floor();
        let count = ((high / width).floor() - first) as usize + 1;
        return (0..=count).map(|i| (first + i as f64) * width).collect();
    }
    let count = match bins {
        Bins::Count(n) => n.clamp(1, 500),
        _ => {
            let quantile = |q: f64| values[((values.len() - 1) as f64 * q) as usize];
            let width = 2.0 * (quantile(0.75) - quantile(0.25)) / (values.len() as f64).cbrt();
            let wanted = if width > 0.0 { (high - low) / width } else { 5.0 };
            wanted.ceil().clamp(5.0, 60.0) as usize
        }
    };
    (0..=count).map(|i| back(low + (high - low) * (i as f64 / count as f64))).collect()
}

/// How many values fall into each bin; the last bin holds its upper edge too.
pub(crate) fn count(values: &[f64], edges: &[f64]) -> Vec<usize> {
    let mut counts = vec![0; edges.len().saturating_sub(1)];
    for &v in values.iter().filter(|v| v.is_finite()) {
        let at = edges.partition_point(|&e| e <= v);
        if at >= 1 && at < edges.len() {
            counts[at - 1] += 1;
        } else if let (true, Some(&last)) = (at == edges.len(), edges.last()) {
            // Powers of ten do not come back exactly from their logarithms.
            if let (true, Some(n)) = (v <= last * (1.0 + last.signum() * 1e-12), counts.last_mut()) {
                *n += 1;
            }
        } else if let (true, Some(&first)) = (at == 0, edges.first())
            && let (true, Some(n)) = (v >= first * (1.0 - first.signum() * 1e-12), counts.first_mut())
        {
            *n += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_bins() {
        let axis = Axis::new("x");
        let edges = edges(&[&[1.0, 2.0, 2.5, 7.9]], Bins::Width(2.0), &axis);
        assert_eq!(edges, [0.0, 2.0, 4.0, 6.0, 8.0]);
        assert_eq!(count(&[1.0, 2.0, 2.5, 7.9, 9.0, f64::NAN], &edges), [1, 2, 0, 1]);
    }

    proptest! {
        #[test]
        fn every_value_is_in_one_bin(values in prop::collection::vec(-1e6f64..1e6, 1..200), n in 1usize..50, log: bool) {
            let values: Vec<f64> = if log { values.iter().map(|v| v.abs() + 1e-3).collect() } else { values };
            let axis = if log { Axis::new("x").log() } else { Axis::new("x") };
            for bins in [Bins::Auto, Bins::Count(n), Bins::Width(5e4)] {
                let edges = edges(&[&values], bins, &axis);
                prop_assert!(edges.windows(2).all(|w| w[0] < w[1]));
                prop_assert_eq!(count(&values, &edges).iter().sum::<usize>(), values.len());
            }
        }
    }
}
