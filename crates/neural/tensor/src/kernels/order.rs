//! The largest few of each row.

use super::{f32s, worth_threads};
use crate::engine::{self, Raw};
use rayon::prelude::*;

/// Places of the `k` largest numbers of each row, largest first, earlier ones first among equals.
///
/// A threshold that only rises skips almost everything after the first few hundred numbers: candidates are compared
/// sixteen at a time, and the buffer is cut back to `k` whenever it is full.
pub(crate) fn top(x: &Raw, k: usize) -> Option<Raw> {
    let x = f32s(x)?;
    let shape = engine::shape(&x);
    let width = *shape.last()?;
    let a = engine::slice::<f32>(&x);
    let mut to = shape.clone();
    *to.last_mut()? = k;
    let mut out = vec![0i64; crate::shape::count(&to)];
    if k > 0 && !out.is_empty() {
        let row = |(out, row): (&mut [i64], &[f32])| top_of_row(row, out);
        match worth_threads(a.len()) {
            true => out.par_chunks_exact_mut(k).zip(a.par_chunks_exact(width)).for_each(row),
            false => out.chunks_exact_mut(k).zip(a.chunks_exact(width)).for_each(row),
        }
    }
    Some(engine::from_vec(out, &to))
}

/// Larger first, then earlier first; not-a-number counts as largest, as in sorting.
fn key(v: f32, place: usize) -> u64 {
    let bits = v.to_bits();
    let ordered = if bits >> 31 == 1 { !bits } else { bits | 0x8000_0000 };
    (u64::from(!ordered) << 32) | place as u64
}

fn top_of_row(row: &[f32], out: &mut [i64]) {
    let k = out.len();
    let room = (2 * k).max(64);
    let mut kept: Vec<u64> = Vec::with_capacity(room + 16);
    let mut bar = f32::NEG_INFINITY;
    let mut full = false;
    for (c, chunk) in row.chunks(16).enumerate() {
        // One comparison for sixteen numbers; a plain `!(v <= bar)` would also let not-a-number through.
        if full && !chunk.iter().fold(false, |any, &v| any | (v > bar) | v.is_nan()) {
            continue;
        }
        for (i, &v) in chunk.iter().enumerate() {
            if !full || v > bar || v.is_nan() {
                kept.push(key(v, c * 16 + i));
            }
        }
        if kept.len() >= room {
            kept.select_nth_unstable(k - 1);
            kept.truncate(k);
            let place = (kept[k - 1] & 0xffff_ffff) as usize;
            bar = row[place];
            full = true;
        }
    }
    if kept.len() > k {
        kept.select_nth_unstable(k - 1);
        kept.truncate(k);
    }
    kept.sort_unstable();
    for (o, key) in out.iter_mut().zip(&kept) {
        *o = (key & 0xffff_ffff) as i64;
    }
}
