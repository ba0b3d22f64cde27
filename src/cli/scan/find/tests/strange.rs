//! Texts that nobody wrote by hand.

use proptest::prelude::*;

use super::disguises::{CODES, folded};
use super::*;

/// What runs, folds and escapes begin and end with.
const PARTS: [&str; 32] = [
    "%",
    "%6",
    "%6b",
    "%2B",
    "\\",
    "\\n",
    "\\u",
    "\\u006b",
    "\\x6B",
    "\\u{6b}",
    "\\/",
    "&",
    "&#",
    "&#107;",
    "&#x6b;",
    ";",
    "{",
    "}",
    "\n",
    "\n+",
    "\n-",
    "\r\n  ",
    " ",
    "=",
    "\"",
    "\" +\n\"",
    "\0",
    "k\0d\0",
    "a2R3X",
    "kdw_",
    "6b64775f",
    "abcdefghijklmnopqrstuvwxyz",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_text_is_too_strange_to_be_searched(parts in proptest::collection::vec(0..PARTS.len(), 0..400)) {
        let text: Vec<u8> = parts.iter().flat_map(|part| PARTS[*part].bytes()).collect();
        prop_assert_eq!(search(&text).findings, []);
    }

    #[test]
    fn a_token_is_found_between_random_bytes(
        before in proptest::collection::vec(any::<u8>(), 0..90),
        behind in proptest::collection::vec(any::<u8>(), 0..90),
        outside in proptest::collection::vec(any::<u8>(), 0..40),
        entropy in any::<[u8; 32]>(),
        kind in 0..TokenKind::ALL.len(),
        below in 0..CODES.len(),
        above in 0..=CODES.len(),
        width in 8..200usize,
    ) {
        let token = Token::from_entropy(TokenKind::ALL[kind], entropy);
        let text = [&before, token.expose().as_bytes(), &behind].concat();
        let inner = CODES[below].1(&text);
        let outer = CODES.get(above).map_or(inner.clone(), |(_, disguise)| disguise(&inner));
        // A line of its own, as what is beside it may belong to the code.
        let text = [&outside[..], b"\n", &outer, b"\n", &outside].concat();
        let hashes: Vec<_> = search(&text).findings.iter().map(|found| found.hash).collect();
        prop_assert_eq!(hashes, [token.hash()], "{} in {:?}", CODES[below].0, CODES.get(above).map(|code| code.0));

        let encoded = BASE64_STANDARD.encode([&before, token.expose().as_bytes(), &behind].concat());
        let found = search(&folded(&encoded, width, "\r\n\t"));
        prop_assert_eq!(found.findings.len(), 1, "folded at {}", width);
        // Without a gap, other letters of the alphabet belong to the run.
        let letters = BASE64_STANDARD.encode(&outside);
        let beside = format!("{}{encoded}", letters.trim_end_matches('='));
        prop_assert_eq!(search(beside.as_bytes()).findings.len(), 1);
    }
}
