//! Backward rules as values: exchange how cotangents pass through an operation, for a scope.
//!
//! An attribution method *is* a set of backward rules over the same tape: guided backpropagation changes what ReLU
//! passes on, layer-wise relevance propagation changes what a matrix product does with its cotangent, a frozen
//! attention pattern passes nothing through the softmax. The forward pass stays as it is; the same recorded graph can
//! be walked under one set after the other.
//!
//! ```
//! use symbolon_tensor::{Tensor, rules::{Rules, with_rules}};
//! let x = Tensor::from([1.0f64, 1.0]).variable();
//! let w = Tensor::from([[1.0f64, -1.0], [2.0, -2.0]]);
//! let y = (x.matmul(&w).relu() * Tensor::from([1.0f64, 1.0])).sum();
//! let plain = y.grad(&[&x]).remove(0);
//! let relevance = with_rules(Rules::lrp_epsilon(1e-9), || {
//!     symbolon_tensor::grad(&[&y], &[&y.detach()], &[&x], symbolon_tensor::Create::None)
//! }).remove(0).unwrap();
//! // For a network of ReLUs without offsets, relevance is gradient times input.
//! assert!(relevance.is_close(&(plain * x.detach()), 1e-6, 1e-6));
//! ```
//!
//! A rule is a function from a [`Step`] to one cotangent for each operand, or `None` to leave the step to the
//! ordinary gradient. Rules are chosen by the kind of an operation ([`Rules::on`]) or by the name given to its result
//! with [`Tensor::named`](crate::Tensor::named) ([`Rules::at`]); names win over kinds, later over earlier, inner
//! scopes over outer ones. Third parties write their own:
//!
//! ```
//! use symbolon_tensor::{Grads, Step, Tensor, rules::{Rules, with_rules}};
//! let double = Rules::new("double").on(&["exp"], |s: &Step| {
//!     Some(s.standard().into_iter().map(|g| g.map(|g| g * 2.0)).collect::<Grads>())
//! });
//! let x = Tensor::scalar(0.0f64).variable();
//! let y = x.exp();
//! assert_eq!(with_rules(double, || y.grad(&[&x]))[0].item(), 2.0);
//! ```

mod frozen;
mod gates;
mod relevance;

use crate::tape::{Grads, Mode, Step, mode, with_mode};
use std::fmt;
use std::sync::Arc;

/// How cotangents pass through an operation.
pub trait Rule: Send + Sync {
    /// One cotangent for each operand, or `None` for the ordinary gradient.
    fn backward(&self, step: &Step) -> Option<Grads>;
}

impl<F: Fn(&Step) -> Option<Grads> + Send + Sync> Rule for F {
    fn backward(&self, step: &Step) -> Option<Grads> {
        self(step)
    }
}

/// A set of backward rules. Cheap to clone.
#[derive(Clone)]
pub struct Rules {
    name: String,
    kinds: Vec<(&'static [&'static str], Arc<dyn Rule>)>,
    sites: Vec<(String, Arc<dyn Rule>)>,
    outer: Option<Arc<Rules>>,
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rules({})", self.name)
    }
}

impl Rules {
    /// An empty set: the ordinary gradient everywhere.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), kinds: Vec::new(), sites: Vec::new(), outer: None }
    }
    /// The ordinary gradient, under its name.
    pub fn gradient() -> Self {
        Self::new("gradient")
    }
    /// The set's name.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// A rule for operations of these kinds.
    pub fn on(mut self, kinds: &'static [&'static str], rule: impl Rule + 'static) -> Self {
        self.kinds.push((kinds, Arc::new(rule)));
        self
    }
    /// A rule for results whose name matches: `*` stands for any part between dots, `**` for anything.
    pub fn at(mut self, pattern: impl Into<String>, rule: impl Rule + 'static) -> Self {
        self.sites.push((pattern.into(), Arc::new(rule)));
        self
    }
    /// These rules and another set's; the other's win where both have one.
    pub fn and(mut self, other: Rules) -> Self {
        self.name = format!("{} and {}", self.name, other.name);
        self.kinds.extend(other.kinds);
        self.sites.extend(other.sites);
        self
    }

    pub(crate) fn backward(&self, step: &Step) -> Option<Grads> {
        let by_name = step.name().and_then(|name| {
            (self.sites.iter().rev().filter(|(p, _)| matches(p, name))).find_map(|(_, rule)| rule.backward(step))
        });
        let by_kind = || {
            let kind = step.op().kind();
            self.kinds.iter().rev().filter(|(kinds, _)| kinds.contains(&kind)).find_map(|(_, r)| r.backward(step))
        };
        by_name.or_else(by_kind).or_else(|| self.outer.as_ref().and_then(|o| o.backward(step)))
    }
}

/// Runs `f` with other backward rules: every gradient taken inside uses them.
pub fn with_rules<R>(rules: Rules, f: impl FnOnce() -> R) -> R {
    let now = mode();
    let rules = Rules { outer: now.rules.clone(), ..rules };
    with_mode(Mode { rules: Some(Arc::new(rules)), ..now }, f)
}

/// Whether a name fits a pattern: `*` within one part, `**` across dots.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    match pattern.find('*') {
        None => pattern == name,
        Some(at) => {
            let Some(rest) = name.strip_prefix(&pattern[..at]) else { return false };
            let across = pattern[at..].starts_with("**");
            let after = &pattern[at + if across { 2 } else { 1 }..];
            let end = if across { rest.len() } else { rest.find('.').unwrap_or(rest.len()) };
            (0..=end).filter(|&i| rest.is_char_boundary(i)).any(|i| matches(after, &rest[i..]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns() {
        for (pattern, name, fits) in [
            ("blocks.*.mlp.out", "blocks.3.mlp.out", true),
            ("blocks.*.out", "blocks.3.mlp.out", false),
            ("blocks.**.out", "blocks.3.mlp.out", true),
            ("blocks.*", "blocks.12", true),
            ("**", "anything.at.all", true),
            ("a*c*", "abc", true),
            ("embed", "embeds", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }
}
