//! The activity log, as those who listen read it.

use uuid::Uuid;

use super::changes::heard;
use super::db::{Db, one, values};
use super::row::{Columns, Read, Row};
use super::{ChangeRecord, Changed, StoreResult};

impl Read for ChangeRecord {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let (seq, action): (u64, String) = columns.next()?;
        let (key, creator): (Option<Uuid>, Option<Uuid>) = columns.next()?;
        let what = match (heard(&action), key.zip(creator)) {
            (Ok(kind), Some((key, creator))) => Changed::Key { kind, key, creator },
            (Ok(_), None) => Changed::Log,
            (Err(other), _) => other,
        };
        Ok(Self { seq, what })
    }
}

pub async fn changes_since(db: &impl Db, seq: u64, limit: u32) -> StoreResult<Vec<ChangeRecord>> {
    let sql = "SELECT a.seq, a.action, k.id, u.id
                 FROM activity AS a LEFT JOIN keys AS k ON k.seq = a.key LEFT JOIN users AS u ON u.seq = a.key_creator
                WHERE a.seq > ? ORDER BY a.seq LIMIT ?";
    let seq = seq.min(i64::MAX as u64) as i64;
    db.all(sql, values![seq, limit]).await
}

pub async fn last_seq(db: &impl Db) -> StoreResult<u64> {
    one(db, "SELECT coalesce(max(seq), 0) FROM activity", &[]).await
}
