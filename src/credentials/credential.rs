//! A token to sign in with, and where it came from.

use std::fmt;
use std::path::PathBuf;

use crate::config::environment::TOKEN;
use crate::model::Secret;

/// A token, and its source.
#[derive(Debug, Clone)]
pub struct Credential {
    pub token: Secret,
    pub source: TokenSource,
}

/// The source of a token, as shown to its user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenSource {
    /// `--token-file`
    Flag,
    /// `KEYDECK_TOKEN`
    Environment,
    Keyring,
    /// The profile's `token_command`.
    Command,
    /// The file that `login` wrote.
    File(PathBuf),
    /// The local deck makes its own.
    LocalDeck,
}

impl fmt::Display for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokenSource::Flag => f.write_str("--token-file"),
            TokenSource::Environment => f.write_str(TOKEN),
            TokenSource::Keyring => f.write_str("the keyring"),
            TokenSource::Command => f.write_str("token_command"),
            TokenSource::File(path) => write!(f, "the file {}", path.display()),
            TokenSource::LocalDeck => f.write_str("the local deck"),
        }
    }
}
