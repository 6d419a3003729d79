//! Permutation tests: how often would chance alone arrange the data so? Exact where all arrangements can be counted.

use statrs::distribution::{Binomial, DiscreteCDF};
use symbolon_tensor::Rng;

use super::{mean, sample};
use crate::error::{Error, Result};

/// Which deviations count as surprising.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// Larger numbers than chance gives.
    Greater,
    /// Smaller ones.
    Less,
    /// Both: twice the smaller of the two p-values, at most 1.
    TwoSided,
}

/// What a permutation test says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Permutation {
    /// The statistic as observed.
    pub statistic: f64,
    /// The share of arrangements at least as surprising, the observed one included: never zero.
    pub p: f64,
    /// Whether all arrangements were counted.
    pub exact: bool,
    /// How many were.
    pub arrangements: usize,
}

/// Counts arrangements on either side of what was observed.
struct Tally {
    observed: f64,
    slack: f64,
    above: usize,
    below: usize,
    all: usize,
}

impl Tally {
    fn new(observed: f64) -> Self {
        // The same arrangement added up in another order must not count as more surprising.
        Self { observed, slack: 1e-12 * observed.abs().max(1e-300), above: 0, below: 0, all: 0 }
    }
    fn count(&mut self, statistic: f64) {
        self.above += usize::from(statistic >= self.observed - self.slack);
        self.below += usize::from(statistic <= self.observed + self.slack);
        self.all += 1;
    }
    fn finish(self, tail: Tail, exact: bool) -> Permutation {
        // Drawn arrangements do not include the observed one, which is as possible as they are (Phipson and Smyth 2010).
        let extra = usize::from(!exact);
        let share = |count: usize| (count + extra) as f64 / (self.all + extra) as f64;
        let (above, below) = (share(self.above), share(self.below));
        let p = match tail {
            Tail::Greater => above,
            Tail::Less => below,
            Tail::TwoSided => (2.0 * above.min(below)).min(1.0),
        };
        Permutation { statistic: self.observed, p, exact, arrangements: self.all }
    }
}

fn enough(statistic: &'static str, budget: usize) -> Result<()> {
    match budget {
        0..20 => {
            Err(Error::Sample { statistic, problem: format!("{budget} arrangements say nothing; allow at least 20") })
        }
        _ => Ok(()),
    }
}

/// Are paired differences centred at zero? The statistic is their mean, chance flips signs. Exact when there are at most
/// `budget` flips, otherwise so many are drawn.
///
/// # Errors
/// [`Error::Sample`] for no numbers, numbers that are not finite, or a budget below 20.
pub fn permute_signs(differences: &[f64], tail: Tail, budget: usize, rng: &mut Rng) -> Result<Permutation> {
    let name = "sign-flip test";
    sample(name, differences, 1)?;
    enough(name, budget)?;
    let n = differences.len();
    let mut tally = Tally::new(mean(differences));
    let mut flipped = |flip: &mut dyn FnMut(usize) -> bool| {
        let sum: f64 = differences.iter().enumerate().map(|(i, d)| if flip(i) { -d } else { *d }).sum();
        tally.count(sum / n as f64);
    };
    let exact = n < 40 && 1usize << n <= budget;
    match exact {
        true => (0..1usize << n).for_each(|bits| flipped(&mut |i| bits >> i & 1 == 1)),
        false => (0..budget).for_each(|_| flipped(&mut |_| rng.next_u64() >> 63 == 1)),
    }
    Ok(tally.finish(tail, exact))
}

/// Do two groups have the same mean? The statistic is the difference `a - b`, chance deals the numbers out again. Exact when
/// there are at most `budget` ways to deal.
///
/// # Errors
/// [`Error::Sample`] for an empty group, numbers that are not finite, or a budget below 20.
pub fn permute_groups(a: &[f64], b: &[f64], tail: Tail, budget: usize, rng: &mut Rng) -> Result<Permutation> {
    let name = "permutation test of two groups";
    sample(name, a, 1)?;
    sample(name, b, 1)?;
    enough(name, budget)?;
    let all: Vec<f64> = a.iter().chain(b).copied().collect();
    let (k, n, total) = (a.len(), all.len(), all.iter().sum::<f64>());
    let difference = |first: f64| first / k as f64 - (total - first) / (n - k) as f64;
    let mut tally = Tally::new(difference(a.iter().sum()));
    // Both means come from one sum, which loses digits where the groups nearly agree.
    tally.slack = 1e-12 * all.iter().map(|x| x.abs()).sum::<f64>().max(1e-300);
    let exact = ways(n, k).is_some_and(|w| w <= budget);
    if exact {
        let mut chosen: Vec<usize> = (0..k).collect();
        loop {
            tally.count(difference(chosen.iter().map(|&i| all[i]).sum()));
            // The next choice in lexicographic order: move the last index that can move.
            let Some(i) = (0..k).rfind(|&i| chosen[i] < n - k + i) else { break };
            let from = chosen[i] + 1;
            chosen[i..].iter_mut().zip(from..).for_each(|(c, to)| *c = to);
        }
    } else {
        let mut order = all.clone();
        for _ in 0..budget {
            // The first k places of a shuffle are a fair deal.
            (0..k).for_each(|i| order.swap(i, i + rng.below(n - i)));
            tally.count(difference(order[..k].iter().sum()));
        }
    }
    Ok(tally.finish(tail, exact))
}

/// Does a statistic of `n` examples and their labels depend on which label goes with which example? `statistic` gets, for
/// each example, whose label it has; chance permutes them. Exact when `n!` is at most `budget`.
///
/// # Errors
/// [`Error::Sample`] for no examples, a statistic that is no number, or a budget below 20.
pub fn permute_labels(
    n: usize,
    tail: Tail,
    budget: usize,
    rng: &mut Rng,
    statistic: impl Fn(&[usize]) -> f64,
) -> Result<Permutation> {
    let name = "permutation test of labels";
    enough(name, budget)?;
    if n == 0 {
        return Err(Error::Sample { statistic: name, problem: "there are no examples".into() });
    }
    let mut order: Vec<usize> = (0..n).collect();
    let mut undefined = None;
    let mut measure = |order: &[usize]| {
        let s = statistic(order);
        undefined = undefined.or((!s.is_finite()).then_some(s));
        s
    };
    let mut tally = Tally::new(measure(&order));
    let exact = (1..=n).try_fold(1usize, |a, b| a.checked_mul(b)).is_some_and(|all| all <= budget);
    if exact {
        // Heap's algorithm, without recursion.
        let mut turns = vec![0; n];
        tally.count(measure(&order));
        let mut i = 0;
        while i < n {
            if turns[i] < i {
                order.swap(if i % 2 == 0 { 0 } else { turns[i] }, i);
                tally.count(measure(&order));
                turns[i] += 1;
                i = 0;
            } else {
                turns[i] = 0;
                i += 1;
            }
        }
    } else {
        for _ in 0..budget {
            (1..n).rev().for_each(|i| order.swap(i, rng.below(i + 1)));
            tally.count(measure(&order));
        }
    }
    match undefined {
        Some(s) => Err(Error::Sample { statistic: name, problem: format!("the statistic is {s} on an arrangement") }),
        None => Ok(tally.finish(tail, exact)),
    }
}

/// Are differences as often positive as negative? The exact binomial test; zeros do not count.
///
/// # Errors
/// [`Error::Sample`] when no difference is left, or numbers are not finite.
pub fn sign_test(differences: &[f64], tail: Tail) -> Result<f64> {
    let name = "sign test";
    sample(name, differences, 1)?;
    let positive = differences.iter().filter(|d| **d > 0.0).count() as u64;
    let n = differences.iter().filter(|d| **d != 0.0).count() as u64;
    let coin = Binomial::new(0.5, n).ok().filter(|_| n > 0);
    let Some(coin) = coin else {
        return Err(Error::Sample { statistic: name, problem: "all differences are zero".into() });
    };
    let less = coin.cdf(positive);
    let greater = if positive == 0 { 1.0 } else { coin.sf(positive - 1) };
    Ok(match tail {
        Tail::Greater => greater,
        Tail::Less => less,
        Tail::TwoSided => (2.0 * less.min(greater)).min(1.0),
    })
}

/// In how many ways `k` of `n` can be chosen, if that can be counted.
fn ways(n: usize, k: usize) -> Option<usize> {
    (0..k.min(n - k)).try_fold(1usize, |w, i| Some(w.checked_mul(n - i)? / (i + 1)))
}
