//! The orders of keys in terms of SQLite.

use rusqlite::types::Value as Sql;

use super::filter::Clause;
use super::rows::rank;
use crate::server::store::StoreResult;
use crate::server::store::order::{Mark, Path};
use crate::server::store::paging::Start;

/// `AND (…) > (…)`: from a place on, upwards or downwards.
pub fn from(path: &Path, start: Start, ascending: bool) -> StoreResult<Clause> {
    let marks = path.marks(start.place)?;
    let holes = vec!["?"; marks.len()].join(", ");
    Ok(Clause {
        sql: format!(" AND ({}) {} ({holes})", path.row(), start.sign(ascending)),
        values: marks.into_iter().map(value).collect(),
    })
}

fn value(mark: Mark) -> Sql {
    match mark {
        Mark::Number(number) => Sql::Integer(number),
        Mark::Scope(scope) => Sql::Integer(rank(scope)),
        Mark::Text(text) => Sql::Text(text),
        // SQLite sorts every text before every blob.
        Mark::BehindText => Sql::Blob(Vec::new()),
        Mark::Id(id) => Sql::Blob(id.as_bytes().to_vec()),
    }
}
