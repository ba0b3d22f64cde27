//! SQLite, as operations see it: what they ask for is there before they wait for it.

use std::future::ready;
use std::net::IpAddr;

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row as SqliteRow, params_from_iter};
use uuid::Uuid;

use super::chain;
use crate::server::store::acting::Acting;
use crate::server::store::changes::Subject;
use crate::server::store::db::{Change, Db, at_once};
use crate::server::store::dialect::Dialect;
use crate::server::store::for_rows::ForRows;
use crate::server::store::row::{Read, Row, read};
use crate::server::store::value::Value;
use crate::server::store::{Actor, StoreError, StoreResult, people};

impl Db for Connection {
    const DIALECT: Dialect = Dialect::Sqlite;

    fn all<T: Read + Send>(
        &self,
        sql: &str,
        values: &[Value<'_>],
    ) -> impl Future<Output = StoreResult<Vec<T>>> + Send {
        ready(all(self, sql, values))
    }

    fn maybe<T: Read + Send>(
        &self,
        sql: &str,
        values: &[Value<'_>],
    ) -> impl Future<Output = StoreResult<Option<T>>> + Send {
        ready(first(self, sql, values))
    }

    fn run(&self, sql: &str, values: &[Value<'_>]) -> impl Future<Output = StoreResult<u64>> + Send {
        let run = || Ok(self.prepare_cached(sql)?.execute(params_from_iter(values))? as u64);
        ready(run())
    }

    fn run_rows(
        &self,
        statement: &ForRows,
        rows: &[Vec<Value<'_>>],
        same: &[Value<'_>],
    ) -> impl Future<Output = StoreResult<u64>> + Send {
        let run = || {
            let mut statement = self.prepare_cached(statement.rendered(Self::DIALECT))?;
            let changed = rows
                .iter()
                .map(|row| statement.execute(params_from_iter(row.iter().chain(same))));
            Ok(changed.sum::<rusqlite::Result<usize>>()? as u64)
        };
        ready(run())
    }
}

fn all<T: Read>(conn: &Connection, sql: &str, values: &[Value<'_>]) -> StoreResult<Vec<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

fn first<T: Read>(conn: &Connection, sql: &str, values: &[Value<'_>]) -> StoreResult<Option<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    rows.next()?.map(read).transpose()
}

impl Row for SqliteRow<'_> {
    fn number(&self, index: usize) -> StoreResult<Option<i64>> {
        Ok(self.get(index)?)
    }

    fn flag(&self, index: usize) -> StoreResult<Option<bool>> {
        Ok(self.get(index)?)
    }

    fn text(&self, index: usize) -> StoreResult<Option<&str>> {
        let text = self.get_ref(index)?.as_str_or_null();
        Ok(text.map_err(rusqlite::Error::from)?)
    }

    fn bytes(&self, index: usize) -> StoreResult<Option<&[u8]>> {
        let bytes = self.get_ref(index)?.as_blob_or_null();
        Ok(bytes.map_err(rusqlite::Error::from)?)
    }

    fn id(&self, index: usize) -> StoreResult<Option<Uuid>> {
        Ok(match self.get_ref(index)? {
            ValueRef::Null => None,
            _ => Some(Uuid::from_bytes(self.get(index)?)),
        })
    }

    fn shown(&self, index: usize) -> Option<String> {
        match self.get_ref(index) {
            Ok(ValueRef::Text(bytes)) => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        }
    }

    fn values(&self) -> StoreResult<Vec<Value<'static>>> {
        let columns = 0..self.as_ref().column_count();
        let values = columns.map(|index| Value::in_sqlite(self, index));
        Ok(values.collect::<rusqlite::Result<_>>()?)
    }
}

/// A change, in the writer's transaction.
pub struct SqliteChange<'a> {
    conn: &'a Connection,
    now: Timestamp,
    actor: Option<Acting>,
    told: Vec<(Option<IpAddr>, Subject<'static>)>,
}

/// Runs `work` as a change of `by`, if they may still act; `None`: without a caller. It is made now, unless it is told when.
pub fn change<T>(
    conn: &Connection,
    by: Option<Actor>,
    at: Option<Timestamp>,
    work: impl FnOnce(&mut SqliteChange) -> StoreResult<T>,
) -> StoreResult<T> {
    let mut change = SqliteChange {
        conn,
        now: at.unwrap_or_else(now),
        actor: by.map(|by| at_once(people::acting(conn, by))).transpose()?,
        told: Vec::new(),
    };
    let done = work(&mut change)?;
    change.write_log()?;
    Ok(done)
}

/// As exactly as it is stored.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}

impl Change for SqliteChange<'_> {
    type Db = Connection;

    fn db(&self) -> &Connection {
        self.conn
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

    fn write_down(&mut self) -> impl Future<Output = StoreResult<()>> + Send {
        ready(self.write_log())
    }

    fn record(&mut self, subject: Subject<'_>) {
        let address = self.actor.as_ref().and_then(|actor| actor.address);
        self.record_from(address, subject);
    }

    fn record_from(&mut self, address: Option<IpAddr>, subject: Subject<'_>) {
        self.told.push((address, subject.into_owned()));
    }
}

impl SqliteChange<'_> {
    fn write_log(&mut self) -> StoreResult<()> {
        if self.told.is_empty() {
            return Ok(());
        }
        let by = self.actor.as_ref().map(|actor| actor.seq);
        chain::extend(self.conn, |log| log.append_all(self.now, by, self.told.drain(..)))
    }
}
