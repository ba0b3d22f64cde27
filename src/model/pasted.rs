//! A secret in what somebody types or pastes where text is expected, so that it is never taken for text.
//!
//! [`secret_in`] is for where a secret may be meant, such as the filter, which looks it up: its beginning is
//! enough. [`refuse`] is for text that is kept and shown: every validator of such text calls it.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::token::{LENGTH, NotAToken};
use super::{Secret, Token, TokenKind, compared, shown};

/// How the whole secret of a Web or Mobile key begins: base64 of `{"soulId"`.
const WRAPPED: &str = "eyJzb3VsSWQi";

/// The secret in `text`, whole or as far as it is there, without what stands around it.
pub fn secret_in(text: &str) -> Option<Secret> {
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
    token.or_else(wrapped).or_else(|| in_another_order(text))
}

/// So many characters of a token are most of its randomness: no name has them by chance.
const TELLING: usize = 16;
/// What is shown and kept is read by everybody who may see it.
const REFUSAL: &str = "This has a secret in it (a keydeck token, or part of one), and this text is no place for secrets: leave it out.";

/// Refuses text that would be kept or shown with one of our secrets in it. The sentence repeats nothing of it.
pub fn refuse(text: &str) -> Result<(), String> {
    match is_in(text) {
        true => Err(REFUSAL.into()),
        false => Ok(()),
    }
}

/// Whether one of our secrets stands anywhere in `text`, whatever is around it: a token or most of one, also
/// with invisible characters or white space in it, or base64 of either.
pub fn is_in(text: &str) -> bool {
    // Nothing shorter is worth a look; this is asked with every key that is pressed in a field.
    if text.len() < TELLING {
        return false;
    }
    let plain = compared::compatible(text);
    let solid = Zeroizing::new(
        plain
            .chars()
            .filter(|&c| c == ' ' || shown::is_visible(c))
            .collect::<String>(),
    );
    let dense = Zeroizing::new(solid.chars().filter(|c| !c.is_whitespace()).collect::<String>());
    has_part_of_token(solid.as_bytes()) || has_whole_token(&dense) || has_wrapped_token(&dense)
}

/// A prefix of ours with many of a token's characters behind it.
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
    behind.any(|rest| rest.iter().take_while(|c| c.is_ascii_alphanumeric()).count() >= TELLING)
}

/// Letters of a prefix such as `kdw_`.
const PREFIX_BEFORE_UNDERSCORE: usize = 3;

/// A token with its checksum, without the white space that something broke it with.
fn has_whole_token(dense: &str) -> bool {
    let starts = dense.char_indices().filter(|(_, c)| *c == 'k');
    let mut tokens = starts.filter_map(|(at, _)| dense.get(at..at + LENGTH));
    tokens.any(|token| Token::parse(token).is_ok())
}

/// Base64 of a token, such as the whole secret of a Web key, wherever it begins in its run of letters.
fn has_wrapped_token(dense: &str) -> bool {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c);
    let runs = dense.split(|c| !is_base64(c)).filter(|run| run.len() > TELLING);
    let mut decoded = runs.flat_map(|run| {
        let standard = Zeroizing::new(run.replace('-', "+").replace('_', "/"));
        (0..4).filter_map(move |skipped| {
            let rest = standard.get(skipped..)?;
            let whole = rest.get(..rest.len() - rest.len() % 4)?;
            LENIENT.decode(whole).ok().map(Zeroizing::new)
        })
    });
    decoded.any(|bytes| has_part_of_token(&bytes))
}

/// Text that was cut has no padding, and its last bits may be anything.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads what [`secret_in`] found; what is wrong with it is told without a server.
pub fn read(secret: &Secret) -> Result<Token, String> {
    Token::presented(secret.expose()).map_err(|why| match why {
        NotAToken::Prefix => "This secret is cut, or a character of it is wrong: it can't be read.".into(),
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
mod tests {
    use base64::prelude::{BASE64_STANDARD, Engine};
    use uuid::Uuid;

    use super::*;
    use crate::model::Scope;

    fn token() -> Token {
        Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32])
    }

    fn found(text: &str) -> Option<String> {
        secret_in(text).map(|secret| secret.expose().to_owned())
    }

    #[test]
    fn a_secret_is_found_in_what_stands_around_it() {
        let token = token();
        let whole = token.secret(Some((Uuid::nil(), "https://keys.acme.example")));
        let (token, whole) = (token.expose(), whole.expose());
        for text in [
            token.to_owned(),
            format!("  {token}\n"),
            format!("KEYDECK_KEY=\"{token}\""),
            format!("x-sm-apikey: {token}"),
        ] {
            assert_eq!(found(&text).as_deref(), Some(token), "{text}");
        }
        let (left, right) = whole.split_at(76);
        for text in [whole.to_owned(), format!("key: {left}\n  {right}\n")] {
            assert_eq!(found(&text).as_deref(), Some(whole), "{text}");
        }
        let other = BASE64_STANDARD.encode(format!(r#"{{"authToken":"{token}"}}"#));
        assert_eq!(found(&other), Some(other));
    }

    #[test]
    fn it_is_known_in_full_width_letters_too() {
        let token = token();
        let wide = |c: char| char::from_u32(c as u32 + 0xfee0).filter(|_| c.is_ascii_graphic());
        let text: String = token.expose().chars().map(|c| wide(c).unwrap_or(c)).collect();
        assert!(is_in(&text) && is_in(&format!("Checkout {text}")));
    }

    #[test]
    fn its_beginning_is_enough() {
        for kind in TokenKind::ALL {
            assert_eq!(found(kind.prefix()).as_deref(), Some(kind.prefix()));
        }
        assert_eq!(found(WRAPPED).as_deref(), Some(WRAPPED));
    }

    #[test]
    fn text_is_text() {
        for text in [
            "",
            "shop",
            "kdw",
            "kdx_shop",
            "parkdw_",
            "idle:90d",
            "eyJzb3VsSWQ",
            "e30=",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn a_secret_is_in_text_whatever_stands_around_it() {
        for kind in TokenKind::ALL {
            let token = Token::from_entropy(kind, [0xa7; 32]);
            let whole = token.secret(Some((Uuid::nil(), "https://keys.acme.example")));
            for secret in [
                token.expose(),
                whole.expose(),
                &BASE64_STANDARD.encode(token.expose()),
            ] {
                let (left, right) = secret.split_at(secret.len() / 2);
                for text in [
                    secret.to_owned(),
                    format!("'\"{secret}\"'"),
                    format!("Authorization: Bearer {secret}"),
                    format!("TOKEN={secret};"),
                    format!("\u{feff}{secret}\u{200b}"),
                    format!("x{secret}y"),
                    format!("é{secret}é"),
                    format!("https://{secret}@acme.example/?key={secret}"),
                    format!("{left}\n  {right}"),
                    format!("{left}\u{200b}{right}"),
                ] {
                    assert!(is_in(&text), "{kind:?}: {text}");
                    let refusal = refuse(&text).expect_err("refused");
                    assert!(
                        !refusal.contains(&left[..8]) && refusal.ends_with('.'),
                        "{refusal}"
                    );
                }
            }
            assert!(is_in(&token.expose()[..LENGTH - 1]), "cut by one");
        }
    }

    #[test]
    fn a_name_with_a_prefix_in_it_is_a_name() {
        for text in [
            "",
            "kdw_ rotation of the storefront, with everything that follows from it",
            "kdw_production",
            "kdw_shop_front_assistant_of_the_second_floor",
            "Checkout assistant for the storefront in Auckland, New Zealand",
            "0193aa00-0000-7000-8000-000000000000",
            "https://shop.acme.example/a/long/path/without/anything/secret/in/it/at/all",
            "eyJzb3VsSWQiOiIwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDAifQ==",
            "キオスク 受付アシスタント",
        ] {
            assert_eq!(refuse(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn a_slip_is_told_without_a_server() {
        let token = token();
        let whole = token.secret(Some((Uuid::nil(), "https://keys.acme.example")));
        let said = |text: &str| read(&Secret::new(text)).err().unwrap_or_default();
        assert_eq!(said(token.expose()), "");
        assert_eq!(said(whole.expose()), "");
        let slip = token.expose().replace("1fJj", "1fjj");
        assert_eq!(said(&slip), "A character is wrong: the checksum does not fit.");
        assert!(said(&token.expose()[..50]).starts_with("This token is cut or too long"));
        assert!(said(&whole.expose()[..90]).starts_with("This secret is cut"));
    }
}
