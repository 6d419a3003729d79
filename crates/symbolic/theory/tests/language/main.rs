//! The language as programs see it: reading, writing, messages, and what clauses become.

mod clauses;
mod lowering;
mod messages;
mod robustness;
mod terms;

use symbolon_theory::diag::{Code, Diagnostics};
use symbolon_theory::program::{Goal, PredId};
use symbolon_theory::term::{Term, TermStore};
use symbolon_theory::theory::Theory;

fn load(text: &str) -> Theory {
    Theory::parse(text).unwrap_or_else(|d| panic!("{d}"))
}

fn refuse(text: &str) -> Diagnostics {
    match Theory::parse(text) {
        Ok(_) => panic!("accepted: {text}"),
        Err(diagnostics) => diagnostics,
    }
}

/// The code and the marked text of every message of a program that is refused.
fn errors(text: &str) -> Vec<(Code, String)> {
    let d = refuse(text);
    d.list.iter().map(|e| (e.code, e.span.map_or(String::new(), |s| d.sources.text(s).to_owned()))).collect()
}

fn pred(theory: &Theory, name: &str, arity: u32) -> PredId {
    let symbol = theory.terms.lock().find_symbol(name);
    let found = symbol.and_then(|s| theory.program.index.get(&(s, arity)));
    *found.unwrap_or_else(|| panic!("no {name}/{arity}"))
}

fn show(terms: &TermStore, args: &[Term]) -> String {
    args.iter().map(|&a| terms.display(a).to_string()).collect::<Vec<_>>().join(",")
}

/// The facts of a predicate, `p(a): 0.3` for a probabilistic one.
fn facts(theory: &Theory, name: &str, arity: u32) -> Vec<String> {
    let facts = &theory.program.get(pred(theory, name, arity)).facts;
    let terms = theory.terms.lock();
    let fact = |i: usize| {
        let row = show(&terms, facts.row(i, arity as usize));
        match facts.choice(i) {
            Some(choice) => format!("{row}: {:?}", choice.weight),
            None => row,
        }
    };
    (0..facts.count).map(fact).collect()
}

/// The clauses of a predicate as text; auxiliary predicates are shown by the word in their names and what they are made of.
fn rules(theory: &Theory, name: &str, arity: u32) -> Vec<String> {
    let program = &theory.program;
    let terms = theory.terms.lock();
    let pred = *terms.find_symbol(name).and_then(|s| program.index.get(&(s, arity))).expect("a predicate");
    program.get(pred).clauses.iter().map(|&c| rule(theory, &terms, c.0)).collect()
}

fn rule(theory: &Theory, terms: &TermStore, clause: u32) -> String {
    let program = &theory.program;
    let clause = &program.clauses[clause as usize];
    let atom = |p: PredId, args: &[Term]| {
        let pred = program.get(p);
        let name = terms.name(pred.name);
        if !pred.auxiliary {
            return format!("{name}({})", show(terms, args));
        }
        let inside: Vec<String> = pred.clauses.iter().map(|c| rule(theory, terms, c.0)).collect();
        let word = name.split(' ').next().unwrap_or(name);
        format!("{word}({}){{{}}}", show(terms, args), inside.join(" | "))
    };
    let goals: Vec<String> = clause
        .body
        .iter()
        .map(|goal| match goal {
            Goal::Call { pred, args, .. } => atom(*pred, args),
            Goal::Not { pred, args, shared, .. } => format!("not{shared:?} {}", atom(*pred, args)),
            Goal::Builtin { builtin, args, .. } => format!("{}({})", builtin.name, show(terms, args)),
            Goal::Meta { args, negated, .. } => {
                format!("{}({})", if *negated { "not call" } else { "call" }, show(terms, args))
            }
            Goal::Collect { kind, template, pred, args, result, .. } => {
                format!("{kind:?}({},{},{})", terms.display(*template), atom(*pred, args), terms.display(*result))
            }
        })
        .collect();
    let body = if goals.is_empty() { String::new() } else { format!(" :- {}", goals.join(", ")) };
    format!("({}){body}", show(terms, &clause.args))
}
