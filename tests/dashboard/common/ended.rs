//! Keys that have ended, and what servers say of them.

use jiff::{SignedDuration, Timestamp};
use keydeck::api::{Key, KeyCheck, KeyRevocation, LastUse, PersonRef, RefusedSince, TokenCheck};
use keydeck::client::Error;
use keydeck::model::{KeyState, Rule, Scope, WhichToken};
use keydeck::tui::message::{Effect, Message, Timer, UsageReply, UsageRequest};
use uuid::Uuid;

use super::draw::look;
use super::talk::{Talk, ending, key};

pub fn ago(seconds: i64) -> Timestamp {
    look().now - SignedDuration::from_secs(seconds)
}

/// So many attempts since, the last of them so many seconds ago.
pub fn attempts(count: u64, seconds: i64) -> RefusedSince {
    RefusedSince {
        since: ago(3_600),
        count,
        last: (count > 0).then(|| LastUse {
            at: ago(seconds),
            address: "203.0.113.24".parse().ok(),
            origin: None,
        }),
    }
}

/// As the server tells of a key that jonas has revoked two minutes ago.
pub fn revoked(of: &Key, count: u64) -> Key {
    Key {
        state: KeyState::Revoked,
        revoked: Some(KeyRevocation {
            at: ago(120),
            by: PersonRef {
                id: Uuid::from_u128(4),
                email: "jonas@acme.example".into(),
            },
            reason: Some("leaked in a build log".into()),
        }),
        refused_since: Some(attempts(count, 3)),
        may: Default::default(),
        ..of.clone()
    }
}

/// Keys that were revoked one after the other, the newest first, some of them with a reason.
pub fn revoked_keys(count: u32) -> Vec<Key> {
    let one = |number: u32| {
        let scope = [Scope::Web, Scope::Analytics, Scope::Mobile][number as usize % 3];
        let mut key = revoked(
            &key(number, &format!("Old key {number:03}"), scope),
            u64::from(number % 4) * 1_204,
        );
        if let Some(revoked) = &mut key.revoked {
            revoked.at = ago(i64::from(number) * 40_000 + 120);
            revoked.reason = revoked.reason.take().filter(|_| number.is_multiple_of(2));
        }
        key
    };
    (0..count).map(one).collect()
}

pub fn expired_keys(count: u32) -> Vec<Key> {
    let one = |number: u32| Key {
        state: KeyState::Expired,
        refused_since: Some(attempts(u64::from(number), 300)),
        ..ending(
            key(number, &format!("Trial {number:03}"), Scope::Web),
            ago(i64::from(number) * 90_000 + 60),
        )
    };
    (0..count).map(one).collect()
}

/// What one server says when it has checked the key, or why it can't be asked.
pub type Said = (&'static str, Result<KeyCheck, Error>);

pub fn says(server: &'static str, rule: Result<Option<Rule>, Error>) -> Said {
    let said = rule.map(|rule| KeyCheck {
        at: ago(119),
        tokens: vec![TokenCheck {
            hint: "kdw_…x9Qz".into(),
            token: WhichToken::Current,
            rule: rule.map(|rule| rule.as_str().to_owned()),
            sentence: rule.map(|rule| rule.to_string()),
        }],
        refused_since: None,
    });
    (server, said)
}

impl Talk {
    /// Answers the oldest question how a key stands; which key it was about.
    pub fn answer_state(&mut self, result: Result<Key, Error>) -> Uuid {
        let (number, key) = self.expect("question for a key", |effect| match effect {
            Effect::Usage(UsageRequest::State { number, key }) => Some((*number, *key)),
            _ => None,
        });
        let result = result.map(Box::new);
        self.tell(Message::OfUsage(UsageReply::State { number, result }));
        key
    }

    /// The oldest question to each server, which are these.
    pub fn begin_checks(&mut self, servers: &[&str]) -> u64 {
        let number = self.expect("question to each server", |effect| match effect {
            Effect::Usage(UsageRequest::Check { number, .. }) => Some(*number),
            _ => None,
        });
        let servers = servers.iter().map(|host| (*host).to_owned()).collect();
        self.tell(Message::OfUsage(UsageReply::Checking { number, servers }));
        number
    }

    pub fn answer_check(&mut self, number: u64, server: usize, said: Result<KeyCheck, Error>) -> &mut Self {
        let result = said.map(Box::new);
        self.tell(Message::OfUsage(UsageReply::Checked {
            number,
            server,
            result,
        }))
    }

    /// Answers it, with what each of them says.
    pub fn answer_checks(&mut self, said: Vec<Said>) {
        let hosts: Vec<&str> = said.iter().map(|(host, _)| *host).collect();
        let number = self.begin_checks(&hosts);
        for (server, (_, said)) in said.into_iter().enumerate() {
            self.answer_check(number, server, said);
        }
    }

    /// The time comes at which the card asks again; after how long.
    pub fn ask_again(&mut self) -> std::time::Duration {
        let (pause, timer) = self.expect("a timer", |effect| match effect {
            Effect::After(pause, timer @ Timer::AskAgain(_)) => Some((*pause, *timer)),
            _ => None,
        });
        self.tell(Message::Due(timer));
        pause
    }

    /// Revokes the selected key, and is answered with what is left of it.
    pub fn revoke(&mut self, count: u64) -> Key {
        let key = self.app.selected().expect("a key").clone();
        self.press("d<Tab><Enter>");
        self.effects.clear();
        let left = revoked(&key, count);
        self.tell(Message::Revoked {
            id: key.id,
            result: Ok(Box::new(left.clone())),
        });
        left
    }
}
