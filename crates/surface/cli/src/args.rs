//! The command line, as `clap` types. `symbolon help COMMAND` prints what stands here.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use symbolon_learn::Semantics;
use symbolon_theory::budget::Budget;

use crate::chat::Chat;
use crate::generate::Generate;
use crate::harvest::Harvest;
use crate::project::On;
use crate::sql::Sql;
use crate::trace::Trace;

/// Symbolon: between neural networks and symbols.
///
/// Exit status: 0 done; 1 something is wrong with the program or the command; 2 stopped by a budget, what was found is printed.
#[derive(Parser, Debug)]
#[command(version, about, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Probabilities, proofs, samples and gradients of the queries of a theory
    Infer(Infer),
    /// Learn the t(_) probabilities of a theory from examples
    Fit(Fit),
    /// The main job in one command: digits learned from sums alone, checked by intervention, with a report
    Demo(Demo),
    /// Train the networks of a project folder through its theory
    Train(Train),
    /// Score a trained project on its held-out observations
    Eval(Eval),
    /// Check a theory without running it
    Check(Check),
    /// Run the study of a paper, or show where all papers stand
    Study(Study),
    /// A language model goes on with a prompt, in form if one is asked for
    Generate(Generate),
    /// Talk with a language model
    Chat(Chat),
    /// Look into one pass of a language model: sites, edits, the lens, attention
    Trace(Trace),
    /// Write the activations of a corpus to disk
    Harvest(Harvest),
    /// Ask a store of activations a question in SQL
    Sql(Sql),
    /// The store of downloaded models: list, show, get, verify, rm
    Models(Models),
    /// What was read in networks and kept: list, show, facts
    Readings(Readings),
    /// Ask which methods there are: the cards of all of them, as facts
    Methods(Methods),
    /// Ask queries one by one
    Shell(Shell),
    /// Say what is installed and what each optional part adds
    Doctor(Doctor),
}

/// The files of a theory.
#[derive(Args, Debug)]
pub struct Files {
    /// Theory files (ProbLog syntax), read in order; `-` reads standard input; `infer` also takes a trained project folder
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// How much a command may use.
#[derive(Args, Debug, Clone)]
pub struct Limits {
    /// Stop after this many seconds and print what was found
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    pub timeout: f64,
    /// Stop when about this many MiB are used
    #[arg(long, value_name = "MIB", default_value_t = 4096)]
    pub memory: usize,
    /// Stop when lineage or circuit has this many nodes
    #[arg(long, value_name = "N", default_value_t = 100_000_000)]
    pub nodes: usize,
    /// Stop when calls are nested this deep
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub depth: usize,
}

impl Limits {
    /// As a budget that Ctrl-C cancels.
    pub fn budget(&self) -> Budget {
        let time = Duration::try_from_secs_f64(self.timeout).unwrap_or(Duration::MAX);
        Budget {
            time,
            memory: self.memory.saturating_mul(1 << 20),
            nodes: self.nodes,
            depth: self.depth,
            cancel: Some(crate::cancel_flag()),
        }
    }
}

#[derive(Args, Debug)]
pub struct Infer {
    #[command(flatten)]
    pub theory: Files,
    /// A further query, such as 'path(a,X)'; may be given more than once
    #[arg(short, long, value_name = "GOAL")]
    pub query: Vec<String>,
    /// A further observation: 'alarm', '\+alarm' or 'alarm=false'; may be given more than once
    #[arg(short, long, value_name = "ATOM")]
    pub evidence: Vec<String>,
    /// Evaluate in another semiring than probability
    #[arg(short, long, value_enum, default_value_t = SemiringName::Probability)]
    pub semiring: SemiringName,
    /// The most probable explanation of the evidence
    #[arg(long)]
    pub mpe: bool,
    /// Draw N samples of the queries, given the evidence
    #[arg(long, value_name = "N")]
    pub sample: Option<usize>,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// The K best proofs of each answer
    #[arg(short, long, value_name = "K")]
    pub proofs: Option<usize>,
    /// Why each answer holds (its best proofs as trees), or why it does not
    #[arg(short = 'x', long)]
    pub explain: bool,
    /// The derivative of each answer's probability by each probability in the theory
    #[arg(long)]
    pub gradient: bool,
    /// Probabilities of neural predicates: JSON {"net": {"input": [p, ...]}}
    #[arg(long, value_name = "FILE")]
    pub nn: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub limits: Limits,
}

/// The semirings that queries can be evaluated in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SemiringName {
    /// Probability (the default)
    Probability,
    /// Log-probability
    Log,
    /// True or false: can the query hold at all?
    Boolean,
    /// Number of possible worlds in which it holds
    Counting,
    /// Probability of the best single explanation (Viterbi, tropical in logs)
    Tropical,
    /// Weakest link of the strongest proof
    MinMax,
    /// Product fuzzy logic
    Product,
    /// Godel fuzzy logic
    Godel,
    /// Lukasiewicz fuzzy logic
    Lukasiewicz,
    /// Probability of the K best proofs together (K from --proofs, default 3): a lower bound
    TopK,
}

#[derive(Args, Debug)]
pub struct Fit {
    /// Theory file with t(_) probabilities
    #[arg(value_name = "FILE")]
    pub theory: PathBuf,
    /// Examples: evidence/1,2 facts, one example after another, separated by lines of dashes
    #[arg(value_name = "EXAMPLES")]
    pub examples: PathBuf,
    /// Write the theory with the learned probabilities here (default: standard output)
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Most iterations
    #[arg(long, default_value_t = 1000)]
    pub iterations: usize,
    /// Stop when the log-likelihood grows by less than this
    #[arg(long, default_value_t = 1e-8)]
    pub tolerance: f64,
    /// Seed of the start values
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub limits: Limits,
}

#[derive(Args, Debug)]
pub struct Check {
    #[command(flatten)]
    pub theory: Files,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct Shell {
    /// Theory files to start with
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub limits: Limits,
}

#[derive(Args, Debug)]
pub struct Doctor {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct Train {
    /// A project: a folder with a theory.pl that names networks and data
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
    /// Passes over the observations
    #[arg(long, value_name = "N")]
    pub epochs: Option<u64>,
    /// Observations in a step
    #[arg(long, value_name = "N")]
    pub batch: Option<usize>,
    /// Rate of the optimiser
    #[arg(long, value_name = "RATE")]
    pub rate: Option<f64>,
    /// Seed of weights and order
    #[arg(long)]
    pub seed: Option<u64>,
    /// How the theory is read: exact, top(10), godel, product or lukasiewicz
    #[arg(long, value_name = "SEMANTICS")]
    pub semantics: Option<Semantics>,
    /// Go on from where training was stopped
    #[arg(long)]
    pub resume: bool,
    /// Where to write what is learned (default: trained.safetensors in the folder)
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub on: On,
}

#[derive(Args, Debug)]
pub struct Eval {
    /// A trained project
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
    /// Judge the observations it was trained on instead of the held-out ones
    #[arg(long)]
    pub train: bool,
    /// What was learned (default: trained.safetensors in the folder)
    #[arg(short, long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// How the theory is read: exact, top(10), godel, product or lukasiewicz
    #[arg(long, value_name = "SEMANTICS")]
    pub semantics: Option<Semantics>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub on: On,
}

#[derive(Args, Debug)]
pub struct Demo {
    /// Where to write the report
    #[arg(short, long, value_name = "FILE", default_value = "report.html")]
    pub out: PathBuf,
    /// Seed of weights, pairs and order
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Pairs of digits to learn from
    #[arg(long, value_name = "N", default_value_t = crate::demo::PAIRS)]
    pub pairs: usize,
    /// Passes over the pairs
    #[arg(long, value_name = "N", default_value_t = crate::demo::EPOCHS)]
    pub epochs: u64,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub on: On,
}

#[derive(Args, Debug)]
pub struct Study {
    /// What to do
    #[command(subcommand)]
    pub task: StudyTask,
}

#[derive(Subcommand, Debug)]
pub enum StudyTask {
    /// All papers: those that have a study, and what became of its claims
    Table {
        /// The folder of results
        #[arg(long, value_name = "DIR", default_value = "results")]
        out: PathBuf,
    },
    /// The claims of a study, as they are registered
    Show {
        /// The short name of a paper
        slug: String,
    },
    /// Run a study; its verdicts are written to the folder of results
    Run {
        /// The short name of a paper
        slug: String,
        /// Run everything, instead of what takes a few minutes
        #[arg(long)]
        full: bool,
        /// How many seeds
        #[arg(long, value_name = "N")]
        seeds: Option<usize>,
        /// The first seed
        #[arg(long, value_name = "SEED", default_value_t = 0)]
        first: u64,
        /// The folder of results
        #[arg(long, value_name = "DIR", default_value = "results")]
        out: PathBuf,
        /// Print the results as JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args, Debug)]
pub struct Methods {
    /// What is asked, such as 'form(M, rule)' or 'paper(R, S), \+ studied(R)' (papers without a study); without it, the facts
    /// are printed
    #[arg(value_name = "GOAL")]
    pub goal: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct Models {
    /// What to do
    #[command(subcommand)]
    pub task: ModelsTask,
    /// Print one JSON object
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Subcommand, Debug)]
pub enum ModelsTask {
    /// The models that are known, and which of them are here
    List,
    /// What is known about one model
    Show {
        /// Its name
        name: String,
    },
    /// Fetch a model: one of the list, or any of the hub as owner/model
    Get {
        /// Its name
        name: String,
    },
    /// Compare a model's files with the digests they were published with
    Verify {
        /// Its name
        name: String,
    },
    /// Remove a model
    Rm {
        /// Its name
        name: String,
    },
}

#[derive(Args, Debug)]
pub struct Readings {
    /// What to do
    #[command(subcommand)]
    pub task: ReadingsTask,
    /// Print one JSON object
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Subcommand, Debug)]
pub enum ReadingsTask {
    /// The readings in a folder
    List {
        /// The folder that holds them
        #[arg(default_value = "readings")]
        folder: PathBuf,
    },
    /// What a reading holds, where it comes from and what speaks for it
    Show {
        /// Its folder
        folder: PathBuf,
    },
    /// A reading as a theory, to be asked with `symbolon infer`
    Facts {
        /// Its folder
        folder: PathBuf,
    },
}
