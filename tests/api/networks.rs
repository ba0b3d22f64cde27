//! The networks that a key may be used from: how they are given, and who is refused by them.

use keydeck::api::ProblemType;
use reqwest::Method;
use serde_json::{Value, json};

use crate::authorize::{Api, refused_by};
use crate::common::{Answer, Deck, id_of};
use crate::connections::Shop;
use crate::ends::switched;
use crate::introspection;

const SHOP: &str = "https://shop.acme.example";

async fn bound(deck: &Deck, key: &str, networks: &Value) -> Answer {
    let path = format!("/v1/keys/{key}");
    let version = deck.owner.get(&path).await.expect(200)["version"].as_u64();
    let edit = json!({"allowed_networks": networks});
    deck.owner.patch(&path, version.expect("a version"), &edit).await
}

#[tokio::test]
async fn every_key_may_have_networks_in_their_order() {
    let api = Api::start().await;
    let given = json!(["2001:DB8::/48", "203.0.113.7/32", "::ffff:10.0.0.0/104"]);
    let kept = json!(["10.0.0.0/8", "203.0.113.7", "2001:db8::/48"]);
    for scope in ["web", "mobile", "analytics"] {
        let (id, _) = api.key(scope, &[SHOP][..usize::from(scope == "web")]).await;
        let path = format!("/v1/keys/{id}");
        assert_eq!(
            api.deck.owner.get(&path).await.expect(200)["allowed_networks"],
            json!([])
        );
        let edited = bound(&api.deck, &id, &given).await.expect(200);
        assert_eq!(
            (&edited["allowed_networks"], &edited["version"]),
            (&kept, &json!(2)),
            "{scope}"
        );
        // What is the same is no change.
        let same = bound(&api.deck, &id, &given).await.expect(200);
        assert_eq!(same["version"], 2);
        let log = api
            .deck
            .owner
            .get(&format!("/v1/activity?key={id}"))
            .await
            .expect(200);
        assert_eq!(
            log["items"][0]["changes"],
            json!({"allowed_networks": [[], kept]})
        );
        let none = bound(&api.deck, &id, &json!([])).await.expect(200);
        assert_eq!(none["allowed_networks"], json!([]));
    }
    let new = json!({"scope": "analytics", "name": "Nightly", "allowed_networks": given});
    let created = api.deck.owner.post("/v1/keys", &new).await.expect(201);
    assert_eq!(created["key"]["allowed_networks"], kept);
}

#[tokio::test]
async fn what_is_no_list_of_networks_is_refused_with_what_to_write() {
    let deck = Deck::start().await;
    let new = json!({"scope": "analytics", "name": "Board"});
    let key = id_of(&deck.owner.post("/v1/keys", &new).await.expect(201));
    let many: Vec<String> = (0..65).map(|n| format!("10.{n}.0.0/16")).collect();
    bound(&deck, &key, &json!(many[..64])).await.expect(200);
    for (n, (networks, field, told)) in [
        (json!(many), "allowed_networks", "at most 64; these are 65"),
        (
            json!(["203.0.113.7/24"]),
            "allowed_networks[0]",
            "write 203.0.113.0/24",
        ),
        (
            json!(["10.0.0.1", "2001:db8::1/32"]),
            "allowed_networks[1]",
            "write 2001:db8::/32",
        ),
        (json!(["10.0.0.0/33"]), "allowed_networks[0]", "from 1 to 32"),
        (
            json!(["::ffff:1.2.3.4/100"]),
            "allowed_networks[0]",
            "write 0.0.0.0/4",
        ),
        (json!(["0.0.0.0/0"]), "allowed_networks[0]", "every IPv4 address"),
        (json!(["::/0"]), "allowed_networks[0]", "every IPv6 address"),
        (json!([""]), "allowed_networks[0]", "Give an address or a network"),
        (
            json!([" \t"]),
            "allowed_networks[0]",
            "Give an address or a network",
        ),
        (
            json!(["10.0.0.1:443"]),
            "allowed_networks[0]",
            "Leave the port out: 10.0.0.1",
        ),
        (json!(["fe80::1%eth0"]), "allowed_networks[0]", "zone id"),
        (json!(["010.0.0.1"]), "allowed_networks[0]", "leading zeros"),
        (
            json!(["10.0.0.1,10.0.0.2"]),
            "allowed_networks[0]",
            "more than one",
        ),
        (
            json!(["10.0.0.0/8", "10.1.0.0/16"]),
            "allowed_networks[1]",
            "10.1.0.0/16 is within 10.0.0.0/8",
        ),
        (
            json!(["10.0.0.1", "::ffff:10.0.0.1"]),
            "allowed_networks[1]",
            "10.0.0.1 is there twice",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let new = json!({"scope": "analytics", "name": format!("Board {n}"), "allowed_networks": networks});
        let created = deck.owner.post("/v1/keys", &new).await;
        for refused in [created, bound(&deck, &key, &networks).await] {
            let problem = refused.refused(422, ProblemType::Invalid);
            assert_eq!(problem.errors[0].field, field, "{networks}");
            assert!(
                problem.errors[0].message.contains(told),
                "{networks}: {problem:?}"
            );
        }
    }
    let path = format!("/v1/keys/{key}");
    for wrong in [json!(null), json!("10.0.0.0/8"), json!([1]), json!({})] {
        let edit = json!({"allowed_networks": wrong});
        let answer = deck.owner.patch(&path, 2, &edit).await;
        assert!(
            matches!(answer.status.as_u16(), 200 | 400 | 422),
            "{wrong}: {}",
            answer.body
        );
        let kept = deck.owner.get(&path).await.expect(200);
        assert_eq!(
            kept["allowed_networks"].as_array().map(Vec::len),
            Some(64),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn a_gateway_lets_a_key_through_from_its_networks_only() {
    let api = Api::start().await;
    for (scope, domains, headers) in [
        ("analytics", &[][..], &[][..]),
        ("web", &[SHOP], &[("origin", SHOP)]),
        (
            "mobile",
            &["com.acme.shop"],
            &[("x-android-package", "com.acme.shop")],
        ),
    ] {
        let (id, key) = api.key(scope, domains).await;
        let networks = json!(["203.0.113.0/24", "2001:db8::/48"]);
        bound(&api.deck, &id, &networks).await.expect(200);
        let asked = async |more: &[(&str, &str)]| {
            let headers = [&[("x-api-key", key.as_str())], headers, more].concat();
            api.asked(&format!("?scope={scope}"), &headers).await
        };
        for address in [
            "203.0.113.7",
            "::ffff:203.0.113.7",
            "[2001:db8::7]:443",
            "198.51.100.1, 203.0.113.7",
        ] {
            asked(&[("x-forwarded-for", address)]).await.expect(200);
        }
        for (address, seen) in [
            ("203.0.114.7", "203.0.114.7"),
            ("2001:db9::7", "2001:db9::7"),
            ("203.0.113.7, 198.51.100.1", "198.51.100.1"),
            ("::ffff:198.51.100.1", "198.51.100.1"),
        ] {
            let answer = asked(&[("x-forwarded-for", address)]).await;
            refused_by(&answer, 403, "address-foreign");
            assert!(answer.body.contains(&format!("from {seen},")), "{}", answer.body);
            assert!(!answer.body.contains("203.0.113.0"), "{}", answer.body);
        }
        // The gateway's own address is not taken for the client's.
        bound(&api.deck, &id, &json!(["127.0.0.0/8", "::1"]))
            .await
            .expect(200);
        for unknown in [
            &[][..],
            &[("x-forwarded-for", "")],
            &[("x-forwarded-for", "unknown")],
        ] {
            let answer = asked(unknown).await;
            refused_by(&answer, 403, "address-foreign");
            assert!(answer.body.contains("address is unknown"), "{}", answer.body);
        }
        bound(&api.deck, &id, &json!([])).await.expect(200);
        asked(&[]).await.expect(200);
    }
}

#[tokio::test]
async fn the_networks_are_judged_after_standing_and_scope_and_before_the_page() {
    let api = Api::start().await;
    let (id, key) = api.key("web", &[SHOP]).await;
    bound(&api.deck, &id, &json!(["203.0.113.0/24"]))
        .await
        .expect(200);
    let foreign = [
        ("x-api-key", key.as_str()),
        ("origin", "https://evil.example"),
        ("x-forwarded-for", "198.51.100.1"),
    ];
    let asked = async |query: &str| api.asked(query, &foreign).await;
    refused_by(&asked("").await, 403, "address-foreign");
    refused_by(&asked("?scope=mobile").await, 403, "scope-other");
    switched(&api.deck.owner, &id, "disable").await.expect(200);
    refused_by(&asked("").await, 403, "key-disabled");
    api.deck.owner.delete(&format!("/v1/keys/{id}")).await.expect(204);
    refused_by(&asked("").await, 401, "key-revoked");
}

#[tokio::test]
async fn a_page_connects_from_its_keys_networks_only_and_its_token_goes_with_them() {
    let shop = Shop::web().await;
    let server = introspection::issued(&shop, &shop.project).await;
    let connect = async |address: &str| {
        shop.asked(&[("origin", SHOP), ("x-forwarded-for", address)])
            .await
    };
    let token = |connection: Value| connection["jwt"].as_str().expect("a token").to_owned();
    let (here, elsewhere) = (
        token(connect("203.0.113.7").await.expect(200)),
        token(connect("198.51.100.1").await.expect(200)),
    );
    let nowhere = shop.connected().await;
    let active = async || {
        let mut active = Vec::new();
        for token in [&here, &elsewhere, &nowhere] {
            active.push(introspection::asked(&shop, &server, token).await["active"] == true);
        }
        active
    };
    assert_eq!(active().await, [true; 3]);
    bound(&shop.deck, &shop.key, &json!(["203.0.113.0/24"]))
        .await
        .expect(200);
    assert_eq!(active().await, [true, false, false]);
    connect("203.0.113.8").await.expect(200);
    for address in ["198.51.100.1", "unknown", ""] {
        let answer = connect(address).await;
        let problem = answer.refused(403, ProblemType::NotByThisKey);
        assert_eq!(problem.rule.as_deref(), Some("address-foreign"), "{address}");
        let told = if address.starts_with("198") {
            "198.51.100.1"
        } else {
            "unknown"
        };
        assert!(problem.detail.contains(told), "{problem:?}");
        assert!(
            !answer.body.contains("\"jwt\"") && !answer.body.contains("203.0.113"),
            "{}",
            answer.body
        );
        assert_eq!(answer.header("access-control-allow-origin"), SHOP);
    }
    bound(&shop.deck, &shop.key, &json!([])).await.expect(200);
    assert_eq!(active().await, [true; 3]);
}

#[tokio::test]
async fn nobody_is_in_a_network_because_they_say_so() {
    let deck = Deck::start_in_the_open().await;
    let project = deck.owner.project("Storefront").await;
    let new = json!({"scope": "web", "name": "Till", "project": project, "ui_domains": [SHOP],
        "allowed_networks": ["203.0.113.0/24"]});
    let created = deck.owner.post("/v1/keys", &new).await.expect(201);
    let page = deck.someone("");
    let asked = async |forged: &str| {
        let request = page.request(Method::GET, "/api/jwt").header("origin", SHOP);
        let request = request.header("key", created["secret"].as_str().expect("a secret"));
        page.send(request.header(forged, "203.0.113.7")).await
    };
    for forged in ["x-forwarded-for", "x-real-ip", "cf-connecting-ip"] {
        let problem = asked(forged).await.refused(403, ProblemType::NotByThisKey);
        assert_eq!(problem.rule.as_deref(), Some("address-foreign"), "{forged}");
        assert!(problem.detail.contains("127.0.0.1"), "{problem:?}");
    }
    let here = json!(["127.0.0.1"]);
    bound(&deck, &id_of(&created), &here).await.expect(200);
    let problem = asked("x-forwarded-for")
        .await
        .refused(403, ProblemType::NotByThisKey);
    assert_eq!(problem.rule.as_deref(), Some("no-session-server"));
}

#[tokio::test]
async fn explaining_tells_the_same() {
    let api = Api::start().await;
    for scope in ["web", "analytics"] {
        let (id, _) = api.key(scope, &[SHOP][..usize::from(scope == "web")]).await;
        bound(&api.deck, &id, &json!(["203.0.113.0/24"]))
            .await
            .expect(200);
        let explained = async |query: &str| {
            let path = format!("/v1/keys/{id}/explain?{query}");
            api.deck.owner.get(&path).await.expect(200)
        };
        let foreign = explained("address=198.51.100.1&origin=https://evil.example").await;
        assert_eq!(
            (&foreign["allowed"], &foreign["rule"]),
            (&json!(false), &json!("address-foreign"))
        );
        let sentence = foreign["sentence"].as_str().expect("words");
        assert!(
            sentence.contains("198.51.100.1") && !sentence.contains("203.0"),
            "{sentence}"
        );
        let unknown = explained("").await;
        assert_eq!(unknown["rule"], "address-foreign");
        assert!(
            unknown["sentence"]
                .as_str()
                .is_some_and(|words| words.contains("unknown"))
        );
        let inside = explained(&format!("address=::ffff:203.0.113.7&origin={SHOP}")).await;
        assert_ne!(inside["rule"], "address-foreign", "{inside}");
    }
}
