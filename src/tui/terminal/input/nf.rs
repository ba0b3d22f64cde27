//! An escape sequence with intermediates while it comes in: `ESC ( B`, `ESC % G`, `ESC SP F` (nF in ECMA-35). An
//! Escape and one intermediate is also what a terminal sends for Alt and that character: a sequence has a final
//! character that follows immediately.

use std::time::Duration;

use smallvec::SmallVec;

use super::control::{CAN, SUB};

/// What a terminal sends at once has no longer pauses than this, and nobody types as fast.
pub(super) const BURST: Duration = Duration::from_millis(30);
/// How long what may become a sequence is held without more.
pub(super) const HELD: Duration = Duration::from_millis(600);
/// The most intermediates that are kept, in case they were typed.
const MAX_KEPT: usize = 4;

#[derive(Debug)]
pub(super) struct NfSequence {
    /// Another Escape stood before its own.
    pub meta: bool,
    intermediates: SmallVec<[char; MAX_KEPT]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NfStep {
    GoesOn,
    Ended,
    /// It was none: Alt and a character, and what was typed after it.
    Keys,
}

pub(super) fn is_intermediate(c: char) -> bool {
    matches!(c, ' '..='/')
}

pub(super) fn is_final(c: char) -> bool {
    matches!(c, '0'..='~')
}

/// Intermediates that people type by themselves: the key of the filter, and the one that marks.
pub(super) fn is_key(c: char) -> bool {
    matches!(c, ' ' | '/')
}

impl NfSequence {
    pub(super) fn new(first: char, meta: bool) -> Self {
        Self {
            meta,
            intermediates: SmallVec::from_slice(&[first]),
        }
    }

    pub(super) fn push(&mut self, c: char) -> NfStep {
        match c {
            CAN | SUB => NfStep::Ended,
            c if is_final(c) => NfStep::Ended,
            c if !is_intermediate(c) => NfStep::Keys,
            c => {
                if self.intermediates.len() < MAX_KEPT {
                    self.intermediates.push(c);
                }
                NfStep::GoesOn
            }
        }
    }

    pub(super) fn patience(&self) -> Duration {
        match self.intermediates.first() {
            Some(&first) if is_key(first) => BURST,
            _ => HELD,
        }
    }

    pub(super) fn into_text(self) -> SmallVec<[char; MAX_KEPT]> {
        self.intermediates
    }
}
