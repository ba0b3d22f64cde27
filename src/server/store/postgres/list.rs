//! Pages of keys by keyset: from a place, in either direction, never by counting rows.

use tokio::try_join;
use uuid::Uuid;

use super::ask::Db;
use super::filter::{Candidates, Filter};
use super::names::Names;
use super::rows::{KEY_COLUMNS, place};
use super::sql::{Bound, Sql};
use crate::server::store::order::{Mark, Path};
use crate::server::store::paging::{Read, Reads, Run, Way};
use crate::server::store::{KeyQuery, KeySlice, Place, Position, StoreResult};

/// Behind every name: they have at most 100 characters, and this is none of those that people write.
const LAST: char = char::MAX;

/// What is read where it is only asked whether there is a key.
const ANY: &str = "SELECT 1 FROM keys AS k";

fn whole() -> String {
    format!("SELECT {KEY_COLUMNS} FROM keys AS k")
}

/// A page of the keys that match, of which `candidates` may be known.
pub struct Listing<'a> {
    pub query: &'a KeyQuery,
    pub filter: Filter,
    pub candidates: Option<Candidates>,
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
        // Both are on their way at once.
        let (backward, forward) = try_join!(self.read(db, reads.backward), self.read(db, reads.forward))?;
        Ok(Some(KeySlice::of(backward, forward, limit)))
    }

    async fn read(&self, db: &impl Db, read: Option<Read<'_>>) -> StoreResult<Run> {
        let Some(read) = read else {
            return Ok(Run::default());
        };
        if read.limit == 0 {
            let more = !self.select(read, ANY)?.all(db).await?.is_empty();
            return Ok(Run {
                keys: Vec::new(),
                more,
            });
        }
        let rows = self.select(read, &whole())?.all(db).await?;
        let names = Names::of(db, &rows).await?;
        let keys = rows
            .iter()
            .map(|row| Ok((names.key(row)?, place(row, self.query.sort)?)))
            .collect::<StoreResult<_>>()?;
        Ok(Run::of(keys, read.limit))
    }

    fn select(&self, read: Read, what: &str) -> StoreResult<Sql> {
        let ascending = self.query.descending == (read.way == Way::Backward);
        let path = Path::new(self.query.sort, self.filter.scope, None);
        let mut sql = self.selected(what);
        if let Some(start) = read.start {
            let marks = path.marks(start.place)?;
            let holes = vec!["?"; marks.len()].join(", ");
            sql.push(
                &format!(" AND ({}) {} ({holes})", path.row(), start.sign(ascending)),
                marks.into_iter().map(value),
            );
        }
        sql.push(&path.order_by(ascending), []);
        sql.at_least(read.limit + 1);
        Ok(sql)
    }

    fn selected(&self, what: &str) -> Sql {
        let mut sql = Sql::new(what.to_owned());
        self.filter.push_to(&mut sql);
        if let Some(Candidates { seqs, complete: true }) = &self.candidates {
            sql.push(" AND k.seq = ANY(?)", [Bound::Numbers(seqs.clone())]);
        }
        sql
    }

    /// The place of a key that is among the filtered.
    async fn place(&self, db: &impl Db, id: Uuid) -> StoreResult<Option<Place>> {
        let mut sql = Sql::new(whole());
        self.filter.push_to(&mut sql);
        sql.push(" AND k.id = ?", [id.into()]);
        let rows = sql.all(db).await?;
        rows.first().map(|row| place(row, self.query.sort)).transpose()
    }
}

fn value(mark: Mark) -> Bound {
    match mark {
        Mark::Number(number) => Bound::Number(number),
        Mark::Scope(scope) => Bound::Small(scope as i16),
        Mark::Text(text) => text.into(),
        Mark::BehindText => String::from_iter([LAST; 101]).into(),
        Mark::Id(id) => Bound::Id(id),
    }
}
