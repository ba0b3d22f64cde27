//! Examples for the help and the man page of each command. Each is a line that can be typed as it stands; a test
//! parses them all.

mod example;
mod keys;
mod organisation;
mod program;
mod server;
mod webhooks;

use self::example::Declared;
pub use self::example::Example;
use self::keys::KEYS;
use self::organisation::ORGANISATION;
use self::program::PROGRAM;
use self::server::SERVER;
use self::webhooks::WEBHOOKS;

/// The examples of a command, by its words after `keydeck`.
pub fn of(path: &str) -> &'static [Example] {
    let found = all().find(|(known, _)| *known == path);
    found.map_or(&[], |(_, examples)| examples)
}

fn all() -> impl Iterator<Item = &'static Declared> {
    PROGRAM
        .iter()
        .chain(KEYS)
        .chain(ORGANISATION)
        .chain(WEBHOOKS)
        .chain(SERVER)
}

#[cfg(test)]
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    all().map(|(path, _)| *path)
}
