//! Keys that are rotated: two tokens for a while, what becomes of each, and who meets whom.

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use keydeck::api::{ActivityAction, ActivityQuery, LifetimesEdit, PolicyEdit};
use keydeck::model::{Rule, Scope, TokenHash, WhichToken};
use keydeck::server::store::seals::{Resealed, SecretPlace};
use keydeck::server::store::{
    Checked, CheckedKey, Fate, Found, FoundToken, KeyChange, KeyCreation, KeyRecord, KeySwitch, NewKeyToken,
    Removal, Revocation, RotationChange, RotationEdit, Sealed, StoreError, Tally, Use, Visible, hour_of,
};
use serde_json::json;
use strum::IntoEnumIterator;
use uuid::Uuid;

use super::data_keys;
use super::deck::{Deck, actor, new_key};
use super::ends::{end, in_seconds};
use super::engine;
use super::statements::compared;

const HOUR: u32 = 3_600;
const DAY: u32 = 24 * HOUR;

/// A key of the owner and the hash of its token.
pub async fn key(deck: &Deck, scope: Scope, name: &str) -> (KeyRecord, TokenHash) {
    let new = new_key(scope, name, scope.has_project().then_some(deck.shop.id));
    let hash = new.token_hash;
    (deck.create(new, &deck.owner).await, hash)
}

/// A token that no other key has.
pub fn token(scope: Scope) -> NewKeyToken {
    let new = new_key(scope, "", None);
    NewKeyToken {
        hash: new.token_hash,
        hint: "kdw_…new1".into(),
        sealed: new.sealed,
    }
}

async fn rotate(deck: &Deck, key: &KeyRecord, new: &NewKeyToken, overlap: u32) -> RotationChange {
    let by = actor(&deck.owner);
    let rotated = deck
        .store
        .rotate_key(key.id, key.version, new.clone(), overlap, by);
    rotated.await.unwrap()
}

pub fn changed(change: RotationChange) -> KeyRecord {
    match change {
        RotationChange::Changed(key) => key,
        other => panic!("not changed: {other:?}"),
    }
}

/// A key that is being rotated, its old token and its new one.
async fn rotated(deck: &Deck, scope: Scope, name: &str) -> (KeyRecord, TokenHash, TokenHash) {
    let (key, old) = key(deck, scope, name).await;
    let new = token(scope);
    let key = changed(rotate(deck, &key, &new, DAY).await);
    (key, old, new.hash)
}

async fn extended(deck: &Deck, key: &KeyRecord, seconds: u32) -> RotationChange {
    let by = actor(&deck.owner);
    let extended = deck.store.extend_rotation(key.id, None, seconds, by);
    extended.await.unwrap()
}

async fn finished(deck: &Deck, key: &KeyRecord, edit: RotationEdit) -> RotationChange {
    let finished = deck.store.finish_rotation(key.id, None, edit, actor(&deck.owner));
    finished.await.unwrap()
}

async fn checked(deck: &Deck, hash: &TokenHash) -> Option<CheckedKey> {
    deck.store.check(hash, None).await.unwrap().key
}

pub async fn rule(deck: &Deck, hash: &TokenHash) -> Option<Rule> {
    checked(deck, hash).await.unwrap().standing.refuses()
}

pub async fn rules(deck: &Deck, hashes: [&TokenHash; 2]) -> [Option<Rule>; 2] {
    [rule(deck, hashes[0]).await, rule(deck, hashes[1]).await]
}

async fn looked_up(deck: &Deck, hash: &TokenHash) -> FoundToken {
    let found = deck.store.key_by_hash(hash, Visible::All).await;
    found.unwrap().unwrap()
}

async fn which(deck: &Deck, hash: &TokenHash) -> WhichToken {
    looked_up(deck, hash).await.which
}

async fn found(deck: &Deck, key: Uuid) -> KeyRecord {
    match deck.store.key(key, Visible::All).await.unwrap() {
        Some(Found::Active(key)) => key,
        other => panic!("{other:?}"),
    }
}

/// As if the overlap had ended then; what the log states of it is another matter.
async fn end_overlap(deck: &Deck, at: Timestamp) {
    let at = at.as_microsecond();
    let sql = format!("UPDATE keys SET old_ends_at = {at} WHERE old_ends_at IS NOT NULL");
    engine::run(&deck.place, &sql).await.unwrap();
}

/// Somebody is let through by this token.
async fn used(deck: &Deck, hash: &TokenHash, address: [u8; 4], times: u32) {
    let CheckedKey {
        number,
        token,
        has_two_tokens,
        ..
    } = checked(deck, hash).await.unwrap();
    let now = Timestamp::now();
    let mut tally = Tally::of(number, hour_of(now));
    for _ in 0..times {
        let used = Use::new(now, Some(address.into()), None);
        match has_two_tokens {
            true => tally.allow_by(token, used),
            false => tally.allow(used),
        }
    }
    deck.store.record_usage(vec![vec![tally]].into()).await.unwrap();
}

async fn told(deck: &Deck) -> Vec<(ActivityAction, serde_json::Value)> {
    let all = ActivityQuery::default();
    let rows = deck.store.activity(&all, Visible::All).await.unwrap().items;
    rows.into_iter().map(|row| (row.action, row.changes)).collect()
}

#[tokio::test]
async fn a_rotated_key_has_two_tokens_until_the_overlap_ends() {
    let deck = Deck::new().await;
    for (n, scope) in Scope::iter().enumerate() {
        let (key, old) = key(&deck, scope, &format!("Key {n}")).await;
        let before = checked(&deck, &old).await.unwrap();
        assert!(!before.has_two_tokens);
        let new = token(scope);
        assert_eq!(checked(&deck, &new.hash).await, None);
        let rotated = changed(rotate(&deck, &key, &new, DAY).await);
        let rotation = rotated.rotation.clone().unwrap();
        let expected = KeyRecord {
            version: 2,
            hint: new.hint.clone(),
            rotation: Some(rotation.clone()),
            ..key.clone()
        };
        assert_eq!(rotated, expected);
        assert_eq!(rotation.old_hint, key.hint);
        let overlap = rotation.ends_at.duration_since(rotation.started_at).as_secs();
        assert!((86_390..=86_410).contains(&overlap), "{overlap}");
        for (hash, of) in [(&old, WhichToken::Old), (&new.hash, WhichToken::New)] {
            let now = checked(&deck, hash).await.unwrap();
            let ends_at = (of == WhichToken::Old).then_some(rotation.ends_at);
            let expected = CheckedKey {
                token: hash.mark(),
                has_two_tokens: true,
                ends_at,
                ..before.clone()
            };
            assert_eq!(now, expected);
            assert_eq!(which(&deck, hash).await, of);
        }
        let revealed = deck.store.reveal_key(key.id, actor(&deck.owner)).await.unwrap();
        assert_eq!(revealed, new.sealed);
        assert_eq!(
            told(&deck)
                .await
                .into_iter()
                .find(|(action, _)| *action == ActivityAction::KeyRotated),
            Some((
                ActivityAction::KeyRotated,
                json!({"old_token_ends_at": [null, rotation.ends_at]})
            ))
        );
        if n == 0 {
            assert!(compared(&*deck.store).await.is_ok());
        }
        let ended = in_seconds(-5);
        end_overlap(&deck, ended).await;
        assert_eq!(
            rules(&deck, [&old, &new.hash]).await,
            [Some(Rule::KeyRotated), None]
        );
        assert!(!checked(&deck, &new.hash).await.unwrap().has_two_tokens);
        let found = looked_up(&deck, &old).await;
        assert_eq!(
            (found.which, found.replaced_at),
            (WhichToken::Replaced, Some(ended))
        );
        assert_eq!(which(&deck, &new.hash).await, WhichToken::Current);
        assert_eq!(
            deck.store.valid_tokens(key.id).await.unwrap(),
            std::slice::from_ref(&new.hash)
        );
    }
}

#[tokio::test]
async fn without_an_overlap_the_old_token_is_refused_at_once() {
    let deck = Deck::new().await;
    for (n, scope) in Scope::iter().enumerate() {
        let (key, old) = key(&deck, scope, &format!("Key {n}")).await;
        let new = token(scope);
        let rotated = changed(rotate(&deck, &key, &new, 0).await);
        assert_eq!(rotated.rotation, None);
        assert_eq!(
            rules(&deck, [&old, &new.hash]).await,
            [Some(Rule::KeyRotated), None]
        );
        assert_eq!(which(&deck, &old).await, WhichToken::Replaced);
        // The token before is told of after the next rotation too.
        let newest = token(scope);
        changed(rotate(&deck, &rotated, &newest, DAY).await);
        assert_eq!(
            rules(&deck, [&old, &new.hash]).await,
            [Some(Rule::KeyRotated), None]
        );
        let other = new_key(Scope::Analytics, "Other", None);
        assert!(
            deck.store
                .check(&other.token_hash, None)
                .await
                .unwrap()
                .key
                .is_none()
        );
    }
    assert!(compared(&*deck.store).await.is_ok());
}

#[tokio::test]
async fn no_overlap_outlasts_the_key_and_none_is_rounded() {
    let deck = Deck::new().await;
    let mut new = new_key(Scope::Web, "Checkout", Some(deck.shop.id));
    let old = new.token_hash;
    let ends = in_seconds(7_200);
    new.valid.settings.expires_at = Some(ends);
    let key = deck.create(new, &deck.owner).await;
    let new = token(Scope::Web);
    let key = changed(rotate(&deck, &key, &new, DAY).await);
    assert_eq!(key.rotation.as_ref().unwrap().ends_at, ends);
    for hash in [&old, &new.hash] {
        assert_eq!(checked(&deck, hash).await.unwrap().ends_at, Some(ends));
    }
    let refused = extended(&deck, &key, HOUR).await;
    assert!(
        matches!(&refused, RotationChange::TooLong(why) if why.contains("renew the key")),
        "{refused:?}"
    );
    // The key ends within the overlap, by an edit: so do both tokens, until it is renewed.
    end(&deck, key.id, in_seconds(-5)).await;
    let hashes = [&old, &new.hash];
    assert_eq!(rules(&deck, hashes).await, [Some(Rule::KeyExpired); 2]);
    let expired = found(&deck, key.id).await;
    assert_eq!(expired.rotation, None);
    assert_eq!(which(&deck, &old).await, WhichToken::Old);
    let refused = rotate(&deck, &expired, &token(Scope::Web), DAY).await;
    assert!(matches!(refused, RotationChange::Expired(_)), "{refused:?}");
    let mut settings = expired.settings.clone();
    settings.expires_at = Some(in_seconds(3_600));
    let renewed = deck.store.edit_key(
        key.id,
        expired.version,
        key.name.clone(),
        settings,
        actor(&deck.owner),
    );
    let KeyChange::Changed(renewed) = renewed.await.unwrap() else {
        panic!("not renewed");
    };
    assert_eq!(rules(&deck, hashes).await, [None, None]);
    assert_eq!(
        renewed.rotation.unwrap().ends_at,
        renewed.settings.expires_at.unwrap()
    );
}

#[tokio::test]
async fn what_was_never_used_is_replaced_and_what_was_is_not() {
    let deck = Deck::new().await;
    let (key, old, lost) = rotated(&deck, Scope::Analytics, "Board").await;
    let new = token(Scope::Analytics);
    let again = changed(rotate(&deck, &key, &new, 2 * DAY).await);
    assert_eq!(rules(&deck, [&old, &new.hash]).await, [None, None]);
    assert_eq!(rule(&deck, &lost).await, Some(Rule::KeyRotated));
    assert_eq!(which(&deck, &lost).await, WhichToken::Replaced);
    let ends = |key: &KeyRecord| key.rotation.as_ref().unwrap().ends_at;
    assert!(ends(&again).duration_since(ends(&key)) > SignedDuration::from_hours(23));
    used(&deck, &old, [203, 0, 113, 7], 3).await;
    let third = token(Scope::Analytics);
    let again = changed(rotate(&deck, &again, &third, DAY).await);
    used(&deck, &third.hash, [203, 0, 113, 8], 1).await;
    let refused = rotate(&deck, &again, &token(Scope::Analytics), DAY).await;
    assert!(matches!(refused, RotationChange::InUse(_)), "{refused:?}");
    let refused = finished(&deck, &again, RotationEdit::Cancel).await;
    assert!(matches!(refused, RotationChange::InUse(_)), "{refused:?}");
    // Once the overlap has ended, another rotation is one of its own.
    end_overlap(&deck, in_seconds(-5)).await;
    let fourth = token(Scope::Analytics);
    changed(rotate(&deck, &again, &fourth, DAY).await);
    assert_eq!(rules(&deck, [&third.hash, &fourth.hash]).await, [None, None]);
    assert_eq!(rule(&deck, &old).await, Some(Rule::KeyRotated));
    // Without an overlap, none of the two before is left.
    let key = found(&deck, key.id).await;
    let fifth = token(Scope::Analytics);
    let key = changed(rotate(&deck, &key, &fifth, 0).await);
    assert_eq!(key.rotation, None);
    assert_eq!(
        rules(&deck, [&third.hash, &fourth.hash]).await,
        [Some(Rule::KeyRotated); 2]
    );
    assert_eq!(rule(&deck, &fifth.hash).await, None);
    assert!(compared(&*deck.store).await.is_ok());
}

#[tokio::test]
async fn a_rotation_ends_before_its_time_is_extended_and_cancelled() {
    let deck = Deck::new().await;
    for (n, scope) in Scope::iter().enumerate() {
        let name = |what: &str| format!("{what} {n}");
        let (key, old, new) = rotated(&deck, scope, &name("Extended")).await;
        let first = key.rotation.clone().unwrap();
        let later = changed(extended(&deck, &key, HOUR).await).rotation.unwrap();
        assert_eq!(
            later.ends_at.duration_since(first.ends_at),
            SignedDuration::from_hours(1)
        );
        let refused = extended(&deck, &key, 29 * DAY).await;
        assert!(
            matches!(&refused, RotationChange::TooLong(why) if why.contains("30 days")),
            "{refused:?}"
        );
        assert_eq!(told(&deck).await[0].0, ActivityAction::KeyRotationExtended);

        let ended = changed(finished(&deck, &key, RotationEdit::End).await);
        assert_eq!(ended.rotation, None);
        assert_eq!(rules(&deck, [&old, &new]).await, [Some(Rule::KeyRotated), None]);
        for edit in [RotationEdit::End, RotationEdit::Cancel] {
            let refused = finished(&deck, &key, edit).await;
            assert!(matches!(refused, RotationChange::NotRotating(_)), "{refused:?}");
        }
        let refused = extended(&deck, &key, HOUR).await;
        assert!(matches!(refused, RotationChange::NotRotating(_)), "{refused:?}");

        let (before, old) = self::key(&deck, scope, &name("Cancelled")).await;
        let sealed = deck
            .store
            .reveal_key(before.id, actor(&deck.owner))
            .await
            .unwrap();
        let new = token(scope);
        let rotated = changed(rotate(&deck, &before, &new, DAY).await);
        let cancelled = changed(finished(&deck, &rotated, RotationEdit::Cancel).await);
        assert_eq!(
            cancelled,
            KeyRecord {
                version: 3,
                ..before.clone()
            }
        );
        assert_eq!(
            rules(&deck, [&old, &new.hash]).await,
            [None, Some(Rule::KeyRotated)]
        );
        assert_eq!(which(&deck, &old).await, WhichToken::Current);
        let revealed = deck
            .store
            .reveal_key(before.id, actor(&deck.owner))
            .await
            .unwrap();
        assert_eq!(revealed, sealed);
        // And may be rotated again.
        changed(rotate(&deck, &cancelled, &token(scope), 0).await);
        assert_eq!(rule(&deck, &old).await, Some(Rule::KeyRotated));
    }
    assert!(compared(&*deck.store).await.is_ok());
}

#[tokio::test]
async fn a_rotation_is_made_from_what_was_seen() {
    let deck = Deck::new().await;
    let (key, _, _) = rotated(&deck, Scope::Web, "Checkout").await;
    let by = actor(&deck.owner);
    let stale = key.version - 1;
    let id = key.id;
    for refused in [
        deck.store.rotate_key(id, stale, token(Scope::Web), DAY, by).await,
        deck.store.extend_rotation(id, Some(stale), HOUR, by).await,
        deck.store
            .finish_rotation(id, Some(stale), RotationEdit::End, by)
            .await,
    ] {
        assert!(matches!(refused.unwrap(), RotationChange::Conflict(now) if now == key));
    }
    let nobody = Uuid::now_v7();
    let refused = deck.store.rotate_key(nobody, 1, token(Scope::Web), DAY, by).await;
    assert!(matches!(refused.unwrap(), RotationChange::Missing));
}

#[tokio::test]
async fn of_rotations_at_once_one_holds() {
    let deck = Deck::new().await;
    let (key, old) = key(&deck, Scope::Web, "Checkout").await;
    let tokens: Vec<NewKeyToken> = (0..8).map(|_| token(Scope::Web)).collect();
    let rotations = tokens.iter().map(|new| rotate(&deck, &key, new, DAY));
    let changes = join_all(rotations).await;
    let mut held = Vec::new();
    for (change, new) in changes.iter().zip(&tokens) {
        match change {
            RotationChange::Changed(_) => held.push(new.hash),
            RotationChange::Conflict(_) => assert_eq!(checked(&deck, &new.hash).await, None),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(held.len(), 1);
    assert_eq!(rules(&deck, [&old, &held[0]]).await, [None, None]);
    let rotations = told(&deck).await;
    let rotations = rotations
        .iter()
        .filter(|(action, _)| *action == ActivityAction::KeyRotated);
    assert_eq!(rotations.count(), 1);
}

#[tokio::test]
async fn a_revocation_ends_both_tokens_whoever_is_first() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let mut tokens = Vec::new();
    for n in 0..8 {
        let (key, old) = key(&deck, Scope::Web, &format!("Checkout {n}")).await;
        let new = token(Scope::Web);
        let rotate = rotate(&deck, &key, &new, DAY);
        let revoke = async { deck.store.revoke_key(key.id, by).await.unwrap() };
        let (rotated, revoked) = match n % 2 {
            0 => futures_util::join!(rotate, revoke),
            _ => {
                let (revoked, rotated) = futures_util::join!(revoke, rotate);
                (rotated, revoked)
            }
        };
        assert!(matches!(revoked, Revocation::Revoked), "{revoked:?}");
        assert_eq!(rule(&deck, &old).await, Some(Rule::KeyRevoked));
        match rotated {
            RotationChange::Changed(_) => {
                assert_eq!(rule(&deck, &new.hash).await, Some(Rule::KeyRevoked));
            }
            RotationChange::Revoked(_) => assert_eq!(checked(&deck, &new.hash).await, None),
            other => panic!("{other:?}"),
        }
        let gone = looked_up(&deck, &old).await;
        assert!(matches!(gone.found, Found::Revoked(_)), "{gone:?}");
        for edit in [RotationEdit::End, RotationEdit::Cancel] {
            let refused = finished(&deck, &key, edit).await;
            assert!(matches!(refused, RotationChange::Revoked(_)), "{refused:?}");
        }
        tokens.push(key_sealed(&new));
    }
    assert!(!is_kept(&deck, "nowhere").await);
    for sealed in tokens {
        assert!(!engine::holds(&deck.place, &sealed).await);
    }
    assert!(compared(&*deck.store).await.is_ok());
}

/// Whether the database has it; the next change finds the log emptied of what was erased.
async fn is_kept(deck: &Deck, sealed: &str) -> bool {
    let name = format!("Board {}", Uuid::now_v7());
    key(deck, Scope::Analytics, &name).await;
    engine::holds(&deck.place, sealed).await
}

fn key_sealed(new: &NewKeyToken) -> String {
    let Sealed { bytes, .. } = new.sealed.clone().unwrap();
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn whoever_is_removed_with_their_keys_leaves_no_token() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let new = new_key(Scope::Web, "Kiosk", Some(deck.kiosk.id));
    let (old, first) = (new.token_hash, new.sealed.clone().unwrap());
    let key = deck.create(new, &deck.editor).await;
    let new = token(Scope::Web);
    changed(rotate(&deck, &key, &new, DAY).await);
    let first = String::from_utf8(first.bytes).unwrap();
    assert!(is_kept(&deck, &first).await);
    let removed = deck
        .store
        .remove_user(deck.editor.id, Some(Fate::Revoke), by)
        .await;
    assert!(matches!(removed.unwrap(), Removal::Removed(_)));
    assert_eq!(rules(&deck, [&old, &new.hash]).await, [Some(Rule::KeyRevoked); 2]);
    for sealed in [first, key_sealed(&new)] {
        assert!(!is_kept(&deck, &sealed).await);
    }
    assert!(compared(&*deck.store).await.is_ok());
}

#[tokio::test]
async fn a_disabled_key_stays_disabled_and_both_tokens_stop() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let (key, old, new) = rotated(&deck, Scope::Mobile, "App").await;
    let disabled = deck.store.disable_key(key.id, None, by).await.unwrap();
    let KeySwitch::Switched(disabled) = disabled else {
        panic!("{disabled:?}");
    };
    assert_eq!(rules(&deck, [&old, &new]).await, [Some(Rule::KeyDisabled); 2]);
    assert_eq!(disabled.rotation, key.rotation);
    let other = token(Scope::Mobile);
    let again = changed(rotate(&deck, &disabled, &other, DAY).await);
    assert!(again.disabled.is_some());
    assert_eq!(
        rules(&deck, [&old, &other.hash]).await,
        [Some(Rule::KeyDisabled); 2]
    );
    // That a token is replaced is told first: enabling the key does not bring it back.
    changed(finished(&deck, &again, RotationEdit::End).await);
    assert_eq!(
        rules(&deck, [&old, &other.hash]).await,
        [Some(Rule::KeyRotated), Some(Rule::KeyDisabled)]
    );
    deck.store.enable_key(key.id, by).await.unwrap();
    assert_eq!(
        rules(&deck, [&old, &other.hash]).await,
        [Some(Rule::KeyRotated), None]
    );
}

#[tokio::test]
async fn no_clock_that_is_set_back_brings_an_old_token_back() {
    let deck = Deck::new().await;
    let (key, old, new) = rotated(&deck, Scope::Web, "Checkout").await;
    let ends = key.rotation.unwrap().ends_at.as_microsecond();
    // As it is kept in the database, it was later once.
    for (kept, expected) in [(ends - 1, None), (ends, Some(Rule::KeyRotated))] {
        let sql = format!("DELETE FROM clock; INSERT INTO clock (one, at) VALUES (1, {kept})");
        engine::run(&deck.place, &sql).await.unwrap();
        assert_eq!(rules(&deck, [&old, &new]).await, [expected, None]);
    }
    // Another rotation begins from there.
    let now = found(&deck, key.id).await;
    assert_eq!(now.rotation, None);
    let newest = token(Scope::Web);
    let again = changed(rotate(&deck, &now, &newest, HOUR).await);
    assert_eq!(rules(&deck, [&new, &newest.hash]).await, [None, None]);
    assert!(again.rotation.unwrap().ends_at.as_microsecond() >= ends + 3_600_000_000);
}

#[tokio::test]
async fn no_token_is_given_twice() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let (key, old, new) = rotated(&deck, Scope::Analytics, "Board").await;
    let retired = {
        let (other, retired) = self::key(&deck, Scope::Analytics, "Other").await;
        changed(rotate(&deck, &other, &token(Scope::Analytics), 0).await);
        retired
    };
    let (third, _) = self::key(&deck, Scope::Analytics, "Third").await;
    for hash in [old, new, retired] {
        let mut again = new_key(Scope::Analytics, "Again", None);
        again.token_hash = hash;
        assert!(deck.store.create_key(again, by).await.is_err());
        let again = NewKeyToken {
            hash,
            ..token(Scope::Analytics)
        };
        for key in [&key, &third] {
            let rotated = deck.store.rotate_key(key.id, key.version, again.clone(), DAY, by);
            assert!(rotated.await.is_err(), "{hash}");
        }
    }
    for sql in [
        "DELETE FROM retired_tokens",
        "UPDATE retired_tokens SET retired_at = 0",
        "UPDATE keys SET old_token_hash = token_hash, old_hint = '', old_ends_at = 0 WHERE name = 'Other'",
    ] {
        assert!(engine::run(&deck.place, sql).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn an_old_token_that_somebody_wrote_into_the_table_is_told() {
    let deck = Deck::new().await;
    let (_, _, _) = rotated(&deck, Scope::Web, "Checkout").await;
    key(&deck, Scope::Web, "Till").await;
    let rows = compared(&*deck.store).await;
    assert!(rows.is_ok());
    for (tamper, undo) in [
        (
            "UPDATE keys SET old_ends_at = old_ends_at + 1 WHERE name = 'Checkout'",
            "UPDATE keys SET old_ends_at = old_ends_at - 1 WHERE name = 'Checkout'",
        ),
        (
            "UPDATE keys SET old_token_hash = {hash}, old_hint = '', old_ends_at = 9000000000000000 WHERE name = 'Till'",
            "UPDATE keys SET old_token_hash = NULL, old_hint = NULL, old_ends_at = NULL WHERE name = 'Till'",
        ),
    ] {
        let tamper = tamper.replace("{hash}", engine::ENGINE.hash);
        engine::behind_triggers(&deck.place, "keys", &tamper).await;
        let said = compared(&*deck.store).await.expect_err(&tamper);
        assert!(said.contains("has another token"), "{said}");
        engine::behind_triggers(&deck.place, "keys", undo).await;
        assert_eq!(compared(&*deck.store).await, rows, "{undo}");
    }
}

#[tokio::test]
async fn what_either_token_is_used_for_is_counted_since_the_rotation_began() {
    let deck = Deck::new().await;
    let (key, old) = key(&deck, Scope::Web, "Checkout").await;
    let usage = async || {
        let usage = deck.store.usage(key.id, Visible::All).await.unwrap();
        usage.unwrap()
    };
    used(&deck, &old, [203, 0, 113, 1], 5).await;
    assert_eq!(usage().await.rotation, None);
    let new = token(Scope::Web);
    let rotated = changed(rotate(&deck, &key, &new, DAY).await);
    let meter = usage().await.rotation.unwrap();
    assert_eq!((meter.old.allowed, meter.new.allowed), (0, 0));
    assert_eq!(meter.new.last_use, None);
    used(&deck, &old, [203, 0, 113, 7], 3).await;
    used(&deck, &new.hash, [203, 0, 113, 8], 1_000).await;
    used(&deck, &new.hash, [203, 0, 113, 9], 204).await;
    let all = usage().await;
    let meter = all.rotation.unwrap();
    assert_eq!((meter.old.allowed, meter.new.allowed), (3, 1_204));
    assert_eq!((meter.old.last_day(), meter.new.last_day()), (3, 1_204));
    assert_eq!(meter.old.hours.len(), all.hours.allowed.len());
    let from = |used: &keydeck::api::TokenUsage| used.last_use.as_ref().unwrap().address.unwrap().to_string();
    assert_eq!(from(&meter.old), "203.0.113.7");
    assert_eq!(from(&meter.new), "203.0.113.9");
    // All of it is in what the key as a whole is used for.
    assert_eq!(all.hours.total().allowed, 5 + 3 + 1_204);
    changed(finished(&deck, &rotated, RotationEdit::End).await);
    assert_eq!(usage().await.rotation, None);
}

/// So many keys at once that what they are used for is put down, and carried over later.
#[tokio::test]
async fn what_waits_to_be_carried_over_is_counted_for_its_token_too() {
    let deck = Deck::new().await;
    let (key, old, new) = rotated(&deck, Scope::Web, "Checkout").await;
    let CheckedKey { number, .. } = checked(&deck, &old).await.unwrap();
    let now = Timestamp::now();
    let tallies: Vec<Tally> = (0..400)
        .map(|n| {
            let mut tally = Tally::of(number + n, hour_of(now));
            let used = Use::new(now, Some([203, 0, 113, 7].into()), None);
            tally.allow_by(new.mark(), used.clone());
            tally.allow_by(old.mark(), used);
            tally
        })
        .collect();
    assert!(deck.store.record_usage(vec![tallies].into()).await.unwrap());
    let counted = async || {
        let usage = deck.store.usage(key.id, Visible::All).await.unwrap().unwrap();
        let meter = usage.rotation.unwrap();
        assert!(meter.old.last_use.is_some());
        (meter.old.allowed, meter.new.allowed)
    };
    assert_eq!(counted().await, (1, 1));
    let refused = finished(&deck, &key, RotationEdit::Cancel).await;
    assert!(matches!(refused, RotationChange::InUse(_)), "{refused:?}");
    while deck.store.settle_usage().await.unwrap() {}
    assert_eq!(counted().await, (1, 1));
}

#[tokio::test]
async fn both_tokens_of_a_key_are_sealed_anew() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let (key, _) = key(&deck, Scope::Web, "Checkout").await;
    let first = deck.store.reveal_key(key.id, by).await.unwrap().unwrap();
    let new = token(Scope::Web);
    let rotated = changed(rotate(&deck, &key, &new, DAY).await);
    assert!(deck.store.rotate_data_keys(data_keys::rotation(8)).await.unwrap());
    assert_eq!(deck.store.count_outdated_secrets().await.unwrap(), 2);
    // What would be sealed under the data key of before is not taken.
    let refused = deck
        .store
        .rotate_key(key.id, rotated.version, token(Scope::Web), DAY, by);
    assert!(matches!(refused.await, Err(StoreError::DataKeyReplaced)));
    let mut portion = Vec::new();
    for (place, before) in [
        (SecretPlace::Key, new.sealed.unwrap()),
        (SecretPlace::OldToken, first),
    ] {
        let found = deck.store.sealed_under(1, place, i64::MIN, 9).await.unwrap();
        assert_eq!(found.len(), 1);
        let secret = found[0].clone();
        assert_eq!((secret.id, &secret.sealed), (key.id, &before));
        portion.push(Resealed {
            before: secret,
            sealed: Sealed {
                data_key: 2,
                bytes: format!("anew {place:?}").into_bytes(),
            },
        });
    }
    assert_eq!(deck.store.reseal(portion).await.unwrap(), 2);
    assert_eq!(deck.store.count_outdated_secrets().await.unwrap(), 0);
    assert_eq!(deck.store.drop_unused_data_keys().await.unwrap(), 1);
    let revealed = async || deck.store.reveal_key(key.id, by).await.unwrap().unwrap().bytes;
    assert_eq!(revealed().await, b"anew Key");
    changed(finished(&deck, &rotated, RotationEdit::Cancel).await);
    assert_eq!(revealed().await, b"anew OldToken");
}

#[tokio::test]
async fn an_organisation_that_limits_lifetimes_has_keys_renewed_before_they_are_rotated() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let (key, _) = key(&deck, Scope::Web, "Checkout").await;
    let edit = PolicyEdit {
        longest_lifetime_days: LifetimesEdit {
            web: Some(Some(90)),
            ..LifetimesEdit::default()
        },
    };
    deck.store.set_policy(edit, by).await.unwrap();
    let refused = rotate(&deck, &key, &token(Scope::Web), DAY).await;
    assert!(
        matches!(&refused, RotationChange::WrongEnd(why) if why.contains("90 days")),
        "{refused:?}"
    );
    let mut settings = key.settings.clone();
    settings.expires_at = Some(in_seconds(80 * i64::from(DAY)));
    let renewed = deck
        .store
        .edit_key(key.id, key.version, key.name.clone(), settings, by);
    let KeyChange::Changed(renewed) = renewed.await.unwrap() else {
        panic!("not renewed");
    };
    changed(rotate(&deck, &renewed, &token(Scope::Web), DAY).await);
}

#[tokio::test]
async fn the_gateway_is_known_by_whatever_token_of_a_key_it_asks() {
    let deck = Deck::new().await;
    let (_, old, new) = rotated(&deck, Scope::Analytics, "Board").await;
    let unknown = TokenHash::of("unknown");
    for hash in [old, new, unknown] {
        let Checked { gateway, .. } = deck.store.check(&hash, Some(&unknown)).await.unwrap();
        assert!(!gateway);
    }
    let again = new_key(Scope::Analytics, "Again", None);
    let created = deck.store.create_key(again, actor(&deck.owner)).await;
    assert!(matches!(created.unwrap(), KeyCreation::Created(_)));
}
