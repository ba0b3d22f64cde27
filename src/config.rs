//! Where keys are looked after: flags before environment before defaults.

use std::path::PathBuf;

use etcetera::BaseStrategy;

use crate::client::Endpoint;
use crate::model::Secret;

/// The key server to use when no flag names one.
pub const SERVER: &str = "KEYDECK_SERVER";
/// The sign-in token for that server; never an argument, where every process could read it.
pub const TOKEN: &str = "KEYDECK_TOKEN";
/// The root key as text, for servers that are given their secrets in the environment.
pub const ROOT_KEY: &str = "KEYDECK_ROOT_KEY";
/// What `serve` logs, as tracing's filter: `warn`, `keydeck=debug`.
pub const LOG: &str = "KEYDECK_LOG";

/// What a command works on.
#[derive(Debug)]
pub enum Chosen {
    Server(Endpoint),
    /// The local deck in this directory.
    Local(PathBuf),
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("set KEYDECK_TOKEN to your sign-in token for {0}")]
    NoToken(String),
    #[error("{0} is not text")]
    NotText(&'static str),
    #[error("there is no home directory to keep the local deck in; set HOME or XDG_DATA_HOME")]
    NoHome,
}

/// The server that the flag or else the environment names; without either, the local deck.
pub fn choose(server_flag: Option<&str>) -> Result<Chosen, ConfigError> {
    let server = match server_flag {
        Some(url) => Some(url.to_owned()),
        None => variable(SERVER)?,
    };
    match server {
        None => Ok(Chosen::Local(data_directory()?)),
        Some(url) => match variable(TOKEN)? {
            Some(token) => Ok(Chosen::Server(Endpoint::new(url, Secret::new(token)))),
            None => Err(ConfigError::NoToken(url)),
        },
    }
}

/// An environment variable; an empty one counts as absent.
pub fn variable(name: &'static str) -> Result<Option<String>, ConfigError> {
    match std::env::var(name) {
        Ok(text) if text.trim().is_empty() => Ok(None),
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(ConfigError::NotText(name)),
    }
}

/// `keydeck` in the XDG data directory.
pub fn data_directory() -> Result<PathBuf, ConfigError> {
    let strategy = etcetera::choose_base_strategy().map_err(|_| ConfigError::NoHome)?;
    Ok(strategy.data_dir().join("keydeck"))
}
