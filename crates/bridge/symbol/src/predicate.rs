//! A neural predicate: a head whose logits are a distribution over the values of a predicate, as in DeepProbLog
//! (Manhaeve et al. 2018). Reading is the softmax; writing observes a value or sets another distribution.

use std::sync::Arc;

use symbolon_net::{Activation, Site};

use crate::Symbol;
use crate::error::{Error, Result};
use crate::reading::Parts;
use crate::subspace::{rows_for, width_for};
use crate::values::{Domain, Values};

/// A categorical head: one unit of the site for each value.
///
/// The logits `z` are taken apart into the distribution `log p = z - logsumexp(z)` and the scale `logsumexp(z)`, which no
/// reader of the distribution sees and which writing leaves as it is; so all three laws hold.
#[derive(Clone, Debug)]
pub struct NeuralPredicate {
    name: String,
    site: Site,
    domain: Domain,
    size: usize,
}

impl NeuralPredicate {
    /// The predicate `name` over the units of a site, whose values are called `values`.
    ///
    /// # Errors
    /// [`Error::Definition`] for fewer than two values, or one name given twice.
    pub fn new<S: Into<String>>(
        name: &str,
        site: Site,
        values: impl IntoIterator<Item = S>,
    ) -> Result<NeuralPredicate> {
        let values = distinct(name, values.into_iter().map(Into::into).collect())?;
        Ok(NeuralPredicate { name: name.to_owned(), site, size: values.len(), domain: Domain::Categorical(values) })
    }

    /// Its name in the theory.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// At least two names, all different, of `what`.
pub(crate) fn distinct(what: &str, values: Vec<String>) -> Result<Arc<[String]>> {
    if values.len() < 2 {
        return Err(Error::Definition(format!("{what} has {} values: at least two are needed", values.len())));
    }
    let mut sorted: Vec<&String> = values.iter().collect();
    sorted.sort();
    match sorted.windows(2).find(|w| w[0] == w[1]) {
        Some(twice) => Err(Error::Definition(format!("{what} has the value {} twice", twice[0]))),
        None => Ok(values.into()),
    }
}

impl Symbol for NeuralPredicate {
    fn site(&self) -> &Site {
        &self.site
    }

    fn domain(&self) -> &Domain {
        &self.domain
    }

    fn read(&self, activation: &Activation) -> Result<Values> {
        width_for(&self.site, activation, self.size)?;
        Ok(Values::Categorical(activation.rows().log_softmax(1)))
    }

    fn write(&self, activation: &Activation, values: &Values) -> Result<Activation> {
        width_for(&self.site, activation, self.size)?;
        let new = rows_for(activation, values.categorical()?, values)?;
        if new.size(1) != self.size {
            let found = format!("distributions over {} values", new.size(1));
            return Err(Error::Kind { expected: self.domain.to_string(), found });
        }
        let scale = activation.rows().logsumexp(1, true);
        Ok(activation.from_rows(&(new + scale))?)
    }

    fn parts(&self) -> Option<Parts> {
        let Domain::Categorical(values) = &self.domain else { return None };
        Some(Parts::new("predicate", serde_json::json!({"name": self.name, "values": &values[..]})))
    }
}
