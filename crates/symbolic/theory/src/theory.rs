//! A theory: a program that has been read, checked and lowered, with its queries and its evidence.
//!
//! ```
//! use symbolon_theory::theory::Theory;
//! let mut theory = Theory::parse("0.4::heads(1). 0.6::heads(2). some :- heads(_). query(some).").unwrap();
//! let query = theory.parse_query("heads(X)").unwrap();
//! theory.queries.push(query);
//! ```
//!
//! A mistake in a text is a [`Diagnostics`], which prints with the line, a caret and a remedy.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::diag::{Code, Diagnostic, Diagnostics, Sources, Span};
use crate::load::{Loaded, Loader};
use crate::lower;
use crate::parser::Parser;
use crate::program::{PredId, Program};
use crate::term::{Term, TermStore, View, sym};
use crate::tree::{Forest, Tree};

/// A store of terms that several owners share. Lock it once for a piece of work, not for each term.
#[derive(Clone, Default)]
pub struct Terms(Arc<Mutex<TermStore>>);

impl Terms {
    /// A new store that knows the common names.
    pub fn new() -> Terms {
        Terms(Arc::new(Mutex::new(TermStore::new())))
    }

    /// The store. A store is never left half-changed, so one whose owner panicked is used on.
    pub fn lock(&self) -> MutexGuard<'_, TermStore> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// A term as text.
    pub fn show(&self, term: Term) -> String {
        self.lock().display(term).to_string()
    }
}

impl std::fmt::Debug for Terms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Terms({})", self.lock().len())
    }
}

/// A goal to be asked: an atom or a conjunction, perhaps with variables.
#[derive(Clone, Debug)]
pub struct Query {
    /// The goal as written, over variables `0..vars.len()`.
    pub goal: Term,
    /// The predicate to call: that of the atom, or an auxiliary one.
    pub pred: PredId,
    /// Its arguments, over the same variables. An answer binds them; the answer's text is `goal` with the same bindings.
    pub args: Vec<Term>,
    /// Names of the variables.
    pub vars: Vec<Arc<str>>,
    /// Where it is written.
    pub span: Span,
}

/// An observation: a goal and whether it was seen to be true.
#[derive(Clone, Debug)]
pub struct Observation {
    /// What was observed.
    pub query: Query,
    /// Whether it was true.
    pub value: bool,
}

/// A program with its terms, texts, queries and evidence. Cheap to clone; clones share their terms.
#[derive(Clone, Debug)]
pub struct Theory {
    /// The lowered program. `query/1` and `evidence/1,2` are ordinary predicates of it.
    pub program: Program,
    /// Its terms.
    pub terms: Terms,
    /// The texts that spans point into.
    pub sources: Sources,
    /// Queries added by [`Theory::parse_query`] or by hand, besides those of the program.
    pub queries: Vec<Query>,
    /// Evidence added by [`Theory::parse_evidence`] or by hand, besides that of the program.
    pub evidence: Vec<Observation>,
    warnings: Vec<Diagnostic>,
}

impl Theory {
    /// Reads a program.
    ///
    /// # Errors
    /// Everything that is wrong with it, up to about twenty messages.
    pub fn parse(text: &str) -> Result<Theory, Diagnostics> {
        Theory::parse_named("<text>", text)
    }

    /// Reads a program that goes by this name in messages.
    ///
    /// # Errors
    /// As [`Theory::parse`].
    pub fn parse_named(name: &str, text: &str) -> Result<Theory, Diagnostics> {
        Theory::load(|loader| {
            loader.text(name, text.to_owned());
            loader.files();
        })
    }

    /// Reads a file, and the files that it consults.
    ///
    /// # Errors
    /// As [`Theory::parse`]; also files that cannot be read.
    pub fn read(path: impl AsRef<Path>) -> Result<Theory, Diagnostics> {
        Theory::read_all(&[path])
    }

    /// Reads several files as one program.
    ///
    /// # Errors
    /// As [`Theory::read`].
    pub fn read_all(paths: &[impl AsRef<Path>]) -> Result<Theory, Diagnostics> {
        Theory::load(|loader| {
            paths.iter().for_each(|p| loader.file(p.as_ref(), None));
            loader.files();
        })
    }

    fn load(read: impl FnOnce(&mut Loader<'_>)) -> Result<Theory, Diagnostics> {
        let mut terms = TermStore::new();
        let mut loader = Loader::new(&mut terms);
        read(&mut loader);
        let Loaded { program, sources, warnings } = loader.finish()?;
        Ok(Theory {
            program,
            terms: Terms(Arc::new(Mutex::new(terms))),
            sources,
            queries: Vec::new(),
            evidence: Vec::new(),
            warnings,
        })
    }

    /// What was found while reading that is probably not meant, in source order.
    pub fn warnings(&self) -> Diagnostics {
        Diagnostics { list: self.warnings.clone(), sources: self.sources.clone() }
    }

    /// Forgets all queries, those of the program too.
    pub fn forget_queries(&mut self) {
        self.program.index.remove(&(sym::QUERY, 1));
        self.queries.clear();
    }

    /// Reads a query, such as `p(X)` or `p(X), \+ q(X)`, without asking it: push it to [`Theory::queries`], or hand it to
    /// the engine.
    ///
    /// # Errors
    /// A text that is not one goal, or a goal that is not supported.
    pub fn parse_query(&mut self, text: &str) -> Result<Query, Diagnostics> {
        let (goal, vars, span) = self.read_goal("<query>", text)?;
        self.query(goal, vars, span)
    }

    /// Reads evidence: `a`, `\+ a`, `a = true`, `a = false`, or `evidence(a, false)`.
    ///
    /// # Errors
    /// As [`Theory::parse_query`].
    pub fn parse_evidence(&mut self, text: &str) -> Result<Observation, Diagnostics> {
        let (goal, vars, span) = self.read_goal("<evidence>", text)?;
        let (mut goal, mut value) = (goal, true);
        {
            let terms = self.terms.lock();
            loop {
                match terms.view(goal) {
                    View::Compound(sym::NOT | sym::NOT_WORD, &[inner]) => (goal, value) = (inner, !value),
                    View::Compound(sym::EVIDENCE, &[inner]) => goal = inner,
                    View::Compound(sym::EVIDENCE | sym::EQUAL, &[inner, truth]) => match terms.view(truth) {
                        View::Atom(sym::TRUE) => goal = inner,
                        View::Atom(sym::FALSE | sym::FAIL) => (goal, value) = (inner, !value),
                        _ => break,
                    },
                    _ => break,
                }
            }
        }
        Ok(Observation { query: self.query(goal, vars, span)?, value })
    }

    /// Reads a term. Its variables are numbered in order of first occurrence; their names are returned with it.
    ///
    /// # Errors
    /// A text that is not one term.
    pub fn parse_term(&mut self, text: &str) -> Result<(Term, Vec<Arc<str>>), Diagnostics> {
        self.read_goal("<term>", text).map(|(term, vars, _)| (term, vars))
    }

    fn query(&mut self, goal: Term, vars: Vec<Arc<str>>, span: Span) -> Result<Query, Diagnostics> {
        let found = lower::goal(&mut self.program, &mut self.terms.lock(), goal, span);
        match found {
            Ok((pred, args)) => Ok(Query { goal, pred, args, vars, span }),
            Err(error) => Err(Diagnostics::one(error, &self.sources)),
        }
    }

    /// Reads a text that is one term, with or without a dot at its end.
    fn read_goal(&mut self, name: &str, text: &str) -> Result<(Term, Vec<Arc<str>>, Span), Diagnostics> {
        let source = self.sources.add(name, text);
        let result = read_term(&mut self.terms.lock(), text, source);
        result.map_err(|error| Diagnostics::one(error, &self.sources))
    }
}

/// Reads one term from a text that is source number `source`.
pub(crate) fn read_term(
    terms: &mut TermStore,
    text: &str,
    source: u32,
) -> Result<(Term, Vec<Arc<str>>, Span), Diagnostic> {
    let mut forest = Forest::default();
    let mut parser = Parser::new(text, source);
    let whole = Span { source, start: 0, end: text.len() as u32 };
    let Some(tree) = parser.clause(terms, &mut forest, false) else {
        return Err(Diagnostic::error(Code::Syntax, whole, "there is nothing here"));
    };
    let Tree { root, span, .. } = tree?;
    let mut rest = Forest::default();
    match parser.clause(terms, &mut rest, false) {
        None => {}
        Some(Err(error)) => return Err(error),
        Some(Ok(more)) => return Err(Diagnostic::error(Code::Syntax, more.span, "only one term is expected here")),
    }
    let names = forest.vars.iter().map(|v| forest.names[v.name as usize].clone()).collect();
    Ok((forest.term(terms, root), names, span))
}
