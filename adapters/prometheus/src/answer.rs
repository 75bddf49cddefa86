//! What a Prometheus answers, read with care.
//!
//! A panel is one line in a picture, so a query should give one series. Of several the first by name is shown, and how
//! many there are is said with the title: adding them up would be wrong as often as right.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use sitrep_core::port::{Sample, Series};

/// The longest sentence of a Prometheus that is passed on, in characters.
const LONGEST_WORDS: usize = 160;

/// The moments that are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grid {
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
    pub(crate) step_secs: u32,
}

impl Grid {
    /// As a query has them.
    pub(crate) fn parameters(self) -> [(&'static str, String); 3] {
        let at = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
        [("start", at(self.from)), ("end", at(self.until)), ("step", self.step_secs.to_string())]
    }

    fn len(self) -> usize {
        let steps = (self.until - self.from).num_seconds() / i64::from(self.step_secs);
        usize::try_from(steps).unwrap_or(0).min(10_000) + 1
    }

    /// The place of a moment, in seconds since 1970.
    fn index(self, at: f64) -> Option<usize> {
        #[expect(clippy::cast_precision_loss, reason = "exact for thousands of years")]
        let from = self.from.timestamp_millis() as f64 / 1000.0;
        let index = ((at - from) / f64::from(self.step_secs)).round();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within these bounds")]
        (0.0..10_000.0).contains(&index).then_some(index as usize)
    }
}

#[derive(Deserialize)]
struct Answer {
    status: String,
    #[serde(default)]
    data: Option<Data>,
    #[serde(default)]
    error: Option<String>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    result: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    metric: BTreeMap<String, String>,
    #[serde(default)]
    values: Vec<(f64, String)>,
}

/// The first series by name, and how many there are besides.
pub(crate) fn read(body: &[u8], grid: Grid) -> Result<(Series, usize), String> {
    let garbage = "what answers at the address in [health] is no Prometheus";
    let answer: Answer = serde_json::from_slice(body).map_err(|_| garbage.to_owned())?;
    if answer.status != "success" {
        let words = answer.error.as_deref().map(in_a_line).unwrap_or_default();
        return Err(if words.is_empty() { garbage.to_owned() } else { format!("Prometheus says: {words}") });
    }
    let mut lines = answer.data.ok_or(garbage)?.result;
    lines.sort_by(|one, other| one.metric.cmp(&other.metric));
    let others = lines.len().saturating_sub(1);
    let mut samples = vec![None; grid.len()];
    for (at, value) in lines.into_iter().next().map(|line| line.values).unwrap_or_default() {
        let value = value.parse::<f64>().ok().filter(|value| value.is_finite()).map(short);
        if let Some(sample) = grid.index(at).and_then(|index| samples.get_mut(index)) {
            *sample = value.map(Sample);
        }
    }
    Ok((Series { from: grid.from, step_secs: grid.step_secs, samples }, others))
}

/// Six digits: more are not seen, and all of them are stored.
fn short(value: f64) -> f64 {
    format!("{value:.5e}").parse().ok().filter(|value: &f64| value.is_finite()).unwrap_or(value)
}

/// What Prometheus says is wrong, if this is what it says.
pub(crate) fn complaint(body: &[u8]) -> Option<String> {
    let answer: Answer = serde_json::from_slice(body).ok()?;
    answer.error.map(|words| in_a_line(&words)).filter(|words| !words.is_empty())
}

/// A sentence of somebody else's on one line, without what has no place in a chat.
pub(crate) fn in_a_line(words: &str) -> String {
    let visible = words.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let visible: String = visible.take(LONGEST_WORDS * 4).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST_WORDS) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Grid {
        let until: DateTime<Utc> = "2026-11-22T10:53:20.250Z".parse().expect("a time");
        Grid { from: until - chrono::Duration::minutes(2), until, step_secs: 30 }
    }

    fn values(body: &str) -> Result<(Vec<Option<f64>>, usize), String> {
        let (series, others) = read(body.as_bytes(), grid())?;
        Ok((series.samples.into_iter().map(|sample| sample.map(|Sample(value)| value)).collect(), others))
    }

    fn success(result: &str) -> String {
        format!(r#"{{"status":"success","data":{{"resultType":"matrix","result":[{result}]}}}}"#)
    }

    #[test]
    fn values_lie_where_they_were_taken() {
        let start = 1_795_344_680.25;
        assert_eq!(grid().index(start), Some(0));
        let line = format!(
            r#"{{"metric":{{}},"values":[[{start},"1"],[{},"NaN"],[{},"+Inf"],[{},"1234567.89"],[99,"7"],[1e300,"7"]]}}"#,
            start + 30.0,
            start + 60.0,
            start + 120.0
        );
        let expected = vec![Some(1.0), None, None, None, Some(1_234_570.0)];
        assert_eq!(values(&success(&line)), Ok((expected, 0)));
        assert_eq!(values(&success("")), Ok((vec![None; 5], 0)));
    }

    #[test]
    fn of_several_the_first_by_name() {
        let line = |name: &str, value: &str| {
            format!(r#"{{"metric":{{"instance":"{name}"}},"values":[[1795344680.25,"{value}"]]}}"#)
        };
        let body = success(&[line("b", "2"), line("a", "1"), line("c", "3")].join(","));
        let (values, others) = values(&body).expect("values");
        assert_eq!((values[0], others), (Some(1.0), 2));
    }

    #[test]
    fn what_is_no_answer_is_a_sentence() {
        for (body, part) in [
            ("", "no Prometheus"),
            ("<html>", "no Prometheus"),
            ("{}", "no Prometheus"),
            ("[[[[", "no Prometheus"),
            (r#"{"status":"success"}"#, "no Prometheus"),
            (r#"{"status":"success","data":{"result":{"a":1}}}"#, "no Prometheus"),
            (r#"{"status":"error"}"#, "no Prometheus"),
            (
                r#"{"status":"error","error":"parse\nerror\u0007: @everyone"}"#,
                "says: parse error : @everyone",
            ),
        ] {
            let sentence = values(body).expect_err(body);
            assert!(sentence.contains(part), "{body}: {sentence}");
        }
        assert_eq!(in_a_line(&"wort ".repeat(100)).chars().count(), LONGEST_WORDS);
    }
}
