//! A network whose input is a site too, so that it can be patched, aligned and read like any other place.

use symbolon_net::Axis::{Batch, Unit};
use symbolon_net::{Network, Parameters, SiteInfo, Trace};
use symbolon_tensor::Tensor;

/// The same network with a site `input` `[batch, unit]` before everything else; its first input is `[batch, units]`.
///
/// ```
/// use symbolon_net::{Architecture, Select};
/// use symbolon_read::{Entry, rows};
/// use symbolon_tensor::{DType, Device, Rng};
/// let network = "mlp(4, 8, 2)".parse::<Architecture>()?.build(&mut Rng::new(0), Device::Cpu)?;
/// let x = Rng::new(1).normal([3, 4], DType::F32);
/// let some = rows(&Entry::new(&*network), &[x], "input", &Select::units([1, 2]), 8)?;
/// assert_eq!(some.shape(), [3, 2]);
/// # Ok::<(), symbolon_read::Error>(())
/// ```
pub struct Entry<'n>(&'n dyn Network);

impl<'n> Entry<'n> {
    /// A network with its input open.
    pub fn new(network: &'n dyn Network) -> Self {
        Self(network)
    }
}

impl Parameters for Entry<'_> {
    fn collect<'a>(&'a self, at: &str, into: &mut Vec<(String, &'a Tensor)>) {
        self.0.collect(at, into);
    }
    /// None: the network is borrowed.
    fn collect_mut<'a>(&'a mut self, _: &str, _: &mut Vec<(String, &'a mut Tensor)>) {}
}

impl Network for Entry<'_> {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> symbolon_net::Result<Tensor> {
        let mut inputs = inputs.to_vec();
        if let Some(first) = inputs.first_mut() {
            *first = trace.at("input", &[Batch, Unit], first.clone())?;
        }
        self.0.forward(&inputs, trace)
    }
    fn sites(&self) -> Vec<SiteInfo> {
        let mut sites = vec![SiteInfo::new("input", &[Batch, Unit], &[None, None])];
        sites.extend(self.0.sites());
        sites
    }
    fn config(&self) -> serde_json::Value {
        self.0.config()
    }
}
