//! From the command line into the dashboard.

use std::env;
use std::ffi::OsStr;
use std::io::{self, IsTerminal};
use std::sync::Arc;

use clap::Args;
use clap::builder::{FalseyValueParser, TypedValueParser};

use super::Failure;
use crate::config::LoadedSettings;
use crate::deck::{self, Selection};
use crate::ending;
use crate::tui::decks::{Decks, Opened};
use crate::tui::terminal::TerminalError;
use crate::tui::{self, Ended, RunError, ShownAs};

/// The same as --plain.
const PLAIN: &str = "KEYDECK_PLAIN";

/// How the dashboard is shown.
#[derive(Debug, Clone, Copy, Args)]
pub struct ShownArgs {
    /// Tell the dashboard line by line, for screen readers and simple terminals [env: KEYDECK_PLAIN=1]
    ///
    /// The same screens, dialogs and keys, in lines that are only appended: no colours, no escape sequences, no
    /// alternate screen. Each move says the selected row in words, choices are numbered, and Ctrl-L says where you
    /// are. Also chosen by KEYDECK_PLAIN=1, and in a terminal whose TERM is dumb.
    #[arg(long)]
    pub plain: bool,
}

impl ShownArgs {
    /// As the flag, the environment and the terminal say.
    pub fn shown_as(self) -> ShownAs {
        let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        let is_wanted = self.plain || env::var_os(PLAIN).is_some_and(|value| is_true(&value));
        match is_dumb || is_wanted {
            true => ShownAs::Lines { can_erase: !is_dumb },
            false => ShownAs::Screen,
        }
    }
}

/// `0`, `no`, `false`, `off` and nothing are not.
fn is_true(value: &OsStr) -> bool {
    let command = clap::Command::new("");
    FalseyValueParser::new()
        .parse_ref(&command, None, value)
        .unwrap_or(false)
}

pub fn run(selection: &Selection, shown: ShownArgs) -> Result<(), Failure> {
    needs_terminal()?;
    let (config, name) = deck::choose(selection)?;
    let deck = deck::open_profile(&config, &name)?;
    open(deck.opened(), Arc::new(config), shown)
}

/// Before anything is opened for it.
pub fn needs_terminal() -> Result<(), Failure> {
    let missing = match (io::stdin().is_terminal(), io::stdout().is_terminal()) {
        (true, true) => return Ok(()),
        (false, _) => "standard input",
        (true, false) => "standard output",
    };
    Err(RunError::from(TerminalError::NotATerminal(missing)).into())
}

/// Shows the dashboard until the user leaves it.
pub fn open(opened: Opened, decks: Arc<dyn Decks>, shown: ShownArgs) -> Result<(), Failure> {
    ending::leave_to_others();
    match tui::run(opened, decks, &LoadedSettings::load(), shown.shown_as())? {
        Ended::Quit => Ok(()),
        Ended::Signal(number) => Err(Failure::Signal(number)),
    }
}
