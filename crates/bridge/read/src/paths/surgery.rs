//! Transformers without some of their parts: edits of a pass that take away skip connections or feed-forward layers, keep norms,
//! and leave the weights alone. They work for every network with the sites of a transformer, while it is trained or afterwards.

use std::sync::{Arc, Mutex, PoisonError};

use symbolon_net::pretrained::{self, Pass};
use symbolon_net::{Edit, Network, Select, Trace};
use symbolon_tensor::{Tensor, no_grad};

use super::{left_by_layer, record_streams};
use crate::error::{Error, Result};

/// Which parts are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surgery {
    /// The skip connections around attention and feed-forward layers.
    pub skips: bool,
    /// The feed-forward layers; where they are not kept, a token passes them unchanged.
    pub mlps: bool,
}

impl Surgery {
    /// The four variants, with their names.
    pub const ALL: [(&str, Surgery); 4] = [
        ("whole", Surgery { skips: true, mlps: true }),
        ("no MLPs", Surgery { skips: true, mlps: false }),
        ("no skips", Surgery { skips: false, mlps: true }),
        ("attention only", Surgery { skips: false, mlps: false }),
    ];

    /// Adds the edits that do it to a trace, for a transformer of so many layers.
    pub fn on(self, mut trace: Trace, layers: usize) -> Trace {
        for l in 0..layers {
            if !self.skips {
                trace = without_skip(trace, l, "resid_pre", "attn.out");
            }
            trace = match (self.skips, self.mlps) {
                (_, false) => trace.edit(format!("blocks.{l}.mlp.out"), Edit::Zero),
                (false, true) => without_skip(trace, l, "resid_mid", "mlp.out"),
                (true, true) => trace,
            };
        }
        trace
    }
}

/// Restricts a transformer to one path: layers that it leaves out change nothing; in the others only its head speaks, without
/// a skip connection around attention. Feed-forward layers of the path keep theirs, as they mix no tokens.
pub fn along(mut trace: Trace, steps: &[Option<usize>], heads: usize) -> Trace {
    for (l, step) in steps.iter().enumerate() {
        match step {
            None => {
                trace = trace.edit(format!("blocks.{l}.attn.out"), Edit::Zero);
                trace = trace.edit(format!("blocks.{l}.mlp.out"), Edit::Zero);
            }
            Some(head) => {
                let others: Vec<usize> = (0..heads).filter(|h| h != head).collect();
                if !others.is_empty() {
                    trace = trace.edit(format!("blocks.{l}.attn.z"), Edit::Zero.at(Select::heads(others)));
                }
                trace = without_skip(trace, l, "resid_pre", "attn.out");
            }
        }
    }
    trace
}

/// The sum of what a transformer with so many heads a layer answers along some paths.
///
/// # Errors
/// [`Error::Setting`] for no paths; what a pass answers.
pub fn summed(network: &dyn Network, x: &Tensor, paths: &[Vec<Option<usize>>], heads: usize) -> Result<Tensor> {
    let mut sum: Option<Tensor> = None;
    for steps in paths {
        let said = no_grad(|| network.forward(std::slice::from_ref(x), &mut along(Trace::new(), steps, heads)))?;
        sum = Some(sum.map_or(said.clone(), |sum| sum + said));
    }
    sum.ok_or_else(|| Error::Setting { what: "paths", problem: "there are none to add up; draw at least one".into() })
}

/// What is left of a published model's tokens `[batch, position]` layer by layer, for each variant with its name: see
/// [`left_by_layer`]. The pass ends behind the last layer.
///
/// # Errors
/// What a pass answers.
pub fn collapse(network: &pretrained::Transformer, tokens: &Tensor) -> Result<Vec<(&'static str, Vec<Vec<f64>>)>> {
    let depth = network.config.layers;
    let variant = |(name, surgery): (&'static str, Surgery)| {
        let mut trace = surgery.on(record_streams(Trace::new()), depth);
        let pass = Pass { until: Some(depth), ..Pass::default() };
        no_grad(|| network.run(std::slice::from_ref(tokens), pass, &mut trace))?;
        Ok((name, left_by_layer(&trace)))
    };
    Surgery::ALL.into_iter().map(variant).collect()
}

/// Takes what the stream held at `from` off what is added to it at `out`, so that the sum is what the layer alone made.
fn without_skip(trace: Trace, l: usize, from: &str, out: &str) -> Trace {
    let held: Arc<Mutex<Option<Tensor>>> = Arc::default();
    let keep = held.clone();
    let remember = move |x: &symbolon_net::Activation| {
        *keep.lock().unwrap_or_else(PoisonError::into_inner) = Some(x.tensor().clone());
        Ok(x.tensor().clone())
    };
    let take_off = move |x: &symbolon_net::Activation| {
        let stream = held.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(stream.map_or_else(|| x.tensor().clone(), |stream| x.tensor() - stream))
    };
    trace.edit(format!("blocks.{l}.{from}"), Edit::map(remember)).edit(format!("blocks.{l}.{out}"), Edit::map(take_off))
}
