//! Reports of leaked keys: each with its rows of the activity log, whose actor is what reported it. Changes come one after
//! the other, so that a report twice at once is one row, and of a report and a revocation at once the revocation stays.

use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::{Map, json};
use strum::IntoEnumIterator;
use uuid::Uuid;

use super::acting::Acting;
use super::changes::Subject;
use super::db::{Change, Db, columns, exists, insert, insert_numbered, one, values};
use super::keys::{KeyBy, NumberedKey, find, record};
use super::row::{Columns, Read, Row, unreadable};
use super::statement::Entity;
use super::tables::{LEAKS, USERS};
use super::value::Value;
use super::{
    Found, KeyRecord, LeakOutcome, LeakRecord, NewLeak, Revocation, RotationEdit, StoreResult, Visible,
    leak_decisions, revocations, rotations, switch,
};
use crate::api::{ActivityAction, DecidedLeak, PersonRef};
use crate::model::{KeyState, LeakDecision, LeakResponse, LeakSource, Role, WhichToken, compared};

/// The most undecided reports of one key; with more, nobody decides better. Whoever has the token of a page can
/// report it under any number of addresses.
const MOST_UNDECIDED: i64 = 20;

/// Of each, whether it is or was the token of a key.
pub async fn report(
    change: &mut impl Change,
    source: LeakSource,
    from: Option<IpAddr>,
    leaks: &[NewLeak],
) -> StoreResult<Vec<bool>> {
    let mut known = Vec::with_capacity(leaks.len());
    for leak in leaks {
        let token = rotations::find_token(change.db(), &leak.token, Visible::All).await?;
        known.push(token.is_some());
        if let Some(token) = token {
            let id = match &token.found {
                Found::Active(key) => key.id,
                Found::Revoked(key) => key.record.id,
            };
            if let Some(key) = find(change.db(), KeyBy::Id(id), Visible::All).await? {
                store(change, (source, from), leak, (key, token.which)).await?;
            }
        }
    }
    Ok(known)
}

async fn store(
    change: &mut impl Change,
    (source, from): (LeakSource, Option<IpAddr>),
    leak: &NewLeak,
    (numbered, token): (NumberedKey, WhichToken),
) -> StoreResult<()> {
    let before = "SELECT 1 FROM leaks WHERE fingerprint = ?";
    if exists(change.db(), before, values![&leak.fingerprint[..]]).await? {
        return Ok(());
    }
    let undecided = "SELECT count(*) FROM leaks WHERE key = ? AND decided_at IS NULL";
    let undecided: i64 = one(change.db(), undecided, values![numbered.seq]).await?;
    if undecided >= MOST_UNDECIDED {
        return Ok(());
    }
    act_as(change, source, from).await?;
    let (key, response) = match numbered.found {
        Found::Revoked(key) => (*key.record, LeakResponse::NotValid),
        Found::Active(key) => {
            let response = LeakResponse::to_leak_of(key.scope, token, key.disabled.is_some());
            (key, response)
        }
    };
    let has_nothing_to_decide = response == LeakResponse::NotValid;
    let row = columns! {
        id: Uuid::now_v7(),
        fingerprint: &leak.fingerprint[..],
        key: numbered.seq,
        source: source.as_str(),
        url: &leak.url,
        note: &leak.note,
        token: token.as_str(),
        reported_at: change.now(),
        response: response.as_str(),
        decided_at: has_nothing_to_decide.then(|| change.now()),
        decision: has_nothing_to_decide.then(|| LeakDecision::None.as_str()),
    };
    insert(change.db(), &LEAKS, row).await?;
    let mut told = Map::from_iter([
        ("token".to_owned(), json!([null, token])),
        ("response".to_owned(), json!([null, response])),
    ]);
    for (field, text) in [("url", &leak.url), ("note", &leak.note)] {
        if !text.is_empty() {
            told.insert(field.to_owned(), json!([null, text]));
        }
    }
    let numbers = (key.id, numbered.seq, numbered.creator);
    record(change, ActivityAction::LeakReported, numbers, &key.name, told);
    match response {
        LeakResponse::Disabled => drop(switch::disable(change, key.id, Some(&source.reason())).await?),
        LeakResponse::OldTokenEnded => {
            rotations::finish(change, key.id, None, RotationEdit::End).await?;
        }
        LeakResponse::AlreadyDisabled | LeakResponse::Told | LeakResponse::NotValid => {}
    }
    Ok(())
}

/// What reports leaks has a row among the people who are gone, so that the log and the key can name it.
async fn act_as(change: &mut impl Change, source: LeakSource, from: Option<IpAddr>) -> StoreResult<()> {
    let known = "SELECT seq, id, email FROM users WHERE email_key = ? AND removed_at IS NOT NULL LIMIT 1";
    let name = source.name();
    let found: Option<(i64, Uuid, String)> = change.db().maybe(known, values![compared(name)]).await?;
    let acting = |seq, id| Acting {
        seq,
        person: PersonRef {
            id,
            email: name.to_owned(),
        },
        address: from,
        visible: Visible::All,
    };
    if let Some((seq, id, _)) = found {
        change.act_as(acting(seq, id));
        return Ok(());
    }
    let (id, now) = (Uuid::now_v7(), change.now());
    let row = columns! {
        id: id,
        email: name,
        email_key: compared(name),
        role: Role::Editor.as_str(),
        created_at: now,
        removed_at: now,
    };
    let seq = insert_numbered(change.db(), &USERS, row).await?;
    change.act_as(acting(seq, id));
    let added = Subject::of(ActivityAction::LeakSourceAdded, name, Map::new());
    change.record(added.about(Entity::Person(id)));
    Ok(())
}

/// Revokes the key, or leaves it.
pub async fn decide(
    change: &mut impl Change,
    id: Uuid,
    decision: LeakDecision,
    reason: Option<&str>,
) -> StoreResult<LeakOutcome> {
    let Some(leak) = one_of(change.db(), id, Visible::All).await? else {
        return Ok(LeakOutcome::Missing);
    };
    if leak.decided.is_some() {
        return Ok(LeakOutcome::AlreadyDecided(Box::new(leak)));
    }
    let Some(key) = find(change.db(), KeyBy::Id(leak.key.id), Visible::All).await? else {
        return Ok(LeakOutcome::Missing);
    };
    let mut told = Map::from_iter([("decision".to_owned(), json!([null, decision]))]);
    if let Some(reason) = reason {
        told.insert("reason".to_owned(), json!([null, reason]));
    }
    let numbers = (leak.key.id, key.seq, key.creator);
    record(change, ActivityAction::LeakDecided, numbers, &leak.key.name, told);
    if decision == LeakDecision::Revoked {
        let why = reason.map_or_else(|| leak.source.reason(), str::to_owned);
        if let Revocation::Revoked = revocations::revoke(change, leak.key.id, Some(&why)).await? {
            return decided(change.db(), id).await;
        }
    }
    let seq: i64 = one(change.db(), "SELECT seq FROM leaks WHERE id = ?", values![id]).await?;
    leak_decisions::of_one(change, seq, decision, reason).await?;
    if decision == LeakDecision::Dismissed {
        release(change, &leak.key, key.seq).await?;
    }
    decided(change.db(), id).await
}

/// A key that a report disabled is enabled again once no report of it is undecided.
async fn release(change: &mut impl Change, key: &KeyRecord, seq: i64) -> StoreResult<()> {
    let by = key.disabled.as_ref().map(|disabled| disabled.by.email.as_str());
    let is_by_report = LeakSource::iter().any(|source| by == Some(source.name()));
    let others = "SELECT 1 FROM leaks WHERE key = ? AND decided_at IS NULL LIMIT 1";
    if is_by_report && key.state == KeyState::Disabled && !exists(change.db(), others, values![seq]).await? {
        switch::enable(change, key.id).await?;
    }
    Ok(())
}

async fn decided(db: &impl Db, id: Uuid) -> StoreResult<LeakOutcome> {
    let leak = one_of(db, id, Visible::All).await?;
    Ok(leak.map_or(LeakOutcome::Missing, |leak| LeakOutcome::Decided(Box::new(leak))))
}

/// The newest first, of those that are older than the report `after`.
pub async fn list<D: Db>(
    db: &D,
    visible: Visible,
    undecided: bool,
    after: Option<Uuid>,
    limit: u32,
) -> StoreResult<Vec<LeakRecord>> {
    let condition = match undecided {
        true => "l.decided_at IS NULL",
        false => "true",
    };
    let (only, mut values) = only(visible);
    let older = match after {
        None => "",
        Some(last) => {
            values.push(last.into());
            "AND l.seq < (SELECT seq FROM leaks WHERE id = ?)"
        }
    };
    values.push(limit.into());
    let sql = format!(
        "{} WHERE {condition} {only} {older} ORDER BY l.seq DESC LIMIT ?",
        select()
    );
    let rows: Vec<LeakRow> = db.all(&sql, &values).await?;
    let mut leaks = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(leak) = row.complete(db).await? {
            leaks.push(leak);
        }
    }
    Ok(leaks)
}

pub async fn one_of<D: Db>(db: &D, id: Uuid, visible: Visible) -> StoreResult<Option<LeakRecord>> {
    let (only, mut values) = only(visible);
    values.insert(0, id.into());
    let sql = format!("{} WHERE l.id = ? {only}", select());
    let row: Option<LeakRow> = db.maybe(&sql, &values).await?;
    match row {
        Some(row) => row.complete(db).await,
        None => Ok(None),
    }
}

fn only(visible: Visible) -> (&'static str, Vec<Value<'static>>) {
    match visible {
        Visible::All => ("", Vec::new()),
        Visible::CreatedBy(user) => (
            "AND k.creator = (SELECT seq FROM users WHERE id = ?)",
            vec![user.into()],
        ),
    }
}

fn select() -> &'static str {
    "SELECT l.id, l.key, l.token, l.source, l.url, l.note, l.reported_at, l.response, l.decided_at, l.decision, l.reason,
            u.id, u.email
       FROM leaks AS l JOIN keys AS k ON k.seq = l.key LEFT JOIN users AS u ON u.seq = l.decided_by"
}

/// A report, its key still a number.
struct LeakRow {
    id: Uuid,
    key: i64,
    token: WhichToken,
    source: LeakSource,
    url: String,
    note: String,
    reported_at: Timestamp,
    response: LeakResponse,
    decided: Option<DecidedLeak>,
}

impl Read for LeakRow {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let (id, key) = columns.next()?;
        let (token, source): (String, String) = columns.next()?;
        let (url, note) = columns.next()?;
        let reported_at = columns.next()?;
        let response: String = columns.next()?;
        let (at, decision, reason): (Option<Timestamp>, Option<String>, String) = columns.next()?;
        let (by, email): (Option<Uuid>, Option<String>) = columns.next()?;
        let decision = decision.map(|decision| decision.parse().map_err(unreadable));
        let by = by.zip(email).map(|(id, email)| PersonRef { id, email });
        let decided = at.zip(decision.transpose()?).map(|(at, decision)| DecidedLeak {
            at,
            by,
            decision,
            reason: Some(reason).filter(|reason| !reason.is_empty()),
        });
        Ok(Self {
            id,
            key,
            token: token.parse().map_err(unreadable)?,
            source: source.parse().map_err(unreadable)?,
            url,
            note,
            reported_at,
            response: response.parse().map_err(unreadable)?,
            decided,
        })
    }
}

impl LeakRow {
    async fn complete(self, db: &impl Db) -> StoreResult<Option<LeakRecord>> {
        let key = find(db, KeyBy::Seq(self.key), Visible::All).await?;
        Ok(key.map(|key| LeakRecord {
            id: self.id,
            key: match key.found {
                Found::Active(key) => key,
                Found::Revoked(key) => *key.record,
            },
            token: self.token,
            source: self.source,
            url: self.url,
            note: self.note,
            reported_at: self.reported_at,
            response: self.response,
            decided: self.decided,
        }))
    }
}
