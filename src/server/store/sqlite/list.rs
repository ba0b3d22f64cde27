//! Pages of keys by keyset: from a place, in either direction, never by counting rows.

use std::cell::RefCell;

use rusqlite::{Connection, params_from_iter};
use uuid::Uuid;

use super::filter::{Clause, Filter};
use super::names::{Known, Names};
use super::order;
use super::search::Search;
use crate::server::store::key_row::{KEY_COLUMNS, KeyRow};
use crate::server::store::paging::{Read, Reads, Run, Way};
use crate::server::store::{KeyQuery, KeyRecord, KeySlice, Place, Position, StoreResult, row};

pub fn page(conn: &Connection, known: &mut Known, query: &KeyQuery) -> StoreResult<Option<KeySlice>> {
    let Some(filter) = Filter::resolve(conn, &query.filter, query.visible)? else {
        return Ok(match query.position {
            Position::Around(_) => None,
            _ => Some(KeySlice::of(Run::default(), Run::default(), 0)),
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

impl Listing<'_> {
    fn page(&self) -> StoreResult<Option<KeySlice>> {
        let limit = self.query.limit as usize;
        let middle = match self.query.position {
            Position::Around(id) => match self.place(id)? {
                None => return Ok(None),
                place => place,
            },
            _ => None,
        };
        let reads = Reads::of(&self.query.position, middle.as_ref(), limit);
        let slice = KeySlice::of(self.read(reads.backward)?, self.read(reads.forward)?, limit);
        Ok(Some(slice))
    }

    fn read(&self, read: Option<Read>) -> StoreResult<Run> {
        let Some(read) = read else {
            return Ok(Run::default());
        };
        let clause = self.select(KEY_COLUMNS, read)?;
        let mut statement = self.conn.prepare_cached(&clause.sql)?;
        let mut rows = statement.query(params_from_iter(clause.values))?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next()? {
            let key: KeyRow = row::read(row)?;
            let place = key.place(self.query.sort);
            keys.push((self.record(key)?, place));
        }
        Ok(Run::of(keys, read.limit))
    }

    fn record(&self, key: KeyRow) -> StoreResult<KeyRecord> {
        let mut names = self.names.borrow_mut();
        let creator = names.person(key.creator)?;
        let project = key.project.map(|seq| names.project(seq)).transpose()?;
        Ok(key.record(creator, project))
    }

    fn select(&self, columns: &str, read: Read) -> StoreResult<Clause> {
        let ascending = self.query.descending == (read.way == Way::Backward);
        let Search { path, filter, .. } = &self.search;
        let mut clause = self.search.source().select(columns, filter);
        if let Some(start) = read.start {
            let from = order::from(path, start, ascending)?;
            clause.push(&from.sql, from.values);
        }
        clause.push(&path.order_by(ascending), []);
        clause.push(" LIMIT ?", [(read.limit as i64 + 1).into()]);
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
        let key: Option<KeyRow> = rows.next()?.map(row::read).transpose()?;
        Ok(key.map(|key| key.place(self.query.sort)))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::connection;
    use strum::IntoEnumIterator;

    use super::*;
    use crate::api::{KeyFilter, Sort};
    use crate::model::Scope;
    use crate::server::store::Visible;
    use crate::server::store::order::Path;
    use crate::server::store::paging::Start;
    use crate::server::store::{Founding, PlaceValue, WrappedDataKey};

    /// The query plan of the statement that reads a page, one step a line.
    fn plan(listing: &Listing, start: Option<Start>, way: Way) -> String {
        let read = Read {
            start,
            way,
            limit: 100,
        };
        let clause = listing.select(KEY_COLUMNS, read).unwrap();
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
            .flat_map(|filter| Sort::iter().map(|sort| (filter.clone(), sort)))
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
                let path = Path::new(sort, filter.scope, owner);
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
