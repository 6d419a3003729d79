//! Symbols taken apart for files and put together again. A kind of symbol says in [`Symbol::parts`] what it is made of, and has a
//! line in [`Parts::symbol`].

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use symbolon_net::Site;
use symbolon_tensor::Tensor;

use crate::dictionary::{Dictionary, Normalise, Sparsity};
use crate::error::{Error, Result};
use crate::feature::{Feature, Features};
use crate::rotated::{TOLERANCE, orthonormality};
use crate::{Codebook, Composite, Direction, NeuralPredicate, Neuron, Subspace, Symbol};

/// What a symbol is made of.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The kind of symbol.
    pub kind: String,
    /// Names and numbers.
    pub settings: Value,
    /// Arrays by name.
    pub tensors: BTreeMap<String, Tensor>,
}

impl Parts {
    /// Parts without arrays.
    pub fn new(kind: &str, settings: Value) -> Parts {
        Parts { kind: kind.to_owned(), settings, tensors: BTreeMap::new() }
    }
    /// With an array.
    pub fn with(mut self, name: &str, tensor: &Tensor) -> Parts {
        self.tensors.insert(name.to_owned(), tensor.detach());
        self
    }
    /// A list of whole numbers among the settings.
    pub fn numbers(&self, name: &str) -> Option<Vec<i64>> {
        self.settings.get(name)?.as_array()?.iter().map(Value::as_i64).collect()
    }
    fn bad(&self, problem: &str) -> Error {
        Error::Definition(format!("a symbol of kind `{}`: {problem}", self.kind))
    }
    fn tensor(&self, name: &str) -> Result<Tensor> {
        self.tensors.get(name).cloned().ok_or_else(|| self.bad(&format!("it has no array `{name}`")))
    }
    fn number(&self, name: &str) -> Result<usize> {
        let number = self.settings.get(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        number.ok_or_else(|| self.bad(&format!("its setting `{name}` is no number")))
    }
    fn text(&self, name: &str) -> Result<&str> {
        self.settings.get(name).and_then(Value::as_str).ok_or_else(|| self.bad(&format!("it has no text `{name}`")))
    }
    fn texts(&self, name: &str) -> Result<Vec<String>> {
        let list = self.settings.get(name).and_then(Value::as_array);
        let list = list.and_then(|l| l.iter().map(|v| v.as_str().map(str::to_owned)).collect());
        list.ok_or_else(|| self.bad(&format!("its setting `{name}` is no list of names")))
    }
    fn which(&self) -> Result<Vec<usize>> {
        let numbers = self.numbers("which").ok_or_else(|| self.bad("`which` is no list of numbers"))?;
        numbers
            .into_iter()
            .map(|n| usize::try_from(n).map_err(|_| self.bad("a feature has a negative number")))
            .collect()
    }

    /// The symbol at a site.
    ///
    /// # Errors
    /// [`Error::Definition`] for parts that are missing or make no symbol, and for kinds that nobody knows.
    pub fn symbol(&self, site: Site) -> Result<Arc<dyn Symbol>> {
        Ok(match self.kind.as_str() {
            "neuron" => Arc::new(Neuron::new(site, self.number("unit")?, self.number("width")?)?),
            "direction" => {
                let basis = orthonormal(self, self.tensor("vector")?.unsqueeze(0))?;
                Arc::new(Direction::of(Subspace::of(site, basis)))
            }
            "subspace" => Arc::new(Subspace::of(site, orthonormal(self, self.tensor("basis")?)?)),
            "predicate" => Arc::new(NeuralPredicate::new(self.text("name")?, site, self.texts("values")?)?),
            "codebook" => Arc::new(Codebook::new(site, &self.tensor("codes")?, self.texts("names")?)?),
            Features::KIND => Arc::new(Features::new(site, self.dictionary()?, &self.which()?)?),
            Feature::KIND => Arc::new(Feature::new(site, self.dictionary()?, self.number("feature")?)?),
            "composite" => Arc::new(self.composite(site)?),
            _ => return Err(self.bad("this version does not know it")),
        })
    }

    fn composite(&self, site: Site) -> Result<Composite> {
        let list = self.settings.get("parts").and_then(Value::as_array);
        let list = list.ok_or_else(|| self.bad("`parts` is no list"))?;
        let part = |(i, v): (usize, &Value)| {
            let kind = v.get("kind").and_then(Value::as_str).ok_or_else(|| self.bad("a part has no kind"))?;
            let prefix = format!("{i}.");
            let own = |(n, t): (&String, &Tensor)| Some((n.strip_prefix(&prefix)?.to_owned(), t.clone()));
            let settings = v.get("settings").cloned().unwrap_or(Value::Null);
            let tensors = self.tensors.iter().filter_map(own).collect();
            Parts { kind: kind.to_owned(), settings, tensors }.symbol(site.clone())
        };
        let parts = list.iter().enumerate().map(part).collect::<Result<Vec<_>>>()?;
        match self.settings.get("independent").and_then(Value::as_bool) {
            Some(true) => Composite::independent(parts),
            _ => Composite::new(parts),
        }
    }

    /// Parts of a product of parts.
    pub(crate) fn product(parts: Vec<Parts>, independent: bool) -> Parts {
        let listed: Vec<Value> = parts.iter().map(|p| json!({"kind": p.kind, "settings": p.settings})).collect();
        let mut product = Parts::new("composite", json!({"independent": independent, "parts": listed}));
        for (i, part) in parts.into_iter().enumerate() {
            product.tensors.extend(part.tensors.into_iter().map(|(n, t)| (format!("{i}.{n}"), t)));
        }
        product
    }

    /// With the weights of a dictionary.
    pub(crate) fn with_dictionary(mut self, d: &Dictionary) -> Parts {
        let (sparsity, k) = match d.sparsity {
            Sparsity::Relu => ("relu", 0),
            Sparsity::TopK(k) => ("topk", k),
            Sparsity::JumpRelu(_) => ("jumprelu", 0),
        };
        let normalise = match d.normalise {
            Normalise::None => "none",
            Normalise::Length => "length",
            Normalise::Layer => "layer",
        };
        self.settings["sparsity"] = json!(sparsity);
        self.settings["k"] = json!(k);
        self.settings["normalise"] = json!(normalise);
        if let Sparsity::JumpRelu(threshold) = &d.sparsity {
            self = self.with("threshold", threshold);
        }
        self.with("encoder", &d.encoder)
            .with("encoder_bias", &d.encoder_bias)
            .with("decoder", &d.decoder)
            .with("decoder_bias", &d.decoder_bias)
            .with("offset", &d.offset)
    }

    fn dictionary(&self) -> Result<Arc<Dictionary>> {
        let sparsity = match self.text("sparsity")? {
            "relu" => Sparsity::Relu,
            "topk" => Sparsity::TopK(self.number("k")?),
            "jumprelu" => Sparsity::JumpRelu(self.tensor("threshold")?),
            other => return Err(self.bad(&format!("nobody knows the sparsity `{other}`"))),
        };
        let normalise = match self.text("normalise")? {
            "none" => Normalise::None,
            "length" => Normalise::Length,
            "layer" => Normalise::Layer,
            other => return Err(self.bad(&format!("nobody knows the normalisation `{other}`"))),
        };
        let made = Dictionary {
            encoder: self.tensor("encoder")?,
            encoder_bias: self.tensor("encoder_bias")?,
            decoder: self.tensor("decoder")?,
            decoder_bias: self.tensor("decoder_bias")?,
            offset: self.tensor("offset")?,
            sparsity,
            normalise,
        };
        Ok(Arc::new(made.checked()?))
    }
}

/// Rows that were written as orthonormal ones, which a file must not be believed.
fn orthonormal(parts: &Parts, rows: Tensor) -> Result<Tensor> {
    if rows.rank() != 2 || rows.is_empty() || rows.size(0) > rows.size(1) || !rows.dtype().is_float() {
        return Err(parts.bad(&format!("rows of shape {:?} span no space", rows.shape())));
    }
    // Numbers that are none are no rows either.
    match orthonormality(&rows) <= TOLERANCE {
        true => Ok(rows),
        false => Err(parts.bad("its rows are not orthonormal")),
    }
}
