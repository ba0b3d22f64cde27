//! What the activity log records of a change: the action, whose it is, and field by field the old
//! value and the new one. Nothing of any secret.

use std::borrow::Cow;

use serde_json::{Map, Value, json};
use strum::IntoEnumIterator;
use uuid::Uuid;

use super::statement::Entity;
use super::{Changed, KeyRecord, NewSessionServer, ProjectRecord};
use crate::api::{ActivityAction, Disabled, KeyEventKind, SessionServer};
use crate::model::{KeyField, Role, Scope, Settings};

/// What a row of the log is about.
pub struct Subject<'a> {
    pub action: ActivityAction,
    /// The numbers of the key and of its creator.
    pub key: Option<(i64, i64)>,
    /// Of the key, where it is known.
    pub id: Option<Uuid>,
    pub name: Cow<'a, str>,
    pub changes: Map<String, Value>,
    /// Of which the log states the state after the change.
    pub about: Option<Entity>,
}

impl<'a> Subject<'a> {
    /// Of what is no key.
    pub fn of(action: ActivityAction, name: &'a str, changes: Map<String, Value>) -> Self {
        Self {
            action,
            key: None,
            id: None,
            name: name.into(),
            changes,
            about: None,
        }
    }

    pub fn of_key(
        action: ActivityAction,
        key: (i64, i64),
        name: &'a str,
        changes: Map<String, Value>,
    ) -> Self {
        Self {
            action,
            key: Some(key),
            id: None,
            name: name.into(),
            changes,
            about: (!action.leaves_key_as_it_is()).then_some(Entity::Key(key.0)),
        }
    }

    /// Of a key that has this id.
    pub fn with_id(self, id: Uuid) -> Self {
        Self { id: Some(id), ..self }
    }

    /// To be kept until all of a change is done.
    pub fn into_owned(self) -> Subject<'static> {
        Subject {
            action: self.action,
            key: self.key,
            id: self.id,
            name: self.name.into_owned().into(),
            changes: self.changes,
            about: self.about,
        }
    }

    /// About an entity that decides who may do what; its state is read when the change is complete.
    pub fn about(self, entity: Entity) -> Self {
        Self {
            about: Some(entity),
            ..self
        }
    }
}

/// What the log says of a private key or token that changed.
const UNTOLD: &str = "…";

/// Field by field, what a key begins with; nothing for what it does not have.
pub fn beginnings(scope: Scope, project: Option<&str>, settings: &Settings) -> Map<String, Value> {
    let mut had = Map::from_iter([("scope".to_owned(), json!([null, scope]))]);
    if let Some(project) = project {
        let name = KeyField::Project.wire_name();
        had.insert(name.to_owned(), json!([null, project]));
    }
    let fields = KeyField::of(scope).filter(|field| field.is_setting());
    let values = fields.map(|field| (field, settings.value(field)));
    for (field, value) in values.filter(|(_, value)| !value.is_absent()) {
        had.insert(field.wire_name().to_owned(), json!([null, value]));
    }
    had
}

/// What an edit changes of a key; nothing for what stays.
pub fn of_key(key: &KeyRecord, name: &str, settings: &Settings) -> Map<String, Value> {
    let mut changes = Map::new();
    if name != key.name {
        let field = KeyField::Name.wire_name();
        changes.extend(of_renamed(field, &key.name, name));
    }
    for field in KeyField::iter().filter(|field| field.is_setting()) {
        let (old, new) = (key.settings.value(field), settings.value(field));
        if old != new {
            changes.insert(field.wire_name().to_owned(), json!([old, new]));
        }
    }
    changes
}

/// Of a key that is disabled, enabled, or disabled for another reason.
pub fn of_disabled(old: Option<&Disabled>, new: Option<&Disabled>) -> Map<String, Value> {
    let mut changes = Map::new();
    if old.is_some() != new.is_some() {
        changes.insert("disabled".into(), json!([old.is_some(), new.is_some()]));
    }
    let reason = |of: Option<&Disabled>| of.and_then(|disabled| disabled.reason.clone());
    let (old, new) = (reason(old), reason(new));
    if old != new {
        changes.insert("reason".into(), json!([old, new]));
    }
    changes
}

/// Of a key that is revoked: why, where that is said.
pub fn of_revocation(reason: Option<&str>) -> Map<String, Value> {
    let reason = reason.map(|reason| ("reason".to_owned(), json!([null, reason])));
    reason.into_iter().collect()
}

/// As they were written. What can't be read is text, also `null`, which stands for what is withheld.
pub fn read(json: String) -> Value {
    match serde_json::from_str(&json) {
        Ok(Value::Null) | Err(_) => Value::String(json),
        Ok(changes) => changes,
    }
}

/// From one name to the other.
pub fn of_renamed(field: &str, old: &str, new: &str) -> Map<String, Value> {
    Map::from_iter([(field.to_owned(), json!([old, new]))])
}

/// The same, of something that may have got a new name on the way.
pub fn with_new_name(changes: &Map<String, Value>, old: &str, new: &str) -> Map<String, Value> {
    let mut changes = changes.clone();
    if new != old {
        changes.extend(of_renamed("name", old, new));
    }
    changes
}

/// From one email address to the other.
pub fn of_creator(from: &str, to: &str) -> Map<String, Value> {
    Map::from_iter([("creator".to_owned(), json!([from, to]))])
}

/// From one role to the other; none is not being here.
pub fn of_role(old: Option<Role>, new: Option<Role>) -> Map<String, Value> {
    Map::from_iter([("role".to_owned(), json!([old, new]))])
}

/// Of a person who is removed, also who gets what is theirs.
pub fn of_removal(role: Role, heir: Option<&str>) -> Map<String, Value> {
    let mut changes = of_role(Some(role), None);
    changes.insert(SUCCESSOR.into(), json!([null, successor(heir)]));
    changes
}

/// Whether this is what a removal was recorded with; earlier versions said nothing of it.
pub fn is_of_removal(recorded: &str, heir: Option<&str>) -> bool {
    match serde_json::from_str::<Value>(recorded) {
        Ok(changes) => changes
            .get(SUCCESSOR)
            .is_none_or(|recorded| *recorded == json!([null, successor(heir)])),
        // It was changed, which its hash tells.
        Err(_) => false,
    }
}

const SUCCESSOR: &str = "successor";

fn successor(heir: Option<&str>) -> &str {
    heir.unwrap_or("nobody")
}

/// What a project begins with.
pub fn of_new_project(deployed: bool) -> Map<String, Value> {
    Map::from_iter([("deployed".to_owned(), json!([null, deployed]))])
}

pub fn of_project(old: &ProjectRecord, new: &ProjectRecord) -> Map<String, Value> {
    let mut changes = Map::new();
    if new.name != old.name {
        changes.insert("name".into(), json!([old.name, new.name]));
    }
    if new.deployed != old.deployed {
        changes.insert("deployed".into(), json!([old.deployed, new.deployed]));
    }
    changes
}

pub fn of_removed_project(project: &ProjectRecord) -> Map<String, Value> {
    let mut changes = of_removed_session_server(project.session_server.as_ref());
    changes.insert("creator".into(), json!([project.creator.email, null]));
    changes.insert("deployed".into(), json!([project.deployed, null]));
    changes
}

/// Nothing for what stays.
pub fn of_session_server(old: Option<&SessionServer>, new: &NewSessionServer) -> Map<String, Value> {
    let mut changes = Map::new();
    let url = old.map(|old| &old.url);
    if url != Some(&new.server.url) {
        changes.insert("url".into(), json!([url, new.server.url]));
    }
    let key_name = old.map(|old| &old.key_name);
    if key_name != Some(&new.server.key_name) {
        changes.insert("key_name".into(), json!([key_name, new.server.key_name]));
    }
    if new.private_key.is_some() {
        changes.insert("private_key".into(), json!([old.map(|_| UNTOLD), UNTOLD]));
    }
    changes
}

pub fn of_removed_session_server(old: Option<&SessionServer>) -> Map<String, Value> {
    let fields = old.map(|old| [("url", &old.url), ("key_name", &old.key_name)]);
    let fields = fields.into_iter().flatten();
    fields
        .map(|(field, value)| (field.to_owned(), json!([value, null])))
        .collect()
}

/// Whether the session server has a token, before and after.
pub fn of_session_token(old: bool, new: bool) -> Map<String, Value> {
    let untold = |has: bool| has.then_some(UNTOLD);
    Map::from_iter([("token".to_owned(), json!([untold(old), untold(new)]))])
}

/// What subscribers are notified of for a row: the kind of change of a key, or
/// else what it is about. What is of a newer program, or was tampered with, must not keep the rest from
/// being told.
pub fn event_of(action: &str) -> Result<KeyEventKind, Changed> {
    use ActivityAction as Action;
    match action.parse().unwrap_or(Action::Unknown) {
        Action::KeyCreated | Action::KeyImported => Ok(KeyEventKind::Created),
        Action::KeyRevoked => Ok(KeyEventKind::Revoked),
        Action::KeyEdited
        | Action::KeyHandedOver
        | Action::KeyDisabled
        | Action::KeyEnabled
        | Action::KeyRotated
        | Action::KeyRotationExtended
        | Action::KeyRotationEnded
        | Action::KeyRotationCancelled
        | Action::LeakReported
        | Action::LeakDecided => Ok(KeyEventKind::Edited),
        Action::UserAdded
        | Action::UserEdited
        | Action::UserRenamed
        | Action::UserRemoved
        | Action::TokenReplaced => Err(Changed::People),
        Action::ProjectCreated
        | Action::ProjectEdited
        | Action::ProjectRemoved
        | Action::ProjectHandedOver => Err(Changed::Projects),
        Action::SessionServerSet
        | Action::SessionServerRemoved
        | Action::SessionTokenIssued
        | Action::SessionTokenRevoked => Err(Changed::SessionServers),
        Action::KeyRevealed
        | Action::KeyCopied
        | Action::SignInRefused
        | Action::GatewayAdded
        | Action::GatewayRemoved
        | Action::GatewayEdited
        | Action::PolicyEdited
        | Action::LeakSourceAdded
        | Action::WebhookCreated
        | Action::WebhookEdited
        | Action::WebhookRemoved
        | Action::WebhookSecretRotated
        | Action::WebhookSecretRevealed
        | Action::WebhookTested
        | Action::WebhookRedelivered
        | Action::RootKeyRotated
        | Action::SecretsResealed
        | Action::Unknown => Err(Changed::Log),
    }
}
