//! Tokens that one run is given: in a file or pipe that a flag names, or in the environment.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::os::fd::AsFd;
use std::path::Path;

use zeroize::Zeroizing;

use super::file::unreadable;
use super::{Credential, CredentialError, Source};
use crate::config::{self, TOKEN};
use crate::model::Secret;

/// More than any token takes.
const MAX_LINE: usize = 4096;

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
        return first_line_of_stdin();
    }
    first_line(super::file::open(path)?, path)
}

/// The token on the next line of standard input. Not by way of the library's own buffer, which nobody
/// wipes.
pub fn first_line_of_stdin() -> Result<Secret, CredentialError> {
    let path = Path::new("standard input");
    let stdin = io::stdin().as_fd().try_clone_to_owned();
    first_line(File::from(stdin.map_err(unreadable(path))?), path)
}

/// The token is the first line of `reader`, which goes by the name `path`.
fn first_line(mut reader: impl Read, path: &Path) -> Result<Secret, CredentialError> {
    // Never moved, which would leave a copy behind.
    let mut bytes = Zeroizing::new([0; MAX_LINE]);
    let mut length = 0;
    while length < MAX_LINE && !bytes[..length].contains(&b'\n') {
        match reader.read(&mut bytes[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(path)(error)),
        }
    }
    let line = bytes[..length].split(|byte| *byte == b'\n').next();
    let line = std::str::from_utf8(line.unwrap_or_default())
        .map_err(|_| unreadable(path)(io::ErrorKind::InvalidData.into()))?;
    match line.trim() {
        "" => Err(CredentialError::Empty(path.display().to_string())),
        token => Ok(Secret::new(token)),
    }
}
