//! A bracketed paste while it comes in: text, of which no more is kept than any field takes.

use std::fmt;

use zeroize::Zeroizing;

use super::Input;
use crate::model::Secret;

/// The most bytes of a paste that are kept.
pub(super) const MAX_PASTE: usize = 64 * 1024;

/// The text of a paste so far. It has all its room from the start: growing would leave copies of a
/// secret behind.
pub(super) struct Paste(Zeroizing<String>);

impl Default for Paste {
    fn default() -> Self {
        Self(Zeroizing::new(String::with_capacity(MAX_PASTE)))
    }
}

impl fmt::Debug for Paste {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Paste(…)")
    }
}

impl Paste {
    pub(super) fn push(&mut self, c: char) {
        if self.0.len() + c.len_utf8() <= MAX_PASTE {
            self.0.push(c);
        }
    }

    /// Takes the last character back, when it is `c`.
    pub(super) fn take_back(&mut self, c: char) {
        if self.0.ends_with(c) {
            self.0.pop();
        }
    }

    pub(super) fn into_input(self) -> Input {
        let mut text = Zeroizing::new(String::with_capacity(self.0.len()));
        let mut after_return = false;
        for c in self.0.chars() {
            match c {
                '\n' if after_return => {}
                '\r' => text.push('\n'),
                c => text.push(c),
            }
            after_return = c == '\r';
        }
        Input::Paste(Secret::new(text.as_str()))
    }
}
