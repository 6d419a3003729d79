//! Path patching: one edge between two parts (Wang et al. 2023, "Interpretability in the wild").

use symbolon_check::Part;
use symbolon_net::{Edit, Site, Trace};
use symbolon_tensor::no_grad;

use super::{Patching, found, sites};
use crate::error::{Error, Result};

/// Where a path begins, and what stays frozen between its ends.
#[derive(Clone, Debug)]
pub struct Sender {
    /// What is taken from the clean run.
    pub part: Part,
    /// Sites that hold what they hold in the corrupted run, but for the sender itself: with all heads (`blocks.*.attn.z`) and, if
    /// they are to be passed by, all feed-forward layers (`blocks.*.mlp.out`), only direct paths are left.
    pub frozen: Vec<Site>,
}

impl Patching<'_> {
    /// How much of the difference comes back along the direct path from the sender to each receiver: the receivers' inputs are
    /// computed with the clean sender and everything `frozen` as in the corrupted run; then each receiver alone holds that input.
    /// A receiver is what it *reads*: `blocks.9.attn.q[3]`, `blocks.5.mlp.in`; the network's output is `logits`.
    ///
    /// Frozen sites that a receiver is part of stay free for it: they come after what is read.
    ///
    /// # Errors
    /// [`Error::Net`] for parts that the network does not have, and errors of the passes; [`Error::Setting`] for no receivers.
    pub fn path(&self, sender: &Sender, receivers: &[Part]) -> Result<Vec<f64>> {
        if receivers.is_empty() {
            return Err(Error::Setting { what: "path patching", problem: "there are no receivers".into() });
        }
        let clean = self.kept(&self.clean, &[&sender.part.site])?;
        let corrupted = self.kept(&self.corrupted, &sender.frozen.iter().collect::<Vec<_>>())?;
        // First pass: the sender is clean, what is frozen is not, and the receivers' inputs are looked at.
        let mut trace = Trace::new();
        for site in &sender.frozen {
            trace = trace.edit(site.name(), Edit::Swap(found(&corrupted, site)?));
        }
        // After freezing, as the sender may be a part of what is frozen.
        let send = Edit::Swap(found(&clean, &sender.part.site)?).at(sender.part.select.clone());
        trace = trace.edit(sender.part.site.name(), send);
        for site in sites(receivers) {
            trace = trace.record(site.name());
        }
        trace.check(&self.network.sites())?;
        no_grad(|| self.network.forward(&self.corrupted, &mut trace))?;
        // Second pass, for each receiver: it reads that, and everything after it is free.
        let one = |part: &Part| -> Result<f64> {
            let read = Edit::Swap(found(&trace, &part.site)?).at(part.select.clone());
            let mut second = Trace::new().edit(part.site.name(), read);
            Ok(self.share(self.measure(&self.corrupted, &mut second)?))
        };
        receivers.iter().map(one).collect()
    }
}
