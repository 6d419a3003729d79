//! Rules for what nonlinear functions let through.

use super::Rules;
use crate::tape::Step;
use smallvec::smallvec;

impl Rules {
    /// Guided backpropagation (Springenberg et al. 2015): a ReLU passes a cotangent on only where both the unit was
    /// active and the cotangent is positive.
    pub fn guided() -> Self {
        Self::new("guided").on(&["relu"], |s: &Step| {
            let g = s.cotangent();
            Some(smallvec![Some(g.gate(&s.output()).gate(g))])
        })
    }
    /// Deconvolution (Zeiler and Fergus 2014): a ReLU passes positive cotangents on, whether or not it was active.
    pub fn deconvnet() -> Self {
        Self::new("deconvnet").on(&["relu"], |s: &Step| {
            let g = s.cotangent();
            Some(smallvec![Some(g.gate(g))])
        })
    }
    /// Soft gates: a ReLU passes `σ(sharpness · x)` of its cotangent on instead of all or nothing, so that units just
    /// below their threshold are seen too. Large `sharpness` gives the ordinary gradient.
    pub fn soft_gates(sharpness: f64) -> Self {
        Self::new("soft gates")
            .on(&["relu"], move |s: &Step| Some(smallvec![Some(s.cotangent() * (s.input(0) * sharpness).sigmoid())]))
    }
    /// Straight through: these nonlinear functions pass cotangents on unchanged.
    pub fn straight_through(kinds: &'static [&'static str]) -> Self {
        Self::new("straight through").on(kinds, |s: &Step| Some(smallvec![Some(s.cotangent().clone())]))
    }
}
