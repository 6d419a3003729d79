//! Networks, one file each, that read like the papers they come from.

mod arithmetic;
mod cnn;
mod kan;
mod mlp;
mod sequence;
mod transformer;

pub use arithmetic::{ArithmeticConfig, ArithmeticNet, Memory, Recurrent, RecurrentConfig};
pub use cnn::{Cnn, CnnConfig, Convolution};
pub use kan::{Kan, KanConfig, KanEdges, Sparsity};
pub use mlp::{Mlp, MlpConfig};
pub use sequence::{Answer, TimeDistributed, TokenReader};
pub use transformer::{Transformer, TransformerConfig};

use crate::error::{Error, Result};
use symbolon_tensor::{DType, Tensor};

/// The only input of a network that takes one.
fn single<'a>(network: &str, inputs: &'a [Tensor]) -> Result<&'a Tensor> {
    match inputs {
        [x] => Ok(x),
        _ => Err(refuse(network, format!("it takes one input, {} were given", inputs.len()))),
    }
}

fn refuse(network: &str, problem: String) -> Error {
    Error::Input { network: network.to_owned(), problem }
}

/// The input in the kind of number and on the device of the parameters.
fn like(network: &str, x: &Tensor, parameter: &Tensor) -> Result<Tensor> {
    if x.dtype() == DType::Bool {
        return Err(refuse(network, "its input holds truth values, not numbers".into()));
    }
    Ok(x.to(parameter.dtype()).to_device(parameter.device()))
}
