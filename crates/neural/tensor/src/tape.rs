//! The tape: what every tensor knows about how it was made, and the walk back along it.
//!
//! There is no tape object to open or close. A result whose operands descend from a [`Tensor::variable`] carries a
//! [`Node`] that remembers the operation and its operands; the nodes are the tape. It lives as long as anything that
//! needs it: keep an output and you can differentiate it as often as you like, with respect to **any** node on the
//! way, drop it and the memory is gone.
//!
//! ```
//! use symbolon_tensor::{Create, Tensor, grad};
//! let x = Tensor::scalar(3.0f64).variable();
//! let h = x.square(); // an inner node like any other
//! let y = h.square();
//! let one = Tensor::scalar(1.0f64);
//! let g = grad(&[&y], &[&one], &[&x, &h], Create::Graph);
//! assert_eq!(g[0].as_ref().unwrap().item(), 108.0); // 4 x^3
//! assert_eq!(g[1].as_ref().unwrap().item(), 18.0); // 2 h
//! let gg = grad(&[g[0].as_ref().unwrap()], &[&one], &[&x], Create::None);
//! assert_eq!(gg[0].as_ref().unwrap().item(), 108.0); // 12 x^2, because the gradient was recorded too
//! ```
//!
//! Every backward rule is written in this crate's own operations, so gradients of gradients of gradients work. Which
//! rule a node uses on the way back can be exchanged, see [`rules`](crate::rules).

use crate::dtype::DType;
use crate::engine::Raw;
use crate::op::Op;
use crate::rules::Rules;
use crate::shape::Shape;
use crate::tensor::Tensor;
use smallvec::SmallVec;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use crate::walk::grad;

/// One cotangent per operand; `None` where nothing flows.
pub type Grads = SmallVec<[Option<Tensor>; 3]>;

pub(crate) type Vjp = Box<dyn Fn(&Step) -> Grads + Send + Sync>;

/// One recorded result: its operation, its operands and how cotangents go back through it.
pub struct Node {
    pub(crate) id: u64,
    pub(crate) op: Op,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) inputs: SmallVec<[Operand; 2]>,
    pub(crate) shape: Shape,
    pub(crate) dtype: DType,
    output: Option<Raw>,
    vjp: Option<Vjp>,
}

/// An operand as its consumer remembers it.
pub(crate) struct Operand {
    pub(crate) node: Option<Arc<Node>>,
    pub(crate) shape: Shape,
    value: Option<Raw>,
}

/// Which values a rule reads on its way back; a lean tape keeps nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    inputs: u32,
    output: bool,
}

impl Keep {
    /// The rule needs shapes only.
    pub const NOTHING: Self = Self { inputs: 0, output: false };
    /// All operands.
    pub const INPUTS: Self = Self { inputs: u32::MAX, output: false };
    /// The result.
    pub const OUTPUT: Self = Self { inputs: 0, output: true };
    /// Operands and result.
    pub const ALL: Self = Self { inputs: u32::MAX, output: true };
    /// Only these operands.
    pub const fn only(operands: &[usize]) -> Self {
        let (mut bits, mut i) = (0, 0);
        while i < operands.len() {
            bits |= 1 << operands[i];
            i += 1;
        }
        Self { inputs: bits, output: false }
    }
    /// These operands and the result.
    pub const fn and_output(self) -> Self {
        Self { inputs: self.inputs, output: true }
    }
}

/// Whether a gradient is itself recorded, so that it can be differentiated again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Create {
    /// Record the gradient.
    Graph,
    /// Only the numbers.
    None,
}

/// What operations do on this thread at the moment.
#[derive(Clone)]
pub(crate) struct Mode {
    pub(crate) record: bool,
    pub(crate) lean: bool,
    pub(crate) rules: Option<Arc<Rules>>,
}

thread_local! {
    static MODE: RefCell<Mode> = const { RefCell::new(Mode { record: true, lean: false, rules: None }) };
}

static NEXT: AtomicU64 = AtomicU64::new(1);

pub(crate) fn mode() -> Mode {
    MODE.with(|m| m.borrow().clone())
}

/// Runs `f` under another mode and puts the old one back, also when `f` panics.
pub(crate) fn with_mode<R>(mode: Mode, f: impl FnOnce() -> R) -> R {
    struct Back(Option<Mode>);
    impl Drop for Back {
        fn drop(&mut self) {
            if let Some(m) = self.0.take() {
                MODE.with(|now| *now.borrow_mut() = m);
            }
        }
    }
    let _back = Back(Some(MODE.with(|now| std::mem::replace(&mut *now.borrow_mut(), mode))));
    f()
}

/// Whether results are being recorded on this thread.
pub fn is_recording() -> bool {
    MODE.with(|m| m.borrow().record)
}

/// Whether a gradient is wanted as numbers only, under the ordinary rules: then fused kernels may compute it.
pub(crate) fn is_plain() -> bool {
    MODE.with(|m| !m.borrow().record && m.borrow().rules.is_none())
}

/// Whether an operation on these would be recorded with the values of its operands and its result.
pub(crate) fn keeps_values(inputs: &[&Tensor]) -> bool {
    MODE.with(|m| m.borrow().record && !m.borrow().lean) && inputs.iter().any(|x| x.node.is_some())
}

pub(crate) fn recording<R>(on: bool, f: impl FnOnce() -> R) -> R {
    with_mode(Mode { record: on, ..mode() }, f)
}

/// Runs `f` without recording anything: for measuring, editing and optimiser steps.
pub fn no_grad<R>(f: impl FnOnce() -> R) -> R {
    recording(false, f)
}

/// Runs `f` with a tape that keeps only what the ordinary gradient reads: for training, where memory counts.
///
/// By default the tape keeps the values of all operands, which is what exchanged [rules](crate::rules) and listings
/// of the graph read. On a lean tape a rule that asks for a value that was not kept stops with the operation's name.
pub fn lean<R>(f: impl FnOnce() -> R) -> R {
    with_mode(Mode { lean: true, ..mode() }, f)
}

impl Node {
    /// A place where gradients end.
    pub(crate) fn leaf(x: &Tensor, name: Option<Arc<str>>) -> Arc<Self> {
        Arc::new(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            op: Op::new("variable"),
            name,
            inputs: SmallVec::new(),
            shape: x.shape().into(),
            dtype: x.dtype(),
            output: None,
            vjp: None,
        })
    }
    /// Whether this is a variable rather than a result.
    pub fn is_leaf(&self) -> bool {
        self.vjp.is_none()
    }
}

/// A chain of a million nodes must not be freed by a million nested calls.
impl Drop for Node {
    fn drop(&mut self) {
        let mut stack: SmallVec<[Arc<Node>; 8]> = self.inputs.drain(..).filter_map(|i| i.node).collect();
        while let Some(node) = stack.pop() {
            if let Some(mut node) = Arc::into_inner(node) {
                stack.extend(node.inputs.drain(..).filter_map(|i| i.node));
            }
        }
    }
}

/// Makes a tensor of `raw` and, when some operand is recorded, remembers where it came from.
pub(crate) fn record(
    op: impl Into<Op>,
    inputs: &[&Tensor],
    raw: Raw,
    keep: Keep,
    vjp: impl Fn(&Step) -> Grads + Send + Sync + 'static,
) -> Tensor {
    record_named(op, None, inputs, raw, keep, vjp)
}

pub(crate) fn record_named(
    op: impl Into<Op>,
    name: Option<Arc<str>>,
    inputs: &[&Tensor],
    raw: Raw,
    keep: Keep,
    vjp: impl Fn(&Step) -> Grads + Send + Sync + 'static,
) -> Tensor {
    let mut out = Tensor::constant(raw);
    if !inputs.iter().any(|x| x.node.is_some()) {
        return out;
    }
    let (record, lean) = MODE.with(|m| (m.borrow().record, m.borrow().lean));
    if !record {
        return out;
    }
    debug_assert!(out.dtype().is_float(), "only floating point results are recorded");
    let operands = inputs.iter().enumerate().map(|(i, x)| Operand {
        node: x.node.clone(),
        shape: x.shape().into(),
        value: (!lean || keep.inputs >> i.min(31) & 1 == 1).then(|| x.raw.clone()),
    });
    out.node = Some(Arc::new(Node {
        id: NEXT.fetch_add(1, Ordering::Relaxed),
        op: op.into(),
        name,
        inputs: operands.collect(),
        shape: out.shape().into(),
        dtype: out.dtype(),
        output: (!lean || keep.output).then(|| out.raw.clone()),
        vjp: Some(Box::new(vjp)),
    }));
    out
}

/// One step of the way back: a node, and the cotangent that has arrived at it. What a backward rule sees.
pub struct Step<'a> {
    node: &'a Arc<Node>,
    cotangent: Tensor,
    needed: SmallVec<[bool; 4]>,
}

impl<'a> Step<'a> {
    pub(crate) fn new(node: &'a Arc<Node>, cotangent: Tensor, needed: SmallVec<[bool; 4]>) -> Self {
        Self { node, cotangent, needed }
    }
    /// Which operands' cotangents are asked for.
    pub(crate) fn needed(&self) -> &[bool] {
        &self.needed
    }
    /// The operation being walked back through.
    pub fn op(&self) -> &Op {
        &self.node.op
    }
    /// The name given to the result with [`Tensor::named`], if any.
    pub fn name(&self) -> Option<&str> {
        self.node.name.as_deref()
    }
    /// The cotangent of the result; it has the result's shape.
    pub fn cotangent(&self) -> &Tensor {
        &self.cotangent
    }
    /// How many operands the operation has.
    pub fn operands(&self) -> usize {
        self.node.inputs.len()
    }
    /// Whether anybody asks for the cotangent of operand `i`; the rest may be `None`.
    pub fn needs(&self, i: usize) -> bool {
        self.needed[i]
    }
    /// Whether operand `i` was given rather than computed: a weight, a constant, the network's input.
    ///
    /// Other views of something given (reshaped weights, for instance) count as given.
    pub fn is_given(&self, i: usize) -> bool {
        const VIEWS: &[&str] = &["reshape", "permute", "expand", "identity", "to", "slice", "to_device"];
        let mut at = self.node.inputs[i].node.as_ref();
        while let Some(node) = at.filter(|n| !n.is_leaf()) {
            if !VIEWS.contains(&node.op.kind()) {
                return false;
            }
            at = node.inputs[0].node.as_ref();
        }
        true
    }
    /// The shape of operand `i`.
    pub fn input_shape(&self, i: usize) -> &[usize] {
        &self.node.inputs[i].shape
    }
    /// Operand `i`, with its own history.
    ///
    /// # Panics
    /// On a [`lean`] tape, if the ordinary rule of this operation does not read that operand.
    #[track_caller]
    pub fn input(&self, i: usize) -> Tensor {
        let operand = &self.node.inputs[i];
        match &operand.value {
            Some(raw) => Tensor { raw: raw.clone(), shape: operand.shape.clone(), node: operand.node.clone() },
            None => panic!("{}: the lean tape did not keep operand {i}, which this rule reads", self.node.op.kind()),
        }
    }
    /// The result, with its own history.
    ///
    /// # Panics
    /// On a [`lean`] tape, if the ordinary rule of this operation does not read its result.
    #[track_caller]
    pub fn output(&self) -> Tensor {
        match &self.node.output {
            Some(raw) => Tensor { raw: raw.clone(), shape: self.node.shape.clone(), node: Some(self.node.clone()) },
            None => panic!("{}: the lean tape did not keep the result, which this rule reads", self.node.op.kind()),
        }
    }
    /// What the ordinary gradient rule says.
    pub fn standard(&self) -> Grads {
        self.node.vjp.as_ref().map_or_else(Grads::new, |vjp| vjp(self))
    }
    /// What the ordinary gradient rule says about another cotangent of the same shape.
    pub fn standard_with(&self, cotangent: Tensor) -> Grads {
        assert_eq!(cotangent.shape(), self.node.shape.as_slice(), "{}: cotangent's shape", self.node.op.kind());
        Step { node: self.node, cotangent, needed: self.needed.clone() }.standard()
    }
}

impl Tensor {
    /// Gradients of a single number with respect to `wrt`; zeros where nothing flows.
    ///
    /// ```
    /// # use symbolon_tensor::Tensor;
    /// let w = Tensor::from([1.0f32, 2.0]).variable();
    /// let loss = w.square().sum();
    /// assert_eq!(loss.grad(&[&w])[0].to_vec::<f32>(), [2.0, 4.0]);
    /// ```
    ///
    /// # Panics
    /// When this tensor holds more than one number: use [`grad`] with seeds there.
    #[track_caller]
    pub fn grad(&self, wrt: &[&Tensor]) -> Vec<Tensor> {
        self.grad_with(wrt, Create::None)
    }
    /// As [`Tensor::grad`], recorded so that it can be differentiated again.
    #[track_caller]
    pub fn grad_graph(&self, wrt: &[&Tensor]) -> Vec<Tensor> {
        self.grad_with(wrt, Create::Graph)
    }
    #[track_caller]
    fn grad_with(&self, wrt: &[&Tensor], create: Create) -> Vec<Tensor> {
        assert_eq!(self.len(), 1, "grad: {:?} holds several numbers; use `grad` with seeds", self.shape());
        let found = grad(&[self], &[&self.ones_like()], wrt, create);
        found.into_iter().zip(wrt).map(|(g, x)| g.unwrap_or_else(|| x.zeros_like())).collect()
    }
}
