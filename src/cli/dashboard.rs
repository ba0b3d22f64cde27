//! From the command line into the dashboard.

use std::io::{self, IsTerminal};

use super::{Failure, deck};
use crate::client::Client;
use crate::tui::terminal::TerminalError;
use crate::tui::{self, Ended, Place, RunError};

pub fn run(server: Option<&str>) -> Result<(), Failure> {
    needs_terminal()?;
    let deck = deck::open(server)?;
    open(deck.client.clone(), &deck.label)
}

/// Before anything is made or asked for it.
pub fn needs_terminal() -> Result<(), Failure> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Failure::Usage(
        "the dashboard needs a terminal; keydeck key list works without one".into(),
    ))
}

/// Shows the dashboard until the user leaves it or a signal ends it. `label` says what it is open on.
pub fn open(client: Client, label: &str) -> Result<(), Failure> {
    let place = Place {
        label: label.to_owned(),
    };
    match tui::run(client, place) {
        Ok(Ended::Quit) => Ok(()),
        Ok(Ended::Signal(number)) => Err(Failure::Signal(number)),
        Err(RunError::Terminal(error @ TerminalError::NotATerminal(_))) => {
            Err(Failure::Usage(error.to_string()))
        }
        Err(error) => Err(Failure::failed(error)),
    }
}
