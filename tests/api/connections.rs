//! The connection exchange: a page or an app presents its key, and gets a token of the session server.

use std::collections::HashSet;

use jiff::SignedDuration;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use keydeck::api::ProblemType;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Answer, Deck, PUBLIC_URL, Person, id_of};

const SHOP: &str = "https://shop.acme.example";
pub const PRIVATE_KEY: &str = "the-private-key-of-the-session-server";

/// A deployed project with a session server, and a key of it.
pub struct Shop {
    pub deck: Deck,
    pub page: Person,
    pub project: String,
    pub key: String,
    secret: String,
}

impl Shop {
    pub async fn with(scope: &str, domains: &[&str]) -> Self {
        let deck = Deck::start().await;
        let project = deck.owner.project("Storefront").await;
        let server = json!({"url": "wss://sessions.acme.example:8443", "key_name": "storefront-1", "private_key": PRIVATE_KEY});
        let path = format!("/v1/projects/{project}/session-server");
        let set = deck.owner.request(Method::PUT, &path).json(&server);
        deck.owner.send(set).await.expect(200);
        let new = json!({"scope": scope, "name": "Checkout", "project": project, "ui_domains": domains});
        let created = deck.owner.post("/v1/keys", &new).await.expect(201);
        Self {
            page: deck.someone(""),
            project,
            key: id_of(&created),
            secret: created["secret"].as_str().expect("a secret").to_owned(),
            deck,
        }
    }

    pub async fn web() -> Self {
        Self::with("web", &[SHOP]).await
    }

    /// What a page with these headers is answered.
    pub async fn asked(&self, headers: &[(&str, &str)]) -> Answer {
        self.asked_at("/api/jwt", headers).await
    }

    /// A connection token.
    pub async fn connected(&self) -> String {
        let connection = self.asked(&[("origin", SHOP)]).await.expect(200);
        connection["jwt"].as_str().expect("a token").to_owned()
    }

    pub async fn asked_at(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = self.page.request(Method::GET, path).header("key", &self.secret);
        let with =
            |request: reqwest::RequestBuilder, (name, value): &(&str, &str)| request.header(*name, *value);
        self.page.send(headers.iter().fold(request, with)).await
    }

    /// Edits the key or the project.
    pub async fn change(&self, path: &str, version: u64, edit: Value) {
        self.deck.owner.patch(path, version, &edit).await.expect(200);
    }
}

pub fn refused_by(answer: &Answer, rule: &str) {
    let problem = answer.refused(403, ProblemType::NotByThisKey);
    assert_eq!(problem.rule.as_deref(), Some(rule));
    for part in ["\"url\"", "\"jwt\""] {
        assert!(!answer.body.contains(part), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_page_of_the_keys_origin_gets_a_token_of_the_session_server() {
    let shop = Shop::web().await;
    let answer = shop.asked(&[("origin", SHOP)]).await;
    assert_eq!(answer.headers["access-control-allow-origin"], SHOP);
    assert!(
        answer.headers["vary"]
            .to_str()
            .is_ok_and(|vary| vary.contains("origin"))
    );
    let connection = answer.expect(200);
    assert_eq!(connection["url"], "wss://sessions.acme.example:8443");
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&["storefront-1"]);
    validation.set_audience(&["wss://sessions.acme.example:8443"]);
    validation.validate_nbf = true;
    let jwt = connection["jwt"].as_str().expect("a token");
    let key = DecodingKey::from_secret(PRIVATE_KEY.as_bytes()).expect("a key");
    let claims = jsonwebtoken::decode::<Value>(jwt, &key, &validation)
        .expect("signed")
        .claims;
    let seconds = |claim: &str| claims[claim].as_i64().expect("a time");
    assert_eq!(seconds("exp") - seconds("iat"), 30 * 60);
    assert_eq!(seconds("nbf"), seconds("iat"));
    assert_eq!(claims["project"], shop.project);
    assert_eq!(claims["key_id"], shop.key);
    let again = shop.connected().await;
    let again = jsonwebtoken::decode::<Value>(&again, &key, &validation).expect("signed");
    assert!(claims["jti"].is_string() && claims["jti"] != again.claims["jti"]);
    assert_eq!(claims["sm-control"], "");
    assert_eq!(claims["sm-control-via-browser"], false);
    assert_eq!(claims["sm-session-server"], "sessions.acme.example:8443");
    let other = DecodingKey::from_secret(b"another key").expect("a key");
    assert!(jsonwebtoken::decode::<Value>(jwt, &other, &validation).is_err());
}

#[tokio::test]
async fn a_browser_may_ask_beforehand_from_anywhere() {
    let shop = Shop::web().await;
    for headers in [
        "key",
        "key,baggage,sentry-trace",
        "baggage, key, traceparent, tracestate, x-datadog-trace-id",
        "authorization,key",
        "x-anything-at-all",
    ] {
        let preflight = shop
            .page
            .request(Method::OPTIONS, "/api/jwt")
            .header("origin", "https://anywhere.example")
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", headers);
        let answer = preflight.send().await.expect("an answer");
        assert!(answer.status().is_success());
        let header = |name: &str| answer.headers()[name].to_str().expect("text").to_owned();
        assert_eq!(header("access-control-allow-origin"), "https://anywhere.example");
        assert_eq!(header("access-control-allow-headers"), headers);
        assert!(header("access-control-allow-methods").contains("GET"));
        assert!(!answer.headers().contains_key("access-control-allow-credentials"));
    }
    let origin = [("origin", "https://anywhere.example")];
    for answer in [
        shop.asked(&origin).await,
        shop.asked_at("/api/jwt?x=y", &origin).await,
    ] {
        assert!(answer.status.as_u16() >= 400, "{}", answer.body);
        assert_eq!(answer.headers["access-control-expose-headers"], "*");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused_and_can_read_why() {
    let shop = Shop::web().await;
    for origin in [
        "https://evil.example",
        "http://shop.acme.example",
        "https://shop.acme.example.evil.example",
    ] {
        let answer = shop.asked(&[("origin", origin)]).await;
        refused_by(&answer, "origin-foreign");
        assert_eq!(answer.headers["access-control-allow-origin"], origin);
    }
    refused_by(&shop.asked(&[("origin", "null")]).await, "origin-opaque");
    refused_by(&shop.asked(&[]).await, "origin-missing");
    let twice = shop.asked(&[("origin", SHOP), ("origin", SHOP)]).await;
    refused_by(&twice, "origin-unreadable");
}

#[tokio::test]
async fn a_page_of_the_servers_own_host_says_so_without_an_origin() {
    let shop = Shop::with("web", &[PUBLIC_URL]).await;
    shop.asked(&[("sec-fetch-site", "same-origin")]).await.expect(200);
    refused_by(
        &shop.asked(&[("sec-fetch-site", "same-site")]).await,
        "origin-missing",
    );
    let foreign = shop
        .asked(&[
            ("sec-fetch-site", "same-origin"),
            ("origin", "https://evil.example"),
        ])
        .await;
    refused_by(&foreign, "origin-foreign");
}

#[tokio::test]
async fn keys_of_a_project_that_is_not_deployed_refuse_to_connect_and_say_so() {
    let shop = Shop::web().await;
    let project = format!("/v1/projects/{}", shop.project);
    shop.change(&project, 1, json!({"deployed": false})).await;
    let answer = shop.asked(&[("origin", SHOP)]).await;
    refused_by(&answer, "not-deployed");
    assert!(answer.body.contains("not deployed"), "{}", answer.body);
    shop.change(&project, 1, json!({"deployed": true})).await;
    shop.asked(&[("origin", SHOP)]).await.expect(200);
    let removed = format!("{project}/session-server");
    shop.deck.owner.delete(&removed).await.expect(204);
    refused_by(&shop.asked(&[("origin", SHOP)]).await, "no-session-server");
}

#[tokio::test]
async fn a_key_that_was_revoked_or_never_was_is_refused_at_once() {
    let shop = Shop::web().await;
    shop.asked(&[("origin", SHOP)]).await.expect(200);
    shop.deck
        .owner
        .delete(&format!("/v1/keys/{}", shop.key))
        .await
        .expect(204);
    let rule_of = |answer: Answer| answer.refused(401, ProblemType::UnknownKey).rule;
    assert_eq!(
        rule_of(shop.asked(&[("origin", SHOP)]).await).as_deref(),
        Some("key-revoked")
    );
    let mut rules = HashSet::new();
    let long = "A".repeat(8_000);
    for key in ["", "nonsense", &long, &shop.deck.owner.token, "é"] {
        let request = shop
            .page
            .request(Method::GET, "/api/jwt")
            .header("key", key)
            .header("origin", SHOP);
        rules.extend(rule_of(shop.page.send(request).await));
    }
    assert_eq!(rules, HashSet::from(["key-malformed".to_owned()]));
    let none = shop.page.get("/api/jwt").await;
    assert_eq!(rule_of(none).as_deref(), Some("key-missing"));
}

#[tokio::test]
async fn a_session_goes_on_elsewhere_only_with_persistence() {
    let shop = Shop::web().await;
    let resumed = async || {
        shop.asked_at("/api/jwt?sessionId=abc%2F1", &[("origin", SHOP)])
            .await
    };
    refused_by(&resumed().await, "persistence-off");
    let key = format!("/v1/keys/{}", shop.key);
    shop.change(&key, 1, json!({"cross_page_persistence": true}))
        .await;
    let url = resumed().await.expect(200)["url"].clone();
    assert_eq!(url, "wss://sessions.acme.example:8443/?sessionId=abc%2F1");
    let broken = shop.asked_at("/api/jwt?sessionId=%00", &[("origin", SHOP)]).await;
    broken.refused(400, ProblemType::Malformed);
}

#[tokio::test]
async fn a_local_page_is_allowed_only_from_the_developers_address() {
    let local = "http://localhost:8000";
    let shop = Shop::with("web", &[SHOP, local]).await;
    refused_by(&shop.asked(&[("origin", local)]).await, "local-development-off");
    let key = format!("/v1/keys/{}", shop.key);
    shop.change(&key, 1, json!({"local_development": "203.0.113.7"}))
        .await;
    refused_by(&shop.asked(&[("origin", local)]).await, "local-address-foreign");
    shop.change(&key, 2, json!({"local_development": "127.0.0.0/8"}))
        .await;
    shop.asked(&[("origin", local)]).await.expect(200);
    shop.asked(&[("origin", SHOP)]).await.expect(200);
}

#[tokio::test]
async fn no_way_to_write_the_own_machine_gets_round_the_developers_address() {
    let local = [
        "http://localhost:8000",
        "http://shop.localhost:8000",
        "http://127.9.9.9:8000",
        "http://0.0.0.0:8000",
        "http://[::1]:8000",
        "http://[::]:8000",
        "http://[::ffff:7f00:1]:8000",
        "http://[::ffff:0:0]:8000",
    ];
    let shop = Shop::with("web", &local).await;
    for origin in local {
        refused_by(&shop.asked(&[("origin", origin)]).await, "local-development-off");
    }
    let key = format!("/v1/keys/{}", shop.key);
    shop.change(&key, 1, json!({"local_development": "203.0.113.7"}))
        .await;
    for origin in local {
        refused_by(&shop.asked(&[("origin", origin)]).await, "local-address-foreign");
    }
}

#[tokio::test]
async fn a_mobile_key_is_for_the_apps_that_it_names() {
    let shop = Shop::with("mobile", &["com.acme.shop"]).await;
    shop.asked(&[("x-android-package", "com.acme.shop")])
        .await
        .expect(200);
    shop.asked(&[("x-ios-bundle-identifier", "com.acme.shop")])
        .await
        .expect(200);
    refused_by(
        &shop.asked(&[("x-android-package", "com.evil.shop")]).await,
        "bundle-foreign",
    );
    refused_by(&shop.asked(&[]).await, "bundle-missing");
    refused_by(&shop.asked(&[("origin", SHOP)]).await, "page-with-mobile-key");
}

#[tokio::test]
async fn under_a_clock_that_is_wrong_no_token_is_signed_and_no_use_is_dated_by_it() {
    let shop = Shop::web().await;
    let page = [("origin", SHOP)];
    for days in [32, -32] {
        let clock = shop.deck.state.clock();
        clock.set_ahead(SignedDuration::from_hours(24 * days));
        let refused = shop.asked(&page).await;
        let sentence = refused.refused(503, ProblemType::ClockSkew).detail;
        assert!(sentence.contains("set its clock"), "{sentence}");
        let figures = shop.deck.someone("").get("/metrics").await;
        let skew = figures
            .body
            .lines()
            .find_map(|line| line.strip_prefix("keydeck_clock_skew_seconds "))
            .and_then(|skew| skew.parse::<f64>().ok());
        let off = skew.expect("a figure") - days as f64 * 86_400.0;
        assert!(off.abs() < 30.0, "{off}");
        clock.set_ahead(SignedDuration::ZERO);
        shop.asked(&page).await.expect(200);
    }
    // What no token is signed for is allowed all the same, and a refusal is noted when it happened.
    let clock = shop.deck.state.clock();
    clock.set_ahead(SignedDuration::from_hours(24 * 32));
    shop.asked(&[("origin", "https://elsewhere.example")])
        .await
        .refused(403, ProblemType::NotByThisKey);
    let path = format!("/v1/keys/{}/usage", shop.key);
    loop {
        let usage = shop.deck.owner.get(&path).await.expect(200);
        let counts = usage["hours"]["refused"].as_array().expect("counts");
        let of_this_day: u64 = counts[counts.len() - 2..].iter().filter_map(Value::as_u64).sum();
        if of_this_day == 1 {
            break;
        }
        tokio::task::yield_now().await;
    }
}
