//! Asks the server for names that complete a word of the filter.

use crate::api::{ProjectQuery, UserQuery};
use crate::client::Client;
use crate::model::filter::WordValues;
use crate::tui::message::{Message, NamesAsked};

/// As many as anyone goes through.
const MOST: u32 = 20;

/// No names where the server doesn't answer: what is on the screen is known already.
pub async fn names(client: Client, asked: NamesAsked) -> Message {
    let NamesAsked {
        question,
        values,
        text,
    } = asked;
    let q = (!text.is_empty()).then_some(text);
    let limit = Some(MOST);
    let names = match values {
        WordValues::Projects => {
            let query = ProjectQuery {
                q,
                limit,
                ..ProjectQuery::default()
            };
            let found = client.projects(&query).await.unwrap_or_default();
            found.into_iter().map(|project| project.name).collect()
        }
        WordValues::People => {
            let query = UserQuery {
                q,
                limit,
                ..UserQuery::default()
            };
            let found = client.users(&query).await.unwrap_or_default();
            found.into_iter().map(|person| person.user.email).collect()
        }
        WordValues::Nothing | WordValues::Some(_) | WordValues::Labels => Vec::new(),
    };
    Message::Completions { question, names }
}
