//! Pages of keys by keyset: from a place, in either direction, never by counting rows.

use tokio::try_join;
use uuid::Uuid;

use super::filter::{Candidates, Filter};
use super::names::Remembered;
use crate::server::store::db::Db;
use crate::server::store::dialect::Dialect;
use crate::server::store::key_row::{KEY_COLUMNS, KeyRow};
use crate::server::store::order::{Mark, Path};
use crate::server::store::paging::{Read, Reads, Run, Way};
use crate::server::store::sql::Sql;
use crate::server::store::value::Value;
use crate::server::store::{KeyQuery, KeySlice, Place, Position, StoreResult};

/// Behind every name: they have at most 100 characters, and this is none of those that people write.
const LAST: char = char::MAX;

/// A page of the keys that match, of which `candidates` may be known.
pub struct Listing<'a> {
    pub query: &'a KeyQuery,
    pub filter: Filter,
    pub candidates: Option<Candidates>,
    pub names: &'a Remembered,
}

impl Listing<'_> {
    /// `None` when the position is around a key that is not among them.
    pub async fn page(&self, db: &impl Db) -> StoreResult<Option<KeySlice>> {
        let limit = self.query.limit as usize;
        let middle = match self.query.position {
            Position::Around(id) => match self.place(db, id).await? {
                None => return Ok(None),
                place => place,
            },
            _ => None,
        };
        let reads = Reads::of(&self.query.position, middle.as_ref(), limit);
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

    async fn read(&self, db: &impl Db, read: Option<Read<'_>>) -> StoreResult<Run> {
        match read {
            None => Ok(Run::default()),
            Some(read) => self.read_and_look(db, read, None).await.map(|(run, _)| run),
        }
    }

    /// In one statement: the keys, and whether there is one where it is only looked. Of no keys, that is not told.
    async fn read_and_look(
        &self,
        db: &impl Db,
        read: Read<'_>,
        look: Option<Read<'_>>,
    ) -> StoreResult<(Run, bool)> {
        let rows: Vec<(KeyRow, i64, Option<i64>)> = self.keys(read, look)?.all(db).await?;
        let Some(&(_, newest_change, seen)) = rows.first() else {
            return Ok((Run::default(), false));
        };
        let rows: Vec<KeyRow> = rows.into_iter().map(|(key, ..)| key).collect();
        let names = self.names.names(db, newest_change, &rows).await?;
        let keys = rows.into_iter().map(|key| {
            let place = key.place(self.query.sort);
            Ok((names.record(key)?, place))
        });
        Ok((
            Run::of(keys.collect::<StoreResult<_>>()?, read.limit),
            seen.is_some(),
        ))
    }

    /// Keys, and behind each the newest change as the statement sees it and what a look saw.
    fn keys(&self, read: Read, look: Option<Read>) -> StoreResult<Sql<'_>> {
        let mut sql = Sql::new(format!("SELECT {KEY_COLUMNS}, (SELECT seq FROM activity_head), "));
        match look {
            None => sql.push("NULL::integer", []),
            Some(look) => {
                sql.push("(SELECT 1", []);
                self.select_from(&mut sql, look)?;
                sql.push(")", []);
            }
        }
        self.select_from(&mut sql, read)?;
        Ok(sql)
    }

    /// ` FROM … LIMIT …` for the keys of this read, in its order.
    fn select_from<'s>(&'s self, sql: &mut Sql<'s>, read: Read) -> StoreResult<()> {
        let ascending = self.query.descending == (read.way == Way::Backward);
        let path = Path::new(self.query.sort, self.filter.scope, None);
        self.matching(sql);
        if let Some(start) = read.start {
            let marks = path.marks(start.place)?;
            let holes = vec!["?"; marks.len()].join(", ");
            sql.push(
                &format!(" AND ({}) {} ({holes})", path.row(), start.sign(ascending)),
                marks.into_iter().map(value),
            );
        }
        sql.push(&path.order_by(ascending), []);
        sql.at_least(Dialect::Postgres, read.limit + 1);
        Ok(())
    }

    /// ` FROM …` for the keys that match.
    fn matching<'s>(&'s self, sql: &mut Sql<'s>) {
        sql.push(" FROM keys AS k", []);
        self.filter.push_to(sql);
        if let Some(Candidates { seqs, complete: true }) = &self.candidates {
            sql.push(" AND k.seq = ANY(?)", [seqs.as_slice().into()]);
        }
    }

    /// The place of a key that is among the filtered.
    async fn place(&self, db: &impl Db, id: Uuid) -> StoreResult<Option<Place>> {
        let mut sql = Sql::new(format!("SELECT {KEY_COLUMNS} FROM keys AS k"));
        self.filter.push_to(&mut sql);
        sql.push(" AND k.id = ?", [id.into()]);
        let key: Option<KeyRow> = sql.maybe(db).await?;
        Ok(key.map(|key| key.place(self.query.sort)))
    }
}

fn value<'a>(mark: Mark) -> Value<'a> {
    match mark {
        Mark::Number(number) => number.into(),
        Mark::Scope(scope) => scope.into(),
        Mark::Text(text) => Value::sought(&text),
        Mark::BehindText => String::from_iter([LAST; 101]).into(),
        Mark::Id(id) => id.into(),
    }
}
