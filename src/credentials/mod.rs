//! Where sign-in tokens come from, and where they are stored. A stored token belongs to a profile and to
//! the origins of its servers, and is sent nowhere else.

mod command;
pub mod credential;
mod error;
mod file;
mod given;
mod keyring;
mod sign_in_token;
mod stored;

pub use credential::{Credential, TokenSource};
pub use error::CredentialError;
pub use given::{given, read, stdin, stdin_until};
pub use keyring::Unavailable;
pub use sign_in_token::sign_in_token;
pub use stored::StoredToken;

use crate::config::Profile;
use crate::model::{Secret, Servers};

/// The token for the profile's servers: the one that was given to this run, or else from the keyring,
/// from the profile's command, from the file. Asks nobody on the terminal.
pub fn find(profile: &Profile, servers: &Servers) -> Result<Credential, CredentialError> {
    find_where(profile, servers, true)
}

/// As [`find`], but the person is asked for nothing anywhere: neither by a keyring that is locked nor by the profile's
/// command, which is not run.
pub fn find_unasked(profile: &Profile, servers: &Servers) -> Result<Credential, CredentialError> {
    find_where(profile, servers, false)
}

fn find_where(profile: &Profile, servers: &Servers, may_ask: bool) -> Result<Credential, CredentialError> {
    if let Some(given) = &profile.given {
        return Ok(given.clone());
    }
    let found = |token, source| Ok(Credential { token, source });
    let mut notes = Vec::new();
    let in_keyring = match may_ask || keyring::is_open() {
        true => keyring::read(&profile.name).unwrap_or_else(|unavailable| {
            notes.push(unavailable.to_string());
            None
        }),
        false => None,
    };
    if let Some(token) = own(in_keyring, servers, &mut notes) {
        return found(
            sign_in_token(&token, &TokenSource::Keyring.to_string())?,
            TokenSource::Keyring,
        );
    }
    if let Some(command) = profile.token_command.as_ref().filter(|_| may_ask) {
        let written = match &command.untrusted {
            Some(untrusted) => Err(format!("is not run: {untrusted}")),
            None => command::run(&command.text, command::PATIENCE),
        };
        let token = written.map_err(|why| CredentialError::Command {
            profile: profile.name.clone(),
            why,
        })?;
        let from = format!("what the token_command of profile {} wrote", profile.name);
        return found(sign_in_token(&token, &from)?, TokenSource::Command);
    }
    let path = file::path(&profile.name)?;
    if let Some(token) = own(file::read(&path)?, servers, &mut notes) {
        return found(
            sign_in_token(&token, &path.display().to_string())?,
            TokenSource::File(path),
        );
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

/// Where a token is stored.
#[derive(Debug)]
pub struct StoredIn {
    pub place: TokenSource,
    /// Why the keyring could neither store it nor remove an older one.
    pub without_keyring: Option<Unavailable>,
}

/// Stores the token in the keyring, or else in a file: only there, so that no older one is found
/// first. Only an unreachable keyring may still hold an older one.
pub fn store(profile: &str, kept: &StoredToken, use_keyring: bool) -> Result<StoredIn, CredentialError> {
    let path = file::path(profile)?;
    let asked = match use_keyring {
        true => keyring::write(profile, kept),
        false => keyring::remove(profile).map(drop),
    };
    if use_keyring && asked.is_ok() {
        file::remove(&path)?;
        return Ok(StoredIn {
            place: TokenSource::Keyring,
            without_keyring: None,
        });
    }
    file::write(&path, kept)?;
    Ok(StoredIn {
        place: TokenSource::File(path),
        without_keyring: asked.err(),
    })
}

/// Removes the profile's token from the keyring and the file. Returns where there was one, and
/// why the keyring could not be reached.
pub fn remove(profile: &str) -> Result<(Vec<TokenSource>, Option<Unavailable>), CredentialError> {
    let mut from = Vec::new();
    let why = match keyring::remove(profile) {
        Ok(was_there) => {
            from.extend(was_there.then_some(TokenSource::Keyring));
            None
        }
        Err(unavailable) => Some(unavailable),
    };
    let path = file::path(profile)?;
    if file::remove(&path)? {
        from.push(TokenSource::File(path));
    }
    Ok((from, why))
}

/// The stored token, if it is for all of these servers.
fn own(kept: Option<StoredToken>, servers: &Servers, notes: &mut Vec<String>) -> Option<Secret> {
    let kept = kept?;
    if kept.is_for(servers) {
        return Some(kept.token);
    }
    notes.push(format!("the stored token belongs to {}", kept.origins.join(", ")));
    None
}
