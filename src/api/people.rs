//! The organisation and its people on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::model::{Role, Scope, Secret, secret};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Organisation {
    pub id: Uuid,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    pub id: Uuid,
    pub email: String,
    pub role: Role,
    pub created_at: Timestamp,
}

/// What the signed-in user may do; the dashboard offers only that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Permissions {
    /// All keys of the organisation, or only the user's own.
    pub see_all_keys: bool,
    /// The scopes that the user may create keys for.
    pub create_keys: Vec<Scope>,
    pub create_projects: bool,
    pub manage_users: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    pub user: User,
    pub organisation: Organisation,
    pub may: Permissions,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    pub email: String,
    pub role: Role,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserEdit {
    pub role: Role,
}

/// A new user and their sign-in token, which is only ever in this answer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CreatedUser {
    pub user: User,
    #[serde(serialize_with = "secret::onto_the_wire")]
    #[schema(value_type = Option<String>)]
    pub token: Option<Secret>,
}

/// A new sign-in token; the previous one is no longer valid.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewToken {
    #[serde(serialize_with = "secret::onto_the_wire")]
    #[schema(value_type = Option<String>)]
    pub token: Option<Secret>,
}

/// A user in the list of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    #[serde(flatten)]
    pub user: User,
    /// How many active keys are theirs.
    pub keys: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UserQuery {
    /// A part of the email address; at most 100 characters.
    #[param(max_length = 100)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// The `id` of the last user of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Uuid>,
}

/// What happens to the active keys of a person who is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyDisposition {
    /// They stop working immediately and permanently.
    Revoke,
    /// They keep working and are handed over to another person, with the projects.
    HandOver,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UserRemoval {
    /// What happens to their active keys; may be absent when they have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub keys: Option<KeyDisposition>,
    /// With `hand_over`: the id of the person to hand keys and projects over to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Uuid>,
}

/// What a removal did, or has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RemovedUser {
    pub keys_revoked: u64,
    pub keys_handed_over: u64,
    pub projects_handed_over: u64,
    /// How many handed-over keys and projects got a number appended to their names, because the new owner already had
    /// one of the same name.
    #[serde(default)]
    pub renamed: u64,
}

/// How far a removal is. Until it is finished the person can no longer sign in, keys that are to be revoked are
/// refused, and keys that are handed over go on working.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RemovalProgress {
    #[serde(flatten)]
    pub removed: RemovedUser,
    /// Active keys, and projects to hand over, that are left; 0 when it is finished.
    #[serde(default)]
    pub left: u64,
}

/// A removal that continues after the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OngoingRemoval {
    /// The user who is removed, and so the removal.
    pub id: Uuid,
    /// The URL of its progress, as in the header `Location`.
    #[schema(example = "/v1/removals/01930000-0000-7000-8000-000000000000")]
    pub progress: String,
    #[serde(flatten)]
    pub so_far: RemovalProgress,
}

impl OngoingRemoval {
    pub fn new(id: Uuid, so_far: RemovalProgress) -> Self {
        Self {
            id,
            progress: format!("/v1/removals/{id}"),
            so_far,
        }
    }
}

impl RemovalProgress {
    pub fn is_finished(&self) -> bool {
        self.left == 0
    }

    /// How many keys and projects are done.
    pub fn done(&self) -> u64 {
        let removed = self.removed;
        removed.keys_revoked + removed.keys_handed_over + removed.projects_handed_over
    }
}
