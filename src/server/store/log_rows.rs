//! The end of the activity log: its rows as they are written, and the note of the newest one.

use serde_json::Value as Json;

use super::StoreResult;
use super::activity::head_missing;
use super::db::{Db, values};
use super::for_rows::ForRows;
use super::tables::Kind;
use super::value::Value;
use crate::api::{Activity, ActivityHead, ChainHash};

/// Appends rows to the log.
pub static APPEND: ForRows = ForRows::new(
    &[
        ("seq", Kind::Number),
        ("at", Kind::Number),
        ("actor", Kind::Number),
        ("address", Kind::Text),
        ("action", Kind::Text),
        ("key", Kind::Number),
        ("subject", Kind::Text),
        ("changes", Kind::Text),
        ("hash", Kind::Bytes),
        ("key_creator", Kind::Number),
        ("entity", Kind::Id),
        ("state", Kind::Bytes),
        ("baseline", Kind::Bytes),
    ],
    "INSERT INTO activity (seq, at, actor, address, action, key, subject, changes, hash, key_creator, entity, state,
                           baseline)
     SELECT {seq}, {at}, {actor}, {address}, {action}, {key}, {subject}, {changes}, {hash}, {key_creator}, {entity},
            {state}, {baseline}
       FROM {rows}",
);

/// The values of [`APPEND`] for a row: by the numbers of its actor, and of the key and its creator.
pub fn values_of(row: &Activity, actor: Option<i64>, key: Option<(i64, i64)>) -> Vec<Value<'_>> {
    let changes = match &row.changes {
        Json::Object(changes) if changes.is_empty() => None,
        changes => Some(changes.to_string()),
    };
    let (key, key_creator) = key.unzip();
    let row = values![
        row.seq as i64,
        row.at,
        actor,
        row.address,
        row.action.as_str(),
        key,
        &row.subject,
        changes,
        row.hash,
        key_creator,
        row.stated.entity,
        row.stated.state,
        row.stated.baseline,
    ];
    row.to_vec()
}

/// Notes the newest row, and the digest of the baseline that the next one carries.
pub async fn note(db: &impl Db, head: ActivityHead, pending: Option<ChainHash>) -> StoreResult<()> {
    let sql = "UPDATE activity_head SET seq = ?, hash = ?, pending = ?";
    match db.run(sql, values![head.seq as i64, head.hash, pending]).await? {
        1 => Ok(()),
        _ => Err(head_missing()),
    }
}
