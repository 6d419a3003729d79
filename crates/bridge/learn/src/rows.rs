//! Examples about numbered data: `image(3)` is row 3 of one tensor, as a data set lies in memory.

use symbolon_net::{Network, Trace};
use symbolon_tensor::{DType, Tensor};
use symbolon_theory::term::{Term, View};

use crate::error::{Error, Result};
use crate::program::{Example, Program};

/// A list of numbered data for the text of a query: `[image(4),image(7)]`.
pub fn images(rows: impl IntoIterator<Item = usize>) -> String {
    format!("[{}]", rows.into_iter().map(|row| format!("image({row})")).collect::<Vec<_>>().join(","))
}

impl Program {
    /// The log-probability of each example's target, `[examples]`, where every datum is a numbered row of `data` and one network
    /// answers all calls with logits; learnable probabilities have their start values.
    ///
    /// ```
    /// use symbolon_learn::{Program, images};
    /// use symbolon_net::Architecture;
    /// use symbolon_tensor::{DType, Device, Rng};
    /// use symbolon_theory::Theory;
    /// let mut program = Program::new(Theory::parse("
    ///     nn(bit, [X], Y, [0, 1]) :: bit(X, Y).
    ///     odd([], 0).
    ///     odd([X|Xs], P) :- bit(X, B), odd(Xs, Q), P is (B + Q) mod 2.
    /// ")?);
    /// let network = "mlp(4, 8, 2)".parse::<Architecture>()?.build(&mut Rng::new(0), Device::Cpu)?;
    /// let data = Rng::new(1).normal([10, 4], DType::F32);
    /// let two = [0, 1].map(|parity| format!("odd({}, {parity})", images([7, 2])));
    /// let examples = [program.example(&two[0])?, program.example(&two[1])?];
    /// let p = program.log_probability_of_rows(&examples, &*network, &data)?.exp().to_vec::<f64>();
    /// assert!((p[0] + p[1] - 1.0).abs() < 1e-6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Outputs`] for data that are no numbers of rows, and outputs that do not fit; errors of the network.
    pub fn log_probability_of_rows<'a>(
        &self,
        examples: impl IntoIterator<Item = &'a Example>,
        network: &dyn Network,
        data: &Tensor,
    ) -> Result<Tensor> {
        let batch = self.batch(examples);
        let mut outputs = Vec::new();
        for calls in &batch.calls {
            let rows = calls.inputs.iter().map(|inputs| self.row(calls.network, inputs, data.size(0)));
            let rows = rows.collect::<Result<Vec<usize>>>()?;
            let x = data.index_select(0, &symbolon_data::indices(&rows));
            outputs.push(network.forward(&[x], &mut Trace::none())?.log_softmax(1));
        }
        self.log_probability(&batch, &outputs, &self.parameters(DType::F32))
    }

    /// The number of the only input of a call.
    fn row(&self, network: usize, inputs: &[Term], rows: usize) -> Result<usize> {
        let terms = self.theory().terms.lock();
        let number = match inputs {
            &[input] => match terms.view(input) {
                View::Compound(_, &[number]) => terms.as_int(number).and_then(|n| usize::try_from(n).ok()),
                _ => None,
            },
            _ => None,
        };
        number.filter(|n| *n < rows).ok_or_else(|| Error::Outputs {
            network: self.networks()[network].name.clone(),
            problem: format!(
                "is called on {}; write each datum as the number of one of {rows} rows: image(3)",
                inputs.iter().map(|&t| terms.display(t).to_string()).collect::<Vec<_>>().join(", ")
            ),
        })
    }

    /// The probability of a query that needs no network, under this program's semantics; learnable probabilities have their start
    /// values.
    ///
    /// ```
    /// use symbolon_learn::{Program, Semantics};
    /// use symbolon_theory::Theory;
    /// let theory = Theory::parse("0.5::a. 0.5::b. q :- a. q :- b.")?;
    /// assert!((Program::new(theory.clone()).probability("q")? - 0.75).abs() < 1e-6);
    /// assert!((Program::new(theory).with_semantics(Semantics::TopK(1)).probability("q")? - 0.5).abs() < 1e-6);
    /// # Ok::<(), symbolon_learn::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Program::example`]; [`Error::Outputs`] when the query calls a network.
    pub fn probability(&mut self, query: &str) -> Result<f64> {
        let example = self.example(query)?;
        let batch = self.batch([&example]);
        Ok(self.log_probability(&batch, &[], &self.parameters(DType::F64))?.exp().item())
    }
}
