//! The system's keyring: the Secret Service on Linux, the Keychain on macOS.

use std::io;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use keyring::{Entry, Error};
#[cfg(target_os = "linux")]
use secret_service::{EncryptionType, blocking::SecretService};
use zeroize::Zeroizing;

use super::StoredToken;

const SERVICE: &str = "keydeck";
/// How long a keyring may take where nobody can be asked to unlock it.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long, where there is a display on which it asks.
const PATIENCE_TO_ASK: Duration = Duration::from_secs(60);

/// There is no keyring, or it stays locked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the keyring can't be used: {why}")]
pub struct Unavailable {
    why: String,
    /// Whether it may be open another time, with what was kept in it before.
    pub may_open: bool,
}

/// The stored token; `None` when there is none.
pub fn read(profile: &str) -> Result<Option<StoredToken>, Unavailable> {
    let found = ask(profile, |entry| entry.get_password())?;
    Ok(found.and_then(|text| StoredToken::from_text(&Zeroizing::new(text))))
}

/// Whether the token is read without anyone being asked to unlock something first.
#[cfg(target_os = "linux")]
pub fn is_open() -> bool {
    let opened = SecretService::connect(EncryptionType::Plain);
    let is_locked = opened.and_then(|service| service.get_default_collection()?.is_locked());
    is_locked.is_ok_and(|is_locked| !is_locked)
}

/// The Keychain of a session is open.
#[cfg(not(target_os = "linux"))]
pub fn is_open() -> bool {
    true
}

pub fn write(profile: &str, kept: &StoredToken) -> Result<(), Unavailable> {
    let text = kept.to_text();
    ask(profile, move |entry| entry.set_password(&text)).map(|_| ())
}

/// Removes the token; returns whether there was one.
pub fn remove(profile: &str) -> Result<bool, Unavailable> {
    Ok(ask(profile, |entry| entry.delete_credential())?.is_some())
}

/// Asks in a thread of its own: a keyring may wait forever, and its client has a runtime of its
/// own. `None` when there is no entry.
fn ask<T: Send + 'static>(
    profile: &str,
    question: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
) -> Result<Option<T>, Unavailable> {
    let (answer_in, answer) = mpsc::channel();
    let profile = profile.to_owned();
    thread::spawn(move || {
        let asked = entry(&profile).and_then(|entry| match question(&entry) {
            Ok(answer) => Ok(Some(answer)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(unavailable(&error)),
        });
        // Nobody waits any more when it took too long.
        let _ = answer_in.send(asked);
    });
    match answer.recv_timeout(patience()) {
        Ok(answer) => answer,
        Err(_) => Err(Unavailable {
            why: "it does not answer".into(),
            may_open: true,
        }),
    }
}

fn entry(profile: &str) -> Result<Entry, Unavailable> {
    if let Err(error) = Entry::store_status() {
        return Err(unavailable(error));
    }
    Entry::new(SERVICE, profile).map_err(|error| unavailable(&error))
}

fn patience() -> Duration {
    let has_display = ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if has_display { PATIENCE_TO_ASK } else { PATIENCE }
}

/// The innermost reason; layers of libraries around it help nobody.
fn unavailable(error: &Error) -> Unavailable {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let has_bus = cause.downcast_ref::<Arc<io::Error>>().is_none();
    Unavailable {
        why: match has_bus {
            true => cause.to_string(),
            false => "there is no session bus to reach it by".into(),
        },
        may_open: has_bus,
    }
}
