//! "Would this be allowed?": the request as it is typed, and the verdict above it.

use ratatui::layout::Position;
use ratatui::text::{Line, Span};

use super::Explaining;
use crate::api::{PresentedAt, Verdict};
use crate::model::Scope;
use crate::tui::view::form_lines::FormLines;
use crate::tui::view::{Canvas, Draw, fields, text};

impl Draw for Explaining {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let (explaining, look) = (self, canvas.look);
        let mut lines = FormLines::of(&explaining.form, canvas.screen, look);
        match (&explaining.error, &explaining.verdict) {
            (Some(error), _) => lines.banner(error),
            (None, Some(given)) => verdict(&mut lines, given, explaining.is_current()),
            (None, None) => {
                for line in text::wrap(about(explaining.key.scope), lines.width) {
                    lines.plain(Line::raw(line));
                }
                lines.plain(Line::default());
            }
        }
        fields::render(&mut lines, &explaining.form);
        let title = format!("Would this be allowed? · {}", explaining.key.name);
        let words = match explaining.waiting {
            true => "Asking the server…",
            false => "Enter asks, Esc closes",
        };
        lines.show_above(canvas, &title, Line::styled(words, look.theme.faint()))
    }
}

/// `✓ Allowed by origin-listed`, and the rule in words.
fn verdict(lines: &mut FormLines, verdict: &Verdict, is_current: bool) {
    let theme = lines.look.theme;
    let (words, style) = match verdict.allowed {
        true => ("✓ Allowed", theme.good()),
        false => ("✗ Refused", theme.bad()),
    };
    let (style, rest) = match is_current {
        true => (style.bold(), ""),
        false => (theme.faint(), "  (before what was typed since)"),
    };
    let rule = text::fit(&verdict.rule, lines.width.saturating_sub(text::width(words) + 4));
    let by = format!(" by {rule}{}{rest}", place(verdict.at));
    let room = lines.width.saturating_sub(text::width(words));
    lines.plain(Line::from(vec![
        Span::styled(words, style),
        Span::styled(text::fit(&by, room), theme.faint()),
    ]));
    for line in text::wrap(&verdict.sentence, lines.width) {
        lines.plain(Line::raw(line));
    }
    lines.plain(Line::default());
}

fn place(at: PresentedAt) -> &'static str {
    match at {
        PresentedAt::Connection => "",
        PresentedAt::Gateway => ", at a gateway",
    }
}

fn about(scope: Scope) -> &'static str {
    match scope {
        Scope::Web => "Where does the page that connects with this key come from?",
        Scope::Mobile => "Which app connects with this key?",
        Scope::Analytics => "A gateway checks this key.",
    }
}
