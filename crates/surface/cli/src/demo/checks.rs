//! What the demo claims, fixed before anything is measured, and how it is measured.

use std::collections::HashMap;
use std::sync::Arc;

use symbolon_check::{Intervention, Proportion};
use symbolon_learn::project::{Project, still};
use symbolon_learn::{Example, Result};
use symbolon_net::{Network, Site, Trace};
use symbolon_symbol::{NeuralPredicate, Subspace, Symbol, Values, Which};
use symbolon_tensor::{DType, Rng, Tensor, no_grad};
use symbolon_theory::term::{Term, View};

use super::world::{World, broken};

/// A claim: a share that must be at least, or (for a control that must fail) at most, so large.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// What is claimed.
    pub text: &'static str,
    /// The share that was measured.
    pub measured: Proportion,
    bound: f64,
    at_least: bool,
}

impl Claim {
    /// Whether the measured share is on the right side.
    pub fn holds(&self) -> bool {
        let share = self.measured.share();
        if self.at_least { share >= self.bound } else { share <= self.bound }
    }

    /// The bound as text.
    pub fn bound(&self) -> String {
        format!("{} {}%", if self.at_least { "at least" } else { "at most" }, 100.0 * self.bound)
    }

    /// Whether this is a control, which must fail.
    pub fn is_control(&self) -> bool {
        !self.at_least
    }
}

/// Everything that was measured.
pub struct Checked {
    /// Sums of held-out pairs.
    pub sums: Proportion,
    /// Held-out digits read right, although no digit was ever labelled.
    pub digits: Proportion,
    /// Sums that follow a digit taken from another picture: trained, untrained, shuffled theory.
    pub interchange: [Proportion; 3],
    /// For each digit that is written: sums that follow.
    pub written: Vec<Proportion>,
    /// The same inside the network: what was exchanged, and sums that follow.
    pub hidden: Vec<(String, Proportion)>,
    /// `confusion[true][read]`, held-out digits.
    pub confusion: Vec<Vec<usize>>,
}

impl Checked {
    /// The claims with their measurements. The bounds are part of the program.
    pub fn claims(&self) -> Vec<Claim> {
        let least = |text, bound, measured| Claim { text, measured, bound, at_least: true };
        let most = |text, bound, measured| Claim { text, measured, bound, at_least: false };
        vec![
            least("sums of held-out pairs are right", 0.95, self.sums),
            least("held-out digits are read right, with no label ever seen", 0.975, self.digits),
            least("the sum follows a digit written from another picture", 0.95, self.interchange[0]),
            most("control: the same in an untrained twin", 0.2, self.interchange[1]),
            most("control: the same in a twin taught a shuffled theory", 0.2, self.interchange[2]),
        ]
    }
}

/// Measures everything.
///
/// # Errors
/// What projects and networks answer.
pub fn all(world: &World, trained: &mut Project, untrained: &mut Project, twin: &mut Project) -> Result<Checked> {
    let mut projects = [Judge::new(world, trained)?, Judge::new(world, untrained)?, Judge::new(world, twin)?];
    let [judge, ..] = &mut projects;
    let held: Vec<usize> = (world.first_held_out..world.labels.len()).collect();
    let read = judge.read(&held)?;
    let mut confusion = vec![vec![0; 10]; 10];
    for (&digit, &label) in held.iter().zip(&read) {
        confusion[world.labels[digit]][label] += 1;
    }
    let digits = Proportion::of(held.iter().zip(&read).map(|(&d, &l)| world.labels[d] == l));
    let sums = judge.sums(None)?;
    let sums = Proportion::of(world.held_out.iter().zip(sums).map(|(&pair, s)| s == world.sum(pair)));
    let written = (0..10)
        .map(|d| {
            let values = Values::observed(&vec![d; world.held_out.len()], 10).map_err(outside)?;
            let through = judge.predicate.clone();
            let sums = judge.sums(Some((through, values)))?;
            Ok(Proportion::of(world.held_out.iter().zip(sums).map(|(&[_, b], s)| s == d + world.labels[b])))
        })
        .collect::<Result<Vec<_>>>()?;
    let hidden = hidden(world, judge)?;
    let mut interchange = [Proportion::default(); 3];
    for (share, judge) in interchange.iter_mut().zip(&mut projects) {
        let through = judge.predicate.clone();
        *share = judge.interchange(&through)?;
    }
    Ok(Checked { sums, digits, interchange, written, hidden, confusion })
}

/// Inside the network: the plane in which the first hidden layer tells its own readings apart, against a random one.
fn hidden(world: &World, judge: &mut Judge<'_>) -> Result<Vec<(String, Proportion)>> {
    const SITE: &str = "fc1.pre";
    let some: Vec<usize> = (0..world.first_held_out.min(2000)).collect();
    let site: Site = SITE.parse()?;
    let x = judge.seen(&some)?;
    let mut trace = Trace::new().record(SITE);
    let scores = no_grad(|| judge.network().forward(&[x], &mut trace))?;
    let activations = trace.get(&site).ok_or_else(|| broken("the network does not pass the site"))?.rows();
    let width = activations.size(1);
    // Means by what the network itself reads: labels have no part in it. A network that has learned little does not read all
    // digits.
    let one_hot = scores.argmax(1).one_hot(10, DType::F64);
    let counts = one_hot.sum_axis(0, false);
    let seen: Vec<i64> = (0..10).zip(counts.to_vec::<f64>()).filter(|(_, n)| *n > 0.0).map(|(d, _)| d).collect();
    if seen.len() < 2 {
        return Ok(Vec::new());
    }
    let (k, seen) = (seen.len() - 1, Tensor::from(seen));
    let sums = one_hot.t().matmul(&activations.to(DType::F64)).index_select(0, &seen);
    let means = sums / counts.index_select(0, &seen).unsqueeze(1);
    let directions = (&means - means.mean_axis(0, true)).narrow(0, 0..k);
    let random = Rng::new(world.seed).normal([k, width], DType::F64);
    let spanned = Subspace::new(site.clone(), &directions).map_err(outside)?;
    let control = Subspace::new(site, &random).map_err(outside)?;
    let mut out = Vec::new();
    for (name, subspace) in [
        (format!("{k} of {width} dimensions of {SITE}: means of what the network reads"), spanned),
        (format!("control: {k} random dimensions of {SITE}"), control),
    ] {
        let through: Arc<dyn Symbol> = Arc::new(subspace);
        out.push((name, judge.interchange(&through)?));
    }
    Ok(out)
}

/// An error of symbols or of checks as one of learning.
fn outside(error: impl std::error::Error + Send + Sync + 'static) -> symbolon_learn::Error {
    symbolon_net::Error::other(error).into()
}

/// A project with questions about all held-out pairs.
struct Judge<'w> {
    world: &'w World,
    project: &'w mut Project,
    questions: Vec<Example>,
    predicate: Arc<dyn Symbol>,
}

/// Values to be written through a symbol at the first picture of each pair.
type Writing = (Arc<dyn Symbol>, Values);

impl<'w> Judge<'w> {
    fn new(world: &'w World, project: &'w mut Project) -> Result<Judge<'w>> {
        let ask = |&pair: &[usize; 2]| project.program.question(&World::question(pair, "Sum"));
        let questions: Vec<Example> = world.held_out.iter().map(ask).collect::<Result<_>>()?;
        project.prepare(&questions)?;
        let site = "logits".parse()?;
        let digit = NeuralPredicate::new("digit", site, (0..10).map(|d| d.to_string())).map_err(outside)?;
        Ok(Judge { world, project, questions, predicate: Arc::new(digit) })
    }

    fn network(&self) -> &dyn Network {
        &*self.project.networks["digit"]
    }

    /// Digits as the network sees them.
    fn seen(&mut self, digits: &[usize]) -> Result<Tensor> {
        let terms = digits.iter().map(|d| self.project.program.term(&format!("mnist({d})")));
        let calls: Vec<Vec<Term>> = terms.map(|t| Ok(vec![t?])).collect::<Result<_>>()?;
        let store = self.project.program.theory().terms.clone();
        self.project.inputs.load(&store.lock(), &calls.concat())?;
        self.project.seen(&calls, &mut still)
    }

    /// A symbol's values on digits.
    fn values(&mut self, digits: &[usize], through: &dyn Symbol) -> Result<Values> {
        let x = self.seen(digits)?;
        symbolon_check::read(self.network(), &[x], through).map_err(outside)
    }

    /// What the network reads on digits.
    fn read(&mut self, digits: &[usize]) -> Result<Vec<usize>> {
        let predicate = self.predicate.clone();
        self.values(digits, &*predicate)?.labels().map_err(outside)
    }

    /// The most probable sum of each held-out pair, perhaps with values written at the first picture of each.
    fn sums(&mut self, written: Option<Writing>) -> Result<Vec<usize>> {
        let batch = self.project.program.batch(&self.questions);
        let [calls] = &batch.calls[..] else { return Err(broken("there is one network")) };
        let mut interventions = Vec::new();
        if let Some((symbol, values)) = written {
            let pair_of: HashMap<Term, usize> = self.questions.iter().zip(0..).map(|(q, i)| (q.items[0], i)).collect();
            let pairs: Vec<Option<usize>> = calls.inputs.iter().map(|call| pair_of.get(&call[0]).copied()).collect();
            // Rows that are no first picture take anybody's value, which is not written.
            let rows: Vec<usize> = pairs.iter().map(|p| p.unwrap_or(0)).collect();
            let values = values.select(&rows).map_err(outside)?;
            let which = Which::Rows(pairs.iter().map(Option::is_some).collect());
            interventions.push(Intervention { symbol, values, which });
        }
        let x = self.project.seen(&calls.inputs, &mut still)?;
        let scores = symbolon_check::intervene(self.network(), &[x], &interventions).map_err(outside)?;
        let output = scores.log_softmax(-1);
        let answers = self.project.program.answers(&batch, &[output], &self.project.logits)?;
        let [answers] = &answers[..] else { return Err(broken("all pairs have one shape")) };
        let store = self.project.program.theory().terms.clone();
        let terms = store.lock();
        let sum = |answer: &Term| match terms.view(*answer) {
            View::Compound(_, [.., sum]) => terms.as_int(*sum).and_then(|s| usize::try_from(s).ok()),
            _ => None,
        };
        let sums: Option<Vec<usize>> = answers.layer.answers.iter().map(sum).collect();
        let sums = sums.ok_or_else(|| broken("a sum is a number"))?;
        let best = answers.log_probability.argmax(1).to_vec::<i64>();
        let mut out = vec![0; self.questions.len()];
        answers.examples.iter().zip(best).for_each(|(&e, b)| out[e] = sums[b as usize]);
        Ok(out)
    }

    /// Takes the symbol's value from the source pictures to the first pictures. Success: the sum is that of the source's digit and
    /// the second one. Pairs whose source shows the same digit prove nothing and are left out.
    fn interchange(&mut self, through: &Arc<dyn Symbol>) -> Result<Proportion> {
        let sources = self.world.sources.clone();
        let values = self.values(&sources, &**through)?;
        let sums = self.sums(Some((through.clone(), values)))?;
        let labels = &self.world.labels;
        let cases = self.world.held_out.iter().zip(&sources).zip(sums);
        let cases = cases.filter(|((pair, s), _)| labels[pair[0]] != labels[**s]);
        Ok(Proportion::of(cases.map(|((pair, &s), sum)| sum == labels[s] + labels[pair[1]])))
    }
}
