//! No secret leaves its place: not into the most talkative log, the activity log, a refusal, or a
//! file of the database.

use std::collections::HashSet;
use std::fs::{self, File};

use base64::prelude::{BASE64_STANDARD, Engine};
use keydeck::model::{Token, TokenKind};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::program::{Home, Served, block_on};

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
        let request = self.request(method, path).header("if-match", "\"1\"");
        let request = match authorization {
            "" => request,
            value => request.header("authorization", value),
        };
        self.send(match body {
            Value::Null => request,
            body => request.json(body),
        })
    }

    /// As a page does for a Web key, and an app for any other.
    fn exchange(&mut self, key: &str, scope: &Value) -> Value {
        let request = self.request(Method::GET, "/api/jwt").header("key", key);
        self.send(match scope.as_str() {
            Some("web") => request.header("origin", "https://a.example"),
            _ => request,
        })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.server.url))
    }

    fn send(&mut self, request: RequestBuilder) -> Value {
        let (status, text) = block_on(async {
            let answer = request.send().await.expect("an answer");
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
fn use_secrets(asker: &mut Asker, token: &str) -> Vec<String> {
    let owner = format!("Bearer {token}");
    let project = json!({"name": "Shop", "deployed": true});
    let project = text(&asker.ask(Method::POST, "/v1/projects", &owner, &project)["id"]);
    let private_key = "ssk_Qm7vKx2TzR9pLw4Yc8HdNf3BtJ6sGa1V";
    let server = json!({"url": "wss://s.example", "key_name": "main", "private_key": private_key});
    let path = format!("/v1/projects/{project}/session-server");
    asker.ask(Method::PUT, &path, &owner, &server);
    let new = json!({"email": "ana@acme.example", "role": "editor"});
    let user = asker.ask(Method::POST, "/v1/users", &owner, &new);
    let unknown = Token::generate(TokenKind::User).expect("random");

    let gateway = asker.ask(Method::POST, "/v1/gateways", &owner, &json!({"name": "Edge"}));
    let gateway = text(&gateway["token"]);

    let mut secrets = vec![
        token.to_owned(),
        private_key.to_owned(),
        text(&user["token"]),
        gateway.clone(),
    ];
    secrets.extend(["kdu_canary-that-is-no-token", unknown.expose()].map(str::to_owned));
    let web = json!({"scope": "web", "name": "a", "project": project, "ui_domains": ["https://a.example"]});
    let mobile = json!({"scope": "mobile", "name": "b", "project": project});
    secrets.extend(use_viewable_key(asker, &owner, &web));
    secrets.extend(use_viewable_key(asker, &owner, &mobile));
    let web = json!({"scope": "web", "name": "d", "project": project, "ui_domains": ["https://a.example"]});
    for fields in [web, json!({"scope": "analytics", "name": "e"})] {
        secrets.extend(rotate(asker, &owner, &fields));
    }
    let analytics = json!({"scope": "analytics", "name": "c"});
    let analytics = asker.ask(Method::POST, "/v1/keys", &owner, &analytics);
    let key = text(&analytics["secret"]);
    secrets.push(key.clone());
    secrets.extend(use_webhook(asker, &owner));
    for secret in &secrets {
        misuse(asker, &owner, secret);
        present_in_every_place(asker, &gateway, &key, secret);
    }
    secrets
}

/// A webhook whose secret is revealed and rotated, and which nothing reaches. Returns its secrets.
fn use_webhook(asker: &mut Asker, owner: &str) -> [String; 2] {
    let new = json!({"url": "https://hooks.invalid/keydeck"});
    let created = asker.ask(Method::POST, "/v1/webhooks", owner, &new);
    let path = format!("/v1/webhooks/{}", text(&created["webhook"]["id"]));
    let revealed = asker.ask(Method::POST, &format!("{path}/reveal"), owner, &Value::Null);
    assert_eq!(revealed["secret"], created["secret"]);
    asker.ask(Method::POST, &format!("{path}/test"), owner, &Value::Null);
    let overlap = json!({"overlap_seconds": 60});
    let rotated = asker.ask(Method::POST, &format!("{path}/rotation"), owner, &overlap);
    [text(&created["secret"]), text(&rotated["secret"])]
}

/// A key that is rotated. Returns its secrets, the old and the new one.
fn rotate(asker: &mut Asker, owner: &str, fields: &Value) -> [String; 2] {
    let created = asker.ask(Method::POST, "/v1/keys", owner, fields);
    let path = format!("/v1/keys/{}/rotation", text(&created["key"]["id"]));
    let rotated = asker.ask(Method::POST, &path, owner, &json!({"overlap_seconds": 60}));
    let secrets = [text(&created["secret"]), text(&rotated["secret"])];
    for secret in &secrets {
        asker.exchange(secret, &fields["scope"]);
    }
    asker.ask(Method::DELETE, &format!("{path}?keep=old"), owner, &Value::Null);
    asker.ask(Method::DELETE, &format!("{path}?keep=new"), owner, &Value::Null);
    secrets
        .iter()
        .for_each(|secret| drop(asker.exchange(secret, &fields["scope"])));
    secrets
}

/// The life of a Web or Mobile key. Returns its secret, its token, and what they were exchanged for.
fn use_viewable_key(asker: &mut Asker, owner: &str, fields: &Value) -> [String; 3] {
    let created = asker.ask(Method::POST, "/v1/keys", owner, fields);
    let secret = text(&created["secret"]);
    let key = format!("/v1/keys/{}", text(&created["key"]["id"]));
    let reveal = format!("{key}/reveal");
    let revealed = asker.ask(Method::POST, &reveal, owner, &Value::Null);
    assert_eq!(revealed["secret"], created["secret"]);
    asker.ask(Method::PATCH, &key, owner, &json!({"name": "Renamed"}));
    let connection = asker.exchange(&secret, &fields["scope"]);
    assert_ne!(connection, Value::Null, "{:?}", asker.refusals);
    let jwt = text(&connection["jwt"]);
    asker.ask(Method::DELETE, &key, owner, &Value::Null);
    asker.ask(Method::POST, &reveal, owner, &Value::Null);
    asker.exchange(&secret, &fields["scope"]);
    let (_, signature) = jwt.rsplit_once('.').expect("three parts");
    [token_in(&secret), format!("jwt.{signature}"), secret]
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
    asker.exchange(secret, &Value::Null);
    asker.exchange(&format!("{secret}x"), &Value::Null);
    asker.ask(Method::POST, "/v1/keys/lookup", owner, &json!({"sha256": secret}));
    for header in [
        format!("Bearer {secret}x"),
        format!("Basic {secret}"),
        secret.to_owned(),
    ] {
        asker.ask(Method::GET, "/v1/me", &header, &Value::Null);
    }
}

/// At a gateway, which lets the key through whatever else is sent.
fn present_in_every_place(asker: &mut Asker, gateway: &str, key: &str, secret: &str) {
    let path = format!("/v1/authorize/{secret}?{secret}");
    let check = asker
        .request(Method::GET, &path)
        .header("x-keydeck-gateway", gateway);
    let with = |name: &str| check.try_clone().expect("no body").header(name, secret);
    for name in [
        "x-api-key",
        "x-sm-apikey",
        "authorization",
        "x-keydeck-scope",
        "x-forwarded-for",
    ] {
        asker.send(with(name));
    }
    for name in [
        "origin",
        "sec-fetch-site",
        "x-ios-bundle-identifier",
        "x-android-package",
    ] {
        asker.send(with(name).header("x-api-key", key));
    }
    let unknown = asker
        .request(Method::GET, "/v1/authorize")
        .header("x-keydeck-gateway", secret);
    asker.send(unknown.header("x-api-key", key));
}

#[test]
fn canary_secrets_are_found_nowhere() {
    let home = Home::new();
    let owner = home.init();
    let mut command = home.serving(&["--listen", "127.0.0.1:0"]);
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
