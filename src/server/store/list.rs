//! Pages of keys by keyset: from a place, in either direction, never by counting rows.

use tokio::try_join;
use uuid::Uuid;

use super::db::Db;
use super::grouped::Grouping;
use super::key_row::{StoredKey, key_columns};
use super::marks::are_strays;
use super::names::Remembered;
use super::order::{Mark, bound};
use super::paging::{RangeRead, RangeReads, Run, Way};
use super::search::Search;
use super::sql::Sql;
use super::{KeyQuery, KeyRecord, KeySlice, Place, Position, StoreResult, refusals, token_uses, weeks};

/// A page of the keys that a search finds; `None`: no key can match.
pub async fn page(
    db: &impl Db,
    names: &Remembered,
    query: &KeyQuery,
    search: Option<Search>,
) -> StoreResult<Option<KeySlice>> {
    let Some(search) = search else {
        return Ok(match query.position {
            Position::Around(_) => None,
            _ => Some(KeySlice::of(Run::default(), Run::default(), 0)),
        });
    };
    let listing = Listing { names, query, search };
    listing.page(db).await
}

/// What is read of a range: at most one key more than its limit.
struct RangeRows {
    keys: Vec<(StoredKey, Place)>,
    newest_change: Option<i64>,
    /// Whether there is a key where it was only looked.
    seen: bool,
    /// Whether keys are marked wrongly, of which some may be missing.
    strays: bool,
}

pub struct Listing<'a> {
    pub names: &'a Remembered,
    pub query: &'a KeyQuery,
    pub search: Search,
}

impl Listing<'_> {
    /// `None` when the position is around a key that is not among them.
    async fn page(&self, db: &impl Db) -> StoreResult<Option<KeySlice>> {
        let limit = self.query.limit as usize;
        let middle = match self.query.position {
            Position::Around(id) => match self.place(db, id).await? {
                None => return Ok(None),
                place => place,
            },
            _ => None,
        };
        let reads = RangeReads::of(&self.query.position, middle.as_ref(), limit);
        let (backward, forward) = match (reads.backward, reads.forward) {
            (Some(look), Some(read)) if look.is_look() => {
                let (run, more) = self.read_and_look(db, read, Some(look)).await?;
                (Run::unread(more), run)
            }
            (Some(read), Some(look)) if look.is_look() => {
                let (run, more) = self.read_and_look(db, read, Some(look)).await?;
                (run, Run::unread(more))
            }
            // Both are on their way at once.
            (backward, forward) => try_join!(self.read(db, backward), self.read(db, forward))?,
        };
        Ok(Some(KeySlice::of(backward, forward, limit)))
    }

    async fn read(&self, db: &impl Db, read: Option<RangeRead<'_>>) -> StoreResult<Run> {
        match read {
            None => Ok(Run::default()),
            Some(read) => self.read_and_look(db, read, None).await.map(|(run, _)| run),
        }
    }

    /// The keys, and whether there is one where it is only looked. Of no keys, that is not told.
    async fn read_and_look<D: Db>(
        &self,
        db: &D,
        read: RangeRead<'_>,
        look: Option<RangeRead<'_>>,
    ) -> StoreResult<(Run, bool)> {
        let mut rows = self.rows(db, read, look).await?;
        if rows.strays {
            // First those that are marked wrongly: what gets its mark meanwhile is in both.
            let strays = self.search.strays(db).await?;
            rows = match strays.is_empty() {
                true => self.rows(db, read, look).await?,
                false => self.with_strays(db, strays, read, look).await?,
            };
        }
        if rows.keys.is_empty() {
            return Ok((Run::default(), false));
        }
        let run = self
            .completed(db, rows.keys, rows.newest_change, read.limit)
            .await?;
        Ok((run, rows.seen))
    }

    /// In one statement, or one for each part of an order by groups.
    async fn rows<D: Db>(
        &self,
        db: &D,
        read: RangeRead<'_>,
        look: Option<RangeRead<'_>>,
    ) -> StoreResult<RangeRows> {
        // Where there is no row, nobody told.
        let unknown = self.search.by_mark().is_some();
        if let Some(grouping) = Grouping::of(self.query.sort) {
            let (keys, newest_change, strays) = self.grouped(db, grouping, read).await?;
            let seen = match look {
                Some(look) if !keys.is_empty() => self.grouped(db, grouping, look).await?.0,
                _ => Vec::new(),
            };
            return Ok(RangeRows {
                strays: strays || keys.is_empty() && unknown,
                keys,
                newest_change,
                seen: !seen.is_empty(),
            });
        }
        let rows: Vec<(StoredKey, Option<i64>, Option<i64>, bool)> =
            self.keys::<D>(read, look)?.all(db).await?;
        let (newest_change, seen, strays) = match rows.first() {
            None => (None, None, unknown),
            Some(&(_, newest_change, seen, strays)) => (newest_change, seen, strays),
        };
        let placed = |key: StoredKey| {
            let place = key.place(self.query.sort)?;
            Ok((key, place))
        };
        let keys = rows.into_iter().map(|(key, ..)| placed(key));
        Ok(RangeRows {
            keys: keys.collect::<StoreResult<_>>()?,
            newest_change,
            seen: seen.is_some(),
            strays,
        })
    }

    /// The same, where these keys are missing from the walk.
    async fn with_strays<D: Db>(
        &self,
        db: &D,
        strays: Vec<i64>,
        read: RangeRead<'_>,
        look: Option<RangeRead<'_>>,
    ) -> StoreResult<RangeRows> {
        let strays = Listing {
            search: self.search.of_rows(strays),
            ..*self
        };
        let (walked, missing) = (
            self.rows(db, read, None).await?,
            strays.rows(db, read, None).await?,
        );
        let mut rows = self.merged(walked, missing, read)?;
        if let Some(look) = look {
            for listing in [self, &strays] {
                rows.seen |= !listing.rows(db, look, None).await?.keys.is_empty();
            }
        }
        Ok(rows)
    }

    /// The rows of two reads of the same range, in the order of the read.
    fn merged(&self, one: RangeRows, other: RangeRows, read: RangeRead<'_>) -> StoreResult<RangeRows> {
        let mut keys: Vec<(Vec<Mark>, (StoredKey, Place))> = Vec::new();
        for (key, place) in one.keys.into_iter().chain(other.keys) {
            if !keys.iter().any(|(_, (known, _))| known.seq == key.seq) {
                let marks = match Grouping::of(self.query.sort) {
                    Some(grouping) => grouping.marks(&place)?,
                    None => self.search.path.marks(&place)?,
                };
                keys.push((marks, (key, place)));
            }
        }
        keys.sort_by(|(one, _), (other, _)| one.cmp(other));
        if !self.is_ascending(read.way) {
            keys.reverse();
        }
        keys.truncate(read.limit + 1);
        Ok(RangeRows {
            keys: keys.into_iter().map(|(_, key)| key).collect(),
            newest_change: [one.newest_change, other.newest_change]
                .into_iter()
                .flatten()
                .min(),
            seen: false,
            strays: false,
        })
    }

    /// Keys with what their numbers stand for, and with what else a page has of them.
    async fn completed<D: Db>(
        &self,
        db: &D,
        rows: Vec<(StoredKey, Place)>,
        newest_change: Option<i64>,
        limit: usize,
    ) -> StoreResult<Run> {
        let (rows, places): (Vec<StoredKey>, Vec<Place>) = rows.into_iter().unzip();
        let seqs: Vec<i64> = rows.iter().map(|key| key.seq).collect();
        let weeks = async {
            match self.query.week {
                true => weeks::of_keys(db, &seqs).await.map(Some),
                false => Ok(None),
            }
        };
        let (names, weeks) = try_join!(self.names.names(db, newest_change, &rows), weeks)?;
        let keys = rows.into_iter().zip(places).map(|(key, place)| {
            let seq = key.seq;
            let mut record = names.record(key)?;
            // Of a key that was never presented there is no row.
            record.week = weeks
                .as_ref()
                .map(|weeks| weeks.get(&seq).copied().unwrap_or_default());
            Ok((record, place))
        });
        let mut keys: Vec<(KeyRecord, Place)> = keys.collect::<StoreResult<_>>()?;
        let records = keys.iter_mut().map(|(key, _)| key);
        let mut records: Vec<(i64, &mut KeyRecord)> = seqs.into_iter().zip(records).collect();
        refusals::add_to(db, &mut records).await?;
        token_uses::add_to(db, &mut records).await?;
        Ok(Run::of(keys, limit))
    }

    /// Keys, and after each the newest change as the statement sees it, what a look saw, and whether keys are marked wrongly.
    fn keys<D: Db>(&self, read: RangeRead, look: Option<RangeRead>) -> StoreResult<Sql<'_>> {
        let mut sql = Sql::new(format!(
            "SELECT {}, (SELECT seq FROM activity_head), ",
            key_columns(D::DIALECT)
        ));
        match look {
            None => sql.push("CAST(NULL AS integer)", []),
            Some(look) => {
                sql.push("(SELECT 1", []);
                self.select_from::<D>(&mut sql, look)?;
                sql.push(")", []);
            }
        }
        let strays = self
            .search
            .by_mark()
            .map_or("FALSE".to_owned(), |expired| are_strays(D::DIALECT, expired));
        sql.push(&format!(", {strays}"), []);
        self.select_from::<D>(&mut sql, read)?;
        Ok(sql)
    }

    /// ` FROM … LIMIT …` for the keys of this read, in its order.
    pub fn select_from<'s, D: Db>(&'s self, sql: &mut Sql<'s>, read: RangeRead) -> StoreResult<()> {
        let ascending = self.is_ascending(read.way);
        let path = &self.search.path;
        self.search.push_to(self.search.source(), D::DIALECT, sql);
        if path.is_by_end() {
            let turn = self
                .search
                .filter
                .turn(D::DIALECT, ascending, read.start.is_some());
            sql.push(&turn, []);
        }
        if path.is_by_creation()
            && let Some(since) = self.search.filter.usage.created_since
            && (read.start.is_none() || !ascending)
        {
            // Where the walk begins, or ends.
            sql.push(" AND k.created_at >= ?", [since.into()]);
        }
        if let Some(start) = read.start {
            let marks = path.marks(start.place)?;
            bound(sql, D::DIALECT, &path.row(), start.sign(ascending), marks);
        }
        sql.push(&path.order_by(ascending), []);
        sql.at_least(D::DIALECT, read.limit + 1);
        Ok(())
    }

    /// The place of a key that is among the filtered.
    async fn place<D: Db>(&self, db: &D, id: Uuid) -> StoreResult<Option<Place>> {
        if let Some(grouping) = Grouping::of(self.query.sort) {
            return self.grouped_place(db, grouping, id).await;
        }
        let by_id = D::DIALECT.keys_along("keys_by_id", self.search.filter.is_revoked());
        let mut sql = Sql::new(format!("SELECT {}{by_id} AND k.id = ?", key_columns(D::DIALECT)));
        sql.values.push(id.into());
        self.search.filter.push_to(D::DIALECT, &mut sql);
        let key: Option<StoredKey> = sql.maybe(db).await?;
        key.map(|key| key.place(self.query.sort)).transpose()
    }

    /// Whether reading this way goes from what is less to what is more.
    pub fn is_ascending(&self, way: Way) -> bool {
        self.query.descending == (way == Way::Backward)
    }
}
