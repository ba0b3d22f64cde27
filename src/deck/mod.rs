//! Opening a deck, which a command works on: the servers of a profile, or the local deck and the server
//! inside this process.

pub mod bootstrap;
pub mod database;
pub mod embedded;
pub mod local;
mod selection;

pub use self::selection::{Selection, choose};

use self::embedded::EmbeddedServer;
use crate::client::{Client, Endpoint};
use crate::config::{self, Config, Profile};
use crate::credentials::{self, Credential, TokenSource};
use crate::failure::Failure;
use crate::model::Secret;
use crate::tui::decks::{DeckSummary, Decks, DemoMode, Keep, Opened};

/// A client, signed in, and the embedded server when it is one's own.
#[derive(Debug)]
pub struct Deck {
    pub client: Client,
    pub profile: Profile,
    /// Where the token came from.
    pub token_from: TokenSource,
    _server: Option<EmbeddedServer>,
}

/// Opens what flags, environment and `config.toml` choose.
pub fn open(selection: &Selection) -> Result<Deck, Failure> {
    let (config, name) = choose(selection)?;
    open_profile(&config, &name)
}

/// Opens the profile of this name. Never asks on the terminal; must not be called inside a runtime.
pub fn open_profile(config: &Config, name: &str) -> Result<Deck, Failure> {
    let profile = config.profile(name)?.clone();
    let (client, token_from, server) = match &profile.servers {
        Some(servers) => {
            let Credential { token, source } = credentials::find(&profile, servers)?;
            let mut endpoint = Endpoint::new(servers.clone(), token);
            endpoint.ca_file = profile.ca_file.clone();
            (Client::new(endpoint)?, source, None)
        }
        None => {
            let server = local::start(&config::data_directory()?)?;
            (server.client()?, TokenSource::LocalDeck, Some(server))
        }
    };
    Ok(Deck {
        client: if profile.read_only {
            client.read_only()
        } else {
            client
        },
        profile,
        token_from,
        _server: server,
    })
}

/// Runs a command that calls the server.
pub fn ask(
    selection: &Selection,
    command: impl AsyncFnOnce(&Client) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let deck = open(selection)?;
    let done = bootstrap::block_on(command(&deck.client.clone().retrying()));
    done.map_err(|failure| deck.explain(failure))
}

/// The same of a command that needs no sign-in. The local deck has nobody else.
pub fn ask_unsigned(
    selection: &Selection,
    command: impl AsyncFnOnce(&Client) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let (config, name) = choose(selection)?;
    let profile = config.profile(&name)?;
    let Some(servers) = &profile.servers else {
        return ask(selection, command);
    };
    let mut endpoint = Endpoint::new(servers.clone(), Secret::new(""));
    endpoint.ca_file = profile.ca_file.clone();
    let client = Client::new(endpoint)?;
    bootstrap::block_on(command(&client))
}

impl Deck {
    /// What a dashboard shows of it.
    fn summary(&self) -> DeckSummary {
        let own_server = self._server.is_some().then(|| self.client.server().to_string());
        DeckSummary {
            own_server,
            ..summary(&self.profile)
        }
    }

    /// For a dashboard, which keeps the embedded server as long as it needs it.
    pub fn opened(self) -> Opened {
        Opened {
            client: self.client.clone(),
            deck: self.summary(),
            demo: DemoMode::default(),
            keep: Keep::new(self),
        }
    }

    /// A refused sign-in, with the source of the token, and the server where there are several.
    pub fn explain(&self, failure: Failure) -> Failure {
        let by = match self.client.has_several_servers() {
            true => format!(", refused by {}", self.client.server()),
            false => String::new(),
        };
        match failure {
            Failure::SignIn(sentence) => Failure::SignIn(format!(
                "{sentence} (profile {}, token from {}{by})",
                self.profile.name, self.token_from
            )),
            other => other,
        }
    }
}

/// The profiles, as the dashboard goes from one to another.
impl Decks for Config {
    fn all(&self) -> Vec<DeckSummary> {
        self.profiles.iter().map(summary).collect()
    }

    fn open(&self, label: &str) -> Result<Opened, String> {
        let deck = open_profile(self, label).map_err(|failure| failure.to_string())?;
        Ok(deck.opened())
    }
}

fn summary(profile: &Profile) -> DeckSummary {
    DeckSummary {
        label: profile.name.clone(),
        colour: profile.colour,
        servers: profile.servers.clone(),
        own_server: None,
        read_only: profile.read_only,
    }
}
