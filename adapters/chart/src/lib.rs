//! The picture of the health metrics: small charts one below the other, the last hour, the declaration marked.
//!
//! - The same chart gives the same bytes on every machine: the letters are part of the program (`font.rs`), and no
//!   clock is read.
//! - It is looked at on a phone at night, and in clients that are light or dark: see `page.rs` and `palette.rs`.
//! - Whatever was measured or is called strangely, there is a picture or an error, never a panic.
//!
//! `page.rs` puts the panels of `panel.rs` one below the other into a `scene.rs`; `raster.rs` draws that.
#![warn(missing_docs)]

mod axis;
mod font;
mod hours;
mod page;
mod palette;
mod panel;
mod raster;
mod scene;

use sitrep_core::port::Chart;

/// A chart that is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The bytes of a PNG file.
    pub png: Vec<u8>,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// The font in the program can't be read.
    #[error("the letters for a picture can't be read")]
    Font,
    /// The picture would have no size.
    #[error("the picture would have no size")]
    Size,
    /// The picture can't be written down.
    #[error("the picture can't be written: {0}")]
    Encode(String),
}

/// Draws a chart.
///
/// # Errors
/// When there is no picture to be had.
pub fn draw(chart: &Chart) -> Result<Picture, DrawError> {
    let font = font::Font::embedded().ok_or(DrawError::Font)?;
    raster::picture(&page::page(chart, &font), &font)
}
