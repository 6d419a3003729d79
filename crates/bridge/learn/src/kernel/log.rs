//! Logarithms of probabilities: products are sums, sums are log-sum-exps with the largest term taken out.

use super::{Lane, Real, W};
use crate::plan::Plan;

/// The logarithm of a product of slots.
#[inline(always)]
fn term<T: Real, const S: usize>(plan: &Plan, t: usize, values: &[Lane<T>], c: usize) -> Lane<T> {
    let mut sum = [T::ZERO; W];
    for &f in plan.factors(t) {
        let f = &values[f as usize * S + c];
        for i in 0..W {
            sum[i] = sum[i] + f[i];
        }
    }
    sum
}

/// The logarithms of all slots of a tile.
#[inline(always)]
pub(super) fn forward<T: Real, const S: usize>(plan: &Plan, logs: &[Lane<T>], values: &mut [Lane<T>]) {
    values[..logs.len()].copy_from_slice(logs);
    for (&p, out) in plan.consts.iter().zip(values[logs.len()..].chunks_exact_mut(S)) {
        out.fill([T::of(p.ln()); W]);
    }
    for gate in 0..plan.gates() {
        let (below, at) = values.split_at_mut((plan.bases() + gate) * S);
        let terms = plan.terms(gate);
        for (c, out) in at.iter_mut().take(S).enumerate() {
            if terms.len() == 1 {
                *out = term::<T, S>(plan, terms.start, below, c);
                continue;
            }
            let mut top = [T::NEG_INF; W];
            for t in terms.clone() {
                let x = term::<T, S>(plan, t, below, c);
                for i in 0..W {
                    top[i] = if x[i] > top[i] { x[i] } else { top[i] };
                }
            }
            // Where every term is impossible there is nothing to take out.
            for m in &mut top {
                *m = if *m == T::NEG_INF { T::ZERO } else { *m };
            }
            let mut sum = [T::ZERO; W];
            for t in terms.clone() {
                let x = term::<T, S>(plan, t, below, c);
                for i in 0..W {
                    sum[i] = sum[i] + (x[i] - top[i]).exp();
                }
            }
            for i in 0..W {
                out[i] = top[i] + sum[i].ln();
            }
        }
    }
}

/// Flows: the derivative of the roots' logarithms with respect to the logarithm of each slot. A sum hands on what it gets in
/// the proportions of its terms, a product hands it to every factor.
#[inline(always)]
pub(super) fn backward<T: Real, const S: usize>(plan: &Plan, values: &[Lane<T>], adjoint: &mut [Lane<T>]) {
    for gate in (0..plan.gates()).rev() {
        let slot = plan.bases() + gate;
        let (below, at) = adjoint.split_at_mut(slot * S);
        let terms = plan.terms(gate);
        for c in 0..S {
            let d = at[c];
            if d == [T::ZERO; W] {
                continue;
            }
            let mut whole = values[slot * S + c];
            for v in &mut whole {
                // An impossible gate has no possible term, so that none gets a share.
                *v = if *v == T::NEG_INF { T::INF } else { *v };
            }
            for t in terms.clone() {
                let mut share = d;
                if terms.len() > 1 {
                    let x = term::<T, S>(plan, t, values, c);
                    for i in 0..W {
                        share[i] = d[i] * (x[i] - whole[i]).exp();
                    }
                }
                for &f in plan.factors(t) {
                    let df = &mut below[f as usize * S + c];
                    for i in 0..W {
                        df[i] = df[i] + share[i];
                    }
                }
            }
        }
    }
}
