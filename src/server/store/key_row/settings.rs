//! The settings of a key: read from columns, written into them, and as one document, in which they wait until there is
//! a key.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::model::{AllowedNetwork, LocalAddress, Settings, UiDomain, compared};
use crate::server::store::db::columns;
use crate::server::store::row::{ColumnValue, Columns, Read, Row, fields, unreadable};
use crate::server::store::tables::{Column, KEYS};
use crate::server::store::value::{NewRow, Value};
use crate::server::store::{StoreError, StoreResult};

/// The columns of a table that decide whether a request may pass, which [`Deciding`] is read from.
macro_rules! deciding {
    ($table:literal) => {
        concat!(
            $table,
            ".allowed_networks, ",
            $table,
            ".ui_domains, ",
            $table,
            ".local_development, ",
            $table,
            ".local_development_ends_at, ",
            $table,
            ".cross_page_persistence"
        )
    };
}

/// The columns of a table that hold the settings, which [`Settings`] are read from.
macro_rules! settings_of {
    ($table:literal) => {
        concat!(
            $crate::server::store::key_row::deciding!($table),
            ", ",
            $table,
            ".note, ",
            $table,
            ".labels, ",
            $table,
            ".expires_at"
        )
    };
}

pub(in crate::server::store) use {deciding, settings_of};

/// Stands for the end of what never ends.
pub const NEVER: i64 = i64::MAX;

/// When a key ends, in microseconds.
pub fn end(settings: &Settings) -> i64 {
    settings.expires_at.map_or(NEVER, Timestamp::as_microsecond)
}

/// The columns that hold the settings.
pub fn settings(settings: &Settings) -> NewRow<'_> {
    let Settings {
        ui_domains,
        local_development,
        local_development_ends_at,
        cross_page_persistence,
        allowed_networks,
        note,
        labels,
        expires_at: _,
    } = settings;
    let networks: Vec<String> = allowed_networks.iter().map(ToString::to_string).collect();
    let lines: Vec<&str> = ui_domains.iter().map(UiDomain::as_str).collect();
    columns! {
        ui_domains: lines.join("\n"),
        local_development: local_development.map(|address| address.to_string()),
        local_development_ends_at: *local_development_ends_at,
        cross_page_persistence: *cross_page_persistence,
        allowed_networks: networks.join("\n"),
        note: note.as_deref().unwrap_or_default(),
        labels: labels.join("\n"),
        labels_key: between_lines(labels),
        expires_at: end(settings),
    }
}

/// The columns that hold the settings, as the table has them.
pub fn setting_columns() -> impl Iterator<Item = &'static Column> {
    let names: Vec<&str> = settings(&Settings::default())
        .iter()
        .map(|(name, _)| *name)
        .collect();
    KEYS.columns
        .iter()
        .filter(move |column| names.contains(&column.name))
}

/// What they hold as one document, for keys that wait to be made.
pub fn settings_document(of: &Settings) -> StoreResult<String> {
    let member = |(name, value): (&str, Value)| {
        let formless = || StoreError::Fault(format!("{name} can't wait in a document"));
        Ok((name.to_owned(), value.as_json().ok_or_else(formless)?))
    };
    let members = settings(of).into_iter().map(member);
    members
        .collect::<StoreResult<Map<_, _>>>()
        .map(|document| Json::Object(document).to_string())
}

/// As labels are looked for: each between two line breaks, so that one is not taken for a part of another. No label has a
/// line break, not even once it is compared.
pub fn between_lines(labels: &[String]) -> String {
    let mut lines = String::new();
    for label in labels {
        lines.extend([if lines.is_empty() { "\n" } else { "" }, &compared(label), "\n"]);
    }
    lines
}

/// When it ends, if ever.
pub struct End(pub Option<Timestamp>);

impl Read for End {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let at: i64 = columns.next()?;
        let at = (at != NEVER).then(|| Timestamp::from_microsecond(at));
        at.transpose().map(Self).map_err(unreadable)
    }
}

/// Those settings that decide whether a request may pass; the others are absent. Of an Analytics key only the first of
/// them, [`Networks`], can be anything.
pub struct Deciding(pub Settings);

impl Read for Deciding {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let Networks(allowed_networks) = columns.next()?;
        let Domains(ui_domains) = columns.next()?;
        Ok(Self(Settings {
            allowed_networks,
            ui_domains,
            local_development: columns.next()?,
            local_development_ends_at: columns.next()?,
            cross_page_persistence: columns.next()?,
            ..Settings::default()
        }))
    }
}

impl Read for Settings {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let Deciding(settings) = columns.next()?;
        let (note, labels): (String, String) = columns.next()?;
        let End(expires_at) = columns.next()?;
        Ok(Self {
            note: Some(note).filter(|note| !note.is_empty()),
            labels: labels.lines().map(str::to_owned).collect(),
            expires_at,
            ..settings
        })
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

/// One a line; most keys have none, and then nothing is parsed.
pub struct Networks(pub Vec<AllowedNetwork>);

impl Networks {
    fn of_lines(text: &str) -> Result<Self, String> {
        text.lines()
            .map(AllowedNetwork::kept)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

fields!(
    Networks => text, |text| Networks::of_lines(text);
    Domains => text, |text| Ok::<_, String>(Domains::of_lines(text));
    LocalAddress => text, |text| LocalAddress::kept(text);
);
