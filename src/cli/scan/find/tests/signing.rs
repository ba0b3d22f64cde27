//! The secrets of webhooks.

use super::disguises::{CODES, TEXTS, line};
use super::*;
use crate::model::webhook_secret::WrittenSigningSecret;

/// The secrets of some webhooks, each with and without its padding.
fn signing_secrets() -> impl Iterator<Item = (WrittenSigningSecret, [String; 2])> {
    (0..6_u8).map(|seed| {
        let bytes: Vec<u8> = (0..32_u8)
            .map(|n| n.wrapping_mul(37).wrapping_add(seed * 41))
            .collect();
        let whole = WrittenSigningSecret::text_of(&bytes).expose().to_owned();
        let bare = whole.trim_end_matches('=').to_owned();
        let (secret, _) = WrittenSigningSecret::at_beginning(whole.as_bytes()).expect("a secret");
        (secret, [whole, bare])
    })
}

#[test]
fn a_webhooks_secret_is_found_and_what_others_call_so_is_not() {
    for (secret, written) in signing_secrets() {
        for text in written {
            let found = search(format!("HOOK=\"{text}\"\n").as_bytes());
            let places: Vec<_> = found
                .findings
                .iter()
                .map(|found| (found.hash, found.column))
                .collect();
            assert_eq!(places, [(secret.hash(), 7)], "{text}");
            for (width, between) in [(20, "\n"), (40, "\r\n   "), (30, "\\\n"), (36, "\" +\n  \"")] {
                let lines = text.as_bytes().chunks(width).map(String::from_utf8_lossy);
                let folded = lines.collect::<Vec<_>>().join(between);
                let found = search(format!("key: \"{folded}\"\nnext: line\n").as_bytes());
                let hashes: Vec<_> = found.findings.iter().map(|found| found.hash).collect();
                assert_eq!(hashes, [secret.hash()], "{folded}");
            }
        }
    }
    for other in [
        "whsec_",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH",
        "whsec_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "const whsec_prefix_of_all_the_secrets_of_webhooks_that_there_are: &str",
    ] {
        assert_eq!(search(other.as_bytes()), FileMatches::default(), "{other}");
    }
}

#[test]
fn a_webhooks_secret_is_found_in_every_form_wherever_it_is_in_it() {
    for (secret, written) in signing_secrets() {
        for ((what, disguise), written) in CODES
            .iter()
            .chain(&TEXTS)
            .flat_map(|form| written.iter().map(move |text| (form, text)))
        {
            for before in [0, 1, 2, 3, 7] {
                let text = format!("{}{written}\n", &"password: \t"[..before]);
                let found = search(&line(&disguise(text.as_bytes())));
                let hashes: Vec<_> = found.findings.iter().map(|found| found.hash).collect();
                assert_eq!(hashes, [secret.hash()], "{what} behind {before}: {written}");
            }
        }
    }
}
