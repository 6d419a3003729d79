//! Parts of a text: `atom_concat/3` and `sub_atom/5`, with all their solutions, and the same for strings.

use super::text::{Kind, text_of};
use super::{Builtin, Call, Fault};

pub(super) const TABLE: &[Builtin] = &[
    Builtin::new("atom_concat", 3, |c| concat(c, Kind::Atom)),
    Builtin::new("string_concat", 3, |c| concat(c, Kind::Str)),
    Builtin::new("sub_atom", 5, |c| sub_text(c, Kind::Atom)),
    Builtin::new("sub_string", 5, |c| sub_text(c, Kind::Str)),
];

/// Byte offset of each character, and of the end.
fn offsets(text: &str) -> Vec<usize> {
    text.char_indices().map(|(i, _)| i).chain([text.len()]).collect()
}

/// `atom_concat(A, B, AB)`: joins, or cuts `AB` in all ways that fit.
fn concat(call: &mut Call<'_>, kind: Kind) -> Result<(), Fault> {
    match (call.text_or_var(0)?, call.text_or_var(1)?) {
        (Some(a), Some(b)) => call.unify_text(2, &(a + &b), kind),
        (a, b) => {
            let whole = call.text(2)?;
            match (a, b) {
                (Some(a), _) => {
                    if let Some(rest) = whole.strip_prefix(&a) {
                        call.unify_text(1, rest, kind);
                    }
                }
                (_, Some(b)) => {
                    if let Some(rest) = whole.strip_suffix(&b) {
                        call.unify_text(0, rest, kind);
                    }
                }
                _ => {
                    let cuts = offsets(&whole);
                    call.reserve(cuts.len(), cuts.len().saturating_mul(cuts.len()))?;
                    for at in cuts {
                        let (a, b) = (kind.term(call.terms, &whole[..at]), kind.term(call.terms, &whole[at..]));
                        call.solutions.push(&[(call.args[0], a), (call.args[1], b)]);
                    }
                }
            }
        }
    }
    Ok(())
}

/// A number of characters that is given, or `None`; a negative one fits nowhere.
fn count(call: &Call<'_>, i: usize) -> Result<Option<Option<usize>>, Fault> {
    Ok(call.int_or_var(i)?.map(|n| usize::try_from(n).ok()))
}

/// `sub_atom(Text, Before, Length, After, Part)`: `Part` is `Length` characters of `Text`, with `Before` characters before it
/// and `After` after it.
fn sub_text(call: &mut Call<'_>, kind: Kind) -> Result<(), Fault> {
    let text = call.text(0)?;
    let at = offsets(&text);
    let n = at.len() - 1;
    let mut given = [None; 3];
    for (i, slot) in given.iter_mut().enumerate() {
        match count(call, i + 1)? {
            Some(None) => return Ok(()),
            Some(Some(v)) if v > n => return Ok(()),
            value => *slot = value.flatten(),
        }
    }
    let [before, length, after] = given;
    if let Some(part) = call.text_or_var(4)? {
        let size = part.chars().count();
        let starts = (0..=n).filter(|&b| text[at[b]..].starts_with(&part));
        let found: Vec<usize> = starts.filter(|&b| before.is_none_or(|v| v == b)).collect();
        for b in found {
            push(call, [b, size, n - b - size], None);
        }
        return Ok(());
    }
    // Of the three numbers any two give the third.
    let before = before.or_else(|| n.checked_sub(length?)?.checked_sub(after?));
    let starts = before.map_or(0..=n, |b| b..=b);
    let mut found = Vec::new();
    for b in starts {
        let ends = match (length, after) {
            (Some(l), _) => b.saturating_add(l)..=b.saturating_add(l),
            (None, Some(a)) => n - a..=n - a,
            (None, None) => b..=n,
        };
        found.extend(ends.filter(|&e| b <= e && e <= n && after.is_none_or(|a| n - e == a)).map(|e| (b, e)));
        call.reserve(found.len(), found.len())?;
    }
    call.reserve(found.len(), found.iter().map(|(b, e)| e - b).sum())?;
    for (b, e) in found {
        let part = kind.term(call.terms, &text[at[b]..at[e]]);
        push(call, [b, e - b, n - e], Some(part));
    }
    Ok(())
}

fn push(call: &mut Call<'_>, numbers: [usize; 3], part: Option<crate::term::Term>) {
    let numbers = numbers.map(|v| call.terms.int(v as i64));
    let mut pairs: Vec<_> = call.args[1..4].iter().copied().zip(numbers).collect();
    pairs.extend(part.map(|p| (call.args[4], p)));
    if pairs.iter().all(|&(a, b)| a.is_var() || a == b || text_of(call.terms, a).is_none()) {
        call.solutions.push(&pairs);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn joining_and_cutting_in_every_direction() {
        check(&[
            ("atom_concat(a, b, X)", "X=ab"),
            ("atom_concat(a, 1, X)", "X=a1"),
            ("atom_concat(a, X, abc)", "X=bc"),
            ("atom_concat(X, c, abc)", "X=ab"),
            ("atom_concat(x, X, abc)", ""),
            ("atom_concat(X, Y, ab)", "X='' Y=ab; X=a Y=b; X=ab Y=''"),
            ("atom_concat(X, Y, Z)", "!argument 3 must be an atom"),
            ("atom_concat(a, b, \"ab\")", "yes"),
            ("string_concat(\"a\", X, \"ab\")", "X=\"b\""),
        ]);
    }

    #[test]
    fn parts() {
        check(&[
            ("sub_atom(abc, 1, 1, A, S)", "A=1 S=b"),
            ("sub_atom(abc, B, 2, 0, S)", "B=1 S=bc"),
            ("sub_atom(abc, 0, L, 1, S)", "L=2 S=ab"),
            ("sub_atom(abc, B, 2, A, S)", "B=0 A=1 S=ab; B=1 A=0 S=bc"),
            ("sub_atom(ab, 0, L, A, S)", "L=0 A=2 S=''; L=1 A=1 S=a; L=2 A=0 S=ab"),
            ("sub_atom(ab, B, L, 0, S)", "B=0 L=2 S=ab; B=1 L=1 S=b; B=2 L=0 S=''"),
            (
                "sub_atom(ab, B, L, A, S)",
                "B=0 L=0 A=2 S=''; B=0 L=1 A=1 S=a; B=0 L=2 A=0 S=ab; B=1 L=0 A=1 S=''; B=1 L=1 A=0 S=b; B=2 L=0 A=0 S=''",
            ),
            ("sub_atom(banana, B, L, A, ana)", "B=1 L=3 A=2; B=3 L=3 A=0"),
            ("sub_atom(banana, 3, L, A, ana)", "L=3 A=0"),
            ("sub_atom(banana, B, L, 0, ana)", "B=3 L=3"),
            ("sub_atom(abc, 5, L, A, S)", ""),
            ("sub_atom(abc, -1, L, A, S)", ""),
            ("sub_atom(abc, 2, 2, A, S)", ""),
            ("sub_atom(äöü, 1, 1, A, S)", "A=1 S=ö"),
            ("sub_string(\"abc\", 1, 2, A, S)", "A=0 S=\"bc\""),
            ("sub_atom(X, B, L, A, a)", "!argument 1 must be"),
        ]);
    }
}
