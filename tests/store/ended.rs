//! Keys after their end: why they were revoked, lists of them, who still presents them, and from where keys are refused.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use keydeck::api::{ActivityAction, ActivityQuery, KeyFilter, RefusedSince, Sort, Usage};
use keydeck::model::{Rule, Scope, StateFilter, TokenHash};
use keydeck::server::store::{
    Found, KeyQuery, KeyRecord, NewKeyToken, Position, Revocation, RotationChange, SOURCES, Tally, Use,
    Visible, hour_of,
};
use serde_json::json;
use uuid::Uuid;

use super::deck::{Deck, actor, new_key, query};
use super::ends::{end, in_seconds};
use super::statements::compared;

fn of_state(state: StateFilter) -> KeyFilter {
    KeyFilter {
        state: Some(state),
        ..KeyFilter::default()
    }
}

/// Newest first, as people are shown them.
fn revoked() -> KeyQuery {
    KeyQuery {
        filter: of_state(StateFilter::Revoked),
        descending: true,
        limit: 3,
        ..query(Sort::CreatedAt)
    }
}

async fn revoke(deck: &Deck, key: Uuid, reason: Option<&str>) {
    let by = actor(&deck.owner);
    let revoked = deck
        .store
        .revoke_key_for(key, reason.map(str::to_owned), by)
        .await;
    assert!(matches!(revoked.unwrap(), Revocation::Revoked));
}

async fn record(deck: &Deck, key: Uuid) -> KeyRecord {
    let found = deck.store.key(key, Visible::All).await.unwrap().unwrap();
    found.record().clone()
}

async fn usage(deck: &Deck, key: Uuid) -> Usage {
    deck.store.usage(key, Visible::All).await.unwrap().unwrap()
}

async fn number(deck: &Deck, hash: &TokenHash) -> i64 {
    deck.store.check(hash, None).await.unwrap().key.unwrap().number
}

fn address(last: u8) -> IpAddr {
    [203, 0, 113, last].into()
}

/// Refused at these seconds from now on, each from an address of its own.
fn refused(key: i64, rule: Rule, seconds: std::ops::Range<u8>) -> Tally {
    let now = Timestamp::now();
    let mut tally = Tally::of(key, hour_of(now));
    for second in seconds {
        let at = now + SignedDuration::from_secs(i64::from(second));
        tally.refuse_from(
            rule,
            Use::new(at, Some(address(second)), Some("https://evil.example")),
        );
    }
    tally
}

async fn write(deck: &Deck, tallies: Vec<Tally>) {
    deck.store.record_usage(vec![tallies].into()).await.unwrap();
}

fn figures(since: &Option<RefusedSince>) -> Option<(u64, Option<IpAddr>)> {
    since
        .as_ref()
        .map(|since| (since.count, since.last.as_ref().and_then(|last| last.address)))
}

#[tokio::test]
async fn revoked_keys_are_listed_with_when_by_whom_and_why() {
    let deck = Deck::new().await;
    let mut expected = Vec::new();
    for n in 0..8 {
        let (by, project) = match n % 2 {
            0 => (&deck.owner, deck.shop.id),
            _ => (&deck.editor, deck.kiosk.id),
        };
        let new = new_key(Scope::Web, &format!("Key {n}"), Some(project));
        let key = deck.create(new, by).await;
        revoke(
            &deck,
            key.id,
            (n == 5).then_some("It was in a public repository."),
        )
        .await;
        expected.insert(0, format!("Key {n}"));
    }
    deck.web("Active").await;
    let listed = deck.listing(&revoked()).await;
    let names: Vec<&str> = listed.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, expected);
    let told = listed[2].revoked.as_ref().unwrap();
    assert_eq!(
        (told.by.email.as_str(), told.reason.as_deref()),
        ("mira@acme.example", Some("It was in a public repository."))
    );
    assert_eq!(listed[3].revoked.as_ref().unwrap().reason, None);
    assert_eq!(record(&deck, listed[2].id).await, listed[2]);
    // The other way round, and around one of them.
    let page = deck
        .page(&KeyQuery {
            position: Position::End,
            ..revoked()
        })
        .await;
    let last: Vec<&str> = page.items.iter().map(|(key, _)| key.name.as_str()).collect();
    assert_eq!(
        (last, page.more_before, page.more_after),
        (vec!["Key 2", "Key 1", "Key 0"], true, false)
    );
    let around = KeyQuery {
        position: Position::Around(listed[4].id),
        ..revoked()
    };
    assert!(
        deck.page(&around)
            .await
            .items
            .iter()
            .any(|(key, _)| key.id == listed[4].id)
    );
    let rows = deck
        .store
        .activity(&ActivityQuery::default(), Visible::All)
        .await
        .unwrap();
    let row = rows
        .items
        .iter()
        .find(|row| row.action == ActivityAction::KeyRevoked && row.subject == "Key 5");
    assert_eq!(
        row.unwrap().changes,
        json!({"reason": [null, "It was in a public repository."]})
    );
    assert!(compared(&*deck.store).await.is_ok());
}

#[tokio::test]
async fn lists_of_revoked_keys_are_filtered_as_others_are() {
    let deck = Deck::new().await;
    for (n, key) in deck.sixty().await.into_iter().enumerate() {
        if n % 4 != 3 {
            revoke(&deck, key.id, None).await;
        }
    }
    let all = deck.listing(&revoked()).await;
    assert_eq!(all.len(), 45);
    let text = |key: &KeyRecord, part: &str| key.name.to_lowercase().contains(part);
    type Matches<'a> = Box<dyn Fn(&KeyRecord) -> bool + 'a>;
    let cases: Vec<(KeyFilter, Matches)> = vec![
        (
            KeyFilter {
                scope: Some(Scope::Mobile),
                ..of_state(StateFilter::Revoked)
            },
            Box::new(|key| key.scope == Scope::Mobile),
        ),
        (
            KeyFilter {
                project: Some(deck.kiosk.id),
                ..of_state(StateFilter::Revoked)
            },
            Box::new(|key| {
                key.project
                    .as_ref()
                    .is_some_and(|project| project.id == deck.kiosk.id)
            }),
        ),
        (
            KeyFilter {
                creator: Some(deck.editor.id),
                ..of_state(StateFilter::Revoked)
            },
            Box::new(|key| key.creator.id == deck.editor.id),
        ),
        (
            KeyFilter {
                q: Some("CHECKOUT".into()),
                scope: Some(Scope::Analytics),
                ..of_state(StateFilter::Revoked)
            },
            Box::new(|key| key.scope == Scope::Analytics && text(key, "checkout")),
        ),
        (
            KeyFilter {
                label: Some("production".into()),
                ..of_state(StateFilter::Revoked)
            },
            Box::new(|key| {
                key.settings
                    .labels
                    .iter()
                    .any(|label| label.eq_ignore_ascii_case("production"))
            }),
        ),
    ];
    for (filter, matches) in cases {
        let expected: Vec<Uuid> = all.iter().filter(|key| matches(key)).map(|key| key.id).collect();
        let listed = deck
            .listing(&KeyQuery {
                filter: filter.clone(),
                ..revoked()
            })
            .await;
        let listed: Vec<Uuid> = listed.iter().map(|key| key.id).collect();
        assert_eq!(listed, expected, "{filter:?}");
        assert!(!listed.is_empty(), "{filter:?}");
        let counts = deck.store.count_keys(Visible::All, &filter).await.unwrap();
        assert_eq!(counts.total(), listed.len() as u64, "{filter:?}");
    }
    let theirs = deck
        .listing(&KeyQuery {
            visible: Visible::CreatedBy(deck.editor.id),
            ..revoked()
        })
        .await;
    assert!(!theirs.is_empty() && theirs.iter().all(|key| key.creator.id == deck.editor.id));
    // Nobody else sees them.
    let active = deck.listing(&query(Sort::Name)).await;
    assert_eq!(active.len(), 15);
}

#[tokio::test]
async fn who_still_presents_a_key_that_ended_is_known() {
    let deck = Deck::new().await;
    let new = new_key(Scope::Web, "Checkout", Some(deck.shop.id));
    let hash = new.token_hash;
    let key = deck.create(new, &deck.owner).await;
    let (seq, by) = (number(&deck, &hash).await, actor(&deck.owner));
    assert_eq!(record(&deck, key.id).await.refused_since, None);
    deck.store.disable_key(key.id, None, by).await.unwrap();
    assert_eq!(
        figures(&record(&deck, key.id).await.refused_since),
        Some((0, None))
    );
    write(
        &deck,
        vec![
            refused(seq, Rule::KeyDisabled, 1..6),
            refused(seq, Rule::OriginForeign, 6..9),
        ],
    )
    .await;
    let since = record(&deck, key.id).await.refused_since;
    assert_eq!(figures(&since), Some((5, Some(address(5)))));
    assert_eq!(
        since.clone().unwrap().last.unwrap().origin.as_deref(),
        Some("https://evil.example")
    );
    let listed = deck
        .listing(&KeyQuery {
            filter: of_state(StateFilter::Disabled),
            ..query(Sort::Name)
        })
        .await;
    assert_eq!(listed[0].refused_since, since);
    // For another reason it is disabled since then all the same; anew, it begins from nothing.
    deck.store
        .disable_key(key.id, Some("Why not?".into()), by)
        .await
        .unwrap();
    assert_eq!(record(&deck, key.id).await.refused_since, since);
    deck.store.enable_key(key.id, by).await.unwrap();
    assert_eq!(record(&deck, key.id).await.refused_since, None);
    deck.store.disable_key(key.id, None, by).await.unwrap();
    assert_eq!(
        figures(&record(&deck, key.id).await.refused_since),
        Some((0, None))
    );

    end(&deck, key.id, in_seconds(-60)).await;
    write(&deck, vec![refused(seq, Rule::KeyExpired, 10..13)]).await;
    assert_eq!(
        figures(&record(&deck, key.id).await.refused_since),
        Some((3, Some(address(12))))
    );
    let before = record(&deck, key.id).await;
    let mut settings = before.settings.clone();
    settings.expires_at = Some(in_seconds(86_400));
    deck.store
        .edit_key(key.id, before.version, "Checkout".into(), settings, by)
        .await
        .unwrap();
    end(&deck, key.id, in_seconds(-30)).await;
    assert_eq!(
        figures(&record(&deck, key.id).await.refused_since),
        Some((0, None))
    );

    revoke(&deck, key.id, None).await;
    assert_eq!(
        figures(&record(&deck, key.id).await.refused_since),
        Some((0, None))
    );
    write(&deck, vec![refused(seq, Rule::KeyRevoked, 20..34)]).await;
    let since = record(&deck, key.id).await.refused_since;
    assert_eq!(figures(&since), Some((14, Some(address(33)))));
    assert_eq!(deck.listing(&revoked()).await[0].refused_since, since);
    assert_eq!(usage(&deck, key.id).await.refused_since, since);
    let looked_up = deck
        .store
        .key_by_hash(&hash, Visible::All)
        .await
        .unwrap()
        .unwrap();
    assert!(matches!(&looked_up.found, Found::Revoked(key) if key.record.refused_since == since));
}

#[tokio::test]
async fn who_still_presents_an_old_token_is_known() {
    let deck = Deck::new().await;
    let new = new_key(Scope::Analytics, "Board", None);
    let old = new.token_hash;
    let key = deck.create(new, &deck.owner).await;
    let (seq, by) = (number(&deck, &old).await, actor(&deck.owner));
    assert_eq!(usage(&deck, key.id).await.refused_old_token, None);
    let token = |text: &str| NewKeyToken {
        hash: TokenHash::of(text),
        hint: "kda_…newT".into(),
        sealed: None,
    };
    let rotated = deck
        .store
        .rotate_key(key.id, 1, token("new"), 0, by)
        .await
        .unwrap();
    assert!(matches!(rotated, RotationChange::Changed(_)), "{rotated:?}");
    write(&deck, vec![refused(seq, Rule::KeyRotated, 1..4)]).await;
    let told = usage(&deck, key.id).await;
    assert_eq!(figures(&told.refused_old_token), Some((3, Some(address(3)))));
    assert_eq!(told.refused_since, None);
    let rotated = deck
        .store
        .rotate_key(key.id, 2, token("newer"), 3_600, by)
        .await
        .unwrap();
    assert!(matches!(rotated, RotationChange::Changed(_)), "{rotated:?}");
    assert_eq!(
        figures(&usage(&deck, key.id).await.refused_old_token),
        Some((0, None))
    );
    let rotating = |page: Vec<KeyRecord>| page.into_iter().map(|key| key.name).collect::<Vec<_>>();
    let of_rotating = KeyQuery {
        filter: of_state(StateFilter::Rotating),
        ..query(Sort::Name)
    };
    deck.web("Checkout").await;
    assert_eq!(rotating(deck.listing(&of_rotating).await), ["Board"]);
    let counts = deck
        .store
        .count_keys(Visible::All, &of_rotating.filter)
        .await
        .unwrap();
    assert_eq!(counts.total(), 1);
    let hints: Vec<_> = deck.store.tokens(key.id).await.unwrap();
    assert_eq!(hints[0], (TokenHash::of("newer"), "kda_…newT".to_owned()));
    assert_eq!(hints[1].0, TokenHash::of("new"));
    revoke(&deck, key.id, None).await;
    assert!(deck.listing(&of_rotating).await.is_empty());
    assert_eq!(deck.store.tokens(key.id).await.unwrap(), hints);
}

#[tokio::test]
async fn of_many_places_that_were_refused_the_newest_are_known() {
    let deck = Deck::new().await;
    let new = new_key(Scope::Web, "Checkout", Some(deck.shop.id));
    let hash = new.token_hash;
    let key = deck.create(new, &deck.owner).await;
    let seq = number(&deck, &hash).await;
    let now = Timestamp::now();
    let mut all = Vec::new();
    for round in 0..3_u8 {
        let mut tally = Tally::of(seq, hour_of(now));
        for n in 0..200_u8 {
            let at = now + SignedDuration::from_millis(i64::from(round) * 1_000 + i64::from(n));
            let origin = format!("https://{n}.{round}.evil.example");
            tally.refuse_from(Rule::OriginForeign, Use::new(at, Some(address(n)), Some(&origin)));
        }
        // What can't be an origin is not stored.
        for wrong in [
            "two words",
            "kda_1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF12dwVzm",
            "\u{1b}[2J",
        ] {
            tally.refuse_from(Rule::OriginForeign, Use::new(now, None, Some(wrong)));
        }
        all.push(tally);
    }
    for tally in all {
        write(&deck, vec![tally]).await;
    }
    let told = usage(&deck, key.id).await;
    let names = |sources: &[keydeck::api::RefusedSource]| -> Vec<String> {
        assert!(sources.iter().all(|source| source.rule == "origin-foreign"));
        sources.iter().map(|source| source.name.clone()).collect()
    };
    let newest = (0..SOURCES).map(|n| 199 - n as u8);
    let origins: Vec<String> = newest
        .clone()
        .map(|n| format!("https://{n}.2.evil.example"))
        .collect();
    assert_eq!(names(&told.refused_origins), origins);
    let addresses: Vec<String> = newest.map(|n| address(n).to_string()).collect();
    assert_eq!(names(&told.refused_addresses), addresses);
    assert_eq!(told.refused_addresses[0].count, 3);
    assert!(told.origins.is_empty() && told.addresses.is_empty());
    assert_eq!(told.last_week().refused, 3 * 203);
}

#[tokio::test]
async fn what_waits_in_the_log_is_told_too() {
    let deck = Deck::new().await;
    let mut keys = Vec::new();
    for n in 0..300 {
        let new = new_key(Scope::Analytics, &format!("Report {n}"), None);
        let hash = new.token_hash;
        let key = deck.create(new, &deck.owner).await;
        keys.push((key.id, number(&deck, &hash).await));
    }
    let (key, _) = keys[150];
    revoke(&deck, key, None).await;
    let tallies: Vec<Tally> = keys
        .iter()
        .map(|(_, seq)| refused(*seq, Rule::KeyRevoked, 1..3))
        .collect();
    let waits = deck.store.record_usage(vec![tallies].into()).await.unwrap();
    assert!(waits);
    let waiting = usage(&deck, key).await;
    assert_eq!(figures(&waiting.refused_since), Some((2, Some(address(2)))));
    assert_eq!(waiting.refused_addresses.len(), 2);
    assert_eq!(figures(&record(&deck, key).await.refused_since), Some((0, None)));
    while deck.store.settle_usage().await.unwrap() {}
    assert_eq!(usage(&deck, key).await, waiting);
    assert_eq!(record(&deck, key).await.refused_since, waiting.refused_since);
}
