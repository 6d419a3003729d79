//! Text to formulas: numbers, names, `+ - * / ^`, parentheses, functions. What cannot be read is pointed at.

use crate::error::{Error, Result};
use crate::expr::Expr;
use crate::function::Function;
use crate::rational::Rational;
use std::ops::Range;

/// Deeper nesting than this is no formula that anybody wrote, and would use up the stack.
const DEEPEST: usize = 150;

impl Expr {
    /// Reads a formula.
    ///
    /// `-x^2` is `-(x^2)`, `a^b^c` is `a^(b^c)`, `**` is `^`. Names are variables but for `pi`, `e` and the functions of
    /// [`Function::ALL`] and `sqrt`. `3` is exact, `3.0` is measured.
    ///
    /// ```
    /// use symbolon_formula::Expr;
    /// assert_eq!(Expr::parse("2 * x / (1 - y) ** 2")?.to_string(), "2*x/(1 - y)^2");
    /// let error = Expr::parse("1 + sinn(x)").unwrap_err().to_string();
    /// assert_eq!(error, "`sinn` is no function\n  1 + sinn(x)\n      ^^^^\ndid you mean `sin`?");
    /// # Ok::<(), symbolon_formula::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Parse`] with the place and what to write instead.
    pub fn parse(text: &str) -> Result<Expr> {
        let mut parser = Parser { text, tokens: tokens(text)?, at: 0, depth: 0 };
        let e = parser.binary(0)?;
        match parser.peek() {
            None => Ok(e),
            Some((token, at)) => {
                let help = match token {
                    Token::Close => "it closes nothing",
                    _ => "put an operator before it: products are written with `*`",
                };
                Err(parser.bad(
                    at,
                    format!("`{}` is not expected here", &text[parser.tokens[parser.at].1.clone()]),
                    help,
                ))
            }
        }
    }
}

impl std::str::FromStr for Expr {
    type Err = Error;
    fn from_str(text: &str) -> Result<Expr> {
        Expr::parse(text)
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Exact(i64),
    Real(f64),
    Name(String),
    Operator(char),
    Open,
    Close,
}

fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>> {
    let bytes = text.as_bytes();
    let bad = |at: Range<usize>, problem: String, help: &str| {
        Err(Error::Parse { text: text.to_owned(), at, problem, help: help.to_owned() })
    };
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let start = at;
        let digits = |mut i: usize| {
            while bytes.get(i).is_some_and(u8::is_ascii_digit) {
                i += 1;
            }
            i
        };
        let token = match c {
            _ if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '*' if bytes.get(at + 1) == Some(&b'*') => {
                at += 2;
                Token::Operator('^')
            }
            '+' | '-' | '*' | '/' | '^' => {
                at += 1;
                Token::Operator(c)
            }
            '(' | ')' => {
                at += 1;
                if c == '(' { Token::Open } else { Token::Close }
            }
            '0'..='9' | '.' => {
                at = digits(at);
                let mut whole = true;
                if bytes.get(at) == Some(&b'.') {
                    (at, whole) = (digits(at + 1), false);
                }
                let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
                if matches!(bytes.get(at), Some(b'e' | b'E')) && digits(at + 1 + sign) > at + 1 + sign {
                    (at, whole) = (digits(at + 1 + sign), false);
                }
                let written = &text[start..at];
                match (written.parse::<i64>(), written.parse::<f64>()) {
                    (Ok(n), _) if whole => Token::Exact(n),
                    (_, Ok(x)) if x.is_finite() => Token::Real(x),
                    (_, Ok(_)) => {
                        return bad(start..at, format!("{written} is too large"), "the largest number is 1.8e308");
                    }
                    _ => return bad(start..at, format!("`{written}` is no number"), "write `0.5`"),
                }
            }
            _ if c.is_alphabetic() || c == '_' => {
                let end = text[at..].find(|c: char| !(c.is_alphanumeric() || c == '_'));
                at = end.map_or(text.len(), |n| at + n);
                Token::Name(text[start..at].to_owned())
            }
            other => {
                let help = "a formula is made of numbers, names, `+ - * / ^` and parentheses";
                return bad(at..at + other.len_utf8(), format!("`{other}` means nothing in a formula"), help);
            }
        };
        all.push((token, start..at));
    }
    Ok(all)
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    depth: usize,
}

/// How tightly things bind, and from which side.
const SUM: u8 = 1;
const PRODUCT: u8 = 2;
const SIGN: u8 = 3;
const POWER: u8 = 4;

impl Parser<'_> {
    fn peek(&self) -> Option<(Token, Range<usize>)> {
        self.tokens.get(self.at).cloned()
    }
    fn bad(&self, at: Range<usize>, problem: String, help: &str) -> Error {
        Error::Parse { text: self.text.to_owned(), at, problem, help: help.to_owned() }
    }
    fn end(&self) -> Range<usize> {
        let end = self.text.trim_end().len();
        end..end
    }
    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth == DEEPEST {
            let at = self.peek().map_or(self.end(), |(_, at)| at);
            return Err(self.bad(at, format!("more than {DEEPEST} levels of nesting"), "write the formula in parts"));
        }
        self.depth += 1;
        let out = f(self);
        self.depth -= 1;
        out
    }
    /// Operators that bind at least as tightly as `least`.
    fn binary(&mut self, least: u8) -> Result<Expr> {
        let mut left = self.deeper(Self::unary)?;
        while let Some((Token::Operator(op), _)) = self.peek() {
            let binds = match op {
                '+' | '-' => SUM,
                '*' | '/' => PRODUCT,
                _ => POWER,
            };
            if binds < least {
                break;
            }
            self.at += 1;
            // Powers group to the right, and their exponent may have a sign; all others group to the left.
            let right = if op == '^' { POWER } else { binds + 1 };
            let right = self.deeper(|p| p.binary(right))?;
            left = match op {
                '+' => left + right,
                '-' => left - right,
                '*' => left * right,
                '/' => left / right,
                _ => left.power(right),
            };
        }
        Ok(left)
    }
    fn unary(&mut self) -> Result<Expr> {
        match self.peek() {
            Some((Token::Operator(sign @ ('+' | '-')), _)) => {
                self.at += 1;
                let inner = self.deeper(|p| p.binary(SIGN))?;
                Ok(if sign == '-' { -inner } else { inner })
            }
            _ => self.atom(),
        }
    }
    fn atom(&mut self) -> Result<Expr> {
        let Some((token, at)) = self.peek() else {
            return Err(self.bad(
                self.end(),
                "the formula ends too early".into(),
                "a number, a name or `(` is missing",
            ));
        };
        self.at += 1;
        match token {
            Token::Exact(n) => Ok(Expr::Exact(Rational::whole(n))),
            Token::Real(x) => Ok(Expr::real(x)),
            Token::Open => self.closed(at),
            Token::Name(name) => match self.peek() {
                Some((Token::Open, open)) => {
                    self.at += 1;
                    let function = Function::named(&name);
                    if function.is_none() && name != "sqrt" {
                        return Err(self.unknown(&name, at));
                    }
                    let x = self.closed(open)?;
                    Ok(function.map_or_else(|| x.clone().sqrt(), |f| Expr::apply(f, x.clone())))
                }
                _ if name == "pi" => Ok(Expr::Pi),
                _ if name == "e" => Ok(Expr::apply(Function::Exp, Expr::whole(1))),
                _ if name == "sqrt" || Function::named(&name).is_some() => {
                    Err(self.bad(at, format!("`{name}` has no argument"), &format!("write `{name}(x)`")))
                }
                _ => Ok(Expr::variable(&name)),
            },
            Token::Close => Err(self.bad(at, "nothing stands before `)`".into(), "a number or a name is missing")),
            Token::Operator(c) => {
                Err(self.bad(at, format!("nothing stands before `{c}`"), "a number or a name is missing"))
            }
        }
    }
    /// What stands in parentheses that were opened at `open`.
    fn closed(&mut self, open: Range<usize>) -> Result<Expr> {
        let inner = self.binary(0)?;
        match self.peek() {
            Some((Token::Close, _)) => {
                self.at += 1;
                Ok(inner)
            }
            Some((_, at)) => {
                let what = self.text[at.clone()].to_owned();
                Err(self.bad(
                    at,
                    format!("`{what}` is not expected here"),
                    "put an operator before it, or close with `)`",
                ))
            }
            None => Err(self.bad(open, "this is never closed".into(), "add `)`")),
        }
    }
    fn unknown(&self, name: &str, at: Range<usize>) -> Error {
        let names = Function::ALL.iter().map(|f| f.name()).chain(["sqrt"]);
        // Of names that are equally near the one that was only continued.
        let key = |n: &'static str| (strsim::damerau_levenshtein(name, n), !name.starts_with(n), n);
        let near = names.map(key).min();
        let help = match near {
            Some((distance, _, near)) if distance <= 2 => format!("did you mean `{near}`?"),
            _ => {
                let all: Vec<&str> = Function::ALL.iter().map(|f| f.name()).collect();
                format!("functions are sqrt, {}; a product is written `{name}*(..)`", all.join(", "))
            }
        };
        self.bad(at, format!("`{name}` is no function"), &help)
    }
}
