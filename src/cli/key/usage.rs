//! `key usage`: how a key is used, and who is refused.

use std::io::{self, IsTerminal};

use jiff::Timestamp;

use super::args::{KeyUsageArgs, UsageDays};
use super::{cells, resolve};
use crate::api::{Key, RefusedSource, Usage, UsageCount, UsageSeries, UsageSource};
use crate::cli::colour::TextTone;
use crate::cli::table::{self, Cell, Field, field};
use crate::cli::{Failure, lookup, output};
use crate::client::Client;
use crate::model::{KeyState, Rule, Scope};

/// From little to much.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const NO_BAR: char = '·';

pub async fn run(client: &Client, args: &KeyUsageArgs) -> Result<(), Failure> {
    let key = resolve::key_or_revoked(client, &args.key).await?;
    let usage = client.usage(key.id).await?;
    if args.json {
        return output::json(&usage);
    }
    let now = Timestamp::now();
    let mut rows = counts(&key, &usage, args.days, now);
    if io::stdout().is_terminal() {
        rows.extend(bars(&usage.days, args.days.unwrap_or(UsageDays::Thirty).count()));
    }
    rows.extend(refusals(&usage));
    rows.extend(sources(&key, &usage, now));
    table::fields(rows)
}

impl UsageDays {
    fn count(self) -> usize {
        match self {
            UsageDays::Seven => 7,
            UsageDays::Thirty => 30,
        }
    }
}

fn counts(key: &Key, usage: &Usage, days: Option<UsageDays>, now: Timestamp) -> Vec<Field> {
    let mut rows = vec![
        (
            "State".to_owned(),
            Cell::from(cells::standing(key, now)).toned(cells::tone(key.state)),
        ),
        field("Name", &key.name),
    ];
    for (shown, label, count) in [
        (UsageDays::Seven, "Last 7 days", usage.last_week()),
        (UsageDays::Thirty, "Last 30 days", usage.days.total()),
    ] {
        rows.extend(
            days.is_none_or(|days| days == shown)
                .then(|| field(label, told(count))),
        );
    }
    let last = usage.last_use.as_ref().map(|last| output::last_use(last, now));
    let last = last.map_or_else(|| "never".into(), |last| last.replacen(", last ", "", 1));
    rows.push(field("Last use", last));
    if let Some(since) = &usage.refused_since {
        let standing = match key.state {
            KeyState::Revoked => "Revoked",
            KeyState::Expired => "Expired",
            KeyState::Disabled | KeyState::Active => "Disabled",
        };
        let since = format!("{}; {}", output::time(since.since), lookup::presented(since, now));
        rows.push(field(standing, since));
    }
    let old = usage.refused_old_token.as_ref().filter(|old| old.count > 0);
    rows.extend(old.map(|old| field("Old token", format!("refused: {}", lookup::presented(old, now)))));
    rows
}

/// A bar for each day, for people.
fn bars(series: &UsageSeries, days: usize) -> Vec<Field> {
    let bars = |label: &str, counts: &[u64], tone: TextTone| {
        let newest = &counts[counts.len().saturating_sub(days)..];
        let most = newest.iter().copied().max().filter(|most| *most > 0)?;
        let text = format!("{} up to {most} a day", drawn(newest, most));
        Some((label.to_owned(), Cell::from(text).toned(tone)))
    };
    let rows = [
        bars("Allowed, by day", &series.allowed, TextTone::Good),
        bars("Refused, by day", &series.refused, TextTone::Bad),
    ];
    rows.into_iter().flatten().collect()
}

/// The least that is not nothing shows as the lowest bar.
fn drawn(counts: &[u64], most: u64) -> String {
    let bar = |&count: &u64| match count {
        0 => NO_BAR,
        count => {
            let highest = BARS.len() as u64 - 1;
            let height = u128::from(count) * u128::from(highest) / u128::from(most.max(1));
            BARS[usize::try_from(height).map_or(0, |height| height.min(BARS.len() - 1))]
        }
    };
    counts.iter().map(bar).collect()
}

/// By rule, of the 30 days.
fn refusals(usage: &Usage) -> Vec<Field> {
    let told = usage.refused_by.iter().map(|refused| {
        let known: Option<Rule> = refused.rule.parse().ok();
        // Whether there is something to add is said beside what was refused.
        let sentence = known.and_then(Rule::without_advice).unwrap_or(&refused.sentence);
        let why = format!("{}: {sentence} ({})", times(refused.count), refused.rule);
        field("Refused", why)
    });
    told.collect()
}

fn sources(key: &Key, usage: &Usage, now: Timestamp) -> Vec<Field> {
    let origins = match key.scope {
        Scope::Mobile => "app",
        Scope::Web | Scope::Analytics => "origin",
    };
    let mut rows = Vec::new();
    for (what, used, refused) in [
        (origins, &usage.origins, &usage.refused_origins),
        ("address", &usage.addresses, &usage.refused_addresses),
    ] {
        let used = used.iter();
        rows.extend(used.map(|source| field(&format!("Used, {what}"), allowed(source, now))));
        let refused = refused.iter();
        rows.extend(refused.map(|source| field(&format!("Refused, {what}"), refused_from(key, source, now))));
    }
    rows
}

fn told(UsageCount { allowed, refused }: UsageCount) -> String {
    format!("{allowed} allowed, {refused} refused")
}

fn times(count: u64) -> String {
    match count {
        1 => "once".into(),
        n => format!("{n} times"),
    }
}

fn allowed(source: &UsageSource, now: Timestamp) -> String {
    format!("{}, {}", source.name, output::ago(source.last_used_at, now))
}

/// `https://www.acme.example, 3 times, last 2 min ago (origin-foreign); it looks like yours: --add-domain adds it`
fn refused_from(key: &Key, source: &RefusedSource, now: Timestamp) -> String {
    let last = if source.count == 1 { "" } else { ", last" };
    let hint = match source.is_addable(&key.settings.ui_domains) {
        true => format!(
            "; it looks like yours: keydeck key edit {} --add-domain {}",
            key.id, source.name
        ),
        false => String::new(),
    };
    format!(
        "{}, {}{last} {} ({}){hint}",
        source.name,
        times(source.count),
        output::ago(source.last_refused_at, now),
        source.rule
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_high_as_its_day_and_never_nothing_for_something() {
        for (counts, bars) in [
            (&[0, 1, 50, 100][..], "·▁▄█"),
            (&[1, 1, 1], "███"),
            (&[u64::MAX, 1, 0], "█▁·"),
        ] {
            let most = counts.iter().copied().max().expect("some");
            assert_eq!(drawn(counts, most), bars);
        }
    }

    #[test]
    fn only_the_days_that_are_asked_for_have_bars() {
        let series = UsageSeries {
            from: Timestamp::UNIX_EPOCH,
            allowed: (0..30).collect(),
            refused: vec![0; 30],
        };
        let rows = bars(&series, 7);
        assert_eq!(rows.len(), 1, "nothing was refused");
        let (label, cell) = &rows[0];
        assert_eq!(label, "Allowed, by day");
        assert_eq!(cell.to_string(), "▆▆▇▇▇▇█ up to 29 a day");
    }
}
