//! Reading what a command is given: theory files, further queries and evidence, network outputs.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use symbolon_theory::Theory;
use symbolon_theory::diag::{Code, Diagnostic, Diagnostics, Sources};
use symbolon_theory::lineage::NeuralInstance;
use symbolon_theory::term::TermStore;

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

/// A theory with the further queries and observations of the command line.
pub fn asked(files: &[PathBuf], queries: &[String], evidence: &[String]) -> Result<Theory, Diagnostics> {
    let mut theory = theory(files)?;
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

/// Outputs of networks: `{"net": {"input": [p, ...]}}`; several inputs are joined with commas.
pub struct Outputs(HashMap<String, HashMap<String, Vec<f64>>>);

impl Outputs {
    /// Reads the outputs from a file; none without one.
    pub fn read(file: Option<&Path>) -> Result<Outputs, Diagnostics> {
        let Some(path) = file else { return Ok(Outputs(HashMap::new())) };
        let text = std::fs::read_to_string(path).map_err(|e| unreadable(path, &e))?;
        serde_json::from_str(&text).map(Outputs).map_err(|error| {
            let message = format!("{} does not hold network outputs: {error}", path.display());
            let help = "write {\"net\": {\"input\": [p1, p2, ...]}}, one probability for each value of the domain";
            Diagnostics::one(Diagnostic::error(Code::File, None, message).help(help), &Sources::default())
        })
    }

    /// The output for one call of a network.
    pub fn of(&self, terms: &TermStore, instance: &NeuralInstance) -> Option<Vec<f64>> {
        let inputs: Vec<String> = instance.inputs.iter().map(|&t| terms.display(t).to_string()).collect();
        self.0.get(terms.name(instance.net))?.get(&inputs.join(",")).cloned()
    }
}

/// The error for a file that cannot be read.
pub fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostics {
    let message = format!("cannot read {}: {error}", path.display());
    Diagnostics::one(Diagnostic::error(Code::File, None, message), &Sources::default())
}
