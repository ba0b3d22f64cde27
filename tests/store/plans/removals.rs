//! A plan that is committed while a person is removed: the one who made it, or the one who created its keys. One comes
//! first, and each key ends in one way.

use keydeck::model::{Role, TokenHash};
use keydeck::server::store::{Fate, NewUserRecord, Removal};

use super::*;

const ROUNDS: usize = 8;

impl Deck {
    async fn person(&self, n: usize, role: Role) -> User {
        let email = format!("ada{n}@acme.example");
        let new = NewUserRecord {
            token: Some(TokenHash::of(&email)),
            email,
            role,
        };
        let added = self.store.add_user(new, actor(&self.owner)).await.unwrap();
        added.unwrap()
    }

    async fn disabling(&self, keys: &[KeyRecord], by: &User) -> Uuid {
        let new = NewPlanRecord {
            change: BulkChange::Disable { reason: None },
            asked: ids(keys),
            keys: keys.iter().map(|key| (key.id, key.version)).collect(),
        };
        self.store.make_plan(new, actor(by)).await.unwrap().id
    }

    async fn remove_person(&self, person: &User, fate: Option<Fate>) -> Removal {
        let removed = self.store.remove_user(person.id, fate, actor(&self.owner)).await;
        removed.unwrap()
    }

    /// Both are carried on by turns, as the server does.
    async fn carry_on(&self, plan: Uuid, person: &User) {
        loop {
            let plan = self.store.continue_plan(plan).await.unwrap().is_some();
            let removal = self.store.continue_removal(person.id).await.unwrap().is_some();
            if !plan && !removal {
                return;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_plan_and_the_removal_of_who_made_it_all_of_it_is_done_or_nothing() {
    let deck = Deck::new().await;
    for n in 0..ROUNDS {
        let keys = deck.named_keys(&format!("Round {n}"), 40, &deck.owner).await;
        let ada = deck.person(n, Role::Support).await;
        let plan = deck.disabling(&keys, &ada).await;
        let nothing = PlanDifference::default();
        let commit = deck.store.commit_plan(plan, nothing, actor(&ada));
        let remove = deck.remove_person(&ada, None);
        let (committed, removed) = match n % 2 {
            0 => tokio::join!(commit, remove),
            _ => {
                let (removed, committed) = tokio::join!(remove, commit);
                (committed, removed)
            }
        };
        assert!(matches!(removed, Removal::Removed(_)), "{removed:?}");
        deck.carry_on(plan, &ada).await;
        let done = match committed {
            Ok(PlanCommit::Committed(_)) => true,
            Err(StoreError::ActorGone) => false,
            other => panic!("{other:?}"),
        };
        for key in &keys {
            let now = deck.now(key).await.expect("it was not revoked");
            assert_eq!(now.state == KeyState::Disabled, done, "{n}: {}", key.name);
            assert_eq!(
                now.disabled.map(|disabled| disabled.by.id),
                done.then_some(ada.id)
            );
        }
    }
    assert!(compared(&*deck.store).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_plan_and_the_removal_of_who_created_its_keys_each_key_ends_in_one_way() {
    let deck = Deck::new().await;
    for n in 0..ROUNDS {
        // More than a portion has, in one of the rounds each.
        let count = if n < 2 { MANY } else { 40 };
        let ada = deck.person(n, Role::Support).await;
        let keys = deck.named_keys(&format!("Round {n}"), count, &ada).await;
        let plan = deck.disabling(&keys, &deck.owner).await;
        let fate = match n % 2 {
            0 => Fate::HandOver(deck.owner.id),
            _ => Fate::Revoke,
        };
        let commit = deck.commit(plan, &deck.owner);
        let remove = deck.remove_person(&ada, Some(fate));
        let (committed, removed) = match n % 4 {
            0 | 1 => tokio::join!(commit, remove),
            _ => {
                let (removed, committed) = tokio::join!(remove, commit);
                (committed, removed)
            }
        };
        assert!(
            matches!(removed, Removal::Removed(_) | Removal::Begun(_)),
            "{removed:?}"
        );
        deck.carry_on(plan, &ada).await;
        let mut disabled = 0;
        for key in &keys {
            match (fate, deck.now(key).await) {
                (Fate::Revoke, None) => {}
                (Fate::HandOver(_), Some(now)) => {
                    assert_eq!(now.creator.id, deck.owner.id);
                    disabled += u64::from(now.state == KeyState::Disabled);
                }
                (_, now) => panic!("{n}: {now:?}"),
            }
        }
        let progress = deck
            .store
            .plan_progress(plan, deck.owner.id)
            .await
            .unwrap()
            .unwrap();
        match committed {
            PlanCommit::Committed(_) => {
                assert_eq!(progress.done + progress.left_alone, count as u64, "{progress:?}");
                assert!(
                    fate == Fate::Revoke || disabled == progress.done,
                    "{disabled}: {progress:?}"
                );
            }
            PlanCommit::Differs(difference) => {
                assert!(difference.changed + difference.revoked > 0, "{difference:?}");
                assert_eq!((disabled, progress.committed_at), (0, None));
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(compared(&*deck.store).await.is_ok());
}
