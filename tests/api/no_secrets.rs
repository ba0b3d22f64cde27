//! No text that is kept takes one of our secrets, whatever stands around it, and no answer repeats it.

use std::collections::BTreeSet;

use keydeck::api::ProblemType::Invalid;
use keydeck::model::{Scope, Token, TokenKind};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::common::{Deck, Person, id_of, web_key};

/// Strings in bodies that are kept nowhere, or are for secrets.
const NOT_KEPT: [&str; 5] = [
    "PUT /v1/projects/{id}/session-server private_key",
    "POST /v1/keys/lookup sha256",
    "POST /v1/leaks token",
    // Without a secret that is in it: `leaks::hostile_reports_are_refused_in_a_sentence_or_made_harmless`.
    "POST /v1/leaks url",
    "POST /v1/leaks note",
];

/// A text that is kept: the operation, a body that would be taken, and the field in it.
struct Kept {
    operation: &'static str,
    body: Value,
    field: &'static str,
}

fn kept(project: &str) -> Vec<Kept> {
    let of = |operation, body: Value, field| Kept {
        operation,
        body,
        field,
    };
    let web = || web_key(project, "New");
    let mut local = web();
    local["ui_domains"] = json!(["http://localhost:8000"]);
    local["local_development"] = json!("203.0.113.7");
    let mut local_until = local.clone();
    local_until["local_development_ends_at"] = json!("2099-01-01T00:00:00Z");
    let mut labelled = web();
    labelled["labels"] = json!(["eu"]);
    let mut bound = web();
    bound["allowed_networks"] = json!(["203.0.113.0/24"]);
    let mobile =
        json!({"scope": "mobile", "name": "App", "project": project, "ui_domains": ["com.acme.shop"]});
    let server = || {
        json!({
            "url": "wss://sessions.acme.example",
            "key_name": "main",
            "private_key": "s3cret-0123456789-0123456789-012",
        })
    };
    vec![
        of("POST /v1/keys", web(), "name"),
        of("POST /v1/keys", web(), "note"),
        of("PATCH /v1/keys/{id}", json!({"note": "Ask Mira."}), "note"),
        of("POST /v1/keys", labelled, "labels"),
        of("PATCH /v1/keys/{id}", json!({"labels": ["eu"]}), "labels"),
        of("POST /v1/keys", bound, "allowed_networks"),
        of(
            "PATCH /v1/keys/{id}",
            json!({"allowed_networks": ["203.0.113.0/24"]}),
            "allowed_networks",
        ),
        of("POST /v1/keys", web(), "ui_domains"),
        of("POST /v1/keys", mobile, "ui_domains"),
        of("POST /v1/keys", local, "local_development"),
        of("PATCH /v1/keys/{id}", json!({"name": "Other"}), "name"),
        of(
            "PATCH /v1/keys/{id}",
            json!({"ui_domains": ["https://a.example"]}),
            "ui_domains",
        ),
        of(
            "PATCH /v1/keys/{id}",
            json!({"local_development": "203.0.113.7"}),
            "local_development",
        ),
        // An instant is read, and never repeated where it is none.
        of(
            "POST /v1/keys",
            json!({"scope": "analytics", "name": "Board", "expires_at": "2099-01-01T00:00:00Z"}),
            "expires_at",
        ),
        of(
            "PATCH /v1/keys/{id}",
            json!({"expires_at": "2099-01-01T00:00:00Z"}),
            "expires_at",
        ),
        of("POST /v1/keys", local_until, "local_development_ends_at"),
        of(
            "PATCH /v1/keys/{id}",
            json!({"local_development_ends_at": "2099-01-01T00:00:00Z"}),
            "local_development_ends_at",
        ),
        of("POST /v1/keys/{id}/disable", json!({"reason": "Why"}), "reason"),
        of("POST /v1/keys/{id}/revoke", json!({"reason": "Why"}), "reason"),
        of(
            "POST /v1/keys/plan",
            json!({"action": "disable", "filter": {}, "all": true, "reason": "Why"}),
            "reason",
        ),
        of(
            "POST /v1/keys/plan",
            json!({"action": "label", "filter": {}, "all": true, "add_labels": ["new"]}),
            "add_labels",
        ),
        of(
            "POST /v1/keys/plan",
            json!({"action": "label", "filter": {}, "all": true, "remove_labels": ["new"]}),
            "remove_labels",
        ),
        of(
            "POST /v1/keys/plan",
            json!({"action": "set_expiry", "filter": {}, "all": true, "expires_at": "2099-01-01T00:00:00Z"}),
            "expires_at",
        ),
        of(
            "POST /v1/leaks/{id}/decision",
            json!({"decision": "dismissed", "reason": "Why"}),
            "reason",
        ),
        of("POST /v1/projects", json!({"name": "Other"}), "name"),
        of("PATCH /v1/projects/{id}", json!({"name": "Other"}), "name"),
        of("PUT /v1/projects/{id}/session-server", server(), "url"),
        of("PUT /v1/projects/{id}/session-server", server(), "key_name"),
        of(
            "POST /v1/users",
            json!({"email": "a@b.example", "role": "editor"}),
            "email",
        ),
        of("POST /v1/gateways", json!({"name": "nginx"}), "name"),
        of(
            "POST /v1/webhooks",
            json!({"url": "https://hooks.acme.example"}),
            "url",
        ),
        of(
            "PATCH /v1/webhooks/{id}",
            json!({"url": "https://hooks.acme.example"}),
            "url",
        ),
    ]
}

fn secrets() -> Vec<String> {
    let tokens = TokenKind::ALL.map(|kind| Token::from_entropy(kind, [7; 32]));
    let mut secrets: Vec<String> = tokens.iter().map(|token| token.expose().to_owned()).collect();
    let web = Token::from_entropy(TokenKind::Key(Scope::Web), [8; 32]);
    let whole = web.secret(Some((Uuid::nil(), "https://keys.acme.example")));
    secrets.push(whole.expose().to_owned());
    secrets
}

async fn send(person: &Person, operation: &str, id: &str, body: &Value) -> crate::common::Answer {
    let (method, path) = operation.split_once(' ').expect("a method and a path");
    let path = path.replace("{id}", id);
    let request = person.request(method.parse().expect("a method"), &path);
    person.send(request.header("if-match", "\"1\"").json(body)).await
}

#[tokio::test]
async fn every_text_that_is_kept_refuses_a_secret() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Shop").await;
    let created = deck.owner.web_key(&project, "Checkout").await;
    let key = id_of(&created);
    let report = json!({"token": created["secret"]});
    deck.owner.post("/v1/leaks", &report).await.expect(202);
    let leak = id_of(&deck.owner.get("/v1/leaks").await.expect(200)[0]);
    let new = json!({"url": "https://hooks.acme.example"});
    let webhook = id_of(&deck.owner.post("/v1/webhooks", &new).await.expect(201)["webhook"]);
    for secret in secrets() {
        for text in [
            secret.clone(),
            format!("\"{secret}\""),
            format!("Bearer {secret}"),
            format!("https://{secret}.acme.example"),
            format!("mira{secret}@acme.example"),
        ] {
            for Kept {
                operation,
                mut body,
                field,
            } in kept(&project)
            {
                body[field] = match body[field].is_array() {
                    true => json!([text]),
                    false => json!(text),
                };
                let id = match operation {
                    of_key if of_key.contains("/keys/") => &key,
                    of_leak if of_leak.contains("/leaks/") => &leak,
                    of_webhook if of_webhook.contains("/webhooks/") => &webhook,
                    _ => &project,
                };
                let answer = send(&deck.owner, operation, id, &body).await;
                answer.refused(422, Invalid);
                let fields = answer.fields();
                let is_named = fields.iter().any(|named| named.split('[').next() == Some(field));
                assert!(is_named, "{operation} {field}: {fields:?}");
                assert!(!answer.body.contains(&secret), "{operation} {field} repeats it");
            }
            let request = deck.owner.request(Method::POST, "/v1/keys");
            let request = request
                .header("idempotency-key", text.replace(' ', ""))
                .json(&web_key(&project, "New"));
            deck.owner.send(request).await.refused(422, Invalid);
        }
    }
    let log = deck.owner.get("/v1/activity?limit=200").await;
    let everything = [&log.body, &deck.owner.get("/v1/keys").await.body]
        .map(String::as_str)
        .concat();
    assert!(secrets().iter().all(|secret| !everything.contains(secret)));
}

/// The id that a caller gives its request stands in the log.
#[tokio::test]
async fn no_secret_is_the_id_of_a_request() {
    let deck = Deck::start().await;
    for secret in secrets() {
        let request = deck.owner.request(Method::GET, "/v1/me");
        let answer = deck.owner.send(request.header("x-request-id", &secret)).await;
        answer.expect(200);
        let id = answer.header("x-request-id");
        assert!(!id.is_empty() && !secret.contains(id), "{id}");
    }
}

/// A text that is new in a body is on one of the two lists, or this fails.
#[tokio::test]
async fn every_text_in_a_body_is_known_here() {
    let deck = Deck::start().await;
    let document = &deck.contract().0;
    let mut texts = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let properties = resolved(document, schema)["properties"].as_object();
            for (name, property) in properties.into_iter().flatten() {
                if is_text(document, property) {
                    texts.insert(format!("{} {path} {name}", method.to_uppercase()));
                }
            }
        }
    }
    let kept = kept("")
        .into_iter()
        .map(|kept| format!("{} {}", kept.operation, kept.field));
    let known: BTreeSet<String> = kept.chain(NOT_KEPT.map(String::from)).collect();
    assert_eq!(texts, known);
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document
            .pointer(reference.trim_start_matches('#'))
            .expect("resolves"),
        None => schema,
    }
}

/// Whether any text may stand there, also in a list.
fn is_text(document: &Value, property: &Value) -> bool {
    let schema = resolved(document, property);
    let types = &schema["type"];
    let has = |name: &str| {
        types == name
            || types
                .as_array()
                .is_some_and(|types| types.iter().any(|t| t == name))
    };
    if has("array") {
        return is_text(document, &schema["items"]);
    }
    has("string") && schema.get("enum").is_none() && schema["format"] != "uuid"
}
