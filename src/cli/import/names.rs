//! Names that a file gives its columns, as far as messages repeat them: in a file without a header they are cells, tokens and
//! hashes among them.

use std::borrow::Cow;

use crate::model::pasted;
use crate::model::pasted::foreign::FOREIGN_LENGTH;

/// No name of a column is so long.
const MAX_NAME: usize = 64;
/// A word with so many characters and digits may be a token that is too short to be imported.
const SHORT_TOKEN: usize = 12;
const ITS_DIGITS: usize = 3;
const ORDINALS: [&str; 10] = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
];
const HIDDEN: &str = "(may be a secret, and is not shown)";

/// Whether it is data and no name: whatever could be imported as a token or a hash, and what is too long.
pub fn may_be_secret(name: &str) -> bool {
    let is_token = |word: &str| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let is_foreign = word.len() >= *FOREIGN_LENGTH.start() && word.bytes().all(|c| c.is_ascii_graphic());
        is_foreign || word.len() >= SHORT_TOKEN && digits >= ITS_DIGITS
    };
    name.chars().nth(MAX_NAME).is_some()
        || name.split_whitespace().any(is_token)
        || pasted::is_in_or_random(name)
}

/// The name as a message has it.
pub fn said(name: &str) -> Cow<'_, str> {
    match may_be_secret(name) {
        true => Cow::Borrowed(HIDDEN),
        false => Cow::Borrowed(name),
    }
}

/// `the second column` for 1, `column 11` for 10.
pub fn place(index: usize, what: &str) -> String {
    match ORDINALS.get(index) {
        Some(ordinal) => format!("the {ordinal} {what}"),
        None => format!("{what} {}", index + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Token, TokenHash, TokenKind};

    #[test]
    fn names_are_repeated_and_what_may_be_a_token_or_a_hash_is_not() {
        for name in [
            "",
            "colour",
            "API key",
            "Monthly revenue in 2026",
            "Kündigungsgrund",
            "createdAt",
            "line1Address",
        ] {
            assert_eq!(said(name), name);
        }
        let own = Token::from_entropy(TokenKind::User, [7; 32]);
        let hash = TokenHash::of("x").to_string();
        let uuid = uuid::Uuid::from_u128(7).to_string();
        let long = "x ".repeat(100);
        for secret in [
            own.expose(),
            "sk_live_51HqLyjWDarjtT1zdp7dcXYZ",
            "Bearer sk_live_51HqLyjWDarjtT1zdp7dcXYZ",
            "correct-horse-battery-staple",
            "ak29dlq83mzp",
            "5f4dcc3b5aa765d61d8327deb882cf99",
            "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
            hash.as_str(),
            uuid.as_str(),
            long.as_str(),
        ] {
            assert_eq!(said(secret), HIDDEN, "{secret}");
        }
    }

    #[test]
    fn places_are_named_in_words_or_by_their_number() {
        let places = [0, 1, 9, 10].map(|index| place(index, "column"));
        assert_eq!(
            places,
            [
                "the first column",
                "the second column",
                "the tenth column",
                "column 11"
            ]
        );
    }
}
