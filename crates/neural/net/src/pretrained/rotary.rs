//! Tables of rotary positions, in the precision in which the models were trained.

use super::config::{Rotary, Stretch};
use crate::layers::Rope;
use std::f32::consts::TAU;
use std::ops::Range;
use symbolon_tensor::Tensor;

impl Rotary {
    /// How fast each pair of numbers turns, in radians a position: `base^(-2i / width)`, stretched.
    fn speeds(&self) -> Vec<f32> {
        let plain = (0..self.width / 2).map(|i| 1.0 / (self.base as f32).powf((2 * i) as f32 / self.width as f32));
        plain.map(|s| self.stretched(s)).collect()
    }
    fn stretched(&self, speed: f32) -> f32 {
        match self.stretch {
            Stretch::None => speed,
            Stretch::Linear(factor) => speed / factor as f32,
            Stretch::Llama3 { factor, low, high, context } => {
                let turns = context as f32 * speed / TAU; // in the original context
                let (slow, fast) = (speed / factor as f32, speed);
                match turns {
                    t if t < low as f32 => slow,
                    t if t > high as f32 => fast,
                    t => {
                        let smooth = (t - low as f32) / (high as f32 - low as f32);
                        (1.0 - smooth) * slow + smooth * fast
                    }
                }
            }
        }
    }
    /// Cosines and sines for positions, `[position, width / 2]`.
    pub(super) fn tables(&self, positions: Range<usize>) -> Rope {
        let speeds = self.speeds();
        let angles: Vec<f32> = positions.clone().flat_map(|p| speeds.iter().map(move |s| p as f32 * s)).collect();
        let table = |f: fn(f32) -> f32| {
            let numbers = angles.iter().map(|&a| f(a)).collect::<Vec<f32>>();
            Tensor::new(numbers, [positions.len(), speeds.len()]).expect("as many angles as places")
        };
        Rope::from_tables(table(f32::cos), table(f32::sin))
    }
}
