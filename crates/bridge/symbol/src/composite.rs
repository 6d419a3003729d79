//! Several symbols as one: a product, whose value is a vector with the values of its parts side by side.

use std::sync::Arc;

use symbolon_net::{Activation, Site};
use symbolon_tensor::Tensor;

use crate::Symbol;
use crate::error::{Error, Result};
use crate::laws::{Law, Laws};
use crate::reading::Parts;
use crate::values::{Domain, Values};

/// Symbols of one site, read and written together. Real and Boolean parts take one number each, vectors and distributions
/// (as log-probabilities) as many as they have.
///
/// Parts are written one after the other. Parts that touch each other spoil what the earlier ones wrote, so only a product of
/// independent parts keeps the laws that all of them keep.
#[derive(Clone)]
pub struct Composite {
    parts: Vec<Arc<dyn Symbol>>,
    widths: Vec<usize>,
    domain: Domain,
    independent: bool,
}

impl Composite {
    /// The product of symbols that may touch each other.
    ///
    /// # Errors
    /// [`Error::Definition`] without parts, or when their sites differ.
    pub fn new(parts: Vec<Arc<dyn Symbol>>) -> Result<Composite> {
        let Some(first) = parts.first() else {
            return Err(Error::Definition("a product needs at least one symbol".to_owned()));
        };
        if let Some(other) = parts.iter().find(|p| p.site() != first.site()) {
            let problem =
                format!("a product has one site, not {} and {}: use several products", first.site(), other.site());
            return Err(Error::Definition(problem));
        }
        let widths: Vec<usize> = parts.iter().map(|p| width(p.domain())).collect();
        Ok(Composite { domain: Domain::Vector(widths.iter().sum()), widths, parts, independent: false })
    }

    /// The product of symbols of which none changes what another reads: orthogonal directions, different units, ...
    /// The caller knows that; [`laws::measure`](crate::laws::measure) tells whether it is so.
    ///
    /// # Errors
    /// As [`Composite::new`].
    pub fn independent(parts: Vec<Arc<dyn Symbol>>) -> Result<Composite> {
        Ok(Composite { independent: true, ..Composite::new(parts)? })
    }

    /// The symbols that it is made of.
    pub fn parts(&self) -> &[Arc<dyn Symbol>] {
        &self.parts
    }

    /// The values of each part in values of the product.
    ///
    /// # Errors
    /// [`Error::Kind`] unless these are vectors of the right length.
    pub fn split(&self, values: &Values) -> Result<Vec<Values>> {
        let all = values.vector()?;
        let total: usize = self.widths.iter().sum();
        if all.size(1) != total {
            let found = format!("vectors of {} numbers", all.size(1));
            return Err(Error::Kind { expected: self.domain.to_string(), found });
        }
        let mut from = 0;
        let mut part = |(symbol, &width): (&Arc<dyn Symbol>, &usize)| {
            let numbers = all.narrow(1, from..from + width);
            from += width;
            match symbol.domain() {
                Domain::Boolean => Values::Boolean(numbers.get((.., 0))),
                Domain::Real => Values::Real(numbers.get((.., 0))),
                Domain::Categorical(_) => Values::Categorical(numbers),
                Domain::Vector(_) => Values::Vector(numbers),
            }
        };
        Ok(self.parts.iter().zip(&self.widths).map(&mut part).collect())
    }

    /// Whether its parts were said to be independent.
    pub fn is_independent(&self) -> bool {
        self.independent
    }
}

fn width(domain: &Domain) -> usize {
    match domain {
        Domain::Boolean | Domain::Real => 1,
        Domain::Categorical(values) => values.len(),
        Domain::Vector(n) => *n,
    }
}

impl Symbol for Composite {
    fn site(&self) -> &Site {
        self.parts[0].site()
    }

    fn domain(&self) -> &Domain {
        &self.domain
    }

    fn read(&self, activation: &Activation) -> Result<Values> {
        let kind = activation.tensor().dtype();
        let column = |part: &Arc<dyn Symbol>| -> Result<Tensor> {
            let values = part.read(activation)?;
            let numbers = values.tensor().to(kind);
            Ok(if numbers.rank() == 1 { numbers.unsqueeze(1) } else { numbers })
        };
        let columns = self.parts.iter().map(column).collect::<Result<Vec<_>>>()?;
        Ok(Values::Vector(Tensor::cat(&columns.iter().collect::<Vec<_>>(), 1)))
    }

    fn write(&self, activation: &Activation, values: &Values) -> Result<Activation> {
        let mut written = activation.clone();
        for (part, values) in self.parts.iter().zip(self.split(values)?) {
            written = part.write(&written, &values)?;
        }
        Ok(written)
    }

    fn laws(&self) -> Laws {
        let of = |law: fn(&Laws) -> Law, spoilt: bool| {
            let kept = self.parts.iter().all(|p| law(&p.laws()) == Law::Exact);
            if kept && !spoilt { Law::Exact } else { Law::Approximate }
        };
        let touching = !self.independent && self.parts.len() > 1;
        Laws {
            put_get: of(|l| l.put_get, touching),
            get_put: of(|l| l.get_put, false),
            put_put: of(|l| l.put_put, touching),
        }
    }

    fn parts(&self) -> Option<Parts> {
        let parts = self.parts.iter().map(|p| p.parts()).collect::<Option<Vec<_>>>()?;
        Some(Parts::product(parts, self.independent))
    }
}
