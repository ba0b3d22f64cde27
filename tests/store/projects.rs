//! Projects: finding, adding, changing and removing them, and their session servers.

use keydeck::api::{ActivityAction, ActivityQuery, ProjectQuery, SessionServer, Sort};
use keydeck::model::{Scope, TokenHash};
use keydeck::server::store::{
    Found, KeyCreation, NewSessionServer, ProjectRemoval, Sealed, SessionServerChange, SessionTokenIssue,
    Taken, Visible,
};
use serde_json::json;
use uuid::Uuid;

use super::deck::{Deck, actor, new_key, query};
use super::engine;

#[tokio::test]
async fn projects_are_found_by_name_and_by_the_beginning_of_the_id() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    for name in ["zoo", "Ärzte 100%", "kiosk west"] {
        deck.store
            .add_project(name.into(), name == "zoo", by)
            .await
            .unwrap()
            .unwrap();
    }
    let named = async |query, visible| {
        let found = deck.store.projects(&query, visible).await.unwrap();
        found.into_iter().map(|project| project.name).collect::<Vec<_>>()
    };
    let all = ProjectQuery::default;
    let q = |q: &str| ProjectQuery {
        q: Some(q.into()),
        ..all()
    };
    assert_eq!(
        named(all(), Visible::All).await,
        ["Kiosk", "kiosk west", "Storefront", "zoo", "Ärzte 100%"]
    );
    assert_eq!(named(q("KIOSK"), Visible::All).await, ["Kiosk", "kiosk west"]);
    assert_eq!(named(q("ärz"), Visible::All).await, ["Ärzte 100%"]);
    assert_eq!(named(q("%"), Visible::All).await, ["Ärzte 100%"]);
    let id = deck.kiosk.id.to_string();
    for length in [30, 35, 36] {
        assert_eq!(
            named(q(&id[..length].to_uppercase()), Visible::All).await,
            ["Kiosk"]
        );
    }
    assert!(named(q(&id[24..]), Visible::All).await.is_empty());
    let undeployed = ProjectQuery {
        deployed: Some(false),
        ..all()
    };
    assert_eq!(
        named(undeployed, Visible::All).await,
        ["kiosk west", "Ärzte 100%"]
    );
    assert_eq!(named(all(), Visible::CreatedBy(deck.editor.id)).await, ["Kiosk"]);
    let second = ProjectQuery {
        after: Some(deck.kiosk.id),
        limit: Some(2),
        ..all()
    };
    assert_eq!(named(second, Visible::All).await, ["kiosk west", "Storefront"]);
}

#[tokio::test]
async fn a_project_keeps_a_name_of_its_own() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    assert_eq!(
        deck.store.add_project("Kiosk".into(), true, by).await.unwrap(),
        Err(Taken)
    );
    let edit = async |id, name: &str| {
        deck.store
            .edit_project(id, Some(name.into()), None, Visible::All, by)
            .await
            .unwrap()
    };
    assert_eq!(edit(deck.kiosk.id, "Storefront").await, Some(Err(Taken)));
    assert_eq!(edit(Uuid::nil(), "Tower").await, None);
    let before = deck.store.last_seq().await.unwrap();
    assert_eq!(edit(deck.kiosk.id, "Kiosk").await, Some(Ok(deck.kiosk.clone())));
    assert_eq!(deck.store.last_seq().await.unwrap(), before);
    let renamed = edit(deck.kiosk.id, "Tower").await.unwrap().unwrap();
    assert_eq!(
        deck.store.project(deck.kiosk.id, Visible::All).await.unwrap(),
        Some(renamed)
    );
    let log = deck
        .store
        .activity(&ActivityQuery::default(), Visible::All)
        .await
        .unwrap();
    assert_eq!(log.items[0].changes, json!({"name": ["Kiosk", "Tower"]}));
}

#[tokio::test]
async fn a_project_counts_the_keys_that_may_be_seen() {
    let deck = Deck::new().await;
    deck.create(new_key(Scope::Web, "Theirs", Some(deck.kiosk.id)), &deck.editor)
        .await;
    for name in ["Ours", "Old"] {
        deck.create(new_key(Scope::Mobile, name, Some(deck.kiosk.id)), &deck.owner)
            .await;
    }
    let counted = async |visible| {
        let page = deck
            .store
            .projects(&ProjectQuery::default(), visible)
            .await
            .unwrap();
        page.into_iter()
            .map(|project| (project.name, project.keys))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        counted(Visible::All).await,
        [("Kiosk".into(), 3), ("Storefront".into(), 0)]
    );
    let own = Visible::CreatedBy(deck.editor.id);
    assert_eq!(counted(own).await, [("Kiosk".into(), 1)]);
    let one = deck.store.project(deck.kiosk.id, own).await.unwrap().unwrap();
    assert_eq!(one.keys, 1);
    assert_eq!(deck.store.project(deck.shop.id, own).await.unwrap(), None);
}

#[tokio::test]
async fn keys_say_whether_their_project_is_deployed() {
    let deck = Deck::new().await;
    let key = deck.web("Checkout").await;
    let by = actor(&deck.owner);
    for deployed in [false, true, false] {
        deck.store
            .edit_project(deck.shop.id, None, Some(deployed), Visible::All, by)
            .await
            .unwrap();
        let page = deck.page(&query(Sort::Name)).await;
        let Some(Found::Active(alone)) = deck.store.key(key.id, Visible::All).await.unwrap() else {
            panic!("gone")
        };
        for key in [&page.items[0].0, &alone] {
            assert_eq!(key.project.as_ref().unwrap().deployed, deployed);
        }
    }
}

#[tokio::test]
async fn a_project_is_removed_when_none_of_its_keys_is_active() {
    let deck = Deck::new().await;
    let (own, by) = (Visible::CreatedBy(deck.editor.id), actor(&deck.editor));
    let remove = async |id| deck.store.remove_project(id, own, by).await.unwrap();
    let mut keys = Vec::new();
    for (name, creator) in [
        ("Mine", &deck.editor),
        ("Ours", &deck.owner),
        ("Theirs", &deck.owner),
    ] {
        let new = new_key(Scope::Web, name, Some(deck.kiosk.id));
        keys.push(deck.create(new, creator).await.id);
    }
    // Keys that the asker may not see keep it too, but are not counted out.
    for (key, refusal) in [
        (keys[0], ProjectRemoval::HasKeys(1)),
        (keys[1], ProjectRemoval::HasKeysOfOthers),
        (keys[2], ProjectRemoval::HasKeysOfOthers),
    ] {
        assert_eq!(remove(deck.kiosk.id).await, refusal);
        deck.store.revoke_key(key, actor(&deck.owner)).await.unwrap();
    }
    assert_eq!(remove(deck.shop.id).await, ProjectRemoval::Missing);
    assert_eq!(remove(deck.kiosk.id).await, ProjectRemoval::Removed);
    assert_eq!(remove(deck.kiosk.id).await, ProjectRemoval::Missing);

    assert_eq!(
        deck.store.project(deck.kiosk.id, Visible::All).await.unwrap(),
        None
    );
    let page = deck
        .store
        .projects(&ProjectQuery::default(), Visible::All)
        .await
        .unwrap();
    assert_eq!(page, std::slice::from_ref(&deck.shop));
    let edit = deck
        .store
        .edit_project(deck.kiosk.id, Some("Tower".into()), None, own, by)
        .await;
    assert_eq!(edit.unwrap(), None);
    let late = new_key(Scope::Web, "Late", Some(deck.kiosk.id));
    let late = deck.store.create_key(late, by).await.unwrap();
    assert!(matches!(late, KeyCreation::ProjectMissing));
    let log = deck
        .store
        .activity(&ActivityQuery::default(), Visible::All)
        .await
        .unwrap();
    assert_eq!(log.items[0].action, ActivityAction::ProjectRemoved);
    assert_eq!(log.items[0].subject, "Kiosk");
    // The name is free, and a page goes on behind one that was removed meanwhile.
    deck.store
        .add_project("Kiosk".into(), true, by)
        .await
        .unwrap()
        .unwrap();
    let behind = ProjectQuery {
        after: Some(deck.kiosk.id),
        ..ProjectQuery::default()
    };
    let behind = deck.store.projects(&behind, Visible::All).await.unwrap();
    assert_eq!(behind.last().unwrap().id, deck.shop.id);
}

#[tokio::test]
async fn a_page_behind_a_project_that_may_not_be_seen_tells_nothing_of_it() {
    let deck = Deck::new().await;
    deck.store
        .add_project("Tower".into(), true, actor(&deck.editor))
        .await
        .unwrap()
        .unwrap();
    let behind = async |after| {
        let query = ProjectQuery {
            after: Some(after),
            ..ProjectQuery::default()
        };
        deck.store
            .projects(&query, Visible::CreatedBy(deck.editor.id))
            .await
            .unwrap()
            .len()
    };
    assert_eq!(behind(deck.kiosk.id).await, 1);
    assert_eq!(behind(deck.shop.id).await, behind(Uuid::nil()).await);
}

fn session_server(url: &str, private_key: Option<&str>) -> NewSessionServer {
    NewSessionServer {
        server: SessionServer {
            url: url.into(),
            key_name: "main".into(),
        },
        private_key: private_key.map(|text| Sealed {
            data_key: 1,
            bytes: text.repeat(20).into_bytes(),
        }),
    }
}

#[tokio::test]
async fn a_session_server_has_one_token_as_long_as_it_is_there() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let (shop, store) = (deck.shop.id, &deck.store);
    let tokens = [1, 2, 3, 4].map(|n| TokenHash([n; 32]));
    let issue = async |n: usize| store.issue_session_token(shop, tokens[n], by).await.unwrap();
    let whose = async |n: usize| {
        let asking = store.asking_server(&tokens[n]).await.unwrap();
        asking.map(|asking| (asking.project, asking.deployed, asking.signer.server.url))
    };
    let set = async |url: &str| {
        let server = session_server(url, Some("k1-Xq7"));
        store.set_session_server(shop, server, by).await.unwrap();
    };
    let last = async || {
        let log = store
            .activity(&ActivityQuery::default(), Visible::All)
            .await
            .unwrap();
        (
            log.items[0].action,
            log.items[0].subject.clone(),
            log.items[0].changes.clone(),
        )
    };
    let told = |action, changes| (action, "Storefront".to_owned(), json!({"token": changes}));
    assert_eq!(issue(0).await, SessionTokenIssue::NoSessionServer);
    assert!(!store.revoke_session_token(shop, by).await.unwrap());
    set("wss://a.example").await;
    assert_eq!(issue(0).await, SessionTokenIssue::Issued);
    assert_eq!(
        last().await,
        told(ActivityAction::SessionTokenIssued, json!([null, "…"]))
    );
    assert_eq!(whose(0).await, Some((shop, true, "wss://a.example".into())));
    assert_eq!(issue(1).await, SessionTokenIssue::Issued);
    assert_eq!(
        last().await,
        told(ActivityAction::SessionTokenIssued, json!(["…", "…"]))
    );
    assert_eq!((whose(0).await, whose(1).await.is_some()), (None, true));
    let deployed = Some(false);
    store
        .edit_project(shop, None, deployed, Visible::All, by)
        .await
        .unwrap();
    assert_eq!(whose(1).await, Some((shop, false, "wss://a.example".into())));
    assert!(store.revoke_session_token(shop, by).await.unwrap());
    assert_eq!(
        last().await,
        told(ActivityAction::SessionTokenRevoked, json!(["…", null]))
    );
    assert!(!store.revoke_session_token(shop, by).await.unwrap());
    assert_eq!(whose(1).await, None);

    // What replaces a session server, or a project of the name, has no token of the one before.
    issue(2).await;
    assert!(store.remove_session_server(shop, by).await.unwrap());
    set("wss://b.example").await;
    assert_eq!(whose(2).await, None);
    issue(3).await;
    store.remove_project(shop, Visible::All, by).await.unwrap();
    assert_eq!(whose(3).await, None);
    assert_eq!(issue(3).await, SessionTokenIssue::Missing);
}

#[tokio::test]
async fn a_session_server_is_set_changed_and_wiped() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let set = async |new| {
        deck.store
            .set_session_server(deck.shop.id, new, by)
            .await
            .unwrap()
    };
    let last = async || {
        let log = deck
            .store
            .activity(&ActivityQuery::default(), Visible::All)
            .await
            .unwrap();
        log.items[0].clone()
    };
    let first = session_server("wss://a.example", None);
    assert_eq!(set(first).await, SessionServerChange::NoPrivateKey);
    let first = session_server("wss://a.example", Some("k1-Xq7"));
    let SessionServerChange::Set(shown) = set(first.clone()).await else {
        panic!("not set")
    };
    assert_eq!(shown.session_server, Some(first.server));
    assert_eq!(
        last().await.changes,
        json!({"url": [null, "wss://a.example"], "key_name": [null, "main"], "private_key": [null, "…"]})
    );
    let moved = session_server("wss://b.example", None);
    set(moved.clone()).await;
    assert_eq!(
        last().await.changes,
        json!({"url": ["wss://a.example", "wss://b.example"]})
    );
    let seq = last().await.seq;
    set(moved).await;
    assert_eq!(last().await.seq, seq);
    assert!(engine::holds(&deck.place, "k1-Xq7").await);
    set(session_server("wss://b.example", Some("k2-Xq7"))).await;
    assert_eq!(last().await.changes, json!({"private_key": ["…", "…"]}));
    assert_eq!(last().await.action, ActivityAction::SessionServerSet);

    assert!(deck.store.remove_session_server(deck.shop.id, by).await.unwrap());
    assert!(!deck.store.remove_session_server(deck.shop.id, by).await.unwrap());
    assert_eq!(last().await.action, ActivityAction::SessionServerRemoved);
    set(session_server("wss://c.example", Some("k3-Xq7"))).await;
    deck.store
        .remove_project(deck.shop.id, Visible::All, by)
        .await
        .unwrap();
    let late = session_server("wss://c.example", Some("k4-Xq7"));
    assert_eq!(set(late).await, SessionServerChange::Missing);
    assert!(!deck.store.remove_session_server(deck.shop.id, by).await.unwrap());
    // The next change finds the log emptied of what was erased.
    deck.store
        .add_project("Tower".into(), true, by)
        .await
        .unwrap()
        .unwrap();
    for key in ["k1-Xq7", "k2-Xq7", "k3-Xq7", "k4-Xq7"] {
        assert!(!engine::holds(&deck.place, key).await, "{key}");
    }
}
