//! Asks before what can't be undone.

use std::io::{self, BufRead, IsTerminal, Write};

use super::Failure;
use crate::model::Shown;

/// Refuses before anything is asked of a server when there is nobody to ask. `act` is "revoking".
pub fn possible(yes: bool, act: &str) -> Result<(), Failure> {
    if yes || (io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "{act} can't be undone, and there is no terminal to ask on; give --yes if you mean it"
    )))
}

/// Whether the person at the terminal means it. `act` is `revoke "Checkout"`.
pub fn asked(act: &str) -> Result<bool, Failure> {
    let mut stderr = io::stderr().lock();
    write!(stderr, "Type yes to {} [no]: ", Shown::new(act))?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("yes"))
}
