//! A secret in what somebody types or pastes where text is expected, so that it is never taken for text.
//!
//! [`secret_in`] is for where a secret may be meant, such as the filter, which looks it up: its beginning is
//! enough. [`refuse`] is for text that is kept and shown: every validator of such text calls it.

mod forms;

use zeroize::Zeroizing;

use self::forms::{TELLING, letters};
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
/// with invisible characters or white space in it, or base64 of either; and a whole token behind what copying and
/// software do to text: separators, the wrong direction, escapes, hexadecimal digits.
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
    has_part_of_token(solid.as_bytes()) || is_whole(&dense) || is_whole(&backwards)
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
    forms::from_base64(dense).any(|bytes| has_part_of_token(&bytes))
}

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
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};
    use proptest::prelude::*;
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

    /// What copying and software make of a token, on whose way it can be undone.
    fn disguises(token: &str) -> Vec<String> {
        let each = |form: fn(u32) -> String| -> String { token.chars().map(|c| form(c as u32)).collect() };
        let percent = each(|c| format!("%{c:02X}"));
        let hex = each(|c| format!("{c:02x}"));
        let split = |by: &str| -> String {
            let parts: Vec<String> = token
                .as_bytes()
                .chunks(5)
                .map(|part| String::from_utf8_lossy(part).into())
                .collect();
            parts.join(by)
        };
        let url_safe = BASE64_URL_SAFE_NO_PAD.encode(token);
        let mut all = vec![
            token.chars().rev().collect(),
            format!("\u{202e}{}\u{202c}", token.chars().rev().collect::<String>()),
            token.replace('_', "%5F"),
            token.replace('_', "%255f"),
            token.replace('_', "\\_"),
            token.replace('_', "\\u005f"),
            token.replace('_', "&#95;"),
            token.replace('_', "&#x5F;"),
            token.replace('_', "&lowbar;"),
            token.replace('_', "&amp;#95;"),
            token.replace('_', "=5F"),
            token.replace('_', "-"),
            token.replace('_', " "),
            token.replace('_', ""),
            percent.replace('%', "%25"),
            percent.replace('%', "%2525"),
            percent,
            each(|c| format!("&#{c};")),
            each(|c| format!("\\u{c:04x}")),
            each(|c| format!("\\u{{{c:x}}}")),
            each(|c| format!("\\x{c:02x}")),
            each(|c| format!("0x{c:02x}, ")),
            each(|c| format!("{c:02X}:")),
            each(|c| format!("{c:02x} ")),
            hex.to_uppercase(),
            format!("0x{hex}"),
            BASE64_STANDARD.encode(&hex),
            BASE64_STANDARD.encode(&url_safe),
            format!("{}=\r\n{}", &token[..30], &token[30..]),
            url_safe,
            hex,
        ];
        all.extend(["-", ".", " ", "_", "/", ":", "\n", " | ", "…", "\u{ad}", "\t- "].map(split));
        all
    }

    #[test]
    fn a_secret_is_known_behind_what_can_be_undone() {
        for kind in TokenKind::ALL {
            let token = Token::from_entropy(kind, [0xa7; 32]);
            for text in disguises(token.expose()) {
                for text in [text.clone(), format!("Checkout ({text})"), format!("key={text};")] {
                    assert!(is_in(&text), "{kind:?}: {text}");
                }
            }
        }
        let whole = token().secret(Some((Uuid::nil(), "https://keys.acme.example")));
        let hex: String = whole.expose().bytes().map(|b| format!("{b:02x}")).collect();
        let backwards: String = whole.expose().chars().rev().collect();
        for text in [
            hex,
            backwards,
            whole.expose().replace('=', "%3D"),
            BASE64_STANDARD.encode(whole.expose()),
        ] {
            assert!(is_in(&text), "{text}");
        }
    }

    proptest! {
        /// Names, and what programs make: ids, digests, encoded text that is no secret.
        #[test]
        fn what_is_no_secret_never_passes_for_one(
            name in "[A-Za-z0-9 ._/:%&#;=+-]{0,120}", words in "([a-z]{2,9}[-_ .]){1,12}(sdk|adk|kdw|kds)", bytes in any::<[u8; 32]>()
        ) {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let id = Uuid::from_slice(&bytes[..16]).expect("an id").to_string();
            let encoded = [BASE64_STANDARD.encode(bytes), BASE64_STANDARD.encode(&name)];
            for text in [name, words, hex, id.replace('-', ""), id].into_iter().chain(encoded) {
                prop_assert!(!is_in(&text), "{}", text);
            }
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
            "checkoutassistantofthestorefront_sdk",
            "kdw%5Fproduction",
            "kdw production of the shop front assistant on the second floor, all of it",
            "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "100% &amp; more = 0x2a \\ \\u00e9 &#x; &#999999999; %zz %",
            "6b64775f",
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
