//! A change: one transaction that holds the end of the activity log from its first look to its commit.
//! So changes come one after the other, on all servers together, and what one sees still holds when it
//! writes.

use std::collections::HashSet;
use std::net::IpAddr;

use deadpool_postgres::{ClientWrapper, Transaction};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::api::{Activity, ActivityHead, ChainHash, Stated};
use crate::server::store::acting::Acting;
use crate::server::store::activity::head_missing;
use crate::server::store::changes::Subject;
use crate::server::store::db::{self, Db as _, run_rows};
use crate::server::store::dialect::NOW;
use crate::server::store::log_rows::{self, APPEND, values_of};
use crate::server::store::statement::{self, Entity, EntityState};
use crate::server::store::{Actor, StoreError, StoreResult, people};

/// So many rows of the log are written before the end.
const MANY: usize = 1000;

pub struct PostgresChange<'a> {
    pub tx: Transaction<'a>,
    /// When it was begun, by the clock of the database: those of several servers differ.
    pub now: Timestamp,
    head: ActivityHead,
    /// The digest of the baseline, which the next row carries.
    pending: Option<ChainHash>,
    rows: Vec<PendingRow>,
    actor: Option<Acting>,
}

/// What the log has to record. What it states and its hash come at the end, when all is as it is to be.
struct PendingRow {
    row: Activity,
    /// The numbers of the key and of its creator.
    key: Option<(i64, i64)>,
    about: Option<Entity>,
}

impl<'a> db::Change for PostgresChange<'a> {
    type Db = Transaction<'a>;

    fn db(&self) -> &Transaction<'a> {
        &self.tx
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn actor(&self) -> StoreResult<&Acting> {
        let nobody = || StoreError::Fault("a change was made by nobody".into());
        self.actor.as_ref().ok_or_else(nobody)
    }

    fn act_as(&mut self, by: Acting) {
        self.actor = Some(by);
    }

    /// At the end, where there is little: each time is three ways there and back. A hundred thousand rows are not kept in memory.
    async fn write_down(&mut self) -> StoreResult<()> {
        match self.rows.len() < MANY {
            true => Ok(()),
            false => self.write_log().await,
        }
    }

    fn record(&mut self, subject: Subject<'_>) {
        let address = self.actor.as_ref().and_then(|actor| actor.address);
        self.append(address, subject.id, subject);
    }

    fn record_from(&mut self, address: Option<IpAddr>, subject: Subject<'_>) {
        self.append(address, None, subject);
    }
}

impl<'a> PostgresChange<'a> {
    /// What was decided about `by` before the transaction must still be so in it.
    pub async fn begin(client: &'a mut ClientWrapper, by: Option<Actor>) -> StoreResult<PostgresChange<'a>> {
        let mut change = Self::within(client.transaction().await?).await?;
        if let Some(by) = by {
            change.actor = Some(people::acting(&change.tx, by).await?);
        }
        Ok(change)
    }

    /// Without a caller, as the end of a transaction that has begun.
    pub async fn within(tx: Transaction<'a>) -> StoreResult<PostgresChange<'a>> {
        let locked = format!("SELECT seq, hash, {NOW}, pending FROM activity_head FOR UPDATE");
        let head = tx.maybe(&locked, &[]).await?.ok_or_else(head_missing)?;
        let (seq, hash, now, pending): (u64, ChainHash, Timestamp, Option<Vec<u8>>) = head;
        let head = ActivityHead { seq, hash };
        let pending = pending.and_then(|hash| hash.try_into().ok());
        Ok(Self {
            pending: pending.map(ChainHash),
            tx,
            now,
            head,
            rows: Vec::new(),
            actor: None,
        })
    }

    fn append(&mut self, address: Option<IpAddr>, key: Option<Uuid>, subject: Subject) {
        let row = Activity {
            seq: self.head.seq + 1 + self.rows.len() as u64,
            at: self.now,
            actor: self.actor.as_ref().map(|actor| actor.person.clone()),
            address,
            action: subject.action,
            key,
            subject: subject.name.into_owned(),
            changes: Value::Object(subject.changes),
            stated: Stated::default(),
            hash: ChainHash::START,
        };
        self.rows.push(PendingRow {
            row,
            key: subject.key,
            about: subject.about,
        });
    }

    /// Gives each row what it states, and its hash.
    async fn chained(&mut self) -> StoreResult<Vec<PendingRow>> {
        let mut rows = std::mem::take(&mut self.rows);
        let about: HashSet<Entity> = rows.iter().filter_map(|told| told.about).collect();
        let states = statement::of(&self.tx, &about.into_iter().collect::<Vec<_>>()).await?;
        for PendingRow { row, about, .. } in &mut rows {
            let state = about.and_then(|entity| states.get(&entity));
            let statement = state.map(EntityState::statement);
            row.stated = Stated {
                entity: statement.and_then(|statement| statement.entity),
                state: statement.map(|statement| statement.state),
                baseline: self.pending.take(),
            };
            row.hash = row.hash_after(self.head.hash);
            self.head = ActivityHead {
                seq: row.seq,
                hash: row.hash,
            };
        }
        Ok(rows)
    }

    /// Returns once it is durable.
    pub async fn commit(mut self) -> StoreResult<()> {
        if !self.rows.is_empty() {
            self.write_log().await?;
        }
        self.tx.commit().await.map_err(StoreError::at_commit)
    }

    /// Those of them that wait, in one statement: a person who is removed may leave thousands.
    async fn write_log(&mut self) -> StoreResult<()> {
        let rows = self.chained().await?;
        let actor = self.actor.as_ref().map(|actor| actor.seq);
        let rows = rows.iter().map(|told| values_of(&told.row, actor, told.key));
        run_rows(&self.tx, &APPEND, rows.collect(), &[]).await?;
        log_rows::note(&self.tx, self.head, self.pending).await
    }
}
