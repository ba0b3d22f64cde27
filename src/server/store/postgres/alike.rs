//! The program's part of step 2 of the schema: the compared forms of all names, and other names for those that
//! have become alike, with a row of the log for each.

use deadpool_postgres::Transaction;
use futures_util::TryStreamExt;
use tokio::pin;
use uuid::Uuid;

use super::ask;
use super::change::Change;
use crate::api::ActivityAction;
use crate::model::compared;
use crate::server::store::StoreResult;
use crate::server::store::alike::{NAMED, Named, Numbers, tell, told_apart};
use crate::server::store::changes::{self, Subject};
use crate::server::store::db::Change as _;
use crate::server::store::statement::Entity;

/// When more rows than these change, their indexes are made anew, which takes less time.
const MANY: usize = 10_000;
/// Rows of one statement.
const PORTION: usize = 5_000;

/// What got another name, as the log has to be told of it.
pub struct Renamed {
    action: ActivityAction,
    /// Its id, its number and its creator's.
    key: Option<(Uuid, i64, i64)>,
    old: String,
    new: String,
    field: &'static str,
    /// Whose row has to say what there is after the change.
    about: Option<Entity>,
}

impl Renamed {
    pub fn tell(&self, change: &mut Change) {
        let changes = changes::of_renamed(self.field, &self.old, &self.new);
        let subject = match self.key {
            Some((id, seq, creator)) => {
                Subject::of_key(self.action, (seq, creator), &self.new, changes).with_id(id)
            }
            None => Subject {
                about: self.about,
                ..Subject::of(self.action, &self.new, changes)
            },
        };
        change.record(subject);
    }
}

pub async fn write_compared(tx: &Transaction<'_>) -> StoreResult<Vec<Renamed>> {
    // As the forms are written, two may be the same for a moment. The step makes it again.
    tx.batch_execute("DROP INDEX users_by_email").await?;
    let mut renamed = Vec::new();
    for named in &NAMED {
        write_keys(tx, named).await?;
        rename_alike(tx, named, &mut renamed).await?;
    }
    rename_gateways(tx, &mut renamed).await?;
    Ok(renamed)
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

/// Takes away what would be done again for each row; what it returns brings it back. A row that is written anew
/// is in every index anew, whether its columns changed or not.
async fn set_aside(tx: &Transaction<'_>, named: &Named) -> StoreResult<Vec<String>> {
    let indexes = "SELECT indexname, indexdef FROM pg_indexes
                    WHERE schemaname = current_schema() AND tablename = $1
                      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)";
    let table = named.table;
    tx.batch_execute(&format!("ALTER TABLE {table} DISABLE TRIGGER USER"))
        .await?;
    let mut again = vec![format!("ALTER TABLE {table} ENABLE TRIGGER USER")];
    for row in ask::all(tx, indexes, &[&table]).await? {
        let name: String = row.try_get(0)?;
        tx.batch_execute(&format!("DROP INDEX \"{name}\"")).await?;
        again.push(row.try_get(1)?);
    }
    Ok(again)
}

async fn rename_alike(tx: &Transaction<'_>, named: &Named, renamed: &mut Vec<Renamed>) -> StoreResult<()> {
    let mut numbers = Numbers::default();
    for row in ask::all(tx, &named.alike(), &[]).await? {
        let (seq, group): (i64, (i64, i64)) = (row.try_get(0)?, (row.try_get(1)?, row.try_get(2)?));
        let old: String = row.try_get(3)?;
        let (new, key) = loop {
            let new = numbers.next(named, group, &old);
            let key = compared(&new);
            if !ask::exists(tx, &named.taken(), &[&key, &group.0, &group.1]).await? {
                break (new, key);
            }
        };
        ask::run_one(tx, &named.rename(), &[&new, &key, &seq]).await?;
        tell(named.table, &old, &new);
        let (mut key, mut about) = (None, None);
        match named.action {
            ActivityAction::KeyEdited => {
                let row = ask::one(tx, "SELECT id, creator FROM keys WHERE seq = $1", &[&seq]).await?;
                key = Some((row.try_get(0)?, seq, row.try_get(1)?));
            }
            ActivityAction::ProjectEdited => {
                let row = ask::one(tx, "SELECT id FROM projects WHERE seq = $1", &[&seq]).await?;
                about = Some(Entity::Project(row.try_get(0)?));
            }
            _ => {}
        }
        renamed.push(Renamed {
            action: named.action,
            key,
            old,
            new,
            field: named.text(),
            about,
        });
    }
    Ok(())
}

async fn rename_gateways(tx: &Transaction<'_>, renamed: &mut Vec<Renamed>) -> StoreResult<()> {
    let active = "SELECT seq, name FROM gateways WHERE removed_at IS NULL ORDER BY seq";
    let rows = ask::all(tx, active, &[]).await?;
    let names: Vec<String> = rows.iter().map(|row| row.try_get(1)).collect::<Result<_, _>>()?;
    for (index, new) in told_apart(&names) {
        let seq: i64 = rows[index].try_get(0)?;
        let rename = "UPDATE gateways SET name = $1 WHERE seq = $2";
        ask::run_one(tx, rename, &[&new, &seq]).await?;
        let old = names[index].clone();
        tell("gateways", &old, &new);
        renamed.push(Renamed {
            action: ActivityAction::GatewayEdited,
            key: None,
            old,
            new,
            field: "name",
            about: None,
        });
    }
    Ok(())
}
