//! A request that is under way while the role or the token of who sent it changes.

use keydeck::model::Role;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::common::{Deck, Person, id_of};

/// A request whose head was looked at, and whose body is still to come.
struct Half {
    stream: TcpStream,
    body: String,
}

impl Half {
    async fn sent(deck: &Deck, by: &Person, method: &str, path: &str, body: &Value) -> Self {
        let address = deck.url.strip_prefix("http://").expect("http");
        let mut stream = TcpStream::connect(address).await.expect("accepted");
        let (token, body) = (&by.token, body.to_string());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.expect("sent");
        // The body is asked for behind the look at the token.
        let asked = b"HTTP/1.1 100 Continue\r\n\r\n";
        let mut answer = vec![0; asked.len()];
        stream.read_exact(&mut answer).await.expect("an answer");
        assert_eq!(String::from_utf8_lossy(&answer), String::from_utf8_lossy(asked));
        Self { stream, body }
    }

    /// Sends the body; the whole answer.
    async fn finished(mut self) -> String {
        self.stream.write_all(self.body.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).await.expect("an answer");
        answer
    }
}

#[tokio::test]
async fn who_is_demoted_meanwhile_changes_nothing() {
    let deck = Deck::start().await;
    let other = deck.person(Role::Owner).await;
    let path = format!(
        "/v1/users/{}",
        id_of(&other.get("/v1/me").await.expect(200)["user"])
    );
    let back = Half::sent(&deck, &other, "PATCH", &path, &json!({"role": "owner"})).await;
    let friend = json!({"email": "friend@acme.example", "role": "owner"});
    let friend = Half::sent(&deck, &other, "POST", "/v1/users", &friend).await;

    let demoted = deck.owner.patch(&path, 1, &json!({"role": "editor"})).await;
    demoted.expect(200);
    for half in [back, friend] {
        let answer = half.finished().await;
        assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
        assert!(
            answer.contains("Your role changed; reload and try again."),
            "{answer}"
        );
    }
    assert_eq!(other.get("/v1/me").await.expect(200)["user"]["role"], "editor");
    let people = deck.owner.get("/v1/users").await.expect(200);
    assert_eq!(people.as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn whose_token_is_replaced_meanwhile_changes_nothing() {
    let deck = Deck::start().await;
    let support = deck.person(Role::Support).await;
    let half = Half::sent(&deck, &support, "POST", "/v1/projects", &json!({"name": "Shop"})).await;
    let me = id_of(&support.get("/v1/me").await.expect(200)["user"]);
    let replaced = deck
        .owner
        .post(&format!("/v1/users/{me}/token"), &json!({}))
        .await;
    replaced.expect(200);
    let answer = half.finished().await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert_eq!(deck.owner.get("/v1/projects").await.expect(200), json!([]));
}

#[tokio::test]
async fn who_is_at_the_terminal_goes_on_acting() {
    let deck = Deck::start_local().await;
    let half = Half::sent(
        &deck,
        &deck.owner,
        "POST",
        "/v1/projects",
        &json!({"name": "Shop"}),
    )
    .await;
    let answer = half.finished().await;
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
}
