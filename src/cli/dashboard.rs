//! From the command line into the dashboard.

use std::io::{self, IsTerminal};
use std::sync::Arc;

use super::Failure;
use crate::config::LoadedSettings;
use crate::deck::{self, Selection};
use crate::ending;
use crate::tui::decks::{Decks, Opened};
use crate::tui::terminal::TerminalError;
use crate::tui::{self, Ended, RunError};

pub fn run(selection: &Selection) -> Result<(), Failure> {
    needs_terminal()?;
    let (config, name) = deck::choose(selection)?;
    let deck = deck::open_profile(&config, &name)?;
    open(deck.opened(), Arc::new(config))
}

/// Before anything is opened for it.
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

/// Shows the dashboard until the user leaves it.
pub fn open(opened: Opened, decks: Arc<dyn Decks>) -> Result<(), Failure> {
    ending::leave_to_others();
    match tui::run(opened, decks, &LoadedSettings::load())? {
        Ended::Quit => Ok(()),
        Ended::Signal(number) => Err(Failure::Signal(number)),
    }
}
