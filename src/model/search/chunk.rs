//! A few bytes that are looked at together: most texts have something there that tells that they are in no run.

use super::classes::{BETWEEN, CLASSES, ESCAPE, LETTER, is};
use super::plain::SHORTEST;

/// So many bytes are looked at together,
pub const CHUNK: usize = 16;
/// every so many bytes: one of these chunks is in whatever is as long as a token.
pub const STEP: usize = SHORTEST - CHUNK;

/// Whether all these bytes may be in one run. It is asked most of all: what it passes is looked at again.
pub fn may_be_within_run(bytes: &[u8; CHUNK]) -> bool {
    is(bytes[0], LETTER | BETWEEN | ESCAPE) && !has_other(bytes) && !has_words_apart(bytes)
}

/// Whether one is there that is in no run, and frequent in other text.
fn has_other(bytes: &[u8; CHUNK]) -> bool {
    // Nothing is left out once one is found, so that all are compared at once.
    bytes.iter().fold(false, |found, byte| {
        found | !byte.is_ascii() | OTHERS.iter().fold(false, |found, other| found | (byte == other))
    })
}

const OTHERS: [u8; 6] = *b"():<[]";

/// Whether something is between two words that can't be a fold, as no line ends there.
fn has_words_apart(bytes: &[u8; CHUNK]) -> bool {
    let marks = bytes.iter().enumerate();
    let marks = marks.fold(0, |marks, (n, byte)| marks | MARKS[usize::from(*byte)] << n);
    let (words, blanks) = (marks & u32::from(u16::MAX), marks / BLANK);
    // What is added to the first blank behind a word is carried to the first byte that is no blank.
    let behind = (blanks + (words << 1 & blanks)) & !blanks;
    behind & words != 0
}

/// The marks of both kinds of bytes have their places in one number.
const WORD: u32 = 1;
const BLANK: u32 = 1 << CHUNK;

/// Whether a byte is in a word or an escape, or blank; 0 of what may be both, may end a line, or is in no run.
const MARKS: [u32; 256] = {
    let mut marks = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let class = CLASSES[byte];
        marks[byte] = match byte as u8 {
            b'\n' | b'\r' | b'\\' | b'+' | b'#' => 0,
            _ if class & (LETTER | ESCAPE) != 0 => WORD,
            _ if class & BETWEEN != 0 => BLANK,
            _ => 0,
        };
        byte += 1;
    }
    marks
};

#[cfg(test)]
mod tests {
    use super::{CHUNK, may_be_within_run};
    use crate::model::search::folds::tests::FOLDS;

    fn passes(bytes: &[u8]) -> bool {
        may_be_within_run(bytes.first_chunk().expect("as many bytes as are looked at"))
    }

    #[test]
    fn nothing_within_a_run_is_passed_over() {
        let escapes = [
            "_", "%5F", "%5f", "\\_", "\\x5f", "\\u005f", "\\u{5f}", "\\137", "&#95;", "&#x5f;", "&lowbar;",
        ];
        for escape in escapes {
            let letters: Vec<String> = "kdw_0Ab/9+xYz-_A".repeat(4).chars().map(String::from).collect();
            let letters: Vec<&str> = letters
                .iter()
                .map(|letter| if letter == "_" { escape } else { letter })
                .collect();
            // In a patch, each line begins with a mark.
            for fold in FOLDS.into_iter().chain(["\n+", "\n-"]) {
                for width in 1..=40 {
                    let lines: Vec<String> = letters.chunks(width).map(|line| line.concat()).collect();
                    let text = lines.join(fold);
                    for bytes in text.as_bytes().windows(CHUNK) {
                        assert!(passes(bytes), "{:?}", String::from_utf8_lossy(bytes));
                    }
                }
            }
        }
    }

    #[test]
    fn most_text_is_passed_over() {
        for text in [
            "let them = all; ",
            "call(one).two());",
            "a sentence of it",
            "key=value, value",
            "x: 1, y: 2, z: 3",
            "na\u{ef}ve na\u{ef}ve no",
            "self.first.is_in",
            "<b>text</b><br/>",
        ] {
            assert!(!passes(text.as_bytes()), "{text}");
        }
    }
}
