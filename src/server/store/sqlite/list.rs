//! Pages of keys by keyset: from a place, in either direction, never by counting rows.

use std::cell::RefCell;

use rusqlite::{Connection, params_from_iter};
use uuid::Uuid;

use super::filter::{Clause, Filter};
use super::names::{Known, Names};
use super::order::Start;
use super::rows::{KEY_COLUMNS, KeyColumns};
use super::search::Search;
use crate::api::KeyFilter;
use crate::server::store::{KeyQuery, KeySlice, Place, Position, StoreResult, Visible};

/// Whether the page is one walk along an index, so that it costs the same however many keys there are.
pub fn is_quick(filter: &KeyFilter, visible: Visible) -> bool {
    let by_creator = filter.creator.is_some() || visible != Visible::All;
    let conditions = [filter.scope.is_some(), filter.project.is_some(), by_creator];
    filter.q.is_none()
        && !filter.asks_for_usage()
        && conditions.into_iter().filter(|is_set| *is_set).count() <= 1
}

pub fn page(conn: &Connection, known: &mut Known, query: &KeyQuery) -> StoreResult<Option<KeySlice>> {
    let Some(filter) = Filter::resolve(conn, &query.filter, query.visible)? else {
        return Ok(match query.position {
            Position::Around(_) => None,
            _ => Some(Page::default().into_slice(false, false)),
        });
    };
    let search = Search::new(conn, filter, query.sort)?;
    known.refresh(conn)?;
    let names = RefCell::new(Names { conn, known });
    Listing {
        conn,
        names,
        query,
        search,
    }
    .page()
}

struct Listing<'a> {
    conn: &'a Connection,
    names: RefCell<Names<'a>>,
    query: &'a KeyQuery,
    search: Search,
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
        let mut page = Page::default();
        let mut statement = self.conn.prepare_cached(&clause.sql)?;
        let mut rows = statement.query(params_from_iter(clause.values))?;
        while let Some(row) = rows.next()? {
            if page.keys.len() == limit {
                page.more = true;
                break;
            }
            let key = KeyColumns::read(row, &mut self.names.borrow_mut())?;
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
        let Search { path, filter, .. } = &self.search;
        let mut clause = self.search.source().select(columns, filter);
        if let Some(start) = start {
            let from = path.from(start, ascending, filter)?;
            clause.push(&from.sql, from.values);
        }
        clause.push(&path.order_by(ascending), []);
        clause.push(" LIMIT ?", [(limit as i64).into()]);
        Ok(clause)
    }

    /// The place of a key that is among the filtered.
    fn place(&self, id: Uuid) -> StoreResult<Option<Place>> {
        let conditions = self.search.filter.clause();
        let sql = format!(
            "SELECT {KEY_COLUMNS} FROM keys AS k INDEXED BY keys_by_id
              WHERE k.id = ? AND k.revoked_at IS NULL{}",
            conditions.sql
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let values = [id.as_bytes().to_vec().into()]
            .into_iter()
            .chain(conditions.values);
        let mut rows = statement.query(params_from_iter(values))?;
        let key = rows
            .next()?
            .map(|row| KeyColumns::read(row, &mut self.names.borrow_mut()))
            .transpose()?;
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::{connection, order::Path};
    use super::*;
    use crate::api::Sort;
    use crate::model::Scope;
    use crate::server::store::{Founding, PlaceValue, WrappedDataKey};

    /// The query plan of the statement that reads a page, one step a line.
    fn plan(listing: &Listing, start: Option<Start>, way: Way) -> String {
        let clause = listing.select(KEY_COLUMNS, start, way, 100).unwrap();
        let mut statement = listing
            .conn
            .prepare(&format!("EXPLAIN QUERY PLAN {}", clause.sql))
            .unwrap();
        let steps = statement
            .query_map(params_from_iter(clause.values), |row| row.get::<_, String>(3))
            .unwrap();
        steps.map(Result::unwrap).collect::<Vec<_>>().join("\n")
    }

    fn values(sort: Sort, scope: Scope) -> PlaceValue {
        match sort {
            Sort::Scope => PlaceValue::Scope(scope, "name".into()),
            Sort::Name => PlaceValue::Name("name".into()),
            Sort::CreatedAt | Sort::LastUsedAt => PlaceValue::Time(1),
        }
    }

    #[test]
    fn every_page_is_one_seek_and_one_walk_along_an_index() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keydeck.db");
        let founding = Founding {
            organisation: "Acme".into(),
            owner_email: "mira@acme.example".into(),
            owner_token: None,
            at: Timestamp::now(),
        };
        let data_key = WrappedDataKey {
            id: 1,
            bytes: vec![0],
        };
        connection::create(&path, &founding, &data_key).unwrap();
        let conn = connection::reader(&path).unwrap();
        let none = Filter::default;
        let filters = [
            none(),
            Filter {
                scope: Some(Scope::Mobile),
                ..none()
            },
            Filter {
                creator: Some(1),
                ..none()
            },
            Filter {
                project: Some(1),
                ..none()
            },
        ];
        for (filter, sort) in filters
            .iter()
            .flat_map(|filter| Sort::ALL.map(|sort| (filter.clone(), sort)))
        {
            for (descending, way) in [
                (false, Way::Forward),
                (true, Way::Forward),
                (false, Way::Backward),
            ] {
                let owner = filter
                    .creator
                    .map(|_| "creator")
                    .or(filter.project.map(|_| "project"));
                let query = KeyQuery {
                    visible: Visible::All,
                    filter: KeyFilter::default(),
                    sort,
                    descending,
                    position: Position::Start,
                    limit: 100,
                };
                let path = Path::new(sort, &filter, owner);
                let mut known = Known::default();
                let listing = Listing {
                    conn: &conn,
                    names: RefCell::new(Names {
                        conn: &conn,
                        known: &mut known,
                    }),
                    query: &query,
                    search: Search {
                        filter: filter.clone(),
                        path: path.clone(),
                        candidates: None,
                    },
                };
                let place = Place {
                    value: values(sort, Scope::Mobile),
                    id: Uuid::nil(),
                };
                for inclusive in [false, true] {
                    let plan = plan(
                        &listing,
                        Some(Start {
                            place: &place,
                            inclusive,
                        }),
                        way,
                    );
                    let sign = if descending == (way == Way::Backward) {
                        '>'
                    } else {
                        '<'
                    };
                    let seek = format!("SEARCH k USING INDEX {} (", path.index);
                    assert!(
                        plan.starts_with(&seek) && !plan.contains('\n'),
                        "{query:?}: {plan}"
                    );
                    assert!(plan.contains(&format!(",id){sign}(?,")), "{query:?}: {plan}");
                }
                let plan = plan(&listing, None, way);
                let walk = format!(" k USING INDEX {}", path.index);
                assert!(plan.contains(&walk) && !plan.contains('\n'), "{query:?}: {plan}");
            }
        }
    }
}
