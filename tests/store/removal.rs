//! Removing a person: what becomes of their keys and projects, all of it or nothing.

use futures_util::{StreamExt, stream};
use keydeck::api::{
    ActivityAction, ActivityPage, ActivityQuery, RemovalProgress, RemovedUser, User, UserQuery,
};
use keydeck::model::{Role, Scope, TokenHash};
use keydeck::server::store::{
    Fate, Found, Idempotency, KeyCreation, NewUserRecord, Removal, StoreError, Visible,
};
use serde_json::json;
use uuid::Uuid;

use super::deck::{Deck, actor, new_key};
use super::engine;

impl Deck {
    async fn add(&self, email: &str, role: Role) -> User {
        let new = NewUserRecord {
            email: email.into(),
            role,
            token: Some(TokenHash::of(email)),
        };
        self.store
            .add_user(new, actor(&self.owner))
            .await
            .unwrap()
            .unwrap()
    }

    /// By the owner.
    async fn remove(&self, user: Uuid, fate: Option<Fate>) -> Removal {
        self.store
            .remove_user(user, fate, actor(&self.owner))
            .await
            .unwrap()
    }

    async fn log(&self, visible: Visible) -> ActivityPage {
        self.store
            .activity(&ActivityQuery::default(), visible)
            .await
            .unwrap()
    }

    /// How many active keys each person has, by email.
    async fn keys_of_people(&self) -> Vec<(String, u64)> {
        let people = self.store.people(&UserQuery::default()).await.unwrap();
        people
            .into_iter()
            .map(|person| (person.user.email, person.keys))
            .collect()
    }
}

/// Of one person.
const NOTHING: RemovedUser = RemovedUser {
    keys_revoked: 0,
    keys_handed_over: 0,
    projects_handed_over: 0,
    renamed: 0,
};

#[tokio::test]
async fn what_is_handed_over_is_another_persons_with_all_its_history() {
    let deck = Deck::new().await;
    let ada = deck.add("ada@acme.example", Role::Editor).await;
    let web = deck
        .create(new_key(Scope::Web, "Lobby", Some(deck.kiosk.id)), &deck.editor)
        .await;
    let board = deck
        .create(new_key(Scope::Analytics, "Board", None), &deck.editor)
        .await;
    let gone = deck
        .create(new_key(Scope::Mobile, "Old", Some(deck.kiosk.id)), &deck.editor)
        .await;
    deck.store.revoke_key(gone.id, actor(&deck.owner)).await.unwrap();
    deck.store.reveal_key(web.id, actor(&deck.owner)).await.unwrap();

    let removed = deck.remove(deck.editor.id, Some(Fate::HandOver(ada.id))).await;
    let did = RemovedUser {
        keys_handed_over: 2,
        projects_handed_over: 1,
        ..NOTHING
    };
    assert_eq!(removed, Removal::Removed(did));

    let sees = Visible::CreatedBy(ada.id);
    for key in [web.id, board.id] {
        let Some(Found::Active(key)) = deck.store.key(key, sees).await.unwrap() else {
            panic!("not handed over")
        };
        assert_eq!((key.creator.id, key.version), (ada.id, 2));
    }
    assert!(deck.store.key(gone.id, sees).await.unwrap().is_none());
    let kiosk = deck.store.project(deck.kiosk.id, sees).await.unwrap().unwrap();
    assert_eq!((kiosk.creator.id, kiosk.keys), (ada.id, 1));
    assert_eq!(
        deck.keys_of_people().await,
        [("ada@acme.example".into(), 2), ("mira@acme.example".into(), 0)]
    );
    let log = deck.log(sees).await.items;
    let told: Vec<_> = log.iter().map(|row| (row.action, row.subject.as_str())).collect();
    use ActivityAction::{KeyCreated, KeyHandedOver, KeyRevealed};
    assert_eq!(
        told,
        [
            (KeyHandedOver, "Board"),
            (KeyHandedOver, "Lobby"),
            (KeyRevealed, "Lobby"),
            (KeyCreated, "Board"),
            (KeyCreated, "Lobby"),
        ]
    );
    assert_eq!(
        log[0].changes,
        json!({"creator": ["ed@acme.example", "ada@acme.example"]})
    );
    let all = deck.log(Visible::All).await.items;
    assert_eq!(
        [&all[0], &all[1]].map(|row| (row.action, row.subject.as_str())),
        [
            (ActivityAction::UserRemoved, "ed@acme.example"),
            (ActivityAction::ProjectHandedOver, "Kiosk"),
        ]
    );
}

#[tokio::test]
async fn keys_that_are_revoked_go_with_their_secrets() {
    let deck = Deck::new().await;
    for n in 0..3 {
        deck.create(
            new_key(Scope::Web, &format!("Lobby {n}"), Some(deck.kiosk.id)),
            &deck.editor,
        )
        .await;
    }
    let stays = deck.web("Checkout").await;
    let removed = deck.remove(deck.editor.id, Some(Fate::Revoke)).await;
    assert_eq!(
        removed,
        Removal::Removed(RemovedUser {
            keys_revoked: 3,
            ..NOTHING
        })
    );
    // A key that is active loses its secret to nobody: were another left that has one, this would be refused.
    let others = format!(
        "UPDATE keys SET sealed = NULL, data_key = NULL WHERE sealed IS NOT NULL AND name <> '{}'",
        stays.name
    );
    engine::run(&deck.place, &others).await.unwrap();
    let log = deck.log(Visible::All).await.items;
    assert!(
        log[1..4]
            .iter()
            .all(|row| row.action == ActivityAction::KeyRevoked && row.key.is_some())
    );
    // It is nobody's to hand over any more; it stays with whom the log names.
    let kiosk = deck
        .store
        .project(deck.kiosk.id, Visible::All)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((kiosk.creator.email.as_str(), kiosk.keys), ("ed@acme.example", 0));
}

#[tokio::test]
async fn who_has_keys_goes_only_when_it_is_said_what_becomes_of_them() {
    let deck = Deck::new().await;
    deck.create(new_key(Scope::Web, "Lobby", Some(deck.kiosk.id)), &deck.editor)
        .await;
    let gone = deck.add("gone@acme.example", Role::Support).await;
    assert_eq!(deck.remove(gone.id, None).await, Removal::Removed(NOTHING));
    let before = engine::contents(&deck.place).await;
    assert_eq!(deck.remove(deck.editor.id, None).await, Removal::HasKeys(1));
    for nobody in [Uuid::nil(), deck.editor.id, gone.id] {
        let refused = deck.remove(deck.editor.id, Some(Fate::HandOver(nobody))).await;
        assert_eq!(refused, Removal::NobodyToHandTo);
    }
    for nobody in [Uuid::nil(), gone.id] {
        assert_eq!(deck.remove(nobody, Some(Fate::Revoke)).await, Removal::Missing);
    }
    assert_eq!(engine::contents(&deck.place).await, before);
}

#[tokio::test]
async fn an_organisation_keeps_an_owner_who_acts() {
    let deck = Deck::new().await;
    assert_eq!(
        deck.remove(deck.owner.id, Some(Fate::Revoke)).await,
        Removal::LastOwner
    );
    let second = deck.add("second@acme.example", Role::Owner).await;
    deck.web("Checkout").await;
    // Owners may go of themselves, as long as one is left.
    let gone = deck.remove(deck.owner.id, Some(Fate::HandOver(second.id))).await;
    assert!(matches!(
        gone,
        Removal::Removed(RemovedUser {
            keys_handed_over: 1,
            ..
        })
    ));
    assert_eq!(
        deck.store.first_user(Role::Owner).await.unwrap().unwrap().id,
        second.id
    );
    let log = deck.log(Visible::All).await.items;
    assert_eq!(log[0].actor.as_ref().unwrap().email, "mira@acme.example");
    // What was asked before and comes to be done behind it is not done.
    let late = deck
        .store
        .remove_user(second.id, Some(Fate::Revoke), actor(&deck.owner))
        .await;
    assert!(matches!(late, Err(StoreError::ActorGone)));
    let late = deck
        .store
        .remove_user(deck.editor.id, None, actor(&deck.owner))
        .await;
    assert!(matches!(late, Err(StoreError::ActorGone)));
    let late = new_key(Scope::Analytics, "Late", None);
    let late = deck.store.create_key(late, actor(&deck.owner)).await;
    assert!(matches!(late, Err(StoreError::ActorGone)));
    assert!(deck.store.user(deck.editor.id).await.unwrap().is_some());
}

#[tokio::test]
async fn an_address_is_free_again_and_nothing_of_before_comes_back() {
    let deck = Deck::new().await;
    let mut new = new_key(Scope::Analytics, "Board", None);
    new.idempotency = Some(Idempotency {
        key: "once".into(),
        fingerprint: [1; 32],
    });
    deck.store
        .create_key(new.clone(), actor(&deck.editor))
        .await
        .unwrap();
    deck.remove(deck.editor.id, Some(Fate::Revoke)).await;
    assert_eq!(deck.store.user(deck.editor.id).await.unwrap(), None);
    assert_eq!(
        deck.store
            .user_by_token(&TokenHash::of("kdu_editor"))
            .await
            .unwrap(),
        None
    );

    let again = deck.add("ED@acme.example", Role::Editor).await;
    assert_ne!(again.id, deck.editor.id);
    let sees = Visible::CreatedBy(again.id);
    assert!(deck.log(sees).await.items.is_empty());
    assert!(deck.store.project(deck.kiosk.id, sees).await.unwrap().is_none());
    let mut new = new_key(Scope::Analytics, "Board", None);
    new.idempotency = Some(Idempotency {
        key: "once".into(),
        fingerprint: [2; 32],
    });
    let created = deck.store.create_key(new, actor(&again)).await.unwrap();
    assert!(matches!(created, KeyCreation::Created(_)));
    // And once more: of the three, one is there.
    deck.remove(again.id, Some(Fate::HandOver(deck.owner.id))).await;
    deck.add("ed@acme.example", Role::Editor).await;
    assert_eq!(deck.keys_of_people().await.len(), 2);
}

#[tokio::test]
async fn a_removal_that_can_not_be_written_down_is_not_done() {
    let deck = Deck::new().await;
    let ada = deck.add("ada@acme.example", Role::Editor).await;
    for n in 0..5 {
        deck.create(
            new_key(Scope::Web, &format!("Lobby {n}"), Some(deck.kiosk.id)),
            &deck.editor,
        )
        .await;
    }
    let before = engine::contents(&deck.place).await;
    for action in [
        "key_revoked",
        "key_handed_over",
        "project_handed_over",
        "user_removed",
    ] {
        let when = format!("new.action = '{action}' AND (new.subject LIKE '%3' OR new.key IS NULL)");
        let (refuse, allow) = engine::refusing("BEFORE INSERT", "activity", &when);
        engine::run(&deck.place, &refuse).await.unwrap();
        let fate = match action {
            "key_revoked" => Fate::Revoke,
            _ => Fate::HandOver(ada.id),
        };
        let refused = deck
            .store
            .remove_user(deck.editor.id, Some(fate), actor(&deck.owner))
            .await;
        assert!(
            matches!(refused, Err(StoreError::Fault(_))),
            "{action}: {refused:?}"
        );
        engine::run(&deck.place, &allow).await.unwrap();
        assert_eq!(engine::contents(&deck.place).await, before, "{action}");
    }
    let done = deck.remove(deck.editor.id, Some(Fate::HandOver(ada.id))).await;
    assert!(matches!(done, Removal::Removed(_)));
}

#[tokio::test]
async fn of_two_removals_at_once_one_is_told_that_it_is_done() {
    let deck = Deck::new().await;
    let ada = deck.add("ada@acme.example", Role::Owner).await;
    deck.create(new_key(Scope::Web, "Lobby", Some(deck.kiosk.id)), &deck.editor)
        .await;
    let hand_over = || {
        let fate = Some(Fate::HandOver(ada.id));
        deck.store.remove_user(deck.editor.id, fate, actor(&deck.owner))
    };
    let (one, other) = tokio::join!(hand_over(), hand_over());
    let (one, other) = (one.unwrap(), other.unwrap());
    assert!(
        matches!(
            (one, other),
            (Removal::Removed(_), Removal::Missing) | (Removal::Missing, Removal::Removed(_))
        ),
        "{one:?} {other:?}"
    );
    // Nobody is left to hand them over to; and so goes the one who said so.
    let back = Some(Fate::HandOver(deck.editor.id));
    assert_eq!(deck.remove(ada.id, back).await, Removal::NobodyToHandTo);
    let last = deck
        .store
        .remove_user(deck.owner.id, Some(Fate::Revoke), actor(&ada))
        .await;
    assert!(matches!(last, Ok(Removal::Removed(_))), "{last:?}");
    assert_eq!(deck.keys_of_people().await, [("ada@acme.example".into(), 1)]);
}

#[tokio::test]
async fn the_database_itself_keeps_who_has_keys() {
    let deck = Deck::new().await;
    deck.create(new_key(Scope::Web, "Lobby", Some(deck.kiosk.id)), &deck.editor)
        .await;
    for (sql, why) in [
        (
            "UPDATE users SET removed_at = 1, token_hash = NULL",
            "a person with active keys is not removed",
        ),
        (
            "UPDATE projects SET removed_at = 1, deployed = false",
            "a project with active keys is not removed",
        ),
        (
            "UPDATE users SET removed_at = 1 WHERE role = 'owner'",
            "check constraint",
        ),
    ] {
        let refused = engine::run(&deck.place, sql).await.unwrap_err();
        assert!(refused.to_lowercase().contains(why), "{sql}: {refused}");
    }
}

/// More than one portion deals with.
const MANY: usize = 450;

impl Deck {
    /// So many Web keys of the editor, as what presents them is known.
    async fn many(&self, count: usize) -> Vec<TokenHash> {
        let keys: Vec<_> = (0..count)
            .map(|n| new_key(Scope::Web, &format!("Lobby {n}"), Some(self.kiosk.id)))
            .collect();
        let hashes = keys.iter().map(|key| key.token_hash).collect();
        let created = keys.into_iter().map(|key| self.create(key, &self.editor));
        stream::iter(created).buffer_unordered(8).count().await;
        hashes
    }

    /// How many of them no check refuses.
    async fn let_through(&self, keys: &[TokenHash]) -> usize {
        let mut active = 0;
        for key in keys {
            let checked = self.store.check(key, None).await.unwrap().key.unwrap();
            active += usize::from(!checked.standing.revoked);
        }
        active
    }

    async fn begin(&self, fate: Fate) -> RemovalProgress {
        match self.remove(self.editor.id, Some(fate)).await {
            Removal::Begun(progress) => progress,
            other => panic!("not begun: {other:?}"),
        }
    }

    /// To the end; returns how far it was after each portion.
    async fn finish(&self, person: Uuid) -> Vec<RemovalProgress> {
        let mut portions = Vec::new();
        while let Some(progress) = self.store.continue_removal(person).await.unwrap() {
            portions.push(progress);
        }
        portions
    }
}

#[tokio::test]
async fn very_many_keys_are_refused_at_once_and_revoked_in_portions() {
    let deck = Deck::new().await;
    let keys = deck.many(MANY).await;
    let begun = deck.begin(Fate::Revoke).await;
    assert!(
        begun.done() > 0 && begun.done() + begun.left == MANY as u64,
        "{begun:?}"
    );
    assert_eq!(deck.let_through(&keys).await, 0);
    let of_editor = TokenHash::of("kdu_editor");
    assert_eq!(deck.store.user_by_token(&of_editor).await.unwrap(), None);
    assert_eq!(
        deck.remove(deck.editor.id, Some(Fate::Revoke)).await,
        Removal::Missing
    );
    assert_eq!(
        deck.store.unfinished_removals().await.unwrap(),
        [(deck.editor.id, begun)]
    );
    // Others change something between two portions, also what is of the same project; one of the keys too.
    deck.web("Checkout").await;
    let key = new_key(Scope::Web, "New", Some(deck.kiosk.id));
    let stays = key.token_hash;
    deck.create(key, &deck.owner).await;
    let last = deck
        .store
        .key_by_hash(&keys[MANY - 1], Visible::All)
        .await
        .unwrap();
    let Some(Found::Active(last)) = last.map(|by| by.found) else {
        panic!("it was on its turn already")
    };
    deck.store.revoke_key(last.id, actor(&deck.owner)).await.unwrap();

    // As after a crash: whoever has the database finishes it.
    let other = engine::again(&deck.place).await;
    let crashed = other.continue_removal(deck.editor.id).await.unwrap().unwrap();
    assert!(crashed.done() > begun.done());
    let portions = deck.finish(deck.editor.id).await;
    assert!(portions.is_sorted_by_key(RemovalProgress::done));
    let done = deck.store.removal(deck.editor.id).await.unwrap().unwrap();
    assert_eq!((done.removed.keys_revoked, done.left), (MANY as u64 - 1, 0));
    assert!(deck.store.unfinished_removals().await.unwrap().is_empty());
    assert_eq!(deck.let_through(&[stays]).await, 1);
    assert_eq!(deck.keys_of_people().await, [("mira@acme.example".into(), 2)]);
    let rows = deck.store.last_seq().await.unwrap();
    // Two people and two projects, the keys, their revocations, who was removed, and what the owner did.
    assert_eq!(rows, 3 + 2 * MANY as u64 + 1 + 2);
    let log = deck.log(Visible::All).await.items;
    assert_eq!(log[0].action, ActivityAction::KeyRevoked);
    assert_eq!(log[0].actor.as_ref().unwrap().id, deck.owner.id);
}

#[tokio::test]
async fn very_many_keys_that_are_handed_over_work_all_the_time() {
    let deck = Deck::new().await;
    let ada = deck.add("ada@acme.example", Role::Editor).await;
    let keys = deck.many(MANY).await;
    let begun = deck.begin(Fate::HandOver(ada.id)).await;
    assert!(begun.removed.keys_handed_over > 0 && begun.left > 0);
    assert_eq!(deck.let_through(&keys).await, MANY);
    // Who gets them stays until they have them, and nobody else gets what is hers meanwhile.
    for fate in [Fate::Revoke, Fate::HandOver(deck.owner.id)] {
        assert_eq!(deck.remove(ada.id, Some(fate)).await, Removal::IsHeir);
    }
    let portions = deck.finish(deck.editor.id).await;
    assert!(!portions.is_empty());
    let done = deck.store.removal(deck.editor.id).await.unwrap().unwrap();
    let all = RemovedUser {
        keys_handed_over: MANY as u64,
        projects_handed_over: 1,
        ..NOTHING
    };
    assert_eq!((done.removed, done.left), (all, 0));
    assert_eq!(deck.let_through(&keys).await, MANY);
    assert!(matches!(
        deck.remove(ada.id, Some(Fate::HandOver(deck.owner.id))).await,
        Removal::Begun(_)
    ));
}

#[tokio::test]
async fn the_database_itself_keeps_a_removal_open_while_keys_are_left() {
    let deck = Deck::new().await;
    deck.many(MANY).await;
    deck.begin(Fate::Revoke).await;
    let refused = engine::run(&deck.place, "UPDATE removals SET finished_at = 1").await;
    let refused = refused.unwrap_err();
    assert!(
        refused.contains("a person with active keys is not removed"),
        "{refused}"
    );
    deck.finish(deck.editor.id).await;
    let refused = engine::run(&deck.place, "UPDATE removals SET finished_at = NULL").await;
    assert!(refused.unwrap_err().contains("finished once"));
}
