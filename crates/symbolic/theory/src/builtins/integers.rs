//! Relations between integers: `between/3`, `succ/2`, `plus/3`.

use super::{Builtin, Call, Fault};
use crate::diag::Code;
use crate::term::{Term, View};

pub(super) const TABLE: &[Builtin] =
    &[Builtin::new("between", 3, between), Builtin::new("succ", 2, succ), Builtin::new("plus", 3, plus)];

/// `between(Low, High, X)`: `X` is an integer from `Low` to `High`; `High` may be `inf` when `X` is bound.
fn between(call: &mut Call<'_>) -> Result<(), Fault> {
    let low = call.int(0)?;
    let high = match call.terms.view(call.args[1]) {
        View::Atom(name) if matches!(call.terms.name(name), "inf" | "infinite") => None,
        _ => Some(call.int(1)?),
    };
    match (call.int_or_var(2)?, high) {
        (Some(x), high) => call.succeed_if(low <= x && high.is_none_or(|h| x <= h)),
        (None, None) => {
            return Err(Fault::new(Code::Argument, "the goal has infinitely many solutions")
                .help("give an upper bound: all solutions are computed at once"));
        }
        (None, Some(high)) if low <= high => {
            call.reserve(usize::try_from(high.abs_diff(low)).unwrap_or(usize::MAX), 0)?;
            for v in low..=high {
                let v = call.terms.int(v);
                call.unify(call.args[2], v);
            }
        }
        _ => {}
    }
    Ok(())
}

/// `succ(X, Y)`: natural numbers with `Y = X + 1`.
fn succ(call: &mut Call<'_>) -> Result<(), Fault> {
    let natural = |i: usize| match call.int_or_var(i)? {
        Some(v) if v < 0 => Err(call.wrong(i, "a natural number")),
        v => Ok(v),
    };
    match (natural(0)?, natural(1)?) {
        (Some(x), _) => {
            let y = x.checked_add(1).ok_or_else(|| overflow("succ"))?;
            let y = call.terms.int(y);
            unify_number(call, 1, y);
        }
        // Zero has no predecessor.
        (None, Some(0)) => {}
        (None, Some(y)) => {
            let x = call.terms.int(y - 1);
            unify_number(call, 0, x);
        }
        (None, None) => return Err(call.wrong(0, "an integer, or argument 2")),
    }
    Ok(())
}

/// `plus(X, Y, Z)`: integers with `X + Y = Z`, two of them bound.
fn plus(call: &mut Call<'_>) -> Result<(), Fault> {
    let (i, value) = match (call.int_or_var(0)?, call.int_or_var(1)?, call.int_or_var(2)?) {
        (Some(x), Some(y), _) => (2, x.checked_add(y)),
        (Some(x), None, Some(z)) => (1, z.checked_sub(x)),
        (None, Some(y), Some(z)) => (0, z.checked_sub(y)),
        (None, ..) => return Err(call.wrong(0, "an integer, since another argument is unbound")),
        (_, None, _) => return Err(call.wrong(1, "an integer, since another argument is unbound")),
    };
    let value = value.ok_or_else(|| overflow("plus"))?;
    let value = call.terms.int(value);
    unify_number(call, i, value);
    Ok(())
}

/// One solution if argument `i`, a number or a variable, can be `value`.
fn unify_number(call: &mut Call<'_>, i: usize, value: Term) {
    if call.args[i].is_var() {
        call.unify(call.args[i], value);
    } else {
        call.succeed_if(call.args[i] == value);
    }
}

fn overflow(name: &str) -> Fault {
    Fault::new(Code::Arithmetic, format!("{name} overflows")).help("integers have 64 bits")
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn between_succ_plus() {
        check(&[
            ("between(1, 3, X)", "X=1; X=2; X=3"),
            ("between(3, 1, X)", ""),
            ("between(1, 3, 2)", "yes"),
            ("between(1, 3, 4)", ""),
            ("between(1, inf, 4)", "yes"),
            ("between(1, inf, X)", "!infinitely many solutions"),
            ("between(1, 100000000, X)", "!more than 10000000 solutions"),
            ("between(-9223372036854775808, 9223372036854775807, X)", "!more than 10000000 solutions"),
            ("between(1, a, X)", "!argument 2 must be an integer, but it is the atom `a`"),
            ("succ(X, 3)", "X=2"),
            ("succ(3, X)", "X=4"),
            ("succ(3, 5)", ""),
            ("succ(X, 0)", ""),
            ("succ(-1, X)", "!argument 1 must be a natural number"),
            ("succ(X, Y)", "!not bound"),
            ("plus(1, 2, X)", "X=3"),
            ("plus(1, X, 3)", "X=2"),
            ("plus(X, 2, 3)", "X=1"),
            ("plus(1, 2, 4)", ""),
            ("plus(1, X, Y)", "!argument 2 must be an integer"),
        ]);
    }
}
