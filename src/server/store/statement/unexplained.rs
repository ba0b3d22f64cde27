//! What is said of an entity whose state differs from what the log states, in a sentence.

use strum::IntoEnumIterator;

use super::state::{EntityState, Values};
use crate::api::{ChainHash, User};
use crate::model::{Role, TokenHash};

impl EntityState {
    /// What the table has that the log does not explain.
    pub fn unexplained(&self, stated: Option<ChainHash>) -> Option<String> {
        let Some(stated) = stated else {
            return Some(self.unknown());
        };
        if stated == self.digest() {
            return None;
        }
        let name = &self.name;
        Some(match &self.values {
            Values::Person { role, token, removed } => {
                self.unexplained_person(stated, role, token.as_deref(), *removed)
            }
            Values::Project { deployed, .. } => self.unexplained_project(stated, *deployed),
            Values::Gateway { .. } => {
                let removed = Values::Gateway {
                    token: None,
                    removed: true,
                };
                match self.is_stated_with(removed, stated) {
                    true => {
                        format!("the gateway {name} is in the table, but the log says that it was removed")
                    }
                    false => {
                        format!("the gateway {name} has another token in the table than the log gave it")
                    }
                }
            }
            Values::Key(key) => self.unexplained_key(stated, key.revoked),
        })
    }

    /// Whether the log states it with these values.
    fn is_stated_with(&self, values: Values, stated: ChainHash) -> bool {
        let other = EntityState {
            values,
            ..self.clone()
        };
        other.digest() == stated
    }

    fn unexplained_person(
        &self,
        stated: ChainHash,
        role: &str,
        token: Option<&[u8]>,
        removed: bool,
    ) -> String {
        let is_stated = |made: Role, token: Option<&[u8]>, removed| {
            let values = Values::Person {
                role: made.as_str().to_owned(),
                token: token.map(<[u8]>::to_vec),
                removed,
            };
            self.is_stated_with(values, stated)
        };
        let (name, role) = (&self.name, role_shown(role));
        for made in Role::iter() {
            if is_stated(made, token, removed) {
                let somebody = if removed { "removed person" } else { "person" };
                return format!("the {somebody} {name} is {role} in the table, but the log made them {made}");
            }
            if !removed && is_stated(made, None, true) {
                return format!(
                    "the person {name} is {role} in the table, but the log says that they were removed"
                );
            }
        }
        match removed {
            true => format!("the person {name} was removed in the table, but not by the log"),
            false => format!(
                "the person {name}, {role}, has a sign-in token in the table that the log never gave them"
            ),
        }
    }

    fn unexplained_project(&self, stated: ChainHash, deployed: bool) -> String {
        let word = |deployed| if deployed { "deployed" } else { "not deployed" };
        let mut other = self.values.clone();
        if let Values::Project { deployed, .. } = &mut other {
            *deployed = !*deployed;
        }
        let name = &self.name;
        match self.is_stated_with(other, stated) {
            true => format!(
                "the project {name} is {} in the table, but the log says that it is {}",
                word(deployed),
                word(!deployed)
            ),
            false => format!(
                "the project {name} has another creator or session server in the table than the log gave it"
            ),
        }
    }

    fn unexplained_key(&self, stated: ChainHash, revoked: bool) -> String {
        let word = |disabled| if disabled { "disabled" } else { "enabled" };
        let mut other = self.values.clone();
        let mut is_disabled = false;
        if let Values::Key(key) = &mut other {
            is_disabled = key.disabled;
            key.disabled = !is_disabled;
        }
        let (name, id) = (&self.name, self.id);
        match self.is_stated_with(other, stated) {
            true => format!(
                "the key {name} ({id}) is {} in the table, but the log says that it is {}",
                word(is_disabled),
                word(!is_disabled)
            ),
            false => format!(
                "the key {name} ({id}), {}, has another token, scope, project, creator, end or settings in the table than \
                 the log gave it",
                standing(revoked)
            ),
        }
    }

    /// Whether this is a person whom the log removed; by what it states of them.
    pub(super) fn is_removed(&self, stated: Option<ChainHash>) -> bool {
        matches!(self.values, Values::Person { removed: true, .. }) && stated == Some(self.digest())
    }

    /// Of a key that the log has revoked, or has not.
    pub(super) fn contradicted(&self, revoked: bool) -> Option<String> {
        match &self.values {
            Values::Key(key) if key.revoked != revoked => Some(format!(
                "the key {} ({}) is {} in the table, but the log says that it is {}",
                self.name,
                self.id,
                standing(key.revoked),
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
            Values::Key(key) => format!(
                "the key {name} ({}) is {} in the table, but the log never created it",
                self.id,
                standing(key.revoked)
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

/// The person with this token, if their row is as the log states it: who writes into the table alone can't sign in.
pub fn explained(user: User, number: i64, token: &TokenHash, stated: Option<ChainHash>) -> Option<User> {
    let state = EntityState {
        number,
        id: user.id,
        name: user.email.clone(),
        values: Values::Person {
            role: user.role.as_str().to_owned(),
            token: Some(token.0.to_vec()),
            removed: false,
        },
    };
    match state.unexplained(stated) {
        None => Some(user),
        Some(sentence) => {
            tracing::error!("a sign-in is refused: {sentence}; run keydeck activity verify");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::samples::{key, owner};
    use super::*;

    #[test]
    fn what_is_not_as_stated_is_told_in_words() {
        let stated = Some(owner().digest());
        assert_eq!(owner().unexplained(stated), None);
        let no_token = EntityState {
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
