//! Pages of the log, newest first: whatever is asked for has an index that is named here, since the
//! engine's own choice would depend on what the log holds.

use std::cmp::Reverse;

use jiff::Timestamp;
use rusqlite::types::{Value as Sql, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::api::{
    Activity, ActivityAction, ActivityPage, ActivityQuery, ChainHash, DEFAULT_LIMIT, PersonRef, Stated,
};
use crate::model::compared;
use crate::server::store::changes;
use crate::server::store::sqlite::filter::Clause;
use crate::server::store::sqlite::people::find_user;
use crate::server::store::sqlite::rows::time;
use crate::server::store::{StoreResult, Visible};

/// The conditions on a row, in numbers of the database.
#[derive(Debug, Clone, Copy, Default)]
struct Filter {
    key: Option<i64>,
    key_creator: Option<i64>,
    actor: Option<i64>,
    action: Option<ActivityAction>,
    before: Option<i64>,
}

/// Whether an index leads to matching rows alone. Otherwise many may have to be looked at for a few.
pub fn is_quick(query: &ActivityQuery, visible: Visible) -> bool {
    let by_actor_or_action = query.actor.is_some() || query.action.is_some();
    let conditions = [query.key.is_some(), visible != Visible::All, by_actor_or_action];
    conditions.into_iter().filter(|is_set| *is_set).count() <= 1
}

pub fn page(conn: &Connection, query: &ActivityQuery, visible: Visible) -> StoreResult<ActivityPage> {
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT) as usize;
    let mut items = Vec::new();
    for filter in filters(conn, query, visible)? {
        let clause = filter.clause(limit + 1);
        let mut statement = conn.prepare_cached(&clause.sql)?;
        let rows = statement.query_map(params_from_iter(clause.values), activity)?;
        items.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
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

/// One for each person that is meant: several may have had one address, one after the other. None
/// when no row can match.
fn filters(conn: &Connection, query: &ActivityQuery, visible: Visible) -> StoreResult<Vec<Filter>> {
    let mut filter = Filter {
        action: query.action,
        before: query.before.map(|seq| seq.min(i64::MAX as u64) as i64),
        ..Filter::default()
    };
    if let Visible::CreatedBy(user) = visible {
        filter.key_creator = find_user(conn, user)?;
        if filter.key_creator.is_none() {
            return Ok(Vec::new());
        }
    }
    if let Some(id) = query.key {
        filter.key = find_key(conn, id)?;
        if filter.key.is_none() {
            return Ok(Vec::new());
        }
    }
    let Some(text) = &query.actor else {
        return Ok(vec![filter]);
    };
    let of = |actor| Filter {
        actor: Some(actor),
        ..filter
    };
    Ok(people(conn, text)?.into_iter().map(of).collect())
}

fn find_key(conn: &Connection, id: Uuid) -> StoreResult<Option<i64>> {
    let mut statement = conn.prepare_cached("SELECT seq FROM keys WHERE id = ?")?;
    Ok(statement
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?)
}

/// Who has this id, or has or had this email address; removed people too.
fn people(conn: &Connection, text: &str) -> StoreResult<Vec<i64>> {
    if let Ok(id) = text.parse() {
        return Ok(find_user(conn, id)?.into_iter().collect());
    }
    let mut statement =
        conn.prepare_cached("SELECT seq FROM users INDEXED BY users_by_email_ever WHERE email_key = ?")?;
    let people = statement.query_map([compared(text)], |row| row.get(0))?;
    Ok(people.collect::<rusqlite::Result<_>>()?)
}

impl Filter {
    fn clause(self, limit: usize) -> Clause {
        let mut clause = Clause::default();
        let head = format!(
            "SELECT a.seq, a.at, u.id, u.email, a.action, k.id, a.subject, a.changes, a.address, a.hash,
                    a.entity, a.state, a.baseline
               FROM activity AS a {} LEFT JOIN users AS u ON u.seq = a.actor LEFT JOIN keys AS k ON k.seq = a.key
              WHERE true",
            self.index()
        );
        clause.push(&head, []);
        let equal = [
            (" AND a.key = ?", self.key.map(Sql::Integer)),
            (" AND a.key_creator = ?", self.key_creator.map(Sql::Integer)),
            (" AND a.actor = ?", self.actor.map(Sql::Integer)),
            (
                " AND a.action = ?",
                self.action.map(|action| Sql::Text(action.as_str().into())),
            ),
            (" AND a.seq < ?", self.before.map(Sql::Integer)),
        ];
        for (sql, value) in equal {
            if let Some(value) = value {
                clause.push(sql, [value]);
            }
        }
        clause.push(" ORDER BY a.seq DESC LIMIT ?", [Sql::Integer(limit as i64)]);
        clause
    }

    /// The one that leaves the fewest rows to look at; each has them in the order of `seq`.
    fn index(self) -> &'static str {
        match self {
            Filter { key: Some(_), .. } => "INDEXED BY activity_by_key",
            Filter {
                key_creator: Some(_), ..
            } => "INDEXED BY activity_by_key_creator",
            Filter {
                actor: Some(_),
                action: Some(_),
                ..
            } => "INDEXED BY activity_by_actor_action",
            Filter { actor: Some(_), .. } => "INDEXED BY activity_by_actor",
            Filter { action: Some(_), .. } => "INDEXED BY activity_by_action",
            Filter { .. } => "NOT INDEXED",
        }
    }
}

/// A row that somebody tampered with must not hide the others: what can't be read of it is read as
/// absent, and its hash tells.
fn activity(row: &Row) -> rusqlite::Result<Activity> {
    Ok(Activity {
        seq: row.get::<_, i64>(0)? as u64,
        at: time(row, 1).unwrap_or(Timestamp::UNIX_EPOCH),
        actor: match (row.get(2)?, text(row, 3)?) {
            (Some(id), Some(email)) => Some(PersonRef {
                id: Uuid::from_bytes(id),
                email,
            }),
            _ => None,
        },
        action: text(row, 4)?
            .and_then(|text| text.parse().ok())
            .unwrap_or(ActivityAction::Unknown),
        key: row.get::<_, Option<[u8; 16]>>(5)?.map(Uuid::from_bytes),
        subject: text(row, 6)?.unwrap_or_default(),
        changes: match text(row, 7)? {
            None => Value::Object(Map::new()),
            Some(json) => changes::read(json),
        },
        address: text(row, 8)?.and_then(|text| text.parse().ok()),
        stated: Stated {
            entity: row.get(10).ok().flatten().map(Uuid::from_bytes),
            state: row.get(11).ok().flatten().map(ChainHash),
            baseline: row.get(12).ok().flatten().map(ChainHash),
        },
        hash: row.get(9).map_or(ChainHash::START, ChainHash),
    })
}

/// A column of text, or NULL. Bytes that are none are replaced.
fn text(row: &Row, index: usize) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(index)? {
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::store::sqlite::connection;

    /// What SQLite says it will do with the log.
    fn plan(conn: &Connection, filter: Filter) -> Vec<String> {
        let clause = filter.clause(50);
        let mut statement = conn
            .prepare(&format!("EXPLAIN QUERY PLAN {}", clause.sql))
            .unwrap();
        let plan = statement.query_map(params_from_iter(clause.values), |row| row.get(3));
        plan.unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn every_combination_of_filters_uses_an_index_and_sorts_nothing() {
        let conn = connection::in_memory(connection::NEWEST).unwrap();
        let pick = |bits: u32, bit: u32, value: i64| (bits & bit != 0).then_some(value);
        for bits in 0..32 {
            let filter = Filter {
                key: pick(bits, 1, 1),
                key_creator: pick(bits, 2, 2),
                actor: pick(bits, 4, 3),
                action: (bits & 8 != 0).then_some(ActivityAction::KeyRevealed),
                before: pick(bits, 16, 1_000),
            };
            let plan = plan(&conn, filter);
            let expected = match filter.index().strip_prefix("INDEXED BY ") {
                Some(index) => format!("SEARCH a USING INDEX {index} ("),
                None if filter.before.is_some() => "SEARCH a USING INTEGER PRIMARY KEY (rowid<?)".into(),
                None => "SCAN a".into(),
            };
            assert!(plan[0].starts_with(&expected), "{filter:?}: {plan:?}");
            assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{plan:?}");
        }
    }

    #[test]
    fn what_is_quick_looks_at_no_row_in_vain() {
        let conn = connection::in_memory(connection::NEWEST).unwrap();
        for bits in 0..16_u32 {
            let set = |bit| bits & bit != 0;
            let query = ActivityQuery {
                key: set(1).then(Uuid::nil),
                actor: set(4).then(|| "mira@acme.example".into()),
                action: set(8).then_some(ActivityAction::KeyEdited),
                ..ActivityQuery::default()
            };
            let visible = match set(2) {
                true => Visible::CreatedBy(Uuid::nil()),
                false => Visible::All,
            };
            let filter = Filter {
                key: set(1).then_some(1),
                key_creator: set(2).then_some(2),
                actor: set(4).then_some(3),
                action: query.action,
                before: None,
            };
            let in_index = plan(&conn, filter)[0].matches("=?").count();
            let is_exact = in_index == bits.count_ones() as usize;
            assert_eq!(is_quick(&query, visible), is_exact, "{filter:?}");
        }
    }
}
