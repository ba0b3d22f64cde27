//! Creating keys: what comes back, what is shown once, and what a repetition does.

use base64::prelude::{BASE64_STANDARD, Engine};
use keydeck::api::ProblemType;
use keydeck::model::TokenHash;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Answer, Deck, PUBLIC_URL, Person, id_of, web_key};

async fn create_with(person: &Person, idempotency_key: &str, body: &Value) -> Answer {
    let request = person.request(Method::POST, "/v1/keys").json(body);
    person
        .send(request.header("idempotency-key", idempotency_key))
        .await
}

async fn count(person: &Person) -> u64 {
    let counts = person.get("/v1/keys/counts").await.expect(200);
    ["web", "mobile", "analytics"]
        .map(|scope| counts[scope].as_u64().expect("a count"))
        .iter()
        .sum()
}

#[tokio::test]
async fn the_secret_of_a_web_key_tells_clients_their_project_and_server() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Storefront").await;
    let answer = deck
        .owner
        .post("/v1/keys", &web_key(&project, " Checkout "))
        .await;
    let created = answer.expect(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("location"), format!("/v1/keys/{}", id_of(&created)));

    let secret = created["secret"].as_str().expect("a secret");
    let json = BASE64_STANDARD.decode(secret).expect("padded base64");
    let decoded: Value = serde_json::from_slice(&json).expect("JSON");
    let token = decoded["authToken"].as_str().expect("a token");
    assert!(token.starts_with("kdw_"));
    assert_eq!(
        String::from_utf8(json).expect("ASCII"),
        format!(r#"{{"soulId":"{project}","authServer":"{PUBLIC_URL}/api/jwt","authToken":"{token}"}}"#)
    );

    let shown = deck.owner.get(answer.header("location")).await;
    assert_eq!(shown.expect(200), created["key"]);
    assert_eq!(shown.header("etag"), answer.header("etag"));
    assert_eq!(created["key"]["name"], "Checkout");
    assert!(!shown.body.contains(token));

    let lookup = json!({"sha256": TokenHash::of(token).to_string()});
    let found = deck.owner.post("/v1/keys/lookup", &lookup).await.expect(200);
    assert_eq!(
        (&found["state"], &found["key"]),
        (&json!("active"), &created["key"])
    );
}

#[tokio::test]
async fn a_mobile_key_needs_no_domains_and_its_secret_can_be_viewed_again() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Kiosk").await;
    let fields =
        json!({"scope": "mobile", "name": "Kiosk", "project": project, "cross_page_persistence": true});
    let created = deck.owner.post("/v1/keys", &fields).await.expect(201);
    assert_eq!(created["key"]["cross_page_persistence"], true);
    let revealed = deck.owner.reveal(&id_of(&created)).await;
    assert_eq!(revealed.header("cache-control"), "no-store");
    assert_eq!(revealed.expect(200)["secret"], created["secret"]);
}

#[tokio::test]
async fn the_secret_of_an_analytics_key_is_its_token_and_is_shown_once() {
    let deck = Deck::start().await;
    let fields = json!({"scope": "analytics", "name": "Board report"});
    let created = deck.owner.post("/v1/keys", &fields).await.expect(201);
    assert!(
        created["secret"]
            .as_str()
            .is_some_and(|secret| secret.starts_with("kda_"))
    );
    assert_eq!(
        created["key"]["may"],
        json!({"reveal": false, "edit": true, "revoke": true, "rotate": true})
    );
    let id = id_of(&created);
    deck.owner.reveal(&id).await.refused(409, ProblemType::ShownOnce);
    let edit = deck
        .owner
        .patch(&format!("/v1/keys/{id}"), 1, &json!({"name": "Other"}))
        .await;
    edit.refused(422, ProblemType::Invalid);
    assert_eq!(edit.fields(), ["scope"]);
}

#[tokio::test]
async fn every_key_may_have_a_note_of_one_paragraph() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Storefront").await;
    let mut web = web_key(&project, "Checkout");
    web["note"] = json!("  Cafe\u{301}: ask Mira ");
    let analytics = json!({"scope": "analytics", "name": "Board report", "note": "Café: ask Mira"});
    for fields in [web, analytics] {
        let created = deck.owner.post("/v1/keys", &fields).await.expect(201);
        assert_eq!(created["key"]["note"], "Café: ask Mira");
        let path = format!("/v1/keys/{}", id_of(&created));
        let secret = created["secret"].as_str().unwrap();
        for wrong in ["a\nb", "\u{1b}[31m", "\u{200b}", &"é".repeat(501), secret] {
            let refused = deck.owner.patch(&path, 1, &json!({"note": wrong})).await;
            refused.refused(422, ProblemType::Invalid);
            assert_eq!(refused.fields(), ["note"]);
        }
        let longest = "é".repeat(500);
        let edited = deck.owner.patch(&path, 1, &json!({"note": longest})).await;
        assert_eq!(edited.expect(200)["note"], json!(longest));
        let same = deck.owner.patch(&path, 2, &json!({})).await.expect(200);
        assert_eq!((&same["note"], &same["version"]), (&json!(longest), &json!(2)));
        for (version, nothing) in [(2, json!(null)), (3, json!("  "))] {
            let edited = deck.owner.patch(&path, version, &json!({"note": nothing})).await;
            assert_eq!(edited.expect(200)["note"], json!(null));
        }
        assert_eq!(deck.owner.get(&path).await.expect(200)["version"], 3);
    }
}

#[tokio::test]
async fn every_key_may_have_labels_and_is_found_by_them() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Storefront").await;
    let mut web = web_key(&project, "Checkout");
    web["labels"] = json!([" Production ", "Nord e\u{301}"]);
    let analytics = json!({"scope": "analytics", "name": "Board", "labels": ["Production", "Nord é"]});
    for fields in [web, analytics] {
        let created = deck.owner.post("/v1/keys", &fields).await.expect(201);
        assert_eq!(created["key"]["labels"], json!(["Production", "Nord é"]));
        let path = format!("/v1/keys/{}", id_of(&created));
        let secret = created["secret"].as_str().unwrap();
        for wrong in [
            "",
            "  ",
            "a,b",
            "a，b",
            "a\nb",
            "a\tb",
            "a\0b",
            "\u{1b}[31m",
            "\u{200b}",
            &"é".repeat(41),
            secret,
        ] {
            let refused = deck
                .owner
                .patch(&path, 1, &json!({"labels": ["ok", wrong]}))
                .await;
            refused.refused(422, ProblemType::Invalid);
            assert_eq!(refused.fields(), ["labels[1]"], "{wrong:?}");
        }
        for twice in [["eu", "EU"], ["Straße", "STRASSE"], ["a b", "a  b"]] {
            let refused = deck.owner.patch(&path, 1, &json!({"labels": twice})).await;
            refused.refused(422, ProblemType::Invalid);
            assert_eq!(refused.fields(), ["labels[1]"], "{twice:?}");
        }
        let nine: Vec<String> = (0..9).map(|n| n.to_string()).collect();
        let refused = deck.owner.patch(&path, 1, &json!({"labels": nine})).await;
        refused.refused(422, ProblemType::Invalid);
        let eight: Vec<String> = (0..8).map(|n| format!("{n}{}", "é".repeat(39))).collect();
        let edited = deck.owner.patch(&path, 1, &json!({"labels": eight})).await;
        assert_eq!(edited.expect(200)["labels"], json!(eight));
        let none = deck.owner.patch(&path, 2, &json!({"labels": []})).await;
        assert_eq!(none.expect(200)["labels"], json!([]));
        let again = deck
            .owner
            .patch(&path, 3, &json!({"labels": ["EU", "nord é"]}))
            .await;
        again.expect(200);
    }
    for (label, found) in [
        ("eu", 2),
        ("NORD%20%C3%89", 2),
        ("eu,nord%20%C3%A9", 2),
        ("%20eu%20", 2),
        ("eu,us", 0),
        ("e", 0),
        ("production", 0),
    ] {
        let page = deck
            .owner
            .get(&format!("/v1/keys?label={label}"))
            .await
            .expect(200);
        assert_eq!(page["items"].as_array().map(Vec::len), Some(found), "{label}");
        let counts = deck.owner.get(&format!("/v1/keys/counts?label={label}")).await;
        let counts = counts.expect(200);
        let total = counts["web"].as_u64().zip(counts["analytics"].as_u64());
        assert_eq!(
            total.map(|(web, analytics)| web + analytics),
            Some(found as u64),
            "{label}"
        );
    }
    for wrong in ["", "a,,b", "a%0Ab", "1,2,3,4,5,6,7,8,9", &"x".repeat(41)] {
        let refused = deck.owner.get(&format!("/v1/keys?label={wrong}")).await;
        refused.refused(400, ProblemType::Malformed);
        assert_eq!(refused.fields(), ["label"], "{wrong}");
    }
}

#[tokio::test]
async fn a_repeated_idempotency_key_creates_nothing_again() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Storefront").await;
    let fields = web_key(&project, "Checkout");
    let first = create_with(&deck.owner, "once", &fields).await.expect(201);
    let again = create_with(&deck.owner, "once", &fields).await.expect(200);
    assert_eq!(
        (&first["replayed"], &again["replayed"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(
        (&first["key"], &first["secret"]),
        (&again["key"], &again["secret"])
    );

    let other = create_with(&deck.owner, "once", &web_key(&project, "Other")).await;
    other.refused(422, ProblemType::IdempotencyMismatch);
    assert_eq!(count(&deck.owner).await, 1);

    // It still answers when the project was undeployed since, and not when the key was revoked.
    let path = format!("/v1/projects/{project}");
    deck.owner
        .patch(&path, 1, &json!({"deployed": false}))
        .await
        .expect(200);
    create_with(&deck.owner, "once", &fields).await.expect(200);
    deck.owner
        .delete(&format!("/v1/keys/{}", id_of(&first)))
        .await
        .expect(204);
    create_with(&deck.owner, "once", &fields)
        .await
        .refused(410, ProblemType::Revoked);
}

#[tokio::test]
async fn a_repetition_does_not_show_an_analytics_secret_again() {
    let deck = Deck::start().await;
    let fields = json!({"scope": "analytics", "name": "Board report"});
    create_with(&deck.owner, "once", &fields).await.expect(201);
    let again = create_with(&deck.owner, "once", &fields).await.expect(200);
    assert_eq!(
        (&again["secret"], &again["replayed"]),
        (&Value::Null, &json!(true))
    );
}

#[tokio::test]
async fn a_name_is_taken_only_while_a_key_of_the_project_has_it() {
    let deck = Deck::start().await;
    let (shop, kiosk) = (
        deck.owner.project("Shop").await,
        deck.owner.project("Kiosk").await,
    );
    let first = deck.owner.web_key(&shop, "Checkout").await;
    deck.owner.web_key(&kiosk, "Checkout").await;
    let taken = deck.owner.post("/v1/keys", &web_key(&shop, "Checkout")).await;
    taken.refused(422, ProblemType::Invalid);
    assert_eq!(taken.fields(), ["name"]);
    deck.owner
        .delete(&format!("/v1/keys/{}", id_of(&first)))
        .await
        .expect(204);
    deck.owner.web_key(&shop, "Checkout").await;
}

#[tokio::test]
async fn a_key_is_only_created_for_a_deployed_project() {
    let deck = Deck::start().await;
    let draft = deck
        .owner
        .post("/v1/projects", &json!({"name": "Draft"}))
        .await
        .expect(201);
    let missing = "00000000-0000-4000-8000-000000000000".to_owned();
    for project in [id_of(&draft), missing] {
        let refused = deck.owner.post("/v1/keys", &web_key(&project, "Checkout")).await;
        refused.refused(422, ProblemType::Invalid);
        assert_eq!(refused.fields(), ["project"]);
    }
    assert_eq!(count(&deck.owner).await, 0);
}
