//! What the directives of a theory say about networks, tables and training.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use symbolon_net::{Architecture, Checkpoint, Network};
use symbolon_tensor::{Device, Rng};
use symbolon_theory::Theory;
use symbolon_theory::diag::{Code, Diagnostic, Diagnostics, Span};
use symbolon_theory::program::Weights;
use symbolon_theory::term::{Term, TermStore, View};

use super::settings::{self, Settings};
use crate::error::{Error, Result};

/// A network that a theory names.
pub(crate) struct DeclaredNetwork {
    pub name: String,
    pub span: Span,
    from: From,
}

enum From {
    Architecture(String),
    File(PathBuf),
}

/// A table of observations.
pub(crate) struct DeclaredTable {
    pub file: PathBuf,
    /// A query over variables, and their names; `None` where the table holds whole queries.
    pub template: Option<Term>,
    pub vars: Vec<std::sync::Arc<str>>,
    pub span: Span,
    pub test: bool,
}

/// All that a theory declares.
pub(crate) struct Declared {
    pub networks: Vec<DeclaredNetwork>,
    pub tables: Vec<DeclaredTable>,
    pub settings: Settings,
}

pub(crate) const NETWORK_HELP: &str = "write :- network(digit, lenet(10)). or mlp(4, 16, 3), or name a file of weights: :- network(digit, \"digit.safetensors\").";

/// An error at a directive.
pub(crate) fn wrong(theory: &Theory, span: Span, problem: impl Into<String>, help: &str) -> Error {
    let error = Diagnostic::error(Code::Directive, span, problem.into()).help(help);
    Error::Theory(Diagnostics::one(error, &theory.sources))
}

impl Declared {
    /// Reads the directives.
    ///
    /// # Errors
    /// The first one that is wrong, with its place.
    pub fn read(theory: &Theory) -> Result<Declared> {
        let mut declared = Declared { networks: Vec::new(), tables: Vec::new(), settings: Settings::default() };
        let terms = theory.terms.lock();
        for d in &theory.program.declarations {
            let View::Compound(name, args) = terms.view(d.term) else { continue };
            let found = match (terms.name(name), args) {
                ("network", &[name, what]) => declared.network(&terms, name, what, d.span),
                ("train" | "test", &[file, ref template @ ..]) => match text(&terms, file) {
                    Some(file) => {
                        declared.tables.push(DeclaredTable {
                            file: file.into(),
                            template: template.first().copied(),
                            vars: d.vars.clone(),
                            span: d.span,
                            test: terms.name(name) == "test",
                        });
                        Ok(())
                    }
                    None => Err(("the first argument names a file".to_owned(), TABLE_HELP)),
                },
                ("training", &[list]) => {
                    let items = terms.as_list(list).unwrap_or_else(|| vec![list]);
                    let all = items.into_iter().try_for_each(|s| declared.settings.set(&terms, s));
                    all.map_err(|problem| (problem, settings::HELP))
                }
                _ => Ok(()),
            };
            if let Err((problem, help)) = found {
                drop(terms);
                return Err(wrong(theory, d.span, problem, help));
            }
        }
        drop(terms);
        Ok(declared)
    }

    fn network(
        &mut self,
        terms: &TermStore,
        name: Term,
        what: Term,
        span: Span,
    ) -> std::result::Result<(), (String, &'static str)> {
        let Some(name) = text(terms, name) else {
            return Err(("the name of a network is an atom".to_owned(), NETWORK_HELP));
        };
        if self.networks.iter().any(|n| n.name == name) {
            return Err((format!("the network {name} is declared twice"), "keep one of the declarations"));
        }
        let from = match terms.view(what) {
            View::Str(file) => From::File(file.into()),
            View::Atom(file) if terms.name(file).ends_with(".safetensors") => From::File(terms.name(file).into()),
            _ => From::Architecture(terms.display(what).to_string()),
        };
        self.networks.push(DeclaredNetwork { name, span, from });
        Ok(())
    }
}

const TABLE_HELP: &str = "write :- train(\"train.csv\", addition(mnist(A), mnist(B), S)). with a column for each variable, or \
     :- train(\"train.csv\"). with a column `query`";

impl DeclaredNetwork {
    /// The network, with new weights or those of its file.
    pub fn build(&self, folder: &Path, rng: &mut Rng, device: Device) -> std::result::Result<Box<dyn Network>, String> {
        let built = match &self.from {
            From::Architecture(text) => text.parse::<Architecture>().and_then(|a| a.build(rng, device)),
            From::File(file) => Checkpoint::load(folder.join(file)).and_then(|c| c.network(device)),
        };
        built.map_err(|e| e.to_string())
    }
}

/// Every network that a neural predicate calls must be declared.
pub(crate) fn all_bound(theory: &Theory, networks: &BTreeMap<String, Box<dyn Network>>) -> Result<()> {
    let terms = theory.terms.lock();
    for disjunction in &theory.program.disjunctions {
        let Weights::Neural { net, .. } = &disjunction.weights else { continue };
        let name = terms.name(*net);
        if !networks.contains_key(name) {
            let problem = format!("the network {name} is not declared");
            drop(terms);
            return Err(wrong(theory, disjunction.span, problem, NETWORK_HELP));
        }
    }
    Ok(())
}

/// An atom or a string.
fn text(terms: &TermStore, term: Term) -> Option<String> {
    match terms.view(term) {
        View::Atom(name) => Some(terms.name(name).to_owned()),
        View::Str(text) => Some(text.to_owned()),
        _ => None,
    }
}
