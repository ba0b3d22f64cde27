//! What a command works on: the chosen server, or the local deck and the server inside this process.

use super::embedded::EmbeddedServer;
use super::{Failure, local};
use crate::client::Client;
use crate::config::{self, Chosen};

/// A client, signed in, and the embedded server when it is one's own.
#[derive(Debug)]
pub struct Deck {
    pub client: Client,
    /// What people call it: `local`, or the server's host.
    pub label: String,
    _server: Option<EmbeddedServer>,
}

/// Opens the server that the flag or the environment names, or else the local deck.
pub fn open(server_flag: Option<&str>) -> Result<Deck, Failure> {
    match config::choose(server_flag)? {
        Chosen::Server(endpoint) => {
            let label = endpoint.host();
            Ok(Deck {
                client: Client::new(endpoint)?,
                label,
                _server: None,
            })
        }
        Chosen::Local(directory) => {
            let server = local::start(&directory)?;
            Ok(Deck {
                client: server.client()?,
                label: "local".into(),
                _server: Some(server),
            })
        }
    }
}

/// Runs a command that asks the server and is done.
pub fn ask(
    server_flag: Option<&str>,
    command: impl AsyncFnOnce(&Client) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let deck = open(server_flag)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::failed)?;
    runtime.block_on(command(&deck.client.clone().retrying()))
}
