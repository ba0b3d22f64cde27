//! A plan in words, and what it did.

use jiff::Timestamp;

use crate::api::{Plan, PlanAction, PlanProgress, PlannedChange, PlannedKey};
use crate::cli::table::{self, Field, field};
use crate::cli::{Failure, output};

/// What it would do, line by line.
pub fn lines(plan: &Plan) -> Vec<String> {
    let rows = rows(plan).into_iter();
    rows.map(|(label, value)| format!("{label}: {value}")).collect()
}

fn rows(plan: &Plan) -> Vec<(&'static str, String)> {
    let left_out = &plan.breakdown;
    let scopes = &left_out.by_scope;
    let scopes = [
        (scopes.web, "Web"),
        (scopes.mobile, "Mobile"),
        (scopes.analytics, "Analytics"),
    ];
    let scopes: Vec<String> = scopes
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, scope)| format!("{n} {scope}"))
        .collect();
    let owners = left_out.by_owner.iter();
    let mut owners: Vec<String> = owners
        .map(|owner| format!("{} {}", owner.count, output::shown(&owner.creator.email)))
        .collect();
    match left_out.owners.saturating_sub(owners.len() as u64) {
        0 => {}
        others => owners.push(format!("and of {}", output::counted(others, "other"))),
    }
    let mut rows = vec![
        (
            "To do",
            format!("{} {}", plan.action.verb(), output::counted(plan.count, "key")),
        ),
        ("Used in the last 24 h", left_out.used_within_24h.to_string()),
        ("By scope", scopes.join(", ")),
        ("Created by", owners.join(", ")),
    ];
    let reason = plan.change.reason.clone().map(|reason| ("Reason", reason));
    rows.splice(1..1, set(plan.action, &plan.change).into_iter().chain(reason));
    rows.retain(|(_, value)| !value.is_empty());
    for (label, n) in [
        ("Left out, not yours to change", left_out.not_allowed),
        ("Left out, already so", left_out.unchanged),
        ("Left out, not possible", left_out.not_possible),
        ("Left out, not there any more", left_out.gone),
    ] {
        rows.extend((n > 0).then(|| (label, n.to_string())));
    }
    rows
}

/// What each of them has afterwards, told back: what was typed may have been a date or a length of time.
fn set(action: PlanAction, change: &PlannedChange) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    if action == PlanAction::SetExpiry {
        rows.push(("Valid until", end(change)));
    }
    for (label, labels) in [
        ("Labels added", &change.add_labels),
        ("Labels removed", &change.remove_labels),
    ] {
        rows.push((label, labels.join(", ")));
    }
    rows
}

fn end(change: &PlannedChange) -> String {
    change
        .expires_at
        .map_or_else(|| "they never end".into(), output::end)
}

/// Some of its keys, a line each.
pub fn sample(plan: &Plan) -> Vec<String> {
    let now = Timestamp::now();
    let keys = plan.sample.iter();
    let mut lines: Vec<String> = keys.map(|key| format!("  {}", named(key, now))).collect();
    match plan.count.saturating_sub(plan.sample.len() as u64) {
        0 => {}
        more => lines.push(format!("  and {more} more")),
    }
    lines
}

/// Each of its keys, told from every other one; some of them where the server told no more.
fn keys(plan: &Plan) -> Vec<String> {
    let Some(keys) = &plan.keys else {
        return sample(plan);
    };
    let now = Timestamp::now();
    let keys = keys.iter();
    keys.map(|key| format!("  {} ({})", named(key, now), key.id))
        .collect()
}

fn named(key: &PlannedKey, now: Timestamp) -> String {
    let of = key
        .project
        .as_ref()
        .map_or(String::new(), |name| format!(" of {name}"));
    let used = key.last_used_at.map_or_else(
        || "never used".into(),
        |at| format!("used {}", output::ago(at, now)),
    );
    format!("{} key \"{}\"{of}, {used}", key.scope, key.name)
}

/// On standard output, for a dry run.
pub fn printed(plan: &Plan) -> Result<(), Failure> {
    let rows = rows(plan).into_iter();
    let mut rows: Vec<Field> = rows.map(|(label, value)| field(label, value)).collect();
    rows.push(field("Plan", &plan.plan));
    rows.push(field("Plan valid until", output::time(plan.expires_at)));
    table::fields(rows)?;
    output::lines(&keys(plan))
}

pub fn done(progress: &PlanProgress) {
    let left = match progress.left {
        0 => String::new(),
        left => format!("; the server is still processing {left} more (the same command shows the progress)"),
    };
    output::notice(format!(
        "{} {}{left}",
        progress.action.past(),
        output::counted(progress.done, "key")
    ));
    for (label, value) in set(progress.action, &progress.change) {
        if !value.is_empty() {
            output::notice(format!("  {label}: {value}"));
        }
    }
    for key in &progress.left_alone_keys {
        output::notice(format!(
            "  left alone: \"{}\" ({}): {}",
            key.name,
            key.id,
            key.why.words()
        ));
    }
    match progress
        .left_alone
        .saturating_sub(progress.left_alone_keys.len() as u64)
    {
        0 => {}
        more => output::notice(format!("  and {more} more")),
    }
}
