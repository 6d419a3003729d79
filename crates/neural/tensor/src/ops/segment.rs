//! Groups of rows, and sparse matrices: the sums that circuits, graphs and relations are made of.

use super::float;
use crate::error::{Error, Result};
use crate::tensor::Tensor;

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
    /// The sum of each group's rows: `[rows, ..]` to `[groups, ..]`; zero for empty groups.
    #[track_caller]
    pub fn sum(&self, x: &Tensor) -> Tensor {
        self.rows("segment sum", x);
        let mut to = x.shape.clone();
        to[0] = self.count;
        Tensor::full_on(to, 0.0, x.dtype(), x.device()).index_add(0, &self.ids, x)
    }
    /// The largest of each group's rows, number by number; minus infinity for empty groups. The first of equal
    /// winners gets the cotangent.
    #[track_caller]
    pub fn max(&self, x: &Tensor) -> Tensor {
        self.rows("segment max", x);
        let width = x.shape[1..].iter().product::<usize>();
        let (values, ids) = (x.to_vec::<f64>(), self.ids.to_vec::<i64>());
        let mut best = vec![-1i64; self.count * width];
        for (row, &g) in ids.iter().enumerate() {
            for j in 0..width {
                let b = &mut best[g as usize * width + j];
                if *b < 0 || values[row * width + j] > values[*b as usize * width + j] {
                    *b = row as i64;
                }
            }
        }
        let mut to = x.shape.clone();
        to[0] = self.count;
        if x.is_empty() {
            return Tensor::full_on(to, f64::NEG_INFINITY, x.dtype(), x.device());
        }
        let none = Tensor::from_bools(best.iter().map(|&b| b < 0).collect(), &to).expect("as many");
        let best = Tensor::of(best.into_iter().map(|b| b.max(0)).collect::<Vec<i64>>(), &[self.count, width]);
        let picked = x.reshape([x.size(0), width]).gather(0, &best.to_device(x.device())).reshape(&to);
        picked.mask_fill(&none.to_device(x.device()), f64::NEG_INFINITY)
    }
    /// `ln Σ e^x` of each group's rows without overflow; minus infinity for empty groups.
    #[track_caller]
    pub fn logsumexp(&self, x: &Tensor) -> Tensor {
        self.rows("segment logsumexp", x);
        let top = self.max(&x.detach());
        let top = top.mask_fill(&top.eq_scalar(f64::NEG_INFINITY), 0.0);
        let e = (x - top.index_select(0, &self.ids)).exp();
        let total = self.sum(&e);
        // Empty groups: the logarithm of zero, without a slope that would spoil gradients.
        let empty = total.detach().eq_scalar(0.0);
        let log = empty.choose(&total.ones_like(), &total).ln() + top;
        log.mask_fill(&empty, f64::NEG_INFINITY)
    }
    /// The softmax within each group.
    #[track_caller]
    pub fn softmax(&self, x: &Tensor) -> Tensor {
        (x - self.logsumexp(x).index_select(0, &self.ids)).exp()
    }
}

/// The places of a sparse matrix's numbers, row by row; the numbers themselves are a tensor of their own, so that
/// they can be learned.
#[derive(Clone, Debug)]
pub struct Csr {
    rows: Segments,
    columns: Tensor,
    width: usize,
}

impl Csr {
    /// Row `i` has numbers in `columns[offsets[i]..offsets[i + 1]]` of `width` columns.
    ///
    /// # Errors
    /// [`Error::Index`] when offsets fall or a column is outside `0..width`, [`Error::Length`] when their number is
    /// not what the offsets say.
    pub fn new(offsets: &[usize], columns: Vec<i64>, width: usize) -> Result<Self> {
        let rows = Segments::from_offsets(offsets)?;
        let n = rows.ids.len();
        Ok(Self { columns: Tensor::checked_indices(columns, [n], width)?, rows, width })
    }
    /// Rows and columns.
    pub fn shape(&self) -> [usize; 2] {
        [self.rows.count, self.width]
    }
    /// The product with a matrix: `values` `[numbers]`, `x` `[columns, ..]`, result `[rows, ..]`.
    #[track_caller]
    pub fn matmul(&self, values: &Tensor, x: &Tensor) -> Tensor {
        assert_eq!(values.shape(), [self.columns.len()], "sparse matmul: one value for each place");
        assert!(x.rank() > 0 && x.size(0) == self.width, "sparse matmul: {:?} has not {} rows", x.shape, self.width);
        let picked = x.index_select(0, &self.columns);
        let mut to = vec![1; x.rank()];
        to[0] = values.len();
        self.rows.sum(&(picked * values.reshape(to)))
    }
    /// As an ordinary matrix.
    #[track_caller]
    pub fn dense(&self, values: &Tensor) -> Tensor {
        let eye = Tensor::eye(self.width, values.dtype());
        self.matmul(values, &eye)
    }
}
