//! What PostgreSQL and the way to it refuse, without the values that were bound.

use deadpool_postgres::{HookError, PoolError};
use tokio_postgres::error::{DbError, Error, Severity, SqlState};

use crate::server::store::StoreError;

/// What the database does not say: that it is away.
pub fn away(why: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(format!("PostgreSQL {why}"))
}

/// What an error says with all that lies beneath it: the text of the driver's own errors says only where they arose.
/// Of what the database refused, its code too; the detail only of what is about connections, since elsewhere it tells
/// the values of rows.
pub fn told(error: &Error) -> String {
    if let Some(refusal) = error.as_db_error() {
        return in_full(refusal);
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(beneath) = cause {
        let said = beneath.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = beneath.source();
    }
    text
}

fn in_full(refusal: &DbError) -> String {
    let code = refusal.code().code();
    let mut text = format!("{} (SQLSTATE {code})", refusal.message());
    let is_about_connections = ["08", "28", "3D", "53", "57", "58"]
        .iter()
        .any(|class| code.starts_with(class));
    if let Some(detail) = refusal.detail().filter(|_| is_about_connections) {
        text = format!("{text}: {detail}");
    }
    text
}

/// What is wrong with how the database is asked, and what to do about it. `None`: it is something else.
fn misconfigured(refusal: &DbError) -> Option<String> {
    let message = refusal.message();
    Some(match *refusal.code() {
        SqlState::INVALID_PASSWORD => format!(
            "PostgreSQL refuses the password, or there is none: {message}; give the right one in PGPASSWORD or ~/.pgpass"
        ),
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            format!("PostgreSQL lets this user in nowhere: {message}; see CREATE ROLE and pg_hba.conf")
        }
        SqlState::INVALID_CATALOG_NAME => {
            format!("PostgreSQL has no such database: {message}; make it with CREATE DATABASE")
        }
        SqlState::TOO_MANY_CONNECTIONS => format!(
            "PostgreSQL has no connection left: {message}; raise max_connections, or the CONNECTION LIMIT of the role or \
             the database"
        ),
        SqlState::INSUFFICIENT_PRIVILEGE => format!(
            "PostgreSQL doesn't allow this user to do this: {message}; tables that keydeck makes need CREATE on the schema, and \
             the extension pg_trgm CREATE on the database"
        ),
        _ => return None,
    })
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let Some(refusal) = error.as_db_error() else {
            return match std::error::Error::source(&error) {
                // A row that is not as the program wrote it.
                Some(cause) if !error.is_closed() && cause.is::<tokio_postgres::types::WrongType>() => {
                    StoreError::Fault(error.to_string())
                }
                Some(cause) if cause.to_string() == "password missing" => Self::Misconfigured(
                    "PostgreSQL asks for a password, and none was given: give it in PGPASSWORD or ~/.pgpass"
                        .into(),
                ),
                // The text of the error itself says only where it arose.
                Some(_) => StoreError::Unavailable(told(&error)),
                None => StoreError::Unavailable(error.to_string()),
            };
        };
        if let Some(sentence) = misconfigured(refusal) {
            return StoreError::Misconfigured(sentence);
        }
        let text = in_full(refusal);
        match refusal.code() {
            &SqlState::DISK_FULL => StoreError::Full(text),
            code if is_passing(code) => StoreError::Unavailable(text),
            _ => StoreError::Fault(text),
        }
    }
}

impl StoreError {
    /// A commit that ends with its connection, or with the database, may have been made or not.
    pub(super) fn at_commit(error: Error) -> Self {
        let is_refused = |refusal: &DbError| refusal.parsed_severity() == Some(Severity::Error);
        match error.as_db_error() {
            Some(refusal) if is_refused(refusal) => error.into(),
            _ => Self::Unsure(Self::from(error).to_string()),
        }
    }
}

/// Whether the same may go well a little later.
fn is_passing(code: &SqlState) -> bool {
    // Connections, resources, what an operator does, what lies below the database; a lock or a deadlock.
    let classes = ["08", "53", "57", "58", "40", "55"];
    classes.iter().any(|class| code.code().starts_with(class))
        || *code == SqlState::READ_ONLY_SQL_TRANSACTION
        || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
}

impl From<PoolError> for StoreError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => error.into(),
            PoolError::Timeout(_) => {
                away("takes too long to connect to, or all connections to it are in use")
            }
            other => StoreError::Unavailable(other.to_string()),
        }
    }
}
