//! From the command line into the dashboard.

use std::io::{self, IsTerminal};

use super::args::Selection;
use super::{Failure, deck};
use crate::client::Client;
use crate::tui::terminal::TerminalError;
use crate::tui::{self, Ended, Place, RunError};

pub fn run(selection: &Selection) -> Result<(), Failure> {
    needs_terminal()?;
    let deck = deck::open(selection)?;
    let ended = open(deck.client.clone(), deck.place());
    ended.map_err(|failure| deck.explain(failure))
}

/// Before anything is made or asked for it.
pub fn needs_terminal() -> Result<(), Failure> {
    if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
        return Err(Failure::Usage(
            "this terminal can't show a dashboard (TERM is dumb); keydeck key list works in it".into(),
        ));
    }
    let missing = match (io::stdin().is_terminal(), io::stdout().is_terminal()) {
        (true, true) => return Ok(()),
        (false, _) => "standard input",
        (true, false) => "standard output",
    };
    Err(RunError::from(TerminalError::NotATerminal(missing)).into())
}

/// Shows the dashboard until the user leaves it. `place` says what it is open on.
pub fn open(client: Client, place: Place) -> Result<(), Failure> {
    match tui::run(client, place)? {
        Ended::Quit => Ok(()),
        Ended::Signal(number) => Err(Failure::Signal(number)),
    }
}
