//! Clauses as written: facts, rules, probabilistic clauses, annotated disjunctions, neural predicates and constraints.
//!
//! A disjunction `P1::h1; ...; Pn::hn :- body` becomes one clause for each head and one [`Disjunction`] that all of them
//! refer to; each ground instance of the clause's variables is one choice among the heads and "none of them".

use crate::builtins;
use crate::diag::{Code, Diagnostic, Severity, Span, rounded};
use crate::heads;
use crate::lower::{Lower, Renumber, Scope};
use crate::neural::neural;
use crate::program::{Clause, Disjunction, DisjunctionId, FactChoice, Goal, PredId, Weight, Weights};
use crate::term::{Term, sym};
use crate::tree::{Forest, Tree, goal_arguments};
use crate::weight::weight;

/// How far above 1 the probabilities of a disjunction may sum: thirds written with ten digits do.
const SUM_TOLERANCE: f64 = 1e-9;

/// The head side and the body of a clause.
fn split(forest: &Forest, root: usize) -> (usize, Option<usize>) {
    match forest.functor(root) {
        Some((sym::NECK | sym::ARROW_LEFT, 2)) => {
            let (head, body) = forest.pair(root);
            (head, Some(body))
        }
        _ => (root, None),
    }
}

/// A head as written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    /// The node of its probability, if it has one.
    pub weight: Option<usize>,
    /// The node of the atom.
    pub atom: usize,
    /// `\+ atom`: where the clause applies, the atom is false whatever other clauses say.
    pub negated: bool,
}

/// The heads of a clause, left to right; none for a directive.
pub(crate) fn heads(forest: &Forest, root: usize) -> Vec<Head> {
    if forest.is(root, sym::NECK, 1) {
        return Vec::new();
    }
    let (mut heads, mut stack) = (Vec::new(), vec![split(forest, root).0]);
    while let Some(node) = stack.pop() {
        if forest.is(node, sym::SEMICOLON, 2) {
            let (left, right) = forest.pair(node);
            stack.extend([right, left]);
            continue;
        }
        let (weight, atom) = match forest.functor(node) {
            Some((sym::PROB, 2)) => {
                let (weight, atom) = forest.pair(node);
                (Some(weight), atom)
            }
            _ => (None, node),
        };
        let negated =
            matches!(forest.functor(atom), Some((sym::NOT | sym::NOT_WORD, 1))) && forest.functor(atom - 1).is_some();
        heads.push(Head { weight, atom: if negated { atom - 1 } else { atom }, negated });
    }
    heads
}

/// Whether a clause is a fact without variables, certain or with a constant probability: its head.
pub(crate) fn ground_fact(forest: &Forest, tree: &Tree) -> Option<Head> {
    let plain = !matches!(
        forest.functor(tree.root),
        None | Some((
            sym::NECK | sym::ARROW_LEFT | sym::SEMICOLON | sym::PROB | sym::COMMA | sym::NOT | sym::NOT_WORD
                // These stay clauses, which keep their places.
                | sym::QUERY | sym::EVIDENCE,
            _
        ))
    );
    (plain && tree.var_count == 0).then_some(Head { weight: None, atom: tree.root, negated: false })
}

/// Marks what a clause defines, before any body is lowered. `false` if a head is malformed or may not be defined.
pub(crate) fn declare(lower: &mut Lower<'_>, tree: &Tree) -> bool {
    let mut good = true;
    for head in heads(lower.forest, tree.root) {
        good &= define(lower, tree.source, head).is_some();
    }
    good
}

/// The predicate that a head defines: its own, or for a negated head the one that collects what is denied.
pub(crate) fn define(lower: &mut Lower<'_>, source: u32, head: Head) -> Option<PredId> {
    let span = lower.forest.span(source, head.atom);
    let Some((name, arity)) = lower.forest.functor(head.atom) else {
        let variable = lower.forest.var(head.atom).is_some();
        let message =
            if variable { "a variable cannot be the head of a clause" } else { "this cannot be the head of a clause" };
        lower.error(Code::Syntax, span, message, "a head is an atom such as p or p(X,a)");
        return None;
    };
    let name = lower.rename.unwrap_or(name);
    let id = match lower.program.index.get(&(name, arity)) {
        Some(&id) if lower.program.get(id).defined => id,
        _ => {
            if let Some((message, help)) = protected(lower.terms.name(name), arity) {
                lower.error(Code::Syntax, span, message, help);
                return None;
            }
            let id = lower.program.pred(name, arity, span);
            let pred = &mut lower.program.preds[id.0 as usize];
            (pred.defined, pred.span) = (true, span);
            id
        }
    };
    Some(if head.negated { heads::denied(lower, id) } else { id })
}

/// Why a program may not define this predicate, and what to do.
fn protected(name: &str, arity: u32) -> Option<(String, &'static str)> {
    let (message, help) = match (name, arity) {
        (",", 2) => ("the head of a clause cannot be a conjunction", "write one clause for each of its parts"),
        ("->" | "*->" | "|" | ";", 2) => {
            ("the head of a clause cannot be a condition", "conditions belong into the body")
        }
        ("\\+" | "not", 1) => ("a negated head needs an atom", "write `\\+ p(X) :- body.`"),
        ("?-", 1) => ("a query inside a program", "write `query(goal).`"),
        ("-->", 2) => ("grammar rules are not supported", "write the rule over two list arguments"),
        (":-" | "?-" | "<-" | "-->" | "::", _) => {
            ("this clause is malformed", "a clause is `head.`, `head :- body.` or `0.5::head.`")
        }
        _ => {
            let core = goal_arguments(name, arity).is_some()
                || matches!((name, arity), ("true" | "fail" | "false" | "!" | "[]" | "{}", 0) | ("call", 1..))
                || (crate::ops::is_operator(name) && builtins::lookup(name, arity).is_some());
            return core.then(|| (format!("{name}/{arity} is built in and cannot be defined"), "use another name"));
        }
    };
    Some((message.to_owned(), help))
}

/// Lowers a clause (not a directive) into the program.
pub(crate) fn lower(lower: &mut Lower<'_>, tree: &Tree) {
    let (_, body) = split(lower.forest, tree.root);
    let heads = heads(lower.forest, tree.root);
    let mut scope = scope(lower, tree);
    match heads[..] {
        [head @ Head { weight: None, .. }] => rule(lower, tree, &mut scope, head, body),
        [head @ Head { weight: Some(weight), .. }]
            if lower.forest.functor(weight).is_some_and(|(name, arity)| name == sym::NN && arity > 0) =>
        {
            neural(lower, tree, &mut scope, weight, head, body);
        }
        _ => disjunction(lower, tree, &mut scope, &heads, body),
    }
    lower.finish(&mut scope);
}

fn scope(lower: &Lower<'_>, tree: &Tree) -> Scope {
    let vars = &lower.forest.vars[tree.first_var..][..tree.var_count as usize];
    Scope { source: tree.source, names: vars.iter().map(|v| lower.forest.names[v.name as usize].clone()).collect() }
}

fn rule(lower: &mut Lower<'_>, tree: &Tree, scope: &mut Scope, head: Head, body: Option<usize>) {
    let Some(pred) = define(lower, tree.source, head) else { return };
    let atom = head.atom;
    if let (Some(aggregate), Some(body)) = (heads::aggregate(lower, atom), body) {
        return heads::aggregation(lower, tree, scope, pred, atom, aggregate, body);
    }
    let args = arguments(lower, atom);
    let outer = lower.node_vars(atom);
    let goals = body.map_or(Vec::new(), |b| lower.body(scope, b, &outer));
    // Queries and evidence stay clauses, which keep their order and their places.
    let asked = matches!(lower.program.get(pred).name, sym::QUERY | sym::EVIDENCE);
    if goals.is_empty() && !asked && args.iter().all(|&a| lower.terms.is_ground(a)) {
        lower.program.add_fact(pred, &args, None);
    } else {
        lower.add_clause(scope, pred, args, goals, tree.span);
    }
}

pub(crate) fn arguments(lower: &mut Lower<'_>, atom: usize) -> Vec<Term> {
    let mut args = Vec::new();
    lower.forest.arguments(lower.terms, atom, &mut args);
    args
}

fn disjunction(lower: &mut Lower<'_>, tree: &Tree, scope: &mut Scope, heads: &[Head], body: Option<usize>) {
    let (mut weights, mut atoms, mut outer) = (Vec::new(), Vec::new(), Vec::new());
    for &head in heads {
        let atom = head.atom;
        let Some(weight_node) = head.weight else {
            let span = lower.forest.span(tree.source, atom);
            lower.error(
                Code::Syntax,
                span,
                "a head in a disjunction needs a probability",
                "write `0.5::a; 0.5::b.`; to say that one of two is true, write a constraint `:- \\+ a, \\+ b.`",
            );
            return;
        };
        let Some(pred) = define(lower, tree.source, head) else { return };
        let Some(weight) = weight(lower, tree, scope, weight_node, heads, body) else { return };
        outer.extend(lower.node_vars(atom));
        outer.extend(lower.node_vars(weight_node));
        weights.push(weight);
        atoms.push((pred, arguments(lower, atom)));
    }
    let sum: f64 = weights.iter().map(|w| if let Weight::Const(p) = w { *p } else { 0.0 }).sum();
    if sum > 1.0 + SUM_TOLERANCE {
        lower.error(
            Code::DisjunctionSum,
            tree.span,
            format!("the probabilities of this disjunction sum to {}", rounded(sum)),
            "they must sum to at most 1; what is missing to 1 means \"none of them\"",
        );
        return;
    }
    let goals = body.map_or(Vec::new(), |b| lower.body(scope, b, &outer));
    if let ([(pred, args)], [weight], []) = (&atoms[..], &weights[..], &goals[..]) {
        let ground = args.iter().all(|&a| lower.terms.is_ground(a));
        if ground && !mentions_variables(lower, weight) {
            let choice = FactChoice { weight: weight.clone(), span: tree.span };
            return lower.program.add_fact(*pred, args, Some(choice));
        }
    }
    choose(lower, tree, scope, Weights::Each(weights), atoms, goals);
}

fn mentions_variables(lower: &Lower<'_>, weight: &Weight) -> bool {
    match weight {
        Weight::Const(_) => false,
        Weight::Expr(term) => !lower.terms.is_ground(*term),
        Weight::Learn { key, .. } => key.iter().any(|&k| !lower.terms.is_ground(k)),
    }
}

/// Adds a disjunction and one clause for each of its heads.
fn choose(
    lower: &mut Lower<'_>,
    tree: &Tree,
    scope: &mut Scope,
    weights: Weights,
    heads: Vec<(PredId, Vec<Term>)>,
    goals: Vec<Goal>,
) {
    let (mut weights, mut heads) = (weights, heads);
    let mut goals = hide_local_variables(lower, scope, &weights, &heads, goals, tree.span);
    let mut renumber = Renumber::default();
    let terms = &mut *lower.terms;
    heads.iter_mut().flat_map(|(_, args)| args).for_each(|a| *a = renumber.term(terms, *a));
    each_term(&mut weights, &mut |t| *t = renumber.term(terms, *t));
    goals.iter_mut().for_each(|g| renumber.goal(terms, g));
    let var_names = renumber.names(scope);
    let vars = var_names.len() as u32;
    let id = DisjunctionId(lower.program.disjunctions.len() as u32);
    for (value, (head, args)) in heads.iter().enumerate() {
        lower.program.add_clause(Clause {
            head: *head,
            args: args.clone(),
            body: goals.clone(),
            vars,
            var_names: var_names.clone(),
            choice: Some((id, value as u32)),
            span: tree.span,
        });
    }
    lower.program.disjunctions.push(Disjunction { weights, heads, vars, span: tree.span }.into());
}

/// The terms of weights.
pub(crate) fn each_term(weights: &mut Weights, see: &mut dyn FnMut(&mut Term)) {
    match weights {
        Weights::Each(each) => {
            for weight in each {
                match weight {
                    Weight::Const(_) => {}
                    Weight::Expr(term) => see(term),
                    Weight::Learn { key, .. } => key.iter_mut().for_each(&mut *see),
                }
            }
        }
        Weights::Neural { inputs, .. } => inputs.iter_mut().for_each(see),
    }
}

/// A choice has one instance for each ground instance of its clause's variables, so variables that are local to a negation
/// or a collection, which never get a value, must not be among them: they go into a predicate for the whole body.
pub(crate) fn hide_local_variables(
    lower: &mut Lower<'_>,
    scope: &mut Scope,
    weights: &Weights,
    heads: &[(PredId, Vec<Term>)],
    goals: Vec<Goal>,
    span: Span,
) -> Vec<Goal> {
    let mut outside = Vec::new();
    heads.iter().flat_map(|(_, args)| args).for_each(|&a| lower.terms.for_each_var(a, &mut |v| outside.push(v)));
    each_term(&mut weights.clone(), &mut |t| lower.terms.for_each_var(*t, &mut |v| outside.push(v)));
    let (mut bound, mut local) = (Vec::new(), Vec::new());
    for goal in &goals {
        let into = |list: &mut Vec<u32>, all: &[Term]| {
            all.iter().for_each(|&t| lower.terms.for_each_var(t, &mut |v| list.push(v)));
        };
        match goal {
            Goal::Call { args, .. } | Goal::Builtin { args, .. } | Goal::Meta { args, negated: false, .. } => {
                into(&mut bound, args);
            }
            Goal::Meta { args, .. } => into(&mut local, args),
            Goal::Not { args, shared, .. } => {
                bound.extend(shared);
                into(&mut local, args);
            }
            Goal::Collect { template, args, result, .. } => {
                into(&mut bound, &[*result]);
                into(&mut local, args);
                into(&mut local, &[*template]);
            }
        }
    }
    if local.iter().all(|v| bound.contains(v) || outside.contains(v)) {
        return goals;
    }
    let mut head = Renumber::default();
    bound.iter().chain(local.iter().filter(|v| outside.contains(v))).for_each(|&v| {
        head.var(v);
    });
    let args: Vec<Term> = head.vars().iter().map(|&v| Term::var(v)).collect();
    let pred = lower.auxiliary("body", args.len(), span);
    lower.add_clause(scope, pred, args.clone(), goals, span);
    vec![Goal::Call { pred, args, span }]
}

/// `:- body.`: a predicate without arguments that must be false.
pub(crate) fn constraint(lower: &mut Lower<'_>, tree: &Tree) {
    let mut scope = scope(lower, tree);
    let before = errors(lower.diags);
    let goals = lower.body(&mut scope, tree.root - 1, &[]);
    if errors(lower.diags) == before {
        let pred = lower.auxiliary("constraint", 0, tree.span);
        lower.add_clause(&scope, pred, Vec::new(), goals, tree.span);
        lower.program.constraints.push((pred, tree.span));
    }
    lower.finish(&mut scope);
}

fn errors(diags: &[Diagnostic]) -> usize {
    diags.iter().filter(|d| d.severity == Severity::Error).count()
}
