//! A database that somebody makes one of an earlier version, so that what they put into its tables would be taken over as
//! what was there before the log stated it; and what they plant in the table of removals.

use keydeck::api::ChainHash;
use keydeck::model::Scope;
use keydeck::server::store::{Cursor, Fate, Found, Removal, StoreError, Visible, WrappedDataKey};

use super::deck::{Deck, actor, data_key, new_key};
use super::engine::{self, ENGINE, Place};
use super::statements::compared;

fn bound(baseline: ChainHash) -> Vec<WrappedDataKey> {
    vec![WrappedDataKey::new(1, Some(baseline), vec![8; 72])]
}

fn intruder() -> String {
    format!(
        "INSERT INTO users (id, email, email_key, role, token_hash, created_at)
         VALUES ({}, 'eve@acme.example', 'eve@acme.example', 'owner', {}, 1)",
        ENGINE.random_id, ENGINE.hash
    )
}

/// A deck with a key, somebody who was put in as an Owner, and the tables of the version before; nobody has it open.
async fn set_back(is_bound: bool) -> Place {
    let deck = Deck::new().await;
    deck.web("Checkout").await;
    if is_bound {
        let baseline = deck.store.baseline().await.unwrap();
        let other = vec![WrappedDataKey::new(1, None, vec![9; 72])];
        assert!(!deck.store.bind_data_keys(other, bound(baseline)).await.unwrap());
        assert!(
            deck.store
                .bind_data_keys(vec![data_key()], bound(baseline))
                .await
                .unwrap()
        );
        assert_eq!(deck.store.data_keys().await.unwrap(), bound(baseline));
        assert!(compared(&*deck.store).await.is_ok());
    }
    let Deck { store, place, .. } = deck;
    drop(store);
    engine::run(&place, &intruder()).await.unwrap();
    engine::set_back(&place).await;
    place
}

#[tokio::test]
async fn a_deck_that_was_set_back_to_the_time_before_statements_is_refused() {
    let place = set_back(true).await;
    let before = engine::contents(&place).await;
    for _ in 0..2 {
        let refused = engine::opened(&place).await.err().unwrap();
        assert!(matches!(refused, StoreError::SetBack(_)), "{refused}");
        let said = refused.to_string();
        assert!(
            said.contains("somebody set it back") && said.contains("Restore a backup"),
            "{said}"
        );
    }
    assert_eq!(engine::contents(&place).await, before);
}

#[tokio::test]
async fn a_deck_of_the_time_before_statements_is_brought_up_to_date() {
    let place = set_back(false).await;
    let store = engine::opened(&place).await.unwrap();
    // Owner, editor, another Owner, two projects, a key.
    assert_eq!(compared(&*store).await, Ok(6));
    let baseline = store.baseline().await.unwrap();
    assert!(
        store
            .bind_data_keys(vec![data_key()], bound(baseline))
            .await
            .unwrap()
    );
    drop(store);
    let store = engine::opened(&place).await.unwrap();
    assert_eq!(store.baseline().await.unwrap(), baseline);
}

#[tokio::test]
async fn whose_a_key_is_the_log_says_also_of_the_time_before_statements() {
    let deck = Deck::new().await;
    let till = deck
        .create(new_key(Scope::Web, "Till", Some(deck.kiosk.id)), &deck.editor)
        .await;
    deck.web("Checkout").await;
    let by = actor(&deck.owner);
    let fate = Some(Fate::HandOver(deck.owner.id));
    let removed = deck.store.remove_user(deck.editor.id, fate, by).await.unwrap();
    assert!(matches!(removed, Removal::Removed(_)));
    deck.store.reveal_key(till.id, by).await.unwrap();
    let explained = compared(&*deck.store).await;
    assert!(explained.is_ok(), "{explained:?}");

    let shown = "UPDATE activity SET key_creator = 2 WHERE seq = (SELECT max(seq) FROM activity WHERE key IS NOT NULL)";
    engine::run(&deck.place, shown).await.unwrap();
    let said = compared(&*deck.store).await.unwrap_err();
    assert!(said.contains("are shown to somebody else"), "{said}");
    engine::run(&deck.place, &shown.replace("= 2", "= 1"))
        .await
        .unwrap();
    assert_eq!(compared(&*deck.store).await, explained);

    let Deck { store, place, .. } = deck;
    drop(store);
    engine::set_back(&place).await;
    for name in ["Till", "Checkout"] {
        let to = |creator: i64| format!("UPDATE keys SET creator = {creator} WHERE name = '{name}'");
        engine::behind_triggers(&place, "keys", &to(2)).await;
        // What is taken over is what the table has; the rows of the log are older.
        let store = engine::opened(&place).await.unwrap();
        let said = compared(&*store).await.unwrap_err();
        let sentence =
            "was created by ed@acme.example in the table, but the log says that it is somebody else's";
        assert!(
            said.contains(&format!("the key {name}")) && said.contains(sentence),
            "{said}"
        );
        drop(store);
        engine::set_back(&place).await;
        engine::behind_triggers(&place, "keys", &to(1)).await;
    }
    assert_eq!(compared(&*engine::opened(&place).await.unwrap()).await, explained);
}

#[tokio::test]
async fn a_removal_gives_what_is_left_to_nobody_but_whom_the_log_names() {
    for is_handed_over in [None, Some(false), Some(true)] {
        let deck = Deck::new().await;
        let fate = is_handed_over.map(|to_owner| match to_owner {
            true => Fate::HandOver(deck.owner.id),
            false => Fate::Revoke,
        });
        let removed = deck
            .store
            .remove_user(deck.editor.id, fate, actor(&deck.owner))
            .await;
        assert!(matches!(removed, Ok(Removal::Removed(_))), "{removed:?}");
        let explained = compared(&*deck.store).await;
        assert!(explained.is_ok(), "{explained:?}");
        // Of whoever is removed without a successor, the projects stay.
        let again = "UPDATE removals SET finished_at = NULL, heir = CASE WHEN heir IS NULL THEN 1 END";
        engine::behind_triggers(&deck.place, "removals", again).await;
        let said = compared(&*deck.store).await.unwrap_err();
        let sentence =
            "the removal of ed@acme.example gives what is theirs to another successor in the table";
        assert!(said.contains(sentence), "{said}");
        assert_eq!(deck.store.unfinished_removals().await.unwrap(), []);
        assert_eq!(deck.store.continue_removal(deck.editor.id).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_removal_that_nobody_asked_for_is_not_carried_on() {
    for heir in ["NULL", "1"] {
        let deck = Deck::new().await;
        let key = deck
            .create(new_key(Scope::Web, "Lobby", Some(deck.kiosk.id)), &deck.editor)
            .await;
        let plant = format!(
            "INSERT INTO removals (person, heir, asked_by, begun_at)
             SELECT seq, {heir}, 1, 1 FROM users WHERE email = 'ed@acme.example'"
        );
        engine::run(&deck.place, &plant).await.unwrap();
        let sentence =
            "the removal of ed@acme.example is under way in the table, but the log never removed them";
        assert_eq!(compared(&*deck.store).await, Err(sentence.into()));
        let strike = "UPDATE users SET removed_at = 1, token_hash = NULL WHERE email = 'ed@acme.example'";
        engine::behind_triggers(&deck.place, "users", strike).await;

        let store = &deck.store;
        let found = store.compare(Cursor::REMOVALS).await.unwrap().unexplained;
        assert_eq!(found.as_deref(), Some(sentence));
        let said = compared(&**store).await.unwrap_err();
        assert!(
            said.contains("was removed in the table, but not by the log"),
            "{said}"
        );
        assert_eq!(store.unfinished_removals().await.unwrap(), []);
        assert_eq!(store.continue_removal(deck.editor.id).await.unwrap(), None);
        let now = store.key(key.id, Visible::All).await.unwrap().unwrap();
        let Found::Active(now) = now else {
            panic!("it was revoked")
        };
        assert_eq!((now.creator.id, now.version), (deck.editor.id, 1));
        store.reveal_key(key.id, actor(&deck.owner)).await.unwrap();
    }
}
