//! From a scene to the bytes of a PNG file.

use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform,
};
use ttf_parser::OutlineBuilder;

use crate::{
    DrawError, Picture,
    font::Font,
    palette::{BACKGROUND, Colour},
    scene::{Anchor, At, Scene, Shape, Style},
};

/// How long the dashes of a line are, and the gaps between them, in pixels.
const DASHES: [f32; 2] = [10.0, 7.0];

/// Draws a scene.
pub(crate) fn picture(scene: &Scene, font: &Font) -> Result<Picture, DrawError> {
    let mut canvas = Canvas { pixmap: pixmap(scene)?, font };
    canvas.pixmap.fill(colour(BACKGROUND));
    scene.shapes.iter().for_each(|shape| canvas.draw(shape));
    let (width, height) = (canvas.pixmap.width(), canvas.pixmap.height());
    let png = canvas.pixmap.encode_png().map_err(|error| DrawError::Encode(error.to_string()))?;
    Ok(Picture { png, width, height })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size of some hundreds")]
fn pixmap(scene: &Scene) -> Result<Pixmap, DrawError> {
    Pixmap::new(scene.width.ceil() as u32, scene.height.ceil() as u32).ok_or(DrawError::Size)
}

struct Canvas<'a> {
    pixmap: Pixmap,
    font: &'a Font,
}

impl Canvas<'_> {
    /// Draws one shape. One without extent, or with a place that is no number, is left out.
    fn draw(&mut self, shape: &Shape) {
        match shape {
            Shape::Box { corner, width, height, colour } => {
                if let Some(area) = Rect::from_xywh(corner.x, corner.y, *width, *height) {
                    self.pixmap.fill_rect(area, &paint(*colour), Transform::identity(), None);
                }
            }
            Shape::Line { places, width, colour, dashed } => {
                let dash = dashed.then(|| StrokeDash::new(DASHES.to_vec(), 0.0)).flatten();
                let stroke = Stroke {
                    width: *width,
                    line_cap: cap(*dashed),
                    line_join: LineJoin::Round,
                    dash,
                    ..Stroke::default()
                };
                if let Some(path) = path(places) {
                    self.pixmap.stroke_path(&path, &paint(*colour), &stroke, Transform::identity(), None);
                }
            }
            Shape::Area { places, colour } => self.fill(path(places), *colour),
            Shape::Dot { centre, radius, colour } => {
                self.fill(PathBuilder::from_circle(centre.x, centre.y, *radius), *colour);
            }
            Shape::Words { place, anchor, style, text } => self.write(*place, *anchor, *style, text),
        }
    }

    fn fill(&mut self, path: Option<Path>, colour: Colour) {
        if let Some(path) = path {
            self.pixmap.fill_path(&path, &paint(colour), FillRule::Winding, Transform::identity(), None);
        }
    }

    fn write(&mut self, place: At, anchor: Anchor, style: Style, text: &str) {
        let glyphs = self.font.glyphs(text, style.weight, style.size);
        let width: f32 = glyphs.iter().map(|(_, advance)| advance).sum();
        let before = match anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => width / 2.0,
            Anchor::End => width,
        };
        let face = self.font.face(style.weight);
        let scale = style.size / f32::from(face.units_per_em());
        let mut outline =
            Outline { builder: PathBuilder::new(), at: At { x: place.x - before, y: place.y }, scale };
        for (glyph, advance) in glyphs {
            let _ = face.outline_glyph(glyph, &mut outline);
            outline.at.x += advance;
        }
        self.fill(outline.builder.finish(), style.colour);
    }
}

/// What a face draws its glyphs with: their own units with y upwards, to pixels.
struct Outline {
    builder: PathBuilder,
    at: At,
    scale: f32,
}

impl Outline {
    fn to(&self, x: f32, y: f32) -> (f32, f32) {
        (self.at.x + x * self.scale, self.at.y - y * self.scale)
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.to(x, y);
        self.builder.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.to(x, y);
        self.builder.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.to(x1, y1), self.to(x, y));
        self.builder.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.to(x1, y1), self.to(x2, y2), self.to(x, y));
        self.builder.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.builder.close();
    }
}

fn path(places: &[At]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    let mut places = places.iter().filter(|at| at.x.is_finite() && at.y.is_finite());
    let first = places.next()?;
    builder.move_to(first.x, first.y);
    places.for_each(|at| builder.line_to(at.x, at.y));
    builder.finish()
}

/// A dash ends where it ends; a line has round ends.
fn cap(dashed: bool) -> LineCap {
    if dashed { LineCap::Butt } else { LineCap::Round }
}

fn colour([red, green, blue, opacity]: Colour) -> Color {
    Color::from_rgba8(red, green, blue, opacity)
}

fn paint(shade: Colour) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(colour(shade));
    paint
}
