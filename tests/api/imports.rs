//! Imported keys at work: a foreign token is a key wherever keys are presented, and nothing else is taken for one.

use keydeck::api::ProblemType;
use keydeck::model::{Role, Scope, Token, TokenHash, TokenKind};
use reqwest::Method;
use serde_json::{Value, json};

use crate::authorize::{Api, refused_by};
use crate::common::{Answer, Person};

const FOREIGN: &str = "sk_live_51HqLyjWDarjtT1zdp7dcXYZ";
const SHOP: &str = "https://shop.acme.example";

pub fn entry(line: u32, scope: &str, name: &str, known_by: (&str, &str)) -> Value {
    let (field, value) = known_by;
    json!({"line": line, "fields": {"scope": scope, "name": name}, field: value})
}

/// Adds these keys to a new import. Its path, and the answer.
async fn added(person: &Person, keys: Value) -> (String, Answer) {
    let begun = person.post("/v1/imports", &Value::Null).await.expect(201);
    let path = format!("/v1/imports/{}", begun["import"].as_str().expect("an id"));
    let answer = person.post(&format!("{path}/keys"), &json!({"keys": keys})).await;
    (path, answer)
}

pub async fn import(person: &Person, keys: Value) -> Value {
    let (path, answer) = added(person, keys).await;
    answer.expect(204);
    person.post(&path, &json!({})).await.expect(200)
}

#[tokio::test]
async fn a_foreign_token_is_a_key_wherever_one_is_presented() {
    let api = Api::start().await;
    let owner = &api.deck.owner;
    let hash = TokenHash::of("another-foreign-token-0123456789");
    let outcome = import(
        owner,
        json!([
            entry(1, "analytics", "Board", ("token", FOREIGN)),
            entry(2, "analytics", "Other", ("sha256", &hash.to_string())),
        ]),
    )
    .await;
    assert_eq!(
        (&outcome["imported"], &outcome["finished"]),
        (&json!(2), &json!(true))
    );
    let bearer = format!("Bearer {FOREIGN}");
    for header in [
        ("x-sm-apikey", FOREIGN),
        ("x-api-key", FOREIGN),
        ("authorization", &bearer),
    ] {
        api.asked("?scope=analytics", &[header]).await.expect(200);
    }
    let other = ("x-api-key", "another-foreign-token-0123456789");
    api.asked("", &[other]).await.expect(200);
    // Its hash is no key, nor is a part of it, nor anything of another form; and ours are told as before.
    let own = Token::from_entropy(TokenKind::Key(Scope::Analytics), [7; 32]);
    let mistyped = own.expose().replace('_', "_x");
    for (presented, rule) in [
        (TokenHash::of(FOREIGN).to_string(), "key-malformed"),
        (hash.to_string(), "key-malformed"),
        (FOREIGN[1..].to_owned(), "key-malformed"),
        (format!("{FOREIGN}="), "key-malformed"),
        ("short".to_owned(), "key-malformed"),
        (own.expose().to_owned(), "key-unknown"),
        (mistyped, "key-malformed"),
    ] {
        refused_by(&api.asked("", &[("x-api-key", &presented)]).await, 401, rule);
    }
    let lookup = json!({"sha256": TokenHash::of(FOREIGN).to_string()});
    let found = owner.post("/v1/keys/lookup", &lookup).await.expect(200);
    assert_eq!(
        (&found["state"], &found["key"]["name"]),
        (&json!("active"), &json!("Board"))
    );
    assert_eq!(found["key"]["imported"]["hash_only"], false);
    let log = owner.get("/v1/activity?action=key_imported").await.expect(200);
    let log = log["items"].as_array().expect("rows");
    assert_eq!(log.len(), 2);
    assert_eq!(log[0]["changes"]["import"], log[1]["changes"]["import"]);
    let everything = owner.get("/v1/activity?limit=200").await.body + &owner.get("/v1/keys").await.body;
    assert!(!everything.contains(FOREIGN));
}

#[tokio::test]
async fn a_foreign_token_that_leaked_is_reported_like_any() {
    let api = Api::start().await;
    let owner = &api.deck.owner;
    import(owner, json!([entry(1, "analytics", "Board", ("token", FOREIGN))])).await;
    let anybody = api.deck.someone("");
    let report = |token: &str| json!({"token": token, "url": format!("https://git.example/?k={FOREIGN}")});
    let known = anybody.post("/v1/leaks", &report(FOREIGN)).await;
    let unknown = anybody
        .post("/v1/leaks", &report("sk_live_of_somebody_else_0123"))
        .await;
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    known.expect(202);
    let used = api.asked("", &[("x-api-key", FOREIGN)]).await;
    used.refused(403, ProblemType::NotByThisKey);
    let leaks = owner.get("/v1/leaks").await;
    assert!(!leaks.body.contains(FOREIGN), "{}", leaks.body);
    let leaks = leaks.expect(200);
    assert_eq!(
        (&leaks[0]["response"], &leaks[0]["url"], &leaks[1]),
        (
            &json!("disabled"),
            &json!("(left out: it contains a secret)"),
            &Value::Null
        )
    );
}

#[tokio::test]
async fn web_keys_are_imported_revealed_and_rotated() {
    let api = Api::start().await;
    let owner = &api.deck.owner;
    let mut till = entry(1, "web", "Till", ("token", FOREIGN));
    till["fields"]["ui_domains"] = json!([SHOP]);
    till["project"] = json!("storefront");
    let mut desk = entry(
        2,
        "web",
        "Desk",
        (
            "sha256",
            &TokenHash::of("another-foreign-token-0123456789").to_string(),
        ),
    );
    desk["fields"]["ui_domains"] = json!([SHOP]);
    desk["project"] = json!("Storefront");
    import(owner, json!([till, desk])).await;
    let keys = owner.get("/v1/keys?sort=name").await.expect(200);
    let [desk, till] = [&keys["items"][0], &keys["items"][1]];
    let id = |key: &Value| key["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        (&desk["may"]["reveal"], &till["may"]["reveal"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(owner.reveal(&id(till)).await.expect(200)["secret"], FOREIGN);
    let refused = owner.reveal(&id(desk)).await;
    let problem = refused.refused(409, ProblemType::ShownOnce);
    assert!(problem.detail.contains("by its hash alone"), "{}", problem.detail);
    let shop = ("origin", SHOP);
    for token in [FOREIGN, "another-foreign-token-0123456789"] {
        api.asked("?scope=web", &[("x-api-key", token), shop])
            .await
            .expect(200);
        let request = api.deck.someone("").request(Method::GET, "/api/jwt");
        let answer = request
            .header("key", token)
            .header("origin", SHOP)
            .send()
            .await
            .expect("an answer");
        // The key is good; the project has no session server.
        refused_by(&Answer::read(answer).await, 403, "no-session-server");
    }
    let rotate = owner.request(Method::POST, &format!("/v1/keys/{}/rotation", id(desk)));
    let rotate = rotate
        .header("if-match", "\"1\"")
        .json(&json!({"overlap_seconds": 3600}));
    let rotated = owner.send(rotate).await.expect(200);
    assert_eq!(rotated["key"]["imported"]["hash_only"], false);
    let secret = rotated["secret"].as_str().expect("a secret");
    assert_eq!(owner.reveal(&id(desk)).await.expect(200)["secret"], secret);
    api.asked("", &[("x-api-key", "another-foreign-token-0123456789"), shop])
        .await
        .expect(200);
    owner
        .delete(&format!("/v1/keys/{}/rotation?keep=new", id(desk)))
        .await
        .expect(200);
    let old = api
        .asked("", &[("x-api-key", "another-foreign-token-0123456789"), shop])
        .await;
    refused_by(&old, 401, "key-rotated");
    api.asked("", &[("x-api-key", secret), shop]).await.expect(200);
}

#[tokio::test]
async fn a_portion_with_anything_wrong_is_refused_whole() {
    let api = Api::start().await;
    let owner = &api.deck.owner;
    let good = entry(1, "analytics", "Board", ("token", FOREIGN));
    let own = Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32]);
    for (bad, field) in [
        (
            entry(2, "analytics", "", ("token", "tk_live_51HqLyjWDarjtT1zdp7dcXYZ")),
            "keys[1].name",
        ),
        (entry(2, "analytics", "A", ("token", "short")), "keys[1].token"),
        (
            entry(2, "analytics", "A", ("token", own.expose())),
            "keys[1].token",
        ),
        (
            entry(
                2,
                "analytics",
                "A",
                ("sha256", "5f4dcc3b5aa765d61d8327deb882cf99"),
            ),
            "keys[1].sha256",
        ),
        (
            entry(2, "web", "A", ("token", "tk_live_51HqLyjWDarjtT1zdp7dcXYZ")),
            "keys[1].project",
        ),
        (
            entry(
                2,
                "analytics",
                own.expose(),
                ("token", "tk_live_51HqLyjWDarjtT1zdp7dcXYZ"),
            ),
            "keys[1].name",
        ),
        (
            json!({"line": 2, "fields": {"scope": "analytics", "name": "A"}}),
            "keys[1].token",
        ),
    ] {
        let (path, answer) = added(owner, json!([good, bad])).await;
        answer.refused(422, ProblemType::Invalid);
        assert!(
            answer.fields().contains(&field.to_owned()),
            "{field}: {:?}",
            answer.fields()
        );
        assert!(!answer.body.contains(own.expose()));
        let outcome = owner.post(&path, &json!({})).await.expect(200);
        assert_eq!(outcome["imported"], 0, "{field}");
    }
    let (path, answer) = added(
        owner,
        json!([good, entry(2, "analytics", "Other", ("token", FOREIGN))]),
    )
    .await;
    answer.expect(204);
    for asked in [json!({"dry_run": true}), json!({})] {
        let refused = owner.post(&path, &asked).await;
        refused.refused(422, ProblemType::Invalid);
        assert_eq!(refused.fields(), ["lines[2].token"]);
    }
    let support = api.deck.person(Role::Support).await;
    support
        .post(&path, &json!({}))
        .await
        .refused(404, ProblemType::NotFound);
    assert_eq!(owner.get("/v1/keys").await.expect(200)["items"], json!([]));
}
