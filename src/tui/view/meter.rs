//! The meter of a rotation: how long the old token is still valid, and which of the two tokens requests have.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::lines::{indented, paragraph};
use super::{Look, text, time, used};
use crate::api::{KeyRotation, RotationUsage, TokenUsage, Usage};
use crate::client::Error;
use crate::tui::state::notice::sentence;

/// Of the labels.
const LABEL: usize = 11;
/// Hours that the bars cover, and of one bar.
const HOURS: usize = 24;
const HOURS_A_BAR: usize = 3;

type KnownUsage<'a> = Option<Result<&'a Usage, &'a Error>>;

/// `Rotating, 5 h left: the old token kdw_…4BkS is valid until …`, and `how` to go on from there.
pub fn until(rotation: &KeyRotation, how: &str, width: usize, look: &Look) -> Vec<Line<'static>> {
    let old = &rotation.old_hint;
    let exact = time::exact(rotation.ends_at, &look.zone);
    let words = match rotation.ends_at > look.now {
        true => {
            let left = time::left(rotation.ends_at, look);
            format!("Rotating, {left} left: the old token {old} is valid until {exact}{how}")
        }
        false => format!("The overlap has ended: the old token {old} is refused since {exact}"),
    };
    paragraph(&words, look.theme.accent(), width)
}

/// What each of the tokens is used for, as far as that is known.
pub fn tokens(rotation: &KeyRotation, usage: KnownUsage, width: usize, look: &Look) -> Vec<Line<'static>> {
    let theme = look.theme;
    let usage = match usage {
        None => return paragraph("Loading which token is used…", theme.faint(), width),
        Some(Err(error)) => {
            let unknown = format!("Which token is used is not known. {}", sentence(error));
            return paragraph(&unknown, theme.warning(), width);
        }
        Some(Ok(usage)) => usage,
    };
    // The usage was read before the rotation began, or after it ended.
    let Some(meter) = &usage.rotation else {
        return Vec::new();
    };
    let most = [&meter.old, &meter.new].map(|token| used::most(last_day(token), HOURS_A_BAR));
    let most = most[0].max(most[1]);
    let mut lines = of_token("Old token", &meter.old, most, theme.warning(), width, look);
    lines.extend(of_token("New token", &meter.new, most, theme.good(), width, look));
    lines.extend(advice(rotation, meter, width, look));
    lines
}

fn last_day(token: &TokenUsage) -> &[u64] {
    &token.hours[token.hours.len().saturating_sub(HOURS)..]
}

/// `Old token  ▇▅▂▁▁···  3 / 24 h, 41 in all`, and below it when and from where it was used last.
fn of_token(
    label: &'static str,
    token: &TokenUsage,
    most: u64,
    style: Style,
    width: usize,
    look: &Look,
) -> Vec<Line<'static>> {
    let theme = look.theme;
    let day = token.last_day();
    let bars = used::bars_up_to(most, last_day(token), HOURS_A_BAR);
    let mut figure = format!("{} / {}", used::or_none(day), time::length(24, "h", look));
    let in_all = format!("{figure}, {} in all", text::number(token.allowed));
    let room = width.saturating_sub(LABEL + text::width(&bars) + 2);
    if token.allowed != day && text::width(&in_all) <= room {
        figure = in_all;
    }
    let mut spans = vec![Span::styled(text::column(label, LABEL.min(width)), theme.faint())];
    if text::width(&figure) <= room {
        spans.push(Span::styled(bars, style));
        spans.push(Span::raw("  "));
    }
    spans.push(Span::raw(figure));
    let mut lines = vec![Line::from(spans)];
    lines.extend(indented(&last_use(token, look), width));
    lines
}

/// `last 3 min ago from 203.0.113.7, https://shop.acme.example`.
fn last_use(token: &TokenUsage, look: &Look) -> String {
    match &token.last_use {
        Some(last) => {
            let from = used::from_where(last).map_or_else(String::new, |from| format!(" {from}"));
            format!("last {}{from}", time::ago(Some(last.at), look))
        }
        None if token.allowed > 0 => "used since the rotation began".into(),
        None => "not used since the rotation began".into(),
    }
}

/// What follows from the figures, where that is clear.
fn advice(rotation: &KeyRotation, meter: &RotationUsage, width: usize, look: &Look) -> Vec<Line<'static>> {
    let has_day = look.now.duration_since(rotation.started_at).as_hours() >= HOURS as i64;
    let words = match (meter.old.last_day(), meter.new.allowed) {
        (0, 1..) if has_day => "Nobody has used the old token for a day: the rotation can be ended.",
        (1.., 0) => "Nobody uses the new token yet.",
        _ => return Vec::new(),
    };
    paragraph(words, look.theme.strong(), width)
}
