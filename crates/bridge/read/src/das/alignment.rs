//! An alignment: a rotation of a site and the coordinates that each variable owns.

use std::sync::Arc;

use symbolon_check::{Intervention, Proportion, intervene};
use symbolon_net::Site;
use symbolon_symbol::{Subspace, Symbol, Values, Which, orthonormality};
use symbolon_tensor::{DType, Tensor};

use super::frozen::{AT_ONCE, Frozen, Pair, hits};
use crate::error::{Error, Result};
use crate::rows::pick;

/// Orthonormal axes of a site, and which of them each variable owns.
#[derive(Clone, Debug)]
pub struct Alignment {
    site: Site,
    /// Orthonormal rows `[coordinates, units]`.
    rotation: Tensor,
    /// The coordinates of each variable.
    owned: Vec<Vec<usize>>,
}

impl Alignment {
    /// The coordinates `owned` by each variable, of orthonormal rows `[coordinates, units]`: a random or a known rotation to
    /// compare with, or one that was learned.
    ///
    /// # Errors
    /// [`Error::Setting`] for rows that are not orthonormal to 1e-4, coordinates that do not exist or have two owners.
    pub fn new(site: Site, rotation: &Tensor, owned: Vec<Vec<usize>>) -> Result<Self> {
        let bad = |problem: String| Err(Error::Setting { what: "alignment", problem });
        if rotation.rank() != 2 || rotation.is_empty() {
            return bad(format!("axes of shape {:?}, not [coordinates, units]", rotation.shape()));
        }
        let off = orthonormality(rotation);
        if off.is_nan() || off > 1e-4 {
            return bad(format!("axes that are {off:.1e} away from orthonormal"));
        }
        let mut seen = vec![false; rotation.size(0)];
        for &c in owned.iter().flatten() {
            match seen.get_mut(c) {
                Some(s) if !*s => *s = true,
                Some(_) => return bad(format!("coordinate {c} has two owners")),
                None => return bad(format!("coordinate {c} of {}", rotation.size(0))),
            }
        }
        Ok(Self { site, rotation: rotation.detach(), owned })
    }
    /// The axes, `[coordinates, units]`.
    pub fn rotation(&self) -> &Tensor {
        &self.rotation
    }
    /// How many coordinates each variable owns.
    pub fn widths(&self) -> Vec<usize> {
        self.owned.iter().map(Vec::len).collect()
    }
    /// The axes of a variable, orthonormal rows `[width, units]`; none when it owns nothing.
    ///
    /// # Panics
    /// When there is no such variable.
    pub fn axes(&self, variable: usize) -> Option<Tensor> {
        let owned = &self.owned[variable];
        (!owned.is_empty()).then(|| pick(&self.rotation, owned))
    }
    /// The subspace of a variable, as a symbol; none when it owns nothing.
    ///
    /// # Errors
    /// [`Error::Symbol`] for axes that are no basis.
    ///
    /// # Panics
    /// When there is no such variable.
    pub fn subspace(&self, variable: usize) -> Result<Option<Subspace>> {
        Ok(self.axes(variable).map(|axes| Subspace::new(self.site.clone(), &axes)).transpose()?)
    }
    /// Interchange-intervention accuracy: how often the network gives the label that the causal model says, when the variables'
    /// subspaces hold what they hold in the sources' runs.
    ///
    /// # Errors
    /// [`Error::Setting`] for pairs that do not fit; errors of the passes.
    pub fn accuracy(&self, frozen: &Frozen, pairs: &[Pair]) -> Result<Proportion> {
        frozen.check(pairs, self.owned.len())?;
        if self.rotation.size(1) != frozen.units() {
            let problem = format!("axes of {} units for a place of {}", self.rotation.size(1), frozen.units());
            return Err(Error::Setting { what: "alignment", problem });
        }
        let mut subspaces = Vec::new();
        for v in 0..self.owned.len() {
            let of_site = self.axes(v).map(|axes| Subspace::new(self.site.clone(), &frozen.of_site(&axes)));
            subspaces.push(of_site.transpose()?.map(Arc::new));
        }
        let mut right = Vec::new();
        for some in pairs.chunks(AT_ONCE) {
            let mut interventions = Vec::new();
            for (v, subspace) in subspaces.iter().enumerate() {
                let Some(subspace) = subspace else { continue };
                let sources: Vec<usize> = some.iter().map(|p| p.sources[v].unwrap_or(p.base)).collect();
                let basis = subspace.basis().to(frozen.vectors.dtype());
                let values = frozen.of_site(&pick(&frozen.vectors, &sources)).matmul(&basis.t()); // [pairs, width]
                // One value for each row of the site; only the place's rows are written.
                let (n, at) = frozen.row;
                let spread: Vec<usize> = (0..some.len()).flat_map(|i| std::iter::repeat_n(i, n)).collect();
                let which: Vec<bool> = (0..some.len() * n).map(|r| r % n == at).collect();
                interventions.push(Intervention {
                    symbol: subspace.clone() as Arc<dyn Symbol>,
                    values: Values::Vector(pick(&values, &spread)),
                    which: Which::Rows(which.into()),
                });
            }
            let bases: Vec<usize> = some.iter().map(|p| p.base).collect();
            let y = intervene(frozen.network, &frozen.examples_of(&bases), &interventions)?;
            right.extend(hits(&(frozen.answer)(&y), some.iter().map(|p| p.label)));
        }
        Ok(Proportion::of(right))
    }
    /// The largest principal angle between a variable's subspace and another of `[k, units]` rows, in degrees: 0 when the smaller
    /// lies in the larger, 90 when some direction of it is orthogonal to all of the other. None when the variable owns nothing.
    ///
    /// # Errors
    /// [`Error::Net`] for rows that are no basis.
    ///
    /// # Panics
    /// When there is no such variable.
    pub fn angle_to(&self, variable: usize, other: &Tensor) -> Result<Option<f64>> {
        let Some(axes) = self.axes(variable) else { return Ok(None) };
        let other = Subspace::new(self.site.clone(), other)?;
        let cosines = axes.to(DType::F64).matmul(&other.basis().to(DType::F64).t()).svd()?.s;
        Ok(Some(cosines.min().item().clamp(0.0, 1.0).acos().to_degrees()))
    }
}
