//! Reports of leaked keys, and the answer with them.

use jiff::Timestamp;
use keydeck::api::{Key, KeyEvent, KeyEventKind, Leak};
use keydeck::model::{LeakResponse, LeakSource, WhichToken};
use keydeck::tui::message::{Effect, LifecycleReply, LifecycleRequest, Message};
use uuid::Uuid;

use super::talk::Talk;

pub fn leak(number: u128, key: Key) -> Leak {
    Leak {
        id: Uuid::from_u128(9_000 + number),
        key,
        token: WhichToken::Current,
        source: LeakSource::Github,
        url: Some("https://github.com/acme/storefront/blob/0f1e2d3c4b5a/config/production.env#L3".into()),
        note: Some("content".into()),
        reported_at: Timestamp::from_second(1_795_000_000).expect("valid"),
        response: LeakResponse::Disabled,
        decided: None,
    }
}

impl Talk {
    /// Answers the oldest question for reports; where none is asked, something is done to a key first.
    pub fn answer_leaks(&mut self, leaks: Vec<Leak>) -> &mut Self {
        let is_question =
            |effect: &Effect| matches!(effect, Effect::Lifecycle(LifecycleRequest::ReadLeaks { .. }));
        if !self.effects.iter().any(is_question) {
            let (kind, key) = (KeyEventKind::Edited, Uuid::from_u128(1_001));
            self.tell(Message::Deck(KeyEvent { kind, key }));
        }
        let number = self.expect("question for reports of leaks", |effect| match effect {
            Effect::Lifecycle(LifecycleRequest::ReadLeaks { number }) => Some(*number),
            _ => None,
        });
        let result = Ok(leaks);
        self.tell(Message::OfLifecycle(LifecycleReply::LeaksRead { number, result }))
    }
}
