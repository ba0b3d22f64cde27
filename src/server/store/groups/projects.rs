//! Projects, their session servers, and the tokens of these.

use async_trait::async_trait;
use uuid::Uuid;

use crate::api::ProjectQuery;
use crate::model::TokenHash;
use crate::server::store::{
    Actor, NewSessionServer, ProjectRecord, ProjectRemoval, SessionServerChange, SessionTokenIssue,
    StoreResult, Taken, Visible,
};

#[async_trait]
pub trait ProjectStore: Send + Sync {
    /// A page by name. Removed projects are missing; so it is in all that asks for projects.
    async fn projects(&self, query: &ProjectQuery, visible: Visible) -> StoreResult<Vec<ProjectRecord>>;
    async fn project(&self, id: Uuid, visible: Visible) -> StoreResult<Option<ProjectRecord>>;
    async fn add_project(
        &self,
        name: String,
        deployed: bool,
        by: Actor,
    ) -> StoreResult<Result<ProjectRecord, Taken>>;
    async fn edit_project(
        &self,
        id: Uuid,
        name: Option<String>,
        deployed: Option<bool>,
        visible: Visible,
        by: Actor,
    ) -> StoreResult<Option<Result<ProjectRecord, Taken>>>;
    /// Its session server is wiped, and its name is free again.
    async fn remove_project(&self, id: Uuid, visible: Visible, by: Actor) -> StoreResult<ProjectRemoval>;
    async fn set_session_server(
        &self,
        id: Uuid,
        new: NewSessionServer,
        by: Actor,
    ) -> StoreResult<SessionServerChange>;
    /// Its token is revoked with it. `false` when there was none.
    async fn remove_session_server(&self, id: Uuid, by: Actor) -> StoreResult<bool>;
    /// Replaces the one before.
    async fn issue_session_token(
        &self,
        project: Uuid,
        token: TokenHash,
        by: Actor,
    ) -> StoreResult<SessionTokenIssue>;
    /// `false` when there was none.
    async fn revoke_session_token(&self, project: Uuid, by: Actor) -> StoreResult<bool>;
}

macro_rules! project_store {
    ($engine:ty) => {
        #[async_trait]
        impl ProjectStore for $engine {
            async fn projects(
                &self,
                query: &ProjectQuery,
                visible: Visible,
            ) -> StoreResult<Vec<ProjectRecord>> {
                page!(self, |db| projects::page(db, query, visible))
            }

            async fn project(&self, id: Uuid, visible: Visible) -> StoreResult<Option<ProjectRecord>> {
                quick!(self, |db| projects::by_id(db, id, visible))
            }

            async fn add_project(
                &self,
                name: String,
                deployed: bool,
                by: Actor,
            ) -> StoreResult<Result<ProjectRecord, Taken>> {
                change!(self, Some(by), |change| projects::add(
                    change, &name, deployed
                ))
            }

            async fn edit_project(
                &self,
                id: Uuid,
                name: Option<String>,
                deployed: Option<bool>,
                visible: Visible,
                by: Actor,
            ) -> StoreResult<Option<Result<ProjectRecord, Taken>>> {
                change!(self, Some(by), |change| {
                    projects::edit(change, id, name.as_deref(), deployed, visible)
                })
            }

            async fn remove_project(
                &self,
                id: Uuid,
                visible: Visible,
                by: Actor,
            ) -> StoreResult<ProjectRemoval> {
                erase!(self, Some(by), |change| projects::remove(
                    change, id, visible
                ))
            }

            async fn set_session_server(
                &self,
                id: Uuid,
                new: NewSessionServer,
                by: Actor,
            ) -> StoreResult<SessionServerChange> {
                erase!(self, Some(by), |change| session_servers::set(
                    change, id, &new
                ))
            }

            async fn remove_session_server(&self, id: Uuid, by: Actor) -> StoreResult<bool> {
                erase!(self, Some(by), |change| session_servers::remove(change, id))
            }

            async fn issue_session_token(
                &self,
                project: Uuid,
                token: TokenHash,
                by: Actor,
            ) -> StoreResult<SessionTokenIssue> {
                change!(self, Some(by), |change| session_tokens::issue(
                    change, project, token
                ))
            }

            async fn revoke_session_token(&self, project: Uuid, by: Actor) -> StoreResult<bool> {
                change!(self, Some(by), |change| session_tokens::revoke(
                    change, project
                ))
            }
        }
    };
}

pub(in crate::server::store) use project_store;
