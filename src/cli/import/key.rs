//! A key of a file as it is sent, as far as it is valid.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::args::ImportArgs;
use super::columns::ImportField;
use super::faults::FileFault;
use super::record::ImportRecord;
use crate::api::{ImportKey, KeyFields};
use crate::cli::cell_form::CellForm;
use crate::model::field::FieldValue;
use crate::model::{FieldErrors, KeyField, KeyToken, Scope, Secret, TokenHash, expiry, imported, local};

/// No field has so many characters.
const TOO_LONG: usize = 64 * 1024;
/// A number of this size counts milliseconds since the epoch and not seconds.
const MILLISECONDS: u64 = 100_000_000_000;

/// The key, and the hash by which it is known; or what is wrong with which of its fields.
pub fn read(
    record: &ImportRecord,
    args: &ImportArgs,
    now: Timestamp,
) -> Result<(ImportKey, TokenHash), Vec<FileFault>> {
    let mut reading = Reading {
        record,
        now,
        wrong: Vec::new(),
    };
    let key = reading.key(args);
    match (key, reading.wrong.is_empty()) {
        (Some(key), true) => Ok(key),
        _ => Err(reading.wrong),
    }
}

struct Reading<'a> {
    record: &'a ImportRecord,
    now: Timestamp,
    wrong: Vec<FileFault>,
}

impl Reading<'_> {
    fn key(&mut self, args: &ImportArgs) -> Option<(ImportKey, TokenHash)> {
        use ImportField as F;
        self.refuse_ended();
        if let Some(field) = self.record.longer_than(TOO_LONG) {
            self.wrong(field.name(), "This is far too long.");
            return None;
        }
        let scope = self.scope(args)?;
        let hash = self.known_by(scope);
        let text = |field| self.record.text(field);
        let project = text(F::Project)
            .or(text(F::ProjectId))
            .or(args.project.clone().filter(|_| scope.has_project()));
        let (creator, reason) = (text(F::Creator).or(args.creator.clone()), text(F::Reason));
        let name = text(F::Name).unwrap_or_default();
        let disabled = self.is_disabled();
        let mut fields = KeyFields {
            name,
            project: project.is_some().then(Uuid::nil),
            ..KeyFields::blank(scope)
        };
        for field in KeyField::settings() {
            if let Some(given) = self.setting(field, scope) {
                fields.set(field, given);
            }
        }
        if let Err(wrong) = fields.validate() {
            self.refused(wrong);
        }
        let (token, hash) = hash?;
        let key = ImportKey {
            line: self.record.line,
            fields: KeyFields {
                project: None,
                ..fields
            },
            project,
            sha256: token.is_none().then(|| hash.to_string()),
            token,
            created_at: self.time(F::Created, |text, _| created(text)),
            disabled,
            reason: reason.filter(|_| disabled),
            creator,
        };
        Some((key, hash))
    }

    /// As its declaration says what it is.
    fn setting(&mut self, field: KeyField, scope: Scope) -> Option<FieldValue> {
        let column = ImportField::Setting(field);
        match CellForm::of(field) {
            // Our own exports have one for every key.
            CellForm::Flag => self
                .flag(column)
                .filter(|_| field.is_of(scope))
                .map(FieldValue::Flag),
            CellForm::List { between } => self.record.list(column, between).map(FieldValue::List),
            CellForm::Time { always: true } => {
                let typed = |text: &str, now| local::typed(text, now, &TimeZone::system());
                self.time(column, typed).map(FieldValue::Text)
            }
            CellForm::Time { always: false } => self.end(column, scope).map(FieldValue::Text),
            CellForm::Text => self.record.text(column).map(FieldValue::Text),
        }
    }

    /// `None` also for `never`.
    fn end(&mut self, column: ImportField, scope: Scope) -> Option<String> {
        let typed = |text: &str, now| expiry::typed(text, now, &TimeZone::system());
        let at = self.time_if_any(column, typed)?;
        // How long keys may live, only the server knows.
        let refused = expiry::refusal(at.parse().ok(), scope, self.now, None);
        if let Some(message) = refused {
            self.wrong(column.name(), message);
        }
        Some(at)
    }

    fn refused(&mut self, wrong: FieldErrors) {
        for error in wrong.0 {
            self.wrong(column(&error.field), error.message);
        }
    }

    fn wrong(&mut self, column: impl Into<String>, message: impl Into<String>) {
        let fault = FileFault::of_line(self.record.line.into(), message);
        self.wrong.push(fault.in_column(column));
    }

    /// What an export says of keys that are no longer.
    fn refuse_ended(&mut self) {
        let state = self.record.text(ImportField::State);
        let is_revoked =
            state.as_deref() == Some("revoked") || self.record.text(ImportField::Revoked).is_some();
        if is_revoked {
            self.wrong(
                "revoked",
                "This key was revoked, and is not made valid again; leave the line out.",
            );
        }
    }

    fn scope(&mut self, args: &ImportArgs) -> Option<Scope> {
        let Some(text) = self.record.text(ImportField::Scope) else {
            if args.scope.is_none() {
                self.wrong(
                    "scope",
                    "The file has none; say which with --scope web, mobile or analytics.",
                );
            }
            return args.scope;
        };
        let scope = text.to_lowercase().parse().ok();
        if scope.is_none() {
            self.wrong("scope", "A scope is web, mobile or analytics.");
        }
        scope
    }

    fn known_by(&mut self, scope: Scope) -> Option<(Option<Secret>, TokenHash)> {
        let (token, hash) = (
            self.record.text(ImportField::Token),
            self.record.text(ImportField::Sha256),
        );
        let known = match (token, hash) {
            (Some(token), None) => imported::token(scope, &token)
                .map(|token: KeyToken| (Some(Secret::new(token.expose())), token.hash()))
                .map_err(|message| ("token", message)),
            (None, Some(hash)) => imported::sha256(&hash)
                .map(|hash| (None, hash))
                .map_err(|message| ("sha256", message)),
            (None, None) => Err(("token", "Give the token, or its SHA-256 as sha256.".to_owned())),
            (Some(_), Some(_)) => Err(("sha256", "Give the token or its hash, not both.".to_owned())),
        };
        known
            .map_err(|(column, message)| self.wrong(column, message))
            .ok()
    }

    fn is_disabled(&mut self) -> bool {
        let (disabled, enabled) = (self.flag(ImportField::Disabled), self.flag(ImportField::Enabled));
        if disabled.is_some() && disabled == enabled {
            self.wrong(
                ImportField::Enabled.name(),
                "This contradicts disabled; give one of the two.",
            );
        }
        disabled.unwrap_or(enabled == Some(false))
    }

    fn flag(&mut self, field: ImportField) -> Option<bool> {
        let text = self.record.text(field)?;
        match text.to_lowercase().as_str() {
            "true" | "yes" | "1" | "on" => Some(true),
            "false" | "no" | "0" | "off" => Some(false),
            _ => {
                self.wrong(field.name(), "Write true or false.");
                None
            }
        }
    }

    /// An instant as it is sent; also one that is counted in seconds or milliseconds since the epoch.
    fn time(
        &mut self,
        field: ImportField,
        typed: impl Fn(&str, Timestamp) -> Result<Timestamp, String>,
    ) -> Option<String> {
        self.time_if_any(field, |text, now| typed(text, now).map(Some))
    }

    /// The same where a text may say that there is none.
    fn time_if_any(
        &mut self,
        field: ImportField,
        typed: impl Fn(&str, Timestamp) -> Result<Option<Timestamp>, String>,
    ) -> Option<String> {
        let text = self.record.text(field)?;
        let at = match text.parse::<i64>() {
            Ok(number) => counted(number).map(Some),
            Err(_) => typed(&text, self.now),
        };
        at.map_err(|message| self.wrong(field.name(), message))
            .ok()
            .flatten()
            .map(|at| at.to_string())
    }
}

/// Seconds or milliseconds since the epoch.
fn counted(number: i64) -> Result<Timestamp, String> {
    let at = match number.unsigned_abs() >= MILLISECONDS {
        true => Timestamp::from_millisecond(number),
        false => Timestamp::from_second(number),
    };
    at.map_err(|_| {
        "This number is out of range: write the seconds or milliseconds since 1970, or an instant like 2027-03-31T18:00:00Z."
            .to_owned()
    })
}

/// An instant, or the beginning of a day.
fn created(text: &str) -> Result<Timestamp, String> {
    let day = || {
        let day = text.parse::<jiff::civil::Date>().ok()?;
        Some(day.to_zoned(TimeZone::system()).ok()?.timestamp())
    };
    let at = text.parse::<Timestamp>().ok().or_else(day);
    at.ok_or_else(|| "Write an instant like 2027-03-31T18:00:00Z, or a date like 2027-03-31.".into())
}

/// The column of a field of the API, such as `ui_domains[2]`.
pub fn column(field: &str) -> String {
    let name = field.trim_start_matches("fields.");
    let (name, place) = name
        .split_once('[')
        .map_or((name, None), |(name, place)| (name, Some(place)));
    let known = KeyField::from_wire_name(name).map(KeyField::column);
    let known = known.unwrap_or(if name == "created_at" { "created" } else { name });
    match place.and_then(|place| place.trim_end_matches(']').parse::<usize>().ok()) {
        Some(index) => format!("{known} ({})", index + 1),
        None => known.to_owned(),
    }
}
