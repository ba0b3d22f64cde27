//! What happens, and what is told of it.

use std::collections::{BTreeMap, BTreeSet};

use keydeck::model::{Token, TokenKind, WebhookEvent};
use reqwest::Method;
use serde_json::{Value, json};
use strum::IntoEnumIterator;

use super::stage::{About, Stage, text};

/// After every so many events the servers are killed.
const RESTARTS: usize = 3;

pub async fn each(stage: &mut Stage) {
    let documented = documented();
    let mut expected: BTreeMap<About, usize> = BTreeMap::new();
    for (number, event) in WebhookEvent::iter().enumerate() {
        let name = event.as_str();
        let fields = documented
            .get(name)
            .unwrap_or_else(|| panic!("{name} is not in the guide"));
        let Some(subject) = cause(stage, event).await else {
            continue;
        };
        let told = stage.until(name, &subject);
        let data = told["data"].as_object().expect("an object");
        let said: BTreeSet<&str> = data.keys().map(String::as_str).collect();
        assert_eq!(said, fields.iter().map(String::as_str).collect(), "{name}");
        // Whoever is killed now tells it again by the same id at most.
        if number % RESTARTS == 0 {
            stage.restart();
        }
        expected.insert((name.to_owned(), subject), 1);
    }
    assert_eq!(expected.len(), WebhookEvent::iter().count() - 2);
    // The log is followed from where it was: what comes last comes after all of it.
    stage.key("Last", None).await;
    stage.until("key.created", "Last");
    let stored = stage.stored().await;
    let stored: BTreeMap<About, usize> = stored
        .into_iter()
        .filter(|(about, _)| expected.contains_key(about))
        .collect();
    assert_eq!(stored, expected);
}

/// Makes it happen. Whom or what it is about; of the ends of keys there is a test of their own.
async fn cause(stage: &Stage, event: WebhookEvent) -> Option<String> {
    use WebhookEvent as E;
    let name = event.as_str().to_owned();
    match event {
        E::KeyExpiring | E::KeyExpired => return None,
        E::SignInRefusedOften => return Some(refused_sign_ins(stage).await),
        E::WebhookTest => {
            let path = format!("/v1/webhooks/{}/test", stage.webhook);
            stage.ask(Method::POST, &path, &Value::Null).await.expect(202);
            return Some(stage.webhook.clone());
        }
        E::UserAdded | E::UserRoleChanged | E::UserRemoved => return Some(of_person(stage, event).await),
        E::KeyCreated
        | E::KeyEdited
        | E::KeyRotated
        | E::KeyDisabled
        | E::KeyEnabled
        | E::KeyRevoked
        | E::KeyLeaked
        | E::KeyUsedAfterRevocation => {}
    }
    let (path, secret) = stage.key(&name, None).await;
    let post = async |rest: &str, body: Value, status: u16| {
        let path = format!("{path}{rest}");
        stage.ask(Method::POST, &path, &body).await.expect(status)
    };
    match event {
        E::KeyEdited => stage.change(&path, &json!({"note": "of the board"})).await,
        E::KeyRotated => {
            let rotate = stage.servers[0].request(
                Method::POST,
                &format!("{path}/rotation"),
                &json!({"overlap_seconds": 60}),
            );
            let rotate = rotate.header("if-match", "\"1\"");
            stage.servers[0].send(rotate).await.expect(200);
        }
        E::KeyDisabled => drop(post("/disable", json!({"reason": "Unused?"}), 200).await),
        E::KeyEnabled => {
            post("/disable", json!({}), 200).await;
            post("/enable", json!({}), 200).await;
        }
        E::KeyRevoked => drop(post("/revoke", json!({"reason": "Over"}), 200).await),
        E::KeyLeaked => {
            let report = json!({"token": secret, "url": "https://git.example/a"});
            stage.ask(Method::POST, "/v1/leaks", &report).await.expect(202);
        }
        E::KeyUsedAfterRevocation => {
            post("/revoke", json!({}), 200).await;
            for server in &stage.servers {
                assert_eq!(server.check(&stage.deck, &secret).await, Some(401));
            }
        }
        // It is created.
        _ => {}
    }
    Some(name)
}

/// Ten, whichever server refuses.
async fn refused_sign_ins(stage: &Stage) -> String {
    let stranger = Token::generate(TokenKind::User).expect("random");
    for n in 0..10 {
        let server = &stage.servers[n % stage.servers.len()];
        let request = server.http.get(format!("{}/v1/me", server.url));
        let refused = server.send(request.bearer_auth(stranger.expose())).await;
        assert!(refused.is(401), "{refused:?}");
    }
    "127.0.0.1".to_owned()
}

async fn of_person(stage: &Stage, event: WebhookEvent) -> String {
    let email = format!("{}@acme.example", event.as_str());
    let new = json!({"email": email, "role": "editor"});
    let added = stage.ask(Method::POST, "/v1/users", &new).await.expect(201);
    let path = format!("/v1/users/{}", text(&added["user"]["id"]));
    match event {
        WebhookEvent::UserRoleChanged => stage.change(&path, &json!({"role": "support"})).await,
        WebhookEvent::UserRemoved => drop(stage.ask(Method::DELETE, &path, &Value::Null).await.expect(200)),
        _ => {}
    }
    email
}

/// By event, the fields of `data`, as the guide's table lists them.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let guide = include_str!("../../../assets/guide/webhooks.md");
    let mut documented = BTreeMap::new();
    for line in guide.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let &["", events, _, fields, ""] = cells.as_slice() else {
            panic!("not a row: {line}");
        };
        // What is in brackets explains a field.
        let mut plain = String::new();
        for part in fields.split('(') {
            plain.push_str(part.split_once(')').map_or(part, |(_, rest)| rest));
        }
        for event in words(events) {
            documented.insert(event, words(&plain).collect());
        }
    }
    documented
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}
