//! UTF-16 that doesn't say that it is: letters of ASCII with a zero between each two, whichever byte comes first.

use zeroize::Zeroizing;

use super::plain::SHORTEST;

/// From one letter to the next.
pub const UNIT: usize = 2;
/// Every so many bytes are looked at: a token in UTF-16 takes more.
const STEP: usize = 64;

/// A stretch of text in UTF-16: where its first letter is, and what it says.
pub struct WideText {
    pub from: usize,
    pub text: Zeroizing<Vec<u8>>,
}

/// Each that begins before `until` and could hold a token.
pub fn each(bytes: &[u8], until: usize, mut take: impl FnMut(&WideText)) {
    let (mut at, mut behind) = (0, 0);
    while at + 1 < bytes.len() && behind < until {
        let letter = match (bytes[at], bytes[at + 1]) {
            (0, byte) if is_text(byte) => at + 1,
            (byte, 0) if is_text(byte) => at,
            _ => {
                at += STEP;
                continue;
            }
        };
        let (mut from, mut last) = (letter, letter);
        while from >= behind + UNIT && are_letters(bytes, from - UNIT) {
            from -= UNIT;
        }
        while are_letters(bytes, last) {
            last += UNIT;
        }
        if last - from >= UNIT * (SHORTEST - 1) && from < until {
            let letters = bytes[from..=last].iter().step_by(UNIT);
            let text = Zeroizing::new(letters.copied().collect());
            take(&WideText { from, text });
        }
        behind = last + 1;
        at = (at + STEP).max(behind);
    }
}

/// Whether a letter is here and one behind the next zero.
fn are_letters(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at..=at + UNIT), Some(&[one, 0, next]) if is_text(one) && is_text(next))
}

fn is_text(byte: u8) -> bool {
    byte.is_ascii_graphic() || byte.is_ascii_whitespace()
}
