//! Rotating a key over HTTP: who gets through by which of its tokens, and what may be done to a rotation.

use jiff::{SignedDuration, Timestamp};
use keydeck::api::ProblemType;
use keydeck::model::{Role, Token, TokenHash};
use reqwest::Method;
use serde_json::{Value, json};

use crate::authorize::Api;
use crate::common::{Answer, Person, id_of};
use crate::connections::Shop;
use crate::introspection;

const SHOP: &str = "https://shop.acme.example";

async fn version(person: &Person, key: &str) -> u64 {
    let shown = person.get(&format!("/v1/keys/{key}")).await.expect(200);
    shown["version"].as_u64().expect("a version")
}

async fn sent(person: &Person, method: Method, key: &str, query: &str, body: Option<Value>) -> Answer {
    let request = person.request(method, &format!("/v1/keys/{key}/rotation{query}"));
    let request = request.header("if-match", format!("\"{}\"", version(person, key).await));
    person
        .send(match body {
            None => request,
            Some(body) => request.json(&body),
        })
        .await
}

async fn rotate(person: &Person, key: &str, overlap: u32) -> Answer {
    sent(
        person,
        Method::POST,
        key,
        "",
        Some(json!({"overlap_seconds": overlap})),
    )
    .await
}

async fn extend(person: &Person, key: &str, seconds: u32) -> Answer {
    sent(
        person,
        Method::PATCH,
        key,
        "",
        Some(json!({"extend_seconds": seconds})),
    )
    .await
}

async fn finish(person: &Person, key: &str, keep: &str) -> Answer {
    sent(person, Method::DELETE, key, &format!("?keep={keep}"), None).await
}

fn secret(rotated: &Value) -> String {
    rotated["secret"].as_str().expect("a secret").to_owned()
}

fn by_rule(answer: &Answer, rule: &str) {
    let problem = answer.refused(401, ProblemType::UnknownKey);
    assert_eq!(problem.rule.as_deref(), Some(rule));
    assert_eq!(answer.header("x-keydeck-rule"), rule);
}

/// Of a whole secret or of a token.
fn hash(secret: &str) -> TokenHash {
    Token::presented(secret).expect("a secret").hash()
}

#[tokio::test]
async fn whoever_has_the_old_token_gets_through_until_the_overlap_ends() {
    let api = Api::start().await;
    let owner = &api.deck.owner;
    let (id, old) = api.key("analytics", &[]).await;
    let asked = async |key: &str| api.asked("?scope=analytics", &[("x-sm-apikey", key)]).await;
    let before = asked(&old).await;
    before.expect(200);
    assert_eq!(before.header("x-keydeck-expires"), "");

    let rotated = rotate(owner, &id, 86_400).await.expect(200);
    let new = secret(&rotated);
    assert_ne!(new, old);
    assert_eq!(rotated["key"]["id"], id.as_str());
    assert_eq!(rotated["key"]["version"], 2);
    let rotation = &rotated["key"]["rotation"];
    let ends: Timestamp = rotation["ends_at"]
        .as_str()
        .expect("an end")
        .parse()
        .expect("a time");
    let hours = ends.duration_since(Timestamp::now());
    assert!((SignedDuration::from_secs(86_300)..=SignedDuration::from_secs(86_400)).contains(&hours));
    let hint = rotation["old_hint"].as_str().expect("a hint");
    assert!(hint.starts_with("kda_") && old.ends_with(hint.trim_start_matches("kda_…")));
    for key in [&old, &new] {
        let answer = asked(key).await;
        answer.expect(200);
        assert_eq!(answer.header("x-keydeck-key-id"), id);
    }
    // The API that the old token is presented to hears when it ends.
    assert_eq!(asked(&old).await.header("x-keydeck-expires"), ends.to_string());
    assert_eq!(asked(&new).await.header("x-keydeck-expires"), "");

    let ended = finish(owner, &id, "new").await.expect(200);
    assert_eq!(ended["rotation"], Value::Null);
    by_rule(&asked(&old).await, "key-rotated");
    asked(&new).await.expect(200);
    // Whatever else is wrong with the request comes after.
    let other = api.asked("?scope=web", &[("x-sm-apikey", &old)]).await;
    by_rule(&other, "key-rotated");

    let rotated = rotate(owner, &id, 0).await.expect(200);
    assert_eq!(rotated["key"]["rotation"], Value::Null);
    by_rule(&asked(&new).await, "key-rotated");
    let newest = secret(&rotated);
    asked(&newest).await.expect(200);
    owner.delete(&format!("/v1/keys/{id}")).await.expect(204);
    for key in [&old, &new, &newest] {
        by_rule(&asked(key).await, "key-revoked");
    }
    rotate_revoked(owner, &id).await;
}

async fn rotate_revoked(owner: &Person, id: &str) {
    let path = format!("/v1/keys/{id}/rotation");
    for (method, query, body) in [
        (Method::POST, "", json!({"overlap_seconds": 0})),
        (Method::PATCH, "", json!({"extend_seconds": 1})),
        (Method::DELETE, "?keep=old", Value::Null),
    ] {
        let request = owner.request(method, &format!("{path}{query}"));
        let request = request.header("if-match", "\"1\"");
        let request = match body {
            Value::Null => request,
            body => request.json(&body),
        };
        owner.send(request).await.refused(410, ProblemType::Revoked);
    }
}

#[tokio::test]
async fn a_connection_ends_with_the_token_that_it_began_with() {
    let shop = Shop::web().await;
    let owner = &shop.deck.owner;
    let server = introspection::issued(&shop, &shop.project).await;
    let told = async |token: &str| introspection::asked(&shop, &server, token).await;
    let exchanged = async |secret: &str| {
        let request = shop.page.request(Method::GET, "/api/jwt");
        let request = request.header("key", secret).header("origin", SHOP);
        shop.page.send(request).await
    };
    let connected = async |secret: &str| {
        let connection = exchanged(secret).await.expect(200);
        connection["jwt"].as_str().expect("a token").to_owned()
    };
    let lives = async |token: &str| {
        let told = told(token).await;
        told["exp"].as_i64().expect("an end") - told["iat"].as_i64().expect("a beginning")
    };
    let old = owner.reveal(&shop.key).await.expect(200)["secret"]
        .as_str()
        .expect("a secret")
        .to_owned();
    let early = connected(&old).await;
    let new = secret(&rotate(owner, &shop.key, 600).await.expect(200));
    // What is revealed is the new one.
    assert_eq!(secret(&owner.reveal(&shop.key).await.expect(200)), new);
    let (by_old, by_new) = (connected(&old).await, connected(&new).await);
    let shorter = lives(&by_old).await;
    assert!((650..=660).contains(&shorter), "{shorter}");
    assert_eq!(lives(&by_new).await, 30 * 60);
    for token in [&early, &by_old, &by_new] {
        assert_eq!(told(token).await["active"], true);
    }
    finish(owner, &shop.key, "new").await.expect(200);
    for token in [&early, &by_old] {
        assert_eq!(told(token).await, json!({"active": false}));
    }
    assert_eq!(told(&by_new).await["active"], true);
    let refused = exchanged(&old).await;
    let problem = refused.refused(401, ProblemType::UnknownKey);
    assert_eq!(problem.rule.as_deref(), Some("key-rotated"));
    assert!(!refused.body.contains("jwt"));
}

#[tokio::test]
async fn a_new_token_that_was_never_used_is_replaced_or_dropped_and_one_in_use_stays() {
    let api = Api::start().await;
    let owner = &api.deck.owner;
    let (id, old) = api.key("analytics", &[]).await;
    let asked = async |key: &str| api.asked("", &[("x-sm-apikey", key)]).await;
    // The answer is lost.
    let lost = secret(&rotate(owner, &id, 3_600).await.expect(200));
    let again = rotate(owner, &id, 7_200).await.expect(200);
    let new = secret(&again);
    by_rule(&asked(&lost).await, "key-rotated");
    asked(&old).await.expect(200);
    let cancelled = finish(owner, &id, "old").await.expect(200);
    assert_eq!(cancelled["rotation"], Value::Null);
    by_rule(&asked(&new).await, "key-rotated");
    asked(&old).await.expect(200);

    let new = secret(&rotate(owner, &id, 3_600).await.expect(200));
    asked(&new).await.expect(200);
    // At once: what this server counted is written before it is decided.
    let refused = rotate(owner, &id, 3_600)
        .await
        .refused(409, ProblemType::Rotating);
    assert!(refused.detail.contains("in use"), "{refused:?}");
    finish(owner, &id, "old")
        .await
        .refused(409, ProblemType::Rotating);
    asked(&new).await.expect(200);
    let usage = owner.get(&format!("/v1/keys/{id}/usage")).await.expect(200);
    let meter = &usage["rotation"];
    assert_eq!(
        (&meter["old"]["allowed"], &meter["new"]["allowed"]),
        (&json!(0), &json!(1))
    );
    asked(&old).await.expect(200);
    finish(owner, &id, "new").await.expect(200);
    let usage = owner.get(&format!("/v1/keys/{id}/usage")).await.expect(200);
    assert_eq!(usage["rotation"], Value::Null);
    for refused in [
        extend(owner, &id, 60).await,
        finish(owner, &id, "new").await,
        finish(owner, &id, "old").await,
    ] {
        refused.refused(409, ProblemType::NotRotating);
    }
}

#[tokio::test]
async fn what_is_no_overlap_is_refused_with_a_sentence() {
    let api = Api::start().await;
    let owner = &api.deck.owner;
    let (id, _) = api.key("analytics", &[]).await;
    for (body, status) in [
        (json!({"overlap_seconds": 2_592_001}), 422),
        (json!({"overlap_seconds": 4_294_967_295_u64}), 422),
        (json!({"overlap_seconds": 4_294_967_296_u64}), 422),
        (json!({"overlap_seconds": -1}), 422),
        (json!({"overlap_seconds": 1.5}), 422),
        (json!({"overlap_seconds": "24h"}), 422),
        (json!({"overlap_seconds": null}), 422),
        (json!({}), 422),
        (json!({"overlap_seconds": 60, "expires_at": null}), 422),
    ] {
        let refused = sent(owner, Method::POST, &id, "", Some(body.clone())).await;
        refused.refused(status, ProblemType::Invalid);
    }
    let path = format!("/v1/keys/{id}/rotation");
    let unmatched = owner
        .request(Method::POST, &path)
        .json(&json!({"overlap_seconds": 60}));
    owner
        .send(unmatched)
        .await
        .refused(428, ProblemType::PreconditionRequired);
    assert_eq!(version(owner, &id).await, 1);

    rotate(owner, &id, 2_592_000).await.expect(200);
    for seconds in [0, 1, 2_592_000, 2_592_001] {
        let problem = extend(owner, &id, seconds)
            .await
            .refused(422, ProblemType::Invalid);
        assert_eq!(problem.errors[0].field, "extend_seconds", "{seconds}");
        assert!(problem.errors[0].message.contains("30 days"), "{problem:?}");
    }
    for query in ["", "?keep=", "?keep=both", "?keep=new&keep=old", "?keep=new&x=1"] {
        sent(owner, Method::DELETE, &id, query, None)
            .await
            .refused(400, ProblemType::Malformed);
    }
    // From what somebody saw who did not look again.
    for (method, query, body) in [
        (Method::POST, "", Some(json!({"overlap_seconds": 60}))),
        (Method::PATCH, "", Some(json!({"extend_seconds": 60}))),
        (Method::DELETE, "?keep=new", None),
    ] {
        let request = owner.request(method, &format!("{path}{query}"));
        let request = request.header("if-match", "\"1\"");
        let request = match body {
            None => request,
            Some(body) => request.json(&body),
        };
        let problem = owner.send(request).await.refused(412, ProblemType::Changed);
        assert_eq!(problem.current.expect("the key").version, 2);
    }
    // Without, an end is asked for whatever it was.
    let end = owner.request(Method::DELETE, &format!("{path}?keep=new"));
    owner.send(end).await.expect(200);
}

#[tokio::test]
async fn whoever_has_expired_is_renewed_first() {
    let api = Api::start().await;
    let owner = &api.deck.owner;
    let (id, key) = api.key("analytics", &[]).await;
    rotate(owner, &id, 86_400).await.expect(200);
    api.deck.end(&id);
    let problem = rotate(owner, &id, 0).await.refused(409, ProblemType::Expired);
    assert!(problem.detail.contains("renew"), "{problem:?}");
    let asked = api.asked("", &[("x-sm-apikey", &key)]).await;
    by_rule(&asked, "key-expired");
    extend(owner, &id, 60)
        .await
        .refused(409, ProblemType::NotRotating);
}

#[tokio::test]
async fn a_lookup_says_which_token_it_is() {
    let api = Api::start().await;
    let owner = &api.deck.owner;
    let editor = api.deck.person(Role::Editor).await;
    for (scope, domains) in [
        ("analytics", &[][..]),
        ("web", &[SHOP]),
        ("mobile", &["com.acme.app"]),
    ] {
        let (id, old) = api.key(scope, domains).await;
        let looked_up = async |secret: &str| {
            let lookup = json!({"sha256": hash(secret).to_string()});
            owner.post("/v1/keys/lookup", &lookup).await.expect(200)
        };
        let told = async |secret: &str| {
            let found = looked_up(secret).await;
            assert_eq!(found["key"]["id"], id.as_str());
            (found["state"].clone(), found["token"].clone())
        };
        let active = |which: &str| (json!("active"), json!(which));
        assert_eq!(told(&old).await, active("current"));
        let new = secret(&rotate(owner, &id, 60).await.expect(200));
        assert_eq!(told(&old).await, active("old"));
        assert_eq!(told(&new).await, active("new"));
        finish(owner, &id, "new").await.expect(200);
        assert_eq!(told(&new).await, active("current"));
        assert_eq!(told(&old).await, (json!("rotated"), Value::Null));
        assert!(looked_up(&old).await["replaced_at"].is_string());
        let lookup = json!({"sha256": hash(&old).to_string()});
        let unseen = editor.post("/v1/keys/lookup", &lookup).await;
        unseen.refused(404, ProblemType::NotFound);
        owner.delete(&format!("/v1/keys/{id}")).await.expect(204);
        assert_eq!(looked_up(&old).await["state"], "revoked");
    }
}

#[tokio::test]
async fn the_log_tells_of_rotations_and_of_no_secret() {
    let api = Api::start().await;
    let owner = &api.deck.owner;
    let (id, old) = api.key("analytics", &[]).await;
    let mut secrets = vec![old];
    secrets.push(secret(&rotate(owner, &id, 60).await.expect(200)));
    extend(owner, &id, 60).await.expect(200);
    finish(owner, &id, "old").await.expect(200);
    secrets.push(secret(&rotate(owner, &id, 60).await.expect(200)));
    finish(owner, &id, "new").await.expect(200);
    let log = owner.get(&format!("/v1/activity?key={id}")).await.expect(200);
    let actions: Vec<&str> = log["items"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["action"].as_str().expect("an action"))
        .collect();
    assert_eq!(
        actions,
        [
            "key_rotation_ended",
            "key_rotated",
            "key_rotation_cancelled",
            "key_rotation_extended",
            "key_rotated",
            "key_created"
        ]
    );
    let log = log.to_string();
    for secret in secrets {
        assert!(!log.contains(&secret));
        assert!(!log.contains(&hash(&secret).to_string()));
    }
    let comparison = owner.get("/v1/activity/comparison").await.expect(200);
    assert_eq!(comparison["unexplained"], Value::Null);
}

#[tokio::test]
async fn an_analytics_person_rotates_what_they_may_create() {
    let api = Api::start().await;
    let analyst = api.deck.person(Role::Analytics).await;
    let new = json!({"scope": "analytics", "name": "Mine"});
    let mine = id_of(&analyst.post("/v1/keys", &new).await.expect(201));
    let shown = analyst.get(&format!("/v1/keys/{mine}")).await.expect(200);
    assert_eq!(
        (&shown["may"]["edit"], &shown["may"]["rotate"]),
        (&json!(true), &json!(true))
    );
    rotate(&analyst, &mine, 60).await.expect(200);
    let (theirs, _) = api.key("analytics", &[]).await;
    rotate(&analyst, &theirs, 60)
        .await
        .refused(403, ProblemType::Forbidden);
    let (web, _) = api.key("web", &[SHOP]).await;
    let shown = analyst.get(&format!("/v1/keys/{web}")).await.expect(200);
    assert_eq!(shown["may"]["rotate"], false);
    rotate(&analyst, &web, 60)
        .await
        .refused(403, ProblemType::Forbidden);
}
