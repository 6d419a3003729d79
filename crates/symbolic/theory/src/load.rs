//! Loading: from files and texts to a checked [`Program`].
//!
//! Clauses without a body go into the program as they are read, so a million facts need no syntax trees. Rules wait until
//! all files are read: only then is it known which names the user defines, and which mean a builtin or a library predicate.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use crate::check;
use crate::clause;
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, Sources, Span};
use crate::heads;
use crate::library;
use crate::lower::Lower;
use crate::parser::Parser;
use crate::program::{DECLARATIONS, Declaration, Program};
use crate::term::{TermStore, View, sym};
use crate::tree::{Forest, Kind, Tree};

/// Reading stops after this many errors: what follows is mostly a consequence.
const MAX_ERRORS: usize = 20;

/// What ProbLog and Prolog systems call libraries. All predicates are always available, so loading one does nothing.
const LIBRARIES: &[&str] = &[
    "lists",
    "apply",
    "aggregate",
    "collect",
    "control",
    "cut",
    "string",
    "strings",
    "builtin",
    "ordsets",
    "pairs",
    "random",
    "readutil",
    "system",
    "error",
    "debug",
    "option",
    "between",
    "arith",
    "yall",
];

/// A theory under construction.
pub(crate) struct Loader<'a> {
    terms: &'a mut TermStore,
    program: Program,
    sources: Sources,
    forest: Forest,
    diags: Vec<Diagnostic>,
    rules: Vec<Tree>,
    constraints: Vec<Tree>,
    /// Files still to be read, with the place that asks for them.
    queue: VecDeque<(PathBuf, Option<Span>)>,
    seen: FxHashSet<PathBuf>,
    /// The folder that relative file names in the current text are relative to.
    folder: PathBuf,
    full: bool,
}

/// What loading gives.
pub(crate) struct Loaded {
    pub program: Program,
    pub sources: Sources,
    pub warnings: Vec<Diagnostic>,
}

impl<'a> Loader<'a> {
    pub fn new(terms: &'a mut TermStore) -> Loader<'a> {
        let mut sources = Sources::default();
        sources.add(library::NAME, library::TEXT);
        Loader {
            terms,
            program: Program::default(),
            sources,
            forest: Forest::default(),
            diags: Vec::new(),
            rules: Vec::new(),
            constraints: Vec::new(),
            queue: VecDeque::new(),
            seen: FxHashSet::default(),
            folder: PathBuf::new(),
            full: false,
        }
    }

    /// Asks for a file.
    pub fn file(&mut self, path: &Path, span: Option<Span>) {
        let mut path = path.to_owned();
        if !path.is_file() {
            let with_extension = PathBuf::from(format!("{}.pl", path.display()));
            if with_extension.is_file() {
                path = with_extension;
            }
        }
        // Reading a file twice would double its probabilistic facts, and files may load each other.
        let key = path.canonicalize().unwrap_or_else(|_| path.clone());
        if self.seen.insert(key) {
            self.queue.push_back((path, span));
        }
    }

    /// Reads all files that were asked for, and those that they ask for.
    pub fn files(&mut self) {
        while let Some((path, span)) = self.queue.pop_front() {
            let name = path.display().to_string();
            match std::fs::read(&path) {
                Err(error) => {
                    let message = format!("the file {name} cannot be read: {}", plain_io_error(&error));
                    self.diags.push(
                        Diagnostic::error(Code::File, span, message)
                            .help("file names are relative to the folder of the file that names them"),
                    );
                }
                Ok(bytes) => match String::from_utf8(bytes) {
                    Err(error) => {
                        let at = error.utf8_error().valid_up_to();
                        let message = format!("the file {name} is not UTF-8 text (byte {at})");
                        self.diags.push(Diagnostic::error(Code::File, span, message).help("save it as UTF-8"));
                    }
                    Ok(text) => {
                        self.folder = path.parent().unwrap_or(Path::new("")).to_owned();
                        self.text(&name, text);
                    }
                },
            }
        }
    }

    /// Reads a text.
    pub fn text(&mut self, name: &str, text: String) {
        if u32::try_from(text.len()).is_err() {
            let message = format!("{name} is longer than 4 GiB");
            self.diags.push(Diagnostic::error(Code::File, None, message).help("split it into several files"));
            return;
        }
        let source = self.sources.add(name, text);
        let Some(text) = self.sources.get(source).cloned() else { return };
        let mut parser = Parser::new(&text.text, source);
        while !self.full {
            match parser.clause(self.terms, &mut self.forest, true) {
                None => break,
                Some(Ok(tree)) => self.clause(tree),
                Some(Err(error)) => {
                    self.diags.push(error);
                    if self.diags.iter().filter(|d| d.severity == Severity::Error).count() >= MAX_ERRORS {
                        self.full = true;
                        self.diags.push(Diagnostic::error(
                            Code::Syntax,
                            None,
                            "too many errors; the rest is not shown",
                        ));
                    }
                }
            }
        }
    }

    fn lower(&mut self) -> Lower<'_> {
        Lower::new(&mut self.program, self.terms, &mut self.forest, &mut self.diags)
    }

    fn clause(&mut self, tree: Tree) {
        let root = tree.root;
        if let Some(head) = clause::ground_fact(&self.forest, &tree) {
            let mut lower = self.lower();
            if let Some(pred) = clause::define(&mut lower, tree.source, head) {
                let mut args = Vec::new();
                lower.forest.arguments(lower.terms, head.atom, &mut args);
                lower.program.add_fact(pred, &args, None);
            }
            return self.forget(&tree);
        }
        match self.forest.functor(root) {
            Some((sym::NECK, 1)) => self.directive(tree),
            Some((sym::NECK | sym::ARROW_LEFT, 2)) => {
                check::singletons(&self.forest, &tree, &mut self.diags);
                if clause::declare(&mut self.lower(), &tree) {
                    self.rules.push(tree);
                }
            }
            _ => {
                check::singletons(&self.forest, &tree, &mut self.diags);
                clause::lower(&mut self.lower(), &tree);
                self.forget(&tree);
            }
        }
    }

    /// Drops the last tree that was read.
    fn forget(&mut self, tree: &Tree) {
        let first = tree.root + 1 - self.forest.nodes[tree.root].size as usize;
        self.forest.nodes.truncate(first);
        self.forest.vars.truncate(tree.first_var);
    }

    fn directive(&mut self, tree: Tree) {
        let body = tree.root - 1;
        let span = self.forest.span(tree.source, body);
        let functor = self.forest.functor(body);
        let name = functor.map_or(String::new(), |(name, _)| self.terms.name(name).to_owned());
        let arity = functor.map_or(0, |(_, arity)| arity);
        match (name.as_str(), arity) {
            ("consult" | "ensure_loaded" | "include" | "load_files", 1) => self.consult(tree.source, body - 1),
            ("use_module", 1 | 2) => {
                let first = self.forest.children(body)[0];
                self.consult(tree.source, first);
            }
            ("dynamic" | "discontiguous" | "table" | "multifile", 1) => self.indicators(tree.source, &name, body - 1),
            (
                "initialization" | "set_prolog_flag" | "style_check" | "module" | "license" | "encoding" | "unknown",
                _,
            )
            | ("write" | "writeln" | "print" | "format" | "nl" | "debugprint" | "writenl" | "main" | "set_random", _) =>
                {}
            ("query" | "evidence", 1 | 2) => {
                let text = self.sources.text(span).to_owned();
                self.diags.push(
                    Diagnostic::error(Code::Directive, tree.span, format!("{name} is not a directive"))
                        .help(format!("write it as a fact: `{text}.`")),
                );
            }
            ("op", 3) => {
                let help = "write the term as name(Left, Right)";
                self.diags.push(Diagnostic::error(Code::Unsupported, span, "operators cannot be declared").help(help));
            }
            (name, arity) if DECLARATIONS.iter().any(|(n, a)| *n == name && a.contains(&arity)) => {
                let term = self.forest.term(self.terms, body);
                let vars = &self.forest.vars[tree.first_var..][..tree.var_count as usize];
                let vars = vars.iter().map(|v| self.forest.names[v.name as usize].clone()).collect();
                self.program.declarations.push(Declaration { term, vars, span });
            }
            _ if matches!(self.forest.node(body).kind, Kind::List(_, false)) => self.consult(tree.source, body),
            _ => {
                check::singletons(&self.forest, &tree, &mut self.diags);
                self.constraints.push(tree);
                return;
            }
        }
        self.forget(&tree);
    }

    /// Loads what a node names: a file, a library, or a list of them.
    fn consult(&mut self, source: u32, node: usize) {
        let mut nodes = vec![node];
        while let Some(node) = nodes.pop() {
            let span = self.forest.span(source, node);
            match self.forest.node(node).kind {
                Kind::List(_, false) => nodes.extend(self.forest.children(node).into_iter().rev()),
                Kind::Compound(name, 1) if self.terms.name(name) == "library" => {
                    let term = self.forest.term(self.terms, node - 1);
                    let library = self.terms.display(term).to_string();
                    let library = library.trim_matches('\'');
                    if !LIBRARIES.contains(&library.trim_end_matches(".pl")) {
                        self.diags.push(unknown_library(library, span));
                    }
                }
                Kind::Term(t) => {
                    let file = match self.terms.view(t) {
                        View::Atom(name) => self.terms.name(name).to_owned(),
                        View::Str(text) => text.to_owned(),
                        _ => return self.not_a_file(span),
                    };
                    if file.ends_with(".py") {
                        self.diags.push(
                            Diagnostic::error(Code::Unsupported, span, "Python modules cannot be loaded")
                                .help("write the predicate in the language, or give its values as facts"),
                        );
                    } else {
                        let path = self.folder.join(file);
                        self.file(&path, Some(span));
                    }
                }
                _ => return self.not_a_file(span),
            }
        }
    }

    fn not_a_file(&mut self, span: Span) {
        self.diags.push(
            Diagnostic::error(Code::Directive, span, "this does not name a file")
                .help("write :- consult('file.pl'). or :- use_module(library(lists))."),
        );
    }

    /// `name/arity, ...`: declares predicates that may be without clauses.
    fn indicators(&mut self, source: u32, directive: &str, node: usize) {
        let mut nodes = vec![node];
        while let Some(node) = nodes.pop() {
            let span = self.forest.span(source, node);
            match self.forest.functor(node).map(|(name, arity)| (self.terms.name(name), arity)) {
                Some((",", 2)) => {
                    let (left, right) = self.forest.pair(node);
                    nodes.extend([right, left]);
                    continue;
                }
                Some(("/", 2)) => {
                    let (name, arity) = self.forest.pair(node);
                    let (name, arity) = (self.forest.term(self.terms, name), self.forest.term(self.terms, arity));
                    let arity = self.terms.as_int(arity).and_then(|n| u32::try_from(n).ok());
                    if let (Some(name), Some(arity)) = (name.as_atom(), arity) {
                        let id = self.program.pred(name, arity, span);
                        // `table` says how to run a predicate, not that it exists.
                        self.program.preds[id.0 as usize].defined |= directive != "table";
                        continue;
                    }
                }
                // `:- table path(_,_).`
                Some(_) if directive == "table" => continue,
                None if matches!(self.forest.node(node).kind, Kind::List(_, false)) => {
                    nodes.extend(self.forest.children(node).into_iter().rev());
                    continue;
                }
                _ => {}
            }
            self.diags.push(
                Diagnostic::error(
                    Code::Directive,
                    span,
                    format!("`{directive}` takes a name and a number of arguments"),
                )
                .help(format!("write :- {directive} p/2.")),
            );
        }
    }

    /// Lowers what waits and checks the whole.
    pub fn finish(mut self) -> Result<Loaded, Diagnostics> {
        let (rules, constraints) = (std::mem::take(&mut self.rules), std::mem::take(&mut self.constraints));
        let mut wanted = Vec::new();
        for (tree, constraint) in rules.iter().map(|t| (t, false)).chain(constraints.iter().map(|t| (t, true))) {
            let mut lower = self.lower();
            if constraint {
                clause::constraint(&mut lower, tree);
            } else {
                clause::lower(&mut lower, tree);
            }
            wanted.append(&mut lower.wanted);
        }
        library::load(&mut self.program, self.terms, wanted, &mut self.diags);
        heads::join_denied(&mut self.program, self.terms);
        check::program(&self.program, self.terms, &mut self.diags);
        self.diags.sort_by_key(|d| d.span.map_or((u32::MAX, u32::MAX), |s| (s.source, s.start)));
        let diagnostics = Diagnostics { list: self.diags, sources: self.sources };
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        Ok(Loaded { program: self.program, sources: diagnostics.sources, warnings: diagnostics.list })
    }
}

fn unknown_library(name: &str, span: Span) -> Diagnostic {
    if name.ends_with(".py") {
        return Diagnostic::error(Code::Unsupported, span, "Python modules cannot be loaded")
            .help("write the predicate in the language, or give its values as facts");
    }
    Diagnostic::warning(Code::File, span, format!("there is no library {name}"))
        .help("the predicates of lists, apply, aggregate and string are always available")
}

/// The words of an I/O error without its number.
fn plain_io_error(error: &std::io::Error) -> String {
    use std::io::ErrorKind::*;
    match error.kind() {
        NotFound => "there is no such file".into(),
        PermissionDenied => "reading it is not permitted".into(),
        IsADirectory => "it is a folder".into(),
        _ => error.to_string(),
    }
}
