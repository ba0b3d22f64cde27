//! The schema: its steps, each taken once however many servers start together, and what a new
//! database begins with.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use deadpool_postgres::Transaction;
use uuid::Uuid;

use super::alike;
use super::catalog;
use super::change::PostgresChange;
use super::pool::Pool;
use crate::server::store::alike::Renamed;
use crate::server::store::db::{Change as _, Db, exists, one, run_one, values};
use crate::server::store::schema::Schema;
use crate::server::store::seals::refuse_set_back;
use crate::server::store::{Founding, StoreError, StoreResult, WrappedDataKey};
use crate::server::store::{data_keys, founding, statement};

/// `keydeck_schema.version` is how many of them a database has.
const MIGRATIONS: &[Migration] = &[
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/001_init.sql"),
    },
    Migration {
        writes_compared: true,
        sql: include_str!("../../../../assets/migrations/postgres/002_names.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/003_removals.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/004_session_tokens.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/005_data_keys.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/006_statements.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/007_note.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/008_labels.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/009_expiry.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/010_rotation.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/011_networks.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/012_local_development.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/013_plans.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/014_ended.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/015_rows.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/016_revoked_search.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/017_leaks.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/018_log_readers.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/019_ended_counts.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/020_imports.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/021_webhooks.sql"),
    },
    Migration {
        writes_compared: false,
        sql: include_str!("../../../../assets/migrations/postgres/022_marked_expired.sql"),
    },
];

/// The first schema whose log states who there is.
const STATES: usize = 6;

struct Migration {
    /// Whether the program writes the compared forms of names first.
    writes_compared: bool,
    sql: &'static str,
}

/// "keydeck", for `pg_advisory_xact_lock`: held while the schema is looked at and changed.
const LOCK: i64 = 0x006b_6579_6465_636b;
/// `similarity` comes with PostgreSQL 13, what else is used before that; these are those that are tested.
const OLDEST_ENGINE: i64 = 150_000;

/// Lays the foundation in a database that holds nothing yet.
pub async fn create(
    pool: &Pool,
    shown: &str,
    founding: &Founding,
    data_key: &WrappedDataKey,
    before_it_stays: impl FnOnce() -> StoreResult<()>,
) -> StoreResult<()> {
    let mut client = pool.lease().await?;
    let tx = client.transaction().await?;
    lay_foundation(&tx, shown).await?;
    found(&tx, founding, data_key).await?;
    before_it_stays()?;
    tx.commit().await?;
    client.give_back();
    Ok(())
}

/// The newest schema, without a row in it, in a database that holds nothing yet.
pub async fn lay_foundation(tx: &Transaction<'_>, shown: &str) -> StoreResult<()> {
    lock(tx).await?;
    if version(tx).await?.is_some() {
        return Err(StoreError::AlreadyInitialised(shown.to_owned()));
    }
    if exists(tx, ANY_TABLE, &[]).await? {
        return Err(StoreError::Fault(format!(
            "{shown} has tables of another program; give keydeck a database of its own"
        )));
    }
    lay(tx).await
}

async fn lay(tx: &Transaction<'_>) -> StoreResult<()> {
    tx.batch_execute(
        "CREATE TABLE keydeck_schema (one integer PRIMARY KEY CHECK (one = 1), version integer NOT NULL)",
    )
    .await?;
    migrate(tx, 0).await.map(drop)
}

/// Checks that a keydeck database is there, and brings its schema up to date.
pub async fn prepare(pool: &Pool, shown: &str) -> StoreResult<()> {
    let mut client = pool.lease().await?;
    let tx = client.transaction().await?;
    lock(&tx).await?;
    let Some(found) = version(&tx).await? else {
        return Err(StoreError::NotInitialised(shown.to_owned()));
    };
    if found > MIGRATIONS.len() {
        return Err(StoreError::Newer {
            found: found as u32,
            known: MIGRATIONS.len() as u32,
        });
    }
    if found < STATES {
        refuse_set_back(found, &data_keys::all(&tx).await?)?;
    }
    let renamed = migrate(&tx, found).await?;
    let found = catalog::read(&tx).await?;
    made(&tx).await?.require(&found)?;
    let mut change = PostgresChange::within(tx).await?;
    renamed
        .iter()
        .for_each(|renamed| change.record(renamed.subject()));
    change.commit().await?;
    client.give_back();
    Ok(())
}

/// The schema as this version makes it on this engine, which is asked once.
async fn made(tx: &Transaction<'_>) -> StoreResult<Arc<Schema>> {
    let engine: String = one(tx, "SELECT version()", &[]).await?;
    // What the lock guards is whole at every instruction, so a panic elsewhere spoils nothing.
    let known = || MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(made) = known().get(&engine) {
        return Ok(made.clone());
    }
    let made = Arc::new(make_aside(tx).await?);
    known().insert(engine, made.clone());
    Ok(made)
}

/// By the engine that made it.
static MADE: LazyLock<Mutex<HashMap<String, Arc<Schema>>>> = LazyLock::new(Mutex::default);

/// Makes it in a place of its own that is taken back at once: so the same engine tells of both in the same words.
async fn make_aside(tx: &Transaction<'_>) -> StoreResult<Schema> {
    let aside = format!("keydeck_{}", Uuid::new_v4().simple());
    tx.batch_execute(&format!("SAVEPOINT before_schema; CREATE SCHEMA {aside}"))
        .await?;
    let path = "SELECT set_config('search_path', ? || ', ' || current_setting('search_path'), true)";
    one::<()>(tx, path, values![&aside]).await?;
    lay(tx).await?;
    let made = catalog::read(tx).await?;
    tx.batch_execute("ROLLBACK TO SAVEPOINT before_schema; RELEASE SAVEPOINT before_schema")
        .await?;
    Ok(made)
}

const ANY_TABLE: &str = "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() LIMIT 1";

async fn lock(tx: &Transaction<'_>) -> StoreResult<()> {
    // Another server may be at it, and a step takes as long as it needs to, also the program's part of it.
    tx.batch_execute(
        "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
         SET LOCAL idle_in_transaction_session_timeout = 0",
    )
    .await?;
    let settings =
        "SELECT current_setting('server_version_num')::integer, current_setting('server_encoding'),
                           current_setting('server_version'), current_setting('fsync')";
    let (number, encoding, version, fsync): (i64, String, String, String) = one(tx, settings, &[]).await?;
    if number < OLDEST_ENGINE {
        return Err(StoreError::EngineTooOld(format!(
            "this PostgreSQL is {version}; keydeck needs 15 or later"
        )));
    }
    if encoding != "UTF8" {
        return Err(StoreError::Fault(format!(
            "the database's encoding is {encoding}; make it with ENCODING 'UTF8'"
        )));
    }
    if fsync == "off" {
        tracing::warn!("PostgreSQL runs with fsync off: what was acknowledged is lost when the power fails");
    }
    one(tx, "SELECT pg_advisory_xact_lock(?)", values![LOCK]).await
}

/// `None`: there is no keydeck database.
async fn version(tx: &Transaction<'_>) -> StoreResult<Option<usize>> {
    let known =
        "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'keydeck_schema'";
    if !exists(tx, known, &[]).await? {
        return Ok(None);
    }
    let version: Option<i64> = tx.maybe("SELECT version FROM keydeck_schema", &[]).await?;
    Ok(version.and_then(|version| usize::try_from(version).ok()))
}

/// Returns what got another name.
async fn migrate(tx: &Transaction<'_>, from: usize) -> StoreResult<Vec<Renamed>> {
    let mut renamed = Vec::new();
    if from == MIGRATIONS.len() {
        return Ok(renamed);
    }
    for step in MIGRATIONS.iter().skip(from) {
        if step.writes_compared {
            renamed.extend(alike::write_compared(tx).await?);
        }
        tx.batch_execute(step.sql).await?;
    }
    // A new deck is founded first.
    if from > 0 && !exists(tx, "SELECT 1 FROM baseline LIMIT 1", &[]).await? {
        statement::begin(tx).await?;
    }
    run_one(
        tx,
        "INSERT INTO keydeck_schema (one, version) VALUES (1, ?)
             ON CONFLICT (one) DO UPDATE SET version = excluded.version",
        values![MIGRATIONS.len() as i64],
    )
    .await?;
    Ok(renamed)
}

async fn found(tx: &Transaction<'_>, founding: &Founding, data_key: &WrappedDataKey) -> StoreResult<()> {
    founding::found(tx, founding, data_key).await?;
    statement::begin(tx).await
}
