//! Attention and nothing else: the network about which the theorems speak.

use symbolon_net::layers::{Attention, Init};
use symbolon_net::{Axis, Network, Parameters, SiteInfo, Trace, parameters};
use symbolon_tensor::{Attention as Look, DType, Rng, Tensor};

/// Layers of attention, without feed-forward layers and norms, with or without skip connections.
///
/// Input and output `[batch, position, width]`. Sites: `blocks.{l}.resid_pre`, those of attention behind `blocks.{l}.attn`,
/// `blocks.{l}.resid_post`.
#[derive(Clone, Debug)]
pub struct AttentionStack {
    /// The layers.
    pub layers: Vec<Attention>,
    /// Whether each layer adds to what went in.
    pub skips: bool,
}
parameters!(AttentionStack { layers as "blocks" });

const STREAM: [Axis; 3] = [Axis::Batch, Axis::Position, Axis::Unit];

impl AttentionStack {
    /// A stack of random weights in `f64`, as differences between tokens soon vanish in fewer digits. `heads` divides `width`.
    pub fn random(layers: usize, width: usize, heads: usize, skips: bool, rng: &mut Rng) -> Self {
        let layer = |_| Attention::new(rng, width, heads, heads, false, Look::default(), Init::Uniform);
        let mut stack = Self { layers: (0..layers).map(layer).collect(), skips };
        let mut all = Vec::new();
        stack.collect_mut("", &mut all);
        all.into_iter().for_each(|(_, t)| *t = t.to(DType::F64));
        stack
    }
    /// The columns of a head in a weight `[width, heads · head width]`.
    fn part(&self, weight: &Tensor, l: usize, h: usize) -> Tensor {
        let n = weight.size(1) / self.layers[l].heads;
        weight.narrow(1, h * n..(h + 1) * n)
    }
    /// `W_V W_O` of a head, `[width, width]`.
    pub(super) fn value(&self, l: usize, h: usize) -> Tensor {
        let layer = &self.layers[l];
        self.part(&layer.v.weight, l, h).matmul(&self.part(&layer.out.weight.t(), l, h).t())
    }
    /// `W_Q W_Kᵀ` of a head, `[width, width]`.
    pub(super) fn query_key(&self, l: usize, h: usize) -> Tensor {
        let layer = &self.layers[l];
        self.part(&layer.q.weight, l, h).matmul(&self.part(&layer.k.weight, l, h).t())
    }
    /// What the offsets of values and output add to every token, `[width]`.
    pub(super) fn offset(&self, l: usize) -> Tensor {
        let layer = &self.layers[l];
        let zero = layer.out.weight.get(0).zeros_like();
        let from_values = layer.v.bias.as_ref().map(|b| b.unsqueeze(0).matmul(&layer.out.weight).squeeze(0));
        layer.out.bias.clone().unwrap_or_else(|| zero.clone()) + from_values.unwrap_or(zero)
    }
}

impl Network for AttentionStack {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> symbolon_net::Result<Tensor> {
        let width = self.layers.first().map(|l| l.q.inputs());
        let fits = |x: &&Tensor| x.rank() == 3 && width.is_none_or(|w| x.size(2) == w);
        let Some(x) = inputs.first().filter(fits) else {
            let problem = format!("it takes [batch, position, width] with a width of {width:?}");
            return Err(symbolon_net::Error::Input { network: "attention stack".into(), problem });
        };
        let mut x = x.clone();
        for (l, layer) in self.layers.iter().enumerate() {
            x = trace.at(format_args!("blocks.{l}.resid_pre"), &STREAM, x)?;
            let out = layer.forward(&x, None, format_args!("blocks.{l}.attn"), trace)?;
            x = if self.skips { x + out } else { out };
            x = trace.at(format_args!("blocks.{l}.resid_post"), &STREAM, x)?;
        }
        Ok(x)
    }
    fn sites(&self) -> Vec<SiteInfo> {
        let mut sites = Vec::new();
        for (l, layer) in self.layers.iter().enumerate() {
            let width = [None, None, Some(layer.out.outputs())];
            sites.push(SiteInfo::new(format_args!("blocks.{l}.resid_pre"), &STREAM, &width));
            layer.sites(&format!("blocks.{l}.attn"), &mut sites);
            sites.push(SiteInfo::new(format_args!("blocks.{l}.resid_post"), &STREAM, &width));
        }
        sites
    }
    fn config(&self) -> serde_json::Value {
        let heads = self.layers.first().map_or(0, |l| l.heads);
        serde_json::json!({ "kind": "attention_stack", "layers": self.layers.len(), "heads": heads, "skips": self.skips })
    }
}
