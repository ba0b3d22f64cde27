//! The signing secrets of webhooks (Standard Webhooks 1.0): `whsec_`, then random bytes in base64. Those that keydeck makes have
//! one length, by which they are told from others'; there is no checksum in them.

use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::{BASE64_STANDARD, Engine};
use zeroize::Zeroizing;

use super::{Secret, TokenHash};

pub const PREFIX: &str = "whsec_";
/// Of a secret that keydeck makes.
pub const BYTES: usize = 32;
/// In base64, without the padding.
const LETTERS: usize = (BYTES * 8).div_ceil(6);
/// How many characters a secret has at least: its padding may be lost.
pub const LENGTH: usize = PREFIX.len() + LETTERS;
/// Of 32 random bytes, hardly ever two are the same; a row of x in an example is one byte over and over.
const LEAST_DIFFERENT: usize = 16;

const PADDED_OR_NOT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A secret of the form that keydeck makes.
#[derive(Debug, Clone)]
pub struct WrittenSigningSecret(Secret);

impl WrittenSigningSecret {
    /// What a receiver is given, of these bytes.
    pub fn text_of(bytes: &[u8]) -> Secret {
        let encoded = Zeroizing::new(BASE64_STANDARD.encode(bytes));
        Secret::new(format!("{PREFIX}{}", *encoded))
    }

    /// The one that `text` begins with, with its padding or without, and how long it is there.
    pub fn at_beginning(text: &[u8]) -> Option<(Self, usize)> {
        let letters = text.strip_prefix(PREFIX.as_bytes())?;
        let (letters, behind) = letters.split_at_checked(LETTERS)?;
        if behind.first().copied().is_some_and(is_letter) {
            return None;
        }
        let bytes = PADDED_OR_NOT.decode(letters).map(Zeroizing::new).ok()?;
        let mut different = bytes.clone();
        different.sort_unstable();
        different.dedup();
        let padding = usize::from(behind.first() == Some(&b'='));
        let is_random = bytes.len() == BYTES && different.len() >= LEAST_DIFFERENT;
        is_random.then(|| (Self(Self::text_of(&bytes)), LENGTH + padding))
    }

    pub fn secret(&self) -> &Secret {
        &self.0
    }

    /// What may be shown of it: the prefix and the last four characters before the padding.
    pub fn hint(&self) -> String {
        let text = self.0.expose().trim_end_matches('=');
        format!("{PREFIX}…{}", &text[text.len() - 4..])
    }

    /// The same however it was written.
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.0.expose())
    }
}

/// Whether it is a letter of the base64 of a secret.
pub fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(length: usize) -> Vec<u8> {
        (0..length).map(|n| (n * 37 + 5) as u8).collect()
    }

    fn text(length: usize) -> String {
        WrittenSigningSecret::text_of(&bytes(length)).expose().to_owned()
    }

    #[test]
    fn a_secret_is_known_with_its_padding_or_without() {
        let whole = text(BYTES);
        let bare = whole.trim_end_matches('=');
        assert_eq!((whole.len(), bare.len()), (LENGTH + 1, LENGTH));
        for (written, length) in [
            (whole.clone(), LENGTH + 1),
            (bare.to_owned(), LENGTH),
            (format!("{whole}abc"), LENGTH + 1),
            (format!("{bare}\"}}"), LENGTH),
            (format!("{bare}_x"), LENGTH),
        ] {
            let (secret, taken) = WrittenSigningSecret::at_beginning(written.as_bytes()).expect("a secret");
            assert_eq!(taken, length, "{written}");
            assert_eq!(secret.hash(), TokenHash::of(&whole), "{written}");
            assert!(whole.contains(&secret.hint()[PREFIX.len() + '…'.len_utf8()..]));
            assert!(!format!("{secret:?}").contains(&whole[8..20]));
        }
    }

    #[test]
    fn what_others_make_or_write_as_an_example_is_none() {
        for other in [
            String::new(),
            PREFIX.to_owned(),
            // As Svix, Stripe and the specification's examples have them.
            text(24),
            text(31),
            text(33),
            text(64),
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
            format!("{PREFIX}{}", "x".repeat(LETTERS)),
            format!("{PREFIX}{}=", "A".repeat(LETTERS)),
            text(BYTES).replace("whsec_", "whsec-"),
            text(BYTES)[..LENGTH - 1].to_owned(),
            format!("{}x", &text(BYTES)[..LENGTH]),
            // Nothing encodes to this: bits are left over.
            format!("{}9=", &text(BYTES)[..LENGTH - 1]),
        ] {
            assert!(
                WrittenSigningSecret::at_beginning(other.as_bytes()).is_none(),
                "{other}"
            );
        }
    }
}
