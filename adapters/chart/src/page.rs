//! The whole picture: all panels one below the other, so that what happened at one moment stands in one column.
//!
//! It is 800 pixels wide and shown at half of that or less, so no letter is smaller than 26. The panels share what
//! there is of height: the more there are, the lower each is.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sitrep_core::port::{Chart, Series};

use crate::{
    font::{Font, Weight},
    hours::{clock, hours},
    palette::{EDGE, INK, MARK, MUTED},
    panel::{Panel, SMALL, Span},
    scene::{Anchor, At, Scene, Style},
};

/// How wide the picture is.
pub(crate) const WIDTH: f32 = 800.0;
const MARGIN: f32 = 28.0;
/// How many panels there are at most.
const PANELS: usize = 6;
const HEADING: Style = Style { size: 28.0, weight: Weight::Medium, colour: INK };
const HOUR: Style = Style { size: SMALL, weight: Weight::Regular, colour: MUTED };
const DECLARED: Style = Style { size: SMALL, weight: Weight::Medium, colour: MARK };
const TO_HEADING: f32 = 46.0;
/// From one panel to the next.
const BETWEEN: f32 = 26.0;
/// Room for the dot at the end of a line.
const DOT_ROOM: f32 = 8.0;

/// Puts everything in its place.
pub(crate) fn page(chart: &Chart, font: &Font) -> Scene {
    let readings = chart.readings.iter().take(PANELS);
    let tall = tall(readings.len());
    let captions = chart.captions.iter().map(String::as_str).chain(std::iter::repeat(""));
    let panels: Vec<Panel<'_>> = (1..)
        .zip(readings.zip(captions))
        .map(|(number, (reading, caption))| Panel::new(reading, caption, number, tall, font))
        .collect();
    let gutter = panels.iter().map(|panel| panel.gutter(font)).fold(0.0, f32::max).min(200.0);
    // A zone that nobody knows any more is no reason for no picture.
    let timezone = chart.timezone.parse().unwrap_or(Tz::UTC);
    let (from, until) = extent(chart);
    let ticks = hours(from, until, timezone);
    let span = Span {
        from,
        until,
        left: MARGIN + gutter + 12.0,
        right: WIDTH - MARGIN - DOT_ROOM,
        hours: ticks.iter().map(|(at, _)| *at).collect(),
        mark: chart.mark.as_ref().map(|(at, _)| *at),
    };
    let mut scene = Scene { width: WIDTH, ..Scene::default() };
    heading(&mut scene, chart, font, &span, timezone);
    let mut y = TO_HEADING;
    if let Some(mark) = &chart.mark {
        y += 40.0;
        declared(&mut scene, font, &span, mark, y);
    }
    y += 10.0;
    // What has a line stands above the hours, and what has none below them.
    let (lines, words): (Vec<_>, Vec<_>) = panels.iter().partition(|panel| panel.has_line());
    let margins = (MARGIN, WIDTH - MARGIN);
    for panel in &lines {
        panel.draw(&mut scene, font, y, margins, &span);
        y += panel.height() + BETWEEN;
    }
    if !lines.is_empty() {
        y += 16.0;
        write_hours(&mut scene, font, &span, ticks, y);
        y += 4.0;
    }
    for panel in &words {
        panel.draw(&mut scene, font, y, margins, &span);
        y += panel.height() + 12.0;
    }
    scene.height = y + 24.0;
    edge(&mut scene);
    scene
}

/// How high the plot of each of so many panels is.
fn tall(panels: usize) -> f32 {
    match panels {
        0 | 1 => 300.0,
        2 => 200.0,
        3 => 150.0,
        4 => 124.0,
        _ => 104.0,
    }
}

fn write_hours(scene: &mut Scene, font: &Font, span: &Span, ticks: Vec<(DateTime<Utc>, String)>, y: f32) {
    for (at, words) in ticks {
        if let Some(x) = span.x(at) {
            let half = font.width(&words, HOUR.weight, HOUR.size) / 2.0;
            let x = x.clamp(MARGIN + half, WIDTH - MARGIN - half);
            scene.words(At { x, y }, Anchor::Middle, HOUR, words);
        }
    }
}

/// The time that all series are about.
fn extent(chart: &Chart) -> (DateTime<Utc>, DateTime<Utc>) {
    let series = || chart.readings.iter().filter_map(|reading| reading.series.as_ref());
    let (from, until) = (series().map(|series| series.from).min(), series().map(Series::until).max());
    (from.unwrap_or_default(), until.unwrap_or_default())
}

fn heading(scene: &mut Scene, chart: &Chart, font: &Font, span: &Span, timezone: Tz) {
    let zone = span.until.with_timezone(&timezone).format("%Z").to_string();
    let span = format!("{}–{} {zone}", clock(span.from, timezone), clock(span.until, timezone));
    let room = WIDTH - 2.0 * MARGIN - font.width(&span, HOUR.weight, HOUR.size) - 24.0;
    let title = font.fitted(&chart.title, HEADING.weight, HEADING.size, room);
    scene.words(At { x: MARGIN, y: TO_HEADING }, Anchor::Start, HEADING, title);
    scene.words(At { x: WIDTH - MARGIN, y: TO_HEADING }, Anchor::End, HOUR, span);
}

/// The word at the line of the declaration; at the left if that was before.
fn declared(scene: &mut Scene, font: &Font, span: &Span, (at, label): &(DateTime<Utc>, String), y: f32) {
    let label = font.fitted(label, DECLARED.weight, DECLARED.size, WIDTH - 2.0 * MARGIN);
    let half = font.width(&label, DECLARED.weight, DECLARED.size) / 2.0;
    let Some(x) = span.x(*at) else {
        let label = if *at < span.from { format!("‹ {label}") } else { label };
        scene.words(At { x: MARGIN, y }, Anchor::Start, DECLARED, label);
        return;
    };
    let x = x.clamp(MARGIN + half, (WIDTH - MARGIN - half).max(MARGIN + half));
    scene.words(At { x, y }, Anchor::Middle, DECLARED, label);
}

fn edge(scene: &mut Scene) {
    let (width, height) = (scene.width, scene.height.ceil());
    for (x, y, w, h) in [
        (0.0, 0.0, width, 2.0),
        (0.0, height - 2.0, width, 2.0),
        (0.0, 0.0, 2.0, height),
        (width - 2.0, 0.0, 2.0, height),
    ] {
        scene.rectangle(At { x, y }, w, h, EDGE);
    }
}
