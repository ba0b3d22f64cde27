//! Tokens that one run is given: in a file or pipe that a flag names, or in the environment.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::os::fd::AsFd;
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use zeroize::Zeroizing;

use super::file::unreadable;
use super::{Credential, CredentialError, TokenSource, sign_in_token};
use crate::config::{self, TOKEN};
use crate::model::Secret;

/// More than any token takes, in bytes.
const MAX_READ: usize = 16 * 1024;

/// The token in the file that the flag names (`-` is standard input), or else in KEYDECK_TOKEN.
pub fn given(token_file: Option<&Path>) -> Result<Option<Credential>, CredentialError> {
    let (token, source) = match token_file {
        Some(path) => (Some(read(path)?), TokenSource::Flag),
        None => {
            let token = config::variable(TOKEN)?.map(Secret::new);
            let token = token.map(|text| sign_in_token(&text, TOKEN)).transpose()?;
            (token, TokenSource::Environment)
        }
    };
    Ok(token.map(|token| Credential { token, source }))
}

/// The sign-in token in this file; `-` is standard input.
pub fn read(path: &Path) -> Result<Secret, CredentialError> {
    if path != Path::new("-") {
        let text = beginning(super::file::open(path)?, path)?;
        return sign_in_token(&text, &path.display().to_string());
    }
    if io::stdin().is_terminal() {
        return Err(CredentialError::Terminal);
    }
    sign_in_token(&stdin()?, STDIN)
}

const STDIN: &str = "standard input";

/// The next line of standard input, with what came together with it. Not by way of the library's own buffer,
/// which nobody wipes.
pub fn stdin() -> Result<Secret, CredentialError> {
    stdin_until(|_| true)
}

/// The same, and further lines that are already there for as long as it is not whole.
pub fn stdin_until(is_whole: impl Fn(&str) -> bool) -> Result<Secret, CredentialError> {
    let path = Path::new(STDIN);
    let stdin = io::stdin().as_fd().try_clone_to_owned();
    let stdin = File::from(stdin.map_err(unreadable(path))?);
    let is_enough = |line: &[u8]| {
        let is_whole = std::str::from_utf8(line).is_ok_and(&is_whole);
        is_whole || !goes_on(&stdin)
    };
    first_lines(&stdin, path, is_enough)
}

/// Whether more of what was pasted or piped comes now.
fn goes_on(stdin: &File) -> bool {
    const AT_ONCE: Timespec = Timespec {
        tv_sec: 0,
        tv_nsec: 100_000_000,
    };
    let mut more = [PollFd::new(stdin, PollFlags::IN)];
    // The end of a pipe may be read, too, and is then told by its zero bytes.
    poll(&mut more, Some(&AT_ONCE)).is_ok_and(|ready| ready > 0)
}

/// Reads to the end of the first line, which is all that is waited for.
fn beginning(reader: impl Read, path: &Path) -> Result<Secret, CredentialError> {
    first_lines(reader, path, |_| true)
}

fn first_lines(
    mut reader: impl Read,
    path: &Path,
    is_enough: impl Fn(&[u8]) -> bool,
) -> Result<Secret, CredentialError> {
    // Never moved, which would leave a copy in memory.
    let mut bytes = Zeroizing::new([0; MAX_READ]);
    let mut length = 0;
    while length < MAX_READ && !(bytes[..length].contains(&b'\n') && is_enough(&bytes[..length])) {
        match reader.read(&mut bytes[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(path)(error)),
        }
    }
    let text = std::str::from_utf8(&bytes[..length]);
    let text = text.map_err(|_| unreadable(path)(io::ErrorKind::InvalidData.into()))?;
    match text.trim() {
        "" => Err(CredentialError::Empty(path.display().to_string())),
        text => Ok(Secret::new(text)),
    }
}
