//! What can be wrong with flags, environment and `config.toml`.

use std::path::PathBuf;

use crate::model::NotServers;

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{0} is not text")]
    NotText(&'static str),
    #[error("there is no home directory to keep files in; set HOME, or XDG_CONFIG_HOME and XDG_DATA_HOME")]
    NoHome,
    #[error("can't read {path}: {source}", path = .path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("can't write {path}: {source}", path = .path.display())]
    Unwritable { path: PathBuf, source: std::io::Error },
    #[error("{path}, line {line}: {why}", path = .path.display())]
    Invalid { path: PathBuf, line: usize, why: String },
    #[error("there is no profile \"{name}\"; there are: {known}")]
    Unknown { name: String, known: String },
    #[error("{0} and {1} name two servers; leave out one of them")]
    Contradiction(&'static str, &'static str),
    #[error(transparent)]
    Servers(#[from] NotServers),
}
