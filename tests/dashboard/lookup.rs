//! The pure and the drawn ring: the words of the filter that ask for usage, and the key of a secret that is
//! pasted or typed into it.

mod ended;
mod words;

use crate::common::draw::*;
use crate::common::ended::revoked as was_revoked;
use crate::common::talk::*;
use base64::prelude::{BASE64_STANDARD, Engine};
use keydeck::api::{Key, LookupAnswer, ProblemType};
use keydeck::client::Error;
use keydeck::model::filter::WordValues;
use keydeck::model::{
    FieldError, FilterWords, Scope, Secret, StateFilter, Token, TokenHash, TokenKind, WhichToken,
};
use keydeck::tui::dialogs::Modal;
use keydeck::tui::dialogs::filter::Says;
use keydeck::tui::message::{Effect, Load, Message};
use keydeck::tui::state::Screen;
use uuid::Uuid;

fn token(kind: TokenKind) -> Token {
    Token::from_entropy(kind, [7; 32])
}

fn web_token() -> Token {
    token(TokenKind::Key(Scope::Web))
}

fn whole_secret() -> Secret {
    web_token().secret(Some((Uuid::from_u128(50), "https://keys.acme.example")))
}

fn paste(talk: &mut Talk, text: &str) {
    talk.tell(Message::Paste(Secret::new(text)));
}

fn active(key: Key) -> Result<LookupAnswer, Error> {
    Ok(LookupAnswer::Active {
        key: Box::new(key),
        token: WhichToken::Current,
    })
}

fn revoked() -> Result<LookupAnswer, Error> {
    let key = was_revoked(&key(9, "Checkout assistant", Scope::Web), 14);
    Ok(LookupAnswer::of(key, WhichToken::Current))
}

fn unknown() -> Result<LookupAnswer, Error> {
    Err(refused(ProblemType::NotFound, 404, "There is no such key."))
}

/// The last line of the screen.
fn hint(talk: &Talk) -> String {
    let screen = drawn(talk);
    let last = screen.lines().last().unwrap_or_default();
    last.trim_matches(['"', ' ']).to_owned()
}

fn line(talk: &Talk) -> &keydeck::tui::dialogs::FilterLine {
    match talk.app.over.first() {
        Some(Modal::Filter(line)) => line,
        other => panic!("no filter but {other:?}"),
    }
}

fn asks(talk: &Talk) -> bool {
    let asks = |effect: &Effect| {
        matches!(
            effect,
            Effect::LoadPage { .. } | Effect::LoadCounts { .. } | Effect::Usage(_)
        )
    };
    talk.effects.iter().any(asks)
}

/// One snapshot a size, named after the screen.
fn snapshots(screen: &str, lead_to: impl Fn(&mut Talk)) {
    for (width, height) in SIZES {
        let mut talk = Talk::sized(width, height, some_keys(60));
        lead_to(&mut talk);
        insta::assert_snapshot!(format!("{screen}_{width}x{height}"), drawn(&talk));
    }
}

#[test]
fn the_filter_says_what_it_takes() {
    snapshots("filter_empty", |talk| {
        talk.press("/");
    });
    snapshots("filter_unread", |talk| {
        talk.press("/");
        paste(talk, "shop refused:8");
    });
    snapshots("filter_help", |talk| {
        talk.press("/<F1>");
    });
}

#[test]
fn a_pasted_secret_is_looked_up_by_its_hash_and_its_row_selected() {
    for secret in [
        whole_secret(),
        Secret::new(format!(" {}\n", web_token().expose())),
    ] {
        let mut talk = Talk::with_keys(some_keys(10));
        talk.press("3/shop");
        talk.effects.clear();
        paste(&mut talk, secret.expose());
        let hash = talk.answer_lookup(active(key(700, "Far away", Scope::Web)));
        assert_eq!(hash, web_token().hash());
        assert!(talk.app.over.is_empty());
        assert_eq!(talk.notice(), "This is the secret of “Far away”.");
        let far_away = key(700, "Far away", Scope::Web);
        let question = talk
            .effects
            .iter()
            .rposition(|e| matches!(e, Effect::LoadPage { .. }));
        let Some(Effect::LoadPage {
            generation,
            load,
            list,
        }) = question.map(|at| talk.effects.remove(at))
        else {
            panic!("no question for its page");
        };
        assert_eq!(
            (load, list.around),
            (Load::Around(far_away.id), Some(far_away.id))
        );
        assert_eq!((list.q, list.scope), (None, None), "the filter is gone");
        let mut keys = some_keys(10);
        keys.insert(5, far_away);
        talk.tell(Message::Page {
            generation,
            load,
            result: Ok(part(keys, true, true)),
        });
        assert_eq!(talk.selected_name(), "Far away");
        assert!(!talk.app.browse.query.is_filtered());
    }
}

#[test]
fn a_pasted_token_of_another_product_is_looked_up_and_other_text_is_not() {
    let foreign = "sk_live_Zq3v8Lw0rT5yUxKc9NbM2hJp7Ds4Fg6AeR1t";
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/");
    talk.effects.clear();
    paste(&mut talk, &format!("{foreign}\n"));
    assert_eq!(talk.answer_lookup(unknown()), TokenHash::of(foreign));
    let (left, right) = foreign.split_at(20);
    for text in [
        format!("\"{foreign}\""),
        format!("Bearer {foreign}"),
        format!("{left}\n{right}\n"),
    ] {
        let mut talk = Talk::with_keys(some_keys(10));
        talk.press("/");
        paste(&mut talk, &text);
        assert_eq!(talk.answer_lookup(unknown()), TokenHash::of(foreign), "{text:?}");
    }
    for text in [
        "0193a3c5-0000-7000-8000-000000000000",
        "https://shop.acme.example:8443",
        "a-rather-long-name-of-a-key-for-the-storefront",
    ] {
        let mut talk = Talk::with_keys(some_keys(10));
        talk.press("/");
        paste(&mut talk, text);
        assert_eq!(line(&talk).text(), text);
    }
}

#[test]
fn a_secret_that_is_typed_is_looked_up_with_enter() {
    let mut talk = Talk::with_keys(some_keys(10));
    let text = web_token().expose().to_owned();
    talk.press("/").press(&text);
    assert_eq!(talk.app.browse.typed, "");
    assert!(
        hint(&talk).starts_with("A secret: it stays on this machine."),
        "{}",
        hint(&talk)
    );
    assert_eq!(line(&talk).text(), "");
    talk.press("<Enter>");
    assert_eq!(hint(&talk), "Looking for its key by the hash…");
    assert_eq!(talk.answer_lookup(unknown()), web_token().hash());
    assert!(hint(&talk).starts_with("Unknown here: no key that you may see has or had this secret."));
}

#[test]
fn a_secret_is_looked_up_in_whatever_form_it_is_pasted() {
    let secret = whole_secret();
    let secret = secret.expose();
    let trimmed = secret.trim_end_matches('=');
    let (left, right) = trimmed.split_at(76);
    for text in [
        trimmed.to_owned(),
        format!("{trimmed}%3D%3D"),
        format!("\"{secret}\","),
        format!("{left}\n    {right}\n"),
        format!("{left}\\\n{right}"),
        format!("https://api.acme.example/?key={}", secret.replace('=', "%3D")),
        BASE64_STANDARD.encode(web_token().expose()),
        BASE64_STANDARD.encode(secret),
    ] {
        let mut talk = Talk::with_keys(some_keys(3));
        talk.press("/");
        paste(&mut talk, &text);
        let hash = talk.answer_lookup(unknown());
        assert_eq!(hash, web_token().hash(), "{text:?}");
    }
}

#[test]
fn of_several_tokens_none_is_looked_up() {
    let other = token(TokenKind::Key(Scope::Mobile));
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("/");
    talk.effects.clear();
    paste(&mut talk, &format!("{} {}", web_token().expose(), other.expose()));
    assert_eq!(
        hint(&talk),
        "Several tokens are in this text: paste each by itself."
    );
    assert!(!asks(&talk) && line(&talk).text().is_empty());
}

#[test]
fn a_secret_typed_or_pasted_is_never_sent_drawn_or_told() {
    let secrets = [
        web_token().expose().to_owned(),
        whole_secret().expose().to_owned(),
    ];
    for secret in &secrets {
        let typed = |talk: &mut Talk| {
            talk.press(secret);
        };
        let pasted = |talk: &mut Talk| paste(talk, secret);
        let in_words = |talk: &mut Talk| paste(talk, &format!("my key is \"{secret}\", whose is it?"));
        let in_two = |talk: &mut Talk| {
            talk.press(&secret[..2]);
            paste(talk, &secret[2..]);
        };
        let ways: [&dyn Fn(&mut Talk); 4] = [&typed, &pasted, &in_words, &in_two];
        for (screen, enter) in ["", "P", "U"].into_iter().flat_map(|s| ways.map(|way| (s, way))) {
            let mut talk = Talk::with_keys(some_keys(10));
            talk.press(screen).press("/");
            enter(&mut talk);
            let screens = [
                drawn(&talk),
                drawn(talk.press("<Enter>")),
                drawn(talk.press("<F1>")),
            ];
            let told = format!("{:?} {:?}", talk.app, talk.effects);
            for shown in screens.iter().chain([&told]) {
                // Its beginning is the same for all; no stretch of the rest may be seen.
                for at in (16..secret.len() - 6).step_by(3) {
                    assert!(
                        !shown.contains(&secret[at..at + 6]),
                        "{}: {shown}",
                        &secret[at..at + 6]
                    );
                }
            }
            assert!(talk.usage_questions() > 0, "it is looked up by its hash");
        }
    }
}

#[test]
fn a_slip_is_told_without_a_server() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/");
    talk.effects.clear();
    paste(&mut talk, &web_token().expose().replace("1fJj", "1fjj"));
    assert_eq!(hint(&talk), "A character is wrong: the checksum does not fit.");
    paste(&mut talk, "x");
    assert!(
        hint(&talk).starts_with("This token is incomplete or too long"),
        "{}",
        hint(&talk)
    );
    assert!(!asks(&talk));
    talk.press("<C-u>shop");
    assert_eq!(talk.app.browse.typed, "shop", "it is text again");
}

#[test]
fn a_secret_pasted_again_takes_the_place_of_the_one_with_a_slip() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/");
    paste(&mut talk, &whole_secret().expose()[..100]);
    assert!(
        hint(&talk).starts_with("This secret is incomplete"),
        "{}",
        hint(&talk)
    );
    paste(&mut talk, whole_secret().expose());
    assert_eq!(talk.answer_lookup(revoked()), web_token().hash());
}

#[test]
fn a_secret_pasted_in_two_parts_is_one() {
    let mut talk = Talk::with_keys(some_keys(10));
    let secret = whole_secret();
    talk.press("/");
    paste(&mut talk, &secret.expose()[..100]);
    paste(&mut talk, &secret.expose()[100..]);
    assert_eq!(talk.answer_lookup(revoked()), web_token().hash());
}

#[test]
fn a_new_role_leaves_no_word_that_nobody_finishes() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/shop refused:");
    let mut me = owner();
    me.user.role = keydeck::model::Role::Support;
    talk.tell(Message::Me(Ok(me)));
    assert!(talk.app.over.is_empty() && !talk.app.browse.query.is_filtered());
    assert_eq!(talk.app.browse.typed, "");
}

#[test]
fn rows_that_do_not_match_are_told_for_what_was_asked() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/refused");
    while talk.effects.iter().any(|e| matches!(e, Effect::LoadPage { .. })) {
        talk.answer_page(Ok(page(Vec::new())));
    }
    talk.press(":tod");
    let screen = drawn(&talk);
    assert!(screen.contains("No key matches “refused”"), "{screen}");
}

#[test]
fn a_token_of_a_person_or_a_gateway_is_named_for_what_it_is() {
    for (kind, what) in [
        (
            TokenKind::User,
            "This is a person's sign-in token, not an API key",
        ),
        (TokenKind::Gateway, "This is a gateway's token, not an API key"),
        (
            TokenKind::SessionServer,
            "This is a session server's token, not an API key",
        ),
    ] {
        let mut talk = Talk::with_keys(some_keys(10));
        talk.press("/");
        talk.effects.clear();
        paste(&mut talk, token(kind).expose());
        assert!(hint(&talk).starts_with(what), "{}", hint(&talk));
        assert!(!asks(&talk));
    }
}

#[test]
fn without_an_answer_enter_asks_again() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/");
    paste(&mut talk, whole_secret().expose());
    talk.answer_lookup(Err(offline()));
    assert!(
        hint(&talk).ends_with("connection refused. Enter tries again."),
        "{}",
        hint(&talk)
    );
    talk.press("<Enter>");
    assert_eq!(talk.answer_lookup(revoked()), web_token().hash());
}

#[test]
fn an_answer_that_nobody_waits_for_goes_nowhere() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/");
    paste(&mut talk, whole_secret().expose());
    talk.press("<Esc>/shop");
    talk.answer_lookup(active(key(700, "Far away", Scope::Web)));
    assert_eq!((talk.app.browse.typed.as_str(), talk.notice()), ("shop", ""));
}

#[test]
fn a_secret_in_the_filter_of_another_screen_leads_to_its_key_too() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("P/");
    talk.effects.clear();
    paste(&mut talk, web_token().expose());
    assert!(
        !talk.effects.iter().any(|e| matches!(e, Effect::Projects(_))),
        "nothing is searched"
    );
    talk.answer_lookup(active(key(700, "Far away", Scope::Web)));
    assert_eq!(talk.app.screen, Screen::Keys);
    assert!(matches!(talk.page_question().1, Load::Around(_)));
}

#[test]
fn while_it_is_looked_up_help_may_lie_over_it() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/");
    paste(&mut talk, web_token().expose());
    talk.press("<F1>");
    talk.answer_lookup(unknown());
    talk.press("<Esc>");
    assert!(matches!(line(&talk).says, Some(Says::Sentence(_))));
}

#[test]
fn secrets_in_the_filter() {
    snapshots("secret_typed", |talk| {
        talk.press("/").press(&web_token().expose()[..40]);
    });
    snapshots("secret_slip", |talk| {
        talk.press("/");
        paste(talk, &web_token().expose().replace("1fJj", "1fjj"));
    });
    snapshots("secret_revoked", |talk| {
        talk.press("/");
        paste(talk, whole_secret().expose());
        talk.answer_lookup(revoked());
    });
}

#[test]
fn no_size_is_too_small_for_what_the_filter_says() {
    let sizes = (0..=40).flat_map(|width| (0..=12).map(move |height| (width, height)));
    for (width, height) in sizes {
        let mut talk = Talk::sized(width, height, some_keys(3));
        talk.press("/");
        drawn(&talk);
        paste(&mut talk, whole_secret().expose());
        drawn(&talk);
        talk.answer_lookup(revoked());
        drawn(&talk);
    }
}
