//! The activity log: pages newest first, its newest row, and what those who listen may want to hear
//! of. For whatever is asked there is an index in the order of `seq`.

use std::cmp::Reverse;
use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio_postgres::Row;
use uuid::Uuid;

use super::ask::{self, Db};
use super::change::Change;
use super::people::find_user;
use super::rows::{hash, time};
use super::sql::{Bound, Sql};
use crate::api::{
    Activity, ActivityAction, ActivityHead, ActivityPage, ActivityQuery, ChainHash, DEFAULT_LIMIT, PersonRef,
    Stated,
};
use crate::model::compared;
use crate::server::store::changes::{self, Subject, heard};
use crate::server::store::{ChangeRecord, Changed, StoreError, StoreResult, Visible};

/// The conditions on a row, in numbers of the database.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    pub key: Option<i64>,
    pub key_creator: Option<i64>,
    pub actor: Option<i64>,
    pub action: Option<ActivityAction>,
    pub before: Option<i64>,
}

pub async fn page(db: &impl Db, query: &ActivityQuery, visible: Visible) -> StoreResult<ActivityPage> {
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT) as usize;
    let mut items = Vec::new();
    for filter in filters(db, query, visible).await? {
        let rows = filter.select(limit + 1).all(db).await?;
        let read: StoreResult<Vec<Activity>> = rows.iter().map(activity).collect();
        items.extend(read?);
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
async fn filters(db: &impl Db, query: &ActivityQuery, visible: Visible) -> StoreResult<Vec<Filter>> {
    let mut filter = Filter {
        action: query.action,
        before: query.before.map(|seq| seq.min(i64::MAX as u64) as i64),
        ..Filter::default()
    };
    if let Visible::CreatedBy(user) = visible {
        filter.key_creator = find_user(db, user).await?;
        if filter.key_creator.is_none() {
            return Ok(Vec::new());
        }
    }
    if let Some(id) = query.key {
        let Some(row) = ask::maybe(db, "SELECT seq FROM keys WHERE id = $1", &[&id]).await? else {
            return Ok(Vec::new());
        };
        filter.key = Some(row.try_get(0)?);
    }
    let Some(text) = &query.actor else {
        return Ok(vec![filter]);
    };
    let of = |actor| Filter {
        actor: Some(actor),
        ..filter
    };
    Ok(people(db, text).await?.into_iter().map(of).collect())
}

/// Who has this id, or has or had this email address; removed people too.
async fn people(db: &impl Db, text: &str) -> StoreResult<Vec<i64>> {
    if let Ok(id) = text.parse::<Uuid>() {
        return Ok(find_user(db, id).await?.into_iter().collect());
    }
    let mut sql = Sql::default();
    sql.push(
        "SELECT seq FROM users WHERE email_key = ?",
        [compared(text).into()],
    );
    let rows = sql.all(db).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

impl Filter {
    pub fn select(self, limit: usize) -> Sql {
        let mut sql = Sql::new(
            "SELECT a.seq, a.at, u.id, u.email, a.action, k.id, a.subject, a.changes, a.address, a.hash,
                    a.entity, a.state, a.baseline
               FROM activity AS a LEFT JOIN users AS u ON u.seq = a.actor LEFT JOIN keys AS k ON k.seq = a.key
              WHERE true"
                .into(),
        );
        let numbers = [
            (" AND a.key = ?", self.key),
            (" AND a.key_creator = ?", self.key_creator),
            (" AND a.actor = ?", self.actor),
            (" AND a.seq < ?", self.before),
        ];
        for (condition, number) in numbers {
            if let Some(number) = number {
                sql.push(condition, [Bound::Number(number)]);
            }
        }
        if let Some(action) = self.action {
            sql.push(" AND a.action = ?", [action.as_str().to_owned().into()]);
        }
        sql.push(" ORDER BY a.seq DESC", []);
        sql.at_least(limit);
        sql
    }
}

/// A row that somebody tampered with must not hide the others: what can't be read of it is read as
/// absent, and its hash tells.
fn activity(row: &Row) -> StoreResult<Activity> {
    let text = |index| row.try_get::<_, Option<String>>(index).ok().flatten();
    Ok(Activity {
        seq: row.try_get::<_, i64>(0)? as u64,
        at: time(row, 1).unwrap_or(Timestamp::UNIX_EPOCH),
        actor: match (row.try_get(2)?, text(3)) {
            (Some(id), Some(email)) => Some(PersonRef { id, email }),
            _ => None,
        },
        action: text(4)
            .and_then(|text| text.parse().ok())
            .unwrap_or(ActivityAction::Unknown),
        key: row.try_get(5)?,
        subject: text(6).unwrap_or_default(),
        changes: match text(7) {
            None => Value::Object(Map::new()),
            Some(json) => changes::read(json),
        },
        address: text(8).and_then(|text| text.parse().ok()),
        stated: Stated {
            entity: row.try_get(10).ok().flatten(),
            state: hash(row, 11).ok().map(ChainHash),
            baseline: hash(row, 12).ok().map(ChainHash),
        },
        hash: hash(row, 9).map_or(ChainHash::START, ChainHash),
    })
}

/// The newest row, as it was noted when it was written.
pub async fn head(db: &impl Db) -> StoreResult<ActivityHead> {
    let headless = || StoreError::Fault("the activity log has lost the note of its newest row".into());
    let row = ask::maybe(db, "SELECT seq, hash FROM activity_head", &[]).await?;
    let row = row.ok_or_else(headless)?;
    Ok(ActivityHead {
        seq: row.try_get::<_, i64>(0)? as u64,
        hash: ChainHash(hash(&row, 1)?),
    })
}

pub async fn changes_since(db: &impl Db, seq: u64, limit: u32) -> StoreResult<Vec<ChangeRecord>> {
    let sql = "SELECT a.seq, a.action, k.id, u.id
                 FROM activity AS a LEFT JOIN keys AS k ON k.seq = a.key LEFT JOIN users AS u ON u.seq = a.key_creator
                WHERE a.seq > $1 ORDER BY a.seq LIMIT $2";
    let seq = seq.min(i64::MAX as u64) as i64;
    let rows = ask::all(db, sql, &[&seq, &i64::from(limit)]).await?;
    let change = |row: &Row| {
        Ok(ChangeRecord {
            seq: row.try_get::<_, i64>(0)? as u64,
            what: changed(row)?,
        })
    };
    rows.iter().map(change).collect()
}

fn changed(row: &Row) -> StoreResult<Changed> {
    let kind = match heard(row.try_get(1)?) {
        Ok(kind) => kind,
        Err(other) => return Ok(other),
    };
    let ids = row.try_get::<_, Option<Uuid>>(2)?.zip(row.try_get(3)?);
    Ok(ids.map_or(Changed::Log, |(key, creator)| Changed::Key { kind, key, creator }))
}

pub async fn last_seq(db: &impl Db) -> StoreResult<u64> {
    let row = ask::one(db, "SELECT coalesce(max(seq), 0) FROM activity", &[]).await?;
    Ok(row.try_get::<_, i64>(0)? as u64)
}

pub async fn refuse_sign_in(change: &mut Change<'_>, from: Option<IpAddr>) -> StoreResult<()> {
    let subject = Subject::of(ActivityAction::SignInRefused, "", Map::new());
    change.record_from(from, subject);
    Ok(())
}
