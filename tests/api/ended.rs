//! Keys after their end, over HTTP: revoked with a reason, listed, checked by the server, and who still presents them.

use std::time::Duration;

use keydeck::api::ProblemType;
use keydeck::model::{Role, TokenHash};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::authorize::Api;
use crate::common::{Deck, Person, id_of};
use crate::ends::switched;

const SHOP: &str = "https://shop.acme.example";

/// Asks until what is counted has been written, which happens once a second.
async fn until(person: &Person, path: &str, is_there: impl Fn(&Value) -> bool) -> Value {
    let asking = async {
        loop {
            let answer = person.get(path).await;
            let body: Value = serde_json::from_str(&answer.body).expect("JSON");
            if is_there(&body) {
                return body;
            }
        }
    };
    timeout(Duration::from_secs(20), asking)
        .await
        .expect("it is written")
}

async fn revoked(person: &Person, key: &str, reason: &str) -> Value {
    let path = format!("/v1/keys/{key}/revoke");
    person.post(&path, &json!({"reason": reason})).await.expect(200)
}

async fn listed(person: &Person, query: &str) -> Vec<String> {
    let page = person.get(&format!("/v1/keys?{query}")).await.expect(200);
    let items = page["items"].as_array().expect("items").iter();
    items
        .map(|key| key["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[tokio::test]
async fn a_key_is_revoked_with_a_reason() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Storefront").await;
    let created = deck.owner.web_key(&project, "Checkout").await;
    let (id, secret) = (id_of(&created), created["secret"].as_str().expect("a secret"));
    let path = format!("/v1/keys/{id}/revoke");
    let token = Value::from(secret);
    for wrong in [
        token,
        json!("a\nb"),
        json!("\u{1b}[31m"),
        json!("\u{200b}"),
        json!("é".repeat(501)),
    ] {
        let refused = deck.owner.post(&path, &json!({"reason": wrong})).await;
        let problem = refused.refused(422, ProblemType::Invalid);
        assert_eq!(problem.errors[0].field, "reason");
        assert!(!refused.body.contains(secret));
    }
    deck.owner
        .post(&path, &json!({"why": "x"}))
        .await
        .refused(422, ProblemType::Invalid);
    deck.owner.get(&format!("/v1/keys/{id}")).await.expect(200);
    let why = "Cafe\u{301}: it was in a public repository.";
    let key = revoked(&deck.owner, &id, why).await;
    assert_eq!(
        (&key["state"], &key["revoked"]["by"]["email"]),
        (&json!("revoked"), &json!("mira@acme.example"))
    );
    assert_eq!(key["revoked"]["reason"], "Café: it was in a public repository.");
    assert_eq!(
        (&key["refused_since"]["count"], &key["refused_since"]["last"]),
        (&json!(0), &Value::Null)
    );
    assert_eq!(
        key["may"],
        json!({"reveal": false, "edit": false, "revoke": false, "rotate": false})
    );
    let again = deck.owner.post(&path, &json!({})).await;
    again.refused(410, ProblemType::Revoked);
    // Whatever is asked of it, what is left is told.
    let left = deck.owner.get(&format!("/v1/keys/{id}")).await;
    let problem = left.refused(410, ProblemType::Revoked);
    assert_eq!(json!(problem.current), key);
    let row = &deck
        .owner
        .get(&format!("/v1/activity?key={id}"))
        .await
        .expect(200)["items"][0];
    assert_eq!(
        row["changes"]["reason"],
        json!([null, "Café: it was in a public repository."])
    );
    // Without one, and by DELETE.
    let other = id_of(&deck.owner.web_key(&project, "Till").await);
    deck.owner.delete(&format!("/v1/keys/{other}")).await.expect(204);
    let items = deck.owner.get("/v1/keys?state=revoked").await.expect(200);
    assert_eq!(items["items"][0]["revoked"]["reason"], Value::Null);
    assert_eq!(items["items"][1]["revoked"], key["revoked"]);
}

#[tokio::test]
async fn revoked_keys_are_a_list_of_their_own() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Storefront").await;
    let editor = deck.person(Role::Editor).await;
    let theirs = editor.project("Kiosk").await;
    for n in 0..3 {
        let key = id_of(&deck.owner.web_key(&project, &format!("Shop {n}")).await);
        revoked(&deck.owner, &key, "").await;
    }
    let key = id_of(&editor.web_key(&theirs, "Lobby").await);
    revoked(&editor, &key, "").await;
    deck.owner.web_key(&project, "Active").await;
    assert_eq!(
        listed(&deck.owner, "state=revoked").await,
        ["Lobby", "Shop 2", "Shop 1", "Shop 0"]
    );
    assert_eq!(
        listed(&deck.owner, "state=revoked&order=asc&q=storefront").await,
        ["Shop 0", "Shop 1", "Shop 2"]
    );
    assert_eq!(listed(&deck.owner, "").await, ["Active"]);
    assert_eq!(listed(&editor, "state=revoked").await, ["Lobby"]);
    assert_eq!(
        listed(&editor, &format!("state=revoked&project={project}")).await,
        [""; 0]
    );
    let counts = deck.owner.get("/v1/keys/counts?state=revoked").await.expect(200);
    assert_eq!(counts["web"], 4);
    let first = deck.owner.get("/v1/keys?state=revoked&limit=2").await.expect(200);
    let next = first["next"].as_str().expect("a cursor");
    assert_eq!(
        listed(&deck.owner, &format!("state=revoked&after={next}")).await,
        ["Shop 1", "Shop 0"]
    );
    for (query, field) in [
        (format!("after={next}"), "after"),
        ("state=revoked&sort=name".into(), "sort"),
        ("state=ended".into(), "state"),
    ] {
        let refused = deck.owner.get(&format!("/v1/keys?{query}")).await;
        refused.refused(400, ProblemType::Malformed);
        assert_eq!(refused.fields(), [field], "{query}");
    }
}

#[tokio::test]
async fn the_server_checks_a_key_by_itself() {
    let api = Api::start().await;
    let owner = &api.deck.owner;
    let (id, key) = api.key("analytics", &[]).await;
    let checked = async || owner.get(&format!("/v1/keys/{id}/check")).await.expect(200);
    let rules = |check: &Value| -> Vec<(Value, Value)> {
        let tokens = check["tokens"].as_array().expect("tokens").iter();
        tokens
            .map(|token| (token["token"].clone(), token["rule"].clone()))
            .collect()
    };
    assert_eq!(rules(&checked().await), [(json!("current"), Value::Null)]);
    switched(owner, &id, "disable").await.expect(200);
    assert_eq!(
        rules(&checked().await),
        [(json!("current"), json!("key-disabled"))]
    );
    switched(owner, &id, "enable").await.expect(200);
    let path = format!("/v1/keys/{id}/rotation");
    let request = owner
        .request(reqwest::Method::POST, &path)
        .header("if-match", "\"3\"");
    owner
        .send(request.json(&json!({"overlap_seconds": 3600})))
        .await
        .expect(200);
    assert_eq!(
        rules(&checked().await),
        [(json!("new"), Value::Null), (json!("old"), Value::Null)]
    );
    revoked(owner, &id, "").await;
    let check = checked().await;
    let gone = json!("key-revoked");
    assert_eq!(
        rules(&check),
        [(json!("new"), gone.clone()), (json!("old"), gone)]
    );
    assert!(
        check["tokens"][1]["sentence"]
            .as_str()
            .is_some_and(|said| said.ends_with('.'))
    );
    assert_eq!(check["refused_since"]["count"], 0);
    assert!(
        !check.to_string().contains(&key) && !check.to_string().contains(&TokenHash::of(&key).to_string())
    );
    // Nobody presented it.
    let usage = owner.get(&format!("/v1/keys/{id}/usage")).await.expect(200);
    assert_eq!(
        (&usage["refused_by"], &usage["last_refused_at"]),
        (&json!([]), &Value::Null)
    );
}

#[tokio::test]
async fn who_still_presents_a_revoked_key_is_told_everywhere() {
    let api = Api::start().await;
    let owner = &api.deck.owner;
    let (id, key) = api.key("web", &[SHOP]).await;
    let evil = "https://evil.example";
    let present = async |origin: &str, address: &str| {
        let headers = [
            ("x-api-key", key.as_str()),
            ("origin", origin),
            ("x-forwarded-for", address),
        ];
        api.asked("", &headers).await
    };
    present(SHOP, "203.0.113.1").await.expect(200);
    present(evil, "203.0.113.9")
        .await
        .refused(403, ProblemType::NotByThisKey);
    revoked(owner, &id, "").await;
    present(SHOP, "203.0.113.7")
        .await
        .refused(401, ProblemType::UnknownKey);
    present("kda_not an origin", "2001:db8::7")
        .await
        .refused(401, ProblemType::UnknownKey);
    let usage = until(owner, &format!("/v1/keys/{id}/usage"), |usage| {
        usage["refused_since"]["count"] == 2
    })
    .await;
    assert_eq!(usage["refused_since"]["last"]["address"], "2001:db8::7");
    assert_eq!(usage["refused_since"]["last"]["origin"], Value::Null);
    let places = |kind: &str| -> Vec<(Value, Value)> {
        let sources = usage[kind].as_array().expect("sources").iter();
        sources
            .map(|source| (source["name"].clone(), source["rule"].clone()))
            .collect()
    };
    let (gone, foreign) = (json!("key-revoked"), json!("origin-foreign"));
    assert_eq!(
        places("refused_origins"),
        [(json!(SHOP), gone.clone()), (json!(evil), foreign.clone())]
    );
    assert_eq!(
        places("refused_addresses"),
        [
            (json!("2001:db8::7"), gone.clone()),
            (json!("203.0.113.7"), gone),
            (json!("203.0.113.9"), foreign)
        ]
    );
    assert_eq!(usage["addresses"].as_array().map(Vec::len), Some(1));
    let page = owner.get("/v1/keys?state=revoked").await.expect(200);
    let since = &usage["refused_since"];
    assert_eq!(&page["items"][0]["refused_since"], since);
    let check = owner.get(&format!("/v1/keys/{id}/check")).await.expect(200);
    assert_eq!(&check["refused_since"], since);
    let token = keydeck::model::Token::presented(&key).expect("a token");
    let lookup = json!({"sha256": token.hash().to_string()});
    let found = owner.post("/v1/keys/lookup", &lookup).await.expect(200);
    assert_eq!(
        (&found["state"], &found["key"]["refused_since"]),
        (&json!("revoked"), since)
    );
}

#[tokio::test]
async fn expired_keys_that_keep_a_project_are_called_so() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Storefront").await;
    let path = format!("/v1/projects/{project}");
    let told = async || {
        deck.owner
            .delete(&path)
            .await
            .refused(409, ProblemType::InUse)
            .detail
    };
    let keys = [
        id_of(&deck.owner.web_key(&project, "Checkout").await),
        id_of(&deck.owner.web_key(&project, "Till").await),
    ];
    assert_eq!(told().await, "This project has 2 active keys; revoke them first.");
    deck.end(&keys[0]);
    assert_eq!(
        told().await,
        "This project has 2 keys that were not revoked, 1 of them expired; revoke them first."
    );
    deck.end(&keys[1]);
    assert_eq!(
        told().await,
        "This project has 2 expired keys, which can still be renewed; revoke them first."
    );
    revoked(&deck.owner, &keys[0], "").await;
    assert_eq!(
        told().await,
        "This project has 1 expired key, which can still be renewed; revoke it first."
    );
    revoked(&deck.owner, &keys[1], "").await;
    deck.owner.delete(&path).await.expect(204);
}
