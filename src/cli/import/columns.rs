//! The columns of a file, and the fields that they are.

use strum::{EnumString, IntoStaticStr};

use super::faults::{Faults, FileFault};
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
        let known = ImportField::of(field)
            .ok_or_else(|| format!("there is no field \"{field}\"; there is {}, and ignore", named()))?;
        Ok(Self {
            column: folded(column),
            field: known,
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

/// The field of each column, or what is wrong with them.
pub fn fields(columns: &[String], map: &[Mapping]) -> Result<Vec<ImportField>, Faults> {
    let mut wrong = Faults::default();
    let mut fields: Vec<ImportField> = Vec::with_capacity(columns.len());
    for column in columns {
        let name = folded(column);
        let mapped = map
            .iter()
            .find(|mapping| mapping.column == name)
            .map(|mapping| mapping.field);
        let field = mapped.or_else(|| match NOT_TAKEN_OVER.contains(&name.as_str()) {
            true => Some(ImportField::Ignore),
            false => ImportField::of(&name),
        });
        let Some(field) = field else {
            wrong.add(FileFault::of_file(format!(
                "the column \"{column}\" is unknown: say what it is with --map '{column}=FIELD', or leave it out with --map \
                 '{column}=ignore'; the fields are {}",
                named()
            )));
            continue;
        };
        if field != ImportField::Ignore && fields.contains(&field) {
            wrong.add(FileFault::of_file(format!(
                "two columns are the {}; leave one out with --map '{column}=ignore'",
                field.name()
            )));
        }
        fields.push(field);
    }
    for mapping in map {
        if !columns.iter().any(|column| folded(column) == mapping.column) {
            wrong.add(FileFault::of_file(format!(
                "--map: there is no column \"{}\"",
                mapping.column
            )));
        }
    }
    match wrong.is_empty() {
        true => Ok(fields),
        false => Err(wrong),
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
        fields(&columns, &map).map_err(|wrong| wrong.failure("").to_string())
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
        assert!(Mapping::parse("a=nothing").is_err() && Mapping::parse("a").is_err());
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
