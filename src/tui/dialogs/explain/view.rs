//! "Would this be allowed?": the request as it is typed, and the verdict above it.

use ratatui::layout::Position;
use ratatui::text::{Line, Span};

use super::Explaining;
use crate::api::{PresentedAt, Verdict};
use crate::model::Scope;
use crate::tui::keymap::{Keymap, Layer};
use crate::tui::plain::form;
use crate::tui::plain::spoken::{Speak, Spoken};
use crate::tui::state::App;
use crate::tui::view::form_lines::FormLines;
use crate::tui::view::{Canvas, Draw, Look, fields, text};

const TITLE: &str = "Would this be allowed?";
const ASKING: &str = "Asking the server…";

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
        let title = format!("{TITLE} · {}", explaining.key.name);
        let words = match explaining.waiting {
            true => ASKING.to_owned(),
            false => Keymap::told_of_fixed(Layer::Explain, "{submit} asks, {back} closes"),
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
    if let Some(gateway) = otherwise(verdict) {
        for line in text::wrap(&gateway, lines.width) {
            lines.plain(Line::raw(line));
        }
    }
    lines.plain(Line::default());
}

/// `A gateway would allow it, by origin-listed.`, where that differs.
fn otherwise(verdict: &Verdict) -> Option<String> {
    let gateway = verdict.otherwise_at_gateway()?;
    let would = if gateway.allowed { "allow" } else { "refuse" };
    Some(format!("A gateway would {would} it, by {}.", gateway.rule))
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

impl Speak for Explaining {
    fn speak(&self, _app: &App, look: &Look) -> Spoken {
        let mut spoken = form::spoken(&self.form, look);
        spoken.title = format!("{TITLE} {}", self.key.name);
        let told = match (&self.error, &self.verdict) {
            (Some(error), _) => vec![error.clone()],
            (None, Some(verdict)) => {
                let allowed = if verdict.allowed { "Allowed" } else { "Refused" };
                let by = format!("{allowed} by {}{}.", verdict.rule, place(verdict.at));
                [by, verdict.sentence.clone()]
                    .into_iter()
                    .chain(otherwise(verdict))
                    .collect()
            }
            (None, None) => vec![about(self.key.scope).to_owned()],
        };
        spoken.lines.splice(0..0, told);
        spoken.doing(self.waiting.then_some(ASKING))
    }
}
