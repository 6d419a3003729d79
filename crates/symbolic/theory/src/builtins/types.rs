//! Tests of what a term is. They look at the term as it is when the goal runs and bind nothing.
//!
//! Two differences from ProbLog, both as in SWI-Prolog: `is_list/1` holds only for lists with an end, and strings are
//! `atomic/1`.

use super::{Builtin, Call};
use crate::term::{Term, TermStore, View};

macro_rules! tests {
    ($($name:literal => $test:expr,)*) => {
        &[$(Builtin::new($name, 1, |call: &mut Call<'_>| {
            let test: fn(&TermStore, Term) -> bool = $test;
            call.succeed_if(test(call.terms, call.args[0]));
            Ok(())
        }),)*]
    };
}

pub(super) const TABLE: &[Builtin] = tests! {
    "var" => |_, t| t.is_var(),
    "nonvar" => |_, t| !t.is_var(),
    "atom" => |_, t| t.as_atom().is_some(),
    "number" => |terms, t| terms.as_number(t).is_some(),
    "integer" => |terms, t| terms.as_int(t).is_some(),
    "float" => |terms, t| matches!(terms.view(t), View::Float(_)),
    // There are no fractions; of the numbers, integers are the rational ones.
    "rational" => |terms, t| terms.as_int(t).is_some(),
    "string" => |terms, t| matches!(terms.view(t), View::Str(_)),
    "atomic" => atomic,
    "primitive" => atomic,
    "simple" => |terms, t| t.is_var() || atomic(terms, t),
    "compound" => |terms, t| matches!(terms.view(t), View::Compound(..)),
    "callable" => |terms, t| matches!(terms.view(t), View::Atom(_) | View::Compound(..)),
    "ground" => |terms, t| terms.is_ground(t),
    "is_list" => is_list,
    "dbreference" => |_, _| false,
};

fn atomic(terms: &TermStore, t: Term) -> bool {
    !matches!(terms.view(t), View::Var(_) | View::Compound(..))
}

fn is_list(terms: &TermStore, mut t: Term) -> bool {
    while let Some((_, tail)) = terms.as_cons(t) {
        t = tail;
    }
    t == terms.nil()
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    /// Which tests hold of which term: one letter for each term of the first column that passes.
    #[test]
    fn each_kind_of_term() {
        const TERMS: [(&str, char); 7] =
            [("X", 'v'), ("a", 'a'), ("1", 'i'), ("1.5", 'f'), ("\"s\"", 's'), ("f(X)", 'c'), ("[a]", 'l')];
        let table = [
            ("var", "v"),
            ("nonvar", "aifscl"),
            ("atom", "a"),
            ("number", "if"),
            ("integer", "i"),
            ("float", "f"),
            ("rational", "i"),
            ("string", "s"),
            ("atomic", "aifs"),
            ("primitive", "aifs"),
            ("simple", "vaifs"),
            ("compound", "cl"),
            ("callable", "acl"),
            ("ground", "aifsl"),
            ("is_list", "l"),
            ("dbreference", ""),
        ];
        for (test, passing) in table {
            for (term, letter) in TERMS {
                let expected = if passing.contains(letter) { "yes" } else { "" };
                check(&[(&format!("{test}({term})"), expected)]);
            }
        }
        check(&[("is_list([])", "yes"), ("is_list([a|_])", ""), ("is_list([a|b])", ""), ("atom([])", "yes")]);
    }
}
