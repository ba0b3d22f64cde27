//! The activity log: its chain, its filters, and that nothing happens without it.

use std::sync::Arc;

use jiff::Timestamp;
use keydeck::api::{Activity, ActivityAction, ActivityQuery, ChainHash, RevealPurpose, SessionServer};
use keydeck::model::{LocalAddress, Role, Scope, TokenHash};
use keydeck::server::store::{Fate, Idempotency, NewSessionServer, NewUserRecord, Store, Visible};
use serde_json::json;
use uuid::Uuid;

use super::deck::{Deck, actor, data_key, founding, new_key};
use super::engine;

const ALL: u32 = 200;

pub async fn log(store: &dyn Store, query: ActivityQuery, visible: Visible) -> Vec<Activity> {
    let query = ActivityQuery {
        limit: Some(ALL),
        ..query
    };
    store.activity(&query, visible).await.unwrap().items
}

/// Every hash follows from the row and the one before, from the first row to the noted head.
pub async fn assert_chained(store: &dyn Store, rows: u64) {
    let mut query = ActivityQuery {
        limit: Some(ALL),
        ..ActivityQuery::default()
    };
    let head = store.activity_head().await.unwrap();
    assert_eq!(head.seq, rows);
    let (mut seq, mut hash) = (head.seq, head.hash);
    let mut newer: Option<Activity> = None;
    loop {
        let page = store.activity(&query, Visible::All).await.unwrap();
        for row in page.items {
            if let Some(newer) = newer {
                hash = row.hash;
                assert_eq!(newer.hash_after(hash), newer.hash, "row {}", newer.seq);
            }
            assert_eq!((row.seq, row.hash), (seq, hash));
            seq -= 1;
            newer = Some(row);
        }
        match page.next {
            Some(next) => query.before = Some(next),
            None => break,
        }
    }
    let first = newer.unwrap();
    assert_eq!((seq, first.hash_after(ChainHash::START)), (0, first.hash));
}

#[tokio::test]
async fn every_row_is_chained_to_the_one_before() {
    let deck = Deck::new().await;
    let keys = deck.sixty().await;
    let by = actor(&deck.owner);
    deck.store.reveal_key(keys[0].id, by).await.unwrap();
    deck.store.refuse_sign_in(by.address).await.unwrap();
    deck.store.refuse_sign_in(None).await.unwrap();
    assert_chained(&*deck.store, 3 + 60 + 3).await;
    let rows = log(&*deck.store, ActivityQuery::default(), Visible::All).await;
    let refused = &rows[1];
    assert_eq!(
        (
            refused.action,
            &refused.actor,
            refused.address,
            refused.subject.as_str()
        ),
        (ActivityAction::SignInRefused, &None, by.address, "")
    );
}

#[tokio::test]
async fn an_empty_log_has_a_head_too() {
    let (store, _place) = engine::found(&founding(), &data_key()).await;
    let head = store.activity_head().await.unwrap();
    assert_eq!((head.seq, head.hash), (0, ChainHash::START));
}

#[tokio::test]
async fn the_log_is_filtered_by_person_and_action() {
    let deck = Deck::new().await;
    let keys = deck.sixty().await;
    let (owner, editor) = (actor(&deck.owner), actor(&deck.editor));
    deck.store.reveal_key(keys[0].id, owner).await.unwrap();
    deck.store.reveal_key(keys[0].id, editor).await.unwrap();
    deck.store.refuse_sign_in(owner.address).await.unwrap();
    let all = log(&*deck.store, ActivityQuery::default(), Visible::All).await;
    let email = |text: &str| Some(text.to_owned());
    let own = Visible::CreatedBy(deck.editor.id);
    let shown_to_editor = log(&*deck.store, ActivityQuery::default(), own).await;
    assert!(!shown_to_editor.is_empty() && shown_to_editor.len() < all.len());
    for key in [None, Some(keys[0].id)] {
        for who in [
            None,
            email(" MIRA@acme.example"),
            Some(deck.editor.id.to_string()),
            email("nobody@acme.example"),
        ] {
            for action in [
                None,
                Some(ActivityAction::KeyRevealed),
                Some(ActivityAction::SignInRefused),
            ] {
                for before in [None, Some(all[1].seq), Some(30)] {
                    let query = ActivityQuery {
                        key,
                        actor: who.clone(),
                        action,
                        before,
                        ..ActivityQuery::default()
                    };
                    let person = match who.as_deref() {
                        None => None,
                        Some(" MIRA@acme.example") => Some(deck.owner.id),
                        Some("nobody@acme.example") => Some(Uuid::nil()),
                        Some(_) => Some(deck.editor.id),
                    };
                    let fits = |row: &&Activity| {
                        (key.is_none() || row.key == key)
                            && (person.is_none() || row.actor.as_ref().map(|actor| actor.id) == person)
                            && action.is_none_or(|action| row.action == action)
                            && before.is_none_or(|before| row.seq < before)
                    };
                    for (visible, among) in [(Visible::All, &all), (own, &shown_to_editor)] {
                        let expected: Vec<&Activity> = among.iter().filter(fits).collect();
                        let found = log(&*deck.store, query.clone(), visible).await;
                        assert_eq!(
                            found.iter().collect::<Vec<_>>(),
                            expected,
                            "{query:?} {visible:?}"
                        );
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn the_log_is_filtered_by_time_and_words() {
    let deck = Deck::new().await;
    let keys = deck.sixty().await;
    let owner = actor(&deck.owner);
    deck.store.reveal_key(keys[0].id, owner).await.unwrap();
    deck.store
        .reveal_key_for(keys[0].id, RevealPurpose::Copy, owner)
        .await
        .unwrap();
    let all = log(&*deck.store, ActivityQuery::default(), Visible::All).await;
    assert_eq!(all[0].action, ActivityAction::KeyCopied);
    assert_eq!(all[1].action, ActivityAction::KeyRevealed);
    let own = Visible::CreatedBy(deck.editor.id);
    let shown_to_editor = log(&*deck.store, ActivityQuery::default(), own).await;
    let instants = [
        None,
        Some(all[30].at),
        Some(all[0].at),
        Some(Timestamp::UNIX_EPOCH),
        Some(Timestamp::MAX),
    ];
    let words = [
        None,
        Some("COPIED"),
        Some("key_revealed"),
        Some("created KIOSK"),
        Some("mira@"),
        Some("nowhere"),
    ];
    for (since, until) in instants
        .iter()
        .flat_map(|since| instants.map(|until| (*since, until)))
    {
        for q in words {
            for (visible, among) in [(Visible::All, &all), (own, &shown_to_editor)] {
                let query = ActivityQuery {
                    since,
                    until,
                    q: q.map(str::to_owned),
                    ..ActivityQuery::default()
                };
                let has_all = |row: &Activity| {
                    let person = row.actor.as_ref().map_or("", |actor| &actor.email);
                    let (words, name) = (row.action.words(), row.action.as_str());
                    let text = format!(
                        "{words} {name} {} {} {person}",
                        name.replace('_', " "),
                        row.subject
                    );
                    let text = text.to_lowercase();
                    q.is_none_or(|q| q.to_lowercase().split(' ').all(|word| text.contains(word)))
                };
                let fits = |row: &&Activity| {
                    since.is_none_or(|since| row.at >= since)
                        && until.is_none_or(|until| row.at < until)
                        && has_all(row)
                };
                let expected: Vec<&Activity> = among.iter().filter(fits).collect();
                let found = log(&*deck.store, query.clone(), visible).await;
                assert_eq!(
                    found.iter().collect::<Vec<_>>(),
                    expected,
                    "{query:?} {visible:?}"
                );
            }
        }
    }
    // Page by page, the same.
    let mut query = ActivityQuery {
        q: Some("created".into()),
        limit: Some(7),
        ..ActivityQuery::default()
    };
    let mut found = Vec::new();
    loop {
        let page = deck.store.activity(&query, Visible::All).await.unwrap();
        found.extend(page.items.into_iter().map(|row| row.seq));
        match page.next {
            Some(next) => query.before = Some(next),
            None => break,
        }
    }
    let expected = all.iter().filter(|row| row.action.words().contains("created"));
    assert_eq!(found, expected.map(|row| row.seq).collect::<Vec<_>>());
    assert_chained(&*deck.store, all.len() as u64).await;
}

#[tokio::test]
async fn everybody_who_ever_had_an_address_is_found_by_it() {
    let deck = Deck::new().await;
    let mut of_one_address = Vec::new();
    for round in 0..3 {
        let new = NewUserRecord {
            email: "Kim@acme.example".into(),
            role: Role::Support,
            token: Some(TokenHash::of(&format!("kdu_kim {round}"))),
        };
        let kim = deck
            .store
            .add_user(new, actor(&deck.owner))
            .await
            .unwrap()
            .unwrap();
        for name in ["One", "Two", "Three"] {
            let name = format!("{name} {round}");
            deck.store
                .add_project(name.clone(), true, actor(&kim))
                .await
                .unwrap()
                .unwrap();
            of_one_address.insert(0, name);
        }
        let gone = "UPDATE users SET removed_at = 1, token_hash = NULL WHERE email_key = 'kim@acme.example'";
        engine::run(&deck.place, gone).await.unwrap();
    }
    let mut query = ActivityQuery {
        actor: Some("kim@acme.example".into()),
        limit: Some(2),
        ..ActivityQuery::default()
    };
    let mut found = Vec::new();
    loop {
        let page = deck.store.activity(&query, Visible::All).await.unwrap();
        found.extend(page.items.into_iter().map(|row| row.subject));
        match page.next {
            Some(next) => query.before = Some(next),
            None => break,
        }
    }
    assert_eq!(found, of_one_address);
}

#[tokio::test]
async fn what_can_not_be_logged_does_not_happen() {
    let deck = Deck::new().await;
    let key = deck.web("Checkout").await;
    let by = actor(&deck.owner);
    let store: Arc<dyn Store> = deck.store.clone();
    let another = new_key(Scope::Web, "Another", Some(deck.shop.id));
    let all = Visible::All;
    let server = NewSessionServer {
        server: SessionServer {
            url: "wss://a.example".into(),
            key_name: "main".into(),
        },
        private_key: another.sealed.clone(),
    };
    store
        .set_session_server(deck.shop.id, server.clone(), by)
        .await
        .unwrap();
    for (moment, table) in [("BEFORE INSERT", "activity"), ("BEFORE UPDATE", "activity_head")] {
        let (refuse, allow) = engine::refusing(moment, table, "true");
        let before = engine::contents(&deck.place).await;
        engine::run(&deck.place, &refuse).await.unwrap();
        let mut new = another.clone();
        new.idempotency = Some(Idempotency {
            key: "once".into(),
            fingerprint: [1; 32],
        });
        let user = NewUserRecord {
            email: "ana@acme.example".into(),
            role: Role::Editor,
            token: Some(TokenHash::of("kdu_ana")),
        };
        let kiosk = deck.kiosk.id;
        let settings = key.settings.clone();
        let fate = Some(Fate::HandOver(deck.owner.id));
        let refused = [
            store.create_key(new, by).await.err(),
            store.edit_key(key.id, 1, "Till".into(), settings, by).await.err(),
            store.revoke_key(key.id, by).await.err(),
            store.reveal_key(key.id, by).await.err(),
            store.add_project("Tower".into(), true, by).await.err(),
            store
                .edit_project(kiosk, Some("Tower".into()), None, all, by)
                .await
                .err(),
            store.edit_project(kiosk, None, Some(false), all, by).await.err(),
            store.set_session_server(kiosk, server.clone(), by).await.err(),
            store.remove_session_server(deck.shop.id, by).await.err(),
            store.remove_project(kiosk, all, by).await.err(),
            store.add_user(user, by).await.err(),
            store.set_role(deck.editor.id, Role::Owner, by).await.err(),
            store
                .replace_token(deck.editor.id, TokenHash::of("kdu_new"), by)
                .await
                .err(),
            store.remove_user(deck.editor.id, fate, by).await.err(),
            store.refuse_sign_in(by.address).await.err(),
        ];
        for (number, error) in refused.iter().enumerate() {
            assert!(error.is_some(), "{number}");
        }
        engine::run(&deck.place, &allow).await.unwrap();
        assert_eq!(engine::contents(&deck.place).await, before);
    }
    deck.create(another, &deck.owner).await;
    assert_chained(&*deck.store, 3 + 3).await;
}

#[tokio::test]
async fn the_log_tells_what_a_key_began_with() {
    let deck = Deck::new().await;
    let mut web = new_key(Scope::Web, "Checkout", Some(deck.shop.id));
    web.valid.settings.local_development = LocalAddress::parse("203.0.113.7").ok();
    deck.create(web, &deck.owner).await;
    deck.create(new_key(Scope::Analytics, "Board", None), &deck.owner)
        .await;
    let rows = log(&*deck.store, ActivityQuery::default(), Visible::All).await;
    assert_eq!(rows[0].changes, json!({"scope": [null, "analytics"]}));
    let web = json!({
        "scope": [null, "web"],
        "project": [null, "Storefront"],
        "ui_domains": [null, ["https://shop.acme.example"]],
        "local_development": [null, "203.0.113.7"],
        "cross_page_persistence": [null, false],
    });
    assert_eq!(rows[1].changes, web);
}
