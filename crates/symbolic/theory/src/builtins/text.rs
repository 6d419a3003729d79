//! Atoms and strings: taking text apart, joining it, converting it.
//!
//! Wherever text is read, an atom, a string or a number will do. `atom_...` predicates make atoms, `string_...` predicates
//! strings; ProbLog's own (`concat/2`, `join/3`, `str2lst/2`, `lst2str/2`) make atoms. Positions and lengths count characters.

use super::args::wrong;
use super::{Builtin, Call, Fault};
use crate::diag::Code;
use crate::term::{Term, TermStore, View};

pub(super) const TABLE: &[Builtin] = &[
    Builtin::new("atom_number", 2, |c| number(c, 0, 1, Kind::Atom)),
    Builtin::new("number_string", 2, |c| number(c, 1, 0, Kind::Str)),
    Builtin::new("number_codes", 2, |c| number_pieces(c, codes)),
    Builtin::new("number_chars", 2, |c| number_pieces(c, chars)),
    Builtin::new("str2int", 2, |c| number(c, 0, 1, Kind::Atom)),
    Builtin::new("atom_codes", 2, |c| pieces(c, codes, Kind::Atom)),
    Builtin::new("atom_chars", 2, |c| pieces(c, chars, Kind::Atom)),
    Builtin::new("string_codes", 2, |c| pieces(c, codes, Kind::Str)),
    Builtin::new("string_chars", 2, |c| pieces(c, chars, Kind::Str)),
    Builtin::new("str2lst", 2, |c| pieces(c, chars, Kind::Atom)),
    Builtin::new("lst2str", 2, |c| joined(c, 0, "", 1)),
    Builtin::new("char_code", 2, char_code),
    Builtin::new("atom_string", 2, |c| same_text(c, Kind::Atom, Kind::Str)),
    Builtin::new("string_to_atom", 2, |c| same_text(c, Kind::Str, Kind::Atom)),
    Builtin::new("text_to_string", 2, |c| same_text(c, Kind::Str, Kind::Str)),
    Builtin::new("upcase_atom", 2, |c| made(c, Kind::Atom, str::to_uppercase)),
    Builtin::new("downcase_atom", 2, |c| made(c, Kind::Atom, str::to_lowercase)),
    Builtin::new("string_upper", 2, |c| made(c, Kind::Str, str::to_uppercase)),
    Builtin::new("string_lower", 2, |c| made(c, Kind::Str, str::to_lowercase)),
    Builtin::new("term_to_atom", 2, |c| term_text(c, Kind::Atom)),
    Builtin::new("term_string", 2, |c| term_text(c, Kind::Str)),
    Builtin::new("atom_length", 2, text_length),
    Builtin::new("string_length", 2, text_length),
    Builtin::new("concat", 2, |c| joined(c, 0, "", 1)),
    Builtin::new("join", 3, |c| {
        let separator = c.text(0)?;
        joined(c, 1, &separator, 2)
    }),
    Builtin::new("atomic_list_concat", 2, |c| joined(c, 0, "", 1)),
    Builtin::new("atomic_list_concat", 3, atomic_list_concat),
    Builtin::new("split_string", 4, split_string),
];

/// What text is turned into.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Atom,
    Str,
}

impl Kind {
    pub(super) fn term(self, terms: &mut TermStore, text: &str) -> Term {
        match self {
            Kind::Atom => terms.atom(text),
            Kind::Str => terms.string(text),
        }
    }
}

/// The text of an atom, a string or a number.
pub(super) fn text_of(terms: &TermStore, term: Term) -> Option<String> {
    match terms.view(term) {
        View::Atom(name) => Some(terms.name(name).to_owned()),
        View::Str(text) => Some(text.to_owned()),
        View::Int(_) | View::Float(_) => Some(terms.display(term).to_string()),
        View::Var(_) | View::Compound(..) => None,
    }
}

impl Call<'_> {
    /// The text of an argument.
    pub(super) fn text(&self, i: usize) -> Result<String, Fault> {
        text_of(self.terms, self.args[i]).ok_or_else(|| self.wrong(i, "an atom, a string or a number"))
    }

    /// The text of an argument, or `None` for an unbound variable.
    pub(super) fn text_or_var(&self, i: usize) -> Result<Option<String>, Fault> {
        if self.args[i].is_var() { Ok(None) } else { self.text(i).map(Some) }
    }

    /// One solution: argument `i` is this text.
    pub(super) fn unify_text(&mut self, i: usize, text: &str, kind: Kind) {
        let given = self.args[i];
        if given.is_var() {
            let value = kind.term(self.terms, text);
            self.unify(given, value);
        } else {
            // An atom and a string are the same text.
            self.succeed_if(text_of(self.terms, given).is_some_and(|t| t == text));
        }
    }
}

/// Reads a number as the language writes it, with an optional sign.
fn parse_number(terms: &mut TermStore, text: &str) -> Result<Option<Term>, Fault> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || digits.ends_with('.') || digits.contains("._") {
        return Ok(None);
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        return match text.parse() {
            Ok(value) => Ok(Some(terms.int(value))),
            Err(_) => {
                Err(Fault::new(Code::Arithmetic, format!("the integer {text} is too large"))
                    .help("integers have 64 bits"))
            }
        };
    }
    // Rust reads also `1e5` without a fraction; so does ProbLog.
    let float = text.parse::<f64>().ok().filter(|v| v.is_finite());
    Ok(float.map(|v| terms.float(v)))
}

/// The relation between the text in one argument and the number in another.
fn number(call: &mut Call<'_>, text: usize, number: usize, kind: Kind) -> Result<(), Fault> {
    match call.text_or_var(text)? {
        Some(t) => {
            if let Some(value) = parse_number(call.terms, &t)? {
                call.unify(call.args[number], value);
            }
        }
        None if call.terms.as_number(call.args[number]).is_some() => {
            let t = call.text(number)?;
            call.unify_text(text, &t, kind);
        }
        None => return Err(call.wrong(number, "a number, since the text is not bound")),
    }
    Ok(())
}

fn codes(terms: &mut TermStore, c: char) -> Term {
    terms.int(i64::from(u32::from(c)))
}

fn chars(terms: &mut TermStore, c: char) -> Term {
    terms.atom(c.encode_utf8(&mut [0; 4]))
}

/// The list of the characters of a text.
fn spell(call: &mut Call<'_>, text: &str, piece: fn(&mut TermStore, char) -> Term) -> Term {
    let items: Vec<Term> = text.chars().map(|c| piece(call.terms, c)).collect();
    call.terms.list(&items)
}

/// The text that a list of characters or character codes spells.
fn unspell(call: &Call<'_>, i: usize) -> Result<String, Fault> {
    call.list(i)?
        .into_iter()
        .map(|item| {
            let code = call.terms.as_int(item).and_then(|v| char::from_u32(u32::try_from(v).ok()?));
            code.or_else(|| one_char(call.terms, item))
                .ok_or_else(|| wrong(call.terms, "each element", item, "a character or a character code"))
        })
        .collect()
}

fn one_char(terms: &TermStore, term: Term) -> Option<char> {
    let text = match terms.view(term) {
        View::Atom(name) => terms.name(name),
        View::Str(text) => text,
        _ => return None,
    };
    let mut all = text.chars();
    all.next().filter(|_| all.next().is_none())
}

/// `atom_chars(Text, Chars)` and its relatives.
fn pieces(call: &mut Call<'_>, piece: fn(&mut TermStore, char) -> Term, kind: Kind) -> Result<(), Fault> {
    match call.text_or_var(0)? {
        Some(text) => {
            let list = spell(call, &text, piece);
            call.unify(call.args[1], list);
        }
        None => {
            let text = unspell(call, 1)?;
            call.unify_text(0, &text, kind);
        }
    }
    Ok(())
}

/// `number_codes(Number, Codes)`: from the codes if there are all, else from the number.
fn number_pieces(call: &mut Call<'_>, piece: fn(&mut TermStore, char) -> Term) -> Result<(), Fault> {
    if call.terms.as_number(call.args[0]).is_some() {
        let text = call.text(0)?;
        let list = spell(call, &text, piece);
        call.unify(call.args[1], list);
        return Ok(());
    }
    if !call.args[0].is_var() {
        return Err(call.wrong(0, "a number"));
    }
    let text = unspell(call, 1)?;
    match parse_number(call.terms, &text)? {
        Some(value) => call.unify(call.args[0], value),
        None => return Err(call.wrong(1, "the characters of a number")),
    }
    Ok(())
}

fn char_code(call: &mut Call<'_>) -> Result<(), Fault> {
    if !call.args[0].is_var() {
        let c = one_char(call.terms, call.args[0]).ok_or_else(|| call.wrong(0, "a single character"))?;
        let code = codes(call.terms, c);
        call.unify(call.args[1], code);
        return Ok(());
    }
    let code = u32::try_from(call.int(1)?).ok().and_then(char::from_u32);
    let c = chars(call.terms, code.ok_or_else(|| call.wrong(1, "a character code"))?);
    call.unify(call.args[0], c);
    Ok(())
}

/// The same text in both arguments, as an atom or a string; the first is read if it is bound.
fn same_text(call: &mut Call<'_>, first: Kind, second: Kind) -> Result<(), Fault> {
    match call.text_or_var(0)? {
        Some(text) => call.unify_text(1, &text, second),
        None => {
            let text = call.text(1)?;
            call.unify_text(0, &text, first);
        }
    }
    Ok(())
}

fn made(call: &mut Call<'_>, kind: Kind, change: fn(&str) -> String) -> Result<(), Fault> {
    let text = change(&call.text(0)?);
    call.unify_text(1, &text, kind);
    Ok(())
}

/// `term_to_atom(Term, Atom)`: the term as it is written in programs.
fn term_text(call: &mut Call<'_>, kind: Kind) -> Result<(), Fault> {
    if call.args[0].is_var() {
        return Err(call.wrong(0, "a term").help("text is not turned into terms while a program runs"));
    }
    let text = call.terms.display(call.args[0]).to_string();
    call.unify_text(1, &text, kind);
    Ok(())
}

fn text_length(call: &mut Call<'_>) -> Result<(), Fault> {
    let n = call.terms.int(call.text(0)?.chars().count() as i64);
    call.unify(call.args[1], n);
    Ok(())
}

/// The texts of a list joined with a separator. Terms that are not text are written as in programs.
fn joined(call: &mut Call<'_>, list: usize, separator: &str, out: usize) -> Result<(), Fault> {
    let items = call.list(list)?;
    if let Some(&var) = items.iter().find(|t| t.is_var()) {
        return Err(wrong(call.terms, "each element", var, "bound"));
    }
    let parts: Vec<String> = items.iter().map(|&t| written(call.terms, t)).collect();
    call.unify_text(out, &parts.join(separator), Kind::Atom);
    Ok(())
}

/// Text as it is, any other term as it is written in programs.
pub(super) fn written(terms: &TermStore, term: Term) -> String {
    text_of(terms, term).unwrap_or_else(|| terms.display(term).to_string())
}

/// `atomic_list_concat(Parts, Separator, Text)`: joins, or cuts the text at the separator when the parts are not all known.
fn atomic_list_concat(call: &mut Call<'_>) -> Result<(), Fault> {
    let separator = call.text(1)?;
    let parts = call.any_list(0)?;
    if parts.is_proper() && parts.items.iter().all(|t| !t.is_var()) {
        return joined(call, 0, &separator, 2);
    }
    let Some(text) = call.text_or_var(2)? else {
        return Err(call.wrong(2, "bound, since the parts are not all known"));
    };
    if separator.is_empty() {
        return Err(call.wrong(1, "at least one character, to cut the text at"));
    }
    let cut: Vec<Term> = text.split(&separator).map(|part| call.terms.atom(part)).collect();
    let list = call.terms.list(&cut);
    call.unify(call.args[0], list);
    Ok(())
}

/// `split_string(Text, Separators, Padding, Parts)`: cuts at each separator character and strips padding characters from
/// both ends of the parts.
fn split_string(call: &mut Call<'_>) -> Result<(), Fault> {
    let (text, separators, padding) = (call.text(0)?, call.text(1)?, call.text(2)?);
    let parts: Vec<&str> =
        if separators.is_empty() { vec![&text] } else { text.split(|c| separators.contains(c)).collect() };
    let parts: Vec<Term> =
        parts.into_iter().map(|part| call.terms.string(part.trim_matches(|c| padding.contains(c)))).collect();
    let list = call.terms.list(&parts);
    call.unify(call.args[3], list);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn numbers() {
        check(&[
            ("atom_number('12', N)", "N=12"),
            ("atom_number('-1.5', N)", "N=-1.5"),
            ("atom_number(A, 12)", "A='12'"),
            ("atom_number('12', 13)", ""),
            ("atom_number(abc, N)", ""),
            ("atom_number('1.', N)", ""),
            ("atom_number(nan, N)", ""),
            ("atom_number('', N)", ""),
            ("atom_number('99999999999999999999', N)", "!too large"),
            ("atom_number(A, N)", "!argument 2 must be a number"),
            ("str2int('42', N)", "N=42"),
            ("number_string(N, \"42\")", "N=42"),
            ("number_codes(N, [52,50])", "N=42"),
            ("number_codes(N, [a])", "!the characters of a number"),
            ("number_chars(42, L)", "L=['4','2']"),
        ]);
    }

    #[test]
    fn spelling() {
        check(&[
            ("atom_chars(abc, L)", "L=[a,b,c]"),
            ("atom_chars(A, [a,b])", "A=ab"),
            ("atom_chars(A, ['1','2'])", "A='12'"),
            ("atom_chars(12, L)", "L=['1','2']"),
            ("atom_codes(ab, L)", "L=[97,98]"),
            ("atom_codes(A, [97,b])", "A=ab"),
            ("atom_codes(A, [foo])", "!each element must be a character"),
            ("atom_codes(A, L)", "!argument 2 must be a list with an end"),
            ("string_chars(S, [a,b])", "S=\"ab\""),
            ("string_codes(\"ab\", L)", "L=[97,98]"),
            ("str2lst(\"ab1\", L)", "L=[a,b,'1']"),
            ("lst2str([a,b,1], S)", "S=ab1"),
            ("char_code(a, C)", "C=97"),
            ("char_code(C, 228)", "C=ä"),
            ("char_code(ab, C)", "!a single character"),
            ("char_code(C, -1)", "!a character code"),
        ]);
    }

    #[test]
    fn conversion() {
        check(&[
            ("atom_string(A, \"x y\")", "A='x y'"),
            ("atom_string(a, S)", "S=\"a\""),
            ("atom_string(1, \"1\")", "yes"),
            ("string_to_atom(S, abc)", "S=\"abc\""),
            ("string_to_atom(\"abc\", A)", "A=abc"),
            ("text_to_string(abc, S)", "S=\"abc\""),
            ("upcase_atom('aä', U)", "U='AÄ'"),
            ("downcase_atom('AB', U)", "U=ab"),
            ("string_upper(ab, U)", "U=\"AB\""),
            ("string_lower(\"AB\", U)", "U=\"ab\""),
            ("term_to_atom(f(x,'A'), A)", "A='f(x,\\'A\\')'"),
            ("term_to_atom(T, 'f(x)')", "!argument 1 must be a term"),
            ("term_string(1+2, S)", "S=\"1+2\""),
            ("atom_length(äbc, N)", "N=3"),
            ("string_length(\"\", N)", "N=0"),
            ("atom_length(X, N)", "!argument 1 must be an atom, a string or a number, but it is not bound"),
        ]);
    }

    #[test]
    fn joining_and_cutting() {
        check(&[
            ("concat([\"a\",b,'C',1,f(x)], L)", "L='abC1f(x)'"),
            ("concat([a,X], L)", "!each element must be bound"),
            ("join('-', [a,b,1], L)", "L='a-b-1'"),
            ("atomic_list_concat([a,1,\"s\"], A)", "A=a1s"),
            ("atomic_list_concat([a,b], ', ', A)", "A='a, b'"),
            ("atomic_list_concat(L, ',', 'a,b,,c')", "L=[a,b,'',c]"),
            ("atomic_list_concat([X,b], '-', 'a-b')", "X=a"),
            ("atomic_list_concat(L, '', abc)", "!at least one character"),
            ("atomic_list_concat(L, ',', A)", "!argument 3 must be bound"),
            ("split_string(\"/home//me\", \"/\", \"\", L)", "L=[\"\",\"home\",\"\",\"me\"]"),
            ("split_string(\" a ; b \", \";\", \" \", L)", "L=[\"a\",\"b\"]"),
            ("split_string(\"  a \", \"\", \" \", L)", "L=[\"a\"]"),
        ]);
    }
}
