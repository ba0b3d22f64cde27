//! Profiles, and which of them a command uses. Flags go before the
//! environment, the environment before `config.toml`, and that before the defaults.

mod choose;
mod edit;
pub mod environment;
pub mod error;
mod file;
mod load;
mod mark;
pub mod settings;
pub mod theme;
mod trust;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use strum::{EnumIter, EnumString, IntoStaticStr};

pub use edit::ProfileEdit;
pub use environment::{
    DATABASE, DATABASE_PASSWORD, LOG, LOG_FORMAT, PASSWORD_FILE, PROFILE, ROOT_KEY, SECRET, SERVER, TOKEN,
    data_directory, variable,
};
pub use error::ConfigError;
pub use file::PROFILE_SETTINGS;
pub use load::LoadedSettings;
pub use settings::{DashboardSettings, DateForm, KeySetting, WrongLine};
pub use trust::Untrusted;

use crate::credentials::credential::Credential;
use crate::model::{Servers, pasted};

/// The name of the profile that is always there: the local deck.
pub const LOCAL: &str = "local";
const MAX_NAME: usize = 100;

/// A server, how to sign in to it, and how to mark it.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    pub name: String,
    /// `None` is the local deck.
    pub servers: Option<Servers>,
    /// What the dashboard marks it with.
    pub colour: Option<Colour>,
    /// No changes are offered or sent.
    pub read_only: bool,
    /// PEM certificates of authorities to trust besides the system's.
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
    pub untrusted: Option<Untrusted>,
}

/// The names of the terminal's palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Colour {
    Red,
    Yellow,
    Green,
    Cyan,
    Blue,
    Magenta,
}

/// The effective `config.toml`: `local` is among the profiles whether the file names it or not.
#[derive(Debug, Clone)]
pub struct Config {
    pub profiles: Vec<Profile>,
    default: Option<String>,
    path: PathBuf,
}

impl Profile {
    /// The local deck.
    pub fn local() -> Self {
        Self {
            name: LOCAL.into(),
            ..Self::default()
        }
    }

    /// A server without a profile is named by its host.
    pub fn nameless(servers: Servers) -> Self {
        Self {
            name: servers.first().host(),
            servers: Some(servers),
            ..Self::default()
        }
    }
}

impl Config {
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

/// The name that is likely meant, when one is so near.
pub fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    let near = known.map(|name| (strsim::damerau_levenshtein(&given, name), name));
    let (distance, name) = near.min_by_key(|(distance, _)| *distance)?;
    let longest = given.chars().count().max(name.len());
    (distance * 3 <= longest).then_some(name)
}

/// Names appear in file names and in sentences.
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
