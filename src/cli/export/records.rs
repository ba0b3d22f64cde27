//! What a line of an export holds. The names of the columns are those of the fields, and never change.

use std::net::IpAddr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;
use uuid::Uuid;

use super::write::{ExportRecord, ExportValue};
use crate::api::{Activity, Key, WEEK_DAYS};
use crate::model::KeyState;

/// Declares the columns of a record once: their names, and what each holds.
macro_rules! record {
    ($name:ident { $($column:ident: $kind:ty,)* }) => {
        #[derive(Debug, Serialize)]
        pub struct $name {
            $($column: $kind,)*
        }

        impl ExportRecord for $name {
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),*];

            fn cells(&self) -> Vec<String> {
                vec![$(self.$column.cell()),*]
            }
        }
    };
}

record!(KeyRecord {
    name: String,
    scope: &'static str,
    project: Option<String>,
    domains: Spaced,
    networks: Spaced,
    created: Timestamp,
    expires: Option<Timestamp>,
    disabled: bool,
    note: Option<String>,
    labels: Labels,
    creator: String,
    id: Uuid,
    project_id: Option<Uuid>,
    state: &'static str,
    local_address: Option<String>,
    local_ends: Option<Timestamp>,
    cross_page_persistence: bool,
    last_used: Option<Timestamp>,
    last_refused: Option<Timestamp>,
    revoked: Option<Timestamp>,
    revoked_by: Option<String>,
    reason: Option<String>,
});

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

/// A list of what has no spaces: in one cell they are between them.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Spaced(Vec<String>);

/// Labels may have spaces, but no commas.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Labels(Vec<String>);

impl ExportValue for Spaced {
    fn cell(&self) -> String {
        self.0.join(" ")
    }
}

impl ExportValue for Labels {
    fn cell(&self) -> String {
        self.0.join(",")
    }
}

fn told(all: &[impl ToString]) -> Spaced {
    Spaced(all.iter().map(ToString::to_string).collect())
}

impl From<Key> for KeyRecord {
    fn from(key: Key) -> Self {
        let (disabled, revoked) = (key.disabled.as_ref(), key.revoked.as_ref());
        Self {
            scope: key.scope.into(),
            project: key.project.as_ref().map(|project| project.name.clone()),
            domains: told(&key.ui_domains),
            networks: told(&key.allowed_networks),
            created: key.created_at,
            expires: key.expires_at,
            disabled: disabled.is_some() || key.state == KeyState::Disabled,
            note: key.note,
            labels: Labels(key.labels),
            creator: key.creator.email,
            id: key.id,
            project_id: key.project.map(|project| project.id),
            state: key.state.as_str(),
            local_address: key.local_development.map(|address| address.to_string()),
            local_ends: key.local_development_ends_at,
            cross_page_persistence: key.cross_page_persistence,
            last_used: key.last_used_at,
            last_refused: key.last_refused_at,
            revoked: revoked.map(|revoked| revoked.at),
            revoked_by: revoked.map(|revoked| revoked.by.email.clone()),
            reason: match revoked {
                Some(revoked) => revoked.reason.clone(),
                None => disabled.and_then(|disabled| disabled.reason.clone()),
            },
            name: key.name,
        }
    }
}

impl From<Activity> for ActivityRecord {
    fn from(row: Activity) -> Self {
        Self {
            changes: row.changes_in_words().join("; "),
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
