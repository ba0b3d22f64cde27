//! How a key is used, put together of what is stored and what still waits in the log of counts.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::clock;
use super::db::{Db, one, values};
use super::keys::{self, KeyBy, NumberedKey};
use super::usage::{ADDRESS, ORIGIN, bucket_of, unpacked};
use super::{SOURCES, StoreResult, Tally, Use, Visible, hour_of, refusals, token_uses};
use crate::api::{
    LastUse, RefusedBy, RotationUsage, USAGE_DAYS, USAGE_HOURS, Usage, UsageSeries, UsageSource,
};
use crate::model::{KeyState, Rule};

const HOURS_PER_DAY: u32 = 24;
/// The value of the rule where none refused.
pub const ALLOWED: &str = "";

/// What of a key is stored, beside its counts by hour.
#[derive(Debug, Default)]
pub struct Stored {
    pub last_use: Option<LastUse>,
    /// In microseconds since the epoch; 0 is never.
    pub last_refused_at: i64,
    /// Names and when they were last seen, in microseconds since the epoch.
    pub origins: HashMap<String, i64>,
    pub addresses: HashMap<String, i64>,
}

/// `None`: there is no such key that may be seen. To be asked in a transaction that sees one state.
pub async fn of_key<D: Db>(db: &D, id: Uuid, visible: Visible) -> StoreResult<Option<Usage>> {
    let Some(NumberedKey { seq: key, found, .. }) = keys::find(db, KeyBy::Id(id), visible).await? else {
        return Ok(None);
    };
    let record = found.record();
    let mut waiting = logged(db, bucket_of(key)).await?;
    waiting.retain(|tally| tally.key == key);
    let mut report = Report::beginning(clock::now(db).await?);
    count(db, key, &mut report).await?;
    if record.rotation.is_some() {
        let hours = (report.first_hour, USAGE_HOURS);
        report.rotation = token_uses::of_rotation(db, key, hours, &waiting).await?;
    }
    let stored = Stored {
        last_use: last_use(db, key).await?,
        last_refused_at: one(db, "SELECT last_refused_at FROM keys WHERE seq = ?", values![key]).await?,
        origins: sources(db, key, ORIGIN).await?,
        addresses: sources(db, key, ADDRESS).await?,
    };
    let refused_since = refusals::with_waiting(record, &waiting);
    let is_disabled = record.state == KeyState::Disabled;
    Ok(Some(Usage {
        refused_origins: refusals::sources(db, key, ORIGIN, &waiting).await?,
        refused_addresses: refusals::sources(db, key, ADDRESS, &waiting).await?,
        refused_old_token: refusals::of_old_tokens(db, key, &waiting).await?,
        refused_while_disabled: refused_since
            .as_ref()
            .map(|since| since.count)
            .filter(|_| is_disabled),
        refused_since,
        ..report.finish(stored, &waiting)
    }))
}

/// All that was logged for this bucket and not carried over yet.
pub async fn logged(db: &impl Db, bucket: i64) -> StoreResult<Vec<Tally>> {
    let sql = "SELECT tallies FROM usage_log WHERE bucket = ?";
    let packed: Vec<Vec<u8>> = db.all(sql, values![bucket]).await?;
    let tallies = packed.iter().map(|packed| unpacked(packed));
    let tallies: StoreResult<Vec<Vec<Tally>>> = tallies.collect();
    Ok(tallies?.into_iter().flatten().collect())
}

/// One look for each hour.
async fn count<D: Db>(db: &D, key: i64, report: &mut Report) -> StoreResult<()> {
    let [with, hours] = D::DIALECT.hours();
    let lookup = D::DIALECT.lookup();
    let sql = format!(
        "{with}SELECT u.hour, u.rule, u.n FROM {hours} {lookup} usage_hours AS u ON u.hour = h.hour AND u.key = ?"
    );
    let (first, last) = report.hours();
    let counts: Vec<(u32, String, u64)> = db.all(&sql, values![first, last, key]).await?;
    for (hour, rule, n) in counts {
        report.add(hour, &rule, n);
    }
    Ok(())
}

async fn last_use(db: &impl Db, key: i64) -> StoreResult<Option<LastUse>> {
    let sql = "SELECT last_used_at, last_address, last_origin FROM keys WHERE seq = ?";
    let (at, address, origin): (Timestamp, Option<String>, Option<String>) =
        one(db, sql, values![key]).await?;
    let last = LastUse {
        at,
        address: address.and_then(|text| text.parse().ok()),
        origin,
    };
    Ok(Some(last).filter(|last| last.at != Timestamp::UNIX_EPOCH))
}

async fn sources(db: &impl Db, key: i64, kind: i64) -> StoreResult<HashMap<String, i64>> {
    let sql = "SELECT name, last_used_at FROM key_sources WHERE key = ? AND kind = ?";
    let sources: Vec<(String, i64)> = db.all(sql, values![key, kind]).await?;
    Ok(sources.into_iter().collect())
}

pub struct Report {
    now: Timestamp,
    first_hour: u32,
    first_day: u32,
    hours: UsageSeries,
    days: UsageSeries,
    refused: HashMap<String, u64>,
    rotation: Option<RotationUsage>,
}

impl Report {
    pub fn beginning(now: Timestamp) -> Self {
        let hour = hour_of(now);
        let first_hour = (hour + 1).saturating_sub(USAGE_HOURS as u32);
        let first_day = (hour / HOURS_PER_DAY + 1).saturating_sub(USAGE_DAYS as u32);
        let series = |hour: u32, slots: usize| UsageSeries {
            // Within the range of times: hours of a u32 since the epoch are.
            from: Timestamp::from_second(i64::from(hour) * 3600).unwrap_or_default(),
            allowed: vec![0; slots],
            refused: vec![0; slots],
        };
        Self {
            now,
            first_hour,
            first_day,
            hours: series(first_hour, USAGE_HOURS),
            days: series(first_day * HOURS_PER_DAY, USAGE_DAYS),
            refused: HashMap::new(),
            rotation: None,
        }
    }

    /// The first and the last hour that it is about.
    pub fn hours(&self) -> (u32, u32) {
        let first = self.first_day * HOURS_PER_DAY;
        (first, first + USAGE_DAYS as u32 * HOURS_PER_DAY)
    }

    /// So many in an hour, by the rule that refused; [`ALLOWED`] for what was allowed.
    pub fn add(&mut self, hour: u32, rule: &str, n: u64) {
        let slots = [
            (&mut self.hours, hour.checked_sub(self.first_hour)),
            (&mut self.days, (hour / HOURS_PER_DAY).checked_sub(self.first_day)),
        ];
        for (series, slot) in slots {
            let counts = match rule {
                ALLOWED => &mut series.allowed,
                _ => &mut series.refused,
            };
            if let Some(count) = slot.and_then(|slot| counts.get_mut(slot as usize)) {
                *count += n;
            }
        }
        if rule != ALLOWED {
            *self.refused.entry(rule.to_owned()).or_default() += n;
        }
    }

    /// Adds what waits.
    pub fn finish(mut self, stored: Stored, waiting: &[Tally]) -> Usage {
        for tally in waiting {
            self.add(tally.hour, ALLOWED, tally.allowed.into());
            for (rule, n) in &tally.refused {
                self.add(tally.hour, rule, u64::from(*n));
            }
        }
        let since = self.now.as_microsecond() - USAGE_HOURS as i64 * 3_600_000_000;
        let uses = || waiting.iter().flat_map(|tally| &tally.uses);
        let origins = uses().filter_map(|used| Some((used.origin.as_deref()?.to_owned(), used.at)));
        let addresses = uses().filter_map(|used| Some((used.address?.to_string(), used.at)));
        let last_refused = waiting.iter().map(|tally| tally.last_refused_at);
        let last_refused = last_refused.fold(stored.last_refused_at, i64::max);
        Usage {
            rotation: self.rotation,
            refused_while_disabled: None,
            refused_since: None,
            refused_origins: Vec::new(),
            refused_addresses: Vec::new(),
            refused_old_token: None,
            last_refused_at: (last_refused > 0)
                .then(|| Timestamp::from_microsecond(last_refused).ok())
                .flatten(),
            refused_by: refused_by(&self.refused),
            hours: self.hours,
            days: self.days,
            last_use: newer(stored.last_use, uses().max_by_key(|used| used.at)),
            origins: newest(stored.origins, since, origins),
            addresses: newest(stored.addresses, since, addresses),
        }
    }
}

fn refused_by(refused: &HashMap<String, u64>) -> Vec<RefusedBy> {
    let mut refused: Vec<RefusedBy> = refused
        .iter()
        .map(|(rule, &count)| RefusedBy {
            rule: rule.clone(),
            // A newer keydeck may have written a rule that this one doesn't know.
            sentence: rule
                .parse()
                .map_or_else(|_| String::new(), |rule: Rule| rule.to_string()),
            count,
        })
        .collect();
    refused.sort_by(|one, other| other.count.cmp(&one.count).then(one.rule.cmp(&other.rule)));
    refused
}

fn newer(stored: Option<LastUse>, waiting: Option<&Use>) -> Option<LastUse> {
    let at = stored.as_ref().map_or(0, |last| last.at.as_microsecond());
    let newer = waiting.filter(|used| used.at > at).and_then(|used| {
        Some(LastUse {
            at: Timestamp::from_microsecond(used.at).ok()?,
            address: used.address,
            origin: used.origin.as_deref().map(str::to_owned),
        })
    });
    newer.or(stored)
}

fn newest(
    mut seen: HashMap<String, i64>,
    since: i64,
    waiting: impl Iterator<Item = (String, i64)>,
) -> Vec<UsageSource> {
    for (name, at) in waiting {
        let newest = seen.entry(name).or_insert(at);
        *newest = at.max(*newest);
    }
    let mut newest: Vec<(String, i64)> = seen.into_iter().filter(|&(_, at)| at >= since).collect();
    newest.sort_by(|(one, earlier), (other, later)| later.cmp(earlier).then(one.cmp(other)));
    newest.truncate(SOURCES);
    let source = |(name, at): (String, i64)| {
        Some(UsageSource {
            name,
            last_used_at: Timestamp::from_microsecond(at).ok()?,
        })
    };
    newest.into_iter().filter_map(source).collect()
}
