//! Products of matrices: matmul, einsum, linear layers.

use super::same_kind;
use crate::dtype::DType;
use crate::engine::{self, Raw};
use crate::kernels;
use crate::op::Op;
use crate::shape::{Shape, broadcast, count};
use crate::tape::{Keep, keeps_values, record};
use crate::tensor::Tensor;
use smallvec::smallvec;

impl Tensor {
    /// Matrix product of the last two axes; leading axes broadcast. A list counts as a row on the left and as a
    /// column on the right.
    ///
    /// ```
    /// # use symbolon_tensor::Tensor;
    /// let a = Tensor::from([[1.0f32, 2.0], [3.0, 4.0]]);
    /// assert_eq!(a.matmul(&Tensor::from([1.0f32, 1.0])).to_vec::<f32>(), [3.0, 7.0]);
    /// ```
    #[track_caller]
    pub fn matmul(&self, other: &Tensor) -> Tensor {
        self.matmul_plus(other, None)
    }
    /// The product with an offset for each column added to it, where nobody will ask for the product alone: recorded as
    /// the product. Matrices only, if there is an offset.
    #[track_caller]
    fn matmul_plus(&self, other: &Tensor, offset: Option<&Tensor>) -> Tensor {
        same_kind("matmul", self, other);
        match (self.rank(), other.rank()) {
            (0, _) | (_, 0) => {
                panic!("matmul: shapes {:?} and {:?}: a single number is no matrix", self.shape, other.shape)
            }
            (1, 1) => return self.unsqueeze(0).matmul(&other.unsqueeze(1)).reshape([]),
            (1, _) => return self.unsqueeze(0).matmul(other).squeeze(-2),
            (_, 1) => return self.matmul(&other.unsqueeze(1)).squeeze(-1),
            _ => {}
        }
        let (m, k, n) = (self.size(-2), self.size(-1), other.size(-1));
        assert_eq!(k, other.size(-2), "matmul: shapes {:?} and {:?} do not fit together", self.shape, other.shape);
        let (rows, columns) = (&self.shape[..self.rank() - 2], &other.shape[..other.rank() - 2]);
        let mut to: Shape = broadcast("matmul", rows, columns);
        let rank = to.len() + 2;
        to.extend([m, n]);
        let raw = if count(&to) == 0 || k == 0 {
            engine::full(&to, 0.0, self.dtype(), self.device())
        } else if other.rank() == 2 {
            // One matrix on the right: all rows on the left form one tall matrix.
            let tall = match rows.is_empty() {
                // The engine would copy a transposed matrix here, even into the shape it has.
                true => self.raw.clone(),
                false => engine::reshape(self.raw.clone(), &[count(rows) * m, k]),
            };
            engine::reshape(product(tall, other.raw.clone(), offset), &to)
        } else {
            product(super::arith::lifted(self, rank), super::arith::lifted(other, rank), offset)
        };
        if !self.dtype().is_float() {
            return Tensor::constant(raw);
        }
        record("matmul", &[self, other], raw, Keep::INPUTS, |s| {
            let g = s.cotangent();
            smallvec![
                s.needs(0).then(|| g.matmul(&s.input(1).t()).sum_to(s.input_shape(0))),
                s.needs(1).then(|| {
                    let (x, w) = (s.input(0), s.input_shape(1));
                    match w.len() == 2 {
                        true => {
                            let tall = |t: &Tensor| t.reshape([crate::REST, t.size(-1)]);
                            match x.is_empty() || g.is_empty() {
                                true => x.t().matmul(g).sum_to(w),
                                false => tall(&x).t().matmul(&tall(g)),
                            }
                        }
                        false => x.t().matmul(g).sum_to(w),
                    }
                })
            ]
        })
    }
    /// `x W + b`, with `W` of shape `[inputs, outputs]`: the orientation in which it is multiplied.
    #[track_caller]
    pub fn linear(&self, weight: &Tensor, bias: Option<&Tensor>) -> Tensor {
        let Some(b) = bias else { return self.matmul(weight) };
        let (n, kinds) = (weight.shape.last(), [self, weight, b].map(Tensor::dtype));
        let plain = self.rank() > 1 && weight.rank() == 2 && b.rank() == 1 && n == b.shape.last();
        // The product alone is a value of its own only on a tape that keeps everything.
        if plain
            && kinds == [DType::F32; 3]
            && !self.is_empty()
            && !weight.is_empty()
            && !keeps_values(&[self, weight, b])
        {
            let y = self.matmul_plus(weight, Some(b));
            let raw = y.raw.clone();
            return y.plus_given(b, raw);
        }
        self.matmul(weight) + b
    }
    /// The sum of products of two lists.
    #[track_caller]
    pub fn dot(&self, other: &Tensor) -> Tensor {
        assert_eq!(self.shape, other.shape, "dot: lists of one length");
        (self * other).sum()
    }
    /// All products of two lists: `out[i][j] = self[i] * other[j]`.
    #[track_caller]
    pub fn outer(&self, other: &Tensor) -> Tensor {
        assert!(self.rank() == 1 && other.rank() == 1, "outer: {:?} and {:?} are no lists", self.shape, other.shape);
        self.unsqueeze(1) * other.unsqueeze(0)
    }
    /// Einstein's summation: letters name axes, letters missing on the right are summed over.
    ///
    /// ```
    /// # use symbolon_tensor::Tensor;
    /// let q = Tensor::ones([2, 5, 4, 8], symbolon_tensor::DType::F32); // batch, position, head, width
    /// let scores = Tensor::einsum("bqhd,bkhd->bhqk", &[&q, &q]);
    /// assert_eq!(scores.shape(), [2, 4, 5, 5]);
    /// ```
    ///
    /// # Panics
    /// When the formula does not fit the shapes: a letter with two sizes, an unknown letter on the right, a letter
    /// twice in one operand (take [`diagonal`](Tensor::diagonal) first).
    #[track_caller]
    pub fn einsum(formula: &str, operands: &[&Tensor]) -> Tensor {
        let formula: String = formula.chars().filter(|c| !c.is_whitespace()).collect();
        let (left, right) = formula.split_once("->").unwrap_or_else(|| panic!("einsum: `{formula}` has no `->`"));
        let terms: Vec<Vec<char>> = left.split(',').map(|t| t.chars().collect()).collect();
        assert_eq!(terms.len(), operands.len(), "einsum: `{formula}` names {} operands", terms.len());
        let right: Vec<char> = right.chars().collect();
        let mut sizes: Vec<(char, usize)> = Vec::new();
        for (term, x) in terms.iter().zip(operands) {
            assert_eq!(term.len(), x.rank(), "einsum: `{}` for shape {:?}", term.iter().collect::<String>(), x.shape);
            for (i, &c) in term.iter().enumerate() {
                assert!(!term[..i].contains(&c), "einsum: `{c}` occurs twice in one operand of `{formula}`");
                match sizes.iter().find(|(d, _)| *d == c) {
                    Some(&(_, n)) => assert_eq!(n, x.shape[i], "einsum: two sizes for `{c}` in `{formula}`"),
                    None => sizes.push((c, x.shape[i])),
                }
            }
        }
        for (i, c) in right.iter().enumerate() {
            assert!(!right[..i].contains(c), "einsum: `{c}` occurs twice in the result of `{formula}`");
            assert!(sizes.iter().any(|(d, _)| d == c), "einsum: unknown `{c}` in the result of `{formula}`");
        }
        let (mut x, mut letters) = (operands[0].clone(), terms[0].clone());
        for (i, y) in operands.iter().enumerate().skip(1) {
            let later: Vec<char> = terms[i + 1..].concat();
            let wanted = |c: char| right.contains(&c) || later.contains(&c);
            (x, letters) = contract(&x, &letters, y, &terms[i], wanted);
        }
        let gone: Vec<isize> =
            letters.iter().enumerate().filter(|(_, c)| !right.contains(c)).map(|(i, _)| i as isize).collect();
        if !gone.is_empty() {
            x = x.sum_axes(&gone, false);
            letters.retain(|c| right.contains(c));
        }
        let order: Vec<isize> =
            right.iter().map(|c| letters.iter().position(|d| d == c).expect("checked") as isize).collect();
        x.permute(order)
    }
}

/// The product of the last two axes, by our own kernel where it is the quicker.
fn product(a: Raw, b: Raw, offset: Option<&Tensor>) -> Raw {
    if let Some(y) = kernels::matmul::matmul(&a, &b, offset.map(|b| &b.raw)) {
        return y;
    }
    let y = Tensor::constant(engine::matmul(a, b));
    match offset {
        Some(b) => (y + b.detach()).raw,
        None => y.raw,
    }
}

/// Multiplies two operands as one batched matrix product, summing letters nobody asks for any more.
fn contract(x: &Tensor, xs: &[char], y: &Tensor, ys: &[char], wanted: impl Fn(char) -> bool) -> (Tensor, Vec<char>) {
    let drop = |t: &Tensor, own: &[char], other: &[char]| -> (Tensor, Vec<char>) {
        let gone: Vec<isize> = (own.iter().enumerate())
            .filter(|(_, c)| !wanted(**c) && !other.contains(c))
            .map(|(i, _)| i as isize)
            .collect();
        let kept = own.iter().copied().filter(|c| wanted(*c) || other.contains(c)).collect();
        (if gone.is_empty() { t.clone() } else { t.sum_axes(&gone, false) }, kept)
    };
    let ((x, xs), (y, ys)) = (drop(x, xs, ys), drop(y, ys, xs));
    let both: Vec<char> = xs.iter().copied().filter(|c| ys.contains(c)).collect();
    let batch: Vec<char> = both.iter().copied().filter(|c| wanted(*c)).collect();
    let summed: Vec<char> = both.iter().copied().filter(|c| !wanted(*c)).collect();
    let (mine, theirs): (Vec<char>, Vec<char>) = (
        xs.iter().copied().filter(|c| !ys.contains(c)).collect(),
        ys.iter().copied().filter(|c| !xs.contains(c)).collect(),
    );
    let size = |c: char| {
        xs.iter()
            .position(|d| *d == c)
            .map_or_else(|| y.shape[ys.iter().position(|d| *d == c).expect("one of the two")], |i| x.shape[i])
    };
    let all = |list: &[char]| -> usize { list.iter().map(|&c| size(c)).product() };
    let arrange = |t: &Tensor, own: &[char], order: &[&[char]]| {
        let at: Vec<isize> =
            order.concat().iter().map(|c| own.iter().position(|d| d == c).expect("own letter") as isize).collect();
        t.permute(at)
    };
    let a = arrange(&x, &xs, &[&batch, &mine, &summed]).reshape([all(&batch), all(&mine), all(&summed)]);
    let b = arrange(&y, &ys, &[&batch, &summed, &theirs]).reshape([all(&batch), all(&summed), all(&theirs)]);
    let letters = [batch, mine, theirs].concat();
    let to: Vec<usize> = letters.iter().map(|&c| size(c)).collect();
    (a.matmul(&b).reshape(to), letters)
}

/// Runs a recorded linear layer again on other operands, where its kind allows it: what rule sets that change weights
/// (LRP's γ and αβ) are made of.
pub(crate) fn again(op: &Op, operands: &[Tensor]) -> Option<Tensor> {
    match (op.kind(), operands) {
        ("matmul", [x, w]) => Some(x.matmul(w)),
        _ => None,
    }
}
