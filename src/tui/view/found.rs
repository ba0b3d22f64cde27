//! Where in a text the filter found what it looks for.

use unicode_segmentation::UnicodeSegmentation;

use super::text;
use crate::model::compared;

/// What is looked for, in the form in which texts are compared.
pub struct SoughtText(String);

impl SoughtText {
    pub fn of(text: &str) -> Option<Self> {
        let sought = compared(text);
        (!sought.is_empty()).then_some(Self(sought))
    }

    pub fn is_in(&self, text: &str) -> bool {
        compared(text).contains(&self.0)
    }

    /// The first of its cells, and how many they are, in a text as it is drawn.
    pub fn cells_in(&self, shown: &str) -> Option<(u16, u16)> {
        if shown.is_ascii() {
            let start = shown.to_ascii_lowercase().find(&self.0)?;
            return Some((start as u16, self.0.len() as u16));
        }
        // Each character with where it begins in the compared text, and in cells.
        let (mut folded, mut cells) = (String::new(), 0);
        let mut starts = Vec::new();
        for grapheme in shown.graphemes(true) {
            starts.push((folded.len(), cells));
            match grapheme.trim() {
                "" => folded.push(' '),
                _ => folded.push_str(&compared(grapheme)),
            }
            cells += text::width(grapheme) as u16;
        }
        let from = folded.find(&self.0)?;
        let to = from + self.0.len();
        let first = starts.iter().rev().find(|(at, _)| *at <= from)?.1;
        let last = starts
            .iter()
            .find(|(at, _)| *at >= to)
            .map_or(cells, |(_, cell)| *cell);
        Some((first, last.saturating_sub(first)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_is_found_however_it_is_spelt() {
        for (sought, shown, cells) in [
            ("shop", "Web shop", Some((4, 4))),
            ("SHOP", "the Shop front", Some((4, 4))),
            ("shop", "kiosk", None),
            ("café", "Le Cafe\u{301} Nord", Some((3, 4))),
            ("受付", "キオスク 受付", Some((9, 4))),
            ("strasse", "Straße 5", Some((0, 6))),
            ("b", "🥝 b", Some((3, 1))),
            ("ﬁne", "oﬃce ﬁne", Some((5, 3))),
        ] {
            let found = SoughtText::of(sought).expect("there is something to look for");
            assert_eq!(found.cells_in(shown), cells, "{sought} in {shown}");
        }
        assert!(SoughtText::of("  ").is_none());
    }
}
