//! Errors of root keys, data keys and what is sealed under them.

use std::io;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("the operating system returned no random bytes: {0}")]
    Random(#[from] getrandom::Error),
    #[error("can't read the root key {path}: {source}")]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("others can read the root key {path}; run: chmod 600 '{path}'", path = .0.display())]
    OpenToOthers(PathBuf),
    #[error("this is not a root key; it is 32 bytes, written as 64 hexadecimal digits or as base64")]
    NotARootKey,
    #[error("{path} already exists; a root key is never overwritten", path = .0.display())]
    Exists(PathBuf),
    #[error("can't write the root key {path}: {source}")]
    Unwritable { path: PathBuf, source: io::Error },
    #[error(
        "this is not the root key of this database; give the one that it was created with or last rotated to. If it is that \
         one, the database's data key was changed outside keydeck: restore a backup"
    )]
    WrongRootKey,
    #[error("the database holds no data key; restore it from a backup")]
    NoDataKey,
    #[error("a secret is sealed under data key {0}, which the database does not hold")]
    UnknownDataKey(u32),
    #[error("a sealed secret does not belong to its key; the database was changed outside keydeck")]
    Tampered,
    #[error(
        "the database holds something else of the time before its activity log stated who there is than what its data key \
         is bound to: somebody changed it (its table baseline or data_keys), and may have made themselves an Owner. \
         Restore a backup from before that, and find out who can write to the database"
    )]
    OtherBaseline,
}
