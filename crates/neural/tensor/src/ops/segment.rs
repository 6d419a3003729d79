//! Groups of rows: the sums that circuits, graphs and relations are made of.

use super::float;
use crate::dtype::DType;
use crate::engine;
use crate::error::{Error, Result};
use crate::kernels::segment;
use crate::tape::{Keep, is_recording, record};
use crate::tensor::Tensor;
use smallvec::smallvec;

/// Which group each row belongs to.
///
/// ```
/// use symbolon_tensor::{Segments, Tensor};
/// let groups = Segments::new(vec![0, 0, 2], 3).unwrap();
/// let x = Tensor::from([1.0f32, 2.0, 5.0]);
/// assert_eq!(groups.sum(&x).to_vec::<f32>(), [3.0, 0.0, 5.0]);
/// ```
#[derive(Clone, Debug)]
pub struct Segments {
    ids: Tensor,
    count: usize,
}

impl Segments {
    /// Row `i` belongs to group `ids[i]` of `count`.
    ///
    /// # Errors
    /// [`Error::Index`] when a group is outside `0..count`.
    pub fn new(ids: Vec<i64>, count: usize) -> Result<Self> {
        let n = ids.len();
        Ok(Self { ids: Tensor::checked_indices(ids, [n], count)?, count })
    }
    /// Rows `offsets[g]..offsets[g + 1]` belong to group `g`.
    ///
    /// # Errors
    /// [`Error::Index`] unless offsets start at zero and never fall.
    pub fn from_offsets(offsets: &[usize]) -> Result<Self> {
        let mut ids = Vec::with_capacity(offsets.last().copied().unwrap_or(0));
        if offsets.first().is_some_and(|&o| o != 0) {
            return Err(Error::Index { op: "segments", index: offsets[0] as i64, size: 1 });
        }
        for (g, w) in offsets.windows(2).enumerate() {
            if w[1] < w[0] {
                return Err(Error::Index { op: "segments", index: w[1] as i64, size: w[0] });
            }
            ids.extend(std::iter::repeat_n(g as i64, w[1] - w[0]));
        }
        Self::new(ids, offsets.len().saturating_sub(1))
    }
    /// How many groups there are.
    pub fn count(&self) -> usize {
        self.count
    }
    /// The group of each row.
    pub fn ids(&self) -> &Tensor {
        &self.ids
    }
    #[track_caller]
    fn rows(&self, op: &str, x: &Tensor) {
        float(op, x);
        let fits = x.rank() > 0 && x.size(0) == self.ids.len();
        assert!(fits, "{op}: {} rows are grouped, not shape {:?}", self.ids.len(), x.shape);
    }
    /// The group of each row, where the numbers of `x` are.
    pub(super) fn beside(&self, x: &Tensor) -> Tensor {
        self.ids.to_device(x.device())
    }
    /// The sum of each group's rows: `[rows, ..]` to `[groups, ..]`; zero for empty groups.
    #[track_caller]
    pub fn sum(&self, x: &Tensor) -> Tensor {
        self.rows("segment sum", x);
        let mut to = x.shape.clone();
        to[0] = self.count;
        Tensor::full_on(to, 0.0, x.dtype(), x.device()).index_add(0, &self.beside(x), x)
    }
    /// The largest of each group's rows, number by number; minus infinity for empty groups. The first of equal
    /// winners gets the cotangent.
    #[track_caller]
    pub fn max(&self, x: &Tensor) -> Tensor {
        self.rows("segment max", x);
        let width = x.shape[1..].iter().product::<usize>();
        let mut to = x.shape.clone();
        to[0] = self.count;
        if x.is_empty() {
            return Tensor::full_on(to, f64::NEG_INFINITY, x.dtype(), x.device());
        }
        let raw = match segment::max(&x.raw, &self.ids.raw, self.count, width) {
            Some(raw) => raw,
            None => self.picked(&x.detach(), &self.winners(x, width)).raw,
        };
        let groups = self.clone();
        record("segment_max", &[x], raw, Keep::INPUTS, move |s| {
            let (x, g) = (s.input(0), s.cotangent());
            let best = groups.winners(&x, width);
            let (rows, none) = (x.size(0), best.eq_scalar(-1.0));
            let g = g.reshape([groups.count, width]).mask_fill(&none, 0.0);
            let spread = Tensor::full_on([rows, width], 0.0, g.dtype(), g.device());
            smallvec![Some(spread.scatter_add(0, &best.clamp_min(0.0), &g).reshape(x.shape()))]
        })
    }
    /// For every column of every group the row that holds its largest number, `-1` in empty groups: `[groups, width]`.
    fn winners(&self, x: &Tensor, width: usize) -> Tensor {
        let (here, ids) = (engine::dense(&x.raw), self.ids.to_vec::<i64>());
        let best = match x.dtype() {
            DType::F32 => segment::winners(engine::slice::<f32>(&here), &ids, self.count, width),
            _ => segment::winners(&x.detach().to_vec::<f64>(), &ids, self.count, width),
        };
        Tensor::of(best, &[self.count, width]).to_device(x.device())
    }
    /// The numbers in those rows, minus infinity in empty groups.
    fn picked(&self, x: &Tensor, best: &Tensor) -> Tensor {
        let mut to = x.shape.clone();
        to[0] = self.count;
        let picked = x.reshape([x.size(0), best.size(1)]).gather(0, &best.clamp_min(0.0));
        picked.mask_fill(&best.eq_scalar(-1.0), f64::NEG_INFINITY).reshape(&to)
    }
    /// `ln Σ e^x` of each group's rows without overflow; minus infinity for empty groups.
    #[track_caller]
    pub fn logsumexp(&self, x: &Tensor) -> Tensor {
        self.rows("segment logsumexp", x);
        let width = x.shape[1..].iter().product::<usize>();
        let fused = match x.is_empty() {
            true => None,
            false => segment::logsumexp(&x.raw, &self.ids.raw, self.count, width),
        };
        let raw = fused.unwrap_or_else(|| self.composed_logsumexp(&x.detach()).raw);
        let groups = self.clone();
        record("segment_logsumexp", &[x], raw, Keep::ALL, move |s| {
            let (x, y, g) = (s.input(0), s.output(), s.cotangent());
            if !is_recording()
                && !x.is_empty()
                && let Some(raw) = segment::logsumexp_back(&x.raw, &y.raw, &g.raw, &groups.ids.raw, width)
            {
                return smallvec![Some(Tensor::constant(raw))];
            }
            // Where everything was minus infinity, nothing has a share.
            let y = y.mask_fill(&y.detach().eq_scalar(f64::NEG_INFINITY), 0.0);
            let rows = |t: &Tensor| t.index_select(0, &groups.beside(t));
            smallvec![Some(rows(g) * (x - rows(&y)).exp())]
        })
    }
    fn composed_logsumexp(&self, x: &Tensor) -> Tensor {
        let top = self.max(x);
        let top = top.mask_fill(&top.abs().eq_scalar(f64::INFINITY), 0.0);
        self.sum(&(x - top.index_select(0, &self.beside(x))).exp()).ln() + top
    }
    /// The softmax within each group.
    #[track_caller]
    pub fn softmax(&self, x: &Tensor) -> Tensor {
        (x - self.logsumexp(x).index_select(0, &self.beside(x))).exp()
    }
}
