//! The program's part of step 2 of the schema: the compared forms of all names, and other names for those that
//! have become alike, with a row of the log for each.

use deadpool_postgres::Transaction;
use futures_util::TryStreamExt;
use tokio::pin;

use super::ask;
use crate::model::compared;
use crate::server::store::StoreResult;
use crate::server::store::alike::{NAMED, Named, Renamed, rename};
use crate::server::store::db::{Db, values};

/// When more rows than these change, their indexes are recreated, which takes less time.
const MANY: usize = 10_000;
/// Rows of one statement.
const PORTION: usize = 5_000;

pub async fn write_compared(tx: &Transaction<'_>) -> StoreResult<Vec<Renamed>> {
    // As the forms are written, two may be the same for a moment. The step makes it again.
    tx.batch_execute("DROP INDEX users_by_email").await?;
    for named in &NAMED {
        write_keys(tx, named).await?;
    }
    rename(tx).await
}

async fn write_keys(tx: &Transaction<'_>, named: &Named) -> StoreResult<()> {
    let (mut seqs, mut keys) = (Vec::new(), Vec::new());
    let rows = tx.query_raw(&named.rows(), Vec::<i64>::new()).await?;
    pin!(rows);
    while let Some(row) = rows.try_next().await? {
        let key = compared(row.try_get(1)?);
        if key != row.try_get::<_, &str>(2)? {
            seqs.push(row.try_get::<_, i64>(0)?);
            keys.push(key);
        }
    }
    let again = match seqs.len() > MANY {
        true => set_aside(tx, named).await?,
        false => Vec::new(),
    };
    let set = format!(
        "UPDATE {} AS t SET {} = new.key FROM unnest($1::bigint[], $2::text[]) AS new (seq, key)
          WHERE t.seq = new.seq",
        named.table,
        named.key()
    );
    for (seqs, keys) in seqs.chunks(PORTION).zip(keys.chunks(PORTION)) {
        ask::run(tx, &set, &[&seqs, &keys]).await?;
    }
    for sql in again {
        tx.batch_execute(&sql).await?;
    }
    Ok(())
}

/// Takes away what would be done again for each row; what it returns brings it back. A row that is rewritten
/// is written into every index again, whether its columns changed or not.
async fn set_aside(tx: &Transaction<'_>, named: &Named) -> StoreResult<Vec<String>> {
    let indexes = "SELECT indexname, indexdef FROM pg_indexes
                    WHERE schemaname = current_schema() AND tablename = ?
                      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)";
    let table = named.table;
    tx.batch_execute(&format!("ALTER TABLE {table} DISABLE TRIGGER USER"))
        .await?;
    let mut again = vec![format!("ALTER TABLE {table} ENABLE TRIGGER USER")];
    let indexes: Vec<(String, String)> = tx.all(indexes, values![table]).await?;
    for (name, definition) in indexes {
        tx.batch_execute(&format!("DROP INDEX \"{name}\"")).await?;
        again.push(definition);
    }
    Ok(again)
}
