//! A control string while it comes in: OSC, DCS, APC, PM, SOS. Only its end matters, and nothing of it is kept but what may
//! be the terminal's answer to the question for its background.
//!
//! It ends as it began. One that an Escape began has no 8-bit end: there U+009C is a character of its content,
//! which somebody else may have chosen. No other sequence in it means anything, so that what is nested in it
//! brings no keys out of it; an Escape before another stands for one, as multiplexers pass it on.

use smallvec::SmallVec;

use super::control::{BEL, CAN, CTRL_C, ESC, SUB};
use crate::config::theme::Background;

/// String terminator, as one character.
pub(super) const ST: char = '\u{9c}';
/// How the marks around a paste begin; `0~` or `1~` follows. They mean the same in the middle of a
/// string, which somebody else may have left without an end.
const PASTE_MARK: &[u8] = b"\x1b[20";

/// What an answer that says a colour begins with, and how long it is at most.
const ANSWER: &str = "11;";
const MAX_ANSWER: usize = 40;

#[derive(Debug)]
pub(super) struct ControlString {
    bel_ends: bool,
    st_ends: bool,
    /// After an Escape that stands alone.
    escaped: bool,
    /// How much of a mark came last, and whether it is the end of a paste.
    mark: usize,
    marks_end: bool,
    /// What may be an answer that says a colour; `None`: it is none.
    answer: Option<SmallVec<[u8; MAX_ANSWER]>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    GoesOn,
    /// It goes on, unless nothing follows.
    CtrlC,
    Ended,
    /// The string has ended, and a paste has begun.
    PasteStart,
    /// What would end a paste.
    PasteEnd,
}

impl ControlString {
    /// Begun by `introducer`, as one character or after an Escape.
    pub(super) fn new(introducer: char, eight_bit: bool) -> Self {
        Self {
            // Elsewhere it is content.
            bel_ends: introducer == ']',
            st_ends: eight_bit,
            escaped: false,
            mark: 0,
            marks_end: false,
            answer: (introducer == ']').then(SmallVec::new),
        }
    }

    /// What the terminal's background is, when the string that has ended says it.
    pub(super) fn background(&self) -> Option<Background> {
        let answer = std::str::from_utf8(self.answer.as_deref()?).ok()?;
        Background::of_reply(answer)
    }

    pub(super) fn push(&mut self, c: char) -> Step {
        match c {
            '\\' if self.escaped => return Step::Ended,
            BEL if self.bel_ends => return Step::Ended,
            ST if self.st_ends => return Step::Ended,
            CAN | SUB => {
                self.answer = None;
                return Step::Ended;
            }
            _ => {}
        }
        self.keep(c);
        self.escaped = c == ESC && !self.escaped;
        if self.is_mark(c) {
            return match self.marks_end {
                true => Step::PasteEnd,
                false => Step::PasteStart,
            };
        }
        match c {
            CTRL_C => Step::CtrlC,
            _ => Step::GoesOn,
        }
    }

    /// Keeps what an answer consists of, and forgets all when it is none.
    fn keep(&mut self, c: char) {
        let Some(answer) = &mut self.answer else {
            return;
        };
        let is_next = match ANSWER.as_bytes().get(answer.len()) {
            Some(&next) => c == char::from(next),
            None => c.is_ascii_hexdigit() || matches!(c, 'r' | 'g' | ':' | '/' | '#'),
        };
        match is_next && answer.len() < MAX_ANSWER {
            _ if self.escaped => self.answer = None,
            true => answer.push(c as u8),
            // Of the end of the string.
            false if c == ESC => {}
            false => self.answer = None,
        }
    }

    /// Whether `c` ends a mark.
    fn is_mark(&mut self, c: char) -> bool {
        let number = PASTE_MARK.len();
        self.mark = match (PASTE_MARK.get(self.mark), c) {
            (Some(&next), c) if char::from(next) == c => self.mark + 1,
            (None, '0' | '1') if self.mark == number => {
                self.marks_end = c == '1';
                self.mark + 1
            }
            (None, '~') if self.mark == number + 1 => return true,
            _ => usize::from(c == ESC),
        };
        false
    }
}
