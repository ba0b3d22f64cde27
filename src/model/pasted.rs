//! A secret in what somebody types or pastes where text is expected, so that it is never taken for text.

use zeroize::Zeroizing;

use super::token::NotAToken;
use super::{Secret, Token, TokenKind};

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
