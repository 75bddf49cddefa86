//! Measured values as people read them: `12.4 req/s`, `1.2 ms`, `3.4k`.
//!
//! - Three digits are enough at three in the morning; a prefix stands for the rest.
//! - Where the unit is one that takes prefixes (seconds, bytes, watts), the prefix is the unit's: `1.2 ms`. Elsewhere
//!   it is the number's: `12k req/s`. A share (`%`) has none.
//! - What is no number is a dash, never `NaN`.

/// Units that take a prefix themselves, by what stands before a `/`.
const PREFIXED: [&str; 10] = ["s", "B", "b", "bit", "bps", "W", "V", "A", "Hz", "J"];
/// Prefixes and their powers of a thousand.
const PREFIXES: [(&str, i32); 10] =
    [("n", -3), ("µ", -2), ("m", -1), ("", 0), ("k", 1), ("M", 2), ("G", 3), ("T", 4), ("P", 5), ("E", 6)];
/// What is written for what is no number.
const NO_NUMBER: &str = "–";

/// A value and its unit in words.
#[must_use]
pub fn figure(value: f64, unit: &str) -> String {
    Scale::of(value, unit).with_unit(value)
}

/// The same beside another value of the kind: without the unit, where that is no part of the number.
#[must_use]
pub fn figure_in_brief(value: f64, unit: &str) -> String {
    let scale = Scale::of(value, unit);
    if scale.takes_prefix {
        scale.with_unit(value)
    } else {
        format!("{}{}", scale.number(value), scale.prefix)
    }
}

/// In what steps of a thousand values are written: one for a single value, or one for all values of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    power: i32,
    prefix: &'static str,
    unit: String,
    takes_prefix: bool,
}

impl Scale {
    /// The scale on which a value of about this size reads best.
    #[must_use]
    pub fn of(size: f64, unit: &str) -> Self {
        let unit = unit.trim();
        let head = unit.split('/').next().unwrap_or_default();
        let takes_prefix = PREFIXED.contains(&head);
        let size = rounded(size.abs(), digits(size));
        let (smallest, largest) = match (head, takes_prefix) {
            ("%", _) => (0, 0),
            // Nobody says kiloseconds, and there is no part of a byte.
            ("s", true) => (-3, 0),
            ("B" | "b" | "bit" | "bps", true) | (_, false) => (0, 6),
            (_, true) => (-3, 6),
        };
        let fits = |(_, power): &&(&str, i32)| {
            (smallest..=largest).contains(power) && (size >= 1000_f64.powi(*power) || *power == smallest)
        };
        let zero = ("", 0);
        let found = *PREFIXES.iter().rev().find(fits).unwrap_or(&zero);
        // What no prefix makes short is written with its power of ten, and then with nothing else.
        let (prefix, power) = if is_short(size / 1000_f64.powi(found.1)) { found } else { zero };
        Self { power, prefix, unit: unit.to_owned(), takes_prefix }
    }

    /// A value with its unit.
    #[must_use]
    pub fn with_unit(&self, value: f64) -> String {
        let number = self.number(value);
        match (value.is_finite(), self.unit.as_str(), self.takes_prefix) {
            (false, _, _) => number,
            (true, "", _) => format!("{number}{}", self.prefix),
            (true, unit, true) => format!("{number} {}{unit}", self.prefix),
            (true, unit, false) => format!("{number}{} {unit}", self.prefix),
        }
    }

    /// A value as an axis with steps of this size says it: with the unit only where the prefix belongs to it.
    #[must_use]
    pub fn on_axis(&self, value: f64, step: f64) -> String {
        let thousands = 1000_f64.powi(self.power);
        let (value, step) = (value / thousands, (step / thousands).abs());
        if value.abs() < step / 1000.0 || !value.is_finite() {
            return "0".to_owned();
        }
        // A step such as 2.5 has a digit more than its size says.
        let decimals = usize::try_from(1 - magnitude(step)).unwrap_or(0).min(12);
        let number = match is_short(value) {
            true => without_zeros(&format!("{value:.decimals$}")).to_owned(),
            false => with_power(value),
        };
        match self.takes_prefix {
            true => format!("{number} {}{}", self.prefix, self.unit),
            false => format!("{number}{}", self.prefix),
        }
    }

    /// A value in steps of the scale.
    fn number(&self, value: f64) -> String {
        let scaled = value / 1000_f64.powi(self.power);
        if !scaled.is_finite() {
            return NO_NUMBER.to_owned();
        }
        if scaled == 0.0 {
            return "0".to_owned();
        }
        if is_short(scaled) { plain(scaled) } else { with_power(scaled) }
    }
}

/// Whether it reads well without its power of ten.
fn is_short(value: f64) -> bool {
    (1e-3..1e5).contains(&value.abs())
}

/// As few digits as are enough, and none of them for nothing.
fn plain(value: f64) -> String {
    let decimals = usize::try_from(digits(value) - 1 - magnitude(value)).unwrap_or(0).min(12);
    without_zeros(&format!("{value:.decimals$}")).to_owned()
}

/// Three digits and their power of ten.
fn with_power(value: f64) -> String {
    let text = format!("{value:.2e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{}e{power}", without_zeros(digits))
}

fn without_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

/// The power of ten of the first digit.
#[expect(clippy::cast_possible_truncation, reason = "between -324 and 308")]
fn magnitude(value: f64) -> i32 {
    if value == 0.0 { 0 } else { value.abs().log10().floor() as i32 }
}

/// How many digits are enough: three, and up to five where fewer would make 100 % of 99.95.
fn digits(value: f64) -> i32 {
    let is_kept = |digits: &i32| magnitude(rounded(value, *digits)) == magnitude(value);
    (3..=5).find(is_kept).unwrap_or(3)
}

fn rounded(value: f64, digits: i32) -> f64 {
    let decimals = usize::try_from(digits - 1).unwrap_or(0);
    format!("{value:.decimals$e}").parse().ok().filter(|value: &f64| value.is_finite()).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_words() {
        for (value, unit, words) in [
            (12.4321, "req/s", "12.4 req/s"),
            (0.1, "req/s", "0.1 req/s"),
            (0.0, "req/s", "0 req/s"),
            (-0.0, "", "0"),
            (12_432.0, "req/s", "12.4k req/s"),
            (999.96, "", "999.96"),
            (99.95, "%", "99.95 %"),
            (0.9995, "", "0.9995"),
            (999_999.9, "", "1M"),
            (999.4, "", "999"),
            (1e6, "", "1M"),
            (-2_500_000.0, "", "-2.5M"),
            (0.00123, "s", "1.23 ms"),
            (2.5e-7, "s", "250 ns"),
            (5400.0, "s", "5400 s"),
            (1.2e9, "B", "1.2 GB"),
            (3.4e6, "B/s", "3.4 MB/s"),
            (0.5, "B/s", "0.5 B/s"),
            (12.0, "%", "12 %"),
            (0.02, "%", "0.02 %"),
            (31_000.0, "%", "31000 %"),
            (0.0123, "req/s", "0.0123 req/s"),
            (1.234e-9, "req/s", "1.23e-9 req/s"),
            (5e-324, "", "4.94e-324"),
            (f64::MAX, "", "1.8e308"),
            (512.0, "MiB", "512 MiB"),
            (2000.0, "  things ", "2k things"),
            (f64::NAN, "req/s", "–"),
            (f64::INFINITY, "s", "–"),
            (f64::NEG_INFINITY, "", "–"),
        ] {
            assert_eq!(figure(value, unit), words, "{value} {unit}");
        }
    }

    #[test]
    fn an_axis_has_one_scale() {
        for (largest, unit, step, values, expected) in [
            (20_000.0, "req/s", 5_000.0, [0.0, 5_000.0, 20_000.0], ["0", "5k", "20k"]),
            (0.002, "s", 0.000_5, [0.0, 0.000_5, 0.002], ["0", "0.5 ms", "2 ms"]),
            (100.0, "%", 0.025, [99.95, 99.975, 100.0], ["99.95", "99.975", "100"]),
            (0.3, "", 0.1, [0.1 + 0.2, -0.1, 1e-17], ["0.3", "-0.1", "0"]),
        ] {
            let scale = Scale::of(largest, unit);
            assert_eq!(values.map(|value| scale.on_axis(value, step)), expected);
        }
    }
}
