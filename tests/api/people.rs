//! Signing in, users, projects and the activity log.

use keydeck::api::ProblemType;
use keydeck::model::{Role, Token, TokenKind};
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Deck, OWNER, id_of};

#[tokio::test]
async fn whoever_is_not_known_is_told_the_same_in_every_case() {
    let deck = Deck::start().await;
    let unknown = Token::generate(TokenKind::User).expect("random");
    let mut slip = deck.owner.token.clone();
    slip.replace_range(10..11, if &slip[10..11] == "a" { "b" } else { "a" });
    let mut said = Vec::new();
    for token in ["", unknown.expose(), &slip, "kdu_", "x y"] {
        let answer = deck.someone(token).get("/v1/me").await;
        answer.refused(401, ProblemType::Unauthenticated);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        said.push(answer.body);
    }
    let request = deck.someone("").request(Method::GET, "/v1/me");
    let basic = deck
        .owner
        .send(request.basic_auth("mira", Some(&deck.owner.token)))
        .await;
    said.push(basic.body);
    assert!(said.iter().all(|body| *body == said[0]), "{said:?}");
}

#[tokio::test]
async fn a_key_of_an_integration_signs_nobody_in() {
    let deck = Deck::start().await;
    let created = deck
        .owner
        .post("/v1/keys", &json!({"scope": "analytics", "name": "Board"}))
        .await
        .expect(201);
    let integration = deck.someone(created["secret"].as_str().expect("a secret"));
    integration
        .get("/v1/me")
        .await
        .refused(401, ProblemType::Unauthenticated);
}

#[tokio::test]
async fn the_person_at_the_terminal_is_signed_in_as_the_owner() {
    let deck = Deck::start_local().await;
    let me = deck.owner.get("/v1/me").await.expect(200);
    assert_eq!(
        (&me["user"]["email"], &me["user"]["role"]),
        (&json!(OWNER), &json!("owner"))
    );
    assert_eq!(me["organisation"]["name"], "Acme Studios");
    let other = Token::generate(TokenKind::User).expect("random");
    deck.someone(other.expose())
        .get("/v1/me")
        .await
        .refused(401, ProblemType::Unauthenticated);
}

#[tokio::test]
async fn a_change_of_role_applies_to_the_next_request() {
    let deck = Deck::start().await;
    let support = deck.person(Role::Support).await;
    let path = format!(
        "/v1/users/{}",
        id_of(&support.get("/v1/me").await.expect(200)["user"])
    );
    deck.owner.get("/v1/keys").await.expect(200);
    let promoted = deck
        .owner
        .patch(&path, 1, &json!({"role": "owner"}))
        .await
        .expect(200);
    assert_eq!(promoted["role"], "owner");
    assert_eq!(
        support
            .get("/v1/users")
            .await
            .expect(200)
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}

#[tokio::test]
async fn an_organisation_keeps_an_owner() {
    let deck = Deck::start().await;
    let me = id_of(&deck.owner.get("/v1/me").await.expect(200)["user"]);
    let refused = deck
        .owner
        .patch(&format!("/v1/users/{me}"), 1, &json!({"role": "editor"}))
        .await;
    refused.refused(409, ProblemType::LastOwner);
    deck.owner.get("/v1/users").await.expect(200);
    let missing = "/v1/users/01930000-0000-7000-8000-000000000000";
    let missing = deck.owner.patch(missing, 1, &json!({"role": "editor"})).await;
    missing.refused(404, ProblemType::NotFound);
}

#[tokio::test]
async fn an_address_belongs_to_one_user() {
    let deck = Deck::start().await;
    let taken = deck
        .owner
        .post("/v1/users", &json!({"email": OWNER, "role": "editor"}))
        .await;
    taken.refused(422, ProblemType::Invalid);
    assert_eq!(taken.fields(), ["email"]);
}

#[tokio::test]
async fn projects_are_found_by_name_or_id_and_keep_their_names_apart() {
    let deck = Deck::start().await;
    let shop = deck.owner.project("Shop").await;
    let draft = deck
        .owner
        .post("/v1/projects", &json!({"name": "Shop draft"}))
        .await
        .expect(201);
    let found = async |query: &str| -> Vec<String> {
        let projects = deck.owner.get(&format!("/v1/projects?{query}")).await.expect(200);
        projects.as_array().expect("projects").iter().map(id_of).collect()
    };
    assert_eq!(found("q=SHOP").await, [shop.clone(), id_of(&draft)]);
    assert_eq!(found("q=shop&deployed=true").await, std::slice::from_ref(&shop));
    assert!(found(&format!("q={}", &shop[..13])).await.contains(&shop));
    assert_eq!(found(&format!("limit=1&after={shop}")).await, [id_of(&draft)]);

    let path = format!("/v1/projects/{}", id_of(&draft));
    let taken = deck.owner.patch(&path, 1, &json!({"name": "Shop"})).await;
    taken.refused(422, ProblemType::Invalid);
    assert_eq!(taken.fields(), ["name"]);
    let edited = deck
        .owner
        .patch(&path, 1, &json!({"name": "Store", "deployed": true}))
        .await
        .expect(200);
    assert_eq!(
        (&edited["name"], &edited["deployed"]),
        (&json!("Store"), &json!(true))
    );
}

#[tokio::test]
async fn an_editor_sees_own_projects_and_activity_only() {
    let deck = Deck::start().await;
    let editor = deck.person(Role::Editor).await;
    let theirs = deck.owner.project("Theirs").await;
    deck.owner.web_key(&theirs, "Theirs").await;
    let own = editor.project("Own").await;
    let key = editor.web_key(&own, "Own").await;
    let projects = editor.get("/v1/projects").await.expect(200);
    assert_eq!(
        projects
            .as_array()
            .expect("projects")
            .iter()
            .map(id_of)
            .collect::<Vec<_>>(),
        [own]
    );
    // What others do to it is of their keys too.
    deck.owner.reveal(&id_of(&key)).await.expect(200);
    let log = editor.get("/v1/activity").await.expect(200);
    let actions: Vec<_> = log["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|row| row["action"].clone())
        .collect();
    assert_eq!(actions[..2], ["key_revealed", "key_created"]);
    assert!(
        log["items"]
            .as_array()
            .expect("items")
            .iter()
            .all(|row| row["subject"] != "Theirs")
    );
}

#[tokio::test]
async fn the_log_is_paged_newest_first() {
    let deck = Deck::start().await;
    for name in ["One", "Two", "Three", "Four", "Five"] {
        deck.owner.project(name).await;
    }
    let (mut seen, mut before) = (Vec::new(), String::new());
    loop {
        let page = deck
            .owner
            .get(&format!("/v1/activity?limit=2{before}"))
            .await
            .expect(200);
        seen.extend(
            page["items"]
                .as_array()
                .expect("items")
                .iter()
                .map(|row| row["subject"].clone()),
        );
        match &page["next"] {
            Value::Null => break,
            next => before = format!("&before={next}"),
        }
    }
    assert_eq!(seen[..5], ["Five", "Four", "Three", "Two", "One"]);
}
