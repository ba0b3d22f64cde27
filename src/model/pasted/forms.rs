//! The forms that software gives to text on its way, which a machine undoes: escapes of URLs, mail, HTML and programs,
//! hexadecimal digits, and base64.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::escapes;

/// So many characters of a token are most of its randomness: no name has them by chance.
pub const TELLING: usize = 16;

type Text = Zeroizing<String>;

/// Text that was cut has no padding, and its last bits may be anything.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What the text was before, by each way that it may have gone.
pub fn undone(text: &str) -> impl Iterator<Item = Text> {
    let unescaped = unescaped(text).into_iter();
    let from_hex = from_hex(text).into_iter();
    let is_text = |text: &Text| {
        text.chars()
            .all(|c| c.is_ascii_graphic() || c.is_ascii_whitespace())
    };
    let from_base64 = from_base64(text).filter_map(|bytes| {
        let text = Zeroizing::new(std::str::from_utf8(&bytes).ok()?.to_owned());
        is_text(&text).then_some(text)
    });
    unescaped.chain(from_hex).chain(from_base64.collect::<Vec<_>>())
}

/// `None` when nothing is escaped.
fn unescaped(text: &str) -> Option<Text> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (c, length) = match escapes::escaped(rest.as_bytes()) {
            Some((c, length)) => (Some(c), length),
            // As Markdown and shells escape a sign.
            None if first == '\\' => (None, 1),
            None => (Some(first), first.len_utf8()),
        };
        plain.extend(c);
        rest = &rest[length..];
    }
    (*plain != text).then_some(plain)
}

/// Without all that separates.
pub fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// From hexadecimal digits, whatever is between them, wherever they begin in their run.
fn from_hex(text: &str) -> Vec<Text> {
    let letters = Zeroizing::new(letters(text));
    let runs = letters.split(|c: char| !c.is_ascii_hexdigit());
    let long = runs.filter(|run| run.len() >= 2 * TELLING);
    let decoded = long.flat_map(|run| {
        (0..2).map(move |skipped| {
            let pairs = run.as_bytes()[skipped..].chunks_exact(2);
            let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
            let bytes = pairs.filter_map(byte);
            Zeroizing::new(bytes.map(char::from).collect::<String>())
        })
    });
    decoded.collect()
}

/// From base64, wherever it begins in its run of letters.
pub fn from_base64(text: &str) -> impl Iterator<Item = Zeroizing<Vec<u8>>> {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c);
    let runs = text
        .split(move |c| !is_base64(c))
        .filter(|run| run.len() > TELLING);
    runs.flat_map(|run| {
        let standard = Zeroizing::new(run.replace('-', "+").replace('_', "/"));
        (0..4).filter_map(move |skipped| {
            let rest = standard.get(skipped..)?;
            // A single letter at the end stands for nothing.
            let whole = rest.get(..rest.len() - usize::from(rest.len() % 4 == 1))?;
            LENIENT.decode(whole).ok().map(Zeroizing::new)
        })
    })
}
