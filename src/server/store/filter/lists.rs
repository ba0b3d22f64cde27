//! Statements that list keys along an index of their own.

use super::Filter;
use crate::server::store::dialect::Dialect;
use crate::server::store::marks;
use crate::server::store::sql::Sql;
use crate::server::store::value::Value;

/// The indexes of [`super::UsageFilter::index`] that have marked keys apart.
const MARKED: [&str; 3] = [
    "keys_by_last_refused_at",
    "keys_by_created_at",
    "keys_by_last_used_at",
];

impl Filter {
    /// Statements that list keys of which those that match are some, each a walk along an index of its own. Where one of
    /// them lists few, these are looked at instead of all keys in the order of the sort.
    pub fn lists(&self, dialect: Dialect) -> Vec<Sql<'_>> {
        if self.is_revoked() {
            return Vec::new();
        }
        let names = self.name.iter().map(|name| named(dialect, name));
        let labels = self.labels.iter().map(|label| labelled(dialect, label));
        let mut lists: Vec<Sql> = names.chain(labels).collect();
        // PostgreSQL weighs indexes of the table itself.
        if let (Dialect::Sqlite, Some(index)) = (dialect, self.usage.index()) {
            let mut sql = Sql::new(format!("SELECT k.seq{}", dialect.keys_along(index, false)));
            for (condition, values) in self.usage.conditions(dialect, "") {
                sql.push(&condition, values.into_iter().map(Value::Number));
            }
            if MARKED.contains(&index) {
                self.push_mark_to(dialect, &mut sql);
            }
            lists.push(sql);
        }
        lists
    }

    /// Ends a statement that lists numbers of keys along an index which has the marked ones apart.
    pub fn push_mark_to(&self, dialect: Dialect, sql: &mut Sql<'_>) {
        let strays = marks::select_strays(dialect, self.is_expired(), "k.seq");
        sql.push(marks::marked(self.is_expired()), []);
        sql.push(&format!(" UNION ALL {}", strays.text), []);
    }
}

/// The keys that have a name.
fn named(dialect: Dialect, name: &str) -> Sql<'_> {
    let mut sql = Sql::new(format!(
        "SELECT k.seq{}",
        dialect.keys_along("keys_by_name", false)
    ));
    // Said, so that each of both is gone to.
    let named = " AND k.marked_expired IN (FALSE, TRUE) AND k.name_key = ?";
    sql.push(named, [Value::sought(name)]);
    sql
}

/// The keys that have a label, by the index of labels.
fn labelled(dialect: Dialect, label: &str) -> Sql<'_> {
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
