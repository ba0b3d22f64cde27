//! Whether a secret that somebody chose could be guessed: long enough is not enough, it must also be made of
//! material that can't be told from the text before it, and that is not in everybody's documentation.

mod hashes;
mod samples;

use std::collections::HashMap;
use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// The fewest characters.
pub const MIN_LENGTH: usize = 32;
/// What a secret must at least be estimated to hold. Random keys of 32 digits have about 90 by this estimate, and 32
/// random letters about 130; runs, sequences and repeated words far less.
const MIN_BITS: f64 = 64.0;
/// The same of a token of another program: 20 random digits have about 50.
const MIN_TOKEN_BITS: f64 = 40.0;
/// A character is no news where it continues a step between characters so far apart: `aaaa`, `abcd`, `a1b2c3`.
const PERIODS: std::ops::RangeInclusive<usize> = 1..=4;
/// So many characters that stood together before are no news when they do again.
const REPEATED: usize = 3;
/// Rows of the keyboard, and its columns both ways.
const KEYBOARD: [&str; 19] = [
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
    "7ujm",
    "8ik",
    "9ol",
    "4esz",
    "5rdx",
    "6tfc",
    "7ygv",
    "8uhb",
    "9ijn",
];
/// The digits' keys with Shift.
const SHIFTED: &str = "!@#$%^&*()";
/// What a word of a passphrase is estimated to hold: one of 7,776, as with dice. A common word, or a year, holds less.
const BITS_OF_WORD: u32 = 13;
const BITS_OF_COMMON: u32 = 5;

/// How to make one, for the sentence that refuses.
pub const HOW_TO_MAKE_ONE: &str = "make one with: openssl rand -base64 32";

/// So many characters must be left of it without what is known to everybody.
const MIN_LEFT: usize = 24;
/// So many characters as one period before are no chance.
const REPETITION: usize = 8;

/// Whether it has fewer than 32 bytes, too little in it that differs, or is well known; also when it is the base64 or
/// hexadecimal form of such a text, or of such bytes.
pub fn is_guessable(secret: &str) -> bool {
    secret.len() < MIN_LENGTH
        || is_predictable(secret)
        || is_moment(secret)
        || is_of_few_words(secret)
        || decoded(secret).iter().any(|bytes| are_guessable(bytes))
}

/// Whether a token that another program made could be guessed: what is there is no more than a few characters, however often.
pub fn varies_too_little(token: &str) -> bool {
    let folded = Zeroizing::new(token.chars().flat_map(char::to_lowercase).collect::<Vec<_>>());
    bits(&folded) < MIN_TOKEN_BITS
}

/// Whether it is the hash of a text that everybody tries.
pub fn is_known_hash(bytes: &[u8]) -> bool {
    hashes::is_known(bytes)
}

/// Bytes are judged as text when they are that, and as hexadecimal digits, whatever they are written as.
fn are_guessable(bytes: &[u8]) -> bool {
    let is_text = bytes.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    let text = std::str::from_utf8(bytes).ok().filter(|_| is_text);
    let digits = || Zeroizing::new(hex::encode(bytes));
    hashes::is_known(bytes) || text.is_some_and(is_predictable) || is_predictable(&digits())
}

/// A date and time, as programs write it.
fn is_moment(text: &str) -> bool {
    let is_date = |date: &[u8]| {
        date.iter().zip(b"0000-00-00").all(|(c, like)| match like {
            b'0' => c.is_ascii_digit(),
            _ => c == like,
        })
    };
    let is_time = |c: char| c.is_ascii_digit() || "-:.,+TZ /_".contains(c);
    text.as_bytes().get(..10).is_some_and(is_date) && text.chars().all(is_time)
}

/// Words with a number such as a year, fewer than would be needed when each is drawn by dice. Five pass.
fn is_of_few_words(text: &str) -> bool {
    let words = || {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
    };
    let is_number = |word: &str| word.len() <= 8 && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase());
    let bits = |word: &str| match is_number(word) || samples::is_common(word) {
        true => BITS_OF_COMMON,
        false => BITS_OF_WORD,
    };
    words().any(is_number)
        && words().any(is_word)
        && words().all(|word| is_number(word) || is_word(word))
        && f64::from(words().map(bits).sum::<u32>()) < MIN_BITS
}

fn is_predictable(text: &str) -> bool {
    let folded = Zeroizing::new(text.chars().flat_map(char::to_lowercase).collect::<Vec<_>>());
    let letters = Zeroizing::new(samples::letters(text));
    is_short_block(&folded)
        || is_short_block(&letters)
        || bits(&folded) < MIN_BITS
        || samples::without(&letters).is_some_and(|left| left.len() < MIN_LEFT || bits(&left) < MIN_BITS)
}

/// The bytes that base64 or hexadecimal digits stand for, in each way that they can be decoded.
fn decoded(secret: &str) -> Vec<Zeroizing<Vec<u8>>> {
    let digits = secret.trim_end_matches('=');
    let bytes = [
        hex::decode(digits).ok(),
        BASE64_STANDARD_NO_PAD.decode(digits).ok(),
        BASE64_URL_SAFE_NO_PAD.decode(digits).ok(),
    ];
    bytes.into_iter().flatten().map(Zeroizing::new).collect()
}

/// Whether it is hardly more than repetitions: the unit that is repeated and all that differs from it, such as a
/// counter or another ending, are fewer than 32 characters.
fn is_short_block(text: &[char]) -> bool {
    let periods = 1..MIN_LENGTH.min(text.len());
    periods.into_iter().any(|period| {
        let pairs = text.len() - period;
        let repeated = text.iter().zip(&text[period..]).filter(|(a, b)| a == b).count();
        let is_repetition = repeated >= REPETITION && repeated * 5 >= pairs * 3;
        is_repetition && period + (pairs - repeated) < MIN_LENGTH
    })
}

/// The entropy of the characters that nothing before them foretells.
fn bits(text: &[char]) -> f64 {
    let keys = Zeroizing::new(text.iter().map(|c| key(*c)).collect::<Vec<_>>());
    let news: Vec<char> = (0..text.len())
        .filter(|&at| !is_foretold(text, &keys, at))
        .map(|at| text[at])
        .collect();
    let mut counts: HashMap<char, f64> = HashMap::new();
    for c in &news {
        *counts.entry(*c).or_default() += 1.0;
    }
    let all = news.len() as f64;
    counts.values().map(|count| count * (all / count).log2()).sum()
}

fn is_foretold(text: &[char], keys: &[char], at: usize) -> bool {
    PERIODS
        .into_iter()
        .any(|period| continues_a_step(text, at, period) || is_on_a_walk(keys, at, period))
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

/// Whether it is the second or third of three keys in a row, in either direction; with others between them, when each
/// is so far from the next.
fn is_on_a_walk(keys: &[char], at: usize, period: usize) -> bool {
    let Some(before) = at.checked_sub(period) else {
        return false;
    };
    let starts = [before.checked_sub(period), Some(before)];
    starts.into_iter().flatten().any(|start| {
        let key = |n: usize| keys.get(start + n * period).copied();
        let (Some(first), Some(second), Some(third)) = (key(0), key(1), key(2)) else {
            return false;
        };
        WALKS.binary_search(&[first, second, third]).is_ok()
    })
}

/// Each three keys in a row, in either direction, in order: an import asks of every character of 100,000 tokens.
static WALKS: LazyLock<Vec<[char; 3]>> = LazyLock::new(|| {
    let mut walks = Vec::new();
    for row in KEYBOARD {
        let keys: Vec<char> = row.chars().collect();
        for walk in keys.windows(3) {
            if let [first, second, third] = *walk {
                walks.extend([[first, second, third], [third, second, first]]);
            }
        }
    }
    walks.sort_unstable();
    walks
});

/// The key that makes it, named by what it makes without Shift.
fn key(c: char) -> char {
    let digit = SHIFTED.find(c).and_then(|at| KEYBOARD[0].chars().nth(at));
    digit.unwrap_or(c)
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
mod tests;
