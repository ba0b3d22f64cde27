//! Requests that could be read in two ways, that are for another host, or whose queries nobody reads: each is
//! refused with a problem document, and every answer says that it is what it says.

use keydeck::api::{Problem, ProblemType};
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::common::Deck;

const SOME_ID: &str = "01930000-0000-7000-8000-000000000000";

/// All that is answered to these bytes, whose answer must end the connection.
async fn told(deck: &Deck, sent: &str) -> String {
    let address = deck.url.strip_prefix("http://").expect("http");
    let mut stream = TcpStream::connect(address).await.expect("accepted");
    stream.write_all(sent.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    String::from_utf8(answer).expect("text")
}

/// The one answer to `sent` is a refusal.
async fn assert_refused(deck: &Deck, sent: &str, status: u16) {
    let answer = told(deck, sent).await;
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let head = head.to_lowercase();
    assert!(
        head.starts_with(&format!("http/1.1 {status} ")),
        "{sent:?}\n{answer}"
    );
    for header in [
        "x-content-type-options: nosniff",
        "x-request-id: ",
        "cache-control: no-store",
    ] {
        assert!(head.contains(header), "{sent:?}\n{answer}");
    }
    if !body.is_empty() {
        let problem: Problem = serde_json::from_str(body).expect("one problem document");
        assert_eq!(problem.status, status, "{sent:?}");
    }
}

#[tokio::test]
async fn what_could_be_read_in_two_ways_is_refused() {
    let deck = Deck::start().await;
    let smuggled = "GET /livez HTTP/1.1\r\nhost: a\r\n\r\n";
    for sent in [
        "GET /livez HTTP/1.1\nhost: a\n\n",
        "GET /livez HTTP/1.1\r\nhost: a\n\r\n",
        "GET /livez HTTP/1.1\r\nhost: a\r\n\n",
        "GET /v1/authorize HTTP/1.1\nhost: a\nx-api-key: b\n\n",
        "GET /livez HTTP/1.1\r\nhost: a\rx: y\r\n\r\n",
        "GET /livez HTTP/1.1\r\nhost: a\r\nx : y\r\n\r\n",
        "GET /livez HTTP/1.1\r\nhost: a\r\nx: y\r\n z\r\n\r\n",
        "GET /v1/authorize#?scope=web HTTP/1.1\r\nhost: a\r\n\r\n",
        "GET /livez HTTP/1.1\r\n\r\n",
        "GET /livez HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n",
        "GET /livez HTTP/1.1\r\nhost: a\r\nauthorization: Bearer a\r\nauthorization: Bearer b\r\nconnection: close\r\n\r\n",
        "GET http://b/livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        "POST /v1/keys HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\ncontent-length: 34\r\n\r\n",
        "POST /v1/keys HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /v1/keys HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "GARBAGE\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}",
    ] {
        // Those that close by themselves need not be told to.
        let sent = match sent.contains("connection:") || sent.contains("\r\n\r\n") {
            true if sent == "GET /livez HTTP/1.1\r\n\r\n" => {
                "GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n"
            }
            _ => sent,
        };
        assert_refused(&deck, sent, 400).await;
    }
    // What follows a refused head is never answered.
    assert_refused(&deck, &format!("GET / HTTP/1.1\nhost: a\r\n\r\n{smuggled}"), 400).await;
    let long = format!(
        "GET /livez HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n",
        "y".repeat(40_000)
    );
    assert_refused(&deck, &long, 431).await;
}

#[tokio::test]
async fn requests_before_a_refused_one_are_answered_in_their_turn() {
    let deck = Deck::start().await;
    let answers = told(
        &deck,
        "GET /livez HTTP/1.1\r\nhost: a\r\n\r\nGET /readyz HTTP/1.1\r\nhost: a\r\n\r\nGET /livez HTTP/1.1\nhost: a\r\n\r\n",
    )
    .await;
    let statuses: Vec<&str> = answers
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|answer| &answer[..3])
        .collect();
    assert_eq!(statuses, ["200", "200", "400"], "{answers}");
}

#[tokio::test]
async fn a_chunked_body_is_read_and_a_broken_one_is_refused() {
    let deck = Deck::start().await;
    let post = |body: &str| {
        format!(
            "POST /v1/projects HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
             transfer-encoding: chunked\r\nconnection: close\r\n\r\n{body}",
            deck.owner.token
        )
    };
    let created = told(&deck, &post("8\r\n{\"name\":\r\n7;a=b\r\n\"Shop\"}\r\n0\r\n\r\n")).await;
    assert!(created.starts_with("HTTP/1.1 201 "), "{created}");
    for body in [
        "8\n{\"name\":\r\n7\r\n\"Sale\"}\r\n0\r\n\r\n",
        "8\r\n{\"name\":\n7\r\n\"Sale\"}\r\n0\r\n\r\n",
    ] {
        let refused = told(&deck, &post(body)).await;
        assert!(!refused.starts_with("HTTP/1.1 2"), "{refused}");
    }
    let projects = deck.owner.get("/v1/projects").await.expect(200);
    assert_eq!(projects.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn trace_and_connect_are_taken_nowhere() {
    let deck = Deck::start().await;
    for method in [Method::TRACE, Method::CONNECT] {
        for path in [
            "/v1/me",
            "/livez",
            "/api/jwt",
            "/nothing",
            "/v1/authorize",
            "/v1/authorize/a",
        ] {
            let target = if method == Method::CONNECT { "a:443" } else { path };
            let sent = format!("{method} {target} HTTP/1.1\r\nhost: a:443\r\nconnection: close\r\n\r\n");
            assert_refused(&deck, &sent, 405).await;
        }
    }
}

#[tokio::test]
async fn a_deck_at_somebodys_terminal_answers_as_this_machine_alone() {
    let deck = Deck::start_local().await;
    let (_, port) = deck.url.rsplit_once(':').expect("a port");
    let token = &deck.owner.token;
    let asked = async |host: &str, path: &str| {
        let sent = format!(
            "GET {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
        );
        told(&deck, &sent).await
    };
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let answer = asked(&format!("{host}:{port}"), "/v1/me").await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    for host in [
        "evil.example",
        &format!("evil.example:{port}"),
        "127.0.0.1:1",
        "localhost.:1",
        "0.0.0.0",
    ] {
        for path in [
            "/v1/me",
            "/livez",
            "/api/jwt",
            "/v1/authorize",
            "/openapi.json",
            "/metrics",
        ] {
            let answer = asked(host, path).await;
            assert!(answer.starts_with("HTTP/1.1 421 "), "{host} {path}\n{answer}");
        }
    }
}

#[tokio::test]
async fn a_server_for_others_answers_under_whatever_name_a_proxy_hands_on() {
    let deck = Deck::start().await;
    let request = deck
        .owner
        .request(Method::GET, "/v1/me")
        .header("host", "keys.acme.example");
    deck.owner.send(request).await.expect(200);
}

#[tokio::test]
async fn a_query_that_nobody_reads_is_refused() {
    let deck = Deck::start().await;
    for (method, template) in deck.contract().operations() {
        let path = template.replace("{id}", SOME_ID);
        let answer = deck
            .owner
            .send(deck.owner.request(method.clone(), &format!("{path}?narrower=1")))
            .await;
        // Ids and bodies may be looked at before a query that is read.
        assert!(
            matches!(answer.status.as_u16(), 400 | 404 | 415),
            "{method} {path}: {answer:?}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    for path in [
        "/v1/me?scope=web",
        "/livez?x",
        "/v1/gateways?limit=1",
        "/v1/activity/head?before=1",
    ] {
        let refused = deck.owner.get(path).await;
        refused.refused(400, ProblemType::Malformed);
        assert_eq!(refused.fields().len(), 1, "{path}");
    }
    deck.owner.get("/v1/me?").await.expect(200);
}

#[tokio::test]
async fn two_idempotency_keys_create_nothing() {
    let deck = Deck::start().await;
    let new = serde_json::json!({"scope": "analytics", "name": "Board"});
    let request = deck.owner.request(Method::POST, "/v1/keys").json(&new);
    let request = request
        .header("idempotency-key", "a")
        .header("idempotency-key", "b");
    let refused = deck.owner.send(request).await;
    refused.refused(400, ProblemType::Malformed);
    assert_eq!(refused.fields(), ["Idempotency-Key"]);
}

#[tokio::test]
async fn every_answer_says_that_it_is_what_it_says() {
    let deck = Deck::start().await;
    for path in [
        "/v1/me",
        "/livez",
        "/openapi.json",
        "/nothing",
        "/v1/authorize",
        "/api/jwt",
        "/v1/keys?a=b",
    ] {
        let request = deck.owner.request(Method::GET, path);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "{path}");
        // Only over its own TLS may a server bind its host to TLS.
        assert!(
            !answer.headers().contains_key("strict-transport-security"),
            "{path}"
        );
    }
}
