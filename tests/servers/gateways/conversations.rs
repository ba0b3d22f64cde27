//! What clients and an API tell each other through a gateway, whichever it is.

use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::gateways::api::{Api, OWN_CORS};
use crate::gateways::gateway::{CLIENT, Gateway};
use crate::gateways::stage::{Setting, Stage};

const SHOP: &str = "https://shop.acme.example";
const LOCAL: &str = "http://localhost:8000";
/// Where a client says that it is, and isn't.
const ELSEWHERE: &str = "203.0.113.7";

/// What only keydeck may say.
const FORGED: [(&str, &str); 5] = [
    ("x-keydeck-gateway", "forged"),
    ("x-keydeck-key-id", "forged"),
    ("x-keydeck-scope", "web"),
    ("x-keydeck-project", "forged"),
    ("x-keydeck-expires", "forged"),
];

/// Before an API that takes Analytics keys.
pub async fn of_analytics_keys(start: impl AsyncFn(Setting) -> Gateway) {
    let stage = Stage::set("analytics").await;
    let gateway = start(stage.setting()).await;
    who_has_a_key_gets_through_and_the_key_does_not(&stage, &gateway).await;
    who_has_none_does_not(&stage, &gateway).await;
    a_revoked_key_is_refused_at_the_next_request(&stage, &gateway).await;
    a_disabled_key_is_refused_until_it_is_enabled(&stage, &gateway).await;
    the_api_is_told_when_a_key_ends_soon(&stage, &gateway).await;
    an_old_token_gets_through_until_the_rotation_ends(&stage, &gateway).await;
    a_key_is_used_from_its_networks_only(&stage, &gateway).await;
    nobody_gets_through_while_keydeck_is_away(stage, gateway).await;
}

async fn who_has_a_key_gets_through_and_the_key_does_not(stage: &Stage, gateway: &Gateway) {
    let (id, key) = stage.analytics_key("Board report").await;
    let bearer = format!("Bearer {key}");
    for (name, value) in [
        ("x-sm-apikey", &key),
        ("x-api-key", &key),
        ("authorization", &bearer),
    ] {
        let headers = [&[(name, value.as_str()), ("accept", "text/csv")], &FORGED[..]].concat();
        let told = gateway.post(&headers, "all of it").await;
        assert_eq!((told.status, told.body.as_str()), (200, "all of it"), "{name}");
        let asked = stage.api.newest();
        let said = |name: &str| asked.get(name).map_or("", |value| value.to_str().expect("text"));
        assert_eq!(said("x-keydeck-key-id"), id);
        assert_eq!(said("x-keydeck-scope"), "analytics");
        assert_eq!(said("x-keydeck-project"), "");
        assert_eq!(said("x-keydeck-expires"), "");
        assert_eq!(said("accept"), "text/csv");
        let all = format!("{asked:?}");
        assert!(
            !all.contains(&key) && !all.contains(stage.token()) && !all.contains("forged"),
            "{all}"
        );
    }
    // Some APIs read _ as -.
    let told = gateway
        .get(&[("x-sm-apikey", &key), ("x_keydeck_key_id", "forged")])
        .await;
    assert!(matches!(told.status, 200 | 400), "{told:?}");
    assert!(!format!("{:?}", stage.api.newest()).contains("forged"));
}

async fn who_has_none_does_not(stage: &Stage, gateway: &Gateway) {
    let before = stage.api.times();
    let (_, web) = stage.web_key(&[SHOP], None).await;
    let unknown = format!("kda_{}", "A".repeat(49));
    gateway.get(&[]).await.is_refused_by(401, "key-missing");
    gateway.get(&FORGED).await.is_refused_by(401, "key-missing");
    for (key, status, rule) in [
        (unknown.as_str(), 401, "key-malformed"),
        (stage.token(), 401, "key-malformed"),
        (&web, 403, "scope-other"),
    ] {
        let told = gateway.get(&[("x-sm-apikey", key), ("origin", SHOP)]).await;
        told.is_refused_by(status, rule);
    }
    assert_eq!(stage.api.times(), before);
}

async fn a_revoked_key_is_refused_at_the_next_request(stage: &Stage, gateway: &Gateway) {
    let (id, key) = stage.analytics_key("Leaked").await;
    let headers = [("x-sm-apikey", key.as_str())];
    assert_eq!(gateway.get(&headers).await.status, 200);
    let before = stage.api.times();
    stage.revoke(&id).await;
    gateway.get(&headers).await.is_refused_by(401, "key-revoked");
    assert_eq!(stage.api.times(), before);
}

async fn a_disabled_key_is_refused_until_it_is_enabled(stage: &Stage, gateway: &Gateway) {
    let (id, key) = stage.analytics_key("Perhaps unused").await;
    let headers = [("x-sm-apikey", key.as_str())];
    stage.switch(&id, "disable").await;
    let before = stage.api.times();
    gateway.get(&headers).await.is_refused_by(403, "key-disabled");
    assert_eq!(stage.api.times(), before);
    stage.switch(&id, "enable").await;
    assert_eq!(gateway.get(&headers).await.status, 200);
}

async fn the_api_is_told_when_a_key_ends_soon(stage: &Stage, gateway: &Gateway) {
    let (id, key) = stage.analytics_key("Of a partner").await;
    let headers = [&[("x-sm-apikey", key.as_str())], &FORGED[..]].concat();
    for (days, is_told) in [(29, true), (31, false)] {
        let ends = stage.end_in(&id, days).await;
        assert_eq!(gateway.get(&headers).await.status, 200);
        let asked = stage.api.newest();
        let told = asked
            .get("x-keydeck-expires")
            .map(|at| at.to_str().expect("text").to_owned());
        assert_eq!(told, is_told.then_some(ends), "{days}");
    }
}

async fn an_old_token_gets_through_until_the_rotation_ends(stage: &Stage, gateway: &Gateway) {
    let (id, old) = stage.analytics_key("Rotated").await;
    let (new, ends) = stage.rotate(&id).await;
    for (key, told) in [(&old, Some(ends)), (&new, None)] {
        assert_eq!(gateway.get(&[("x-sm-apikey", key.as_str())]).await.status, 200);
        let asked = stage.api.newest();
        let said = asked
            .get("x-keydeck-expires")
            .map(|at| at.to_str().expect("text").to_owned());
        assert_eq!(said, told);
        assert_eq!(asked.get("x-keydeck-key-id").expect("an id"), id.as_str());
    }
    stage.end_rotation(&id).await;
    let before = stage.api.times();
    let refused = gateway.get(&[("x-sm-apikey", old.as_str())]).await;
    refused.is_refused_by(401, "key-rotated");
    assert_eq!(stage.api.times(), before);
    assert_eq!(gateway.get(&[("x-sm-apikey", new.as_str())]).await.status, 200);
}

/// Whatever the client says of where it is, and of who told it.
async fn a_key_is_used_from_its_networks_only(stage: &Stage, gateway: &Gateway) {
    let (id, here) = stage.analytics_key("Of this office").await;
    stage.bind(&id, &["2001:db8::/32", "127.0.0.2/31"]).await;
    let (id, elsewhere) = stage.analytics_key("Of another office").await;
    // The gateway's own address is not the client's.
    stage.bind(&id, &[ELSEWHERE, "127.0.0.1"]).await;
    let before = stage.api.times();
    let headers = [
        ("x-real-ip", ELSEWHERE),
        ("x-forwarded-for", ELSEWHERE),
        ("x-forwarded-for", "127.0.0.1"),
        ("forwarded", "for=203.0.113.7"),
        ("cf-connecting-ip", ELSEWHERE),
        ("true-client-ip", ELSEWHERE),
        ("accept", "text/csv"),
    ];
    for header in headers {
        let ask = async |key: &str| gateway.get(&[("x-sm-apikey", key), header]).await;
        assert_eq!(ask(&here).await.status, 200, "{header:?}");
        ask(&elsewhere).await.is_refused_by(403, "address-foreign");
    }
    assert_eq!(stage.api.times(), before + headers.len());
}

async fn nobody_gets_through_while_keydeck_is_away(stage: Stage, gateway: Gateway) {
    let (_, key) = stage.analytics_key("Late").await;
    let headers = [("x-sm-apikey", key.as_str())];
    assert_eq!(gateway.get(&headers).await.status, 200);
    let before = stage.api.times();
    stage.deck.stop().await;
    let headers = [&headers[..], &[("origin", SHOP)]].concat();
    for _ in 0..3 {
        let told = gateway.get(&headers).await;
        assert!(told.status >= 500, "{told:?}");
        told.may_be_read_by(SHOP);
    }
    assert_eq!(stage.api.times(), before);
}

/// Before an API that takes Web keys, whose pages and addresses the gateway vouches for.
pub async fn of_web_keys(start: impl AsyncFn(Setting) -> Gateway) {
    let stage = Stage::set("web").await;
    let gateway = start(stage.setting()).await;
    pages_of_the_keys_origins_get_through(&stage, &gateway).await;
    pages_of_other_origins_may_ask_and_read(&stage, &gateway).await;
    what_the_client_says_of_its_address_does_not_count(&stage, &gateway).await;
    a_gateway_that_was_removed_lets_nobody_through(&stage, &gateway).await;
}

async fn pages_of_the_keys_origins_get_through(stage: &Stage, gateway: &Gateway) {
    let (id, key) = stage.web_key(&[SHOP, "https://api.acme.example"], None).await;
    let from = async |header| gateway.get(&[("x-sm-apikey", key.as_str()), header]).await;
    assert_eq!(from(("origin", SHOP)).await.status, 200);
    let asked = stage.api.newest();
    assert_eq!(asked["x-keydeck-key-id"], id.as_str());
    assert_eq!(asked["x-keydeck-project"], stage.project.as_str());
    // A page of the API's own host.
    assert_eq!(from(("sec-fetch-site", "same-origin")).await.status, 200);
    let before = stage.api.times();
    let foreign = from(("origin", "https://evil.example")).await;
    foreign.is_refused_by(403, "origin-foreign");
    let cross_site = from(("sec-fetch-site", "cross-site")).await;
    cross_site.is_refused_by(403, "origin-missing");
    assert_eq!(stage.api.times(), before);
}

/// What a browser needs before a page of another origin than the API's gets to use a key.
async fn pages_of_other_origins_may_ask_and_read(stage: &Stage, gateway: &Gateway) {
    let (_, key) = stage.web_key(&["https://other.acme.example", SHOP], None).await;
    let before = stage.api.times();
    for (method, headers) in [
        ("GET", vec!["x-sm-apikey"]),
        (
            "POST",
            vec![
                "authorization",
                "baggage",
                "content-type",
                "sentry-trace",
                "x-api-key",
            ],
        ),
        ("DELETE", vec!["traceparent", "x-sm-apikey", "x-anything-at-all"]),
    ] {
        let asked = gateway.preflight(SHOP, method, &headers.join(",")).await;
        asked.permits(SHOP, method, &headers);
    }
    // Everything else without a key is refused.
    for headers in [
        vec![],
        vec![("origin", SHOP)],
        vec![("access-control-request-method", "GET")],
    ] {
        gateway.options(&headers).await.is_refused_by(401, "key-missing");
    }
    let missing = gateway.get(&[("origin", SHOP)]).await;
    missing.is_refused_by(401, "key-missing");
    missing.is_readable_by(SHOP);
    let evil = "https://evil.example";
    let foreign = gateway.get(&[("x-sm-apikey", &key), ("origin", evil)]).await;
    foreign.is_refused_by(403, "origin-foreign");
    foreign.is_readable_by(evil);
    assert_eq!(stage.api.times(), before);
    let headers = [("x-sm-apikey", key.as_str()), ("origin", SHOP)];
    let allowed = gateway.get(&headers).await;
    assert_eq!(allowed.status, 200);
    allowed.is_readable_by(SHOP);
    let own = gateway.get(&[&headers[..], &[(OWN_CORS, SHOP)]].concat()).await;
    assert_eq!(own.status, 200);
    own.is_readable_by(SHOP);
}

async fn what_the_client_says_of_its_address_does_not_count(stage: &Stage, gateway: &Gateway) {
    let (_, here) = stage.web_key(&[LOCAL], Some(CLIENT)).await;
    let (_, elsewhere) = stage.web_key(&[LOCAL], Some(ELSEWHERE)).await;
    for forged in ["x-forwarded-for", "x-real-ip", "forwarded"] {
        let value = if forged == "forwarded" {
            "for=203.0.113.7"
        } else {
            ELSEWHERE
        };
        let with = async |key: &str| {
            gateway
                .get(&[("x-sm-apikey", key), ("origin", LOCAL), (forged, value)])
                .await
        };
        assert_eq!(with(&here).await.status, 200, "{forged}");
        with(&elsewhere).await.is_refused_by(403, "local-address-foreign");
    }
}

async fn a_gateway_that_was_removed_lets_nobody_through(stage: &Stage, gateway: &Gateway) {
    let (_, key) = stage.web_key(&["https://kiosk.acme.example"], None).await;
    let headers = [
        ("x-sm-apikey", key.as_str()),
        ("origin", "https://kiosk.acme.example"),
    ];
    assert_eq!(gateway.get(&headers).await.status, 200);
    let before = stage.api.times();
    stage.remove_gateway().await;
    gateway.get(&headers).await.is_refused_by(401, "gateway-unknown");
    assert_eq!(stage.api.times(), before);
}

/// Before a keydeck that takes requests and never answers.
pub async fn of_a_server_that_hangs(start: impl AsyncFn(Setting) -> Gateway) {
    let hanging = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let api = Api::start().await;
    let gateway = start(Setting {
        keydeck: hanging.local_addr().expect("bound").to_string(),
        api: api.address.clone(),
        token: "kdg_of-nobody".into(),
        scope: "analytics",
    })
    .await;
    let headers = [("x-sm-apikey", "kda_of-nobody"), ("origin", SHOP)];
    let told = gateway.get(&headers).await;
    assert!(told.status >= 500, "{told:?}");
    told.may_be_read_by(SHOP);
    assert_eq!(api.times(), 0);
}

/// Before an API that is not there.
pub async fn of_an_api_that_is_away(start: impl AsyncFn(Setting) -> Gateway) {
    let stage = Stage::set("analytics").await;
    let nowhere = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let api = nowhere.local_addr().expect("bound").to_string();
    drop(nowhere);
    let gateway = start(Setting {
        api,
        ..stage.setting()
    })
    .await;
    let (_, key) = stage.analytics_key("Board report").await;
    let headers = [("x-sm-apikey", key.as_str()), ("origin", SHOP)];
    let told = gateway.get(&headers).await;
    assert!(matches!(told.status, 502 | 503), "{told:?}");
    told.may_be_read_by(SHOP);
}

/// A real browser's page of another origin than the API's, which sends headers of its tracing too.
pub async fn of_a_page_of_another_origin(start: impl AsyncFn(Setting) -> Gateway) {
    let stage = Stage::set("web").await;
    let gateway = start(stage.setting()).await;
    let (_, key) = stage.web_key(&[SHOP], None).await;
    let told = gateway
        .opened_in_chromium(&key, &[SHOP, "https://evil.example"])
        .await;
    let expected = [
        json!({"status": 200, "rule": null, "body": "{}"}),
        json!({"status": 403, "rule": "origin-foreign"}),
    ];
    for (told, expected) in told.iter().zip(&expected) {
        for (name, value) in expected.as_object().expect("an object") {
            assert_eq!(&told[name], value, "{told}");
        }
    }
    assert_eq!((told.len(), stage.api.times()), (2, 1));
    let refused: Value = serde_json::from_str(told[1]["body"].as_str().expect("text")).expect("JSON");
    assert_eq!(refused["rule"], "origin-foreign");
}
