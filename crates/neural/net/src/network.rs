//! What every network can do, and the one way to name parameters.

use crate::error::Result;
use crate::site::SiteInfo;
use crate::trace::Trace;
use std::collections::BTreeMap;
use symbolon_tensor::{DType, Tensor};

/// Anything that holds parameters under dotted names: a tensor, a layer, a list of layers, a network.
///
/// [`parameters!`](crate::parameters) writes this for a struct from the list of its fields; the names are the fields'
/// names, so the tree of structs is the tree of names in a checkpoint.
pub trait Parameters {
    /// Adds all parameters, each with its name behind `at`, in a fixed order.
    fn collect<'a>(&'a self, at: &str, into: &mut Vec<(String, &'a Tensor)>);
    /// The same, to be changed; in the same order.
    fn collect_mut<'a>(&'a mut self, at: &str, into: &mut Vec<(String, &'a mut Tensor)>);
}

/// A network: a plain struct with named sites and named parameters. Object safe.
///
/// ```
/// use symbolon_net::{Axis, Network, Result, SiteInfo, Trace, parameters};
/// use symbolon_tensor::{DType, Tensor};
///
/// /// Logistic regression: `logits = x W`.
/// struct Logistic {
///     weight: Tensor, // [inputs, classes]
/// }
/// parameters!(Logistic { weight });
///
/// const ROWS: [Axis; 2] = [Axis::Batch, Axis::Unit];
///
/// impl Network for Logistic {
///     fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> Result<Tensor> {
///         let x = &inputs[0]; // [batch, inputs]
///         trace.at("logits", &ROWS, x.matmul(&self.weight))
///     }
///     fn sites(&self) -> Vec<SiteInfo> {
///         vec![SiteInfo::new("logits", &ROWS, &[None, Some(self.weight.size(1))])]
///     }
///     fn config(&self) -> serde_json::Value {
///         serde_json::json!({ "kind": "logistic", "shape": self.weight.shape() })
///     }
/// }
///
/// let network = Logistic { weight: Tensor::ones([3, 2], DType::F32) };
/// let mut trace = Trace::new().record("logits");
/// let y = network.forward(&[Tensor::ones([5, 3], DType::F32)], &mut trace)?;
/// assert_eq!(trace.get(&"logits".parse()?).unwrap().tensor().to_vec::<f32>(), y.to_vec::<f32>());
/// assert_eq!(network.parameters()[0].0, "weight");
/// # Ok::<(), symbolon_net::Error>(())
/// ```
pub trait Network: Parameters + Send + Sync {
    /// Runs the network. Most take one input: a batch of images, of vectors or of token numbers.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) when the inputs do not fit, and what edits of the trace answer.
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> Result<Tensor>;
    /// The answer to one input, with nobody listening.
    ///
    /// # Errors
    /// As [`forward`](Network::forward).
    fn answer(&self, x: &Tensor) -> Result<Tensor> {
        self.forward(std::slice::from_ref(x), &mut Trace::none())
    }
    /// All sites, in the order in which a pass comes to them.
    fn sites(&self) -> Vec<SiteInfo>;
    /// Architecture and sizes: enough to build it again; built-in ones answer their [`Architecture`](crate::Architecture).
    fn config(&self) -> serde_json::Value;
    /// Whether a parameter is trained. Others (grids, masks) are kept with them and stay as they are.
    fn trains(&self, _name: &str) -> bool {
        true
    }
    /// How far weights are from where they should end, one number that training may push down; none where they may end anywhere.
    fn undecided(&self) -> Option<Tensor> {
        None
    }
    /// All parameters with their dotted names, as in a checkpoint, in a fixed order.
    fn parameters(&self) -> Vec<(String, &Tensor)> {
        let mut all = Vec::new();
        self.collect("", &mut all);
        all
    }
    /// All parameters, to be changed; in the same order.
    fn parameters_mut(&mut self) -> Vec<(String, &mut Tensor)> {
        let mut all = Vec::new();
        self.collect_mut("", &mut all);
        all
    }
}

/// All parameters in another kind of number: `f64` where a network is to become exact.
pub fn parameters_as(network: &mut dyn Network, dtype: DType) {
    network.parameters_mut().into_iter().for_each(|(_, p)| *p = p.to(dtype));
}

/// How many numbers a network trains.
///
/// ```
/// use symbolon_net::{Architecture, trained_numbers};
/// use symbolon_tensor::{Device, Rng};
/// let network = "mlp(3, 5, 2)".parse::<Architecture>()?.build(&mut Rng::new(0), Device::Cpu)?;
/// assert_eq!(trained_numbers(&*network), 3 * 5 + 5 + 5 * 2 + 2);
/// # Ok::<(), symbolon_net::Error>(())
/// ```
pub fn trained_numbers(network: &dyn Network) -> usize {
    network.parameters().iter().filter(|(name, _)| network.trains(name)).map(|(_, p)| p.len()).sum()
}

/// A name behind another; an empty one adds nothing.
pub fn join(at: &str, name: impl std::fmt::Display) -> String {
    let name = name.to_string();
    match (at.is_empty(), name.is_empty()) {
        (true, _) => name,
        (_, true) => at.to_owned(),
        _ => format!("{at}.{name}"),
    }
}

impl Parameters for Tensor {
    fn collect<'a>(&'a self, at: &str, into: &mut Vec<(String, &'a Tensor)>) {
        into.push((at.to_owned(), self));
    }
    fn collect_mut<'a>(&'a mut self, at: &str, into: &mut Vec<(String, &'a mut Tensor)>) {
        into.push((at.to_owned(), self));
    }
}

impl<P: Parameters> Parameters for Option<P> {
    fn collect<'a>(&'a self, at: &str, into: &mut Vec<(String, &'a Tensor)>) {
        self.iter().for_each(|p| p.collect(at, into));
    }
    fn collect_mut<'a>(&'a mut self, at: &str, into: &mut Vec<(String, &'a mut Tensor)>) {
        self.iter_mut().for_each(|p| p.collect_mut(at, into));
    }
}

impl<P: Parameters> Parameters for Vec<P> {
    fn collect<'a>(&'a self, at: &str, into: &mut Vec<(String, &'a Tensor)>) {
        self.iter().enumerate().for_each(|(i, p)| p.collect(&join(at, i), into));
    }
    fn collect_mut<'a>(&'a mut self, at: &str, into: &mut Vec<(String, &'a mut Tensor)>) {
        self.iter_mut().enumerate().for_each(|(i, p)| p.collect_mut(&join(at, i), into));
    }
}

/// Several networks by name: their parameters lie behind their names.
impl<P: Parameters> Parameters for BTreeMap<String, P> {
    fn collect<'a>(&'a self, at: &str, into: &mut Vec<(String, &'a Tensor)>) {
        self.iter().for_each(|(name, p)| p.collect(&join(at, name), into));
    }
    fn collect_mut<'a>(&'a mut self, at: &str, into: &mut Vec<(String, &'a mut Tensor)>) {
        self.iter_mut().for_each(|(name, p)| p.collect_mut(&join(at, name), into));
    }
}

impl<P: Parameters + ?Sized> Parameters for Box<P> {
    fn collect<'a>(&'a self, at: &str, into: &mut Vec<(String, &'a Tensor)>) {
        (**self).collect(at, into);
    }
    fn collect_mut<'a>(&'a mut self, at: &str, into: &mut Vec<(String, &'a mut Tensor)>) {
        (**self).collect_mut(at, into);
    }
}

/// Implements [`Parameters`](crate::Parameters) for a struct: the fields named here, in this order, under their names.
/// A name in a checkpoint that is no field's is given with `field as "name"`; `as ""` adds none.
///
/// For an enum, `parameters!(enum Kind { One(field), Other { field, field } })`: what stands in `One` has no name of its own.
#[macro_export]
macro_rules! parameters {
    (enum $kind:ident {
        $($variant:ident $(($inner:ident))? $({ $($field:ident $(as $name:literal)?),* $(,)? })?),* $(,)?
    }) => {
        impl $crate::Parameters for $kind {
            fn collect<'a>(&'a self, at: &str, into: &mut Vec<(String, &'a symbolon_tensor::Tensor)>) {
                match self {
                    $(Self::$variant $(($inner))? $({ $($field),* })? => {
                        $($crate::Parameters::collect($inner, at, into);)?
                        $($($crate::Parameters::collect(
                            $field,
                            &$crate::join(at, $crate::parameters!(@ $field $($name)?)),
                            into,
                        );)*)?
                    })*
                }
            }
            fn collect_mut<'a>(&'a mut self, at: &str, into: &mut Vec<(String, &'a mut symbolon_tensor::Tensor)>) {
                match self {
                    $(Self::$variant $(($inner))? $({ $($field),* })? => {
                        $($crate::Parameters::collect_mut($inner, at, into);)?
                        $($($crate::Parameters::collect_mut(
                            $field,
                            &$crate::join(at, $crate::parameters!(@ $field $($name)?)),
                            into,
                        );)*)?
                    })*
                }
            }
        }
    };
    ($kind:ty { $($field:ident $(as $name:literal)?),* $(,)? }) => {
        impl $crate::Parameters for $kind {
            #[allow(unused_variables)]
            fn collect<'a>(&'a self, at: &str, into: &mut Vec<(String, &'a symbolon_tensor::Tensor)>) {
                $($crate::Parameters::collect(&self.$field, &$crate::join(at, $crate::parameters!(@ $field $($name)?)), into);)*
            }
            #[allow(unused_variables)]
            fn collect_mut<'a>(&'a mut self, at: &str, into: &mut Vec<(String, &'a mut symbolon_tensor::Tensor)>) {
                $($crate::Parameters::collect_mut(&mut self.$field, &$crate::join(at, $crate::parameters!(@ $field $($name)?)), into);)*
            }
        }
    };
    (@ $field:ident) => { stringify!($field) };
    (@ $field:ident $name:literal) => { $name };
}
