//! Whether letters and digits read like what a generator made or like words, whatever is around them: a token
//! without its prefix, or most of one, is recognised by nothing else.

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};
use zeroize::Zeroizing;

use super::super::shown;
use super::forms;

/// Fewer characters are no secret that matters, and may well be a word.
const MIN_RUN: usize = 32;
/// So many are judged at a time, so that words around them don't hide them.
const WINDOW: usize = 40;
/// Of 100 places between two characters of random base62 text, 62 are unlike words, and of names in camel case with
/// numbers about 20. Fewer than 1 in 1,000 random texts of 41 characters has less than this.
const UNLIKE_WORDS: usize = 36;
/// Of 100 places, 31 are such as no word has. An acronym or two in a name may.
const IN_NO_WORD: usize = 5;
/// Places between a capital and a small letter. Hexadecimal digits have none.
const BOTH_CASES: usize = 4;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Digit,
    Upper,
    Lower,
}

/// Whether a long run of letters and digits in `text` is random, once marks and what is not seen are taken away.
pub fn is_in(text: &str) -> bool {
    if text.len() < MIN_RUN {
        return false;
    }
    let plain = plain(text);
    let runs = plain.split(|c: char| !c.is_ascii_alphanumeric());
    runs.filter(|run| run.len() >= MIN_RUN).any(|run| {
        let bytes = run.as_bytes();
        bytes.windows(bytes.len().min(WINDOW)).any(is_random) && !is_of_text(run)
    })
}

/// Base64 of readable text: what it decodes to is judged separately.
fn is_of_text(run: &str) -> bool {
    let is_text = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
    forms::from_base64(run).any(|bytes| bytes.iter().all(is_text))
}

/// Whether letters and digits that follow a keydeck prefix are words: nothing in them is such as no word has.
pub fn is_of_words(run: &[u8]) -> bool {
    let places = Places::of(run);
    places.in_no_word == 0 && places.unlike_words * 100 < 40 * places.all
}

fn plain(text: &str) -> Zeroizing<String> {
    let category = CodePointMapData::<GeneralCategory>::new();
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(text.chars());
    let is_plain = |c: &char| {
        *c == ' ' || shown::is_visible(*c) && !GeneralCategoryGroup::Mark.contains(category.get(*c))
    };
    Zeroizing::new(decomposed.filter(is_plain).collect())
}

fn is_random(run: &[u8]) -> bool {
    let places = Places::of(run);
    places.unlike_words * 100 >= UNLIKE_WORDS * places.all
        && places.in_no_word * 100 >= IN_NO_WORD * places.all
        && places.both_cases >= BOTH_CASES
}

/// The places between two characters, by how they are in words: `word`, `Word`, `2026`, and where another begins.
#[derive(Default)]
struct Places {
    all: usize,
    unlike_words: usize,
    in_no_word: usize,
    both_cases: usize,
}

impl Places {
    fn of(run: &[u8]) -> Self {
        use Class::{Digit, Lower, Upper};
        let mut places = Self::default();
        for pair in run.windows(2) {
            let &[before, after] = pair else { continue };
            let pair = (class(before), class(after));
            let is_calm = matches!(pair, (Lower, Lower) | (Upper, Lower) | (Digit, Digit));
            let is_in_no_word = matches!(pair, (Upper, Upper) | (Upper, Digit) | (Digit, Lower));
            places.all += 1;
            places.unlike_words += usize::from(!is_calm);
            places.in_no_word += usize::from(is_in_no_word);
            places.both_cases += usize::from(matches!(pair, (Upper, Lower) | (Lower, Upper)));
        }
        places
    }
}

fn class(c: u8) -> Class {
    match c {
        b'0'..=b'9' => Class::Digit,
        b'A'..=b'Z' => Class::Upper,
        _ => Class::Lower,
    }
}
