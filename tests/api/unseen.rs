//! What somebody does not see changes no answer that they get: not whether it exists, what it is called, how much of it
//! there is, nor where the people who did it were.

use futures_util::StreamExt;
use keydeck::api::ProblemType;
use keydeck::model::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::events::listen;
use crate::common::{Deck, Person, id_of};

/// What an Editor asks, one after the other; `{project}` and `{key}` are their own. Names are some that others have.
const ASKED: &[(&str, &str, &str)] = &[
    (
        "POST",
        "/v1/projects",
        r#"{"name": "Storefront", "deployed": true}"#,
    ),
    ("POST", "/v1/projects", r#"{"name": "STOREFRONT"}"#),
    ("POST", "/v1/projects", r#"{"name": "Cafe\u0301"}"#),
    ("PATCH", "/v1/projects/{project}", r#"{"name": "Secret plans"}"#),
    ("GET", "/v1/projects", ""),
    ("GET", "/v1/projects?q=secret", ""),
    (
        "POST",
        "/v1/keys",
        r#"{"scope": "mobile", "name": "Checkout", "project": "{project}"}"#,
    ),
    (
        "POST",
        "/v1/keys",
        r#"{"scope": "mobile", "name": "CHECKOUT", "project": "{project}"}"#,
    ),
    ("PATCH", "/v1/keys/{key}", r#"{"name": "Till"}"#),
    ("PATCH", "/v1/keys/{key}", r#"{"name": "till\u00a0"}"#),
    ("PATCH", "/v1/keys/{key}", r#"{"name": "Checkout"}"#),
    ("GET", "/v1/keys?sort=name", ""),
    ("GET", "/v1/keys?q=checkout", ""),
    ("GET", "/v1/keys?project={project}", ""),
    ("GET", "/v1/keys/counts", ""),
    ("GET", "/v1/keys/counts?q=o", ""),
    ("GET", "/v1/keys/{key}", ""),
    ("GET", "/v1/keys/{key}/usage", ""),
    ("GET", "/v1/activity", ""),
    ("GET", "/v1/activity?actor=mira@acme.example", ""),
    ("GET", "/v1/activity?action=session_server_set", ""),
    ("GET", "/v1/activity/head", ""),
    ("DELETE", "/v1/keys/{key}", ""),
    ("GET", "/v1/keys/{key}", ""),
    ("GET", "/v1/me", ""),
];

/// An Editor with a project and a key.
async fn editor(deck: &Deck) -> (Person, String, String) {
    let editor = deck.person(Role::Editor).await;
    let project = editor.project("Kiosk").await;
    let key = id_of(&editor.web_key(&project, "Lobby").await);
    (editor, project, key)
}

/// Others with projects and keys of these names, also in the Editor's project.
async fn crowd(deck: &Deck, project: &str) {
    let support = deck.person(Role::Support).await;
    for name in ["Storefront", "Café", "Secret plans"] {
        let theirs = support.project(name).await;
        for name in ["Checkout", "Till"] {
            support.web_key(&theirs, name).await;
        }
        let server = json!({"url": "wss://a.example", "key_name": "main", "private_key": "the-private-key-of-the-session-server"});
        let path = format!("/v1/projects/{theirs}/session-server");
        let set = deck.owner.request(Method::PUT, &path).json(&server);
        deck.owner.send(set).await.expect(200);
    }
    for name in ["Checkout", "Till"] {
        deck.owner.web_key(project, name).await;
    }
}

/// An answer without what is never twice the same: ids, times, tokens, and the numbers of rows.
fn plain(value: &mut Value) {
    const NEVER_THE_SAME: [&str; 11] = [
        "id",
        "created_at",
        "at",
        "secret",
        "hint",
        "cursor",
        "seq",
        "next",
        "previous",
        "key",
        "since",
    ];
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match NEVER_THE_SAME.contains(&name.as_str()) && !value.is_object() && !value.is_null() {
                    true => *value = json!("…"),
                    false => plain(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(plain),
        Value::String(text) if text.contains("was revoked at") => *text = "was revoked".into(),
        _ => {}
    }
}

async fn answers(editor: &Person, project: &str, key: &str) -> Vec<String> {
    let mut answers = Vec::new();
    let mut version = 1;
    for (method, path, body) in ASKED {
        let fill = |text: &str| text.replace("{project}", project).replace("{key}", key);
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = editor
            .request(method, &fill(path))
            .header("if-match", format!("\"{version}\""));
        if !body.is_empty() {
            let body: Value = serde_json::from_str(&fill(body)).expect("JSON");
            request = request.json(&body);
        }
        let answer = editor.send(request).await;
        let mut body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        version = body["version"].as_u64().unwrap_or(version);
        plain(&mut body);
        let etag = answer.headers.get("etag").map(|etag| format!("{etag:?}"));
        answers.push(format!("{} {path}: {etag:?} {body:#}", answer.status));
    }
    answers
}

#[tokio::test]
async fn what_others_have_changes_no_answer() {
    let (alone, crowded) = (Deck::start().await, Deck::start().await);
    let (editor_alone, project, key) = editor(&alone).await;
    let expected = answers(&editor_alone, &project, &key).await;
    let (editor, project, key) = editor(&crowded).await;
    crowd(&crowded, &project).await;
    let found = answers(&editor, &project, &key).await;
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    // The names that they could take are taken for those who see them.
    for name in ["Storefront", "storefront", "cafe\u{301}"] {
        let taken = crowded.owner.post("/v1/projects", &json!({"name": name})).await;
        taken.refused(422, ProblemType::Invalid);
    }
}

async fn rows(person: &Person, query: &str) -> Vec<Value> {
    let page = person.get(&format!("/v1/activity?{query}")).await.expect(200);
    page["items"].as_array().expect("items").clone()
}

#[tokio::test]
async fn the_numbers_of_an_editors_rows_say_nothing_of_the_log() {
    let deck = Deck::start().await;
    let (editor, project, key) = editor(&deck).await;
    let mut events = listen(&editor).await;
    let owner = deck.owner.at("203.0.113.9");
    for n in 0..5 {
        let path = format!("/v1/keys/{key}");
        owner
            .patch(&path, 1 + n, &json!({"name": format!("Lobby {n}")}))
            .await
            .expect(200);
        events.next().await;
        owner.web_key(&project, &format!("Other {n}")).await;
    }
    let seen = rows(&editor, "limit=200").await;
    let real = rows(&deck.owner, &format!("key={key}&limit=200")).await;
    assert_eq!(seen.len(), 6);
    let numbers = |rows: &[Value]| -> Vec<u64> {
        rows.iter()
            .map(|row| row["seq"].as_u64().expect("a number"))
            .collect()
    };
    assert!(
        numbers(&seen)
            .iter()
            .all(|seen| *seen < 1 << 52 && !numbers(&real).contains(seen))
    );
    let mut sorted = numbers(&seen);
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), 6);
    assert_ne!(numbers(&seen).iter().rev().copied().collect::<Vec<_>>(), sorted);
    // The same again, page by page, and for nobody else.
    let mut paged = Vec::new();
    let mut query = "limit=1".to_owned();
    loop {
        let page = editor.get(&format!("/v1/activity?{query}")).await.expect(200);
        paged.extend(page["items"].as_array().expect("items").clone());
        match page["next"].as_u64() {
            Some(next) => query = format!("limit=1&before={next}"),
            None => break,
        }
    }
    assert_eq!(paged, seen);
    // Where the Owner was is not theirs to know, and no hash that would tell by trying.
    assert!(seen.iter().all(|row| row.get("hash").is_none()));
    let addresses: Vec<&Value> = seen.iter().map(|row| &row["address"]).collect();
    assert_eq!(addresses[..5], [&Value::Null; 5]);
    assert_eq!(addresses[5], "127.0.0.1");
    assert!(real.iter().take(5).all(|row| row["address"] == "203.0.113.9"));
}

#[tokio::test]
async fn session_servers_are_in_the_activity_of_owners_alone() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Shop").await;
    let path = format!("/v1/projects/{project}/session-server");
    let server = json!({"url": "wss://canary.example", "key_name": "canary", "private_key": "the-private-key-of-the-session-server"});
    let set = async || {
        let set = deck.owner.request(Method::PUT, &path).json(&server);
        deck.owner.send(set).await.expect(200);
    };
    set().await;
    deck.owner.delete(&path).await.expect(204);
    set().await;
    deck.owner
        .delete(&format!("/v1/projects/{project}"))
        .await
        .expect(204);
    let bare = deck.owner.project("Bare").await;
    deck.owner
        .delete(&format!("/v1/projects/{bare}"))
        .await
        .expect(204);
    for role in [Role::Support, Role::Analytics] {
        let person = deck.person(role).await;
        let answer = person.get("/v1/activity").await;
        let page = answer.expect(200);
        for told in ["canary", "session", "key_name", "private_key"] {
            assert!(!answer.body.contains(told), "{role} {told}");
        }
        let of = |name: &str| -> Vec<u64> {
            let rows = page[name].as_array().expect("rows");
            rows.iter().filter_map(|row| row["seq"].as_u64()).collect()
        };
        let (rows, withheld) = (of("items"), of("withheld"));
        // The chain is whole: three rows about session servers, and two projects that may have had one.
        let removed = page["items"].as_array().expect("items").iter();
        let removed: Vec<_> = removed.filter(|row| row["action"] == "project_removed").collect();
        assert_eq!((withheld.len(), removed.len()), (5, 2), "{role}");
        assert_eq!(removed[0]["changes"], removed[1]["changes"], "{role}");
        let mut all: Vec<u64> = rows.iter().chain(&withheld).copied().collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all, (1..=all.len() as u64).collect::<Vec<_>>(), "{role}");
        // Nor does any other way to ask tell of them: by filters, or page by page.
        for query in [
            "action=session_server_set",
            "action=session_server_removed",
            "action=session_token_issued",
        ] {
            assert_eq!(
                self::rows(&person, query).await,
                Vec::<Value>::new(),
                "{role} {query}"
            );
        }
        let by_owner = person.get("/v1/activity?actor=mira@acme.example&limit=200").await;
        assert!(!by_owner.body.contains("session") && !by_owner.body.contains("withheld"));
        let (mut paged, mut query) = (Vec::new(), "limit=1".to_owned());
        loop {
            let page = person.get(&format!("/v1/activity?{query}")).await.expect(200);
            let items = page["items"].as_array().expect("items");
            assert_eq!(items.len(), 1, "{role} {query}");
            paged.extend(items.iter().filter_map(|row| row["seq"].as_u64()));
            match page["next"].as_u64() {
                Some(next) => query = format!("limit=1&before={next}"),
                None => break,
            }
        }
        assert_eq!(paged, rows, "{role}");
    }
    let owners = deck.owner.get("/v1/activity").await;
    owners.expect(200);
    assert!(owners.body.contains("canary") && !owners.body.contains("withheld"));
    assert!(owners.body.contains("session_server_set"));
}

#[tokio::test]
async fn those_who_do_not_see_session_servers_hear_nothing_of_them() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Shop").await;
    let path = format!("/v1/projects/{project}/session-server");
    let server = json!({"url": "wss://a.example", "key_name": "main", "private_key": "the-private-key-of-the-session-server"});
    let support = deck.person(Role::Support).await;
    let (mut of_owner, mut of_support) = (listen(&deck.owner).await, listen(&support).await);
    let set = deck.owner.request(Method::PUT, &path).json(&server);
    deck.owner.send(set).await.expect(200);
    let key = id_of(&deck.owner.web_key(&project, "Lobby").await);
    let created = format!("created {key}");
    assert_eq!(of_support.next().await.as_deref(), Some(created.as_str()));
    assert_eq!(of_owner.next().await.as_deref(), Some("change projects"));
    assert_eq!(of_owner.next().await, Some(created));
}
