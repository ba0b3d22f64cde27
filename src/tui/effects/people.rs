//! Asks the server what the screen of people wants to know or do.

use crate::api::KeyList;
use crate::client::{Client, Error};
use crate::tui::message::PersonKeys;
use crate::tui::message::{PeopleReply, PeopleRequest};

/// `tell` sends what there is to say before the answer.
pub async fn answer(client: Client, request: PeopleRequest, tell: impl Fn(PeopleReply)) -> PeopleReply {
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
        PeopleRequest::Add { new } => PeopleReply::Added(client.add_user(&new).await),
        PeopleRequest::SetRole { id, role } => PeopleReply::RoleSet {
            id,
            result: client.set_role(id, role).await,
        },
        PeopleRequest::NewToken { person } => PeopleReply::TokenMade {
            result: client.new_token(person.id).await,
            person,
        },
        PeopleRequest::LoadKeys { number, list } => PeopleReply::KeysLoaded {
            number,
            result: keys_of(&client, &list).await,
        },
        PeopleRequest::FindSuccessors { number, query } => PeopleReply::SuccessorsFound {
            number,
            result: client.users(&query).await,
        },
        PeopleRequest::Remove { id, removal } => PeopleReply::Removed {
            id,
            result: client
                .remove_user_telling(id, &removal, |progress| {
                    tell(PeopleReply::Removing { id, progress });
                })
                .await,
        },
    }
}

async fn keys_of(client: &Client, list: &KeyList) -> Result<PersonKeys, Error> {
    let filter = list.filter();
    let (page, counts) = tokio::try_join!(client.keys(list), client.counts(&filter))?;
    Ok(PersonKeys {
        keys: page.items.into_iter().map(|row| row.key).collect(),
        total: counts.total(),
    })
}
