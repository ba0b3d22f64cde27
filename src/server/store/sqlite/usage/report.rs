//! How a key is used: what was counted by hour and day, what refused, and where it is used from.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::apply::{ADDRESS, ALLOWED, ORIGIN};
use super::{bucket_of, logged};
use crate::api::{LastUse, RefusedBy, USAGE_DAYS, USAGE_HOURS, Usage, UsageSeries, UsageSource};
use crate::model::Rule;
use crate::server::store::sqlite::rows::{KeyBy, find_key, parsed, time};
use crate::server::store::{Found, SOURCES, StoreResult, Tally, Visible, hour_of};

const HOURS_PER_DAY: u32 = 24;

/// `None`: there is no such key that may be seen.
pub fn report(conn: &Connection, id: Uuid, visible: Visible, now: Timestamp) -> StoreResult<Option<Usage>> {
    let Some((key, Found::Active(_))) = find_key(conn, KeyBy::Id(id), visible)? else {
        return Ok(None);
    };
    let mut waiting = logged(conn, bucket_of(key))?;
    waiting.retain(|tally| tally.key == key);
    let mut report = Report::beginning(hour_of(now));
    report.counted(conn, key)?;
    for tally in &waiting {
        report.tally(tally);
    }
    let week_ago = now.as_microsecond() - USAGE_HOURS as i64 * 3_600_000_000;
    let origin = |tally: &Tally| sources(tally, |used| used.origin.as_deref().map(str::to_owned));
    let address = |tally: &Tally| sources(tally, |used| used.address.map(|address| address.to_string()));
    Ok(Some(Usage {
        refused_by: report.refused_by(),
        hours: report.hours,
        days: report.days,
        last_use: last_use(conn, key, &waiting)?,
        origins: newest(conn, key, ORIGIN, week_ago, waiting.iter().flat_map(origin))?,
        addresses: newest(conn, key, ADDRESS, week_ago, waiting.iter().flat_map(address))?,
    }))
}

struct Report {
    first_hour: u32,
    first_day: u32,
    hours: UsageSeries,
    days: UsageSeries,
    refused: HashMap<String, u64>,
}

impl Report {
    fn beginning(now: u32) -> Self {
        let first_hour = (now + 1).saturating_sub(USAGE_HOURS as u32);
        let first_day = (now / HOURS_PER_DAY + 1).saturating_sub(USAGE_DAYS as u32);
        let series = |hour: u32, slots: usize| UsageSeries {
            // Within the range of times: hours of a u32 since the epoch are.
            from: Timestamp::from_second(i64::from(hour) * 3600).unwrap_or_default(),
            allowed: vec![0; slots],
            refused: vec![0; slots],
        };
        Self {
            first_hour,
            first_day,
            hours: series(first_hour, USAGE_HOURS),
            days: series(first_day * HOURS_PER_DAY, USAGE_DAYS),
            refused: HashMap::new(),
        }
    }

    /// One seek for each hour.
    fn counted(&mut self, conn: &Connection, key: i64) -> StoreResult<()> {
        let first = self.first_day * HOURS_PER_DAY;
        let mut statement = conn.prepare_cached(
            "WITH RECURSIVE hours (hour) AS (VALUES (?1) UNION ALL SELECT hour + 1 FROM hours WHERE hour < ?2)
             SELECT u.hour, u.rule, u.n
               FROM hours AS h CROSS JOIN usage_hours AS u ON u.hour = h.hour AND u.key = ?3",
        )?;
        let last = first + USAGE_DAYS as u32 * HOURS_PER_DAY;
        let mut rows = statement.query(params![first, last, key])?;
        while let Some(row) = rows.next()? {
            let rule = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
            self.add(row.get(0)?, rule, row.get::<_, i64>(2)? as u64);
        }
        Ok(())
    }

    fn tally(&mut self, tally: &Tally) {
        self.add(tally.hour, ALLOWED, tally.allowed.into());
        for (rule, n) in &tally.refused {
            self.add(tally.hour, rule, u64::from(*n));
        }
    }

    fn add(&mut self, hour: u32, rule: &str, n: u64) {
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

    fn refused_by(&self) -> Vec<RefusedBy> {
        let mut refused: Vec<RefusedBy> = self
            .refused
            .iter()
            .map(|(rule, &count)| RefusedBy {
                rule: rule.clone(),
                // A newer keydeck may have written a rule that this one doesn't know.
                sentence: Rule::named(rule).map_or_else(String::new, |rule| rule.to_string()),
                count,
            })
            .collect();
        refused.sort_by(|one, other| other.count.cmp(&one.count).then(one.rule.cmp(&other.rule)));
        refused
    }
}

fn last_use(conn: &Connection, key: i64, waiting: &[Tally]) -> StoreResult<Option<LastUse>> {
    let mut statement =
        conn.prepare_cached("SELECT last_used_at, last_address, last_origin FROM keys WHERE seq = ?")?;
    let kept = statement.query_row([key], |row| {
        Ok(LastUse {
            at: time(row, 0)?,
            address: match row.get_ref(1)? {
                rusqlite::types::ValueRef::Null => None,
                _ => Some(parsed(row, 1, str::parse)?),
            },
            origin: row.get(2)?,
        })
    })?;
    let newest = waiting
        .iter()
        .flat_map(|tally| &tally.uses)
        .max_by_key(|used| used.at);
    let newer = newest
        .filter(|used| used.at > kept.at.as_microsecond())
        .and_then(|used| {
            Some(LastUse {
                at: Timestamp::from_microsecond(used.at).ok()?,
                address: used.address,
                origin: used.origin.as_deref().map(str::to_owned),
            })
        });
    Ok(newer.or((kept.at != Timestamp::UNIX_EPOCH).then_some(kept)))
}

fn sources(tally: &Tally, name: impl Fn(&crate::server::store::Use) -> Option<String>) -> Vec<(String, i64)> {
    tally
        .uses
        .iter()
        .filter_map(|used| Some((name(used)?, used.at)))
        .collect()
}

fn newest(
    conn: &Connection,
    key: i64,
    kind: i64,
    since: i64,
    waiting: impl Iterator<Item = (String, i64)>,
) -> StoreResult<Vec<UsageSource>> {
    let mut statement =
        conn.prepare_cached("SELECT name, last_used_at FROM key_sources WHERE key = ? AND kind = ?")?;
    let kept = statement.query_map([key, kind], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut seen: HashMap<String, i64> = kept.collect::<rusqlite::Result<_>>()?;
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
    Ok(newest.into_iter().filter_map(source).collect())
}
