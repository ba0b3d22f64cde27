//! Projects: finding, adding, changing and removing them, and their session servers.

use keydeck::api::{ActivityQuery, ProjectQuery};
use keydeck::server::store::{Taken, Visible};
use serde_json::json;
use uuid::Uuid;

use super::deck::{Deck, actor};

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
