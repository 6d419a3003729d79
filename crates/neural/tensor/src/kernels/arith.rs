//! `+ - * /` and comparisons of two tensors that lie in memory in any way, on all threads.
//!
//! Broadcast and cut operands are read where they are: the result is written row by row, a row being as many trailing
//! axes as both operands run through without a gap. Rounded once, as any other machine does it, so there is no error to
//! state.

use super::{PIECE, f32s_anywhere, vectorised, worth_threads};
use crate::engine::{self, Arith, Compare, Raw};
use crate::shape::Shape;
use rayon::prelude::*;
use smallvec::SmallVec;
use std::mem::MaybeUninit;

/// One of the operations, as a type, so that it is compiled into the loops.
trait Operation: Copy + Sync {
    /// What it gives.
    type Out: Copy + Send;
    /// Must be `#[inline(always)]`.
    fn of(a: f32, b: f32) -> Self::Out;
}

macro_rules! operations {
    ($($name:ident $sign:tt $out:ty),*) => { $(
        #[derive(Clone, Copy)]
        struct $name;
        impl Operation for $name {
            type Out = $out;
            #[inline(always)]
            fn of(a: f32, b: f32) -> $out {
                a $sign b
            }
        }
    )* };
}
operations!(Add + f32, Sub - f32, Mul * f32, Div / f32);
operations!(Eq == bool, Ne != bool, Gt > bool, Ge >= bool, Lt < bool, Le <= bool);

/// An axis of the result: its length and how far apart its numbers lie in either operand.
#[derive(Clone, Copy)]
struct Axis {
    size: usize,
    steps: [usize; 2],
}

/// `a op b` in `f32`, axes of length one stretched; `None` for other kinds of number and for operands whose last axis is
/// neither in one piece nor stretched.
pub(crate) fn arith(op: Arith, a: &Raw, b: &Raw) -> Option<Raw> {
    let (out, shape) = match op {
        Arith::Add => pairs(Add, a, b),
        Arith::Sub => pairs(Sub, a, b),
        Arith::Mul => pairs(Mul, a, b),
        Arith::Div => pairs(Div, a, b),
    }?;
    Some(engine::from_vec(out, &shape))
}

/// The same for comparisons, with truth values for an answer.
pub(crate) fn compare(op: Compare, a: &Raw, b: &Raw) -> Option<Raw> {
    let (out, shape) = match op {
        Compare::Eq => pairs(Eq, a, b),
        Compare::Ne => pairs(Ne, a, b),
        Compare::Gt => pairs(Gt, a, b),
        Compare::Ge => pairs(Ge, a, b),
        Compare::Lt => pairs(Lt, a, b),
        Compare::Le => pairs(Le, a, b),
    }?;
    Some(engine::from_bools(out, &shape))
}

fn pairs<F: Operation>(f: F, a: &Raw, b: &Raw) -> Option<(Vec<F::Out>, Shape)> {
    let (sa, sb) = (engine::shape(a), engine::shape(b));
    let shape: Shape = sa.iter().zip(&sb).map(|(&m, &n)| if m == 1 { n } else { m }).collect();
    let (a, b) = (f32s_anywhere(a)?, f32s_anywhere(b)?);
    let (a, b) = (engine::laid::<f32>(&a)?, engine::laid::<f32>(&b)?);
    let mut axes: SmallVec<[Axis; 6]> = SmallVec::new();
    for (i, &size) in shape.iter().enumerate().filter(|(_, n)| **n != 1) {
        let step = |own: &[usize], steps: &[usize]| if own[i] == 1 { 0 } else { steps[i] };
        let steps = [step(&sa, &a.steps), step(&sb, &b.steps)];
        match axes.last_mut() {
            // This axis goes on where the one before it would.
            Some(last) if (0..2).all(|j| last.steps[j] == size * steps[j]) => {
                *last = Axis { size: last.size * size, steps };
            }
            _ => axes.push(Axis { size, steps }),
        }
    }
    let inner = axes.pop().unwrap_or(Axis { size: 1, steps: [0, 0] });
    if inner.steps.iter().any(|&s| s > 1) || (!axes.is_empty() && inner.size < 4) {
        return None;
    }
    let n: usize = shape.iter().product();
    let mut out: Vec<F::Out> = Vec::with_capacity(n);
    let room = &mut out.spare_capacity_mut()[..n];
    rows(f, a.numbers, b.numbers, &axes, inner, room);
    // SAFETY: `rows` writes every number of its pieces, which cover `room`, and nothing in there needs a drop. Measured as
    // for the functions of one number, in `map`.
    unsafe { out.set_len(n) };
    Some((out, shape))
}

/// Writes all rows, in pieces of several; long rows are cut.
fn rows<F: Operation>(f: F, a: &[f32], b: &[f32], outer: &[Axis], inner: Axis, out: &mut [MaybeUninit<F::Out>]) {
    let wide = inner.size;
    let threads = worth_threads(out.len());
    if outer.is_empty() {
        let piece = |(i, out): (usize, &mut [MaybeUninit<F::Out>])| {
            let at = |j: usize| i * PIECE * inner.steps[j];
            vectorised(
                #[inline(always)]
                || row(f, &a[at(0)..], &b[at(1)..], inner.steps, out),
            );
        };
        return match threads {
            true => out.par_chunks_mut(PIECE).enumerate().for_each(piece),
            false => out.chunks_mut(PIECE).enumerate().for_each(piece),
        };
    }
    let many = (PIECE / wide).max(1);
    let piece = |(i, out): (usize, &mut [MaybeUninit<F::Out>])| {
        // The place of the first row along each outer axis, and where it begins in either operand.
        let mut place: SmallVec<[usize; 6]> = SmallVec::from_elem(0, outer.len());
        let (mut rest, mut at) = (i * many, [0usize; 2]);
        for (p, axis) in place.iter_mut().zip(outer).rev() {
            *p = rest % axis.size;
            rest /= axis.size;
            at = [at[0] + *p * axis.steps[0], at[1] + *p * axis.steps[1]];
        }
        vectorised(
            #[inline(always)]
            || {
                for out in out.chunks_mut(wide) {
                    row(f, &a[at[0]..], &b[at[1]..], inner.steps, out);
                    for (p, axis) in place.iter_mut().zip(outer).rev() {
                        *p += 1;
                        at = [at[0] + axis.steps[0], at[1] + axis.steps[1]];
                        if *p < axis.size {
                            break;
                        }
                        *p = 0;
                        at = [at[0] - axis.size * axis.steps[0], at[1] - axis.size * axis.steps[1]];
                    }
                }
            },
        );
    };
    match threads {
        true => out.par_chunks_mut(many * wide).enumerate().for_each(piece),
        false => out.chunks_mut(many * wide).enumerate().for_each(piece),
    }
}

/// One row, or part of one.
#[inline(always)]
fn row<F: Operation>(_: F, a: &[f32], b: &[f32], steps: [usize; 2], out: &mut [MaybeUninit<F::Out>]) {
    let n = out.len();
    match steps {
        [1, 1] => out.iter_mut().zip(&a[..n]).zip(&b[..n]).for_each(|((o, &a), &b)| _ = o.write(F::of(a, b))),
        [1, _] => {
            let b = b[0];
            out.iter_mut().zip(&a[..n]).for_each(|(o, &a)| _ = o.write(F::of(a, b)));
        }
        [_, 1] => {
            let a = a[0];
            out.iter_mut().zip(&b[..n]).for_each(|(o, &b)| _ = o.write(F::of(a, b)));
        }
        _ => out.fill(MaybeUninit::new(F::of(a[0], b[0]))),
    }
}

/// `x op c` in `f32` for a number `c`.
pub(crate) fn with_number(op: Arith, x: &Raw, c: f64) -> Option<Raw> {
    let c = engine::from_vec(vec![c as f32], &vec![1; engine::shape(x).len()]);
    arith(op, x, &c)
}

/// Whether [`add_into`] can add these.
pub(crate) fn fits_into(a: &Raw, b: &Raw) -> bool {
    [a, b].iter().all(|x| engine::on_cpu(x) && engine::dtype(x) == crate::DType::F32)
        && engine::shape(a) == engine::shape(b)
}

/// `a + b` in the memory of `a` if nobody else holds it, for operands that fit.
pub(crate) fn add_into(mut a: Raw, b: &Raw) -> Raw {
    let b = engine::dense(b);
    let b = engine::slice::<f32>(&b);
    engine::modify::<f32>(&mut a, |a| {
        let piece = |(a, b): (&mut [f32], &[f32])| {
            vectorised(
                #[inline(always)]
                || a.iter_mut().zip(b).for_each(|(a, &b)| *a += b),
            );
        };
        match worth_threads(a.len()) {
            true => a.par_chunks_mut(PIECE).zip(b.par_chunks(PIECE)).for_each(piece),
            false => piece((a, b)),
        }
    });
    a
}
