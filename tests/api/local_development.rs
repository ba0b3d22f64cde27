//! Local development ends by itself: what is asked for is an instant of at most 30 days ahead, and from it on a page on the
//! developer's own machine is refused, and nothing else.

use jiff::{SignedDuration, Timestamp};
use keydeck::api::ProblemType;
use serde_json::{Value, json};

use crate::authorize::Api;
use crate::common::{Answer, Deck, id_of};
use crate::connections::{Shop, refused_by};
use crate::introspection;

const SHOP: &str = "https://shop.acme.example";
const LOCAL: &str = "http://localhost:8000";
const ENDS: &str = "local_development_ends_at";

fn in_hours(hours: i64) -> String {
    let at = Timestamp::now() + SignedDuration::from_hours(hours);
    Timestamp::from_second(at.as_second())
        .expect("a time")
        .to_string()
}

fn new_key(project: &str, name: &str, more: &Value) -> Value {
    let mut new = json!({"scope": "web", "name": name, "project": project, "ui_domains": [LOCAL]});
    let more = more.as_object().expect("fields").clone();
    new.as_object_mut().expect("fields").extend(more);
    new
}

async fn edited(deck: &Deck, key: &str, edit: &Value) -> Answer {
    let path = format!("/v1/keys/{key}");
    let version = deck.owner.get(&path).await.expect(200)["version"].clone();
    deck.owner
        .patch(&path, version.as_u64().expect("a version"), edit)
        .await
}

/// How many minutes it is until then.
fn minutes(ends: &Value) -> i64 {
    let ends: Timestamp = ends.as_str().expect("an end").parse().expect("a time");
    (ends.duration_since(Timestamp::now()).as_secs() + 30) / 60
}

#[tokio::test]
async fn whoever_turns_it_on_gives_it_an_end_or_gets_8_hours() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Storefront").await;
    let create = async |name: &str, more: Value| {
        let new = new_key(&project, name, &more);
        deck.owner.post("/v1/keys", &new).await
    };
    let here = "203.0.113.7";
    let preset = create("Preset", json!({"local_development": here}))
        .await
        .expect(201);
    assert_eq!(minutes(&preset["key"][ENDS]), 480);
    let asked = in_hours(24 * 29);
    let until = create("Until", json!({"local_development": here, ENDS: asked})).await;
    assert_eq!(until.expect(201)["key"][ENDS], asked);
    let off = create("Off", json!({})).await.expect(201);
    assert_eq!(off["key"][ENDS], Value::Null);
    for (more, part) in [
        (json!({ENDS: asked}), "is off"),
        (json!({"local_development": here, ENDS: in_hours(-1)}), "passed"),
        (
            json!({"local_development": here, ENDS: in_hours(24 * 31)}),
            "30 days at most",
        ),
        (
            json!({"local_development": here, ENDS: "10000-01-01T00:00:00Z"}),
            "30 days at most",
        ),
        (json!({"local_development": here, ENDS: "8h"}), "RFC 3339"),
        (json!({"local_development": here, ENDS: "2027-03-31"}), "RFC 3339"),
        (json!({"local_development": here, ENDS: "never"}), "RFC 3339"),
    ] {
        let refused = create("Refused", more.clone()).await;
        let problem = refused.refused(422, ProblemType::Invalid);
        assert_eq!(problem.errors[0].field, ENDS, "{more}");
        assert!(problem.errors[0].message.contains(part), "{more}: {problem:?}");
    }
    let mobile = json!({"scope": "mobile", "name": "App", "project": project, ENDS: asked});
    let refused = deck.owner.post("/v1/keys", &mobile).await;
    assert_eq!(refused.refused(422, ProblemType::Invalid).errors[0].field, ENDS);

    let key = id_of(&off);
    let on = edited(&deck, &key, &json!({"local_development": here}))
        .await
        .expect(200);
    assert_eq!(minutes(&on[ENDS]), 480);
    let always = edited(&deck, &key, &json!({ENDS: null})).await;
    let problem = always.refused(422, ProblemType::Invalid);
    assert!(problem.errors[0].message.contains("always ends"), "{problem:?}");
    let later = edited(&deck, &key, &json!({ENDS: asked})).await.expect(200);
    assert_eq!(later[ENDS], asked);
    // Another address leaves the end, which lies ahead.
    let moved = edited(&deck, &key, &json!({"local_development": "198.51.100.0/24"})).await;
    assert_eq!(moved.expect(200)[ENDS], asked);
    let off = edited(&deck, &key, &json!({"local_development": null}))
        .await
        .expect(200);
    assert_eq!(
        (&off["local_development"], &off[ENDS]),
        (&Value::Null, &Value::Null)
    );
    let log = deck
        .owner
        .get(&format!("/v1/activity?key={key}&limit=3"))
        .await
        .expect(200);
    assert_eq!(
        (
            &log["items"][0]["changes"][ENDS],
            &log["items"][2]["changes"][ENDS][1]
        ),
        (&json!([asked, null]), &json!(asked))
    );
}

#[tokio::test]
async fn a_repeated_creation_is_the_same_whenever_it_is_repeated() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Storefront").await;
    let new = new_key(&project, "Checkout", &json!({"local_development": "203.0.113.7"}));
    let create = async || {
        let request = deck.owner.request(reqwest::Method::POST, "/v1/keys").json(&new);
        deck.owner.send(request.header("idempotency-key", "once")).await
    };
    let created = create().await.expect(201);
    // Its end would be another one now.
    deck.state.clock().set_ahead(SignedDuration::from_secs(30));
    let again = create().await.expect(200);
    assert_eq!(
        (&again["replayed"], &again["key"]),
        (&json!(true), &created["key"])
    );
}

#[tokio::test]
async fn what_has_no_end_goes_on_until_somebody_edits_it() {
    let shop = Shop::with("web", &[SHOP, LOCAL]).await;
    let here = json!({"local_development": "127.0.0.0/8"});
    edited(&shop.deck, &shop.key, &here).await.expect(200);
    shop.deck.set(ENDS, &shop.key, None);
    shop.asked(&[("origin", LOCAL)]).await.expect(200);
    let noted = edited(&shop.deck, &shop.key, &json!({"note": "Mine"}))
        .await
        .expect(200);
    assert_eq!(noted[ENDS], Value::Null);
    let named = edited(&shop.deck, &shop.key, &here).await.expect(200);
    assert_eq!(minutes(&named[ENDS]), 480);
}

#[tokio::test]
async fn from_its_end_on_local_pages_are_refused_and_nothing_else() {
    let shop = Shop::with("web", &[SHOP, LOCAL]).await;
    let here = json!({"local_development": "127.0.0.0/8"});
    edited(&shop.deck, &shop.key, &here).await.expect(200);
    shop.asked(&[("origin", LOCAL)]).await.expect(200);
    shop.deck.end_in(ENDS, &shop.key);
    let explained = async |query: &str| {
        let path = format!("/v1/keys/{}/explain?{query}", shop.key);
        let verdict = shop.deck.owner.get(&path).await.expect(200);
        verdict["rule"].as_str().expect("a rule").to_owned()
    };
    refused_by(&shop.asked(&[("origin", LOCAL)]).await, "local-development-ended");
    let local = "origin=http://localhost:8000";
    assert_eq!(
        explained(&format!("{local}&address=127.0.0.1")).await,
        "local-development-ended"
    );
    // What would have been refused anyway is refused as before, and other pages are allowed.
    shop.asked(&[("origin", SHOP)]).await.expect(200);
    assert_eq!(explained(&format!("origin={SHOP}")).await, "origin-listed");
    let foreign = shop.asked(&[("origin", "https://evil.example")]).await;
    refused_by(&foreign, "origin-foreign");
    assert_eq!(
        explained(&format!("{local}&address=203.0.113.7")).await,
        "local-address-foreign"
    );
    let resumed = shop
        .asked_at("/api/jwt?sessionId=abc", &[("origin", LOCAL)])
        .await;
    refused_by(&resumed, "persistence-off");
    // A later end, or turning it on again, brings it back; off is off.
    edited(&shop.deck, &shop.key, &json!({ENDS: in_hours(1)}))
        .await
        .expect(200);
    shop.asked(&[("origin", LOCAL)]).await.expect(200);
    shop.deck.end_in(ENDS, &shop.key);
    let again = edited(&shop.deck, &shop.key, &here).await.expect(200);
    assert_eq!(minutes(&again[ENDS]), 480);
    shop.asked(&[("origin", LOCAL)]).await.expect(200);
    edited(&shop.deck, &shop.key, &json!({"local_development": null}))
        .await
        .expect(200);
    refused_by(&shop.asked(&[("origin", LOCAL)]).await, "local-development-off");
}

#[tokio::test]
async fn a_gateway_refuses_local_pages_after_it_too() {
    let api = Api::start().await;
    let (id, web) = api.key("web", &[LOCAL]).await;
    edited(&api.deck, &id, &json!({"local_development": "203.0.113.7"}))
        .await
        .expect(200);
    let page = [
        ("x-api-key", web.as_str()),
        ("origin", LOCAL),
        ("x-forwarded-for", "203.0.113.7"),
    ];
    api.asked("", &page).await.expect(200);
    api.deck.end_in(ENDS, &id);
    let refused = api.asked("", &page).await.refused(403, ProblemType::NotByThisKey);
    assert_eq!(refused.rule.as_deref(), Some("local-development-ended"));
}

#[tokio::test]
async fn a_connection_token_is_good_no_longer_than_the_local_development_that_let_it_through() {
    let shop = Shop::with("web", &[SHOP, LOCAL]).await;
    let server = introspection::issued(&shop, &shop.project).await;
    let here = json!({"local_development": "127.0.0.0/8"});
    edited(&shop.deck, &shop.key, &here).await.expect(200);
    let exp = async |origin: &str| {
        let jwt = shop.asked(&[("origin", origin)]).await.expect(200)["jwt"].clone();
        let told = introspection::asked(&shop, &server, jwt.as_str().expect("a token")).await;
        let (exp, iat) = (
            told["exp"].as_i64().expect("an end"),
            told["iat"].as_i64().expect("a time"),
        );
        (exp, exp - iat)
    };
    assert_eq!(exp(LOCAL).await.1, 30 * 60);
    let ends = Timestamp::now() + SignedDuration::from_secs(600);
    edited(&shop.deck, &shop.key, &json!({ENDS: ends.to_string()}))
        .await
        .expect(200);
    assert_eq!(exp(LOCAL).await.0, ends.as_second());
    assert_eq!(exp(SHOP).await.1, 30 * 60);
    // The key's own end comes first.
    let sooner = Timestamp::now() + SignedDuration::from_secs(300);
    edited(&shop.deck, &shop.key, &json!({"expires_at": sooner.to_string()}))
        .await
        .expect(200);
    assert_eq!(exp(LOCAL).await.0, sooner.as_second());
    assert_eq!(exp(SHOP).await.0, sooner.as_second());
}
