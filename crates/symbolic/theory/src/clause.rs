//! Clauses as written: facts, rules, probabilistic clauses, annotated disjunctions, neural predicates and constraints.
//!
//! A disjunction `P1::h1; ...; Pn::hn :- body` becomes one clause for each head and one [`Disjunction`] that all of them
//! refer to; each ground instance of the clause's variables is one choice among the heads and "none of them".

use crate::diag::{Code, Diagnostic, Severity, Span};
use crate::lower::{Lower, Renumber, Scope};
use crate::program::{Clause, Disjunction, DisjunctionId, FactChoice, Goal, Param, ParamId, PredId, Weight, Weights};
use crate::term::{Symbol, Term, View, sym};
use crate::tree::{Forest, Kind, Tree};

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

/// The heads of a clause with the nodes of their probabilities.
fn annotated(forest: &Forest, head: usize) -> Vec<(Option<usize>, usize)> {
    let (mut heads, mut stack) = (Vec::new(), vec![head]);
    while let Some(node) = stack.pop() {
        match forest.functor(node) {
            Some((sym::SEMICOLON, 2)) => {
                let (left, right) = forest.pair(node);
                stack.extend([right, left]);
            }
            Some((sym::PROB, 2)) => {
                let (weight, atom) = forest.pair(node);
                heads.push((Some(weight), atom));
            }
            _ => heads.push((None, node)),
        }
    }
    heads
}

/// The atoms that a clause defines; none for a directive.
pub(crate) fn heads(forest: &Forest, root: usize) -> Vec<usize> {
    if forest.is(root, sym::NECK, 1) {
        return Vec::new();
    }
    annotated(forest, split(forest, root).0).into_iter().map(|(_, atom)| atom).collect()
}

/// Whether a clause is a fact without variables, certain or with a constant probability: its head.
pub(crate) fn ground_fact(forest: &Forest, tree: &Tree) -> Option<usize> {
    let plain = !matches!(
        forest.functor(tree.root),
        None | Some((
            sym::NECK | sym::ARROW_LEFT | sym::SEMICOLON | sym::PROB | sym::COMMA | sym::NOT | sym::NOT_WORD,
            _
        ))
    );
    (plain && tree.var_count == 0).then_some(tree.root)
}

/// Marks what a clause defines, before any body is lowered. `false` if a head is malformed or may not be defined.
pub(crate) fn declare(lower: &mut Lower<'_>, tree: &Tree) -> bool {
    let mut good = true;
    for head in heads(lower.forest, tree.root) {
        good &= define(lower, tree.source, head).is_some();
    }
    good
}

/// The predicate of a head, marked as defined.
pub(crate) fn define(lower: &mut Lower<'_>, source: u32, head: usize) -> Option<PredId> {
    let span = lower.forest.span(source, head);
    let Some((name, arity)) = lower.forest.functor(head) else {
        let variable = lower.forest.var(head).is_some();
        let message =
            if variable { "a variable cannot be the head of a clause" } else { "this cannot be the head of a clause" };
        lower.error(Code::Syntax, span, message, "a head is an atom such as p or p(X,a)");
        return None;
    };
    let name = lower.rename.unwrap_or(name);
    if let Some(&id) = lower.program.index.get(&(name, arity)) {
        let pred = &mut lower.program.preds[id.0 as usize];
        if pred.defined {
            return Some(id);
        }
        if protected(lower.terms.name(name), arity).is_none() {
            (pred.defined, pred.span) = (true, span);
            return Some(id);
        }
    }
    if let Some((message, help)) = protected(lower.terms.name(name), arity) {
        lower.error(Code::Syntax, span, message, help);
        return None;
    }
    let id = lower.program.pred(name, arity, span);
    lower.program.preds[id.0 as usize].defined = true;
    Some(id)
}

/// Why a program may not define this predicate, and what to do.
fn protected(name: &str, arity: u32) -> Option<(String, &'static str)> {
    let message = |what: &str| Some(what.to_owned());
    let (message, help) = match (name, arity) {
        (",", 2) => (message("the head of a clause cannot be a conjunction"), "write one clause for each of its parts"),
        ("->" | "*->" | "|" | ";", 2) => {
            (message("the head of a clause cannot be a condition"), "conditions belong into the body")
        }
        ("\\+" | "not", 1) => (
            message("the head of a clause cannot be negated"),
            "what no clause makes true is false; to forbid something, write a constraint `:- body.`",
        ),
        (":-" | "?-" | "<-" | "-->" | "::", _) => {
            (message("this clause is malformed"), "a clause is `head.`, `head :- body.` or `0.5::head.`")
        }
        ("true" | "fail" | "false" | "!" | "[]" | "{}", 0)
        | ("=" | "\\=" | "==" | "\\==" | "is" | "<" | ">" | "=<" | ">=" | "=:=" | "=\\=" | "=..", 2)
        | ("@<" | "@>" | "@=<" | "@>=" | "^" | "forall", 2)
        | ("var" | "nonvar" | "atom" | "number" | "integer" | "float" | "atomic" | "compound" | "ground" | "once", 1)
        | ("findall" | "all" | "all_or_none" | "aggregate_all" | "functor" | "arg", 3)
        | ("call", 1..) => (Some(format!("{name}/{arity} is built in and cannot be defined")), "use another name"),
        _ => (None, ""),
    };
    message.map(|m| (m, help))
}

/// Lowers a clause (not a directive) into the program.
pub(crate) fn lower(lower: &mut Lower<'_>, tree: &Tree) {
    let (head, body) = split(lower.forest, tree.root);
    let heads = annotated(lower.forest, head);
    let names = lower.forest.vars[tree.first_var..][..tree.var_count as usize]
        .iter()
        .map(|v| lower.forest.names[v.name as usize].clone())
        .collect();
    let mut scope = Scope { source: tree.source, names };
    match heads[..] {
        [(None, atom)] => rule(lower, tree, &mut scope, atom, body),
        [(Some(weight), atom)]
            if lower.forest.functor(weight).is_some_and(|(name, arity)| name == sym::NN && arity > 0) =>
        {
            neural(lower, tree, &mut scope, weight, atom, body);
        }
        _ => disjunction(lower, tree, &mut scope, &heads, body),
    }
    lower.finish(&mut scope);
}

fn rule(lower: &mut Lower<'_>, tree: &Tree, scope: &mut Scope, atom: usize, body: Option<usize>) {
    let Some(pred) = define(lower, tree.source, atom) else { return };
    let args = arguments(lower, atom);
    let outer = lower.node_vars(atom);
    let goals = body.map_or(Vec::new(), |b| lower.body(scope, b, &outer));
    if goals.is_empty() && args.iter().all(|&a| lower.terms.is_ground(a)) {
        lower.program.add_fact(pred, &args, None);
    } else {
        lower.add_clause(scope, pred, args, goals, tree.span);
    }
}

fn arguments(lower: &mut Lower<'_>, atom: usize) -> Vec<Term> {
    let mut args = Vec::new();
    lower.forest.arguments(lower.terms, atom, &mut args);
    args
}

fn disjunction(
    lower: &mut Lower<'_>,
    tree: &Tree,
    scope: &mut Scope,
    heads: &[(Option<usize>, usize)],
    body: Option<usize>,
) {
    let (mut weights, mut atoms, mut outer) = (Vec::new(), Vec::new(), Vec::new());
    for &(weight, atom) in heads {
        let Some(weight_node) = weight else {
            let span = lower.forest.span(tree.source, atom);
            lower.error(
                Code::Syntax,
                span,
                "a head in a disjunction needs a probability",
                "write `0.5::a; 0.5::b.`; to say that one of two is true, write a constraint `:- \\+ a, \\+ b.`",
            );
            return;
        };
        let Some(pred) = define(lower, tree.source, atom) else { return };
        let Some(weight) = self::weight(lower, tree, scope, weight_node, heads, body) else { return };
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
            format!("the probabilities of this disjunction sum to {sum}"),
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
fn each_term(weights: &mut Weights, see: &mut dyn FnMut(&mut Term)) {
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
fn hide_local_variables(
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

/// Reads a probability. `None` after a message.
fn weight(
    lower: &mut Lower<'_>,
    tree: &Tree,
    scope: &Scope,
    node: usize,
    heads: &[(Option<usize>, usize)],
    body: Option<usize>,
) -> Option<Weight> {
    let span = lower.forest.span(tree.source, node);
    let functor = lower.forest.functor(node);
    if let Some((sym::T, 1..)) = functor {
        return learnable(lower, tree, node, span);
    }
    let vars = lower.node_vars(node);
    if vars.is_empty() {
        return constant(lower, node, span).map(Weight::Const);
    }
    let known = |v: &u32| {
        let in_node = |n: usize| {
            let mut found = false;
            lower.forest.for_each_var(lower.terms, n, &mut |w| found |= w == *v);
            found
        };
        heads.iter().any(|&(_, atom)| in_node(atom)) || body.is_some_and(in_node)
    };
    if let Some(&v) = vars.iter().find(|v| !known(v)) {
        let name = scope.names[v as usize].clone();
        lower.error(
            Code::UnsafeVariable,
            span,
            format!("nothing gives the probability {name} a value"),
            "let a goal of the body bind it, or write t(_) for a probability that is to be learnt",
        );
        return None;
    }
    Some(Weight::Expr(lower.forest.term(lower.terms, node)))
}

/// `t(_)`, `t(0.3)`, `t(_, Key...)`.
fn learnable(lower: &mut Lower<'_>, tree: &Tree, node: usize, span: Span) -> Option<Weight> {
    let children = lower.forest.children(node);
    let init = match lower.forest.var(children[0]) {
        Some(_) => None,
        None => {
            let place = lower.forest.span(tree.source, children[0]);
            Some(constant(lower, children[0], place)?)
        }
    };
    let key = children[1..].iter().map(|&c| lower.forest.term(lower.terms, c)).collect();
    let param = ParamId(lower.program.params.len() as u32);
    lower.program.params.push(Param { init, span });
    Some(Weight::Learn { param, key })
}

/// The value of an expression without variables, as a probability.
fn constant(lower: &mut Lower<'_>, node: usize, span: Span) -> Option<f64> {
    match number(lower, node) {
        Some(p) if (0.0..=1.0).contains(&p) => Some(p),
        Some(p) => {
            lower.error(
                Code::Probability,
                span,
                format!("the probability is {p}"),
                "a probability lies between 0 and 1",
            );
            None
        }
        None => {
            let atom = lower.forest.functor(node).map(|(name, arity)| (lower.terms.name(name), arity));
            let help = match atom {
                Some(("?", 0)) => "decision theory is not supported",
                _ => "write a number, an expression such as 1/6, a variable that the body binds, or t(_) to learn it",
            };
            lower.error(Code::Probability, span, "this is not a probability", help);
            None
        }
    }
}

/// The value of a constant expression.
fn number(lower: &Lower<'_>, node: usize) -> Option<f64> {
    let mut values: Vec<f64> = Vec::new();
    for n in lower.forest.subtree(node) {
        let value = match n.kind {
            Kind::Term(t) => lower.terms.as_number(t)?,
            Kind::Compound(name, 2) => {
                let (b, a) = (values.pop()?, values.pop()?);
                match lower.terms.name(name) {
                    "+" => a + b,
                    "-" => a - b,
                    "*" => a * b,
                    "/" => a / b,
                    "**" | "^" => a.powf(b),
                    _ => return None,
                }
            }
            Kind::Compound(sym::MINUS, 1) => -values.pop()?,
            Kind::Compound(sym::PLUS, 1) => values.pop()?,
            _ => return None,
        };
        values.push(value);
    }
    values.pop()
}

/// `nn(net, [Inputs], Output, Domain) :: head` and `nn(net, [Inputs]) :: head`.
fn neural(lower: &mut Lower<'_>, tree: &Tree, scope: &mut Scope, node: usize, atom: usize, body: Option<usize>) {
    let Some(pred) = define(lower, tree.source, atom) else { return };
    let span = lower.forest.span(tree.source, node);
    let parts: Vec<Term> = arguments(lower, node);
    let wrong = |lower: &mut Lower<'_>, message: &str| {
        lower.error(
            Code::Neural,
            span,
            message,
            "write nn(net, [Input], Output, [value1, value2]) :: head(Input, Output)",
        );
    };
    let (net, inputs) = match parts[..] {
        [net, inputs] | [net, inputs, _, _] => (net, inputs),
        [_, _, _] => {
            return lower.error(
                Code::Unsupported,
                span,
                "nn/3 gives an embedding, which is not supported here",
                "embeddings come with networks; give the values of the output: nn(net, [Input], Output, [value1, value2])",
            );
        }
        _ => return wrong(lower, "a neural predicate has a network, inputs, an output and its values"),
    };
    let net = match lower.terms.view(net) {
        View::Atom(name) => name,
        View::Str(text) => {
            let text = text.to_owned();
            lower.terms.symbol(&text)
        }
        _ => return wrong(lower, "the name of a network is an atom"),
    };
    let Some(inputs) = lower.terms.as_list(inputs) else {
        return wrong(lower, "the inputs of a network are a list");
    };
    let (output, domain) = match parts[..] {
        [_, _, output, values] => {
            let Some(v) = output.as_var() else {
                return wrong(lower, "the output of a neural predicate is a variable");
            };
            match domain(lower, values) {
                Some(domain) => (Some(v), domain),
                None => return wrong(lower, "the values of a neural predicate are a list without variables"),
            }
        }
        _ => (None, vec![Term::atom(sym::TRUE), Term::atom(sym::FALSE)]),
    };
    let args = arguments(lower, atom);
    let mut outer = lower.node_vars(atom);
    outer.extend(lower.node_vars(node));
    let goals = body.map_or(Vec::new(), |b| lower.body(scope, b, &outer));
    let weights = Weights::Neural { net, inputs, domain: domain.clone() };
    let goals = hide_local_variables(lower, scope, &weights, &[(pred, args.clone())], goals, tree.span);
    neural_clauses(lower, tree, scope, weights, (pred, args), goals, output, &domain);
}

/// One clause for each value of a neural predicate, the output variable replaced by it.
fn neural_clauses(
    lower: &mut Lower<'_>,
    tree: &Tree,
    scope: &Scope,
    weights: Weights,
    head: (PredId, Vec<Term>),
    goals: Vec<Goal>,
    output: Option<u32>,
    domain: &[Term],
) {
    let mut renumber = Renumber::default();
    let mut weights = weights;
    each_term(&mut weights, &mut |t| *t = renumber.term(lower.terms, *t));
    let id = DisjunctionId(lower.program.disjunctions.len() as u32);
    let mut heads = Vec::new();
    let values = if output.is_some() { domain } else { &domain[..1] };
    for (number, &value) in values.iter().enumerate() {
        renumber.replace = output.map(|v| (v, value));
        let args: Vec<Term> = head.1.iter().map(|&a| renumber.term(lower.terms, a)).collect();
        let mut body = goals.clone();
        body.iter_mut().for_each(|g| renumber.goal(lower.terms, g));
        let var_names = renumber.names(scope);
        heads.push((head.0, args.clone()));
        lower.program.add_clause(Clause {
            head: head.0,
            args,
            body,
            vars: var_names.len() as u32,
            var_names,
            choice: Some((id, number as u32)),
            span: tree.span,
        });
    }
    let vars = renumber.names(scope).len() as u32;
    lower.program.disjunctions.push(Disjunction { weights, heads, vars, span: tree.span }.into());
}

/// The values of a neural predicate: a list; `Low..High` in it stands for the integers between.
fn domain(lower: &mut Lower<'_>, values: Term) -> Option<Vec<Term>> {
    let items = match lower.terms.as_list(values) {
        Some(items) => items,
        None => vec![values],
    };
    let range: Symbol = lower.terms.symbol("..");
    let mut domain = Vec::new();
    for item in items {
        let ends = match lower.terms.view(item) {
            View::Compound(name, &[low, high]) if name == range => {
                Some((lower.terms.as_int(low)?, lower.terms.as_int(high)?))
            }
            _ => None,
        };
        match ends {
            Some((low, high)) if high.checked_sub(low)? < 10_000_000 => {
                domain.extend((low..=high).map(|v| lower.terms.int(v)));
            }
            Some(_) => return None,
            None if lower.terms.is_ground(item) => domain.push(item),
            None => return None,
        }
    }
    (!domain.is_empty() && (domain.len() > 1 || lower.terms.as_list(values).is_some())).then_some(domain)
}

/// `:- body.`: a predicate without arguments that must be false.
pub(crate) fn constraint(lower: &mut Lower<'_>, tree: &Tree) {
    let names = lower.forest.vars[tree.first_var..][..tree.var_count as usize]
        .iter()
        .map(|v| lower.forest.names[v.name as usize].clone())
        .collect();
    let mut scope = Scope { source: tree.source, names };
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
