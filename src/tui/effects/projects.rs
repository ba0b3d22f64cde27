//! Asks the server what the screen of projects wants to know or do.

use crate::api::Project;
use crate::client::{Client, Error};
use crate::tui::message::{ProjectChange, ProjectReply, ProjectRequest};

pub async fn answer(client: Client, request: ProjectRequest) -> ProjectReply {
    match request {
        ProjectRequest::Load {
            generation,
            fetch,
            query,
        } => ProjectReply::Loaded {
            generation,
            fetch,
            result: client.projects(&query).await,
        },
        ProjectRequest::Do { task, change } => ProjectReply::Done {
            task,
            result: carry_out(client, change)
                .await
                .map(|project| project.map(Box::new)),
        },
    }
}

async fn carry_out(client: Client, change: ProjectChange) -> Result<Option<Project>, Error> {
    match change {
        ProjectChange::Add(new) => client.create_project(&new).await.map(Some),
        ProjectChange::Edit(id, edit) => client.edit_project(id, &edit).await.map(Some),
        ProjectChange::SetSessionServer(id, edit) => client.set_session_server(id, &edit).await.map(Some),
        ProjectChange::RemoveSessionServer(id) => client.remove_session_server(id).await.map(|()| None),
        ProjectChange::Remove(id) => client.remove_project(id).await.map(|()| None),
    }
}
