//! What comes back to the loop from effects and servers.

use tokio::sync::mpsc::UnboundedSender;

use crate::clipboard::Inside;
use crate::model::Secret;
use crate::tui::decks::Opened;
use crate::tui::message::{Message, NamedId, Route};

/// What of a key or a person is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyOf {
    Secret,
    Id,
}

impl CopyOf {
    /// Which way it went.
    pub fn told(self, subject: NamedId, route: Route) -> Message {
        match self {
            CopyOf::Secret => Message::Copied { subject, route },
            CopyOf::Id => Message::IdCopied { subject, route },
        }
    }
}

/// What comes back to the loop.
#[derive(Debug)]
pub enum Arrival {
    Message(Message),
    /// There is no other clipboard than the terminal's, and the loop has the terminal.
    ForTerminal {
        of: CopyOf,
        subject: NamedId,
        text: Secret,
        inside: Inside,
    },
    /// Another deck is open, or why it is not.
    Opened {
        number: u64,
        result: Result<Box<Opened>, String>,
    },
}

/// An arrival, and how many decks had been left when it was asked for.
#[derive(Debug)]
pub struct Arrived {
    pub(super) left: u64,
    pub(super) arrival: Arrival,
}

/// Sends to the loop on behalf of one deck.
#[derive(Clone)]
pub(super) struct Arrivals {
    pub(super) left: u64,
    pub(super) sender: UnboundedSender<Arrived>,
}

impl Arrivals {
    /// `false` when the loop has ended.
    pub(super) fn send(&self, arrival: Arrival) -> bool {
        let left = self.left;
        self.sender.send(Arrived { left, arrival }).is_ok()
    }
}
