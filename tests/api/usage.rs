//! How keys are used, as it is told: counted by rule, with the last use, found by filters, explained beforehand.

use std::time::Duration;

use keydeck::api::ProblemType;
use keydeck::server::store::sqlite::SqliteStore;
use keydeck::server::store::{SOURCES, Visible, WorkStore};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::authorize::Api;
use crate::common::{Deck, Person};

const SHOP: &str = "https://shop.acme.example";

/// Asks until what is counted has been written, which happens once a second.
async fn usage(person: &Person, key: &str, is_there: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/v1/keys/{key}/usage");
    let asking = async {
        loop {
            let usage = person.get(&path).await.expect(200);
            if is_there(&usage) {
                return usage;
            }
        }
    };
    timeout(Duration::from_secs(20), asking)
        .await
        .expect("it is written")
}

fn total(series: &Value) -> u64 {
    let numbers = series.as_array().expect("counts").iter();
    numbers.map(|n| n.as_u64().expect("a count")).sum()
}

async fn listed(deck: &Deck, filter: &str) -> Vec<String> {
    let page = deck
        .owner
        .get(&format!("/v1/keys?sort=name&{filter}"))
        .await
        .expect(200);
    let counts = deck
        .owner
        .get(&format!("/v1/keys/counts?{filter}"))
        .await
        .expect(200);
    let names = page["items"].as_array().expect("items").iter();
    let names: Vec<String> = names
        .map(|key| key["name"].as_str().expect("a name").to_owned())
        .collect();
    let counted: u64 = ["web", "mobile", "analytics"]
        .iter()
        .map(|scope| counts[scope].as_u64().expect("a count"))
        .sum();
    assert_eq!(counted, names.len() as u64, "{filter}");
    names
}

#[tokio::test]
async fn what_is_allowed_and_refused_is_counted_by_rule() {
    let api = Api::start().await;
    let (id, web) = api.key("web", &[SHOP]).await;
    let key = ("x-api-key", web.as_str());
    for address in ["203.0.113.7", "2001:db8::7"] {
        let headers = [key, ("origin", SHOP), ("x-forwarded-for", address)];
        api.asked("", &headers).await.expect(200);
    }
    for _ in 0..3 {
        api.asked("", &[key, ("origin", "https://evil.example")])
            .await
            .refused(403, ProblemType::NotByThisKey);
    }
    api.asked("?scope=mobile", &[key])
        .await
        .refused(403, ProblemType::NotByThisKey);
    let usage = usage(&api.deck.owner, &id, |usage| {
        total(&usage["hours"]["refused"]) == 4
    })
    .await;
    for series in ["hours", "days"] {
        let counts = |outcome| usage[series][outcome].as_array().expect("counts");
        assert_eq!(counts("allowed").len(), if series == "hours" { 168 } else { 30 });
        assert_eq!(
            (total(&usage[series]["allowed"]), total(&usage[series]["refused"])),
            (2, 4),
            "{series}"
        );
        // Today's last; an hour may have ended meanwhile.
        let newest: u64 = counts("allowed")
            .iter()
            .rev()
            .take(2)
            .filter_map(Value::as_u64)
            .sum();
        assert_eq!(newest, 2, "{series}");
    }
    let refused: Vec<_> = usage["refused_by"].as_array().expect("rules").iter().collect();
    assert_eq!(
        (&refused[0]["rule"], &refused[0]["count"]),
        (&json!("origin-foreign"), &json!(3))
    );
    assert_eq!(
        (&refused[1]["rule"], &refused[1]["count"]),
        (&json!("scope-other"), &json!(1))
    );
    assert!(
        refused[0]["sentence"]
            .as_str()
            .is_some_and(|sentence| sentence.ends_with('.'))
    );
    assert_eq!(usage["last_use"]["address"], "2001:db8::7");
    assert_eq!(usage["last_use"]["origin"], SHOP);
    assert_eq!(usage["origins"].as_array().map(Vec::len), Some(1));
    let addresses: Vec<_> = usage["addresses"]
        .as_array()
        .expect("addresses")
        .iter()
        .map(|a| &a["name"])
        .collect();
    assert_eq!(addresses, ["2001:db8::7", "203.0.113.7"]);
    let row = api.deck.owner.get(&format!("/v1/keys/{id}")).await.expect(200);
    assert_eq!(row["last_used_at"], usage["last_use"]["at"]);
}

#[tokio::test]
async fn a_server_that_ends_writes_what_it_has_counted() {
    let api = Api::start().await;
    let (id, key) = api.key("analytics", &[]).await;
    for _ in 0..5 {
        api.asked("", &[("x-api-key", &key)]).await.expect(200);
    }
    let directory = api.deck.stop().await;
    let store = SqliteStore::open(&directory.path().join("keydeck.db")).expect("a deck");
    let id = id.parse().expect("an id");
    let usage = store.usage(id, Visible::All).await.expect("read").expect("a key");
    assert_eq!(usage.last_week().allowed, 5);
}

#[tokio::test]
async fn only_the_newest_places_are_kept() {
    let api = Api::start().await;
    let (id, key) = api.key("analytics", &[]).await;
    for n in 0..30 {
        let address = format!("203.0.113.{n}");
        api.asked("", &[("x-api-key", &key), ("x-forwarded-for", &address)])
            .await
            .expect(200);
    }
    let usage = usage(&api.deck.owner, &id, |usage| {
        total(&usage["hours"]["allowed"]) == 30
    })
    .await;
    let addresses = usage["addresses"].as_array().expect("addresses");
    assert_eq!(addresses.len(), SOURCES);
    assert_eq!(addresses[0]["name"], "203.0.113.29");
}

#[tokio::test]
async fn filters_find_keys_by_their_use() {
    let api = Api::start().await;
    let (_, analytics) = api.key("analytics", &[]).await;
    let (id, web) = api.key("web", &[SHOP]).await;
    api.key("mobile", &[]).await;
    api.asked("", &[("x-api-key", &analytics)]).await.expect(200);
    api.asked("", &[("x-api-key", &web)])
        .await
        .refused(403, ProblemType::NotByThisKey);
    usage(&api.deck.owner, &id, |usage| {
        total(&usage["hours"]["refused"]) == 1
    })
    .await;
    let deck = &api.deck;
    assert_eq!(
        listed(deck, "never_used=true").await,
        ["A mobile key", "A web key"]
    );
    assert_eq!(listed(deck, "never_used=true&scope=web").await, ["A web key"]);
    assert_eq!(listed(deck, "refused_hours=24").await, ["A web key"]);
    assert_eq!(listed(deck, "refused_hours=24&q=mobile").await, [""; 0]);
    assert_eq!(listed(deck, "idle_days=90").await, [""; 0]);
    assert_eq!(listed(deck, "never_used=false").await.len(), 3);
    for wrong in [
        "idle_days=0",
        "idle_days=3651",
        "refused_hours=721",
        "never_used=maybe",
        "idle_days=-1",
    ] {
        let refused = deck.owner.get(&format!("/v1/keys?{wrong}")).await;
        refused.refused(400, ProblemType::Malformed);
        assert_eq!(refused.fields(), [wrong.split('=').next().expect("a field")]);
    }
}

#[tokio::test]
async fn a_verdict_is_told_beforehand_and_counts_nothing() {
    let api = Api::start().await;
    let (web, _) = api.key("web", &[SHOP, "https://*.acme.example"]).await;
    let (board, _) = api.key("analytics", &[]).await;
    let asked = async |key: &str, query: &str| {
        let verdict = api
            .deck
            .owner
            .get(&format!("/v1/keys/{key}/explain?{query}"))
            .await
            .expect(200);
        assert!(
            verdict["sentence"]
                .as_str()
                .is_some_and(|sentence| sentence.ends_with('.'))
        );
        (
            verdict["at"].as_str().expect("a place").to_owned(),
            verdict["allowed"].as_bool().expect("a verdict"),
            verdict["rule"].as_str().expect("a rule").to_owned(),
        )
    };
    for (key, query, at, allowed, rule) in [
        (
            &web,
            "origin=https://shop.acme.example/cart",
            "connection",
            false,
            "no-session-server",
        ),
        (
            &web,
            "origin=https://evil.example",
            "connection",
            false,
            "origin-foreign",
        ),
        (&web, "origin=null", "connection", false, "origin-opaque"),
        (&web, "", "connection", false, "origin-missing"),
        (
            &web,
            "origin=https://shop.acme.example&session_id=1",
            "connection",
            false,
            "persistence-off",
        ),
        (&board, "", "gateway", true, "analytics"),
        (
            &board,
            "origin=https://evil.example&address=203.0.113.7",
            "gateway",
            true,
            "analytics",
        ),
    ] {
        assert_eq!(
            asked(key, query).await,
            (at.to_owned(), allowed, rule.to_owned()),
            "{query}"
        );
    }
    // The same request at a gateway, which opens no session.
    for (query, allowed, rule) in [
        ("origin=https://shop.acme.example/cart", true, "origin-listed"),
        ("origin=https://evil.example", false, "origin-foreign"),
        ("origin=null", false, "origin-opaque"),
        ("", false, "origin-missing"),
        (
            "origin=https://shop.acme.example&session_id=1",
            true,
            "origin-listed",
        ),
    ] {
        let path = format!("/v1/keys/{web}/explain?{query}");
        let told = api.deck.owner.get(&path).await.expect(200)["gateway"].clone();
        let expected = (json!(allowed), json!(rule));
        assert_eq!(
            (told["allowed"].clone(), told["rule"].clone()),
            expected,
            "{query}"
        );
    }
    let project = api.deck.owner.get(&format!("/v1/keys/{web}")).await.expect(200)["project"]["id"].clone();
    let path = format!("/v1/projects/{}/session-server", project.as_str().expect("an id"));
    let server = json!({"url": "wss://sessions.acme.example", "key_name": "main", "private_key": "the-private-key-of-the-session-server"});
    let set = api.deck.owner.request(reqwest::Method::PUT, &path).json(&server);
    api.deck.owner.send(set).await.expect(200);
    for (origin, rule) in [
        (SHOP, "origin-listed"),
        ("https://x.acme.example", "origin-wildcard"),
    ] {
        let told = asked(&web, &format!("origin={origin}")).await;
        assert_eq!(told, ("connection".to_owned(), true, rule.to_owned()));
    }
    let path = format!("/v1/keys/{web}/explain?origin=HTTPS://Shop.Acme.Example:443/cart?x");
    let judged = api.deck.owner.get(&path).await.expect(200);
    assert_eq!(
        (&judged["origin"], &judged["allowed"]),
        (&json!(SHOP), &json!(true))
    );
    for wrong in [
        "origin=shop",
        "address=home",
        "session_id=a%20b",
        "addr=203.0.113.7",
    ] {
        let refused = api
            .deck
            .owner
            .get(&format!("/v1/keys/{web}/explain?{wrong}"))
            .await;
        refused.refused(400, ProblemType::Malformed);
        assert_eq!(refused.fields(), [wrong.split('=').next().expect("a field")]);
    }
    let unused = api
        .deck
        .owner
        .get(&format!("/v1/keys/{board}/usage"))
        .await
        .expect(200);
    assert_eq!(
        (total(&unused["hours"]["allowed"]), &unused["last_use"]),
        (0, &Value::Null)
    );
}

#[tokio::test]
async fn metrics_for_prometheus_name_rules_and_no_keys() {
    let api = Api::start().await;
    let (id, key) = api.key("analytics", &[]).await;
    api.asked("", &[("x-api-key", &key)]).await.expect(200);
    api.asked("?scope=web", &[("x-api-key", &key)])
        .await
        .refused(403, ProblemType::NotByThisKey);
    let answer = api.deck.someone("").get("/metrics").await;
    assert!(
        answer
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    let has = |line: &str| {
        assert!(
            answer.body.lines().any(|l| l.starts_with(line)),
            "{line}: {}",
            answer.body
        )
    };
    has(&format!(
        "keydeck_build_info{{version=\"{}\"}} 1",
        env!("CARGO_PKG_VERSION")
    ));
    has("keydeck_checks_total{at=\"gateway\",outcome=\"allowed\",rule=\"analytics\"} 1");
    has("keydeck_checks_total{at=\"gateway\",outcome=\"refused\",rule=\"scope-other\"} 1");
    has("keydeck_requests_total{method=\"GET\",route=\"/v1/authorize\",status=\"200\"} 1");
    has("keydeck_request_seconds_bucket{");
    has("keydeck_store_read_seconds_count ");
    has("keydeck_store_write_seconds_count ");
    for secret in [&id, &key, &api.gateway] {
        assert!(!answer.body.contains(secret.as_str()));
    }
}
