//! Taking terms apart and building them: `functor/3`, `arg/3`, `=..`, `copy_term/2`, variables.
//!
//! As in ProbLog, `numbervars/2,3` give a numbered *copy* of the term; they do not bind its variables.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Builtin, Call, Fault};
use crate::term::{Term, View};
use crate::unify::unifiable;

pub(super) const TABLE: &[Builtin] = &[
    Builtin::new("functor", 3, functor),
    Builtin::new("arg", 3, arg),
    Builtin::new("=..", 2, univ),
    Builtin::new("copy_term", 2, copy_term),
    Builtin::new("term_variables", 2, term_variables),
    Builtin::new("numbervars", 2, |c| number_vars(c, 0, 1)),
    Builtin::new("numbervars", 3, |c| {
        let start = c.int(1)?;
        number_vars(c, start, 2)
    }),
    Builtin::new("varnumbers", 2, var_numbers),
];

/// Most arguments of a term that a program may build.
const MAX_ARITY: i64 = 1_000_000;

/// `functor(Term, Name, Arity)`: takes a term apart, or makes one with new variables.
fn functor(call: &mut Call<'_>) -> Result<(), Fault> {
    let (term, name, arity) = (call.args[0], call.args[1], call.args[2]);
    if !term.is_var() {
        let (found, n) = match call.terms.view(term) {
            View::Compound(f, args) => (Term::atom(f), args.len() as i64),
            _ => (term, 0),
        };
        let n = call.terms.int(n);
        call.solutions.push(&[(name, found), (arity, n)]);
        return Ok(());
    }
    match call.int(2)? {
        0 if atomic(call, name) => call.unify(term, name),
        0 => return Err(call.wrong(1, "an atom or a number")),
        n if !(0..=MAX_ARITY).contains(&n) => return Err(call.wrong(2, &format!("a number from 0 to {MAX_ARITY}"))),
        n => {
            let f = call.atom(1)?;
            let args: Vec<Term> = (0..n).map(|_| call.fresh()).collect();
            let built = call.terms.compound(f, &args);
            call.unify(term, built);
        }
    }
    Ok(())
}

fn atomic(call: &Call<'_>, term: Term) -> bool {
    !matches!(call.terms.view(term), View::Var(_) | View::Compound(..))
}

/// `arg(N, Term, Arg)`: argument `N`, from 1, of a compound term; an unbound `N` goes through all of them.
fn arg(call: &mut Call<'_>) -> Result<(), Fault> {
    let View::Compound(_, args) = call.terms.view(call.args[1]) else {
        if call.args[1].is_var() {
            return Err(call.wrong(1, "a compound term"));
        }
        // Numbers and atoms have no arguments.
        return Ok(());
    };
    match call.int_or_var(0)? {
        Some(n) => {
            let found = usize::try_from(n).ok().and_then(|n| args.get(n.checked_sub(1)?)).copied();
            if let Some(found) = found {
                call.unify(call.args[2], found);
            }
        }
        None => {
            let args = args.to_vec();
            for (i, a) in args.into_iter().enumerate() {
                if unifiable(call.terms, a, call.args[2]) {
                    let n = call.terms.int(i as i64 + 1);
                    call.solutions.push(&[(call.args[0], n), (call.args[2], a)]);
                }
            }
        }
    }
    Ok(())
}

/// `Term =.. [Name|Args]`.
fn univ(call: &mut Call<'_>) -> Result<(), Fault> {
    let term = call.args[0];
    if !term.is_var() {
        let parts = match call.terms.view(term) {
            View::Compound(f, args) => [&[Term::atom(f)], args].concat(),
            _ => vec![term],
        };
        call.any_list(1)?;
        let list = call.terms.list(&parts);
        call.unify(call.args[1], list);
        return Ok(());
    }
    let parts = call.list(1)?;
    let built = match parts[..] {
        [] => return Err(call.wrong(1, "a list with at least a name")),
        [only] if atomic(call, only) => only,
        [only] => return Err(super::args::wrong(call.terms, "the only element", only, "an atom or a number")),
        [name, ref args @ ..] => match name.as_atom() {
            Some(f) => call.terms.compound(f, args),
            None => return Err(super::args::wrong(call.terms, "the first element", name, "an atom")),
        },
    };
    call.unify(term, built);
    Ok(())
}

/// `copy_term(Term, Copy)`: the same term with new variables.
fn copy_term(call: &mut Call<'_>) -> Result<(), Fault> {
    let mut next = call.next_var;
    let mut renamed: FxHashMap<u32, Term> = FxHashMap::default();
    let copy = call.terms.substitute(call.args[0], &mut |_, v| {
        *renamed.entry(v).or_insert_with(|| {
            next += 1;
            Term::var(next - 1)
        })
    });
    call.next_var = next;
    call.unify(call.args[1], copy);
    Ok(())
}

/// `term_variables(Term, Vars)`: the variables in order of first occurrence.
fn term_variables(call: &mut Call<'_>) -> Result<(), Fault> {
    let (mut seen, mut vars) = (FxHashSet::default(), Vec::new());
    call.terms.for_each_var(call.args[0], &mut |v| {
        if seen.insert(v) {
            vars.push(Term::var(v));
        }
    });
    let list = call.terms.list(&vars);
    call.unify(call.args[1], list);
    Ok(())
}

/// `numbervars(Term, Start, Copy)`: the term with its variables replaced by `'$Var'(Start)`, `'$Var'(Start + 1)`, ...
fn number_vars(call: &mut Call<'_>, start: i64, out: usize) -> Result<(), Fault> {
    let name = call.terms.symbol("$Var");
    let mut numbered: FxHashMap<u32, Term> = FxHashMap::default();
    let copy = call.terms.substitute(call.args[0], &mut |terms, v| {
        let next = start.saturating_add(numbered.len() as i64);
        *numbered.entry(v).or_insert_with(|| {
            let n = terms.int(next);
            terms.compound(name, &[n])
        })
    });
    call.unify(call.args[out], copy);
    Ok(())
}

/// `varnumbers(Numbered, Term)`: the inverse of `numbervars/2`: each `'$Var'(N)` becomes a new variable.
fn var_numbers(call: &mut Call<'_>) -> Result<(), Fault> {
    enum Step {
        Visit(Term),
        Build(crate::term::Symbol, usize),
    }
    let marker = call.terms.symbol("$Var");
    let mut renamed: FxHashMap<Term, Term> = FxHashMap::default();
    let (mut steps, mut done) = (vec![Step::Visit(call.args[0])], Vec::new());
    while let Some(step) = steps.pop() {
        match step {
            Step::Visit(t) => match call.terms.view(t) {
                View::Compound(f, &[_]) if f == marker => {
                    let var = match renamed.get(&t) {
                        Some(&var) => var,
                        None => call.fresh(),
                    };
                    renamed.insert(t, var);
                    done.push(var);
                }
                View::Compound(f, args) => {
                    steps.push(Step::Build(f, args.len()));
                    steps.extend(args.iter().rev().map(|&a| Step::Visit(a)));
                }
                _ => done.push(t),
            },
            Step::Build(f, arity) => {
                let start = done.len() - arity;
                let built = call.terms.compound(f, &done[start..]);
                done.truncate(start);
                done.push(built);
            }
        }
    }
    call.unify(call.args[1], done[0]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn taking_apart_and_building() {
        check(&[
            ("functor(f(a,b), N, A)", "N=f A=2"),
            ("functor(1.5, N, A)", "N=1.5 A=0"),
            ("functor([a], N, A)", "N='[|]' A=2"),
            ("functor(T, f, 2)", "T=f(_0,_1)"),
            ("functor(T, f, 0)", "T=f"),
            ("functor(T, 3, 0)", "T=3"),
            ("functor(T, f, N)", "!argument 3 must be an integer, but it is not bound"),
            ("functor(T, f, -1)", "!argument 3 must be a number from 0"),
            ("functor(T, 3, 1)", "!argument 2 must be an atom"),
            ("arg(2, f(a,b), X)", "X=b"),
            ("arg(3, f(a,b), X)", ""),
            ("arg(0, f(a,b), X)", ""),
            ("arg(N, f(a,b,a), a)", "N=1; N=3"),
            ("arg(1, T, X)", "!argument 2 must be a compound term"),
            ("f(a,X) =.. L", "L=[f,a,X]"),
            ("T =.. [f,a]", "T=f(a)"),
            ("T =.. [a]", "T=a"),
            ("T =.. [3]", "T=3"),
            ("T =.. [3,a]", "!the first element must be an atom"),
            ("T =.. []", "!at least a name"),
            ("T =.. L", "!must be a list with an end"),
            ("f(a) =.. [f,X]", "X=a"),
            ("f(a) =.. [g,X]", ""),
        ]);
    }

    #[test]
    fn variables() {
        check(&[
            ("copy_term(f(X,Y,X), C)", "C=f(_0,_1,_0)"),
            ("copy_term(f(X,X), f(a,B))", "B=a"),
            ("term_variables(f(X,g(Y,X)), L)", "L=[X,Y]"),
            ("term_variables(a, L)", "L=[]"),
            ("numbervars(f(X,Y,X), C)", "C=f('$Var'(0),'$Var'(1),'$Var'(0))"),
            ("numbervars(f(X), 5, C)", "C=f('$Var'(5))"),
            ("varnumbers(f('$Var'(0),'$Var'(1),'$Var'(0)), T)", "T=f(_0,_1,_0)"),
        ]);
    }
}
