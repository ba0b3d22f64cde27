//! Tokens that one run is given: in a file or pipe that a flag names, or in the environment.

use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::Path;

use super::{Credential, CredentialError, Source};
use crate::config::{self, TOKEN};
use crate::model::Secret;

/// More than any token takes.
const MAX_LINE: u64 = 4096;

/// The token in the file that the flag names (`-` is standard input), or else in KEYDECK_TOKEN.
pub fn given(token_file: Option<&Path>) -> Result<Option<Credential>, CredentialError> {
    let (token, source) = match token_file {
        Some(path) => (Some(read(path)?), Source::Flag),
        None => (config::variable(TOKEN)?.map(Secret::new), Source::Environment),
    };
    Ok(token.map(|token| Credential { token, source }))
}

/// The token in this file; `-` is standard input.
pub fn read(path: &Path) -> Result<Secret, CredentialError> {
    if path == Path::new("-") {
        if io::stdin().is_terminal() {
            return Err(CredentialError::Terminal);
        }
        return first_line(io::stdin().lock(), Path::new("standard input"));
    }
    let file = super::file::open(path)?;
    first_line(file, path)
}

/// The token is the first line of `reader`, which goes by the name `path`.
pub fn first_line(reader: impl Read, path: &Path) -> Result<Secret, CredentialError> {
    let mut line = zeroize::Zeroizing::new(String::new());
    BufReader::new(reader.take(MAX_LINE))
        .read_line(&mut line)
        .map_err(|source| CredentialError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
    match line.trim() {
        "" => Err(CredentialError::Empty(path.display().to_string())),
        token => Ok(Secret::new(token)),
    }
}
