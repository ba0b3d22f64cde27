//! Characters that are written as an escape: of URLs, mail, HTML and programs.

/// The text before the digits of an escaped character, what ends them, how many digits there are, and their radix.
const NUMBERED: [(&str, &str, usize, u32); 10] = [
    ("%u", "", 4, 16),
    ("%", "", 2, 16),
    ("\\u{", "}", 0, 16),
    ("\\u", "", 4, 16),
    ("\\x", "", 2, 16),
    ("\\", "", 3, 8),
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
/// No character's number has more digits, zeros before it included.
const MOST_DIGITS: usize = 8;

/// The character that is escaped at the beginning of `text`, and how many bytes its escape has.
pub fn escaped(text: &[u8]) -> Option<(char, usize)> {
    let first = *text.first()?;
    if !matches!(first, b'%' | b'\\' | b'0' | b'=' | b'&') {
        return None;
    }
    let starts = |prefix: &str| {
        let start = text.get(..prefix.len());
        prefix.as_bytes()[0] == first
            && start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    let numbered = NUMBERED.iter().filter(|(prefix, ..)| starts(prefix));
    let mut numbered = numbered.filter_map(|&(prefix, end, digits, radix)| {
        let rest = &text[prefix.len()..];
        let digits = match end.as_bytes() {
            [] => digits,
            end => rest
                .iter()
                .take(MOST_DIGITS + 1)
                .position(|byte| end.contains(byte))?,
        };
        let c = number(rest.get(..digits)?, radix)?;
        Some((c, prefix.len() + digits + end.len()))
    });
    let mut named = NAMED.iter().filter(|(name, _)| starts(name));
    let named = || named.next().map(|(name, c)| (*c, name.len()));
    numbered.next().or_else(named)
}

fn number(digits: &[u8], radix: u32) -> Option<char> {
    let digits = std::str::from_utf8(digits).ok()?;
    // A sign is no digit, though the parser takes it.
    let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    char::from_u32(u32::from_str_radix(digits, radix).ok().filter(|_| is_number)?)
}
