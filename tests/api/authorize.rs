//! The check that a gateway makes: who gets through, who is refused by which rule, and who is not asked at all.

use keydeck::api::ProblemType;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Answer, Deck, Person, id_of};

const SHOP: &str = "https://shop.acme.example";

/// A deck with a gateway, and keys of all scopes.
pub struct Api {
    pub deck: Deck,
    pub gateway: String,
    client: Person,
    project: String,
}

impl Api {
    pub async fn start() -> Self {
        let deck = Deck::start().await;
        let created = deck
            .owner
            .post("/v1/gateways", &json!({"name": "Edge"}))
            .await
            .expect(201);
        let project = deck.owner.project("Storefront").await;
        Self {
            gateway: created["token"].as_str().expect("a token").to_owned(),
            client: deck.someone(""),
            project,
            deck,
        }
    }

    /// A new key; its id and token, or whole secret.
    pub async fn key(&self, scope: &str, domains: &[&str]) -> (String, String) {
        let mut new = json!({"scope": scope, "name": format!("A {scope} key")});
        if scope != "analytics" {
            new["project"] = json!(self.project);
            new["ui_domains"] = json!(domains);
        }
        let created = self.deck.owner.post("/v1/keys", &new).await.expect(201);
        (
            id_of(&created),
            created["secret"].as_str().expect("a secret").to_owned(),
        )
    }

    /// What the gateway is answered about a request with these headers.
    pub async fn asked(&self, query: &str, headers: &[(&str, &str)]) -> Answer {
        let gateway = ("x-keydeck-gateway", self.gateway.as_str());
        let headers: Vec<_> = headers.iter().copied().chain([gateway]).collect();
        self.asked_by_anybody(Method::GET, &format!("/v1/authorize{query}"), &headers)
            .await
    }

    async fn asked_by_anybody(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let with =
            |request: reqwest::RequestBuilder, (name, value): &(&str, &str)| request.header(*name, *value);
        let request = headers.iter().fold(self.client.request(method, path), with);
        Answer::read(request.send().await.expect("an answer")).await
    }
}

pub fn refused_by(answer: &Answer, status: u16, rule: &str) {
    let kind = match status {
        401 if rule == "gateway-unknown" => ProblemType::UnknownGateway,
        401 => ProblemType::UnknownKey,
        _ => ProblemType::NotByThisKey,
    };
    let problem = answer.refused(status, kind);
    assert_eq!(problem.rule.as_deref(), Some(rule));
    assert_eq!(answer.header("x-keydeck-rule"), rule);
    assert_eq!(answer.header("x-keydeck-key-id"), "");
}

#[tokio::test]
async fn an_analytics_key_is_let_through_wherever_it_is_presented() {
    let api = Api::start().await;
    let (id, key) = api.key("analytics", &[]).await;
    let bearer = format!("Bearer {key}");
    for header in [
        ("x-sm-apikey", key.as_str()),
        ("x-api-key", &key),
        ("authorization", &bearer),
    ] {
        for query in ["?scope=analytics", ""] {
            let answer = api.asked(query, &[header]).await;
            assert_eq!(answer.expect(200), Value::Null);
            assert_eq!(answer.header("x-keydeck-key-id"), id);
            assert_eq!(answer.header("x-keydeck-scope"), "analytics");
            assert!(!answer.headers.contains_key("x-keydeck-project"));
            assert_eq!(answer.header("access-control-allow-origin"), "");
        }
    }
}

#[tokio::test]
async fn a_key_of_another_scope_is_not() {
    let api = Api::start().await;
    let (_, analytics) = api.key("analytics", &[]).await;
    let (_, web) = api.key("web", &[SHOP]).await;
    let shop = ("origin", SHOP);
    refused_by(
        &api.asked("?scope=analytics", &[("x-api-key", &web), shop]).await,
        403,
        "scope-other",
    );
    refused_by(
        &api.asked("?scope=web", &[("x-api-key", &analytics)]).await,
        403,
        "scope-other",
    );
    let by_header = [("x-api-key", analytics.as_str()), ("x-keydeck-scope", "web")];
    refused_by(&api.asked("", &by_header).await, 403, "scope-other");
    refused_by(
        &api.asked("?scope=analytics", &by_header).await,
        403,
        "scope-other",
    );
    for (query, header) in [
        ("?scope=all", "web"),
        ("?scope=", "web"),
        ("?scop=web", "web"),
        ("", "all"),
    ] {
        let headers = [("x-api-key", analytics.as_str()), ("x-keydeck-scope", header)];
        api.asked(query, &headers)
            .await
            .refused(400, ProblemType::Malformed);
    }
}

#[tokio::test]
async fn what_narrows_a_check_is_never_passed_over() {
    let api = Api::start().await;
    let (_, mobile) = api.key("mobile", &[]).await;
    let (gateway, key) = (
        ("x-keydeck-gateway", api.gateway.as_str()),
        ("x-api-key", mobile.as_str()),
    );
    // What an operator may have meant, each for Analytics keys.
    for (path, headers) in [
        ("/v1/authorize/?scope=analytics", &[][..]),
        ("/v1/authorize//?scope=analytics", &[]),
        ("/v1/authorize/%2F?scope=analytics", &[]),
        ("/v1/authorize/;scope=analytics", &[]),
        ("/v1/authorize/?Scope=analytics", &[]),
        ("/v1/authorize/?a=b;scope=analytics", &[]),
        ("/v1/authorize/gateway?scope=analytics", &[]),
        ("/v1/authorize/?scope=analytics", &[("x-keydeck-scope", "mobile")]),
        ("/v1/authorize?scope=mobile&scope=analytics", &[]),
        ("/v1/authorize?scop=analytics", &[]),
        ("/v1/authorize?scope=mobile&scopes=analytics", &[]),
        ("/v1/authorize", &[("x_keydeck_scope", "analytics")]),
        ("/v1/authorize", &[("x-keydeck-scopes", "analytics")]),
        (
            "/v1/authorize",
            &[("x-keydeck-scope", "mobile"), ("x-keydeck-scope", "analytics")],
        ),
        ("/v1/authorize/reports", &[("x-keydeck-scope", "")]),
        ("/v1/authorize/reports", &[("x-keydeck-gateway", "kdg_another")]),
        (
            "/v1/authorize/reports",
            &[("authorization", "Basic a"), ("authorization", "Basic b")],
        ),
    ] {
        let headers = [&[gateway, key], headers].concat();
        let answer = api.asked_by_anybody(Method::GET, path, &headers).await;
        let problem = answer.refused(400, ProblemType::Malformed);
        assert_eq!(problem.rule.as_deref(), Some("gateway-malformed"), "{path}");
        assert_eq!(answer.header("x-keydeck-rule"), "gateway-malformed", "{path}");
        assert_eq!(answer.header("x-keydeck-key-id"), "", "{path}");
    }
    // No other spelling of the path is the check.
    for path in [
        "/v1/authorize%2F?scope=analytics",
        "/v1/%61uthorize?scope=analytics",
        "/v1/authorize;scope=analytics",
        "/V1/authorize?scope=analytics",
        "//v1/authorize?scope=analytics",
    ] {
        let answer = api.asked_by_anybody(Method::GET, path, &[gateway, key]).await;
        answer.refused(404, ProblemType::NotFound);
    }
    for path in ["/v1/authorize", "/v1/authorize/reports"] {
        let traced = api.asked_by_anybody(Method::TRACE, path, &[gateway, key]).await;
        traced.refused(405, ProblemType::MethodNotAllowed);
    }
    // A client's own parameter, where the gateway's header says the scope.
    let said = [gateway, key, ("x-keydeck-scope", "mobile")];
    for path in [
        "/v1/authorize/reports?scope=analytics",
        "/v1/authorize/api/?scope=openid",
        "/v1/authorize/?month=11",
    ] {
        api.asked_by_anybody(Method::GET, path, &said).await.expect(200);
    }
}

#[tokio::test]
async fn web_and_mobile_keys_are_held_to_their_domains() {
    let api = Api::start().await;
    let (_, web) = api.key("web", &[SHOP]).await;
    let (_, mobile) = api.key("mobile", &["com.acme.shop"]).await;
    let answer = api
        .asked("?scope=web", &[("x-api-key", &web), ("origin", SHOP)])
        .await;
    answer.expect(200);
    assert_eq!(answer.header("x-keydeck-project"), api.project);
    for (origin, rule) in [
        ("https://evil.example", "origin-foreign"),
        ("https://shop.acme.example.evil.example", "origin-foreign"),
        ("null", "origin-opaque"),
    ] {
        refused_by(
            &api.asked("", &[("x-api-key", &web), ("origin", origin)]).await,
            403,
            rule,
        );
    }
    refused_by(
        &api.asked("", &[("x-api-key", &web)]).await,
        403,
        "origin-missing",
    );
    let twice = [("x-api-key", web.as_str()), ("origin", SHOP), ("origin", SHOP)];
    refused_by(&api.asked("", &twice).await, 403, "origin-unreadable");
    let own_page = [
        ("x-api-key", web.as_str()),
        ("sec-fetch-site", "same-origin"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "shop.acme.example"),
    ];
    api.asked("", &own_page).await.expect(200);
    refused_by(&api.asked("", &own_page[..2]).await, 403, "origin-foreign");
    let app = ("x-android-package", "com.acme.shop");
    api.asked("?scope=mobile", &[("x-api-key", &mobile), app])
        .await
        .expect(200);
    refused_by(
        &api.asked("", &[("x-api-key", &mobile)]).await,
        403,
        "bundle-missing",
    );
    let project = format!("/v1/projects/{}", api.project);
    api.deck
        .owner
        .patch(&project, 0, &json!({"deployed": false}))
        .await
        .expect(200);
    refused_by(
        &api.asked("", &[("x-api-key", &web), ("origin", SHOP)]).await,
        403,
        "not-deployed",
    );
}

#[tokio::test]
async fn the_gateway_vouches_for_the_clients_address() {
    let api = Api::start().await;
    let (id, web) = api.key("web", &["http://localhost:8000"]).await;
    let edit = json!({"local_development": "203.0.113.0/24"});
    api.deck
        .owner
        .patch(&format!("/v1/keys/{id}"), 1, &edit)
        .await
        .expect(200);
    let local = [("x-api-key", web.as_str()), ("origin", "http://localhost:8000")];
    for (forwarded, allowed) in [
        ("203.0.113.7", true),
        ("::ffff:203.0.113.7", true),
        ("203.0.113.7, 198.51.100.1", false),
        ("198.51.100.1, 203.0.113.7", true),
        ("203.0.113.7, unknown", false),
        ("", false),
    ] {
        let answer = api
            .asked("", &[local[0], local[1], ("x-forwarded-for", forwarded)])
            .await;
        match allowed {
            true => drop(answer.expect(200)),
            false => refused_by(&answer, 403, "local-address-foreign"),
        }
    }
}

#[tokio::test]
async fn what_is_no_active_key_is_told_by_its_rule() {
    let api = Api::start().await;
    let (id, key) = api.key("analytics", &[]).await;
    let slip = key.replacen("kda_", "kda_x", 1);
    let (cut, huge) = (&key[..40], "k".repeat(20_000));
    let sign_in = format!("Bearer {}", api.deck.owner.token);
    for (headers, rule) in [
        (&[][..], "key-missing"),
        (&[("x-api-key", "")], "key-malformed"),
        (&[("x-api-key", cut)], "key-malformed"),
        (&[("x-api-key", &slip)], "key-malformed"),
        (&[("x-api-key", &huge)], "key-malformed"),
        (&[("x-api-key", "clé")], "key-malformed"),
        (&[("x-api-key", "e30=")], "key-malformed"),
        (&[("x-api-key", &api.gateway)], "key-malformed"),
        (&[("x-api-key", &key), ("x-api-key", &key)], "key-missing"),
        (&[("x-sm-apikey", cut), ("x-api-key", &key)], "key-malformed"),
        (&[("authorization", &sign_in)], "key-malformed"),
        (&[("authorization", "Basic a2V5Og==")], "key-missing"),
        (&[("authorization", "Bearer")], "key-missing"),
    ] {
        refused_by(&api.asked("", headers).await, 401, rule);
    }
    let other = Api::start().await.key("analytics", &[]).await.1;
    refused_by(&api.asked("", &[("x-api-key", &other)]).await, 401, "key-unknown");
    api.deck.owner.delete(&format!("/v1/keys/{id}")).await.expect(204);
    refused_by(&api.asked("", &[("x-api-key", &key)]).await, 401, "key-revoked");
}

#[tokio::test]
async fn only_a_gateway_is_answered() {
    let api = Api::start().await;
    let (_, key) = api.key("analytics", &[]).await;
    let key = ("x-api-key", key.as_str());
    let other = Api::start().await.gateway;
    for token in ["", "kdg_", &other, &api.deck.owner.token, key.1] {
        let headers = [key, ("x-keydeck-gateway", token)];
        let answer = api.asked_by_anybody(Method::GET, "/v1/authorize", &headers).await;
        refused_by(&answer, 401, "gateway-unknown");
    }
    let alone = api.asked_by_anybody(Method::GET, "/v1/authorize", &[key]).await;
    refused_by(&alone, 401, "gateway-unknown");
    let gateways = api.deck.owner.get("/v1/gateways").await.expect(200);
    let path = format!("/v1/gateways/{}", id_of(&gateways[0]));
    api.asked("", &[key]).await.expect(200);
    api.deck.owner.delete(&path).await.expect(204);
    refused_by(&api.asked("", &[key]).await, 401, "gateway-unknown");
    api.deck
        .owner
        .delete(&path)
        .await
        .refused(404, ProblemType::NotFound);
}

#[tokio::test]
async fn a_gateway_may_append_the_clients_path_and_use_its_method() {
    let api = Api::start().await;
    let (_, key) = api.key("analytics", &[]).await;
    let headers = |scope| {
        [
            ("x-keydeck-gateway", api.gateway.as_str()),
            ("x-api-key", key.as_str()),
            ("x-keydeck-scope", scope),
        ]
    };
    for path in [
        "/v1/authorize/",
        "/v1/authorize/reports/2026?scope=web&x=%00",
        "/v1/authorize//a/../b",
    ] {
        for method in [Method::GET, Method::POST, Method::PATCH, Method::OPTIONS] {
            let through = api
                .asked_by_anybody(method.clone(), path, &headers("analytics"))
                .await;
            through.expect(200);
            let refused = api.asked_by_anybody(method, path, &headers("web")).await;
            refused_by(&refused, 403, "scope-other");
        }
    }
    let post = api
        .asked_by_anybody(Method::POST, "/v1/authorize", &headers("web"))
        .await;
    post.refused(405, ProblemType::MethodNotAllowed);
}

#[tokio::test]
async fn gateways_have_names_of_their_own_and_are_logged() {
    let api = Api::start().await;
    let taken = api
        .deck
        .owner
        .post("/v1/gateways", &json!({"name": " Edge "}))
        .await;
    assert_eq!(taken.fields(), ["name"]);
    let nameless = api.deck.owner.post("/v1/gateways", &json!({"name": " "})).await;
    assert_eq!(nameless.fields(), ["name"]);
    let gateways = api.deck.owner.get("/v1/gateways").await;
    assert!(!gateways.body.contains("kdg_"), "{}", gateways.body);
    let gateways = gateways.expect(200);
    assert_eq!(gateways[0]["name"], "Edge");
    assert_eq!(gateways[0]["added_by"]["email"], crate::common::OWNER);
    let path = format!("/v1/gateways/{}", id_of(&gateways[0]));
    api.deck.owner.delete(&path).await.expect(204);
    // The name is free again.
    api.deck
        .owner
        .post("/v1/gateways", &json!({"name": "Edge"}))
        .await
        .expect(201);
    let log = api.deck.owner.get("/v1/activity").await.expect(200);
    let told: Vec<_> = log["items"].as_array().expect("rows").iter().take(3).collect();
    for (row, action) in told
        .iter()
        .zip(["gateway_added", "gateway_removed", "project_created"])
    {
        assert_eq!(row["action"], action);
    }
    assert_eq!(told[1]["subject"], "Edge");
}

#[tokio::test]
async fn a_misspelt_header_of_ours_lets_nobody_through() {
    let api = Api::start().await;
    let (_, key) = api.key("analytics", &[]).await;
    let key = ("x-api-key", key.as_str());
    for name in [
        "x-keydeck-scop",
        "x_keydeck_scope",
        "x-keydeck-scopes",
        "x-keydeck-network",
        "keydeck-scope",
    ] {
        for query in ["", "/reports?month=11"] {
            let answer = api.asked(query, &[key, (name, "web")]).await;
            let problem = answer.refused(400, ProblemType::Malformed);
            assert_eq!(problem.rule.as_deref(), Some("gateway-malformed"), "{name}");
            assert_eq!(answer.header("x-keydeck-rule"), "gateway-malformed", "{name}");
            assert_eq!(answer.fields(), [name]);
        }
    }
    for query in ["", "/reports"] {
        let twice = [
            key,
            ("x-keydeck-scope", "analytics"),
            ("x-keydeck-scope", "analytics"),
        ];
        api.asked(query, &twice)
            .await
            .refused(400, ProblemType::Malformed);
        // What another gateway handed on, and what is a client's own, means nothing here.
        let others = [
            key,
            ("x-keydeck-project", "a"),
            ("x-keydesk-scope", "web"),
            ("x_scope", "web"),
        ];
        api.asked(query, &others).await.expect(200);
    }
}
