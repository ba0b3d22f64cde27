//! A token that the operator shares with another program, in a file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::Failure;
use crate::hardening;
use crate::model::{Secret, strength};

/// More than any such token takes, in bytes.
const MAX_TOKEN: usize = 4096;

/// The one line in a file that only its owner can read; `flag` is what named it.
pub fn read(flag: &str, path: &Path) -> Result<Secret, Failure> {
    let named = |what: String| Failure::Failed(format!("{flag}: {what}"));
    let unreadable = |error: io::Error| named(format!("can't read {}: {error}", path.display()));
    let file = File::open(path).map_err(unreadable)?;
    if hardening::is_open_to_others(&file).map_err(unreadable)? {
        let path = path.display();
        return Err(named(format!("others can read {path}; run: chmod 600 '{path}'")));
    }
    let mut text = Zeroizing::new(String::with_capacity(MAX_TOKEN));
    file.take(MAX_TOKEN as u64)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    let token = text.trim_end_matches(['\r', '\n']);
    match token.chars().all(|c| c.is_ascii_graphic()) && !strength::is_guessable(token) {
        true => Ok(Secret::new(token)),
        false => Err(named(format!(
            "the token in {} must be one line of 32 or more characters that can't be guessed; {}",
            path.display(),
            strength::HOW_TO_MAKE_ONE
        ))),
    }
}
