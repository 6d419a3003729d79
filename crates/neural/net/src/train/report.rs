//! What is told while training goes on, and at its end.

/// What a progress sink is told after each step.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Steps done.
    pub step: u64,
    /// Epochs done.
    pub epoch: u64,
    /// How many epochs there will be at most.
    pub epochs: u64,
    /// Steps of an epoch.
    pub batches: usize,
    /// Batches of the current epoch done; zero after the last, when an epoch is complete.
    pub batch: usize,
    /// This step's loss; after the last batch the epoch's mean.
    pub loss: f64,
    /// What the schedule multiplied the optimiser's rate with.
    pub rate: f64,
    /// The norm of all gradients before clipping, where they are clipped.
    pub norm: Option<f64>,
    /// The epoch's score, where it was validated.
    pub score: Option<f64>,
    /// What the task adds.
    pub metrics: Vec<(String, f64)>,
}

/// Something that shows how training goes: a bar, a page, a log.
pub trait Progress {
    /// Called after each step, and once more after each epoch (with [`Report::batch`] zero).
    fn report(&mut self, report: &Report);
}

impl<F: FnMut(&Report)> Progress for F {
    fn report(&mut self, report: &Report) {
        self(report);
    }
}

/// Why training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// All epochs or steps are done.
    Finished,
    /// The score did not get better for as many epochs as patience allows.
    Patience,
    /// It was asked to stop.
    Stopped,
}

/// What training did.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Why it ended.
    pub why: Why,
    /// Steps done, those before a resumption included.
    pub steps: u64,
    /// The mean loss of each epoch done.
    pub losses: Vec<f64>,
    /// The best epoch (counted from zero) and its score, where epochs were validated.
    pub best: Option<(u64, f64)>,
}
