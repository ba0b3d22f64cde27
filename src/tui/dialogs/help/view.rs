//! Every key of the layer that help was opened from, read from the bindings.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::Help;
use crate::model::filter::WORDS;
use crate::tui::keymap::{Binding, Layer};
use crate::tui::plain::form::entry;
use crate::tui::plain::spoken::{Speak, Spoken, SpokenField, UNBROKEN};
use crate::tui::state::{App, Screen};
use crate::tui::view::{Canvas, Draw, Look, dialog, form_lines, text};

/// With one column of groups, and with two.
const WIDTH: u16 = 70;
const WIDE: u16 = 116;
/// Between two columns.
const GAP: usize = 3;
const KEYS: usize = 16;
/// Groups have headings where there are so many lines.
const MANY: usize = 12;
/// What else may be typed into the filter of keys, before the words and after them.
const TEXT: (&str, &str) = ("shop", "in the name, project or UI domain");
const SECRET: (&str, &str) = ("a secret", "its key; only its hash is sent");

/// What stands together, below a heading.
#[derive(Default)]
struct Part {
    heading: Option<&'static str>,
    /// A key or a word, and what it does; without one, a sentence.
    rows: Vec<(String, String)>,
}

impl Draw for Help {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let Canvas {
            buffer,
            screen,
            app,
            look,
            ..
        } = canvas;
        let all = parts(self, app, |_| true);
        let of_screen = usize::from(screen.height).saturating_sub(2);
        let one_column = one_column_of(&all, dialog::inner_width(screen, WIDTH), look).len();
        let is_wide = one_column > of_screen && screen.width >= WIDE;
        let width = if is_wide { WIDE } else { WIDTH };
        let lines = |parts: &[Part]| match is_wide {
            true => two_columns(parts, dialog::inner_width(screen, width), look),
            false => one_column_of(parts, dialog::inner_width(screen, width), look),
        };
        let is_filtered = self.is_typing || !self.text.is_blank();
        let head = if is_filtered { 2 } else { 0 };
        // As high as without a filter, so that it stays where it is.
        let height = lines(&all).len() as u16 + head + 2;
        let title = format!("Keys · {}", self.title);
        let opened = dialog::open(buffer, screen, width, height, &title, look.theme.accent());
        let inner = opened.inner;
        let head = head.min(inner.height);
        let below = Rect {
            y: inner.y + head,
            height: inner.height - head,
            ..inner
        };
        let mut found = lines(&parts(self, app, |words| self.finds(words)));
        if found.is_empty() {
            found.push(Line::styled("No key does that.", look.theme.faint()));
        }
        dialog::lines_in(buffer, opened, below, found, self.scroll, look);
        if app.layout().footer.height == 0 {
            let way_out = app.keymap.told(Layer::Help, " {back} closes ");
            dialog::way_out(buffer, opened, &way_out, look);
        }
        match is_filtered {
            true => field(self, buffer, inner, look),
            false => None,
        }
    }
}

/// `/rotate`; returns where the cursor is while it is typed.
fn field(help: &Help, buffer: &mut Buffer, inner: Rect, look: &Look) -> Option<Position> {
    let prompt = Rect {
        height: inner.height.min(1),
        ..inner
    };
    Paragraph::new(Span::styled("/", look.theme.accent())).render(prompt, buffer);
    let input = Rect {
        x: prompt.x + 1.min(prompt.width),
        width: prompt.width.saturating_sub(1),
        ..prompt
    };
    let cursor = form_lines::text_line(buffer, input, &help.text, look.theme.strong());
    cursor.filter(|_| help.is_typing)
}

/// What there is to say whose words are wanted.
fn parts(help: &Help, app: &App, wanted: impl Fn(&str) -> bool) -> Vec<Part> {
    let mut actions = app.keymap.actions_of(help.of);
    actions.retain(|binding| !binding.keys.is_empty() && app.is_in_help(binding.action));
    let mut parts = groups(actions);
    if help.of == Layer::Filter && app.screen == Screen::Keys {
        let words = [TEXT].into_iter().chain(WORDS).chain([SECRET]);
        parts.push(Part {
            heading: None,
            rows: words
                .map(|(word, what)| (word.to_owned(), what.to_owned()))
                .collect(),
        });
    }
    let sentences = |heading, sentences: Vec<String>| Part {
        heading,
        rows: sentences
            .into_iter()
            .map(|words| (String::new(), words))
            .collect(),
    };
    // The linear mode has none.
    if !app.is_plain() {
        let clicks = clicks(help.of).iter().copied().map(str::to_owned);
        parts.push(sentences(Some("Mouse"), clicks.collect()));
    }
    parts.push(sentences(None, help.notes.clone()));
    for part in &mut parts {
        let heading = part.heading.unwrap_or_default();
        part.rows
            .retain(|(key, what)| wanted(&format!("{key} {what} {heading}")));
    }
    parts.retain(|part| !part.rows.is_empty());
    parts
}

/// The actions of each group; where there are few, all together.
fn groups(actions: Vec<Binding>) -> Vec<Part> {
    let row = |binding: &Binding| (binding.keys_label(), binding.help.to_string());
    if actions.len() < MANY {
        return vec![Part {
            heading: None,
            rows: actions.iter().map(row).collect(),
        }];
    }
    let groups = actions.chunk_by(|one, other| one.action.group() == other.action.group());
    let part = |group: &[Binding]| Part {
        heading: group.first().map(|binding| binding.action.group().title()),
        rows: group.iter().map(row).collect(),
    };
    groups.map(part).collect()
}

fn one_column_of(parts: &[Part], width: usize, look: &Look) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for part in parts {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(part_lines(part, width, look));
    }
    lines
}

/// Side by side, both as short as they can be.
fn two_columns(parts: &[Part], width: usize, look: &Look) -> Vec<Line<'static>> {
    let column = width.saturating_sub(GAP) / 2;
    let lines = |parts: &[Part]| one_column_of(parts, column, look);
    let height = |&at: &usize| lines(&parts[..at]).len().max(lines(&parts[at..]).len());
    let split = (0..=parts.len()).min_by_key(height).unwrap_or_default();
    let (left, right) = (lines(&parts[..split]), lines(&parts[split..]));
    let rows = left.len().max(right.len());
    let of_row = |lines: &[Line<'static>], row: usize| lines.get(row).cloned().unwrap_or_default();
    let pair = |row| {
        let (mut line, right) = (of_row(&left, row), of_row(&right, row));
        let missing = (column + GAP).saturating_sub(line.width());
        line.push_span(Span::raw(" ".repeat(missing)));
        line.spans.extend(right.spans);
        line
    };
    (0..rows).map(pair).collect()
}

fn part_lines(part: &Part, width: usize, look: &Look) -> Vec<Line<'static>> {
    let theme = look.theme;
    let heading = part
        .heading
        .map(|heading| Line::from(Span::styled(heading, theme.strong())));
    let mut lines: Vec<Line> = heading.into_iter().collect();
    let keys = KEYS.min(width / 3);
    for (key, what) in &part.rows {
        if key.is_empty() {
            let sentence = text::wrap(what, width).into_iter();
            lines.extend(sentence.map(|line| Line::from(Span::styled(line, theme.faint()))));
            continue;
        }
        let mut words = text::wrap(what, width.saturating_sub(keys)).into_iter();
        let whole = text::width(key) < keys;
        let first = if whole {
            words.next().unwrap_or_default()
        } else {
            String::new()
        };
        let key = if whole {
            text::column(key, keys)
        } else {
            text::fit(key, width)
        };
        lines.push(Line::from(vec![
            Span::styled(key, theme.accent()),
            Span::raw(first),
        ]));
        lines.extend(words.map(|line| Line::raw(format!("{}{line}", " ".repeat(keys)))));
    }
    lines
}

/// What the mouse does.
fn clicks(layer: Layer) -> &'static [&'static str] {
    const SELECTS_TEXT: &str = "Shift and drag selects text, as without keydeck.";
    match layer {
        Layer::Keys | Layer::Details => &[
            "A click selects, the wheel scrolls, a column header sorts.",
            SELECTS_TEXT,
        ],
        Layer::Projects | Layer::People | Layer::Activity => {
            &["A click selects, the wheel scrolls.", SELECTS_TEXT]
        }
        _ => &[],
    }
}

impl Speak for Help {
    fn speak(&self, app: &App, look: &Look) -> Spoken {
        let parts = parts(self, app, |words| self.finds(words));
        let typed = self
            .is_typing
            .then(|| SpokenField::new("Find", entry(&self.text)));
        let spoken = Spoken::titled(format!("Keys · {}", self.title))
            .lines(one_column_of(&parts, UNBROKEN, look))
            .field(typed);
        match self.is_typing {
            true => spoken,
            false => spoken.scroll(self.scroll),
        }
    }
}
