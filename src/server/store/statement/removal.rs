//! Removals that are not finished are carried on by whichever server runs, so they are held against the log too: whoever
//! can write the tables could else have a person's keys revoked, or handed over, in an Owner's name.

use std::sync::LazyLock;

use super::{EntityKind, EntityState};
use crate::api::ChainHash;
use crate::server::store::row::{Columns, Read, Row};
use crate::server::store::{StoreResult, changes};

/// The removals `r` of people `t` that are not finished, as [`Unfinished`] reads them: the person and what the log states
/// of them, the numbers, and then what the log says of the removal, and the heir's address.
pub static UNFINISHED: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {}, coalesce((SELECT state FROM activity WHERE entity = t.id ORDER BY seq DESC LIMIT 1),
                             (SELECT state FROM baseline WHERE kind = 0 AND number = t.seq)),
                r.person, r.heir, r.asked_by, r.address,
                (SELECT changes FROM activity WHERE entity = t.id AND action = 'user_removed' ORDER BY seq DESC LIMIT 1),
                (SELECT email FROM users WHERE seq = r.heir)
           FROM removals AS r JOIN users AS t ON t.seq = r.person
          WHERE r.finished_at IS NULL",
        EntityKind::Person.columns()
    )
});

/// A removal that is not finished, by the numbers of who it is about.
pub struct Unfinished {
    /// In a sentence, when the log does not say that they were removed.
    pub unasked: Option<String>,
    pub person: i64,
    pub heir: Option<i64>,
    pub asked_by: i64,
    /// Where it was asked from.
    pub address: Option<String>,
}

impl Read for Unfinished {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let (of, stated): (EntityState, _) = (columns.next()?, columns.readable());
        let (person, heir) = columns.next()?;
        let (asked_by, address) = columns.next()?;
        let (recorded, email): (Option<String>, Option<String>) = columns.next()?;
        Ok(Self {
            unasked: unasked(&of, stated, recorded.as_deref(), email.as_deref()),
            person,
            heir,
            asked_by,
            address,
        })
    }
}

fn unasked(
    person: &EntityState,
    stated: Option<ChainHash>,
    recorded: Option<&str>,
    heir: Option<&str>,
) -> Option<String> {
    let name = &person.name;
    if !person.is_removed(stated) {
        return Some(format!(
            "the removal of {name} is under way in the table, but the log never removed them"
        ));
    }
    let is_asked = recorded.is_none_or(|recorded| changes::is_of_removal(recorded, heir));
    (!is_asked).then(|| {
        format!(
            "the removal of {name} gives what is theirs to another successor in the table than the log says"
        )
    })
}
