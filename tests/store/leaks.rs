//! Reports of leaked keys: stored once, done what the policy says, and decided about once.

use futures_util::future::join_all;
use keydeck::api::{ActivityAction, ActivityQuery};
use keydeck::model::{KeyState, LeakDecision, LeakResponse, LeakSource, Rule, Scope, TokenHash, WhichToken};
use keydeck::server::store::{
    KeySwitch, LeakOutcome, LeakRecord, NewLeak, Revocation, RotationChange, RotationEdit, Visible,
};
use uuid::Uuid;

use super::deck::{Deck, actor};
use super::rotation;
use super::statements::compared;

const ROUNDS: usize = 8;

fn leak(token: TokenHash, place: u8) -> NewLeak {
    NewLeak {
        token,
        url: format!("https://git.example/{place}"),
        note: String::new(),
        fingerprint: TokenHash::of(&format!("{token} {place}")).0,
    }
}

async fn report(deck: &Deck, token: TokenHash, place: u8) -> bool {
    let leaks = vec![leak(token, place)];
    let known = deck
        .store
        .report_leaks(LeakSource::Github, None, leaks)
        .await
        .unwrap();
    known[0]
}

async fn leaks(deck: &Deck, undecided: bool) -> Vec<LeakRecord> {
    deck.store
        .leaks(Visible::All, undecided, None, 200)
        .await
        .unwrap()
}

async fn times(deck: &Deck, key: Uuid, action: ActivityAction) -> usize {
    let query = ActivityQuery {
        key: Some(key),
        limit: Some(200),
        ..ActivityQuery::default()
    };
    let page = deck.store.activity(&query, Visible::All).await.unwrap();
    page.items.iter().filter(|row| row.action == action).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_many_times_at_once_is_one() {
    let deck = Deck::new().await;
    let (key, token) = rotation::key(&deck, Scope::Analytics, "Board").await;
    let known = join_all((0..8).map(|_| report(&deck, token, 1))).await;
    assert_eq!(known, [true; 8]);
    let [leak] = leaks(&deck, false).await.try_into().unwrap();
    assert_eq!(
        (leak.source, leak.token, leak.response),
        (LeakSource::Github, WhichToken::Current, LeakResponse::Disabled)
    );
    assert_eq!((leak.key.id, leak.key.state), (key.id, KeyState::Disabled));
    assert_eq!(leak.key.disabled.unwrap().by.email, "GitHub");
    for (action, expected) in [
        (ActivityAction::LeakReported, 1),
        (ActivityAction::KeyDisabled, 1),
    ] {
        assert_eq!(times(&deck, key.id, action).await, expected, "{action:?}");
    }
    assert_eq!(rotation::rule(&deck, &token).await, Some(Rule::KeyDisabled));
    assert!(!report(&deck, TokenHash::of("unknown"), 1).await);
    assert!(compared(&*deck.store).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_report_and_another_change_at_once_each_order_is_right() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    for n in 0..ROUNDS {
        let (key, token) = rotation::key(&deck, Scope::Analytics, &format!("Board {n}")).await;
        let (known, revoked) = tokio::join!(report(&deck, token, 1), deck.store.revoke_key(key.id, by));
        assert!(known && matches!(revoked.unwrap(), Revocation::Revoked));
        assert_eq!(rotation::rule(&deck, &token).await, Some(Rule::KeyRevoked));
    }
    // Whichever was first, nothing is left to decide.
    assert!(leaks(&deck, true).await.is_empty());
    for n in 0..ROUNDS {
        let (key, token) = rotation::key(&deck, Scope::Analytics, &format!("Panel {n}")).await;
        report(&deck, token, 1).await;
        let (_, enabled) = tokio::join!(report(&deck, token, 2), deck.store.enable_key(key.id, by));
        assert!(matches!(enabled.unwrap(), KeySwitch::Switched(_)));
        let undecided = leaks(&deck, true).await;
        let left = undecided.iter().filter(|leak| leak.key.id == key.id).count();
        // A report after it disables the key again, and is to be decided about.
        let expected = (left == 1).then_some(Rule::KeyDisabled);
        assert_eq!(rotation::rule(&deck, &token).await, expected, "{left}");
    }
    assert!(compared(&*deck.store).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_decided_about_once_however_that_is_done() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let (key, token) = rotation::key(&deck, Scope::Analytics, "Board").await;
    report(&deck, token, 1).await;
    report(&deck, token, 2).await;
    let [second, first] = leaks(&deck, true).await.try_into().unwrap();
    assert_eq!(
        (second.response, first.response),
        (LeakResponse::AlreadyDisabled, LeakResponse::Disabled)
    );
    let decide = async |leak: &LeakRecord, decision| {
        let reason = Some("a test key".to_owned());
        deck.store
            .decide_leak(leak.id, decision, reason, by)
            .await
            .unwrap()
    };
    let LeakOutcome::Decided(leak) = decide(&first, LeakDecision::Dismissed).await else {
        panic!()
    };
    let decided = leak.decided.unwrap();
    assert_eq!(
        (decided.decision, decided.reason.as_deref()),
        (LeakDecision::Dismissed, Some("a test key"))
    );
    assert_eq!(leak.key.state, KeyState::Disabled);
    let LeakOutcome::Decided(leak) = decide(&second, LeakDecision::Dismissed).await else {
        panic!()
    };
    assert_eq!(leak.key.state, KeyState::Active);
    assert!(matches!(
        decide(&second, LeakDecision::Revoked).await,
        LeakOutcome::AlreadyDecided(_)
    ));
    // Rotating the key is none while the token that leaked is valid on; and which one it was is told.
    let (web, old) = rotation::key(&deck, Scope::Web, "Checkout").await;
    report(&deck, old, 3).await;
    let new = rotation::token(Scope::Web);
    let rotated = deck
        .store
        .rotate_key(web.id, web.version, new.clone(), 3_600, by)
        .await;
    assert!(matches!(rotated.unwrap(), RotationChange::Changed(_)));
    report(&deck, old, 4).await;
    let [leak, before] = leaks(&deck, true).await.try_into().unwrap();
    assert_eq!((leak.token, leak.response), (WhichToken::Old, LeakResponse::Told));
    assert_eq!(before.token, WhichToken::Current);
    let LeakOutcome::Decided(leak) = decide(&leak, LeakDecision::Revoked).await else {
        panic!()
    };
    assert_eq!(leak.key.state, KeyState::Revoked);
    assert_eq!(leak.decided.unwrap().by.unwrap().email, deck.owner.email);
    report(&deck, old, 5).await;
    assert!(leaks(&deck, true).await.is_empty());
    assert_eq!(leaks(&deck, false).await[0].response, LeakResponse::NotValid);
    let missing = deck
        .store
        .decide_leak(Uuid::nil(), LeakDecision::Revoked, None, by)
        .await;
    assert!(matches!(missing.unwrap(), LeakOutcome::Missing));
    // The creator of other keys sees nothing of it.
    let others = deck
        .store
        .leaks(Visible::CreatedBy(Uuid::nil()), false, None, 200)
        .await;
    assert!(others.unwrap().is_empty());
    assert_eq!(times(&deck, key.id, ActivityAction::LeakDecided).await, 2);
    assert!(compared(&*deck.store).await.is_ok());
}

/// What ends a token decides about the reports of that one alone.
#[tokio::test]
async fn a_report_is_decided_about_when_its_token_is_refused() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    for (overlap, edit, left) in [
        (0, None, vec![WhichToken::Current; 0]),
        (3_600, None, vec![WhichToken::New, WhichToken::Current]),
        (3_600, Some(RotationEdit::End), vec![WhichToken::New]),
        (3_600, Some(RotationEdit::Cancel), vec![WhichToken::Current]),
    ] {
        let (key, old) = rotation::key(&deck, Scope::Web, &format!("{overlap} {edit:?}")).await;
        report(&deck, old, 1).await;
        let new = rotation::token(Scope::Web);
        let hash = new.hash;
        let rotated = deck.store.rotate_key(key.id, key.version, new, overlap, by).await;
        assert!(matches!(rotated.unwrap(), RotationChange::Changed(_)));
        if overlap > 0 {
            report(&deck, hash, 1).await;
        }
        if let Some(edit) = edit {
            let finished = deck.store.finish_rotation(key.id, None, edit, by).await;
            assert!(
                matches!(finished.unwrap(), RotationChange::Changed(_)),
                "{edit:?}"
            );
        }
        let undecided = leaks(&deck, true).await.into_iter();
        let undecided = undecided.filter(|leak| leak.key.id == key.id);
        let undecided: Vec<WhichToken> = undecided.map(|leak| leak.token).collect();
        assert_eq!(undecided, left, "{overlap} {edit:?}");
        assert!(compared(&*deck.store).await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_key_that_is_rotated_only_the_old_token_is_stopped_when_that_leaks() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let rotated = async |name: &str| {
        let (key, old) = rotation::key(&deck, Scope::Analytics, name).await;
        let new = rotation::token(Scope::Analytics);
        let hash = new.hash;
        let rotated = deck.store.rotate_key(key.id, key.version, new, 3_600, by).await;
        assert!(matches!(rotated.unwrap(), RotationChange::Changed(_)));
        (key.id, old, hash)
    };
    let rules = async |tokens: [&TokenHash; 2]| {
        let [old, new] = tokens;
        (rotation::rule(&deck, old).await, rotation::rule(&deck, new).await)
    };
    let (key, old, new) = rotated("Board").await;
    assert_eq!(rules([&old, &new]).await, (None, None));
    // However many report it at once, it ends once.
    let known = join_all((0..6).map(|place| report(&deck, old, place))).await;
    assert_eq!(known, [true; 6]);
    assert_eq!(rules([&old, &new]).await, (Some(Rule::KeyRotated), None));
    for (action, expected) in [
        (ActivityAction::KeyRotationEnded, 1),
        (ActivityAction::KeyDisabled, 0),
    ] {
        assert_eq!(times(&deck, key, action).await, expected, "{action:?}");
    }
    let [leak] = leaks(&deck, true).await.try_into().unwrap();
    assert_eq!(
        (leak.token, leak.response, leak.key.state),
        (WhichToken::Old, LeakResponse::OldTokenEnded, KeyState::Active)
    );
    assert!(leak.key.rotation.is_none());
    let LeakOutcome::Decided(leak) = deck
        .store
        .decide_leak(leak.id, LeakDecision::Dismissed, None, by)
        .await
        .unwrap()
    else {
        panic!()
    };
    assert_eq!(leak.key.state, KeyState::Active);
    assert_eq!(rules([&old, &new]).await, (Some(Rule::KeyRotated), None));
    // One that somebody disabled stays so, and doesn't come back with the token that leaked.
    let (key, old, new) = rotated("Panel").await;
    deck.store.disable_key(key, None, by).await.unwrap();
    report(&deck, old, 1).await;
    let enabled = deck.store.enable_key(key, by).await.unwrap();
    assert!(matches!(enabled, KeySwitch::Switched(_)));
    assert_eq!(rules([&old, &new]).await, (Some(Rule::KeyRotated), None));
    // The new one that leaks has no other beside it that anybody was told to use.
    let (_, old, new) = rotated("Report").await;
    report(&deck, new, 1).await;
    assert_eq!(
        rules([&old, &new]).await,
        (Some(Rule::KeyDisabled), Some(Rule::KeyDisabled))
    );
    assert!(compared(&*deck.store).await.is_ok());
}
