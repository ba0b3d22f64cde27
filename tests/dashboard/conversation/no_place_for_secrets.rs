//! A secret that is typed or pasted where text belongs: it is said at once, and nothing of it is sent.

use keydeck::model::{Scope, Secret, Token, TokenKind};
use keydeck::tui::dialogs::Modal;
use keydeck::tui::message::{Effect, Message};
use keydeck::tui::state::form::Form;
use uuid::Uuid;

use crate::common::people::some_people;
use crate::common::talk::*;

fn secrets() -> Vec<String> {
    let mut secrets: Vec<String> = TokenKind::ALL
        .map(|kind| Token::from_entropy(kind, [7; 32]).expose().to_owned())
        .into();
    let web = Token::from_entropy(TokenKind::Key(Scope::Web), [8; 32]);
    let whole = web.secret(Some((Uuid::from_u128(50), "https://keys.acme.example")));
    secrets.push(whole.expose().to_owned());
    let around = secrets.clone().into_iter();
    secrets.extend(around.map(|secret| format!("my \"Bearer {secret}\" of today")));
    secrets
}

fn paste(talk: &mut Talk, text: &str) {
    talk.tell(Message::Paste(Secret::new(text)));
}

/// Typed letter by letter, as from a terminal without bracketed paste.
fn type_in(talk: &mut Talk, text: &str) {
    for c in text.chars().filter(|c| *c != '<') {
        talk.press(&c.to_string());
    }
}

fn sends(effect: &Effect) -> bool {
    let text = format!("{effect:?}");
    effect.is_change() || text.contains("kdw_") || text.contains("kdu_")
}

fn says_it(talk: &Talk) -> bool {
    let of_form = |form: &Form| {
        let mut errors = form.errors.0.iter();
        errors.any(|error| error.message.contains("secret"))
    };
    match talk.app.over.last() {
        Some(Modal::Form(form)) => {
            let errors = form.form.errors.0.iter().map(|error| error.message.as_str());
            let mut all = errors.chain(form.project().and_then(|project| project.error()));
            all.any(|error| error.contains("must not be stored here"))
        }
        Some(Modal::Sheet(sheet)) => of_form(&sheet.form),
        Some(Modal::Explain(explaining)) => of_form(&explaining.form),
        _ => false,
    }
}

#[test]
fn no_field_of_a_form_takes_a_secret() {
    let fields = [
        ("n", "the name of a key"),
        ("nShop<Tab>", "its project"),
        ("nShop<Tab><Tab>", "its domains"),
        ("nShop<Tab><Tab><Tab><Space><Tab>", "its address"),
        ("e", "the name of a key that is edited"),
        ("Pn", "the name of a project"),
        ("Pe", "the name of a project that is edited"),
        ("Pv", "the address of a session server"),
        ("Pv<Tab>", "the name of its key"),
        ("Un", "the address of a person"),
        ("w", "an origin that is tried"),
    ];
    for (way, field) in fields {
        for secret in secrets() {
            for by_typing in [false, true] {
                let mut talk = Talk::people(120, 36, some_people());
                talk.press("KP");
                talk.answer_list_of_projects(Ok(crate::common::lists::some_projects()));
                talk.press("K").press(way);
                talk.effects.clear();
                match by_typing {
                    true => type_in(&mut talk, &secret),
                    false => paste(&mut talk, &secret),
                }
                assert!(says_it(&talk), "{field}: {secret}: {:?}", talk.app.over.last());
                assert!(!format!("{:?}", talk.app).contains(&secret), "{field}");
                talk.press("<C-s>");
                let sent: Vec<_> = talk.effects.iter().filter(|effect| sends(effect)).collect();
                assert!(sent.is_empty(), "{field}: {sent:?}");
            }
        }
    }
}

#[test]
fn what_is_left_when_the_secret_is_gone_is_text_again() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("n");
    paste(&mut talk, &secrets()[0]);
    assert!(says_it(&talk));
    talk.press("<C-u>Kiosk");
    assert!(!says_it(&talk));
    let Some(Modal::Form(form)) = talk.app.over.last() else {
        panic!("no form")
    };
    assert_eq!(form.form.value("name"), "Kiosk");
}
