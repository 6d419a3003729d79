//! From values to places along an axis, and which values deserve a tick.
//!
//! Linear ticks stand at multiples of 1, 2, 2.5 or 5 times a power of ten, logarithmic ones at powers of ten (with 2 and 5 between
//! them where there is room). All labels of an axis are written with the same number of decimals, so no two ticks read alike.

use crate::text::{fixed, power, significant, width};

/// How values lie along an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spacing {
    /// Equal differences take equal room.
    #[default]
    Linear,
    /// Equal ratios take equal room; only positive values can be shown.
    Log,
}

/// What an axis shows: its name, its unit, its spacing and, if wanted, its range.
///
/// ```
/// use symbolon_draw::Axis;
/// let loss = Axis::new("loss").unit("nats").log();
/// let accuracy = Axis::new("accuracy").percent().range(0.5, 1.0);
/// # let _ = (loss, accuracy);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    pub(crate) label: String,
    pub(crate) unit: Option<String>,
    pub(crate) spacing: Spacing,
    pub(crate) percent: bool,
    pub(crate) zero: bool,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
}

impl Axis {
    /// A linear axis as wide as the data.
    pub fn new(label: impl Into<String>) -> Axis {
        Axis { label: label.into(), ..Axis::default() }
    }

    /// The unit, written after the name in parentheses.
    pub fn unit(mut self, unit: impl Into<String>) -> Axis {
        self.unit = Some(unit.into());
        self
    }

    /// Equal ratios take equal room. Values that are not positive are left out, and the picture says how many.
    pub fn log(mut self) -> Axis {
        self.spacing = Spacing::Log;
        self
    }

    /// Values are fractions and are written as percentages.
    pub fn percent(mut self) -> Axis {
        self.percent = true;
        self
    }

    /// Zero is on the axis whatever the data (linear axes only).
    pub fn from_zero(mut self) -> Axis {
        self.zero = true;
        self
    }

    /// Shows exactly this range; what lies outside is cut off. Ends that are not finite are chosen from the data.
    pub fn range(mut self, low: f64, high: f64) -> Axis {
        self.low = low.is_finite().then_some(low);
        self.high = high.is_finite().then_some(high);
        self
    }

    /// Name and unit.
    pub(crate) fn heading(&self) -> String {
        match &self.unit {
            Some(unit) if self.label.is_empty() => unit.clone(),
            Some(unit) => format!("{} ({unit})", self.label),
            None => self.label.clone(),
        }
    }

    /// A value as it reads in tips, tables and descriptions.
    pub(crate) fn value(&self, value: f64) -> String {
        if self.percent { format!("{} %", significant(value * 100.0, 4)) } else { significant(value, 4) }
    }

    /// Whether a value has a place on the axis.
    pub(crate) fn shows(&self, value: f64) -> bool {
        value.is_finite() && (self.spacing == Spacing::Linear || value > 0.0)
    }

    /// The scale for data; those without a place on the axis are passed over. `pad` leaves this fraction free at either end.
    pub(crate) fn scale(&self, data: impl Iterator<Item = f64>, pad: f64) -> Scale {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut whole = !self.percent;
        for value in data.filter(|&v| self.shows(v)) {
            whole &= value.fract() == 0.0;
            low = low.min(value);
            high = high.max(value);
        }
        let log = self.spacing == Spacing::Log;
        if low > high {
            (low, high) = if log { (0.1, 1.0) } else { (0.0, 1.0) };
        }
        if self.zero && !log {
            low = low.min(0.0);
            high = high.max(0.0);
        }
        // Beyond these the arithmetic of ticks would overflow.
        let (least, most) = if log { (1e-300, 1e300) } else { (-1e300, 1e300) };
        let to = |v: f64| if log { v.clamp(least, most).log10() } else { v.clamp(least, most) };
        let fixed_low = self.low.filter(|&v| self.shows(v)).map(to);
        let fixed_high = self.high.filter(|&v| self.shows(v)).map(to);
        let (mut a, mut b) = (fixed_low.unwrap_or(to(low)), fixed_high.unwrap_or(to(high)));
        if a > b {
            (a, b) = (b, a);
        }
        // A single value, or values that floating-point numbers cannot tell apart, still get a neighbourhood.
        let room = (a.abs().max(b.abs()) * 1e-12).max(1e-300);
        if b - a <= room {
            let half = if log {
                0.5
            } else if a.abs() < 1e-290 {
                1.0
            } else {
                a.abs() * 0.1
            };
            (a, b) = (a - half, b + half);
        } else {
            let span = b - a;
            if fixed_low.is_none() && !(self.zero && a == 0.0) {
                a -= span * pad;
            }
            if fixed_high.is_none() && !(self.zero && b == 0.0) {
                b += span * pad;
            }
        }
        Scale { low: a, high: b, log, percent: self.percent, whole: whole && b - a >= 3.0 }
    }
}

/// Where values lie between the two ends of an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    /// The ends; base-ten logarithms on a logarithmic axis.
    low: f64,
    high: f64,
    log: bool,
    percent: bool,
    /// All data are whole numbers: ticks between them would mean nothing.
    whole: bool,
}

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    /// Between 0 and 1 along the axis.
    pub at: f64,
    pub label: String,
}

impl Scale {
    /// A linear scale from `low` to `high`, for colour bars.
    pub fn linear(low: f64, high: f64) -> Scale {
        Scale { whole: false, ..Axis::default().range(low, high).scale([low, high].into_iter(), 0.0) }
    }

    /// The value's place: 0 at the low end, 1 at the high end; `None` if it has no place.
    pub fn place(&self, value: f64) -> Option<f64> {
        if !value.is_finite() || self.log && value <= 0.0 {
            return None;
        }
        let value = if self.log { value.log10() } else { value };
        let place = (value - self.low) / (self.high - self.low);
        place.is_finite().then_some(place)
    }

    /// The value at a place.
    pub fn value(&self, place: f64) -> f64 {
        let value = self.low + place * (self.high - self.low);
        if self.log { 10f64.powf(value) } else { value }
    }

    /// The ends as values.
    pub fn ends(&self) -> (f64, f64) {
        (self.value(0.0), self.value(1.0))
    }

    /// About `target` ticks, at least two where the numbers allow it.
    pub fn ticks(&self, target: usize) -> Vec<Tick> {
        let target = target.clamp(2, 20);
        if self.log && self.high - self.low >= 1.0 - 1e-9 {
            let decades = self.decades(target);
            if decades.len() >= 2 {
                return decades;
            }
        }
        self.even(target)
    }

    /// The most ticks whose labels, written side by side along `length` pixels, do not touch.
    pub fn ticks_side_by_side(&self, length: f64, size: f64) -> Vec<Tick> {
        let mut target = (length / 64.0) as usize;
        loop {
            let ticks = self.ticks(target);
            let free = ticks.windows(2).all(|pair| {
                let halves = (width(&pair[0].label, size) + width(&pair[1].label, size)) / 2.0;
                (pair[1].at - pair[0].at) * length >= halves + 8.0
            });
            if free || target <= 2 {
                return ticks;
            }
            target -= 1;
        }
    }

    /// Multiples of a round step. On a logarithmic axis that spans less than a decade they are round values too.
    fn even(&self, target: usize) -> Vec<Tick> {
        let (low, high) = self.ends();
        let factor = if self.percent { 100.0 } else { 1.0 };
        let (low, high) = (low * factor, high * factor);
        let span = high - low;
        let raw = span / target as f64;
        let magnitude = raw.log10().floor();
        let step = [1.0, 2.0, 2.5, 5.0, 10.0]
            .iter()
            .map(|m| m * 10f64.powf(magnitude))
            .map(|step| if self.whole { step.round().max(1.0) } else { step })
            .min_by(|a, b| {
                let miss = |s: &f64| (span / s - target as f64).abs();
                miss(a).total_cmp(&miss(b))
            })
            .unwrap_or(raw);
        if !(step.is_finite() && step > 0.0) {
            return Vec::new();
        }
        let first = (low / step - 1e-9).ceil();
        let mut ticks = Vec::new();
        for i in 0..50 {
            let value = (first + f64::from(i)) * step;
            if value > high + step * 1e-9 {
                break;
            }
            let Some(at) = self.place(value / factor) else { continue };
            let value = if value.abs() < step * 1e-9 { 0.0 } else { value };
            ticks.push(Tick { at: at.clamp(0.0, 1.0), label: self.label(value, step, low.abs().max(high.abs())) });
        }
        ticks
    }

    /// A label with as many decimals as the step needs.
    fn label(&self, value: f64, step: f64, largest: f64) -> String {
        let unit = if self.percent { " %" } else { "" };
        if value == 0.0 {
            return format!("0{unit}");
        }
        if !(1e-4..1e6).contains(&largest) {
            // Enough digits to tell neighbours apart.
            let exponent = value.abs().log10().floor();
            let digits = (exponent - step.log10().floor()).clamp(0.0, 14.0) + 2.0;
            return format!("{}{unit}", power_of(value, digits as usize));
        }
        let mut decimals = (-step.log10().floor()).clamp(0.0, 15.0) as usize;
        let scaled = step * 10f64.powi(decimals as i32);
        // A step of 2.5 needs one decimal more than one of 2.
        if (scaled - scaled.round()).abs() > 1e-6 {
            decimals += 1;
        }
        format!("{}{unit}", fixed(value, decimals))
    }

    /// Powers of ten inside the range, thinned to about `target`; with room also 2 and 5 times them.
    fn decades(&self, target: usize) -> Vec<Tick> {
        let factor = if self.percent { 100.0f64 } else { 1.0 };
        let shift = factor.log10();
        let (low, high) = (self.low + shift, self.high + shift);
        let first = (low - 1e-9).ceil() as i32;
        let last = (high + 1e-9).floor() as i32;
        let decades = (last - first + 1).max(0) as usize;
        let inner: &[f64] = if decades * 3 <= target + 2 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let stride = decades.div_ceil(target).max(1) as i32;
        let mut ticks = Vec::new();
        for exponent in first - 1..=last {
            if (exponent.rem_euclid(stride)) != 0 {
                continue;
            }
            for &m in inner {
                let at = (f64::from(exponent) + m.log10() - low) / (high - low);
                if !(-1e-9..=1.0 + 1e-9).contains(&at) {
                    continue;
                }
                let label = if (-3..=4).contains(&exponent) {
                    significant(m * 10f64.powi(exponent), 1)
                } else {
                    power(m, exponent)
                };
                let unit = if self.percent { " %" } else { "" };
                ticks.push(Tick { at: at.clamp(0.0, 1.0), label: format!("{label}{unit}") });
            }
        }
        ticks
    }
}

/// `2.5×10⁶`, with `digits` significant digits at most.
fn power_of(value: f64, digits: usize) -> String {
    let text = format!("{:.*e}", digits.clamp(1, 16) - 1, value);
    match text.split_once('e') {
        Some((mantissa, exponent)) => power(mantissa.parse().unwrap_or(value), exponent.parse().unwrap_or(0)),
        None => significant(value, digits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(axis: &Axis, low: f64, high: f64, target: usize) -> Vec<String> {
        let scale = axis.scale([low, high].into_iter(), 0.0);
        scale.ticks(target).into_iter().map(|t| t.label).collect()
    }

    #[test]
    fn round_steps() {
        let axis = Axis::new("x");
        assert_eq!(labels(&axis, 0.0, 10.0, 5), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(labels(&axis, 0.0, 1.0, 4), ["0", "0.25", "0.50", "0.75", "1.00"]);
        assert_eq!(labels(&axis, -1.0, 1.0, 4), ["−1.0", "−0.5", "0", "0.5", "1.0"]);
        assert_eq!(labels(&axis, 0.0, 60000.0, 3), ["0", "20,000", "40,000", "60,000"]);
        assert_eq!(labels(&axis, 0.0, 4e6, 4), ["0", "10⁶", "2×10⁶", "3×10⁶", "4×10⁶"]);
        // Between whole numbers there is nothing to be marked.
        assert_eq!(labels(&axis, 1.0, 4.0, 8), ["1", "2", "3", "4"]);
        assert_eq!(labels(&Axis::new("p").percent(), 0.9, 1.0, 5), ["90 %", "92 %", "94 %", "96 %", "98 %", "100 %"]);
    }

    #[test]
    fn powers_of_ten() {
        let axis = Axis::new("x").log();
        assert_eq!(labels(&axis, 0.001, 10.0, 5), ["0.001", "0.01", "0.1", "1", "10"]);
        assert_eq!(labels(&axis, 1.0, 100.0, 7), ["1", "2", "5", "10", "20", "50", "100"]);
        assert_eq!(labels(&axis, 1e-9, 1.0, 4).len(), 4);
        assert_eq!(labels(&axis, 2.0, 8.0, 4), ["2", "4", "6", "8"]);
    }

    #[test]
    fn degenerate_data_still_has_an_axis() {
        for axis in [Axis::new("x"), Axis::new("x").log(), Axis::new("x").percent()] {
            for data in [
                vec![],
                vec![3.0],
                vec![0.0, 0.0],
                vec![f64::NAN, f64::INFINITY],
                vec![f64::MAX, f64::MIN],
                vec![1.0, 1.0 + f64::EPSILON],
                vec![5e-324, 1e-323],
                vec![-1e300, 1e308],
            ] {
                let scale = axis.scale(data.iter().copied(), 0.05);
                assert!(scale.low < scale.high, "{data:?}");
                assert!(!scale.ticks(5).is_empty(), "{axis:?} {data:?} {scale:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn ticks_rise_are_different_and_few(a in -1e9f64..1e9, exponent in -12i32..12, target in 2usize..12, log: bool) {
            let b = a + a.abs().max(1.0) * 10f64.powi(exponent).max(1e-10);
            let (a, b) = if log { (a.abs() + 1e-9, a.abs() + (b - a) + 2e-9) } else { (a, b) };
            let axis = if log { Axis::new("x").log() } else { Axis::new("x") };
            let scale = axis.scale([a, b].into_iter(), 0.0);
            let ticks = scale.ticks(target);
            prop_assert!(ticks.len() <= 3 * target + 3, "{} ticks", ticks.len());
            prop_assert!(!ticks.is_empty());
            for pair in ticks.windows(2) {
                prop_assert!(pair[0].at < pair[1].at);
                prop_assert!(pair[0].label != pair[1].label, "{pair:?}");
            }
            prop_assert!(ticks.iter().all(|t| (0.0..=1.0).contains(&t.at)));
        }

        #[test]
        fn places_and_values_agree(low in -1e6f64..1e6, span in 1e-3f64..1e6, place in 0f64..1.0) {
            let scale = Scale::linear(low, low + span);
            let back = scale.place(scale.value(place)).unwrap();
            prop_assert!((back - place).abs() < 1e-6);
        }
    }
}
