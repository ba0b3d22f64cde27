//! Projects and their session servers.

use keydeck::api::ProblemType;
use keydeck::model::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Answer, Deck, OWNER, Person, id_of};

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

const PRIVATE_KEY: &str = "the-private-key-of-the-session-server";

async fn put(person: &Person, project: &str, server: &Value) -> Answer {
    let path = format!("/v1/projects/{project}/session-server");
    person.send(person.request(Method::PUT, &path).json(server)).await
}

#[tokio::test]
async fn a_project_says_how_many_keys_it_has_and_what_may_be_done() {
    let deck = Deck::start().await;
    let (editor, support) = (deck.person(Role::Editor).await, deck.person(Role::Support).await);
    let project = editor.project("Own").await;
    editor.web_key(&project, "Mine").await;
    support.web_key(&project, "Theirs").await;
    let said = async |person: &Person| {
        let projects = person.get("/v1/projects").await.expect(200);
        let project = projects.as_array().expect("projects")[0].clone();
        (
            project["keys"].clone(),
            project["may"]["edit"].clone(),
            project["may"]["session_server"].clone(),
        )
    };
    assert_eq!(said(&deck.owner).await, (json!(2), json!(true), json!(true)));
    assert_eq!(said(&support).await, (json!(2), json!(true), json!(false)));
    assert_eq!(said(&editor).await, (json!(1), json!(true), json!(false)));
    let analyst = deck.person(Role::Analytics).await;
    assert_eq!(said(&analyst).await, (json!(2), json!(false), json!(false)));
}

#[tokio::test]
async fn a_project_with_active_keys_stays_and_says_how_many() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Shop").await;
    let path = format!("/v1/projects/{project}");
    let keys = [
        id_of(&deck.owner.web_key(&project, "One").await),
        id_of(&deck.owner.web_key(&project, "Two").await),
    ];
    for (key, sentence) in keys.iter().zip([
        "This project has 2 active keys; revoke them first.",
        "This project has 1 active key; revoke it first.",
    ]) {
        let refused = deck.owner.delete(&path).await;
        assert_eq!(refused.refused(409, ProblemType::InUse).detail, sentence);
        deck.owner.delete(&format!("/v1/keys/{key}")).await.expect(204);
    }
    deck.owner.delete(&path).await.expect(204);
    let gone = deck.owner.delete(&path).await;
    gone.refused(404, ProblemType::NotFound);
    deck.owner.project("Shop").await;
    let log = deck.owner.get("/v1/activity").await.expect(200);
    assert_eq!(log["items"][1]["action"], "project_removed");
    assert_eq!(log["items"][1]["subject"], "Shop");
}

#[tokio::test]
async fn whose_keys_an_editor_can_not_see_is_not_told_but_whom_to_ask() {
    let deck = Deck::start().await;
    let editor = deck.person(Role::Editor).await;
    let project = editor.project("Own").await;
    let path = format!("/v1/projects/{project}");
    let mine = id_of(&editor.web_key(&project, "Mine").await);
    for name in ["One", "Two"] {
        deck.owner.web_key(&project, name).await;
    }
    let refused = editor.delete(&path).await;
    let sentence = refused.refused(409, ProblemType::InUse).detail;
    assert_eq!(sentence, "This project has 1 active key; revoke it first.");
    editor.delete(&format!("/v1/keys/{mine}")).await.expect(204);
    let refused = editor.delete(&path).await;
    assert_eq!(
        refused.refused(409, ProblemType::InUse).detail,
        "This project has active keys of others; ask an Owner or Support to revoke them."
    );
}

#[tokio::test]
async fn a_private_key_is_kept_but_never_told() {
    const CANARY: &str = "s3cret-private-key-of-the-session-server";
    let deck = Deck::start().await;
    let project = deck.owner.project("Shop").await;
    let server = |url: &str| json!({"url": url, "key_name": "main"});
    let refused = put(&deck.owner, &project, &server("wss://a.example")).await;
    refused.refused(422, ProblemType::Invalid);
    assert_eq!(refused.fields(), ["private_key"]);

    let mut first = server("WSS://A.example:443");
    first["private_key"] = json!(CANARY);
    let set = put(&deck.owner, &project, &first).await;
    assert_eq!(set.expect(200)["session_server"], server("wss://a.example"));
    let moved = put(&deck.owner, &project, &server("wss://b.example")).await;
    assert_eq!(moved.expect(200)["session_server"], server("wss://b.example"));
    let listed = deck.owner.get("/v1/projects").await;
    assert_eq!(listed.expect(200)[0]["session_server"], server("wss://b.example"));
    let support = deck.person(Role::Support).await.get("/v1/projects").await;
    assert_eq!(support.expect(200)[0].get("session_server"), None);

    let log = deck.owner.get("/v1/activity").await;
    let rows = log.expect(200)["items"].clone();
    assert_eq!(rows[2]["action"], "session_server_set");
    assert_eq!(rows[2]["changes"]["private_key"], json!([null, "…"]));
    assert_eq!(
        rows[1]["changes"],
        json!({"url": ["wss://a.example", "wss://b.example"]})
    );
    let path = format!("/v1/projects/{project}/session-server");
    deck.owner.delete(&path).await.expect(204);
    let gone = deck.owner.delete(&path).await;
    gone.refused(404, ProblemType::NotFound);
    put(&deck.owner, &project, &first).await.expect(200);
    deck.owner
        .delete(&format!("/v1/projects/{project}"))
        .await
        .expect(204);
    let left = deck.owner.get("/v1/activity").await;
    let rows = left.expect(200)["items"].clone();
    let mut went = json!({"url": ["wss://a.example", null], "key_name": ["main", null]});
    went["creator"] = json!([OWNER, null]);
    went["deployed"] = json!([true, null]);
    assert_eq!(
        (&rows[0]["action"], &rows[0]["changes"]),
        (&json!("project_removed"), &went)
    );
    assert_eq!(
        rows[2]["changes"],
        json!({"url": ["wss://b.example", null], "key_name": ["main", null]})
    );
    for answer in [&set, &moved, &listed, &log, &left] {
        assert!(!answer.body.contains(CANARY));
    }
}

#[tokio::test]
async fn wrong_fields_of_a_session_server_are_named_and_not_repeated() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Shop").await;
    let with = |field: &str, value: Value| {
        let mut server = json!({"url": "wss://a.example", "key_name": "main", "private_key": PRIVATE_KEY});
        server[field] = value;
        server
    };
    for (server, field) in [
        (with("url", json!("http://a.example")), "url"),
        (with("url", json!("wss://mira:s3cret@a.example")), "url"),
        (with("url", json!(7)), "url"),
        (with("key_name", json!("\u{1b}s3cret")), "key_name"),
        (with("private_key", json!("")), "private_key"),
        (with("private_key", json!("s3cret")), "private_key"),
        (
            with("private_key", json!(format!("{PRIVATE_KEY}s3cret\n"))),
            "private_key",
        ),
        (with("private_key", json!(["s3cret"])), "private_key"),
        (with("port", json!("s3cret")), "port"),
    ] {
        let refused = put(&deck.owner, &project, &server).await;
        refused.refused(422, ProblemType::Invalid);
        assert_eq!(refused.fields(), [field], "{server}");
        assert!(!refused.body.contains("s3cret"), "{}", refused.body);
    }
}
