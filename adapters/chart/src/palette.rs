//! The colours of the picture: one scheme, dark and opaque, that reads on light and on dark clients and blinds nobody
//! at night. Blue beside amber is told apart by everybody.

/// Red, green, blue and opacity.
pub(crate) type Colour = [u8; 4];

/// Behind everything.
pub(crate) const BACKGROUND: Colour = [22, 27, 36, 255];
/// The edge, so that the picture ends where a dark client begins.
pub(crate) const EDGE: Colour = [62, 72, 90, 255];
/// What is read first.
pub(crate) const INK: Colour = [240, 244, 250, 255];
/// What is read second: 8 to 1 against the background.
pub(crate) const MUTED: Colour = [178, 189, 206, 255];
/// Lines to measure by.
pub(crate) const GRID: Colour = [46, 55, 70, 255];
/// The line at zero, or the lowest.
pub(crate) const BASE: Colour = [84, 96, 117, 255];
/// What was measured.
pub(crate) const LINE: Colour = [92, 200, 255, 255];
/// Below the line, down to zero.
pub(crate) const AREA: Colour = [92, 200, 255, 44];
/// The declaration, and whatever is missing.
pub(crate) const MARK: Colour = [255, 184, 84, 255];
/// Where nothing was measured.
pub(crate) const MISSING: Colour = [255, 184, 84, 26];
