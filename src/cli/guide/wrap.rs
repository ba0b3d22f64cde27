//! Breaks styled text into lines of a width.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A bracket or a full stop before and after code stays with it.
const BESIDE_CODE: usize = 2;

/// How a terminal can show text without a colour that not every background suits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    Bold,
    Italic,
    Dim,
}

/// Text of one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    pub style: Style,
    /// Whether it is code, to be copied: it is broken only where it is longer than a line, and then at spaces.
    is_code: bool,
}

impl Span {
    pub fn new(text: impl Into<String>, style: Style) -> Self {
        Self {
            text: text.into(),
            style,
            is_code: false,
        }
    }

    pub fn code(text: impl Into<String>, style: Style) -> Self {
        Self {
            is_code: true,
            ..Self::new(text, style)
        }
    }

    /// With the sequences that a terminal takes for the style.
    pub fn painted(&self) -> String {
        let code = match self.style {
            Style::Plain => return self.text.clone(),
            Style::Bold => 1,
            Style::Dim => 2,
            Style::Italic => 3,
        };
        format!("\x1b[{code}m{}\x1b[0m", self.text)
    }
}

pub fn width(spans: &[Span]) -> usize {
    spans.iter().map(|span| span.text.width()).sum()
}

/// The widest part that is never broken, as far as a line of this width has room for it.
pub fn unbroken(spans: &[Span], limit: usize) -> usize {
    let words = words(spans, limit.max(1))
        .into_iter()
        .filter(|word| is_kept(word));
    words.map(|word| width(&word)).max().unwrap_or(0)
}

/// Lines of at most this width, broken at spaces, and within a word only where it is longer than a line. Code and
/// addresses are not broken: what is longer than a line sticks out.
pub fn lines(spans: &[Span], limit: usize) -> Vec<Vec<Span>> {
    let limit = limit.max(1);
    let mut lines = vec![Vec::new()];
    for word in words(spans, limit)
        .into_iter()
        .flat_map(|word| pieces(word, limit))
    {
        let used = lines.last().map_or(0, |line| width(line));
        if used > 0 && used + 1 + width(&word) > limit {
            lines.push(Vec::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                let style = match (line.last(), word.first()) {
                    (Some(last), Some(first)) if last.style == first.style => first.style,
                    _ => Style::Plain,
                };
                push(line, " ", style);
            }
            for span in &word {
                push(line, &span.text, span.style);
            }
        }
    }
    lines
}

/// What stands between spaces, which may have several styles: `a`, with its comma. Code that a line has room for is one
/// word.
fn words(spans: &[Span], limit: usize) -> Vec<Vec<Span>> {
    let mut words = vec![Vec::new()];
    for span in spans {
        let is_whole = span.is_code && span.text.width() + BESIDE_CODE <= limit;
        let parts: Vec<&str> = match is_whole {
            true => vec![&span.text],
            false => span.text.split([' ', '\n']).collect(),
        };
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 {
                words.push(Vec::new());
            }
            if let Some(word) = words.last_mut().filter(|_| !part.is_empty()) {
                word.push(Span {
                    text: part.to_owned(),
                    ..span.clone()
                });
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a word is never broken: it has code in it, or is an address.
fn is_kept(word: &[Span]) -> bool {
    word.iter().any(|span| span.is_code || span.text.contains("://"))
}

/// The word itself, or parts of one that is longer than a line.
fn pieces(word: Vec<Span>, limit: usize) -> Vec<Vec<Span>> {
    if width(&word) <= limit || is_kept(&word) {
        return vec![word];
    }
    let mut pieces = vec![Vec::new()];
    for span in &word {
        for cluster in span.text.graphemes(true) {
            if pieces
                .last()
                .is_some_and(|piece| width(piece) + cluster.width() > limit)
            {
                pieces.push(Vec::new());
            }
            if let Some(piece) = pieces.last_mut() {
                push(piece, cluster, span.style);
            }
        }
    }
    pieces
}

fn push(line: &mut Vec<Span>, text: &str, style: Style) {
    match line.last_mut().filter(|last| last.style == style) {
        Some(last) => last.text.push_str(text),
        None => line.push(Span::new(text, style)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(spans: &[Span], limit: usize) -> Vec<String> {
        let text = |line: Vec<Span>| line.into_iter().map(|span| span.text).collect();
        lines(spans, limit).into_iter().map(text).collect()
    }

    #[test]
    fn lines_break_at_spaces_and_long_words_anywhere() {
        let spans = [
            Span::new("press ", Style::Plain),
            Span::new("Ctrl-C", Style::Bold),
            Span::new(", or\nwait", Style::Plain),
        ];
        assert_eq!(wrapped(&spans, 13), ["press Ctrl-C,", "or wait"]);
        assert_eq!(wrapped(&spans, 12), ["press", "Ctrl-C, or", "wait"]);
        assert_eq!(wrapped(&spans, 4), ["pres", "s", "Ctrl", "-C,", "or", "wait"]);
        assert_eq!(
            wrapped(&[Span::new("日本語 日本", Style::Plain)], 5),
            ["日本", "語", "日本"]
        );
        assert_eq!(wrapped(&[], 5), [""]);
    }

    #[test]
    fn code_and_addresses_are_not_broken() {
        let spans = [
            Span::new("run ", Style::Plain),
            Span::code("`keydeck key list`", Style::Plain),
            Span::new(
                ", or see https://keydeck.example/guide/keys.html first",
                Style::Plain,
            ),
        ];
        let address = "https://keydeck.example/guide/keys.html";
        assert_eq!(
            wrapped(&spans, 20),
            ["run", "`keydeck key list`,", "or see", address, "first"]
        );
        // Code that no line has room for is broken at its spaces.
        assert_eq!(
            wrapped(&spans, 10),
            ["run", "`keydeck", "key list`,", "or see", address, "first"]
        );
        assert_eq!((unbroken(&spans, 20), unbroken(&spans[..2], 10)), (39, 8));
    }
}
