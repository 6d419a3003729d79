//! What answer-set programs are made of, and how they are read.

use std::fmt;

use crate::diag::{Code, Diagnostic, Diagnostics, Sources, Span};

/// A ground term.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Value {
    Int(i64),
    Name(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(n) => write!(f, "{n}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// An expression over a rule's variables.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    Value(Value),
    Var(usize),
    Op(Op, Box<[Expr; 2]>),
    Abs(Box<Expr>),
    /// Stands on the right of `X = a..b` only, once a rule has been read.
    Range(Box<[Expr; 2]>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cmp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Atom {
    pub name: String,
    pub args: Vec<Expr>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Goal {
    Holds(Atom),
    Not(Atom),
    Compare(Cmp, Expr, Expr),
}

/// `#count{..}` or `#sum{..}` between bounds, or not between them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Aggregate {
    pub negated: bool,
    pub sum: bool,
    pub elements: Vec<(Vec<Expr>, Vec<Goal>)>,
    pub low: Option<Expr>,
    pub high: Option<Expr>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Head {
    None,
    Atom(Atom),
    Choice {
        elements: Vec<(Atom, Vec<Goal>)>,
        low: Option<Expr>,
        high: Option<Expr>,
    },
    /// A weak constraint: what it costs, and what tells it from others of the same cost.
    Cost(Vec<Expr>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rule {
    pub head: Head,
    pub body: Vec<Goal>,
    pub aggregates: Vec<Aggregate>,
    pub vars: Vec<String>,
    pub span: Span,
}

/// Reads a program.
pub(super) fn parse(name: &str, text: &str) -> Result<(Vec<Rule>, Sources), Diagnostics> {
    let mut sources = Sources::default();
    sources.add(name, text);
    let mut reader = Reader { text, at: 0, vars: Vec::new(), extra: Vec::new(), constants: Vec::new(), depth: 0 };
    match reader.program() {
        Ok(rules) => Ok((rules, sources)),
        Err(d) => Err(Diagnostics::one(d, &sources)),
    }
}

type Read<T> = Result<T, Diagnostic>;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    vars: Vec<String>,
    /// Ranges inside atoms, as goals that generate them.
    extra: Vec<Goal>,
    constants: Vec<(String, Value)>,
    /// Operands that are being read, one inside the other.
    depth: usize,
}

/// Deeper nesting than this would use up the stack.
const DEEPEST: usize = 150;

impl<'a> Reader<'a> {
    fn program(&mut self) -> Read<Vec<Rule>> {
        let mut rules = Vec::new();
        while !self.rest().is_empty() {
            let start = self.at;
            self.vars.clear();
            if self.eat("#const") {
                let name = self.word()?;
                self.need("=")?;
                let value = self.constant()?;
                self.constants.push((name, value));
                self.need(".")?;
            } else if self.eat("#show") {
                // What is shown is the caller's business.
                while !self.eat(".") {
                    self.at += self.text[self.at..].chars().next().map_or(0, char::len_utf8);
                    if self.rest().is_empty() {
                        return Err(self.error("a `.` is missing"));
                    }
                }
            } else if self.eat("#minimize") || self.eat("#minimise") {
                self.optimised(1, start, &mut rules)?;
            } else if self.eat("#maximize") || self.eat("#maximise") {
                self.optimised(-1, start, &mut rules)?;
            } else {
                rules.push(self.rule(start)?);
            }
        }
        Ok(rules)
    }

    fn optimised(&mut self, sign: i64, start: usize, rules: &mut Vec<Rule>) -> Read<()> {
        self.need("{")?;
        loop {
            self.vars.clear();
            let mut tuple = vec![self.weight(sign)?];
            while self.eat(",") {
                tuple.push(self.expr()?);
            }
            let mut body = if self.eat(":") { self.goals()? } else { Vec::new() };
            body.append(&mut self.extra);
            let (vars, span) = (self.vars.clone(), self.span(start));
            rules.push(Rule { head: Head::Cost(tuple), body, aggregates: Vec::new(), vars, span });
            if !self.eat(";") {
                break;
            }
        }
        self.need("}")?;
        self.need(".")
    }

    fn weight(&mut self, sign: i64) -> Read<Expr> {
        let weight = self.expr()?;
        if self.eat("@") && self.expr()? != Expr::Value(Value::Int(0)) {
            return Err(self.unsupported("priorities of costs", "give all of them priority 0 and scale the weights"));
        }
        Ok(match sign {
            1 => weight,
            _ => Expr::Op(Op::Mul, Box::new([Expr::Value(Value::Int(sign)), weight])),
        })
    }

    fn rule(&mut self, start: usize) -> Read<Rule> {
        let mut head = if self.eat(":~") {
            Head::Cost(Vec::new())
        } else if self.starts(":-") {
            Head::None
        } else {
            self.head()?
        };
        let (mut body, mut aggregates) = (Vec::new(), Vec::new());
        let weak = matches!(head, Head::Cost(_));
        if weak || self.eat(":-") {
            loop {
                self.body_item(&mut body, &mut aggregates)?;
                if !self.eat(",") && !self.eat(";") {
                    break;
                }
            }
        }
        self.need(".")?;
        if weak {
            self.need("[")?;
            let mut tuple = vec![self.weight(1)?];
            while self.eat(",") {
                tuple.push(self.expr()?);
            }
            self.need("]")?;
            head = Head::Cost(tuple);
        }
        body.append(&mut self.extra);
        Ok(Rule { head, body, aggregates, vars: self.vars.clone(), span: self.span(start) })
    }

    fn head(&mut self) -> Read<Head> {
        let low = if self.starts("{") { None } else { self.bound_before(&["{"]) };
        if low.is_some() || self.starts("{") {
            self.need("{")?;
            let mut elements = Vec::new();
            while !self.starts("}") {
                let outer = std::mem::take(&mut self.extra);
                let atom = self.atom()?;
                let mut goals = if self.eat(":") { self.goals()? } else { Vec::new() };
                goals.append(&mut self.extra);
                self.extra = outer;
                elements.push((atom, goals));
                if !self.eat(";") {
                    break;
                }
            }
            self.need("}")?;
            let (mut low, mut high) = (low, None);
            if self.eat("=") {
                let n = self.expr()?;
                (low, high) = (Some(n.clone()), Some(n));
            } else if !self.starts(":-") && !self.starts(".") {
                self.eat("<=");
                high = Some(self.expr()?);
            }
            return Ok(Head::Choice { elements, low, high });
        }
        let atom = self.atom()?;
        if self.starts(";") || self.starts("|") {
            return Err(
                self.unsupported("disjunction in heads", "write a choice, `1 {a; b}`, if no minimality is meant")
            );
        }
        Ok(Head::Atom(atom))
    }

    /// `expr` (and `<=`) where a bracket follows; nothing is read otherwise.
    fn bound_before(&mut self, brackets: &[&str]) -> Option<Expr> {
        let (at, vars, extra) = (self.at, self.vars.len(), self.extra.len());
        if let Ok(low) = self.expr() {
            self.eat("<=");
            if brackets.iter().any(|b| self.starts(b)) {
                return Some(low);
            }
        }
        self.at = at;
        self.vars.truncate(vars);
        self.extra.truncate(extra);
        None
    }

    fn body_item(&mut self, body: &mut Vec<Goal>, aggregates: &mut Vec<Aggregate>) -> Read<()> {
        let at = self.at;
        let negated = self.eat_word("not");
        let low = self.bound_before(&["#", "{"]);
        if self.starts("#") || self.starts("{") {
            let mut aggregate = self.aggregate(low)?;
            aggregate.negated ^= negated;
            aggregates.push(aggregate);
            return Ok(());
        }
        self.at = at;
        body.push(self.goal()?);
        Ok(())
    }

    fn aggregate(&mut self, low: Option<Expr>) -> Read<Aggregate> {
        let sum = self.eat("#sum");
        let plain = !sum && !self.eat("#count");
        self.need("{")?;
        let mut elements = Vec::new();
        while !self.starts("}") {
            let outer = std::mem::take(&mut self.extra);
            if plain {
                // `{a(X) : b(X)}` counts atoms.
                let atom = self.atom()?;
                let mut tuple = vec![Expr::Value(Value::Name(atom.name.clone()))];
                tuple.extend(atom.args.iter().cloned());
                let mut goals = vec![Goal::Holds(atom)];
                if self.eat(":") {
                    goals.extend(self.goals()?);
                }
                goals.append(&mut self.extra);
                elements.push((tuple, goals));
            } else {
                let mut tuple = vec![self.expr()?];
                while self.eat(",") {
                    tuple.push(self.expr()?);
                }
                let mut goals = if self.eat(":") { self.goals()? } else { Vec::new() };
                goals.append(&mut self.extra);
                elements.push((tuple, goals));
            }
            self.extra = outer;
            if !self.eat(";") {
                break;
            }
        }
        self.need("}")?;
        let mut out = Aggregate { negated: false, sum, elements, low, high: None };
        let one = |e: Expr, by: i64| Expr::Op(Op::Add, Box::new([e, Expr::Value(Value::Int(by))]));
        if out.low.is_none() {
            match self.cmp() {
                Some(Cmp::Eq) => {
                    let n = self.expr()?;
                    (out.low, out.high) = (Some(n.clone()), Some(n));
                }
                Some(Cmp::Ne) => {
                    let n = self.expr()?;
                    (out.low, out.high, out.negated) = (Some(n.clone()), Some(n), true);
                }
                Some(Cmp::Lt) => out.high = Some(one(self.expr()?, -1)),
                Some(Cmp::Le) => out.high = Some(self.expr()?),
                Some(Cmp::Gt) => out.low = Some(one(self.expr()?, 1)),
                Some(Cmp::Ge) => out.low = Some(self.expr()?),
                None if self.starts(",") || self.starts(".") || self.starts(";") => {}
                None => out.high = Some(self.expr()?),
            }
        } else if self.eat("<=") || !(self.starts(",") || self.starts(".") || self.starts(";")) {
            out.high = Some(self.expr()?);
        }
        Ok(out)
    }

    fn goals(&mut self) -> Read<Vec<Goal>> {
        let mut goals = vec![self.goal()?];
        while self.eat(",") {
            goals.push(self.goal()?);
        }
        Ok(goals)
    }

    fn goal(&mut self) -> Read<Goal> {
        if self.eat_word("not") {
            return Ok(Goal::Not(self.atom()?));
        }
        let at = (self.at, self.vars.len(), self.extra.len());
        if self.starts_lower() {
            let atom = self.atom()?;
            if self.cmp_ahead().is_none() && !["+", "-", "*", "/", "\\"].iter().any(|op| self.starts(op)) {
                return Ok(Goal::Holds(atom));
            }
            self.at = at.0;
            self.vars.truncate(at.1);
            self.extra.truncate(at.2);
        }
        let left = self.expr()?;
        let Some(cmp) = self.cmp() else {
            return Err(self.error("an atom or a comparison is expected here"));
        };
        let right = self.expr()?;
        if self.eat("..") {
            let to = self.expr()?;
            return Ok(Goal::Compare(cmp, left, Expr::Range(Box::new([right, to]))));
        }
        Ok(Goal::Compare(cmp, left, right))
    }

    fn atom(&mut self) -> Read<Atom> {
        if self.starts("-") {
            return Err(
                self.unsupported("classical negation", "use another predicate and a constraint, `:- a, not_a.`")
            );
        }
        let name = self.word()?;
        let mut args = Vec::new();
        if self.eat("(") {
            loop {
                let arg = self.expr()?;
                args.push(if self.eat("..") {
                    let to = self.expr()?;
                    self.vars.push(format!("{}..", self.vars.len()));
                    let fresh = Expr::Var(self.vars.len() - 1);
                    self.extra.push(Goal::Compare(Cmp::Eq, fresh.clone(), Expr::Range(Box::new([arg, to]))));
                    fresh
                } else {
                    arg
                });
                if !self.eat(",") {
                    break;
                }
            }
            self.need(")")?;
        }
        Ok(Atom { name, args })
    }

    fn expr(&mut self) -> Read<Expr> {
        let mut left = self.product()?;
        loop {
            let op = match () {
                () if self.eat("+") => Op::Add,
                () if self.eat("-") => Op::Sub,
                () => return Ok(left),
            };
            left = Expr::Op(op, Box::new([left, self.product()?]));
        }
    }

    fn product(&mut self) -> Read<Expr> {
        let mut left = self.factor()?;
        loop {
            let op = match () {
                () if self.eat("*") => Op::Mul,
                () if self.eat("/") => Op::Div,
                () if self.eat("\\") => Op::Mod,
                () => return Ok(left),
            };
            left = Expr::Op(op, Box::new([left, self.factor()?]));
        }
    }

    fn factor(&mut self) -> Read<Expr> {
        if self.depth == DEEPEST {
            return Err(self.error(&format!("more than {DEEPEST} levels of nesting")));
        }
        self.depth += 1;
        let out = self.operand();
        self.depth -= 1;
        out
    }

    fn operand(&mut self) -> Read<Expr> {
        if self.eat("(") {
            let inner = self.expr()?;
            self.need(")")?;
            return Ok(inner);
        }
        if self.eat("|") {
            let inner = self.expr()?;
            self.need("|")?;
            return Ok(Expr::Abs(Box::new(inner)));
        }
        if self.eat("-") {
            let zero = Expr::Value(Value::Int(0));
            return Ok(Expr::Op(Op::Sub, Box::new([zero, self.factor()?])));
        }
        let rest = self.rest();
        if rest.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') {
            let name = self.identifier();
            if name == "_" {
                self.vars.push(format!("_{}", self.vars.len()));
                return Ok(Expr::Var(self.vars.len() - 1));
            }
            let at = self.vars.iter().position(|v| *v == name).unwrap_or_else(|| {
                self.vars.push(name.clone());
                self.vars.len() - 1
            });
            return Ok(Expr::Var(at));
        }
        Ok(Expr::Value(self.constant()?))
    }

    fn constant(&mut self) -> Read<Value> {
        let rest = self.rest();
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits > 0 {
            let n = rest[..digits].parse().map_err(|_| self.error("this number is too large"))?;
            self.at += digits;
            return Ok(Value::Int(n));
        }
        if let Some(inner) = rest.strip_prefix('"') {
            let Some(end) = inner.find('"') else { return Err(self.error("this text has no end")) };
            self.at += end + 2;
            return Ok(Value::Name(format!("\"{}\"", &inner[..end])));
        }
        let name = self.word()?;
        if self.starts("(") {
            return Err(self.unsupported("function terms", "flatten them into arguments"));
        }
        let known = self.constants.iter().rev().find(|(n, _)| *n == name);
        Ok(known.map_or(Value::Name(name), |(_, v)| v.clone()))
    }

    fn cmp_ahead(&mut self) -> Option<Cmp> {
        let at = self.at;
        let cmp = self.cmp();
        self.at = at;
        cmp
    }
    fn cmp(&mut self) -> Option<Cmp> {
        let all = [
            ("!=", Cmp::Ne),
            ("<=", Cmp::Le),
            (">=", Cmp::Ge),
            ("==", Cmp::Eq),
            ("=", Cmp::Eq),
            ("<", Cmp::Lt),
            (">", Cmp::Gt),
        ];
        all.into_iter().find(|(text, _)| self.eat(text)).map(|(_, cmp)| cmp)
    }

    fn word(&mut self) -> Read<String> {
        if !self.starts_lower() {
            return Err(self.error("a name (lower case) is expected here"));
        }
        Ok(self.identifier())
    }
    fn identifier(&mut self) -> String {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '\'').unwrap_or(rest.len());
        let word = rest[..end].to_owned();
        self.at += end;
        word
    }
    fn starts_lower(&mut self) -> bool {
        self.rest().starts_with(|c: char| c.is_ascii_lowercase())
    }

    /// What is left, without leading blanks and comments.
    fn rest(&mut self) -> &'a str {
        loop {
            let text: &'a str = self.text;
            let rest = &text[self.at..];
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with('%') {
                return &text[self.at..];
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }
    fn starts(&mut self, token: &str) -> bool {
        self.rest().starts_with(token)
    }
    fn eat(&mut self, token: &str) -> bool {
        let rest = self.rest();
        // `.` is not the beginning of `..`, `<` not that of `<=`, `:` not that of `:-`.
        let longer = match token {
            "." => rest.starts_with(".."),
            ":" => rest.starts_with(":-"),
            _ => false,
        };
        let found = rest.starts_with(token) && !longer;
        self.at += if found { token.len() } else { 0 };
        found
    }
    fn eat_word(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let found = rest.strip_prefix(word).is_some_and(|r| r.starts_with(char::is_whitespace));
        self.at += if found { word.len() } else { 0 };
        found
    }
    fn need(&mut self, token: &str) -> Read<()> {
        if self.eat(token) { Ok(()) } else { Err(self.error(&format!("`{token}` is expected here"))) }
    }

    fn span(&self, start: usize) -> Span {
        Span { source: 0, start: start as u32, end: self.at as u32 }
    }
    fn error(&mut self, message: &str) -> Diagnostic {
        self.rest();
        let len = self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        let span = Span { source: 0, start: self.at as u32, end: (self.at + len) as u32 };
        Diagnostic::error(Code::Syntax, span, message)
    }
    fn unsupported(&mut self, what: &str, help: &str) -> Diagnostic {
        let mut d = self.error(&format!("{what} is not supported in answer-set programs"));
        d.code = Code::Unsupported;
        d.help(help)
    }
}
