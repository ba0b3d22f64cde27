//! The pure and the drawn ring: a key between its creation and its end. It expires, is disabled and enabled, and rotated.

mod disabling;
mod expiry;
mod lookup;
mod rotation;
mod views;

use jiff::{SignedDuration, Timestamp};
use keydeck::api::{Disabled, Key, KeyCounts, KeyRotation, LastUse, RotationUsage, TokenUsage, Usage};
use keydeck::client::Error;
use keydeck::model::{KeyState, Scope};
use keydeck::tui::dialogs::Modal;
use keydeck::tui::message::{Effect, LifecycleReply, LifecycleRequest, Message};

use crate::common::draw::*;
use crate::common::lists::person;
use crate::common::talk::*;
use crate::common::usage::*;

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// So many hours from now, by the clock of the screen.
fn in_hours(ahead: i64) -> Timestamp {
    look().now + hours(ahead)
}

/// A Web key that expires in so many hours, or has.
fn expiring(number: u32, name: &str, ahead: i64) -> Key {
    Key {
        state: if ahead > 0 {
            KeyState::Active
        } else {
            KeyState::Expired
        },
        ..ending(key(number, name, Scope::Web), in_hours(ahead))
    }
}

/// A day ago.
pub fn by_jonas(reason: Option<&str>) -> Disabled {
    Disabled {
        at: in_hours(-24),
        by: person(4, "jonas@acme.example"),
        reason: reason.map(str::to_owned),
    }
}

fn disabled(number: u32, name: &str, reason: Option<&str>) -> Key {
    Key {
        state: KeyState::Disabled,
        disabled: Some(by_jonas(reason)),
        ..key(number, name, Scope::Web)
    }
}

/// It began 19 hours ago and ends in 5 h.
pub fn for_a_day() -> KeyRotation {
    KeyRotation {
        started_at: in_hours(-19),
        ends_at: in_hours(5),
        old_hint: "kdw_…4BkS".into(),
        uses: None,
    }
}

fn rotating(number: u32, name: &str, scope: Scope) -> Key {
    Key {
        rotation: Some(for_a_day()),
        version: 2,
        ..key(number, name, scope)
    }
}

fn token_usage(allowed: u64, by_hour: impl Fn(usize) -> u64, last: Option<i64>) -> TokenUsage {
    TokenUsage {
        allowed,
        hours: (0..168)
            .map(|slot| if slot < 144 { 0 } else { by_hour(slot - 144) })
            .collect(),
        last_use: last.map(|seconds| LastUse {
            at: look().now - SignedDuration::from_secs(seconds),
            address: "203.0.113.7".parse().ok(),
            origin: Some("https://shop.acme.example".into()),
        }),
    }
}

/// Most requests have the new token; a few still have the old one.
fn metered() -> Usage {
    let old = token_usage(
        55,
        |hour| if hour < 10 { 5 } else { u64::from(hour == 23) * 3 },
        Some(200),
    );
    let new = token_usage(1_204, |hour| hour as u64 * 4, Some(20));
    Usage {
        rotation: Some(RotationUsage { old, new }),
        ..busy()
    }
}

/// Nobody has presented the new token.
fn not_changed_over() -> Usage {
    let old = token_usage(55, |_| 2, Some(200));
    Usage {
        rotation: Some(RotationUsage {
            old,
            new: token_usage(0, |_| 0, None),
        }),
        ..busy()
    }
}

/// Words on the screen, whatever lines they are broken into.
fn says(talk: &Talk, words: &str) -> bool {
    let letters = |text: &str| -> String {
        let is_letter = |c: &char| !c.is_whitespace() && !"│\"".contains(*c);
        text.chars().filter(is_letter).collect()
    };
    letters(&drawn(talk)).contains(&letters(words)) || details(talk).contains(&letters(words))
}

/// What the question over everything says.
fn question(talk: &Talk) -> &str {
    match talk.app.over.last() {
        Some(Modal::Question(question)) => &question.text,
        other => panic!("no question but {other:?}"),
    }
}

impl Talk {
    /// The oldest request that `wanted` recognises.
    fn lifecycle<T>(&mut self, what: &str, wanted: impl Fn(&LifecycleRequest) -> Option<T>) -> T {
        self.expect(what, |effect| match effect {
            Effect::Lifecycle(request) => wanted(request),
            _ => None,
        })
    }

    fn changes_asked(&self) -> usize {
        self.effects.iter().filter(|effect| effect.is_change()).count()
    }

    fn lifecycle_reply(&mut self, reply: LifecycleReply) -> &mut Self {
        self.tell(Message::OfLifecycle(reply))
    }

    /// Answers the oldest question how a key is now.
    fn answer_read(&mut self, result: Result<Key, Error>) -> &mut Self {
        let number = self.lifecycle("question for the key", |request| match request {
            LifecycleRequest::Read { number, .. } => Some(*number),
            _ => None,
        });
        let result = result.map(Box::new);
        self.lifecycle_reply(LifecycleReply::Read { number, result })
    }

    /// Answers the oldest question how many keys expire soon.
    fn answer_expiring(&mut self, result: Result<KeyCounts, Error>) -> &mut Self {
        let number = self.lifecycle("question for what expires", |request| match request {
            LifecycleRequest::CountExpiring { number } => Some(*number),
            _ => None,
        });
        self.lifecycle_reply(LifecycleReply::ExpiringCounted { number, result })
    }
}
