//! The codes that a run of letters may be in, and what it says then.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::layer::TextLayer;
use super::plain::SHORTEST;
use super::runs;

/// A part of some base64 ends anywhere.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// In base64 so many letters stand for [`BASE64_BYTES`].
const BASE64_LETTERS: usize = 4;
const BASE64_BYTES: usize = 3;
const HEX_DIGITS: usize = 2;

/// What some letters stand for.
pub struct Decoded {
    pub bytes: Zeroizing<Vec<u8>>,
    /// The first letter, and how many letters stand for how many bytes.
    pub from: usize,
    pub letters: usize,
    pub stand_for: usize,
}

/// A code, and how it is undone: in each way in which its letters can be grouped, as the first letters of a run may belong to
/// what is before.
pub struct Code {
    pub layer: TextLayer,
    pub undo: fn(&[u8], &mut dyn FnMut(Decoded)),
}

pub const CODES: [Code; 2] = [
    Code {
        layer: TextLayer::Base64,
        undo: base64,
    },
    Code {
        layer: TextLayer::Hex,
        undo: hex,
    },
];

/// Of both alphabets, which differ in two letters.
fn base64(text: &[u8], take: &mut dyn FnMut(Decoded)) {
    let standard = text.iter().map(|byte| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => *other,
    });
    let standard: Zeroizing<Vec<u8>> = Zeroizing::new(standard.collect());
    for from in 0..BASE64_LETTERS.min(standard.len()) {
        let letters = standard.len() - from;
        // A single letter at the end stands for nothing.
        let whole = letters - usize::from(letters % BASE64_LETTERS == 1);
        if let Ok(bytes) = LENIENT.decode(&standard[from..from + whole]) {
            take(Decoded {
                bytes: Zeroizing::new(bytes),
                from,
                letters: BASE64_LETTERS,
                stand_for: BASE64_BYTES,
            });
        }
    }
}

fn hex(text: &[u8], take: &mut dyn FnMut(Decoded)) {
    const LONG: usize = HEX_DIGITS * SHORTEST;
    let mut at = 0;
    while let Some(start) = runs::long(text, at, text.len(), LONG, |byte| byte.is_ascii_hexdigit()) {
        let digits = text[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_hexdigit())
            .count();
        for from in start..start + HEX_DIGITS {
            let pairs = (start + digits - from) / HEX_DIGITS;
            if let Ok(bytes) = ::hex::decode(&text[from..from + pairs * HEX_DIGITS]) {
                take(Decoded {
                    bytes: Zeroizing::new(bytes),
                    from,
                    letters: HEX_DIGITS,
                    stand_for: 1,
                });
            }
        }
        at = start + digits;
    }
}
