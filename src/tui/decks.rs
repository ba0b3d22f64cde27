//! Where the dashboard is open, and where it can be switched to without a restart.

use std::any::Any;
use std::fmt;

use crate::client::Client;
use crate::config::Colour;
use crate::model::Servers;
use crate::tui::state::tour::Tour;

/// What the title line says of where one is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeckSummary {
    /// The profile's name, `demo`, or the server's host.
    pub label: String,
    /// What the title line marks it with.
    pub colour: Option<Colour>,
    /// Where its server is reached, unless that is one inside this process.
    pub servers: Option<Servers>,
    /// The address of a server inside this process, as long as it runs.
    pub own_server: Option<String>,
    /// Nothing that changes anything is offered.
    pub read_only: bool,
}

impl DeckSummary {
    /// A deck without marks.
    pub fn plain(label: &str) -> Self {
        Self {
            label: label.into(),
            colour: None,
            servers: None,
            own_server: None,
            read_only: false,
        }
    }
}

/// A deck that is open, signed in.
pub struct Opened {
    pub client: Client,
    pub deck: DeckSummary,
    pub demo: DemoMode,
    pub keep: Keep,
}

/// What a demo has that other decks don't.
#[derive(Debug, Default)]
pub struct DemoMode {
    pub tour: Option<Tour>,
    /// Requests come in all the time.
    pub lives: bool,
}

/// What must live as long as the client of a deck is used: the server inside this process. That takes a
/// moment to end, and must not do so inside a runtime: whoever drops this, it ends on a thread of its own.
pub struct Keep(Option<Box<dyn Any + Send>>);

impl Keep {
    pub fn new(kept: impl Any + Send) -> Self {
        Self(Some(Box::new(kept)))
    }

    /// Waits until it has ended; must not be called inside a runtime.
    pub fn end(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Keep {
    fn drop(&mut self) {
        if let Some(kept) = self.0.take() {
            std::thread::spawn(move || drop(kept));
        }
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("deck", &self.deck)
            .finish_non_exhaustive()
    }
}

/// The decks that one can be switched to.
pub trait Decks: Send + Sync {
    fn all(&self) -> Vec<DeckSummary>;

    /// Opens the deck of this label; the sentence says why it can't be. May take seconds, and never
    /// asks on the terminal.
    fn open(&self, label: &str) -> Result<Opened, String>;
}

/// No deck but the one that is open.
#[derive(Debug)]
pub struct Nowhere;

impl Decks for Nowhere {
    fn all(&self) -> Vec<DeckSummary> {
        Vec::new()
    }

    fn open(&self, label: &str) -> Result<Opened, String> {
        Err(format!("there is no profile {label}"))
    }
}
