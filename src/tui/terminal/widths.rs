//! How many cells text takes, and whether all terminals agree about it.
//!
//! They count by tables of different years, some by character and some by cluster, and some take
//! East Asian ambiguous characters for wide.

use ratatui::buffer::CellWidth;
use unicode_width::UnicodeWidthChar;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    Certain,
    /// One cell, or two where ambiguous characters are wide.
    Ambiguous,
    /// A cluster of several characters (emoji with a variation selector, skin tone or joiner, flags,
    /// keycaps, combining marks, Hangul of single letters), or a character that some tables lack.
    Doubtful,
}

/// Of the text of a cell.
pub(super) fn width_of(symbol: &str) -> Width {
    if symbol.len() <= 1 {
        return Width::Certain;
    }
    let mut chars = symbol.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => width_of_char(c),
        _ => Width::Doubtful,
    }
}

/// How many cells it takes here, at least one.
pub(super) fn cells_of(symbol: &str) -> u16 {
    symbol.cell_width().max(1)
}

fn width_of_char(c: char) -> Width {
    match (c.width(), c.width_cjk()) {
        _ if is_young(c) => Width::Doubtful,
        (Some(1), Some(1)) => Width::Certain,
        (Some(1), Some(_)) => Width::Ambiguous,
        (Some(2), Some(2)) if is_always_wide(c) => Width::Certain,
        _ => Width::Doubtful,
    }
}

/// The blocks of emoji and symbols that grow from one version of Unicode to the next.
fn is_young(c: char) -> bool {
    matches!(c, '\u{1f000}'..='\u{1faff}')
}

/// Kana, ideographs, Hangul syllables, wide forms: wide in every table.
fn is_always_wide(c: char) -> bool {
    matches!(c,
        '\u{2e80}'..='\u{303e}' | '\u{3041}'..='\u{33ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{a000}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}'
        | '\u{20000}'..='\u{2fffd}' | '\u{30000}'..='\u{3fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_terminals_count_differently_is_told_apart() {
        for (symbol, width) in [
            ("a", Width::Certain),
            (" ", Width::Certain),
            ("ñ", Width::Certain),
            ("キ", Width::Certain),
            ("한", Width::Certain),
            ("漢", Width::Certain),
            ("é", Width::Certain),
            ("П", Width::Certain),
            ("│", Width::Ambiguous),
            ("…", Width::Ambiguous),
            ("e\u{301}", Width::Doubtful),
            ("❤\u{fe0f}", Width::Doubtful),
            ("❤\u{fe0e}", Width::Doubtful),
            ("🇩🇪", Width::Doubtful),
            ("🇩", Width::Doubtful),
            ("👩\u{200d}💻", Width::Doubtful),
            ("👍🏽", Width::Doubtful),
            ("1\u{fe0f}\u{20e3}", Width::Doubtful),
            ("ᄒ", Width::Doubtful),
            ("\u{1112}\u{1161}\u{11ab}", Width::Doubtful),
            ("क्षि", Width::Doubtful),
            ("🛒", Width::Doubtful),
            ("⏰", Width::Doubtful),
        ] {
            assert_eq!(width_of(symbol), width, "{symbol:?}");
        }
    }
}
