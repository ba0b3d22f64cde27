//! The steps of the schema.

use rusqlite::{Connection, Transaction};

use super::located::version;
use super::{alike, chain};
use crate::server::store::db::at_once;
use crate::server::store::{StoreError, StoreResult, statement};

/// The schema's steps; `PRAGMA user_version` is how many of them a database has.
const MIGRATIONS: &[Migration] = &[
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/001_init.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/002_people.sql"),
        then: chain::carry_over,
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/003_usage.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/004_checks.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: alike::write_compared,
        sql: include_str!("../../../../assets/migrations/sqlite/005_names.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/006_removals.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/007_session_tokens.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/008_data_keys.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/009_statements.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/010_note.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/011_labels.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/012_expiry.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/013_rotation.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/014_networks.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/015_local_development.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/016_plans.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/017_ended.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/018_rows.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/019_revoked_search.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/020_leaks.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/021_log_readers.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/022_ended_counts.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/023_imports.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/024_webhooks.sql"),
        then: |_| Ok(()),
    },
    Migration {
        first: |_| Ok(()),
        sql: include_str!("../../../../assets/migrations/sqlite/025_marked_expired.sql"),
        then: |_| Ok(()),
    },
];

/// The newest schema.
pub const NEWEST: usize = MIGRATIONS.len();
/// The first schema whose log states who there is.
pub const STATES: usize = 9;

struct Migration {
    /// What SQL alone can't do, before it and after it.
    first: fn(&Transaction) -> StoreResult<()>,
    sql: &'static str,
    then: fn(&Transaction) -> StoreResult<()>,
}

/// Whether its schema is this program's.
pub fn is_current(conn: &Connection) -> rusqlite::Result<bool> {
    Ok(version(conn)? == NEWEST)
}

/// Takes the steps from one schema to a later one.
pub fn migrate(tx: &Transaction, from: usize, to: usize) -> StoreResult<()> {
    for step in MIGRATIONS.iter().take(to).skip(from) {
        (step.first)(tx)?;
        tx.execute_batch(step.sql)?;
        (step.then)(tx)?;
    }
    // What there is, is stated by all that decides today, which earlier schemas lack columns for.
    if (1..STATES).contains(&from) && to == NEWEST {
        at_once(statement::begin(&**tx))?;
    }
    if from < to {
        tx.pragma_update(None, "user_version", to as i64)?;
    }
    let broken = tx.prepare("PRAGMA foreign_key_check")?.exists([])?;
    match broken {
        false => Ok(()),
        true => Err(StoreError::Fault("rows refer to others that don't exist".into())),
    }
}

/// A schema without a row in it.
pub fn in_memory(version: usize) -> StoreResult<Connection> {
    let mut conn = Connection::open_in_memory()?;
    let tx = conn.transaction()?;
    migrate(&tx, 0, version)?;
    tx.commit()?;
    Ok(conn)
}
