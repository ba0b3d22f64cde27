//! Whether the disk keeps what is written. Once it has failed to, nobody knows what of it is there, and
//! asking again may be answered with a yes that means nothing: so no more is written until the process
//! is started again, which reads what there is. (PostgreSQL learned this in 2018 and stops too.)

use std::sync::{Arc, OnceLock};

use rusqlite::ffi;

use crate::server::store::{StoreError, StoreResult};

/// The first failure, if there was one. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<OnceLock<String>>);

impl Health {
    /// Takes note of an error of a commit or a checkpoint.
    pub fn judge(&self, error: &rusqlite::Error) {
        let code = error.sqlite_error().map(|error| error.extended_code);
        let failed = [
            ffi::SQLITE_IOERR_FSYNC,
            ffi::SQLITE_IOERR_DIR_FSYNC,
            ffi::SQLITE_IOERR_WRITE,
        ];
        if code.is_some_and(|code| failed.contains(&code)) && self.0.set(error.to_string()).is_ok() {
            tracing::error!(
                %error,
                "the disk failed to keep what was written; nothing more is written until this server is started again"
            );
        }
    }

    /// An error once the disk has failed.
    pub fn check(&self) -> StoreResult<()> {
        match self.0.get() {
            None => Ok(()),
            Some(why) => Err(StoreError::Stopped(why.clone())),
        }
    }
}
