//! Another place that is being opened.

/// Another place is being opened. It takes the keys, so that nothing is begun that going there would
/// throw away.
#[derive(Debug)]
pub struct Opening {
    pub label: String,
    /// Tells it from earlier ones, which one no longer waits for.
    pub(super) number: u64,
}
