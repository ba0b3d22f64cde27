//! Asks for confirmation before what can't be undone.

use std::io::{self, BufRead, IsTerminal, Write};

use super::{Failure, output};
use crate::failure::sayable;

/// Refuses when there is no terminal to ask on, before any request is sent. `act` is "revoking".
pub fn possible(yes: bool, act: &str) -> Result<(), Failure> {
    if yes || (io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "{act} can't be undone, and there is no terminal to ask for confirmation; use --yes to confirm"
    )))
}

/// As [`possible`], of what is asked about though it can be undone. `why` is "extending … keeps the old token valid".
pub fn possible_to_ask(yes: bool, why: &str) -> Result<(), Failure> {
    possible(yes, "").map_err(|_| {
        Failure::Usage(format!(
            "{why}, and there is no terminal to ask for confirmation; use --yes to confirm"
        ))
    })
}

/// Whether to go on with what can be undone, but stops others at once: where somebody is at the terminal, they are asked. `told`
/// says what will happen.
pub fn asked_where_possible(yes: bool, told: &str, act: &str) -> Result<bool, Failure> {
    if yes || possible(false, "").is_err() {
        return Ok(true);
    }
    output::notice(told);
    asked(act)
}

/// Whether the person at the terminal confirms it, with y or yes in any case. `act` is `revoke "Checkout"`.
pub fn asked(act: &str) -> Result<bool, Failure> {
    let mut stderr = io::stderr().lock();
    write!(stderr, "Type yes to {} [no]: ", sayable(act))?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(["y", "yes"]
        .iter()
        .any(|yes| answer.trim().eq_ignore_ascii_case(yes)))
}
