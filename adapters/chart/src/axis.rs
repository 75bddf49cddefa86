//! How high a value stands: the range of an axis and the few values written beside it.
//!
//! From zero wherever that shows something, because half of an axis makes a flutter look like a fall. Values that stay
//! close together far from zero (99.9 % and 99.2 %) get an axis of their own range, and no area below the line.

use sitrep_core::figure::Scale;

/// Beyond this, sums and differences would leave what numbers can say.
const LARGEST: f64 = 1e300;
/// What is smaller is nothing, for the same reason.
const SMALLEST: f64 = 1e-300;
/// How much of the highest value the values must span, for zero to be in the picture.
const SPAN_FROM_ZERO: f64 = 0.2;

/// A range of values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    low: f64,
    high: f64,
    /// The values written beside it, from the lowest, with their words.
    pub(crate) ticks: Vec<(f64, String)>,
}

impl Axis {
    /// An axis for these values, in about so many steps; `None` if there is no value.
    pub(crate) fn of(values: impl Iterator<Item = f64>, unit: &str, steps: u8) -> Option<Self> {
        let values = values.filter(|value| value.is_finite()).map(tame);
        let (least, most) = values.fold(None, |range, value| match range {
            None => Some((value, value)),
            Some((least, most)) => Some((value.min(least), value.max(most))),
        })?;
        let (low, high) = range(least, most);
        let step = nice_step((high - low) / f64::from(steps));
        let (low, high) = ((low / step).floor() * step, (high / step).ceil() * step);
        let scale = Scale::of(low.abs().max(high.abs()), unit);
        let mut ticks = Vec::new();
        for count in 0..=u8::MAX {
            let value = low + step * f64::from(count);
            if value > high + step / 2.0 || ticks.len() > usize::from(steps) * 2 + 2 {
                break;
            }
            ticks.push((value, scale.on_axis(value, step)));
        }
        Some(Self { low, high, ticks })
    }

    /// How high a value stands, from 0 at the bottom to 1.
    pub(crate) fn share(&self, value: f64) -> f32 {
        let share = (tame(value) - self.low) / (self.high - self.low);
        #[expect(clippy::cast_possible_truncation, reason = "between 0 and 1")]
        let share = share.clamp(0.0, 1.0) as f32;
        share
    }

    /// Where zero stands, if it is in the range.
    pub(crate) fn zero(&self) -> Option<f32> {
        (self.low <= 0.0 && self.high >= 0.0).then(|| self.share(0.0))
    }
}

fn tame(value: f64) -> f64 {
    if value.abs() < SMALLEST { 0.0 } else { value.clamp(-LARGEST, LARGEST) }
}

/// What is to be seen at least.
fn range(least: f64, most: f64) -> (f64, f64) {
    let far = least.abs().max(most.abs());
    if far == 0.0 {
        return (0.0, 1.0);
    }
    let spans = most - least;
    if spans > 0.0 && spans < far * SPAN_FROM_ZERO && (least > 0.0 || most < 0.0) {
        // At least what the words beside it can tell apart.
        let least_span = far * 1e-5;
        return if spans < least_span { (least - least_span, most + least_span) } else { (least, most) };
    }
    (least.min(0.0), most.max(0.0))
}

/// The next step of 1, 2, 2.5 or 5 and a power of ten that is not smaller.
fn nice_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    // The smallest numbers have no power of ten of their own.
    if power == 0.0 || !power.is_finite() {
        return step;
    }
    let nice = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|nice| nice * power >= step * 0.999_999);
    nice.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(values: &[f64], unit: &str) -> Vec<String> {
        let axis = Axis::of(values.iter().copied(), unit, 2).expect("an axis");
        axis.ticks.into_iter().map(|(_, words)| words).collect()
    }

    #[test]
    fn what_is_written_beside_it() {
        for (values, unit, expected) in [
            (&[0.1, 12.4][..], "req/s", &["0", "10", "20"][..]),
            (&[0.0, 0.0], "req/s", &["0", "0.5", "1"]),
            (&[7.0], "", &["0", "5", "10"]),
            (&[99.95, 99.2], "%", &["99", "99.5", "100"]),
            (&[-4.0, 3.0], "", &["-5", "0", "5"]),
            (&[0.001, 0.0042], "s", &["0", "2.5 ms", "5 ms"]),
            (&[1.1e9, 3e9], "B", &["0", "2 GB", "4 GB"]),
        ] {
            assert_eq!(words(values, unit), expected, "{values:?}");
        }
    }

    #[test]
    fn whatever_the_values_everything_stands_within() {
        let odd =
            [0.0, 5e-324, 1e-300, 1e-9, 1.0, 99.999_999, 1e15, 1e300, f64::MAX, f64::NAN, f64::INFINITY];
        for first in odd {
            for second in odd {
                for sign in [1.0, -1.0] {
                    let Some(axis) = Axis::of([first, second * sign].into_iter(), "s", 2) else { continue };
                    assert!((1..=6).contains(&axis.ticks.len()), "{first} {second} {axis:?}");
                    for value in [first, second * sign].into_iter().filter(|value| value.is_finite()) {
                        assert!((0.0..=1.0).contains(&axis.share(value)), "{value} in {axis:?}");
                    }
                }
            }
        }
        assert_eq!(Axis::of([f64::NAN].into_iter(), "", 2), None);
        assert_eq!(Axis::of(std::iter::empty(), "", 2), None);
    }
}
