//! The part of a transformer block that looks at one position.

use super::{Init, Linear, Nonlinearity};
use crate::activation::Axis;
use crate::error::Result;
use crate::parameters;
use crate::site::SiteInfo;
use crate::trace::Trace;
use std::fmt::Arguments;
use symbolon_tensor::{Rng, Tensor};

/// `down(f(up(x)))`, or gated `down(f(gate(x)) · up(x))` (Shazeer 2020; with SiLU this is SwiGLU).
#[derive(Clone, Debug)]
pub struct FeedForward {
    /// `[width, hidden]`.
    pub up: Linear,
    /// `[width, hidden]`, where there is a gate.
    pub gate: Option<Linear>,
    /// `[hidden, width]`.
    pub down: Linear,
    /// `f`.
    pub nonlinearity: Nonlinearity,
}
parameters!(FeedForward { up, gate, down });

const AXES: [Axis; 3] = [Axis::Batch, Axis::Position, Axis::Unit];

impl FeedForward {
    /// A layer of its own weights, without offsets if it is gated, as in the models of either kind.
    pub fn new(rng: &mut Rng, width: usize, hidden: usize, gated: bool, f: Nonlinearity, init: Init) -> Self {
        Self {
            up: Linear::new(rng, width, hidden, !gated, init),
            gate: gated.then(|| Linear::new(rng, width, hidden, false, init)),
            down: Linear::new(rng, hidden, width, !gated, init),
            nonlinearity: f,
        }
    }
    /// `[batch, position, width]`, same shape. Sites behind `at`: `pre` (what `f` sees), `up` (what the gate is
    /// multiplied with, where there is one), `post` (the neurons: what `down` sees), `out`.
    pub fn forward(&self, x: &Tensor, at: Arguments, trace: &mut Trace) -> Result<Tensor> {
        let post = match &self.gate {
            None => {
                let pre = trace.at(format_args!("{at}.pre"), &AXES, self.up.forward(x))?;
                self.nonlinearity.forward(&pre)
            }
            Some(gate) => {
                let pre = trace.at(format_args!("{at}.pre"), &AXES, gate.forward(x))?;
                let up = trace.at(format_args!("{at}.up"), &AXES, self.up.forward(x))?;
                self.nonlinearity.forward(&pre) * up
            }
        };
        let post = trace.at(format_args!("{at}.post"), &AXES, post)?;
        trace.at(format_args!("{at}.out"), &AXES, self.down.forward(&post))
    }
    /// Its sites, in the order of a pass.
    pub fn sites(&self, at: &str, into: &mut Vec<SiteInfo>) {
        let (hidden, width) = (self.up.outputs(), self.down.outputs());
        let mut site =
            |part: &str, n| into.push(SiteInfo::new(format_args!("{at}.{part}"), &AXES, &[None, None, Some(n)]));
        site("pre", hidden);
        if self.gate.is_some() {
            site("up", hidden);
        }
        site("post", hidden);
        site("out", width);
    }
}
