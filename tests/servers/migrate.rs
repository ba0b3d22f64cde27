//! `keydeck migrate`: a deck moves from its file to PostgreSQL, whole, or not at all.

mod columns;

use std::process::Output;

use reqwest::Method;
use serde_json::{Value, json};

use crate::deck::{Deck, SHOP, Server};
use crate::postgres::Database;

fn migrate(deck: &Deck, from: &str, to: &str) -> Output {
    let mut command = deck.command(&["migrate", "--from", from]);
    command.env("KEYDECK_DATABASE", to).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

async fn get(server: &Server, path: &str) -> Value {
    server.ask(Method::GET, path, &Value::Null).await.expect(200)
}

/// Everything that a deck has: keys of all scopes, used, refused, edited and revoked ones, people, projects.
async fn filled() -> (Deck, Vec<(String, String)>) {
    let deck = Deck::in_file().await;
    let server = deck.serve(&[]);
    let mut keys = Vec::new();
    for n in 0..30 {
        let scope = ["web", "mobile", "analytics"][n % 3];
        let mut new = json!({"scope": scope, "name": format!("Kiosk \"{n}\" ü\u{1F511}")});
        if scope != "analytics" {
            new["project"] = json!(deck.project);
            new["ui_domains"] = if scope == "web" {
                json!([SHOP])
            } else {
                json!(["com.acme.shop"])
            };
        }
        let created = server.ask(Method::POST, "/v1/keys", &new).await.expect(201);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        keys.push((text(&created["key"]["id"]), text(&created["secret"])));
    }
    let user = json!({"email": "ana@acme.example", "role": "editor"});
    server.ask(Method::POST, "/v1/users", &user).await.expect(201);
    for (id, _) in keys.iter().step_by(7) {
        server
            .ask(Method::DELETE, &format!("/v1/keys/{id}"), &Value::Null)
            .await
            .expect(204);
    }
    for (_, secret) in &keys {
        assert!(server.check(&deck, secret).await.is_some());
    }
    // What was counted is written within a second.
    while get(&server, &format!("/v1/keys/{}/usage", keys[3].0)).await["last_use"].is_null() {}
    (deck, keys)
}

const PATHS: [&str; 6] = [
    "/v1/keys?limit=100&sort=name",
    "/v1/users",
    "/v1/projects",
    "/v1/gateways",
    "/v1/activity?limit=200",
    "/v1/activity/head",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_deck_moves_to_postgres_whole() {
    let (mut deck, keys) = filled().await;
    let before = {
        let server = deck.serve(&[]);
        let mut before = Vec::new();
        for path in PATHS {
            before.push(get(&server, path).await);
        }
        before.push(get(&server, &format!("/v1/keys/{}/usage", keys[3].0)).await);
        before
    };
    let database = Database::new().await;
    let moved = migrate(&deck, &deck.database, &database.url);
    assert!(moved.status.success(), "{}", said(&moved));
    assert!(said(&moved).starts_with("moved 30 keys, "), "{}", said(&moved));
    let (_, password) = database.url.split_once("keydeck:").unwrap();
    assert!(!said(&moved).contains(password.split_once('@').unwrap().0));

    deck.database = database.url.clone();
    let server = deck.serve(&[]);
    for (path, before) in PATHS.iter().zip(&before) {
        assert_eq!(&get(&server, path).await, before, "{path}");
    }
    assert_eq!(
        get(&server, &format!("/v1/keys/{}/usage", keys[3].0)).await,
        before[6]
    );
    for (n, (id, secret)) in keys.iter().enumerate() {
        let revoked = n % 7 == 0;
        let expected = match (revoked, n % 3) {
            (true, _) => 401,
            // The gateway says where a page is, and a Mobile key wants an app.
            (false, 1) => 403,
            (false, _) => 200,
        };
        assert_eq!(server.check(&deck, secret).await, Some(expected), "{n}");
        if !revoked && n % 3 != 2 {
            let path = format!("/v1/keys/{id}/reveal");
            let revealed = server.ask(Method::POST, &path, &Value::Null).await.expect(200);
            assert_eq!(revealed["secret"], **secret);
        }
    }
    // Numbers go on where they were.
    let new = json!({"scope": "web", "name": "New", "project": deck.project, "ui_domains": [SHOP]});
    server.ask(Method::POST, "/v1/keys", &new).await.expect(201);
    let mut verify = deck.command(&["activity", "verify"]);
    let verified = verify
        .env("KEYDECK_SERVER", &server.url)
        .env("KEYDECK_TOKEN", &deck.owner)
        .output()
        .unwrap();
    assert!(verified.status.success(), "{}", said(&verified));
    let again = migrate(&deck, &format!("sqlite:{}", deck.file().display()), &database.url);
    assert!(
        !again.status.success() && said(&again).contains("already holds"),
        "{}",
        said(&again)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deck_that_can_not_move_to_postgres_whole_stays() {
    let (deck, _) = filled().await;
    let database = Database::new().await;
    let served = deck.serve(&[]);
    get(&served, "/v1/keys").await;
    let in_use = migrate(&deck, &deck.database, &database.url);
    assert!(
        !in_use.status.success() && said(&in_use).contains("stop it first"),
        "{}",
        said(&in_use)
    );
    drop(served);
    let change = |sql: &str| {
        let conn = rusqlite::Connection::open(deck.file()).unwrap();
        conn.execute_batch(sql).unwrap();
    };
    // A row of the log that is not as it was written.
    let trigger: String = rusqlite::Connection::open(deck.file())
        .unwrap()
        .query_row(
            "SELECT sql FROM sqlite_schema WHERE name = 'activity_is_not_rewritten'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let rewrite = |subject: &str| {
        change(&format!(
            "DROP TRIGGER activity_is_not_rewritten; UPDATE activity SET subject = {subject} WHERE seq = 2; {trigger}"
        ));
    };
    rewrite("subject || '!'");
    let changed = migrate(&deck, &deck.database, &database.url);
    assert!(
        !changed.status.success() && said(&changed).contains("row 2 was changed"),
        "{}",
        said(&changed)
    );
    rewrite("substr(subject, 1, length(subject) - 1)");
    // A byte that PostgreSQL takes in no text.
    change("UPDATE organisation SET name = 'A' || char(0) || 'B'");
    let odd = migrate(&deck, &deck.database, &database.url);
    assert!(
        !odd.status.success() && said(&odd).contains("nothing was moved"),
        "{}",
        said(&odd)
    );
    let tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'";
    assert!(database.texts(tables).await.is_empty());
    for (from, to) in [(&database.url, &deck.database), (&deck.database, &deck.database)] {
        let wrong = migrate(&deck, from, to);
        assert_eq!(wrong.status.code(), Some(2), "{}", said(&wrong));
        assert!(
            said(&wrong).contains("--from sqlite:PATH --to postgres://"),
            "{}",
            said(&wrong)
        );
    }
    let nowhere = migrate(&deck, "sqlite:/nowhere/keys.db", &database.url);
    assert!(
        said(&nowhere).contains("there is no keydeck database"),
        "{}",
        said(&nowhere)
    );
}
