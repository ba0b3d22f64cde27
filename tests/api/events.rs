//! Server-sent events: what happens to keys, to whoever may see them.

use eventsource_stream::Eventsource;
use futures_util::{Stream, StreamExt};
use keydeck::model::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Deck, Person, id_of};

/// The events as `name`, or `kind id` for those of keys. Returns when the server said hello.
pub async fn listen(person: &Person) -> impl Stream<Item = String> + Unpin + use<> {
    let response = person
        .request(Method::GET, "/v1/events")
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 200);
    let mut events = Box::pin(response.bytes_stream().eventsource().map(|event| {
        let event = event.expect("an event");
        let data: Value = serde_json::from_str(&event.data).expect("JSON");
        match event.event.as_str() {
            "key" => {
                assert!(event.id.parse::<u64>().is_ok());
                format!(
                    "{} {}",
                    data["kind"].as_str().expect("a kind"),
                    data["key"].as_str().expect("an id")
                )
            }
            "change" => format!("change {}", data["about"].as_str().expect("a subject")),
            name => name.to_owned(),
        }
    }));
    assert_eq!(events.next().await.as_deref(), Some("hello"));
    events
}

#[tokio::test]
async fn what_happens_to_a_key_is_told() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Shop").await;
    let mut events = listen(&deck.owner).await;
    let id = id_of(&deck.owner.web_key(&project, "Checkout").await);
    let path = format!("/v1/keys/{id}");
    deck.owner
        .patch(&path, 1, &json!({"name": "Till"}))
        .await
        .expect(200);
    deck.owner.reveal(&id).await.expect(200);
    deck.owner.delete(&path).await.expect(204);
    for told in [
        format!("created {id}"),
        format!("edited {id}"),
        "change activity".into(),
        format!("revoked {id}"),
    ] {
        assert_eq!(events.next().await, Some(told));
    }
}

#[tokio::test]
async fn what_else_changes_is_told_to_those_who_see_all_activity() {
    let deck = Deck::start().await;
    let (analyst, editor) = (
        deck.person(Role::Analytics).await,
        deck.person(Role::Editor).await,
    );
    let (mut seen, mut own) = (listen(&analyst).await, listen(&editor).await);
    let project = editor.project("Own").await;
    deck.person(Role::Support).await;
    let id = id_of(&editor.web_key(&project, "Own").await);
    for told in ["change projects", "change people"] {
        assert_eq!(seen.next().await.as_deref(), Some(told));
    }
    for events in [&mut seen, &mut own] {
        assert_eq!(events.next().await, Some(format!("created {id}")));
    }
}

#[tokio::test]
async fn an_editor_is_told_of_own_keys_only() {
    let deck = Deck::start().await;
    let editor = deck.person(Role::Editor).await;
    let (theirs, own) = (deck.owner.project("Theirs").await, editor.project("Own").await);
    let mut events = listen(&editor).await;
    deck.owner.web_key(&theirs, "Theirs").await;
    let id = id_of(&editor.web_key(&own, "Own").await);
    deck.owner.delete(&format!("/v1/keys/{id}")).await.expect(204);
    assert_eq!(events.next().await, Some(format!("created {id}")));
    assert_eq!(events.next().await, Some(format!("revoked {id}")));
}

#[tokio::test]
async fn an_editor_who_becomes_support_is_told_of_all_keys() {
    let deck = Deck::start().await;
    let editor = deck.person(Role::Editor).await;
    let project = deck.owner.project("Theirs").await;
    let mut events = listen(&editor).await;
    let user = id_of(&editor.get("/v1/me").await.expect(200)["user"]);
    deck.owner
        .patch(&format!("/v1/users/{user}"), 1, &json!({"role": "support"}))
        .await
        .expect(200);
    // What they may see is another thing now.
    assert_eq!(events.next().await.as_deref(), Some("resync"));
    let id = id_of(&deck.owner.web_key(&project, "Theirs").await);
    assert_eq!(events.next().await, Some(format!("created {id}")));
}

#[tokio::test]
async fn open_streams_end_with_the_server() {
    let deck = Deck::start().await;
    let mut events = listen(&deck.owner).await;
    let started = std::time::Instant::now();
    deck.stop().await;
    assert_eq!(events.next().await, None);
    assert!(started.elapsed().as_millis() < 1000, "{:?}", started.elapsed());
}
