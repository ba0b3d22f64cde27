//! The columns of a file, and the fields that they are.

use strum::{EnumString, IntoStaticStr};

/// What a column holds. Its name is the one in our own exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ImportField {
    Name,
    Scope,
    Project,
    ProjectId,
    Token,
    Sha256,
    #[strum(to_string = "domains", serialize = "ui_domains", serialize = "domain")]
    Domains,
    #[strum(to_string = "networks", serialize = "allowed_networks")]
    Networks,
    #[strum(to_string = "created", serialize = "created_at")]
    Created,
    #[strum(to_string = "expires", serialize = "expires_at")]
    Expires,
    Disabled,
    Enabled,
    Note,
    Labels,
    Creator,
    #[strum(to_string = "local_address", serialize = "local_development")]
    LocalAddress,
    #[strum(to_string = "local_ends", serialize = "local_development_ends_at")]
    LocalEnds,
    CrossPagePersistence,
    Reason,
    /// Of an export: a key that has ended is not imported.
    State,
    Revoked,
    /// Said to be left out.
    Ignore,
}

/// What our own exports have that is not taken over: it is of the deck that it was counted in.
const NOT_TAKEN_OVER: [&str; 4] = ["id", "last_used", "last_refused", "revoked_by"];

const NAMED: &str = "name, scope, project, token, sha256, domains, networks, created, expires, disabled, enabled, note, labels, \
     creator, reason, local_address, local_ends, cross_page_persistence";

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
            .ok_or_else(|| format!("there is no field \"{field}\"; there is {NAMED}, and ignore"))?;
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
        folded(text).parse().ok()
    }

    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// `Created-At` and `created at` are one.
fn folded(text: &str) -> String {
    text.trim().to_lowercase().replace(['-', ' '], "_")
}

/// The field of each column; what is wrong with them, in sentences.
pub fn fields(columns: &[String], map: &[Mapping]) -> Result<Vec<ImportField>, Vec<String>> {
    let mut wrong = Vec::new();
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
            wrong.push(format!(
                "the column \"{column}\" is unknown: say what it is with --map '{column}=FIELD', or leave it out with --map \
                 '{column}=ignore'; the fields are {NAMED}"
            ));
            continue;
        };
        if field != ImportField::Ignore && fields.contains(&field) {
            wrong.push(format!(
                "two columns are the {}; leave one out with --map '{column}=ignore'",
                field.name()
            ));
        }
        fields.push(field);
    }
    for mapping in map {
        if !columns.iter().any(|column| folded(column) == mapping.column) {
            wrong.push(format!("--map: there is no column \"{}\"", mapping.column));
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

    fn of(columns: &[&str], map: &[&str]) -> Result<Vec<ImportField>, Vec<String>> {
        let columns: Vec<String> = columns.iter().map(|&column| column.to_owned()).collect();
        let map: Vec<Mapping> = map
            .iter()
            .map(|text| Mapping::parse(text).expect("a mapping"))
            .collect();
        fields(&columns, &map)
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
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        assert!(
            wrong[0].contains("\"colour\"") && wrong[0].contains("--map"),
            "{wrong:?}"
        );
        assert!(wrong[1].contains("two columns are the name"), "{wrong:?}");
        assert!(Mapping::parse("a=nothing").is_err() && Mapping::parse("a").is_err());
    }
}
