//! From where keys are refused, and the attempts with a key or token that is no longer valid: written once a second
//! with what else was counted, read with the keys.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::clock::Clocks;
use super::db::{Db, run_rows, values};
use super::for_rows::ForRows;
use super::tables::Kind;
use super::usage::{ADDRESS, ORIGIN, RefusedFrom, SourceTable, keep_newest, source_name};
use super::webhooks::revoked_use;
use super::{KeyRecord, SOURCES, StoreResult, Tally, Use};
use crate::api::{LastUse, RefusedSince, RefusedSource};
use crate::model::{KeyState, Rule};

const REFUSED_FROM: SourceTable = SourceTable {
    table: "refused_sources",
    seen_at: "last_refused_at",
};

static ADD_ENDED: ForRows = ForRows::new(
    &[
        ("key", Kind::Number),
        ("rule", Kind::Text),
        ("n", Kind::Number),
        ("at", Kind::Number),
        ("address", Kind::Text),
        ("origin", Kind::Text),
    ],
    "INSERT INTO ended_uses (key, rule, n, last_used_at, last_address, last_origin)
     SELECT {key}, {rule}, {n}, {at}, {address}, {origin} FROM {rows} WHERE true
         ON CONFLICT (key, rule) DO UPDATE SET
            n = ended_uses.n + excluded.n,
            last_address = CASE WHEN ended_uses.last_used_at <= excluded.last_used_at
                                THEN excluded.last_address ELSE ended_uses.last_address END,
            last_origin = CASE WHEN ended_uses.last_used_at <= excluded.last_used_at
                               THEN excluded.last_origin ELSE ended_uses.last_origin END,
            last_used_at = CASE WHEN ended_uses.last_used_at <= excluded.last_used_at
                                THEN excluded.last_used_at ELSE ended_uses.last_used_at END",
);

static NOTE_SOURCES: ForRows = ForRows::new(
    &[
        ("key", Kind::Number),
        ("kind", Kind::Small),
        ("name", Kind::Text),
        ("rule", Kind::Text),
        ("n", Kind::Number),
        ("at", Kind::Number),
    ],
    "INSERT INTO refused_sources (key, kind, name, rule, n, last_refused_at)
     SELECT {key}, {kind}, {name}, {rule}, {n}, {at} FROM {rows} WHERE true
         ON CONFLICT (key, kind, name) DO UPDATE SET
            n = refused_sources.n + excluded.n,
            rule = CASE WHEN refused_sources.last_refused_at <= excluded.last_refused_at
                        THEN excluded.rule ELSE refused_sources.rule END,
            last_refused_at = CASE WHEN refused_sources.last_refused_at <= excluded.last_refused_at
                                   THEN excluded.last_refused_at ELSE refused_sources.last_refused_at END",
);

pub async fn apply(db: &impl Db, tallies: &[&Tally], clocks: Clocks) -> StoreResult<()> {
    add_ended(db, tallies, clocks).await?;
    note_sources(db, tallies, clocks).await
}

async fn add_ended(db: &impl Db, tallies: &[&Tally], clocks: Clocks) -> StoreResult<()> {
    let mut ended: BTreeMap<(i64, &str), Presented> = BTreeMap::new();
    for tally in tallies {
        for (rule, presented) in presented(tally) {
            ended.entry((tally.key, rule)).or_default().add(presented);
        }
    }
    let of_revoked = ended
        .keys()
        .filter(|(_, rule)| *rule == Rule::KeyRevoked.as_str());
    let revoked: Vec<i64> = of_revoked.map(|(key, _)| *key).collect();
    let rows = ended.into_iter().map(|((key, rule), presented)| {
        let at = clocks.dated(presented.at);
        let (address, origin) = match presented.last {
            Some(last) => (last.address, last.origin.as_deref().and_then(source_name)),
            None => (None, None),
        };
        values![key, rule, presented.n, at, address, origin].to_vec()
    });
    run_rows(db, &ADD_ENDED, rows.collect(), &[]).await?;
    revoked_use::tell(db, &revoked, clocks.now).await
}

/// How often a token was presented that one rule refuses whatever the request, and the last time.
#[derive(Default)]
struct Presented<'a> {
    n: i64,
    at: i64,
    last: Option<&'a Use>,
}

impl<'a> Presented<'a> {
    fn add(&mut self, other: Presented<'a>) {
        self.n += other.n;
        if self.at <= other.at {
            (self.at, self.last) = (other.at, other.last);
        }
    }
}

fn presented(tally: &Tally) -> impl Iterator<Item = (&str, Presented<'_>)> {
    let is_ended = |name: &str| name.parse().is_ok_and(Rule::says_it_is_not_valid);
    let counted = tally.refused.iter().filter(move |(rule, _)| is_ended(rule));
    counted.map(|(rule, n)| {
        let mut ended = tally.refusals.iter().flat_map(|refusals| &refusals.ended);
        let last = ended.find(|(known, _)| known == rule).map(|(_, used)| used);
        let presented = Presented {
            n: i64::from(*n),
            at: last.map_or(tally.last_refused_at, |last| last.at),
            last,
        };
        (&**rule, presented)
    })
}

/// A place, the last rule that refused it, how often, and when last.
#[derive(Default)]
struct Place<'a> {
    rule: &'a str,
    n: u64,
    at: i64,
}

impl<'a> Place<'a> {
    fn add(&mut self, (rule, n, at): (&'a str, u64, i64)) {
        self.n += n;
        if self.at <= at {
            (self.rule, self.at) = (rule, at);
        }
    }
}

type PlacesOfKeys<'a> = BTreeMap<(i64, i64, String), Place<'a>>;

/// By key, kind and name.
fn places<'a>(tallies: impl IntoIterator<Item = &'a Tally>) -> PlacesOfKeys<'a> {
    let mut places = PlacesOfKeys::new();
    for tally in tallies {
        for refusals in tally.refusals.iter() {
            // Once more, for what an earlier version put into the log.
            let origins = refusals.origins.iter().filter_map(|from| {
                let name = source_name(&from.name)?;
                Some((ORIGIN, name, seen(from)))
            });
            let addresses = refusals.addresses.iter();
            let addresses = addresses.map(|from| (ADDRESS, from.name.to_string(), seen(from)));
            for (kind, name, seen) in origins.chain(addresses) {
                places.entry((tally.key, kind, name)).or_default().add(seen);
            }
        }
    }
    places
}

fn seen<T>(from: &RefusedFrom<T>) -> (&str, u64, i64) {
    (&from.rule, u64::from(from.n), from.at)
}

/// A source that is new takes the place of the one that was seen the longest ago.
async fn note_sources(db: &impl Db, tallies: &[&Tally], clocks: Clocks) -> StoreResult<()> {
    let places = places(tallies.iter().copied());
    if places.is_empty() {
        return Ok(());
    }
    let mut keys: Vec<i64> = places.keys().map(|(key, ..)| *key).collect();
    keys.dedup();
    let rows = places.into_iter().map(|((key, kind, name), place)| {
        let at = clocks.dated(place.at);
        values![key, kind, name, place.rule, place.n as i64, at].to_vec()
    });
    run_rows(db, &NOTE_SOURCES, rows.collect(), &[]).await?;
    keep_newest(db, REFUSED_FROM, keys).await
}

/// A key gets another end, or another token: what was counted before is not of that.
pub async fn begin(db: &impl Db, key: i64, rule: Rule) -> StoreResult<()> {
    begin_all(db, &[key], rule).await
}

/// The same of several keys.
pub async fn begin_all<D: Db>(db: &D, keys: &[i64], rule: Rule) -> StoreResult<()> {
    let sql = format!(
        "DELETE FROM ended_uses WHERE {} AND rule = ?",
        D::DIALECT.among("key")
    );
    db.run(&sql, values![keys, rule.as_str()]).await.map(drop)
}

/// Since when a key is not valid, and the rule that says so.
fn ended(key: &KeyRecord) -> Option<(Rule, Timestamp)> {
    let since = match key.state {
        KeyState::Active => None,
        KeyState::Disabled => key.disabled.as_ref().map(|disabled| disabled.at),
        KeyState::Expired => key.settings.expires_at,
        KeyState::Revoked => key.revoked.as_ref().map(|revoked| revoked.at),
    };
    key.state.refuses().zip(since)
}

/// A key, the rule, how often, and the last of them.
type EndedRow = (i64, String, u64, Timestamp, Option<String>, Option<String>);

/// Adds to keys, each by its number, their refused attempts. One statement, and none where all of them are active.
pub async fn add_to<D: Db>(db: &D, keys: &mut [(i64, &mut KeyRecord)]) -> StoreResult<()> {
    let seqs = keys.iter().filter(|(_, key)| ended(key).is_some());
    let seqs: Vec<i64> = seqs.map(|(seq, _)| *seq).collect();
    if seqs.is_empty() {
        return Ok(());
    }
    let mut counted = read(db, &seqs).await?;
    for (seq, key) in keys {
        key.refused_since = ended(key).map(|(rule, since)| {
            let (count, last) = counted.remove(&(*seq, rule.as_str().to_owned())).unzip();
            RefusedSince {
                since,
                count: count.unwrap_or_default(),
                last,
            }
        });
    }
    Ok(())
}

/// By key and rule.
async fn read<D: Db>(db: &D, keys: &[i64]) -> StoreResult<HashMap<(i64, String), (u64, LastUse)>> {
    let sql = format!(
        "SELECT key, rule, n, last_used_at, last_address, last_origin FROM ended_uses WHERE {}",
        D::DIALECT.among("key")
    );
    let rows: Vec<EndedRow> = db.all(&sql, values![keys]).await?;
    let rows = rows.into_iter().map(|(key, rule, n, at, address, origin)| {
        let address = address.and_then(|text| text.parse().ok());
        ((key, rule), (n, LastUse { at, address, origin }))
    });
    Ok(rows.collect())
}

/// Who still presents the key, which was read with [`add_to`]: with what waits.
pub fn with_waiting(key: &KeyRecord, waiting: &[Tally]) -> Option<RefusedSince> {
    let (rule, _) = ended(key)?;
    let mut since = key.refused_since.clone()?;
    add_waiting(&mut since, rule, waiting);
    Some(since)
}

/// Who still presents a token that the key had before, since it has another one.
pub async fn of_old_tokens(db: &impl Db, key: i64, waiting: &[Tally]) -> StoreResult<Option<RefusedSince>> {
    let rotated = "SELECT rotated_at FROM keys WHERE seq = ? AND rotated_at IS NOT NULL";
    let Some(since): Option<Timestamp> = db.maybe(rotated, values![key]).await? else {
        return Ok(None);
    };
    let rule = Rule::KeyRotated;
    let (count, last) = read(db, &[key])
        .await?
        .remove(&(key, rule.as_str().to_owned()))
        .unzip();
    let mut since = RefusedSince {
        since,
        count: count.unwrap_or_default(),
        last,
    };
    add_waiting(&mut since, rule, waiting);
    Ok(Some(since))
}

fn add_waiting(since: &mut RefusedSince, rule: Rule, waiting: &[Tally]) {
    for (name, presented) in waiting.iter().flat_map(presented) {
        if name != rule.as_str() {
            continue;
        }
        since.count += presented.n.unsigned_abs();
        let at = Timestamp::from_microsecond(presented.at).ok();
        let is_newer = at > since.last.as_ref().map(|last| last.at);
        if let Some(at) = at.filter(|_| is_newer) {
            since.last = Some(LastUse {
                at,
                address: presented.last.and_then(|last| last.address),
                origin: presented
                    .last
                    .and_then(|last| last.origin.as_deref().and_then(source_name)),
            });
        }
    }
}

/// From where the key was refused, the newest first, with what waits: of this kind.
pub async fn sources(
    db: &impl Db,
    key: i64,
    kind: i64,
    waiting: &[Tally],
) -> StoreResult<Vec<RefusedSource>> {
    let sql = "SELECT name, rule, n, last_refused_at FROM refused_sources WHERE key = ? AND kind = ?";
    let stored: Vec<(String, String, u64, i64)> = db.all(sql, values![key, kind]).await?;
    let mut all: BTreeMap<&str, Place> = BTreeMap::new();
    for (name, rule, n, at) in &stored {
        all.entry(name).or_default().add((rule, *n, *at));
    }
    let waiting = places(waiting);
    for ((_, of, name), place) in &waiting {
        if *of == kind {
            all.entry(name).or_default().add((place.rule, place.n, place.at));
        }
    }
    let mut newest: Vec<(&str, Place)> = all.into_iter().collect();
    newest.sort_by_key(|(_, place)| Reverse(place.at));
    newest.truncate(SOURCES);
    let source = |(name, place): (&str, Place)| {
        Some(RefusedSource {
            name: name.to_owned(),
            last_refused_at: Timestamp::from_microsecond(place.at).ok()?,
            rule: place.rule.to_owned(),
            count: place.n,
        })
    };
    Ok(newest.into_iter().filter_map(source).collect())
}
