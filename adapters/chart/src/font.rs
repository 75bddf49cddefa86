//! The letters: two weights of one font that the program carries, so that no machine needs any.
//!
//! What the font lacks becomes its empty box, and what has no look of its own (controls, directions, joiners) nothing.
//! Nothing is shaped: languages that need it are read in the text that goes with the picture.

use ttf_parser::{Face, GlyphId};

/// How strong letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Medium,
}

/// What stands for the rest of a text that is too long.
const ELLIPSIS: char = '…';
/// The longest text that is looked at at all, in characters.
const LONGEST: usize = 400;

/// The font, read.
pub(crate) struct Font {
    regular: Face<'static>,
    medium: Face<'static>,
}

impl Font {
    pub(crate) fn embedded() -> Option<Self> {
        let regular = Face::parse(include_bytes!("../fonts/Roboto-Regular.ttf"), 0).ok()?;
        let medium = Face::parse(include_bytes!("../fonts/Roboto-Medium.ttf"), 0).ok()?;
        Some(Self { regular, medium })
    }

    pub(crate) fn face(&self, weight: Weight) -> &Face<'static> {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Medium => &self.medium,
        }
    }

    /// The glyphs of a text with how far each moves on, in pixels.
    pub(crate) fn glyphs(&self, text: &str, weight: Weight, size: f32) -> Vec<(GlyphId, f32)> {
        let face = self.face(weight);
        let scale = size / f32::from(face.units_per_em());
        let glyph = |character| {
            let glyph = face.glyph_index(character).unwrap_or(GlyphId(0));
            (glyph, f32::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * scale)
        };
        text.chars().map(glyph).collect()
    }

    /// How wide a text is, in pixels.
    pub(crate) fn width(&self, text: &str, weight: Weight, size: f32) -> f32 {
        self.glyphs(text, weight, size).iter().map(|(_, advance)| advance).sum()
    }

    /// A text that fits, cut where it has to be.
    pub(crate) fn fitted(&self, text: &str, weight: Weight, size: f32, room: f32) -> String {
        let text = legible(text);
        if self.width(&text, weight, size) <= room {
            return text;
        }
        let mut kept: Vec<char> = text.chars().collect();
        while kept.pop().is_some() {
            let cut: String = kept.iter().collect::<String>().trim_end().chars().chain([ELLIPSIS]).collect();
            if self.width(&cut, weight, size) <= room {
                return cut;
            }
        }
        String::new()
    }

    /// Whether any letter of it can be shown.
    pub(crate) fn can_show(&self, text: &str) -> bool {
        let is_shown = |letter: char| self.regular.glyph_index(letter).is_some();
        text.chars().any(|letter| letter.is_alphanumeric() && is_shown(letter))
    }
}

/// A text on one line, without what has no look of its own.
fn legible(text: &str) -> String {
    let is_seen = |character: &char| !character.is_control() && !is_invisible(*character);
    let spaced = text.chars().take(LONGEST).map(|c| if c.is_whitespace() { ' ' } else { c });
    let seen: String = spaced.filter(is_seen).collect();
    seen.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Directions, joiners, variation selectors, accents that are put onto the letter before, tags.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_on_one_line() {
        for (given, shown) in [
            ("Requests\nfailing", "Requests failing"),
            ("  a \t b  ", "a b"),
            ("a\u{202e}b\u{200d}c\u{0}d\u{1b}[31m", "abcd[31m"),
            ("\u{1f468}\u{200d}\u{1f469}", "\u{1f468}\u{1f469}"),
            ("", ""),
        ] {
            assert_eq!(legible(given), shown);
        }
    }

    #[test]
    fn what_is_too_long_is_cut_and_never_wider() {
        let font = Font::embedded().expect("a font");
        for text in
            ["word ".repeat(500), "W".repeat(10_000), "مرحبا ".repeat(60), "🔥".repeat(90), "x".into()]
        {
            for room in [0.0, 5.0, 100.0, 700.0] {
                let fitted = font.fitted(&text, Weight::Medium, 30.0, room);
                assert!(font.width(&fitted, Weight::Medium, 30.0) <= room, "{fitted:?} in {room}");
            }
        }
        assert_eq!(font.fitted("Requests failing", Weight::Medium, 30.0, 150.0), "Requests…");
    }

    #[test]
    fn what_can_be_shown() {
        let font = Font::embedded().expect("a font");
        for (text, expected) in
            [("Requests", true), ("Größe", true), ("Ошибки", true), ("错误", false), ("🔥", false)]
        {
            assert_eq!(font.can_show(text), expected, "{text}");
        }
    }
}
