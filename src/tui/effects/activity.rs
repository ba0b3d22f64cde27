//! Asks the server what the screen of activity and the details of a key want to know.

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
        ActivityRequest::OfKey { number, query } => ActivityReply::OfKey {
            number,
            result: client.activity(&query).await.map(|page| page.items),
        },
    }
}
