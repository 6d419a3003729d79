//! What a network loses when it has to live with a dictionary's version of an activation.

use std::sync::Arc;

use symbolon_net::{Edit, Network, Role, Select, Site, Trace};
use symbolon_symbol::Dictionary;
use symbolon_tensor::{Tensor, no_grad};

use crate::error::{Error, Result};

/// Which activation is replaced by what a dictionary makes of it.
#[derive(Clone, Debug)]
pub struct Substitution {
    /// What the dictionary encodes.
    pub input: Site,
    /// What its output replaces: the same site, or for transcoders a later one.
    pub target: Site,
    /// The dictionary.
    pub dictionary: Arc<Dictionary>,
    /// Positions at the beginning of each example that stay as they are: where the first token collects what nobody attends
    /// to, dictionaries are not trained on it.
    pub skip: usize,
}

impl Substitution {
    /// An autoencoder at its site.
    pub fn at(site: Site, dictionary: Arc<Dictionary>) -> Substitution {
        Substitution { input: site.clone(), target: site, dictionary, skip: 0 }
    }

    /// The network's output with the substitution.
    ///
    /// # Errors
    /// Sites that the network lacks, and errors of the pass.
    pub fn run(&self, network: &dyn Network, inputs: &[Tensor]) -> Result<Tensor> {
        let edit = match self.input == self.target {
            true => {
                let dictionary = self.dictionary.clone();
                Edit::map(move |a| Ok(a.from_rows(&dictionary.reconstruct(&a.rows()))?.into_tensor()))
            }
            false => {
                let mut trace = Trace::new().record(&self.input);
                trace.check(&network.sites())?;
                no_grad(|| network.forward(inputs, &mut trace))?;
                let Some(found) = trace.get(&self.input) else {
                    let problem = format!("the network did not pass {}", self.input);
                    return Err(Error::Setting { what: "substitution", problem });
                };
                let rows = self.dictionary.reconstruct(&found.detach().rows());
                Edit::map(move |a| Ok(a.from_rows(&rows)?.into_tensor()))
            }
        };
        self.passed(network, inputs, edit)
    }

    fn passed(&self, network: &dyn Network, inputs: &[Tensor], edit: Edit) -> Result<Tensor> {
        // The whole activation is mapped and then the part taken: rows of a part are not those of the whole.
        let part = Edit::map({
            let skip = self.skip;
            move |a| {
                let new = edit.apply(a)?;
                if skip == 0 {
                    return Ok(new.into_tensor());
                }
                let select = Select::positions(skip as i64..a.size(Role::Position) as i64);
                Ok(a.with_selected(&select, new.select(&select)?.tensor())?.into_tensor())
            }
        });
        let mut trace = Trace::new().edit(&self.target, part);
        trace.check(&network.sites())?;
        Ok(no_grad(|| network.forward(inputs, &mut trace))?)
    }
}

/// Mean losses over batches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Losses {
    /// Of the network as it is.
    pub original: f64,
    /// With the dictionary's output in the activation's place.
    pub substituted: f64,
    /// With the activation ablated.
    pub ablated: f64,
}

impl Losses {
    /// The share of the loss between ablation and the original that the dictionary recovers: one is all of it, zero and below
    /// nothing.
    pub fn recovered(&self) -> f64 {
        (self.ablated - self.substituted) / (self.ablated - self.original)
    }
}

/// The losses of a network as it is, with a substitution, and with an ablation at the same place (`Edit::Zero` usually).
/// `loss` answers the mean loss of an output for the inputs that it comes from.
///
/// # Errors
/// As [`Substitution::run`]; [`Error::Setting`] without batches.
pub fn substitute(
    network: &dyn Network,
    batches: &[Vec<Tensor>],
    what: &Substitution,
    ablation: &Edit,
    loss: &dyn Fn(&Tensor, &[Tensor]) -> f64,
) -> Result<Losses> {
    if batches.is_empty() {
        return Err(Error::Setting { what: "substituted loss", problem: "give at least one batch".into() });
    }
    let mut sums = [0.0; 3];
    for inputs in batches {
        let original = no_grad(|| network.forward(inputs, &mut Trace::none()))?;
        let outputs = [original, what.run(network, inputs)?, what.passed(network, inputs, ablation.clone())?];
        sums.iter_mut().zip(&outputs).for_each(|(sum, y)| *sum += loss(y, inputs));
    }
    let [original, substituted, ablated] = sums.map(|s| s / batches.len() as f64);
    Ok(Losses { original, substituted, ablated })
}

/// The mean cross-entropy (nats) of each next token: logits `[batch, position, vocabulary]`, tokens `[batch, position]`.
pub fn next_token_loss(logits: &Tensor, inputs: &[Tensor]) -> f64 {
    let positions = logits.size(1);
    if positions < 2 {
        return 0.0;
    }
    let (before, after) = (logits.narrow(1, ..positions - 1), inputs[0].narrow(1, 1..));
    let vocabulary = logits.size(2);
    before.reshape([after.len(), vocabulary]).cross_entropy(&after.reshape([after.len()])).item()
}
