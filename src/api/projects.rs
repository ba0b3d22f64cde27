//! Projects and their session servers on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::keys::{PersonRef, ProjectRef};
use crate::model::{Secret, secret};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Project {
    pub id: Uuid,
    pub name: String,
    pub creator: PersonRef,
    /// Keys of a project that is not deployed can't be created, and refuse to connect.
    pub deployed: bool,
    pub created_at: Timestamp,
    /// How many of its active keys the signed-in user sees.
    pub keys: u64,
    /// Absent when none is set; always absent for those who may not set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_server: Option<SessionServer>,
    pub may: ProjectMay,
}

impl From<Project> for ProjectRef {
    fn from(project: Project) -> Self {
        Self {
            id: project.id,
            name: project.name,
            deployed: project.deployed,
        }
    }
}

/// What the signed-in user may do with a project.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectMay {
    /// Rename, deploy, undeploy and remove it.
    pub edit: bool,
    /// See and set its session server.
    pub session_server: bool,
}

/// Where a project's keys connect to. The private key is never answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionServer {
    pub url: String,
    pub key_name: String,
}

/// A session server to be set.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionServerEdit {
    /// `https://` or `wss://`; plain `http://` and `ws://` only for loopback.
    pub url: String,
    /// The name of the private key there; becomes the `iss` of the tokens.
    pub key_name: String,
    /// What the tokens are signed with. Absent: the one that is set stays.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "secret::onto_the_wire"
    )]
    #[schema(value_type = Option<String>)]
    pub private_key: Option<Secret>,
}

/// A session server's token, which is only ever in this answer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IssuedSessionToken {
    #[serde(serialize_with = "secret::onto_the_wire")]
    #[schema(value_type = Option<String>)]
    pub token: Option<Secret>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProjectQuery {
    /// A part of the name, or the beginning of the id; at most 100 characters.
    #[param(max_length = 100)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Only projects that are deployed, or only those that are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed: Option<bool>,
    /// 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// The `id` of the last project of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Uuid>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// 1 to 100 characters after trimming, unique among the projects that the user sees: spellings that look alike
    /// are one name.
    pub name: String,
    #[serde(default)]
    pub deployed: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectEdit {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed: Option<bool>,
}
