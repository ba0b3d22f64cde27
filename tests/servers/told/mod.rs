//! Each event that webhooks know, from what causes it to a receiver that verifies it with a published library: by one server on
//! SQLite, and by two at a time on one PostgreSQL. Time passes by changing what is stored, while no server runs.

mod ends;
mod events;
mod stage;

use self::stage::Stage;
use crate::deck::Deck;

#[tokio::test(flavor = "multi_thread")]
async fn each_event_arrives_once_and_says_what_the_guide_says() {
    let mut stage = Stage::set(Deck::in_file().await, 1).await;
    events::each(&mut stage).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_told_as_they_come_to_their_ends_and_no_others() {
    let mut stage = Stage::set(Deck::in_file().await, 1).await;
    ends::pass(&mut stage).await;
}

/// So named that they can be left out where there is no PostgreSQL.
mod on_postgres {
    use super::stage::Stage;
    use super::{ends, events};
    use crate::deck::Deck;
    use crate::postgres::Database;

    async fn stage() -> Stage {
        let database = Database::new().await;
        Stage::set(Deck::at(&database.url).await, 2).await
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn each_event_arrives_once_of_two_servers() {
        events::each(&mut stage().await).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn keys_are_told_once_as_they_come_to_their_ends_by_two_servers() {
        ends::pass(&mut stage().await).await;
    }
}
