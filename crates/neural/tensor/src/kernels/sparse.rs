//! Products with matrices that are mostly zero: few rows of a large matrix are read for each row of the result.
//!
//! Three products, closed under differentiation: weighted sums of picked rows, inner products with picked rows, and outer
//! products added into picked rows. Each row of a result is summed by one thread in the order of the places, so the bits do not
//! depend on the number of threads.

use super::rows::sum_of_pairs;
use super::{f32s, vectorised, worth_threads, zeros};
use crate::engine::{self, Raw};
use rayon::prelude::*;

/// Where the numbers of a sparse matrix stand: row `i` has columns `columns[offsets[i]..offsets[i + 1]]`.
#[derive(Debug)]
pub(crate) struct Places {
    pub(crate) offsets: Vec<usize>,
    pub(crate) columns: Vec<u32>,
}

impl Places {
    /// The same by columns: for each column the places and rows where it occurs, rows ascending.
    pub(crate) fn turned(&self, width: usize) -> Turned {
        let mut offsets = vec![0usize; width + 1];
        for &c in &self.columns {
            offsets[c as usize + 1] += 1;
        }
        for c in 0..width {
            offsets[c + 1] += offsets[c];
        }
        let mut next = offsets.clone();
        let mut at = vec![(0u32, 0u32); self.columns.len()];
        for (row, w) in self.offsets.windows(2).enumerate() {
            for place in w[0]..w[1] {
                let slot = &mut next[self.columns[place] as usize];
                at[*slot] = (place as u32, row as u32);
                *slot += 1;
            }
        }
        Turned { offsets, at }
    }
}

/// Places by columns.
#[derive(Debug)]
pub(crate) struct Turned {
    offsets: Vec<usize>,
    /// (place, row).
    at: Vec<(u32, u32)>,
}

/// Rows of a result handed to one thread at a time.
const ROWS: usize = 16;

fn by_rows(out: &mut [f32], width: usize, work: usize, row: impl Fn(usize, &mut [f32]) + Sync) {
    let piece = |(i, out): (usize, &mut [f32])| {
        for (j, out) in out.chunks_exact_mut(width).enumerate() {
            row(i * ROWS + j, out);
        }
    };
    match worth_threads(work) {
        true => out.par_chunks_mut(ROWS * width).enumerate().for_each(piece),
        false => out.chunks_mut(ROWS * width).enumerate().for_each(piece),
    }
}

#[inline(always)]
fn add_scaled(out: &mut [f32], v: f32, x: &[f32]) {
    for (o, &x) in out.iter_mut().zip(x) {
        *o += v * x;
    }
}

/// `out[i] = Σ v[p] w[column(p)]` over the places `p` of row `i`: `w` is `[columns, width]`.
pub(crate) fn bag(places: &Places, v: &Raw, w: &Raw) -> Option<Raw> {
    let (v, w) = (f32s(v)?, f32s(w)?);
    let width = *engine::shape(&w).last()?;
    let (values, rows) = (engine::slice::<f32>(&v), engine::slice::<f32>(&w));
    let count = places.offsets.len() - 1;
    let mut out: Vec<f32> = zeros(count * width);
    by_rows(&mut out, width, values.len() * width, |i, out| {
        let here = places.offsets[i]..places.offsets[i + 1];
        vectorised(|| {
            for p in here {
                add_scaled(out, values[p], &rows[places.columns[p] as usize * width..][..width]);
            }
        });
    });
    Some(engine::from_vec(out, &[count, width]))
}

/// `out[p] = x[row(p)] · w[column(p)]` for each place `p`.
pub(crate) fn dots(places: &Places, x: &Raw, w: &Raw) -> Option<Raw> {
    let (x, w) = (f32s(x)?, f32s(w)?);
    let width = *engine::shape(&w).last()?;
    let (left, rows) = (engine::slice::<f32>(&x), engine::slice::<f32>(&w));
    let mut out: Vec<f32> = zeros(places.columns.len());
    // Each row of places is a piece of the result; rows are as long as they are.
    let mut rest = out.as_mut_slice();
    let mut pieces = Vec::with_capacity(places.offsets.len() / ROWS + 1);
    let count = places.offsets.len() - 1;
    for first in (0..count).step_by(ROWS) {
        let last = (first + ROWS).min(count);
        let (piece, more) = rest.split_at_mut(places.offsets[last] - places.offsets[first]);
        pieces.push((first..last, piece));
        rest = more;
    }
    let piece = |(range, out): (std::ops::Range<usize>, &mut [f32])| {
        let start = places.offsets[range.start];
        for i in range {
            let here = places.offsets[i]..places.offsets[i + 1];
            let x = &left[i * width..][..width];
            let out = &mut out[here.start - start..here.end - start];
            vectorised(|| {
                for (o, p) in out.iter_mut().zip(here) {
                    *o = sum_of_pairs(x, &rows[places.columns[p] as usize * width..][..width], |a, b| a * b);
                }
            });
        }
    };
    match worth_threads(places.columns.len() * width) {
        true => pieces.into_par_iter().for_each(piece),
        false => pieces.into_iter().for_each(piece),
    }
    let n = places.columns.len();
    Some(engine::from_vec(out, &[n]))
}

/// `out[c] = Σ v[p] x[row(p)]` over the places `p` of column `c`: the transpose's product, `[columns, width]`.
pub(crate) fn outer(turned: &Turned, v: &Raw, x: &Raw) -> Option<Raw> {
    let (v, x) = (f32s(v)?, f32s(x)?);
    let width = *engine::shape(&x).last()?;
    let (values, rows) = (engine::slice::<f32>(&v), engine::slice::<f32>(&x));
    let count = turned.offsets.len() - 1;
    let mut out: Vec<f32> = zeros(count * width);
    by_rows(&mut out, width, values.len() * width, |c, out| {
        let here = &turned.at[turned.offsets[c]..turned.offsets[c + 1]];
        vectorised(|| {
            for &(p, row) in here {
                add_scaled(out, values[p as usize], &rows[row as usize * width..][..width]);
            }
        });
    });
    Some(engine::from_vec(out, &[count, width]))
}

/// The places of numbers above a bar; not-a-number is not above.
pub(crate) fn above(x: &[f32], rows: usize, width: usize, bar: f32) -> Places {
    let piece = |x: &[f32]| {
        let (mut ends, mut columns) = (Vec::with_capacity(ROWS), Vec::new());
        for row in x.chunks_exact(width) {
            for (i, chunk) in row.chunks(16).enumerate() {
                // One comparison for sixteen numbers: most chunks have none.
                if chunk.iter().fold(false, |any, &v| any | (v > bar)) {
                    let hits = chunk.iter().enumerate().filter(|(_, v)| **v > bar);
                    columns.extend(hits.map(|(j, _)| (i * 16 + j) as u32));
                }
            }
            ends.push(columns.len());
        }
        (ends, columns)
    };
    let pieces: Vec<(Vec<usize>, Vec<u32>)> = match width {
        0 => Vec::new(),
        _ if worth_threads(x.len()) => x.par_chunks(ROWS * width).map(piece).collect(),
        _ => x.chunks(ROWS * width).map(piece).collect(),
    };
    let (mut offsets, mut columns) = (vec![0], Vec::new());
    for (ends, found) in pieces {
        offsets.extend(ends.iter().map(|e| columns.len() + e));
        columns.extend(found);
    }
    offsets.resize(rows + 1, columns.len());
    Places { offsets, columns }
}
