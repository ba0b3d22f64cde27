//! Which key an `Idempotency-Key` created is held against the log too: whoever can write the tables could else have
//! somebody's repeated request answered with the key of somebody else.

/// The first that leads to a key which somebody else created, by the log.
pub const DIVERTED: &str = "
    SELECT u.email, k.name
      FROM idempotency AS i JOIN keys AS k ON k.seq = i.key JOIN users AS u ON u.seq = i.creator
     WHERE i.creator <> coalesce((SELECT a.actor FROM activity AS a
                                   WHERE a.key = i.key AND a.action = 'key_created' ORDER BY a.seq LIMIT 1), 0)
     ORDER BY i.creator, i.token LIMIT 1";

/// A row of [`DIVERTED`], in a sentence.
pub fn diverted((email, key): (String, String)) -> String {
    format!(
        "an Idempotency-Key of {email} leads to the key {key} in the table, which they did not create by the log"
    )
}
