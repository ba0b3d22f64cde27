//! What a screen or a dialog is in words. The lines of the ordinary view are taken unbroken, so that nothing is written
//! twice; signs that only an eye can read are left out.

use ratatui::text::Line;

use crate::model::Secret;
use crate::tui::state::App;
use crate::tui::state::buttons::ButtonRow;
use crate::tui::view::Look;

/// The width at which the lines of the ordinary view break nowhere: the terminal breaks them.
pub const UNBROKEN: usize = 10_000;

/// Of every dialog, in its `view.rs`.
pub trait Speak {
    fn speak(&self, app: &App, look: &Look) -> Spoken;
}

/// How a choice is taken by its number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ChoiceKeys {
    /// A digit selects.
    #[default]
    Digits,
    /// Digits are text there: Alt and a digit selects.
    AltDigits,
    /// A digit selects while no text is typed, and Alt and a digit always.
    DigitsFirst,
    /// The dialog takes digits by itself.
    Own,
}

#[derive(Debug, Default)]
pub struct Spoken {
    pub title: String,
    /// A sentence, or a label and its value, each.
    pub lines: Vec<String>,
    /// The fields of a form with their values: named when it opens, and told when one asks where one is.
    pub fields: Vec<(String, String)>,
    /// The field that has the focus.
    pub field: Option<SpokenField>,
    pub choices: Vec<String>,
    pub chosen: Option<usize>,
    pub choice_keys: ChoiceKeys,
    /// To which of its lines one has scrolled.
    pub scroll: Option<u16>,
    /// Stands on a line of its own.
    pub secret: Option<Secret>,
    /// What is waited for.
    pub doing: Option<String>,
}

impl Spoken {
    pub fn titled(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    #[must_use]
    pub fn lines(mut self, lines: impl IntoIterator<Item = Line<'static>>) -> Self {
        self.lines
            .extend(lines.into_iter().filter_map(|line| in_words(&line)));
        self
    }

    #[must_use]
    pub fn line(mut self, words: impl Into<String>) -> Self {
        self.lines.push(words.into());
        self
    }

    #[must_use]
    pub fn buttons<T: Copy>(mut self, row: &ButtonRow<T>) -> Self {
        self.choices = row
            .buttons()
            .iter()
            .map(|button| button.label.to_owned())
            .collect();
        self.chosen = row.focus();
        self
    }

    /// What one of many is chosen from.
    #[must_use]
    pub fn choices(mut self, choices: Vec<String>, chosen: usize, keys: ChoiceKeys) -> Self {
        self.chosen = (chosen < choices.len()).then_some(chosen);
        self.choices = choices;
        self.choice_keys = keys;
        self
    }

    #[must_use]
    pub fn field(mut self, field: Option<SpokenField>) -> Self {
        self.field = field;
        self
    }

    #[must_use]
    pub fn scroll(mut self, scroll: u16) -> Self {
        self.scroll = Some(scroll);
        self
    }

    /// While something is sent, there is nothing to choose and to type.
    #[must_use]
    pub fn doing(mut self, words: Option<&str>) -> Self {
        if let Some(words) = words {
            self.doing = Some(words.to_owned());
            self.choices.clear();
            self.chosen = None;
            self.field = None;
        }
        self
    }

    /// The secret is no part of what is kept and compared.
    #[must_use]
    pub fn secret(mut self, secret: Option<&Secret>) -> Self {
        if let Some(secret) = secret {
            self.lines.retain(|line| line != secret.expose());
            self.secret = Some(secret.clone());
        }
        self
    }
}

/// A field of a form, while it has the focus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenField {
    /// No other field of its form is called so.
    pub label: String,
    pub entry: FieldEntry,
    /// What may be entered.
    pub hint: String,
    /// What is wrong with it: said when one comes to it, also when that was said before.
    pub remarks: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldEntry {
    /// Text, divided by the cursor. What is hidden stands here as asterisks.
    Text { before: String, after: String },
    /// What is chosen or switched.
    Value(String),
}

impl SpokenField {
    pub fn new(label: impl Into<String>, entry: FieldEntry) -> Self {
        Self {
            label: label.into(),
            entry,
            hint: String::new(),
            remarks: Vec::new(),
        }
    }

    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: hint.into(),
            ..self
        }
    }

    /// What the line shows where one types.
    pub fn prompt(&self) -> Option<(&str, &str)> {
        match &self.entry {
            FieldEntry::Text { before, .. } => Some((&self.label, before)),
            FieldEntry::Value(_) => None,
        }
    }
}

/// Blocks that bars are made of, and what stands for none.
fn is_bar(sign: char) -> bool {
    matches!(
        sign,
        '\u{2580}'..='\u{259f}' | '·' | '╵' | '│' | '─' | '┤' | '└' | '┼' | '┴'
    )
}

/// Fewer of them are part of a name or stand between words.
const LEAST_BARS: usize = 3;

/// A line as a sentence: columns that stand apart become parts of it, bars go. Nothing where nothing is left to say.
pub fn in_words(line: &Line) -> Option<String> {
    let mut text = String::new();
    for span in &line.spans {
        // A label that fills its column.
        if text.ends_with(|sign: char| sign.is_whitespace()) {
            text.push(' ');
        }
        text.push_str(&span.content);
    }
    let text = without_bars(&text);
    let parts: Vec<&str> = text.split("  ").map(str::trim).collect();
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let words = match parts.as_slice() {
        [label, value] => format!("{label}: {value}"),
        parts => parts.join(", "),
    };
    let words = words.trim_start_matches(['▌', '▸']).trim();
    words.contains(char::is_alphanumeric).then(|| words.to_owned())
}

fn without_bars(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = rest.find(|sign| !is_bar(sign)).unwrap_or(rest.len());
        let (bars, others) = rest.split_at(run);
        let is_graph = bars.chars().count() >= LEAST_BARS;
        match is_graph {
            true => out.push_str("  "),
            false if run > 0 => out.push_str(bars),
            false => {
                out.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            }
        }
        rest = others;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_become_a_sentence_and_bars_go() {
        for (line, words) in [
            (
                "Created    22 Nov 2026, 14:05",
                Some("Created: 22 Nov 2026, 14:05"),
            ),
            ("Requests   ▁▂▅▇▅▂▁  1,204 / 7 d", Some("Requests: 1,204 / 7 d")),
            (
                "  Kiosk     Web      3 min ago  –",
                Some("Kiosk, Web, 3 min ago, –"),
            ),
            ("Web key · Storefront", Some("Web key · Storefront")),
            ("▌Name", Some("Name")),
            ("✓ ▁▁▂▇", None),
            ("·······", None),
            ("", None),
        ] {
            assert_eq!(in_words(&Line::raw(line)).as_deref(), words, "{line:?}");
        }
    }

    #[test]
    fn a_label_and_its_value_stay_apart_where_the_label_fills_its_column() {
        let line = |spans: &[&str]| Line::from_iter(spans.iter().map(|span| (*span).to_owned()));
        assert_eq!(
            in_words(&line(&["Created by ", "mira"])).as_deref(),
            Some("Created by: mira")
        );
        assert_eq!(
            in_words(&line(&["Web key", " · Storefront"])).as_deref(),
            Some("Web key · Storefront")
        );
    }

    #[test]
    fn a_secret_stands_apart_from_the_lines() {
        let secret = Secret::new("kdw_secret");
        let lines = [Line::raw("Copy it now."), Line::raw("kdw_secret")];
        let spoken = Spoken::titled("New").lines(lines).secret(Some(&secret));
        assert_eq!(spoken.lines, ["Copy it now."]);
        assert!(spoken.secret.is_some() && !format!("{spoken:?}").contains("kdw_secret"));
    }
}
