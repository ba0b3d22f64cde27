//! Webhooks over HTTP: what happens arrives, signed, with what its event says and no secret; what is refused arrives again.

use std::time::Duration;

use futures_util::future::join_all;
use keydeck::api::ActivityAction;
use keydeck::api::ProblemType::{Forbidden, Invalid, NotFound};
use keydeck::model::Role;
use reqwest::Method;
use serde_json::{Value, json};
use strum::IntoEnumIterator;
use tokio::time::{Instant, sleep};

use crate::common::{Deck, id_of};
use crate::imports::{entry, import};
use crate::receiver::{Received, Receiver};

struct Stage {
    deck: Deck,
    receiver: Receiver,
    /// The path of the webhook.
    webhook: String,
    secret: String,
}

impl Stage {
    async fn set(events: &[&str]) -> Self {
        let deck = Deck::start_with_webhooks().await;
        let receiver = Receiver::start().await;
        let (webhook, secret) = create(&deck, &receiver, events).await;
        Self {
            deck,
            receiver,
            webhook,
            secret,
        }
    }

    async fn shown(&self) -> Value {
        let all = self.deck.owner.get("/v1/webhooks").await.expect(200);
        let id = self.webhook.rsplit('/').next().expect("an id");
        let mut all = all.as_array().expect("a list").iter();
        all.find(|one| one["id"] == id).expect("it is there").clone()
    }

    async fn deliveries(&self) -> Vec<Value> {
        let path = format!("{}/deliveries", self.webhook);
        let page = self.deck.owner.get(&path).await.expect(200);
        page["deliveries"].as_array().expect("a list").clone()
    }

    /// Returns once the newest delivery is as it is to be.
    async fn until(&self, is_so: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let deliveries = self.deliveries().await;
            if let Some(newest) = deliveries.first().filter(|newest| is_so(newest)) {
                return newest.clone();
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{deliveries:?}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn post(&self, rest: &str, status: u16) -> Value {
        let path = format!("{}{rest}", self.webhook);
        let request = self.deck.owner.request(Method::POST, &path);
        self.deck.owner.send(request).await.expect(status)
    }
}

async fn create(deck: &Deck, receiver: &Receiver, events: &[&str]) -> (String, String) {
    let new = json!({"url": receiver.url, "events": events});
    let created = deck.owner.post("/v1/webhooks", &new).await.expect(201);
    let secret = created["secret"].as_str().expect("a secret").to_owned();
    (format!("/v1/webhooks/{}", id_of(&created["webhook"])), secret)
}

#[tokio::test]
async fn imported_keys_are_created_and_say_so() {
    let mut stage = Stage::set(&["key.created"]).await;
    let owner = stage.deck.owner.clone();
    let known_by = ("token", "sk_live_51HqLyjWDarjtT1zdp7dcXYZ");
    import(&owner, json!([entry(1, "analytics", "Board", known_by)])).await;
    let project = owner.project("Storefront").await;
    owner.web_key(&project, "Checkout").await;
    for (name, imported) in [("Board", true), ("Checkout", false)] {
        let told = stage.receiver.next().await;
        assert_eq!(told.kind(), "key.created");
        let data = &told.body["data"];
        assert_eq!(
            (&data["key"]["name"], &data["imported"]),
            (&json!(name), &json!(imported))
        );
        assert_eq!(data["actor"]["email"], "mira@acme.example");
        assert!(!told.body.to_string().contains(known_by.1));
    }
}

#[tokio::test]
async fn what_happens_to_keys_and_people_arrives_signed_and_without_secrets() {
    let mut stage = Stage::set(&[]).await;
    let owner = stage.deck.owner.clone();
    let project = owner.project("Storefront").await;
    let created = owner.web_key(&project, "Checkout").await;
    let (key, secret) = (id_of(&created), created["secret"].as_str().expect("a secret"));
    let path = format!("/v1/keys/{key}");
    owner.patch(&path, 1, &json!({"name": "Till"})).await.expect(200);
    owner
        .post(&format!("{path}/disable"), &json!({"reason": "Unused?"}))
        .await
        .expect(200);
    owner
        .post(&format!("{path}/enable"), &json!({}))
        .await
        .expect(200);
    owner
        .post(
            "/v1/leaks",
            &json!({"token": secret, "url": "https://git.example/a"}),
        )
        .await
        .expect(202);
    let version = owner.get(&path).await.expect(200)["version"].clone();
    let rotation = owner.request(Method::POST, &format!("{path}/rotation"));
    let rotation = rotation
        .header("if-match", format!("\"{version}\""))
        .json(&json!({"overlap_seconds": 60}));
    let rotated = owner.send(rotation).await.expect(200);
    owner
        .post(&format!("{path}/revoke"), &json!({"reason": "Over"}))
        .await
        .expect(200);
    let person = owner
        .post(
            "/v1/users",
            &json!({"email": "ana@acme.example", "role": "editor"}),
        )
        .await
        .expect(201);
    let user = format!("/v1/users/{}", id_of(&person["user"]));
    owner
        .patch(&user, 1, &json!({"role": "support"}))
        .await
        .expect(200);
    owner.delete(&user).await.expect(200);

    let mut all: Vec<Received> = Vec::new();
    while all.iter().all(|one| one.kind() != "user.removed") || all.len() < 10 {
        all.push(stage.receiver.next().await);
    }
    let of = |kind: &str| {
        all.iter()
            .find(|one| one.kind() == kind)
            .unwrap_or_else(|| panic!("{kind}: {all:?}"))
    };
    for kind in [
        "key.created",
        "key.edited",
        "key.disabled",
        "key.enabled",
        "key.leaked",
        "key.rotated",
        "key.revoked",
    ] {
        let told = of(kind);
        assert_eq!(told.signatures_by(&stage.secret), 1, "{kind}");
        let about = &told.body["data"]["key"];
        assert_eq!(
            (about["id"].as_str(), about["scope"].as_str()),
            (Some(key.as_str()), Some("web")),
            "{kind}"
        );
        assert_eq!(
            about["project"],
            json!({"id": project, "name": "Storefront"}),
            "{kind}"
        );
        assert!(
            told.body["timestamp"]
                .as_str()
                .is_some_and(|at| at.ends_with('Z')),
            "{kind}"
        );
    }
    assert_eq!(
        of("key.created").body["data"]["actor"]["email"],
        "mira@acme.example"
    );
    assert_eq!(
        of("key.edited").body["data"]["changes"]["name"],
        json!(["Checkout", "Till"])
    );
    assert_eq!(of("key.disabled").body["data"]["reason"], "Unused?");
    assert_eq!(of("key.revoked").body["data"]["reason"], "Over");
    assert_eq!(of("key.rotated").body["data"]["step"], "begun");
    assert_eq!(of("key.leaked").body["data"]["url"], "https://git.example/a");
    assert_eq!(
        of("user.role_changed").body["data"]["role"],
        json!(["editor", "support"])
    );
    assert_eq!(
        of("user.removed").body["data"]["user"]["email"],
        "ana@acme.example"
    );
    let everything: String = all.iter().map(|one| one.body.to_string()).collect();
    let token = person["token"].as_str().expect("a token");
    for secret in [
        secret,
        rotated["secret"].as_str().expect("a secret"),
        token,
        "kdw_",
        "kdu_",
        "whsec_",
    ] {
        assert!(!everything.contains(secret), "{everything}");
    }
    let ids: std::collections::BTreeSet<&str> = all.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids.len(), all.len());
    assert!(stage.shown().await["succeeded_at"].is_string());
}

#[tokio::test]
async fn only_what_was_chosen_arrives() {
    let mut stage = Stage::set(&["key.revoked"]).await;
    let owner = stage.deck.owner.clone();
    let project = owner.project("Storefront").await;
    let key = id_of(&owner.web_key(&project, "Checkout").await);
    owner.delete(&format!("/v1/keys/{key}")).await.expect(204);
    assert_eq!(stage.receiver.next().await.kind(), "key.revoked");
    let edit = json!({"events": ["key.created"]});
    owner.patch(&stage.webhook, 1, &edit).await.expect(200);
    owner.web_key(&project, "Till").await;
    assert_eq!(stage.receiver.next().await.kind(), "key.created");
    assert_eq!(stage.deliveries().await.len(), 2);
}

#[tokio::test]
async fn what_was_refused_arrives_again_by_the_same_id() {
    let mut stage = Stage::set(&[]).await;
    stage.receiver.answer(&[(500, ""), (200, "")]);
    stage.deck.owner.project("Storefront").await;
    stage
        .deck
        .owner
        .web_key(&stage.deck.owner.project("Shop").await, "Till")
        .await;
    let first = stage.receiver.next().await;
    let again = stage.receiver.next().await;
    assert_eq!((first.id, &first.body), (again.id.clone(), &again.body));
    assert_eq!(again.signatures_by(&stage.secret), 1);
    let delivered = stage.until(|newest| newest["state"] == "delivered").await;
    assert_eq!(delivered["attempts"], 2);
    assert_eq!(delivered["payload"], again.body);
}

#[tokio::test]
async fn a_receiver_decides_when_it_is_asked_again_or_never() {
    let mut stage = Stage::set(&["key.created"]).await;
    let owner = stage.deck.owner.clone();
    let project = owner.project("Storefront").await;
    stage.receiver.answer(&[(429, "7200")]);
    owner.web_key(&project, "Checkout").await;
    stage.receiver.next().await;
    let waits = stage.until(|newest| newest["attempts"] == 1).await;
    let [tried, next] = ["last_attempt_at", "next_attempt_at"].map(|field| {
        let at = waits[field].as_str().expect("a time");
        at.parse::<jiff::Timestamp>().expect("an instant")
    });
    assert!(next.duration_since(tried).as_secs() >= 7_100, "{waits}");
    assert_eq!(
        (waits["state"].as_str(), waits["status"].as_u64()),
        (Some("waiting"), Some(429))
    );

    stage.receiver.answer(&[(410, "")]);
    owner.web_key(&project, "Till").await;
    stage.receiver.next().await;
    stage.until(|newest| newest["state"] == "given_up").await;
    let shown = stage.shown().await;
    assert!(
        shown["disabled"]["reason"]
            .as_str()
            .is_some_and(|why| why.contains("410")),
        "{shown}"
    );
    assert_eq!(shown["disabled"]["by"], Value::Null);
    assert_eq!(shown["waiting"], 0);
    // What happens meanwhile is not told, also not afterwards.
    owner.web_key(&project, "Kiosk").await;
    stage
        .deck
        .owner
        .send(owner.request(Method::POST, &format!("{}/test", stage.webhook)))
        .await
        .refused(422, Invalid);
    owner
        .patch(&stage.webhook, 1, &json!({"enabled": true}))
        .await
        .expect(200);
    owner.web_key(&project, "Booth").await;
    assert_eq!(stage.receiver.next().await.body["data"]["key"]["name"], "Booth");
    let log = owner.get("/v1/activity?action=webhook_edited").await.expect(200);
    let actors: Vec<&Value> = log["items"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| &row["actor"]["email"])
        .collect();
    assert_eq!(actors, [&json!("mira@acme.example"), &Value::Null]);
}

#[tokio::test]
async fn while_a_secret_is_rotated_both_sign() {
    let mut stage = Stage::set(&[]).await;
    let rotate = async |overlap: u32| {
        let path = format!("{}/rotation", stage.webhook);
        let rotated = stage
            .deck
            .owner
            .post(&path, &json!({"overlap_seconds": overlap}))
            .await
            .expect(200);
        (
            rotated["secret"].as_str().expect("a secret").to_owned(),
            rotated["old_secret_ends_at"].clone(),
        )
    };
    let (second, until) = rotate(3_600).await;
    assert!(until.is_string());
    assert_eq!(stage.post("/reveal", 200).await["secret"], second);
    stage.post("/test", 202).await;
    let told = stage.receiver.next().await;
    assert_eq!(
        (
            told.kind(),
            told.signatures_by(&stage.secret),
            told.signatures_by(&second)
        ),
        ("webhook.test", 1, 1)
    );
    let path = format!("{}/rotation", stage.webhook);
    let rotated = stage
        .deck
        .owner
        .post(&path, &json!({"overlap_seconds": 0}))
        .await
        .expect(200);
    let third = rotated["secret"].as_str().expect("a secret");
    assert_eq!(rotated["old_secret_ends_at"], Value::Null);
    stage.post("/test", 202).await;
    let told = stage.receiver.next().await;
    assert_eq!((told.signatures_by(&second), told.signatures_by(third)), (0, 1));
    let week = json!({"overlap_seconds": 604_801});
    let refused = stage.deck.owner.post(&path, &week).await;
    refused.refused(422, Invalid);
}

#[tokio::test]
async fn a_delivery_can_be_sent_again_and_a_test_is_sent_once() {
    let mut stage = Stage::set(&["key.created"]).await;
    stage.receiver.answer(&[(500, "")]);
    let test = stage.post("/test", 202).await;
    let first = stage.receiver.next().await;
    let failed = stage.until(|newest| newest["state"] == "given_up").await;
    assert_eq!(
        (failed["id"].clone(), failed["attempts"].as_u64()),
        (test["id"].clone(), Some(1))
    );
    assert!(stage.shown().await.get("disabled").is_none());
    let again = format!("/v1/webhook-deliveries/{}", id_of(&test));
    let request = stage
        .deck
        .owner
        .request(Method::POST, &format!("{again}/redelivery"));
    stage.deck.owner.send(request).await.expect(202);
    assert_eq!(stage.receiver.next().await.id, first.id);
    stage.until(|newest| newest["state"] == "delivered").await;
    let shown = stage.deck.owner.get(&again).await.expect(200);
    assert_eq!(shown["status"], 200);
}

#[tokio::test]
async fn one_that_never_answers_holds_up_no_other_and_no_request() {
    let mut stage = Stage::set(&["key.created"]).await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("http://{}/", silent.local_addr().expect("bound"));
    let owner = stage.deck.owner.clone();
    owner.post("/v1/webhooks", &json!({"url": url})).await.expect(201);
    let project = owner.project("Storefront").await;
    let names: Vec<String> = (0..20).map(|n| format!("Key {n}")).collect();
    join_all(names.iter().map(|name| owner.web_key(&project, name))).await;
    for _ in 0..names.len() {
        stage.receiver.next_of("key.created").await;
    }
    assert!(stage.receiver.waiting().is_empty());
}

#[tokio::test]
async fn sign_ins_that_are_refused_often_are_told_once() {
    let mut stage = Stage::set(&["sign_in.refused_often", "key.created"]).await;
    let stranger = stage.deck.someone("kdu_wrong").at("203.0.113.9");
    for _ in 0..14 {
        stranger
            .get("/v1/me")
            .await
            .refused(401, keydeck::api::ProblemType::Unauthenticated);
    }
    let project = stage.deck.owner.project("Storefront").await;
    stage.deck.owner.web_key(&project, "Till").await;
    let told = stage.receiver.next_of("sign_in.refused_often").await;
    assert_eq!(told.body["data"]["address"], "203.0.113.9");
    assert_eq!(told.body["data"]["count"], 10);
    stage.until(|newest| newest["event"] == "key.created").await;
    let deliveries = stage.deliveries().await;
    assert_eq!(deliveries.len(), 2, "{deliveries:?}");
}

#[tokio::test]
async fn a_revoked_key_that_is_used_is_told_once_a_day() {
    let mut stage = Stage::set(&["key.used_after_revocation"]).await;
    let owner = stage.deck.owner.clone();
    let created = owner
        .post("/v1/keys", &json!({"scope": "analytics", "name": "Board"}))
        .await
        .expect(201);
    let key = id_of(&created);
    owner.delete(&format!("/v1/keys/{key}")).await.expect(204);
    let secret = created["secret"].as_str().expect("a secret");
    let gateway = owner
        .post("/v1/gateways", &json!({"name": "Edge"}))
        .await
        .expect(201);
    let gateway = gateway["token"].as_str().expect("a token");
    let check = async || {
        let request = stage
            .deck
            .someone("")
            .request(Method::GET, "/v1/authorize?scope=analytics");
        let request = request
            .header("x-keydeck-gateway", gateway)
            .header("x-sm-apikey", secret);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 401);
    };
    for _ in 0..3 {
        check().await;
    }
    let told = stage.receiver.next().await;
    let data = &told.body["data"];
    assert_eq!(
        (data["key"]["id"].as_str(), data["key"]["name"].as_str()),
        (Some(key.as_str()), Some("Board"))
    );
    assert!(
        data["refused"]["count"].as_u64().is_some_and(|count| count > 0),
        "{data}"
    );
    check().await;
    // The next second of counts is written.
    let begun = Instant::now();
    loop {
        let revoked = owner.get("/v1/keys?state=revoked").await.expect(200);
        let count = revoked["items"][0]["refused_since"]["count"].as_u64();
        if count == Some(4) {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{revoked}");
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(stage.deliveries().await.len(), 1);
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let deck = Deck::start().await;
    let post = async |body: Value| deck.owner.post("/v1/webhooks", &body).await;
    for url in [
        "",
        "hooks.acme.example",
        "ftp://acme.example",
        "http://hooks.acme.example/",
        "https://me:pw@acme.example",
        "https://127.0.0.1/",
        "http://localhost:9/",
        "https://10.0.0.7/",
        "https://169.254.169.254/latest",
    ] {
        let refused = post(json!({"url": url})).await.refused(422, Invalid);
        let about = refused.errors.iter().find(|error| error.field == "url");
        assert!(
            about.is_some_and(|error| error.message.ends_with('.')),
            "{url}: {refused:?}"
        );
    }
    let events = json!({"url": "https://hooks.acme.example", "events": ["webhook.test"]});
    post(events).await.refused(422, Invalid);
    let events = json!({"url": "https://hooks.acme.example", "events": ["key.lost"]});
    post(events).await.refused(422, Invalid);
    for n in 0..20 {
        post(json!({"url": format!("https://hooks.acme.example/{n}")}))
            .await
            .expect(201);
    }
    post(json!({"url": "https://hooks.acme.example"}))
        .await
        .refused(422, Invalid);
    let nothing = "/v1/webhooks/01930000-0000-7000-8000-000000000000";
    deck.owner.delete(nothing).await.refused(404, NotFound);
    let support = deck.person(Role::Support).await;
    support.get("/v1/webhooks").await.refused(403, Forbidden);
}

#[tokio::test]
async fn the_log_says_each_change_and_neither_secret_nor_path() {
    let stage = Stage::set(&["key.created"]).await;
    let owner = stage.deck.owner.clone();
    let moved = json!({"url": "https://hooks.acme.example/T0/s3cr3t?x=s3cr3t", "events": []});
    owner.patch(&stage.webhook, 1, &moved).await.expect(200);
    owner
        .post(
            &format!("{}/rotation", stage.webhook),
            &json!({"overlap_seconds": 60}),
        )
        .await
        .expect(200);
    let revealed = stage.post("/reveal", 200).await;
    let tested = stage.post("/test", 202).await;
    let again = format!("/v1/webhook-deliveries/{}/redelivery", id_of(&tested));
    owner.send(owner.request(Method::POST, &again)).await.expect(202);
    owner.delete(&stage.webhook).await.expect(204);
    let log = owner.get("/v1/activity").await;
    let rows: Value = serde_json::from_str(&log.body).expect("JSON");
    let rows = rows["items"].as_array().expect("rows");
    let of_webhooks = ActivityAction::iter().filter(|action| action.as_str().starts_with("webhook_"));
    for action in of_webhooks {
        let row = rows.iter().find(|row| row["action"] == action.as_str());
        let row = row.unwrap_or_else(|| panic!("{action:?}: {}", log.body));
        assert_eq!(row["actor"]["email"], "mira@acme.example", "{action:?}");
        let place = row["subject"].as_str().expect("a text");
        assert!(
            place == "https://hooks.acme.example/…" || action == ActivityAction::WebhookCreated,
            "{row}"
        );
        if let ActivityAction::WebhookTested | ActivityAction::WebhookRedelivered = action {
            assert_eq!(row["changes"]["delivery"], json!([null, tested["id"]]), "{row}");
        }
        if action == ActivityAction::WebhookRedelivered {
            assert_eq!(row["changes"]["event"], json!([null, "webhook.test"]), "{row}");
        }
    }
    for secret in [
        "s3cr3t",
        &stage.secret,
        revealed["secret"].as_str().expect("a secret"),
    ] {
        assert!(!log.body.contains(secret), "{}", log.body);
    }
    assert!(log.body.contains("https://hooks.acme.example/…"));
}

#[tokio::test]
async fn pages_of_deliveries_are_complete_and_the_metrics_say_what_waits() {
    let mut stage = Stage::set(&["key.created"]).await;
    let owner = stage.deck.owner.clone();
    let project = owner.project("Storefront").await;
    for n in 0..5 {
        owner.web_key(&project, &format!("Key {n}")).await;
        stage.receiver.next().await;
    }
    let mut names = Vec::new();
    let mut before = String::new();
    loop {
        let path = format!("{}/deliveries?limit=2{before}", stage.webhook);
        let page = owner.get(&path).await.expect(200);
        for one in page["deliveries"].as_array().expect("a list") {
            names.push(
                one["payload"]["data"]["key"]["name"]
                    .as_str()
                    .expect("a name")
                    .to_owned(),
            );
        }
        match page["next"].as_str() {
            Some(next) => before = format!("&before={next}"),
            None => break,
        }
    }
    assert_eq!(names, ["Key 4", "Key 3", "Key 2", "Key 1", "Key 0"]);
}
