//! What the rows about a key tell of it beside its state: that it was created and revoked, who created it, and to whom it
//! was handed over. These are older than the digests that the log states, so that they also tell of what was changed
//! before there were any.

use serde_json::Value;

use super::EntityState;
use crate::server::store::StoreResult;
use crate::server::store::row::{Columns, Read, Row};

/// The columns of `CREATED_AND_REVOKED` and `LOGGED`.
pub struct Logged {
    created: bool,
    revoked: bool,
    /// The number of its creator.
    creator: Option<i64>,
    /// What the newest row says that handed it over.
    handed_over: Option<String>,
    /// Whether anybody's address was ever changed.
    renamed: bool,
    /// The address of the creator in the table.
    email: Option<String>,
    /// Whether rows about it are shown to somebody else.
    shown_elsewhere: bool,
}

impl Read for Logged {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        Ok(Self {
            created: columns.next()?,
            revoked: columns.next()?,
            creator: columns.next()?,
            handed_over: columns.next()?,
            renamed: columns.next()?,
            email: columns.next()?,
            shown_elsewhere: columns.next()?,
        })
    }
}

impl Logged {
    /// In a sentence, when the key is another in the table than these rows say.
    pub fn contradicts(&self, key: &EntityState) -> Option<String> {
        if !self.created {
            return Some(key.unknown());
        }
        key.contradicted(self.revoked)
            .or_else(|| self.contradicts_creator(key))
    }

    fn contradicts_creator(&self, key: &EntityState) -> Option<String> {
        let creator = key.creator()?;
        let email = self.email.as_deref().unwrap_or_default();
        let is_theirs = match &self.handed_over {
            None => self.creator == Some(creator),
            Some(_) if self.renamed => true,
            // What can't be read was changed, which its hash tells.
            Some(changes) => to(changes).is_none_or(|to| to == email),
        };
        let (name, id) = (&key.name, key.id);
        if !is_theirs {
            return Some(format!(
                "the key {name} ({id}) was created by {email} in the table, but the log says that it is somebody else's"
            ));
        }
        self.shown_elsewhere.then(|| {
            format!(
                "the key {name} ({id}) is {email}'s, but rows of the log about it are shown to somebody else"
            )
        })
    }
}

/// To whom a key was handed over.
fn to(changes: &str) -> Option<String> {
    let changes: Value = serde_json::from_str(changes).ok()?;
    Some(changes.get("creator")?.get(1)?.as_str()?.to_owned())
}
