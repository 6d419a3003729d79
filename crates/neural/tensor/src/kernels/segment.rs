//! Groups of rows: which row of each group is largest, and log-sum-exp without anything in between.

use super::{PIECE, f32s, scalar, vectorised, worth_threads, zeros};
use crate::engine::{self, Number, Raw};
use rayon::prelude::*;

/// For every column of every group, the first row that holds the group's largest number; `-1` in empty groups.
/// Not-a-number counts as largest. `[groups, width]`.
pub(crate) fn winners<T: Number>(x: &[T], ids: &[i64], groups: usize, width: usize) -> Vec<i64> {
    let mut best = vec![-1i64; groups * width];
    let mut top: Vec<Option<T>> = vec![None; groups * width];
    for (row, (x, &g)) in x.chunks_exact(width.max(1)).zip(ids).enumerate() {
        let at = g as usize * width;
        for ((b, t), &v) in best[at..at + width].iter_mut().zip(&mut top[at..at + width]).zip(x) {
            let nan = |v: T| v.partial_cmp(&v).is_none();
            if t.is_none_or(|t| v > t || (nan(v) && !nan(t))) {
                (*b, *t) = (row as i64, Some(v));
            }
        }
    }
    best
}

/// The largest number of each group, minus infinity in empty ones and not-a-number where there is one.
///
/// Long lists are cut into pieces whose tables are joined afterwards; the largest number is the same in any order.
fn tops(x: &[f32], ids: &[i64], groups: usize, width: usize) -> Vec<f32> {
    // Written so that not-a-number is handed on, and stays.
    #[inline(always)]
    fn larger(top: &mut [f32], x: &[f32]) {
        for (t, &v) in top.iter_mut().zip(x) {
            *t = if v <= *t || t.is_nan() { *t } else { v };
        }
    }
    let table = |(x, ids): (&[f32], &[i64])| {
        let mut top = vec![f32::NEG_INFINITY; groups * width];
        vectorised(
            #[inline(always)]
            || {
                for (x, &g) in x.chunks_exact(width).zip(ids) {
                    larger(&mut top[g as usize * width..][..width], x);
                }
            },
        );
        top
    };
    let pieces = (ids.len() / (4 * groups.max(1))).min(rayon::current_num_threads());
    if pieces < 2 || !worth_threads(x.len()) {
        return table((x, ids));
    }
    let rows = ids.len().div_ceil(pieces);
    let tables: Vec<Vec<f32>> = x.par_chunks(rows * width).zip(ids.par_chunks(rows)).map(table).collect();
    let mut tables = tables.into_iter();
    let mut top = tables.next().unwrap_or_default();
    for other in tables {
        larger(&mut top, &other);
    }
    top
}

/// The largest number of each group, minus infinity in empty ones: `[rows, width]` to `[groups, width]`.
pub(crate) fn max(x: &Raw, ids: &Raw, groups: usize, width: usize) -> Option<Raw> {
    let x = f32s(x)?;
    let ids = engine::dense(ids);
    let top = tops(engine::slice::<f32>(&x), engine::slice::<i64>(&ids), groups, width);
    let mut to = engine::shape(&x);
    to[0] = groups;
    Some(engine::from_vec(top, &to))
}

/// `f(x, y[group])` for every number, where `y` has one row for each group.
fn with_group(
    x: &[f32],
    y: &[f32],
    ids: &[i64],
    width: usize,
    f: impl Fn(usize, &[f32], &[f32], &mut [f32]) + Sync,
) -> Vec<f32> {
    let mut out: Vec<f32> = zeros(x.len());
    // Narrow rows would leave vectors empty: each thread lays out the groups' numbers beside its rows first.
    let rows = (PIECE / 4 / width).max(1);
    let piece = |(i, out): (usize, &mut [f32])| {
        let first = i * rows;
        let mut beside: Vec<f32> = zeros(out.len());
        for (b, &g) in beside.chunks_exact_mut(width).zip(&ids[first..]) {
            b.copy_from_slice(&y[g as usize * width..][..width]);
        }
        f(first, &x[first * width..][..out.len()], &beside, out);
    };
    match worth_threads(4 * x.len()) {
        true => out.par_chunks_mut(rows * width).enumerate().for_each(piece),
        false => out.chunks_mut(rows * width).enumerate().for_each(piece),
    }
    out
}

/// `ln Σ e^x` over the rows of each group, minus infinity for empty groups: `[rows, width]` to `[groups, width]`.
/// Absolute error below 1e-6 of the larger of 1 and the result.
pub(crate) fn logsumexp(x: &Raw, ids: &Raw, groups: usize, width: usize) -> Option<Raw> {
    let x = f32s(x)?;
    let ids = engine::dense(ids);
    let (a, ids) = (engine::slice::<f32>(&x), engine::slice::<i64>(&ids));
    let mut top = tops(a, ids, groups, width);
    // A group of nothing but minus infinity, or with plus infinity, must not subtract it from itself.
    let shift: Vec<f32> = top.iter().map(|&t| if t.is_infinite() { 0.0 } else { t }).collect();
    let e = with_group(a, &shift, ids, width, |_, x, shift, out| {
        vectorised(|| {
            for ((o, &x), &s) in out.iter_mut().zip(x).zip(shift) {
                *o = scalar::exp(x - s);
            }
        });
    });
    let mut total = vec![0f32; groups * width];
    vectorised(|| {
        for (e, &g) in e.chunks_exact(width).zip(ids) {
            for (t, &v) in total[g as usize * width..][..width].iter_mut().zip(e) {
                *t += v;
            }
        }
        for ((t, &total), &s) in top.iter_mut().zip(&total).zip(&shift) {
            *t = s + scalar::ln(total);
        }
    });
    let mut to = engine::shape(&x);
    to[0] = groups;
    Some(engine::from_vec(top, &to))
}

/// The way back: `g e^(x - y)`, with the cotangent `g` and the result `y` of each row's group.
pub(crate) fn logsumexp_back(x: &Raw, y: &Raw, g: &Raw, ids: &Raw, width: usize) -> Option<Raw> {
    let (x, y, g) = (f32s(x)?, f32s(y)?, f32s(g)?);
    let ids = engine::dense(ids);
    let ids = engine::slice::<i64>(&ids);
    let (a, g) = (engine::slice::<f32>(&x), engine::slice::<f32>(&g));
    // Where everything was minus infinity, nothing has a share.
    let y: Vec<f32> = engine::slice::<f32>(&y).iter().map(|&y| if y == f32::NEG_INFINITY { 0.0 } else { y }).collect();
    let out = with_group(a, &y, ids, width, |first, x, y, out| {
        vectorised(|| {
            for ((o, &x), &y) in out.iter_mut().zip(x).zip(y) {
                *o = scalar::exp(x - y);
            }
            for (o, &id) in out.chunks_exact_mut(width).zip(&ids[first..]) {
                for (o, &g) in o.iter_mut().zip(&g[id as usize * width..][..width]) {
                    *o *= g;
                }
            }
        });
    });
    Some(engine::from_vec(out, &engine::shape(&x)))
}
