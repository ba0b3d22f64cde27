use std::cell::RefCell;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use uuid::Uuid;

use super::*;
use crate::model::{Scope, Token, TokenKind};

mod disguises;
mod pasted;
mod signing;
mod spread;
mod strange;

fn token(kind: TokenKind) -> Token {
    Token::from_entropy(kind, [7; 32])
}

fn web() -> Token {
    token(TokenKind::Key(Scope::Web))
}

fn search(bytes: &[u8]) -> FileMatches {
    thread_local! {
        static FINDER: RefCell<Finder> = RefCell::new(Finder::new().expect("built"));
    }
    let mut found = FileMatches::default();
    FINDER.with_borrow_mut(|finder| finder.search(bytes, &mut found).expect("read"));
    found
}

/// Where each token begins.
fn places(bytes: &[u8]) -> Vec<(u64, u64)> {
    let findings = search(bytes).findings;
    findings.iter().map(|found| (found.line, found.column)).collect()
}

#[test]
fn every_kind_of_token_is_told_by_line_and_column() {
    let mut text = String::from("\n");
    for kind in TokenKind::ALL {
        text.push_str(&format!("TOKEN=\"{}\"\n", token(kind).expose()));
    }
    let findings = search(text.as_bytes()).findings;
    assert_eq!(findings.len(), TokenKind::ALL.len());
    for (found, (line, kind)) in findings.iter().zip((2..).zip(TokenKind::ALL)) {
        let token = token(kind);
        let expected = Finding {
            member: None,
            line,
            column: 8,
            layers: Vec::new(),
            hash: token.hash(),
            secret: FoundSecret::Token(token),
        };
        assert_eq!(found, &expected);
    }
}

#[test]
fn a_whole_secret_is_found_by_the_token_in_it() {
    let secret = web().secret(Some((Uuid::nil(), "https://keys.acme.example")));
    let secret = secret.expose();
    for text in [
        format!("key: {secret}"),
        format!("key: {}\"", secret.trim_end_matches('=')),
        format!("key: {secret}abcdef"),
        format!("key: {}abcde", secret.trim_end_matches('=')),
    ] {
        let found = search(text.as_bytes());
        assert_eq!((found.findings.len(), found.misspelt), (1, 0), "{text}");
        assert_eq!(found.findings[0].hash, web().hash());
        assert_eq!((found.findings[0].line, found.findings[0].column), (1, 6));
    }
    let cut = search(&secret.as_bytes()[..secret.len() - 20]);
    assert_eq!(cut, FileMatches::default());
}

#[test]
fn a_secret_that_goes_on_in_the_next_line_is_found() {
    let token = web();
    let secret = token.secret(Some((Uuid::nil(), "https://keys.acme.example")));
    let secret = secret.expose();
    for text in [secret, secret.trim_end_matches('='), token.expose()] {
        for (width, between) in [
            (20, "\n"),
            (40, "\r\n   "),
            (30, "\\\n"),
            (45, "=\n"),
            (36, "\" +\n  \""),
            (50, "\\n"),
        ] {
            let lines = text.as_bytes().chunks(width).map(String::from_utf8_lossy);
            let folded = lines.collect::<Vec<_>>().join(between);
            let found = search(format!("key: \"{folded}\"\nnext: line\n").as_bytes());
            let hashes: Vec<_> = found.findings.iter().map(|found| found.hash).collect();
            assert_eq!(hashes, [token.hash()], "{folded}");
        }
    }
    // What follows is another secret, not the rest of this one.
    let two = format!(
        "{}\n{}\n{}\n",
        secret.trim_end_matches('='),
        token.expose(),
        token.expose()
    );
    assert_eq!(places(two.as_bytes()), [(1, 1), (2, 1), (3, 1)]);
}

#[test]
fn typing_errors_are_only_counted() {
    let slip = web().expose().replace("dwVzm", "dwVzn");
    let json = format!(r#"{{"soulId":"x","authToken":"{slip}"}}"#);
    let wrapped = BASE64_STANDARD.encode(json);
    for text in [&slip, &wrapped] {
        let found = search(text.as_bytes());
        assert_eq!((found.findings.len(), found.misspelt), (0, 1), "{text}");
    }
    for other in [
        "kdw_",
        "kdw_short",
        &format!("{slip}abc"),
        "eyJzb3VsSWQi",
        "eyJzb3VsSWQiOiJ4In0=",
    ] {
        assert_eq!(search(other.as_bytes()), FileMatches::default(), "{other}");
    }
}

#[test]
fn a_token_is_found_wherever_the_window_ends() {
    let token = web();
    let secret = token.secret(Some((Uuid::nil(), "https://keys.acme.example")));
    let step = WINDOW - LONGEST;
    for text in [token.expose(), secret.expose()] {
        for end in [step, WINDOW, step + WINDOW] {
            for before in (end - text.len() - 1..=end).step_by(5) {
                let mut bytes = vec![0x80; before];
                bytes.extend_from_slice(text.as_bytes());
                bytes.extend_from_slice(&[0; 3]);
                assert_eq!(places(&bytes), [(1, before as u64 + 1)], "{before}");
            }
        }
    }
}

#[test]
fn lines_are_counted_across_windows() {
    let mut bytes = vec![b'\n'; WINDOW + 5];
    bytes.extend_from_slice(web().expose().as_bytes());
    bytes.extend_from_slice(&vec![b'x'; WINDOW]);
    bytes.extend_from_slice(b"\n ");
    bytes.extend_from_slice(web().expose().as_bytes());
    let line = WINDOW as u64 + 6;
    assert_eq!(places(&bytes), [(line, 1), (line + 1, 2)]);
}

/// However the bytes that are looked at together lie on a fold, with its break or without.
#[test]
fn a_folded_token_is_found_wherever_it_begins() {
    let inner = BASE64_STANDARD.encode(web().expose());
    for encoded in [inner.clone(), BASE64_STANDARD.encode(inner)] {
        for width in [20, 40, 60, 76] {
            for between in ["\" +\n    \"", "\n      ", "\" \\\n\t\"", "\r\n  + "] {
                let lines = encoded.as_bytes().chunks(width);
                let lines: Vec<_> = lines.map(String::from_utf8_lossy).collect();
                for offset in 0..80 {
                    let text = format!("{}\n{}\n", "\0".repeat(offset), lines.join(between));
                    let found = search(text.as_bytes()).findings.len();
                    assert_eq!(found, 1, "at {offset}, folded at {width} by {between:?}");
                }
            }
        }
    }
}

#[test]
fn what_is_escaped_around_a_text_is_no_layer() {
    let twice = BASE64_STANDARD.encode(BASE64_STANDARD.encode(web().expose()));
    for (before, behind) in [
        ("%00\n", "\n%00"),
        ("\\\"", "\\\""),
        ("%22", "%22"),
        ("%20%22", "%22%2C%20%22"),
        ("&#34;", "&#34;"),
        ("\\u0022", "\\u0022"),
        ("{\\\"a\\\":\\\"", "\\\"}"),
    ] {
        let text = format!("{before}{twice}{behind}");
        let found = search(text.as_bytes()).findings;
        let layers: Vec<_> = found.iter().map(|found| &found.layers[..]).collect();
        assert_eq!(layers, [[TextLayer::Base64; 2]], "{text}");
    }
}
