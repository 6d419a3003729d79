//! Reading what a command is given: theory files, further queries and evidence, network outputs.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use symbolon_learn::Project;
use symbolon_theory::Theory;
use symbolon_theory::diag::{Code, Diagnostic, Diagnostics, Sources};
use symbolon_theory::lineage::NeuralInstance;
use symbolon_theory::term::TermStore;

use crate::project::{self, Asked};

/// Reads the files of a theory; `-` is standard input.
pub fn theory(files: &[PathBuf]) -> Result<Theory, Diagnostics> {
    if files == [PathBuf::from("-")] {
        let mut text = String::new();
        return match std::io::stdin().read_to_string(&mut text) {
            Ok(_) => Theory::parse_named("<stdin>", &text),
            Err(error) => Err(unreadable(Path::new("-"), &error)),
        };
    }
    Theory::read_all(files)
}

/// The theory that `symbolon infer` is asked about, and what answers its neural predicates.
pub fn inferred(files: &[PathBuf], nn: Option<&Path>) -> Result<(Theory, Outputs), Diagnostics> {
    match files {
        [folder] if folder.is_dir() => {
            let project = project::trained(folder, None, None, &project::On::default())?;
            Ok((project.program.learned(&project.logits), Outputs::Networks(Box::new(Asked::new(project)))))
        }
        _ => Ok((theory(files)?, Outputs::read(nn)?)),
    }
}

/// A theory with the further queries and observations of the command line.
pub fn asked(mut theory: Theory, queries: &[String], evidence: &[String]) -> Result<Theory, Diagnostics> {
    for text in queries {
        let query = theory.parse_query(text)?;
        theory.queries.push(query);
    }
    for text in evidence {
        let observation = theory.parse_evidence(text)?;
        theory.evidence.push(observation);
    }
    Ok(theory)
}

/// Where the outputs of networks come from.
pub enum Outputs {
    /// A file: `{"net": {"input": [p, ...]}}`; several inputs are joined with commas.
    Given(HashMap<String, HashMap<String, Vec<f64>>>),
    /// The networks of a trained project.
    Networks(Box<Asked<Project>>),
}

impl Outputs {
    /// Reads the outputs from a file; none without one.
    pub fn read(file: Option<&Path>) -> Result<Outputs, Diagnostics> {
        let Some(path) = file else { return Ok(Outputs::Given(HashMap::new())) };
        let text = std::fs::read_to_string(path).map_err(|e| unreadable(path, &e))?;
        serde_json::from_str(&text).map(Outputs::Given).map_err(|error| {
            let message = format!("{} does not hold network outputs: {error}", path.display());
            let help = "write {\"net\": {\"input\": [p1, p2, ...]}}, one probability for each value of the domain";
            Diagnostics::one(Diagnostic::error(Code::File, None, message).help(help), &Sources::default())
        })
    }

    /// The output for one call of a network.
    pub fn of(&self, terms: &TermStore, instance: &NeuralInstance) -> Option<Vec<f64>> {
        match self {
            Outputs::Given(outputs) => {
                let inputs: Vec<String> = instance.inputs.iter().map(|&t| terms.display(t).to_string()).collect();
                outputs.get(terms.name(instance.net))?.get(&inputs.join(",")).cloned()
            }
            Outputs::Networks(asked) => asked.of(terms, instance),
        }
    }

    /// What a network said that failed, rather than that it said nothing.
    pub fn explained(&self, error: Diagnostics) -> Diagnostics {
        match self {
            Outputs::Networks(asked) => asked.explained(error),
            Outputs::Given(_) => error,
        }
    }
}

/// The error for a file that cannot be read.
pub fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostics {
    let message = format!("cannot read {}: {error}", path.display());
    Diagnostics::one(Diagnostic::error(Code::File, None, message), &Sources::default())
}
