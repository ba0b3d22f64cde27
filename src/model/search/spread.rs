//! A token or a whole secret with white space or invisible characters in it, wherever they are: words of a chat, a line that was
//! folded and joined again. It is looked for only behind a beginning, and only a checksum says that it is one.

use zeroize::Zeroizing;

use crate::model::around;

/// The letters from the beginning on, at most `wanted`, across what is a gap; and how many bytes they take.
pub fn solid(bytes: &[u8], wanted: usize, belongs: impl Fn(u8) -> bool) -> (Zeroizing<Vec<u8>>, usize) {
    let text = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let mut solid = Zeroizing::new(Vec::new());
    let mut end = 0;
    for (at, c) in text.char_indices() {
        match u8::try_from(c) {
            _ if solid.len() == wanted => break,
            Ok(byte) if belongs(byte) => {
                solid.push(byte);
                end = at + 1;
            }
            _ if around::is_gap(c) => {}
            _ => break,
        }
    }
    (solid, end)
}
