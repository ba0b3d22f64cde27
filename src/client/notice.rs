//! The notices of the live stream of changes.

use crate::api::{KeyEvent, Part};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventNotice {
    /// Changes from now on will be told.
    Connected,
    Key(KeyEvent),
    /// Something other than a key changed.
    Change(Part),
    /// Changes may have been missed: read again what is shown.
    Resync,
}
