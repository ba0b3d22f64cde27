//! Tokens and webhooks' secrets as they are written, and tokens in the base64 of a Web or Mobile key's whole secret.

use std::iter::successors;

use aho_corasick::BuildError;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::beginnings::Beginnings;
use super::found_secret::FoundSecret;
use super::{folds, spread};
use crate::model::Token;
use crate::model::token::{LENGTH, NotAToken};
use crate::model::webhook_secret::{self, WrittenSigningSecret};

/// More than the secret of a Web or Mobile key takes, however long its server's address.
pub const LONGEST: usize = 8 * 1024;
/// The shortest of what is looked for.
pub const SHORTEST: usize = {
    assert!(webhook_secret::LENGTH < LENGTH);
    webhook_secret::LENGTH
};
/// Text after the secret is ignored, whether or not it is separated from it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A token takes no more, with all that is between its letters.
const LONGEST_SPREAD: usize = 512;

pub enum Occurrence {
    Nothing,
    Misspelt,
    Secret(FoundSecret),
}

/// By what tokens are found.
#[derive(Debug, Clone)]
pub struct Tokens {
    beginnings: Beginnings,
}

impl Tokens {
    pub fn new() -> Result<Self, BuildError> {
        Ok(Self {
            beginnings: Beginnings::new()?,
        })
    }

    /// What begins before `until`: where, how many bytes it takes, and what it is.
    pub fn each(&self, bytes: &[u8], until: usize, mut take: impl FnMut(usize, usize, Occurrence)) {
        let mut behind = 0;
        while let Some(at) = self.beginnings.next(bytes, behind).filter(|at| *at < until) {
            let (occurrence, length) = self.look(&bytes[at..]);
            behind = at + length;
            take(at, length, occurrence);
        }
    }

    /// What it is that begins here, and how many bytes it takes.
    fn look(&self, bytes: &[u8]) -> (Occurrence, usize) {
        match bytes.first() {
            Some(b'e') => self.wrapped(bytes),
            Some(b'w') => signing(bytes),
            _ => bare(bytes),
        }
    }

    /// The token in the secret of a Web or Mobile key.
    fn wrapped(&self, bytes: &[u8]) -> (Occurrence, usize) {
        let length = bytes
            .iter()
            .take(LONGEST)
            .take_while(|byte| webhook_secret::is_letter(**byte))
            .count();
        let in_line = self.within(&bytes[..length]);
        if matches!(in_line, Occurrence::Secret(_)) {
            return (in_line, length);
        }
        let (text, over_lines) = folds::unfolded(
            &bytes[..bytes.len().min(LONGEST)],
            LONGEST,
            webhook_secret::is_letter,
        );
        if let Occurrence::Secret(secret) = self.within(&text) {
            return (Occurrence::Secret(secret), over_lines);
        }
        // Not across the next one, or many of them would be looked at by each.
        let nearest = bytes.len().min(LONGEST);
        let next = self.beginnings.next(&bytes[..nearest], 1).unwrap_or(nearest);
        let (text, spread) = spread::solid(&bytes[..next], LONGEST, webhook_secret::is_letter);
        match self.within(&text) {
            Occurrence::Secret(secret) => (Occurrence::Secret(secret), spread),
            Occurrence::Misspelt | Occurrence::Nothing => (in_line, length),
        }
    }

    /// The token in base64, whatever follows it there.
    fn within(&self, base64: &[u8]) -> Occurrence {
        // A single character at the end stands for nothing.
        let whole = if base64.len() % 4 == 1 {
            base64.len() - 1
        } else {
            base64.len()
        };
        let json = BASE64.decode(&base64[..whole]).map(Zeroizing::new);
        let json = json.as_ref().map_or(&[][..], |json| json.as_slice());
        let beginnings = successors(self.beginnings.next(json, 0), |at| {
            self.beginnings.next(json, at + 1)
        });
        let sightings = beginnings.map(|at| bare(&json[at..]).0);
        sightings.fold(Occurrence::Nothing, |best, next| match best {
            Occurrence::Secret(_) => best,
            Occurrence::Misspelt if !matches!(next, Occurrence::Secret(_)) => best,
            _ => next,
        })
    }
}

fn bare(bytes: &[u8]) -> (Occurrence, usize) {
    // Regardless of what is right before or after it: a matching checksum is no accident.
    let text = bytes.get(..LENGTH).and_then(|text| str::from_utf8(text).ok());
    let is_longer = bytes.get(LENGTH).is_some_and(u8::is_ascii_alphanumeric);
    match text.map(Token::parse) {
        Some(Ok(token)) => (Occurrence::Secret(FoundSecret::Token(token)), LENGTH),
        Some(Err(NotAToken::Checksum)) if !is_longer => (Occurrence::Misspelt, LENGTH),
        _ => folded(bytes),
    }
}

/// A token that goes on in the next line, or has something between its letters.
fn folded(bytes: &[u8]) -> (Occurrence, usize) {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let token = |(text, length): (Zeroizing<Vec<u8>>, usize)| {
        let token = Token::parse(str::from_utf8(&text).ok()?).ok()?;
        Some((Occurrence::Secret(FoundSecret::Token(token)), length))
    };
    let nearest = &bytes[..bytes.len().min(LONGEST_SPREAD)];
    token(folds::unfolded(bytes, LENGTH, belongs))
        .or_else(|| token(spread::solid(nearest, LENGTH, belongs)))
        .unwrap_or((Occurrence::Nothing, 1))
}

/// The secret of a webhook, also one that goes on in the next line.
fn signing(bytes: &[u8]) -> (Occurrence, usize) {
    let found = WrittenSigningSecret::at_beginning(bytes).or_else(|| {
        let belongs = |byte: u8| webhook_secret::is_letter(byte) || byte == b'_';
        let (text, length) = folds::unfolded(bytes, webhook_secret::LENGTH, belongs);
        let is_folded = text.len() < length;
        let (secret, _) = WrittenSigningSecret::at_beginning(&text).filter(|_| is_folded)?;
        Some((secret, length))
    });
    match found {
        Some((secret, length)) => (Occurrence::Secret(FoundSecret::Webhook(secret)), length),
        None => (Occurrence::Nothing, 1),
    }
}
