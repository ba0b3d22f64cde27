//! What became of one delivery.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::time::Duration;

use tokio_rustls::rustls;

use super::allowed::NotPermitted;
use crate::model::Shown;

/// For all of a delivery, from looking up the name to the head of the answer.
pub const LIMIT: Duration = Duration::from_secs(15);

/// Its `Display` is a sentence that contains nothing of the URL, and of the answer only [`Outcome::Refused`]'s text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Delivered {
        status: u16,
    },
    /// It answered with an error.
    Refused {
        status: u16,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
        /// The beginning of its answer; no control characters. Empty when it said nothing.
        said: String,
    },
    /// It answered 410: it wants no more.
    Gone,
    Redirected {
        status: u16,
    },
    NotPermitted(NotPermitted),
    /// The name has no address.
    Unresolved(String),
    /// No connection.
    Unreachable(String),
    /// Its certificate is not trusted, or not of this name.
    Untrusted(String),
    /// It closed the connection before it answered, or didn't speak HTTP.
    Broken(String),
    TimedOut,
}

impl Outcome {
    pub fn is_delivered(&self) -> bool {
        matches!(self, Self::Delivered { .. })
    }

    /// The status of the answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Delivered { status } | Self::Refused { status, .. } | Self::Redirected { status } => {
                Some(*status)
            }
            Self::Gone => Some(410),
            _ => None,
        }
    }

    pub(super) fn unresolved(error: &io::Error) -> Self {
        Self::Unresolved(words(&error.to_string()))
    }

    /// Of an attempt that has no answer.
    pub(super) fn of_failure(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::TimedOut;
        }
        let root = root(error);
        let tls = find::<rustls::Error>(error);
        match (tls, error.is_connect()) {
            (Some(rustls::Error::InvalidCertificate(why)), _) => Self::Untrusted(words(&why.to_string())),
            (Some(error), _) => Self::Broken(format!("TLS failed: {}", words(&error.to_string()))),
            (None, true) => Self::Unreachable(why(root)),
            (None, false) => Self::Broken(why(root)),
        }
    }
}

fn root<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut root = error;
    while let Some(inner) = root.source() {
        root = inner;
    }
    root
}

/// The error of this type behind `error`. An I/O error holds another without naming it as its source.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        let io = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = io.and_then(|inner| find::<T>(inner)) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// In plain words.
fn why(root: &(dyn Error + 'static)) -> String {
    let kind = root.downcast_ref::<io::Error>().map(io::Error::kind);
    let known = match kind {
        Some(ErrorKind::ConnectionRefused) => Some("connection refused"),
        Some(ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => Some("the connection was reset"),
        Some(ErrorKind::UnexpectedEof) => Some("the connection was closed"),
        Some(ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable) => Some("no route to it"),
        _ => None,
    };
    match known {
        Some(known) => known.to_owned(),
        None => words(&root.to_string()),
    }
}

/// Of a library's message, which may repeat what came from the network.
fn words(text: &str) -> String {
    const LONGEST: usize = 200;
    let text = text.split_once(" (os error").map_or(text, |(text, _)| text);
    let text: String = text.chars().take(LONGEST).collect();
    Shown::new(&text).into_string()
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delivered { status } => write!(f, "Delivered: it answered {status}."),
            Self::Refused { status, said, .. } if said.is_empty() => write!(f, "It answered {status}."),
            Self::Refused { status, said, .. } => write!(f, "It answered {status}: {said}"),
            Self::Gone => f.write_str("It answered 410: it takes no more messages."),
            Self::Redirected { status } => write!(
                f,
                "It answered {status}, a redirect, which is not followed: set the URL that it leads to."
            ),
            Self::NotPermitted(why) => write!(f, "Not sent: {why}."),
            Self::Unresolved(why) => write!(f, "Its name has no address: {why}."),
            Self::Unreachable(why) => write!(f, "Not reached: {why}."),
            Self::Untrusted(why) => write!(
                f,
                "Its certificate is not trusted: {why}. If a private authority made it, the operator names that with \
                 --webhooks-ca FILE."
            ),
            Self::Broken(why) => write!(f, "It gave no answer in HTTP: {why}."),
            Self::TimedOut => write!(f, "It did not answer within {} s.", LIMIT.as_secs()),
        }
    }
}
