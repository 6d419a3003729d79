//! Paths through attention: what a stack of attention layers computes is a sum over paths, each of which takes one head, or the
//! skip connection, in every layer (Dong, Cordonnier and Loukas 2021).
//!
//! With attention patterns as they were in a pass, a head is linear: `P X W`, with the pattern `P` (rows sum to one) between
//! tokens and `W = W_V W_O` within each. A path is a product of such maps, so that the output splits exactly into the sum of all
//! paths and a part that no input reaches ([`Paths::sum`], [`Paths::of_length`]). [`residual`](residual()) says how far from
//! being all the same tokens are, [`surgery`] switches skip connections and feed-forward layers off in any transformer, and
//! restricts it to a path.

mod residual;
mod stack;
pub mod surgery;

pub use residual::{Bound, Growth, composite_norm, left_by_layer, record_streams, relative_residual, residual};
pub use stack::AttentionStack;

use symbolon_net::{Network, Site, Trace};
use symbolon_tensor::{Rng, Tensor, no_grad};

use crate::error::{Error, Result};

/// A head as it was in a pass.
#[derive(Clone, Debug)]
pub struct Head {
    /// Who looks at whom, `[query, key]`; rows sum to one.
    pub pattern: Tensor,
    /// What is done to a token that was looked at, `W_V W_O`, `[width, width]`.
    pub value: Tensor,
}

impl Head {
    fn apply(&self, x: &Tensor) -> Tensor {
        self.pattern.matmul(&x.matmul(&self.value))
    }
}

/// All paths of one pass.
#[derive(Clone, Debug)]
pub struct Paths {
    /// The input of the first layer, `[position, width]`.
    pub input: Tensor,
    /// Heads of each layer.
    pub layers: Vec<Vec<Head>>,
    /// Whether a path may leave a layer out.
    pub skips: bool,
    /// What offsets of the layers add: the output for an input of zeros under the same patterns, `[position, width]`.
    pub offset: Tensor,
}

/// More paths than this are not enumerated.
pub const MOST_PATHS: u128 = 100_000;

impl Paths {
    /// The paths of a stack for one sequence `[position, width]`.
    ///
    /// # Errors
    /// As the stack's pass; [`Error::Setting`] for a single token, which is always equal to itself.
    pub fn of(stack: &AttentionStack, x: &Tensor) -> Result<Self> {
        if x.rank() != 2 || x.size(0) < 2 {
            let problem = format!("a sequence [position, width] of at least 2 tokens is needed, not {:?}", x.shape());
            return Err(Error::Setting { what: "paths", problem });
        }
        let mut trace = Trace::new().record("blocks.*.attn.pattern");
        no_grad(|| stack.forward(&[x.unsqueeze(0)], &mut trace))?;
        let mut layers = Vec::new();
        let mut offset = x.zeros_like();
        for (l, layer) in stack.layers.iter().enumerate() {
            let site = Site::new(&format!("blocks.{l}.attn.pattern"))?;
            let pattern = trace.get(&site).expect("it was recorded").tensor().get(0);
            let head = |h: usize| Head { pattern: pattern.get(h as isize), value: stack.value(l, h) };
            let heads: Vec<Head> = (0..layer.heads).map(head).collect();
            let kept = if stack.skips { offset.clone() } else { offset.zeros_like() };
            let passed = heads.iter().fold(kept, |sum, head| sum + head.apply(&offset));
            // Offsets of values and of the output reach every token alike, as patterns sum to one.
            offset = passed + stack.offset(l).unsqueeze(0);
            layers.push(heads);
        }
        Ok(Self { input: x.clone(), layers, skips: stack.skips, offset })
    }

    /// How many paths there are.
    pub fn count(&self) -> u128 {
        let options = self.layers.iter().map(|heads| heads.len() as u128 + u128::from(self.skips));
        options.fold(1, u128::saturating_mul)
    }

    /// One path, from the first layer on: a head of each layer, or none for the skip connection.
    ///
    /// # Errors
    /// [`Error::Setting`] when it has not one step for each layer, a head that is not there, or a skip where there is none.
    pub fn path(&self, steps: &[Option<usize>]) -> Result<Tensor> {
        let bad = |problem: String| Err(Error::Setting { what: "path", problem });
        if steps.len() != self.layers.len() {
            return bad(format!("{} steps for {} layers", steps.len(), self.layers.len()));
        }
        let mut x = self.input.clone();
        for (l, (step, heads)) in steps.iter().zip(&self.layers).enumerate() {
            match step {
                None if self.skips => {}
                None => return bad(format!("layer {l} has no skip connection")),
                Some(h) if *h < heads.len() => x = heads[*h].apply(&x),
                Some(h) => return bad(format!("layer {l} has {} heads, there is none number {h}", heads.len())),
            }
        }
        Ok(x)
    }

    /// The sum of all paths, one by one, and the offset: the output of the stack.
    ///
    /// # Errors
    /// [`Error::Setting`] for more than [`MOST_PATHS`]: see [`Paths::of_length`] for their sum by length, and [`sample`].
    pub fn sum(&self) -> Result<Tensor> {
        if self.count() > MOST_PATHS {
            let problem = format!("{} are too many to add one by one; draw some, or add all of a length", self.count());
            return Err(Error::Setting { what: "paths", problem });
        }
        let mut sum = self.offset.clone();
        let first = if self.skips { None } else { Some(0) };
        let mut steps = vec![first; self.layers.len()];
        loop {
            sum = sum + self.path(&steps)?;
            // The next path, as an odometer counts.
            let mut l = 0;
            loop {
                let Some(step) = steps.get_mut(l) else { return Ok(sum) };
                let next = step.map_or(0, |h| h + 1);
                if next < self.layers[l].len() {
                    *step = Some(next);
                    break;
                }
                *step = first;
                l += 1;
            }
        }
    }

    /// The sum of all paths through exactly `length` heads, `[position, width]`: exact whatever their number, as what leaves a
    /// layer through `k` heads skipped it or came to it through `k - 1`.
    pub fn of_length(&self, length: usize) -> Tensor {
        let zero = self.input.zeros_like();
        let mut by_length = vec![self.input.clone()];
        for heads in &self.layers {
            let mut next = vec![zero.clone(); by_length.len() + 1];
            for (k, x) in by_length.iter().enumerate() {
                if self.skips {
                    next[k] = &next[k] + x;
                }
                next[k + 1] = heads.iter().fold(next[k + 1].clone(), |sum, head| sum + head.apply(x));
            }
            by_length = next;
        }
        by_length.get(length).cloned().unwrap_or(zero)
    }
}

/// Random paths through exactly `length` heads, for layers with so many heads each: layers and heads are drawn alike.
pub fn sample(heads: &[usize], length: usize, count: usize, rng: &mut Rng) -> Vec<Vec<Option<usize>>> {
    let one = |_| {
        let order = rng.permutation(heads.len()).to_vec::<i64>();
        let mut steps = vec![None; heads.len()];
        for l in order.into_iter().take(length) {
            steps[l as usize] = Some(rng.below(heads[l as usize].max(1)));
        }
        steps
    };
    (0..count).map(one).collect()
}
