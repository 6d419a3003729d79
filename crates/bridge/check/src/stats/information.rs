//! How much distributions over finitely many outcomes have in common.

use super::{pairs, sample};
use crate::error::{Error, Result};

/// Refuses what is no distribution.
fn distribution(statistic: &'static str, p: &[f64]) -> Result<()> {
    sample(statistic, p, 1)?;
    let total: f64 = p.iter().sum();
    match p.iter().all(|x| *x >= 0.0) && (total - 1.0).abs() < 1e-6 {
        true => Ok(()),
        false => Err(Error::Sample { statistic, problem: format!("numbers that sum to {total} are no distribution") }),
    }
}

/// The total variation between two distributions over the same outcomes, 0 (equal) to 1: the largest difference of the
/// probabilities that they give to any event.
///
/// # Errors
/// [`Error::Sample`] for different lengths, or numbers that are no distribution.
pub fn total_variation(p: &[f64], q: &[f64]) -> Result<f64> {
    let name = "total variation";
    pairs(name, p.len(), q.len())?;
    distribution(name, p)?;
    distribution(name, q)?;
    Ok(p.iter().zip(q).map(|(a, b)| (a - b).abs()).sum::<f64>() / 2.0)
}

/// The uncertainty coefficient of Theil (1970), 0 to 1: which share of the entropy of the first variable the second one tells.
/// `joint` is their joint distribution `[first, second]`, row by row with `columns` values of the second; 0 where the first is
/// certain.
///
/// # Errors
/// [`Error::Sample`] for rows that are not whole, or numbers that are no distribution.
pub fn uncertainty_coefficient(joint: &[f64], columns: usize) -> Result<f64> {
    let name = "uncertainty coefficient";
    distribution(name, joint)?;
    if columns == 0 || !joint.len().is_multiple_of(columns) {
        let problem = format!("{} numbers do not make rows of {columns}", joint.len());
        return Err(Error::Sample { statistic: name, problem });
    }
    let rows: Vec<f64> = joint.chunks(columns).map(|r| r.iter().sum()).collect();
    let column: Vec<f64> = (0..columns).map(|j| joint.iter().skip(j).step_by(columns).sum()).collect();
    let part = |p: f64, q: f64| if p > 0.0 { p * (p / q).ln() } else { 0.0 };
    let cell = |(c, &p): (usize, &f64)| part(p, rows[c / columns] * column[c % columns]);
    let mutual: f64 = joint.iter().enumerate().map(cell).sum();
    let entropy: f64 = rows.iter().map(|&p| -part(p, 1.0)).sum();
    Ok(mutual / entropy.max(1e-12))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(total_variation(&[0.5, 0.5, 0.0], &[0.25, 0.25, 0.5]).unwrap(), 0.5);
        assert_eq!(total_variation(&[1.0, 0.0], &[0.0, 1.0]).unwrap(), 1.0);
        assert!(total_variation(&[0.5, 0.4], &[0.5, 0.5]).is_err());
        assert!(total_variation(&[1.0], &[0.5, 0.5]).is_err());
        // Independent, the same, and a second variable that tells one of two equal bits of the first.
        let close = |joint: &[f64], columns, value: f64| {
            let found = uncertainty_coefficient(joint, columns).unwrap();
            assert!((found - value).abs() < 1e-12, "{found} {value}");
        };
        close(&[0.12, 0.28, 0.18, 0.42], 2, 0.0);
        close(&[0.3, 0.0, 0.0, 0.7], 2, 1.0);
        close(&[0.25, 0.0, 0.25, 0.0, 0.0, 0.25, 0.0, 0.25], 2, 0.5);
        close(&[0.25, 0.75], 2, 0.0);
        assert!(uncertainty_coefficient(&[0.5, 0.5], 3).is_err());
        assert!(uncertainty_coefficient(&[-0.5, 1.5], 2).is_err());
    }
}
