//! The filter while it is typed, and what there is to say of it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::{Paragraph, Widget};

use super::{Canvas, Draw, Look, form_lines, text};
use crate::model::filter::WORDS;
use crate::model::log_words::LOG_WORDS;
use crate::tui::dialogs::Modal;
use crate::tui::dialogs::filter::{FilterInput, FilterLine, Says};
use crate::tui::keymap::{Keymap, Layer};
use crate::tui::plain::form;
use crate::tui::plain::spoken::{Speak, Spoken, SpokenField};
use crate::tui::state::hidden::HiddenField;
use crate::tui::state::notice::sentence;
use crate::tui::state::{App, Screen};

/// Whether more than a text may be typed.
fn is_hinted(screen: Screen) -> bool {
    matches!(screen, Screen::Keys | Screen::Activity)
}

/// What may be typed; where it doesn't fit, its end gives way.
fn may_be_typed(screen: Screen) -> String {
    if screen == Screen::Activity {
        let words = LOG_WORDS.map(|(word, _)| word).join(", ");
        return format!("text, {words}");
    }
    let words = WORDS.map(|(word, _)| word).join(", ");
    format!("text, {words}, a secret")
}

/// It is in the header, and lies over nothing.
impl Draw for FilterLine {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        canvas.cursor
    }
}

/// `/shop   12 keys`
pub fn line(
    buffer: &mut Buffer,
    area: Rect,
    line: &FilterLine,
    screen: Screen,
    found: &str,
    look: &Look,
) -> Option<Position> {
    let room = usize::from(area.width).saturating_sub(text::width(found) + 6);
    let prompt = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(1),
        ..area
    };
    Paragraph::new(Span::styled("/", look.theme.accent())).render(prompt, buffer);
    let input = Rect {
        x: area.x + 2,
        width: room as u16,
        ..area
    };
    let (cursor, shown) = match &line.input {
        FilterInput::Text(text) if text.value().is_empty() && is_hinted(screen) => {
            let hint = text::fit(&may_be_typed(screen), room.saturating_sub(1));
            let shown = text::width(&hint);
            let beside = Rect {
                x: input.x + 1,
                ..input
            };
            let hint = Span::styled(hint, look.theme.faint());
            Paragraph::new(hint).render(beside.intersection(area), buffer);
            (at(input, 0), shown + 1)
        }
        FilterInput::Text(text) => {
            let cursor = form_lines::text_line(buffer, input, text, look.theme.strong());
            (cursor, text::width(text.value()))
        }
        FilterInput::Secret(secret) => hidden(buffer, input, secret, look),
    };
    let shown = shown.min(room) as u16;
    let rest = Rect {
        x: input.x + shown + 2,
        width: area.width.saturating_sub(shown + 4),
        ..area
    };
    let found = Span::styled(found.to_owned(), look.theme.faint());
    Paragraph::new(found).render(rest.intersection(area), buffer);
    cursor
}

/// Shows only how long it is.
fn hidden(buffer: &mut Buffer, input: Rect, secret: &HiddenField, look: &Look) -> (Option<Position>, usize) {
    let room = usize::from(input.width).saturating_sub(1);
    let dots = secret.length().min(room);
    Paragraph::new(Span::styled("•".repeat(dots), look.theme.strong())).render(input, buffer);
    (at(input, dots as u16), dots)
}

fn at(input: Rect, column: u16) -> Option<Position> {
    let cursor = Position {
        x: input.x + column,
        y: input.y,
    };
    input.contains(cursor).then_some(cursor)
}

/// What the word that is being typed may become.
fn offered(line: &FilterLine) -> Vec<String> {
    match (&line.input, &line.completing) {
        (FilterInput::Text(_), Some(completing)) => match &completing.round {
            Some(round) if round.words.len() > 1 => round.words.clone(),
            Some(_) => Vec::new(),
            None => completing.offered(line.text()),
        },
        _ => Vec::new(),
    }
}

/// All of them; brackets are around the one that stands there.
fn told(line: &FilterLine) -> String {
    let round = line
        .completing
        .as_ref()
        .and_then(|completing| completing.round.as_ref());
    let at = round.map(|round| round.at);
    let words = offered(line).into_iter().enumerate().map(|(n, word)| match at {
        Some(at) if at == n => format!("[{word}]"),
        _ => word,
    });
    // Those before the one that stands there go when there are many.
    let words = words.skip(at.map_or(0, |at| at.saturating_sub(1)));
    let words: Vec<_> = words.collect();
    format!(
        "{} {}",
        Keymap::told_of_fixed(Layer::Filter, "{complete}:"),
        words.join("  ")
    )
}

/// The sentence about what is in the filter, in place of the hints.
pub fn says(app: &App, look: &Look) -> Option<(String, Style)> {
    let Some(Modal::Filter(line)) = app.over.last() else {
        return None;
    };
    let theme = look.theme;
    match &line.says {
        Some(Says::Sentence(sentence)) => Some((sentence.clone(), theme.warning())),
        Some(Says::LookingUp(_)) => Some(("Looking for its key by the hash…".into(), theme.faint())),
        None if line.is_secret() => {
            let what = "A secret: it stays on this machine. {accept} looks for its key by the hash.";
            Some((Keymap::told_of_fixed(Layer::Filter, what), theme.faint()))
        }
        None if !offered(line).is_empty() => Some((told(line), theme.strong())),
        None => {
            let refused = || app.refused_filter().map(sentence);
            let unread = match app.screen {
                Screen::Keys => {
                    let unread = app.browse.unread().map(|unread| unread.told(&app.keymap));
                    unread.or_else(refused)
                }
                Screen::Activity => app.activity.unread.clone(),
                Screen::Projects | Screen::People => None,
            };
            unread.map(|sentence| (sentence, theme.warning()))
        }
    }
}

impl Speak for FilterLine {
    fn speak(&self, app: &App, look: &Look) -> Spoken {
        let (entry, hint) = match &self.input {
            FilterInput::Text(text) if is_hinted(app.screen) => (form::entry(text), may_be_typed(app.screen)),
            FilterInput::Text(text) => (form::entry(text), String::new()),
            FilterInput::Secret(secret) => (form::hidden(secret.length()), String::new()),
        };
        let mut spoken = Spoken::titled("Filter");
        let offered = offered(self);
        match (says(app, look), offered.is_empty()) {
            (_, false) => {
                let completes = Keymap::told_of_fixed(Layer::Filter, "{complete} completes it");
                spoken.lines.push(format!("{completes}: {}", offered.join(", ")));
            }
            (says, true) => spoken.lines.extend(says.map(|(sentence, _)| sentence)),
        }
        spoken.field(Some(SpokenField::new("Filter", entry).hint(hint)))
    }
}
