//! Why there is no token to sign in with.

use std::io;
use std::path::PathBuf;

use crate::config::error::ConfigError;
use crate::model::Servers;

#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("can't read the token in {path}: {source}", path = .path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("can't store the token in {path}: {source}", path = .path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("others can read the token in {path}; run: chmod 600 '{path}'", path = .0.display())]
    OpenToOthers(PathBuf),
    #[error("the token in {path} belongs to another user (id {owner}), so it is not used", path = .path.display())]
    Foreign { path: PathBuf, owner: u32 },
    #[error("{0} holds no token")]
    Empty(String),
    #[error("--token-file - reads a pipe, where nobody sees the token; to type it, use keydeck login")]
    Terminal,
    /// Found without a server: what is not a token is never sent.
    #[error("{from} holds no sign-in token: {why}")]
    NotAToken { from: String, why: String },
    #[error("token_command of profile {profile} {why}")]
    Command { profile: String, why: String },
    #[error("there is no sign-in token for {servers}{}; run keydeck login {login}, or set KEYDECK_TOKEN", reasons(.notes))]
    None {
        servers: Servers,
        /// The arguments for `login`.
        login: String,
        notes: Vec<String>,
    },
}

fn reasons(notes: &[String]) -> String {
    match notes {
        [] => String::new(),
        notes => format!(" ({})", notes.join("; ")),
    }
}
