//! HourCounts and last uses, into the tables that are asked for them: all of a kind in one statement.

use std::collections::{BTreeMap, HashMap};

use super::newest::{ADDRESS, ORIGIN, SourceTable, keep_newest};
use super::{Tally, Use};
use crate::server::store::StoreResult;
use crate::server::store::clock::Clocks;
use crate::server::store::db::{Db, run_rows, values};
use crate::server::store::for_rows::ForRows;
use crate::server::store::report::ALLOWED;
use crate::server::store::tables::Kind;
use crate::server::store::{refusals, token_uses, weeks};

pub async fn apply(db: &impl Db, tallies: &[&Tally], clocks: Clocks) -> StoreResult<()> {
    let mut counts = HourCounts::default();
    for tally in tallies {
        let hour = clocks.dated_hour(tally.hour);
        counts.add(hour, tally.key, ALLOWED, tally.allowed.into());
        for (rule, n) in &tally.refused {
            counts.add(hour, tally.key, rule, i64::from(*n));
        }
    }
    count(db, counts).await?;
    weeks::apply(db, tallies, clocks).await?;
    note_last(db, tallies, clocks).await?;
    note_refused(db, tallies, clocks).await?;
    token_uses::apply(db, tallies.iter().copied(), clocks).await?;
    note_sources(db, tallies, clocks).await?;
    refusals::apply(db, tallies, clocks).await
}

/// How many requests there were, by hour, key and rule.
#[derive(Default)]
pub struct HourCounts<'a>(BTreeMap<(u32, i64, &'a str), i64>);

impl<'a> HourCounts<'a> {
    pub fn add(&mut self, hour: u32, key: i64, rule: &'a str, n: i64) {
        if n > 0 {
            *self.0.entry((hour, key, rule)).or_default() += n;
        }
    }
}

static COUNT: ForRows = ForRows::new(
    &[
        ("hour", Kind::Number),
        ("key", Kind::Number),
        ("rule", Kind::Text),
        ("n", Kind::Number),
    ],
    "INSERT INTO usage_hours (hour, key, rule, n) SELECT {hour}, {key}, {rule}, {n} FROM {rows} WHERE true
         ON CONFLICT (hour, key, rule) DO UPDATE SET n = usage_hours.n + excluded.n",
);

/// Adds these to what is stored.
pub async fn count(db: &impl Db, counts: HourCounts<'_>) -> StoreResult<()> {
    let rows = counts.0.into_iter();
    let rows = rows.map(|((hour, key, rule), n)| values![hour, key, rule, n].to_vec());
    run_rows(db, &COUNT, rows.collect(), &[]).await.map(drop)
}

static NOTE_LAST: ForRows = ForRows::new(
    &[
        ("key", Kind::Number),
        ("at", Kind::Number),
        ("address", Kind::Text),
        ("origin", Kind::Text),
    ],
    "UPDATE keys SET last_used_at = {at}, last_address = {address}, last_origin = {origin} FROM {rows}
      WHERE seq = {key} AND (last_used_at <= {at} OR last_used_at > ?)",
);

/// The newest use of each key. One that is noted as in the future, from a clock that was ahead, gives way to any.
async fn note_last(db: &impl Db, tallies: &[&Tally], clocks: Clocks) -> StoreResult<()> {
    let mut newest: HashMap<i64, &Use> = HashMap::new();
    for (key, used) in uses(tallies) {
        let known = newest.entry(key).or_insert(used);
        if known.at < used.at {
            *known = used;
        }
    }
    let rows = newest.into_iter().map(|(key, used)| {
        let at = clocks.dated(used.at);
        values![key, at, used.address, used.origin.as_deref()].to_vec()
    });
    run_rows(db, &NOTE_LAST, rows.collect(), values![clocks.future()])
        .await
        .map(drop)
}

fn uses<'a>(tallies: &'a [&Tally]) -> impl Iterator<Item = (i64, &'a Use)> {
    let of_key = |tally: &&'a Tally| tally.uses.iter().map(|used| (tally.key, used));
    tallies.iter().flat_map(of_key)
}

static NOTE_REFUSED: ForRows = ForRows::new(
    &[("key", Kind::Number), ("at", Kind::Number)],
    "UPDATE keys SET last_refused_at = {at} FROM {rows}
      WHERE seq = {key} AND (last_refused_at < {at} OR last_refused_at > ?)",
);

async fn note_refused(db: &impl Db, tallies: &[&Tally], clocks: Clocks) -> StoreResult<()> {
    let mut newest: HashMap<i64, i64> = HashMap::new();
    for tally in tallies.iter().filter(|tally| tally.last_refused_at > 0) {
        let known = newest.entry(tally.key).or_default();
        *known = clocks.dated(tally.last_refused_at).max(*known);
    }
    let rows = newest.into_iter().map(|(key, at)| values![key, at].to_vec());
    run_rows(db, &NOTE_REFUSED, rows.collect(), values![clocks.future()])
        .await
        .map(drop)
}

const USED_FROM: SourceTable = SourceTable {
    table: "key_sources",
    seen_at: "last_used_at",
};

static NOTE_SOURCES: ForRows = ForRows::new(
    &[
        ("key", Kind::Number),
        ("kind", Kind::Small),
        ("name", Kind::Text),
        ("at", Kind::Number),
    ],
    "INSERT INTO key_sources (key, kind, name, last_used_at) SELECT {key}, {kind}, {name}, {at} FROM {rows} WHERE true
         ON CONFLICT (key, kind, name) DO UPDATE SET last_used_at = excluded.last_used_at
             WHERE key_sources.last_used_at < excluded.last_used_at",
);

/// A source that is new takes the place of the one that was seen the longest ago.
async fn note_sources(db: &impl Db, tallies: &[&Tally], clocks: Clocks) -> StoreResult<()> {
    let mut newest: BTreeMap<(i64, i64, String), i64> = BTreeMap::new();
    for (key, used) in uses(tallies) {
        let origin = used.origin.as_deref().map(|origin| (ORIGIN, origin.to_owned()));
        let address = used.address.map(|address| (ADDRESS, address.to_string()));
        for (kind, name) in origin.into_iter().chain(address) {
            let known = newest.entry((key, kind, name)).or_default();
            *known = clocks.dated(used.at).max(*known);
        }
    }
    if newest.is_empty() {
        return Ok(());
    }
    let mut keys: Vec<i64> = newest.keys().map(|(key, ..)| *key).collect();
    keys.dedup();
    let rows = newest.into_iter();
    let rows = rows.map(|((key, kind, name), at)| values![key, kind, name, at].to_vec());
    run_rows(db, &NOTE_SOURCES, rows.collect(), &[]).await?;
    keep_newest(db, USED_FROM, keys).await
}
