//! Removing a person over HTTP, and what those who listen hear of it.

use futures_util::StreamExt;
use keydeck::api::ProblemType;
use keydeck::model::Role;
use serde_json::{Value, json};

use crate::common::{Answer, Deck, Person, id_of};
use crate::events::listen;

#[tokio::test]
async fn an_organisation_keeps_an_owner() {
    let deck = Deck::start().await;
    let me = id_of(&deck.owner.get("/v1/me").await.expect(200)["user"]);
    let refused = deck
        .owner
        .patch(&format!("/v1/users/{me}"), 1, &json!({"role": "editor"}))
        .await;
    refused.refused(409, ProblemType::LastOwner);
    deck.owner.get("/v1/users").await.expect(200);
    let missing = "/v1/users/01930000-0000-7000-8000-000000000000";
    let missing = deck.owner.patch(missing, 1, &json!({"role": "editor"})).await;
    missing.refused(404, ProblemType::NotFound);
}

async fn user_path(person: &Person) -> String {
    let me = person.get("/v1/me").await.expect(200);
    format!("/v1/users/{}", id_of(&me["user"]))
}

/// An Editor with a project and two Web keys; the first one's path.
async fn editor_with_keys(deck: &Deck) -> (Person, String) {
    let editor = deck.person(Role::Editor).await;
    let project = editor.project("Own").await;
    let key = id_of(&editor.web_key(&project, "One").await);
    editor.web_key(&project, "Two").await;
    (editor, format!("/v1/keys/{key}"))
}

fn said(answer: &Answer) -> [u64; 3] {
    let removed = answer.expect(200);
    ["keys_revoked", "keys_handed_over", "projects_handed_over"]
        .map(|field| removed[field].as_u64().expect("a number"))
}

#[tokio::test]
async fn it_must_be_said_what_becomes_of_the_keys() {
    let deck = Deck::start().await;
    let (editor, _) = editor_with_keys(&deck).await;
    let path = user_path(&editor).await;
    let support = id_of(&deck.person(Role::Support).await.get("/v1/me").await.expect(200)["user"]);
    let refused = deck.owner.delete(&path).await;
    let sentence = refused.refused(409, ProblemType::InUse).detail;
    assert!(sentence.contains("2 active keys"), "{sentence}");
    let own = path.trim_start_matches("/v1/users/");
    for query in [
        "keys=hand_over".to_owned(),
        format!("keys=hand_over&to={own}"),
        "keys=hand_over&to=01930000-0000-7000-8000-000000000000".to_owned(),
        format!("keys=revoke&to={support}"),
        format!("to={support}"),
    ] {
        let refused = deck.owner.delete(&format!("{path}?{query}")).await;
        refused.refused(422, ProblemType::Invalid);
        assert_eq!(refused.fields(), ["to"], "{query}");
    }
    for (query, field) in [
        ("keys=burn", "keys"),
        ("keys=hand_over&to=x", "to"),
        ("kys=revoke", "kys"),
        ("keys=revoke&keys=revoke", "keys"),
    ] {
        let refused = deck.owner.delete(&format!("{path}?{query}")).await;
        refused.refused(400, ProblemType::Malformed);
        assert_eq!(refused.fields(), [field], "{query}");
    }
    assert_eq!(
        editor.get("/v1/keys").await.expect(200)["items"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}

#[tokio::test]
async fn keys_that_are_handed_over_go_on_as_another_persons() {
    let deck = Deck::start().await;
    let (editor, key) = editor_with_keys(&deck).await;
    let new = json!({"email": "ada@acme.example", "role": "editor"});
    let ada = deck.owner.post("/v1/users", &new).await.expect(201);
    let to = id_of(&ada["user"]);
    let ada = deck.someone(ada["token"].as_str().expect("a token"));
    let (mut of_ada, mut of_owner) = (listen(&ada).await, listen(&deck.owner).await);
    let mut of_editor = listen(&editor).await;
    let before = deck.owner.get(&key).await;

    let path = user_path(&editor).await;
    let removed = deck.owner.delete(&format!("{path}?keys=hand_over&to={to}")).await;
    assert_eq!(said(&removed), [0, 2, 1]);

    let after = ada.get(&key).await;
    assert_eq!(after.expect(200)["creator"]["email"], "ada@acme.example");
    assert_ne!(after.header("etag"), before.header("etag"));
    let stale = ada.patch(&key, 1, &json!({"name": "Mine"})).await;
    stale.refused(412, ProblemType::Changed);
    ada.patch(&key, 2, &json!({"name": "Mine"})).await.expect(200);
    ada.reveal(key.trim_start_matches("/v1/keys/")).await.expect(200);
    for events in [&mut of_ada, &mut of_owner] {
        for _ in 0..2 {
            let told = events.next().await.expect("open");
            assert!(told.starts_with("edited "), "{told}");
        }
    }
    assert_eq!(of_editor.next().await, None);
    let log = ada.get("/v1/activity").await.expect(200);
    let actions: Vec<&Value> = log["items"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| &row["action"])
        .collect();
    assert_eq!(
        actions,
        [
            "key_revealed",
            "key_edited",
            "key_handed_over",
            "key_handed_over",
            "key_created",
            "key_created"
        ]
    );
    assert_eq!(ada.get("/v1/keys/counts").await.expect(200)["web"], 2);
    assert_eq!(ada.get("/v1/projects").await.expect(200)[0]["name"], "Own");
}

#[tokio::test]
async fn keys_that_are_revoked_stop_with_who_is_removed() {
    let deck = Deck::start().await;
    let (editor, key) = editor_with_keys(&deck).await;
    let (mut of_owner, path) = (listen(&deck.owner).await, user_path(&editor).await);
    let removed = deck.owner.delete(&format!("{path}?keys=revoke")).await;
    assert_eq!(said(&removed), [2, 0, 0]);
    for _ in 0..2 {
        let told = of_owner.next().await.expect("open");
        assert!(told.starts_with("revoked "), "{told}");
    }
    let gone = deck.owner.get(&key).await;
    gone.refused(410, ProblemType::Revoked);
    assert_eq!(deck.owner.get("/v1/keys/counts").await.expect(200)["web"], 0);
    let again = deck.owner.delete(&format!("{path}?keys=revoke")).await;
    again.refused(404, ProblemType::NotFound);
    // The log still names who is gone, and the address is free.
    let log = deck.owner.get("/v1/activity").await.expect(200);
    assert_eq!(log["items"][0]["subject"], "editor@acme.example");
    let back = deck.person(Role::Editor).await;
    assert_eq!(back.get("/v1/projects").await.expect(200), json!([]));
}

#[tokio::test]
async fn an_owner_may_go_when_another_one_is_left() {
    let deck = Deck::start().await;
    let me = user_path(&deck.owner).await;
    let project = deck.owner.project("Shop").await;
    let key = id_of(&deck.owner.web_key(&project, "Checkout").await);
    for fate in [
        "",
        "?keys=revoke",
        "?keys=hand_over&to=01930000-0000-7000-8000-000000000000",
    ] {
        let refused = deck.owner.delete(&format!("{me}{fate}")).await;
        refused.refused(409, ProblemType::LastOwner);
    }
    deck.owner.delete(&format!("/v1/keys/{key}")).await.expect(204);
    let second = deck.person(Role::Owner).await;
    let mut events = listen(&deck.owner).await;
    deck.owner.delete(&me).await.expect(200);
    assert_eq!(events.next().await, None);
    let gone = deck.owner.get("/v1/me").await;
    gone.refused(401, ProblemType::Unauthenticated);
    let log = second.get("/v1/activity?action=user_removed").await.expect(200);
    assert_eq!(log["items"][0]["actor"]["email"], log["items"][0]["subject"]);
}

#[tokio::test]
async fn a_stream_ends_when_its_token_is_replaced() {
    let deck = Deck::start().await;
    let support = deck.person(Role::Support).await;
    let (mut replaced, mut stays) = (listen(&support).await, listen(&deck.owner).await);
    let path = format!("{}/token", user_path(&support).await);
    let token = deck
        .owner
        .send(deck.owner.request(reqwest::Method::POST, &path))
        .await;
    token.expect(200);
    assert_eq!(replaced.next().await, None);
    let project = deck.owner.project("Shop").await;
    let key = id_of(&deck.owner.web_key(&project, "Checkout").await);
    for told in ["change people", "change projects", &format!("created {key}")] {
        assert_eq!(stays.next().await.as_deref(), Some(told));
    }
}
