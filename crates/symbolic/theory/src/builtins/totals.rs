//! One value from a list of numbers or terms: sums, averages, smallest and largest.
//!
//! Elements may be arithmetic expressions. Something that is not a list is an error here, where ProbLog fails silently. As in ProbLog `max_member/2` and `min_member/2` take the list first; the order of
//! SWI-Prolog (`max_member(Max, List)`) is understood too.

use std::cmp::Ordering;

use super::arith::eval;
use super::lists::MAX_LENGTH;
use super::{Builtin, Call, Fault, Number, functions};
use crate::diag::Code;
use crate::term::Term;

pub(super) const TABLE: &[Builtin] = &[
    Builtin::new("sum_list", 2, sum),
    Builtin::new("sumlist", 2, sum),
    Builtin::new("sum", 2, sum),
    Builtin::new("avg", 2, average),
    Builtin::new("max_list", 2, |c| extreme_value(c, Ordering::is_gt)),
    Builtin::new("min_list", 2, |c| extreme_value(c, Ordering::is_lt)),
    Builtin::new("max", 2, |c| extreme_value(c, Ordering::is_gt)),
    Builtin::new("min", 2, |c| extreme_value(c, Ordering::is_lt)),
    Builtin::new("max_member", 2, |c| extreme_term(c, Ordering::is_gt)),
    Builtin::new("min_member", 2, |c| extreme_term(c, Ordering::is_lt)),
    Builtin::new("numlist", 3, numlist),
];

fn total(call: &Call<'_>, items: &[Term]) -> Result<Number, Fault> {
    let mut sum = Number::Int(0);
    for &item in items {
        sum = functions::add(sum, eval(call.terms, item)?)?;
    }
    Ok(sum)
}

/// `sum_list(List, Sum)`: 0 for the empty list.
fn sum(call: &mut Call<'_>) -> Result<(), Fault> {
    let items = call.list(0)?;
    let sum = total(call, &items)?.term(call.terms);
    call.unify(call.args[1], sum);
    Ok(())
}

/// `avg(List, Mean)`: a float; an error for the empty list.
fn average(call: &mut Call<'_>) -> Result<(), Fault> {
    let items = call.list(0)?;
    if items.is_empty() {
        return Err(Fault::new(Code::Arithmetic, "the average of no numbers is not defined"));
    }
    let mean = total(call, &items)?.to_f64() / items.len() as f64;
    let mean = Number::Float(mean).term(call.terms);
    call.unify(call.args[1], mean);
    Ok(())
}

/// The element with the largest or smallest value; fails for the empty list.
fn extreme_value(call: &mut Call<'_>, better: impl Fn(Ordering) -> bool) -> Result<(), Fault> {
    let mut best: Option<(Term, Number)> = None;
    for item in call.list(0)? {
        let value = eval(call.terms, item)?;
        if best.is_none_or(|(_, b)| better(value.order(b))) {
            best = Some((item, value));
        }
    }
    if let Some((item, _)) = best {
        call.unify(call.args[1], item);
    }
    Ok(())
}

/// The largest or smallest element in the standard order; fails for the empty list.
fn extreme_term(call: &mut Call<'_>, better: impl Fn(Ordering) -> bool) -> Result<(), Fault> {
    let is_list = |i: usize| call.spine(i).is_some_and(|l| l.is_proper());
    let (list, out) = if !is_list(0) && is_list(1) { (1, 0) } else { (0, 1) };
    let items = call.list(list)?;
    let best = items.into_iter().reduce(|best, item| if better(call.terms.compare(item, best)) { item } else { best });
    if let Some(best) = best {
        call.unify(call.args[out], best);
    }
    Ok(())
}

/// `numlist(Low, High, List)`: the integers from `Low` to `High`; fails if there are none.
fn numlist(call: &mut Call<'_>) -> Result<(), Fault> {
    let (low, high) = (call.int(0)?, call.int(1)?);
    if low > high {
        return Ok(());
    }
    if high.abs_diff(low) >= MAX_LENGTH as u64 {
        return Err(Fault::new(Code::Argument, format!("the list would have more than {MAX_LENGTH} elements")));
    }
    let items: Vec<Term> = (low..=high).map(|v| call.terms.int(v)).collect();
    let list = call.terms.list(&items);
    call.unify(call.args[2], list);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn numbers() {
        check(&[
            ("sum_list([1,2,3], S)", "S=6"),
            ("sum_list([1,2.5], S)", "S=3.5"),
            ("sum_list([], S)", "S=0"),
            ("sum_list([1+1,2], 4)", "yes"),
            ("sum_list([1|T], S)", "!has no end yet"),
            ("sum_list([a], S)", "!`a` is not a number"),
            ("sum_list([X], S)", "!not bound"),
            ("avg([1,2], A)", "A=1.5"),
            ("avg([], A)", "!the average of no numbers"),
            ("max_list([1,5.5,2], M)", "M=5.5"),
            ("min_list([4,1,5], M)", "M=1"),
            ("max_list([], M)", ""),
            ("numlist(2, 5, L)", "L=[2,3,4,5]"),
            ("numlist(2, 1, L)", ""),
            ("numlist(1, 1000000000000, L)", "!more than"),
        ]);
    }

    #[test]
    fn terms() {
        check(&[
            ("max_member([1,b,a], M)", "M=b"),
            ("min_member([b,1,a], M)", "M=1"),
            ("max_member(M, [1,b,a])", "M=b"),
            ("max_member([], M)", ""),
        ]);
    }
}
