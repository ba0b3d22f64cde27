//! A pasted secret leads to its key, and says which of its tokens it is.

use keydeck::api::LookupAnswer;
use keydeck::model::{Secret, StateFilter, Token, TokenKind, WhichToken};

use super::*;

#[test]
fn a_pasted_secret_says_which_token_of_its_key_it_is_and_whether_that_is_refused() {
    let token = Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32]);
    let running = rotating(1, "Checkout", Scope::Web);
    for (answer, words) in [
        (
            LookupAnswer::of(key(1, "Checkout", Scope::Web), WhichToken::Current),
            "This is the secret of “Checkout”.",
        ),
        (
            LookupAnswer::of(running.clone(), WhichToken::New),
            "This is the new secret of “Checkout”, which is being rotated.",
        ),
        (
            LookupAnswer::of(running, WhichToken::Old),
            "This is the old secret of “Checkout”, valid until 2026-11-18",
        ),
        (
            LookupAnswer::of(disabled(1, "Checkout", None), WhichToken::Current),
            "This is the secret of “Checkout”. The key is disabled.",
        ),
        (
            LookupAnswer::of(expiring(1, "Checkout", -48), WhichToken::Current),
            "This is the secret of “Checkout”. The key has expired.",
        ),
    ] {
        let has_expired = matches!(answer, LookupAnswer::Expired { .. });
        let mut talk = Talk::with_keys(some_keys(10));
        talk.press("/");
        talk.effects.clear();
        talk.tell(Message::Paste(Secret::new(token.expose())));
        talk.answer_lookup(Ok(answer));
        assert!(talk.notice().starts_with(words), "{}", talk.notice());
        // Where it is found: expired keys are not among the others.
        let (_, _, list) = talk.page_question();
        assert_eq!(list.state, has_expired.then_some(StateFilter::Expired));
        assert_eq!(list.around, Some(key(1, "", Scope::Web).id));
    }
}
