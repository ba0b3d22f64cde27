//! Signing in, the people, and the activity log.

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

#[tokio::test]
async fn people_are_listed_with_how_many_keys_are_theirs() {
    let deck = Deck::start().await;
    let editor = deck.person(Role::Editor).await;
    let project = editor.project("Own").await;
    for name in ["One", "Two"] {
        editor.web_key(&project, name).await;
    }
    let listed = async |query: &str| -> Vec<(Value, Value)> {
        let people = deck.owner.get(&format!("/v1/users?{query}")).await.expect(200);
        let people = people.as_array().expect("people").iter();
        people
            .map(|person| (person["email"].clone(), person["keys"].clone()))
            .collect()
    };
    let (ed, mira) = ((json!("editor@acme.example"), json!(2)), (json!(OWNER), json!(0)));
    assert_eq!(listed("").await, [ed.clone(), mira.clone()]);
    assert_eq!(listed("q=EDITOR").await, std::slice::from_ref(&ed));
    assert_eq!(listed("limit=1").await, [ed]);
    let first = id_of(&editor.get("/v1/me").await.expect(200)["user"]);
    assert_eq!(listed(&format!("after={first}")).await, [mira]);
}
