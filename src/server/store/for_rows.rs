//! Statements for many rows.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use super::dialect::Dialect;
use super::tables::{Kind, Table};
use super::value::{NewRow, Value};
use super::{StoreError, StoreResult};

/// A statement for many rows at once. What it calls `{name}` is that column of a row, and `FROM {rows}` stands where the
/// rows come from. PostgreSQL takes all rows in one statement; SQLite, which is asked in the same process, takes them one
/// by one. A question mark, after all of these, is a value that is the same for all rows.
pub struct ForRows {
    columns: Cow<'static, [(&'static str, Kind)]>,
    sql: Cow<'static, str>,
    in_sqlite: OnceLock<String>,
    in_postgres: OnceLock<String>,
}

impl ForRows {
    pub const fn new(columns: &'static [(&'static str, Kind)], sql: &'static str) -> Self {
        Self {
            columns: Cow::Borrowed(columns),
            sql: Cow::Borrowed(sql),
            in_sqlite: OnceLock::new(),
            in_postgres: OnceLock::new(),
        }
    }

    /// Stores rows with all columns of a table; `then` ends the statement.
    pub fn inserting(table: &Table, then: &str) -> Self {
        let columns: Vec<(&str, Kind)> = table
            .columns
            .iter()
            .map(|column| (column.name, column.kind))
            .collect();
        let names: Vec<String> = columns.iter().map(|(name, _)| format!("{{{name}}}")).collect();
        let sql = format!(
            "INSERT INTO {} ({}) SELECT {} FROM {{rows}} WHERE true {then}",
            table.name,
            table.names(),
            names.join(", ")
        );
        Self {
            columns: columns.into(),
            sql: sql.into(),
            in_sqlite: OnceLock::new(),
            in_postgres: OnceLock::new(),
        }
    }

    /// The values of a row in the order of its columns.
    pub fn ordered<'a>(&self, row: NewRow<'a>) -> StoreResult<Vec<Value<'a>>> {
        let mut row: HashMap<&str, Value> = row.into_iter().collect();
        let mut value = |name: &str| {
            let missing = || StoreError::Fault(format!("a row has nothing for the column {name}"));
            row.remove(name).ok_or_else(missing)
        };
        self.columns.iter().map(|(name, _)| value(name)).collect()
    }

    /// As the engine has it, its question marks included.
    pub fn rendered(&self, dialect: Dialect) -> &str {
        match dialect {
            Dialect::Sqlite => self.in_sqlite.get_or_init(|| self.for_one()),
            Dialect::Postgres => self.in_postgres.get_or_init(|| self.for_all()),
        }
    }

    /// The columns of one row are the first values.
    fn for_one(&self) -> String {
        let sql = self.sql.replace(" FROM {rows}", "");
        let columns = self.columns.iter().zip(1..);
        columns.fold(sql, |sql, ((name, _), n)| {
            sql.replace(&format!("{{{name}}}"), &format!("?{n}"))
        })
    }

    /// The first values are columns, each a list.
    fn for_all(&self) -> String {
        let (names, lists): (Vec<&str>, Vec<String>) = self
            .columns
            .iter()
            .map(|(name, kind)| (*name, format!("CAST(? AS {}[])", kind.in_postgres())))
            .unzip();
        let rows = format!("unnest({}) AS r ({})", lists.join(", "), names.join(", "));
        let sql = self.sql.replace("{rows}", &rows);
        let sql = names.iter().fold(sql, |sql, name| {
            sql.replace(&format!("{{{name}}}"), &format!("r.{name}"))
        });
        Dialect::Postgres.rendered(&sql).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_for_rows_is_in_the_language_of_each_engine() {
        let noted = ForRows::new(
            &[("key", Kind::Number), ("at", Kind::Small)],
            "UPDATE t SET at = {at} FROM {rows} WHERE seq = {key} AND (at < {at} OR at > ?)",
        );
        assert_eq!(
            noted.rendered(Dialect::Sqlite),
            "UPDATE t SET at = ?2 WHERE seq = ?1 AND (at < ?2 OR at > ?)"
        );
        assert_eq!(
            noted.rendered(Dialect::Postgres),
            "UPDATE t SET at = r.at FROM unnest(CAST($1 AS bigint[]), CAST($2 AS smallint[])) AS r (key, at) \
             WHERE seq = r.key AND (at < r.at OR at > $3)"
        );
    }
}
