//! The keys of one portion: each is valid by itself, in a project where the caller may create it, for somebody who may.

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;

use crate::api::{ImportKey, KeyFields, User};
use crate::model::{FieldErrors, KeyToken, Scope, Settings, TokenHash, ValidKey, imported, local, name};
use crate::server::auth::policy;
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::keys::mint::id_from;
use crate::server::seal::{SealError, Sealer};
use crate::server::state::ServerState;
use crate::server::store::{ImportNames, StagedKey};

/// How many errors of a portion are told.
const TOLD: usize = 100;

pub async fn read(server: &ServerState, user: &User, keys: &[ImportKey]) -> ApiResult<Vec<StagedKey>> {
    let texts = |of: fn(&ImportKey) -> Option<&String>| -> Vec<String> {
        let texts: BTreeSet<&String> = keys.iter().filter_map(of).collect();
        texts.into_iter().cloned().collect()
    };
    let (projects, people) = (
        texts(|key| key.project.as_ref()),
        texts(|key| key.creator.as_ref()),
    );
    let visible = policy::visible(user);
    let names = server.imports().import_names(projects, people, visible).await?;
    let caller = user.id.to_string();
    let caller = server
        .imports()
        .import_names(Vec::new(), vec![caller.clone()], visible)
        .await?;
    let number = caller.people.values().next().map(|(number, _)| *number);
    let number = number.ok_or_else(ApiError::unauthenticated)?;
    let reading = Reading {
        user,
        number,
        names,
        sealer: server.seals.now(),
        now: server.clock.now(),
    };
    let (mut staged, mut errors) = (Vec::with_capacity(keys.len()), FieldErrors::default());
    for (index, key) in keys.iter().enumerate() {
        match reading.staged(key)? {
            Ok(key) => staged.push(key),
            Err(wrong) => {
                for error in wrong.0 {
                    errors.push(format!("keys[{index}].{}", error.field), error.message);
                }
            }
        }
    }
    let count = errors.0.len();
    if count > TOLD {
        errors.0.truncate(TOLD);
        errors.push("keys", format!("And {} more.", count - TOLD));
    }
    errors.into_result()?;
    Ok(staged)
}

struct Reading<'a> {
    user: &'a User,
    /// Of the caller.
    number: i64,
    names: ImportNames,
    sealer: std::sync::Arc<Sealer>,
    now: Timestamp,
}

impl Reading<'_> {
    fn staged(&self, key: &ImportKey) -> Result<Result<StagedKey, FieldErrors>, SealError> {
        let mut errors = FieldErrors::default();
        let creator = self.creator(key, &mut errors);
        let project = self.project(key, creator.as_ref().map(|(_, user)| user), &mut errors);
        let valid = self.valid(key, project.map(|(_, id)| id), &mut errors);
        let token = token(key, &mut errors);
        let created_at = self.created_at(key, &mut errors);
        let reason = name::paragraph(key.reason.as_deref().unwrap_or_default(), name::MAX_REASON);
        let reason = reason.unwrap_or_else(|message| {
            errors.push("reason", message);
            None
        });
        let (Some(valid), Some((creator, _)), Some(token), true) = (valid, creator, token, errors.is_empty())
        else {
            return Ok(Err(errors));
        };
        let id = id_from(created_at);
        let (token_hash, hint) = (token.hash(), token.hint());
        let sealed = match (&token, valid.scope.is_viewable()) {
            (Given::Token(token), true) => Some(self.sealer.seal_imported(id, valid.scope, token)?),
            _ => None,
        };
        Ok(Ok(StagedKey {
            line: key.line.into(),
            id,
            valid,
            project: project.map(|(number, _)| number),
            creator,
            created_at,
            token_hash,
            hint,
            sealed,
            disabled: key.disabled,
            reason,
        }))
    }

    /// The caller, or somebody whom an Owner names.
    fn creator(&self, key: &ImportKey, errors: &mut FieldErrors) -> Option<(i64, User)> {
        let Some(text) = &key.creator else {
            return Some((self.number, self.user.clone()));
        };
        match self.names.people.get(text) {
            Some((_, user)) if !policy::may_import_for(self.user, user.id) => {
                errors.push(
                    "creator",
                    "Only an Owner imports keys of somebody else; leave it out, and they are yours.",
                );
            }
            Some(found) => return Some(found.clone()),
            None if policy::may_import_for(self.user, Uuid::nil()) => {
                errors.push(
                    "creator",
                    "Nobody has this address; add them first, or say whose key it is with --creator.",
                );
            }
            None => errors.push(
                "creator",
                "Only an Owner imports keys of somebody else; leave it out, and they are yours.",
            ),
        }
        None
    }

    /// The number and id of the project, where the caller and whose key it is to be may create it.
    fn project(
        &self,
        key: &ImportKey,
        creator: Option<&User>,
        errors: &mut FieldErrors,
    ) -> Option<(i64, Uuid)> {
        let scope = key.fields.scope;
        let found = key
            .project
            .as_ref()
            .filter(|_| scope.has_project())
            .and_then(|text| {
                let named = self
                    .names
                    .projects
                    .get(text)
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                match named {
                    [] => errors.push(
                        "project",
                        "There is no such project among yours; create it first.",
                    ),
                    [one] => return Some(*one),
                    _ => errors.push("project", "Several projects are called so; give the id of one."),
                }
                None
            });
        if let Some(project) = found
            && !project.deployed
        {
            errors.push(
                "project",
                "This project is not deployed; deploy it first or choose another one.",
            );
        }
        let of = |user: &User| match (scope, found) {
            (Scope::Analytics, _) => policy::may_create(user, scope, None),
            (_, Some(project)) => policy::may_create(user, scope, Some(project.creator)),
            (_, None) => true,
        };
        if !of(self.user) {
            let role = self.user.role;
            errors.push(
                "scope",
                format!("The role {role} doesn't create {scope} keys there; ask an Owner."),
            );
        } else if let Some(creator) = creator.filter(|creator| !of(creator)) {
            let (email, role) = (&creator.email, creator.role);
            errors.push(
                "creator",
                format!("{email} is {role}, who doesn't create {scope} keys there; say whose key it is with --creator."),
            );
        }
        found.map(|project| (project.number, project.id))
    }

    fn valid(&self, key: &ImportKey, project: Option<Uuid>, errors: &mut FieldErrors) -> Option<ValidKey> {
        if key.fields.project.is_some() {
            errors.push("fields.project", "Give `project` beside `fields`, not in it.");
        }
        if key.project.is_some() && !key.fields.scope.has_project() {
            errors.push("project", "An Analytics key has no project; leave it out.");
        }
        // Which one it is, is told already where it is not found.
        let project = project.or(key.project.as_ref().map(|_| Uuid::nil()));
        let fields = KeyFields {
            project: project.filter(|_| key.fields.scope.has_project()),
            ..key.fields.clone()
        };
        let mut valid = match fields.validate() {
            Ok(valid) => valid,
            Err(wrong) => {
                errors.0.extend(wrong.0);
                return None;
            }
        };
        if let Err(wrong) = local::settle(&mut valid.settings, &Settings::default(), true, self.now) {
            errors.0.extend(wrong.0);
        }
        Some(valid)
    }

    fn created_at(&self, key: &ImportKey, errors: &mut FieldErrors) -> Timestamp {
        let now = Timestamp::from_microsecond(self.now.as_microsecond()).unwrap_or(self.now);
        let Some(text) = &key.created_at else {
            return now;
        };
        match text.parse::<Timestamp>() {
            Ok(at) if at < Timestamp::UNIX_EPOCH => errors.push("created_at", "Give an instant after 1970."),
            Ok(at) if at > now => errors.push("created_at", "This instant is in the future."),
            Ok(at) => return Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at),
            Err(_) => errors.push("created_at", "Give an instant like 2027-03-31T18:00:00Z."),
        }
        now
    }
}

/// What a key is known by.
enum Given {
    Token(KeyToken),
    Hash(TokenHash),
}

impl Given {
    fn hash(&self) -> TokenHash {
        match self {
            Given::Token(token) => token.hash(),
            Given::Hash(hash) => *hash,
        }
    }

    fn hint(&self) -> String {
        match self {
            Given::Token(token) => token.hint(),
            Given::Hash(hash) => format!("sha256:{}…", &hash.to_string()[..8]),
        }
    }
}

fn token(key: &ImportKey, errors: &mut FieldErrors) -> Option<Given> {
    let read = match (&key.token, &key.sha256) {
        (Some(token), None) => imported::token(key.fields.scope, token.expose())
            .map(Given::Token)
            .map_err(|message| ("token", message)),
        (None, Some(hash)) => imported::sha256(hash)
            .map(Given::Hash)
            .map_err(|message| ("sha256", message)),
        (None, None) => Err(("token", "Give the token, or its SHA-256 as sha256.".into())),
        (Some(_), Some(_)) => Err(("sha256", "Give the token or its hash, not both.".into())),
    };
    read.map_err(|(field, message)| errors.push(field, message)).ok()
}
