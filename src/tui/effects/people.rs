//! Asks the server what the screen of people wants to know or do.

use crate::client::Client;
use crate::tui::message::{PeopleReply, PeopleRequest};

pub async fn answer(client: Client, request: PeopleRequest) -> PeopleReply {
    match request {
        PeopleRequest::Load {
            generation,
            fetch,
            query,
        } => PeopleReply::Loaded {
            generation,
            fetch,
            result: client.users(&query).await,
        },
    }
}
