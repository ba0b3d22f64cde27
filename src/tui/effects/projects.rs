//! Asks the server what the screen of projects wants to know or do.

use crate::client::Client;
use crate::tui::message::{ProjectReply, ProjectRequest};

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
    }
}
