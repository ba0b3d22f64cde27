//! What comes after a paste that stalled until it was taken for ended: the rest of it, or what a person types.
//!
//! The rest comes immediately and ends as a paste does, or is longer than anybody types; it is text. What is neither is
//! held for a moment and then becomes keys. A key that is held down repeats itself and is not held back.

use zeroize::Zeroizing;

/// A chunk is added as long as there are fewer bytes: there is always room for it, and no copy is left behind.
const MAX_HELD: usize = 4096;
/// What is longer and nothing but text was not typed.
const MAX_TYPED: usize = 32;
/// After so much typing, nothing more is expected of the paste.
const TYPED_ENOUGH: u8 = 16;
/// What comes again so often is a key that is held down.
const REPEATS: usize = 3;
const ESC: u8 = 0x1b;
const ENDS: [&[u8]; 2] = [b"\x1b[201~", b"\x9b201~"];

pub(super) struct StalledPaste {
    held: Zeroizing<Vec<u8>>,
    /// So much of it is a sequence in the middle of which the paste stalled.
    begun: usize,
    /// How often something was typed.
    typed: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StalledVerdict {
    Unknown,
    Paste,
    Keys,
}

impl std::fmt::Debug for StalledPaste {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StalledPaste(…)")
    }
}

impl StalledPaste {
    /// `begun`: of the sequence that had begun, with its Escape.
    pub(super) fn new(begun: &[u8]) -> Self {
        let mut held = Zeroizing::new(Vec::with_capacity(2 * MAX_HELD));
        held.extend_from_slice(begun);
        Self {
            held,
            begun: begun.len(),
            typed: 0,
        }
    }

    pub(super) fn push(&mut self, chunk: &[u8]) -> StalledVerdict {
        self.held.extend_from_slice(chunk);
        let is_end = |end: &[u8]| self.held.windows(end.len()).any(|part| part == end);
        let new = self.held.get(self.begun..).unwrap_or_default();
        let is_repeated = || {
            let repeats = new.len() >= REPEATS * chunk.len();
            repeats && !chunk.is_empty() && new.chunks(chunk.len()).all(|part| part == chunk)
        };
        match () {
            () if ENDS.into_iter().any(is_end) || self.held.len() > MAX_HELD => StalledVerdict::Paste,
            () if is_repeated() => StalledVerdict::Keys,
            () if new.len() > MAX_TYPED && !new.contains(&ESC) => StalledVerdict::Paste,
            () => StalledVerdict::Unknown,
        }
    }

    /// Whether something is held that may be keys.
    pub(super) fn holds(&self) -> bool {
        self.held.len() > self.begun
    }

    /// All that was held, as the rest of the paste.
    pub(super) fn into_rest(self) -> Zeroizing<Vec<u8>> {
        self.held
    }

    /// What was held, which was typed, and whether the rest of the paste is still awaited.
    pub(super) fn take_typed(&mut self) -> (Zeroizing<Vec<u8>>, bool) {
        let mut typed = std::mem::replace(&mut self.held, Zeroizing::new(Vec::with_capacity(2 * MAX_HELD)));
        typed.drain(..self.begun);
        self.begun = 0;
        self.typed += 1;
        (typed, self.typed < TYPED_ENOUGH)
    }
}
