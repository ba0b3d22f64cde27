//! Webviews of apps and extensions of browsers: what can be listed works where keys are presented, by every origin that a
//! browser sends for it, and what is refused says what to do.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::common::Deck;

const ID: &str = "abcdefghijklmnopabcdefghijklmnop";
const UUID: &str = "0192f3a4-7b1c-4d2e-8f90-a1b2c3d4e5f6";

/// A deployed project with a session server, and a gateway.
struct House {
    deck: Deck,
    project: String,
    gateway: String,
}

impl House {
    async fn new() -> Self {
        let deck = Deck::start().await;
        let project = deck.owner.project("Storefront").await;
        let server = json!({"url": "wss://sessions.acme.example", "key_name": "storefront-1",
            "private_key": "the-private-key-of-the-session-server"});
        let path = format!("/v1/projects/{project}/session-server");
        let set = deck.owner.request(Method::PUT, &path).json(&server);
        deck.owner.send(set).await.expect(200);
        let added = deck
            .owner
            .post("/v1/gateways", &json!({"name": "Edge"}))
            .await
            .expect(201);
        let gateway = added["token"].as_str().expect("a token").to_owned();
        Self {
            deck,
            project,
            gateway,
        }
    }

    async fn key(&self, scope: &str, domains: &[&str]) -> String {
        let new = json!({"scope": scope, "name": "Kiosk", "project": self.project, "ui_domains": domains});
        let created = self.deck.owner.post("/v1/keys", &new).await.expect(201);
        created["secret"].as_str().expect("a secret").to_owned()
    }

    /// What the check and the exchange say of a request from this origin.
    async fn asked(&self, secret: &str, origin: &str) -> [(StatusCode, Value); 2] {
        let client = reqwest::Client::new();
        let url = &self.deck.url;
        let check = client
            .get(format!("{url}/v1/authorize"))
            .header("x-sm-apikey", secret)
            .header("x-keydeck-gateway", &self.gateway);
        let exchange = client.get(format!("{url}/api/jwt")).header("key", secret);
        let mut answers = Vec::new();
        for request in [check, exchange] {
            let answer = request.header("origin", origin).send().await.expect("answered");
            let status = answer.status();
            answers.push((status, answer.json().await.unwrap_or_default()));
        }
        answers.try_into().expect("two")
    }
}

#[tokio::test]
async fn what_can_be_listed_works_as_browsers_send_it() {
    let house = House::new().await;
    let chrome = format!("chrome-extension://{ID}");
    let safari = format!("safari-web-extension://{UUID}");
    let safari_sent = format!("safari-web-extension://{}", UUID.to_uppercase());
    let firefox = format!("moz-extension://{UUID}");
    let sent = [
        ("capacitor://localhost", "capacitor://localhost"),
        ("ionic://localhost", "ionic://localhost"),
        ("tauri://localhost", "tauri://localhost"),
        ("http://tauri.localhost", "http://tauri.localhost"),
        ("https://tauri.localhost", "https://tauri.localhost"),
        ("https://localhost", "https://localhost"),
        ("http://localhost", "http://localhost"),
        ("app://acme.studio", "app://acme.studio"),
        ("acme-kiosk://App", "acme-kiosk://App"),
        (chrome.as_str(), chrome.as_str()),
        (firefox.as_str(), firefox.as_str()),
        (safari.as_str(), safari_sent.as_str()),
        ("https://*.acme.example", "https://my_app.acme.example"),
        ("https://shop_1.acme.example", "https://shop_1.acme.example"),
    ];
    let domains: Vec<&str> = sent.iter().map(|(listed, _)| *listed).collect();
    let secret = house.key("web", &domains).await;
    for (listed, origin) in sent {
        for (status, said) in house.asked(&secret, origin).await {
            assert_eq!(status, StatusCode::OK, "{listed} {origin}: {said}");
        }
    }
    for origin in [
        "capacitor://localhost:8100",
        "capacitor://evil",
        "tauri://evil.localhost",
        "https://localhost:8443",
        "http://evil.localhost",
        "chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba",
        "https://a.b.acme.example",
    ] {
        for (status, said) in house.asked(&secret, origin).await {
            let refused = (status, said["rule"].as_str());
            assert_eq!(
                refused,
                (StatusCode::FORBIDDEN, Some("origin-foreign")),
                "{origin}"
            );
        }
    }
    for (status, said) in house.asked(&secret, "null").await {
        assert_eq!(
            (status, said["rule"].as_str()),
            (StatusCode::FORBIDDEN, Some("origin-opaque"))
        );
        assert!(
            said["detail"]
                .as_str()
                .is_some_and(|detail| detail.contains("can't be listed")),
            "{said}"
        );
    }
}

#[tokio::test]
async fn names_below_localhost_with_a_port_are_a_developers() {
    let house = House::new().await;
    let new = json!({"scope": "web", "name": "Dev", "project": house.project, "ui_domains": ["http://*.localhost:3000"],
        "local_development": "127.0.0.1"});
    let created = house.deck.owner.post("/v1/keys", &new).await.expect(201);
    let secret = created["secret"].as_str().expect("a secret");
    for (status, said) in house.asked(secret, "http://shop.localhost:3000").await {
        assert_eq!(status, StatusCode::OK, "{said}");
    }
    for (status, said) in house.asked(secret, "http://shop.localhost:3001").await {
        assert_eq!(
            (status, said["rule"].as_str()),
            (StatusCode::FORBIDDEN, Some("origin-foreign"))
        );
    }
}

#[tokio::test]
async fn a_mobile_key_says_that_a_webview_needs_a_web_key() {
    let house = House::new().await;
    let secret = house.key("mobile", &[]).await;
    for origin in [
        "capacitor://localhost",
        "https://localhost",
        "https://shop.acme.example",
    ] {
        for (status, said) in house.asked(&secret, origin).await {
            assert_eq!(
                (status, said["rule"].as_str()),
                (StatusCode::FORBIDDEN, Some("page-with-mobile-key"))
            );
            let detail = said["detail"].as_str().unwrap_or_default();
            assert!(
                detail.contains("needs a Web key that lists its origin"),
                "{detail}"
            );
        }
    }
}
