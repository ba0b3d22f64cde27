//! Every kind of change is on the disk before its answer leaves: seen in the order of system calls.

use base64::prelude::{BASE64_STANDARD, Engine};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::strace::{Traced, is_sync};
use super::work::text;
use crate::deck::{Deck, Server};

/// What changes nothing that must be kept, though its method could.
const READS: [&str; 3] = [
    "POST /v1/keys/lookup",
    "POST /v1/introspect",
    // It takes a token of the operator's; what it stores is stored as by POST /v1/leaks.
    "POST /v1/revoke_tokens",
];

struct Stage {
    deck: Deck,
    traced: Traced,
    asked: Vec<(String, String)>,
    _directory: TempDir,
}

impl Stage {
    /// Asks, and remembers by which mark the request is found in the log.
    async fn ask(&mut self, operation: &str, path: &str, body: Value, headers: &[(&str, &str)]) -> Value {
        let mark = format!("mark-{}-", self.asked.len());
        let method: Method = operation.split(' ').next().unwrap().parse().unwrap();
        let server: &Server = &self.traced.server;
        let request = server.request(method, path, &body).header("x-mark", &mark);
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value));
        let reply = server.send(request).await;
        assert!(reply.is_success(), "{operation}: {reply:?}");
        self.asked.push((operation.to_owned(), mark));
        reply.body
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_change_is_on_disk_before_it_is_answered() {
    let deck = Deck::in_file().await;
    let directory = tempfile::tempdir().unwrap();
    let calls = "trace=fdatasync,fsync,read,readv,recvfrom,write,writev,sendto";
    let traced = Traced::start(&deck, &directory.path().join("log"), &["-e", calls]);
    let mut stage = Stage {
        deck,
        traced,
        asked: Vec::new(),
        _directory: directory,
    };
    change_everything(&mut stage).await;
    let document = stage
        .traced
        .server
        .ask(Method::GET, "/openapi.json", &Value::Null)
        .await
        .expect(200);
    for operation in changes(&document) {
        let is_covered = stage.asked.iter().any(|(asked, _)| *asked == operation);
        assert!(is_covered, "{operation} is not looked at here");
    }
    let seen = stage.traced.seen();
    for (operation, mark) in &stage.asked {
        let arrived = seen.iter().position(|line| line.contains(mark));
        let arrived = arrived.unwrap_or_else(|| panic!("{operation} was not seen to arrive"));
        let is_answer = |line: &String| line.contains("\"HTTP/1.1 2");
        let answered = seen[arrived..].iter().position(is_answer).expect("answered") + arrived;
        let synced = seen[arrived..answered].iter().any(|line| is_sync(line));
        assert!(synced, "{operation} was answered before it was on disk");
    }
    println!(
        "{} kinds of change: each on disk before its answer",
        stage.asked.len()
    );
}

/// The operations of the document that may change something.
fn changes(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, methods): (&String, &Value)| {
        let methods = methods.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let changing = ["post", "put", "patch", "delete"];
        let path = path.clone();
        methods
            .into_iter()
            .filter(move |method| changing.contains(&method.as_str()))
            .map(move |method| format!("{} {path}", method.to_uppercase()))
    };
    let all = paths.iter().flat_map(of_path);
    all.filter(|operation| !READS.contains(&operation.as_str()))
        .collect()
}

async fn import(stage: &mut Stage) {
    for given_up in [false, true] {
        let begun = stage
            .ask("POST /v1/imports", "/v1/imports", Value::Null, &[])
            .await;
        let import = format!("/v1/imports/{}", text(&begun["import"]));
        let fields = json!({"scope": "analytics", "name": "Imported"});
        let key = json!({"line": 1, "fields": fields, "token": "sk_live_51HqLyjWDarjtT1zdp7dcXYZ"});
        let keys = json!({"keys": [key]});
        let add = format!("{import}/keys");
        stage.ask("POST /v1/imports/{id}/keys", &add, keys, &[]).await;
        match given_up {
            true => {
                stage
                    .ask("DELETE /v1/imports/{id}", &import, Value::Null, &[])
                    .await
            }
            false => stage.ask("POST /v1/imports/{id}", &import, json!({}), &[]).await,
        };
    }
}

async fn change_everything(stage: &mut Stage) {
    let project = stage.deck.project.clone();
    let key =
        json!({"scope": "web", "name": "Checkout", "project": project, "ui_domains": ["https://a.example"]});
    let created = stage.ask("POST /v1/keys", "/v1/keys", key, &[]).await;
    let key = format!("/v1/keys/{}", text(&created["key"]["id"]));
    let report = json!({"token": created["secret"], "url": "https://git.example/a"});
    stage.ask("POST /v1/leaks", "/v1/leaks", report, &[]).await;
    let leaks = stage
        .traced
        .server
        .ask(Method::GET, "/v1/leaks", &Value::Null)
        .await;
    let decision = format!("/v1/leaks/{}/decision", text(&leaks.body[0]["id"]));
    let dismissed = json!({"decision": "dismissed"});
    stage
        .ask("POST /v1/leaks/{id}/decision", &decision, dismissed, &[])
        .await;
    import(stage).await;
    let edit = json!({"name": "Till"});
    stage
        .ask("PATCH /v1/keys/{id}", &key, edit, &[("if-match", "\"1\"")])
        .await;
    stage
        .ask(
            "POST /v1/keys/{id}/reveal",
            &format!("{key}/reveal"),
            Value::Null,
            &[],
        )
        .await;
    change_the_life_of(stage, &key).await;
    stage.ask("DELETE /v1/keys/{id}", &key, Value::Null, &[]).await;

    let user = json!({"email": "ana@acme.example", "role": "editor"});
    let added = stage.ask("POST /v1/users", "/v1/users", user, &[]).await;
    let user = format!("/v1/users/{}", text(&added["user"]["id"]));
    stage
        .ask("PATCH /v1/users/{id}", &user, json!({"role": "support"}), &[])
        .await;
    stage
        .ask(
            "POST /v1/users/{id}/token",
            &format!("{user}/token"),
            Value::Null,
            &[],
        )
        .await;
    stage.ask("DELETE /v1/users/{id}", &user, Value::Null, &[]).await;

    let project = stage
        .ask("POST /v1/projects", "/v1/projects", json!({"name": "Kiosk"}), &[])
        .await;
    let project = format!("/v1/projects/{}", text(&project["id"]));
    stage
        .ask(
            "PATCH /v1/projects/{id}",
            &project,
            json!({"name": "Kiosk 2"}),
            &[],
        )
        .await;
    let session = format!("{project}/session-server");
    let private_key = BASE64_STANDARD.encode(std::array::from_fn::<u8, 48, _>(|n| (n * n * 7 + 3) as u8));
    let server =
        json!({"url": "wss://sessions.acme.example", "key_name": "main", "private_key": private_key});
    stage
        .ask("PUT /v1/projects/{id}/session-server", &session, server, &[])
        .await;
    let token = format!("{project}/session-token");
    for method in ["POST", "DELETE"] {
        let operation = format!("{method} /v1/projects/{{id}}/session-token");
        stage.ask(&operation, &token, Value::Null, &[]).await;
    }
    stage
        .ask(
            "DELETE /v1/projects/{id}/session-server",
            &session,
            Value::Null,
            &[],
        )
        .await;
    stage
        .ask("DELETE /v1/projects/{id}", &project, Value::Null, &[])
        .await;

    change_webhooks(stage).await;
    let gateway = stage
        .ask("POST /v1/gateways", "/v1/gateways", json!({"name": "North"}), &[])
        .await;
    let gateway = format!("/v1/gateways/{}", text(&gateway["gateway"]["id"]));
    stage
        .ask("DELETE /v1/gateways/{id}", &gateway, Value::Null, &[])
        .await;
}

async fn change_webhooks(stage: &mut Stage) {
    let new = json!({"url": "https://hooks.acme.example/keydeck"});
    let created = stage.ask("POST /v1/webhooks", "/v1/webhooks", new, &[]).await;
    let webhook = format!("/v1/webhooks/{}", text(&created["webhook"]["id"]));
    let edit = json!({"events": ["key.revoked"]});
    stage.ask("PATCH /v1/webhooks/{id}", &webhook, edit, &[]).await;
    for (verb, body) in [
        ("rotation", json!({"overlap_seconds": 60})),
        ("reveal", Value::Null),
    ] {
        let operation = format!("POST /v1/webhooks/{{id}}/{verb}");
        stage
            .ask(&operation, &format!("{webhook}/{verb}"), body, &[])
            .await;
    }
    let test = format!("{webhook}/test");
    let delivery = stage
        .ask("POST /v1/webhooks/{id}/test", &test, Value::Null, &[])
        .await;
    let again = format!("/v1/webhook-deliveries/{}/redelivery", text(&delivery["id"]));
    let operation = "POST /v1/webhook-deliveries/{id}/redelivery";
    stage.ask(operation, &again, Value::Null, &[]).await;
    stage
        .ask("DELETE /v1/webhooks/{id}", &webhook, Value::Null, &[])
        .await;
}

/// Of the key at this path: it is disabled, enabled, rotated, and disabled by a plan; another one is revoked with a reason,
/// and the policy is changed.
async fn change_the_life_of(stage: &mut Stage, key: &str) {
    let reason = json!({"reason": "Unused?"});
    for (verb, body) in [("disable", reason), ("enable", Value::Null)] {
        let operation = format!("POST /v1/keys/{{id}}/{verb}");
        stage.ask(&operation, &format!("{key}/{verb}"), body, &[]).await;
    }
    let rotation = format!("{key}/rotation");
    for (method, query, body) in [
        ("POST", "", json!({"overlap_seconds": 3600})),
        ("PATCH", "", json!({"extend_seconds": 60})),
        ("DELETE", "?keep=new", Value::Null),
    ] {
        let shown = stage.traced.server.ask(Method::GET, key, &Value::Null).await;
        let version = shown.expect(200)["version"].to_string();
        let matches = format!("\"{version}\"");
        let operation = format!("{method} /v1/keys/{{id}}/rotation");
        stage
            .ask(
                &operation,
                &format!("{rotation}{query}"),
                body,
                &[("if-match", &matches)],
            )
            .await;
    }
    let id = key.rsplit('/').next().unwrap();
    let plan = json!({"action": "disable", "ids": [id]});
    let plan = stage.ask("POST /v1/keys/plan", "/v1/keys/plan", plan, &[]).await;
    let plan = format!("/v1/keys/plan/{}", text(&plan["plan"]));
    stage
        .ask("POST /v1/keys/plan/{id}", &plan, Value::Null, &[])
        .await;
    let board = json!({"scope": "analytics", "name": "Board"});
    let board = stage.ask("POST /v1/keys", "/v1/keys", board, &[]).await;
    let revoke = format!("/v1/keys/{}/revoke", text(&board["key"]["id"]));
    let reason = json!({"reason": "Leaked"});
    stage.ask("POST /v1/keys/{id}/revoke", &revoke, reason, &[]).await;
    let policy = json!({"longest_lifetime_days": {"analytics": 90}});
    stage.ask("PATCH /v1/policy", "/v1/policy", policy, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_root_key_is_on_disk_before_it_is_told() {
    let deck = Deck::in_file().await;
    let log = deck.directory.path().join("log");
    let rotate = deck.command(&["seal", "rotate"]);
    let mut command = std::process::Command::new("strace");
    let calls = "trace=fdatasync,fsync,write,rename,renameat2";
    command.args(["-f", "-qq", "-s", "256", "-o", log.to_str().unwrap(), "-e", calls]);
    command
        .arg(rotate.get_program())
        .args(rotate.get_args())
        .env_clear();
    command.envs(rotate.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let seen = std::fs::read_to_string(&log).unwrap();
    let seen: Vec<&str> = seen.lines().collect();
    let at = |what: &str| {
        seen.iter()
            .position(|line| line.contains(what))
            .unwrap_or_else(|| panic!("{what}"))
    };
    let (moved, told) = (at("root.key.next"), at("rotated the root key"));
    // The new key itself, the wrapped data keys, and the name of the file.
    assert!(seen[..moved].iter().filter(|line| is_sync(line)).count() >= 2);
    assert!(seen[moved..told].iter().any(|line| is_sync(line)));
}
