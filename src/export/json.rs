//! A fact as one line of JSON: `incident`, `number` within its history, `v` (the version of this shape), `at`, `by`,
//! `event` and the `words` that go with it, if any.
//!
//! It is the record as it is stored, so that what is written here once can be read for ever.

use anyhow::Result;
use serde::Serialize;
use sitrep_core::{
    event::{Event, IncidentEvent, Record},
    incident::IncidentId,
};

#[derive(Serialize)]
struct Line<'a> {
    incident: String,
    number: u64,
    #[serde(flatten)]
    record: &'a Record,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<&'a str>,
}

pub(super) fn line(id: IncidentId, number: u64, mut record: Record) -> Result<String> {
    if let (Event::Incident(IncidentEvent::Declared { room_name, .. }), None) =
        (&mut record.event, &record.words)
    {
        // It was made of the title, which was taken back.
        *room_name = id.to_string();
    }
    let words = record.words.clone();
    let line = Line { incident: id.to_string(), number, record: &record, words: words.as_deref() };
    Ok(serde_json::to_string(&line)?)
}

#[cfg(test)]
mod tests {
    use sitrep_core::{event::RECORD_VERSION, person::Person, room::PlatformName};

    use super::*;

    #[test]
    fn a_fact_is_a_line() {
        let record = Record {
            v: RECORD_VERSION,
            at: chrono::DateTime::UNIX_EPOCH,
            by: Some(Person::new(&PlatformName::new("matrix"), "@alice:example.org")),
            message: Some("$message".to_owned()),
            event: Event::Incident(IncidentEvent::Resolved),
            words: Some("rolled\nback".to_owned()),
        };
        let expected = r#"{"incident":"INC-7","number":3,"v":1,"at":"1970-01-01T00:00:00Z","by":{"platform":"matrix","handle":"@alice:example.org"},"message":"$message","event":{"incident":"resolved"},"words":"rolled\nback"}"#;
        assert_eq!(line(IncidentId(7), 3, record).expect("a line"), expected);
    }
}
