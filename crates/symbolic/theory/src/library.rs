//! The library: predicates written in the language itself (`library.pl`), loaded one by one when a program calls them.
//!
//! The text is read once per process to find out where each predicate stands; a theory parses only the clauses that it needs.

use std::ops::Range;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::clause;
use crate::diag::Diagnostic;
use crate::lower::Lower;
use crate::parser::Parser;
use crate::program::Program;
use crate::term::{Symbol, TermStore};
use crate::tree::Forest;

/// The number of the library among the sources of every theory.
pub(crate) const SOURCE: u32 = 0;
/// The name of the library in messages.
pub(crate) const NAME: &str = "<library>";
pub(crate) const TEXT: &str = include_str!("library.pl");

type Index = FxHashMap<(String, u32), Vec<Range<usize>>>;

/// Where the clauses of each predicate stand.
fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let (mut terms, mut forest, mut index) = (TermStore::new(), Forest::default(), Index::default());
        let mut parser = Parser::new(TEXT, SOURCE);
        loop {
            let start = parser.position();
            let Some(clause) = parser.clause(&mut terms, &mut forest, true) else { break };
            // The library is ours: that every clause of it can be read is a test.
            let Ok(tree) = clause else { continue };
            for head in clause::heads(&forest, tree.root) {
                if let Some((name, arity)) = forest.functor(head.atom) {
                    index.entry((terms.name(name).to_owned(), arity)).or_default().push(start..parser.position());
                }
            }
        }
        index
    })
}

/// Whether the library defines a predicate.
pub(crate) fn has(name: &str, arity: u32) -> bool {
    // Looking up a pair with a borrowed name would need a key type of its own; names that long are rare calls anyway.
    index().contains_key(&(name.to_owned(), arity))
}

/// All predicates of the library, sorted.
pub(crate) fn names() -> impl Iterator<Item = (&'static str, u32)> {
    let mut all: Vec<_> = index().keys().map(|(name, arity)| (name.as_str(), *arity)).collect();
    all.sort_unstable();
    all.into_iter()
}

/// Loads library predicates, and those that they call.
pub(crate) fn load(
    program: &mut Program,
    terms: &mut TermStore,
    wanted: Vec<(Symbol, u32)>,
    diags: &mut Vec<Diagnostic>,
) {
    let mut wanted = wanted;
    let mut forest = Forest::default();
    while let Some((name, arity)) = wanted.pop() {
        let text = terms.name(name);
        // `library:p` is the library's own `p` where the user has defined another.
        let plain = text.strip_prefix("library:").unwrap_or(text).to_owned();
        let Some(places) = index().get(&(plain, arity)) else { continue };
        for place in places {
            let mut parser = Parser::new(&TEXT[..place.end], SOURCE);
            parser.seek(place.start);
            if let Some(Ok(tree)) = parser.clause(terms, &mut forest, true) {
                let mut lower = Lower::new(program, terms, &mut forest, diags);
                lower.library = true;
                lower.rename = Some(name);
                clause::lower(&mut lower, &tree);
                wanted.append(&mut lower.wanted);
            }
        }
    }
}
