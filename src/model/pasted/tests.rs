//! What is a secret, and what is a name.

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
    let hex = hex::encode(whole.expose());
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

/// A token as it may come after something took a part of it or changed its letters.
fn changed(token: &str) -> Vec<String> {
    let body = &token[4..];
    let each = |form: fn(char) -> char| token.chars().map(form).collect::<String>();
    let rot13 = |c: char| match c {
        'a'..='m' | 'A'..='M' => char::from(c as u8 + 13),
        'n'..='z' | 'N'..='Z' => char::from(c as u8 - 13),
        c => c,
    };
    let swapped = |c: char| match c.is_ascii_lowercase() {
        true => c.to_ascii_uppercase(),
        false => c.to_ascii_lowercase(),
    };
    vec![
        body.to_owned(),
        token[6..].to_owned(),
        token[12..].to_owned(),
        format!("kd\u{430}_{body}"),
        token.chars().flat_map(|c| [c, '\u{301}']).collect(),
        token.chars().flat_map(|c| [c, '\u{34f}']).collect(),
        each(swapped),
        each(rot13),
        format!("kdkda_a_{body}"),
        format!("Checkout{body}Assistant"),
    ]
}

#[test]
fn most_of_a_token_is_refused_whatever_became_of_the_rest() {
    for kind in TokenKind::ALL {
        for n in 0..30_u8 {
            let entropy = <[u8; 32]>::from(<sha2::Sha256 as sha2::Digest>::digest([n]));
            for text in changed(Token::from_entropy(kind, entropy).expose()) {
                assert!(refuse(&text).is_err(), "{kind:?}: {text}");
            }
        }
    }
}

#[test]
fn a_token_cut_by_12_characters_is_refused_but_for_one_in_a_thousand() {
    let tokens = TokenKind::ALL.into_iter().cycle().zip(0..2_000_u32);
    let accepted = tokens.flat_map(|(kind, n)| {
        let entropy = <[u8; 32]>::from(<sha2::Sha256 as sha2::Digest>::digest(n.to_be_bytes()));
        let token = Token::from_entropy(kind, entropy);
        let cut = [&token.expose()[12..], &token.expose()[..LENGTH - 12]];
        cut.map(|text| refuse(text).is_ok())
    });
    let accepted = accepted.filter(|is_accepted| *is_accepted).count();
    assert!(accepted <= 4, "{accepted} of 4,000");
}

proptest! {
    #[test]
    fn names_of_any_length_are_names(
        camel in "[a-z]{2,9}([A-Z][a-z]{2,9}[0-9]{0,3}){1,8}",
        // An acronym is a word, too.
        acronym in "(HTTP|API|UI|IoT|iOS)([A-Z][a-z]{3,9}){3,6}(URL|ID|V2)",
        snake in "([a-z]{2,9}_){1,8}[0-9]{0,4}",
        capitals in "([A-Z]{2,9}[0-9]{0,4}){1,8}",
        words in "([A-Z]?[a-z]{1,12}[ -]){1,9}20[0-9]{2}",
        base32 in "[A-Z2-7]{32,80}",
        bytes in any::<[u8; 32]>(),
    ) {
        let hex = hex::encode(bytes);
        let id = Uuid::from_slice(&bytes[..16]).expect("an id").to_string();
        for text in [
            format!("akdu_{camel}"), camel, acronym, snake, capitals, words, base32, id.to_uppercase(),
            id.replace('-', ""), id, format!("build{}", hex.to_uppercase()), hex.to_uppercase(), hex,
        ] {
            prop_assert_eq!(refuse(&text), Ok(()), "{}", text);
        }
    }

    /// Names, and what programs make: ids, digests, encoded text that is not a secret.
    #[test]
    fn what_is_no_secret_never_passes_for_one(
        name in "[A-Za-z0-9 ._/:%&#;=+-]{0,120}", words in "([a-z]{2,9}[-_ .]){1,12}(sdk|adk|kdw|kds)", bytes in any::<[u8; 32]>()
    ) {
        let hex = hex::encode(bytes);
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
        "akdu_internalToolingForTheWholeEngineeringDepartment",
        "kdw_internaltoolingforthewholeengineeringdepartment2026",
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
    assert!(said(&token.expose()[..50]).starts_with("This token is incomplete or too long"));
    assert!(said(&whole.expose()[..90]).starts_with("This secret is incomplete"));
}

#[test]
fn a_webhooks_secret_is_a_secret_too() {
    for seed in 0..30_u8 {
        let bytes = <[u8; 32]>::from(<sha2::Sha256 as sha2::Digest>::digest([seed]));
        let whole = webhook_secret::WrittenSigningSecret::text_of(&bytes);
        let whole = whole.expose();
        let bare = whole.trim_end_matches('=');
        for secret in [whole, bare, &whole[..30], &BASE64_STANDARD.encode(whole)] {
            for text in [
                secret.to_owned(),
                format!("'{secret}'"),
                format!("WEBHOOK_SECRET={secret};"),
                format!("x{secret}\u{200b}"),
            ] {
                assert!(is_in(&text) && refuse(&text).is_err(), "{text}");
            }
        }
        let escaped = whole.replace('_', "%5F").replace('+', "%2B").replace('/', "\\/");
        let backwards: String = whole.chars().rev().collect();
        for text in [escaped, backwards, hex::encode(whole)] {
            assert!(is_in(&text), "{text}");
        }
        for text in [
            whole.to_owned(),
            format!("  {whole}\n"),
            format!("secret: \"{whole}\""),
        ] {
            assert_eq!(found(&text).as_deref(), Some(whole), "{text}");
        }
        let said = read(&Secret::new(whole)).expect_err("no key has it");
        assert!(said.contains("webhook"), "{said}");
        assert!(crate::model::KeyToken::presented(whole).is_err());
    }
    // Another's secret, of another length.
    assert!(refuse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_err());
    for text in [
        "whsec_",
        "whsec_production",
        "whsec_storefront_and_all_that_follows_from_it",
        "whsec_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=",
        "the whsec_ of the storefront",
    ] {
        assert_eq!(refuse(text), Ok(()), "{text}");
    }
}
