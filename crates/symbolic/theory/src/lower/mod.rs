//! Lowering: from bodies with arbitrary control constructs to flat lists of [`Goal`]s.
//!
//! A body becomes a list of calls. What is not a call becomes an *auxiliary predicate* over the variables that it shares
//! with the rest of its clause:
//!
//! | as written | lowered to |
//! | --- | --- |
//! | `A, B` | the goals of `A`, then those of `B` |
//! | `A ; B` | a call of an auxiliary predicate with one clause for each side |
//! | `C -> T ; E` | the same as `(C, T ; \+ C, E)`: every solution of `C` counts, not only the first |
//! | `C -> T` | `C, T` |
//! | `\+ G`, `not G` | [`Goal::Not`] of the predicate, or of an auxiliary one if `G` is more than one call |
//! | `forall(A, B)` | `\+ (A, \+ B)` |
//! | `findall(X, G, L)`, `all/3`, `all_or_none/3`, `aggregate_all/3` | [`Goal::Collect`] |
//! | `call(G)`, `once(G)` | `G` (a world in which `G` has several solutions has several, as in ProbLog) |
//! | `call(G, X)` with `G` known | `G` with the argument `X` added |
//! | `call(V)`, `V` | [`Goal::Meta`]: resolved when it runs, through [`goal`] |
//!
//! A variable is local to a negation or a collection if it occurs nowhere else in its clause. In a disjunction the sides do
//! not see each other's variables.

mod collect;
mod renumber;
mod tables;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::builtins::{self, Builtin};
use crate::diag::{Code, Diagnostic, Span};
use crate::library;
use crate::program::{Clause, Collect, Goal, PredId, Program};
use crate::term::{Symbol, Term, TermStore, View, sym};
use crate::tree::{Forest, Kind, goal_arguments};

pub(crate) use renumber::Renumber;
use tables::complement;
pub(crate) use tables::unsupported;

/// Nesting of control constructs beyond this is refused: nobody writes it, and its cost would be quadratic.
const MAX_NESTING: u32 = 200;

/// Variables of the clause being lowered: their names, extended by the fresh ones that lowering makes.
pub(crate) struct Scope {
    pub source: u32,
    pub names: Vec<Arc<str>>,
}

/// A goal of a body before lowering: one written, or the negation of some.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    Goal(usize),
    Not(Vec<Item>),
}

/// A goal once conjunctions and transparent constructs are resolved.
enum Flat {
    Call(usize),
    Meta(usize, Vec<Term>),
    Not(Vec<Item>, Span),
    Or(usize),
    Collect(usize),
    Fail(Span),
}

/// An auxiliary predicate whose clauses are still to be made.
struct Job {
    pred: PredId,
    head: Vec<u32>,
    alternatives: Vec<Vec<Item>>,
    span: Span,
}

/// What a name and arity mean in a body.
enum Target {
    User(PredId),
    Builtin(&'static Builtin),
    /// Nothing that can run; a message was written.
    Refused,
}

/// Lowers clauses into a program.
pub(crate) struct Lower<'a> {
    pub program: &'a mut Program,
    pub terms: &'a mut TermStore,
    pub forest: &'a mut Forest,
    pub diags: &'a mut Vec<Diagnostic>,
    /// Whether the clauses come from the library, whose names cannot be hidden by those of the user.
    pub library: bool,
    /// Library predicates that are called and not yet loaded.
    pub wanted: Vec<(Symbol, u32)>,
    /// The name that the predicate being loaded from the library goes by, if it is not its own.
    pub rename: Option<Symbol>,
    jobs: Vec<Job>,
}

impl<'a> Lower<'a> {
    pub fn new(
        program: &'a mut Program,
        terms: &'a mut TermStore,
        forest: &'a mut Forest,
        diags: &'a mut Vec<Diagnostic>,
    ) -> Lower<'a> {
        Lower { program, terms, forest, diags, library: false, wanted: Vec::new(), rename: None, jobs: Vec::new() }
    }

    /// Lowers a body; `outer` are the variables of the clause that occur outside of it.
    pub fn body(&mut self, scope: &mut Scope, body: usize, outer: &[u32]) -> Vec<Goal> {
        if !self.nesting_is_sane(scope, body) {
            return Vec::new();
        }
        self.goals(scope, vec![Item::Goal(body)], outer)
    }

    /// An atom whose answers are those of a body, over all variables that it binds.
    pub fn answers(&mut self, scope: &Scope, body: usize, span: Span) -> Term {
        if !self.nesting_is_sane(scope, body) {
            return Term::atom(sym::FAIL);
        }
        let head = self.bound_vars(body, true);
        let pred = self.auxiliary("goal", head.len(), span);
        let args: Vec<Term> = head.iter().map(|&v| Term::var(v)).collect();
        self.jobs.push(Job { pred, head, alternatives: self.alternatives(body), span });
        self.terms.compound(self.program.get(pred).name, &args)
    }

    /// A call, by the name of what is called.
    pub fn goal_of(&mut self, name: Symbol, args: Vec<Term>, span: Span) -> Vec<Goal> {
        match self.resolve(name, args.len() as u32, span) {
            Target::User(pred) => vec![Goal::Call { pred, args, span }],
            Target::Builtin(builtin) => vec![Goal::Builtin { builtin, args, span }],
            Target::Refused => Vec::new(),
        }
    }

    /// Makes the clauses of all auxiliary predicates that the bodies so far have asked for.
    pub fn finish(&mut self, scope: &mut Scope) {
        while let Some(job) = self.jobs.pop() {
            for alternative in job.alternatives {
                let body = self.goals(scope, alternative, &job.head);
                let args = job.head.iter().map(|&v| Term::var(v)).collect();
                self.add_clause(scope, job.pred, args, body, job.span);
            }
        }
    }

    /// Adds a clause without a choice, its variables numbered compactly.
    pub fn add_clause(&mut self, scope: &Scope, head: PredId, args: Vec<Term>, body: Vec<Goal>, span: Span) {
        let mut renumber = Renumber::default();
        let args: Vec<Term> = args.into_iter().map(|a| renumber.term(self.terms, a)).collect();
        let mut body = body;
        body.iter_mut().for_each(|g| renumber.goal(self.terms, g));
        let var_names = renumber.names(scope);
        let vars = var_names.len() as u32;
        self.program.add_clause(Clause { head, args, body, vars, var_names, choice: None, span });
    }

    /// A new auxiliary predicate.
    pub fn auxiliary(&mut self, what: &str, arity: usize, span: Span) -> PredId {
        let name = self.terms.symbol(&format!("${what} {}", self.program.preds.len()));
        let id = self.program.pred(name, arity as u32, span);
        let pred = &mut self.program.preds[id.0 as usize];
        (pred.auxiliary, pred.defined) = (true, true);
        id
    }

    pub fn error(&mut self, code: Code, span: Span, message: impl Into<String>, help: &str) {
        let error = Diagnostic::error(code, span, message);
        self.diags.push(if help.is_empty() { error } else { error.help(help) });
    }

    fn span(&self, scope: &Scope, node: usize) -> Span {
        self.forest.span(scope.source, node)
    }

    fn functor(&self, node: usize) -> Option<(&str, u32)> {
        self.forest.functor(node).map(|(name, arity)| (self.terms.name(name), arity))
    }

    fn nesting_is_sane(&mut self, scope: &Scope, body: usize) -> bool {
        let mut stack = vec![(body, 0)];
        while let Some((node, depth)) = stack.pop() {
            if depth > MAX_NESTING {
                let span = self.span(scope, node);
                self.error(
                    Code::Unsupported,
                    span,
                    "control constructs are nested too deeply here",
                    "name the inner part as a predicate of its own",
                );
                return false;
            }
            let Some((name, arity)) = self.functor(node) else { continue };
            let Some(goals) = goal_arguments(name, arity) else { continue };
            // A long conjunction or disjunction is a right spine, not nesting.
            let (left, right) = match name {
                "," => (depth, depth),
                ";" | "|" => (depth + 1, depth),
                _ => (depth + 1, depth + 1),
            };
            for (i, child) in self.forest.children(node).into_iter().enumerate() {
                if goals >> i & 1 == 1 {
                    stack.push((child, if i == 0 { left } else { right }));
                }
            }
        }
        true
    }

    /// Lowers a conjunction of items.
    fn goals(&mut self, scope: &mut Scope, items: Vec<Item>, outer: &[u32]) -> Vec<Goal> {
        let flat = self.flatten(scope, items);
        let mut places = FxHashMap::default();
        if flat.iter().any(|f| !matches!(f, Flat::Call(_) | Flat::Meta(..))) {
            // In how many of the goals (and outside) each variable occurs: one in a single goal is local to it.
            outer.iter().for_each(|&v| *places.entry(v).or_insert(0) += 1);
            for f in &flat {
                self.flat_vars(f).into_iter().for_each(|v| *places.entry(v).or_insert(0) += 1);
            }
        }
        let mut goals = Vec::with_capacity(flat.len());
        for f in flat {
            let shared = |vars: Vec<u32>| -> Vec<u32> { vars.into_iter().filter(|v| places[v] > 1).collect() };
            match f {
                Flat::Call(node) => self.call(scope, node, &mut goals),
                Flat::Meta(node, args) => goals.push(Goal::Meta { args, negated: false, span: self.span(scope, node) }),
                Flat::Fail(span) => goals.push(self.failure(span)),
                Flat::Or(node) => {
                    let span = self.span(scope, node);
                    let head = shared(self.node_vars(node));
                    let pred = self.auxiliary("or", head.len(), span);
                    goals.push(Goal::Call { pred, args: head.iter().map(|&v| Term::var(v)).collect(), span });
                    let alternatives = self.alternatives(node);
                    self.jobs.push(Job { pred, head, alternatives, span });
                }
                Flat::Not(items, span) => self.negation(scope, items, span, &shared, &mut goals),
                Flat::Collect(node) => self.collect(scope, node, &places, &mut goals),
            }
        }
        goals
    }

    /// Resolves conjunctions and transparent constructs, left to right.
    fn flatten(&mut self, scope: &Scope, items: Vec<Item>) -> Vec<Flat> {
        let mut flat = Vec::new();
        let mut stack: Vec<Item> = items.into_iter().rev().collect();
        while let Some(item) = stack.pop() {
            let node = match item {
                Item::Goal(node) => node,
                Item::Not(items) => {
                    let span = items.iter().find_map(|i| self.item_span(scope, i)).unwrap_or_default();
                    flat.push(Flat::Not(items, span));
                    continue;
                }
            };
            let span = self.span(scope, node);
            if let Some(v) = self.forest.var(node) {
                flat.push(Flat::Meta(node, vec![Term::var(v)]));
                continue;
            }
            let Some((name, arity)) = self.functor(node) else {
                self.not_callable(scope, node);
                continue;
            };
            match (name, arity) {
                ("," | "->" | "*->", 2) => {
                    let (left, right) = self.forest.pair(node);
                    stack.extend([Item::Goal(right), Item::Goal(left)]);
                }
                ("true" | "otherwise", 0) => {}
                ("fail" | "false", 0) => flat.push(Flat::Fail(span)),
                (";" | "|", 2) => flat.push(Flat::Or(node)),
                ("\\+" | "not", 1) => flat.push(Flat::Not(vec![Item::Goal(node - 1)], span)),
                ("call" | "once", 1) => stack.push(Item::Goal(node - 1)),
                ("^", 2) => stack.push(Item::Goal(node - 1)),
                ("ignore", 1) => flat.push(Flat::Or(node)),
                ("forall", 2) => {
                    let (condition, action) = self.forest.pair(node);
                    let inner = vec![Item::Goal(condition), Item::Not(vec![Item::Goal(action)])];
                    flat.push(Flat::Not(inner, span));
                }
                ("findall" | "all" | "all_or_none" | "aggregate_all", 3) => flat.push(Flat::Collect(node)),
                ("call", 2..) => match self.call_n(scope, node) {
                    CallN::Known(node) => stack.push(Item::Goal(node)),
                    CallN::Open(args) => flat.push(Flat::Meta(node, args)),
                    CallN::Refused => {}
                },
                _ => flat.push(Flat::Call(node)),
            }
        }
        flat
    }

    /// `call(G, X, ...)`: as a goal of its own when `G` is known.
    fn call_n(&mut self, scope: &Scope, node: usize) -> CallN {
        let mut args = Vec::new();
        self.forest.arguments(self.terms, node, &mut args);
        let span = self.span(scope, node);
        if args[0].is_var() {
            return CallN::Open(args);
        }
        let Some(goal) = self.terms.add_arguments(args[0], &args[1..]) else {
            let first = self.forest.children(node)[0];
            self.not_callable(scope, first);
            return CallN::Refused;
        };
        match self.forest.push_goal(self.terms, goal, span) {
            Some(node) => CallN::Known(node),
            None => {
                self.error(Code::Unsupported, span, "this goal is too large", "");
                CallN::Refused
            }
        }
    }

    fn not_callable(&mut self, scope: &Scope, node: usize) {
        let span = self.span(scope, node);
        let (message, help) = match self.forest.node(node).kind {
            Kind::List(..) => {
                ("a list is not a goal", "to load files, use consult/1; to test membership, use member/2")
            }
            Kind::Term(t) if matches!(self.terms.view(t), View::Str(_)) => ("a string is not a goal", ""),
            _ => ("this is not a goal", "a goal is an atom such as p or p(X), or a comparison such as X < 3"),
        };
        self.error(Code::Syntax, span, message, help);
    }

    fn item_span(&self, scope: &Scope, item: &Item) -> Option<Span> {
        match item {
            Item::Goal(node) => Some(self.span(scope, *node)),
            Item::Not(items) => items.first().and_then(|i| self.item_span(scope, i)),
        }
    }

    /// The sides of a disjunction, each a conjunction.
    fn alternatives(&self, node: usize) -> Vec<Vec<Item>> {
        let (mut sides, mut node) = (Vec::new(), node);
        loop {
            match self.functor(node) {
                Some((";" | "|", 2)) => {
                    let (left, right) = self.forest.pair(node);
                    if let Some(("->" | "*->", 2)) = self.functor(left) {
                        let (condition, then) = self.forest.pair(left);
                        sides.push(vec![Item::Goal(condition), Item::Goal(then)]);
                        sides.push(vec![Item::Not(vec![Item::Goal(condition)]), Item::Goal(right)]);
                        return sides;
                    }
                    sides.push(vec![Item::Goal(left)]);
                    node = right;
                }
                Some(("ignore", 1)) => {
                    sides.push(vec![Item::Goal(node - 1)]);
                    sides.push(vec![Item::Not(vec![Item::Goal(node - 1)])]);
                    return sides;
                }
                _ => {
                    sides.push(vec![Item::Goal(node)]);
                    return sides;
                }
            }
        }
    }

    /// A goal that fails: a call of an auxiliary predicate without clauses.
    fn failure(&mut self, span: Span) -> Goal {
        let name = self.terms.symbol("$fail");
        let pred = self.program.pred(name, 0, span);
        let p = &mut self.program.preds[pred.0 as usize];
        (p.auxiliary, p.defined) = (true, true);
        Goal::Call { pred, args: Vec::new(), span }
    }

    fn call(&mut self, scope: &Scope, node: usize, goals: &mut Vec<Goal>) {
        let span = self.span(scope, node);
        let (name, arity) = self.forest.functor(node).expect("flattening leaves only callable goals");
        let mut args = Vec::with_capacity(arity as usize);
        self.forest.arguments(self.terms, node, &mut args);
        goals.extend(self.goal_of(name, args, span));
    }

    fn negation(
        &mut self,
        scope: &Scope,
        items: Vec<Item>,
        span: Span,
        shared: &dyn Fn(Vec<u32>) -> Vec<u32>,
        goals: &mut Vec<Goal>,
    ) {
        let shared = shared(self.items_vars(&items));
        let mut items = items;
        if let [Item::Goal(node)] = items[..] {
            match self.plain(scope, node) {
                Plain::Meta(args) => return goals.push(Goal::Meta { args, negated: true, span }),
                Plain::True => return goals.push(self.failure(span)),
                Plain::Fail => return,
                Plain::Leaf(node) => {
                    let place = self.span(scope, node);
                    let (name, arity) = self.forest.functor(node).expect("a leaf goal is callable");
                    let mut args = Vec::new();
                    self.forest.arguments(self.terms, node, &mut args);
                    let complement = complement(self.terms.name(name), arity).and_then(|n| builtins::lookup(n, arity));
                    match (self.resolve(name, arity, place), complement) {
                        (Target::User(pred), _) => return goals.push(Goal::Not { pred, args, shared, span }),
                        (Target::Builtin(_), Some(builtin)) => {
                            return goals.push(Goal::Builtin { builtin, args, span });
                        }
                        (Target::Builtin(_), None) => items = vec![Item::Goal(node)],
                        (Target::Refused, _) => return,
                    }
                }
                Plain::Compound(node) => items = vec![Item::Goal(node)],
                Plain::Refused => return,
            }
        }
        let pred = self.auxiliary("not", shared.len(), span);
        let args = shared.iter().map(|&v| Term::var(v)).collect();
        let alternatives = match items[..] {
            [Item::Goal(node)] => self.alternatives(node),
            _ => vec![items],
        };
        self.jobs.push(Job { pred, head: shared.clone(), alternatives, span });
        goals.push(Goal::Not { pred, args, shared, span });
    }

    /// Looks through `call/1` and `once/1` at what a single goal is.
    fn plain(&mut self, scope: &Scope, node: usize) -> Plain {
        let mut node = node;
        loop {
            if let Some(v) = self.forest.var(node) {
                return Plain::Meta(vec![Term::var(v)]);
            }
            let Some((name, arity)) = self.functor(node) else {
                self.not_callable(scope, node);
                return Plain::Refused;
            };
            match (name, arity) {
                ("call" | "once", 1) | ("^", 2) => node -= 1,
                ("call", 2..) => match self.call_n(scope, node) {
                    CallN::Known(known) => node = known,
                    CallN::Open(args) => return Plain::Meta(args),
                    CallN::Refused => return Plain::Refused,
                },
                ("true" | "otherwise", 0) => return Plain::True,
                ("fail" | "false", 0) => return Plain::Fail,
                _ if goal_arguments(name, arity).is_some() => return Plain::Compound(node),
                _ => return Plain::Leaf(node),
            }
        }
    }

    /// The variables of a subtree in order of first occurrence.
    pub fn node_vars(&self, node: usize) -> Vec<u32> {
        let mut vars = Vec::new();
        let mut seen = FxHashSet::default();
        self.forest.for_each_var(self.terms, node, &mut |v| {
            if seen.insert(v) {
                vars.push(v);
            }
        });
        vars
    }

    fn items_vars(&self, items: &[Item]) -> Vec<u32> {
        let (mut vars, mut seen) = (Vec::new(), FxHashSet::default());
        let mut stack: Vec<&Item> = items.iter().rev().collect();
        while let Some(item) = stack.pop() {
            match item {
                Item::Goal(node) => {
                    self.forest.for_each_var(self.terms, *node, &mut |v| {
                        if seen.insert(v) {
                            vars.push(v);
                        }
                    });
                }
                Item::Not(items) => stack.extend(items.iter().rev()),
            }
        }
        vars
    }

    fn flat_vars(&self, flat: &Flat) -> Vec<u32> {
        match flat {
            Flat::Call(node) | Flat::Meta(node, _) | Flat::Or(node) | Flat::Collect(node) => self.node_vars(*node),
            Flat::Not(items, _) => self.items_vars(items),
            Flat::Fail(_) => Vec::new(),
        }
    }

    /// What a name means in a body: what the user defines, else a builtin, else a library predicate.
    fn resolve(&mut self, name: Symbol, arity: u32, span: Span) -> Target {
        let known = self.program.index.get(&(name, arity)).copied().filter(|&p| self.program.get(p).defined);
        let by_user = known.filter(|&p| self.program.get(p).span.source != library::SOURCE);
        if let (Some(pred), false) = (known, self.library && by_user.is_some()) {
            return Target::User(pred);
        }
        let text = self.terms.name(name);
        if let Some(builtin) = builtins::lookup(text, arity) {
            return Target::Builtin(builtin);
        }
        if library::has(text, arity) {
            // A library predicate that the user has defined otherwise keeps its meaning inside the library.
            let name = if by_user.is_some() {
                self.terms.symbol(&format!("library:{}", self.terms.name(name).to_owned()))
            } else {
                name
            };
            let place = Span { source: library::SOURCE, start: 0, end: 0 };
            let pred = self.program.pred(name, arity, place);
            let p = &mut self.program.preds[pred.0 as usize];
            if !p.defined {
                (p.defined, p.span) = (true, place);
                self.wanted.push((name, arity));
            }
            return Target::User(pred);
        }
        if let (None, Some(help)) = (known, unsupported(text, arity)) {
            let message = match text {
                "!" => "the cut `!` is not supported".to_owned(),
                _ => format!("{text}/{arity} is not supported"),
            };
            self.error(Code::Unsupported, span, message, help);
            return Target::Refused;
        }
        Target::User(self.program.pred(name, arity, span))
    }
}

enum CallN {
    Known(usize),
    Open(Vec<Term>),
    Refused,
}

enum Plain {
    Meta(Vec<Term>),
    True,
    Fail,
    /// One call.
    Leaf(usize),
    /// A control construct.
    Compound(usize),
    Refused,
}

/// The predicate to call for a goal that is known only now: an atom of a user predicate is called itself; for anything else
/// an auxiliary predicate with one clause is made, over the variables that the goal can bind (at most once for goals that
/// are equal up to the names of their variables). Returns the predicate and its arguments, over the variables of `goal`.
///
/// # Errors
/// A goal that is not callable, or that uses what the language does not support.
pub fn goal(
    program: &mut Program,
    terms: &mut TermStore,
    goal: Term,
    span: Span,
) -> Result<(PredId, Vec<Term>), Diagnostic> {
    let mut renumber = Renumber::default();
    let normal = renumber.term(terms, goal);
    let back = |terms: &mut TermStore, args: &[Term]| -> Vec<Term> {
        args.iter().map(|&a| terms.substitute(a, &mut |_, v| Term::var(renumber.vars()[v as usize]))).collect()
    };
    if let Some((pred, args)) = program.goals.get(&normal).cloned() {
        return Ok((pred, back(terms, &args)));
    }
    let (mut forest, mut diags) = (Forest::default(), Vec::new());
    let Some(root) = forest.push_goal(terms, normal, span) else {
        return Err(Diagnostic::error(Code::Argument, span, "this goal is too large"));
    };
    let mut lower = Lower::new(program, terms, &mut forest, &mut diags);
    let mut scope = Scope { source: span.source, names: vec!["_".into(); renumber.vars().len()] };
    let plain = match lower.plain(&scope, root) {
        Plain::Leaf(node) => {
            let (name, arity) = lower.forest.functor(node).expect("a leaf goal is callable");
            match lower.resolve(name, arity, span) {
                Target::User(pred) => {
                    let mut args = Vec::new();
                    lower.forest.arguments(lower.terms, node, &mut args);
                    Some((pred, args))
                }
                _ => None,
            }
        }
        _ => None,
    };
    let found = match plain {
        Some(found) => found,
        None => {
            let head = lower.bound_vars(root, true);
            let args: Vec<Term> = head.iter().map(|&v| Term::var(v)).collect();
            let body = lower.body(&mut scope, root, &head);
            let pred = lower.auxiliary("goal", head.len(), span);
            lower.add_clause(&scope, pred, args.clone(), body, span);
            lower.finish(&mut scope);
            (pred, args)
        }
    };
    let wanted = std::mem::take(&mut lower.wanted);
    library::load(program, terms, wanted, &mut diags);
    if let Some(error) = diags.into_iter().find(|d| d.severity == crate::diag::Severity::Error) {
        return Err(error);
    }
    program.goals.insert(normal, found.clone());
    Ok((found.0, back(terms, &found.1)))
}
