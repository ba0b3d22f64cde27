//! Who changes a key at the same moment as somebody else: of a rotation and a switch, of the two ways to end a rotation, of an
//! end that is brought forward and an overlap. Changes come one after the other, so that each has one right outcome,
//! whichever is first.

use keydeck::model::{KeyState, Rule, Scope};
use keydeck::server::store::{KeyChange, KeySwitch, RotationChange, RotationEdit};

use super::deck::{Deck, actor};
use super::ends::in_seconds;
use super::rotation::{self, changed, rules};
use super::statements::compared;

const ROUNDS: usize = 12;
const HOUR: u32 = 3_600;

#[tokio::test(flavor = "multi_thread")]
async fn of_a_rotation_and_a_switch_at_once_both_tokens_stop() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    for n in 0..ROUNDS {
        let (key, old) = rotation::key(&deck, Scope::Web, &format!("Checkout {n}")).await;
        let new = rotation::token(Scope::Web);
        let rotate = deck.store.rotate_key(key.id, key.version, new.clone(), HOUR, by);
        let disable = deck.store.disable_key(key.id, None, by);
        let (rotated, disabled) = match n % 2 {
            0 => tokio::join!(rotate, disable),
            _ => {
                let (disabled, rotated) = tokio::join!(disable, rotate);
                (rotated, disabled)
            }
        };
        assert!(matches!(disabled.unwrap(), KeySwitch::Switched(_)));
        let both = match rotated.unwrap() {
            RotationChange::Changed(_) => vec![old, new.hash],
            // It was made of a key that was not disabled.
            RotationChange::Conflict(now) => {
                assert_eq!((now.state, &now.rotation), (KeyState::Disabled, &None));
                assert_eq!(deck.store.check(&new.hash, None).await.unwrap().key, None);
                vec![old]
            }
            other => panic!("{other:?}"),
        };
        for hash in &both {
            assert_eq!(rotation::rule(&deck, hash).await, Some(Rule::KeyDisabled));
        }
        deck.store.enable_key(key.id, by).await.unwrap();
        for hash in &both {
            assert_eq!(rotation::rule(&deck, hash).await, None);
        }
    }
    assert!(compared(&*deck.store).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_ends_in_one_way() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    for n in 0..ROUNDS {
        let (key, old) = rotation::key(&deck, Scope::Web, &format!("Checkout {n}")).await;
        let new = rotation::token(Scope::Web);
        let key = changed(
            deck.store
                .rotate_key(key.id, key.version, new.clone(), HOUR, by)
                .await
                .unwrap(),
        );
        // Without a version each takes the key as it is then.
        let finish = |edit| deck.store.finish_rotation(key.id, None, edit, by);
        let extend = deck.store.extend_rotation(key.id, None, HOUR, by);
        let (end, cancel, extended) = match n % 2 {
            0 => tokio::join!(finish(RotationEdit::End), finish(RotationEdit::Cancel), extend),
            _ => {
                let (cancel, end, extended) =
                    tokio::join!(finish(RotationEdit::Cancel), finish(RotationEdit::End), extend);
                (end, cancel, extended)
            }
        };
        assert!(matches!(
            extended.unwrap(),
            RotationChange::Changed(_) | RotationChange::NotRotating(_)
        ));
        let left = match (end.unwrap(), cancel.unwrap()) {
            (RotationChange::Changed(_), RotationChange::NotRotating(_)) => [Some(Rule::KeyRotated), None],
            (RotationChange::NotRotating(_), RotationChange::Changed(_)) => [None, Some(Rule::KeyRotated)],
            other => panic!("{other:?}"),
        };
        assert_eq!(rules(&deck, [&old, &new.hash]).await, left);
    }
    assert!(compared(&*deck.store).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_end_that_is_brought_forward_and_an_overlap_at_once_no_token_outlasts_the_key() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    for n in 0..ROUNDS {
        let (key, old) = rotation::key(&deck, Scope::Web, &format!("Checkout {n}")).await;
        let new = rotation::token(Scope::Web);
        let key = changed(
            deck.store
                .rotate_key(key.id, key.version, new.clone(), HOUR, by)
                .await
                .unwrap(),
        );
        let ends = in_seconds(600);
        let mut settings = key.settings.clone();
        settings.expires_at = Some(ends);
        let edit = deck
            .store
            .edit_key(key.id, key.version, key.name.clone(), settings, by);
        let extend = deck.store.extend_rotation(key.id, None, HOUR, by);
        let (edited, extended) = tokio::join!(edit, extend);
        let is_edited = match edited.unwrap() {
            KeyChange::Changed(_) => true,
            KeyChange::Conflict(_) => false,
            other => panic!("{other:?}"),
        };
        match extended.unwrap() {
            RotationChange::Changed(_) => {}
            RotationChange::TooLong(_) => assert!(is_edited),
            other => panic!("{other:?}"),
        }
        for hash in [&old, &new.hash] {
            let checked = deck.store.check(hash, None).await.unwrap().key.unwrap();
            assert_eq!(checked.standing.refuses(), None);
            if is_edited {
                assert_eq!(checked.ends_at, Some(ends));
            }
        }
    }
    assert!(compared(&*deck.store).await.is_ok());
}
