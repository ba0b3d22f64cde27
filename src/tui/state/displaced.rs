//! A selected key that is gone by somebody else's hand.

#[derive(Debug)]
pub(super) struct Displaced {
    /// Of the key that is gone.
    pub(super) name: String,
    pub(super) number: u64,
}
