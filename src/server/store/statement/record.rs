//! A row that decides who may do what: its digest, and what is said when it is another than the log states.
//!
//! NEVER CHANGE WHAT IS HASHED: logs in the field have it.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Columns, Kind, Statement};
use crate::api::{ChainHash, User};
use crate::model::{Role, TokenHash};
use crate::server::store::StoreResult;

/// Stands for the length of what is absent; nothing is that long.
const ABSENT: u32 = u32::MAX;

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

    /// Whether this is a person whom the log removed; by what it states of them.
    pub(super) fn is_removed(&self, stated: Option<ChainHash>) -> bool {
        matches!(self.values, Values::Person { removed: true, .. }) && stated == Some(self.digest())
    }

    /// Of a key, the number of who created it.
    pub(super) fn creator(&self) -> Option<i64> {
        match &self.values {
            Values::Key { creator, .. } => Some(*creator),
            _ => None,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Of a key that the log has revoked, or has not.
    pub(super) fn contradicted(&self, revoked: bool) -> Option<String> {
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
    pub(super) fn unknown(&self) -> String {
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
}
