//! Whether a secret that somebody chose could be guessed: long enough is not enough, it must also be made of
//! material that can't be told from what stands before.

use std::collections::HashMap;

/// The fewest characters.
pub const MIN_LENGTH: usize = 32;
/// What a secret must at least be estimated to hold. Random keys of 32 digits have about 90 by this estimate, and 32
/// random letters about 130; runs, sequences and repeated words far less.
const MIN_BITS: f64 = 64.0;
/// A character is no news where it continues a step between characters so far apart: `aaaa`, `abcd`, `a1b2c3`.
const PERIODS: std::ops::RangeInclusive<usize> = 1..=4;
/// So many characters that stood together before are no news when they do again.
const REPEATED: usize = 3;
const KEYBOARD: [&str; 4] = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// How to make one, for the sentence that refuses.
pub const HOW_TO_MAKE_ONE: &str = "make one with: openssl rand -base64 32";

/// Whether it has fewer than 32 bytes, or too little in it that differs.
pub fn is_guessable(secret: &str) -> bool {
    let folded: Vec<char> = secret.chars().flat_map(char::to_lowercase).collect();
    secret.len() < MIN_LENGTH || is_short_block(&folded) || bits(&folded) < MIN_BITS
}

/// Whether it is nothing but repetitions of fewer than 32 characters.
fn is_short_block(text: &[char]) -> bool {
    let periods = 1..MIN_LENGTH.min(text.len() / 2 + 1);
    periods
        .into_iter()
        .any(|period| text.iter().zip(&text[period..]).all(|(a, b)| a == b))
}

/// The entropy of the characters that nothing before them foretells.
fn bits(text: &[char]) -> f64 {
    let news: Vec<char> = (0..text.len())
        .filter(|&at| !is_foretold(text, at))
        .map(|at| text[at])
        .collect();
    let mut counts: HashMap<char, f64> = HashMap::new();
    for c in &news {
        *counts.entry(*c).or_default() += 1.0;
    }
    let all = news.len() as f64;
    counts.values().map(|count| count * (all / count).log2()).sum()
}

fn is_foretold(text: &[char], at: usize) -> bool {
    PERIODS
        .into_iter()
        .any(|period| continues_a_step(text, at, period))
        || continues_a_row(text, at)
        || stood_before(text, at)
}

/// Whether it is as far from the character one period before as that one is from the one before it.
fn continues_a_step(text: &[char], at: usize, period: usize) -> bool {
    let Some(first) = at.checked_sub(2 * period) else {
        return false;
    };
    let step = |from: usize| i64::from(u32::from(text[from + period])) - i64::from(u32::from(text[from]));
    let (before, now) = (step(first), step(first + period));
    before == now && now.abs() <= 1
}

/// Whether it goes on along a row of the keyboard, in either direction.
fn continues_a_row(text: &[char], at: usize) -> bool {
    let Some(first) = at.checked_sub(2) else {
        return false;
    };
    let forwards: String = text[first..=at].iter().collect();
    let backwards: String = text[first..=at].iter().rev().collect();
    KEYBOARD
        .iter()
        .any(|row| row.contains(&forwards) || row.contains(&backwards))
}

/// Whether the characters that end here stood together before.
fn stood_before(text: &[char], at: usize) -> bool {
    let Some(start) = (at + 1).checked_sub(REPEATED) else {
        return false;
    };
    let ending = &text[start..=at];
    text[..at].windows(REPEATED).any(|earlier| earlier == ending)
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, Engine};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_somebody_could_guess_is_refused_however_long() {
        for weak in [
            "a",
            "s3cret-K9-fjw8Qzpt-0x7Lm-wq4Zy2",
            &"a".repeat(32),
            &"é".repeat(32),
            &"a".repeat(400),
            &"ab".repeat(16),
            &"abc123".repeat(8),
            "passwordpasswordpasswordpassword",
            "PasswordpasswordPASSWORDPassword1",
            "changemechangemechangemechangeme",
            "your-256-bit-secretyour-256-bit-secret",
            "abcdefghijklmnopqrstuvwxyz012345",
            "0123456789-abcdefghijklmnopqrstuvwxyz",
            "01234567890123456789012345678901",
            "98765432109876543210zyxwvutsrqponm",
            "aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQ",
            "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6",
            "qwertyuiopasdfghjklzxcvbnm1234567890",
            "00000000-0000-0000-0000-000000000000",
            "01010011010001010100001101010010",
            "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeee",
            "................................",
            &BASE64_STANDARD.encode([7; 48]),
            &BASE64_STANDARD.encode([0; 32]),
        ] {
            assert!(is_guessable(weak), "{weak}");
        }
        let random = "kY7w2Qz0pLx9";
        assert!(is_guessable(&random.repeat(4)), "a block that is repeated");
    }

    #[test]
    fn what_a_generator_or_a_person_with_care_makes_is_not() {
        for strong in [
            "the-private-key-of-the-session-server",
            "ssk_Qm7vKx2TzR9pLw4Yc8HdNf3BtJ6sGa1V",
            "0192f3a4-7c1e-7b52-9d3f-5a86c1e0b7f4",
            "9f86d081884c7d659a2feaa0c55ad015",
            "83150274961538204971602859374610",
            "-----BEGIN-PRIVATE-KEY-----MIIBVgIBADANBgkqhkiG9w0",
        ] {
            assert!(!is_guessable(strong), "{strong}");
        }
    }

    proptest! {
        #[test]
        fn random_bytes_are_never_refused(bytes in proptest::collection::vec(any::<u8>(), 32)) {
            // Of 256 bits proptest also draws the simplest; those it shrinks to are not random.
            prop_assume!(bytes.iter().collect::<std::collections::HashSet<_>>().len() > 24);
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            prop_assert!(!is_guessable(&hex));
            prop_assert!(!is_guessable(&BASE64_STANDARD.encode(&bytes)));
        }
    }
}
