//! How often each key was allowed and refused on the last seven days, for pages of keys: a row a key, so that a page is one
//! statement and one look for each of its keys. Seven days lie in a ring: the slot of a day is its number modulo seven.

use std::collections::{BTreeMap, HashMap};

use super::clock::Clocks;
use super::db::{Db, run_rows, values};
use super::dialect::Dialect;
use super::for_rows::ForRows;
use super::row::{Columns, Read, Row};
use super::tables::Kind;
use super::value::Value;
use super::{StoreResult, Tally};
use crate::api::{KeyWeek, WEEK_DAYS};

const HOURS_PER_DAY: u32 = 24;
const DAYS: i64 = WEEK_DAYS as i64;
/// Of a day, in microseconds.
const DAY: i64 = 86_400_000_000;

/// Of a row that is there: a slot of a day that is over begins anew, and so do all where the row is of days that lie in the
/// future, from a clock that was ahead. What is older than the row's seven days is left out ([`ADD`]).
macro_rules! slot {
    ($column:literal, $n:literal) => {
        concat!(
            "\n            ",
            $column,
            $n,
            " = CASE WHEN excluded.day - (excluded.day - ",
            $n,
            ") % 7 > usage_weeks.day
                          OR usage_weeks.day > excluded.day + 6 THEN excluded.",
            $column,
            $n,
            "\n                     WHEN excluded.day - (excluded.day - ",
            $n,
            ") % 7 > usage_weeks.day - 7
                          THEN usage_weeks.",
            $column,
            $n,
            " + excluded.",
            $column,
            $n,
            "\n                     ELSE usage_weeks.",
            $column,
            $n,
            " END,"
        )
    };
}

macro_rules! slots {
    ($($column:literal $n:literal),+) => { concat!($(slot!($column, $n)),+) };
}

static ADD: ForRows = ForRows::new(
    &[
        ("key", Kind::Number),
        ("day", Kind::Number),
        ("a0", Kind::Number),
        ("a1", Kind::Number),
        ("a2", Kind::Number),
        ("a3", Kind::Number),
        ("a4", Kind::Number),
        ("a5", Kind::Number),
        ("a6", Kind::Number),
        ("r0", Kind::Number),
        ("r1", Kind::Number),
        ("r2", Kind::Number),
        ("r3", Kind::Number),
        ("r4", Kind::Number),
        ("r5", Kind::Number),
        ("r6", Kind::Number),
    ],
    concat!(
        "INSERT INTO usage_weeks (key, day, a0, a1, a2, a3, a4, a5, a6, r0, r1, r2, r3, r4, r5, r6)
     SELECT {key}, {day}, {a0}, {a1}, {a2}, {a3}, {a4}, {a5}, {a6}, {r0}, {r1}, {r2}, {r3}, {r4}, {r5}, {r6}
       FROM {rows} WHERE true
         ON CONFLICT (key) DO UPDATE SET",
        slots!(
            "a" 0, "a" 1, "a" 2, "a" 3, "a" 4, "a" 5, "a" 6, "r" 0, "r" 1, "r" 2, "r" 3, "r" 4, "r" 5, "r" 6
        ),
        "
            day = CASE WHEN usage_weeks.day BETWEEN excluded.day AND excluded.day + 6
                       THEN usage_weeks.day ELSE excluded.day END
          WHERE usage_weeks.day <= excluded.day + 6
             OR usage_weeks.day > coalesce((SELECT at FROM clock), 0) / 86400000000 + 1"
    ),
);

/// The days up to one, by their slots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Week {
    day: i64,
    allowed: [i64; WEEK_DAYS],
    refused: [i64; WEEK_DAYS],
}

fn slot(day: i64) -> usize {
    day.rem_euclid(DAYS) as usize
}

impl Week {
    /// As [`ADD`] does it.
    fn add(&mut self, day: i64, allowed: i64, refused: i64) {
        for passed in (self.day + 1..=day).rev().take(WEEK_DAYS) {
            self.allowed[slot(passed)] = 0;
            self.refused[slot(passed)] = 0;
        }
        self.day = self.day.max(day);
        if day > self.day - DAYS {
            self.allowed[slot(day)] += allowed;
            self.refused[slot(day)] += refused;
        }
    }

    /// The seven days up to this one, oldest first.
    fn until(&self, today: i64) -> KeyWeek {
        let mut week = KeyWeek::default();
        for (at, day) in (today - DAYS + 1..=today).enumerate() {
            if (self.day - DAYS + 1..=self.day).contains(&day) {
                week.allowed[at] = self.allowed[slot(day)].unsigned_abs();
                week.refused[at] = self.refused[slot(day)].unsigned_abs();
            }
        }
        week
    }
}

/// Adds what was counted.
pub async fn apply(db: &impl Db, tallies: &[&Tally], clocks: Clocks) -> StoreResult<()> {
    let mut weeks: BTreeMap<i64, Week> = BTreeMap::new();
    for tally in tallies {
        let refused: i64 = tally.refused.iter().map(|(_, n)| i64::from(*n)).sum();
        let day = i64::from(clocks.dated_hour(tally.hour) / HOURS_PER_DAY);
        let week = weeks.entry(tally.key).or_default();
        week.add(day, tally.allowed.into(), refused);
    }
    let rows = weeks.into_iter().map(|(key, week)| {
        let counts = week.allowed.into_iter().chain(week.refused);
        [key, week.day]
            .into_iter()
            .chain(counts)
            .map(Value::from)
            .collect()
    });
    run_rows(db, &ADD, rows.collect(), &[]).await.map(drop)
}

/// The first instant of the seven days that count, in microseconds.
pub fn since(dialect: Dialect) -> String {
    format!("(({} / {DAY} - {}) * {DAY})", dialect.now(), DAYS - 1)
}

/// How often a key of `usage_weeks` was allowed on the seven days.
pub fn allowed(dialect: Dialect) -> String {
    let today = format!("({} / {DAY})", dialect.now());
    let slots = (0..DAYS).map(|n| {
        let day = format!("day - (day - {n}) % {DAYS}");
        let first = DAYS - 1;
        format!("CASE WHEN {day} BETWEEN {today} - {first} AND {today} THEN a{n} ELSE 0 END")
    });
    slots.collect::<Vec<_>>().join(" + ")
}

/// A key, its days, and which day it is by the clock of the database.
struct WeekRow {
    key: i64,
    week: Week,
    today: i64,
}

impl Read for WeekRow {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let (key, day) = columns.next()?;
        let mut week = Week {
            day,
            ..Week::default()
        };
        for count in week.allowed.iter_mut().chain(&mut week.refused) {
            *count = columns.next()?;
        }
        Ok(Self {
            key,
            week,
            today: columns.next()?,
        })
    }
}

/// The weeks of these keys, each by its number; of one that was never presented there is none. What waits to be carried over
/// is not in them.
pub async fn of_keys<D: Db>(db: &D, keys: &[i64]) -> StoreResult<HashMap<i64, KeyWeek>> {
    let sql = format!(
        "SELECT key, day, a0, a1, a2, a3, a4, a5, a6, r0, r1, r2, r3, r4, r5, r6, {} / {DAY} FROM usage_weeks WHERE {}",
        D::DIALECT.now(),
        D::DIALECT.among("key")
    );
    let rows: Vec<WeekRow> = db.all(&sql, values![keys]).await?;
    let weeks = rows.into_iter().map(|row| (row.key, row.week.until(row.today)));
    Ok(weeks.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_have_passed_make_room() {
        let mut week = Week::default();
        week.add(20_000, 5, 1);
        week.add(20_000, 1, 0);
        week.add(20_003, 2, 0);
        // Late, and too late.
        week.add(20_001, 9, 3);
        week.add(19_996, 7, 7);
        let of = |today| week.until(today).allowed;
        assert_eq!(of(20_003), [0, 0, 0, 6, 9, 0, 2]);
        assert_eq!(week.until(20_003).refused, [0, 0, 0, 1, 3, 0, 0]);
        assert_eq!(of(20_006), [6, 9, 0, 2, 0, 0, 0]);
        assert_eq!(of(20_009), [2, 0, 0, 0, 0, 0, 0]);
        assert_eq!(of(20_010), [0; 7]);
        // Of a clock that was ahead.
        assert_eq!(of(19_990), [0; 7]);
        week.add(20_100, 4, 4);
        assert_eq!(week.until(20_100).allowed, [0, 0, 0, 0, 0, 0, 4]);
    }
}
