//! From bytes to characters.

use smallvec::SmallVec;

/// A character that is not complete.
#[derive(Debug, Default)]
pub(super) struct Utf8(SmallVec<[u8; 4]>);

impl Utf8 {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The character that `byte` completes. Bytes that are not UTF-8 are dropped, except that a lone 8-bit
    /// control is that control.
    pub(super) fn push(&mut self, byte: u8) -> Option<char> {
        self.0.push(byte);
        match std::str::from_utf8(&self.0) {
            Ok(text) => {
                let c = text.chars().next();
                self.0.clear();
                c
            }
            Err(error) if error.error_len().is_none() => None,
            Err(_) if self.0.len() == 1 => {
                self.0.clear();
                (0x80..=0x9f).contains(&byte).then(|| char::from(byte))
            }
            Err(_) => {
                self.0.clear();
                self.push(byte)
            }
        }
    }
}
