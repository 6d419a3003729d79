//! Layer and RMS normalisation of rows, with scale and offset, and the way back through them.

use super::rows::{sum_of, sum_of_pairs};
use super::{by_rows, f32s, vectorised, worth_threads};
use crate::engine::{self, Raw};
use rayon::prelude::*;

/// What normalisation subtracts and divides by.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) epsilon: f32,
    /// Layer normalisation subtracts the mean, RMS normalisation does not.
    pub(crate) centred: bool,
}

impl Kind {
    #[inline(always)]
    fn moments(self, row: &[f32]) -> (f32, f32) {
        let n = row.len() as f32;
        let mean = if self.centred { sum_of(row, |v| v) / n } else { 0.0 };
        let var = sum_of(row, |v| (v - mean) * (v - mean)) / n;
        (mean, 1.0 / (var + self.epsilon).sqrt())
    }
}

/// `(x - mean) / sqrt(var + ε) * w + b` of each row; relative error below 2e-6 of the row's spread.
pub(crate) fn forward(x: &Raw, w: Option<&Raw>, b: Option<&Raw>, width: usize, kind: Kind) -> Option<Raw> {
    let x = f32s(x)?;
    let (w, b) = (w.map(engine::dense), b.map(engine::dense));
    let a = engine::slice::<f32>(&x);
    let (w, b) = (w.as_ref().map(engine::slice::<f32>), b.as_ref().map(engine::slice::<f32>));
    let mut out = vec![0f32; a.len()];
    by_rows(&mut out, width, 2 * width, |first, o| {
        for (i, o) in o.chunks_exact_mut(width).enumerate() {
            let row = &a[(first + i) * width..][..width];
            let (mean, scale) = kind.moments(row);
            match (w, b) {
                (Some(w), Some(b)) => {
                    for (((o, &v), &w), &b) in o.iter_mut().zip(row).zip(w).zip(b) {
                        *o = (v - mean) * scale * w + b;
                    }
                }
                (Some(w), None) => {
                    for ((o, &v), &w) in o.iter_mut().zip(row).zip(w) {
                        *o = (v - mean) * scale * w;
                    }
                }
                _ => {
                    for (o, &v) in o.iter_mut().zip(row) {
                        *o = (v - mean) * scale;
                    }
                    if let Some(b) = b {
                        o.iter_mut().zip(b).for_each(|(o, &b)| *o += b);
                    }
                }
            }
        }
    });
    Some(engine::from_vec(out, &engine::shape(&x)))
}

/// Cotangents of input, scale and offset in one pass over the rows.
///
/// With `h = g w` and `x̂` the normalised row, the input's is `s (h - mean h - x̂ mean(h x̂))`, without the middle term
/// when the mean was not subtracted; scale and offset get `Σ g x̂` and `Σ g` over rows.
pub(crate) fn backward(x: &Raw, g: &Raw, w: Option<&Raw>, width: usize, kind: Kind) -> Option<(Raw, Raw, Raw)> {
    const ROWS: usize = 64;
    let (x, g, w) = (f32s(x)?, f32s(g)?, w.map(engine::dense));
    let (xs, gs) = (engine::slice::<f32>(&x), engine::slice::<f32>(&g));
    let ones = vec![1f32; if w.is_some() { 0 } else { width }];
    let w = w.as_ref().map_or(ones.as_slice(), engine::slice::<f32>);
    let mut out = vec![0f32; xs.len()];
    let block = |(i, out): (usize, &mut [f32])| -> (Vec<f32>, Vec<f32>) {
        vectorised(|| {
            let (mut dw, mut db, mut h) = (vec![0f32; width], vec![0f32; width], vec![0f32; width]);
            for (j, o) in out.chunks_exact_mut(width).enumerate() {
                let at = (i * ROWS + j) * width;
                let (x, g) = (&xs[at..at + width], &gs[at..at + width]);
                let (mean, scale) = kind.moments(x);
                for (((((o, h), &x), &g), &w), (dw, db)) in
                    o.iter_mut().zip(&mut h).zip(x).zip(g).zip(w).zip(dw.iter_mut().zip(&mut db))
                {
                    let hat = (x - mean) * scale;
                    *o = hat;
                    *h = g * w;
                    *dw += g * hat;
                    *db += g;
                }
                let n = width as f32;
                let flat = if kind.centred { sum_of(&h, |v| v) / n } else { 0.0 };
                let along = sum_of_pairs(&h, o, |h, hat| h * hat) / n;
                for (o, &h) in o.iter_mut().zip(&h) {
                    *o = scale * (h - flat - *o * along);
                }
            }
            (dw, db)
        })
    };
    let parts: Vec<(Vec<f32>, Vec<f32>)> = match worth_threads(xs.len()) {
        true => out.par_chunks_mut(ROWS * width).enumerate().map(block).collect(),
        false => out.chunks_mut(ROWS * width).enumerate().map(block).collect(),
    };
    let (mut dw, mut db) = (vec![0f32; width], vec![0f32; width]);
    for (w, b) in parts {
        dw.iter_mut().zip(w).for_each(|(a, v)| *a += v);
        db.iter_mut().zip(b).for_each(|(a, v)| *a += v);
    }
    let shape = engine::shape(&x);
    Some((engine::from_vec(out, &shape), engine::from_vec(dw, &[width]), engine::from_vec(db, &[width])))
}
