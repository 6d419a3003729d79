//! A codebook: a few vectors, one of which stands for every row (vector quantisation: van den Oord et al. 2017). Reading is the
//! nearest code, writing puts a code's vector in the row's place.

use symbolon_net::{Activation, Site};
use symbolon_tensor::Tensor;

use crate::Symbol;
use crate::error::{Error, Result};
use crate::laws::{Law, Laws};
use crate::predicate::distinct;
use crate::reading::Parts;
use crate::subspace::{rows_for, width_for};
use crate::values::{Domain, Values};

/// Named vectors at a site.
///
/// What is read is one code with nearly all probability; of what is written the most probable code counts. Observed codes are
/// read as they were written, and the last writer wins; but writing back what was read moves every row onto its code, so that
/// GetPut fails by the error of quantisation. No gradient flows through the choice of a code.
#[derive(Clone, Debug)]
pub struct Codebook {
    site: Site,
    /// `[codes, units]`.
    codes: Tensor,
    domain: Domain,
}

impl Codebook {
    /// The vectors `codes` (`[codes, units]`) under these names.
    ///
    /// # Errors
    /// [`Error::Definition`] for fewer than two codes, names that are not as many or not distinct, numbers that are not finite,
    /// and two codes with the same vector.
    pub fn new<S: Into<String>>(site: Site, codes: &Tensor, names: impl IntoIterator<Item = S>) -> Result<Codebook> {
        let what = format!("the codebook at {site}");
        let names = distinct(&what, names.into_iter().map(Into::into).collect())?;
        let bad = |problem: String| Err(Error::Definition(format!("{what}: {problem}")));
        if codes.rank() != 2 || codes.size(0) != names.len() || codes.size(1) == 0 {
            return bad(format!("{} names are given for codes of shape {:?}", names.len(), codes.shape()));
        }
        if !codes.detach().abs().sum().item().is_finite() {
            return bad("its numbers are not finite".to_owned());
        }
        let codes = codes.detach();
        let nearest = nearest(&codes, &codes);
        if let Some(i) = (0..names.len()).find(|&i| nearest[i] != i) {
            return bad(format!("codes {} and {} cannot be told apart", names[nearest[i]], names[i]));
        }
        Ok(Codebook { site, codes, domain: Domain::Categorical(names) })
    }

    /// The vectors, `[codes, units]`.
    pub fn codes(&self) -> &Tensor {
        &self.codes
    }
}

/// The nearest code of each row; of equally near ones the first.
fn nearest(rows: &Tensor, codes: &Tensor) -> Vec<usize> {
    // |x - c|² without |x|², which is the same for all codes.
    let distance = codes.square().sum_axis(1, false) - rows.matmul(&codes.t()) * 2.0;
    distance.argmin(1).to_vec::<i64>().into_iter().map(|c| c as usize).collect()
}

impl Symbol for Codebook {
    fn site(&self) -> &Site {
        &self.site
    }

    fn domain(&self) -> &Domain {
        &self.domain
    }

    fn read(&self, activation: &Activation) -> Result<Values> {
        width_for(&self.site, activation, self.codes.size(1))?;
        let rows = activation.rows().detach();
        let labels = nearest(&rows, &self.codes.to(rows.dtype()));
        Values::observed(&labels, self.codes.size(0))
    }

    fn write(&self, activation: &Activation, values: &Values) -> Result<Activation> {
        width_for(&self.site, activation, self.codes.size(1))?;
        let new = rows_for(activation, values.categorical()?, values)?;
        if new.size(1) != self.codes.size(0) {
            let found = format!("distributions over {} values", new.size(1));
            return Err(Error::Kind { expected: self.domain.to_string(), found });
        }
        let rows = self.codes.to(activation.tensor().dtype()).index_select(0, &new.detach().argmax(1));
        Ok(activation.from_rows(&rows)?)
    }

    fn laws(&self) -> Laws {
        Laws { get_put: Law::Approximate, ..Laws::EXACT }
    }

    fn parts(&self) -> Option<Parts> {
        let Domain::Categorical(names) = &self.domain else { return None };
        Some(Parts::new("codebook", serde_json::json!({"names": &names[..]})).with("codes", &self.codes))
    }
}
