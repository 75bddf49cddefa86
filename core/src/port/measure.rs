//! Essential figures of the system that an incident is about: what is asked for, what came back, and how it is shown.
//!
//! Figures are stored with the fact that they were measured, so that the timeline and the retrospective have them when
//! nobody else has them any more.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// One figure to ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panel {
    /// What it is called.
    pub title: String,
    /// The query, in the language of what is asked.
    pub query: String,
    /// The unit in which it is shown; empty for a bare number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
}

/// A value at one moment. Two are the same if they are the same bits, so that what is stored can be compared.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sample(pub f64);

impl PartialEq for Sample {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Sample {}

/// Values at even distances; `None` where there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// When the first was taken.
    pub from: DateTime<Utc>,
    /// The distance between two, in seconds.
    pub step_secs: u32,
    /// The values, finite, in the unit of the panel.
    pub samples: Vec<Option<Sample>>,
}

/// For how long nothing may have been measured at the end of a series before its last value is an old one, in seconds.
const STILL_NEW_SECS: i64 = 120;

impl Series {
    /// When a sample was taken, by its place.
    #[must_use]
    pub fn at(&self, index: usize) -> DateTime<Utc> {
        let index = i64::try_from(index).unwrap_or(i64::MAX);
        self.from + Duration::seconds(i64::from(self.step_secs).saturating_mul(index.min(1_000_000)))
    }

    /// When it ends.
    #[must_use]
    pub fn until(&self) -> DateTime<Utc> {
        self.at(self.samples.len().saturating_sub(1))
    }

    /// Everything that was measured: when, and what.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = (DateTime<Utc>, f64)> {
        let samples = self.samples.iter().enumerate();
        samples.filter_map(|(index, sample)| {
            sample.filter(|Sample(value)| value.is_finite()).map(|Sample(value)| (self.at(index), value))
        })
    }

    /// The latest value, and whether nothing was measured since: an old value says how it was, not how it is.
    #[must_use]
    pub fn latest(&self) -> Option<(DateTime<Utc>, f64, bool)> {
        let (at, value) = self.values().next_back()?;
        Some((at, value, (self.until() - at).num_seconds() > STILL_NEW_SECS))
    }
}

/// What came back for one panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// What it is called.
    pub title: String,
    /// The unit; empty for a bare number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// The values; empty if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<Series>,
    /// Why there are none, in plain words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// Readings to be drawn as one picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// What the picture says to those who can't see it.
    pub alt: String,
    /// What stands above all of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What is drawn, one below the other.
    pub readings: Vec<Reading>,
    /// What is written beside the title of each of them, in the same order: its latest value, or why there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captions: Vec<String>,
    /// The moment that is marked, and the word beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<(DateTime<Utc>, String)>,
    /// The zone in which times are shown, by its name.
    pub timezone: String,
}

/// What goes with a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attachment {
    /// Figures that are drawn as they are sent. The process draws them: a platform is never handed this, but for the
    /// console, which shows the words.
    Chart(Chart),
    /// A picture.
    Picture {
        /// The name of the file, with its ending.
        name: String,
        /// What it says to those who can't see it.
        alt: String,
        /// The picture, as PNG.
        png: Vec<u8>,
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
    /// A text file.
    File {
        /// Its name, with its ending.
        name: String,
        /// Its media type.
        media_type: String,
        /// What is in it.
        content: String,
    },
}
