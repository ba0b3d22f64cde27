//! The state of what decides who may do what, as it is in a row of its table, and its digest.
//!
//! NEVER CHANGE WHAT IS HASHED: logs in the field have it.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Entity, EntityKind, Statement};
use crate::api::ChainHash;
use crate::server::store::StoreResult;
use crate::server::store::key_row::NEVER;
use crate::server::store::row::{Columns, Read, Row};

/// Stands for the length of what is absent; nothing is that long.
const ABSENT: u32 = u32::MAX;

/// A person, project, gateway or key, as far as it decides who may do what.
#[derive(Debug, Clone)]
pub struct EntityState {
    pub number: i64,
    pub id: Uuid,
    /// Not in the digest: it decides nothing.
    pub name: String,
    pub(super) values: Values,
}

#[derive(Debug, Clone)]
pub(super) enum Values {
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
    Key(KeyValues),
}

/// The columns of [`EntityKind::columns`].
impl Read for EntityState {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let kind = columns.next()?;
        Ok(Self {
            number: columns.next()?,
            id: columns.next()?,
            name: columns.next()?,
            values: Values::read(kind, columns)?,
        })
    }
}

impl Values {
    fn read(kind: EntityKind, columns: &mut Columns<'_, impl Row>) -> StoreResult<Self> {
        Ok(match kind {
            EntityKind::Person => Values::Person {
                role: columns.next()?,
                token: columns.next()?,
                removed: columns.next()?,
            },
            EntityKind::Project => Values::Project {
                creator: columns.next()?,
                deployed: columns.next()?,
                removed: columns.next()?,
                session_server: [columns.next()?, columns.next()?],
                token: columns.next()?,
            },
            EntityKind::Gateway => Values::Gateway {
                token: columns.next()?,
                removed: columns.next()?,
            },
            EntityKind::Key => Values::Key(KeyValues {
                scope: columns.next()?,
                project: columns.next()?,
                creator: columns.next()?,
                token: columns.next()?,
                revoked: columns.next()?,
                allowed_networks: columns.next()?,
                ui_domains: columns.next()?,
                local_development: columns.next()?,
                local_development_ends_at: columns.next()?,
                cross_page_persistence: columns.next()?,
                expires_at: columns.next()?,
                disabled: columns.next()?,
                old_token: {
                    let (token, ends_at): (Option<Vec<u8>>, Option<i64>) = columns.next()?;
                    token.zip(ends_at)
                },
            }),
        })
    }
}

#[derive(Debug, Clone)]
pub(super) struct KeyValues {
    pub(super) scope: i64,
    pub(super) project: Option<i64>,
    pub(super) creator: i64,
    pub(super) token: Option<Vec<u8>>,
    pub(super) revoked: bool,
    pub(super) ui_domains: String,
    pub(super) local_development: Option<String>,
    pub(super) local_development_ends_at: Option<i64>,
    pub(super) cross_page_persistence: bool,
    pub(super) expires_at: i64,
    pub(super) disabled: bool,
    /// With its end.
    pub(super) old_token: Option<(Vec<u8>, i64)>,
    pub(super) allowed_networks: String,
}

impl KeyValues {
    /// What earlier versions didn't know is stated only where it is present, under its name.
    fn add_to(&self, parts: &mut Parts) {
        parts.number(Some(self.scope));
        parts.number(self.project);
        parts.number(Some(self.creator));
        parts.bytes(self.token.as_deref());
        parts.flag(self.revoked);
        parts.text(Some(&self.ui_domains));
        parts.text(self.local_development.as_deref());
        parts.flag(self.cross_page_persistence);
        if self.expires_at != NEVER {
            parts.text(Some("expires_at"));
            parts.number(Some(self.expires_at));
        }
        if self.disabled {
            parts.text(Some("disabled"));
        }
        if let Some((token, ends_at)) = &self.old_token {
            parts.text(Some("old_token"));
            parts.bytes(Some(token));
            parts.number(Some(*ends_at));
        }
        if let Some(ends_at) = self.local_development_ends_at {
            parts.text(Some("local_development_ends_at"));
            parts.number(Some(ends_at));
        }
        if !self.allowed_networks.is_empty() {
            parts.text(Some("allowed_networks"));
            parts.text(Some(&self.allowed_networks));
        }
    }
}

impl EntityState {
    pub fn kind(&self) -> EntityKind {
        match self.values {
            Values::Person { .. } => EntityKind::Person,
            Values::Project { .. } => EntityKind::Project,
            Values::Gateway { .. } => EntityKind::Gateway,
            Values::Key(_) => EntityKind::Key,
        }
    }

    pub fn entity(&self) -> Entity {
        match self.kind() {
            EntityKind::Person => Entity::Person(self.id),
            EntityKind::Project => Entity::Project(self.id),
            EntityKind::Gateway => Entity::Gateway(self.id),
            EntityKind::Key => Entity::Key(self.number),
        }
    }

    pub fn statement(&self) -> Statement {
        Statement {
            entity: (self.kind() != EntityKind::Key).then_some(self.id),
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
            Values::Key(key) => key.add_to(&mut parts),
        }
        ChainHash(parts.0.finalize().into())
    }

    /// Of a key, the number of its creator.
    pub fn creator(&self) -> Option<i64> {
        match &self.values {
            Values::Key(key) => Some(key.creator),
            _ => None,
        }
    }
}

/// Each part is preceded by its length, so that no two rows are hashed alike.
struct Parts(Sha256);

impl Parts {
    fn new(state: &EntityState) -> Self {
        let mut parts = Self(Sha256::new_with_prefix(b"keydeck state 1"));
        parts.text(Some(state.kind().as_str()));
        parts.number(Some(state.number));
        parts.bytes(Some(state.id.as_bytes()));
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
pub mod samples {
    use super::*;

    pub fn key() -> EntityState {
        EntityState {
            number: 7,
            id: Uuid::from_u128(2),
            name: "Checkout".into(),
            values: Values::Key(KeyValues {
                scope: 0,
                project: Some(3),
                creator: 1,
                token: Some(vec![4; 32]),
                revoked: false,
                allowed_networks: String::new(),
                ui_domains: "https://a.example".into(),
                local_development: None,
                local_development_ends_at: None,
                cross_page_persistence: true,
                expires_at: NEVER,
                disabled: false,
                old_token: None,
            }),
        }
    }

    pub fn owner() -> EntityState {
        EntityState {
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
}

#[cfg(test)]
mod tests {
    use super::samples::{key, owner};
    use super::*;

    const EXPIRING_AND_DISABLED: [&str; 3] = [
        "a236bad66538740db5d517e0f289ae4131115e7890ed9194d8bcf6ccd861fe26",
        "f16c5a7e04c9860b797c6efb07f2c2877744623252c689f06417ab80d08f69c1",
        "be861d3db42aa3c38af5d0cb2a13ccc624e2bf91df21b2eb0c11b6a2367efd63",
    ];

    const ROTATING: &str = "fc23c0925e7888d39bdb64c5182bfd9341b464a9d248cbf37ed834959a9003bf";

    const BOUND: &str = "f0106b248b423a2ee953e5154310a515491e11d72da5e6f7bc92febad9a2572a";
    const DEVELOPING: &str = "409cae1b96c00f6c9213aedea0e238599465d15d6859258e1baf52f3e15a91cd";

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
        let changed = |expires: Option<i64>, switch: bool| {
            let mut key = key();
            if let Values::Key(values) = &mut key.values {
                values.expires_at = expires.unwrap_or(NEVER);
                values.disabled = switch;
            }
            key.digest().to_string()
        };
        assert_eq!(changed(None, false), key().digest().to_string());
        let digests = [
            changed(Some(1_800_000_000_000_000), false),
            changed(None, true),
            changed(Some(1_800_000_000_000_000), true),
        ];
        assert_eq!(digests, EXPIRING_AND_DISABLED);
        let mut rotating = key();
        if let Values::Key(values) = &mut rotating.values {
            values.old_token = Some((vec![9; 32], 1_800_000_000_000_000));
        }
        assert_eq!(rotating.digest().to_string(), ROTATING);
        let mut bound = key();
        if let Values::Key(values) = &mut bound.values {
            values.allowed_networks = "10.0.0.0/8\n2001:db8::7".into();
        }
        assert_eq!(bound.digest().to_string(), BOUND);
        let mut developing = key();
        if let Values::Key(values) = &mut developing.values {
            values.local_development_ends_at = Some(1_800_000_000_000_000);
        }
        assert_eq!(developing.digest().to_string(), DEVELOPING);
        let renamed = EntityState {
            name: "Till".into(),
            ..key()
        };
        assert_eq!(renamed.digest(), key().digest());
    }
}
