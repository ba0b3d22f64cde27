//! The columns of a file, and the fields that they are.

use std::ffi::OsStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};
use strum::{EnumString, IntoStaticStr};

use super::faults::{Faults, FileFault};
use super::names;
use crate::model::KeyField;

/// What a column holds. Its name is the one in our own exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ImportField {
    Name,
    Scope,
    Project,
    ProjectId,
    Token,
    Sha256,
    /// What a key is created with, as [`KeyField`] declares it.
    #[strum(disabled)]
    Setting(KeyField),
    #[strum(to_string = "created", serialize = "created_at")]
    Created,
    Disabled,
    Enabled,
    Reason,
    Creator,
    /// Of an export: a key that has ended is not imported.
    State,
    Revoked,
    /// Said to be left out.
    Ignore,
    /// Of a column without a name, such as one behind a comma at the end of a header: it is to have nothing in it.
    #[strum(disabled)]
    Unnamed,
}

/// What names the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// The first line of CSV, if it has a header.
    Header,
    /// The members of JSON objects.
    Members,
}

impl Naming {
    fn place(self, index: usize) -> String {
        match self {
            Self::Header => names::place(index, "column"),
            Self::Members => names::place(index, "name in the objects"),
        }
    }

    fn is_none(self) -> &'static str {
        match self {
            Self::Header => "the first line does not look like a header",
            Self::Members => "the names do not look like those of fields",
        }
    }

    fn wanted(self) -> &'static str {
        match self {
            Self::Header => "the first line is to name the columns, such as name,scope,project,token",
            Self::Members => "each key is an object with members such as name, scope, project, token",
        }
    }
}

/// What our own exports have that is not taken over: it is of the deck that it was counted in.
const NOT_TAKEN_OVER: [&str; 4] = ["id", "last_used", "last_refused", "revoked_by"];

/// What a column may be said to be.
fn named() -> String {
    use ImportField as F;
    let first = [F::Name, F::Scope, F::Project, F::Token, F::Sha256];
    let last = [F::Created, F::Disabled, F::Enabled, F::Reason, F::Creator];
    let all = first
        .into_iter()
        .chain(KeyField::settings().map(F::Setting))
        .chain(last);
    all.map(F::name).collect::<Vec<_>>().join(", ")
}

/// `COLUMN=FIELD`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    column: String,
    field: ImportField,
}

impl Mapping {
    pub fn parse(text: &str) -> Result<Self, String> {
        let (column, field) = text
            .rsplit_once('=')
            .ok_or_else(|| "write it as COLUMN=FIELD, such as 'API key=token'".to_owned())?;
        let known = ImportField::of(field).ok_or_else(|| match names::may_be_secret(field) {
            true => format!("there is no such field; there is {}, and ignore", named()),
            false => format!("there is no field \"{field}\"; there is {}, and ignore", named()),
        })?;
        Ok(Self {
            column: folded(column),
            field: known,
        })
    }
}

/// Reads a mapping. What clap would say of one that can't be read repeats all of it.
#[derive(Debug, Clone)]
pub struct MappingParser;

impl TypedValueParser for MappingParser {
    type Value = Mapping;

    fn parse_ref(&self, command: &Command, _: Option<&Arg>, value: &OsStr) -> Result<Mapping, Error> {
        Mapping::parse(&value.to_string_lossy()).map_err(|message| {
            let message = format!("a --map can't be read: {message}\n");
            Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
        })
    }
}

impl Mapping {
    pub fn is_of(&self, column: &str) -> bool {
        self.column == folded(column)
    }
}

impl ImportField {
    fn of(text: &str) -> Option<Self> {
        let name = folded(text);
        let setting = || KeyField::from_column(&name).map(Self::Setting);
        name.parse().ok().or_else(setting)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Setting(field) => field.column(),
            other => other.into(),
        }
    }
}

/// `Created-At` and `created at` are one.
fn folded(text: &str) -> String {
    text.trim().to_lowercase().replace(['-', ' '], "_")
}

/// The field of each column, or what is wrong with them. What may be a secret is not repeated: without a header, cells are in its
/// place.
pub fn fields(columns: &[String], map: &[Mapping], naming: Naming) -> Result<Vec<ImportField>, Faults> {
    let mut wrong = Faults::default();
    let known: Vec<Option<ImportField>> = columns.iter().map(|column| known(column, map)).collect();
    let is_any_known = known.iter().flatten().any(|field| *field != ImportField::Unnamed);
    if !is_any_known {
        wrong.add(none_known(naming));
    }
    let mut fields: Vec<ImportField> = Vec::with_capacity(columns.len());
    for (index, (column, field)) in columns.iter().zip(known).enumerate() {
        let Some(field) = field else {
            if is_any_known {
                wrong.add(unknown(column, index, naming));
            }
            continue;
        };
        let is_kept = !matches!(field, ImportField::Ignore | ImportField::Unnamed);
        if is_kept && fields.contains(&field) {
            wrong.add(FileFault::of_file(format!(
                "two columns are the {}; leave one out with --map '{}=ignore'",
                field.name(),
                shown(column)
            )));
        }
        fields.push(field);
    }
    for (index, mapping) in map.iter().enumerate() {
        if !columns.iter().any(|column| mapping.is_of(column)) {
            wrong.add(FileFault::of_file(match names::may_be_secret(&mapping.column) {
                true => format!("{}: there is no such column", names::place(index, "--map")),
                false => format!("--map: there is no column \"{}\"", mapping.column),
            }));
        }
    }
    match wrong.is_empty() {
        true => Ok(fields),
        false => Err(wrong),
    }
}

fn known(column: &str, map: &[Mapping]) -> Option<ImportField> {
    let name = folded(column);
    let mapped = map
        .iter()
        .find(|mapping| mapping.column == name)
        .map(|mapping| mapping.field);
    mapped.or_else(|| match name.as_str() {
        "" => Some(ImportField::Unnamed),
        name if NOT_TAKEN_OVER.contains(&name) => Some(ImportField::Ignore),
        name => ImportField::of(name),
    })
}

fn none_known(naming: Naming) -> FileFault {
    FileFault::of_file(format!(
        "{}: none of them is known, and they are not shown, as they may be secrets; {}, or say what a column is with --map \
         'COLUMN=FIELD'; the fields are {}",
        naming.is_none(),
        naming.wanted(),
        named()
    ))
}

fn unknown(column: &str, index: usize, naming: Naming) -> FileFault {
    let which = match names::may_be_secret(column) {
        true => format!(
            "{} is unknown, and its name is not shown, as it may be a secret, so that {}",
            naming.place(index),
            naming.is_none()
        ),
        false => format!("the column \"{column}\" is unknown"),
    };
    let shown = shown(column);
    FileFault::of_file(format!(
        "{which}: say what it is with --map '{shown}=FIELD', or leave it out with --map '{shown}=ignore'; the fields are {}",
        named()
    ))
}

/// As it is in `--map`.
fn shown(column: &str) -> &str {
    match names::may_be_secret(column) {
        true => "COLUMN",
        false => column,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(columns: &[&str], map: &[&str]) -> Result<Vec<ImportField>, String> {
        let columns: Vec<String> = columns.iter().map(|&column| column.to_owned()).collect();
        let map: Vec<Mapping> = map
            .iter()
            .map(|text| Mapping::parse(text).expect("a mapping"))
            .collect();
        fields(&columns, &map, Naming::Header).map_err(|wrong| wrong.failure("").to_string())
    }

    #[test]
    fn columns_are_known_by_name_or_told_what_they_are() {
        use ImportField::{Created, Ignore, Name, Token};
        assert_eq!(of(&["Name", " created-at"], &[]), Ok(vec![Name, Created]));
        assert_eq!(
            of(
                &["Title", "API key", "x"],
                &["title=name", "API key=token", "x=ignore"]
            ),
            Ok(vec![Name, Token, Ignore])
        );
        assert_eq!(of(&["id", "last_used"], &[]), Ok(vec![Ignore, Ignore]));
        let wrong = of(&["name", "colour", "Name"], &["taste=note"]).expect_err("wrong");
        for named in [
            "\"colour\"",
            "--map 'colour=FIELD'",
            "two columns are the name",
            "no column \"taste\"",
        ] {
            assert!(wrong.contains(named), "{named}: {wrong}");
        }
        let unnamed = of(&["name", "", "token", ""], &[]);
        assert_eq!(
            unnamed,
            Ok(vec![Name, ImportField::Unnamed, Token, ImportField::Unnamed])
        );
        assert!(Mapping::parse("a=nothing").is_err() && Mapping::parse("a").is_err());
    }

    #[test]
    fn what_may_be_a_secret_is_never_repeated_and_named_by_its_place() {
        let live = "sk_live_51HqLyjWDarjtT1zdp7dcXYZ";
        let short = "hunter2";
        let mapped = format!("{live}=note");
        for (columns, map, said) in [
            (
                &["Till", "web", live][..],
                &[][..],
                "the first line does not look like a header",
            ),
            (
                &["Till", short, ""],
                &[],
                "the first line does not look like a header",
            ),
            (&["name", live], &[], "the second column is unknown"),
            (&["Till", "token", live], &[], "the column \"Till\" is unknown"),
            (&["Till", "token", live], &[], "the third column is unknown"),
            (
                &["name", "note", live],
                &[mapped.as_str()],
                "two columns are the note",
            ),
            (
                &["name"],
                &["a=note", mapped.as_str()],
                "the second --map: there is no such column",
            ),
        ] {
            let told = of(columns, map).expect_err(said);
            assert!(told.contains(said) && told.contains("--map"), "{said}: {told}");
            assert!(!told.contains(live) && !told.contains(short), "{told}");
        }
        let told = Mapping::parse(&format!("token={live}")).expect_err("no field");
        assert!(!told.contains(live), "{told}");
    }

    #[test]
    fn each_setting_is_known_by_each_of_its_names_and_nothing_has_two_meanings() {
        for field in KeyField::settings() {
            let (column, flag) = (field.column(), field.facts().flag.trim_start_matches('-'));
            for name in [column, field.wire_name(), flag] {
                assert_eq!(ImportField::of(name), Some(ImportField::Setting(field)), "{name}");
            }
            assert!(named().split(", ").any(|name| name == column), "{}", named());
        }
        for name in NOT_TAKEN_OVER {
            assert_eq!(ImportField::of(name), None, "{name}");
        }
    }
}
