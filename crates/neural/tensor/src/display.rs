//! Tensors as text, in the manner of NumPy: nested brackets, long axes shortened.

use crate::dtype::DType;
use crate::tensor::Tensor;
use std::fmt;

/// Axes longer than this show their first and last three entries.
const LONG: usize = 8;

impl fmt::Display for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = match self.dtype() {
            DType::Bool => self.to_bools().iter().map(bool::to_string).collect(),
            d if d.is_int() => self.to_vec::<i64>().iter().map(i64::to_string).collect(),
            _ => self.to_vec::<f64>().iter().map(|v| number(*v, f.precision())).collect(),
        };
        let width = words.iter().map(String::len).max().unwrap_or(0);
        block(f, &words, self.shape(), width, 1)
    }
}

fn number(v: f64, precision: Option<usize>) -> String {
    match precision {
        Some(p) => format!("{v:.p$}"),
        None if v == 0.0 || !v.is_finite() => format!("{v}"),
        None if !(1e-3..1e6).contains(&v.abs()) => format!("{v:.4e}"),
        None => format!("{v:.4}"),
    }
}

fn block(f: &mut fmt::Formatter<'_>, words: &[String], shape: &[usize], width: usize, depth: usize) -> fmt::Result {
    let Some((&n, inner)) = shape.split_first() else {
        return write!(f, "{}", words[0]);
    };
    write!(f, "[")?;
    let step = inner.iter().product::<usize>();
    for i in 0..n {
        if n > LONG && i == 3 {
            write!(f, "{}...", gap(inner.len(), depth))?;
        }
        if n > LONG && (3..n - 3).contains(&i) {
            continue;
        }
        if i > 0 {
            write!(f, "{}", gap(inner.len(), depth))?;
        }
        match inner.is_empty() {
            true => write!(f, "{:>width$}", words[i])?,
            false => block(f, &words[i * step..(i + 1) * step], inner, width, depth + 1)?,
        }
    }
    write!(f, "]")
}

/// What stands between two entries: a comma inside a row, line breaks between rows and blocks.
fn gap(inner_rank: usize, depth: usize) -> String {
    match inner_rank {
        0 => ", ".to_owned(),
        r => format!(",{}{}", "\n".repeat(r), " ".repeat(depth)),
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tensor {:?} {:?}", self.shape(), self.dtype())?;
        if let Some(name) = self.name() {
            write!(f, " {name}")?;
        }
        if self.len() <= 64 { write!(f, " {self}") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_aligned_and_long_axes_shortened() {
        let x = Tensor::from([[1.0f32, -2.5], [100.0, 0.0]]);
        assert_eq!(x.to_string(), "[[  1.0000,  -2.5000],\n [100.0000,        0]]");
        assert_eq!(Tensor::arange(10).to_string(), "[0, 1, 2, ..., 7, 8, 9]");
        assert_eq!(Tensor::scalar(2.0f64).to_string(), "2.0000");
        assert_eq!(Tensor::zeros([0, 2], DType::F32).to_string(), "[]");
    }
}
