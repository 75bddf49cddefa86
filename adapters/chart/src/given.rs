use chrono::{DateTime, Utc};
use chrono_tz::Tz;

pub struct Series {
    pub from: DateTime<Utc>,
    pub step_secs: u32,
    pub samples: Vec<Option<f64>>,
}

pub struct Plot {
    pub title: String,
    pub unit: String,
    pub latest: String,
    pub is_missing: bool,
    pub series: Option<Series>,
}

pub struct Mark {
    pub at: DateTime<Utc>,
    pub label: String,
}

pub struct Chart {
    pub title: String,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
    pub mark: Option<Mark>,
    pub timezone: Tz,
    pub panels: Vec<Plot>,
}
