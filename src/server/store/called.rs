//! Projects and people by what they are called: a whole name first, then those that have it within. They are few, so that
//! looking at each name is cheap.

use uuid::Uuid;

use super::db::Db;
use super::dialect::Dialect;
use super::row::{Columns, Read, Row};
use super::sql::Sql;
use super::value::Value;
use super::{StoreResult, Visible};
use crate::model::compared;

/// The most that are found.
pub const MOST_CALLED: usize = 25;

/// A project or a person that may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    pub id: Uuid,
    /// Of a project its name, of a person the email address.
    pub name: String,
    /// Who created a project.
    pub creator: Option<String>,
    /// How well it fits: 0 when it is called so, 1 when that is what stands before the `@` of an address, 2 when it is a
    /// part.
    pub rank: i64,
}

impl Read for Called {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        Ok(Self {
            id: columns.next()?,
            name: columns.next()?,
            creator: columns.next()?,
            rank: columns.next()?,
        })
    }
}

/// The projects that may be seen and are called so, the best ones first.
pub async fn projects<D: Db>(db: &D, text: &str, visible: Visible) -> StoreResult<Vec<Called>> {
    let folded = compared(text);
    let mut sql = Sql::default();
    sql.push(
        "SELECT p.id, p.name, u.email, CASE WHEN p.name_key = ? THEN 0 ELSE 2 END AS rank
           FROM projects AS p JOIN users AS u ON u.seq = p.creator WHERE p.removed_at IS NULL",
        [Value::sought(&folded)],
    );
    only(&mut sql, visible);
    has(D::DIALECT, &mut sql, "p.name_key", &folded);
    sql.push(" ORDER BY rank, p.name_key, p.id", []);
    sql.at_least(D::DIALECT, MOST_CALLED);
    sql.all(db).await
}

/// The people who created keys that may be seen, revoked or not, and are called so, the best ones first. Others are told to
/// nobody.
pub async fn creators<D: Db>(db: &D, text: &str, visible: Visible) -> StoreResult<Vec<Called>> {
    let folded = compared(text);
    let begins = D::DIALECT.begins("u.email_key");
    let mut sql = Sql::default();
    sql.push(
        &format!(
            "SELECT u.id, u.email, CAST(NULL AS text),
                    CASE WHEN u.email_key = ? THEN 0 WHEN {begins} THEN 1 ELSE 2 END AS rank
               FROM users AS u
              WHERE (EXISTS (SELECT 1 FROM keys AS k WHERE k.creator = u.seq AND k.revoked_at IS NULL)
                     OR EXISTS (SELECT 1 FROM keys AS k WHERE k.creator = u.seq AND k.revoked_at IS NOT NULL))"
        ),
        [
            Value::sought(&folded),
            Value::sought(&format!("{}@", folded.trim_end_matches('@'))),
        ],
    );
    only(&mut sql, visible);
    has(D::DIALECT, &mut sql, "u.email_key", &folded);
    sql.push(" ORDER BY rank, u.email_key, u.id", []);
    sql.at_least(D::DIALECT, MOST_CALLED);
    sql.all(db).await
}

/// Only what is the caller's, where they see nothing else.
fn only(sql: &mut Sql<'_>, visible: Visible) {
    if let Visible::CreatedBy(user) = visible {
        sql.push(" AND u.id = ?", [user.into()]);
    }
}

fn has(dialect: Dialect, sql: &mut Sql<'_>, column: &str, folded: &str) {
    let has = format!(" AND {}", dialect.contains(column));
    sql.push(&has, [Value::sought(folded)]);
}
