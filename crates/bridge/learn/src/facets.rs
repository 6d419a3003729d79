//! What a way of reading theories can do, found out by running probes: small programs that it accepts or refuses.
//!
//! The table of facets is never typed in. Each entry's evidence is a program; [`probe`] runs it and keeps the answer, or what the
//! engine said when it refused.

use std::time::Instant;

use symbolon_net::Network;
use symbolon_tensor::{DType, Rng, Tensor};
use symbolon_theory::Theory;
use symbolon_theory::budget::Budget;

use crate::declare::Constraints;
use crate::error::{Error, Result};
use crate::fuzzy::Norm;
use crate::loss::negative_log_probability;
use crate::program::{Program, Semantics};

/// Three ways of reading one theory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Possible worlds, exactly (as DeepProbLog).
    Exact,
    /// The `k` best proofs (as Scallop).
    TopK(usize),
    /// Constraints over outputs: a relaxation trains, 0/1 optimisation infers (as DomiKnowS).
    Declarative,
}

impl Engine {
    /// Its name, an atom.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::TopK(_) => "best_proofs",
            Self::Declarative => "declarative",
        }
    }
    /// How it reads a theory while it trains.
    pub fn semantics(self) -> Semantics {
        match self {
            Self::Exact => Semantics::Exact,
            Self::TopK(k) => Semantics::TopK(k),
            Self::Declarative => Semantics::Fuzzy(Norm::Product),
        }
    }
}

/// A program that shows whether an engine has a facet.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    /// The facet, an atom.
    pub facet: &'static str,
    /// What it means, in one line.
    pub meaning: &'static str,
    /// The program.
    pub theory: &'static str,
    /// What is asked.
    pub query: &'static str,
    /// Whether every engine should refuse it, because the program is wrong.
    pub mistake: bool,
}

const fn has(facet: &'static str, meaning: &'static str, theory: &'static str, query: &'static str) -> Probe {
    Probe { facet, meaning, theory, query, mistake: false }
}

const fn mistake(facet: &'static str, meaning: &'static str, theory: &'static str, query: &'static str) -> Probe {
    Probe { facet, meaning, theory, query, mistake: true }
}

/// All probes.
pub const PROBES: &[Probe] = &[
    has(
        "neural_predicate",
        "outputs of networks are facts of the theory",
        "nn(net, [X], Y, [0,1]) :: bit(X, Y). both(A, B) :- bit(A, 1), bit(B, 1).",
        "both(image(a), image(b))",
    ),
    has(
        "recursion",
        "answers may rest on themselves (reachability in a graph with cycles)",
        "nn(net, [X], Y, [0,1]) :: open(X, Y). edge(a, b, 1). edge(b, a, 2). edge(b, c, 3).
         path(X, Y) :- edge(X, Y, I), open(image(I), 1). path(X, Z) :- path(X, Y), edge(Y, Z, I), open(image(I), 1).",
        "path(a, c)",
    ),
    has(
        "structural_recursion",
        "rules walk down lists",
        "nn(net, [X], Y, [0,1]) :: bit(X, Y). all([]). all([X|Xs]) :- bit(X, 1), all(Xs).",
        "all([image(a), image(b)])",
    ),
    has(
        "negation",
        "a goal may ask that something fails",
        "nn(net, [X], Y, [0,1]) :: bit(X, Y). off(X) :- \\+ bit(X, 1).",
        "off(image(a))",
    ),
    has(
        "aggregates",
        "answers may be counted and summed",
        "nn(net, [X], Y, [0,1]) :: bit(X, Y). total(Xs, S) :- findall(X, (member(X, Xs), bit(X, 1)), Ys), length(Ys, S).",
        "total([image(a), image(b)], S)",
    ),
    has(
        "probabilistic_facts",
        "the theory itself may be uncertain",
        "nn(net, [X], Y, [0,1]) :: bit(X, Y). 0.9 :: works. lit(X) :- bit(X, 1), works.",
        "lit(image(a))",
    ),
    has(
        "learned_probabilities",
        "uncertain facts may be learned with the networks",
        "nn(net, [X], Y, [0,1]) :: bit(X, Y). t(0.5) :: works. lit(X) :- bit(X, 1), works.",
        "lit(image(a))",
    ),
    has(
        "hard_constraints",
        "what may never hold is said once, for all queries",
        "nn(net, [X], Y, [0,1]) :: bit(X, Y). pair(A, B) :- bit(A, _), bit(B, _). :- bit(image(a), 1), bit(image(b), 1).",
        "pair(image(a), image(b))",
    ),
    has(
        "evidence",
        "something else was observed",
        "nn(net, [X], Y, [0,1]) :: bit(X, Y). one :- bit(image(a), 1). one :- bit(image(b), 1). evidence(one).",
        "bit(image(a), 1)",
    ),
    mistake("negative_cycle", "negation in a circle", "a :- \\+ b. b :- \\+ a.", "a"),
    mistake(
        "unbound_input",
        "a network is asked about nothing",
        "nn(net, [X], Y, [0,1]) :: bit(X, Y). any :- bit(_, 1).",
        "any",
    ),
    mistake("probability_above_one", "a probability that is none", "1.2 :: a.", "a"),
    mistake("disjunction_above_one", "choices that sum to more than one", "0.7 :: a; 0.7 :: b.", "a"),
];

/// What an engine did with a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether it ran.
    pub accepted: bool,
    /// What it said when it did not; its answers when it did.
    pub said: String,
}

/// Runs a probe: the theory is read, the query answered once, with uniform outputs for networks.
pub fn probe(engine: Engine, probe: &Probe) -> Finding {
    match run(engine, probe) {
        Ok(said) => Finding { accepted: true, said },
        Err(e) => Finding { accepted: false, said: e.to_string() },
    }
}

fn run(engine: Engine, probe: &Probe) -> Result<String> {
    let theory = Theory::parse(probe.theory)?;
    let budget = Budget::with_time(std::time::Duration::from_secs(20));
    if engine == Engine::Declarative {
        let declared = Constraints::of_theory(&theory, probe.query, &budget)?;
        let sizes = declared.constraints.variables().to_vec();
        let uniform: Vec<Vec<f64>> = sizes.iter().map(|&n| vec![-(n as f64).ln(); n]).collect();
        let mut said = Vec::new();
        for (answer, formula) in &declared.answers {
            let mut one = declared.constraints.clone();
            one.require(*formula);
            let best = one.best(&uniform, &[], &budget)?;
            said.push(format!("{answer}: {}", if best.is_some() { "possible" } else { "impossible" }));
        }
        return Ok(said.join(", "));
    }
    let mut program = Program::new(theory).with_semantics(engine.semantics()).with_budget(budget);
    let question = program.question(probe.query)?;
    let batch = program.batch([&question]);
    let uniform = |calls: &crate::Calls| {
        let n = program.networks()[calls.network].domain.len();
        symbolon_tensor::Tensor::full([calls.inputs.len(), n], -(n as f64).ln(), DType::F64)
    };
    let outputs: Vec<_> = batch.calls.iter().map(uniform).collect();
    let answers = program.answers(&batch, &outputs, &program.parameters(DType::F64))?;
    let mut said = Vec::new();
    for group in &answers {
        for (term, p) in group.layer.answers.iter().zip(group.log_probability.exp().to_vec::<f64>()) {
            said.push(format!("{}: {p:.3}", program.show(*term)));
        }
    }
    Ok(said.join(", "))
}

/// All probes on all engines as a theory: `accepts(Engine, Facet)`, `refuses(Engine, Facet, Why)`, `facet(Facet, Meaning)`.
pub fn facts(engines: &[Engine]) -> String {
    let quoted = |text: &str| symbolon_symbol::facts::quoted(&text.replace('\n', " "));
    let mut text = String::new();
    for p in PROBES {
        text += &format!("facet({}, {}).\n", p.facet, quoted(p.meaning));
        for &engine in engines {
            let found = probe(engine, p);
            text += &match found.accepted {
                true => format!("accepts({}, {}).\n", engine.name(), p.facet),
                false => format!("refuses({}, {}, {}).\n", engine.name(), p.facet, quoted(&found.said)),
            };
        }
    }
    text
}

/// The probe of a facet.
///
/// # Errors
/// [`Error::Constraint`] that lists the facets there are.
pub fn find(facet: &str) -> Result<&'static Probe> {
    PROBES.iter().find(|p| p.facet == facet).ok_or_else(|| {
        let all: Vec<&str> = PROBES.iter().map(|p| p.facet).collect();
        Error::Constraint { problem: format!("there is no facet `{facet}`; there are {}", all.join(", ")) }
    })
}

/// Lines and tokens of a theory, what a developer writes: words, and signs one by one.
pub fn effort(theory: &str) -> (usize, usize) {
    let lines = theory.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('%'));
    let (mut count, mut tokens) = (0, 0);
    for line in lines {
        count += 1;
        let mut last = ' ';
        for c in line.chars() {
            let word = |c: char| c.is_alphanumeric() || c == '_';
            let goes_on = word(c) && word(last);
            tokens += usize::from(!c.is_whitespace() && !goes_on);
            last = c;
        }
    }
    (count, tokens)
}

/// What an engine costs, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// From the text of theory and queries until the batch is ready.
    pub compile: f64,
    /// Of the gradient of one batch, the network included: the quickest of several, whatever else the machine does only adds.
    pub update: f64,
}

/// Measures an engine with a batch of queries about numbered data (see [`Program::log_probability_of_rows`]); `network` is prepared for
/// gradients, `updates` says how many are made.
///
/// ```
/// use symbolon_learn::facets::{Engine, cost};
/// use symbolon_net::{Architecture, train::prepare};
/// use symbolon_tensor::{DType, Device, Rng};
/// use symbolon_theory::budget::Budget;
/// let mut rng = Rng::new(0);
/// let mut network = "mlp(4, 3, 2)".parse::<Architecture>()?.build(&mut rng, Device::Cpu)?;
/// prepare(&mut network);
/// let (data, budget) = (rng.normal([2, 4], DType::F32), Budget::default());
/// let theory = "nn(bit, [X], Y, [0, 1]) :: bit(X, Y). both(X, Y) :- bit(X, 1), bit(Y, 1).";
/// let found = cost(Engine::Exact, theory, &["both(image(0), image(1))".to_owned()], &*network, &data, &budget, 2)?;
/// assert!(found.compile > 0.0 && found.update > 0.0 && found.update.is_finite());
/// assert!(cost(Engine::Exact, theory, &["both(image(0), image(2))".to_owned()], &*network, &data, &budget, 2).is_err());
/// # Ok::<(), symbolon_learn::Error>(())
/// ```
///
/// # Errors
/// Whatever is wrong with theory or queries, and [`Error::Stopped`] when the budget is used up.
pub fn cost(
    engine: Engine,
    theory: &str,
    queries: &[String],
    network: &dyn Network,
    data: &Tensor,
    budget: &Budget,
    updates: usize,
) -> Result<Cost> {
    let began = Instant::now();
    let program = Program::new(Theory::parse(theory)?).with_semantics(engine.semantics());
    let mut program = program.with_budget(budget.clone());
    let examples = queries.iter().map(|q| program.example(q)).collect::<Result<Vec<_>>>()?;
    let mut out = Cost { compile: began.elapsed().as_secs_f64(), update: f64::INFINITY };
    for _ in 0..updates {
        let began = Instant::now();
        let log_p = program.log_probability_of_rows(&examples, network, data)?;
        let parameters = network.parameters();
        negative_log_probability(&log_p).value.grad(&parameters.iter().map(|(_, p)| *p).collect::<Vec<_>>());
        out.update = out.update.min(began.elapsed().as_secs_f64());
    }
    Ok(out)
}

/// A random propositional theory, for comparing engines: five probable facts, one choice of three, six rules with negation that may
/// rest on themselves, and `q`, which holds when one of the rules' three heads does.
pub fn random_theory(rng: &mut Rng) -> String {
    let mut text = String::from("0.3::c(1); 0.4::c(2); 0.2::c(3).\n");
    (0..5).for_each(|i| text += &format!("{:.2}::f{i}.\n", 0.05 + 0.9 * rng.unit()));
    for _ in 0..6 {
        let leaf = |rng: &mut Rng| match rng.below(3) {
            0 => format!("c({})", 1 + rng.below(3)),
            1 => format!("f{}", rng.below(5)),
            _ => format!("\\+ f{}", rng.below(5)),
        };
        let head = rng.below(3);
        let second = if rng.below(3) == 0 { format!("r{}", rng.below(3)) } else { leaf(rng) };
        text += &format!("r{head} :- {}, {second}.\n", leaf(rng));
    }
    text + "q :- r0. q :- r1. q :- r2. r0 :- fail. r1 :- fail. r2 :- fail."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_tell_engines_apart_and_mistakes_are_refused_by_all() {
        for engine in [Engine::Exact, Engine::TopK(3), Engine::Declarative] {
            for p in PROBES.iter().filter(|p| p.mistake) {
                let found = probe(engine, p);
                assert!(!found.accepted, "{} accepts {}: {}", engine.name(), p.facet, found.said);
            }
        }
        let accepts = |engine, facet| probe(engine, find(facet).unwrap()).accepted;
        assert!(accepts(Engine::Exact, "recursion") && accepts(Engine::TopK(3), "recursion"));
        let refused = probe(Engine::Declarative, find("recursion").unwrap());
        assert!(!refused.accepted && refused.said.contains("rests on itself"), "{}", refused.said);
        for engine in [Engine::Exact, Engine::TopK(3), Engine::Declarative] {
            assert!(accepts(engine, "structural_recursion") && accepts(engine, "negation"), "{}", engine.name());
        }
        assert!(!accepts(Engine::Declarative, "probabilistic_facts"));
        assert!(find("colour").unwrap_err().to_string().contains("recursion"));
        let text = facts(&[Engine::Exact]);
        assert!(Theory::parse(&text).is_ok(), "{text}");
        assert!(text.contains("accepts(exact, recursion)."), "{text}");
        assert!(text.contains("refuses(exact, negative_cycle, "), "{text}");
        let mut rng = Rng::new(0);
        for _ in 0..20 {
            let theory = Theory::parse(&random_theory(&mut rng)).unwrap();
            let ask = |semantics| Program::new(theory.clone()).with_semantics(semantics).probability("q").unwrap();
            let exact = ask(Semantics::Exact);
            // Without a network numbers are single.
            assert!((ask(Semantics::TopK(10_000)) - exact).abs() < 1e-6 && ask(Semantics::TopK(1)) < exact + 1e-6);
        }
        assert_eq!(effort("% c\na(X) :- b(X).\n\nc."), (2, 13));
    }
}
