//! Webhooks: what happens to keys is posted to the URLs that Owners chose. [`manage`] and [`deliveries`] are for Owners.
//!
//! Two tasks of a server do it: `follow` looks what is to be told and stores that, and `send` sends what is stored
//! ([`sending`], [`signing`]), again and again until it was taken (`schedule`). All servers on a database do both. A receiver
//! that is slow or gone has only so many attempts at once, and holds up no other one.

pub mod deliveries;
mod follow;
pub mod manage;
mod schedule;
mod send;
pub mod sending;
pub mod signing;

use self::sending::Sender;
use super::state::ServerState;

/// Until the server is closing.
pub async fn run(server: ServerState, sender: Sender) {
    // Before anything is read, so that what is written meanwhile is noticed.
    let changes = server.events.subscribe();
    tokio::select! {
        () = follow::run(&server, changes) => {}
        () = send::run(&server, sender) => {}
        // What is on its way is sent once more by the next server.
        () = server.clone().closed() => {}
    }
}
