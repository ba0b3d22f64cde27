//! Text that fits: made safe to draw, cut to a width in cells, wrapped.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::model::Shown;
pub use crate::tui::state::number::number;

/// What is left of a quoted name at the least.
const LEAST_NAME: usize = 20;

/// Width in cells, of text as it is drawn.
pub fn width(text: &str) -> usize {
    Shown::new(text).as_str().width()
}

/// Outside text, safe to draw and cut to `cells` with an ellipsis.
pub fn fit(text: &str, cells: usize) -> String {
    let shown = Shown::new(text);
    if shown.as_str().width() <= cells {
        return shown.into_string();
    }
    let mut out = String::new();
    let mut used = 0;
    for grapheme in shown.as_str().graphemes(true) {
        let width = grapheme.width();
        if used + width + 1 > cells {
            break;
        }
        used += width;
        out.push_str(grapheme);
    }
    if cells > 0 {
        out.push('…');
    }
    out
}

/// The same, cut after a whole word where one fits: of a number, nothing is left that looks like another one.
pub fn fit_words(text: &str, cells: usize) -> String {
    let cut = fit(text, cells);
    match cut.strip_suffix('…').and_then(|cut| cut.rsplit_once(' ')) {
        Some((words, _)) => format!("{words}…"),
        None => cut,
    }
}

/// The same, cut in its middle: the end stays, of two fifths of the width.
pub fn fit_both_ends(text: &str, cells: usize) -> String {
    let shown = Shown::new(text);
    let whole = shown.as_str();
    if whole.width() <= cells {
        return shown.into_string();
    }
    let room = cells.saturating_sub(1) * 2 / 5;
    let mut used = 0;
    let end = (whole.grapheme_indices(true).rev())
        .take_while(|(_, grapheme)| {
            used += grapheme.width();
            used <= room
        })
        .last()
        .map_or(whole.len(), |(at, _)| at);
    let (before, end) = whole.split_at(end);
    fit(before, cells.saturating_sub(end.width())) + end
}

/// A sentence cut to `cells`: first the name that it quotes, so that what it says of it stays.
pub fn fit_sentence(sentence: &str, cells: usize) -> String {
    let shown = Shown::new(sentence).into_string();
    let Some((before, (name, after))) = shown
        .split_once('“')
        .and_then(|(before, rest)| Some((before, rest.rsplit_once('”')?)))
    else {
        return fit(sentence, cells);
    };
    let others = before.width() + after.width() + 2;
    let room = cells.saturating_sub(others).max(LEAST_NAME);
    fit(&format!("{before}“{}”{after}", fit(name, room)), cells)
}

/// `text` padded with spaces to exactly `cells`.
pub fn column(text: &str, cells: usize) -> String {
    let mut fitted = fit(text, cells);
    let missing = cells.saturating_sub(fitted.width());
    fitted.extend(std::iter::repeat_n(' ', missing));
    fitted
}

/// `mira` of `mira@acme.example`, for columns; the details say it whole.
pub fn short_name(email: &str) -> &str {
    email.split('@').next().unwrap_or(email)
}

/// Breaks text at spaces, and words that are too long anywhere, into lines of at most `cells`.
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(1);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in Shown::new(text).as_str().split_whitespace() {
        let gap = usize::from(used > 0);
        if used + gap + word.width() <= cells {
            push(&mut lines, if gap == 1 { " " } else { "" });
            push(&mut lines, word);
            used += gap + word.width();
            continue;
        }
        if used > 0 {
            lines.push(String::new());
            used = 0;
        }
        for grapheme in word.graphemes(true) {
            if used + grapheme.width() > cells && used > 0 {
                lines.push(String::new());
                used = 0;
            }
            push(&mut lines, grapheme);
            used += grapheme.width();
        }
    }
    lines
}

/// A name whole, on as many lines of at most `cells` as it takes: nothing is cut and no space is left out, so
/// that two names that differ look different. Breaks after a space where that leaves no line half empty.
pub fn whole(name: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(2);
    let shown = Shown::new(name);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for grapheme in shown.as_str().graphemes(true) {
        if used + grapheme.width() > cells && used > 0 {
            let rest = match line.rfind(' ') {
                Some(at) if line[..at].width() >= cells / 2 => line.split_off(at + 1),
                _ => String::new(),
            };
            used = rest.width();
            lines.push(std::mem::replace(&mut line, rest));
        }
        line.push_str(grapheme);
        used += grapheme.width();
    }
    lines.push(line);
    lines
}

fn push(lines: &mut [String], text: &str) {
    if let Some(line) = lines.last_mut() {
        line.push_str(text);
    }
}

/// Cuts text every `cells` characters, for a secret that must be readable whole.
pub fn chunks(text: &str, cells: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars
        .chunks(cells.max(1))
        .map(|chunk| chunk.iter().collect())
        .collect()
}

/// From here on a count is shown in thousands or millions.
const MANY: u64 = 100_000;

/// `1,204`, `120k`, `3M`.
pub fn in_short(count: u64) -> String {
    match count {
        ..MANY => number(count),
        MANY..1_000_000 => format!("{}k", count / 1_000),
        _ => format!("{}M", number(count / 1_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_is_cut_where_words_before_it_fit() {
        for (cells, cut) in [
            (15, "rotating 1d23h"),
            (13, "rotating…"),
            (11, "rotating…"),
            (9, "rotating…"),
            (8, "rotatin…"),
            (0, ""),
        ] {
            assert_eq!(fit_words("rotating 1d23h", cells), cut, "{cells}");
        }
    }

    #[test]
    fn a_quoted_name_gives_way_before_what_is_said_of_it() {
        let sentence = "“A name of many characters” has 3 keys; revoke them first.";
        assert_eq!(fit_sentence(sentence, 80), sentence);
        let cut = "“A name of many char…” has 3 keys; revoke them first.";
        assert_eq!(fit_sentence(sentence, width(cut)), cut);
        assert_eq!(fit_sentence(sentence, 30), "“A name of many char…” has 3 …");
        assert_eq!(fit_sentence("Nothing is quoted.", 8), "Nothing…");
    }

    #[test]
    fn wide_characters_are_cut_by_cells() {
        assert_eq!(fit("キオスク受付", 7), "キオス…");
        assert_eq!(column("ab", 4), "ab  ");
        assert_eq!(column("キオスク", 4), "キ… ");
        assert_eq!(fit("abc", 0), "");
        assert_eq!(fit_both_ends("キオスク受付", 9), "キオス…付");
        assert_eq!(fit_both_ends("one two three", 11), "one tw…hree");
        assert_eq!(fit_both_ends("abc", 3), "abc");
        for cells in 0..12 {
            assert!(width(&fit_both_ends("キオスク受付 of the north", cells)) <= cells);
        }
    }

    #[test]
    fn text_wraps_at_spaces_and_long_words_anywhere() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn a_name_is_whole_on_as_many_lines_as_it_takes() {
        for name in [
            "Checkout assistant of the storefront, Auckland",
            "two  spaces   and    more",
            "キオスク受付アシスタント",
            "a\u{202e}b\u{200b}c",
            "👩‍💻👩‍💻👩‍💻",
            "",
        ] {
            for cells in [2, 5, 9, 16, 80] {
                let lines = whole(name, cells);
                assert_eq!(lines.concat(), Shown::new(name).as_str(), "{name} in {cells}");
                assert!(
                    lines.iter().all(|line| width(line) <= cells),
                    "{lines:?} in {cells}"
                );
            }
        }
        assert_eq!(whole("one two three", 9), ["one two ", "three"]);
    }
}
