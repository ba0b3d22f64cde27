//! What the dashboard and `keydeck key lookup` read where it is pasted: all that `scan` finds.

use super::disguises::{CODES, PACKED, TEXTS};
use super::*;
use crate::model::pasted;

#[test]
fn what_is_found_in_a_text_is_read_where_it_is_pasted() {
    let token = web();
    let whole = token.secret(Some((Uuid::nil(), "https://keys.acme.example")));
    for secret in [token.expose(), whole.expose()] {
        for (inner, below) in CODES.iter().chain(&TEXTS).chain(&PACKED) {
            let below = below(secret.as_bytes());
            for (outer, above) in CODES.iter().chain(TEXTS.iter().filter(|_| below.is_ascii())) {
                for text in [below.clone(), above(&below)] {
                    // Nobody can paste bytes that are no text.
                    let Ok(text) = String::from_utf8(text) else {
                        continue;
                    };
                    if search(text.as_bytes()).findings.is_empty() {
                        continue;
                    }
                    let read = pasted::token_in(&text).map(|token| token.hash());
                    assert_eq!(read, Some(token.hash()), "{inner} in {outer}");
                    assert!(!pasted::are_several_in(&text), "{inner} in {outer}");
                    let looked_up = pasted::secret_in(&text).map(|secret| pasted::read(&secret));
                    let looked_up = looked_up.map(|token| token.map(|token| token.hash()));
                    assert_eq!(looked_up, Some(Ok(token.hash())), "{inner} in {outer}");
                }
            }
        }
    }
    let other = Token::from_entropy(TokenKind::Key(Scope::Web), [8; 32]);
    let both = format!("{}\n{}", token.expose(), other.expose());
    for (what, disguise) in CODES.iter().chain(&TEXTS) {
        let text = String::from_utf8(disguise(both.as_bytes())).expect("text");
        assert!(pasted::are_several_in(&text), "{what}");
    }
}
