//! From tokens to syntax trees: an operator-precedence parser with a stack of its own.
//!
//! Text may be nested as deeply as memory allows, because nothing here recurses: operators that wait for their right
//! argument and brackets that wait to be closed are frames on an explicit stack, finished subtrees stand in postfix order in
//! the [`Forest`]. After a syntax error reading goes on at the next clause, so one run reports all errors of a file.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::diag::{Code, Diagnostic};
use crate::heads::AGGREGATE;
use crate::lexer::{Kind as Tok, Lexer, Token, mistaken_operator};
use crate::ops::{self, Fixity};
use crate::term::{Symbol, Term, TermStore, sym};
use crate::tree::{Forest, Kind, Tree, Var};

/// What waits on the stack.
enum Frame {
    Prefix {
        name: Symbol,
        priority: u32,
        right: u32,
        start: usize,
    },
    Infix {
        name: Symbol,
        priority: u32,
        right: u32,
        start: usize,
    },
    /// `(`, by its place.
    Paren(usize),
    /// `{`.
    Curly(usize),
    /// `name(`: the place of the name and of the parenthesis, and how many arguments are finished.
    Args {
        name: Symbol,
        start: usize,
        open: usize,
        count: u32,
    },
    /// `[`: how many elements are finished, and whether the bar was seen.
    List {
        open: usize,
        count: u32,
        barred: bool,
    },
}

/// A variable name: where the forest has it, and its number in the clause that used it last.
struct Slot {
    name: u32,
    clause: u32,
    number: u32,
}

/// Words that may stand as prefix operators directly behind `:-`.
const DIRECTIVES: &[&str] = &["dynamic", "discontiguous", "table", "multifile", "initialization"];

pub(crate) struct Parser<'a> {
    lexer: Lexer<'a>,
    source: u32,
    stack: Vec<Frame>,
    /// Priority of the operand that was finished last.
    left: u32,
    /// Where the last token taken ends.
    last_end: usize,
    /// Whether the last token taken ended a clause or the text.
    ended: bool,
    /// Places of the brackets in `stack`.
    brackets: Vec<usize>,
    /// Variable names of this text, as indexes into `slots`.
    names: FxHashMap<&'a str, usize>,
    slots: Vec<Slot>,
    clause: u32,
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a str, source: u32) -> Parser<'a> {
        Parser {
            lexer: Lexer::new(text, source),
            source,
            stack: Vec::new(),
            left: 0,
            last_end: 0,
            ended: false,
            brackets: Vec::new(),
            names: FxHashMap::default(),
            slots: Vec::new(),
            clause: 0,
        }
    }

    /// Starts at another byte of the text.
    pub fn seek(&mut self, at: usize) {
        self.lexer.at = at;
    }

    /// The byte after what was read.
    pub fn position(&self) -> usize {
        self.lexer.at
    }

    /// Reads the next clause into the forest; `None` at the end of the text. `dot`: whether it must end with a dot.
    pub fn clause(
        &mut self,
        terms: &mut TermStore,
        forest: &mut Forest,
        dot: bool,
    ) -> Option<Result<Tree, Diagnostic>> {
        let (first_node, first_var) = (forest.nodes.len(), forest.vars.len());
        self.clause += 1;
        self.stack.clear();
        self.brackets.clear();
        self.ended = false;
        let result = self.read(terms, forest, first_var, dot);
        match result {
            Ok(None) => None,
            Ok(Some(tree)) => Some(Ok(tree)),
            Err(error) => {
                forest.nodes.truncate(first_node);
                forest.vars.truncate(first_var);
                if !self.ended {
                    self.recover();
                }
                Some(Err(*error))
            }
        }
    }

    fn read(
        &mut self,
        terms: &mut TermStore,
        forest: &mut Forest,
        first_var: usize,
        dot: bool,
    ) -> Result<Option<Tree>, Box<Diagnostic>> {
        let start = match self.lexer.peek()? {
            Token { kind: Tok::Eof, .. } => return Ok(None),
            Token { kind: Tok::End, start, end } => {
                self.take()?;
                return Err(self.error(start, end, "there is nothing before this `.`").into());
            }
            token => token.start,
        };
        self.last_end = start;
        loop {
            self.operand(terms, forest, first_var)?;
            if self.operators(terms, forest, dot)? {
                break;
            }
        }
        let root = forest.nodes.len() - 1;
        let span = self.lexer.span(start, self.last_end);
        let var_count = (forest.vars.len() - first_var) as u32;
        Ok(Some(Tree { source: self.source, root, first_var, var_count, span }))
    }

    /// Skips what is left of a clause after an error: up to its dot, or up to a line that starts at the left margin where
    /// the dot seems to be missing.
    fn recover(&mut self) {
        loop {
            match self.lexer.next() {
                Ok(Token { kind: Tok::End | Tok::Eof, .. }) => return,
                Ok(token) if token.start > self.last_end && self.starts_clause(token) => {
                    self.lexer.at = token.start;
                    return;
                }
                _ => {}
            }
        }
    }

    /// Whether a token looks like the start of a clause: an atom, a number or `:-` at the left margin.
    fn starts_clause(&self, token: Token) -> bool {
        let margin = token.start == 0 || self.lexer.text.as_bytes()[token.start - 1] == b'\n';
        let first = matches!(token.kind, Tok::Name | Tok::Quoted | Tok::Int(_) | Tok::Float(_))
            || &self.lexer.text[token.start..token.end] == ":-";
        margin && first && self.lexer.text.as_bytes()[token.start] != b';'
    }

    fn text(&self, token: Token) -> &'a str {
        &self.lexer.text[token.start..token.end]
    }

    fn error(&self, start: usize, end: usize, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(Code::Syntax, self.lexer.span(start, end), message)
    }

    fn take(&mut self) -> Result<Token, Box<Diagnostic>> {
        let token = self.lexer.next()?;
        self.last_end = token.end;
        self.ended = matches!(token.kind, Tok::End | Tok::Eof);
        Ok(token)
    }

    fn push(&mut self, frame: Frame) {
        if !matches!(frame, Frame::Prefix { .. } | Frame::Infix { .. }) {
            self.brackets.push(self.stack.len());
        }
        self.stack.push(frame);
    }

    fn pop(&mut self) -> Option<Frame> {
        let frame = self.stack.pop();
        if self.brackets.last() == Some(&self.stack.len()) {
            self.brackets.pop();
        }
        frame
    }

    /// The innermost open bracket.
    fn innermost(&self) -> Option<&Frame> {
        self.brackets.last().map(|&i| &self.stack[i])
    }

    /// Reads up to and including one operand without arguments of its own: prefix operators and opening brackets before it
    /// become frames.
    fn operand(&mut self, terms: &mut TermStore, forest: &mut Forest, first_var: usize) -> Result<(), Box<Diagnostic>> {
        loop {
            let before = self.last_end;
            let token = self.take()?;
            let (mut start, end) = (token.start, token.end);
            let leaf = match token.kind {
                Tok::Int(v) => terms.int(v),
                Tok::Float(v) => terms.float(v),
                Tok::Str => terms.string(&self.lexer.unescaped),
                Tok::Var => {
                    if self.lexer.opens_at(end) {
                        let help = format!("to call what a variable stands for, write call({}, ...)", self.text(token));
                        return Err(Box::new(
                            self.error(start, end, "a variable cannot be the name of a predicate or functor")
                                .help(help),
                        ));
                    }
                    self.variable(forest, first_var, token)
                }
                Tok::Open(b'(') => {
                    self.push(Frame::Paren(start));
                    continue;
                }
                Tok::Open(b'[') => {
                    self.push(Frame::List { open: start, count: 0, barred: false });
                    continue;
                }
                Tok::Open(_) => {
                    self.push(Frame::Curly(start));
                    continue;
                }
                // `[]` and `{}`: the bracket was opened by the token before.
                Tok::Close(bracket @ (b']' | b'}')) if self.just_opened(bracket, before) => {
                    start = before - 1;
                    self.pop();
                    Term::atom(if bracket == b']' { sym::NIL } else { sym::CURLY })
                }
                Tok::Quoted => {
                    let name = terms.symbol(&self.lexer.unescaped);
                    if self.opened(token, name)? {
                        continue;
                    }
                    Term::atom(name)
                }
                Tok::Name | Tok::Sign => {
                    let text = self.text(token);
                    let name = terms.symbol(text);
                    if self.opened(token, name)? {
                        continue;
                    }
                    if text == "-" && self.lexer.digit_at(end) {
                        let Tok::Int(v) = self.negative(terms, forest, start)? else { return Ok(()) };
                        terms.int(v)
                    } else if self.prefix(token, name)? {
                        continue;
                    } else if let Some(variable) = self.aggregate(token)? {
                        let variable = self.variable(forest, first_var, variable);
                        let function = terms.symbol(AGGREGATE);
                        for leaf in [Term::atom(name), variable] {
                            forest.push(Kind::Term(leaf), 0, start as u32, self.last_end as u32);
                        }
                        forest.push(Kind::Compound(function, 2), 2, start as u32, self.last_end as u32);
                        self.left = 0;
                        return Ok(());
                    } else {
                        Term::atom(name)
                    }
                }
                Tok::Close(_) | Tok::Comma | Tok::Bar | Tok::End | Tok::Eof => {
                    return Err(self.missing_operand(token, before).into());
                }
            };
            forest.push(Kind::Term(leaf), 0, start as u32, self.last_end as u32);
            self.left = 0;
            return Ok(());
        }
    }

    /// A number with its minus. Floats are pushed here, integers returned.
    fn negative(&mut self, terms: &mut TermStore, forest: &mut Forest, start: usize) -> Result<Tok, Box<Diagnostic>> {
        let number = self.lexer.number(start, true)?;
        self.last_end = self.lexer.at;
        if let Tok::Float(v) = number {
            let term = terms.float(v);
            forest.push(Kind::Term(term), 0, start as u32, self.last_end as u32);
            self.left = 0;
        }
        Ok(number)
    }

    /// Takes the parenthesis directly behind a name, if there is one.
    fn opened(&mut self, token: Token, name: Symbol) -> Result<bool, Box<Diagnostic>> {
        if !self.lexer.opens_at(token.end) {
            return Ok(false);
        }
        let open = self.take()?;
        self.push(Frame::Args { name, start: token.start, open: open.start, count: 0 });
        Ok(true)
    }

    /// Takes the `<X>` of an argument `sum<X>`, if it follows directly: its variable.
    fn aggregate(&mut self, name: Token) -> Result<Option<Token>, Box<Diagnostic>> {
        let follows = self.lexer.text.as_bytes().get(name.end) == Some(&b'<')
            && matches!(self.stack.last(), Some(Frame::Args { .. }));
        if !follows {
            return Ok(None);
        }
        let tokens = [self.lexer.next()?, self.lexer.next()?, self.lexer.next()?];
        if tokens[1].kind == Tok::Var && self.text(tokens[0]) == "<" && self.text(tokens[2]) == ">" {
            self.last_end = tokens[2].end;
            return Ok(Some(tokens[1]));
        }
        // A comparison like any other.
        self.lexer.at = name.end;
        Ok(None)
    }

    fn just_opened(&self, bracket: u8, before: usize) -> bool {
        match self.stack.last() {
            Some(&Frame::List { open, count: 0, barred: false }) => bracket == b']' && open + 1 == before,
            Some(&Frame::Curly(open)) => bracket == b'}' && open + 1 == before,
            _ => false,
        }
    }

    /// Decides whether an atom in the place of an operand is a prefix operator; pushes its frame if so.
    fn prefix(&mut self, token: Token, name: Symbol) -> Result<bool, Box<Diagnostic>> {
        let text = self.text(token);
        let operator = match ops::prefix(text) {
            // Only at the start of a clause or behind an opening bracket.
            Some((1200, _)) if matches!(self.stack.last(), Some(Frame::Prefix { .. } | Frame::Infix { .. })) => None,
            None if self.after_neck() && DIRECTIVES.contains(&text) => Some((1150, Fixity::None)),
            found => found,
        };
        let infix = ops::infix(text).is_some();
        if operator.is_none() && !infix {
            return Ok(false);
        }
        // An operator that has nothing to apply to is an atom: `[+, -]`, `X = (-)`.
        let next = self.lexer.peek()?;
        let alone = match next.kind {
            Tok::Close(_) | Tok::Comma | Tok::Bar | Tok::End | Tok::Eof => true,
            Tok::Name | Tok::Sign if operator.is_some() => {
                let after = self.text(next);
                let sign = ops::prefix(after).is_some() && ops::prefix(text).is_some();
                ops::infix(after).is_some() && !sign && !self.lexer.opens_at(next.end)
            }
            _ => false,
        };
        match operator {
            _ if alone => Ok(false),
            Some((priority, fixity)) => {
                let right = if fixity == Fixity::Right { priority } else { priority - 1 };
                self.push(Frame::Prefix { name, priority, right, start: token.start });
                Ok(true)
            }
            None => Err(self.misplaced_infix(token).into()),
        }
    }

    fn after_neck(&self) -> bool {
        matches!(self.stack[..], [Frame::Prefix { name: sym::NECK, .. }])
    }

    fn misplaced_infix(&self, token: Token) -> Diagnostic {
        let text = self.text(token);
        let error = self.error(token.start, token.end, format!("`{text}` has nothing on its left"));
        match text {
            "=" if self.lexer.text[..token.start].ends_with('!') => error.help("different is written `\\=`"),
            ":-" | "<-" => error.help("is the `.` at the end of the clause before it missing?"),
            _ => error.help(format!("write it between two terms; as an atom it is written ({text})")),
        }
    }

    fn variable(&mut self, forest: &mut Forest, first_var: usize, token: Token) -> Term {
        let text = self.text(token);
        let slots = &mut self.slots;
        let slot = *self.names.entry(text).or_insert_with(|| {
            slots.push(Slot { name: forest.names.len() as u32, clause: 0, number: 0 });
            forest.names.push(Arc::from(text));
            slots.len() - 1
        });
        let slot = &mut slots[slot];
        if text != "_" && slot.clause == self.clause {
            forest.vars[first_var + slot.number as usize].count += 1;
            return Term::var(slot.number);
        }
        (slot.clause, slot.number) = (self.clause, (forest.vars.len() - first_var) as u32);
        let (start, end) = (token.start as u32, token.end as u32);
        forest.vars.push(Var { name: slot.name, count: 1, start, end });
        Term::var(slot.number)
    }

    /// After an operand: closes brackets and takes the next infix operator. `true` when the clause is finished.
    fn operators(&mut self, terms: &mut TermStore, forest: &mut Forest, dot: bool) -> Result<bool, Box<Diagnostic>> {
        loop {
            let before = self.last_end;
            let token = self.take()?;
            match token.kind {
                Tok::Comma => {
                    self.reduce_within(forest, 1000);
                    match self.stack.last_mut() {
                        Some(Frame::Args { count, .. } | Frame::List { count, barred: false, .. }) => {
                            *count += 1;
                            self.left = 0;
                        }
                        Some(Frame::List { .. }) => {
                            return Err(Box::new(
                                self.error(token.start, token.end, "only one term may follow the `|` of a list")
                                    .help("a list with a tail is written [first, second | Rest]"),
                            ));
                        }
                        _ => self.infix(token, sym::COMMA, 1000, Fixity::Right)?,
                    }
                    return Ok(false);
                }
                Tok::Bar => {
                    self.reduce_within(forest, 1100);
                    match self.stack.last_mut() {
                        Some(Frame::List { count, barred, .. }) if !*barred => {
                            *count += 1;
                            *barred = true;
                            self.left = 0;
                        }
                        Some(Frame::List { .. }) => {
                            return Err(self.error(token.start, token.end, "a list may have only one `|`").into());
                        }
                        _ => self.infix(token, sym::BAR, 1100, Fixity::Right)?,
                    }
                    return Ok(false);
                }
                Tok::Name | Tok::Sign => {
                    let text = self.text(token);
                    let Some((priority, fixity)) = ops::infix(text) else {
                        return Err(self.missing_operator(token, before).into());
                    };
                    let name = terms.symbol(text);
                    self.reduce_below(forest, priority);
                    self.infix(token, name, priority, fixity)?;
                    return Ok(false);
                }
                Tok::Close(bracket) => self.close(forest, token, bracket)?,
                Tok::End | Tok::Eof => {
                    if token.kind == Tok::Eof && dot {
                        return Err(Box::new(match self.open_bracket(forest) {
                            Some(error) => error,
                            None => self
                                .error(before.saturating_sub(1), before, "the text ends in the middle of a clause")
                                .help("is the `.` at the end missing?"),
                        }));
                    }
                    if let Some(error) = self.open_bracket(forest) {
                        return Err(error.into());
                    }
                    self.last_end = before;
                    return Ok(true);
                }
                _ => return Err(self.missing_operator(token, before).into()),
            }
        }
    }

    /// Applies all operators on top of the stack, if a bracket that takes the separator itself is below them; else those
    /// that bind tighter than it.
    fn reduce_within(&mut self, forest: &mut Forest, priority: u32) {
        let whole = match self.innermost() {
            Some(Frame::List { .. }) => true,
            Some(Frame::Args { .. }) => priority == 1000,
            _ => false,
        };
        self.reduce_below(forest, if whole { u32::MAX } else { priority });
    }

    /// Applies the operators on top of the stack that cannot take an operator of this priority into their right argument.
    fn reduce_below(&mut self, forest: &mut Forest, priority: u32) {
        while let Some(
            &Frame::Prefix { name, priority: p, right, start } | &Frame::Infix { name, priority: p, right, start },
        ) = self.stack.last()
        {
            if right >= priority {
                return;
            }
            let count = if matches!(self.stack.last(), Some(Frame::Infix { .. })) { 2 } else { 1 };
            let end = forest.nodes.last().expect("an operand was read").end;
            let start = if count == 2 {
                let right = forest.nodes.len() - 1;
                forest.nodes[right - forest.nodes[right].size as usize].start
            } else {
                start as u32
            };
            forest.push(Kind::Compound(name, count), count as usize, start, end);
            self.left = p;
            self.stack.pop();
        }
    }

    fn infix(&mut self, token: Token, name: Symbol, priority: u32, fixity: Fixity) -> Result<(), Box<Diagnostic>> {
        let left = if fixity == Fixity::Left { priority } else { priority - 1 };
        let right = if fixity == Fixity::Right { priority } else { priority - 1 };
        if self.left > left {
            let text = self.text(token);
            let error =
                self.error(token.start, token.end, format!("`{text}` cannot follow an operator that binds as loosely"));
            return Err(Box::new(match priority {
                1200 => {
                    let message = format!("a second `{text}` in one clause");
                    self.error(token.start, token.end, message)
                        .help("is the `.` at the end of the clause before it missing?")
                }
                700 => error.help("comparisons do not chain: write A < B, B < C"),
                _ => error.help("put parentheses around one of the two"),
            }));
        }
        self.push(Frame::Infix { name, priority, right, start: token.start });
        Ok(())
    }

    fn close(&mut self, forest: &mut Forest, token: Token, bracket: u8) -> Result<(), Box<Diagnostic>> {
        self.reduce_below(forest, u32::MAX);
        let end = token.end as u32;
        match (self.pop(), bracket) {
            (Some(Frame::Paren(start)), b')') => {
                // The parentheses belong to the place of what is inside them.
                let node = forest.nodes.last_mut().expect("an operand was read");
                (node.start, node.end) = (start as u32, end);
            }
            (Some(Frame::Args { name, start, count, .. }), b')') => {
                forest.push(Kind::Compound(name, count + 1), count as usize + 1, start as u32, end);
            }
            (Some(Frame::List { open, count, barred }), b']') => {
                forest.push(Kind::List(count + 1, barred), count as usize + 1, open as u32, end);
            }
            (Some(Frame::Curly(start)), b'}') => {
                forest.push(Kind::Compound(sym::CURLY, 1), 1, start as u32, end);
            }
            (None, _) => {
                let b = char::from(bracket);
                return Err(Box::new(
                    self.error(token.start, token.end, format!("this `{b}` closes nothing"))
                        .help("an opening bracket is missing before it, or this one is too many"),
                ));
            }
            (Some(frame), _) => {
                let (open, b, at) = self.bracket(&frame);
                let found = char::from(bracket);
                return Err(Box::new(
                    self.error(token.start, token.end, format!("expected `{b}`, found `{found}`"))
                        .note(self.lexer.span(at, at + 1), format!("this `{open}` is still open"))
                        .help(format!("close it before the `{found}`")),
                ));
            }
        }
        self.left = 0;
        Ok(())
    }

    /// An opening bracket: how it looks, how its closing one looks, and where it is.
    fn bracket(&self, frame: &Frame) -> (char, char, usize) {
        match *frame {
            Frame::List { open, .. } => ('[', ']', open),
            Frame::Curly(open) => ('{', '}', open),
            Frame::Args { open, .. } | Frame::Paren(open) => ('(', ')', open),
            Frame::Prefix { start, .. } | Frame::Infix { start, .. } => ('(', ')', start),
        }
    }

    /// At the end of a clause: applies what waits, and complains about a bracket that is still open.
    fn open_bracket(&mut self, forest: &mut Forest) -> Option<Diagnostic> {
        self.reduce_below(forest, u32::MAX);
        let frame = self.pop()?;
        let (open, close, at) = self.bracket(&frame);
        let error = self.error(at, at + 1, format!("this `{open}` is never closed"));
        Some(error.help(format!("the clause ends before its `{close}`")))
    }

    fn missing_operand(&mut self, token: Token, before: usize) -> Diagnostic {
        let found = match token.kind {
            Tok::End => "the end of the clause".to_owned(),
            Tok::Eof => "the end of the text".to_owned(),
            _ => format!("`{}`", self.text(token)),
        };
        let (start, end) =
            if token.kind == Tok::Eof { (before.saturating_sub(1), before) } else { (token.start, token.end) };
        let error = self.error(start, end, format!("expected a term, found {found}"));
        let last = self.lexer.text[..before].chars().next_back();
        match (last, token.kind) {
            (Some(c @ (',' | ';')), Tok::End | Tok::Eof) => error.help(format!("is the `{c}` before it too many?")),
            (Some('('), Tok::Close(b')')) => error.help("a predicate without arguments is written without parentheses"),
            (Some(','), Tok::Close(_)) => error.help("is the `,` before it too many?"),
            _ => error,
        }
    }

    fn missing_operator(&mut self, token: Token, before: usize) -> Diagnostic {
        let text = self.text(token);
        if let Some(help) = mistaken_operator(text) {
            return self.error(token.start, token.end, format!("there is no operator `{text}`")).help(help);
        }
        if text == "!" && self.lexer.text[token.end..].starts_with('=') {
            return self
                .error(token.start, token.end + 1, "there is no operator `!=`")
                .help("different is written `\\=`, or `=\\=` for numbers");
        }
        if token.kind == Tok::Sign && text == "." {
            return self
                .error(token.start, token.end, "unexpected `.`")
                .help("the dot that ends a clause needs a blank or a new line behind it");
        }
        if self.starts_clause(token) {
            // The clause that starts here is read as usual.
            self.lexer.at = token.start;
            self.last_end = before;
            if let Some(frame) = self.innermost() {
                let (open, close, at) = self.bracket(frame);
                return self
                    .error(at, at + 1, format!("this `{open}` is never closed"))
                    .help(format!("a new clause seems to start before its `{close}`"));
            }
            return self
                .error(before.saturating_sub(1), before, "the end of this clause is missing")
                .help(format!("put a `.` here, before `{text}`"));
        }
        let what = match token.kind {
            Tok::Sign => format!("there is no operator `{text}`"),
            _ => format!("expected an operator, `,` or `.` before `{text}`"),
        };
        let error = self.error(token.start, token.end, what);
        match token.kind {
            Tok::Open(b'(') if self.lexer.text.as_bytes()[before - 1].is_ascii_alphanumeric() => {
                error.help("no blank may stand between a name and its `(`")
            }
            _ => error,
        }
    }
}
