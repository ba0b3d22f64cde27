//! The activity log as it is read: pages newest first, its newest row, and the events that subscribers are notified of.
//! For whatever is asked there is an index in the order of `seq`.

use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::Map;
use uuid::Uuid;

use super::changes::{Subject, event_of};
use super::db::{Change, Db, one, values};
use super::people::find_user;
use super::row::{Columns, Read, Row};
use super::value::Value;
use super::{ChangeRecord, Changed, StoreError, StoreResult, Visible};
use crate::api::{ActivityAction, ActivityHead, ActivityPage, ActivityQuery, DEFAULT_LIMIT};
use crate::model::compared;

mod rows;
mod search;

pub use self::rows::ActivityFilter;
use self::rows::page_of;

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
