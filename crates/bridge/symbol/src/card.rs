//! Cards: what a method of the house is, said in a fixed vocabulary, so that all methods can be compared and queried.
//!
//! A method's crate keeps its card beside the code; the catalogue of `symbolon-check` gathers them and turns them into facts.

/// A vocabulary: variants, and the atoms that stand for them.
macro_rules! vocabulary {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $atom:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$doc])* $variant,)* }
        impl $name {
            /// All of them.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];
            /// The atom that stands for it in facts.
            pub fn atom(self) -> &'static str {
                match self { $($name::$variant => $atom,)* }
            }
        }
    };
}

vocabulary! {
    /// What kind of thing a method is.
    Family {
        /// Sums of functions of single inputs.
        Additive = "additive",
        /// Gradients, relevance, paths between inputs.
        Attribution = "attribution",
        /// Interventions on activations.
        Causal = "causal",
        /// Sets of parts that do a task.
        Circuit = "circuit",
        /// Named concepts in the middle.
        Concept = "concept",
        /// Overcomplete sets of directions.
        Dictionary = "dictionary",
        /// Shapes and spaces of activations.
        Geometry = "geometry",
        /// Vocabulary read off inner states.
        Lens = "lens",
        /// Theories inside training or inference.
        Logic = "logic",
        /// Classifiers on activations.
        Probe = "probe",
        /// Programs as explanations or models.
        Program = "program",
        /// Comparison with stored examples.
        Prototype = "prototype",
        /// Rules, crisp or fuzzy.
        Rule = "rule",
        /// Directions that change behaviour.
        Steering = "steering",
        /// Formulas.
        SymbolicRegression = "symbolic_regression",
        /// Measurements and comparisons of other methods.
        Benchmark = "benchmark",
    }
}

vocabulary! {
    /// In what form it explains.
    Form {
        /// A number for each input or part.
        Weights = "weights",
        /// Curves.
        FunctionPlot = "function_plot",
        /// Scores of concepts.
        ConceptScores = "concept_scores",
        /// Examples.
        Exemplar = "exemplar",
        /// Rules.
        Rule = "rule",
        /// Programs.
        Program = "program",
        /// Formulas.
        Formula = "formula",
        /// Graphs of parts.
        Graph = "graph",
        /// Directions and subspaces.
        Direction = "direction",
        /// What would have happened otherwise.
        Counterfactual = "counterfactual",
        /// Sentences.
        Text = "text",
        /// Proofs.
        Proof = "proof",
        /// A verdict with numbers.
        Verdict = "verdict",
    }
}

vocabulary! {
    /// About what it speaks.
    Scope {
        /// One input.
        Instance = "instance",
        /// The whole model.
        Global = "global",
        /// Both.
        Both = "both",
    }
}

vocabulary! {
    /// When it comes in.
    Stage {
        /// The model is made to be understood.
        ByConstruction = "by_construction",
        /// The model is there already.
        PostHoc = "post_hoc",
    }
}

/// What a method is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Card {
    /// A short name, an atom: lower-case words joined by `_`.
    pub method: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// The path of its code.
    pub home: &'static str,
    /// What kind of thing it is.
    pub families: &'static [Family],
    /// In what forms it explains.
    pub forms: &'static [Form],
    /// About what it speaks.
    pub scope: Scope,
    /// When it comes in.
    pub stage: Stage,
    /// Kinds of data: atoms.
    pub works_on: &'static [&'static str],
    /// What holds of its results without measuring: atoms such as `exact`, `complete`, `interventional`.
    pub guarantees: &'static [&'static str],
    /// What it cannot do.
    pub limits: &'static [&'static str],
    /// The row of its paper in the index.
    pub row: u32,
    /// The study that tests it.
    pub study: &'static str,
}
