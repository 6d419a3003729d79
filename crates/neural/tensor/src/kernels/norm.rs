//! Layer and RMS normalisation of rows, with scale and offset, and the way back through them.

use super::rows::{sum_of, sum_of_pairs};
use super::{Machine, Row, Task, by_rows, f32s, vectorised, worth_threads, zeros};
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
    let out = by_rows(&Forward { w, b, kind }, a, &[], width, width, 2);
    Some(engine::from_vec(out, &engine::shape(&x)))
}

struct Forward<'a> {
    w: Option<&'a [f32]>,
    b: Option<&'a [f32]>,
    kind: Kind,
}

impl Row for Forward<'_> {
    #[inline(always)]
    fn row(&self, _: usize, a: &[f32], _: &[f32], out: &mut [f32]) {
        let (mean, scale) = self.kind.moments(a);
        match self.w {
            Some(w) => {
                for ((o, &v), &w) in out.iter_mut().zip(a).zip(w) {
                    *o = (v - mean) * scale * w;
                }
            }
            None => {
                for (o, &v) in out.iter_mut().zip(a) {
                    *o = (v - mean) * scale;
                }
            }
        }
        if let Some(b) = self.b {
            for (o, &b) in out.iter_mut().zip(b) {
                *o += b;
            }
        }
    }
}

/// A block of rows on the way back: fills its part of the input's cotangent, answers its part of the other two.
struct Backward<'a> {
    x: &'a [f32],
    g: &'a [f32],
    w: &'a [f32],
    kind: Kind,
    out: &'a mut [f32],
}

impl Task for Backward<'_> {
    type Out = (Vec<f32>, Vec<f32>);
    #[inline(always)]
    fn run<M: Machine>(self, _: M) -> Self::Out {
        let width = self.w.len();
        let (mut dw, mut db, mut h) = (vec![0f32; width], vec![0f32; width], vec![0f32; width]);
        let rows = self.x.chunks_exact(width).zip(self.g.chunks_exact(width));
        for (o, (x, g)) in self.out.chunks_exact_mut(width).zip(rows) {
            let (mean, scale) = self.kind.moments(x);
            for (((o, h), &x), (&g, &w)) in o.iter_mut().zip(&mut h).zip(x).zip(g.iter().zip(self.w)) {
                *o = (x - mean) * scale;
                *h = g * w;
            }
            for (((dw, db), &g), &hat) in dw.iter_mut().zip(&mut db).zip(g).zip(&*o) {
                *dw += g * hat;
                *db += g;
            }
            let n = width as f32;
            let flat = if self.kind.centred { sum_of(&h, |v| v) / n } else { 0.0 };
            let along = sum_of_pairs(&h, o, |h, hat| h * hat) / n;
            for (o, &h) in o.iter_mut().zip(&h) {
                *o = scale * (h - flat - *o * along);
            }
        }
        (dw, db)
    }
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
    let mut out: Vec<f32> = zeros(xs.len());
    let block = |(i, out): (usize, &mut [f32])| {
        let part = i * ROWS * width..i * ROWS * width + out.len();
        vectorised(Backward { x: &xs[part.clone()], g: &gs[part], w, kind, out })
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
