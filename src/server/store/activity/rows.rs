//! Rows of the log by conditions that an index leads to.

use crate::api::{Activity, ActivityAction, ActivityPage, ChainHash, PersonRef, Stated};
use crate::server::store::StoreResult;
use crate::server::store::changes;
use crate::server::store::db::Db;
use crate::server::store::row::{Columns, Read, Row};
use crate::server::store::sql::Sql;
use crate::server::store::value::Value;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use std::cmp::Reverse;

/// The conditions on a row, in numbers of the database.
#[derive(Debug, Clone, Copy, Default)]
pub struct ActivityFilter {
    pub key: Option<i64>,
    pub key_creator: Option<i64>,
    pub actor: Option<i64>,
    pub action: Option<ActivityAction>,
    /// Rows from this number on.
    pub from: Option<i64>,
    pub before: Option<i64>,
}

/// The newest rows that match one of the filters.
pub async fn page_of<D: Db>(db: &D, filters: &[ActivityFilter], limit: usize) -> StoreResult<ActivityPage> {
    let mut items: Vec<Activity> = Vec::new();
    for filter in filters {
        items.extend(filter.select::<D>(limit + 1).all(db).await?);
    }
    items.sort_unstable_by_key(|row| Reverse(row.seq));
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| last.seq);
    Ok(ActivityPage {
        items,
        next,
        ..ActivityPage::default()
    })
}

impl ActivityFilter {
    pub fn select<D: Db>(self, limit: usize) -> Sql<'static> {
        let mut sql = Sql::default();
        let head = format!(
            "SELECT a.seq, a.at, u.id, u.email, a.action, k.id, a.subject, a.changes, a.address, a.entity, a.state,
                    a.baseline, a.hash
               FROM activity AS a {} LEFT JOIN users AS u ON u.seq = a.actor LEFT JOIN keys AS k ON k.seq = a.key
              WHERE true",
            D::DIALECT.hint(self.index())
        );
        sql.push(&head, []);
        let equal: [(&str, Value); 6] = [
            (" AND a.key = ?", self.key.into()),
            (" AND a.key_creator = ?", self.key_creator.into()),
            (" AND a.actor = ?", self.actor.into()),
            (
                " AND a.action = ?",
                self.action.map(|action| action.as_str()).into(),
            ),
            (" AND a.seq >= ?", self.from.into()),
            (" AND a.seq < ?", self.before.into()),
        ];
        for (condition, value) in equal {
            if value != Value::Null {
                sql.push(condition, [value]);
            }
        }
        sql.push(" ORDER BY a.seq DESC", []);
        sql.at_least(D::DIALECT, limit);
        sql
    }

    /// The one that leaves the fewest rows to look at; each has them in the order of `seq`. SQLite's own choice would
    /// depend on what the log holds.
    pub fn index(self) -> &'static str {
        match self {
            ActivityFilter { key: Some(_), .. } => "INDEXED BY activity_by_key",
            ActivityFilter {
                key_creator: Some(_), ..
            } => "INDEXED BY activity_by_key_creator",
            ActivityFilter {
                actor: Some(_),
                action: Some(_),
                ..
            } => "INDEXED BY activity_by_actor_action",
            ActivityFilter { actor: Some(_), .. } => "INDEXED BY activity_by_actor",
            ActivityFilter { action: Some(_), .. } => "INDEXED BY activity_by_action",
            ActivityFilter { .. } => "NOT INDEXED",
        }
    }
}

/// A row that somebody tampered with must not hide the others: what can't be read of it is read as
/// absent, and its hash tells.
impl Read for Activity {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        Ok(Self {
            seq: columns.next()?,
            at: columns.readable().unwrap_or(Timestamp::UNIX_EPOCH),
            actor: match (columns.next()?, columns.shown()) {
                (Some(id), Some(email)) => Some(PersonRef { id, email }),
                _ => None,
            },
            action: columns
                .shown()
                .and_then(|text| text.parse().ok())
                .unwrap_or(ActivityAction::Unknown),
            key: columns.next()?,
            subject: columns.shown().unwrap_or_default(),
            changes: match columns.shown() {
                None => Json::Object(Map::new()),
                Some(json) => changes::read(json),
            },
            address: columns.shown().and_then(|text| text.parse().ok()),
            stated: Stated {
                entity: columns.readable(),
                state: columns.readable(),
                baseline: columns.readable(),
            },
            hash: columns.readable().unwrap_or(ChainHash::START),
        })
    }
}
