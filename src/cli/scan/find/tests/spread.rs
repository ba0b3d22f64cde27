//! Secrets with something between their letters.

use super::disguises::folded;
use super::*;

#[test]
fn a_secret_is_found_whatever_white_space_is_in_it() {
    let token = web();
    let whole = token.secret(Some((Uuid::nil(), "https://keys.acme.example")));
    // So many letters tell where each begins.
    for (secret, least) in [(token.expose(), 4), (whole.expose(), 12)] {
        for width in least..=80 {
            for between in [" ", "  ", "\t", "\u{200b}", "\u{ad}", "\u{a0}", "\n", "\n  "] {
                let text = [&b"key: "[..], &folded(secret, width, between), b", and so on"].concat();
                let found = search(&text).findings;
                let hashes: Vec<_> = found.iter().map(|found| found.hash).collect();
                assert_eq!(hashes, [token.hash()], "{width} {between:?}");
                assert_eq!((found[0].line, found[0].column), (1, 6), "{width} {between:?}");
            }
            let (left, right) = secret.split_at(width.min(secret.len() - 1));
            assert_eq!(search(format!("{left} {right}").as_bytes()).findings.len(), 1);
        }
    }
}

#[test]
fn words_behind_a_beginning_are_no_secret() {
    let slip = web().expose().replace("dwVzm", "dwVzn");
    let slips = String::from_utf8(folded(&slip, 20, " ")).expect("text");
    for text in [
        "kdw_ is how the key of a page begins and kda_ how one of a report does, with many letters behind it",
        "eyJzb3VsSWQi is how a whole secret begins and this is no whole secret at all but a sentence about one",
        &slips,
    ] {
        assert_eq!(search(text.as_bytes()), FileMatches::default(), "{text}");
        assert_eq!(search(text.repeat(2000).as_bytes()), FileMatches::default());
    }
}
