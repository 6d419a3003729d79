//! Sparse matrices: where numbers stand is fixed, the numbers themselves are a tensor of their own, so that they can be learned.

use super::segment::Segments;
use crate::dtype::DType;
use crate::engine;
use crate::error::{Error, Result};
use crate::kernels::sparse::{self, Places, Turned};
use crate::tape::{Keep, record};
use crate::tensor::Tensor;
use smallvec::smallvec;
use std::sync::{Arc, OnceLock};

/// The places of a sparse matrix's numbers, row by row.
///
/// ```
/// use symbolon_tensor::{Csr, Tensor};
/// // [[2, 0, 3], [0, 0, 0]]
/// let places = Csr::new(&[0, 2, 2], vec![0, 2], 3).unwrap();
/// let values = Tensor::from([2.0f32, 3.0]);
/// let x = Tensor::from([[1.0f32], [10.0], [100.0]]);
/// assert_eq!(places.matmul(&values, &x).to_vec::<f32>(), [302.0, 0.0]);
/// ```
#[derive(Clone, Debug)]
pub struct Csr {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    places: Places,
    width: usize,
    turned: OnceLock<Turned>,
    /// Columns and rows of the places as indices, for numbers other than `F32`.
    listed: OnceLock<(Tensor, Segments)>,
}

impl Csr {
    /// Row `i` has numbers in `columns[offsets[i]..offsets[i + 1]]` of `width` columns.
    ///
    /// # Errors
    /// [`Error::Index`] when offsets fall or a column is outside `0..width`, [`Error::Length`] when their number is
    /// not what the offsets say.
    pub fn new(offsets: &[usize], columns: Vec<i64>, width: usize) -> Result<Self> {
        if offsets.first().is_none_or(|&o| o != 0) {
            let index = offsets.first().map_or(-1, |&o| o as i64);
            return Err(Error::Index { op: "sparse", index, size: 1 });
        }
        if let Some(w) = offsets.windows(2).find(|w| w[1] < w[0]) {
            return Err(Error::Index { op: "sparse", index: w[1] as i64, size: w[0] });
        }
        let count = offsets[offsets.len() - 1];
        if columns.len() != count {
            return Err(Error::Length { shape: vec![count], found: columns.len() });
        }
        if let Some(&index) = columns.iter().find(|&&c| c < 0 || c as usize >= width.min(u32::MAX as usize)) {
            return Err(Error::Index { op: "sparse", index, size: width });
        }
        Ok(Self::of(offsets.to_vec(), columns.into_iter().map(|c| c as u32).collect(), width))
    }
    fn of(offsets: Vec<usize>, columns: Vec<u32>, width: usize) -> Self {
        let places = Places { offsets, columns };
        Self { inner: Arc::new(Inner { places, width, turned: OnceLock::new(), listed: OnceLock::new() }) }
    }
    /// The places of a matrix `[rows, columns]` whose numbers are above `bar`.
    #[track_caller]
    pub fn above(x: &Tensor, bar: f64) -> Self {
        assert_eq!(x.rank(), 2, "above: shape {:?} is no matrix", x.shape());
        let raw = engine::dense(&engine::cast(x.raw.clone(), DType::F32));
        let width = x.size(1);
        let places = sparse::above(engine::slice::<f32>(&raw), x.size(0), width, bar as f32);
        Self::of(places.offsets, places.columns, width)
    }
    /// The places of the `k` largest numbers of each row of a matrix `[rows, columns]`.
    ///
    /// # Panics
    /// When rows are shorter than `k`.
    #[track_caller]
    pub fn top(x: &Tensor, k: usize) -> Self {
        assert_eq!(x.rank(), 2, "top: shape {:?} is no matrix", x.shape());
        let x = x.detach();
        let (_, places) = x.topk(k, 1);
        let columns = places.to_vec::<i64>().into_iter().map(|c| c as u32).collect();
        Self::of((0..=x.size(0)).map(|i| i * k).collect(), columns, x.size(1))
    }
    /// Rows and columns.
    pub fn shape(&self) -> [usize; 2] {
        [self.inner.places.offsets.len() - 1, self.inner.width]
    }
    /// How many places there are.
    pub fn len(&self) -> usize {
        self.inner.places.columns.len()
    }
    /// Whether there is no place.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Where each row begins among the places; one more than there are rows.
    pub fn offsets(&self) -> &[usize] {
        &self.inner.places.offsets
    }
    /// The column of each place.
    pub fn columns(&self) -> &[u32] {
        &self.inner.places.columns
    }
    fn listed(&self) -> &(Tensor, Segments) {
        self.inner.listed.get_or_init(|| {
            let columns: Vec<i64> = self.columns().iter().map(|&c| i64::from(c)).collect();
            let rows = Segments::from_offsets(self.offsets()).expect("offsets were checked");
            (Tensor::from(columns), rows)
        })
    }
    /// The column of each place as indices.
    pub fn column_indices(&self) -> Tensor {
        self.listed().0.clone()
    }
    fn turned(&self) -> &Turned {
        self.inner.turned.get_or_init(|| self.inner.places.turned(self.inner.width))
    }
    #[track_caller]
    fn fits(&self, op: &str, values: &Tensor, x: &Tensor, rows: usize) {
        assert_eq!(values.shape(), [self.len()], "{op}: one value for each place");
        assert!(x.rank() > 0 && x.size(0) == rows, "{op}: {:?} has not {rows} rows", x.shape());
        super::same_kind(op, values, x);
    }
    /// The product with a matrix: `values` `[places]`, `x` `[columns, ..]`, result `[rows, ..]`.
    #[track_caller]
    pub fn matmul(&self, values: &Tensor, x: &Tensor) -> Tensor {
        self.fits("sparse matmul", values, x, self.inner.width);
        if x.rank() != 2 {
            let mut to = x.shape().to_vec();
            to[0] = self.shape()[0];
            return self.matmul(values, &x.reshape([x.size(0), x.len() / x.size(0).max(1)])).reshape(to);
        }
        let to = [self.shape()[0], x.size(1)];
        let fused = if to[1] == 0 { None } else { sparse::bag(&self.inner.places, &values.raw, &x.raw) };
        let raw = fused.unwrap_or_else(|| {
            let (columns, rows) = self.listed();
            let (v, x) = (values.detach().unsqueeze(1), x.detach());
            rows.sum(&(x.index_select(0, &columns.to_device(x.device())) * v)).raw
        });
        let places = self.clone();
        record("sparse_matmul", &[values, x], raw, Keep::INPUTS, move |s| {
            let g = s.cotangent();
            let to_values = s.needs(0).then(|| places.dots(g, &s.input(1)));
            smallvec![to_values, s.needs(1).then(|| places.matmul_t(&s.input(0), g))]
        })
    }
    /// The transpose's product with a matrix: `values` `[places]`, `x` `[rows, width]`, result `[columns, width]`.
    #[track_caller]
    pub fn matmul_t(&self, values: &Tensor, x: &Tensor) -> Tensor {
        assert_eq!(x.rank(), 2, "sparse matmul: shape {:?} is no matrix", x.shape());
        self.fits("sparse matmul", values, x, self.shape()[0]);
        let to = [self.inner.width, x.size(1)];
        let fused = if to[1] == 0 { None } else { sparse::outer(self.turned(), &values.raw, &x.raw) };
        let raw = fused.unwrap_or_else(|| {
            let (columns, rows) = self.listed();
            let picked = x.detach().index_select(0, &rows.beside(x)) * values.detach().unsqueeze(1);
            let columns = columns.to_device(x.device());
            Tensor::full_on(to, 0.0, x.dtype(), x.device()).index_add(0, &columns, &picked).raw
        });
        let places = self.clone();
        record("sparse_matmul_t", &[values, x], raw, Keep::INPUTS, move |s| {
            let g = s.cotangent();
            let to_values = s.needs(0).then(|| places.dots(&s.input(1), g));
            smallvec![to_values, s.needs(1).then(|| places.matmul(&s.input(0), g))]
        })
    }
    /// Inner products at the places alone: of row `i` of `x` `[rows, width]` with row `c` of `w` `[columns, width]` for each
    /// place `(i, c)`. What `x wᵀ` has there, without the rest; `[places]`.
    #[track_caller]
    pub fn dots(&self, x: &Tensor, w: &Tensor) -> Tensor {
        let want = self.shape();
        let fits = x.rank() == 2 && w.rank() == 2 && [x.size(0), w.size(0)] == want && x.size(1) == w.size(1);
        assert!(fits, "sparse dots: places of shape {want:?}, operands {:?} and {:?}", x.shape(), w.shape());
        super::same_kind("sparse dots", x, w);
        let fused = if x.size(1) == 0 { None } else { sparse::dots(&self.inner.places, &x.raw, &w.raw) };
        let raw = fused.unwrap_or_else(|| {
            let (columns, rows) = self.listed();
            let (rows, columns) = (rows.beside(x), columns.to_device(w.device()));
            (x.detach().index_select(0, &rows) * w.detach().index_select(0, &columns)).sum_axis(1, false).raw
        });
        let places = self.clone();
        record("sparse_dots", &[x, w], raw, Keep::INPUTS, move |s| {
            let g = s.cotangent();
            let to_x = s.needs(0).then(|| places.matmul(g, &s.input(1)));
            smallvec![to_x, s.needs(1).then(|| places.matmul_t(g, &s.input(0)))]
        })
    }
    /// As an ordinary matrix.
    #[track_caller]
    pub fn dense(&self, values: &Tensor) -> Tensor {
        let eye = Tensor::eye(self.inner.width, values.dtype()).to_device(values.device());
        self.matmul(values, &eye)
    }
}
