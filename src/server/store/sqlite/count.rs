//! How many keys match: read from the counts that triggers keep, or, under a text filter, counted up
//! to a cap.

use rusqlite::{Connection, params_from_iter};

use super::filter::{Filter, usage_index};
use super::rows::scope;
use super::search::kept::kept;
use super::search::{Candidates, Search, Source};
use crate::api::{COUNT_CAP, KeyCounts, KeyFilter, Sort};
use crate::server::store::count::of;
use crate::server::store::{StoreResult, Visible};

pub fn count(conn: &Connection, visible: Visible, filter: &KeyFilter) -> StoreResult<KeyCounts> {
    let Some(filter) = Filter::resolve(conn, filter, visible)? else {
        return Ok(KeyCounts::default());
    };
    match (&filter.text, usage_index(filter.usage)) {
        (None, None) => kept(conn, &filter),
        _ => counted(conn, filter),
    }
}

fn counted(conn: &Connection, filter: Filter) -> StoreResult<KeyCounts> {
    let search = Search::new(conn, filter, Sort::CreatedAt)?;
    if let Some(Candidates {
        seqs,
        complete: false,
    }) = &search.candidates
    {
        // Some that match are missing, which is no matter when there are enough without them.
        let counts = rows(conn, Source::Rows(seqs), &search.filter)?;
        if counts.capped {
            return Ok(counts);
        }
    }
    rows(conn, search.source(), &search.filter)
}

fn rows(conn: &Connection, source: Source, filter: &Filter) -> StoreResult<KeyCounts> {
    let mut clause = source.select("k.scope", filter);
    clause.push(" LIMIT ?", [(COUNT_CAP as i64 + 1).into()]);
    let mut counts = KeyCounts::default();
    let mut statement = conn.prepare_cached(&clause.sql)?;
    let mut rows = statement.query(params_from_iter(clause.values))?;
    while let Some(row) = rows.next()? {
        if counts.total() == COUNT_CAP {
            counts.capped = true;
            break;
        }
        *of(&mut counts, scope(row, 0)?) += 1;
    }
    Ok(counts)
}
