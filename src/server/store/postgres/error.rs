//! What PostgreSQL and the way to it refuse, without the values that were bound.

use deadpool_postgres::{HookError, PoolError};
use tokio_postgres::error::{DbError, Error, Severity, SqlState};

use crate::server::store::StoreError;

/// What the database does not say: that it is away.
pub fn away(why: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(format!("PostgreSQL {why}"))
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let Some(refusal) = error.as_db_error() else {
            return match std::error::Error::source(&error) {
                // A row that is not as the program wrote it.
                Some(cause) if !error.is_closed() && cause.is::<tokio_postgres::types::WrongType>() => {
                    StoreError::Fault(error.to_string())
                }
                // The text of the error itself says only where it arose.
                Some(cause) => StoreError::Unavailable(cause.to_string()),
                None => StoreError::Unavailable(error.to_string()),
            };
        };
        let text = refusal.message().to_owned();
        match refusal.code() {
            &SqlState::DISK_FULL => StoreError::Full(text),
            code if is_passing(code) => StoreError::Unavailable(text),
            _ => StoreError::Fault(text),
        }
    }
}

impl StoreError {
    /// A commit that ends with its connection, or with the database, may be behind it or not.
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
    let classes = ["08", "53", "57", "58", "40", "55", "28", "3D"];
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
