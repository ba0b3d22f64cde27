//! No secret leaves its place: not into the most talkative log, the activity log, a refusal, or a
//! file of the database.
#![cfg(test)]

#[path = "common/program.rs"]
#[expect(dead_code, reason = "shared with the tests of the commands")]
mod program;

use std::collections::HashSet;
use std::fs::{self, File};

use base64::prelude::{BASE64_STANDARD, Engine};
use keydeck::model::{Token, TokenKind};
use reqwest::Method;
use serde_json::{Value, json};

use program::{Home, Served, block_on};

/// The shortest part of a secret that is looked for: a cut one is found too.
const PART: usize = 12;

/// Asks the server, and keeps every refusal that it answers.
struct Asker<'a> {
    server: &'a Served<'a>,
    http: reqwest::Client,
    refusals: Vec<String>,
}

impl Asker<'_> {
    fn ask(&mut self, method: Method, path: &str, authorization: &str, body: &Value) -> Value {
        let request = self.http.request(method, format!("{}{path}", self.server.url));
        let request = match authorization {
            "" => request,
            value => request.header("authorization", value),
        };
        let request = match body {
            Value::Null => request,
            body => request.json(body),
        };
        let (status, text) = block_on(async {
            let answer = request
                .header("if-match", "\"1\"")
                .send()
                .await
                .expect("an answer");
            (answer.status(), answer.text().await.expect("text"))
        });
        match status.is_success() {
            true => serde_json::from_str(&text).unwrap_or_default(),
            false => {
                self.refusals.push(text);
                Value::Null
            }
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

/// The token inside the secret of a Web or Mobile key.
fn token_in(secret: &str) -> String {
    let json = BASE64_STANDARD.decode(secret).expect("base64");
    let json: Value = serde_json::from_slice(&json).expect("JSON");
    text(&json["authToken"])
}

/// Every part of every secret.
fn parts(secrets: &[String]) -> HashSet<&[u8]> {
    // The kind of a token is no secret.
    let random = secrets
        .iter()
        .map(|secret| secret.get(4..).expect("longer than a prefix"));
    random
        .flat_map(|secret| secret.as_bytes().windows(PART))
        .collect()
}

/// Does everything that touches a secret, in the right ways and the wrong ones. Returns the secrets.
fn use_secrets(asker: &mut Asker, owner: &str) -> Vec<String> {
    let owner_header = format!("Bearer {owner}");
    let project = json!({"name": "Shop", "deployed": true});
    let project = asker.ask(Method::POST, "/v1/projects", &owner_header, &project);
    let mut secrets = vec![owner.to_owned()];
    for (scope, domain) in [
        ("web", Some("https://a.example")),
        ("mobile", Some("com.acme.shop")),
        ("analytics", None),
    ] {
        let fields = match domain {
            Some(domain) => {
                json!({"scope": scope, "name": scope, "project": project["id"], "ui_domains": [domain]})
            }
            None => json!({"scope": scope, "name": scope}),
        };
        let created = asker.ask(Method::POST, "/v1/keys", &owner_header, &fields);
        let key = format!("/v1/keys/{}", text(&created["key"]["id"]));
        let secret = text(&created["secret"]);
        if domain.is_some() {
            let revealed = asker.ask(
                Method::POST,
                &format!("{key}/reveal"),
                &owner_header,
                &Value::Null,
            );
            assert_eq!(revealed["secret"], created["secret"]);
            asker.ask(
                Method::PATCH,
                &key,
                &owner_header,
                &json!({"name": format!("{scope} key")}),
            );
            secrets.push(token_in(&secret));
        }
        secrets.push(secret);
        if scope != "web" {
            asker.ask(Method::DELETE, &key, &owner_header, &Value::Null);
            asker.ask(
                Method::POST,
                &format!("{key}/reveal"),
                &owner_header,
                &Value::Null,
            );
        }
    }
    let new = json!({"email": "ana@acme.example", "role": "editor"});
    let user = asker.ask(Method::POST, "/v1/users", &owner_header, &new);
    secrets.push(text(&user["token"]));
    secrets.push(
        Token::generate(TokenKind::User)
            .expect("random")
            .expose()
            .to_owned(),
    );
    secrets.push("kdu_canary-that-is-no-token".to_owned());
    for secret in secrets.clone() {
        misuse(asker, &owner_header, &secret);
    }
    secrets
}

/// Where a secret doesn't belong, it must not be repeated either.
fn misuse(asker: &mut Asker, owner: &str, secret: &str) {
    for path in [
        format!("/{secret}"),
        format!("/v1/keys/{secret}"),
        format!("/v1/keys?scope={secret}"),
        format!("/v1/keys?after={secret}"),
        format!("/v1/activity?actor={secret}"),
        format!("/v1/activity?action={secret}"),
    ] {
        asker.ask(Method::GET, &path, owner, &Value::Null);
    }
    for body in [
        json!({"scope": secret}),
        json!({"scope": "analytics", "name": "x", "project": secret}),
        json!([secret]),
        json!(secret),
    ] {
        asker.ask(Method::POST, "/v1/keys", owner, &body);
    }
    asker.ask(Method::POST, "/v1/keys/lookup", owner, &json!({"sha256": secret}));
    for header in [
        format!("Bearer {secret}x"),
        format!("Basic {secret}"),
        secret.to_owned(),
    ] {
        asker.ask(Method::GET, "/v1/me", &header, &Value::Null);
    }
}

#[test]
fn canary_secrets_are_found_nowhere() {
    let home = Home::new();
    let owner = home.init();
    let mut command = home.serving("0");
    let log = home.path("server.log");
    command
        .env("KEYDECK_LOG", "trace")
        .stderr(File::create(&log).expect("made"));
    let server = home.start(&owner, command);
    let mut asker = Asker {
        server: &server,
        http: reqwest::Client::builder().no_proxy().build().expect("a client"),
        refusals: Vec::new(),
    };
    let mut secrets = use_secrets(&mut asker, &owner);
    secrets.push(fs::read_to_string(home.path("keys.db.root-key")).expect("its root key"));

    let refusals = asker.refusals.join("\n");
    assert!(asker.refusals.len() > 50 && refusals.contains("/problems/unauthenticated"));
    let activity = server
        .run(&["activity", "list", "--all", "--json"])
        .succeeded()
        .stdout;
    assert!(activity.contains("sign_in_refused") && activity.contains("key_revealed"));
    let mut places = vec![
        ("a refusal".to_owned(), refusals.into_bytes()),
        ("the activity".to_owned(), activity.into_bytes()),
    ];
    let mut files = |when: &str| {
        for name in ["keys.db", "keys.db-wal", "keys.db-shm", "server.log"] {
            if let Ok(bytes) = fs::read(home.path(name)) {
                places.push((format!("{name} {when}"), bytes));
            }
        }
    };
    files("while it is served");
    assert_eq!(server.terminate().0, Some(0));
    files("afterwards");
    assert!(
        places
            .iter()
            .any(|(place, bytes)| place.starts_with("keys.db-wal") && !bytes.is_empty())
    );
    let talk = fs::read_to_string(&log).expect("text");
    assert!(talk.contains("TRACE") || talk.contains("DEBUG"), "{talk}");
    let parts = parts(&secrets);
    for (place, bytes) in &places {
        let told = bytes.windows(PART).find(|window| parts.contains(window));
        assert_eq!(told.map(String::from_utf8_lossy), None, "in {place}");
    }
}
