//! A world where the truth is known: rows that are sparse sums of planted directions (Cunningham et al. 2024, section 2; Sharkey
//! et al. 2022).

use symbolon_tensor::optim::project::unit_rows;
use symbolon_tensor::{DType, Rng, Tensor};

use crate::error::{Error, Result};

/// Planted directions and rows made of them.
#[derive(Clone, Debug)]
pub struct Planted {
    /// The truth, `[features, units]`, rows of length one.
    pub directions: Tensor,
    /// `[rows, units]`.
    pub rows: Tensor,
}

/// `count` rows of `units` numbers, each the sum of `active` of `features` random directions, with strengths between 0.5 and
/// 1.5. Features come in cliques, as in text: each row prefers one of eight groups and draws three of four features from it.
///
/// # Errors
/// [`Error::Setting`] for sizes of zero, or more active features than there are.
pub fn planted(units: usize, features: usize, active: usize, count: usize, rng: &mut Rng) -> Result<Planted> {
    if units == 0 || active == 0 || active > features || count == 0 {
        let problem = format!("{active} of {features} features, {count} rows of {units} units");
        return Err(Error::Setting { what: "planted world", problem });
    }
    let directions = unit_rows(&rng.normal([features, units], DType::F32));
    let truth = directions.to_vec::<f32>();
    let group = features.div_ceil(8);
    let mut rows = vec![0f32; count * units];
    let mut taken = vec![usize::MAX; features];
    for (r, row) in rows.chunks_exact_mut(units).enumerate() {
        let home = rng.below(features.div_ceil(group)) * group;
        let size = group.min(features - home);
        let mut left = active;
        while left > 0 {
            let at_home = size > active && rng.unit() < 0.75;
            let f = if at_home { home + rng.below(size) } else { rng.below(features) };
            if taken[f] == r {
                continue;
            }
            taken[f] = r;
            left -= 1;
            let strength = (0.5 + rng.unit()) as f32;
            row.iter_mut().zip(&truth[f * units..]).for_each(|(x, d)| *x += strength * d);
        }
    }
    let rows = Tensor::new(rows, [count, units])?;
    Ok(Planted { directions, rows })
}
