//! Counts and last uses, into the tables that are asked for them: all of a kind in one statement.

use std::collections::HashMap;

use crate::server::store::clock::Clocks;
use crate::server::store::postgres::ask;
use crate::server::store::postgres::change::Change;
use crate::server::store::report::{ADDRESS, ALLOWED, ORIGIN};
use crate::server::store::{SOURCES, StoreResult, Tally, Use};

pub async fn apply(change: &Change<'_>, tallies: &[&Tally], clocks: Clocks) -> StoreResult<()> {
    count(change, tallies, clocks).await?;
    note_last(change, tallies, clocks).await?;
    note_refused(change, tallies, clocks).await?;
    note_sources(change, tallies, clocks).await
}

async fn count(change: &Change<'_>, tallies: &[&Tally], clocks: Clocks) -> StoreResult<()> {
    let (mut hours, mut keys, mut rules, mut counts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for tally in tallies {
        let refused = tally.refused.iter().map(|(rule, n)| (rule.as_ref(), *n));
        for (rule, n) in [(ALLOWED, tally.allowed)].into_iter().chain(refused) {
            if n > 0 {
                hours.push(i64::from(clocks.dated_hour(tally.hour)));
                keys.push(tally.key);
                rules.push(rule);
                counts.push(i64::from(n));
            }
        }
    }
    let sql = "INSERT INTO usage_hours (hour, key, rule, n)
               SELECT hour, key, rule, sum(n)
                 FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[]) AS counted (hour, key, rule, n)
                GROUP BY hour, key, rule
                   ON CONFLICT (hour, key, rule) DO UPDATE SET n = usage_hours.n + excluded.n";
    ask::run(&change.tx, sql, &[&hours, &keys, &rules, &counts])
        .await
        .map(drop)
}

/// The newest use of each key. One that is noted as in the future, from a clock that was ahead, gives way to any.
async fn note_last(change: &Change<'_>, tallies: &[&Tally], clocks: Clocks) -> StoreResult<()> {
    let mut newest: HashMap<i64, &Use> = HashMap::new();
    for (key, used) in tallies
        .iter()
        .flat_map(|tally| tally.uses.iter().map(|used| (tally.key, used)))
    {
        let known = newest.entry(key).or_insert(used);
        if known.at < used.at {
            *known = used;
        }
    }
    let keys: Vec<i64> = newest.keys().copied().collect();
    let times: Vec<i64> = newest.values().map(|used| clocks.dated(used.at)).collect();
    let address = |used: &&Use| used.address.map(|address| address.to_string());
    let addresses: Vec<Option<String>> = newest.values().map(address).collect();
    let origins: Vec<Option<&str>> = newest.values().map(|used| used.origin.as_deref()).collect();
    let sql = "UPDATE keys AS k SET last_used_at = used.at, last_address = used.address, last_origin = used.origin
                 FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) AS used (key, at, address, origin)
                WHERE k.seq = used.key AND (k.last_used_at <= used.at OR k.last_used_at > $5)";
    let values: [ask::Value; 5] = [&keys, &times, &addresses, &origins, &clocks.future()];
    ask::run(&change.tx, sql, &values).await.map(drop)
}

async fn note_refused(change: &Change<'_>, tallies: &[&Tally], clocks: Clocks) -> StoreResult<()> {
    let mut newest: HashMap<i64, i64> = HashMap::new();
    for tally in tallies.iter().filter(|tally| tally.last_refused_at > 0) {
        let known = newest.entry(tally.key).or_default();
        *known = clocks.dated(tally.last_refused_at).max(*known);
    }
    if newest.is_empty() {
        return Ok(());
    }
    let (keys, times): (Vec<i64>, Vec<i64>) = newest.into_iter().unzip();
    let sql = "UPDATE keys AS k SET last_refused_at = refused.at
                 FROM unnest($1::bigint[], $2::bigint[]) AS refused (key, at)
                WHERE k.seq = refused.key AND (k.last_refused_at < refused.at OR k.last_refused_at > $3)";
    ask::run(&change.tx, sql, &[&keys, &times, &clocks.future()])
        .await
        .map(drop)
}

/// A source that is new takes the place of the one that was seen the longest ago.
async fn note_sources(change: &Change<'_>, tallies: &[&Tally], clocks: Clocks) -> StoreResult<()> {
    let mut newest: HashMap<(i64, i64, String), i64> = HashMap::new();
    let uses = tallies
        .iter()
        .flat_map(|tally| tally.uses.iter().map(|used| (tally.key, used)));
    for (key, used) in uses {
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
    let (mut keys, mut kinds, mut names, mut times) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for ((key, kind, name), at) in newest {
        keys.push(key);
        kinds.push(kind as i16);
        names.push(name);
        times.push(at);
    }
    let sql = "INSERT INTO key_sources (key, kind, name, last_used_at)
               SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::text[], $4::bigint[])
                   ON CONFLICT (key, kind, name)
                   DO UPDATE SET last_used_at = greatest(key_sources.last_used_at, excluded.last_used_at)";
    ask::run(&change.tx, sql, &[&keys, &kinds, &names, &times]).await?;
    let sql = "DELETE FROM key_sources AS s
                USING (SELECT key, kind, name,
                              row_number() OVER (PARTITION BY key, kind ORDER BY last_used_at DESC, name) AS place
                         FROM key_sources WHERE key = ANY($1)) AS ranked
                WHERE s.key = ranked.key AND s.kind = ranked.kind AND s.name = ranked.name AND ranked.place > $2";
    ask::run(&change.tx, sql, &[&keys, &(SOURCES as i64)])
        .await
        .map(drop)
}
