//! Statements that list keys along an index of their own.

use crate::server::store::dialect::Dialect;
use crate::server::store::sql::Sql;
use crate::server::store::value::Value;

/// The keys that have a name.
pub fn named(dialect: Dialect, name: &str) -> Sql<'_> {
    let mut sql = Sql::new(format!(
        "SELECT k.seq{}",
        dialect.keys_along("keys_by_name", false)
    ));
    sql.push(" AND k.name_key = ?", [Value::sought(name)]);
    sql
}

/// The keys that have a label, by the index of labels.
pub fn labelled(dialect: Dialect, label: &str) -> Sql<'_> {
    let mut sql = Sql::default();
    let list = match dialect {
        Dialect::Sqlite => "SELECT key FROM label_search WHERE label = ?",
        Dialect::Postgres => {
            "SELECT k.seq FROM keys AS k
              WHERE k.revoked_at IS NULL AND k.labels_key <> ''
                AND string_to_array(k.labels_key, E'\n') @> string_to_array(?, E'\n')"
        }
    };
    sql.push(list, [label.trim_matches('\n').into()]);
    sql
}
