//! What the activity log states of all that decides who may do what: people, projects, gateways and keys.
//!
//! A row about a change carries a digest of the state after it, which is hashed with the row. So the log
//! says of each person, project, gateway and key what the newest row about it left; a table that holds something else
//! was not changed by keydeck. What was there before the log said so, the founder of a deck or all that an earlier
//! version kept, has its digests in the table `baseline`, and the first row after that carries the digest of them all.
//!
//! NEVER CHANGE WHAT IS HASHED: logs in the field have it.

mod baseline;
mod compare;
mod comparing;
mod creator;
mod idempotency;
mod removal;
mod state;
mod unexplained;
mod write;

use std::sync::LazyLock;

use uuid::Uuid;

use super::StoreResult;
use super::key_row::deciding;
use super::row::{ColumnValue, Columns, Read, fields, unreadable};
use crate::api::ChainHash;

pub use compare::{baseline, compare, unexplained_key};
pub use comparing::{Compared, Cursor, Stage};
pub use removal::{UNFINISHED, Unfinished};
pub use state::EntityState;
pub use unexplained::explained;
pub use write::{add_to_baseline, await_next_row, begin, of, of_one};

/// How many rows are compared at once.
pub const BATCH: i64 = 1_000;

/// What a row of the log is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entity {
    Person(Uuid),
    Project(Uuid),
    Gateway(Uuid),
    /// By its number.
    Key(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntityKind {
    Person,
    Project,
    Gateway,
    Key,
}

/// What the log states of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// Of a person, a project or a gateway; a row about a key names it already.
    pub entity: Option<Uuid>,
    pub state: ChainHash,
}

impl Entity {
    pub fn kind(self) -> EntityKind {
        match self {
            Entity::Person(_) => EntityKind::Person,
            Entity::Project(_) => EntityKind::Project,
            Entity::Gateway(_) => EntityKind::Gateway,
            Entity::Key(_) => EntityKind::Key,
        }
    }
}

fields!(
    EntityKind => number, |number| EntityKind::numbered(number);
);

impl EntityKind {
    pub const ALL: [EntityKind; 4] = [
        EntityKind::Person,
        EntityKind::Project,
        EntityKind::Gateway,
        EntityKind::Key,
    ];

    /// In the table `baseline`.
    pub fn number(self) -> i64 {
        self as i64
    }

    fn numbered(number: i64) -> Result<Self, String> {
        let kind = Self::ALL.into_iter().find(|kind| kind.number() == number);
        kind.ok_or_else(|| format!("nothing is of the kind {number}"))
    }

    pub fn as_str(self) -> &'static str {
        match self {
            EntityKind::Person => "person",
            EntityKind::Project => "project",
            EntityKind::Gateway => "gateway",
            EntityKind::Key => "key",
        }
    }

    fn table(self) -> &'static str {
        match self {
            EntityKind::Person => "users",
            EntityKind::Project => "projects",
            EntityKind::Gateway => "gateways",
            EntityKind::Key => "keys",
        }
    }

    /// What [`EntityState`] is read from, of a table named `t`: its kind first.
    fn columns(self) -> &'static str {
        match self {
            EntityKind::Person => "0, t.seq, t.id, t.email, t.role, t.token_hash, t.removed_at IS NOT NULL",
            EntityKind::Project => {
                "1, t.seq, t.id, t.name, t.creator, t.deployed, t.removed_at IS NOT NULL, t.session_url, t.session_key_name,
                 (SELECT s.token_hash FROM session_tokens AS s WHERE s.project = t.seq)"
            }
            EntityKind::Gateway => "2, t.seq, t.id, t.name, t.token_hash, t.removed_at IS NOT NULL",
            EntityKind::Key => {
                concat!(
                    "3, t.seq, t.id, t.name, CAST(t.scope AS bigint), t.project, t.creator, t.token_hash,
                 t.revoked_at IS NOT NULL, ",
                    deciding!("t"),
                    ", t.expires_at, t.disabled_at IS NOT NULL, t.old_token_hash, t.old_ends_at"
                )
            }
        }
    }

    /// The row of an [`Entity`].
    pub fn select_one(self) -> &'static str {
        static ONE: LazyLock<[String; 4]> = LazyLock::new(|| {
            EntityKind::ALL.map(|kind| match kind {
                EntityKind::Key => kind.select("t.seq = ?"),
                _ => kind.select("t.id = ?"),
            })
        });
        &ONE[self as usize]
    }

    /// Those rows of which `condition` holds.
    pub fn select(self, condition: &str) -> String {
        format!(
            "SELECT {} FROM {} AS t WHERE {condition}",
            self.columns(),
            self.table()
        )
    }

    /// Rows from a number on, at most so many, each with what the log states of it.
    pub fn select_stated(self) -> String {
        let (about, more) = match self {
            EntityKind::Key => ("key = t.seq AND state IS NOT NULL", CREATED_AND_REVOKED),
            _ => ("entity = t.id", ""),
        };
        let of_creator = match self {
            EntityKind::Key => LOGGED,
            _ => "",
        };
        format!(
            "SELECT {}, coalesce((SELECT state FROM activity WHERE {about} ORDER BY seq DESC LIMIT 1),
                                 (SELECT state FROM baseline WHERE kind = {} AND number = t.seq)) {more} {of_creator}
               FROM {} AS t WHERE t.seq >= ? ORDER BY t.seq LIMIT ?",
            self.columns(),
            self.number(),
            self.table()
        )
    }
}

/// Of a key the log said as much before it stated anything.
const CREATED_AND_REVOKED: &str = "
    , EXISTS (SELECT 1 FROM activity WHERE key = t.seq AND action IN ('key_created', 'key_imported'))
    , EXISTS (SELECT 1 FROM activity WHERE key = t.seq AND action = 'key_revoked')";

/// Who created the key; what the newest row says that handed it over, or imported it for somebody; whether people's addresses, which that names, were
/// ever changed; the address of the key's creator; and whether rows about it are shown to somebody else.
const LOGGED: &str = "
    , (SELECT actor FROM activity WHERE key = t.seq AND action IN ('key_created', 'key_imported') ORDER BY seq LIMIT 1)
    , (SELECT changes FROM activity WHERE key = t.seq AND action IN ('key_handed_over', 'key_imported')
        ORDER BY seq DESC LIMIT 1)
    , EXISTS (SELECT 1 FROM activity WHERE action = 'user_renamed')
    , (SELECT email FROM users WHERE seq = t.creator)
    , EXISTS (SELECT 1 FROM activity WHERE key = t.seq AND key_creator <> t.creator)";

/// What the log states of the person in a row `u` of `users`.
pub const STATED_OF_PERSON: &str = "
    coalesce((SELECT state FROM activity WHERE entity = u.id ORDER BY seq DESC LIMIT 1),
             (SELECT state FROM baseline WHERE kind = 0 AND number = u.seq))";

/// What is pending, the first row that carries a digest of the baseline and that digest, the last such row, and
/// the first row with a statement before all that.
pub const BASELINE: &str = "
    SELECT h.pending, c.seq, c.baseline,
           (SELECT max(seq) FROM activity WHERE baseline IS NOT NULL),
           (SELECT a.seq FROM activity AS a WHERE a.state IS NOT NULL AND a.seq < coalesce(c.seq, h.seq + 1)
             ORDER BY a.seq LIMIT 1)
      FROM activity_head AS h
      LEFT JOIN (SELECT seq, baseline FROM activity WHERE baseline IS NOT NULL ORDER BY seq LIMIT 1) AS c ON true";

/// The rows of the baseline after one, in order.
pub const BASELINE_ROWS: &str = "
    SELECT kind, number, state FROM baseline WHERE (kind, number) > (?, ?) ORDER BY kind, number LIMIT 50000";

/// An entity of the log that is in no table: its name, and the row.
pub const MISSING: &str = "
    SELECT a.subject, a.seq FROM activity AS a
     WHERE a.entity IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM users AS t WHERE t.id = a.entity)
       AND NOT EXISTS (SELECT 1 FROM projects AS t WHERE t.id = a.entity)
       AND NOT EXISTS (SELECT 1 FROM gateways AS t WHERE t.id = a.entity)
     ORDER BY a.seq LIMIT 1";

/// The same of the baseline: the kind, and the number.
pub const MISSING_FROM_BASELINE: &str = "
    SELECT b.kind, b.number FROM baseline AS b
     WHERE NOT EXISTS (SELECT 1 FROM users AS t WHERE b.kind = 0 AND t.seq = b.number)
       AND NOT EXISTS (SELECT 1 FROM projects AS t WHERE b.kind = 1 AND t.seq = b.number)
       AND NOT EXISTS (SELECT 1 FROM gateways AS t WHERE b.kind = 2 AND t.seq = b.number)
       AND NOT EXISTS (SELECT 1 FROM keys AS t WHERE b.kind = 3 AND t.seq = b.number)
     ORDER BY b.kind, b.number LIMIT 1";
