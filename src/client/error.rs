//! Why a call got no answer that it could use, in words for the person who made it.

use std::io::ErrorKind;

use crate::api::{Problem, ProblemType};
use crate::model::ServerAddress;

/// What rustls says of an answer in another protocol, such as plain HTTP.
const NOT_TLS: &str = "received corrupt message of type InvalidContentType";

/// What came instead of an answer. Cheap to clone, so that a screen can keep it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The address or the token is unusable; nothing was sent.
    #[error("{0}")]
    Unusable(String),
    /// Nobody answered.
    #[error("{0}")]
    Offline(String),
    #[error("no answer from {0} in time")]
    TimedOut(String),
    /// The server answers everything but its stream of events.
    #[error("a proxy holds up the live changes; it must pass GET /v1/events on without buffering")]
    HeldUp,
    /// 401: the token is missing, or the server doesn't know it.
    #[error("the server does not know this sign-in token; sign in again with keydeck login")]
    SignIn,
    /// It would change something, and the client only reads; nothing was sent.
    #[error(
        "this profile is read-only, so nothing was sent; remove read_only from it in config.toml, or choose \
         another with --profile"
    )]
    ReadOnly,
    /// Any other refusal, in the server's own words. No more is known.
    #[error("{}", .0.detail)]
    Refused(Box<Problem>),
    /// 5xx: a fault of the server, in its own words, with the id by which its log tells more.
    #[error("{}", under(&.problem.detail, .request.as_deref()))]
    Fault {
        problem: Box<Problem>,
        request: Option<String>,
    },
    /// Not an answer of a keydeck server.
    #[error("{0}")]
    NotKeydeck(String),
    /// A change without an answer, which must not be repeated automatically.
    #[error("{0}; it may have been carried out, so check before you repeat it")]
    Unsure(Box<Error>),
    /// None of several servers answered, each for its own reason.
    #[error("{}", in_turn(.0))]
    NoneAnswers(Vec<Error>),
}

/// A sentence with the id of the request that it is about.
pub(super) fn under(sentence: &str, request: Option<&str>) -> String {
    match (request, sentence.strip_suffix('.')) {
        (None, _) => sentence.to_owned(),
        (Some(id), Some(open)) => format!("{open} (request {id})."),
        (Some(id), None) => format!("{sentence} (request {id})"),
    }
}

/// Each sentence once.
fn in_turn(errors: &[Error]) -> String {
    let mut said: Vec<String> = Vec::new();
    for error in errors {
        let sentence = error.to_string();
        let sentence = sentence.trim_end_matches('.');
        if !said.iter().any(|other| other == sentence) {
            said.push(sentence.to_owned());
        }
    }
    said.join("; ")
}

impl Error {
    /// Whether the same question may be answered a moment later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Error::Offline(_) | Error::TimedOut(_) | Error::HeldUp => true,
            Error::Refused(problem) | Error::Fault { problem, .. } => {
                matches!(problem.kind, ProblemType::Timeout | ProblemType::Unavailable)
            }
            Error::Unsure(error) => error.is_retryable(),
            Error::NoneAnswers(errors) => errors.iter().any(Error::is_retryable),
            Error::Unusable(_) | Error::SignIn | Error::ReadOnly | Error::NotKeydeck(_) => false,
        }
    }

    /// Whether what was meant exists no longer, or never did.
    pub fn is_gone(&self) -> bool {
        self.problem()
            .is_some_and(|problem| matches!(problem.kind, ProblemType::Revoked | ProblemType::NotFound))
    }

    /// Whether the role doesn't allow it.
    pub fn is_forbidden(&self) -> bool {
        self.problem()
            .is_some_and(|problem| problem.kind == ProblemType::Forbidden)
    }

    /// The problem document of a refusal.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Error::Refused(problem) | Error::Fault { problem, .. } => Some(problem),
            _ => None,
        }
    }

    /// A fault in the server's own words says whose they are.
    pub(super) fn said_by(mut self, server: &ServerAddress) -> Self {
        if let Error::Fault { problem, .. } = &mut self {
            problem.detail = format!("{server}: {}", problem.detail);
        }
        self
    }

    /// The error of a change that may have been carried out. A problem document says so itself.
    pub(super) fn unsure(self) -> Self {
        match self {
            Error::Offline(_) | Error::TimedOut(_) => Error::Unsure(Box::new(self)),
            other => other,
        }
    }

    /// Of all servers that were asked.
    pub(super) fn none_of(mut errors: Vec<Error>) -> Self {
        match (errors.pop(), errors.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                errors.extend(last);
                Error::NoneAnswers(errors)
            }
        }
    }

    /// Why a request didn't reach `server`.
    pub(super) fn from_transport(server: &str, error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Error::TimedOut(server.to_owned());
        }
        match root_cause(error).as_str() {
            NOT_TLS => Error::NotKeydeck(format!(
                "{server} does not speak TLS; give another port, or http:// for a server on this machine"
            )),
            why => Error::Offline(format!("no answer from {server}: {why}")),
        }
    }
}

/// The innermost reason in plain words: `connection refused`, not the chain of layers around it.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if let Some(io) = cause.downcast_ref::<std::io::Error>() {
        match io.kind() {
            ErrorKind::ConnectionRefused => return "connection refused".into(),
            ErrorKind::ConnectionReset => return "the connection was reset".into(),
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => return "no route to it".into(),
            _ => {}
        }
    }
    let text = cause.to_string();
    if let Some(why) = text.strip_prefix("invalid peer certificate: ") {
        return format!(
            "its certificate is not to be trusted ({why}); if a private authority made it, name that with \
             keydeck login --ca-file FILE"
        );
    }
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}
