//! Shapes: how many numbers lie along each axis, and the three small rules everything else follows.
//!
//! *Axes* may be counted from the back (`-1` is the last). *Broadcasting* lines shapes up at their last axis and
//! stretches axes of length one, as NumPy does. *Mistakes* are programming errors and stop the program with the
//! operation and both shapes named; see [`Error`](crate::Error) for what user data gets instead.

use smallvec::SmallVec;

/// Sizes along each axis; rank 0 (a single number) is the empty shape.
pub type Shape = SmallVec<[usize; 6]>;

/// In [`Tensor::reshape`](crate::Tensor::reshape): whatever is left over.
pub const REST: usize = usize::MAX;

/// How many numbers a shape holds; an empty shape holds one.
pub fn count(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// Turns an axis that may count from the back into one that counts from the front.
#[track_caller]
pub(crate) fn axis(op: &str, shape: &[usize], axis: isize) -> usize {
    let rank = shape.len() as isize;
    let a = if axis < 0 { axis + rank } else { axis };
    assert!((0..rank).contains(&a), "{op}: axis {axis} does not exist in shape {shape:?}");
    a as usize
}

/// Several axes, sorted, each once; an empty list means all of them.
#[track_caller]
pub(crate) fn axes(op: &str, shape: &[usize], list: &[isize]) -> SmallVec<[usize; 6]> {
    if list.is_empty() {
        return (0..shape.len()).collect();
    }
    let mut out: SmallVec<[usize; 6]> = list.iter().map(|&a| axis(op, shape, a)).collect();
    out.sort_unstable();
    for pair in out.windows(2) {
        assert!(pair[0] != pair[1], "{op}: axis {} is named twice for shape {shape:?}", pair[0]);
    }
    out
}

/// The shape two operands have together.
#[track_caller]
pub(crate) fn broadcast(op: &str, a: &[usize], b: &[usize]) -> Shape {
    match try_broadcast(a, b) {
        Some(shape) => shape,
        None => panic!("{op}: shapes {a:?} and {b:?} do not fit together"),
    }
}

/// As [`broadcast`], `None` where the shapes do not fit.
pub(crate) fn try_broadcast(a: &[usize], b: &[usize]) -> Option<Shape> {
    let rank = a.len().max(b.len());
    let at = |s: &[usize], i: usize| if i + s.len() < rank { 1 } else { s[i + s.len() - rank] };
    (0..rank)
        .map(|i| match (at(a, i), at(b, i)) {
            (x, y) if x == y => Some(x),
            (1, y) => Some(y),
            (x, 1) => Some(x),
            _ => None,
        })
        .collect()
}

/// `shape` with ones put in front until it has `rank` axes.
pub(crate) fn lift(shape: &[usize], rank: usize) -> Shape {
    let mut out: Shape = std::iter::repeat_n(1, rank.saturating_sub(shape.len())).collect();
    out.extend_from_slice(shape);
    out
}

/// `shape` without the given axes, or with length one there.
pub(crate) fn reduced(shape: &[usize], axes: &[usize], keep: bool) -> Shape {
    shape
        .iter()
        .enumerate()
        .filter_map(|(i, &n)| match axes.contains(&i) {
            true => keep.then_some(1),
            false => Some(n),
        })
        .collect()
}

/// Products of the sizes before, at and after one axis: the three loops of most kernels.
pub(crate) fn split(shape: &[usize], axis: usize) -> (usize, usize, usize) {
    (count(&shape[..axis]), shape[axis], count(&shape[axis + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broadcasting_stretches_ones_only() {
        assert_eq!(try_broadcast(&[3, 1], &[4]).unwrap().as_slice(), &[3, 4]);
        assert_eq!(try_broadcast(&[], &[2, 0]).unwrap().as_slice(), &[2, 0]);
        assert!(try_broadcast(&[3], &[4]).is_none());
        assert!(try_broadcast(&[0], &[4]).is_none());
    }

    #[test]
    fn axes_count_from_the_back_and_default_to_all() {
        assert_eq!(axes("sum", &[2, 3, 4], &[-1, 0]).as_slice(), &[0, 2]);
        assert_eq!(axes("sum", &[2, 3], &[]).as_slice(), &[0, 1]);
    }

    #[test]
    #[should_panic(expected = "add: shapes [3] and [4] do not fit together")]
    fn a_shape_mistake_names_operation_and_shapes() {
        broadcast("add", &[3], &[4]);
    }
}
