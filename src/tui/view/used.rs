//! How a key is used, in words and small bars: what the details, the dialogs and the large view share.

use jiff::{SignedDuration, Timestamp};
use ratatui::symbols::bar;

use super::{Look, text, time};
use crate::api::{Disabled, Key, LastUse, Usage, UsageCount, UsageSeries, UsageSource};

/// Sources that are named in a sentence; the others are counted.
const NAMED: usize = 2;

/// A bar a day of the last seven, in the table; nothing where that is not known.
pub fn week(key: &Key) -> String {
    key.week.map_or_else(String::new, |week| bars(&week.allowed, 1))
}

/// A block for every `slots` slots: the higher, the more there were; a dot where there was nothing.
pub fn bars(counts: &[u64], slots: usize) -> String {
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

/// `✓ 1,204 allowed`, also of none: “none allowed” would be taken for what may be.
pub fn allowed(count: UsageCount) -> String {
    format!("✓ {} allowed", text::number(count.allowed))
}

/// `✗ 12 refused`.
pub fn refused(count: UsageCount) -> String {
    format!("✗ {} refused", text::number(count.refused))
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
    let days = time::length(7, "d", look);
    let mut sentences = vec![match week.allowed {
        0 => format!("No request was allowed in {days}."),
        n => format!(
            "{} allowed in {days}, {} since {since}.",
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
        format!(", last {}{from}", time::ago(Some(last.at), look))
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
