//! What this process acknowledged, and what it has seen of others: the newest row of the activity log, and whose deck
//! it is. Rows are only ever added after it. A database that lacks it was replaced by an older or another state with
//! the means of SQLite itself (`.restore`, rows deleted), which the files alone don't tell.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, ErrorCode, OptionalExtension};

use super::chain;
use crate::api::{ActivityHead, ChainHash};
use crate::server::store::StoreResult;

/// Three rows by their keys, and the row of that number: as much in the largest database as in the smallest.
const FOUND: &str = "SELECT (SELECT id FROM organisation), head.seq, head.hash,
                            (SELECT hash FROM activity WHERE seq = ?)
                       FROM activity_head AS head";

pub struct Acknowledged {
    organisation: Vec<u8>,
    head: Mutex<ActivityHead>,
}

struct Found {
    organisation: Option<Vec<u8>>,
    head: ActivityHead,
    /// Of the row that is looked for.
    hash: Option<ChainHash>,
}

impl Acknowledged {
    /// As the database is when it is opened.
    pub fn in_database(conn: &Connection) -> StoreResult<Self> {
        Ok(Self {
            organisation: conn.query_row("SELECT id FROM organisation", [], |row| row.get(0))?,
            head: Mutex::new(chain::head(conn)?),
        })
    }

    /// The newest row is acknowledged from now on: what added it was committed.
    pub fn advance(&self, head: ActivityHead) {
        let mut known = self.head();
        if head.seq > known.seq {
            *known = head;
        }
    }

    /// What of it a connection doesn't find. What others have added it takes note of. To be called where the
    /// connection reads the database as it is now, so not after another read in the same transaction.
    pub fn difference(&self, conn: &Connection) -> StoreResult<Option<String>> {
        // Before the database is read: what is acknowledged by now must be there.
        let known = *self.head();
        let found = match found(conn, known.seq) {
            Ok(found) => found,
            Err(error) if is_of_another_schema(&error) => None,
            Err(error) => return Err(error.into()),
        };
        let Some(found) = found.filter(|found| found.organisation.as_ref() == Some(&self.organisation))
        else {
            return Ok(Some(
                "its contents were replaced by those of another database".into(),
            ));
        };
        // A deck begins without a row.
        let has_row = known.seq == 0 || found.hash == Some(known.hash);
        if !has_row || found.head.seq < known.seq {
            return Ok(Some(format!(
                "its contents were replaced by an older or another state: row {} of its activity log, which was there \
                 before, is missing or another one",
                known.seq
            )));
        }
        self.advance(found.head);
        Ok(None)
    }

    /// What the lock guards is whole at every instruction, so a panic elsewhere spoils nothing.
    fn head(&self) -> MutexGuard<'_, ActivityHead> {
        self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `None`: it lacks the note of its newest row.
fn found(conn: &Connection, seq: u64) -> rusqlite::Result<Option<Found>> {
    let mut statement = conn.prepare_cached(FOUND)?;
    let found = statement.query_row([seq as i64], |row| {
        Ok(Found {
            organisation: row.get(0)?,
            head: ActivityHead {
                seq: row.get::<_, i64>(1)? as u64,
                hash: ChainHash(row.get(2)?),
            },
            hash: row.get::<_, Option<_>>(3)?.map(ChainHash),
        })
    });
    found.optional()
}

/// A table or a column is missing, or holds what it never holds.
fn is_of_another_schema(error: &rusqlite::Error) -> bool {
    match error.sqlite_error_code() {
        Some(code) => matches!(code, ErrorCode::Unknown | ErrorCode::NotADatabase),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: [u8; 32] = [7; 32];

    /// The deck `organisation`, whose log has the rows up to `seq`.
    fn database(organisation: u8, rows: &[(i64, [u8; 32])]) -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(
            "CREATE TABLE organisation (id BLOB);
             CREATE TABLE activity_head (seq INTEGER, hash BLOB);
             CREATE TABLE activity (seq INTEGER PRIMARY KEY, hash BLOB);",
        )
        .unwrap();
        conn.execute("INSERT INTO organisation VALUES (?)", [[organisation; 16]])
            .unwrap();
        conn.execute("INSERT INTO activity_head VALUES (0, ?)", [[0_u8; 32]])
            .unwrap();
        rows.iter().for_each(|&row| add(&conn, row));
        conn
    }

    fn add(conn: &Connection, row: (i64, [u8; 32])) {
        conn.execute("INSERT INTO activity VALUES (?, ?)", row).unwrap();
        conn.execute("UPDATE activity_head SET seq = ?, hash = ?", row)
            .unwrap();
    }

    fn is_same(known: &Acknowledged, conn: &Connection) -> bool {
        known.difference(conn).unwrap().is_none()
    }

    #[test]
    fn only_rows_behind_what_is_known_make_no_difference() {
        let first = database(1, &[(1, [1; 32]), (2, ROW)]);
        let known = Acknowledged::in_database(&first).unwrap();
        assert!(is_same(&known, &first));
        for (what, other) in [
            ("another deck", database(2, &[(1, [1; 32]), (2, ROW)])),
            ("an older state", database(1, &[(1, [1; 32])])),
            ("no row", database(1, &[])),
            ("another row", database(1, &[(1, [1; 32]), (2, [8; 32])])),
            ("other rows, and more", database(1, &[(2, [8; 32]), (3, [9; 32])])),
            (
                "a row taken out before the newest",
                database(1, &[(1, [1; 32]), (3, [9; 32])]),
            ),
            ("nothing", Connection::open_in_memory().unwrap()),
        ] {
            assert!(!is_same(&known, &other), "{what}");
        }
        first.execute_batch("DELETE FROM activity WHERE seq = 2").unwrap();
        assert!(!is_same(&known, &first), "the newest row is deleted");
    }

    #[test]
    fn what_others_have_added_must_stay_too() {
        let conn = database(1, &[]);
        let known = Acknowledged::in_database(&conn).unwrap();
        assert!(is_same(&known, &conn));
        add(&conn, (1, [1; 32]));
        add(&conn, (2, ROW));
        assert!(is_same(&known, &conn));
        assert!(!is_same(&known, &database(1, &[(1, [1; 32])])));
        known.advance(ActivityHead {
            seq: 3,
            hash: ChainHash(ROW),
        });
        assert!(!is_same(&known, &conn), "what was acknowledged is missing");
    }
}
