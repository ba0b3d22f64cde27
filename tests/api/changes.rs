//! Editing, revoking and revealing keys.

use keydeck::api::ProblemType;
use keydeck::model::TokenHash;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Deck, OWNER, Person, id_of};

async fn log_of(person: &Person, key: &str) -> Vec<Value> {
    let page = person.get(&format!("/v1/activity?key={key}")).await.expect(200);
    page["items"].as_array().expect("items").clone()
}

#[tokio::test]
async fn an_edit_changes_what_it_names_and_never_the_secret() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Shop").await;
    let created = deck.owner.web_key(&project, "Checkout").await;
    let path = format!("/v1/keys/{}", id_of(&created));
    let edit = json!({"ui_domains": ["http://localhost:8000/"], "local_development": "203.0.113.7/24"});
    let answer = deck.owner.patch(&path, 1, &edit).await;
    let edited = answer.expect(200);
    assert_eq!(answer.header("etag"), format!("\"{}\"", edited["version"]));
    assert_eq!(edited["ui_domains"], json!(["http://localhost:8000"]));
    assert_eq!(edited["local_development"], "203.0.113.0/24");
    assert_eq!(edited["name"], "Checkout");
    let version = edited["version"].as_u64().expect("a version");

    // Nothing new is no change, and leaves no trace.
    let same = deck
        .owner
        .patch(&path, version, &json!({"name": "Checkout"}))
        .await
        .expect(200);
    assert_eq!(same, edited);
    let off = deck
        .owner
        .patch(&path, version, &json!({"local_development": null}))
        .await
        .expect(200);
    assert_eq!(off["local_development"], Value::Null);
    let revealed = deck.owner.reveal(&id_of(&created)).await.expect(200);
    assert_eq!(revealed["secret"], created["secret"]);
    let actions: Vec<_> = log_of(&deck.owner, &id_of(&created))
        .await
        .iter()
        .map(|row| row["action"].clone())
        .collect();
    assert_eq!(
        actions,
        ["key_revealed", "key_edited", "key_edited", "key_created"]
    );
}

#[tokio::test]
async fn an_edit_from_an_old_version_is_refused_with_the_current_state() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Shop").await;
    let path = format!(
        "/v1/keys/{}",
        id_of(&deck.owner.web_key(&project, "Checkout").await)
    );
    let current = deck
        .owner
        .patch(&path, 1, &json!({"name": "Basket"}))
        .await
        .expect(200);
    let refused = deck.owner.patch(&path, 1, &json!({"name": "Till"})).await;
    let problem = refused.refused(412, ProblemType::Changed);
    assert_eq!(refused.header("etag"), format!("\"{}\"", current["version"]));
    assert_eq!(serde_json::to_value(problem.current).expect("JSON"), current);
    assert_eq!(deck.owner.get(&path).await.expect(200), current);
}

#[tokio::test]
async fn an_edit_says_which_version_it_was_made_from() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Shop").await;
    let path = format!(
        "/v1/keys/{}",
        id_of(&deck.owner.web_key(&project, "Checkout").await)
    );
    let edit = || {
        deck.owner
            .request(Method::PATCH, &path)
            .json(&json!({"name": "Till"}))
    };
    let missing = deck.owner.send(edit()).await;
    missing.refused(428, ProblemType::PreconditionRequired);
    let any = deck.owner.send(edit().header("if-match", "*")).await;
    any.refused(428, ProblemType::PreconditionRequired);
    for tag in ["1", "\"one\"", "W/\"1\"", "\"1\", \"2\"", "\"-1\""] {
        let garbled = deck.owner.send(edit().header("if-match", tag)).await;
        garbled.refused(400, ProblemType::Malformed);
        assert_eq!(garbled.fields(), ["If-Match"], "{tag}");
    }
    assert_eq!(deck.owner.get(&path).await.expect(200)["name"], "Checkout");
}

#[tokio::test]
async fn of_two_edits_at_once_one_is_refused() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Shop").await;
    let path = format!(
        "/v1/keys/{}",
        id_of(&deck.owner.web_key(&project, "Checkout").await)
    );
    let (one, other) = (json!({"name": "One"}), json!({"name": "Other"}));
    let (one, other) = tokio::join!(
        deck.owner.patch(&path, 1, &one),
        deck.owner.patch(&path, 1, &other)
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

#[tokio::test]
async fn a_revoked_key_is_gone_and_says_when_and_by_whom() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Shop").await;
    let fields = json!({"scope": "analytics", "name": "Board"});
    let analytics = deck.owner.post("/v1/keys", &fields).await.expect(201);
    let hash = TokenHash::of(analytics["secret"].as_str().expect("a secret")).to_string();
    for id in [
        id_of(&deck.owner.web_key(&project, "Checkout").await),
        id_of(&analytics),
    ] {
        let path = format!("/v1/keys/{id}");
        assert_eq!(deck.owner.delete(&path).await.expect(204), Value::Null);
        for answer in [
            deck.owner.delete(&path).await,
            deck.owner.get(&path).await,
            deck.owner.reveal(&id).await,
            deck.owner.patch(&path, 1, &json!({"name": "Back"})).await,
        ] {
            let detail = answer.refused(410, ProblemType::Revoked).detail;
            assert!(
                detail.contains(OWNER) && detail.contains("revoked at 2"),
                "{detail}"
            );
        }
        assert_eq!(log_of(&deck.owner, &id).await[0]["action"], "key_revoked");
    }
    let found = deck
        .owner
        .post("/v1/keys/lookup", &json!({"sha256": hash}))
        .await
        .expect(200);
    assert_eq!(found["state"], "revoked");
    assert_eq!(found["revoked_by"]["email"], OWNER);
    assert_eq!(deck.owner.get("/v1/keys").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn of_many_revocations_at_once_one_is_told_that_it_revoked() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Shop").await;
    let path = format!(
        "/v1/keys/{}",
        id_of(&deck.owner.web_key(&project, "Checkout").await)
    );
    let all = futures_util::future::join_all((0..8).map(|_| deck.owner.delete(&path))).await;
    let mut statuses: Vec<_> = all.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 410, 410, 410, 410, 410, 410, 410]);
}

#[tokio::test]
async fn whoever_viewed_a_secret_is_in_the_log() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Shop").await;
    let created = deck.owner.web_key(&project, "Checkout").await;
    let id = id_of(&created);
    let revealed = deck.owner.reveal(&id).await;
    assert_eq!(revealed.expect(200)["secret"], created["secret"]);
    let log = log_of(&deck.owner, &id).await;
    assert_eq!(
        (&log[0]["action"], &log[0]["actor"]["email"]),
        (&json!("key_revealed"), &json!(OWNER))
    );
}
