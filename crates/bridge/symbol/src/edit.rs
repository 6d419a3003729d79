//! Writing through a symbol while a network runs: symbols as edits of a trace.

use std::sync::Arc;

use symbolon_net::{Activation, Edit};

use crate::Symbol;
use crate::error::{Error, Result};
use crate::values::Values;

/// Which rows of an activation are written.
#[derive(Clone, Debug)]
pub enum Which {
    /// All of them, one value each.
    All,
    /// Those that are true; the values are for all rows, and where this is false the old one stays.
    Rows(Arc<[bool]>),
}

/// Edits of a [`Trace`](symbolon_net::Trace) made from symbols.
pub trait SymbolEdit {
    /// Writes `values` when the pass comes to the symbol's site. Use it at that site:
    /// `trace.edit(symbol.site().name(), symbol.clone().writing(values, Which::All))`.
    fn writing(self, values: Values, which: Which) -> Edit;
}

impl<S: Symbol + ?Sized + 'static> SymbolEdit for Arc<S> {
    fn writing(self, values: Values, which: Which) -> Edit {
        Edit::map(move |activation| write(&*self, activation, &values, &which).map_err(symbolon_net::Error::other))
    }
}

fn write<S: Symbol + ?Sized>(
    symbol: &S,
    activation: &Activation,
    values: &Values,
    which: &Which,
) -> Result<symbolon_tensor::Tensor> {
    let Which::Rows(rows) = which else { return Ok(symbol.write(activation, values)?.into_tensor()) };
    if rows.len() != values.rows() {
        return Err(Error::Rows { rows: rows.len(), found: values.rows() });
    }
    let old = symbol.read(activation)?;
    if old.rows() != values.rows() {
        return Err(Error::Rows { rows: old.rows(), found: values.rows() });
    }
    let mask = symbolon_tensor::Tensor::from_bools(rows.to_vec(), [rows.len()])?;
    let mask = if old.tensor().rank() == 2 { mask.unsqueeze(1) } else { mask };
    let new = values.tensor().to(old.tensor().dtype());
    let chosen = mask.expand(new.shape()).choose(&new, old.tensor());
    Ok(symbol.write(activation, &values.with_tensor(chosen))?.into_tensor())
}
