//! The best one-to-one assignment (Kuhn 1955; in the form with potentials and shortest augmenting paths of Jonker and Volgenant
//! 1987).

/// For each row of a square matrix of gains `[n, n]` (row-major) a column of its own, so that the sum of gains is largest.
pub(super) fn assign(gains: &[f64], n: usize) -> Vec<usize> {
    // Rows and columns are counted from one; zero is the free end of a path.
    let (mut u, mut v) = (vec![0.0; n + 1], vec![0.0; n + 1]);
    let (mut owner, mut before) = (vec![0usize; n + 1], vec![0usize; n + 1]);
    for row in 1..=n {
        owner[0] = row;
        let mut column = 0;
        let (mut least, mut used) = (vec![f64::INFINITY; n + 1], vec![false; n + 1]);
        loop {
            used[column] = true;
            let here = owner[column];
            let (mut step, mut next) = (f64::INFINITY, 0);
            for j in 1..=n {
                if used[j] {
                    continue;
                }
                let cost = -gains[(here - 1) * n + j - 1] - u[here] - v[j];
                if cost < least[j] {
                    (least[j], before[j]) = (cost, column);
                }
                if least[j] < step {
                    (step, next) = (least[j], j);
                }
            }
            for j in 0..=n {
                if used[j] {
                    u[owner[j]] += step;
                    v[j] -= step;
                } else {
                    least[j] -= step;
                }
            }
            column = next;
            if owner[column] == 0 {
                break;
            }
        }
        while column != 0 {
            let previous = before[column];
            owner[column] = owner[previous];
            column = previous;
        }
    }
    let mut to = vec![0; n];
    (1..=n).for_each(|j| to[owner[j] - 1] = j - 1);
    to
}

#[cfg(test)]
mod tests {
    use super::assign;
    use symbolon_tensor::Rng;

    /// The best of all permutations, tried one by one.
    fn brute(gains: &[f64], n: usize, row: usize, used: &mut Vec<bool>) -> f64 {
        if row == n {
            return 0.0;
        }
        let mut best = f64::NEG_INFINITY;
        for j in 0..n {
            if !used[j] {
                used[j] = true;
                best = best.max(gains[row * n + j] + brute(gains, n, row + 1, used));
                used[j] = false;
            }
        }
        best
    }

    #[test]
    fn no_permutation_is_better() {
        let mut rng = Rng::new(5);
        for n in 1..7 {
            for _ in 0..20 {
                let gains: Vec<f64> = (0..n * n).map(|_| rng.unit() * 2.0 - 1.0).collect();
                let to = assign(&gains, n);
                let mut seen = to.clone();
                seen.sort_unstable();
                assert_eq!(seen, (0..n).collect::<Vec<_>>());
                let sum: f64 = to.iter().enumerate().map(|(i, &j)| gains[i * n + j]).sum();
                assert!((sum - brute(&gains, n, 0, &mut vec![false; n])).abs() < 1e-12);
            }
        }
        assert!(assign(&[], 0).is_empty());
    }
}
