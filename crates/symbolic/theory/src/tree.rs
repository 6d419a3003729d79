//! Syntax trees with places: what the parser makes and what lowering reads.
//!
//! Interned terms have no place in a text, because equal terms are one; messages about a program need places. So clauses
//! are first read into a [`Forest`]: all nodes of all waiting clauses in one vector, in postfix order. The children of a
//! node stand before it; every node knows how many nodes its subtree has, so the last child of node `i` is `i - 1`, and
//! the child before a child `c` is `c - size(c)`. Making a term of a subtree is one pass over a slice, however deep it is.

use std::sync::Arc;

use crate::diag::Span;
use crate::term::{Symbol, Term, TermStore, View, sym};

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// A finished term: a variable of the clause, an atom, a number, a string (or, in goals that come from terms, anything).
    Term(Term),
    /// A functor with this many children.
    Compound(Symbol, u32),
    /// A list of this many children; with `true` the last of them is what follows the bar.
    List(u32, bool),
}

/// One node of a syntax tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub kind: Kind,
    /// Number of nodes of the subtree, this one included.
    pub size: u32,
    /// First byte in the source.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A variable of a clause.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Var {
    /// Index into [`Forest::names`].
    pub name: u32,
    /// Number of occurrences.
    pub count: u32,
    /// Its first occurrence.
    pub start: u32,
    pub end: u32,
}

/// Nodes and variables of many clauses.
#[derive(Debug, Default)]
pub(crate) struct Forest {
    pub nodes: Vec<Node>,
    pub vars: Vec<Var>,
    pub names: Vec<Arc<str>>,
}

/// One clause in a forest.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub source: u32,
    /// Its root; its first node is `root + 1 - size(root)`.
    pub root: usize,
    /// Its variables: `vars[first_var..first_var + var_count]`; `Term::var(i)` is the i-th of them.
    pub first_var: usize,
    pub var_count: u32,
    /// From its first token up to its end.
    pub span: Span,
}

impl Forest {
    pub fn node(&self, i: usize) -> Node {
        self.nodes[i]
    }

    /// The nodes of the subtree of `i`, `i` itself last.
    pub fn subtree(&self, i: usize) -> &[Node] {
        &self.nodes[i + 1 - self.nodes[i].size as usize..=i]
    }

    /// Functor and number of children; `None` for variables, numbers, strings and lists.
    pub fn functor(&self, i: usize) -> Option<(Symbol, u32)> {
        match self.nodes[i].kind {
            Kind::Term(t) => t.as_atom().map(|name| (name, 0)),
            Kind::Compound(name, arity) => Some((name, arity)),
            Kind::List(..) => None,
        }
    }

    /// Whether the node is this functor with this many children.
    pub fn is(&self, i: usize, name: Symbol, arity: u32) -> bool {
        self.functor(i) == Some((name, arity))
    }

    /// The number of the variable that the node is, if it is one.
    pub fn var(&self, i: usize) -> Option<u32> {
        match self.nodes[i].kind {
            Kind::Term(t) => t.as_var(),
            _ => None,
        }
    }

    /// The children of a node, left to right.
    pub fn children(&self, i: usize) -> Vec<usize> {
        let count = match self.nodes[i].kind {
            Kind::Term(_) => 0,
            Kind::Compound(_, n) | Kind::List(n, _) => n as usize,
        };
        let mut children = vec![0; count];
        let mut at = i;
        for slot in children.iter_mut().rev() {
            at -= 1;
            *slot = at;
            at -= self.nodes[at].size as usize - 1;
        }
        children
    }

    /// The two children of a binary node.
    pub fn pair(&self, i: usize) -> (usize, usize) {
        let right = i - 1;
        (right - self.nodes[right].size as usize, right)
    }

    /// Appends a node over the last `count` subtrees.
    pub fn push(&mut self, kind: Kind, count: usize, start: u32, end: u32) -> usize {
        let mut first = self.nodes.len();
        for _ in 0..count {
            first -= self.nodes[first - 1].size as usize;
        }
        let size = (self.nodes.len() - first + 1) as u32;
        self.nodes.push(Node { kind, size, start, end });
        self.nodes.len() - 1
    }

    /// The term of a subtree.
    pub fn term(&self, terms: &mut TermStore, i: usize) -> Term {
        match self.nodes[i].kind {
            Kind::Term(t) => t,
            _ => {
                let mut values = Vec::new();
                self.evaluate(terms, self.subtree(i), &mut values);
                values[0]
            }
        }
    }

    /// The terms of the arguments of a node, onto the end of `values`.
    pub fn arguments(&self, terms: &mut TermStore, i: usize, values: &mut Vec<Term>) {
        let below = self.subtree(i);
        self.evaluate(terms, &below[..below.len() - 1], values);
    }

    fn evaluate(&self, terms: &mut TermStore, nodes: &[Node], values: &mut Vec<Term>) {
        for node in nodes {
            match node.kind {
                Kind::Term(t) => values.push(t),
                Kind::Compound(name, arity) => {
                    let start = values.len() - arity as usize;
                    let term = terms.compound(name, &values[start..]);
                    values.truncate(start);
                    values.push(term);
                }
                Kind::List(count, barred) => {
                    let start = values.len() - count as usize;
                    let tail = if barred { values.pop().expect("a barred list has a tail") } else { terms.nil() };
                    let list = terms.partial_list(&values[start..], tail);
                    values.truncate(start);
                    values.push(list);
                }
            }
        }
    }

    /// Calls `see` for every occurrence of a variable in a subtree, left to right.
    pub fn for_each_var(&self, terms: &TermStore, i: usize, see: &mut dyn FnMut(u32)) {
        for node in self.subtree(i) {
            if let Kind::Term(t) = node.kind {
                match t.as_var() {
                    Some(v) => see(v),
                    None if !terms.is_ground(t) => terms.for_each_var(t, see),
                    None => {}
                }
            }
        }
    }

    /// The place of a node.
    pub fn span(&self, source: u32, i: usize) -> Span {
        Span { source, start: self.nodes[i].start, end: self.nodes[i].end }
    }
}

/// Which arguments of a control construct are goals, as a bit mask; `None` for everything that is not one.
pub(crate) fn goal_arguments(name: &str, arity: u32) -> Option<u32> {
    Some(match (name, arity) {
        ("," | ";" | "->" | "*->" | "|" | "forall", 2) => 0b11,
        ("\\+" | "not" | "once" | "ignore" | "call", 1) => 0b1,
        ("findall" | "all" | "all_or_none" | "aggregate_all", 3) => 0b10,
        ("^", 2) => 0b10,
        _ => return None,
    })
}

impl Forest {
    /// Appends a goal that is given as a term: control constructs become nodes, all else stays a finished term. Every node
    /// gets the same place. `None` if there are more than a million nodes (a term can be far smaller than its tree).
    pub fn push_goal(&mut self, terms: &TermStore, goal: Term, span: Span) -> Option<usize> {
        enum Step {
            Goal(Term),
            Leaf(Term),
            Build(Symbol, u32),
        }
        let first = self.nodes.len();
        let mut steps = vec![Step::Goal(goal)];
        while let Some(step) = steps.pop() {
            if self.nodes.len() - first > 1_000_000 {
                return None;
            }
            match step {
                Step::Leaf(t) => {
                    self.push(Kind::Term(t), 0, span.start, span.end);
                }
                Step::Build(name, arity) => {
                    self.push(Kind::Compound(name, arity), arity as usize, span.start, span.end);
                }
                Step::Goal(t) => match terms.view(t) {
                    View::Compound(name, args) if name != sym::CONS => {
                        let goals = goal_arguments(terms.name(name), args.len() as u32).unwrap_or(0);
                        steps.push(Step::Build(name, args.len() as u32));
                        for (i, &a) in args.iter().enumerate().rev() {
                            steps.push(if i < 32 && goals >> i & 1 == 1 { Step::Goal(a) } else { Step::Leaf(a) });
                        }
                    }
                    _ => {
                        self.push(Kind::Term(t), 0, span.start, span.end);
                    }
                },
            }
        }
        Some(self.nodes.len() - 1)
    }
}
