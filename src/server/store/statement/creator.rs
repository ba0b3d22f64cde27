//! Whose a key is, as the rows about it tell: who created it, and to whom it was handed over. These are older than the
//! digests that the log states, so that they also tell of what was changed before there were any.

use serde_json::Value;

use super::{Columns, Record};
use crate::server::store::StoreResult;

/// In a sentence, when the key is somebody else's than the log says; the columns of `LOGGED` begin at `at`.
pub fn contradicted(key: &Record, row: &impl Columns, at: usize) -> StoreResult<Option<String>> {
    let Some(creator) = key.creator() else {
        return Ok(None);
    };
    let email = row.maybe_text(at + 3)?.unwrap_or_default();
    let is_theirs = match row.maybe_text(at + 1)? {
        None => row.maybe_number(at)? == Some(creator),
        Some(_) if row.flag(at + 2)? => true,
        // What can't be read was changed, which its hash tells.
        Some(changes) => to(&changes).is_none_or(|to| to == email),
    };
    let (name, id) = (key.name(), key.id);
    Ok(if !is_theirs {
        Some(format!(
            "the key {name} ({id}) was created by {email} in the table, but the log says that it is somebody else's"
        ))
    } else if row.flag(at + 4)? {
        Some(format!(
            "the key {name} ({id}) is {email}'s, but rows of the log about it are shown to somebody else"
        ))
    } else {
        None
    })
}

/// To whom a key was handed over.
fn to(changes: &str) -> Option<String> {
    let changes: Value = serde_json::from_str(changes).ok()?;
    Some(changes.get("creator")?.get(1)?.as_str()?.to_owned())
}
