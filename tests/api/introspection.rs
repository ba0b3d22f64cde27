//! A session server asks whether a connection token is still good (RFC 7662).

use keydeck::api::ProblemType;
use keydeck::model::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Answer, id_of};
use crate::connections::{PRIVATE_KEY, Shop};

const FORM: &str = "application/x-www-form-urlencoded";

pub async fn issued(shop: &Shop, project: &str) -> String {
    let path = format!("/v1/projects/{project}/session-token");
    let issued = shop
        .deck
        .owner
        .send(shop.deck.owner.request(Method::POST, &path))
        .await;
    let token = issued.expect(200)["token"].as_str().expect("a token").to_owned();
    assert!(token.starts_with("kds_"));
    token
}

/// What the session server with this token is answered to a form.
async fn asked_with(shop: &Shop, token: &str, media: &str, form: String) -> Answer {
    let server = shop.deck.someone(token);
    let request = server
        .request(Method::POST, "/v1/introspect")
        .header("content-type", media);
    server.send(request.body(form)).await
}

pub async fn asked(shop: &Shop, token: &str, of: &str) -> Value {
    asked_with(shop, token, FORM, format!("token={of}"))
        .await
        .expect(200)
}

fn inactive() -> Value {
    json!({"active": false})
}

#[tokio::test]
async fn a_token_is_active_and_says_whose_it_is() {
    let shop = Shop::web().await;
    let (server, token) = (issued(&shop, &shop.project).await, shop.connected().await);
    let told = asked(&shop, &server, &token).await;
    assert_eq!(
        (&told["active"], &told["iss"]),
        (&json!(true), &json!("storefront-1"))
    );
    assert_eq!(
        (&told["project"], &told["key_id"]),
        (&json!(shop.project), &json!(shop.key))
    );
    assert_eq!(told["aud"], "wss://sessions.acme.example:8443");
    assert!(told["jti"].is_string() && told["exp"].as_i64() > told["iat"].as_i64());
    let hinted = format!("token={token}&token_type_hint=access_token");
    let hinted = asked_with(
        &shop,
        &server,
        "application/x-www-form-urlencoded; charset=utf-8",
        hinted,
    )
    .await;
    assert_eq!(hinted.expect(200), told);
    assert_eq!(hinted.header("cache-control"), "no-store");
}

#[tokio::test]
async fn it_is_active_only_while_its_key_is_and_its_project_is_deployed() {
    let shop = Shop::web().await;
    let (server, token) = (issued(&shop, &shop.project).await, shop.connected().await);
    let active = async || asked(&shop, &server, &token).await;
    let project = format!("/v1/projects/{}", shop.project);
    shop.change(&project, 1, json!({"deployed": false})).await;
    assert_eq!(active().await, inactive());
    shop.change(&project, 1, json!({"deployed": true})).await;
    assert_eq!(active().await["active"], true);
    shop.deck
        .owner
        .delete(&format!("/v1/keys/{}", shop.key))
        .await
        .expect(204);
    assert_eq!(active().await, inactive());
}

#[tokio::test]
async fn another_private_key_or_server_makes_tokens_of_the_one_before_inactive() {
    for (field, value) in [
        ("private_key", "another-private-key-of-the-storefront"),
        ("key_name", "storefront-2"),
        ("url", "wss://elsewhere.acme.example"),
    ] {
        let shop = Shop::web().await;
        let (server, token) = (issued(&shop, &shop.project).await, shop.connected().await);
        let mut edit = json!({"url": "wss://sessions.acme.example:8443", "key_name": "storefront-1"});
        edit[field] = json!(value);
        let path = format!("/v1/projects/{}/session-server", shop.project);
        let set = shop.deck.owner.request(Method::PUT, &path).json(&edit);
        shop.deck.owner.send(set).await.expect(200);
        assert_eq!(asked(&shop, &server, &token).await, inactive(), "{field}");
    }
}

#[tokio::test]
async fn tokens_of_others_and_what_is_no_token_are_inactive() {
    let shop = Shop::web().await;
    // Another project of the same session server and private key.
    let other = shop.deck.owner.project("Kiosk").await;
    let server = json!({"url": "wss://sessions.acme.example:8443", "key_name": "storefront-1", "private_key": PRIVATE_KEY});
    let path = format!("/v1/projects/{other}/session-server");
    let set = shop.deck.owner.request(Method::PUT, &path).json(&server);
    shop.deck.owner.send(set).await.expect(200);
    let (of_other, of_shop) = (issued(&shop, &other).await, issued(&shop, &shop.project).await);
    let token = shop.connected().await;
    assert_eq!(asked(&shop, &of_other, &token).await, inactive());
    assert_eq!(asked(&shop, &of_shop, &token).await["active"], true);
    let (head, rest) = token.split_once('.').expect("a head");
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", rest.split('.').next().expect("claims"));
    let long = "x".repeat(20_000);
    for text in [
        "",
        "nonsense",
        head,
        &unsigned,
        &token[1..],
        &of_shop,
        &long,
        "%00",
    ] {
        assert_eq!(asked(&shop, &of_shop, text).await, inactive(), "{text}");
    }
}

#[tokio::test]
async fn only_a_session_server_is_answered_and_only_to_a_whole_question() {
    let shop = Shop::web().await;
    let (server, token) = (issued(&shop, &shop.project).await, shop.connected().await);
    let form = format!("token={token}");
    let gateway = shop
        .deck
        .owner
        .post("/v1/gateways", &json!({"name": "Edge"}))
        .await
        .expect(201);
    let gateway = gateway["token"].as_str().expect("a token");
    let unknown = server.replacen("kds_", "kds_x", 1);
    for who in ["", "kds_", &unknown, &shop.deck.owner.token, gateway, &token] {
        let answer = asked_with(&shop, who, FORM, form.clone()).await;
        answer.refused(401, ProblemType::Unauthenticated);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    for form in [
        String::new(),
        "token_type_hint=a".into(),
        format!("{form}&{form}"),
        format!("{form}&scope=web"),
    ] {
        let answer = asked_with(&shop, &server, FORM, form.clone()).await;
        answer.refused(400, ProblemType::Malformed);
        assert_eq!(answer.fields().len(), 1, "{form}");
    }
    let json = asked_with(
        &shop,
        &server,
        "application/json",
        json!({"token": token}).to_string(),
    )
    .await;
    json.refused(415, ProblemType::UnsupportedMediaType);
    // It opens nothing else.
    let elsewhere = shop.deck.someone(&server).get("/v1/keys").await;
    elsewhere.refused(401, ProblemType::Unauthenticated);
}

#[tokio::test]
async fn an_owner_issues_replaces_and_revokes_the_token() {
    let shop = Shop::web().await;
    let path = format!("/v1/projects/{}/session-token", shop.project);
    let token = shop.connected().await;
    let (first, second) = (
        issued(&shop, &shop.project).await,
        issued(&shop, &shop.project).await,
    );
    let form = || format!("token={token}");
    let replaced = asked_with(&shop, &first, FORM, form()).await;
    replaced.refused(401, ProblemType::Unauthenticated);
    assert_eq!(asked(&shop, &second, &token).await["active"], true);
    let support = shop.deck.person(Role::Support).await;
    support.delete(&path).await.refused(403, ProblemType::Forbidden);
    shop.deck.owner.delete(&path).await.expect(204);
    shop.deck
        .owner
        .delete(&path)
        .await
        .refused(404, ProblemType::NotFound);
    let revoked = asked_with(&shop, &second, FORM, form()).await;
    revoked.refused(401, ProblemType::Unauthenticated);
    let bare = shop
        .deck
        .owner
        .post("/v1/projects", &json!({"name": "Bare"}))
        .await
        .expect(201);
    let bare = format!("/v1/projects/{}/session-token", id_of(&bare));
    let refused = shop
        .deck
        .owner
        .send(shop.deck.owner.request(Method::POST, &bare))
        .await;
    refused.refused(422, ProblemType::Invalid);
    let log = shop.deck.owner.get("/v1/activity").await;
    assert!(!log.body.contains("kds_"), "{}", log.body);
    let log = log.expect(200);
    let actions: Vec<&str> = log["items"]
        .as_array()
        .expect("rows")
        .iter()
        .filter_map(|row| row["action"].as_str())
        .collect();
    let expected = [
        "session_token_revoked",
        "session_token_issued",
        "session_token_issued",
    ];
    let of_tokens: Vec<&str> = actions
        .into_iter()
        .filter(|action| action.starts_with("session_token"))
        .collect();
    assert_eq!(of_tokens, expected);
}
