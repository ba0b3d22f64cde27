//! The forms that software gives to text on its way, which a machine undoes: escapes of URLs, mail, HTML and programs,
//! hexadecimal digits, and base64.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

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

/// The text before the digits of an escaped character, what ends them, and how many digits there are.
const ESCAPES: [(&str, &str, usize, u32); 9] = [
    ("%u", "", 4, 16),
    ("%", "", 2, 16),
    ("\\u{", "}", 0, 16),
    ("\\u", "", 4, 16),
    ("\\x", "", 2, 16),
    ("0x", "", 2, 16),
    ("=", "", 2, 16),
    ("&#x", ";", 0, 16),
    ("&#", ";", 0, 10),
];
/// Those of the characters that a token, and what escapes one, is made of.
const NAMED: [(&str, char); 6] = [
    ("&lowbar;", '_'),
    ("&underbar;", '_'),
    ("&amp;", '&'),
    ("&num;", '#'),
    ("&percnt;", '%'),
    ("&bsol;", '\\'),
];

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
        let (c, length) = match escape(rest) {
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

/// The character that is escaped at the beginning of `text`, and how many bytes its escape has.
fn escape(text: &str) -> Option<(char, usize)> {
    if !text.starts_with(['%', '\\', '0', '=', '&']) {
        return None;
    }
    let starts = |prefix: &str| {
        let start = text.get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let by_number = ESCAPES.iter().filter(|(prefix, ..)| starts(prefix));
    let mut by_number = by_number.filter_map(|(prefix, end, digits, radix)| {
        let rest = &text[prefix.len()..];
        let digits = match digits {
            0 => rest.find(end)?,
            digits => *digits,
        };
        let number = rest
            .get(..digits)
            .filter(|n| n.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let c = char::from_u32(u32::from_str_radix(number, *radix).ok()?)?;
        Some((c, prefix.len() + digits + end.len()))
    });
    let mut by_name = NAMED.iter().filter(|(name, _)| starts(name));
    let named = || by_name.next().map(|(name, c)| (*c, name.len()));
    by_number.next().or_else(named)
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
            let whole = rest.get(..rest.len() - rest.len() % 4)?;
            LENIENT.decode(whole).ok().map(Zeroizing::new)
        })
    })
}
