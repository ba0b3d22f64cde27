//! The program's part of step 5 of the schema: the compared forms of all names, and other names for those that
//! have become alike, with a row of the log for each.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};

use super::bulk;
use super::chain::{self, Chain};
use crate::api::ActivityAction;
use crate::model::compared;
use crate::server::store::StoreResult;
use crate::server::store::alike::{NAMED, Named, Numbers, tell, told_apart};
use crate::server::store::changes::{self, Subject};

/// When more rows than these change, their indexes and the search are made anew, which takes less time.
const MANY: usize = 10_000;

pub fn write_compared(tx: &Transaction) -> StoreResult<()> {
    // As the forms are written one by one, two may be the same for a moment. The step makes it again.
    tx.execute_batch("DROP INDEX users_by_email")?;
    for named in &NAMED {
        write_keys(tx, named)?;
    }
    chain::extend(tx, |log| {
        for named in &NAMED {
            rename_alike(tx, log, named)?;
        }
        rename_gateways(tx, log)
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

fn rename_alike(conn: &Connection, log: &mut Chain, named: &Named) -> StoreResult<()> {
    let mut statement = conn.prepare(&named.alike())?;
    let rows = statement.query_map([], |row| {
        Ok((row.get(0)?, (row.get(1)?, row.get(2)?), row.get(3)?))
    })?;
    let alike: Vec<(i64, (i64, i64), String)> = rows.collect::<rusqlite::Result<_>>()?;
    let mut taken = conn.prepare(&named.taken())?;
    let mut rename = conn.prepare(&named.rename())?;
    let mut numbers = Numbers::default();
    for (seq, group, old) in alike {
        let (new, key) = loop {
            let new = numbers.next(named, group, &old);
            let key = compared(&new);
            if !taken.exists(params![key, group.0, group.1])? {
                break (new, key);
            }
        };
        rename.execute(params![new, key, seq])?;
        tell(named.table, &old, &new);
        let changes = changes::of_renamed(named.text(), &old, &new);
        let subject = match named.action {
            ActivityAction::KeyEdited => {
                let creator = conn
                    .prepare_cached("SELECT creator FROM keys WHERE seq = ?")?
                    .query_row([seq], |row| row.get(0))?;
                Subject::of_key(named.action, (seq, creator), &new, changes)
            }
            action => Subject::of(action, &new, changes),
        };
        log.append(Timestamp::now(), None, None, subject)?;
    }
    Ok(())
}

fn rename_gateways(conn: &Connection, log: &mut Chain) -> StoreResult<()> {
    let mut statement =
        conn.prepare("SELECT seq, name FROM gateways WHERE removed_at IS NULL ORDER BY seq")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let (seqs, names): (Vec<i64>, Vec<String>) = rows.into_iter().unzip();
    for (index, new) in told_apart(&names) {
        let old = &names[index];
        conn.execute(
            "UPDATE gateways SET name = ? WHERE seq = ?",
            params![new, seqs[index]],
        )?;
        tell("gateways", old, &new);
        let changes = changes::of_renamed("name", old, &new);
        let subject = Subject::of(ActivityAction::GatewayEdited, &new, changes);
        log.append(Timestamp::now(), None, None, subject)?;
    }
    Ok(())
}
