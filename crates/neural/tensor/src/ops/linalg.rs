//! Linear algebra through `faer`, in `f64` inside, matrix by matrix over leading axes.
//!
//! Decompositions are checked for success and answer [`Error::Numerical`] where there is none. Gradients of singular
//! vectors and eigenvectors exist only where the values they belong to differ; where two coincide, they are infinite.
//! Rules follow Giles, "Collected matrix derivative results" (2008), and Townsend, "Differentiating the singular
//! value decomposition" (2016).

use super::{float, same_kind};
use crate::error::{Error, Result};
use crate::shape::{Shape, count};
use crate::tape::{Keep, record};
use crate::tensor::Tensor;
use faer::linalg::solvers::Solve;
use faer::{Mat, MatRef, Side};
use smallvec::smallvec;

/// Rows, columns and leading axes.
#[track_caller]
fn matrices(op: &str, x: &Tensor) -> (usize, usize, Shape) {
    float(op, x);
    assert!(x.rank() >= 2, "{op}: {:?} is no matrix", x.shape);
    (x.size(-2), x.size(-1), x.shape[..x.rank() - 2].into())
}

#[track_caller]
fn square(op: &str, x: &Tensor) -> usize {
    let (m, n, _) = matrices(op, x);
    assert_eq!(m, n, "{op}: {:?} is not square", x.shape);
    n
}

/// Runs `f` on each matrix; it writes its result in row-major order behind the last one's.
fn each(
    op: &'static str,
    x: &Tensor,
    to: &[usize],
    mut f: impl FnMut(usize, MatRef<f64>, &mut Vec<f64>) -> std::result::Result<(), String>,
) -> Result<Tensor> {
    let (m, n, batch) = matrices(op, x);
    let values = x.to_vec::<f64>();
    if values.iter().any(|v| !v.is_finite()) {
        return Err(Error::Numerical { op, problem: "a number is infinite or not a number".into() });
    }
    let mut out = Vec::with_capacity(count(to));
    for i in 0..count(&batch) {
        let a = MatRef::from_row_major_slice(&values[i * m * n..(i + 1) * m * n], m, n);
        f(i, a, &mut out).map_err(|problem| Error::Numerical { op, problem })?;
    }
    if out.iter().any(|v| !v.is_finite()) {
        return Err(Error::Numerical { op, problem: "the matrix is singular".into() });
    }
    Ok(Tensor::of(out, to).to(x.dtype()).to_device(x.device()))
}

fn write(out: &mut Vec<f64>, m: MatRef<f64>) {
    (0..m.nrows()).for_each(|i| (0..m.ncols()).for_each(|j| out.push(m[(i, j)])));
}

fn with(batch: &[usize], more: &[usize]) -> Shape {
    batch.iter().chain(more).copied().collect()
}

/// A list as a diagonal matrix.
fn diag(x: &Tensor) -> Tensor {
    x.unsqueeze(-1) * Tensor::eye(x.size(-1), x.dtype()).to_device(x.device())
}

/// Half of a matrix and its transpose.
fn symmetric(x: &Tensor) -> Tensor {
    (x + x.t()) * 0.5
}

/// `1 / (b_j - b_i)`, zero on the diagonal.
fn gaps(b: &Tensor) -> Tensor {
    let eye = Tensor::eye(b.size(-1), b.dtype()).to_device(b.device());
    let d = b.unsqueeze(-2) - b.unsqueeze(-1) + &eye;
    d.recip() - eye
}

/// Makes the largest entry of each column positive, so that signs do not depend on rounding.
fn signs(u: MatRef<f64>) -> Vec<f64> {
    (0..u.ncols())
        .map(|j| {
            let top = (0..u.nrows())
                .map(|i| u[(i, j)])
                .fold(0.0f64, |m, v| if v.abs() > m.abs() * (1.0 + 1e-9) { v } else { m });
            if top < 0.0 { -1.0 } else { 1.0 }
        })
        .collect()
}

fn flipped(m: MatRef<f64>, signs: &[f64]) -> Mat<f64> {
    Mat::from_fn(m.nrows(), m.ncols(), |i, j| m[(i, j)] * signs[j])
}

/// A thin singular value decomposition `U diag(s) Vᵀ`.
#[derive(Clone, Debug)]
pub struct Svd {
    /// Left singular vectors in columns: `[.., m, k]`, `k` the smaller of `m` and `n`.
    pub u: Tensor,
    /// Singular values, largest first: `[.., k]`.
    pub s: Tensor,
    /// Right singular vectors in columns: `[.., n, k]`.
    pub v: Tensor,
}

impl Tensor {
    /// Solves `A X = B` for square `A`.
    ///
    /// # Errors
    /// [`Error::Numerical`] when the matrix is singular.
    #[track_caller]
    pub fn solve(&self, b: &Tensor) -> Result<Tensor> {
        let n = square("solve", self);
        same_kind("solve", self, b);
        let (rows, k, _) = matrices("solve", b);
        let fits = rows == n && b.shape[..b.rank() - 2] == self.shape[..self.rank() - 2];
        assert!(fits, "solve: shapes {:?} and {:?} do not fit together", self.shape, b.shape);
        let right = b.to_vec::<f64>();
        let x = each("solve", self, b.shape(), |i, a, out| {
            let b = MatRef::from_row_major_slice(&right[i * n * k..(i + 1) * n * k], n, k);
            write(out, a.partial_piv_lu().solve(b).as_ref());
            Ok(())
        })?;
        Ok(record("solve", &[self, b], x.raw, Keep::only(&[0]).and_output(), |s| {
            let back = s.input(0).t().solve(s.cotangent()).expect("the matrix was regular on the way forward");
            smallvec![s.needs(0).then(|| -back.matmul(&s.output().t())), s.needs(1).then(|| back.clone())]
        }))
    }
    /// The inverse matrix.
    ///
    /// # Errors
    /// [`Error::Numerical`] when the matrix is singular.
    #[track_caller]
    pub fn inverse(&self) -> Result<Tensor> {
        let n = square("inverse", self);
        self.solve(&Tensor::eye(n, self.dtype()).to_device(self.device()).expand(&self.shape).contiguous())
    }
    /// The logarithm of the absolute determinant, and the determinant's sign.
    ///
    /// # Errors
    /// [`Error::Numerical`] when the matrix is singular.
    #[track_caller]
    pub fn log_det(&self) -> Result<(Tensor, Tensor)> {
        square("log_det", self);
        let batch: Shape = self.shape[..self.rank() - 2].into();
        let mut negative = Vec::new();
        let y = each("log_det", self, &batch, |_, a, out| {
            let lu = a.partial_piv_lu();
            let u = lu.U();
            let (forward, _) = lu.P().arrays();
            let odd = cycles(forward) % 2 == 1;
            let minus = (0..u.nrows()).filter(|&i| u[(i, i)] < 0.0).count() % 2 == 1;
            negative.push(if odd != minus { -1.0f64 } else { 1.0 });
            out.push((0..u.nrows()).map(|i| u[(i, i)].abs().ln()).sum());
            Ok(())
        })?;
        let sign = Tensor::of(negative, &batch).to(self.dtype()).to_device(self.device());
        let y = record("log_det", &[self], y.raw, Keep::INPUTS, |s| {
            let back = s.input(0).inverse().expect("the matrix was regular on the way forward").t();
            smallvec![Some(back * s.cotangent().unsqueeze(-1).unsqueeze(-1))]
        });
        Ok((y, sign))
    }
    /// Cholesky's factor: lower triangular `L` with `L Lᵀ` the matrix. Only the lower triangle is read; the gradient
    /// is symmetric.
    ///
    /// # Errors
    /// [`Error::Numerical`] when the matrix is not positive definite.
    #[track_caller]
    pub fn cholesky(&self) -> Result<Tensor> {
        square("cholesky", self);
        let l = each("cholesky", self, &self.shape, |_, a, out| {
            let llt = a.llt(Side::Lower).map_err(|_| "the matrix is not positive definite".to_owned())?;
            write(out, llt.L());
            Ok(())
        })?;
        Ok(record("cholesky", &[self], l.raw, Keep::OUTPUT, |s| {
            let l = s.output();
            let p = l.t().matmul(s.cotangent()).tril(0);
            let p = &p - diag(&(p.diagonal() * 0.5));
            let up = l.t();
            let regular = "a positive definite matrix has a regular factor";
            let x = up.solve(&p).expect(regular);
            smallvec![Some(symmetric(&up.solve(&x.t()).expect(regular)))]
        }))
    }
    /// Eigenvalues (smallest first) and eigenvectors (in columns) of a symmetric matrix. Only the lower triangle is
    /// read; the gradient is symmetric.
    ///
    /// # Errors
    /// [`Error::Numerical`] when the iteration does not converge or a number is not finite.
    #[track_caller]
    pub fn eigh(&self) -> Result<(Tensor, Tensor)> {
        let n = square("eigh", self);
        let batch: Shape = self.shape[..self.rank() - 2].into();
        let mut values = Vec::new();
        let v = each("eigh", self, &self.shape, |_, a, out| {
            let e = a.self_adjoint_eigen(Side::Lower).map_err(|e| format!("{e:?}"))?;
            let (u, s) = (e.U(), e.S().column_vector());
            write(out, flipped(u, &signs(u)).as_ref());
            values.extend((0..n).map(|i| s[i]));
            Ok(())
        })?;
        // The matrix that was decomposed: the lower triangle mirrored.
        let a = self.tril(0) + self.tril(-1).t();
        let v = record("eigh", &[&a], v.raw, Keep::ALL, |s| {
            let (a, v) = (s.input(0), s.output());
            let values = v.t().matmul(&a).matmul(&v).diagonal();
            let inner = gaps(&values) * v.t().matmul(s.cotangent());
            smallvec![Some(symmetric(&v.matmul(&inner).matmul(&v.t())))]
        });
        let values = Tensor::of(values, &with(&batch, &[n])).to(self.dtype()).to_device(self.device());
        let values = record("eigenvalues", &[&a, &v], values.raw, Keep::INPUTS, |s| {
            let v = s.input(1);
            smallvec![Some(v.matmul(&diag(s.cotangent())).matmul(&v.t())), None]
        });
        Ok((values, v))
    }
    /// The thin singular value decomposition.
    ///
    /// # Errors
    /// [`Error::Numerical`] when the iteration does not converge or a number is not finite.
    #[track_caller]
    pub fn svd(&self) -> Result<Svd> {
        let (m, n, batch) = matrices("svd", self);
        let k = m.min(n);
        let mut values = Vec::new();
        let both = each("svd", self, &with(&batch, &[m + n, k]), |_, a, out| {
            let svd = a.thin_svd().map_err(|e| format!("{e:?}"))?;
            let (u, v, s) = (svd.U(), svd.V(), svd.S().column_vector());
            let signs = signs(u);
            write(out, flipped(u, &signs).as_ref());
            write(out, flipped(v, &signs).as_ref());
            values.extend((0..k).map(|i| s[i]));
            Ok(())
        })?;
        let both = record("svd", &[self], both.raw, Keep::ALL, move |st| {
            let (a, y, g) = (st.input(0), st.output(), st.cotangent());
            let (u, v) = (y.narrow(-2, ..m), y.narrow(-2, m..));
            let (gu, gv) = (g.narrow(-2, ..m), g.narrow(-2, m..));
            let s = u.t().matmul(&a).matmul(&v).diagonal();
            let f = gaps(&s.square());
            let turn = |x: &Tensor, g: &Tensor| {
                let p = x.t().matmul(g);
                &f * (&p - p.t())
            };
            let (row, column) = (s.unsqueeze(-2), s.unsqueeze(-1));
            let mut inner = turn(&u, &gu) * &row + turn(&v, &gv) * &column;
            inner = u.matmul(&inner).matmul(&v.t());
            // What sticks out of the spanned spaces.
            let beside = |x: &Tensor, g: &Tensor| g - x.matmul(&x.t().matmul(g));
            if m > k {
                inner = inner + (beside(&u, &gu) / &row).matmul(&v.t());
            }
            if n > k {
                inner = inner + u.matmul(&(beside(&v, &gv) / &row).t());
            }
            smallvec![Some(inner)]
        });
        let (u, v) = (both.narrow(-2, ..m), both.narrow(-2, m..));
        let values = Tensor::of(values, &with(&batch, &[k])).to(self.dtype()).to_device(self.device());
        let s = record("singular_values", &[self, &u, &v], values.raw, Keep::INPUTS, |s| {
            smallvec![Some((s.input(1) * s.cotangent().unsqueeze(-2)).matmul(&s.input(2).t())), None, None]
        });
        Ok(Svd { u, s, v })
    }
    /// The thin QR decomposition of a matrix with at least as many rows as columns; `R`'s diagonal is positive.
    ///
    /// # Errors
    /// [`Error::Numerical`] when a number is not finite.
    #[track_caller]
    pub fn qr(&self) -> Result<(Tensor, Tensor)> {
        let (m, n, batch) = matrices("qr", self);
        assert!(m >= n, "qr: {:?} has fewer rows than columns", self.shape);
        let both = each("qr", self, &with(&batch, &[m + n, n]), |_, a, out| {
            let qr = a.qr();
            let (q, r) = (qr.compute_thin_Q(), qr.thin_R());
            let signs: Vec<f64> = (0..n).map(|i| if r[(i, i)] < 0.0 { -1.0 } else { 1.0 }).collect();
            write(out, flipped(q.as_ref(), &signs).as_ref());
            write(out, Mat::from_fn(n, n, |i, j| if j >= i { r[(i, j)] * signs[i] } else { 0.0 }).as_ref());
            Ok(())
        })?;
        let both = record("qr", &[self], both.raw, Keep::OUTPUT, move |s| {
            let (y, g) = (s.output(), s.cotangent());
            let (q, r) = (y.narrow(-2, ..m), y.narrow(-2, m..));
            let (gq, gr) = (g.narrow(-2, ..m), g.narrow(-2, m..).triu(0));
            let inner = r.matmul(&gr.t()) - gq.t().matmul(&q);
            let inner = inner.tril(0) + inner.tril(-1).t();
            let left = gq + q.matmul(&inner);
            // left · R^-T, row by row.
            let back = r.solve(&left.t()).expect("gradient of qr: the matrix has dependent columns");
            smallvec![Some(back.t())]
        });
        Ok((both.narrow(-2, ..m), both.narrow(-2, m..).triu(0)))
    }
    /// The `X` that makes `|A X - B|` least, for `A` with independent columns.
    ///
    /// # Errors
    /// [`Error::Numerical`] when columns depend on each other.
    #[track_caller]
    pub fn least_squares(&self, b: &Tensor) -> Result<Tensor> {
        let (q, r) = self.qr()?;
        r.solve(&q.t().matmul(b))
    }
    /// The sum of the diagonal of the last two axes.
    #[track_caller]
    pub fn trace(&self) -> Tensor {
        self.diagonal().sum_axis(-1, false)
    }
}

/// How many transpositions a permutation is made of, up to an even number.
fn cycles(p: &[usize]) -> usize {
    let mut seen = vec![false; p.len()];
    let mut swaps = 0;
    for start in 0..p.len() {
        let mut at = start;
        let mut length = 0;
        while !seen[at] {
            seen[at] = true;
            at = p[at];
            length += 1;
        }
        swaps += usize::saturating_sub(length, 1);
    }
    swaps
}
