//! Laws of the builtins, on random arguments: different directions of a relation agree, sorting sorts, and no call panics
//! whatever its arguments are. Long and deep arguments at the end.

use std::cmp::Ordering;

use proptest::collection::vec;
use proptest::prelude::*;

use super::testing::{answers, check, long_list, read};
use super::{Call, all};
use crate::term::{Term, TermStore, sym};
use crate::unify::{UNBOUND, unify};

/// Text of a random ground term.
fn ground() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (-3i64..4).prop_map(|v| v.to_string()),
        "[abc]",
        Just("1.0".to_owned()),
        Just("0.5".to_owned()),
        Just("\"s\"".to_owned()),
        Just("[]".to_owned()),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..3).prop_map(|args| format!("f({})", args.join(","))),
            vec(inner, 0..3).prop_map(|items| format!("[{}]", items.join(","))),
        ]
    })
}

fn list_of(terms: &mut TermStore, items: &[String]) -> Term {
    let items: Vec<Term> = items.iter().map(|text| read(terms, text)).collect();
    terms.list(&items)
}

proptest! {
    #[test]
    fn append_joins_what_it_cuts(items in vec(ground(), 0..6)) {
        let mut terms = TermStore::new();
        let whole = list_of(&mut terms, &items);
        let n = terms.as_list(whole).unwrap().len();
        let (a, b) = (Term::var(0), Term::var(1));
        // All cuts, through `append(A, B, whole)`.
        let builtin = super::lookup("append", 3).unwrap();
        let args = [a, b, whole];
        let mut call = Call::new(&mut terms, &args, 2);
        builtin.solve(&mut call).unwrap();
        let solutions = call.solutions;
        prop_assert_eq!(solutions.len(), n + 1);
        for i in 0..solutions.len() {
            let mut regs = vec![UNBOUND; 2];
            for &(x, y) in solutions.get(i) {
                prop_assert!(unify(&terms, &mut regs, x, y));
            }
            let (front, back) = (regs[0], regs[1]);
            prop_assert_eq!(terms.as_list(front).unwrap().len(), i);
            // Joining the parts gives the whole back, and each part gives the other.
            prop_assert_eq!(answers(&mut terms, "append", &[front, back]), [whole]);
            let lists = terms.list(&[front, back]);
            prop_assert_eq!(answers(&mut terms, "append", &[lists]), [whole]);
        }
    }

    #[test]
    fn sorting_sorts(items in vec(ground(), 0..12)) {
        let mut terms = TermStore::new();
        let list = list_of(&mut terms, &items);
        let given = terms.as_list(list).unwrap();
        let mut by_name = |name: &str, list: Term| {
            let found = answers(&mut terms, name, &[list]);
            assert_eq!(found.len(), 1);
            (found[0], terms.as_list(found[0]).unwrap())
        };
        let (kept, all) = by_name("msort", list);
        let (set, unique) = by_name("sort", list);
        prop_assert_eq!(by_name("msort", kept).0, kept);
        prop_assert_eq!(by_name("sort", kept).0, set);
        prop_assert_eq!(by_name("list_to_set", kept).0, set);
        prop_assert_eq!(all.len(), given.len());
        prop_assert!(all.windows(2).all(|w| terms.compare(w[0], w[1]).is_le()));
        prop_assert!(unique.windows(2).all(|w| terms.compare(w[0], w[1]) == Ordering::Less));
        let count = |items: &[Term], x: Term| items.iter().filter(|&&y| y == x).count();
        prop_assert!(given.iter().all(|&x| count(&given, x) == count(&all, x) && count(&unique, x) == 1));
        // The first and the last are the extreme members.
        if let (Some(&first), Some(&last)) = (all.first(), all.last()) {
            prop_assert_eq!(answers(&mut terms, "min_member", &[list]), [first]);
            prop_assert_eq!(answers(&mut terms, "max_member", &[list]), [last]);
        }
    }

    #[test]
    fn reversing_twice_changes_nothing(items in vec(ground(), 0..8)) {
        let mut terms = TermStore::new();
        let list = list_of(&mut terms, &items);
        let reversed = answers(&mut terms, "reverse", &[list]);
        prop_assert_eq!(answers(&mut terms, "reverse", &reversed), [list]);
        let args = [Term::var(0), list];
        let mut call = Call::new(&mut terms, &args, 1);
        super::lookup("reverse", 2).unwrap().solve(&mut call).unwrap();
        prop_assert_eq!(call.solutions.get(0), [(Term::var(0), reversed[0])]);
    }

    #[test]
    fn positions_agree(items in vec(ground(), 1..8)) {
        let mut terms = TermStore::new();
        let list = list_of(&mut terms, &items);
        let elements = terms.as_list(list).unwrap();
        for (i, &x) in elements.iter().enumerate() {
            let (from_0, from_1) = (terms.int(i as i64), terms.int(i as i64 + 1));
            prop_assert_eq!(answers(&mut terms, "nth0", &[from_0, list]), [x]);
            prop_assert_eq!(answers(&mut terms, "nth1", &[from_1, list]), [x]);
            // Taking the element out and putting it back.
            let rest = answers(&mut terms, "nth0", &[from_0, list, x]);
            prop_assert_eq!(rest.len(), 1);
            let args = [from_0, Term::var(0), x, rest[0]];
            let mut call = Call::new(&mut terms, &args, 1);
            super::lookup("nth0", 4).unwrap().solve(&mut call).unwrap();
            let back: Vec<_> = call.solutions.get(0).iter().filter(|p| p.0.is_var()).map(|p| p.1).collect();
            prop_assert_eq!(back, [list]);
        }
        let last = *elements.last().unwrap();
        prop_assert_eq!(answers(&mut terms, "last", &[list]), [last]);
    }

    #[test]
    fn selecting_is_one_element_less(items in vec(ground(), 0..6), x in ground()) {
        let mut terms = TermStore::new();
        let list = list_of(&mut terms, &items);
        let elements = terms.as_list(list).unwrap();
        let x = read(&mut terms, &x);
        let rests = answers(&mut terms, "select", &[x, list]);
        prop_assert_eq!(rests.len(), elements.iter().filter(|&&y| y == x).count());
        for rest in rests {
            // Putting it back at each place gives permutations of the list, the list itself among them.
            let args = [x, Term::var(0), rest];
            let mut call = Call::new(&mut terms, &args, 1);
            super::lookup("select", 3).unwrap().solve(&mut call).unwrap();
            let solutions = call.solutions;
            let wholes: Vec<Term> = (0..solutions.len()).map(|i| solutions.get(i)[0].1).collect();
            prop_assert_eq!(wholes.len(), elements.len());
            prop_assert!(wholes.contains(&list));
            for whole in wholes {
                let mut call = Call::new(&mut terms, &[], 0);
                let args = [list, whole];
                call.args = &args;
                super::lookup("permutation", 2).unwrap().solve(&mut call).unwrap();
                prop_assert_eq!(call.solutions.len(), 1);
            }
        }
    }

    #[test]
    fn set_operations_are_those_of_sets(a in vec(ground(), 0..6), b in vec(ground(), 0..6)) {
        let mut terms = TermStore::new();
        let (a, b) = (list_of(&mut terms, &a), list_of(&mut terms, &b));
        let (xs, ys) = (terms.as_list(a).unwrap(), terms.as_list(b).unwrap());
        let mut by = |name: &str| {
            let found = answers(&mut terms, name, &[a, b]);
            terms.as_list(found[0]).unwrap()
        };
        let inside = |keep: bool| xs.iter().copied().filter(|x| ys.contains(x) == keep).collect::<Vec<Term>>();
        prop_assert_eq!(by("intersection"), inside(true));
        prop_assert_eq!(by("subtract"), inside(false));
        prop_assert_eq!(by("union"), [inside(false), ys.clone()].concat());
        let (mut sum, mut union) = (xs.clone(), by("ord_union"));
        sum.extend(&ys);
        prop_assert!(union.iter().all(|x| sum.contains(x)) && sum.iter().all(|x| union.contains(x)));
        union.dedup();
        prop_assert_eq!(union.len(), by("ord_subtract").len() + by("ord_intersection").len() + {
            let left: Vec<Term> = ys.iter().copied().filter(|y| !xs.contains(y)).collect();
            left.iter().collect::<std::collections::BTreeSet<_>>().len()
        });
    }

    #[test]
    fn text_is_joined_as_it_is_cut(text in "[a-zäöü]{0,6}") {
        let mut terms = TermStore::new();
        let whole = terms.atom(&text);
        let args = [Term::var(0), Term::var(1), whole];
        let mut call = Call::new(&mut terms, &args, 2);
        super::lookup("atom_concat", 3).unwrap().solve(&mut call).unwrap();
        let solutions = call.solutions;
        prop_assert_eq!(solutions.len(), text.chars().count() + 1);
        for i in 0..solutions.len() {
            let &[(_, a), (_, b)] = solutions.get(i) else { panic!("two bindings") };
            prop_assert_eq!(answers(&mut terms, "atom_concat", &[a, b]), [whole]);
            let n = terms.int(i as i64);
            prop_assert_eq!(answers(&mut terms, "atom_length", &[a]), [n]);
        }
        let codes = answers(&mut terms, "atom_codes", &[whole]);
        let back = { let args = [Term::var(0), codes[0]];
            let mut call = Call::new(&mut terms, &args, 1);
            super::lookup("atom_codes", 2).unwrap().solve(&mut call).unwrap();
            call.solutions.get(0)[0].1 };
        prop_assert_eq!(back, whole);
    }

    #[test]
    fn quotient_and_remainder_fit(x in any::<i32>(), y in any::<i32>()) {
        prop_assume!(y != 0);
        check(&[
            (&format!("{x} =:= ({x} // {y}) * {y} + {x} mod {y}"), "yes"),
            (&format!("0 =< ({x} mod {y}) * sign({y})"), "yes"),
            (&format!("abs({x} mod {y} + 0.0) =< abs({y} + 0.0)"), "yes"),
        ]);
    }
}

/// Arguments of every kind, for every predicate: it must answer or refuse, and use only variables that it declares.
#[test]
fn no_call_panics() {
    let texts = [
        "X",
        "Y",
        "a",
        "[]",
        "''",
        "0",
        "2",
        "-1",
        "9223372036854775807",
        "-9223372036854775808",
        "0.5",
        "1.0e300",
        "\"s\"",
        "\"\"",
        "f(X,Y)",
        "f(a)",
        "[a,b]",
        "[1,2.5,1]",
        "[a|T]",
        "[X,a|b]",
        "[a-1,b-2]",
        "[(a,1)]",
        "[[a],[b,c]]",
        "[[a|T],U]",
        "1+2",
        "1/0",
        "X+1",
        "'@<'",
        "<",
        "'$Var'(0)",
        "\"~w ~d~n\"",
        "inf",
    ];
    let mut terms = TermStore::new();
    // One common name for a variable is one variable.
    let pool = read(&mut terms, &format!("pool({})", texts.join(",")));
    let pool = terms.callable(pool).unwrap().1.to_vec();
    for builtin in all() {
        let arity = builtin.arity as usize;
        // All combinations where there are few; where there are many, steps through them that share no factor with the pool.
        let count = pool.len().saturating_pow(arity as u32);
        let step = (count / 2000).max(1) | 1;
        for i in (0..count).step_by(step) {
            let args: Vec<Term> = (0..arity).map(|k| pool[i / pool.len().pow(k as u32) % pool.len()]).collect();
            let mut call = Call::new(&mut terms, &args, 4);
            if builtin.solve(&mut call).is_ok() {
                let (solutions, next) = (call.solutions, call.next_var);
                for &(a, b) in (0..solutions.len()).flat_map(|s| solutions.get(s)) {
                    for t in [a, b] {
                        terms.for_each_var(t, &mut |v| assert!(v < next, "{builtin:?} uses an undeclared variable"));
                    }
                }
            }
        }
    }
}

#[test]
fn lists_of_100_000_elements() {
    const N: i64 = 100_000;
    let mut terms = TermStore::new();
    let list = long_list(&mut terms, N);
    let (n, last, nil) = (terms.int(N), terms.int(N - 1), terms.nil());
    let one = |terms: &mut TermStore, name: &str, args: &[Term]| {
        let found = answers(terms, name, args);
        assert_eq!(found.len(), 1, "{name}");
        found[0]
    };
    assert_eq!(one(&mut terms, "length", &[list]), n);
    assert_eq!(one(&mut terms, "last", &[list]), last);
    assert_eq!(one(&mut terms, "max_list", &[list]), last);
    assert_eq!(one(&mut terms, "nth0", &[last, list]), last);
    for name in ["sort", "msort", "list_to_set", "list_to_ord_set", "flatten"] {
        assert_eq!(one(&mut terms, name, &[list]), list, "{name}");
    }
    let reversed = one(&mut terms, "reverse", &[list]);
    assert_eq!(one(&mut terms, "sort", &[reversed]), list);
    assert_eq!(one(&mut terms, "append", &[list, nil]), list);
    assert_eq!(one(&mut terms, "union", &[list, reversed]), reversed);
    assert_eq!(one(&mut terms, "subtract", &[list, reversed]), nil);
    assert_eq!(one(&mut terms, "intersection", &[list, reversed]), list);
    assert_eq!(one(&mut terms, "ord_union", &[list, list]), list);
    let total = terms.int(N * (N - 1) / 2);
    assert_eq!(one(&mut terms, "sum_list", &[list]), total);
    let rest = one(&mut terms, "select", &[last, list]);
    assert_eq!(one(&mut terms, "delete", &[list, last]), rest);
    let pairs = one(&mut terms, "zip", &[list, list]);
    assert_eq!(one(&mut terms, "enum_groups", &[pairs, last]), terms.list(&[last]));
    let text = one(&mut terms, "atomic_list_concat", &[list]);
    assert_eq!(one(&mut terms, "atom_length", &[text]), terms.int(488_890));

    // Many solutions, and many variables.
    let member = [Term::var(0), list];
    let mut call = Call::new(&mut terms, &member, 1);
    super::lookup("member", 2).unwrap().solve(&mut call).unwrap();
    assert_eq!(call.solutions.len(), N as usize);
    let open = one(&mut terms, "same_length", &[list]);
    assert_eq!(terms.vars(open).len(), N as usize);
    let copy = one(&mut terms, "copy_term", &[open]);
    assert_ne!(copy, open);
    assert_eq!(one(&mut terms, "term_variables", &[open]), open);
    let ready = one(&mut terms, "numbervars", &[open]);
    assert!(terms.is_ground(ready));
    let back = one(&mut terms, "varnumbers", &[ready]);
    assert_eq!(terms.vars(back).len(), N as usize);

    // Nested as deep as the list is long.
    let deep = (0..N).fold(nil, |inner, _| terms.list(&[inner]));
    assert_eq!(one(&mut terms, "flatten", &[deep]), nil);
    let f = terms.symbol("f");
    let deep_term = (0..N).fold(Term::var(0), |inner, _| terms.compound(f, &[inner, Term::atom(sym::NIL)]));
    assert_ne!(one(&mut terms, "copy_term", &[deep_term]), deep_term);
}
