//! How a key is used, in words and small bars: what the details, the dialogs and the large view share.

use jiff::{SignedDuration, Timestamp};
use ratatui::style::Style;
use ratatui::symbols::bar;
use ratatui::text::{Line, Span};

use super::lines::{field, indented, paragraph};
use super::{Look, text, time};
use crate::api::{Disabled, Key, LastUse, Usage, UsageCount, UsageSeries, UsageSource};
use crate::tui::state::Loadable;
use crate::tui::state::notice::sentence;

/// Of labels in the details.
const LABEL: usize = 11;
/// Sources that are named in a sentence; the others are counted.
const NAMED: usize = 2;
const HOURS_A_DAY: usize = 24;
/// Of a last use that has not come yet.
const AHEAD: &str =
    "This last use is in the future: the clock of this machine is slow, or that of a server was fast.";

/// In the details of a key: when and from where it was used last, and how often.
pub fn in_details(key: &Key, known: &Loadable<Usage>, width: usize, look: &Look) -> Vec<Line<'static>> {
    let usage = known.of(key.id);
    let last = usage
        .and_then(Result::ok)
        .and_then(|usage| usage.last_use.as_ref());
    let at = last.map(|last| last.at).or(key.last_used_at);
    let used = match at {
        Some(at) => format!(
            "{} ({})",
            time::ago(Some(at), look.now),
            time::long_date(at, &look.zone)
        ),
        None => "never".into(),
    };
    let mut lines = field("Last used", &used, width, look);
    if at.is_some_and(|at| time::is_ahead(at, look.now)) {
        lines.extend(paragraph(AHEAD, look.theme.warning(), width));
    }
    if let Some(from) = last.and_then(from_where) {
        lines.extend(indented(&from, width));
    }
    match usage {
        None => lines.extend(field("Requests", "…", width, look)),
        Some(Ok(usage)) => {
            lines.extend(requests(usage, width, look));
            lines.extend(month(&usage.days, width, look));
        }
        Some(Err(error)) => {
            lines.extend(field("Requests", "not known", width, look));
            lines.extend(paragraph(&sentence(error), look.theme.bad(), width));
        }
    }
    lines
}

/// `Requests   ▁▂▅▇▅▂▁  1,204 / 7 d`, and below it what was refused.
fn requests(usage: &Usage, width: usize, look: &Look) -> Vec<Line<'static>> {
    let theme = look.theme;
    let count = usage.last_week();
    let bars = bars(&usage.hours.allowed, HOURS_A_DAY);
    let figure = format!("  {} / 7 d", or_none(count.allowed));
    let label = text::column("Requests", LABEL.min(width));
    let mut spans = vec![Span::styled(label, theme.faint())];
    if LABEL + text::width(&bars) + text::width(&figure) <= width {
        spans.push(Span::styled(bars, theme.good()));
        spans.push(Span::raw(figure));
    } else {
        spans.push(Span::raw(figure.trim_start().to_owned()));
    }
    let mut lines = vec![Line::from(spans)];
    if count.refused > 0 {
        let refused = format!("{:LABEL$}{}", "", refused(count));
        lines.push(Line::styled(text::fit(&refused, width), theme.bad()));
    }
    lines
}

/// A bar a day of the last 30, as many as there is room for: allowed, and below it refused, each by its own measure.
fn month(days: &UsageSeries, width: usize, look: &Look) -> Vec<Line<'static>> {
    let theme = look.theme;
    let rows = [
        ("✓ ", &days.allowed, theme.good()),
        ("✗ ", &days.refused, theme.bad()),
    ];
    let chart = |(sign, counts, style): (&str, &Vec<u64>, Style)| {
        let room = width.saturating_sub(text::width(sign));
        let newest = &counts[counts.len().saturating_sub(room)..];
        let any = newest.iter().any(|&count| count > 0);
        any.then(|| Line::styled(format!("{sign}{}", bars(newest, 1)), style))
    };
    let charts: Vec<Line> = rows.into_iter().filter_map(chart).collect();
    if charts.is_empty() {
        return charts;
    }
    let mut lines = field("In 30 d", "u shows them large", width, look);
    lines.extend(charts);
    lines
}

/// A block permanentlyy `slots` slots: the higher, the more there were; a dot where there was nothing.
fn bars(counts: &[u64], slots: usize) -> String {
    bars_up_to(most(counts, slots), counts, slots)
}

/// The most in `slots` slots.
pub fn most(counts: &[u64], slots: usize) -> u64 {
    counts.chunks(slots).map(sum).max().unwrap_or(0)
}

/// The same where a whole block is so many, so that two rows can be compared.
pub fn bars_up_to(most: u64, counts: &[u64], slots: usize) -> String {
    let sums: Vec<u64> = counts.chunks(slots).map(sum).collect();
    let most = most.max(1);
    let set = bar::NINE_LEVELS;
    let levels = [
        set.one_eighth,
        set.one_quarter,
        set.three_eighths,
        set.half,
        set.five_eighths,
        set.three_quarters,
        set.seven_eighths,
        set.full,
    ];
    let block = |sum: u64| match sum {
        0 => "·",
        // As a share of the most; the least that is there still shows.
        sum => levels[(u128::from(sum) * 8).div_ceil(u128::from(most)).clamp(1, 8) as usize - 1],
    };
    sums.into_iter().map(block).collect()
}

fn sum(counts: &[u64]) -> u64 {
    counts.iter().fold(0, |sum, &count| sum.saturating_add(count))
}

/// `✓ 1,204 allowed`.
pub fn allowed(count: UsageCount) -> String {
    format!("✓ {} allowed", or_none(count.allowed))
}

/// `✗ 12 refused`.
pub fn refused(count: UsageCount) -> String {
    format!("✗ {} refused", or_none(count.refused))
}

pub fn or_none(count: u64) -> String {
    match count {
        0 => "none".into(),
        count => text::number(count),
    }
}

/// When the time begins that [`Usage::last_hour`] is about: `09:00`.
pub fn last_hour_began(usage: &Usage, look: &Look) -> String {
    let before = usage.hours.allowed.len().saturating_sub(2);
    time::clock(
        slot(&usage.hours, before, SignedDuration::from_hours(1)),
        &look.zone,
    )
}

/// When a slot of a series begins.
pub fn slot(series: &UsageSeries, index: usize, length: SignedDuration) -> Timestamp {
    let offset = i32::try_from(index)
        .ok()
        .and_then(|index| length.checked_mul(index));
    let at = offset.and_then(|offset| series.from.checked_add(offset).ok());
    at.unwrap_or(series.from)
}

/// `from 203.0.113.7, https://shop.acme.example`; `None` when neither is known.
pub fn from_where(last: &LastUse) -> Option<String> {
    let address = last.address.map(|address| address.to_string());
    let both: Vec<String> = address.into_iter().chain(last.origin.clone()).collect();
    (!both.is_empty()).then(|| format!("from {}", both.join(", ")))
}

/// What stops when the key goes: how often it was used recently, and from where.
pub fn at_stake(usage: &Usage, look: &Look) -> Vec<String> {
    let (week, hour) = (usage.last_week(), usage.last_hour());
    let since = last_hour_began(usage, look);
    let mut sentences = vec![match week.allowed {
        0 => "No request was allowed in 7 d.".to_owned(),
        n => format!(
            "{} allowed in 7 d, {} since {since}.",
            plural(n, "request"),
            or_none(hour.allowed)
        ),
    }];
    let sources = [named(&usage.origins), named(&usage.addresses)];
    let sources: Vec<String> = sources.into_iter().flatten().collect();
    if !sources.is_empty() {
        sentences.push(format!("From {}.", sources.join("; ")));
    }
    if let Some(from) = usage.last_use.as_ref().and_then(from_where) {
        sentences.push(format!("Last use {from}."));
    }
    sentences
}

/// Who needs a key that is disabled: `Disabled: 12 attempts since Tuesday, last 3 min ago from 203.0.113.7.`
pub fn while_disabled(usage: &Usage, disabled: &Disabled, look: &Look) -> String {
    let since = time::since(disabled.at, look.now, &look.zone);
    let Some(refused) = usage.refused_since.as_ref().filter(|refused| refused.count > 0) else {
        return format!("Disabled: no attempts {since}.");
    };
    let last = refused.last.as_ref().map_or_else(String::new, |last| {
        let from = from_where(last).map_or_else(String::new, |from| format!(" {from}"));
        format!(", last {}{from}", time::ago(Some(last.at), look.now))
    });
    format!("Disabled: {} {since}{last}.", plural(refused.count, "attempt"))
}

/// `https://shop.acme.example, https://acme.example and 3 more`.
fn named(sources: &[UsageSource]) -> Option<String> {
    let names: Vec<&str> = sources
        .iter()
        .take(NAMED)
        .map(|source| source.name.as_str())
        .collect();
    let more = match sources.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!names.is_empty()).then(|| format!("{}{more}", names.join(", ")))
}

pub fn plural(count: u64, one: &str) -> String {
    let many = if count == 1 { "" } else { "s" };
    format!("{} {one}{many}", text::number(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_and_the_most_show_and_nothing_is_a_dot() {
        assert_eq!(bars(&[0, 1, 500, 500, 1_000, 0, u64::MAX / 4, 0], 2), "▁▁▁█");
        assert_eq!(bars(&[0, 3, 8], 1), "·▃█");
    }
}
