//! Where sign-in tokens come from, and where they are kept. A kept token belongs to a profile and to
//! the origins of the servers that it was kept for, and is sent nowhere else.

mod command;
mod file;
mod given;
mod kept;
mod keyring;

use std::fmt;
use std::io;
use std::path::PathBuf;

pub use given::{first_line_of_stdin, given, read};
pub use kept::Kept;
pub use keyring::Unavailable;

use crate::config::{ConfigError, Profile, TOKEN};
use crate::model::{Secret, Servers};

/// A token, and where it came from.
#[derive(Debug, Clone)]
pub struct Credential {
    pub token: Secret,
    pub source: Source,
}

/// Where a token came from, for the person whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
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

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Flag => f.write_str("--token-file"),
            Source::Environment => f.write_str(TOKEN),
            Source::Keyring => f.write_str("the keyring"),
            Source::Command => f.write_str("token_command"),
            Source::File(path) => write!(f, "the file {}", path.display()),
            Source::LocalDeck => f.write_str("the local deck"),
        }
    }
}

/// Why there is no token to sign in with.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("can't read the token in {path}: {source}", path = .path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("can't keep the token in {path}: {source}", path = .path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("others can read the token in {path}; run: chmod 600 '{path}'", path = .0.display())]
    OpenToOthers(PathBuf),
    #[error("{0} holds no token")]
    Empty(String),
    #[error("--token-file - reads a pipe, where nobody sees the token; to type it, use keydeck login")]
    Terminal,
    #[error("token_command of profile {profile} {why}")]
    Command { profile: String, why: String },
    #[error("there is no sign-in token for {servers}{}; run keydeck login {login}, or set KEYDECK_TOKEN", reasons(.notes))]
    None {
        servers: Servers,
        /// What `login` is to be told.
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

/// The token for the profile's servers: the one that was given to this run, or else from the keyring,
/// from the profile's command, from the file. Asks nobody on the terminal.
pub fn find(profile: &Profile, servers: &Servers) -> Result<Credential, CredentialError> {
    if let Some(given) = &profile.given {
        return Ok(given.clone());
    }
    let found = |token, source| Ok(Credential { token, source });
    let mut notes = Vec::new();
    let in_keyring = keyring::read(&profile.name).unwrap_or_else(|unavailable| {
        notes.push(unavailable.to_string());
        None
    });
    if let Some(token) = own(in_keyring, servers, &mut notes) {
        return found(token, Source::Keyring);
    }
    if let Some(command) = &profile.token_command {
        let token = command::run(command, command::PATIENCE).map_err(|why| CredentialError::Command {
            profile: profile.name.clone(),
            why,
        })?;
        return found(token, Source::Command);
    }
    let path = file::path(&profile.name)?;
    if let Some(token) = own(file::read(&path)?, servers, &mut notes) {
        return found(token, Source::File(path));
    }
    Err(CredentialError::None {
        servers: servers.clone(),
        login: match profile.name.as_str() {
            name if name == servers.first().host() => servers.as_arguments(),
            name => format!("{} --profile {name}", servers.as_arguments()),
        },
        notes,
    })
}

/// Where a token is kept.
#[derive(Debug)]
pub struct Keeping {
    pub place: Source,
    /// Why the keyring could be asked neither to keep it nor to give up an older one.
    pub without_keyring: Option<Unavailable>,
}

/// Keeps the token in the keyring, or else in a file: there alone, so that no older one is found
/// first. Only a keyring that can't be asked may hold an older one still.
pub fn keep(profile: &str, kept: &Kept, use_keyring: bool) -> Result<Keeping, CredentialError> {
    let path = file::path(profile)?;
    let asked = match use_keyring {
        true => keyring::write(profile, kept),
        false => keyring::remove(profile).map(drop),
    };
    if use_keyring && asked.is_ok() {
        file::remove(&path)?;
        return Ok(Keeping {
            place: Source::Keyring,
            without_keyring: None,
        });
    }
    file::write(&path, kept)?;
    Ok(Keeping {
        place: Source::File(path),
        without_keyring: asked.err(),
    })
}

/// Takes the profile's token out of the keyring and of the file. Answers where there was one, and
/// why the keyring could not be asked.
pub fn forget(profile: &str) -> Result<(Vec<Source>, Option<Unavailable>), CredentialError> {
    let mut from = Vec::new();
    let why = match keyring::remove(profile) {
        Ok(was_there) => {
            from.extend(was_there.then_some(Source::Keyring));
            None
        }
        Err(unavailable) => Some(unavailable),
    };
    let path = file::path(profile)?;
    if file::remove(&path)? {
        from.push(Source::File(path));
    }
    Ok((from, why))
}

/// The kept token, if it is for all of these servers.
fn own(kept: Option<Kept>, servers: &Servers, notes: &mut Vec<String>) -> Option<Secret> {
    let kept = kept?;
    if kept.is_for(servers) {
        return Some(kept.token);
    }
    notes.push(format!("the kept token belongs to {}", kept.origins.join(", ")));
    None
}
