//! The engine against a naive evaluator on random programs, and the behaviour that a set of answers does not show: what
//! is derived at all, in which order, and what happens when a budget ends.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::budget::Budget;
use crate::builtins;
use crate::diag::{Code, Span};
use crate::program::{Clause, Goal};

/// An argument: a variable or a small number.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Arg {
    Var(u32),
    Num(i64),
}
use Arg::{Num, Var};

#[derive(Clone, Debug)]
enum Body {
    Call(usize, Vec<Arg>),
    Not(usize, Vec<Arg>),
    Less(Arg, Arg),
    Different(Arg, Arg),
    /// The first is one more than the second.
    Next(Arg, Arg),
    Between(Arg, Arg, Arg),
}

/// A program: predicates are numbers, each with an arity and facts.
#[derive(Clone, Debug, Default)]
struct World {
    arities: Vec<usize>,
    facts: Vec<(usize, Vec<i64>)>,
    rules: Vec<(usize, Vec<Arg>, Vec<Body>)>,
}

impl World {
    fn build(&self, terms: &mut TermStore) -> Program {
        let mut program = Program::default();
        let span = Span::default();
        for (i, &arity) in self.arities.iter().enumerate() {
            let name = terms.symbol(&format!("p{i}"));
            let pred = program.pred(name, arity as u32, span);
            program.preds[pred.0 as usize].defined = true;
        }
        for (pred, row) in &self.facts {
            let row: Vec<Term> = row.iter().map(|&v| terms.int(v)).collect();
            Arc::make_mut(&mut program.preds[*pred].facts).push(&row, None);
        }
        for (head, args, body) in &self.rules {
            let mut all = vec![args.clone()];
            all.extend(body.iter().map(Body::args));
            let vars = all.concat().iter().map(|a| if let Var(v) = a { v + 1 } else { 0 }).max().unwrap_or(0);
            let mut build = |args: &[Arg]| -> Vec<Term> {
                args.iter().map(|a| if let Num(n) = a { terms.int(*n) } else { a.var() }).collect()
            };
            let args = build(args);
            let mut goals = Vec::new();
            for (i, goal) in body.iter().enumerate() {
                let mut args = build(&goal.args());
                // Odd predicates use builtins that the engine has shortcuts for, even ones others that mean the same.
                let (name, arity) = match (goal, head % 2) {
                    (Body::Call(pred, _), _) => {
                        goals.push(Goal::Call { pred: PredId(*pred as u32), args, span });
                        continue;
                    }
                    (Body::Not(pred, _), _) => {
                        let elsewhere = |v: u32| all.iter().enumerate().any(|(j, a)| j != i + 1 && a.contains(&Var(v)));
                        let shared = (0..vars).filter(|&v| args.contains(&Term::var(v)) && elsewhere(v)).collect();
                        goals.push(Goal::Not { pred: PredId(*pred as u32), args, shared, span });
                        continue;
                    }
                    (Body::Less(..), 1) => ("<", 2),
                    (Body::Less(..), _) => ("@<", 2),
                    (Body::Different(..), _) => ("\\=", 2),
                    (Body::Next(..), 1) => ("is", 2),
                    (Body::Next(..), _) => {
                        args.swap(0, 1);
                        ("succ", 2)
                    }
                    (Body::Between(..), _) => ("between", 3),
                };
                let builtin = builtins::lookup(name, arity).expect("a builtin of this name");
                goals.push(Goal::Builtin { builtin, args, span });
            }
            let (plus, one) = (terms.symbol("+"), terms.int(1));
            for goal in &mut goals {
                if let Goal::Builtin { builtin, args, .. } = goal
                    && builtin.name == "is"
                {
                    args[1] = terms.compound(plus, &[args[1], one]);
                }
            }
            program.add_clause(Clause {
                head: PredId(*head as u32),
                args,
                body: goals,
                vars,
                var_names: Vec::new(),
                choice: None,
                span,
            });
        }
        program
    }

    /// The least model, predicate by predicate in the given strata, by trying every rule until nothing is new.
    fn model(&self, strata: &[Vec<usize>]) -> Vec<BTreeSet<Vec<i64>>> {
        let mut model = vec![BTreeSet::new(); self.arities.len()];
        for (pred, row) in &self.facts {
            model[*pred].insert(row.clone());
        }
        for stratum in strata {
            loop {
                let mut new = Vec::new();
                for (head, args, body) in self.rules.iter().filter(|(head, ..)| stratum.contains(head)) {
                    solve(body, &mut [None; 16], &model, &mut |values| {
                        new.push((*head, args.iter().map(|a| a.value(values).unwrap()).collect::<Vec<_>>()));
                    });
                }
                let before: usize = model.iter().map(BTreeSet::len).sum();
                new.into_iter().for_each(|(head, row)| {
                    model[head].insert(row);
                });
                if model.iter().map(BTreeSet::len).sum::<usize>() == before {
                    break;
                }
            }
        }
        model
    }
}

impl Arg {
    fn var(self) -> Term {
        match self {
            Var(v) => Term::var(v),
            Num(_) => unreachable!("only asked of variables"),
        }
    }

    fn value(self, values: &[Option<i64>]) -> Option<i64> {
        match self {
            Var(v) => values[v as usize],
            Num(n) => Some(n),
        }
    }
}

impl Body {
    fn args(&self) -> Vec<Arg> {
        match self {
            Body::Call(_, args) | Body::Not(_, args) => args.clone(),
            Body::Less(a, b) | Body::Different(a, b) | Body::Next(a, b) => vec![*a, *b],
            Body::Between(a, b, c) => vec![*a, *b, *c],
        }
    }
}

fn bind(args: &[Arg], row: &[i64], values: &mut [Option<i64>; 16]) -> bool {
    args.iter().zip(row).all(|(&arg, &v)| match arg {
        Var(x) if values[x as usize].is_none() => {
            values[x as usize] = Some(v);
            true
        }
        _ => arg.value(values) == Some(v),
    })
}

fn solve(
    body: &[Body],
    values: &mut [Option<i64>; 16],
    model: &[BTreeSet<Vec<i64>>],
    found: &mut dyn FnMut(&[Option<i64>]),
) {
    let Some((goal, rest)) = body.split_first() else { return found(values) };
    let saved = *values;
    match goal {
        Body::Call(pred, args) => {
            for row in &model[*pred] {
                if bind(args, row, values) {
                    solve(rest, values, model, found);
                }
                *values = saved;
            }
        }
        Body::Not(pred, args) => {
            let any = model[*pred].iter().any(|row| bind(args, row, &mut saved.clone()));
            if !any {
                solve(rest, values, model, found);
            }
        }
        Body::Less(a, b) if a.value(values) < b.value(values) => solve(rest, values, model, found),
        Body::Different(a, b) if a.value(values) != b.value(values) => solve(rest, values, model, found),
        Body::Less(..) | Body::Different(..) => {}
        Body::Next(a, b) => {
            if bind(&[*a], &[b.value(values).unwrap() + 1], values) {
                solve(rest, values, model, found);
            }
            *values = saved;
        }
        Body::Between(a, b, c) => {
            for v in a.value(values).unwrap()..=b.value(values).unwrap() {
                if bind(&[*c], &[v], values) {
                    solve(rest, values, model, found);
                }
                *values = saved;
            }
        }
    }
}

const FACTS_ONLY: usize = 3;

fn random_args(rng: &mut impl Rng, count: usize, vars: u32) -> Vec<Arg> {
    (0..count)
        .map(|_| if rng.random_bool(0.88) { Var(rng.random_range(0..vars)) } else { Num(rng.random_range(0..5)) })
        .collect()
}

/// A random program: predicates 0..3 have facts only, the others come in strata of up to two that may call each other.
fn random_world(seed: u64, rules: usize) -> (World, Vec<Vec<usize>>) {
    let rng = &mut ChaCha8Rng::seed_from_u64(seed);
    let mut world = World { arities: vec![2, 2, 1], ..World::default() };
    let derived = rng.random_range(1..6usize);
    world.arities.extend((0..derived).map(|_| [0, 1, 2, 2, 2, 3][rng.random_range(0..6usize)]));
    let stratum = |p: usize| if p < FACTS_ONLY { 0 } else { (p - FACTS_ONLY) / 2 + 1 };
    for pred in 0..world.arities.len() {
        let count =
            if pred < FACTS_ONLY { rng.random_range(0..17) } else { rng.random_range(0..6usize).saturating_sub(2) };
        for _ in 0..count {
            let row = (0..world.arities[pred]).map(|_| rng.random_range(0..5)).collect();
            world.facts.push((pred, row));
        }
    }
    for _ in 0..rules {
        let head = rng.random_range(FACTS_ONLY..world.arities.len());
        let vars = rng.random_range(1..5u32);
        let (mut body, mut bound) = (Vec::new(), Vec::new());
        for _ in 0..rng.random_range(1..5usize) {
            let some = |rng: &mut ChaCha8Rng, bound: &[u32]| match bound {
                [] => Num(rng.random_range(0..5)),
                _ if rng.random_bool(0.2) => Num(rng.random_range(0..5)),
                _ => Var(bound[rng.random_range(0..bound.len())]),
            };
            match rng.random_range(0..10) {
                0 => body.push(Body::Less(some(rng, &bound), some(rng, &bound))),
                1 => body.push(Body::Different(some(rng, &bound), some(rng, &bound))),
                2 => {
                    let result = Var(rng.random_range(0..vars));
                    body.push(Body::Next(result, some(rng, &bound)));
                    body.push(Body::Less(result, Num(6)));
                    bound.push(if let Var(v) = result { v } else { 0 });
                }
                3 if rng.random_bool(0.5) => {
                    let result = Var(rng.random_range(0..vars));
                    body.push(Body::Between(Num(rng.random_range(0..3)), some(rng, &bound), result));
                    body.push(Body::Less(result, Num(6)));
                    bound.push(if let Var(v) = result { v } else { 0 });
                }
                3 | 4 => {
                    let lower: Vec<usize> = (0..world.arities.len()).filter(|&p| stratum(p) < stratum(head)).collect();
                    let pred = lower[rng.random_range(0..lower.len())];
                    // Bound arguments, and now and then a variable of its own.
                    let args = (0..world.arities[pred])
                        .map(|_| if rng.random_bool(0.2) { Var(8 + rng.random_range(0..2)) } else { some(rng, &bound) })
                        .collect();
                    body.push(Body::Not(pred, args));
                }
                _ => {
                    let callable: Vec<usize> =
                        (0..world.arities.len()).filter(|&p| stratum(p) <= stratum(head)).collect();
                    let pred = if rng.random_bool(0.4) {
                        rng.random_range(0..FACTS_ONLY)
                    } else {
                        callable[rng.random_range(0..callable.len())]
                    };
                    let args = random_args(rng, world.arities[pred], vars);
                    bound.extend(args.iter().filter_map(|a| if let Var(v) = a { Some(*v) } else { None }));
                    body.push(Body::Call(pred, args));
                }
            }
        }
        // Two negated goals must not share a variable of their own: it would have to be bound.
        let mut own = Vec::new();
        for goal in &mut body {
            if let Body::Not(_, args) = goal {
                for arg in args {
                    if let Var(v @ 8..) = arg {
                        *v += 2 * own.len() as u32;
                    }
                }
                own.push(());
            }
        }
        let args = (0..world.arities[head])
            .map(|_| {
                if bound.is_empty() || rng.random_bool(0.1) {
                    Num(rng.random_range(0..5))
                } else {
                    Var(bound[rng.random_range(0..bound.len())])
                }
            })
            .collect();
        world.rules.push((head, args, body));
    }
    let last = stratum(world.arities.len() - 1);
    let strata = (1..=last).map(|s| (0..world.arities.len()).filter(|&p| stratum(p) == s).collect()).collect();
    (world, strata)
}

/// Asks the engine, and checks that the rows are distinct.
fn ask(engine: &mut Relational, terms: &mut TermStore, pred: usize, args: &[Option<i64>]) -> BTreeSet<Vec<i64>> {
    let bound: Vec<Option<Term>> = args.iter().map(|a| a.map(|v| terms.int(v))).collect();
    let rows = engine.call(terms, PredId(pred as u32), &bound, &mut Budget::default().start()).unwrap();
    let set: BTreeSet<Vec<i64>> =
        rows.iter().map(|row| row.iter().map(|t| t.as_small_int().unwrap()).collect()).collect();
    assert_eq!(set.len(), rows.len(), "answers are distinct");
    set
}

fn matching(model: &BTreeSet<Vec<i64>>, args: &[Option<i64>]) -> BTreeSet<Vec<i64>> {
    let fits = |row: &&Vec<i64>| args.iter().zip(*row).all(|(a, &v)| a.is_none_or(|a| a == v));
    model.iter().filter(fits).cloned().collect()
}

fn check_random(seed: u64, rules: usize) {
    let (world, strata) = random_world(seed, rules);
    let model = world.model(&strata);
    let mut terms = TermStore::new();
    let program = world.build(&mut terms);
    assert!(relational(&program, &terms).iter().all(|&r| r), "{world:?}");
    // One engine gets all calls one after the other, the second without factoring.
    let mut engines = [Relational::new(&program, &terms), Relational::new(&program, &terms)];
    engines[1].factoring = false;
    let mut rng = ChaCha8Rng::seed_from_u64(!seed);
    for _ in 0..6 {
        let pred = rng.random_range(0..world.arities.len());
        let free = [0.2, 0.5, 0.5, 1.0][rng.random_range(0..4usize)];
        let args: Vec<Option<i64>> = (0..world.arities[pred])
            .map(|_| if rng.random_bool(free) { None } else { Some(rng.random_range(0..6)) })
            .collect();
        let expected = matching(&model[pred], &args);
        for engine in &mut engines {
            assert_eq!(ask(engine, &mut terms, pred, &args), expected, "p{pred}{args:?} of seed {seed} in {world:#?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn random_programs_have_the_answers_of_the_naive_evaluator(seed: u64, rules in 1usize..13) {
        check_random(seed, rules);
    }
}

/// `path` over `edge` (predicate 0) in one of its formulations.
fn graph(edges: &[(i64, i64)], recursive: &[(usize, Arg, Arg)]) -> World {
    let mut world = World { arities: vec![2, 2], ..World::default() };
    world.facts.extend(edges.iter().map(|&(a, b)| (0, vec![a, b])));
    world.rules.push((1, vec![Var(0), Var(1)], vec![Body::Call(0, vec![Var(0), Var(1)])]));
    let body = recursive.iter().map(|&(pred, a, b)| Body::Call(pred, vec![a, b])).collect();
    world.rules.push((1, vec![Var(0), Var(1)], body));
    world
}

const RIGHT: &[(usize, Arg, Arg)] = &[(0, Var(0), Var(2)), (1, Var(2), Var(1))];
const LEFT: &[(usize, Arg, Arg)] = &[(1, Var(0), Var(2)), (0, Var(2), Var(1))];
const BOTH: &[(usize, Arg, Arg)] = &[(1, Var(0), Var(2)), (1, Var(2), Var(1))];

/// Rows of all relations that grow: the work done, where each row is made once.
fn derived(engine: &Relational) -> usize {
    engine.relations.iter().filter(|r| r.growing).map(Relation::len).sum()
}

#[test]
fn reachability_from_one_node_is_linear_left_and_right() {
    let n = 3000;
    let chain: Vec<(i64, i64)> = (0..n).map(|i| (i, i + 1)).collect();
    for recursive in [LEFT, RIGHT] {
        let mut terms = TermStore::new();
        let program = graph(&chain, recursive).build(&mut terms);
        let mut engine = Relational::new(&program, &terms);
        assert_eq!(ask(&mut engine, &mut terms, 1, &[Some(0), None]).len(), n as usize);
        assert!(derived(&engine) <= 2 * n as usize + 3, "{} rows derived", derived(&engine));
    }
}

#[test]
fn backward_reachability_is_linear_too() {
    let n = 3000;
    let chain: Vec<(i64, i64)> = (0..n).map(|i| (i, i + 1)).collect();
    for recursive in [LEFT, RIGHT] {
        let mut terms = TermStore::new();
        let program = graph(&chain, recursive).build(&mut terms);
        let mut engine = Relational::new(&program, &terms);
        assert_eq!(ask(&mut engine, &mut terms, 1, &[Some(n - 1), Some(n)]).len(), 1);
        assert_eq!(ask(&mut engine, &mut terms, 1, &[Some(n), Some(0)]).len(), 0);
        assert!(derived(&engine) <= 8 * n as usize, "{} rows derived", derived(&engine));
    }
}

#[test]
fn only_what_is_demanded_is_derived_and_later_demands_continue() {
    // Two components of 100 nodes; the closure of one of them says nothing about the other.
    let edges: Vec<(i64, i64)> = (0..200).filter(|i| i % 100 != 99).map(|i| (i, i + 1)).collect();
    let mut terms = TermStore::new();
    let program = graph(&edges, BOTH).build(&mut terms);
    let mut engine = Relational::new(&program, &terms);
    assert_eq!(ask(&mut engine, &mut terms, 1, &[Some(150), None]).len(), 49);
    let first = derived(&engine);
    assert!(first < 2 * 50 * 50, "{first} rows derived");
    assert_eq!(ask(&mut engine, &mut terms, 1, &[Some(160), None]).len(), 39);
    assert_eq!(derived(&engine), first, "the second answer was derived with the first");
    assert_eq!(ask(&mut engine, &mut terms, 1, &[Some(0), None]).len(), 99);
    assert!(derived(&engine) > first);
}

#[test]
fn a_used_up_budget_stops_and_a_later_call_goes_on() {
    let edges: Vec<(i64, i64)> = (0..300).map(|i| (i, (i + 1) % 300)).collect();
    for recursive in [LEFT, RIGHT, BOTH] {
        let mut terms = TermStore::new();
        let program = graph(&edges, recursive).build(&mut terms);
        let mut engine = Relational::new(&program, &terms);
        let mut stops = 0;
        // No memory at all: each call ends at the first check.
        let starved = Budget { memory: 0, ..Budget::default() };
        let path = PredId(1);
        loop {
            match engine.call(&mut terms, path, &[None, None], &mut starved.start()) {
                Ok(rows) => {
                    assert_eq!(rows.len(), 300 * 300);
                    break;
                }
                Err(DatalogError::Stop(stop)) => assert_eq!(stop, Stop::Memory),
                Err(DatalogError::Fault(fault)) => panic!("{fault:?}"),
            }
            stops += 1;
            assert!(stops < 1000, "no progress");
        }
        // Binary recursion makes so many combinations that it must have been stopped on the way.
        assert!(stops > 0 || recursive != BOTH);
    }
}

#[test]
fn long_bodies_and_long_chains_of_predicates() {
    // p2(X0) :- p0(X0,X1), p0(X1,X2), ... over a cycle of three: true of all three.
    let mut world = World { arities: vec![2, 1, 1], ..World::default() };
    world.facts.extend([(0, vec![0, 1]), (0, vec![1, 2]), (0, vec![2, 0])]);
    let steps = (0..500).map(|i| Body::Call(0, vec![Var(i), Var(i + 1)]));
    world.rules.push((2, vec![Var(0)], steps.chain([Body::Different(Var(0), Var(500))]).collect()));
    // p3(X) :- p2(X).  p4(X) :- p3(X), \+ p1(X).  p5(X) :- p4(X). ...
    for i in 3..3000 {
        world.arities.push(1);
        let mut body = vec![Body::Call(i - 1, vec![Var(0)])];
        if i % 2 == 0 {
            body.push(Body::Not(if i > 10 { i - 7 } else { 1 }, vec![Num(9)]));
        }
        world.rules.push((i, vec![Var(0)], body));
    }
    let mut terms = TermStore::new();
    let program = world.build(&mut terms);
    let mut engine = Relational::new(&program, &terms);
    assert_eq!(ask(&mut engine, &mut terms, 2999, &[Some(1)]), BTreeSet::from([vec![1]]));
    assert_eq!(ask(&mut engine, &mut terms, 2999, &[None]).len(), 3);
}

#[test]
fn joins_larger_than_a_batch() {
    // p1(X,Y,Z) :- p0(X), p0(Y), p0(Z): a product; and a hub through which 1500 nodes meet 1500 others.
    let mut world = World { arities: vec![1, 3, 2, 2], ..World::default() };
    world.facts.extend((0..40).map(|i| (0, vec![i])));
    let product = (0..3).map(|i| Body::Call(0, vec![Var(i)])).collect();
    world.rules.push((1, vec![Var(0), Var(1), Var(2)], product));
    world.facts.extend((1..=1500).flat_map(|i| [(2, vec![i, 0]), (2, vec![0, -i])]));
    let meet = vec![Body::Call(2, vec![Var(0), Var(2)]), Body::Call(2, vec![Var(2), Var(1)])];
    world.rules.push((3, vec![Var(0), Var(1)], meet));
    let mut terms = TermStore::new();
    let program = world.build(&mut terms);
    let mut engine = Relational::new(&program, &terms);
    assert_eq!(ask(&mut engine, &mut terms, 1, &[None; 3]).len(), 64_000);
    assert_eq!(ask(&mut engine, &mut terms, 1, &[None, Some(3), None]).len(), 1600);
    assert_eq!(ask(&mut engine, &mut terms, 3, &[Some(7), None]).len(), 1500);
    assert_eq!(ask(&mut engine, &mut terms, 3, &[None, Some(-7)]).len(), 1500);
    assert_eq!(ask(&mut engine, &mut terms, 3, &[None, None]).len(), 2_250_000);
}

#[test]
fn counting_without_end_stops_at_the_budget() {
    // n(0). n(X) :- n(Y), X is Y+1.
    let mut world = World { arities: vec![1], facts: vec![(0, vec![0])], ..World::default() };
    world.rules.push((0, vec![Var(0)], vec![Body::Call(0, vec![Var(1)]), Body::Next(Var(0), Var(1))]));
    let mut terms = TermStore::new();
    let program = world.build(&mut terms);
    let mut engine = Relational::new(&program, &terms);
    let budget = Budget { memory: 100_000, ..Budget::default() };
    let stopped = engine.call(&mut terms, PredId(0), &[None], &mut budget.start());
    assert!(matches!(stopped, Err(DatalogError::Stop(Stop::Memory))));
}

#[test]
fn a_fault_names_the_goal_and_a_test_that_fails_first_prevents_it() {
    // p3(X) :- p0(X), X < 3.   p5(X) :- p0(X), p1(X), p1(Y), X < Y, where p0 holds a word and p1 does not.
    let mut world = World { arities: vec![1; 6], ..World::default() };
    world.facts = vec![(0, vec![1]), (1, vec![1]), (1, vec![2])];
    let x = Var(0);
    world.rules.push((3, vec![x], vec![Body::Call(0, vec![x]), Body::Less(x, Num(3))]));
    let y = Var(1);
    world.rules.push((
        5,
        vec![x],
        vec![Body::Call(0, vec![x]), Body::Call(1, vec![x]), Body::Call(1, vec![y]), Body::Less(x, y)],
    ));
    let mut terms = TermStore::new();
    let mut program = world.build(&mut terms);
    let word = terms.atom("word");
    Arc::make_mut(&mut program.preds[0].facts).push(&[word], None);
    let mut engine = Relational::new(&program, &terms);
    assert_eq!(ask(&mut engine, &mut terms, 5, &[None]), BTreeSet::from([vec![1]]));
    let failed = engine.call(&mut terms, PredId(3), &[None], &mut Budget::default().start());
    let Err(DatalogError::Fault(fault)) = failed else { panic!("{failed:?}") };
    assert_eq!(fault.code, Code::Arithmetic);
}

#[test]
fn what_is_not_relational() {
    let mut terms = TermStore::new();
    let (x, y) = (Var(0), Var(1));
    let mut world = World { arities: vec![1; 6], ..World::default() };
    world.facts.push((0, vec![1]));
    world.rules = vec![
        // 1: a head variable that nothing binds. 2: calls 1. 3 and 4: a cycle through negation. 5: fine.
        (1, vec![x], vec![Body::Call(0, vec![y])]),
        (2, vec![x], vec![Body::Call(1, vec![x])]),
        (3, vec![x], vec![Body::Call(0, vec![x]), Body::Not(4, vec![x])]),
        (4, vec![x], vec![Body::Call(3, vec![x])]),
        (5, vec![x], vec![Body::Call(0, vec![x]), Body::Not(0, vec![y])]),
    ];
    let program = world.build(&mut terms);
    assert_eq!(relational(&program, &terms), [true, false, false, false, false, true]);
    let mut undefined = program.clone();
    undefined.preds[0].defined = false;
    assert_eq!(relational(&undefined, &terms), [false; 6]);
}

#[test]
fn the_order_of_answers_is_the_same_every_time() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let edges: Vec<(i64, i64)> = (0..400).map(|_| (rng.random_range(0..200), rng.random_range(0..200))).collect();
    let rows = || {
        let mut terms = TermStore::new();
        let program = graph(&edges, RIGHT).build(&mut terms);
        let mut engine = Relational::new(&program, &terms);
        engine.call(&mut terms, PredId(1), &[None, None], &mut Budget::default().start()).unwrap().flat().to_vec()
    };
    assert_eq!(rows(), rows());
}
