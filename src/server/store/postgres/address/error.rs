//! Why a URL names no database that may be used.

use std::path::PathBuf;

use crate::server::store::postgres::passfile::PassFileError;

#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    #[error(
        "it is no URL like postgres://keydeck@db.acme.example/keydeck; a password with /, ?, # or & in it is better given in \
         PGPASSWORD"
    )]
    NoUrl,
    #[error("the database's URL has a setting that is not understood: {0}")]
    Setting(String),
    #[error("the database's URL has {0}, which keydeck does not support; leave it out")]
    Unsupported(String),
    #[error(
        "the database's URL has {0}, and keydeck reads no pg_service.conf; write the host, user and database of the service into \
         the URL"
    )]
    Service(String),
    #[error(transparent)]
    PassFile(#[from] PassFileError),
    #[error("sslmode can be disable or verify-full (require is the same), not {0}")]
    SslMode(String),
    #[error("{}: {why}", file.display())]
    Authority { file: PathBuf, why: String },
    #[error("TLS to the database can't be prepared: {0}")]
    Tls(String),
}
