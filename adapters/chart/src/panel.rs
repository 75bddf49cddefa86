//! One metric: its title, its latest value, its line.

use chrono::{DateTime, Utc};
use sitrep_core::port::{Reading, Sample, Series};

use crate::{
    axis::Axis,
    font::{Font, Weight},
    palette::{AREA, BACKGROUND, BASE, GRID, INK, LINE, MARK, MISSING, MUTED},
    scene::{Anchor, At, Scene, Shape, Style},
};

/// The smallest letters: 13 pixels on a screen where the picture is 400 wide.
pub(crate) const SMALL: f32 = 26.0;
const TITLE: Style = Style { size: 31.0, weight: Weight::Medium, colour: INK };
const LATEST: Style = Style { size: 46.0, weight: Weight::Medium, colour: LINE };
const MISSED: Style = Style { size: 31.0, weight: Weight::Medium, colour: MARK };
const TICK: Style = Style { size: SMALL, weight: Weight::Regular, colour: MUTED };
/// From the top of a panel to the baseline of its title.
const TO_BASELINE: f32 = 42.0;
/// From the baseline of its title to its plot.
const TO_PLOT: f32 = 27.0;
/// How far a title stays away from the value.
const APART: f32 = 24.0;
const LINE_WIDTH: f32 = 4.0;
const DOT: f32 = 7.0;
/// Half the width of what points at the declaration.
const POINTER: f32 = 9.0;

/// The hour that all panels show, and where it lies.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
    /// Where it begins and ends, in pixels from the left.
    pub(crate) left: f32,
    pub(crate) right: f32,
    /// The moments that have a line of their own.
    pub(crate) hours: Vec<DateTime<Utc>>,
    /// When the incident was declared.
    pub(crate) mark: Option<DateTime<Utc>>,
}

impl Span {
    /// Where a moment lies, if it is within.
    pub(crate) fn x(&self, at: DateTime<Utc>) -> Option<f32> {
        let whole = (self.until - self.from).num_milliseconds();
        let part = (at - self.from).num_milliseconds();
        #[expect(clippy::cast_precision_loss, reason = "a part of a pixel")]
        let share = part as f32 / whole.max(1) as f32;
        (0.0..=1.0).contains(&share).then_some(self.left + share * (self.right - self.left))
    }
}

/// A panel that is about to be drawn.
pub(crate) struct Panel<'a> {
    reading: &'a Reading,
    title: String,
    /// What stands beside the title.
    caption: &'a str,
    axis: Option<Axis>,
    /// How high its plot is, in pixels.
    tall: f32,
}

impl<'a> Panel<'a> {
    /// `number` is its place, from 1, by which it is called if no letter of its title can be shown.
    pub(crate) fn new(reading: &'a Reading, caption: &'a str, number: usize, tall: f32, font: &Font) -> Self {
        let values = reading.series.iter().flat_map(|series| series.values().map(|(_, value)| value));
        let steps = if tall >= 180.0 { 3 } else { 2 };
        let title = if font.can_show(&reading.title) { reading.title.clone() } else { format!("#{number}") };
        Self { reading, title, caption, axis: Axis::of(values, &reading.unit, steps), tall }
    }

    /// Whether there is a line to draw.
    pub(crate) fn has_line(&self) -> bool {
        self.axis.is_some()
    }

    /// How high it is, in pixels. One without a line is its words alone.
    pub(crate) fn height(&self) -> f32 {
        TO_BASELINE + if self.has_line() { TO_PLOT + self.tall } else { 0.0 }
    }

    /// How much room the words beside its axis take.
    pub(crate) fn gutter(&self, font: &Font) -> f32 {
        let ticks = self.axis.iter().flat_map(|axis| &axis.ticks);
        ticks.map(|(_, words)| font.width(words, TICK.weight, TICK.size)).fold(0.0, f32::max)
    }

    /// Draws it below `top`, between the margins.
    pub(crate) fn draw(&self, scene: &mut Scene, font: &Font, top: f32, margins: (f32, f32), span: &Span) {
        let baseline = top + TO_BASELINE;
        let latest = self.reading.series.as_ref().and_then(Series::latest);
        let style = if latest.is_some_and(|(.., is_old)| !is_old) { LATEST } else { MISSED };
        let room = margins.1 - margins.0;
        let latest = font.fitted(self.caption, style.weight, style.size, room * 0.7);
        let left = room - APART - font.width(&latest, style.weight, style.size);
        let title = font.fitted(&self.title, TITLE.weight, TITLE.size, left);
        scene.words(At { x: margins.0, y: baseline }, Anchor::Start, TITLE, title);
        scene.words(At { x: margins.1, y: baseline }, Anchor::End, style, latest);
        if let (Some(axis), Some(series)) = (&self.axis, &self.reading.series) {
            let plot = Frame { axis, span, top: baseline + TO_PLOT, tall: self.tall };
            plot.gaps(scene, series);
            plot.grid(scene);
            plot.line(scene, series);
            plot.mark(scene);
        }
    }
}

/// Where a line is drawn.
struct Frame<'a> {
    axis: &'a Axis,
    span: &'a Span,
    top: f32,
    tall: f32,
}

impl Frame<'_> {
    fn y(&self, value: f64) -> f32 {
        self.top + self.tall * (1.0 - self.axis.share(value))
    }

    fn grid(&self, scene: &mut Scene) {
        let (left, right, bottom) = (self.span.left, self.span.right, self.top + self.tall);
        for at in &self.span.hours {
            if let Some(x) = self.span.x(*at) {
                scene.rule(At { x, y: self.top }, At { x, y: bottom }, 2.0, GRID);
            }
        }
        for (index, (value, words)) in self.axis.ticks.iter().enumerate() {
            let y = self.y(*value);
            let is_base = if self.axis.zero().is_some() { *value == 0.0 } else { index == 0 };
            scene.rule(At { x: left, y }, At { x: right, y }, 2.0, if is_base { BASE } else { GRID });
            let place = At { x: left - 12.0, y: y + SMALL * 0.35 };
            scene.words(place, Anchor::End, TICK, words.as_str());
        }
    }

    /// The declaration, over everything else.
    fn mark(&self, scene: &mut Scene) {
        let bottom = self.top + self.tall;
        if let Some(x) = self.span.mark.and_then(|mark| self.span.x(mark)) {
            let places = vec![At { x, y: self.top }, At { x, y: bottom }];
            scene.shapes.push(Shape::Line { places, width: 3.0, colour: MARK, dashed: true });
            let flag = [(-POINTER, -POINTER), (POINTER, -POINTER), (0.0, POINTER * 0.6)];
            let places = flag.map(|(right, down)| At { x: x + right, y: self.top + down }).into();
            scene.shapes.push(Shape::Area { places, colour: MARK });
        }
    }

    /// Where nothing was measured.
    fn gaps(&self, scene: &mut Scene, series: &Series) {
        let mut gap: Option<(f32, f32)> = None;
        let half = self.step(series) / 2.0;
        let mut shade = |gap: &mut Option<(f32, f32)>| {
            if let Some((from, to)) = gap.take() {
                let (from, to) = ((from - half).max(self.span.left), (to + half).min(self.span.right));
                scene.rectangle(At { x: from, y: self.top }, to - from, self.tall, MISSING);
            }
        };
        for (x, value) in self.places(series) {
            match value {
                Some(_) => shade(&mut gap),
                None => gap = Some((gap.map_or(x, |(from, _)| from), x)),
            }
        }
        shade(&mut gap);
    }

    /// The line, with a dot at its end; what stands alone is a dot as well.
    fn line(&self, scene: &mut Scene, series: &Series) {
        let mut runs: Vec<Vec<At>> = vec![Vec::new()];
        for (x, value) in self.places(series) {
            match (value, runs.last_mut()) {
                (Some(value), Some(run)) => run.push(At { x, y: self.y(value) }),
                _ => runs.push(Vec::new()),
            }
        }
        runs.retain(|run| !run.is_empty());
        for run in &runs {
            if let (Some(zero), [first, .., last]) = (self.axis.zero(), run.as_slice()) {
                let y = self.top + self.tall * (1.0 - zero);
                let closed = run.iter().copied().chain([At { x: last.x, y }, At { x: first.x, y }]);
                scene.shapes.push(Shape::Area { places: closed.collect(), colour: AREA });
            }
        }
        let last = runs.last().and_then(|run| run.last()).copied();
        for run in runs {
            match run.as_slice() {
                [alone] => scene.shapes.push(Shape::Dot { centre: *alone, radius: LINE_WIDTH, colour: LINE }),
                _ => scene.shapes.push(Shape::Line {
                    places: run,
                    width: LINE_WIDTH,
                    colour: LINE,
                    dashed: false,
                }),
            }
        }
        if let Some(centre) = last {
            scene.shapes.push(Shape::Dot { centre, radius: DOT + 3.0, colour: BACKGROUND });
            scene.shapes.push(Shape::Dot { centre, radius: DOT, colour: LINE });
        }
    }

    /// Each sample's place from the left and its value, if it has one that can be drawn.
    fn places(&self, series: &Series) -> impl Iterator<Item = (f32, Option<f64>)> {
        let samples = series.samples.iter().enumerate();
        samples.filter_map(|(index, sample)| {
            let value = sample.map(|Sample(value)| value).filter(|value| value.is_finite());
            Some((self.span.x(series.at(index))?, value))
        })
    }

    /// How far apart two samples are, in pixels.
    fn step(&self, series: &Series) -> f32 {
        let whole = (self.span.until - self.span.from).num_seconds().max(1);
        #[expect(clippy::cast_precision_loss, reason = "a part of a pixel")]
        let share = series.step_secs as f32 / whole as f32;
        share * (self.span.right - self.span.left)
    }
}
