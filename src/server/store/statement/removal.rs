//! Removals that are not finished are carried on by whichever server runs, so they are held against the log too: whoever
//! can write the tables could else have a person's keys revoked, or handed over, in an Owner's name.

use std::sync::LazyLock;

use super::{Columns, Kind, Record};
use crate::server::store::{StoreResult, changes};

/// The removals `r` that are not finished, as [`unasked`] reads them; behind that, the person's id and number, the
/// heir's, who asked, and from where; and then what the log says of the removal, and the heir's address.
pub static UNFINISHED: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {}, coalesce((SELECT state FROM activity WHERE entity = t.id ORDER BY seq DESC LIMIT 1),
                             (SELECT state FROM baseline WHERE kind = 0 AND number = t.seq)),
                t.id, r.person, r.heir, r.asked_by, r.address,
                (SELECT changes FROM activity WHERE entity = t.id AND action = 'user_removed' ORDER BY seq DESC LIMIT 1),
                (SELECT email FROM users WHERE seq = r.heir)
           FROM removals AS r JOIN users AS t ON t.seq = r.person
          WHERE r.finished_at IS NULL",
        Kind::Person.columns()
    )
});

/// In a sentence, when the log says of nobody that they were removed.
pub fn unasked(row: &impl Columns) -> StoreResult<Option<String>> {
    let person = Record::read(Kind::Person, row)?;
    let stated = row.maybe_hash(Kind::Person.width())?;
    let name = person.name();
    if !person.is_removed(stated) {
        return Ok(Some(format!(
            "the removal of {name} is under way in the table, but the log never removed them"
        )));
    }
    let behind = Kind::Person.width() + 6;
    let (recorded, heir) = (row.maybe_text(behind)?, row.maybe_text(behind + 1)?);
    let is_asked = recorded.is_none_or(|recorded| changes::is_of_removal(&recorded, heir.as_deref()));
    Ok((!is_asked).then(|| {
        format!(
            "the removal of {name} gives what is theirs to another successor in the table than the log says"
        )
    }))
}
