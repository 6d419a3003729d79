//! Two places of a network, and the number that is explained.

use symbolon_net::{Edit, Network, Site, Trace};
use symbolon_tensor::{Tensor, no_grad};

use crate::error::{Error, Result};

/// Where an attribution begins or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The network's first input.
    Input,
    /// A site.
    Site(Site),
    /// The network's output.
    Output,
}

impl Place {
    /// A site by its name.
    ///
    /// # Errors
    /// [`Error::Net`] when this is no site's name.
    pub fn site(name: &str) -> Result<Self> {
        Ok(Self::Site(Site::new(name)?))
    }
}

/// What is attributed: from one place to a number at another, on a batch of examples.
pub struct Between<'n> {
    network: &'n dyn Network,
    inputs: &'n [Tensor],
    from: Place,
    to: Place,
    head: &'n dyn Fn(&Tensor) -> Tensor,
    /// What stands at `from`, `[examples, ..]`.
    x: Tensor,
}

impl<'n> Between<'n> {
    /// `head` makes one number `[examples]` of what is found at `to`: a logit, a neuron, a difference of logits.
    ///
    /// # Errors
    /// [`Error::Net`] for sites that the network does not have and errors of the pass; [`Error::Setting`] when `from` is the output,
    /// `to` the input, or `head` does not give one number for each example.
    pub fn new(
        network: &'n dyn Network,
        inputs: &'n [Tensor],
        from: Place,
        to: Place,
        head: &'n dyn Fn(&Tensor) -> Tensor,
    ) -> Result<Self> {
        let bad = |problem: String| Error::Setting { what: "attribution", problem };
        let input = inputs.first().ok_or_else(|| bad("there is no input".into()))?;
        if from == Place::Output || to == Place::Input {
            return Err(bad("it goes from the input or a site to a site or the output".into()));
        }
        let mut trace = Trace::new();
        for place in [&from, &to] {
            if let Place::Site(site) = place {
                trace = trace.record(site);
            }
        }
        if !trace.is_idle() {
            trace.check(&network.sites())?;
        }
        let y = no_grad(|| network.forward(inputs, &mut trace))?;
        let x = match &from {
            Place::Site(site) => recorded(&trace, site)?.detach(),
            _ => input.detach(),
        };
        if !x.dtype().is_float() {
            return Err(bad("the input is no real numbers (tokens?): begin at a site, such as `embed`".into()));
        }
        let this = Self { network, inputs, from, to, head, x };
        let value = (this.head)(&this.end(&trace, y)?);
        match value.shape() == [this.examples()] {
            true => Ok(this),
            false => Err(bad(format!("the head gives shape {:?} for {} examples", value.shape(), this.examples()))),
        }
    }
    /// What stands at the first place, `[examples, ..]`.
    pub fn start(&self) -> &Tensor {
        &self.x
    }
    /// How many examples there are.
    pub fn examples(&self) -> usize {
        self.inputs[0].size(0)
    }
    fn end(&self, trace: &Trace, y: Tensor) -> Result<Tensor> {
        match &self.to {
            Place::Site(site) => recorded(trace, site),
            _ => Ok(y),
        }
    }
    /// The numbers `[examples]` with `x` at the first place.
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut trace = Trace::new();
        let mut inputs = self.inputs.to_vec();
        match &self.from {
            Place::Site(site) => trace = trace.edit(site, Edit::Replace(x.clone())),
            _ => inputs[0] = x.clone(),
        }
        if let Place::Site(site) = &self.to {
            trace = trace.record(site);
        }
        let y = self.network.forward(&inputs, &mut trace)?;
        Ok((self.head)(&self.end(&trace, y)?))
    }
    /// The numbers `[examples]` with `x` at the first place.
    ///
    /// # Errors
    /// What the pass answers.
    pub fn value_at(&self, x: &Tensor) -> Result<Tensor> {
        no_grad(|| self.forward(x))
    }
    /// The gradient of each example's number where the first place holds `x`, of its shape. It follows the rules that are in force.
    ///
    /// # Errors
    /// What the pass answers; [`Error::Setting`] when the number does not depend on the first place.
    pub fn gradient_at(&self, x: &Tensor) -> Result<Tensor> {
        let x = x.detach().variable();
        let y = self.forward(&x)?;
        if !y.is_recorded() {
            let problem = "the number does not depend on the first place: does it come after the second?".to_owned();
            return Err(Error::Setting { what: "attribution", problem });
        }
        Ok(y.sum().grad(&[&x]).remove(0))
    }
    /// The gradient at the example itself: saliency before its absolute value is taken.
    ///
    /// # Errors
    /// As [`Between::gradient_at`].
    pub fn gradient(&self) -> Result<Tensor> {
        self.gradient_at(&self.x)
    }
    /// Gradient times what stands there: the difference to zero as the tangent sees it.
    ///
    /// # Errors
    /// As [`Between::gradient_at`].
    pub fn gradient_times_input(&self) -> Result<Tensor> {
        Ok(self.gradient()? * &self.x)
    }
}

fn recorded(trace: &Trace, site: &Site) -> Result<Tensor> {
    let found = trace.get(site).map(|a| a.tensor().clone());
    found.ok_or_else(|| Error::Setting {
        what: "attribution",
        problem: format!("the network did not pass its site {site}"),
    })
}
