//! An import that waits for its commit, or was committed.

use std::time::Duration;

use uuid::Uuid;

use crate::server::store::db::{Db, values};
use crate::server::store::{ImportCounts, StoreResult};

/// How long keys wait for the rest of their import.
pub const WAITS: Duration = Duration::from_secs(3600);
/// How long its outcome can be asked for.
pub const TOLD: Duration = Duration::from_secs(24 * 3600);

/// An import that is there.
pub struct OpenImport {
    pub seq: i64,
    pub staged: u64,
    pub committed: Option<ImportCounts>,
}

/// The import of this person.
pub async fn find(db: &impl Db, id: Uuid, person: Uuid) -> StoreResult<Option<OpenImport>> {
    let sql = "SELECT i.seq, coalesce(i.imported, 0), i.committed_at, coalesce(i.skipped, 0)
                 FROM imports AS i JOIN users AS u ON u.seq = i.person WHERE i.id = ? AND u.id = ?";
    let found: Option<(i64, u64, Option<i64>, u64)> = db.maybe(sql, values![id, person]).await?;
    Ok(found.map(|(seq, imported, committed_at, skipped)| OpenImport {
        seq,
        staged: imported,
        committed: committed_at.map(|_| ImportCounts { imported, skipped }),
    }))
}
