//! Whether what is written is kept. Once the disk has failed to, nobody knows what of it is there, and
//! asking again may be answered with a yes that means nothing: so no more is written until the process
//! is started again, which reads what there is. (PostgreSQL learned this in 2018 and stops too.) The same when the
//! path of the database leads to another file than the one that is open, or what was acknowledged is not in it any more; then
//! nothing is read from it either.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use rusqlite::ffi;

use crate::server::store::{StoreError, StoreResult};

/// The first failure, if there was one. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<Failures>);

#[derive(Debug, Default)]
struct Failures {
    of_disk: OnceLock<String>,
    elsewhere: OnceLock<String>,
}

impl Health {
    /// Takes note of an error of a commit or a checkpoint.
    pub fn judge(&self, error: &rusqlite::Error) {
        let code = error.sqlite_error().map(|error| error.extended_code);
        let failed = [
            ffi::SQLITE_IOERR_FSYNC,
            ffi::SQLITE_IOERR_DIR_FSYNC,
            ffi::SQLITE_IOERR_WRITE,
        ];
        if code.is_some_and(|code| failed.contains(&code)) && self.0.of_disk.set(error.to_string()).is_ok() {
            tracing::error!(
                %error,
                "the disk failed to keep what was written; nothing more is written until this server is started again. \
                 If the disk is not broken, look for a limit of the size of files (ulimit -f) or a quota"
            );
        }
    }

    /// Takes note that the path leads to another file than the open one, or to other contents. `false`: that was known.
    pub fn elsewhere(&self, path: &Path, why: &str) -> bool {
        let is_new = self.0.elsewhere.set(format!("{}: {why}", path.display())).is_ok();
        if is_new {
            tracing::error!(
                path = %path.display(),
                why,
                "what is at the database's path is no longer what this server acknowledged; nothing more is read or \
                 written until it is started again. Put back what belongs there first; where files are missing, root can \
                 copy the open ones from /proc/{}/fd before this server ends",
                std::process::id()
            );
        }
        is_new
    }

    /// An error once the disk has failed, or the path leads elsewhere.
    pub fn check(&self) -> StoreResult<()> {
        self.may_read()?;
        match self.0.of_disk.get() {
            None => Ok(()),
            Some(why) => Err(StoreError::Stopped(why.clone())),
        }
    }

    /// An error once the path leads elsewhere.
    pub fn may_read(&self) -> StoreResult<()> {
        match self.0.elsewhere.get() {
            None => Ok(()),
            Some(why) => Err(StoreError::Elsewhere(why.clone())),
        }
    }
}
