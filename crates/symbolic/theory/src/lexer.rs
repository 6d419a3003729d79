//! From characters to tokens.
//!
//! The lexical rules are those of ProbLog 2, with ISO Prolog's escapes and number forms. Two things differ from ISO. A run of
//! symbol characters is cut at the longest known operator, so `a:-\+b` and `X=-1` are read as they are meant. And a number
//! may start with its point (`.5`).

use crate::diag::{Code, Diagnostic, Span};
use crate::ops;
use crate::writer::is_symbol_char;

/// What a token is. Its text is what the source has between its ends, except for quoted text, which is in
/// [`Lexer::unescaped`] until the next token is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// An atom of letters and digits, or one of `!` and `;`.
    Name,
    /// An atom of symbol characters.
    Sign,
    /// A quoted atom.
    Quoted,
    /// A double-quoted string.
    Str,
    /// A variable.
    Var,
    Int(i64),
    Float(f64),
    /// `(`, `[` or `{`.
    Open(u8),
    /// `)`, `]` or `}`.
    Close(u8),
    Comma,
    Bar,
    /// The dot at the end of a clause.
    End,
    /// The end of the text.
    Eof,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

pub(crate) struct Lexer<'a> {
    pub text: &'a str,
    bytes: &'a [u8],
    pub at: usize,
    source: u32,
    /// The text of the last quoted atom or string, with its escapes resolved.
    pub unescaped: String,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str, source: u32) -> Lexer<'a> {
        let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        if text[at..].starts_with("#!") {
            at = text.find('\n').unwrap_or(text.len());
        }
        Lexer { text, bytes: text.as_bytes(), at, source, unescaped: String::new() }
    }

    fn byte(&self, at: usize) -> u8 {
        // The zero byte stands for the end of the text; in a text it is a blank.
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn error(&self, start: usize, end: usize, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(Code::Syntax, self.span(start, end), message)
    }

    pub fn span(&self, start: usize, end: usize) -> Span {
        Span { source: self.source, start: start as u32, end: end as u32 }
    }

    /// Whether an opening parenthesis stands directly at this place.
    pub fn opens_at(&self, at: usize) -> bool {
        self.byte(at) == b'('
    }

    /// Whether a digit stands directly at this place.
    pub fn digit_at(&self, at: usize) -> bool {
        self.byte(at).is_ascii_digit()
    }

    /// The next token without taking it. Leaves [`Lexer::unescaped`] alone only if it is not quoted text.
    pub fn peek(&mut self) -> Result<Token, Diagnostic> {
        let at = self.at;
        let token = self.next();
        self.at = at;
        token
    }

    /// Skips blanks and comments.
    fn skip_blanks(&mut self) -> Result<(), Diagnostic> {
        loop {
            match self.byte(self.at) {
                b'%' => self.at = self.text[self.at..].find('\n').map_or(self.text.len(), |i| self.at + i + 1),
                b'/' if self.byte(self.at + 1) == b'*' => {
                    let start = self.at;
                    match self.text[start + 2..].find("*/") {
                        Some(i) => self.at = start + 2 + i + 2,
                        None => {
                            self.at = self.text.len();
                            return Err(self
                                .error(start, start + 2, "this comment is never closed")
                                .help("end it with `*/`"));
                        }
                    }
                }
                b if b <= b' ' => {
                    if self.at >= self.bytes.len() {
                        return Ok(());
                    }
                    self.at += 1;
                }
                b if b >= 128 => {
                    let c = self.text[self.at..].chars().next().expect("a character starts here");
                    if !c.is_whitespace() && c != '\u{feff}' && c != '\u{200b}' {
                        return Ok(());
                    }
                    self.at += c.len_utf8();
                }
                _ => return Ok(()),
            }
        }
    }

    /// Takes the next token. After an error the reader stands behind what it could not read.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Token, Diagnostic> {
        self.skip_blanks()?;
        let start = self.at;
        if start >= self.bytes.len() {
            return Ok(Token { kind: Kind::Eof, start, end: start });
        }
        let b = self.bytes[start];
        let kind = match b {
            b'a'..=b'z' => self.word(Kind::Name),
            b'A'..=b'Z' | b'_' => self.word(Kind::Var),
            b'0'..=b'9' => self.number(start, false)?,
            b'(' | b'[' | b'{' => self.one(Kind::Open(b)),
            b')' | b']' | b'}' => self.one(Kind::Close(b)),
            b',' => self.one(Kind::Comma),
            b'|' => self.one(Kind::Bar),
            b'!' | b';' => self.one(Kind::Name),
            b'\'' => self.quoted(b'\'', Kind::Quoted)?,
            b'"' => self.quoted(b'"', Kind::Str)?,
            b'.' if self.ends_clause(start) => self.one(Kind::End),
            b'.' if self.digit_at(start + 1) => self.number(start, false)?,
            b'`' => {
                self.at += 1;
                return Err(self
                    .error(start, start + 1, "text in backquotes is not supported")
                    .help("write a string \"...\" or an atom '...'"));
            }
            _ if b < 128 => self.sign(),
            _ => {
                let c = self.text[start..].chars().next().expect("a character starts here");
                if c.is_uppercase() {
                    self.word(Kind::Var)
                } else if c.is_alphabetic() {
                    self.word(Kind::Name)
                } else {
                    self.at += c.len_utf8();
                    let error = self.error(start, self.at, format!("unexpected character `{c}`"));
                    return Err(match c {
                        '‘' | '’' => error.help("quoted atoms are written with straight quotes: '...'"),
                        '“' | '”' => error.help("strings are written with straight quotes: \"...\""),
                        '−' | '–' | '—' => error.help("a minus is written `-`"),
                        '¬' => error.help("negation is written `\\+`"),
                        '≤' => error.help("less or equal is written `=<`"),
                        '≥' => error.help("greater or equal is written `>=`"),
                        '≠' => error.help("different is written `\\=`"),
                        '←' => error.help("`if` is written `:-`"),
                        _ => error.help("put it in quotes if it is part of a name"),
                    });
                }
            }
        };
        Ok(Token { kind, start, end: self.at })
    }

    fn one(&mut self, kind: Kind) -> Kind {
        self.at += 1;
        kind
    }

    /// Whether the dot here is followed by a blank, a comment or the end of the text.
    fn ends_clause(&self, at: usize) -> bool {
        let next = self.byte(at + 1);
        next <= b' ' || next == b'%' || (next == b'/' && self.byte(at + 2) == b'*')
    }

    fn word(&mut self, kind: Kind) -> Kind {
        loop {
            match self.byte(self.at) {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => self.at += 1,
                b if b >= 128 => {
                    let c = self.text[self.at..].chars().next().expect("a character starts here");
                    if !c.is_alphanumeric() {
                        return kind;
                    }
                    self.at += c.len_utf8();
                }
                _ => return kind,
            }
        }
    }

    fn sign(&mut self) -> Kind {
        let start = self.at;
        let mut end = start;
        while end < self.bytes.len() && is_symbol_char(char::from(self.bytes[end])) {
            end += 1;
        }
        if end == start {
            // A character of no class at all, such as a control character above the blanks.
            self.at = start + 1;
            return Kind::Sign;
        }
        let run = &self.text[start..end];
        let known = (1..=run.len().min(4)).rev().find(|&n| ops::is_operator(&run[..n]));
        // What people write for an operator of ours stays whole, so that the message can name it.
        let length = match known {
            _ if mistaken_operator(run).is_some() => run.len(),
            Some(n) => n,
            // An unknown sign, up to an operator of two or more characters or the end of the clause.
            None => (1..run.len())
                .find(|&i| {
                    (2..=4).any(|n| run.get(i..i + n).is_some_and(ops::is_operator))
                        || (&run[i..] == "." && self.ends_clause(end - 1))
                })
                .unwrap_or(run.len()),
        };
        self.at = start + length;
        Kind::Sign
    }

    /// A number; `negative` when the minus directly before it belongs to it.
    pub fn number(&mut self, start: usize, negative: bool) -> Result<Kind, Diagnostic> {
        self.at = if negative { start + 1 } else { start };
        let sign = if negative { -1 } else { 1 };
        if self.byte(self.at) == b'0' {
            match self.byte(self.at + 1) {
                b'\'' => {
                    if let Some(code) = self.character_code() {
                        return Ok(Kind::Int(sign * code));
                    }
                }
                b @ (b'x' | b'o' | b'b') => {
                    let radix = if b == b'x' { 16 } else { (b == b'o') as u32 * 6 + 2 };
                    if char::from(self.byte(self.at + 2)).is_digit(radix) {
                        self.at += 2;
                        let digits = self.digits(radix);
                        return self.integer(start, &digits, radix, sign);
                    }
                }
                _ => {}
            }
        }
        let whole = self.at;
        // The short way for what nearly all numbers are.
        let mut value: i64 = 0;
        while self.digit_at(self.at) && self.at - whole < 18 {
            value = value * 10 + i64::from(self.bytes[self.at] - b'0');
            self.at += 1;
        }
        let next = self.byte(self.at);
        let plain = !next.is_ascii_digit() && !matches!(next, b'.' | b'_' | b'e' | b'E');
        if plain && self.at > whole {
            return Ok(Kind::Int(sign * value));
        }
        self.at = whole;
        let mut digits = self.digits(10);
        let mut float = false;
        if self.byte(self.at) == b'.' && self.digit_at(self.at + 1) {
            float = true;
            self.at += 1;
            digits.push('.');
            digits.push_str(&self.digits(10));
            if self.text[self.at..].starts_with("Inf") {
                self.at += 3;
                return Ok(Kind::Float(f64::from(sign as i32) * f64::INFINITY));
            }
        }
        if matches!(self.byte(self.at), b'e' | b'E') {
            let signed = matches!(self.byte(self.at + 1), b'+' | b'-') as usize;
            if self.digit_at(self.at + 1 + signed) {
                float = true;
                digits.push_str(&self.text[self.at..self.at + 1 + signed]);
                self.at += 1 + signed;
                digits.push_str(&self.digits(10));
            }
        }
        if !float {
            return self.integer(start, &digits, 10, sign);
        }
        match digits.parse::<f64>() {
            Ok(v) if v.is_finite() => Ok(Kind::Float(f64::from(sign as i32) * v)),
            _ => Err(self.error(start, self.at, "this number is too large for a 64-bit float")),
        }
    }

    /// Digits, with single underscores between them left out.
    fn digits(&mut self, radix: u32) -> String {
        let mut digits = String::new();
        loop {
            let c = char::from(self.byte(self.at));
            if c.is_digit(radix) {
                digits.push(c);
            } else if c != '_' || digits.is_empty() || !char::from(self.byte(self.at + 1)).is_digit(radix) {
                return digits;
            }
            self.at += 1;
        }
    }

    fn integer(&self, start: usize, digits: &str, radix: u32, sign: i64) -> Result<Kind, Diagnostic> {
        let value = i128::from_str_radix(digits, radix).ok().and_then(|v| i64::try_from(v * i128::from(sign)).ok());
        value.map(Kind::Int).ok_or_else(|| {
            self.error(start, self.at, "this integer does not fit in 64 bits")
                .help(format!("write it as a float, {digits}.0, if it need not be exact"))
        })
    }

    /// `0'c`: the code of a character. `None` if no character follows.
    fn character_code(&mut self) -> Option<i64> {
        let at = self.at + 2;
        let c = self.text.get(at..)?.chars().next()?;
        if c == '\\' {
            let (c, end) = self.escape(at)?;
            self.at = end;
            return c.map(|c| i64::from(c as u32));
        }
        if c == '\'' {
            // `0''` and `0'''` both mean the quote.
            self.at = at + 1 + (self.byte(at + 1) == b'\'') as usize;
            return Some(i64::from(b'\''));
        }
        self.at = at + c.len_utf8();
        Some(i64::from(c as u32))
    }

    fn quoted(&mut self, quote: u8, kind: Kind) -> Result<Kind, Diagnostic> {
        let start = self.at;
        let mut at = start + 1;
        self.unescaped.clear();
        loop {
            let from = at;
            while at < self.bytes.len() && self.bytes[at] != quote && self.bytes[at] != b'\\' {
                at += 1;
            }
            self.unescaped.push_str(&self.text[from..at]);
            if at >= self.bytes.len() {
                // Go on reading at the next line: the rest of the file is hardly all text.
                self.at = self.text[start..].find('\n').map_or(self.text.len(), |i| start + i);
                let what = if quote == b'"' { "string" } else { "quoted atom" };
                let q = char::from(quote);
                return Err(self
                    .error(start, start + 1, format!("this {what} is never closed"))
                    .help(format!("end it with `{q}`; inside it, write `\\{q}` for the quote itself")));
            }
            if self.bytes[at] == quote {
                if self.byte(at + 1) != quote {
                    self.at = at + 1;
                    return Ok(kind);
                }
                self.unescaped.push(char::from(quote));
                at += 2;
            } else if let Some((c, end)) = self.escape(at) {
                self.unescaped.extend(c);
                at = end;
            } else {
                // Not an escape: ProbLog keeps the backslash.
                self.unescaped.push('\\');
                at += 1;
            }
        }
    }

    /// The escape sequence that starts at a backslash: its character (none for a line continuation) and its end.
    fn escape(&self, at: usize) -> Option<(Option<char>, usize)> {
        let c = self.text[at + 1..].chars().next()?;
        let plain = match c {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            's' => ' ',
            'e' => '\u{1b}',
            '\\' | '\'' | '"' | '`' => c,
            '\n' => return Some((None, at + 2)),
            'x' => return self.code(at + 2, 16, true),
            '0'..='7' => return self.code(at + 1, 8, true),
            'u' => return self.code_of_length(at + 2, 4),
            'U' => return self.code_of_length(at + 2, 8),
            _ => return None,
        };
        Some((Some(plain), at + 2))
    }

    fn code(&self, start: usize, radix: u32, closed: bool) -> Option<(Option<char>, usize)> {
        let mut end = start;
        while char::from(self.byte(end)).is_digit(radix) {
            end += 1;
        }
        let c = char::from_u32(u32::from_str_radix(self.text.get(start..end)?, radix).ok()?)?;
        Some((Some(c), end + (closed && self.byte(end) == b'\\') as usize))
    }

    fn code_of_length(&self, start: usize, length: usize) -> Option<(Option<char>, usize)> {
        let digits = self.text.get(start..start + length).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let c = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
        Some((Some(c), start + length))
    }
}

/// What the language writes for an operator of other languages.
pub(crate) fn mistaken_operator(sign: &str) -> Option<&'static str> {
    Some(match sign {
        "<=" => "less or equal is written `=<`",
        "<>" | "=/=" | "=!=" | "~=" => "different is written `\\=`, or `=\\=` for numbers",
        "===" => "identical is written `==`, equal in value `=:=`",
        "&&" | "&" => "`and` is written `,`",
        "<->" | "<=>" => "equivalence must be written as two rules",
        "+=" | "-=" | "++" | ":=" => "there is no assignment; `New is Old + 1` computes a new value",
        _ => return None,
    })
}
