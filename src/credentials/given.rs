//! Tokens that one run is given: in a file or pipe that a flag names, or in the environment.

use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::Path;

use super::{CredentialError, Source};
use crate::config::{self, TOKEN};
use crate::model::Secret;

/// More than any token takes.
const MAX_LINE: u64 = 4096;

/// A token, and where it came from.
#[derive(Debug, Clone)]
pub struct Given {
    pub token: Secret,
    pub source: Source,
}

impl Given {
    pub fn new(token: Secret, source: Source) -> Self {
        Self { token, source }
    }

    /// The token in the file that the flag names (`-` is standard input), or else in KEYDECK_TOKEN.
    pub fn find(token_file: Option<&Path>) -> Result<Option<Self>, CredentialError> {
        match token_file {
            Some(path) => read(path).map(|token| Some(Self::new(token, Source::Flag))),
            None => {
                Ok(config::variable(TOKEN)?.map(|text| Self::new(Secret::new(text), Source::Environment)))
            }
        }
    }
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
