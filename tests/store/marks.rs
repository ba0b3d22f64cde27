//! Marks on keys that have expired: what lists and counts say is the same, whatever is marked.

use jiff::{SignedDuration, Timestamp};
use keydeck::api::{KeyFilter, Sort};
use keydeck::model::{Scope, StateFilter};
use keydeck::server::store::{KeyQuery, KeyRecord, Position, Visible};
use strum::IntoEnumIterator;
use uuid::Uuid;

use super::deck::{Deck, actor, query};
use super::ends::{end, in_seconds};
use super::engine;

/// Two of three have expired, and of these one is disabled.
async fn living_and_ended(deck: &Deck) {
    for (n, key) in deck.sixty().await.into_iter().enumerate() {
        match n % 3 {
            0 if n % 2 == 0 => end(deck, key.id, in_seconds(1_000 + n as i64 % 5)).await,
            // These never do.
            0 => {}
            _ => {
                let ago = SignedDuration::from_hours(n as i64 % 7 + 1);
                end(deck, key.id, Timestamp::now() - ago).await;
            }
        }
        if n % 8 == 0 {
            deck.store
                .disable_key(key.id, None, actor(&deck.owner))
                .await
                .unwrap();
        }
    }
}

async fn set_all(deck: &Deck) {
    while deck.store.set_marks().await.unwrap() {}
    assert!(!deck.store.marks_are_behind().await.unwrap());
}

fn lists(deck: &Deck) -> Vec<KeyQuery> {
    let none = KeyFilter::default;
    let narrowed = [
        none(),
        KeyFilter {
            scope: Some(Scope::Mobile),
            ..none()
        },
        KeyFilter {
            creator: Some(deck.editor.id),
            ..none()
        },
        KeyFilter {
            project: Some(deck.kiosk.id),
            scope: Some(Scope::Web),
            ..none()
        },
        KeyFilter {
            never_used: Some(true),
            ..none()
        },
        KeyFilter {
            q: Some("checkout".into()),
            ..none()
        },
    ];
    let states = [None, Some(StateFilter::Expired)];
    let filters = narrowed.iter().flat_map(|filter| {
        states.map(|state| KeyFilter {
            state,
            ..filter.clone()
        })
    });
    // Every other order from its end on.
    let orders = |filter: KeyFilter| {
        Sort::iter()
            .zip([false, true].into_iter().cycle())
            .map(move |(sort, descending)| KeyQuery {
                filter: filter.clone(),
                descending,
                limit: 7,
                ..query(sort)
            })
    };
    filters.flat_map(orders).collect()
}

fn ids(keys: &[KeyRecord]) -> Vec<Uuid> {
    keys.iter().map(|key| key.id).collect()
}

/// Page by page, each of which says what lies before and after it.
async fn walked(deck: &Deck, list: &KeyQuery) -> Vec<Uuid> {
    let (mut all, mut list) = (Vec::new(), list.clone());
    loop {
        let page = deck.page(&list).await;
        assert_eq!(
            page.more_before,
            !all.is_empty() && !page.items.is_empty(),
            "{list:?}"
        );
        all.extend(page.items.iter().map(|(key, _)| key.id));
        match page.items.last() {
            Some((_, place)) if page.more_after => list.position = Position::After(place.clone()),
            _ => return all,
        }
    }
}

#[tokio::test]
async fn lists_and_counts_are_the_same_whatever_is_marked() {
    let deck = Deck::new().await;
    living_and_ended(&deck).await;
    set_all(&deck).await;
    let mut right = Vec::new();
    for list in lists(&deck) {
        let counts = deck.store.count_keys(Visible::All, &list.filter).await.unwrap();
        let keys = deck.listing(&list).await;
        assert_eq!(counts.total(), keys.len() as u64, "{list:?}");
        let wants_expired = list.filter.state == Some(StateFilter::Expired);
        for key in &keys {
            let expired = key.settings.expires_at.is_some_and(|at| at <= Timestamp::now());
            assert_eq!(expired, wants_expired, "{list:?}");
        }
        right.push((list, counts, ids(&keys)));
    }
    assert_eq!(
        ids(&deck
            .listing(&KeyQuery {
                limit: 200,
                ..query(Sort::Name)
            })
            .await)
        .len(),
        20
    );
    for wrong in ["TRUE", "FALSE", "seq % 2 = 0", "seq % 5 = 0"] {
        let sql = format!("UPDATE keys SET marked_expired = ({wrong})");
        engine::run(&deck.place, &sql).await.unwrap();
        for (list, counts, keys) in &right {
            assert_eq!(&walked(&deck, list).await, keys, "{wrong}: {list:?}");
            let counted = deck.store.count_keys(Visible::All, &list.filter).await.unwrap();
            assert_eq!(&counted, counts, "{wrong}: {list:?}");
            let Some(middle) = keys.get(keys.len() / 2) else {
                continue;
            };
            let around = KeyQuery {
                position: Position::Around(*middle),
                ..list.clone()
            };
            let page = deck.page(&around).await;
            let before = keys.iter().position(|id| *id == page.items[0].0.id).unwrap();
            let shown: Vec<Uuid> = page.items.iter().map(|(key, _)| key.id).collect();
            assert_eq!(shown, keys[before..before + shown.len()], "{wrong}: {list:?}");
            assert_eq!(page.more_before, before > 0, "{wrong}: {list:?}");
            assert_eq!(
                page.more_after,
                before + shown.len() < keys.len(),
                "{wrong}: {list:?}"
            );
        }
        assert!(deck.store.marks_are_behind().await.unwrap(), "{wrong}");
        set_all(&deck).await;
    }
}

#[tokio::test]
async fn what_is_renewed_loses_its_mark() {
    let deck = Deck::new().await;
    let key = deck.web("Checkout").await;
    for renewed in [Some(in_seconds(10_000)), None] {
        end(&deck, key.id, in_seconds(-10_000)).await;
        set_all(&deck).await;
        let record = deck.store.key(key.id, Visible::All).await.unwrap().unwrap();
        let record = record.record().clone();
        let mut settings = record.settings.clone();
        settings.expires_at = renewed;
        let by = actor(&deck.owner);
        let edit = deck
            .store
            .edit_key(key.id, record.version, record.name, settings, by);
        edit.await.unwrap();
        assert!(!deck.store.marks_are_behind().await.unwrap());
        let counts = deck
            .store
            .count_keys(Visible::All, &KeyFilter::default())
            .await
            .unwrap();
        assert_eq!((counts.web, counts.total()), (1, 1));
    }
}
