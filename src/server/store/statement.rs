//! What the activity log states of all that decides who may do what: people, projects, gateways and keys.
//!
//! A row that tells of a change carries a digest of what there is behind it, which is hashed with the row. So the log
//! says of each person, project, gateway and key what the newest row about it left; a table that holds something else
//! was changed by other hands. What was there before the log said so, the founder of a deck or all that an earlier
//! version kept, has its digests in the table `baseline`, and the first row behind that carries the digest of them all.
//!
//! NEVER CHANGE WHAT IS HASHED: logs in the field have it.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::StoreResult;
use crate::api::{ChainHash, User};
use crate::model::{Role, TokenHash};

/// How many rows are compared at once.
pub const BATCH: i64 = 5_000;
/// Stands for the length of what is absent; nothing is that long.
const ABSENT: u32 = u32::MAX;

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
                "t.seq, t.id, t.name, CAST(t.scope AS bigint), t.project, t.creator, t.token_hash,
                 t.revoked_at IS NOT NULL, t.ui_domains, t.local_development, t.cross_page_persistence"
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

    /// Rows behind a number, at most so many, each with what the log states of it.
    pub fn select_stated(self) -> String {
        let (about, more) = match self {
            Kind::Key => ("key = t.seq AND state IS NOT NULL", CREATED_AND_REVOKED),
            _ => ("entity = t.id", ""),
        };
        format!(
            "SELECT {}, coalesce((SELECT state FROM activity WHERE {about} ORDER BY seq DESC LIMIT 1),
                                 (SELECT state FROM baseline WHERE kind = {} AND number = t.seq)) {more}
               FROM {} AS t WHERE t.seq > ? ORDER BY t.seq LIMIT ?",
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

/// The columns of a row, of either engine.
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

/// A row that decides who may do what.
#[derive(Debug, Clone)]
pub struct Record {
    pub number: i64,
    pub id: Uuid,
    /// Not in the digest: it decides nothing.
    name: String,
    values: Values,
}

#[derive(Debug, Clone)]
enum Values {
    Person {
        role: String,
        token: Option<Vec<u8>>,
        removed: bool,
    },
    Project {
        creator: i64,
        deployed: bool,
        removed: bool,
        session_server: [Option<String>; 2],
        /// Of the session server.
        token: Option<Vec<u8>>,
    },
    Gateway {
        token: Option<Vec<u8>>,
        removed: bool,
    },
    Key {
        scope: i64,
        project: Option<i64>,
        creator: i64,
        token: Option<Vec<u8>>,
        revoked: bool,
        ui_domains: String,
        local_development: Option<String>,
        cross_page_persistence: bool,
    },
}

impl Record {
    /// A row of [`Kind::select`].
    pub fn read(kind: Kind, row: &impl Columns) -> StoreResult<Self> {
        let values = match kind {
            Kind::Person => Values::Person {
                role: row.text(3)?,
                token: row.maybe_bytes(4)?,
                removed: row.flag(5)?,
            },
            Kind::Project => Values::Project {
                creator: row.number(3)?,
                deployed: row.flag(4)?,
                removed: row.flag(5)?,
                session_server: [row.maybe_text(6)?, row.maybe_text(7)?],
                token: row.maybe_bytes(8)?,
            },
            Kind::Gateway => Values::Gateway {
                token: row.maybe_bytes(3)?,
                removed: row.flag(4)?,
            },
            Kind::Key => Values::Key {
                scope: row.number(3)?,
                project: row.maybe_number(4)?,
                creator: row.number(5)?,
                token: row.maybe_bytes(6)?,
                revoked: row.flag(7)?,
                ui_domains: row.text(8)?,
                local_development: row.maybe_text(9)?,
                cross_page_persistence: row.flag(10)?,
            },
        };
        Ok(Self {
            number: row.number(0)?,
            id: row.id(1)?,
            name: row.text(2)?,
            values,
        })
    }

    pub fn statement(&self) -> Statement {
        let is_key = matches!(self.values, Values::Key { .. });
        Statement {
            entity: (!is_key).then_some(self.id),
            state: self.digest(),
        }
    }

    pub fn digest(&self) -> ChainHash {
        let mut parts = Parts::new(self);
        match &self.values {
            Values::Person { role, token, removed } => {
                parts.text(Some(role));
                parts.bytes(token.as_deref());
                parts.flag(*removed);
            }
            Values::Project {
                creator,
                deployed,
                removed,
                session_server,
                token,
            } => {
                parts.number(Some(*creator));
                parts.flag(*deployed);
                parts.flag(*removed);
                session_server.iter().for_each(|text| parts.text(text.as_deref()));
                parts.bytes(token.as_deref());
            }
            Values::Gateway { token, removed } => {
                parts.bytes(token.as_deref());
                parts.flag(*removed);
            }
            Values::Key {
                scope,
                project,
                creator,
                token,
                revoked,
                ui_domains,
                local_development,
                cross_page_persistence,
            } => {
                parts.number(Some(*scope));
                parts.number(*project);
                parts.number(Some(*creator));
                parts.bytes(token.as_deref());
                parts.flag(*revoked);
                parts.text(Some(ui_domains));
                parts.text(local_development.as_deref());
                parts.flag(*cross_page_persistence);
            }
        }
        ChainHash(parts.0.finalize().into())
    }

    /// In a sentence, what the table has that the log does not explain.
    pub fn unexplained(&self, stated: Option<ChainHash>) -> Option<String> {
        let stated = match stated {
            Some(stated) if stated == self.digest() => return None,
            Some(stated) => stated,
            None => return Some(self.unknown()),
        };
        let says = |other: Record, words: String| (other.digest() == stated).then_some(words);
        let name = &self.name;
        Some(match &self.values {
            Values::Person { role, token, removed } => {
                let as_role = |role: Role, token: Option<Vec<u8>>, removed: bool| Record {
                    values: Values::Person {
                        role: role.as_str().to_owned(),
                        token,
                        removed,
                    },
                    ..self.clone()
                };
                let (role, somebody) = (
                    role_shown(role),
                    if *removed { "removed person" } else { "person" },
                );
                let other = Role::ALL.into_iter().find_map(|made| {
                    let of_role =
                        format!("the {somebody} {name} is {role} in the table, but the log made them {made}");
                    let gone = format!(
                        "the person {name} is {role} in the table, but the log says that they were removed"
                    );
                    says(as_role(made, token.clone(), *removed), of_role)
                        .or_else(|| says(as_role(made, None, true), gone).filter(|_| !removed))
                });
                other.unwrap_or_else(|| {
                    if *removed {
                        return format!("the person {name} was removed in the table, but not by the log");
                    }
                    format!("the person {name}, {role}, has a sign-in token in the table that the log never gave them")
                })
            }
            Values::Project { deployed, .. } => {
                let word = |deployed| if deployed { "deployed" } else { "not deployed" };
                let mut other = self.clone();
                if let Values::Project { deployed, .. } = &mut other.values {
                    *deployed = !*deployed;
                }
                let flipped = format!(
                    "the project {name} is {} in the table, but the log says that it is {}",
                    word(*deployed),
                    word(!*deployed)
                );
                says(other, flipped).unwrap_or_else(|| {
                    format!("the project {name} has another creator or session server in the table than the log gave it")
                })
            }
            Values::Gateway { .. } => {
                let gone = Record {
                    values: Values::Gateway {
                        token: None,
                        removed: true,
                    },
                    ..self.clone()
                };
                let words =
                    format!("the gateway {name} is in the table, but the log says that it was removed");
                says(gone, words).unwrap_or_else(|| {
                    format!("the gateway {name} has another token in the table than the log gave it")
                })
            }
            Values::Key { revoked, .. } => format!(
                "the key {name} ({}), {}, has another token, scope, project, creator or settings in the table than the \
                 log gave it",
                self.id,
                standing(*revoked)
            ),
        })
    }

    /// Of a key that the log has revoked, or has not.
    fn contradicted(&self, revoked: bool) -> Option<String> {
        match &self.values {
            Values::Key { revoked: kept, .. } if *kept != revoked => Some(format!(
                "the key {} ({}) is {} in the table, but the log says that it is {}",
                self.name,
                self.id,
                standing(*kept),
                standing(revoked)
            )),
            _ => None,
        }
    }

    /// Of what the log does not know.
    fn unknown(&self) -> String {
        let name = &self.name;
        match &self.values {
            Values::Person { role, .. } => format!(
                "the person {name} is {} in the table, but the log never made them so",
                role_shown(role)
            ),
            Values::Project { .. } => {
                format!("the project {name} is in the table, but the log never created it")
            }
            Values::Gateway { .. } => {
                format!("the gateway {name} is in the table, but the log never added it")
            }
            Values::Key { revoked, .. } => format!(
                "the key {name} ({}) is {} in the table, but the log never created it",
                self.id,
                standing(*revoked)
            ),
        }
    }
}

fn standing(revoked: bool) -> &'static str {
    if revoked { "revoked" } else { "active" }
}

fn role_shown(role: &str) -> String {
    role.parse::<Role>()
        .map_or_else(|_| role.to_owned(), |role| role.to_string())
}

/// Somebody whose token is in the table, if the log made them what they are there. Whoever writes into the table alone
/// does not sign in.
pub fn explained(user: User, number: i64, token: &TokenHash, stated: Option<ChainHash>) -> Option<User> {
    let record = Record {
        number,
        id: user.id,
        name: user.email.clone(),
        values: Values::Person {
            role: user.role.as_str().to_owned(),
            token: Some(token.0.to_vec()),
            removed: false,
        },
    };
    match record.unexplained(stated) {
        None => Some(user),
        Some(sentence) => {
            tracing::error!("a sign-in is refused: {sentence}; run keydeck activity verify");
            None
        }
    }
}

/// Each part is preceded by its length, so that no two rows are hashed alike.
struct Parts(Sha256);

impl Parts {
    fn new(record: &Record) -> Self {
        let kind = match record.values {
            Values::Person { .. } => Kind::Person,
            Values::Project { .. } => Kind::Project,
            Values::Gateway { .. } => Kind::Gateway,
            Values::Key { .. } => Kind::Key,
        };
        let mut parts = Self(Sha256::new_with_prefix(b"keydeck state 1"));
        parts.text(Some(kind.as_str()));
        parts.number(Some(record.number));
        parts.bytes(Some(record.id.as_bytes()));
        parts
    }

    fn bytes(&mut self, part: Option<&[u8]>) {
        let length = part.map_or(ABSENT, |part| part.len() as u32);
        self.0.update(length.to_be_bytes());
        self.0.update(part.unwrap_or_default());
    }

    fn text(&mut self, part: Option<&str>) {
        self.bytes(part.map(str::as_bytes));
    }

    fn number(&mut self, part: Option<i64>) {
        self.bytes(part.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
    }

    fn flag(&mut self, part: bool) {
        self.bytes(Some(&[u8::from(part)]));
    }
}

/// The digest of a baseline, row by row.
pub struct BaselineDigest {
    hasher: Sha256,
    last: (i64, i64),
}

impl Default for BaselineDigest {
    fn default() -> Self {
        Self {
            hasher: Sha256::new_with_prefix(b"keydeck baseline 1"),
            last: (i64::MIN, i64::MIN),
        }
    }
}

impl BaselineDigest {
    /// A row of [`BASELINE_ROWS`].
    pub fn row(&mut self, row: &impl Columns) -> StoreResult<()> {
        self.last = (row.number(0)?, row.number(1)?);
        self.hasher.update(self.last.0.to_be_bytes());
        self.hasher.update(self.last.1.to_be_bytes());
        self.hasher
            .update(row.maybe_hash(2)?.unwrap_or(ChainHash::START).0);
        Ok(())
    }

    /// What the rows that come next are behind.
    pub fn last(&self) -> (i64, i64) {
        self.last
    }

    pub fn finish(self) -> ChainHash {
        ChainHash(self.hasher.finalize().into())
    }
}

/// A row of [`MISSING`], in a sentence.
pub fn gone(row: &impl Columns) -> StoreResult<String> {
    let (name, seq) = (row.text(0)?, row.number(1)?);
    Ok(format!(
        "row {seq} of the log tells of {name}, of whom no table has a row any more"
    ))
}

/// A row of [`MISSING_FROM_BASELINE`], in a sentence.
pub fn gone_from_baseline(row: &impl Columns) -> StoreResult<String> {
    let (kind, number) = (row.number(0)?, row.number(1)?);
    let kind = Kind::ALL.into_iter().find(|known| known.number() == kind);
    Ok(format!(
        "the {} with the number {number}, which was there at the beginning, is in no table any more",
        kind.map_or("entity", Kind::as_str)
    ))
}

/// What is wrong with a baseline of this digest, by a row of [`BASELINE`].
pub fn judge_baseline(row: &impl Columns, digest: ChainHash) -> StoreResult<Option<String>> {
    let (pending, first, committed) = (row.maybe_hash(0)?, row.maybe_number(1)?, row.maybe_hash(2)?);
    let (last, early) = (row.maybe_number(3)?, row.maybe_number(4)?);
    Ok(match (first, last, early) {
        (Some(first), Some(last), _) if first != last => Some(format!(
            "row {last} of the log says once more what there was before it, which only the first may"
        )),
        (_, _, Some(early)) => Some(format!(
            "row {early} of the log states what it left, before any row says what there was"
        )),
        _ => match committed.or(pending) {
            None => Some("the log does not say what there was at its beginning".into()),
            Some(stated) if stated != digest => Some(
                "what the database holds of the time before the log stated it (its table baseline) was changed".into(),
            ),
            Some(_) => None,
        },
    })
}

/// Where a comparison goes on. Its text is opaque to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub stage: Stage,
    /// Only rows with greater numbers.
    pub after: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Baseline,
    Of(Kind),
    /// What the log knows and no table holds.
    Missing,
}

const STAGES: [(Stage, &str); 6] = [
    (Stage::Baseline, "baseline"),
    (Stage::Of(Kind::Person), "person"),
    (Stage::Of(Kind::Project), "project"),
    (Stage::Of(Kind::Gateway), "gateway"),
    (Stage::Missing, "missing"),
    (Stage::Of(Kind::Key), "key"),
];

impl Stage {
    fn next(self) -> Option<Cursor> {
        let at = STAGES.iter().position(|(stage, _)| *stage == self)?;
        let (stage, _) = STAGES.get(at + 1)?;
        Some(Cursor {
            stage: *stage,
            after: 0,
        })
    }
}

impl Cursor {
    pub const START: Self = Self {
        stage: Stage::Baseline,
        after: 0,
    };
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = STAGES.iter().find(|(stage, _)| *stage == self.stage);
        write!(f, "{}:{}", name.map_or("", |(_, name)| *name), self.after)
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (stage, after) = text.split_once(':').ok_or(())?;
        let (stage, _) = STAGES.iter().find(|(_, name)| *name == stage).ok_or(())?;
        Ok(Self {
            stage: *stage,
            after: after.parse().map_err(drop)?,
        })
    }
}

/// A part of the tables, held against the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// How many rows were looked at.
    pub rows: u64,
    pub next: Option<Cursor>,
    /// The first row that the log does not explain, in a sentence.
    pub unexplained: Option<String>,
}

impl Compared {
    pub fn at_once(stage: Stage, unexplained: Option<String>) -> Self {
        Self {
            rows: 0,
            next: stage.next().filter(|_| unexplained.is_none()),
            unexplained,
        }
    }
}

/// Puts together what was read of one kind, in the order of the numbers.
pub struct Comparing {
    kind: Kind,
    compared: Compared,
    last: i64,
}

impl Comparing {
    pub fn of(kind: Kind) -> Self {
        Self {
            kind,
            compared: Compared {
                rows: 0,
                next: None,
                unexplained: None,
            },
            last: 0,
        }
    }

    /// A row of [`Kind::select_stated`].
    pub fn row(&mut self, row: &impl Columns) -> StoreResult<()> {
        let record = Record::read(self.kind, row)?;
        self.last = record.number;
        self.compared.rows += 1;
        if self.compared.unexplained.is_some() {
            return Ok(());
        }
        let width = self.kind.width();
        let told = match self.kind {
            Kind::Key if !row.flag(width + 1)? => Some(record.unknown()),
            Kind::Key => record.contradicted(row.flag(width + 2)?),
            _ => None,
        };
        self.compared.unexplained = match told {
            Some(sentence) => Some(sentence),
            None => record.unexplained(row.maybe_hash(width)?),
        };
        Ok(())
    }

    pub fn finish(self) -> Compared {
        let stage = Stage::Of(self.kind);
        let next = match self.compared.rows as i64 == BATCH {
            true => Some(Cursor {
                stage,
                after: self.last,
            }),
            false => stage.next(),
        };
        Compared {
            next: next.filter(|_| self.compared.unexplained.is_none()),
            ..self.compared
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Record {
        Record {
            number: 7,
            id: Uuid::from_u128(2),
            name: "Checkout".into(),
            values: Values::Key {
                scope: 0,
                project: Some(3),
                creator: 1,
                token: Some(vec![4; 32]),
                revoked: false,
                ui_domains: "https://a.example".into(),
                local_development: None,
                cross_page_persistence: true,
            },
        }
    }

    fn owner() -> Record {
        Record {
            number: 1,
            id: Uuid::from_u128(1),
            name: "mira@acme.example".into(),
            values: Values::Person {
                role: "owner".into(),
                token: Some(vec![5; 32]),
                removed: false,
            },
        }
    }

    #[test]
    fn what_is_hashed_never_changes() {
        assert_eq!(
            key().digest().to_string(),
            "7aa3bd499ba8c7203d369471445a062a03714c6a9ac22b5110c99aae4a80f966"
        );
        assert_eq!(
            owner().digest().to_string(),
            "fc4f21b0ae315998351f3ea3e44bcb829b7c6bb0bc7bc9b927fcfa509df3dc2b"
        );
        let renamed = Record {
            name: "Till".into(),
            ..key()
        };
        assert_eq!(renamed.digest(), key().digest());
    }

    #[test]
    fn what_is_not_as_stated_is_told_in_words() {
        let stated = Some(owner().digest());
        assert_eq!(owner().unexplained(stated), None);
        let no_token = Record {
            values: Values::Person {
                role: "owner".into(),
                token: None,
                removed: false,
            },
            ..owner()
        };
        let said = no_token.unexplained(stated).expect("another");
        assert!(said.contains("a sign-in token"), "{said}");
        let said = key().unexplained(None).expect("unknown");
        assert!(
            said.contains("is active in the table, but the log never created it"),
            "{said}"
        );
    }

    #[test]
    fn a_comparison_goes_through_all_stages() {
        let mut stages = vec![Cursor::START];
        while let Some(next) = stages.last().and_then(|cursor| cursor.stage.next()) {
            stages.push(next);
        }
        assert_eq!(stages.len(), STAGES.len());
        for cursor in stages {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "key", "key:", "key:x", "people:1", "key:1:2"] {
            assert_eq!(text.parse::<Cursor>(), Err(()), "{text}");
        }
    }
}
