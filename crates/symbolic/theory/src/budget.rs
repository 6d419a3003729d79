//! Limits are values: every search takes a [`Budget`] and stops with a named [`Stop`] when it is used up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How much an operation may use. Every field is a separate limit; [`Budget::default`] suits interactive work.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Wall-clock time. Default: one minute.
    pub time: Duration,
    /// Bytes held by the operation's own tables, estimated. Default: 4 GiB.
    pub memory: usize,
    /// Nodes of the lineage or the compiled circuit. Default: 100 million.
    pub nodes: usize,
    /// Nesting depth of any one term that is built (lists do not count their length). Default: 1 million.
    pub depth: usize,
    /// Set from outside (another thread, a signal handler) to stop at the next check.
    pub cancel: Option<Arc<AtomicBool>>,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { time: Duration::from_secs(60), memory: 4 << 30, nodes: 100_000_000, depth: 1_000_000, cancel: None }
    }
}

impl Budget {
    /// No limits at all.
    pub fn unlimited() -> Budget {
        Budget { time: Duration::MAX, memory: usize::MAX, nodes: usize::MAX, depth: usize::MAX, cancel: None }
    }

    /// The default limits with another time.
    pub fn with_time(time: Duration) -> Budget {
        Budget { time, ..Budget::default() }
    }

    /// Starts the clock.
    pub fn start(&self) -> Meter {
        Meter { budget: self.clone(), started: Instant::now(), ticks: 0 }
    }
}

/// Why an operation stopped before it was done. What it found so far is returned beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stop {
    /// The time is up.
    #[error("the time budget is used up")]
    Time,
    /// The memory is used up.
    #[error("the memory budget is used up")]
    Memory,
    /// The node count is used up.
    #[error("the node budget is used up")]
    Nodes,
    /// A term or a search became deeper than allowed.
    #[error("the depth budget is used up")]
    Depth,
    /// Cancelled from outside.
    #[error("cancelled")]
    Cancelled,
}

/// A running [`Budget`].
#[derive(Clone, Debug)]
pub struct Meter {
    budget: Budget,
    started: Instant,
    ticks: u32,
}

impl Meter {
    /// A cheap check for inner loops: looks at the clock, the cancel flag and `bytes()` once in 1024 calls.
    #[inline]
    pub fn tick(&mut self, bytes: impl FnOnce() -> usize) -> Result<(), Stop> {
        self.ticks = self.ticks.wrapping_add(1);
        if self.ticks & 1023 == 0 { self.check(bytes()) } else { Ok(()) }
    }

    /// Looks at the clock, the cancel flag and the memory now.
    pub fn check(&self, bytes: usize) -> Result<(), Stop> {
        if self.budget.cancel.as_ref().is_some_and(|c| c.load(Ordering::Relaxed)) {
            Err(Stop::Cancelled)
        } else if self.started.elapsed() > self.budget.time {
            Err(Stop::Time)
        } else if bytes > self.budget.memory {
            Err(Stop::Memory)
        } else {
            Ok(())
        }
    }

    /// Checks a node count.
    #[inline]
    pub fn nodes(&self, count: usize) -> Result<(), Stop> {
        if count > self.budget.nodes { Err(Stop::Nodes) } else { Ok(()) }
    }

    /// Checks a depth.
    #[inline]
    pub fn depth(&self, depth: usize) -> Result<(), Stop> {
        if depth > self.budget.depth { Err(Stop::Depth) } else { Ok(()) }
    }

    /// The limits.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// What is left, as a budget for the next stage.
    pub fn remaining(&self) -> Budget {
        Budget { time: self.budget.time.saturating_sub(self.started.elapsed()), ..self.budget.clone() }
    }
}
