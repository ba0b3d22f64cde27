//! What the environment says, and where it has programs keep their files.

use std::path::PathBuf;

use etcetera::BaseStrategy;

use super::ConfigError;

/// The key server to use when no flag names one, or several over one database, separated by commas.
pub const SERVER: &str = "KEYDECK_SERVER";
/// The profile to use when no flag names one.
pub const PROFILE: &str = "KEYDECK_PROFILE";
/// The sign-in token for that server; never an argument, where every process could read it.
pub const TOKEN: &str = "KEYDECK_TOKEN";
/// The root key as text, for servers that are given their secrets in the environment.
pub const ROOT_KEY: &str = "KEYDECK_ROOT_KEY";
/// The password of a PostgreSQL database whose URL has none; every client of PostgreSQL knows it.
pub const DATABASE_PASSWORD: &str = "PGPASSWORD";
/// Another place for that password, in the format of `.pgpass`.
pub const PASSWORD_FILE: &str = "PGPASSFILE";
/// The database, in a URL that may hold a password.
pub const DATABASE: &str = "KEYDECK_DATABASE";
/// Variables that are removed from the environment of the programs that keydeck starts.
pub const SECRET: [&str; 4] = [TOKEN, ROOT_KEY, DATABASE_PASSWORD, DATABASE];
/// What `serve` logs, as tracing's filter: `warn`, `keydeck=debug`.
pub const LOG: &str = "KEYDECK_LOG";
/// How `serve` logs: `text` for people, `json` for programs.
pub const LOG_FORMAT: &str = "KEYDECK_LOG_FORMAT";

/// An environment variable; an empty one is treated as absent.
pub fn variable(name: &'static str) -> Result<Option<String>, ConfigError> {
    match std::env::var(name) {
        Ok(text) if text.trim().is_empty() => Ok(None),
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(ConfigError::NotText(name)),
    }
}

/// `keydeck` in the XDG data directory: the local deck, and tokens that no keyring takes.
pub fn data_directory() -> Result<PathBuf, ConfigError> {
    Ok(directories()?.data_dir().join("keydeck"))
}

pub(super) fn directories() -> Result<impl BaseStrategy, ConfigError> {
    etcetera::choose_base_strategy().map_err(|_| ConfigError::NoHome)
}
