//! Arithmetic on sums of slices: the synthetic task of Trask et al. 2018 (section 4.1). A list of numbers comes in; two slices of it
//! are added up to `a` and `b`; what is asked for is `a ∘ b`.

use crate::error::{Result, request};
use symbolon_tensor::{DType, Rng, Tensor};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a * b`
    Multiply,
    /// `a / b`
    Divide,
    /// `a^2`
    Square,
    /// `sqrt(a)`
    Root,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Add, Self::Subtract, Self::Multiply, Self::Divide, Self::Square, Self::Root];
    /// As a formula.
    pub fn formula(self) -> &'static str {
        match self {
            Self::Add => "a + b",
            Self::Subtract => "a - b",
            Self::Multiply => "a * b",
            Self::Divide => "a / b",
            Self::Square => "a^2",
            Self::Root => "sqrt(a)",
        }
    }
    /// Of two columns.
    fn of(self, a: &Tensor, b: &Tensor) -> Tensor {
        match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
            Self::Square => a.square(),
            Self::Root => a.sqrt(),
        }
    }
}

/// One such task: which slices, which operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Slices {
    /// How many numbers come in.
    pub inputs: usize,
    /// What is asked for.
    pub operation: Operation,
    /// The two slices, as ranges of inputs; they differ, and may overlap.
    pub slices: [std::ops::Range<usize>; 2],
}

impl Slices {
    /// A task with slices of a quarter of the inputs, at different places drawn at random.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) for fewer than two inputs.
    pub fn draw(inputs: usize, operation: Operation, rng: &mut Rng) -> Result<Self> {
        if inputs < 2 {
            return Err(request("inputs", inputs.to_string(), "give at least 2"));
        }
        let length = inputs.div_ceil(4);
        let places = inputs - length + 1;
        let first = rng.below(places);
        let second = (first + 1 + rng.below(places - 1)) % places;
        Ok(Self { inputs, operation, slices: [first..first + length, second..second + length] })
    }
    /// Answers `[batch, 1]` for inputs `[batch, inputs]`, or for sequences `[batch, time, inputs]`, whose slices are added up over
    /// time.
    pub fn answers(&self, x: &Tensor) -> Tensor {
        let total = if x.rank() == 3 { x.sum_axis(1, false) } else { x.clone() };
        let [a, b] = self.slices.clone().map(|s| total.narrow(1, s).sum_axis(1, true));
        self.operation.of(&a, &b)
    }
    /// Inputs uniform between two numbers, `[batch, inputs]`.
    pub fn inputs(&self, batch: usize, [low, high]: [f64; 2], rng: &mut Rng) -> Tensor {
        rng.uniform([batch, self.inputs], low, high, DType::F32)
    }
}
