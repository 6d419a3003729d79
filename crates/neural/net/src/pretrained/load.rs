//! From a checkpoint's tensors to a network's parameters, all shapes checked before the first number is read.
//!
//! A family says in one function how its network is put together from named tensors. That function runs twice: once on
//! a [`Reader`] that only looks at shapes, once on one that reads. So a checkpoint that contradicts its config is
//! refused at once, with the tensor and both shapes.

use crate::error::{Error, Result};
use crate::layers::{LayerNorm, Linear, Norm, RmsNorm};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use symbolon_tensor::{DType, Rng, Tensor};

/// Tensors by name: a checkpoint, wherever it is stored.
pub trait Source {
    /// What to call it in messages: its file.
    fn place(&self) -> String;
    /// Names of all tensors.
    fn names(&self) -> Vec<String>;
    /// The shape of a tensor.
    fn shape(&self, name: &str) -> Option<Vec<usize>>;
    /// The numbers of a tensor as `f32`.
    ///
    /// # Errors
    /// When it cannot be read.
    fn read(&self, name: &str) -> Result<Tensor>;
}

/// What is done with a tensor's numbers on the way in.
#[derive(Clone, Default)]
struct Cut {
    /// Only these rows of the first axis, several ranges one after the other.
    rows: Option<Vec<Range<usize>>>,
    /// Only these columns of the last axis.
    columns: Option<Range<usize>>,
    transposed: bool,
    plus_one: bool,
    start: Start,
}

impl Cut {
    fn apply(&self, mut x: Tensor) -> Tensor {
        if let Some(rows) = &self.rows {
            let parts: Vec<Tensor> = rows.iter().map(|r| x.narrow(0, r.clone())).collect();
            x = Tensor::cat(&parts.iter().collect::<Vec<_>>(), 0);
        }
        if let Some(columns) = &self.columns {
            x = x.narrow(-1, columns.clone());
        }
        if self.transposed {
            x = x.t();
        }
        if self.plus_one {
            x = x + 1.0;
        }
        x.contiguous()
    }
}

/// Where a tensor starts when there is no checkpoint.
#[derive(Clone, Copy, Default, PartialEq)]
enum Start {
    #[default]
    Normal,
    One,
    Zero,
}

/// Reads named tensors for one family.
pub(super) struct Reader<'a> {
    stock: Stock<'a>,
    prefix: String,
    used: RefCell<BTreeSet<String>>,
}

/// What stands behind a [`Reader`].
enum Stock<'a> {
    /// Only shapes are looked at; the tensors are empty.
    Shapes(&'a dyn Source),
    Numbers(&'a dyn Source),
    Chance(RefCell<&'a mut Rng>),
}

impl<'a> Reader<'a> {
    /// A reader that puts whichever of the prefixes exists before every name; `probe` is a name that is always there.
    /// With `checking`, it only looks at shapes.
    pub fn new(source: &'a dyn Source, prefixes: &[&str], probe: &str, checking: bool) -> Self {
        let there = |p: &&&str| source.shape(&format!("{p}{probe}")).is_some();
        let prefix = prefixes.iter().find(there).or(prefixes.first()).copied().unwrap_or_default();
        let stock = if checking { Stock::Shapes(source) } else { Stock::Numbers(source) };
        Self { stock, prefix: prefix.to_string(), used: RefCell::default() }
    }
    /// A reader that draws every tensor.
    pub fn random(rng: &'a mut Rng) -> Self {
        Self { stock: Stock::Chance(RefCell::new(rng)), prefix: String::new(), used: RefCell::default() }
    }
    fn get(&self, name: &str, shape: &[usize], cut: &Cut) -> Result<Tensor> {
        // Names that begin with `/` stand as they are, without the prefix.
        let name = name.strip_prefix('/').map_or_else(|| format!("{}{name}", self.prefix), str::to_string);
        let x = match &self.stock {
            Stock::Shapes(source) => {
                let bad = |problem: String| Error::Model { place: format!("{}: {name}", source.place()), problem };
                let Some(found) = source.shape(&name) else {
                    return Err(bad("the tensor is missing; does the config belong to these weights?".into()));
                };
                if found != shape {
                    return Err(bad(format!("has shape {found:?}, the config asks for {shape:?}")));
                }
                self.used.borrow_mut().insert(name);
                return Ok(Tensor::zeros([0], DType::F32));
            }
            Stock::Numbers(source) => source.read(&name)?,
            Stock::Chance(rng) => match cut.start {
                Start::Normal => rng.borrow_mut().normal(shape, DType::F32) * 0.02,
                Start::One if !cut.plus_one => Tensor::ones(shape, DType::F32),
                _ => Tensor::zeros(shape, DType::F32),
            },
        };
        Ok(cut.apply(x))
    }
    /// A tensor as it is.
    pub fn tensor(&self, name: &str, shape: &[usize]) -> Result<Tensor> {
        self.get(name, shape, &Cut::default())
    }
    fn offset(&self, name: &str, width: usize) -> Result<Tensor> {
        self.get(&format!("{name}.bias"), &[width], &Cut { start: Start::Zero, ..Cut::default() })
    }
    /// A linear map, stored `[outputs, inputs]`.
    pub fn linear(&self, name: &str, inputs: usize, outputs: usize, bias: bool) -> Result<Linear> {
        let cut = Cut { transposed: true, ..Cut::default() };
        let weight = self.get(&format!("{name}.weight"), &[outputs, inputs], &cut)?;
        let bias = bias.then(|| self.offset(name, outputs)).transpose()?;
        Ok(Linear { weight, bias })
    }
    /// A linear map made of some rows of a larger one, stored `[all, inputs]`.
    pub fn linear_rows(
        &self,
        name: &str,
        inputs: usize,
        all: usize,
        rows: &[Range<usize>],
        bias: bool,
    ) -> Result<Linear> {
        let cut = Cut { rows: Some(rows.to_vec()), start: Start::Zero, ..Cut::default() };
        let wide = Cut { transposed: true, start: Start::Normal, ..cut.clone() };
        let weight = self.get(&format!("{name}.weight"), &[all, inputs], &wide)?;
        let bias = bias.then(|| self.get(&format!("{name}.bias"), &[all], &cut)).transpose()?;
        Ok(Linear { weight, bias })
    }
    /// A linear map made of some columns of a larger one, stored `[inputs, all]` (GPT-2).
    pub fn linear_columns(&self, name: &str, inputs: usize, all: usize, columns: Range<usize>) -> Result<Linear> {
        let cut = Cut { columns: Some(columns), ..Cut::default() };
        let weight = self.get(&format!("{name}.weight"), &[inputs, all], &cut)?;
        let bias = self.get(&format!("{name}.bias"), &[all], &Cut { start: Start::Zero, ..cut })?;
        Ok(Linear { weight, bias: Some(bias) })
    }
    /// RMS normalisation; `plus_one` for checkpoints that store the weight less one.
    pub fn rms(&self, name: &str, width: usize, epsilon: f64, plus_one: bool) -> Result<Norm> {
        let cut = Cut { plus_one, start: Start::One, ..Cut::default() };
        let weight = self.get(&format!("{name}.weight"), &[width], &cut)?;
        Ok(Norm::Rms(RmsNorm { weight, epsilon }))
    }
    /// Layer normalisation.
    pub fn layer_norm(&self, name: &str, width: usize, epsilon: f64) -> Result<Norm> {
        let weight = self.get(&format!("{name}.weight"), &[width], &Cut { start: Start::One, ..Cut::default() })?;
        let bias = Some(self.offset(name, width)?);
        Ok(Norm::Layer(LayerNorm { weight, bias, epsilon }))
    }
    /// Tensors that nobody asked for and that are no buffers: a sign that the config is another model's.
    pub fn unused(&self, ignored: impl Fn(&str) -> bool) -> Option<String> {
        let Stock::Shapes(source) = &self.stock else { return None };
        let used = self.used.borrow();
        source.names().into_iter().find(|n| !used.contains(n) && !ignored(n))
    }
}
