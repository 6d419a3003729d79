//! Terms: the values that logic programs speak about, interned so that equal terms are the same number.
//!
//! A [`Term`] is a 32-bit handle. Small integers, atoms and variables live in the handle itself; everything else
//! (compound terms, large integers, floats, strings) is *hash-consed*: a [`TermStore`] keeps one copy of each distinct
//! term. Two ground terms are therefore equal exactly when their handles are equal, a list of 100,000 elements is
//! compared in one instruction, and a tuple of arguments is a row of `u32`.
//!
//! ```
//! use symbolon_theory::term::{TermStore, View};
//! let mut terms = TermStore::new();
//! let (one, f) = (terms.int(1), terms.symbol("f"));
//! let a = terms.compound(f, &[one, one]);
//! let b = terms.compound(f, &[one, one]);
//! assert_eq!(a, b);
//! assert_eq!(terms.display(a).to_string(), "f(1,1)");
//! assert!(matches!(terms.view(a), View::Compound(_, [_, _])));
//! ```
//!
//! Variables are numbered from 0 *within* whatever owns them (a clause, a call pattern, an activation): `Var(3)` means
//! "the fourth variable of this clause". Terms that contain variables are hash-consed like all others.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashSet, FxHasher};

use crate::writer;

/// An interned name: of an atom, a functor, a predicate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(u32);

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Symbol({})", self.0)
    }
}

impl Symbol {
    /// The number of this symbol in its store: dense, from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A handle of an interned term; see the [module documentation](self).
///
/// The top two bits say what it is: `00` index of a stored node, `01` atom, `10` small integer, `11` variable.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Term(u32);

const TAG: u32 = 0b11 << 30;
const PAYLOAD: u32 = !TAG;
const NODE: u32 = 0b00 << 30;
const ATOM: u32 = 0b01 << 30;
const INT: u32 = 0b10 << 30;
const VAR: u32 = 0b11 << 30;
/// Integers in `-SMALL ..= SMALL - 1` live in the handle.
const SMALL: i64 = 1 << 29;

impl Term {
    /// The variable with this number.
    pub const fn var(index: u32) -> Term {
        Term(VAR | (index & PAYLOAD))
    }

    /// The atom of this name.
    pub const fn atom(name: Symbol) -> Term {
        Term(ATOM | name.0)
    }

    /// The number of the variable, if this is one.
    pub fn as_var(self) -> Option<u32> {
        (self.0 & TAG == VAR).then_some(self.0 & PAYLOAD)
    }

    /// Whether this is a variable.
    pub fn is_var(self) -> bool {
        self.0 & TAG == VAR
    }

    /// The name of the atom, if this is one.
    pub fn as_atom(self) -> Option<Symbol> {
        (self.0 & TAG == ATOM).then_some(Symbol(self.0 & PAYLOAD))
    }

    /// The value, if this is an integer that lives in the handle (use [`TermStore::as_int`] for all integers).
    pub fn as_small_int(self) -> Option<i64> {
        // Shift left and back to extend the sign of the 30-bit payload.
        (self.0 & TAG == INT).then(|| i64::from(((self.0 << 2) as i32) >> 2))
    }

    /// The raw handle: equal exactly for equal terms of one store. For dense keys and hashing.
    pub fn raw(self) -> u32 {
        self.0
    }

    /// The inverse of [`Term::raw`].
    pub fn from_raw(raw: u32) -> Term {
        Term(raw)
    }

    fn node(self) -> Option<usize> {
        (self.0 & TAG == NODE).then_some((self.0 & PAYLOAD) as usize)
    }
}

impl fmt::Debug for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(v) = self.as_var() {
            write!(f, "Var({v})")
        } else if let Some(a) = self.as_atom() {
            write!(f, "Atom({})", a.0)
        } else if let Some(i) = self.as_small_int() {
            write!(f, "Int({i})")
        } else {
            write!(f, "Node({})", self.0)
        }
    }
}

/// What a [`Term`] is, for matching.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum View<'a> {
    /// A variable, by its number.
    Var(u32),
    /// An atom such as `ann` or `[]`.
    Atom(Symbol),
    /// An integer.
    Int(i64),
    /// A floating-point number (never NaN).
    Float(f64),
    /// A double-quoted string.
    Str(&'a str),
    /// A functor applied to one or more arguments. A list cell is `'[|]'(Head, Tail)`.
    Compound(Symbol, &'a [Term]),
}

#[derive(Clone, Copy)]
enum Node {
    Int(i64),
    Float(f64),
    Str(u32),
    Compound { name: Symbol, start: u32, arity: u32, depth: u32, ground: bool },
}

/// The names every store knows from the start, so that code can match on them without looking anything up.
pub mod sym {
    use super::Symbol;
    macro_rules! known {
        ($($(#[$m:meta])* $name:ident = $text:expr;)*) => {
            known!(@ 0; $($name,)*);
            pub(super) const KNOWN: &[&str] = &[$($text),*];
        };
        (@ $n:expr; $name:ident, $($rest:ident,)*) => {
            #[allow(missing_docs)]
            pub const $name: Symbol = Symbol($n);
            known!(@ $n + 1; $($rest,)*);
        };
        (@ $n:expr;) => {};
    }
    known! {
        NIL = "[]";
        CONS = "[|]";
        COMMA = ",";
        SEMICOLON = ";";
        ARROW = "->";
        NECK = ":-";
        PROB = "::";
        NOT = "\\+";
        NOT_WORD = "not";
        MINUS = "-";
        PLUS = "+";
        STAR = "*";
        SLASH = "/";
        TRUE = "true";
        FALSE = "false";
        FAIL = "fail";
        CURLY = "{}";
        T = "t";
        NN = "nn";
        QUERY = "query";
        EVIDENCE = "evidence";
        EQUAL = "=";
        NOT_EQUAL = "\\=";
        IS = "is";
        CALL = "call";
        FINDALL = "findall";
        FORALL = "forall";
        LESS = "<";
        GREATER = ">";
        COLON = ":";
        BAR = "|";
        EMPTY = "";
        CUT = "!";
        ARROW_LEFT = "<-";
    }
}

/// Owner of all terms of a theory: interns names and hash-conses terms.
#[derive(Clone, Default)]
pub struct TermStore {
    names: Vec<Box<str>>,
    name_index: HashTable<u32>,
    strings: Vec<Box<str>>,
    string_index: HashTable<u32>,
    nodes: Vec<Node>,
    node_index: HashTable<u32>,
    args: Vec<Term>,
    deepest: u32,
}

fn hash_str(text: &str) -> u64 {
    FxBuildHasher.hash_one(text)
}

fn hash_compound(name: Symbol, args: &[Term]) -> u64 {
    let mut h = FxHasher::default();
    h.write_u32(name.0);
    for a in args {
        h.write_u32(a.0);
    }
    h.finish()
}

fn hash_bits(tag: u32, bits: u64) -> u64 {
    let mut h = FxHasher::default();
    h.write_u32(tag);
    h.write_u64(bits);
    h.finish()
}

impl TermStore {
    /// An empty store that knows the names of [`sym`].
    pub fn new() -> TermStore {
        let mut store = TermStore::default();
        for name in sym::KNOWN {
            store.symbol(name);
        }
        store
    }

    /// Interns a name.
    pub fn symbol(&mut self, name: &str) -> Symbol {
        let names = &mut self.names;
        let entry =
            self.name_index.entry(hash_str(name), |&i| *names[i as usize] == *name, |&i| hash_str(&names[i as usize]));
        match entry {
            hashbrown::hash_table::Entry::Occupied(e) => Symbol(*e.get()),
            hashbrown::hash_table::Entry::Vacant(e) => {
                let id = u32::try_from(names.len()).expect("fewer than 2^30 names");
                e.insert(id);
                names.push(name.into());
                Symbol(id)
            }
        }
    }

    /// The symbol of a name that was interned before, if it was.
    pub fn find_symbol(&self, name: &str) -> Option<Symbol> {
        let found = self.name_index.find(hash_str(name), |&i| *self.names[i as usize] == *name);
        found.map(|&i| Symbol(i))
    }

    /// The text of a symbol.
    pub fn name(&self, symbol: Symbol) -> &str {
        &self.names[symbol.index()]
    }

    /// The atom of this name.
    pub fn atom(&mut self, name: &str) -> Term {
        Term::atom(self.symbol(name))
    }

    /// The empty list `[]`.
    pub fn nil(&self) -> Term {
        Term::atom(sym::NIL)
    }

    /// An integer.
    pub fn int(&mut self, value: i64) -> Term {
        if (-SMALL..SMALL).contains(&value) {
            return Term(INT | (value as u32 & PAYLOAD));
        }
        self.intern(hash_bits(1, value as u64), Node::Int(value), |n| matches!(n, Node::Int(v) if *v == value))
    }

    /// A floating-point number. Negative zero is stored as zero.
    ///
    /// # Panics
    /// On NaN, which is not a term: arithmetic reports it as an error before it gets here.
    pub fn float(&mut self, value: f64) -> Term {
        assert!(!value.is_nan(), "NaN is not a term");
        let bits = (value + 0.0).to_bits();
        self.intern(
            hash_bits(2, bits),
            Node::Float(value + 0.0),
            |n| matches!(n, Node::Float(v) if v.to_bits() == bits),
        )
    }

    /// A string.
    pub fn string(&mut self, text: &str) -> Term {
        let strings = &mut self.strings;
        let entry = self.string_index.entry(
            hash_str(text),
            |&i| *strings[i as usize] == *text,
            |&i| hash_str(&strings[i as usize]),
        );
        let id = match entry {
            hashbrown::hash_table::Entry::Occupied(e) => *e.get(),
            hashbrown::hash_table::Entry::Vacant(e) => {
                let id = strings.len() as u32;
                e.insert(id);
                strings.push(text.into());
                id
            }
        };
        self.intern(hash_bits(3, u64::from(id)), Node::Str(id), |n| matches!(n, Node::Str(v) if *v == id))
    }

    /// `name(args...)`; the atom `name` when there are no arguments.
    pub fn compound(&mut self, name: Symbol, args: &[Term]) -> Term {
        if args.is_empty() {
            return Term::atom(name);
        }
        let hash = hash_compound(name, args);
        let (nodes, store) = (&self.nodes, &self.args);
        let found = self.node_index.find(hash, |&i| match nodes[i as usize] {
            Node::Compound { name: n, start, arity, .. } => {
                n == name
                    && arity as usize == args.len()
                    && store[start as usize..start as usize + arity as usize] == *args
            }
            _ => false,
        });
        if let Some(&i) = found {
            return Term(NODE | i);
        }
        let ground = args.iter().all(|&a| self.is_ground(a));
        // The length of a list is not depth.
        let below = |(i, &a): (usize, &Term)| self.depth(a) + u32::from(name != sym::CONS || i != 1);
        let depth = args.iter().enumerate().map(below).max().unwrap_or(0);
        self.deepest = self.deepest.max(depth);
        let start = u32::try_from(self.args.len()).expect("fewer than 2^32 arguments");
        self.args.extend_from_slice(args);
        self.insert(hash, Node::Compound { name, start, arity: args.len() as u32, depth, ground })
    }

    /// A list cell.
    pub fn cons(&mut self, head: Term, tail: Term) -> Term {
        self.compound(sym::CONS, &[head, tail])
    }

    /// A list that ends in `[]`.
    pub fn list(&mut self, items: &[Term]) -> Term {
        self.partial_list(items, Term::atom(sym::NIL))
    }

    /// A list that ends in `tail`.
    pub fn partial_list(&mut self, items: &[Term], tail: Term) -> Term {
        items.iter().rev().fold(tail, |tail, &head| self.cons(head, tail))
    }

    fn intern(&mut self, hash: u64, node: Node, same: impl Fn(&Node) -> bool) -> Term {
        let nodes = &self.nodes;
        match self.node_index.find(hash, |&i| same(&nodes[i as usize])) {
            Some(&i) => Term(NODE | i),
            None => self.insert(hash, node),
        }
    }

    fn insert(&mut self, hash: u64, node: Node) -> Term {
        let id = self.nodes.len() as u32;
        assert!(id < PAYLOAD, "fewer than 2^30 terms");
        self.nodes.push(node);
        let (nodes, args) = (&self.nodes, &self.args);
        self.node_index.insert_unique(hash, id, |&i| match nodes[i as usize] {
            Node::Int(v) => hash_bits(1, v as u64),
            Node::Float(v) => hash_bits(2, v.to_bits()),
            Node::Str(v) => hash_bits(3, u64::from(v)),
            Node::Compound { name, start, arity, .. } => {
                hash_compound(name, &args[start as usize..start as usize + arity as usize])
            }
        });
        Term(NODE | id)
    }

    /// What a term is.
    #[inline]
    pub fn view(&self, term: Term) -> View<'_> {
        match term.0 & TAG {
            VAR => View::Var(term.0 & PAYLOAD),
            ATOM => View::Atom(Symbol(term.0 & PAYLOAD)),
            INT => View::Int(i64::from(((term.0 << 2) as i32) >> 2)),
            _ => match self.nodes[(term.0 & PAYLOAD) as usize] {
                Node::Int(v) => View::Int(v),
                Node::Float(v) => View::Float(v),
                Node::Str(v) => View::Str(&self.strings[v as usize]),
                Node::Compound { name, start, arity, .. } => {
                    View::Compound(name, &self.args[start as usize..start as usize + arity as usize])
                }
            },
        }
    }

    /// Whether a term contains no variable. Takes constant time.
    #[inline]
    pub fn is_ground(&self, term: Term) -> bool {
        match term.node() {
            Some(i) => !matches!(self.nodes[i], Node::Compound { ground: false, .. }),
            None => !term.is_var(),
        }
    }

    /// The value of an integer term.
    pub fn as_int(&self, term: Term) -> Option<i64> {
        match self.view(term) {
            View::Int(v) => Some(v),
            _ => None,
        }
    }

    /// The value of a number, integer or float.
    pub fn as_number(&self, term: Term) -> Option<f64> {
        match self.view(term) {
            View::Int(v) => Some(v as f64),
            View::Float(v) => Some(v),
            _ => None,
        }
    }

    /// Functor name and arguments of an atom or a compound term; `None` for variables, numbers and strings.
    pub fn callable(&self, term: Term) -> Option<(Symbol, &[Term])> {
        match self.view(term) {
            View::Atom(name) => Some((name, &[])),
            View::Compound(name, args) => Some((name, args)),
            _ => None,
        }
    }

    /// The term with further arguments, as `call/N` makes it: `p(a)` and `b` give `p(a,b)`. `None` if it has no functor.
    pub fn add_arguments(&mut self, term: Term, more: &[Term]) -> Option<Term> {
        let (name, args) = self.callable(term)?;
        let all: Vec<Term> = args.iter().chain(more).copied().collect();
        Some(self.compound(name, &all))
    }

    /// Head and tail of a list cell.
    #[inline]
    pub fn as_cons(&self, term: Term) -> Option<(Term, Term)> {
        match self.view(term) {
            View::Compound(sym::CONS, &[head, tail]) => Some((head, tail)),
            _ => None,
        }
    }

    /// The elements of a list and what it ends in: `[]` for a proper list, a variable for a partial one.
    pub fn list_parts(&self, term: Term) -> (Vec<Term>, Term) {
        let (mut items, mut rest) = (Vec::new(), term);
        while let Some((head, tail)) = self.as_cons(rest) {
            items.push(head);
            rest = tail;
        }
        (items, rest)
    }

    /// The elements of a proper list, or `None`.
    pub fn as_list(&self, term: Term) -> Option<Vec<Term>> {
        let (items, rest) = self.list_parts(term);
        (rest == Term::atom(sym::NIL)).then_some(items)
    }

    /// Rebuilds a term with every variable replaced by `replace(number)`; ground parts are shared, not walked.
    /// Uses a stack of its own, so deep terms are safe.
    pub fn substitute(&mut self, term: Term, replace: &mut dyn FnMut(&mut TermStore, u32) -> Term) -> Term {
        if self.is_ground(term) {
            return term;
        }
        if let Some(v) = term.as_var() {
            return replace(self, v);
        }
        enum Step {
            Visit(Term),
            Build(Symbol, usize),
        }
        let (mut steps, mut done) = (vec![Step::Visit(term)], Vec::new());
        while let Some(step) = steps.pop() {
            match step {
                Step::Visit(t) if self.is_ground(t) => done.push(t),
                Step::Visit(t) => match self.view(t) {
                    View::Var(v) => {
                        let value = replace(self, v);
                        done.push(value);
                    }
                    View::Compound(name, args) => {
                        steps.push(Step::Build(name, args.len()));
                        steps.extend(args.iter().rev().map(|&a| Step::Visit(a)));
                    }
                    _ => done.push(t),
                },
                Step::Build(name, arity) => {
                    let start = done.len() - arity;
                    let built = self.compound(name, &done[start..]);
                    done.truncate(start);
                    done.push(built);
                }
            }
        }
        done[0]
    }

    /// Calls `see` for every variable occurrence, left to right. Uses a stack of its own.
    pub fn for_each_var(&self, term: Term, see: &mut dyn FnMut(u32)) {
        let mut stack = vec![term];
        while let Some(t) = stack.pop() {
            match self.view(t) {
                View::Var(v) => see(v),
                View::Compound(_, args) if !self.is_ground(t) => stack.extend(args.iter().rev()),
                _ => {}
            }
        }
    }

    /// The variables of a term in order of first occurrence.
    pub fn vars(&self, term: Term) -> Vec<u32> {
        // Most terms have a handful of variables; a set pays only for long ones.
        const FEW: usize = 16;
        let (mut vars, mut seen) = (Vec::new(), FxHashSet::default());
        self.for_each_var(term, &mut |v| {
            let new = if vars.len() <= FEW { !vars.contains(&v) } else { seen.insert(v) };
            if new {
                vars.push(v);
                if vars.len() == FEW + 1 {
                    seen.extend(vars.iter().copied());
                }
            }
        });
        vars
    }

    /// Approximate number of bytes held.
    pub fn bytes(&self) -> usize {
        self.nodes.len() * (size_of::<Node>() + 8)
            + self.args.len() * 4
            + self.names.len() * 40
            + self.strings.len() * 40
    }

    /// Nesting depth: 0 for what has no arguments; the length of a list does not count.
    pub fn depth(&self, term: Term) -> u32 {
        match term.node() {
            Some(i) => match self.nodes[i] {
                Node::Compound { depth, .. } => depth,
                _ => 0,
            },
            None => 0,
        }
    }

    /// The depth of the deepest term ever stored.
    pub fn deepest(&self) -> u32 {
        self.deepest
    }

    /// The number of stored (not inline) terms.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether no term is stored.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// A term in program syntax, quoted where needed, so that parsing it gives the term back.
    pub fn display(&self, term: Term) -> impl fmt::Display + '_ {
        writer::Shown::new(self, term, &[])
    }

    /// Like [`TermStore::display`], with names for the variables (by number).
    pub fn display_with<'a>(&'a self, term: Term, names: &'a [Arc<str>]) -> impl fmt::Display + 'a {
        writer::Shown::new(self, term, names)
    }

    /// Standard order of terms (ISO): variables < numbers (by value) < atoms < strings < compound terms (by arity, name, arguments).
    pub fn compare(&self, a: Term, b: Term) -> Ordering {
        // The pairs still to be compared if those before them are equal; mostly stays empty, which allocates nothing.
        let mut later: Vec<(Term, Term)> = Vec::new();
        let mut pair = (a, b);
        loop {
            let (a, b) = pair;
            let mut first = None;
            if a != b {
                let (a, b) = (self.view(a), self.view(b));
                let order = self.compare_tops(a, b);
                if order != Ordering::Equal {
                    return order;
                }
                if let (View::Compound(_, xs), View::Compound(_, ys)) = (a, b) {
                    let mut different = xs.iter().copied().zip(ys.iter().copied()).filter(|(x, y)| x != y);
                    first = different.next();
                    let start = later.len();
                    later.extend(different);
                    later[start..].reverse();
                }
            }
            match first.or_else(|| later.pop()) {
                Some(next) => pair = next,
                None => return Ordering::Equal,
            }
        }
    }

    /// The order of two different terms without their arguments.
    fn compare_tops(&self, a: View<'_>, b: View<'_>) -> Ordering {
        fn rank(v: &View<'_>) -> u8 {
            match v {
                View::Var(_) => 0,
                View::Int(_) | View::Float(_) => 1,
                View::Atom(_) => 3,
                View::Str(_) => 4,
                View::Compound(..) => 5,
            }
        }
        match (a, b) {
            (View::Var(x), View::Var(y)) => x.cmp(&y),
            (View::Int(x), View::Int(y)) => x.cmp(&y),
            // A float equal in value to an integer comes first, as in ISO.
            (View::Int(x), View::Float(y)) => (x as f64).total_cmp(&y).then(Ordering::Greater),
            (View::Float(x), View::Int(y)) => x.total_cmp(&(y as f64)).then(Ordering::Less),
            (View::Float(x), View::Float(y)) => x.total_cmp(&y),
            (View::Atom(x), View::Atom(y)) => self.name(x).cmp(self.name(y)),
            (View::Str(x), View::Str(y)) => x.cmp(y),
            (View::Compound(f, xs), View::Compound(g, ys)) => {
                xs.len().cmp(&ys.len()).then_with(|| self.name(f).cmp(self.name(g)))
            }
            _ => rank(&a).cmp(&rank(&b)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_keep_their_value_at_the_edge_of_the_handle() {
        let mut terms = TermStore::new();
        for v in [0, 1, -1, SMALL - 1, SMALL, -SMALL, -SMALL - 1, i64::MAX, i64::MIN] {
            let t = terms.int(v);
            assert_eq!(terms.as_int(t), Some(v));
            assert_eq!(terms.int(v), t);
        }
    }

    #[test]
    fn a_long_list_is_one_handle_and_is_walked_without_recursion() {
        let mut terms = TermStore::new();
        let items: Vec<Term> = (0..200_000).map(|i| terms.int(i)).collect();
        let (a, b) = (terms.list(&items), terms.list(&items));
        assert_eq!(a, b);
        assert_eq!(terms.as_list(a).unwrap().len(), 200_000);
        let open = terms.partial_list(&items, Term::var(0));
        assert!(!terms.is_ground(open));
        assert_eq!(terms.substitute(open, &mut |_, _| Term::atom(sym::NIL)), a);
        assert_eq!(terms.vars(open), [0]);
    }

    #[test]
    fn many_variables_are_listed_once_each() {
        let mut terms = TermStore::new();
        let items: Vec<Term> = (0..100_000).map(|i| Term::var(i % 50_000)).collect();
        let list = terms.list(&items);
        assert_eq!(terms.vars(list), (0..50_000).collect::<Vec<u32>>());
    }

    #[test]
    fn deep_terms_are_compared_argument_by_argument() {
        let mut t = TermStore::new();
        let (f, a, b) = (t.symbol("f"), t.atom("a"), t.atom("b"));
        // f(f(..., a, X), a, X): the innermost first argument decides, then the others from inside out.
        let mut nested = |inner: Term, last: Term| {
            let mut term = inner;
            for _ in 0..100_000 {
                term = t.compound(f, &[term, a, last]);
            }
            term
        };
        let (aa, ab, ba) = (nested(a, a), nested(a, b), nested(b, a));
        assert_eq!(t.compare(aa, ab), Ordering::Less);
        assert_eq!(t.compare(ba, ab), Ordering::Greater);
        assert_eq!(t.compare(ab, ab), Ordering::Equal);
    }

    #[test]
    fn standard_order() {
        let mut t = TermStore::new();
        let f = t.symbol("f");
        let (one, one_f, two) = (t.int(1), t.float(1.0), t.int(2));
        let (a, b) = (t.atom("a"), t.atom("b"));
        let s = t.string("a");
        let (fa, fb, faa) = (t.compound(f, &[a]), t.compound(f, &[b]), t.compound(f, &[a, a]));
        let sorted = [Term::var(0), one_f, one, two, a, b, s, fa, fb, faa];
        for (i, &x) in sorted.iter().enumerate() {
            for (j, &y) in sorted.iter().enumerate() {
                assert_eq!(t.compare(x, y), i.cmp(&j), "{} against {}", t.display(x), t.display(y));
            }
        }
    }
}
