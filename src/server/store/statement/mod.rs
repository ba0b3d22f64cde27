//! What the activity log states of all that decides who may do what: people, projects, gateways and keys.
//!
//! A row that tells of a change carries a digest of what there is behind it, which is hashed with the row. So the log
//! says of each person, project, gateway and key what the newest row about it left; a table that holds something else
//! was changed by other hands. What was there before the log said so, the founder of a deck or all that an earlier
//! version kept, has its digests in the table `baseline`, and the first row behind that carries the digest of them all.
//!
//! NEVER CHANGE WHAT IS HASHED: logs in the field have it.

mod baseline;
mod compare;
mod comparing;
mod creator;
mod idempotency;
mod record;
mod removal;

use std::sync::LazyLock;

use uuid::Uuid;

use super::StoreResult;
use super::key_row::deciding;
use super::row::{Row, read_at};
use crate::api::ChainHash;

pub use baseline::{BaselineDigest, gone, gone_from_baseline, judge_baseline};
pub use compare::{baseline, compare, unexplained_key};
pub use comparing::{Compared, Comparing, Cursor, Stage};
pub use idempotency::{DIVERTED, diverted};
pub use record::{Record, explained};
pub use removal::{UNFINISHED, unasked};

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
pub enum Kind {
    Person,
    Project,
    Gateway,
    Key,
}

/// What the log states of somebody or something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// Of a person, a project or a gateway; a row about a key names it already.
    pub entity: Option<Uuid>,
    pub state: ChainHash,
}

impl Entity {
    pub fn kind(self) -> Kind {
        match self {
            Entity::Person(_) => Kind::Person,
            Entity::Project(_) => Kind::Project,
            Entity::Gateway(_) => Kind::Gateway,
            Entity::Key(_) => Kind::Key,
        }
    }
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Person, Kind::Project, Kind::Gateway, Kind::Key];

    /// In the table `baseline`.
    pub fn number(self) -> i64 {
        self as i64
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Person => "person",
            Kind::Project => "project",
            Kind::Gateway => "gateway",
            Kind::Key => "key",
        }
    }

    fn table(self) -> &'static str {
        match self {
            Kind::Person => "users",
            Kind::Project => "projects",
            Kind::Gateway => "gateways",
            Kind::Key => "keys",
        }
    }

    /// What [`Record::read`] reads, of a table named `t`.
    fn columns(self) -> &'static str {
        match self {
            Kind::Person => "t.seq, t.id, t.email, t.role, t.token_hash, t.removed_at IS NOT NULL",
            Kind::Project => {
                "t.seq, t.id, t.name, t.creator, t.deployed, t.removed_at IS NOT NULL, t.session_url, t.session_key_name,
                 (SELECT s.token_hash FROM session_tokens AS s WHERE s.project = t.seq)"
            }
            Kind::Gateway => "t.seq, t.id, t.name, t.token_hash, t.removed_at IS NOT NULL",
            Kind::Key => {
                concat!(
                    "t.seq, t.id, t.name, CAST(t.scope AS bigint), t.project, t.creator, t.token_hash,
                 t.revoked_at IS NOT NULL, ",
                    deciding!("t")
                )
            }
        }
    }

    /// How many columns a record has; behind them stands what is stated.
    fn width(self) -> usize {
        match self {
            Kind::Person => 6,
            Kind::Project => 9,
            Kind::Gateway => 5,
            Kind::Key => 11,
        }
    }

    /// The row of an [`Entity`].
    pub fn select_one(self) -> &'static str {
        static ONE: LazyLock<[String; 4]> = LazyLock::new(|| {
            Kind::ALL.map(|kind| match kind {
                Kind::Key => kind.select("t.seq = ?"),
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
            Kind::Key => ("key = t.seq AND state IS NOT NULL", CREATED_AND_REVOKED),
            _ => ("entity = t.id", ""),
        };
        let of_creator = match self {
            Kind::Key => LOGGED,
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
    , EXISTS (SELECT 1 FROM activity WHERE key = t.seq AND action = 'key_created')
    , EXISTS (SELECT 1 FROM activity WHERE key = t.seq AND action = 'key_revoked')";

/// Who created the key; what the newest row says that handed it over; whether people's addresses, which that names, were
/// ever changed; the address of the key's creator; and whether rows about it are shown to somebody else.
const LOGGED: &str = "
    , (SELECT actor FROM activity WHERE key = t.seq AND action = 'key_created' ORDER BY seq LIMIT 1)
    , (SELECT changes FROM activity WHERE key = t.seq AND action = 'key_handed_over' ORDER BY seq DESC LIMIT 1)
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

/// The rows of the baseline behind one, in order.
pub const BASELINE_ROWS: &str = "
    SELECT kind, number, state FROM baseline WHERE (kind, number) > (?, ?) ORDER BY kind, number LIMIT 50000";

/// Of whom the log tells, and who is in no table: the name, and the row.
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

/// The columns of a row, by their place.
pub trait Columns {
    fn number(&self, index: usize) -> StoreResult<i64>;
    fn maybe_number(&self, index: usize) -> StoreResult<Option<i64>>;
    fn text(&self, index: usize) -> StoreResult<String>;
    fn maybe_text(&self, index: usize) -> StoreResult<Option<String>>;
    fn maybe_bytes(&self, index: usize) -> StoreResult<Option<Vec<u8>>>;
    fn flag(&self, index: usize) -> StoreResult<bool>;
    fn id(&self, index: usize) -> StoreResult<Uuid>;
    /// `None` when it is no hash either.
    fn maybe_hash(&self, index: usize) -> StoreResult<Option<ChainHash>> {
        let bytes = self.maybe_bytes(index)?;
        Ok(bytes.and_then(|bytes| bytes.try_into().ok()).map(ChainHash))
    }
}

macro_rules! reads {
    ($($column:ident: $type:ty),+) => {
        impl<R: Row> Columns for R {
            $(fn $column(&self, index: usize) -> StoreResult<$type> {
                read_at(self, index)
            })+
        }
    };
}

reads!(
    number: i64,
    maybe_number: Option<i64>,
    text: String,
    maybe_text: Option<String>,
    maybe_bytes: Option<Vec<u8>>,
    flag: bool,
    id: Uuid
);
