//! A secret in a field that is not for secrets is not drawn, neither whole nor in part.

use keydeck::model::{Scope, Secret, Token, TokenKind};
use keydeck::tui::message::Message;
use uuid::Uuid;

use crate::common::draw::*;
use crate::common::people::some_people;
use crate::common::talk::*;

#[test]
fn no_field_draws_a_secret() {
    let token = Token::from_entropy(TokenKind::User, [7; 32]);
    let web = Token::from_entropy(TokenKind::Key(Scope::Web), [8; 32]);
    let whole = web.secret(Some((Uuid::from_u128(50), "https://keys.acme.example")));
    let ways = [
        "/",
        "n",
        "nShop<Tab>",
        "nShop<Tab><Tab>",
        "nShop<Tab><Tab><Tab><Space><Tab>",
        "e",
        ":",
        "w",
        "Pn",
        "Pe",
        "Pv",
        "P/",
        "Un",
        "U/",
    ];
    for (width, height) in [(120, 36), (63, 17)] {
        for way in ways {
            for secret in [token.expose(), whole.expose()] {
                for around in ["", "TOKEN="] {
                    let mut talk = Talk::people(width, height, some_people());
                    talk.press("P");
                    talk.answer_list_of_projects(Ok(crate::common::lists::some_projects()));
                    talk.press("K").press(way);
                    talk.tell(Message::Paste(Secret::new(format!("{around}{secret}{around}"))));
                    for _ in 0..2 {
                        let screen = drawn(&talk);
                        let seen: String = screen.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
                        for at in (0..secret.len() - 12).filter(|at| secret.is_char_boundary(*at)) {
                            let part = &secret[at..at + 12];
                            let in_one = part.chars().all(|c| c.is_ascii_alphanumeric());
                            assert!(!in_one || !seen.contains(part), "{way} {around}: {screen}");
                        }
                        talk.press("<Tab>");
                    }
                }
            }
        }
    }
}
