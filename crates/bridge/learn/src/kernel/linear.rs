//! Probabilities as they are: gates are sums of products.

use super::{Lane, Real, W};
use crate::plan::Plan;

/// The values of all slots of a tile.
#[inline(always)]
pub(super) fn forward<T: Real, const S: usize>(plan: &Plan, logs: &[Lane<T>], values: &mut [Lane<T>]) {
    for (v, l) in values.iter_mut().zip(logs) {
        for i in 0..W {
            v[i] = l[i].exp();
        }
    }
    let inputs = plan.inputs.len();
    for (&c, out) in plan.consts.iter().zip(values[inputs * S..].chunks_exact_mut(S)) {
        out.fill([T::of(c); W]);
    }
    for gate in 0..plan.gates() {
        let (below, at) = values.split_at_mut((plan.bases() + gate) * S);
        for c in 0..S {
            let mut sum = [T::ZERO; W];
            for t in plan.terms(gate) {
                match *plan.factors(t) {
                    [a] => {
                        let a = &below[a as usize * S + c];
                        for i in 0..W {
                            sum[i] = sum[i] + a[i];
                        }
                    }
                    [a, b] => {
                        let (a, b) = (&below[a as usize * S + c], &below[b as usize * S + c]);
                        for i in 0..W {
                            sum[i] = sum[i] + a[i] * b[i];
                        }
                    }
                    ref more => {
                        let mut product = [T::ONE; W];
                        for &f in more {
                            let f = &below[f as usize * S + c];
                            for i in 0..W {
                                product[i] = product[i] * f[i];
                            }
                        }
                        for i in 0..W {
                            sum[i] = sum[i] + product[i];
                        }
                    }
                }
            }
            at[c] = sum;
        }
    }
}

/// Derivatives of all slots, from those of the roots.
#[inline(always)]
pub(super) fn backward<T: Real, const S: usize>(plan: &Plan, values: &[Lane<T>], adjoint: &mut [Lane<T>]) {
    for gate in (0..plan.gates()).rev() {
        let (below, at) = adjoint.split_at_mut((plan.bases() + gate) * S);
        for c in 0..S {
            let d = at[c];
            // With one answer for each example most gates of a large circuit take no part.
            if d == [T::ZERO; W] {
                continue;
            }
            for t in plan.terms(gate) {
                match *plan.factors(t) {
                    [a] => {
                        let da = &mut below[a as usize * S + c];
                        for i in 0..W {
                            da[i] = da[i] + d[i];
                        }
                    }
                    [a, b] => {
                        let (a, b) = (a as usize * S + c, b as usize * S + c);
                        let (va, vb) = (values[a], values[b]);
                        let da = &mut below[a];
                        for i in 0..W {
                            da[i] = da[i] + d[i] * vb[i];
                        }
                        let db = &mut below[b];
                        for i in 0..W {
                            db[i] = db[i] + d[i] * va[i];
                        }
                    }
                    ref more => {
                        for (k, &f) in more.iter().enumerate() {
                            // The product of all others, without a division, so that zeros do no harm.
                            let mut others = d;
                            for (_, &g) in more.iter().enumerate().filter(|(j, _)| *j != k) {
                                let g = &values[g as usize * S + c];
                                for i in 0..W {
                                    others[i] = others[i] * g[i];
                                }
                            }
                            let df = &mut below[f as usize * S + c];
                            for i in 0..W {
                                df[i] = df[i] + others[i];
                            }
                        }
                    }
                }
            }
        }
    }
}
