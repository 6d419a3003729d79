//! Features of a dictionary as symbols: reading encodes, writing adds the change of the code times the decoder's row, so that
//! the dictionary's error of reconstruction stays in the activation.

use std::sync::Arc;

use symbolon_net::{Activation, Site};
use symbolon_tensor::Tensor;

use crate::Symbol;
use crate::dictionary::Dictionary;
use crate::error::{Error, Result};
use crate::laws::{Law, Laws};
use crate::reading::Parts;
use crate::subspace::{rows_for, width_for};
use crate::values::{Domain, Values};

/// Some features of a dictionary at the site that it was trained on, as a vector of codes.
///
/// Writing back what was read changes nothing. What is written is read again only where the encoder undoes the decoder (tied,
/// orthonormal directions and codes that are not negative), which no overcomplete dictionary can promise.
#[derive(Clone, Debug)]
pub struct Features {
    site: Site,
    dictionary: Arc<Dictionary>,
    which: Tensor,
    domain: Domain,
}

impl Features {
    /// Its name in files.
    pub(crate) const KIND: &str = "features";

    /// The features with these numbers.
    ///
    /// # Errors
    /// [`Error::Definition`] without features, for one that the dictionary lacks or that is named twice, and for a transcoder:
    /// what it writes lies at another site than what it reads.
    pub fn new(site: Site, dictionary: Arc<Dictionary>, which: &[usize]) -> Result<Features> {
        let bad = |problem: String| Err(Error::Definition(format!("features at {site}: {problem}")));
        let count = dictionary.features();
        if dictionary.units() != dictionary.targets() {
            return bad("a transcoder's features are read at one site and written at another".to_owned());
        }
        if let Some(none) = which.iter().find(|f| **f >= count) {
            return bad(format!("the dictionary has {count} features, there is no feature {none}"));
        }
        let mut sorted = which.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        if sorted.len() != which.len() || which.is_empty() {
            return bad(format!("{} features are named, {} of them different", which.len(), sorted.len()));
        }
        let indices = which.iter().map(|&f| f as i64).collect();
        let which = Tensor::checked_indices(indices, [which.len()], count)?;
        Ok(Features { site, dictionary, domain: Domain::Vector(which.len()), which })
    }

    /// All features.
    ///
    /// # Errors
    /// As [`Features::new`].
    pub fn all(site: Site, dictionary: Arc<Dictionary>) -> Result<Features> {
        let which: Vec<usize> = (0..dictionary.features()).collect();
        Features::new(site, dictionary, &which)
    }

    /// The dictionary.
    pub fn dictionary(&self) -> &Arc<Dictionary> {
        &self.dictionary
    }

    /// Numbers of the features.
    pub fn which(&self) -> Vec<usize> {
        self.which.to_vec::<i64>().into_iter().map(|f| f as usize).collect()
    }
}

impl Symbol for Features {
    fn site(&self) -> &Site {
        &self.site
    }

    fn domain(&self) -> &Domain {
        &self.domain
    }

    fn read(&self, activation: &Activation) -> Result<Values> {
        width_for(&self.site, activation, self.dictionary.units())?;
        Ok(Values::Vector(self.dictionary.encode_some(&activation.rows(), &self.which)))
    }

    fn write(&self, activation: &Activation, values: &Values) -> Result<Activation> {
        let old = self.read(activation)?;
        let (rows, new) = (activation.rows(), rows_for(activation, values.vector()?, values)?);
        if new.size(1) != self.which.len() {
            let found = format!("vectors of {} numbers", new.size(1));
            return Err(Error::Kind { expected: self.domain.to_string(), found });
        }
        let change = self.dictionary.moved(&(new - old.vector()?), &self.which, &rows);
        Ok(activation.from_rows(&(rows + change))?)
    }

    fn laws(&self) -> Laws {
        Laws { put_get: Law::Approximate, get_put: Law::Exact, put_put: Law::Approximate }
    }

    fn parts(&self) -> Option<Parts> {
        let settings = serde_json::json!({"which": self.which()});
        Some(Parts::new(Features::KIND, settings).with_dictionary(&self.dictionary))
    }
    fn numbers(&self) -> Option<Vec<usize>> {
        Some(self.which())
    }
}

/// One feature of a dictionary, as a number. See [`Features`].
#[derive(Clone, Debug)]
pub struct Feature(Features);

impl Feature {
    /// Its name in files.
    pub(crate) const KIND: &str = "feature";

    /// The feature with this number.
    ///
    /// # Errors
    /// As [`Features::new`].
    pub fn new(site: Site, dictionary: Arc<Dictionary>, feature: usize) -> Result<Feature> {
        Ok(Feature(Features::new(site, dictionary, &[feature])?))
    }

    /// The dictionary.
    pub fn dictionary(&self) -> &Arc<Dictionary> {
        self.0.dictionary()
    }

    /// Its number.
    pub fn number(&self) -> usize {
        self.0.which()[0]
    }
}

impl Symbol for Feature {
    fn site(&self) -> &Site {
        self.0.site()
    }

    fn domain(&self) -> &Domain {
        &Domain::Real
    }

    fn read(&self, activation: &Activation) -> Result<Values> {
        Ok(Values::Real(self.0.read(activation)?.vector()?.get((.., 0))))
    }

    fn write(&self, activation: &Activation, values: &Values) -> Result<Activation> {
        self.0.write(activation, &Values::Vector(values.real()?.unsqueeze(1)))
    }

    fn laws(&self) -> Laws {
        self.0.laws()
    }

    fn parts(&self) -> Option<Parts> {
        let settings = serde_json::json!({"feature": self.number()});
        Some(Parts::new(Feature::KIND, settings).with_dictionary(self.dictionary()))
    }
}
