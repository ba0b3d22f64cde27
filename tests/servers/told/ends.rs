//! Keys that come to their ends.

use reqwest::Method;
use serde_json::{Value, json};

use super::stage::{Stage, in_days};

/// Every key is valid for 31 days at first. Which step comes after so many more of them.
const STEPS: [(i64, &str, &str); 4] = [
    (2, "key.expiring", " in 30"),
    (23, "key.expiring", " in 7"),
    (5, "key.expiring", " in 1"),
    (2, "key.expired", ""),
];

pub async fn pass(stage: &mut Stage) {
    for name in ["Terminal", "Moved", "Unlimited", "Revoked"] {
        stage.key(name, Some(31)).await;
    }
    let keys = stage.ask(Method::GET, "/v1/keys", &Value::Null).await.expect(200);
    let path = |name: &str| {
        let mut all = keys["items"].as_array().expect("keys").iter();
        let key = all.find(|key| key["name"] == name).expect("it is there");
        format!("/v1/keys/{}", key["id"].as_str().expect("an id"))
    };
    end(stage, &path("Moved"), json!(in_days(300))).await;
    end(stage, &path("Unlimited"), Value::Null).await;
    stage
        .ask(Method::DELETE, &path("Revoked"), &Value::Null)
        .await
        .expect(204);
    for (days, event, step) in STEPS {
        stage.pass(days).await;
        let told = stage.until(event, &format!("Terminal{step}"));
        assert_eq!(told["data"]["creator"]["email"], "mira@acme.example");
        stage.restart();
    }
    // It is renewed: what was told is told of the new end, too.
    end(stage, &path("Terminal"), json!(in_days(31))).await;
    // Whoever looks for this one looks for the others, in the same transaction.
    stage.key("Last", Some(31)).await;
    stage.pass(2).await;
    stage.until("key.expiring", "Last in 30");
    stage.restart();
    stage.key("Fence", Some(31)).await;
    stage.pass(2).await;
    stage.until("key.expiring", "Fence in 30");
    let stored = stage.stored().await;
    let ends = stored
        .into_iter()
        .filter(|((event, _), _)| event.starts_with("key.expir"));
    let expected = [
        ("key.expired", "Terminal", 1),
        ("key.expiring", "Fence in 30", 1),
        ("key.expiring", "Last in 30", 1),
        ("key.expiring", "Terminal in 1", 1),
        ("key.expiring", "Terminal in 30", 2),
        ("key.expiring", "Terminal in 7", 1),
    ];
    let expected = expected.map(|(event, subject, times)| ((event.to_owned(), subject.to_owned()), times));
    assert_eq!(ends.collect::<Vec<_>>(), expected);
}

/// Gives a key another end.
async fn end(stage: &Stage, path: &str, at: Value) {
    let server = &stage.servers[0];
    let version = stage.ask(Method::GET, path, &Value::Null).await.expect(200)["version"].clone();
    let change = server.request(Method::PATCH, path, &json!({"expires_at": at}));
    let change = change.header("if-match", format!("\"{version}\""));
    server.send(change).await.expect(200);
}
