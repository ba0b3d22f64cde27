//! Chooses one of several things with the same name: asks on the terminal; without one, refuses with their ids.

use std::io::{self, BufRead, IsTerminal, Write};

use super::{Failure, output};

/// The candidates that are named in a refusal.
const NAMED: usize = 10;

/// How a candidate is identified: its id, and a description.
pub struct Candidate {
    pub id: String,
    /// `Web key of Shop, created by mira@acme.example`.
    pub about: String,
}

/// The one that `text` names; `None` when there is none. `things` is "keys".
pub fn one<T>(
    things: &str,
    text: &str,
    mut matches: Vec<T>,
    candidate: impl Fn(&T) -> Candidate,
) -> Result<Option<T>, Failure> {
    if matches.len() <= 1 {
        return Ok(matches.pop());
    }
    let candidates: Vec<Candidate> = matches.iter().map(candidate).collect();
    let several = format!("{} {things} are called \"{text}\"", candidates.len());
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(refused(&several, &candidates));
    }
    output::notice(format!("{several}:"));
    for (candidate, number) in candidates.iter().zip(1..) {
        output::notice(format!("{number:4}  {}  {}", candidate.id, candidate.about));
    }
    match asked(candidates.len())? {
        Some(index) => Ok(Some(matches.swap_remove(index))),
        None => Err(Failure::Failed("none was chosen; nothing was done".into())),
    }
}

fn refused(several: &str, candidates: &[Candidate]) -> Failure {
    let named = candidates.iter().take(NAMED);
    let list: Vec<String> = named.map(|one| format!("{} ({})", one.id, one.about)).collect();
    let more = if candidates.len() > NAMED { ", …" } else { "" };
    Failure::Failed(format!(
        "{several}; give the id of one: {}{more}",
        list.join(", ")
    ))
}

/// The index of the chosen one; `None` when the answer is not a number of the list.
fn asked(length: usize) -> Result<Option<usize>, Failure> {
    let mut stderr = io::stderr().lock();
    write!(stderr, "Which one? 1 to {length}: ")?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    let number = answer.trim().parse::<usize>().ok();
    Ok(number
        .filter(|number| (1..=length).contains(number))
        .map(|number| number - 1))
}
