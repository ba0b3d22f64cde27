//! What is sent as a key and isn't one, where keys are at work: a clear refusal each time, and no fault.

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::common::Deck;

const LOCAL: &str = "http://localhost:8000";
/// The longest head that is read.
const MAX_HEAD: usize = 32 * 1024;

/// Where a key is presented, and with what beside it.
struct Door {
    path: &'static str,
    header: &'static str,
    beside: String,
}

/// A Web key for a developer at this address, and the doors that it opens.
struct House {
    deck: Deck,
    secret: String,
    doors: [Door; 2],
}

impl House {
    async fn of(deck: Deck, local: &str) -> Self {
        let project = deck.owner.project("Storefront").await;
        let server = json!({"url": "wss://sessions.acme.example", "key_name": "storefront-1",
            "private_key": "the-private-key-of-the-session-server"});
        let path = format!("/v1/projects/{project}/session-server");
        let set = deck.owner.request(Method::PUT, &path).json(&server);
        deck.owner.send(set).await.expect(200);
        let new = json!({"scope": "web", "name": "Checkout", "project": project,
            "ui_domains": [LOCAL], "local_development": local});
        let created = deck.owner.post("/v1/keys", &new).await.expect(201);
        let added = deck
            .owner
            .post("/v1/gateways", &json!({"name": "Edge"}))
            .await
            .expect(201);
        let gateway = added["token"].as_str().expect("a token");
        let door = |path, header, beside| Door {
            path,
            header,
            beside: format!("host: keys.acme.example\r\norigin: {LOCAL}\r\n{beside}"),
        };
        Self {
            secret: created["secret"].as_str().expect("a secret").to_owned(),
            doors: [
                door("/api/jwt", "key", String::new()),
                door(
                    "/v1/authorize",
                    "x-sm-apikey",
                    format!("x-keydeck-gateway: {gateway}\r\n"),
                ),
            ],
            deck,
        }
    }

    /// The status and the rule that each door answers to a key of these bytes.
    async fn tried(&self, key: &[u8]) -> [(String, String); 2] {
        let [front, back] = &self.doors;
        let with = |door: &Door| [door.header.as_bytes(), b": ", key, b"\r\n"].concat();
        [
            self.knocked(front, &with(front)).await,
            self.knocked(back, &with(back)).await,
        ]
    }

    /// The status and the rule that a request with these further lines is answered.
    async fn knocked(&self, door: &Door, lines: &[u8]) -> (String, String) {
        let head = format!(
            "GET {} HTTP/1.1\r\nconnection: close\r\n{}",
            door.path, door.beside
        );
        let address = self.deck.url.strip_prefix("http://").expect("http");
        let mut stream = TcpStream::connect(address).await.expect("accepted");
        stream
            .write_all(&[head.as_bytes(), lines, b"\r\n"].concat())
            .await
            .expect("sent");
        let mut answer = Vec::new();
        // What is cut off before all of it was read may end in a reset, behind the answer.
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8(answer).expect("text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).expect("a status").to_owned();
        let problem: Value = serde_json::from_str(body).unwrap_or_default();
        (status, problem["rule"].as_str().unwrap_or_default().to_owned())
    }

    async fn is_malformed(&self, key: &[u8]) {
        let refused = ("401".to_owned(), "key-malformed".to_owned());
        let shown = String::from_utf8_lossy(&key[..key.len().min(80)]);
        assert_eq!(self.tried(key).await, [refused.clone(), refused], "{shown}");
    }
}

#[tokio::test]
async fn every_part_of_a_key_is_refused_and_only_the_whole_is_taken() {
    let house = House::of(Deck::start().await, "127.0.0.1").await;
    let taken = ("200".to_owned(), String::new());
    assert_eq!(house.tried(house.secret.as_bytes()).await, [taken.clone(), taken]);
    let inside = BASE64_STANDARD.decode(&house.secret).expect("base64");
    let inside: Value = serde_json::from_slice(&inside).expect("JSON");
    let token = inside["authToken"].as_str().expect("a token");
    for whole in [&house.secret, token] {
        // Padding may be missing; nothing else may.
        for end in 0..whole.trim_end_matches('=').len() {
            house.is_malformed(&whole.as_bytes()[..end]).await;
        }
        house.is_malformed(&whole.as_bytes()[1..]).await;
        house.is_malformed(format!("{whole}{whole}").as_bytes()).await;
    }
}

#[tokio::test]
async fn what_wraps_no_token_is_refused() {
    let house = House::of(Deck::start().await, "127.0.0.1").await;
    let token = format!("kdw_{}", "A".repeat(49));
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for inside in [
        "",
        "null",
        "{}",
        "[]",
        "\"kdw_\"",
        r#"{"authToken":7}"#,
        r#"{"authToken":null}"#,
        r#"{"authToken":["kdw_"]}"#,
        r#"{"authToken":""}"#,
        r#"{"authToken":"kdw_"#,
        &format!(r#"{{"authToken":"{token}"}}"#),
        &format!(r#"{{"authToken":"{token}","authToken":"{token}"}}"#),
        &deep,
        &BASE64_STANDARD.encode(&house.secret),
        &house.secret,
    ] {
        house
            .is_malformed(BASE64_STANDARD.encode(inside).as_bytes())
            .await;
        house
            .is_malformed(BASE64_URL_SAFE_NO_PAD.encode(inside).as_bytes())
            .await;
    }
    house
        .is_malformed(BASE64_STANDARD.encode([0xff; 100]).as_bytes())
        .await;
}

#[tokio::test]
async fn bytes_that_are_no_text_are_refused() {
    let house = House::of(Deck::start().await, "127.0.0.1").await;
    for key in [
        &b"\x80\xff"[..],
        "clé".as_bytes(),
        "\u{212a}dw_".as_bytes(),
        b"a\tb",
        b"kdw_\xc3",
        b"%00",
        b"../../etc/passwd",
        b"' OR 1=1 --",
    ] {
        house.is_malformed(key).await;
    }
    // No header can hold these; the line is refused before anybody looks for a key.
    for broken in [&b"kdw_\0"[..], b"kdw_\x7f", b"kdw_\x1b[2J", b"kdw_\rx"] {
        for (status, _) in house.tried(broken).await {
            assert_eq!(status, "400", "{broken:?}");
        }
    }
}

#[tokio::test]
async fn keys_near_the_longest_head_are_refused_like_others_and_longer_ones_not_read() {
    let house = House::of(Deck::start().await, "127.0.0.1").await;
    for length in [1_000, 8_192, 16_384, MAX_HEAD - 1_024] {
        house.is_malformed(&vec![b'A'; length]).await;
        house
            .is_malformed(&[house.secret.as_bytes(), &vec![b'='; length]].concat())
            .await;
    }
    for length in [MAX_HEAD, 2 * MAX_HEAD] {
        for (status, _) in house.tried(&vec![b'A'; length]).await {
            assert_eq!(status, "431");
        }
    }
}

#[tokio::test]
async fn a_key_that_is_sent_twice_is_none() {
    let house = House::of(Deck::start().await, "127.0.0.1").await;
    for door in &house.doors {
        let line = format!("{}: {}\r\n", door.header, house.secret);
        let twice = house.knocked(door, line.repeat(2).as_bytes()).await;
        assert_eq!(
            twice,
            ("401".to_owned(), "key-missing".to_owned()),
            "{}",
            door.path
        );
        let many = house.knocked(door, line.repeat(60).as_bytes()).await;
        assert_eq!(many.0, "401", "{}", door.path);
        let listed = format!("{}: {secret}, {secret}\r\n", door.header, secret = house.secret);
        let listed = house.knocked(door, listed.as_bytes()).await;
        assert_eq!(
            listed,
            ("401".to_owned(), "key-malformed".to_owned()),
            "{}",
            door.path
        );
    }
}

/// Everything that says where somebody is.
fn forged(address: &str) -> Vec<String> {
    let mut lines: Vec<String> = [
        "x-forwarded-for",
        "x-real-ip",
        "x-client-ip",
        "true-client-ip",
        "cf-connecting-ip",
    ]
    .map(|name| format!("{name}: {address}\r\n"))
    .into();
    lines.push(format!("forwarded: for={address};proto=https\r\n"));
    lines.push(format!(
        "x-forwarded-for: {address}, 127.0.0.1\r\nx-forwarded-for: {address}\r\n"
    ));
    lines.push(format!(
        "x-forwarded-for: {}{address}\r\n",
        "127.0.0.1, ".repeat(1_000)
    ));
    lines
}

#[tokio::test]
async fn nobody_is_where_they_say_they_are() {
    let house = House::of(Deck::start_in_the_open().await, "203.0.113.7").await;
    let front = &house.doors[0];
    for lines in forged("203.0.113.7") {
        let lines = format!("key: {}\r\n{lines}", house.secret);
        let answer = house.knocked(front, lines.as_bytes()).await;
        assert_eq!(
            answer,
            ("403".to_owned(), "local-address-foreign".to_owned()),
            "{lines}"
        );
    }
}

#[tokio::test]
async fn what_a_proxy_says_of_nobody_is_no_fault() {
    let house = House::of(Deck::start().await, "203.0.113.7").await;
    for door in &house.doors {
        for hop in [
            "",
            ",",
            "unknown",
            "_hidden",
            "203.0.113.7.",
            "[",
            "::1]:x",
            "\u{e9}",
            &"9".repeat(4_000),
            &",".repeat(4_000),
        ] {
            let lines = format!("{}: {}\r\nx-forwarded-for: {hop}\r\n", door.header, house.secret);
            let answer = house.knocked(door, lines.as_bytes()).await;
            assert_eq!(
                answer,
                ("403".to_owned(), "local-address-foreign".to_owned()),
                "{hop}"
            );
        }
    }
}

#[tokio::test]
async fn a_key_that_was_quoted_escaped_or_folded_on_its_way_is_the_same_key() {
    let house = House::of(Deck::start().await, "127.0.0.1").await;
    let taken = ("200".to_owned(), String::new());
    let secret = &house.secret;
    let trimmed = secret.trim_end_matches('=');
    for text in [
        trimmed.to_owned(),
        format!("{trimmed}%3D%3D"),
        secret.replace('=', "%3D").replace('+', "%2B").replace('/', "%2F"),
        format!("\"{secret}\""),
        format!("'{trimmed}'"),
        format!("{} {}", &secret[..76], &secret[76..]),
        format!("{}\t{}", &trimmed[..64], &trimmed[64..]),
    ] {
        let expected = [taken.clone(), taken.clone()];
        assert_eq!(house.tried(text.as_bytes()).await, expected, "{text}");
    }
    for text in [
        format!("{secret} {secret}"),
        format!("{trimmed}%3"),
        format!("key={secret}"),
    ] {
        house.is_malformed(text.as_bytes()).await;
    }
}
