//! Whole secrets in the forms in which they are pasted and presented.

use base64::prelude::{BASE64_STANDARD, Engine};
use proptest::prelude::*;
use uuid::Uuid;

use crate::model::pasted::{is_in, presented, read, secret_in, token_in};
use crate::model::{Scope, Secret, Token, TokenKind};

fn token() -> Token {
    Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32])
}

/// What mail, shells, URLs, editors and people make of a secret.
fn disguises(secret: &str) -> Vec<String> {
    let trimmed = secret.trim_end_matches('=');
    let folded = |width: usize, between: &str| {
        let lines = secret.as_bytes().chunks(width).map(String::from_utf8_lossy);
        lines.collect::<Vec<_>>().join(between)
    };
    let escaped = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_string()
        } else {
            format!("%{:02X}", c as u32)
        }
    };
    let percent: String = secret.chars().map(escaped).collect();
    vec![
        trimmed.to_owned(),
        percent.clone(),
        percent.replace('%', "%25"),
        secret.replace('=', "\\u003d"),
        folded(20, "\n"),
        folded(64, "\r\n"),
        folded(76, "\n    "),
        folded(30, "\\\n"),
        folded(25, " "),
        folded(5, "\u{200b}"),
        format!("\"{secret}\""),
        format!("'{trimmed}'"),
        format!("`{secret}`"),
        format!("“{secret}”"),
        format!("«{percent}»"),
        format!("{secret},"),
        format!("key: {secret}"),
        format!("KEYDECK_KEY=\"{secret}\";"),
        format!("{{\"key\": \"{trimmed}\"}}"),
        format!("https://api.acme.example/?key={percent}&page=2"),
        format!("\u{feff}{secret}"),
        format!("{secret}\u{a0}"),
    ]
}

#[test]
fn a_whole_secret_is_read_in_every_disguise() {
    for kind in TokenKind::ALL {
        let token = Token::from_entropy(kind, [7; 32]);
        // Addresses of three lengths: with no, one and two signs of padding.
        let servers = [
            "https://keys.acme.example",
            "https://keys.acme.example/a",
            "https://keys.acme.example/ab",
        ];
        let secrets = servers.map(|server| token.secret(Some((Uuid::nil(), server))));
        let texts = secrets.iter().map(Secret::expose).chain([token.expose()]);
        for text in texts.flat_map(disguises) {
            let read = secret_in(&text).map(|secret| read(&secret).map(|token| token.hash()));
            assert_eq!(read, Some(Ok(token.hash())), "{text:?}");
            assert!(is_in(&text), "{text:?}");
        }
    }
}

#[test]
fn a_key_is_presented_alone() {
    let token = token();
    let whole = token.secret(Some((Uuid::nil(), "https://keys.acme.example")));
    let (token, whole) = (token.expose(), whole.expose());
    let trimmed = whole.trim_end_matches('=');
    for text in [
        token.to_owned(),
        whole.to_owned(),
        trimmed.to_owned(),
        format!("\"{token}\""),
        format!("'{trimmed}'"),
        format!("“{whole}”"),
        whole.replace('=', "%3D"),
        whole.replace('=', "%3d"),
        format!("{} {}", &whole[..76], &whole[76..]),
        format!("{}\t  {}", &trimmed[..76], &trimmed[76..]),
        format!("\u{200b}{token}"),
    ] {
        assert_eq!(
            presented(&text).map(|token| token.hash()).ok(),
            Some(token_in(token).expect("one").hash()),
            "{text:?}"
        );
    }
    for text in [
        format!("{token}{token}"),
        format!("{token} {token}"),
        format!("{token},{token}"),
        format!("{token}%20x"),
        format!("{whole}{whole}"),
        format!("{whole} {token}"),
        format!("key={token}"),
        format!("{token}%"),
        format!("{token}%zz"),
        format!("{token}%C3"),
        BASE64_STANDARD.encode(whole),
        token[1..].to_owned(),
        trimmed[..trimmed.len() - 1].to_owned(),
    ] {
        assert!(presented(&text).is_err(), "{text:?}");
    }
}

proptest! {
    /// A secret that is folded anywhere, and however wide, is the same.
    #[test]
    fn a_folded_secret_is_read(width in 1usize..120, between in "(\\r?\\n *|\\\\\\n *| |\u{200b})", server in "[a-z]{1,30}") {
        let token = token();
        let whole = token.secret(Some((Uuid::nil(), &format!("https://{server}.example"))));
        for secret in [token.expose(), whole.expose(), whole.expose().trim_end_matches('=')] {
            let lines = secret.as_bytes().chunks(width).map(String::from_utf8_lossy);
            let text = lines.collect::<Vec<_>>().join(&between);
            let found = token_in(&text).map(|token| token.hash());
            prop_assert_eq!(found, Some(token.hash()), "{}", text);
        }
    }
}
