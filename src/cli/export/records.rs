//! What a line of an export holds. The names of the columns are those of the fields, and never change.

use std::net::IpAddr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::write::{ExportRecord, ExportValue};
use crate::api::{Activity, Key, WEEK_DAYS};
use crate::cli::cell_form;
use crate::model::{KeyField, KeyState, Settings};

/// Declares the columns of a record once: their names, and what each holds.
macro_rules! record {
    ($name:ident { $($column:ident: $kind:ty,)* }) => {
        #[derive(Debug, Serialize)]
        pub struct $name {
            $($column: $kind,)*
        }

        impl ExportRecord for $name {
            fn columns() -> Vec<&'static str> {
                vec![$(stringify!($column)),*]
            }

            fn cells(&self) -> Vec<String> {
                vec![$(self.$column.cell()),*]
            }
        }
    };
}

record!(KeyNames {
    name: String,
    scope: &'static str,
    project: Option<String>,
});

record!(KeyHistory {
    created: Timestamp,
    disabled: bool,
    reason: Option<String>,
    creator: String,
    id: Uuid,
    project_id: Option<Uuid>,
    state: &'static str,
    last_used: Option<Timestamp>,
    last_refused: Option<Timestamp>,
    revoked: Option<Timestamp>,
    revoked_by: Option<String>,
});

/// A key; its settings are those that are declared.
#[derive(Debug, Serialize)]
pub struct ExportedKey {
    #[serde(flatten)]
    names: KeyNames,
    #[serde(flatten, serialize_with = "by_column")]
    settings: Settings,
    #[serde(flatten)]
    history: KeyHistory,
}

impl ExportRecord for ExportedKey {
    fn columns() -> Vec<&'static str> {
        let settings = KeyField::settings().map(KeyField::column).collect();
        [KeyNames::columns(), settings, KeyHistory::columns()].concat()
    }

    fn cells(&self) -> Vec<String> {
        let settings =
            KeyField::settings().map(|field| cell_form::written(field, &self.settings.value(field)));
        [self.names.cells(), settings.collect(), self.history.cells()].concat()
    }
}

fn by_column<S: Serializer>(settings: &Settings, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(KeyField::settings().map(|field| (field.column(), settings.value(field))))
}

record!(ActivityRecord {
    seq: u64,
    at: Timestamp,
    actor: Option<String>,
    actor_id: Option<Uuid>,
    action: &'static str,
    subject: String,
    key: Option<Uuid>,
    changes: String,
    address: Option<IpAddr>,
});

record!(UsageRecord {
    id: Uuid,
    name: String,
    scope: &'static str,
    project: Option<String>,
    day: Date,
    allowed: u64,
    refused: u64,
});

impl From<Key> for ExportedKey {
    fn from(key: Key) -> Self {
        let (disabled, revoked) = (key.disabled.as_ref(), key.revoked.as_ref());
        let history = KeyHistory {
            created: key.created_at,
            disabled: disabled.is_some() || key.state == KeyState::Disabled,
            reason: match revoked {
                Some(revoked) => revoked.reason.clone(),
                None => disabled.and_then(|disabled| disabled.reason.clone()),
            },
            id: key.id,
            project_id: key.project.as_ref().map(|project| project.id),
            state: key.state.as_str(),
            last_used: key.last_used_at,
            last_refused: key.last_refused_at,
            revoked: revoked.map(|revoked| revoked.at),
            revoked_by: revoked.map(|revoked| revoked.by.email.clone()),
            creator: key.creator.email,
        };
        let names = KeyNames {
            name: key.name,
            scope: key.scope.into(),
            project: key.project.map(|project| project.name),
        };
        Self {
            names,
            settings: key.settings,
            history,
        }
    }
}

impl From<Activity> for ActivityRecord {
    fn from(row: Activity) -> Self {
        Self {
            changes: row.changes_in_words(|at| at.to_string()).join("; "),
            seq: row.seq,
            at: row.at,
            actor_id: row.actor.as_ref().map(|actor| actor.id),
            actor: row.actor.map(|actor| actor.email),
            action: row.action.as_str(),
            subject: row.subject,
            key: row.key,
            address: row.address,
        }
    }
}

impl UsageRecord {
    /// One for each day of the last seven, which end today.
    pub fn of(key: &Key, today: Date) -> impl Iterator<Item = Self> {
        let week = key.week.unwrap_or_default();
        let days = (0_i32..).zip(week.allowed.into_iter().zip(week.refused));
        days.map(move |(index, (allowed, refused))| Self {
            id: key.id,
            name: key.name.clone(),
            scope: key.scope.into(),
            project: key.project.as_ref().map(|project| project.name.clone()),
            day: today.saturating_add((index + 1 - WEEK_DAYS as i32).days()),
            allowed,
            refused,
        })
    }
}

/// The day by which the server counts.
pub fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}
