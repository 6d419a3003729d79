//! Printing: `write/1`, `writeln/1`, `format/2`, and `error/1`.
//!
//! What is printed goes to [`Call::output`](super::Call::output): a goal runs as often as inference needs it, not once per
//! world, so the text helps to watch a program but is no part of its answers. As in ProbLog `write/2` to `write/9` print their
//! arguments with blanks between them; a text is printed without quotes, inside a term it keeps them.

use super::text::written;
use super::{Builtin, Call, Fault, arith::eval};
use crate::diag::Code;
use crate::term::Term;

macro_rules! arities {
    ($($name:literal: $($arity:literal)*, $run:expr;)*) => {
        &[$($(Builtin::new($name, $arity, $run),)*)*]
    };
}

pub(super) const TABLE: &[Builtin] = arities! {
    "nl": 0, |c| print(c, "", "\n");
    "write": 1 2 3 4 5 6 7 8 9, |c| print(c, " ", "");
    "print": 1, |c| print(c, " ", "");
    "writeq": 1, write_quoted;
    "write_canonical": 1, write_quoted;
    "writeln": 1 2 3 4 5 6 7 8 9, |c| print(c, " ", "\n");
    "writenl": 1 2 3 4 5 6 7 8 9, |c| print(c, " ", "\n");
    "debugprint": 1 2 3 4 5 6 7 8 9, |c| print(c, " ", "\n");
    "tab": 1, tab;
    "format": 1 2, format;
    "error": 1 2 3 4 5 6 7 8 9, error;
};

fn all(call: &Call<'_>, separator: &str) -> String {
    let parts: Vec<String> = call.args.iter().map(|&t| written(call.terms, t)).collect();
    parts.join(separator)
}

fn print(call: &mut Call<'_>, separator: &str, end: &str) -> Result<(), Fault> {
    let text = all(call, separator);
    call.output.push_str(&text);
    call.output.push_str(end);
    call.succeed();
    Ok(())
}

fn write_quoted(call: &mut Call<'_>) -> Result<(), Fault> {
    let text = call.terms.display(call.args[0]).to_string();
    call.output.push_str(&text);
    call.succeed();
    Ok(())
}

/// `tab(N)`: `N` blanks; `N` is an expression.
fn tab(call: &mut Call<'_>) -> Result<(), Fault> {
    let n = eval(call.terms, call.args[0])?.to_f64();
    let blanks = if n > 0.0 { n.min(1000.0) as usize } else { 0 };
    call.output.extend(std::iter::repeat_n(' ', blanks));
    call.succeed();
    Ok(())
}

/// `error(Parts...)`: stops with this message.
fn error(call: &mut Call<'_>) -> Result<(), Fault> {
    Err(Fault::new(Code::Program, all(call, "")))
}

/// `format(Text, Arguments)`: `~w ~p` write, `~q` write quoted, `~a` text, `~d` integer, `~Nf ~Ne ~Ng` float, `~s` a list of
/// characters, `~n` new line, `~i` skip, `~~` a tilde.
fn format(call: &mut Call<'_>) -> Result<(), Fault> {
    let pattern = call.text(0)?;
    let mut left: std::collections::VecDeque<Term> = match call.args.get(1) {
        None => [].into(),
        Some(&args) => call.terms.as_list(args).unwrap_or_else(|| vec![args]).into(),
    };
    let (mut chars, mut out) = (pattern.chars(), String::new());
    while let Some(c) = chars.next() {
        if c != '~' {
            out.push(c);
            continue;
        }
        let (mut digits, mut directive) = (String::new(), chars.next());
        while let Some(d) = directive.filter(char::is_ascii_digit) {
            digits.push(d);
            directive = chars.next();
        }
        let count = digits.parse::<usize>().ok().map(|n| n.min(100));
        let bad = |what: String| Fault::new(Code::Argument, what);
        match directive {
            Some('~') => out.push('~'),
            Some('n') => out.extend(std::iter::repeat_n('\n', count.unwrap_or(1))),
            Some(d @ ('w' | 'p' | 'q' | 'a' | 'd' | 'f' | 'e' | 'g' | 's' | 'i')) => {
                let arg = left.pop_front().ok_or_else(|| bad(format!("there is no argument for `~{d}`")))?;
                out += &directed(call, d, count, arg)?;
            }
            Some(d) => {
                return Err(bad(format!("`~{d}` is not a format directive"))
                    .help("known are ~w ~p ~q ~a ~d ~f ~e ~g ~s ~n ~i ~~"));
            }
            None => return Err(bad("the format ends in `~`".to_owned())),
        }
    }
    if !left.is_empty() {
        return Err(Fault::new(Code::Argument, format!("{} arguments too many for the format", left.len())));
    }
    call.output += &out;
    call.succeed();
    Ok(())
}

/// One argument as its directive wants it.
fn directed(call: &Call<'_>, directive: char, count: Option<usize>, arg: Term) -> Result<String, Fault> {
    Ok(match directive {
        'i' => String::new(),
        'q' => call.terms.display(arg).to_string(),
        'd' => match call.terms.as_int(arg) {
            Some(v) => v.to_string(),
            None => return Err(super::args::wrong(call.terms, "the argument of `~d`", arg, "an integer")),
        },
        'f' => format!("{:.*}", count.unwrap_or(6), eval(call.terms, arg)?.to_f64()),
        'e' => format!("{:.*e}", count.unwrap_or(6), eval(call.terms, arg)?.to_f64()),
        'g' => eval(call.terms, arg)?.to_string(),
        's' => match call.terms.as_list(arg) {
            Some(items) => items.iter().map(|&t| character(call, t)).collect(),
            None => written(call.terms, arg),
        },
        _ => written(call.terms, arg),
    })
}

/// The character of a code; other terms as they are written.
fn character(call: &Call<'_>, term: Term) -> String {
    let code = call.terms.as_int(term).and_then(|v| char::from_u32(u32::try_from(v).ok()?));
    code.map_or_else(|| written(call.terms, term), String::from)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, printed};

    #[test]
    fn printing() {
        for (goal, text) in [
            ("nl", "\n"),
            ("write('A b')", "A b"),
            ("write(f('A b'))", "f('A b')"),
            ("write(a, 1, \"s\")", "a 1 s"),
            ("writeln(x)", "x\n"),
            ("writenl(x, y)", "x y\n"),
            ("writeq('A b')", "'A b'"),
            ("tab(1+2)", "   "),
            ("format(\"a~n\")", "a\n"),
            ("format('~w and ~q~n', ['A b', 'A b'])", "A b and 'A b'\n"),
            ("format('~a~~~d', [x, 3])", "x~3"),
            ("format('~2f ~e ~g', [1/3, 12.5, 2])", "0.33 1.250000e1 2"),
            ("format('~s~i', [[104,105], x])", "hi"),
            ("format('~w', x)", "x"),
        ] {
            assert_eq!(printed(goal), text, "{goal}");
        }
    }

    #[test]
    fn errors() {
        check(&[
            ("error('no ', 1)", "!error/2: no 1"),
            ("format('~w', [])", "!there is no argument for `~w`"),
            ("format('x', [a])", "!1 arguments too many"),
            ("format('~z', [a])", "!`~z` is not a format directive"),
            ("format('~', [])", "!ends in `~`"),
            ("format('~d', [a])", "!must be an integer"),
        ]);
    }
}
