//! The result of verifying the tables.

use std::sync::OnceLock;

/// What came of it, once it is done.
#[derive(Debug, Default)]
pub struct Verified(pub(super) OnceLock<Option<String>>);

impl Verified {
    /// The first row that was changed, or that the log does not explain.
    pub fn unexplained(&self) -> Option<&str> {
        self.0.get().and_then(Option::as_deref)
    }
}
