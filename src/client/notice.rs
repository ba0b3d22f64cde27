//! What the live stream of changes tells.

use crate::api::{KeyEvent, Part};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventNotice {
    /// Changes from now on will be told.
    Connected,
    Key(KeyEvent),
    /// Something else than a key changed.
    Change(Part),
    /// Changes may have been missed: read again what is shown.
    Resync,
}
