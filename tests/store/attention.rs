//! How many keys need attention, beside the counts: the same as the filters find that they lead to.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keydeck::api::{AtLeast, KeyAttention, KeyFilter};
use keydeck::model::Scope;
use keydeck::server::store::{NewKey, Tally, Use, Visible, hour_of};

use super::deck::{Deck, actor, new_key};
use super::engine;

const fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// How a key was made, used, refused and ends: so many hours ago.
struct Past {
    made: i64,
    used: Option<i64>,
    refused: Option<i64>,
    ended: Option<i64>,
}

async fn add(deck: &Deck, n: usize, past: &Past) {
    let now = Timestamp::now();
    let by = if n.is_multiple_of(4) {
        &deck.editor
    } else {
        &deck.owner
    };
    let new = NewKey {
        created_at: now - hours(past.made),
        ..new_key(Scope::Web, &format!("Key {n}"), Some(deck.kiosk.id))
    };
    let hash = new.token_hash;
    let key = deck.create(new, by).await;
    let number = deck.store.check(&hash, None).await.unwrap().key.unwrap().number;
    let mut tallies = Vec::new();
    for (at, allowed) in [(past.used, true), (past.refused, false)] {
        let Some(at) = at.map(|ago| now - hours(ago)) else {
            continue;
        };
        let mut tally = Tally::of(number, hour_of(at));
        match allowed {
            true => tally.allow(Use::new(at, None, None)),
            false => tally.refuse(at, "origin-foreign"),
        }
        tallies.push(tally);
    }
    deck.store.record_usage(Arc::new(vec![tallies])).await.unwrap();
    if let Some(ended) = past.ended {
        let end = (now - hours(ended)).as_microsecond();
        let ends = format!("UPDATE keys SET expires_at = {end} WHERE name = 'Key {n}'");
        engine::run(&deck.place, &ends).await.unwrap();
    }
    if n % 5 == 4 {
        deck.store.revoke_key(key.id, actor(&deck.owner)).await.unwrap();
    }
}

#[tokio::test]
async fn what_needs_attention_is_counted_as_the_filters_find_it() {
    let deck = Deck::new().await;
    let (year, day) = (365 * 24, 24);
    let mut n = 0;
    for made in [year, 10] {
        for used in [None, Some(1), Some(89 * day), Some(91 * day)] {
            for refused in [None, Some(2), Some(30)] {
                for ended in [None, Some(3), Some(-3)] {
                    let past = Past {
                        made,
                        used: used.filter(|used| *used < made),
                        refused,
                        ended,
                    };
                    add(&deck, n, &past).await;
                    n += 1;
                }
            }
        }
    }
    for visible in [
        Visible::All,
        Visible::CreatedBy(deck.editor.id),
        Visible::CreatedBy(deck.owner.id),
    ] {
        let count = async |filter: KeyFilter| AtLeast {
            count: deck.store.count_keys(visible, &filter).await.unwrap().total(),
            capped: false,
        };
        let expected = KeyAttention {
            refused: count(KeyFilter {
                refused_hours: Some(KeyAttention::REFUSED_HOURS),
                ..KeyFilter::default()
            })
            .await,
            idle: count(KeyFilter {
                idle_days: Some(KeyAttention::IDLE_DAYS),
                ..KeyFilter::default()
            })
            .await,
        };
        assert_eq!(
            deck.store.attention(visible).await.unwrap(),
            expected,
            "{visible:?}"
        );
        assert!(
            expected.refused.count > 1 && expected.idle.count > 1,
            "{expected:?}"
        );
    }
    let nobody = Visible::CreatedBy(uuid::Uuid::nil());
    assert_eq!(
        deck.store.attention(nobody).await.unwrap(),
        KeyAttention::default()
    );
}
