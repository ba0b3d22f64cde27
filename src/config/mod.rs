//! Where keys are looked after: profiles, and which of them a run works on. Flags go before the
//! environment, the environment before `config.toml`, and that before the defaults.

mod choose;
mod edit;
mod file;
mod trust;

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::Deserialize;

pub use edit::ProfileEdit;
pub use trust::Distrust;

use crate::credentials::Credential;
use crate::model::{NotServers, Servers, pasted};

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
/// Where else that password may stand, in the form of `.pgpass`.
pub const PASSWORD_FILE: &str = "PGPASSFILE";
/// The database, in a URL that may hold a password.
pub const DATABASE: &str = "KEYDECK_DATABASE";
/// What no program that keydeck starts gets to see.
pub const SECRET: [&str; 4] = [TOKEN, ROOT_KEY, DATABASE_PASSWORD, DATABASE];
/// What `serve` logs, as tracing's filter: `warn`, `keydeck=debug`.
pub const LOG: &str = "KEYDECK_LOG";
/// How `serve` logs: `text` for people, `json` for programs.
pub const LOG_FORMAT: &str = "KEYDECK_LOG_FORMAT";

/// The name of the profile that is always there: the local deck.
pub const LOCAL: &str = "local";
const MAX_NAME: usize = 100;

/// A server to work on, how to sign in there, and how much care it wants.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    pub name: String,
    /// `None` is the local deck.
    pub servers: Option<Servers>,
    /// What the dashboard marks it with.
    pub colour: Option<Colour>,
    /// Nothing that changes anything is offered or sent.
    pub read_only: bool,
    /// PEM certificates of authorities that count here besides the system's.
    pub ca_file: Option<PathBuf>,
    /// A shell command whose first line of output is the token.
    pub token_command: Option<TokenCommand>,
    /// The token of this run alone. It belongs to the profile that the run began with.
    pub given: Option<Credential>,
}

/// A profile's `token_command`, and why it must not be run: others could have written it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenCommand {
    pub text: String,
    pub distrust: Option<Distrust>,
}

/// The names of the terminal's own palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Colour {
    Red,
    Yellow,
    Green,
    Cyan,
    Blue,
    Magenta,
}

/// `config.toml` as it counts: `local` is among the profiles whether the file names it or not.
#[derive(Debug, Clone)]
pub struct Config {
    pub profiles: Vec<Profile>,
    default: Option<String>,
    path: PathBuf,
}

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

impl Profile {
    /// The local deck.
    pub fn local() -> Self {
        Self {
            name: LOCAL.into(),
            ..Self::default()
        }
    }

    /// A server that no profile speaks of goes by its host.
    pub fn nameless(servers: Servers) -> Self {
        Self {
            name: servers.first().host(),
            servers: Some(servers),
            ..Self::default()
        }
    }
}

impl Colour {
    pub const ALL: [Colour; 6] = [
        Colour::Red,
        Colour::Yellow,
        Colour::Green,
        Colour::Cyan,
        Colour::Blue,
        Colour::Magenta,
    ];

    /// The name in `config.toml`: `red`.
    pub fn as_str(self) -> &'static str {
        match self {
            Colour::Red => "red",
            Colour::Yellow => "yellow",
            Colour::Green => "green",
            Colour::Cyan => "cyan",
            Colour::Blue => "blue",
            Colour::Magenta => "magenta",
        }
    }
}

impl Config {
    /// Reads `config.toml`; without one there is only the local deck.
    pub fn load() -> Result<Self, ConfigError> {
        let path = directories()?.config_dir().join("keydeck/config.toml");
        // Whoever can write the file could change it back after it was read, so this is asked before.
        let read =
            trust::distrust(&path).and_then(|distrust| Ok((std::fs::read_to_string(&path)?, distrust)));
        match read {
            Ok((text, distrust)) => {
                let mut config = file::parse(&text, path)?;
                let commands = config
                    .profiles
                    .iter_mut()
                    .filter_map(|p| p.token_command.as_mut());
                commands.for_each(|command| command.distrust.clone_from(&distrust));
                Ok(config)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => file::parse("", path),
            Err(source) => Err(ConfigError::Unreadable { path, source }),
        }
    }

    /// The file that was read, or would be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn profile(&self, name: &str) -> Result<&Profile, ConfigError> {
        let found = self.profiles.iter().find(|profile| profile.name == name);
        found.ok_or_else(|| ConfigError::Unknown {
            name: name.to_owned(),
            known: self.names(),
        })
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.profiles.iter().map(|p| p.name.as_str()).collect();
        names.join(", ")
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

/// `keydeck` in the XDG data directory: the local deck, and tokens that no keyring takes.
pub fn data_directory() -> Result<PathBuf, ConfigError> {
    Ok(directories()?.data_dir().join("keydeck"))
}

fn directories() -> Result<impl BaseStrategy, ConfigError> {
    etcetera::choose_base_strategy().map_err(|_| ConfigError::NoHome)
}

/// Names stand in files' names and in sentences.
pub fn check_name(name: &str) -> Result<(), String> {
    pasted::refuse(name)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-:[]".contains(c);
    if name.is_empty() || name.len() > MAX_NAME || name.starts_with(['.', '-']) || !name.chars().all(plain) {
        return Err(format!(
            "\"{name}\" can't name a profile; use up to {MAX_NAME} letters, digits and . _ - :"
        ));
    }
    Ok(())
}
