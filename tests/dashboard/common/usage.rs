//! Keys in use: how one was used, and answers to what is asked about that.

use jiff::{SignedDuration, Timestamp};
use keydeck::api::{Explain, LastUse, LookupAnswer, RefusedBy, Usage, UsageSeries, UsageSource, Verdict};
use keydeck::client::Error;
use keydeck::model::TokenHash;
use keydeck::tui::message::{Effect, Message, UsageReply, UsageRequest};
use uuid::Uuid;

use super::talk::Talk;

/// Where the tests stand in time: 18 Nov 2026, 11:10 UTC.
const NOW: i64 = 1_795_000_200;

fn at(seconds_ago: i64) -> Timestamp {
    Timestamp::from_second(NOW - seconds_ago).expect("valid")
}

/// `slots` slots of `length`, the last of which is the current one.
fn series(
    slots: usize,
    length: SignedDuration,
    allowed: impl Fn(usize) -> u64,
    refused: impl Fn(usize) -> u64,
) -> UsageSeries {
    let seconds = length.as_secs();
    let current = NOW - NOW.rem_euclid(seconds);
    UsageSeries {
        from: Timestamp::from_second(current - (slots as i64 - 1) * seconds).expect("valid"),
        allowed: (0..slots).map(allowed).collect(),
        refused: (0..slots).map(refused).collect(),
    }
}

fn source(name: &str, seconds_ago: i64) -> UsageSource {
    UsageSource {
        name: name.into(),
        last_used_at: at(seconds_ago),
    }
}

fn rule(rule: &str, sentence: &str, count: u64) -> RefusedBy {
    RefusedBy {
        rule: rule.into(),
        sentence: sentence.into(),
        count,
    }
}

/// A Web key that is busy by day, and refused now and then.
pub fn busy() -> Usage {
    let hour = SignedDuration::from_hours(1);
    let by_hour = |slot: usize| match slot % 24 {
        ..8 => 0,
        _ => [2, 8, 18, 14, 20, 6, 8][slot / 24],
    };
    let by_day = |slot: usize| {
        if slot % 7 > 4 {
            12
        } else {
            150 + (slot as u64 * 37) % 90
        }
    };
    Usage {
        hours: series(168, hour, by_hour, |slot| u64::from(slot.is_multiple_of(14))),
        days: series(
            30,
            hour * 24,
            by_day,
            |slot| if slot % 6 == 1 { slot as u64 } else { 0 },
        ),
        refused_by: vec![
            rule(
                "origin-foreign",
                "The page's origin is not among the key's UI domains; add it if it is one of yours.",
                61,
            ),
            rule(
                "not-deployed",
                "The key's project is not deployed; deploy it to let the key connect.",
                4,
            ),
        ],
        last_use: Some(LastUse {
            at: at(200),
            address: "203.0.113.7".parse().ok(),
            origin: Some("https://shop.acme.example".into()),
        }),
        origins: vec![
            source("https://shop.acme.example", 200),
            source("https://www.acme.example", 7_200),
            source("https://pay.acme.example", 90_000),
        ],
        addresses: vec![
            source("203.0.113.7", 200),
            source("2001:db8:1234:5678:9abc:def0:1234:5678", 9_000),
        ],
        last_refused_at: Some(at(9_000)),
        refused_origins: Vec::new(),
        refused_addresses: Vec::new(),
        refused_since: None,
        refused_while_disabled: None,
        refused_old_token: None,
        rotation: None,
    }
}

/// Of a key that nobody has ever presented.
pub fn unused() -> Usage {
    let hour = SignedDuration::from_hours(1);
    Usage {
        hours: series(168, hour, |_| 0, |_| 0),
        days: series(30, hour * 24, |_| 0, |_| 0),
        refused_by: Vec::new(),
        last_use: None,
        origins: Vec::new(),
        addresses: Vec::new(),
        last_refused_at: None,
        refused_origins: Vec::new(),
        refused_addresses: Vec::new(),
        refused_since: None,
        refused_while_disabled: None,
        refused_old_token: None,
        rotation: None,
    }
}

impl Talk {
    /// The oldest question for the usage of a key.
    pub fn usage_question(&mut self) -> (u64, Uuid) {
        self.expect("question for usage", |effect| match effect {
            Effect::Usage(UsageRequest::OfKey { number, key }) => Some((*number, *key)),
            _ => None,
        })
    }

    /// Answers it; which key it was about.
    pub fn answer_usage(&mut self, result: Result<Usage, Error>) -> Uuid {
        let (number, key) = self.usage_question();
        let result = result.map(Box::new);
        self.tell(Message::OfUsage(UsageReply::OfKey { number, result }));
        key
    }

    /// Answers the oldest question whether something would be allowed; what was asked.
    pub fn answer_explain(&mut self, result: Result<Verdict, Error>) -> Explain {
        let (number, request) = self.expect("question for a verdict", |effect| match effect {
            Effect::Usage(UsageRequest::Explain { number, request, .. }) => Some((*number, request.clone())),
            _ => None,
        });
        self.tell(Message::OfUsage(UsageReply::Explained { number, result }));
        request
    }

    /// Answers the oldest question which key has a hash; the hash.
    pub fn answer_lookup(&mut self, result: Result<LookupAnswer, Error>) -> TokenHash {
        let (number, hash) = self.expect("lookup", |effect| match effect {
            Effect::Usage(UsageRequest::Lookup { number, hash }) => Some((*number, *hash)),
            _ => None,
        });
        self.tell(Message::OfUsage(UsageReply::LookedUp { number, result }));
        hash
    }

    /// How many questions about keys in use nobody has looked at.
    pub fn usage_questions(&self) -> usize {
        let is_question = |effect: &&Effect| matches!(effect, Effect::Usage(_));
        self.effects.iter().filter(is_question).count()
    }
}
