//! What is in the picture, before it is a picture: shapes with their places, in pixels from the upper left corner.
//!
//! It knows no pixels yet, so the same scene can be written as SVG one day.

use crate::{font::Weight, palette::Colour};

/// A place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct At {
    pub(crate) x: f32,
    pub(crate) y: f32,
}

/// Which end of a text its place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Style {
    pub(crate) size: f32,
    pub(crate) weight: Weight,
    pub(crate) colour: Colour,
}

/// One thing in the picture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    /// A filled rectangle.
    Box { corner: At, width: f32, height: f32, colour: Colour },
    /// A line through these places.
    Line { places: Vec<At>, width: f32, colour: Colour, dashed: bool },
    /// What these places enclose, filled.
    Area { places: Vec<At>, colour: Colour },
    /// A filled circle.
    Dot { centre: At, radius: f32, colour: Colour },
    /// Words, whose place is on their baseline.
    Words { place: At, anchor: Anchor, style: Style, text: String },
}

/// Everything in the picture, the rearmost first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Scene {
    pub(crate) width: f32,
    pub(crate) height: f32,
    pub(crate) shapes: Vec<Shape>,
}

impl Scene {
    pub(crate) fn rectangle(&mut self, corner: At, width: f32, height: f32, colour: Colour) {
        self.shapes.push(Shape::Box { corner, width, height, colour });
    }

    /// A line of one or two pixels, from here to there.
    pub(crate) fn rule(&mut self, from: At, to: At, width: f32, colour: Colour) {
        self.shapes.push(Shape::Line { places: vec![from, to], width, colour, dashed: false });
    }

    pub(crate) fn words(&mut self, place: At, anchor: Anchor, style: Style, text: impl Into<String>) {
        self.shapes.push(Shape::Words { place, anchor, style, text: text.into() });
    }
}
