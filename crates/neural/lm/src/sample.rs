//! Choosing the next token: temperature, nucleus and the rest, from a seed.
//!
//! The steps come in the order that is customary: repetition penalty (Keskar et al. 2019), temperature, top-k
//! (Fan et al. 2018), top-p or nucleus (Holtzman et al. 2020), min-p; then one draw. Temperature zero takes the
//! likeliest token, the lowest number among equals.

use crate::error::{Error, Result};
use symbolon_tensor::Rng;

/// How tokens are drawn.
///
/// ```
/// use symbolon_lm::{Sampler, Sampling};
/// let logits = [0.0, 3.0, 1.0];
/// assert_eq!(Sampler::new(Sampling::greedy(), 0)?.next(&logits, &[])?, 1);
/// let mut a = Sampler::new(Sampling { temperature: 0.8, top_p: 0.9, ..Sampling::default() }, 7)?;
/// let mut b = a.clone();
/// assert_eq!(a.next(&logits, &[])?, b.next(&logits, &[])?);
/// # Ok::<(), symbolon_lm::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Sampling {
    /// What logits are divided by; zero takes the likeliest token.
    pub temperature: f64,
    /// Only so many of the likeliest tokens.
    pub top_k: Option<usize>,
    /// Only the likeliest tokens that together reach this probability; 1 takes all.
    pub top_p: f64,
    /// Only tokens at least this many times as likely as the likeliest; 0 takes all.
    pub min_p: f64,
    /// Tokens that occurred before: positive logits are divided by this, negative ones multiplied; 1 changes nothing.
    pub repetition_penalty: f64,
}

impl Default for Sampling {
    /// The model's own distribution.
    fn default() -> Self {
        Self { temperature: 1.0, top_k: None, top_p: 1.0, min_p: 0.0, repetition_penalty: 1.0 }
    }
}

impl Sampling {
    /// The likeliest token every time.
    pub fn greedy() -> Self {
        Self { temperature: 0.0, ..Self::default() }
    }

    /// Checks that every setting is in its range.
    ///
    /// # Errors
    /// Names the setting, its value and its range.
    pub fn check(&self) -> Result<()> {
        let bad = |name: &str, value: f64, range: &str| {
            Err(Error::Sampling(format!("{name} is {value}; it must be {range}")))
        };
        match self {
            s if !(s.temperature >= 0.0 && s.temperature.is_finite()) => bad("temperature", s.temperature, "0 or more"),
            s if !(s.top_p > 0.0 && s.top_p <= 1.0) => bad("top_p", s.top_p, "above 0, at most 1"),
            s if !(0.0..=1.0).contains(&s.min_p) => bad("min_p", s.min_p, "from 0 to 1"),
            s if s.top_k == Some(0) => bad("top_k", 0.0, "1 or more"),
            s if !(s.repetition_penalty > 0.0 && s.repetition_penalty.is_finite()) => {
                bad("repetition_penalty", s.repetition_penalty, "above 0")
            }
            _ => Ok(()),
        }
    }

    /// The distribution that tokens are drawn from: (token, probability), likeliest first. Tokens with logit
    /// `-inf` are left out. `before` are the tokens so far.
    ///
    /// # Errors
    /// When a logit is not a number or `+inf`, or every token is excluded.
    pub fn distribution(&self, logits: &[f32], before: &[u32]) -> Result<Vec<(u32, f64)>> {
        if let Some(at) = logits.iter().position(|x| x.is_nan() || *x == f32::INFINITY) {
            return Err(Error::Sampling(format!("the logit of token {at} is {}", logits[at])));
        }
        let mut x: Vec<(u32, f64)> = logits.iter().enumerate().map(|(i, &l)| (i as u32, f64::from(l))).collect();
        if self.repetition_penalty != 1.0 {
            let mut seen = before.to_vec();
            seen.sort_unstable();
            seen.dedup();
            for token in seen {
                if let Some((_, l)) = x.get_mut(token as usize) {
                    *l = if *l > 0.0 { *l / self.repetition_penalty } else { *l * self.repetition_penalty };
                }
            }
        }
        x.retain(|t| t.1 > f64::NEG_INFINITY);
        // Likeliest first; the lower number first among equals, so that nothing depends on the sort.
        let order = |a: &(u32, f64), b: &(u32, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        let keep = if self.temperature == 0.0 { 1 } else { self.top_k.unwrap_or(usize::MAX) };
        if keep < x.len() {
            x.select_nth_unstable_by(keep - 1, order);
            x.truncate(keep);
        }
        x.sort_unstable_by(order);
        let Some(&(_, top)) = x.first() else {
            return Err(Error::Sampling("every token is excluded".into()));
        };
        let temperature = if self.temperature == 0.0 { 1.0 } else { self.temperature };
        x.iter_mut().for_each(|t| t.1 = ((t.1 - top) / temperature).exp());
        normalise(&mut x);
        let mut total = 0.0;
        let nucleus = x.iter().position(|t| {
            total += t.1;
            total >= self.top_p
        });
        if let (true, Some(last)) = (self.top_p < 1.0, nucleus) {
            x.truncate(last + 1);
        }
        let least = self.min_p * x[0].1;
        x.retain(|t| t.1 >= least);
        normalise(&mut x);
        Ok(x)
    }
}

fn normalise(x: &mut [(u32, f64)]) {
    let total: f64 = x.iter().map(|t| t.1).sum();
    x.iter_mut().for_each(|t| t.1 /= total);
}

/// Draws tokens with one way of [`Sampling`] from one seed.
#[derive(Clone, Debug)]
pub struct Sampler {
    how: Sampling,
    rng: Rng,
}

impl Sampler {
    /// A sampler; the same seed draws the same tokens.
    ///
    /// # Errors
    /// When a setting is out of its range.
    pub fn new(how: Sampling, seed: u64) -> Result<Self> {
        how.check()?;
        Ok(Self { how, rng: Rng::new(seed) })
    }
    /// The next token; `before` are the tokens so far, for the repetition penalty.
    ///
    /// # Errors
    /// When a logit is not a number, or every token is excluded.
    pub fn next(&mut self, logits: &[f32], before: &[u32]) -> Result<u32> {
        let among = self.how.distribution(logits, before)?;
        if among.len() == 1 {
            return Ok(among[0].0);
        }
        let mut left = self.rng.unit();
        let hit = among.iter().find(|t| {
            left -= t.1;
            left < 0.0
        });
        Ok(hit.unwrap_or(&among[among.len() - 1]).0)
    }
}
