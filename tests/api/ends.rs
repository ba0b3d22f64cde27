//! Keys that end or are disabled, over HTTP: how an end is given, who is refused by which rule, and the policy.

use jiff::{SignedDuration, Timestamp};
use keydeck::api::ProblemType;
use keydeck::model::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::authorize::Api;
use crate::common::{Answer, Deck, Person, id_of};
use crate::connections::Shop;
use crate::introspection;

fn in_days(days: i64) -> String {
    let at = Timestamp::now() + SignedDuration::from_hours(24 * days);
    Timestamp::from_second(at.as_second())
        .expect("a time")
        .to_string()
}

async fn board(person: &Person, name: &str, ends: &Value) -> Answer {
    let new = json!({"scope": "analytics", "name": name, "expires_at": ends});
    person.post("/v1/keys", &new).await
}

async fn edited(deck: &Deck, key: &str, edit: &Value) -> Answer {
    let path = format!("/v1/keys/{key}");
    let version = deck.owner.get(&path).await.expect(200)["version"].as_u64();
    deck.owner.patch(&path, version.expect("a version"), edit).await
}

pub async fn switched(person: &Person, key: &str, switch: &str) -> Answer {
    let path = format!("/v1/keys/{key}/{switch}");
    match switch {
        "disable" => person.post(&path, &json!({})).await,
        _ => person.send(person.request(Method::POST, &path)).await,
    }
}

#[tokio::test]
async fn an_end_is_an_instant_that_lies_ahead() {
    let deck = Deck::start().await;
    let soon = in_days(90);
    let created = board(&deck.owner, "Board", &json!(soon)).await.expect(201);
    assert_eq!(
        (&created["key"]["expires_at"], &created["key"]["state"]),
        (&json!(soon), &json!("active"))
    );
    let key = id_of(&created);
    for (n, (ends, part)) in [
        ("90d", "RFC 3339"),
        ("never", "RFC 3339"),
        ("2027-03-31", "RFC 3339"),
        ("", "RFC 3339"),
        ("2027-03-31T18:00:00", "RFC 3339"),
        ("2026-02-30T00:00:00Z", "no such instant"),
        ("10000-01-01T00:00:00Z", "too far"),
        ("9999-12-31T23:59:59Z", "too far"),
        ("2020-01-01T00:00:00Z", "passed"),
    ]
    .into_iter()
    .enumerate()
    {
        let created = board(&deck.owner, &format!("Board {n}"), &json!(ends)).await;
        for refused in [created, edited(&deck, &key, &json!({"expires_at": ends})).await] {
            let problem = refused.refused(422, ProblemType::Invalid);
            assert_eq!(problem.errors[0].field, "expires_at", "{ends}");
            assert!(problem.errors[0].message.contains(part), "{ends}: {problem:?}");
        }
    }
    let in_half_a_minute = Timestamp::now() + SignedDuration::from_secs(30);
    let refused = edited(&deck, &key, &json!({"expires_at": in_half_a_minute.to_string()})).await;
    assert!(
        refused
            .refused(422, ProblemType::Invalid)
            .detail
            .contains("a minute")
    );
    let elsewhere = edited(
        &deck,
        &key,
        &json!({"expires_at": "2099-03-31T18:00:00.1239+02:00"}),
    )
    .await;
    assert_eq!(elsewhere.expect(200)["expires_at"], "2099-03-31T16:00:00.123Z");
    let never = edited(&deck, &key, &json!({"expires_at": null}))
        .await
        .expect(200);
    assert_eq!(never["expires_at"], Value::Null);
    // The rest of an Analytics key stays as it is.
    let renamed = edited(&deck, &key, &json!({"expires_at": soon, "name": "Other"})).await;
    renamed.refused(422, ProblemType::Invalid);
}

#[tokio::test]
async fn whoever_has_expired_or_is_disabled_is_told_so_everywhere() {
    let api = Api::start().await;
    let owner = &api.deck.owner;
    let (id, key) = api.key("analytics", &[]).await;
    let asked = async || api.asked("?scope=analytics", &[("x-sm-apikey", &key)]).await;
    let explained = async || owner.get(&format!("/v1/keys/{id}/explain")).await.expect(200);
    let hash = keydeck::model::TokenHash::of(&key).to_string();
    let looked_up = async || {
        owner
            .post("/v1/keys/lookup", &json!({"sha256": hash}))
            .await
            .expect(200)
    };
    asked().await.expect(200);

    let disabled = switched(owner, &id, "disable").await.expect(200);
    assert_eq!(
        (&disabled["state"], &disabled["disabled"]["by"]["email"]),
        (&json!("disabled"), &json!("mira@acme.example"))
    );
    let problem = asked().await.refused(403, ProblemType::NotByThisKey);
    assert_eq!(problem.rule.as_deref(), Some("key-disabled"));
    // Whatever else is wrong with the request: that the key is disabled comes first.
    let other = api.asked("?scope=web", &[("x-sm-apikey", &key)]).await;
    assert_eq!(
        other.refused(403, ProblemType::NotByThisKey).rule.as_deref(),
        Some("key-disabled")
    );
    let explained_now = explained().await;
    assert_eq!(
        (&explained_now["allowed"], &explained_now["rule"]),
        (&json!(false), &json!("key-disabled"))
    );
    assert_eq!(looked_up().await["state"], "disabled");
    switched(owner, &id, "disable").await.expect(200);

    api.deck.end(&id);
    let problem = asked().await.refused(401, ProblemType::UnknownKey);
    assert_eq!(problem.rule.as_deref(), Some("key-expired"));
    assert_eq!(explained().await["rule"], "key-expired");
    assert_eq!(looked_up().await["state"], "expired");
    assert_eq!(
        owner.get(&format!("/v1/keys/{id}")).await.expect(200)["state"],
        "expired"
    );
    let refused = switched(owner, &id, "enable")
        .await
        .refused(409, ProblemType::Expired);
    assert!(refused.detail.contains("renew"), "{refused:?}");
    let listed = async |query: &str| {
        let page = owner
            .get(&format!("/v1/keys?sort=expires_at&{query}"))
            .await
            .expect(200);
        let counts = owner.get(&format!("/v1/keys/counts?{query}")).await.expect(200);
        let rows = page["items"].as_array().expect("rows").len() as u64;
        assert_eq!(counts["analytics"].as_u64(), Some(rows), "{query}");
        rows
    };
    assert_eq!(listed("").await, 0);
    assert_eq!(listed("state=active").await, 0);
    assert_eq!(listed("state=disabled").await, 0);
    assert_eq!(listed("state=expired").await, 1);
    let renewed = edited(&api.deck, &id, &json!({"expires_at": in_days(10)}))
        .await
        .expect(200);
    assert_eq!(renewed["state"], "disabled");
    assert_eq!(listed("state=disabled&expires_days=30").await, 1);
    switched(owner, &id, "enable").await.expect(200);
    asked().await.expect(200);

    owner.delete(&format!("/v1/keys/{id}")).await.expect(204);
    for switch in ["disable", "enable"] {
        switched(owner, &id, switch)
            .await
            .refused(410, ProblemType::Revoked);
    }
    for wrong in [
        "state=ended",
        "state=revoked,expired",
        "state=",
        "expires_days=0",
        "expires_days=3651",
        "exceeds_policy=yes",
    ] {
        let refused = owner.get(&format!("/v1/keys?{wrong}")).await;
        refused.refused(400, ProblemType::Malformed);
    }
}

#[tokio::test]
async fn a_reason_is_a_paragraph_without_a_secret() {
    let api = Api::start().await;
    let (id, key) = api.key("analytics", &[]).await;
    let path = format!("/v1/keys/{id}/disable");
    let owner = &api.deck.owner;
    for reason in [key.as_str(), "two\nlines", &"x".repeat(501)] {
        let refused = owner.post(&path, &json!({"reason": reason})).await;
        let problem = refused.refused(422, ProblemType::Invalid);
        assert_eq!(problem.errors[0].field, "reason");
        assert!(!format!("{problem:?}").contains(&key));
    }
    let disabled = owner
        .post(&path, &json!({"reason": "  Is it used?  "}))
        .await
        .expect(200);
    assert_eq!(disabled["disabled"]["reason"], "Is it used?");
    let enabled = switched(owner, &id, "enable").await.expect(200);
    assert_eq!(enabled["disabled"], Value::Null);
    let log = owner.get(&format!("/v1/activity?key={id}")).await.expect(200);
    assert_eq!(
        log["items"][0]["changes"],
        json!({"disabled": [true, false], "reason": ["Is it used?", null]})
    );
}

#[tokio::test]
async fn an_api_is_told_of_an_end_from_30_days_before() {
    let api = Api::start().await;
    let (id, key) = api.key("analytics", &[]).await;
    for (days, is_told) in [(1, true), (29, true), (31, false), (400, false)] {
        let ends = in_days(days);
        edited(&api.deck, &id, &json!({"expires_at": ends}))
            .await
            .expect(200);
        let answer = api.asked("", &[("x-sm-apikey", &key)]).await;
        answer.expect(200);
        assert_eq!(
            answer.header("x-keydeck-expires"),
            if is_told { ends.as_str() } else { "" }
        );
        // It may come back from an API that asks another one.
        let again = api
            .asked(
                "",
                &[
                    ("x-sm-apikey", &key),
                    ("x-keydeck-expires", "2020-01-01T00:00:00Z"),
                ],
            )
            .await;
        again.expect(200);
    }
}

#[tokio::test]
async fn a_connection_token_ends_with_its_key_and_is_inactive_while_the_key_is_disabled() {
    let shop = Shop::web().await;
    let owner = &shop.deck.owner;
    let server = introspection::issued(&shop, &shop.project).await;
    let told = async |token: &str| introspection::asked(&shop, &server, token).await;
    let lives = async || {
        let token = shop.connected().await;
        let told = told(&token).await;
        told["exp"].as_i64().expect("an end") - told["iat"].as_i64().expect("a beginning")
    };
    assert_eq!(lives().await, 30 * 60);
    let ends = Timestamp::now() + SignedDuration::from_secs(600);
    edited(&shop.deck, &shop.key, &json!({"expires_at": ends.to_string()}))
        .await
        .expect(200);
    let shorter = lives().await;
    assert!((650..=660).contains(&shorter), "{shorter}");
    let token = shop.connected().await;
    switched(owner, &shop.key, "disable").await.expect(200);
    assert_eq!(told(&token).await, json!({"active": false}));
    let refused = shop.asked(&[("origin", "https://shop.acme.example")]).await;
    assert_eq!(
        refused.refused(403, ProblemType::NotByThisKey).rule.as_deref(),
        Some("key-disabled")
    );
    switched(owner, &shop.key, "enable").await.expect(200);
    assert_eq!(told(&token).await["active"], true);
    shop.deck.end(&shop.key);
    assert_eq!(told(&token).await, json!({"active": false}));
    let refused = shop.asked(&[("origin", "https://shop.acme.example")]).await;
    assert_eq!(
        refused.refused(401, ProblemType::UnknownKey).rule.as_deref(),
        Some("key-expired")
    );
    // Its secret is kept, for whoever renews it.
    edited(&shop.deck, &shop.key, &json!({"expires_at": in_days(1)}))
        .await
        .expect(200);
    owner.reveal(&shop.key).await.expect(200);
}

#[tokio::test]
async fn an_owner_says_how_long_keys_are_given() {
    let deck = Deck::start().await;
    let owner = &deck.owner;
    let none = json!({"longest_lifetime_days": {"web": null, "mobile": null, "analytics": null}});
    assert_eq!(owner.get("/v1/policy").await.expect(200), none);
    let old = id_of(&board(owner, "Old", &Value::Null).await.expect(201));
    let set = async |edit: &Value| {
        owner
            .send(owner.request(Method::PATCH, "/v1/policy").json(edit))
            .await
    };
    for (days, field) in [
        (json!({"web": 0}), "web"),
        (json!({"analytics": 3651}), "analytics"),
    ] {
        let refused = set(&json!({"longest_lifetime_days": days})).await;
        let problem = refused.refused(422, ProblemType::Invalid);
        assert_eq!(problem.errors[0].field, format!("longest_lifetime_days.{field}"));
    }
    let policy = set(&json!({"longest_lifetime_days": {"analytics": 90, "web": 30}}))
        .await
        .expect(200);
    assert_eq!(
        policy["longest_lifetime_days"],
        json!({"web": 30, "mobile": null, "analytics": 90})
    );
    assert_eq!(set(&json!({})).await.expect(200), policy);
    for (ends, is_given) in [
        (Value::Null, false),
        (json!(in_days(91)), false),
        (json!(in_days(90)), true),
    ] {
        let answer = board(owner, &format!("Board {ends}"), &ends).await;
        match is_given {
            true => drop(answer.expect(201)),
            false => {
                let problem = answer.refused(422, ProblemType::Invalid);
                assert!(problem.detail.contains("90 days"), "{problem:?}");
            }
        }
    }
    let exceeding = owner.get("/v1/keys?exceeds_policy=true").await.expect(200);
    assert_eq!(exceeding["items"].as_array().expect("rows").len(), 1);
    assert_eq!(exceeding["items"][0]["id"], old.as_str());
    // It can be noted on all the same.
    edited(&deck, &old, &json!({"note": "Ask Mira"}))
        .await
        .expect(200);
    let policy = set(&json!({"longest_lifetime_days": {"analytics": null}}))
        .await
        .expect(200);
    assert_eq!(
        policy["longest_lifetime_days"],
        json!({"web": 30, "mobile": null, "analytics": null})
    );
    let editor = deck.person(Role::Editor).await;
    assert_eq!(editor.get("/v1/policy").await.expect(200), policy);
}
