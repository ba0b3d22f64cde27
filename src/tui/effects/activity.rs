//! Asks the server what the screen of activity wants to know or do.

use crate::client::Client;
use crate::tui::message::{ActivityReply, ActivityRequest};

pub async fn answer(client: Client, request: ActivityRequest) -> ActivityReply {
    match request {
        ActivityRequest::Load {
            generation,
            fetch,
            query,
        } => ActivityReply::Loaded {
            generation,
            fetch,
            result: client.activity(&query).await,
        },
    }
}
