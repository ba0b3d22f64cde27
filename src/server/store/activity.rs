//! The activity log as it is read: pages newest first, its newest row, and the events that subscribers are notified of.
//! For whatever is asked there is an index in the order of `seq`.

use std::cmp::Reverse;
use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::changes::{self, Subject, event_of};
use super::db::{Change, Db, one, values};
use super::people::find_user;
use super::row::{Columns, Read, Row};
use super::sql::Sql;
use super::value::Value;
use super::{ChangeRecord, Changed, StoreError, StoreResult, Visible};
use crate::api::{
    Activity, ActivityAction, ActivityHead, ActivityPage, ActivityQuery, ChainHash, DEFAULT_LIMIT, PersonRef,
    Stated,
};
use crate::model::compared;

mod search;

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

/// Whether an index leads to matching rows alone. Otherwise many may have to be looked at for a few.
pub fn is_quick(query: &ActivityQuery, visible: Visible) -> bool {
    if query.q.is_some() {
        return false;
    }
    let by_actor_or_action = query.actor.is_some() || query.action.is_some();
    let conditions = [query.key.is_some(), visible != Visible::All, by_actor_or_action];
    conditions.into_iter().filter(|is_set| *is_set).count() <= 1
}

pub async fn page<D: Db>(db: &D, query: &ActivityQuery, visible: Visible) -> StoreResult<ActivityPage> {
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT) as usize;
    let filters = filters(db, query, visible).await?;
    match &query.q {
        Some(words) => search::page(db, &filters, words, limit).await,
        None => page_of(db, &filters, limit).await,
    }
}

/// The newest rows that match one of the filters.
async fn page_of<D: Db>(db: &D, filters: &[ActivityFilter], limit: usize) -> StoreResult<ActivityPage> {
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

/// One for each person that is meant: several may have had one address, one after the other. None
/// when no row can match.
async fn filters(db: &impl Db, query: &ActivityQuery, visible: Visible) -> StoreResult<Vec<ActivityFilter>> {
    let mut filter = ActivityFilter {
        action: query.action,
        before: query.before.map(|seq| seq.min(i64::MAX as u64) as i64),
        ..ActivityFilter::default()
    };
    if let Some(until) = query.until {
        let end = first_at(db, until).await?;
        filter.before = Some(filter.before.map_or(end, |before| before.min(end)));
    }
    if let Some(since) = query.since {
        filter.from = Some(first_at(db, since).await?);
    }
    if let Visible::CreatedBy(user) = visible {
        filter.key_creator = find_user(db, user).await?;
        if filter.key_creator.is_none() {
            return Ok(Vec::new());
        }
    }
    if let Some(id) = query.key {
        filter.key = db.maybe("SELECT seq FROM keys WHERE id = ?", values![id]).await?;
        if filter.key.is_none() {
            return Ok(Vec::new());
        }
    }
    let Some(text) = &query.actor else {
        return Ok(vec![filter]);
    };
    let of = |actor| ActivityFilter {
        actor: Some(actor),
        ..filter
    };
    Ok(people(db, text).await?.into_iter().map(of).collect())
}

/// The number of the first row from this instant on; past the last one when there is none. Rows are in the order of their
/// times, so that few are looked at, and no index is needed.
async fn first_at(db: &impl Db, instant: Timestamp) -> StoreResult<i64> {
    let newest: i64 = one(db, "SELECT coalesce(max(seq), 0) FROM activity", &[]).await?;
    let (mut low, mut high) = (1, newest + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let sql = "SELECT at FROM activity WHERE seq >= ? ORDER BY seq LIMIT 1";
        let at: Option<i64> = db.maybe(sql, values![middle]).await?;
        match at.is_some_and(|at| at < instant.as_microsecond()) {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    Ok(low)
}

/// The people with this id, or who have or had this email address; removed people too.
async fn people<D: Db>(db: &D, text: &str) -> StoreResult<Vec<i64>> {
    if let Ok(id) = text.parse() {
        return Ok(find_user(db, id).await?.into_iter().collect());
    }
    let index = D::DIALECT.hint("INDEXED BY users_by_email_ever");
    let sql = format!("SELECT seq FROM users {index} WHERE email_key = ?");
    db.all(&sql, &[Value::sought(&compared(text))]).await
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

/// The newest row, as it was noted when it was written.
pub async fn head(db: &impl Db) -> StoreResult<ActivityHead> {
    let head = db.maybe("SELECT seq, hash FROM activity_head", &[]).await?;
    let (seq, hash) = head.ok_or_else(head_missing)?;
    Ok(ActivityHead { seq, hash })
}

pub fn head_missing() -> StoreError {
    StoreError::Fault("the activity log has lost the note of its newest row".into())
}

impl Read for ChangeRecord {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let seq = columns.next()?;
        let event = event_of(&columns.shown().unwrap_or_default());
        let (key, creator): (Option<Uuid>, Option<Uuid>) = columns.next()?;
        let what = match (event, key.zip(creator)) {
            (Ok(kind), Some((key, creator))) => Changed::Key { kind, key, creator },
            (Ok(_), None) => Changed::Log,
            (Err(other), _) => other,
        };
        Ok(Self { seq, what })
    }
}

pub async fn changes_since(db: &impl Db, seq: u64, limit: u32) -> StoreResult<Vec<ChangeRecord>> {
    let sql = "SELECT a.seq, a.action, k.id, u.id
                 FROM activity AS a LEFT JOIN keys AS k ON k.seq = a.key LEFT JOIN users AS u ON u.seq = a.key_creator
                WHERE a.seq > ? ORDER BY a.seq LIMIT ?";
    let seq = seq.min(i64::MAX as u64) as i64;
    db.all(sql, values![seq, limit]).await
}

pub async fn last_seq(db: &impl Db) -> StoreResult<u64> {
    one(db, "SELECT coalesce(max(seq), 0) FROM activity", &[]).await
}

/// Records that an invalid token was presented.
pub async fn refuse_sign_in(change: &mut impl Change, from: Option<IpAddr>) -> StoreResult<()> {
    change.record_from(from, Subject::of(ActivityAction::SignInRefused, "", Map::new()));
    Ok(())
}
