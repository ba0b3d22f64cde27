//! A secret in what somebody types or pastes where text is expected, so that it is never taken for text.
//!
//! [`secret_in`] is for where a secret may be meant, such as the filter, which looks it up: its beginning is
//! enough. [`refuse`] is for text that is kept and shown: every validator of such text calls it.

mod below;
pub mod escapes;
pub mod foreign;
mod forms;
mod random;
mod whole;

use zeroize::Zeroizing;

pub use self::below::{are_several_in, hinted};
use self::forms::{TELLING, letters};
pub use self::whole::{presented, token_in};
use super::token::{LENGTH, NotAToken};
use super::{Secret, Token, TokenKind, compared, shown, webhook_secret};

/// How the whole secret of a Web or Mobile key begins: base64 of `{"soulId"`.
const WRAPPED: &str = "eyJzb3VsSWQi";

/// The secret in `text`, whole or as far as it is there, without the text around it. Of a whole one that can't be read as it
/// lies there, its token.
pub fn secret_in(text: &str) -> Option<Secret> {
    let found = begun_in(text);
    match found.as_ref().map(|secret| Token::presented(secret.expose())) {
        Some(Ok(_)) => found,
        Some(Err(_)) | None => {
            let token = token_in(text).map(|token| Secret::new(token.expose()));
            token.or(found).or_else(|| below::signing_secret_in(text))
        }
    }
}

fn begun_in(text: &str) -> Option<Secret> {
    let tokens = TokenKind::ALL.into_iter().map(TokenKind::prefix);
    let token = tokens
        .filter_map(|prefix| behind_a_gap(text, prefix))
        .next()
        .map(|from| run(from, |c| c.is_ascii_alphanumeric() || c == '_'));
    let wrapped = || {
        // Mail and terminals break it into lines.
        let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
        behind_a_gap(text, WRAPPED).map(|from| run(from, is_base64))
    };
    let signing = || {
        let belongs = |c: char| c.is_ascii_alphanumeric() || "+/=_".contains(c);
        behind_a_gap(text, webhook_secret::PREFIX).map(|from| run(from, belongs))
    };
    let found = token.or_else(wrapped).or_else(signing);
    found.or_else(|| in_another_order(text))
}

/// Text that is stored and shown is read by everybody who may see it.
const REFUSAL: &str =
    "This contains a secret (a token, or most of one), which must not be stored here: leave it out.";

/// Refuses text with a keydeck secret in it. The message repeats nothing of it.
pub fn refuse(text: &str) -> Result<(), String> {
    match is_in_or_random(text) {
        true => Err(REFUSAL.into()),
        false => Ok(()),
    }
}

/// The same for text in which other random characters belong: another program's key or id.
pub fn refuse_ours(text: &str) -> Result<(), String> {
    match is_in(text) {
        true => Err(REFUSAL.into()),
        false => Ok(()),
    }
}

/// Whether [`refuse`] refuses it.
pub fn is_in_or_random(text: &str) -> bool {
    is_in(text) || random::is_in(text)
}

/// Whether one of our secrets is anywhere in `text`, whatever is around it: a token or a webhook's secret or most of one, also
/// with invisible characters or white space in it, or base64 of either; and a whole token in what copying and
/// software make of text: separators, the wrong direction, escapes, hexadecimal digits.
pub fn is_in(text: &str) -> bool {
    // Nothing shorter is worth a look; this is asked with every key that is pressed in a field.
    if text.len() < TELLING {
        return false;
    }
    is_behind(&compared::compatible(text), FORMS)
}

/// So many forms may lie one over the other: base64 of what was escaped for a URL twice.
const FORMS: u32 = 3;

fn is_behind(text: &str, forms: u32) -> bool {
    is_here(text) || forms > 0 && forms::undone(text).any(|text| is_behind(&text, forms - 1))
}

fn is_here(text: &str) -> bool {
    let visible = text.chars().filter(|&c| c == ' ' || shown::is_visible(c));
    let solid = Zeroizing::new(visible.collect::<String>());
    let dense = Zeroizing::new(solid.chars().filter(|c| !c.is_whitespace()).collect::<String>());
    let backwards = Zeroizing::new(dense.chars().rev().collect::<String>());
    let is_whole = |dense: &str| {
        let letters = Zeroizing::new(letters(dense));
        has_spread_token(&letters) || has_wrapped_token(dense) || has_wrapped_token(&letters)
    };
    has_part_of_token(solid.as_bytes())
        || has_part_of_signing_secret(solid.as_bytes())
        || has_part_of_signing_secret(backwards.as_bytes())
        || is_whole(&dense)
        || is_whole(&backwards)
}

/// A keydeck prefix followed by many of a token's characters.
fn has_part_of_token(text: &[u8]) -> bool {
    let is_prefix = |at: usize| {
        let mut prefixes = TokenKind::ALL.into_iter().map(TokenKind::prefix);
        prefixes.any(|prefix| text[at..].starts_with(prefix.as_bytes()))
    };
    let underscores = text.iter().enumerate().filter(|(_, c)| **c == b'_');
    let mut behind = underscores.filter_map(|(at, _)| {
        let from = at.checked_sub(PREFIX_BEFORE_UNDERSCORE)?;
        is_prefix(from).then_some(&text[at + 1..])
    });
    behind.any(|rest| {
        let length = rest.iter().take_while(|c| c.is_ascii_alphanumeric()).count();
        length >= TELLING && !random::is_of_words(&rest[..length.min(LENGTH - PREFIX_BEFORE_UNDERSCORE - 1)])
    })
}

/// The prefix of a webhook's secret, keydeck's or another's, followed by many of its letters.
fn has_part_of_signing_secret(text: &[u8]) -> bool {
    let prefix = webhook_secret::PREFIX.as_bytes();
    let mut found = memchr::memmem::find_iter(text, prefix).map(|at| &text[at + prefix.len()..]);
    found.any(|rest| {
        let letters = rest.iter().take_while(|byte| webhook_secret::is_letter(**byte));
        let length = letters.count();
        length >= TELLING && !random::is_of_words(&rest[..length.min(webhook_secret::LENGTH)])
    })
}

/// Letters of a prefix such as `kdw_`.
const PREFIX_BEFORE_UNDERSCORE: usize = 3;

/// A token with its checksum, by which no other letters pass for one: also where its underscore is lost.
fn has_spread_token(letters: &str) -> bool {
    let starts = letters.match_indices('k').map(|(at, _)| at);
    let mut spread = starts.filter_map(|at| letters.get(at..at + LENGTH - 1));
    spread.any(|spread| {
        let (prefix, rest) = spread.split_at(PREFIX_BEFORE_UNDERSCORE);
        let is_prefix = |kind: TokenKind| kind.prefix().strip_suffix('_') == Some(prefix);
        let token = || Zeroizing::new(format!("{prefix}_{rest}"));
        TokenKind::ALL.into_iter().any(is_prefix) && Token::parse(&token()).is_ok()
    })
}

/// Base64 of a token, such as the whole secret of a Web key.
fn has_wrapped_token(dense: &str) -> bool {
    forms::from_base64(dense).any(|bytes| has_part_of_token(&bytes) || has_part_of_signing_secret(&bytes))
}

/// Reads what [`secret_in`] found; what is wrong with it is said without a server.
pub fn read(secret: &Secret) -> Result<Token, String> {
    if secret.expose().starts_with(webhook_secret::PREFIX) {
        return Err("This is a webhook's secret, not an API key; it stays on this machine.".into());
    }
    Token::presented(secret.expose()).map_err(|why| match why {
        NotAToken::Prefix => {
            "This secret is incomplete, or a character of it is wrong: it can't be read.".into()
        }
        other => sentence(&other.to_string()),
    })
}

/// `text` from where `prefix` stands in it, unless a letter or digit stands before.
fn behind_a_gap<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let mut found = text.match_indices(prefix).map(|(at, _)| text.split_at(at));
    let (_, from) = found.find(|(before, _)| !before.ends_with(|c: char| c.is_ascii_alphanumeric()))?;
    Some(from)
}

/// The characters that belong to it, across white space within.
fn run(from: &str, belongs: impl Fn(char) -> bool) -> Secret {
    let mut run = Zeroizing::new(String::with_capacity(from.len()));
    let solid = from.chars().filter(|c| !c.is_whitespace());
    run.extend(solid.take_while(|&c| belongs(c)));
    Secret::new(run.as_str())
}

/// A whole secret whose fields somebody wrote in another order.
fn in_another_order(text: &str) -> Option<Secret> {
    let text = text.trim();
    match Token::presented(text) {
        Err(NotAToken::Prefix) => None,
        Ok(_) | Err(_) => Some(Secret::new(text)),
    }
}

fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    format!("{}.", first.into_iter().chain(chars).collect::<String>())
}

#[cfg(test)]
mod tests;
