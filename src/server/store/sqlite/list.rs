//! Pages of keys by keyset: from a place, in either direction, never by counting rows.

use rusqlite::{Connection, params_from_iter};
use uuid::Uuid;

use super::filter::{Clause, Filter};
use super::order::Start;
use super::rows::{KEY_COLUMNS, KeyColumns, Names};
use super::search::{Source, source};
use crate::api::KeyFilter;
use crate::server::store::{KeyQuery, KeySlice, Place, Position, StoreResult, Visible};

/// Whether the page is one walk along an index, so that it costs the same however many keys there are.
pub fn is_quick(filter: &KeyFilter, visible: Visible) -> bool {
    let by_creator = filter.creator.is_some() || visible != Visible::All;
    let conditions = [filter.scope.is_some(), filter.project.is_some(), by_creator];
    filter.q.is_none() && conditions.into_iter().filter(|is_set| *is_set).count() <= 1
}

pub fn page(conn: &Connection, query: &KeyQuery) -> StoreResult<Option<KeySlice>> {
    let Some(filter) = Filter::resolve(conn, &query.filter, query.visible)? else {
        return Ok(match query.position {
            Position::Around(_) => None,
            _ => Some(Page::default().into_slice(false, false)),
        });
    };
    let source = source(conn, &filter, query.sort)?;
    let listing = Listing {
        conn,
        query,
        filter,
        source,
    };
    listing.page()
}

struct Listing<'a> {
    conn: &'a Connection,
    query: &'a KeyQuery,
    filter: Filter,
    source: Source,
}

/// Keys as read in one direction.
#[derive(Default)]
struct Page {
    keys: Vec<KeyColumns>,
    places: Vec<Place>,
    more: bool,
}

/// Along the order of the query, or against it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Forward,
    Backward,
}

impl Listing<'_> {
    fn page(&self) -> StoreResult<Option<KeySlice>> {
        let limit = self.query.limit as usize;
        let after = |place| Start {
            place,
            inclusive: false,
        };
        let at = |place| Start {
            place,
            inclusive: true,
        };
        let slice = match &self.query.position {
            Position::Start => {
                let page = self.read(None, Way::Forward, limit)?;
                let more = page.more;
                page.into_slice(false, more)
            }
            Position::End => {
                let page = self.read(None, Way::Backward, limit)?;
                let more = page.more;
                page.reversed().into_slice(more, false)
            }
            Position::After(place) => self.forward(after(place), at(place), limit)?,
            Position::At(place) => self.forward(at(place), after(place), limit)?,
            Position::Before(place) => {
                let page = self.read(Some(after(place)), Way::Backward, limit)?;
                let more = page.more;
                page.reversed()
                    .into_slice(more, self.any(at(place), Way::Forward)?)
            }
            Position::Around(id) => match self.place(*id)? {
                None => return Ok(None),
                Some(place) => self.around(&place, limit)?,
            },
        };
        Ok(Some(slice))
    }

    /// `rest` is where all that is not behind `start` lies.
    fn forward(&self, start: Start, rest: Start, limit: usize) -> StoreResult<KeySlice> {
        let page = self.read(Some(start), Way::Forward, limit)?;
        let more = page.more;
        Ok(page.into_slice(self.any(rest, Way::Backward)?, more))
    }

    /// Half of the page before the place, the rest from it on.
    fn around(&self, place: &Place, limit: usize) -> StoreResult<KeySlice> {
        let before = Start {
            place,
            inclusive: false,
        };
        let from = Start {
            place,
            inclusive: true,
        };
        let mut page = self.read(Some(before), Way::Backward, limit / 2)?.reversed();
        let more_before = page.more;
        let rest = self.read(Some(from), Way::Forward, limit - page.keys.len())?;
        page.keys.extend(rest.keys);
        page.places.extend(rest.places);
        Ok(page.into_slice(more_before, rest.more))
    }

    fn read(&self, start: Option<Start>, way: Way, limit: usize) -> StoreResult<Page> {
        let clause = self.select(KEY_COLUMNS, start, way, limit + 1)?;
        let mut names = Names::new(self.conn)?;
        let mut page = Page::default();
        let mut statement = self.conn.prepare_cached(&clause.sql)?;
        let mut rows = statement.query(params_from_iter(clause.values))?;
        while let Some(row) = rows.next()? {
            if page.keys.len() == limit {
                page.more = true;
                break;
            }
            let key = names.key(row)?;
            page.places.push(key.place(self.query.sort));
            page.keys.push(key);
        }
        Ok(page)
    }

    fn any(&self, start: Start, way: Way) -> StoreResult<bool> {
        let clause = self.select("1", Some(start), way, 1)?;
        Ok(self
            .conn
            .prepare_cached(&clause.sql)?
            .exists(params_from_iter(clause.values))?)
    }

    fn select(&self, columns: &str, start: Option<Start>, way: Way, limit: usize) -> StoreResult<Clause> {
        let ascending = self.query.descending == (way == Way::Backward);
        let path = self.source.path();
        let mut clause = self.source.rows(columns, &self.filter);
        if let Some(start) = start {
            let from = path.from(start, ascending, &self.filter)?;
            clause.push(&from.sql, from.values);
        }
        clause.push(&path.order_by(ascending), []);
        clause.push(" LIMIT ?", [(limit as i64).into()]);
        Ok(clause)
    }

    /// The place of a key that is among the filtered.
    fn place(&self, id: Uuid) -> StoreResult<Option<Place>> {
        let conditions = self.filter.clause();
        let sql = format!(
            "SELECT {KEY_COLUMNS} FROM keys AS k INDEXED BY keys_by_id
              WHERE k.id = ? AND k.revoked_at IS NULL{}",
            conditions.sql
        );
        let mut names = Names::new(self.conn)?;
        let mut statement = self.conn.prepare_cached(&sql)?;
        let values = [id.as_bytes().to_vec().into()]
            .into_iter()
            .chain(conditions.values);
        let mut rows = statement.query(params_from_iter(values))?;
        let key = rows.next()?.map(|row| names.key(row)).transpose()?;
        Ok(key.map(|key| key.place(self.query.sort)))
    }
}

impl Page {
    fn reversed(mut self) -> Self {
        self.keys.reverse();
        self.places.reverse();
        self
    }

    fn into_slice(self, more_before: bool, more_after: bool) -> KeySlice {
        let records = self.keys.into_iter().map(|key| key.record);
        KeySlice {
            items: records.zip(self.places).collect(),
            more_before,
            more_after,
        }
    }
}
