//! Examples for the help and the man page of each command. Each is a line that can be typed as it stands; a test
//! parses them all.

mod keys;
mod organisation;
mod program;
mod server;

use self::keys::KEYS;
use self::organisation::ORGANISATION;
use self::program::PROGRAM;
use self::server::SERVER;

/// What is done, and how.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    pub what: &'static str,
    pub line: &'static str,
}

type Declared = (&'static str, &'static [Example]);

/// The examples of a command, by its words after `keydeck`.
pub fn of(path: &str) -> &'static [Example] {
    let found = all().find(|(known, _)| *known == path);
    found.map_or(&[], |(_, examples)| examples)
}

fn all() -> impl Iterator<Item = &'static Declared> {
    PROGRAM.iter().chain(KEYS).chain(ORGANISATION).chain(SERVER)
}

#[cfg(test)]
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    all().map(|(path, _)| *path)
}

const fn to(what: &'static str, line: &'static str) -> Example {
    Example { what, line }
}
