//! A control string while it comes in: OSC, DCS, APC, PM, SOS. Only its end matters, and nothing of it is kept.
//!
//! It ends as it began. One that an Escape began has no 8-bit end: there U+009C is a character of its content,
//! which somebody else may have chosen. No other sequence in it means anything, so that what is nested in it
//! brings no keys out of it; an Escape before another stands for one, as multiplexers pass it on.

use super::control::{BEL, CAN, CTRL_C, ESC, SUB};

/// String terminator, as one character.
pub(super) const ST: char = '\u{9c}';
/// What ends a paste, in the middle of a string too.
const PASTE_END: &[u8] = b"\x1b[201~";

#[derive(Debug)]
pub(super) struct ControlString {
    bel_ends: bool,
    st_ends: bool,
    /// After an Escape that stands alone.
    escaped: bool,
    /// How much of [`PASTE_END`] came last.
    paste_end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    GoesOn,
    /// It goes on, unless nothing follows.
    CtrlC,
    Ended,
    /// What would end a paste.
    PasteEnd,
}

impl ControlString {
    /// Begun by `introducer`, as one character or behind an Escape.
    pub(super) fn new(introducer: char, eight_bit: bool) -> Self {
        Self {
            // Elsewhere it is content.
            bel_ends: introducer == ']',
            st_ends: eight_bit,
            escaped: false,
            paste_end: 0,
        }
    }

    pub(super) fn push(&mut self, c: char) -> Step {
        match c {
            '\\' if self.escaped => return Step::Ended,
            BEL if self.bel_ends => return Step::Ended,
            ST if self.st_ends => return Step::Ended,
            CAN | SUB => return Step::Ended,
            _ => {}
        }
        self.escaped = c == ESC && !self.escaped;
        self.paste_end = match PASTE_END.get(self.paste_end) {
            Some(&next) if char::from(next) == c => self.paste_end + 1,
            _ => usize::from(c == ESC),
        };
        match c {
            _ if self.paste_end == PASTE_END.len() => Step::PasteEnd,
            CTRL_C => Step::CtrlC,
            _ => Step::GoesOn,
        }
    }
}
