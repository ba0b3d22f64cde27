//! What a key has in columns: read, and written.

use jiff::Timestamp;
use uuid::Uuid;

use super::db::{NewRow, columns};
use super::row::{ColumnValue, Columns, Read, fields, unreadable};
use super::{KeyRecord, Place, PlaceValue, StoreResult};
use crate::api::{PersonRef, ProjectRef, Sort};
use crate::model::{LocalAddress, Scope, Settings, UiDomain, compared};

/// The columns of a table that decide whether a request may pass, which [`Deciding`] is read from.
macro_rules! deciding {
    ($table:literal) => {
        concat!(
            $table,
            ".ui_domains, ",
            $table,
            ".local_development, ",
            $table,
            ".cross_page_persistence"
        )
    };
}

pub(super) use deciding;

/// What [`StoredKey`] is read from, of a table named `k`.
pub const KEY_COLUMNS: &str = concat!(
    "k.id, k.name, k.name_key, k.scope, k.created_at, k.last_used_at, k.version, k.hint, k.creator, k.project, ",
    deciding!("k"),
    ", k.note, k.labels"
);

/// An active key, its project and creator still numbers.
pub struct StoredKey {
    id: Uuid,
    name: String,
    name_key: String,
    scope: Scope,
    created_at: Timestamp,
    last_used_at: Timestamp,
    version: u64,
    hint: String,
    pub creator: i64,
    pub project: Option<i64>,
    settings: Settings,
}

impl Read for StoredKey {
    fn read<R: super::row::Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        Ok(Self {
            id: columns.next()?,
            name: columns.next()?,
            name_key: columns.next()?,
            scope: columns.next()?,
            created_at: columns.next()?,
            last_used_at: columns.next()?,
            version: columns.next()?,
            hint: columns.next()?,
            creator: columns.next()?,
            project: columns.next()?,
            settings: columns.next()?,
        })
    }
}

impl StoredKey {
    /// Where it lies in a sort.
    pub fn place(&self, sort: Sort) -> Place {
        let value = match sort {
            Sort::Scope => PlaceValue::Scope(self.scope, self.name_key.clone()),
            Sort::Name => PlaceValue::Name(self.name_key.clone()),
            Sort::CreatedAt => PlaceValue::Time(self.created_at.as_microsecond()),
            Sort::LastUsedAt => PlaceValue::Time(self.last_used_at.as_microsecond()),
        };
        Place { value, id: self.id }
    }

    /// As it is shown, with what its numbers stand for.
    pub fn record(self, creator: PersonRef, project: Option<ProjectRef>) -> KeyRecord {
        KeyRecord {
            id: self.id,
            name: self.name,
            scope: self.scope,
            project,
            creator,
            created_at: self.created_at,
            last_used_at: Some(self.last_used_at).filter(|time| *time != Timestamp::UNIX_EPOCH),
            version: self.version,
            hint: self.hint,
            settings: self.settings,
        }
    }
}

/// One a line; an origin or bundle identifier has no line break.
struct Domains(Vec<UiDomain>);

impl Domains {
    fn of_lines(text: &str) -> Self {
        Self(
            text.lines()
                .map(|line| UiDomain::trusted(line.to_owned()))
                .collect(),
        )
    }
}

fields!(
    Domains => text, |text| Ok::<_, String>(Domains::of_lines(text));
    LocalAddress => text, |text| LocalAddress::kept(text);
);

/// Those settings that decide whether a request may pass; the others are absent.
pub struct Deciding(pub Settings);

impl Read for Deciding {
    fn read<R: super::row::Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let Domains(ui_domains) = columns.next()?;
        Ok(Self(Settings {
            ui_domains,
            local_development: columns.next()?,
            cross_page_persistence: columns.next()?,
            ..Settings::default()
        }))
    }
}

impl Read for Settings {
    fn read<R: super::row::Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let Deciding(settings) = columns.next()?;
        let (note, labels): (String, String) = columns.next()?;
        Ok(Self {
            note: Some(note).filter(|note| !note.is_empty()),
            labels: labels.lines().map(str::to_owned).collect(),
            ..settings
        })
    }
}

/// The columns that hold the settings.
pub fn settings(settings: &Settings) -> NewRow<'_> {
    let Settings {
        ui_domains,
        local_development,
        cross_page_persistence,
        note,
        labels,
    } = settings;
    let lines: Vec<&str> = ui_domains.iter().map(UiDomain::as_str).collect();
    columns! {
        ui_domains: lines.join("\n"),
        local_development: local_development.map(|address| address.to_string()),
        cross_page_persistence: *cross_page_persistence,
        note: note.as_deref().unwrap_or_default(),
        labels: labels.join("\n"),
        labels_key: between_lines(labels),
    }
}

/// As labels are looked for: each between two line breaks, so that one is told from a part of another. No label has a
/// line break, not even once it is compared.
pub fn between_lines(labels: &[String]) -> String {
    let mut lines = String::new();
    for label in labels {
        lines.extend([if lines.is_empty() { "\n" } else { "" }, &compared(label), "\n"]);
    }
    lines
}
