//! The figures of the system, as people read them: a line each, and a picture of the last hour.

use super::{Line, Message, Span};
use crate::{
    args,
    figure::{figure, figure_in_brief},
    incident::Incident,
    message::catalogue::Arg,
    policy::Policy,
    port::{Chart, Reading, Series},
    room::RoomRef,
    time::clock,
};

/// How far from an hour ago a value may lie to be called that, in seconds.
const AN_HOUR_AGO_WITHIN: i64 = 300;

/// To whoever asks: it takes a moment. `room` is where the figures will be, if that is not here.
#[must_use]
pub fn asking(incident: &Incident, room: Option<&RoomRef>, policy: &Policy) -> Message {
    let room = room.map(|room| Span::Room(room.clone(), incident.room_title()));
    policy.say("health.asking", args![room = room])
}

/// To whoever asks: they are asked for already.
#[must_use]
pub fn under_way(policy: &Policy) -> Message {
    policy.say("health.under_way", args![])
}

/// To whoever asks: nothing measures anything.
#[must_use]
pub fn not_configured(policy: &Policy) -> Message {
    policy.say("health.not_configured", args![])
}

/// To whoever asks: there is no room to show them in.
#[must_use]
pub fn no_room(incident: &Incident, policy: &Policy) -> Message {
    policy.say("health.no_room", args![id = incident.id])
}

/// To the room: nothing came back.
#[must_use]
pub fn unanswered(policy: &Policy) -> Message {
    policy.say("health.unanswered", args![])
}

/// To the room: how the system does.
#[must_use]
pub fn figures(readings: &[Reading], policy: &Policy) -> Message {
    if let Some(trouble) = common_trouble(readings) {
        return policy.say("health.nothing", args![why = trouble]);
    }
    let lines: Vec<Line> = readings.iter().flat_map(|reading| line(reading, policy).lines).collect();
    let until = readings.iter().filter_map(|reading| reading.series.as_ref()).map(Series::until).max();
    policy.say("health.figures", args![at = until.map(|until| policy.clock(until)), lines = lines])
}

/// What is wrong with all of them in the same way: said once.
fn common_trouble(readings: &[Reading]) -> Option<&str> {
    let first = readings.first()?.trouble.as_deref()?;
    readings.iter().all(|reading| reading.trouble.as_deref() == Some(first)).then_some(first)
}

fn line(reading: &Reading, policy: &Policy) -> Message {
    let title = super::bold(super::isolated(&reading.title));
    if let Some(trouble) = &reading.trouble {
        return policy.say("health.failed", args![title = title, why = trouble]);
    }
    let Some((at, value, is_old)) = reading.series.as_ref().and_then(Series::latest) else {
        return policy.say("health.none", args![title = title]);
    };
    let value = figure(value, &reading.unit);
    if is_old {
        return policy
            .say("health.gone", args![title = title, since = clock(at, policy.timezone), last = value]);
    }
    let before = reading.series.as_ref().and_then(an_hour_ago);
    let before = before.map(|before| Arg::from(figure_in_brief(before, &reading.unit)));
    policy.say("health.figure", args![title = title, now = value, before = before])
}

/// The value at the beginning, if there was one.
fn an_hour_ago(series: &Series) -> Option<f64> {
    let (at, value) = series.values().next()?;
    ((at - series.from).num_seconds() <= AN_HOUR_AGO_WITHIN && at < series.until()).then_some(value)
}

/// The picture; `None` if there is nothing to see.
#[must_use]
pub fn chart(incident: &Incident, readings: &[Reading], policy: &Policy) -> Option<Chart> {
    let has_values =
        |reading: &Reading| reading.series.as_ref().is_some_and(|series| series.values().next().is_some());
    if !readings.iter().any(has_values) {
        return None;
    }
    let declared = policy.phrase("health.declared", args![at = clock(incident.declared_at, policy.timezone)]);
    let titles: Vec<&str> =
        readings.iter().filter(|reading| has_values(reading)).map(|r| r.title.as_str()).collect();
    Some(Chart {
        alt: policy.phrase("health.alt", args![titles = titles.join(", ")]),
        title: incident.id.to_string(),
        readings: readings.to_vec(),
        captions: readings.iter().map(|reading| caption(reading, policy)).collect(),
        mark: Some((incident.declared_at, declared)),
        timezone: policy.timezone.name().to_owned(),
    })
}

/// What is written beside the title of a reading.
fn caption(reading: &Reading, policy: &Policy) -> String {
    match reading.series.as_ref().and_then(Series::latest) {
        Some((_, value, false)) => figure(value, &reading.unit),
        Some((at, _, true)) => policy.phrase("health.no_data_since", args![at = clock(at, policy.timezone)]),
        None if reading.trouble.is_some() => policy.phrase("health.not_measured", args![]),
        None => policy.phrase("health.no_data", args![]),
    }
}
