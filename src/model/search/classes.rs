//! What a byte can be in a run of letters.

use super::folds;

pub const LETTER: u8 = 1;
/// What may be in a fold.
pub const BETWEEN: u8 = 2;
/// What begins an escape, or ends one.
pub const ESCAPE: u8 = 4;

/// What each byte can be.
pub const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        if b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_') {
            classes[byte] |= LETTER;
        }
        if folds::is_between(b) {
            classes[byte] |= BETWEEN;
        }
        if matches!(b, b'%' | b'\\' | b'&' | b'#' | b';' | b'{' | b'}') {
            classes[byte] |= ESCAPE;
        }
        byte += 1;
    }
    classes
};

pub fn is(byte: u8, class: u8) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

pub fn is_letter(byte: u8) -> bool {
    is(byte, LETTER)
}
