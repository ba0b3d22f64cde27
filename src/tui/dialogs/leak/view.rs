//! A report of a leaked key, above what can be decided.

use ratatui::layout::Position;
use ratatui::text::Line;

use super::LeakDialog;
use crate::api::{Key, Leak};
use crate::model::{KeyState, Shown, WhichToken};
use crate::tui::plain::spoken::{Speak, Spoken, UNBROKEN};
use crate::tui::state::App;
use crate::tui::state::leaks::are_a_full_page;
use crate::tui::view::lines::{field, paragraph};
use crate::tui::view::{Canvas, Draw, Look, dialog, text, time};

const WIDTH: u16 = 78;
const TITLE: &str = "Reported leaked";
/// A screen of this height has room for blank lines.
const ROOMY: u16 = 20;

impl LeakDialog {
    fn how_many(&self, count: usize) -> String {
        match are_a_full_page(&self.reports) {
            true => format!("at least {count}"),
            false => count.to_string(),
        }
    }
}

impl Draw for LeakDialog {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let Canvas {
            buffer, screen, look, ..
        } = canvas;
        let width = dialog::inner_width(screen, WIDTH);
        let gap = || (screen.height >= ROOMY).then(Line::default);
        let (leak, at, count) = self.shown()?;
        let mut head = dialog::name(&leak.key.name, width, look.theme.strong());
        head.extend(which(&leak.key, width, look));
        head.extend(gap());
        let mut body = found(leak, width, look);
        body.extend(gap());
        body.extend(state(leak, width, look));
        let words = dialog::DialogText {
            head,
            body,
            foot: who_decides(self, width, look),
            ..dialog::DialogText::default()
        };
        let title = match count {
            1 => TITLE.to_owned(),
            _ => format!("{TITLE} · {at} of {}", self.how_many(count)),
        };
        let buttons = dialog::button_row(&self.buttons, width, look);
        let frame = (WIDTH, title.as_str(), look.theme.bad());
        dialog::ask(buffer, screen, frame, words, self.scroll, buttons, look);
        None
    }
}

/// `Analytics key · kda_…4BkS`, and the id.
fn which(key: &Key, width: usize, look: &Look) -> Vec<Line<'static>> {
    let mut words = format!("{} key", key.scope);
    if let Some(project) = &key.project {
        words = format!("{words} · {}", Shown::new(&project.name));
    }
    words = format!("{words} · created by {}", Shown::new(&key.creator.email));
    let mut lines = dialog::name(&words, width, look.theme.text());
    lines.extend(dialog::which_key(key, width, look));
    lines
}

/// Where, by whom and when.
fn found(leak: &Leak, width: usize, look: &Look) -> Vec<Line<'static>> {
    let shown = |text: &str| Shown::new(text).into_string();
    let place = leak.url.as_deref().map_or("(not said)".into(), shown);
    let mut lines = field("Found at", &place, width, look);
    if let Some(note) = &leak.note {
        lines.extend(field("Note", &shown(note), width, look));
    }
    let when = time::clock_or_date(leak.reported_at, look.now, &look.zone);
    let ago = time::ago(Some(leak.reported_at), look);
    let by = format!("{when} ({ago}) by {}", leak.source.name());
    lines.extend(field("Reported", &by, width, look));
    let which = match leak.token {
        WhichToken::Current => return lines,
        WhichToken::New => "the new one of its rotation",
        WhichToken::Old => "the old one of its rotation",
        WhichToken::Replaced => "one that was replaced",
    };
    lines.extend(field("Token", which, width, look));
    lines
}

/// What was done, how the key is now, and whether somebody uses it.
fn state(leak: &Leak, width: usize, look: &Look) -> Vec<Line<'static>> {
    let (key, theme) = (&leak.key, look.theme);
    let mut lines = field("Done", leak.response.words(), width, look);
    let (sign, words, style) = match key.state {
        KeyState::Active if leak.response.leaves_token_refused() => (
            "✓",
            "The key is active, and refuses the token that leaked.",
            theme.good(),
        ),
        KeyState::Active => (
            "✗",
            "The key is active: whoever has the token can use it.",
            theme.bad(),
        ),
        KeyState::Disabled => (
            "✓",
            "The key is disabled: it is refused everywhere.",
            theme.good(),
        ),
        KeyState::Expired => (
            "✓",
            "The key has expired: it is refused everywhere.",
            theme.good(),
        ),
        KeyState::Revoked => ("✓", "The key is revoked.", theme.good()),
    };
    lines.extend(paragraph(&format!("{sign} {words}"), style.bold(), width));
    lines.extend(paragraph(&used(leak, look), theme.text(), width));
    lines
}

/// `14 attempts since it was disabled, last 3 m ago` or `Used 2 m ago`.
fn used(leak: &Leak, look: &Look) -> String {
    let key = &leak.key;
    if let Some(refused) = key.refused_since.as_ref().filter(|refused| refused.count > 0) {
        let last = refused.last.as_ref().map_or_else(String::new, |last| {
            let from = last
                .address
                .map_or_else(String::new, |from| format!(" from {from}"));
            format!(", last {}{from}", time::fine_ago(last.at, look))
        });
        let attempts = if refused.count == 1 { "attempt" } else { "attempts" };
        return format!(
            "{} {attempts} since, all refused{last}.",
            text::number(refused.count)
        );
    }
    match key.last_used_at {
        Some(at) if at > leak.reported_at => {
            format!("Used since the report: {}.", time::fine_ago(at, look))
        }
        Some(at) => format!("Not used since the report; last {}.", time::fine_ago(at, look)),
        None => "It was never used.".into(),
    }
}

fn who_decides(dialog: &LeakDialog, width: usize, look: &Look) -> Vec<Line<'static>> {
    let Some((leak, ..)) = dialog.shown() else {
        return Vec::new();
    };
    let why = match (dialog.read_only, leak.key.may.revoke) {
        (true, _) => "This profile is read-only; decide with another one.".to_owned(),
        (false, true) => return Vec::new(),
        (false, false) => format!(
            "Whoever may revoke the key decides: {} or an Owner.",
            leak.key.creator.email
        ),
    };
    paragraph(&why, look.theme.faint(), width)
}

impl Speak for LeakDialog {
    fn speak(&self, _app: &App, look: &Look) -> Spoken {
        let Some((leak, at, count)) = self.shown() else {
            return Spoken::titled(TITLE);
        };
        Spoken::titled(format!("{TITLE}, {at} of {}", self.how_many(count)))
            .line(leak.key.name.as_str())
            .lines(which(&leak.key, UNBROKEN, look))
            .lines(found(leak, UNBROKEN, look))
            .lines(state(leak, UNBROKEN, look))
            .lines(who_decides(self, UNBROKEN, look))
            .buttons(&self.buttons)
    }
}
