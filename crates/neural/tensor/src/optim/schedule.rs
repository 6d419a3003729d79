//! How the rate changes over a run.

/// A factor for the rate at each step; hand it to [`set_factor`](super::Optimiser::set_factor).
///
/// ```
/// use symbolon_tensor::optim::Schedule;
/// let s = Schedule::Cosine { total: 100, floor: 0.1 }.after_warm_up(10);
/// assert_eq!(s.at(0), 0.1);
/// assert_eq!(s.at(9), 1.0);
/// assert!((s.at(110) - 0.1).abs() < 1e-12);
/// ```
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Schedule {
    /// Always one.
    Constant,
    /// From one to `floor` over half a cosine wave of `total` steps.
    Cosine {
        /// Steps until the floor.
        total: u64,
        /// The last factor.
        floor: f64,
    },
    /// From one to `floor` along a straight line of `total` steps.
    Linear {
        /// Steps until the floor.
        total: u64,
        /// The last factor.
        floor: f64,
    },
    /// Times `by` after every `every` steps.
    Step {
        /// Steps between drops.
        every: u64,
        /// What each drop multiplies with.
        by: f64,
    },
    /// A straight rise over `steps` steps, then another schedule.
    WarmUp {
        /// Steps of the rise.
        steps: u64,
        /// What follows.
        then: Box<Schedule>,
    },
}

impl Schedule {
    /// This schedule behind a rise of so many steps.
    pub fn after_warm_up(self, steps: u64) -> Self {
        Self::WarmUp { steps, then: Box::new(self) }
    }
    /// The factor at a step, counted from zero.
    pub fn at(&self, step: u64) -> f64 {
        let part = |total: u64| (step as f64 / total.max(1) as f64).min(1.0);
        match self {
            Self::Constant => 1.0,
            Self::Cosine { total, floor } => {
                floor + (1.0 - floor) * 0.5 * (1.0 + (std::f64::consts::PI * part(*total)).cos())
            }
            Self::Linear { total, floor } => 1.0 + (floor - 1.0) * part(*total),
            Self::Step { every, by } => by.powf((step / (*every).max(1)) as f64),
            Self::WarmUp { steps, .. } if step < *steps => (step + 1) as f64 / *steps as f64,
            Self::WarmUp { steps, then } => then.at(step - steps),
        }
    }
}
