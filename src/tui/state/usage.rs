//! How a key is used, large, and who waits for an answer about it.

use super::Loadable;
use crate::api::{Key, Usage};

/// Lines that are there whatever a key was used for, in the narrowest terminal.
const FRAME_LINES: usize = 50;

/// Lines that a rule with its sentence takes at most there.
const RULE_LINES: usize = 6;

/// The usage of one key, over the whole screen.
#[derive(Debug)]
pub struct LargeUsage {
    pub key: Box<Key>,
    pub usage: Loadable<Usage>,
    pub scroll: u16,
}

impl LargeUsage {
    /// At least as many lines as there are to scroll through.
    pub(super) fn lines(&self) -> u16 {
        let Some(Ok(usage)) = self.usage.of(self.key.id) else {
            return 0;
        };
        let sources = usage.origins.len() + usage.addresses.len();
        let lines = FRAME_LINES + RULE_LINES * usage.refused_by.len() + 2 * sources;
        u16::try_from(lines).unwrap_or(u16::MAX)
    }
}
