//! The circuit as a tensor operation: the kernel on the way forward and back, composed operations where a gradient is itself
//! to be differentiated.

use std::sync::Arc;

use symbolon_tensor::{Create, DType, Segments, Tensor, custom_vjp, grad, is_recording};

use crate::fuzzy::FuzzyPlan;
use crate::kernel::{self, Batch, Output, Real, Slopes, Targets};
use crate::plan::Plan;

/// What computes: a circuit of probabilities, or steps of a fuzzy logic.
#[derive(Clone, Debug)]
pub(crate) enum Machine {
    Circuit(Arc<Plan>),
    Fuzzy(Arc<FuzzyPlan>),
}

impl Machine {
    fn inputs(&self) -> &[(u32, u32)] {
        match self {
            Machine::Circuit(plan) => &plan.inputs,
            Machine::Fuzzy(plan) => &plan.inputs,
        }
    }
    fn calls(&self) -> usize {
        match self {
            Machine::Circuit(plan) => plan.calls,
            Machine::Fuzzy(plan) => plan.calls,
        }
    }
    fn answers(&self) -> usize {
        match self {
            Machine::Circuit(plan) => plan.queries,
            Machine::Fuzzy(plan) => plan.answers(),
        }
    }
}

/// Which row of which source each call of each example reads.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    /// Source of each call.
    pub source: Vec<u32>,
    /// Row of call `c` in example `b`: `rows[b * calls + c]`.
    pub rows: Vec<u32>,
    /// Number of examples.
    pub examples: usize,
}

/// The log-probability of what is asked.
///
/// `sources`: logarithms `[rows, columns]`, one tensor for each kind of network call (and one row for the parameters), all of one
/// kind of number. `targets`: one root for each example, giving `[examples]`; or `None` for all queries, `[examples, queries]`.
/// Impossible is minus infinity, with zero slope.
pub(crate) fn log_probability(
    machine: &Machine,
    sources: &[Tensor],
    rows: &Arc<Rows>,
    targets: Option<&Arc<[u32]>>,
) -> Tensor {
    match sources.first().map_or(DType::F32, Tensor::dtype) {
        DType::F64 => typed::<f64>(machine, sources, rows, targets),
        _ => typed::<f32>(machine, sources, rows, targets),
    }
}

fn typed<T: Real>(machine: &Machine, sources: &[Tensor], rows: &Arc<Rows>, targets: Option<&Arc<[u32]>>) -> Tensor {
    let recorded = is_recording() && sources.iter().any(Tensor::is_recorded);
    // One answer for each example: its slopes cost little while the tile is in the cache, and the way back only scales them.
    let slopes = if recorded && targets.is_some() { Slopes::One } else { Slopes::No };
    let Output { values, slopes } = kernel_run::<T>(machine, sources, rows, targets, slopes);
    let shape = match targets {
        Some(_) => vec![rows.examples],
        None => vec![rows.examples, machine.answers()],
    };
    let value = Tensor::new(values, &shape).expect("as many answers as asked for");
    let (machine, rows, targets) = (machine.clone(), Arc::clone(rows), targets.cloned());
    let refs: Vec<&Tensor> = sources.iter().collect();
    custom_vjp(
        match machine {
            Machine::Circuit(_) => "circuit",
            Machine::Fuzzy(_) => "fuzzy",
        },
        &refs,
        |_| value,
        move |step| {
            let sources: Vec<Tensor> = (0..step.operands()).map(|i| step.input(i)).collect();
            if is_recording() {
                return again(&machine, &sources, &rows, targets.as_ref(), step.cotangent());
            }
            let weights = step.cotangent().to_vec::<T>();
            if targets.is_some() {
                return sums(&machine, &rows, &sources, &slopes, Some(&weights));
            }
            let out = kernel_run::<T>(&machine, &sources, &rows, None, Slopes::Weighted(&weights));
            sums(&machine, &rows, &sources, &out.slopes, None)
        },
    )
}

fn kernel_run<T: Real>(
    machine: &Machine,
    sources: &[Tensor],
    rows: &Rows,
    targets: Option<&Arc<[u32]>>,
    slopes: Slopes<'_, T>,
) -> Output<T> {
    let data: Vec<Vec<T>> = sources.iter().map(Tensor::to_vec::<T>).collect();
    let batch = Batch {
        sources: data.iter().map(Vec::as_slice).collect(),
        widths: sources.iter().map(|s| s.size(-1)).collect(),
        source: &rows.source,
        rows: &rows.rows,
        examples: rows.examples,
        targets: targets.map_or(Targets::All(machine.answers()), |t| Targets::One(t)),
    };
    match machine {
        Machine::Circuit(plan) => kernel::run(plan, &batch, slopes),
        Machine::Fuzzy(plan) => plan.run(&batch, slopes),
    }
}

/// Slopes of examples, brought together in the rows of the sources: always in the order of the examples.
fn sums<T: Real>(
    machine: &Machine,
    rows: &Rows,
    sources: &[Tensor],
    slopes: &[T],
    weights: Option<&[T]>,
) -> Vec<Option<Tensor>> {
    let mut out: Vec<Vec<T>> = sources.iter().map(|s| vec![T::ZERO; s.len()]).collect();
    let widths: Vec<usize> = sources.iter().map(|s| s.size(-1)).collect();
    let inputs = machine.inputs();
    // Columns of one call are next to each other.
    let runs: Vec<&[(u32, u32)]> = inputs.chunk_by(|a, b| a.0 == b.0).collect();
    for b in 0..if inputs.is_empty() { 0 } else { rows.examples } {
        let weight = weights.map_or(T::ONE, |w| w[b]);
        let mut slopes = &slopes[b * inputs.len()..][..inputs.len()];
        for run in &runs {
            let call = run[0].0 as usize;
            let source = rows.source[call] as usize;
            let row = rows.rows[b * machine.calls() + call] as usize;
            let row = &mut out[source][row * widths[source]..][..widths[source]];
            let (own, rest) = slopes.split_at(run.len());
            slopes = rest;
            for (&(_, column), &slope) in run.iter().zip(own) {
                let at = &mut row[column as usize];
                *at = *at + slope * weight;
            }
        }
    }
    out.into_iter()
        .zip(sources)
        .map(|(o, s)| Some(Tensor::new(o, s.shape()).expect("a cotangent has its operand's shape")))
        .collect()
}

/// Cotangents with a history of their own, through the composed operations.
fn again(
    machine: &Machine,
    sources: &[Tensor],
    rows: &Rows,
    targets: Option<&Arc<[u32]>>,
    cotangent: &Tensor,
) -> Vec<Option<Tensor>> {
    let y = composed(machine, sources, rows, targets.map(|t| &t[..]));
    if !y.is_recorded() {
        return vec![None; sources.len()];
    }
    let recorded: Vec<&Tensor> = sources.iter().filter(|s| s.is_recorded()).collect();
    let mut found = grad(&[&y], &[cotangent], &recorded, Create::Graph).into_iter();
    sources.iter().map(|s| if s.is_recorded() { found.next().flatten() } else { None }).collect()
}

/// The same in tensor operations: what kernels are tested against, and what carries higher derivatives.
pub(crate) fn composed(machine: &Machine, sources: &[Tensor], rows: &Rows, targets: Option<&[u32]>) -> Tensor {
    let dtype = sources.first().map_or(DType::F32, Tensor::dtype);
    let mut inputs = Vec::new();
    let flat: Vec<Tensor> = sources.iter().map(|s| s.reshape([s.len()])).collect();
    for &(call, column) in machine.inputs() {
        let source = rows.source[call as usize] as usize;
        let width = sources[source].size(-1);
        let at = |b: usize| rows.rows[b * machine.calls() + call as usize] as usize * width + column as usize;
        let at: Vec<i64> = (0..rows.examples).map(|b| at(b) as i64).collect();
        inputs.push(flat[source].index_select(0, &Tensor::from(at)));
    }
    let like = Tensor::zeros([rows.examples], dtype);
    match machine {
        Machine::Circuit(plan) => circuit(plan, &inputs, &like, targets),
        Machine::Fuzzy(plan) => plan.composed(&inputs, &like, targets),
    }
}

/// A circuit layer by layer: gather, sum of factors, log-sum-exp of terms.
fn circuit(plan: &Plan, inputs: &[Tensor], like: &Tensor, targets: Option<&[u32]>) -> Tensor {
    let examples = like.len();
    let index = |list: Vec<i64>| Tensor::from(list);
    let mut parts: Vec<Tensor> = inputs.to_vec();
    parts.extend(plan.consts.iter().map(|c| like.full_like(c.ln())));
    let parts: Vec<Tensor> = parts.iter().map(|p| p.reshape([1, examples])).collect();
    let mut values = Tensor::cat(&parts.iter().collect::<Vec<_>>(), 0);
    // Gates by level; `place` says where the rows of the values have gone.
    let mut level = vec![0u32; plan.slots()];
    for g in 0..plan.gates() {
        let below = plan.terms(g).flat_map(|t| plan.factors(t)).map(|&f| level[f as usize]).max().unwrap_or(0);
        level[plan.bases() + g] = below + 1;
    }
    let mut place: Vec<i64> = (0..plan.slots() as i64).collect();
    let mut next = plan.bases() as i64;
    for l in 1..=level.iter().copied().max().unwrap_or(0) {
        let gates: Vec<usize> = (0..plan.gates()).filter(|&g| level[plan.bases() + g] == l).collect();
        let (mut factors, mut term_of, mut gate_of) = (Vec::new(), Vec::new(), Vec::new());
        for (k, &g) in gates.iter().enumerate() {
            for t in plan.terms(g) {
                for &f in plan.factors(t) {
                    factors.push(place[f as usize]);
                    term_of.push(gate_of.len() as i64);
                }
                gate_of.push(k as i64);
            }
            place[plan.bases() + g] = next;
            next += 1;
        }
        let terms = Segments::new(term_of, gate_of.len()).expect("numbered above");
        let sums = Segments::new(gate_of, gates.len()).expect("numbered above");
        let made = sums.logsumexp(&terms.sum(&values.index_select(0, &index(factors))));
        values = Tensor::cat(&[&values, &made], 0);
    }
    let root = |r: usize| place[plan.roots[r].slot as usize];
    let n = plan.queries;
    let given = plan.evidence.map(|e| values.index_select(0, &index(vec![place[e as usize]])));
    match targets {
        None => {
            let all = values.index_select(0, &index((0..n).map(root).collect()));
            given.map_or(all.clone(), |g| minus(&all, &g)).t()
        }
        Some(targets) => {
            let picks = index(targets.iter().map(|&t| root(t as usize)).collect()).reshape([1, examples]);
            let one = values.gather(0, &picks);
            let conditional = targets.iter().map(|&t| plan.roots[t as usize].given).collect();
            let conditional = Tensor::from_bools(conditional, [1, examples]).expect("one for each");
            given.map_or(one.clone(), |g| conditional.choose(&minus(&one, &g), &one)).reshape([examples])
        }
    }
}

/// A difference of logarithms that stays minus infinity where the first one is.
fn minus(a: &Tensor, b: &Tensor) -> Tensor {
    let none = a.detach().eq_scalar(f64::NEG_INFINITY);
    let b = b.expand(a.shape());
    (a - none.choose(&b.zeros_like(), &b)).mask_fill(&none, f64::NEG_INFINITY)
}
