//! The program's part of step 5 of the schema: the compared forms of all names, and other names for those that
//! have become alike, with a row of the log for each.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};

use super::{bulk, chain};
use crate::model::compared;
use crate::server::store::StoreResult;
use crate::server::store::alike::{NAMED, Named, rename};
use crate::server::store::db::at_once;

/// When more rows than these change, their indexes and the search are recreated, which takes less time.
const MANY: usize = 10_000;

pub fn write_compared(tx: &Transaction) -> StoreResult<()> {
    // As the forms are written one by one, two may be the same for a moment. The step makes it again.
    tx.execute_batch("DROP INDEX users_by_email")?;
    for named in &NAMED {
        write_keys(tx, named)?;
    }
    let renamed = at_once(rename(&**tx))?;
    chain::extend(tx, |log| {
        renamed
            .iter()
            .try_for_each(|renamed| log.append(Timestamp::now(), None, None, renamed.subject()))
    })
}

fn write_keys(conn: &Connection, named: &Named) -> StoreResult<()> {
    let mut changed: Vec<(i64, String)> = Vec::new();
    let mut statement = conn.prepare(&named.rows())?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let key = compared(&row.get::<_, String>(1)?);
        if key != row.get::<_, String>(2)? {
            changed.push((row.get(0)?, key));
        }
    }
    drop(rows);
    let set_aside = match changed.len() > MANY {
        true => bulk::drop_indexes_and_triggers(conn)?,
        false => Vec::new(),
    };
    let set = format!("UPDATE {} SET {} = ? WHERE seq = ?", named.table, named.key());
    let mut statement = conn.prepare(&set)?;
    for (seq, key) in &changed {
        statement.execute(params![key, seq])?;
    }
    if !set_aside.is_empty() {
        set_aside.iter().try_for_each(|sql| conn.execute_batch(sql))?;
        conn.execute_batch(bulk::SEARCH)?;
    }
    Ok(())
}
