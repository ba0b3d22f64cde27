//! `key usage`: how a key is used, and who is refused.

use jiff::Timestamp;

use super::args::OneKey;
use super::resolve;
use crate::api::{Key, RefusedSource, Usage, UsageCount, UsageSource};
use crate::cli::{Failure, lookup, output};
use crate::client::Client;
use crate::model::{KeyState, Rule, Scope};

pub async fn run(client: &Client, args: &OneKey) -> Result<(), Failure> {
    let key = resolve::key_or_revoked(client, &args.key).await?;
    let usage = client.usage(key.id).await?;
    match args.json {
        true => output::json(&usage),
        false => output::table(&[], rows(&key, &usage, Timestamp::now())),
    }
}

fn rows(key: &Key, usage: &Usage, now: Timestamp) -> Vec<Vec<String>> {
    let row = |label: &str, value: String| vec![label.to_owned(), value];
    let mut rows = vec![
        row("Last 7 days", counts(usage.last_week())),
        row("Last 30 days", counts(usage.days.total())),
    ];
    let last = usage.last_use.as_ref().map(|last| output::last_use(last, now));
    let last = last.map_or_else(|| "never".into(), |last| last.replacen(", last ", "", 1));
    rows.push(row("Last use", last));
    if let Some(since) = &usage.refused_since {
        let standing = match key.state {
            KeyState::Revoked => "Revoked",
            KeyState::Expired => "Expired",
            KeyState::Disabled | KeyState::Active => "Disabled",
        };
        let since = format!("{}; {}", output::time(since.since), lookup::presented(since, now));
        rows.push(row(standing, since));
    }
    let old = usage.refused_old_token.as_ref().filter(|old| old.count > 0);
    rows.extend(old.map(|old| row("Old token", format!("refused: {}", lookup::presented(old, now)))));
    for refused in &usage.refused_by {
        let known: Option<Rule> = refused.rule.parse().ok();
        // Whether there is something to add is said beside what was refused.
        let sentence = known.and_then(Rule::without_advice).unwrap_or(&refused.sentence);
        let why = format!("{}: {sentence} ({})", times(refused.count), refused.rule);
        rows.push(row("Refused", output::shown(&why)));
    }
    let origins = match key.scope {
        Scope::Mobile => "app",
        Scope::Web | Scope::Analytics => "origin",
    };
    for (what, used, refused) in [
        (origins, &usage.origins, &usage.refused_origins),
        ("address", &usage.addresses, &usage.refused_addresses),
    ] {
        rows.extend(
            used.iter()
                .map(|source| row(&format!("Used, {what}"), allowed(source, now))),
        );
        let refused = refused.iter();
        rows.extend(refused.map(|source| row(&format!("Refused, {what}"), told(key, source, now))));
    }
    rows
}

fn counts(UsageCount { allowed, refused }: UsageCount) -> String {
    format!("{allowed} allowed, {refused} refused")
}

fn times(count: u64) -> String {
    match count {
        1 => "once".into(),
        n => format!("{n} times"),
    }
}

fn allowed(source: &UsageSource, now: Timestamp) -> String {
    format!(
        "{}, {}",
        output::shown(&source.name),
        output::ago(source.last_used_at, now)
    )
}

/// `https://www.acme.example, 3 times, last 2 min ago (origin-foreign); it looks like yours: --add-domain adds it`
fn told(key: &Key, source: &RefusedSource, now: Timestamp) -> String {
    let last = if source.count == 1 { "" } else { ", last" };
    let hint = match source.is_addable(&key.ui_domains) {
        true => format!(
            "; it looks like yours: keydeck key edit {} --add-domain {}",
            key.id,
            output::shown(&source.name)
        ),
        false => String::new(),
    };
    format!(
        "{}, {}{last} {} ({}){hint}",
        output::shown(&source.name),
        times(source.count),
        output::ago(source.last_refused_at, now),
        output::shown(&source.rule)
    )
}
