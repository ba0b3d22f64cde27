//! Keys that end, that are disabled for a while, and how long the organisation lets them be given.

use jiff::{SignedDuration, Timestamp};
use keydeck::api::{ActivityAction, ActivityQuery, KeyFilter, LifetimesEdit, Policy, PolicyEdit, Sort};
use keydeck::model::{KeyState, Rule, Scope, StateFilter};
use keydeck::server::store::{
    Found, KeyChange, KeyCreation, KeyQuery, KeyRecord, KeySwitch, Position, Revocation, Tally, Visible,
    hour_of,
};
use serde_json::json;
use strum::IntoEnumIterator;
use uuid::Uuid;

use super::deck::{Deck, actor, new_key, query};
use super::engine;
use super::statements::compared;

const DAY: i64 = 86_400;

pub fn in_seconds(seconds: i64) -> Timestamp {
    let at = Timestamp::now() + SignedDuration::from_secs(seconds);
    Timestamp::from_second(at.as_second()).unwrap()
}

/// A key of the owner that ends then.
async fn ending(deck: &Deck, scope: Scope, name: &str, ends: Option<Timestamp>) -> KeyRecord {
    let mut new = new_key(scope, name, scope.has_project().then_some(deck.shop.id));
    new.valid.settings.expires_at = ends;
    deck.create(new, &deck.owner).await
}

/// As if the time had come: what the log states of it is another matter.
pub async fn end(deck: &Deck, key: Uuid, at: Timestamp) {
    let id = (engine::ENGINE.of_hex)(&key.simple().to_string());
    let id = match id.starts_with("decode") {
        true => format!("'{key}'"),
        false => id,
    };
    let sql = format!(
        "UPDATE keys SET expires_at = {} WHERE id = {id}",
        at.as_microsecond()
    );
    engine::run(&deck.place, &sql).await.unwrap();
}

async fn edited(deck: &Deck, key: &KeyRecord, ends: Option<Timestamp>) -> KeyChange {
    let mut settings = key.settings.clone();
    settings.expires_at = ends;
    let name = key.name.clone();
    let edit = deck
        .store
        .edit_key(key.id, key.version, name, settings, actor(&deck.owner));
    edit.await.unwrap()
}

async fn found(deck: &Deck, key: Uuid) -> KeyRecord {
    match deck.store.key(key, Visible::All).await.unwrap() {
        Some(Found::Active(key)) => key,
        other => panic!("{other:?}"),
    }
}

async fn names(deck: &Deck, filter: KeyFilter) -> Vec<String> {
    let all = KeyQuery {
        filter: filter.clone(),
        limit: 3,
        ..query(Sort::Name)
    };
    let listed = deck.listing(&all).await;
    let counts = deck.store.count_keys(Visible::All, &filter).await.unwrap();
    for scope in Scope::iter() {
        let of_scope = listed.iter().filter(|key| key.scope == scope).count();
        assert_eq!(counts.of(scope), of_scope as u64, "{filter:?}");
    }
    listed.into_iter().map(|key| key.name).collect()
}

fn of_state(state: StateFilter) -> KeyFilter {
    KeyFilter {
        state: Some(state),
        ..KeyFilter::default()
    }
}

#[tokio::test]
async fn an_end_reads_back_as_it_was_given_and_can_be_changed() {
    let deck = Deck::new().await;
    for (n, scope) in Scope::iter().enumerate() {
        let ends = in_seconds(90 * DAY);
        let key = ending(&deck, scope, &format!("Key {n}"), Some(ends)).await;
        assert_eq!(
            (key.settings.expires_at, key.state),
            (Some(ends), KeyState::Active)
        );
        let later = in_seconds(120 * DAY);
        let KeyChange::Changed(key) = edited(&deck, &key, Some(later)).await else {
            panic!("not changed");
        };
        assert_eq!((key.settings.expires_at, key.version), (Some(later), 2));
        let KeyChange::Changed(key) = edited(&deck, &key, None).await else {
            panic!("not changed");
        };
        assert_eq!(found(&deck, key.id).await.settings.expires_at, None);
        let rows = deck
            .store
            .activity(&ActivityQuery::default(), Visible::All)
            .await
            .unwrap()
            .items;
        assert_eq!(rows[0].changes, json!({"expires_at": [later, null]}));
        assert_eq!(rows[1].changes, json!({"expires_at": [ends, later]}));
        assert_eq!(rows[2].changes["expires_at"], json!([null, ends]));
    }
    assert!(compared(&*deck.store).await.is_ok());
}

#[tokio::test]
async fn an_end_lies_ahead() {
    let deck = Deck::new().await;
    let key = deck.web("Checkout").await;
    for seconds in [-DAY, -1, 0, 30] {
        let ends = Some(in_seconds(seconds));
        let refused = edited(&deck, &key, ends).await;
        assert!(
            matches!(refused, KeyChange::WrongEnd(_)),
            "{seconds}: {refused:?}"
        );
        let mut new = new_key(Scope::Analytics, "Board", None);
        new.valid.settings.expires_at = ends;
        let refused = deck.store.create_key(new, actor(&deck.owner)).await.unwrap();
        assert!(
            matches!(refused, KeyCreation::WrongEnd(_)),
            "{seconds}: {refused:?}"
        );
    }
    assert!(matches!(
        edited(&deck, &key, Some(in_seconds(62))).await,
        KeyChange::Changed(_)
    ));
}

#[tokio::test]
async fn whoever_has_expired_is_refused_leaves_the_active_view_and_can_be_renewed() {
    let deck = Deck::new().await;
    let new = new_key(Scope::Web, "Checkout", Some(deck.shop.id));
    let hash = new.token_hash;
    let key = deck.create(new, &deck.owner).await;
    deck.web("Till").await;
    let standing = async || deck.store.check(&hash, None).await.unwrap().key.unwrap().standing;
    assert_eq!(standing().await.refuses(), None);
    end(&deck, key.id, in_seconds(-5)).await;
    assert_eq!(standing().await.refuses(), Some(Rule::KeyExpired));
    let expired = found(&deck, key.id).await;
    assert_eq!(expired.state, KeyState::Expired);
    assert_eq!(names(&deck, KeyFilter::default()).await, ["Till"]);
    assert_eq!(names(&deck, of_state(StateFilter::Expired)).await, ["Checkout"]);
    assert_eq!(names(&deck, of_state(StateFilter::Active)).await, ["Till"]);
    let around = KeyQuery {
        position: Position::Around(key.id),
        ..query(Sort::Name)
    };
    assert!(deck.store.keys(&around).await.unwrap().is_none());
    // Its name stays its own, and its secret is kept.
    let taken = deck.store.create_key(
        new_key(Scope::Web, "checkout", Some(deck.shop.id)),
        actor(&deck.owner),
    );
    assert!(matches!(taken.await.unwrap(), KeyCreation::NameTaken));
    assert!(matches!(
        edited(&deck, &expired, Some(in_seconds(-1))).await,
        KeyChange::WrongEnd(_)
    ));
    assert!(
        deck.store
            .disable_key(key.id, None, actor(&deck.owner))
            .await
            .is_ok()
    );
    assert_eq!(standing().await.refuses(), Some(Rule::KeyExpired));
    let enabled = deck.store.enable_key(key.id, actor(&deck.owner)).await.unwrap();
    assert!(matches!(enabled, KeySwitch::Expired(_)), "{enabled:?}");
    let renewed = edited(&deck, &found(&deck, key.id).await, Some(in_seconds(30 * DAY))).await;
    assert!(matches!(renewed, KeyChange::Changed(_)), "{renewed:?}");
    assert_eq!(standing().await.refuses(), Some(Rule::KeyDisabled));
    assert!(matches!(
        deck.store.enable_key(key.id, actor(&deck.owner)).await.unwrap(),
        KeySwitch::Switched(_)
    ));
    assert_eq!(standing().await.refuses(), None);
    assert_eq!(names(&deck, KeyFilter::default()).await, ["Checkout", "Till"]);
    assert!(compared(&*deck.store).await.is_ok());
}

#[tokio::test]
async fn what_ends_soon_is_found_and_sorted_by_its_end() {
    let deck = Deck::new().await;
    for (name, days) in [
        ("In 9", Some(9)),
        ("Never", None),
        ("In 40", Some(40)),
        ("In 1", Some(1)),
        ("Forever", None),
    ] {
        ending(
            &deck,
            Scope::Analytics,
            name,
            days.map(|days| in_seconds(days * DAY)),
        )
        .await;
    }
    let gone = ending(&deck, Scope::Analytics, "Gone", Some(in_seconds(DAY))).await;
    end(&deck, gone.id, in_seconds(-5)).await;
    let within = async |days| {
        names(
            &deck,
            KeyFilter {
                expires_days: Some(days),
                ..KeyFilter::default()
            },
        )
        .await
    };
    assert_eq!(within(30).await, ["In 1", "In 9"]);
    assert_eq!(within(41).await, ["In 1", "In 40", "In 9"]);
    let by_end = KeyQuery {
        limit: 2,
        ..query(Sort::ExpiresAt)
    };
    let sorted: Vec<String> = deck
        .listing(&by_end)
        .await
        .into_iter()
        .map(|key| key.name)
        .collect();
    assert_eq!(sorted[..3], ["In 1", "In 9", "In 40"]);
    assert_eq!(sorted.len(), 5);
    let text = KeyFilter {
        q: Some("in".into()),
        expires_days: Some(30),
        ..KeyFilter::default()
    };
    assert_eq!(names(&deck, text).await, ["In 1", "In 9"]);
}

#[tokio::test]
async fn a_disabled_key_is_refused_until_it_is_enabled() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let new = new_key(Scope::Mobile, "Kiosk", Some(deck.kiosk.id));
    let hash = new.token_hash;
    let key = deck.create(new, &deck.editor).await;
    let rule = async || {
        deck.store
            .check(&hash, None)
            .await
            .unwrap()
            .key
            .unwrap()
            .standing
            .refuses()
    };
    let reason = Some("Is it still used?".to_owned());
    let disable =
        async |reason: Option<String>| match deck.store.disable_key(key.id, reason, by).await.unwrap() {
            KeySwitch::Switched(key) => key,
            other => panic!("{other:?}"),
        };
    let disabled = disable(reason.clone()).await;
    let since = disabled.disabled.clone().unwrap();
    assert_eq!((disabled.state, disabled.version), (KeyState::Disabled, 2));
    assert_eq!(
        (since.by.email.as_str(), &since.reason),
        ("mira@acme.example", &reason)
    );
    assert_eq!(rule().await, Some(Rule::KeyDisabled));
    assert_eq!(names(&deck, KeyFilter::default()).await, ["Kiosk"]);
    assert_eq!(names(&deck, of_state(StateFilter::Disabled)).await, ["Kiosk"]);
    assert!(names(&deck, of_state(StateFilter::Active)).await.is_empty());
    // Once more: nothing changes but the reason, where one is given.
    assert_eq!(disable(None).await, disabled);
    assert_eq!(disable(reason.clone()).await, disabled);
    let other = disable(Some("It is not.".into())).await;
    assert_eq!(
        other.disabled.as_ref().map(|disabled| disabled.at),
        Some(since.at)
    );
    assert_eq!(found(&deck, key.id).await, other);
    // It can be edited.
    let mut settings = other.settings.clone();
    settings.cross_page_persistence = true;
    let edit = deck
        .store
        .edit_key(key.id, other.version, key.name.clone(), settings, by);
    assert!(matches!(edit.await.unwrap(), KeyChange::Changed(key) if key.state == KeyState::Disabled));

    // Who still tries.
    let mut tally = Tally::of(
        deck.store.check(&hash, None).await.unwrap().key.unwrap().number,
        hour_of(Timestamp::now()),
    );
    (0..12).for_each(|_| tally.refuse(Timestamp::now(), Rule::KeyDisabled.as_str()));
    tally.refuse(Timestamp::now(), Rule::OriginForeign.as_str());
    deck.store.record_usage(vec![vec![tally]].into()).await.unwrap();
    let usage = deck.store.usage(key.id, Visible::All).await.unwrap().unwrap();
    assert_eq!(usage.refused_while_disabled, Some(12));
    assert!(usage.last_refused_at.unwrap() >= since.at);

    let enabled = deck.store.enable_key(key.id, by).await.unwrap();
    assert!(
        matches!(enabled, KeySwitch::Switched(key) if key.state == KeyState::Active && key.disabled.is_none())
    );
    assert_eq!(rule().await, None);
    let again = deck.store.enable_key(key.id, by).await.unwrap();
    assert!(matches!(again, KeySwitch::Switched(key) if key.state == KeyState::Active));
    let usage = deck.store.usage(key.id, Visible::All).await.unwrap().unwrap();
    assert_eq!(usage.refused_while_disabled, None);
    let log = deck
        .store
        .activity(&ActivityQuery::default(), Visible::CreatedBy(deck.editor.id))
        .await
        .unwrap();
    let told: Vec<_> = log
        .items
        .iter()
        .take(4)
        .map(|row| (row.action, row.changes.clone()))
        .collect();
    assert_eq!(
        told[0],
        (
            ActivityAction::KeyEnabled,
            json!({"disabled": [true, false], "reason": ["It is not.", null]})
        )
    );
    assert_eq!(told[1].0, ActivityAction::KeyEdited);
    assert_eq!(
        told[2],
        (
            ActivityAction::KeyDisabled,
            json!({"reason": ["Is it still used?", "It is not."]})
        )
    );
    assert_eq!(
        told[3],
        (
            ActivityAction::KeyDisabled,
            json!({"disabled": [false, true], "reason": [null, "Is it still used?"]})
        )
    );
    assert!(compared(&*deck.store).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_revocation_and_a_switch_at_once_the_revocation_stays() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    for n in 0..20 {
        let new = new_key(Scope::Web, &format!("Key {n}"), Some(deck.shop.id));
        let hash = new.token_hash;
        let key = deck.create(new, &deck.owner).await;
        if n % 2 == 0 {
            deck.store.disable_key(key.id, None, by).await.unwrap();
        }
        let (enabled, revoked, disabled) = tokio::join!(
            deck.store.enable_key(key.id, by),
            deck.store.revoke_key(key.id, by),
            deck.store.disable_key(key.id, Some("Wait".into()), by),
        );
        assert!(matches!(revoked.unwrap(), Revocation::Revoked));
        for switched in [enabled.unwrap(), disabled.unwrap()] {
            assert!(
                matches!(switched, KeySwitch::Switched(_) | KeySwitch::Revoked(_)),
                "{switched:?}"
            );
        }
        let standing = deck.store.check(&hash, None).await.unwrap().key.unwrap().standing;
        assert_eq!(standing.refuses(), Some(Rule::KeyRevoked));
        for switched in [
            deck.store.enable_key(key.id, by).await.unwrap(),
            deck.store.disable_key(key.id, None, by).await.unwrap(),
        ] {
            assert!(matches!(switched, KeySwitch::Revoked(_)), "{switched:?}");
        }
    }
    let missing = deck.store.enable_key(Uuid::nil(), by).await.unwrap();
    assert!(matches!(missing, KeySwitch::Missing));
    assert!(compared(&*deck.store).await.is_ok());
}

fn longest(web: Option<Option<u32>>, analytics: Option<Option<u32>>) -> PolicyEdit {
    PolicyEdit {
        longest_lifetime_days: LifetimesEdit {
            web,
            analytics,
            mobile: None,
        },
    }
}

#[tokio::test]
async fn the_longest_lifetime_binds_what_is_created_and_renewed_and_ends_nothing() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let never = deck.web("Never").await;
    let long = ending(&deck, Scope::Web, "Long", Some(in_seconds(400 * DAY))).await;
    ending(&deck, Scope::Web, "Short", Some(in_seconds(20 * DAY))).await;
    let board = ending(&deck, Scope::Analytics, "Board", None).await;
    assert_eq!(deck.store.policy().await.unwrap(), Policy::default());
    let policy = deck
        .store
        .set_policy(longest(Some(Some(90)), None), by)
        .await
        .unwrap();
    assert_eq!(policy.longest_lifetime_days.web, Some(90));
    assert_eq!(deck.store.policy().await.unwrap(), policy);
    let exceeds = KeyFilter {
        exceeds_policy: Some(true),
        ..KeyFilter::default()
    };
    assert_eq!(names(&deck, exceeds.clone()).await, ["Long", "Never"]);
    assert_eq!(names(&deck, KeyFilter::default()).await.len(), 4);
    // What is not about its end is edited as before.
    let rename = deck
        .store
        .edit_key(never.id, 1, "Ever".into(), never.settings.clone(), by);
    assert!(matches!(rename.await.unwrap(), KeyChange::Changed(_)));
    for (ends, is_given) in [(None, false), (Some(91 * DAY), false), (Some(90 * DAY), true)] {
        let ends = ends.map(in_seconds);
        let mut new = new_key(Scope::Web, &format!("New {ends:?}"), Some(deck.shop.id));
        new.valid.settings.expires_at = ends;
        let created = deck.store.create_key(new, by).await.unwrap();
        assert_eq!(
            matches!(created, KeyCreation::Created(_)),
            is_given,
            "{created:?}"
        );
        let key = found(&deck, long.id).await;
        let renewed = edited(&deck, &key, ends).await;
        assert_eq!(matches!(renewed, KeyChange::Changed(_)), is_given, "{renewed:?}");
    }
    assert!(matches!(
        edited(&deck, &board, Some(in_seconds(4_000 * DAY))).await,
        KeyChange::Changed(_)
    ));
    assert_eq!(names(&deck, exceeds.clone()).await, ["Ever"]);
    let both = longest(Some(Some(3_650)), Some(Some(1)));
    deck.store.set_policy(both, by).await.unwrap();
    deck.store.set_policy(both, by).await.unwrap();
    assert_eq!(names(&deck, exceeds.clone()).await, ["Board", "Ever"]);
    deck.store
        .set_policy(longest(Some(None), Some(None)), by)
        .await
        .unwrap();
    assert!(names(&deck, exceeds).await.is_empty());
    let told = ActivityQuery {
        action: Some(ActivityAction::PolicyEdited),
        ..ActivityQuery::default()
    };
    let log = deck.store.activity(&told, Visible::All).await.unwrap().items;
    let changes: Vec<_> = log.into_iter().map(|row| row.changes).collect();
    assert_eq!(
        changes,
        [
            json!({"web_days": [3_650, null], "analytics_days": [1, null]}),
            json!({"web_days": [90, 3_650], "analytics_days": [null, 1]}),
            json!({"web_days": [null, 90]}),
        ]
    );
    assert!(compared(&*deck.store).await.is_ok());
}

#[tokio::test]
async fn nobody_renews_or_enables_a_key_behind_the_logs_back() {
    let deck = Deck::new().await;
    let key = ending(&deck, Scope::Web, "Checkout", Some(in_seconds(DAY))).await;
    deck.store
        .disable_key(key.id, None, actor(&deck.owner))
        .await
        .unwrap();
    assert!(compared(&*deck.store).await.is_ok());
    let ends = key.settings.expires_at.unwrap().as_microsecond();
    for (with, without, said) in [
        (
            "disabled_at = NULL, disabled_by = NULL".to_owned(),
            "disabled_at = 1, disabled_by = 1".to_owned(),
            "is enabled in the table, but the log says that it is disabled",
        ),
        (
            format!("expires_at = {}", i64::MAX),
            format!("expires_at = {ends}"),
            "has another token, scope, project, creator, end or settings",
        ),
    ] {
        engine::run(&deck.place, &format!("UPDATE keys SET {with}"))
            .await
            .unwrap();
        let named = compared(&*deck.store).await.unwrap_err();
        assert!(named.contains(said), "{named}");
        engine::run(&deck.place, &format!("UPDATE keys SET {without}"))
            .await
            .unwrap();
        assert!(compared(&*deck.store).await.is_ok());
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_renews_nothing_and_one_that_was_ahead_ends_nothing() {
    let deck = Deck::new().await;
    let mut new = new_key(Scope::Analytics, "Board", None);
    new.valid.settings.expires_at = Some(in_seconds(3_600));
    let hash = new.token_hash;
    let key = deck.create(new, &deck.owner).await;
    let rule = async || {
        deck.store
            .check(&hash, None)
            .await
            .unwrap()
            .key
            .unwrap()
            .standing
            .refuses()
    };
    // The database knows that it is later than the clock of its machine says.
    for (hours, expected) in [(2, Some(Rule::KeyExpired)), (-2, None), (0, None)] {
        let kept = in_seconds(hours * 3_600).as_microsecond();
        let sql = format!("DELETE FROM clock; INSERT INTO clock (one, at) VALUES (1, {kept})");
        engine::run(&deck.place, &sql).await.unwrap();
        assert_eq!(rule().await, expected, "{hours}");
        let state = found(&deck, key.id).await.state;
        assert_eq!(state.refuses(), expected, "{hours}");
        let active = names(&deck, KeyFilter::default()).await;
        assert_eq!(active.is_empty(), expected.is_some(), "{hours}");
    }
}
