//! A key as a row of a table, and as fields of which the state comes first.

use jiff::Timestamp;

use crate::api::{Disabled, Key, KeyRevocation};
use crate::cli::colour::TextTone;
use crate::cli::output::{self, NOTHING};
use crate::cli::table::{Cell, Field, TableColumn, field};
use crate::model::field::{FieldValue, Widget};
use crate::model::{KeyField, KeyState};

/// Of keys that have not ended.
pub const COLUMNS: [TableColumn; 8] = [
    TableColumn::name("NAME"),
    TableColumn::word("SCOPE"),
    TableColumn::text("PROJECT"),
    TableColumn::text("STATE"),
    TableColumn::word("LAST USED"),
    TableColumn::word("CREATED"),
    TableColumn::text("CREATED BY"),
    TableColumn::word("ID"),
];

pub fn row(key: &Key, now: Timestamp) -> Vec<Cell> {
    vec![
        Cell::from(&key.name),
        Cell::from(key.scope.to_string()),
        Cell::from(key.project.as_ref().map_or(NOTHING, |project| &project.name)),
        Cell::from(state(key)).toned(tone(key.state)),
        Cell::from(output::last_used(key, now)),
        Cell::from(output::date(key.created_at)),
        Cell::from(&key.creator.email),
        Cell::from(key.id.to_string()),
    ]
}

/// What needs attention has a colour.
pub fn tone(state: KeyState) -> TextTone {
    match state {
        KeyState::Active => TextTone::Plain,
        KeyState::Disabled => TextTone::Warning,
        KeyState::Expired | KeyState::Revoked => TextTone::Bad,
    }
}

/// `active`, or with the day on which it ends.
fn state(key: &Key) -> String {
    let rotating = key.rotation.as_ref().map(|rotation| match rotation.uses {
        Some(uses) => format!("rotating (old {}, new {})", uses.old, uses.new),
        None => "rotating".to_owned(),
    });
    let ends = key
        .settings
        .expires_at
        .map(|at| format!("ends {}", output::last_day(at)));
    let state = (key.state != KeyState::Active).then(|| key.state.as_str().to_owned());
    let ends = ends.filter(|_| matches!(key.state, KeyState::Active | KeyState::Disabled));
    let told: Vec<String> = [state, rotating, ends].into_iter().flatten().collect();
    match told.is_empty() {
        true => key.state.as_str().to_owned(),
        false => told.join(", "),
    }
}

/// `active`, `disabled 3 days ago`, `revoked 5 min ago`.
pub fn standing(key: &Key, now: Timestamp) -> String {
    let since = match key.state {
        KeyState::Active => None,
        KeyState::Disabled => key.disabled.as_ref().map(|disabled| disabled.at),
        KeyState::Expired => key.settings.expires_at,
        KeyState::Revoked => key.revoked.as_ref().map(|revoked| revoked.at),
    };
    let since = since.map_or_else(String::new, |at| format!(" {}", output::long_ago(at, now)));
    let rotating = key.rotation.as_ref().map_or("", |_| ", being rotated");
    format!("{}{since}{rotating}", key.state.as_str())
}

/// Every field of one key.
pub fn fields(key: &Key, now: Timestamp) -> Vec<Field> {
    let mut rows = vec![
        (
            "State".to_owned(),
            Cell::from(standing(key, now)).toned(tone(key.state)),
        ),
        field("Name", &key.name),
        field("Id", key.id.to_string()),
        field("Scope", key.scope.to_string()),
    ];
    match &key.project {
        None => rows.push(field("Project", NOTHING)),
        Some(project) => {
            rows.push(field("Project", &project.name));
            rows.push(field("Project id", project.id.to_string()));
        }
    }
    rows.extend([
        field("Created by", &key.creator.email),
        field("Created", output::time(key.created_at)),
        field("Last used", output::last_used(key, now)),
        field("Token", &key.hint),
    ]);
    if let Some(imported) = &key.imported {
        let hash_only = match imported.hash_only {
            true => ", by its hash alone: its secret can't be shown",
            false => "",
        };
        rows.push(field(
            "Imported",
            format!("{}{hash_only}", output::time(imported.at)),
        ));
    }
    rows.extend(end(key, now));
    let settings = &key.settings;
    for setting in KeyField::of(key.scope).filter(|field| field.is_setting()) {
        match settings.value(setting) {
            FieldValue::List(items) => {
                let item = |item: String| field(setting.short_label_of(key.scope), item);
                rows.extend(items.into_iter().map(item));
            }
            value => {
                let words = match (setting.widget(), value.clone().instant()) {
                    (Widget::Time { always, .. }, Some(at)) => time_of(at, always, now),
                    // Off, it has none; and what earlier versions turned on has none so far.
                    (Widget::Time { always: true, .. }, None) if key.settings.local_development.is_none() => {
                        String::new()
                    }
                    _ => setting.in_words(&value),
                };
                rows.extend((!words.is_empty()).then(|| field(setting.label(), words)));
            }
        }
    }
    rows
}

/// Who ended or disabled it, when and why, and who has presented it since.
fn end(key: &Key, now: Timestamp) -> Vec<Field> {
    let disabled = key.disabled.as_ref();
    let disabled = disabled.map(|Disabled { at, by, reason }| ("Disabled", at, by, reason));
    let revoked = key.revoked.as_ref();
    let revoked = revoked.map(|KeyRevocation { at, by, reason }| ("Revoked", at, by, reason));
    let mut rows = Vec::new();
    for (what, at, by, reason) in disabled.into_iter().chain(revoked) {
        rows.push(field(what, format!("{} by {}", output::time(*at), by.email)));
        rows.extend(reason.as_ref().map(|reason| field("Reason", reason)));
    }
    let refused = key.refused_since.as_ref();
    rows.extend(refused.map(|refused| field("Refused", output::refused_since(refused, now))));
    rows
}

/// Of local development also whether that has been.
fn time_of(at: Timestamp, is_local: bool, now: Timestamp) -> String {
    match is_local && at <= now {
        true => format!("{} (it has ended)", output::time(at)),
        false => output::time(at),
    }
}
