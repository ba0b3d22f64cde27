//! How the SQL of the engines differs.

use std::borrow::Cow;

use super::tables::{Column, Table};
use super::value::Value;

/// The time of PostgreSQL, in microseconds since the epoch.
pub const NOW: &str = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

/// Sorts after every name in PostgreSQL: names have at most 100 characters, and nobody writes this one.
const LAST: char = char::MAX;

/// The language of an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    pub const BOTH: [Dialect; 2] = [Dialect::Sqlite, Dialect::Postgres];

    /// How late it is by the clock of the database, in microseconds since the epoch: read once in a statement, where it is
    /// needed. Never earlier than the time that is kept in it, so that nothing that ended is valid again when somebody
    /// sets a clock back. The clock of SQLite has milliseconds.
    pub fn now(self) -> &'static str {
        match self {
            Dialect::Sqlite => {
                "(SELECT max(CAST(round(unixepoch('subsec') * 1000) AS INTEGER) * 1000, coalesce((SELECT at FROM clock), 0)))"
            }
            Dialect::Postgres => {
                "(SELECT greatest((extract(epoch FROM clock_timestamp()) * 1000000)::bigint, coalesce((SELECT at FROM clock), 0)))"
            }
        }
    }

    /// The function that answers the least of what it is given.
    pub fn least(self) -> &'static str {
        match self {
            Dialect::Sqlite => "min",
            Dialect::Postgres => "least",
        }
    }

    /// Whether a column has the text that is bound next anywhere in it.
    pub fn contains(self, column: &str) -> String {
        match self {
            Dialect::Sqlite => format!("instr({column}, ?) > 0"),
            Dialect::Postgres => format!("strpos({column}, ?) > 0"),
        }
    }

    /// Whether a column begins with the text that is bound next.
    pub fn begins(self, column: &str) -> String {
        match self {
            Dialect::Sqlite => format!("instr({column}, ?) = 1"),
            Dialect::Postgres => format!("strpos({column}, ?) = 1"),
        }
    }

    /// Whether a column is one of the numbers that are bound next.
    pub fn among(self, column: &str) -> String {
        match self {
            Dialect::Sqlite => format!("{column} IN (SELECT value FROM json_each(?))"),
            Dialect::Postgres => format!("{column} = ANY(?)"),
        }
    }

    /// Whether a column is one of the ids that are bound next.
    pub fn among_ids(self, column: &str) -> String {
        match self {
            Dialect::Sqlite => format!("{column} IN (SELECT unhex(value) FROM json_each(?))"),
            Dialect::Postgres => format!("{column} = ANY(?)"),
        }
    }

    /// A join whose left side is walked along and whose right side is looked up. SQLite would turn it round where it
    /// thinks that pays; PostgreSQL knows the tables' sizes.
    pub fn lookup(self) -> &'static str {
        match self {
            Dialect::Sqlite => "CROSS JOIN",
            Dialect::Postgres => "JOIN",
        }
    }

    /// Which index of SQLite is used, where its own choice would depend on what is in the tables.
    pub fn hint(self, index: &'static str) -> &'static str {
        match self {
            Dialect::Sqlite => index,
            Dialect::Postgres => "",
        }
    }

    /// ` FROM … WHERE …`: the keys that were revoked, or the others, as `k`, along an index. PostgreSQL finds it by the
    /// conditions and the order.
    pub fn keys_along(self, index: &str, revoked: bool) -> String {
        let is = if revoked { "IS NOT NULL" } else { "IS NULL" };
        match self {
            Dialect::Sqlite => format!(" FROM keys AS k INDEXED BY {index} WHERE k.revoked_at {is}"),
            Dialect::Postgres => format!(" FROM keys AS k WHERE k.revoked_at {is}"),
        }
    }

    /// ` FROM … WHERE …`: those keys whose numbers are bound next, as far as they were revoked, or were not, each joined with
    /// what the caller says.
    pub fn keys_of(self, revoked: bool, join: &str) -> String {
        let is = if revoked { "IS NOT NULL" } else { "IS NULL" };
        match self {
            Dialect::Sqlite => format!(
                " FROM json_each(?) AS c CROSS JOIN keys AS k ON k.seq = c.value{join} WHERE k.revoked_at {is}"
            ),
            Dialect::Postgres => {
                format!(" FROM keys AS k{join} WHERE k.revoked_at {is} AND k.seq = ANY(?)")
            }
        }
    }

    /// At the end of a statement that reads rows to be changed: those that another transaction changes are left out. SQLite has
    /// one such transaction at a time.
    pub fn unless_locked(self) -> &'static str {
        match self {
            Dialect::Sqlite => "",
            Dialect::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// As [`Dialect::hint`], behind a table.
    pub fn indexed_by(self, index: &str) -> String {
        match self {
            Dialect::Sqlite => format!(" INDEXED BY {index}"),
            Dialect::Postgres => String::new(),
        }
    }

    /// An id that nothing has.
    pub fn nil_id(self) -> &'static str {
        match self {
            Dialect::Sqlite => "zeroblob(16)",
            Dialect::Postgres => "CAST('00000000-0000-0000-0000-000000000000' AS uuid)",
        }
    }

    /// What stands before a column that decides, but by which rows are not to be found: SQLite would walk along it from
    /// its beginning, instead of from the place where a page begins.
    pub fn beside_index(self) -> &'static str {
        match self {
            Dialect::Sqlite => "+",
            Dialect::Postgres => "",
        }
    }

    /// What sorts after every name.
    pub fn after_text(self) -> Value<'static> {
        match self {
            // Every text is before every blob.
            Dialect::Sqlite => Value::Bytes(Cow::Borrowed(&[])),
            Dialect::Postgres => String::from_iter([LAST; 101]).into(),
        }
    }

    /// Whether the number of a row is looked up before the statement that needs it. In SQLite that leaves one walk along
    /// an index; in PostgreSQL it would be one more way there and back.
    pub fn looks_up_first(self) -> bool {
        self == Dialect::Sqlite
    }

    /// What is joined to the row `r`, so that the document in its text column can be looked into as `d.document`.
    /// PostgreSQL would read the text again for each member.
    pub fn document(self, column: &str) -> String {
        match self {
            Dialect::Sqlite => String::new(),
            Dialect::Postgres => {
                format!("CROSS JOIN LATERAL (SELECT CAST(r.{column} AS jsonb) AS document OFFSET 0) AS d")
            }
        }
    }

    /// A member of that document, as the column of another table that it is meant for.
    pub fn member(self, column: &str, of: &Column) -> String {
        match self {
            Dialect::Sqlite => format!("r.{column} ->> '$.{}'", of.name),
            Dialect::Postgres => format!("CAST(d.document ->> '{}' AS {})", of.name, of.kind.in_postgres()),
        }
    }

    /// What lets the statements of a transaction take longer than others may, and the pauses between them. As tables grow by
    /// many times in it, each statement, those of triggers too, is planned for what there is now, and along indexes.
    pub fn takes_long(self) -> Option<&'static str> {
        match self {
            Dialect::Sqlite => None,
            Dialect::Postgres => Some(
                "SELECT set_config('statement_timeout', '60s', true),
                        set_config('idle_in_transaction_session_timeout', '60s', true),
                        set_config('plan_cache_mode', 'force_custom_plan', true),
                        set_config('enable_seqscan', 'off', true)",
            ),
        }
    }

    /// The time of the database, in microseconds since the epoch. SQLite has no other clock than this machine.
    pub fn clock(self) -> Option<&'static str> {
        match self {
            Dialect::Sqlite => None,
            Dialect::Postgres => Some(NOW),
        }
    }

    /// The limits that are written into statements. PostgreSQL must see a number to know that a walk along an index is
    /// short; but of each statement it is one more that every connection keeps.
    pub fn limits(self) -> Option<[usize; 5]> {
        match self {
            Dialect::Sqlite => None,
            Dialect::Postgres => Some([1, 26, 51, 101, 201]),
        }
    }

    /// The hours from one to another, both bound: what stands before the statement, and the table `h` in it.
    pub fn hours(self) -> [&'static str; 2] {
        match self {
            Dialect::Sqlite => [
                "WITH RECURSIVE hours (hour) AS (VALUES (?) UNION ALL SELECT hour + 1 FROM hours WHERE hour < ?) ",
                "hours AS h",
            ],
            Dialect::Postgres => [
                "",
                "generate_series(CAST(? AS bigint), CAST(? AS bigint)) AS h (hour)",
            ],
        }
    }

    /// Deletes those rows of which the condition holds, at most so many as is bound last.
    pub fn delete_first(self, Table { name, key, .. }: &Table, condition: &str) -> String {
        match self {
            Dialect::Sqlite => format!(
                "DELETE FROM {name} WHERE ({key}) IN (SELECT {key} FROM {name} WHERE {condition} ORDER BY {key} LIMIT ?)"
            ),
            Dialect::Postgres => format!(
                "DELETE FROM {name} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {name} WHERE {condition} LIMIT ?))"
            ),
        }
    }

    /// The statement with its question marks as the engine has them: numbered, in PostgreSQL.
    pub fn rendered(self, sql: &str) -> Cow<'_, str> {
        match self {
            Dialect::Sqlite => sql.into(),
            Dialect::Postgres => numbered(sql).into(),
        }
    }
}

/// `?` is the next value; no text in a statement has one.
fn numbered(sql: &str) -> String {
    let mut numbered = String::with_capacity(sql.len() + 16);
    for (n, piece) in sql.split('?').enumerate() {
        if n > 0 {
            numbered.push('$');
            numbered.push_str(&n.to_string());
        }
        numbered.push_str(piece);
    }
    numbered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn question_marks_are_numbered_for_postgres_alone() {
        let sql = "SELECT 1 FROM keys WHERE id = ? AND ? IN (0, creator)";
        assert_eq!(Dialect::Sqlite.rendered(sql), sql);
        let numbered = "SELECT 1 FROM keys WHERE id = $1 AND $2 IN (0, creator)";
        assert_eq!(Dialect::Postgres.rendered(sql), numbered);
    }
}
