//! Makes a program that shows a failure smaller while it still shows it, so that a person can read it.

use super::syntax::{Arg, Literal, Program};

/// A smallest program, in the sense that no single removal keeps `fails` true.
pub fn shrink(program: &Program, fails: &mut dyn FnMut(&Program) -> bool) -> Program {
    let mut best = program.clone();
    loop {
        let smaller = removals(&best).into_iter().filter(safe).find(|p| fails(p));
        match smaller {
            Some(smaller) => best = smaller,
            None => return best,
        }
    }
}

/// All programs with one thing less.
fn removals(program: &Program) -> Vec<Program> {
    let mut out = Vec::new();
    let mut without = |change: &dyn Fn(&mut Program)| {
        let mut smaller = program.clone();
        change(&mut smaller);
        out.push(smaller);
    };
    for c in 0..program.clauses.len() {
        without(&|p| drop(p.clauses.remove(c)));
    }
    for q in 0..program.queries.len() {
        without(&|p| drop(p.queries.remove(q)));
    }
    for e in 0..program.evidence.len() {
        without(&|p| drop(p.evidence.remove(e)));
    }
    for c in 0..program.constraints.len() {
        without(&|p| drop(p.constraints.remove(c)));
        for l in 0..program.constraints[c].len() {
            without(&|p| drop(p.constraints[c].remove(l)));
        }
    }
    for (c, clause) in program.clauses.iter().enumerate() {
        for l in 0..clause.body.len() {
            without(&|p| drop(p.clauses[c].body.remove(l)));
        }
        for h in 0..clause.heads.len() {
            without(&|p| drop(p.clauses[c].heads.remove(h)));
        }
        if clause.heads.len() == 1 && clause.heads[0].0.is_some() {
            without(&|p| p.clauses[c].heads[0].0 = None);
        }
    }
    if program.domain > 1 {
        without(&|p| p.domain -= 1);
    }
    out
}

/// Whether every clause still has a head, every body of a constraint a condition, and every variable outside a negation is
/// bound by a positive condition.
fn safe(program: &Program) -> bool {
    let bound = |body: &[Literal], arg: &Arg| {
        matches!(arg, Arg::Const(_)) || body.iter().any(|l| matches!(l, Literal::Pos(a) if a.args.contains(arg)))
    };
    let constants = |arg: &Arg| matches!(arg, Arg::Const(c) if *c >= program.domain);
    let body_ok = |body: &[Literal]| {
        body.iter().all(|l| match l {
            Literal::Differ(a, b) => bound(body, a) && bound(body, b) && !constants(a) && !constants(b),
            // A variable that a removal has made existential would change the meaning: only the fourth one may be.
            Literal::Neg(a) => a.args.iter().all(|x| (bound(body, x) || *x == Arg::Var(3)) && !constants(x)),
            Literal::Pos(a) => !a.args.iter().any(constants),
            Literal::AtLeast(..) => true,
        })
    };
    let clauses = program.clauses.iter().all(|c| {
        let heads = c.heads.iter().all(|(_, h)| h.args.iter().all(|x| bound(&c.body, x) && !constants(x)));
        !c.heads.is_empty() && heads && body_ok(&c.body)
    });
    let ground = program.evidence.iter().map(|e| &e.0).chain(&program.queries).flat_map(|a| &a.args).any(constants);
    clauses && !ground && program.constraints.iter().all(|b| !b.is_empty() && body_ok(b))
}
