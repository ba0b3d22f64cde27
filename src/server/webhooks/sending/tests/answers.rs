//! What becomes of a delivery by what the receiver answers.

use std::time::Duration;

use jiff::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::receiver::{Receiver, request};
use super::{Outcome, sender};
use crate::server::webhooks::signing::{SigningSecret, signature};

const HERE: &str = "127.0.0.1:0";

/// It reads the request, answers these bytes and closes.
async fn answering(bytes: impl Into<Vec<u8>>) -> Receiver<String> {
    let bytes = bytes.into();
    let act = async move |mut socket: tokio::net::TcpStream| {
        let request = request(&mut socket).await;
        // It need not be read to its end.
        let _ = socket.write_all(&bytes).await;
        request
    };
    Receiver::on(HERE, act).await
}

async fn outcome(answer: impl Into<Vec<u8>>) -> Outcome {
    let receiver = answering(answer).await;
    sender(&["127.0.0.1"]).deliver(&receiver.url()).await
}

fn refused(status: u16, retry_after: Option<u64>, said: &str) -> Outcome {
    Outcome::Refused {
        status,
        retry_after: retry_after.map(Duration::from_secs),
        said: said.into(),
    }
}

#[tokio::test]
async fn a_message_arrives_signed_and_with_its_headers() {
    let receiver = answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    let outcome = sender(&["127.0.0.1"]).deliver(&receiver.url()).await;
    assert_eq!(outcome, Outcome::Delivered { status: 204 });
    let address = receiver.address;
    let request = receiver.saw().await;
    let secret = SigningSecret::from_bytes([7; 32]).expect("a secret");
    let signature = signature(&[secret], "msg_1", 1_700_000_000, b"{}");
    let (head, body) = request.split_once("\r\n\r\n").expect("a head");
    let mut lines: Vec<&str> = head.lines().collect();
    lines[1..].sort_unstable();
    let expected = [
        "POST /hooks?from=keydeck HTTP/1.1".to_owned(),
        "accept: */*".into(),
        "connection: close".into(),
        "content-length: 2".into(),
        "content-type: application/json".into(),
        format!("host: {address}"),
        format!("user-agent: keydeck/{}", env!("CARGO_PKG_VERSION")),
        "webhook-id: msg_1".into(),
        format!("webhook-signature: {signature}"),
        "webhook-timestamp: 1700000000".into(),
    ];
    assert_eq!(
        (lines, body),
        (expected.iter().map(String::as_str).collect(), "{}")
    );
}

#[tokio::test]
async fn the_status_decides() {
    let answer = |status: &str| format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
    for status in [200, 201, 202, 204, 299] {
        assert_eq!(
            outcome(answer(&format!("{status} Fine"))).await,
            Outcome::Delivered { status }
        );
    }
    for status in [300, 301, 302, 303, 304, 307, 308] {
        assert_eq!(
            outcome(answer(&format!("{status} Elsewhere"))).await,
            Outcome::Redirected { status }
        );
    }
    assert_eq!(outcome(answer("410 Gone")).await, Outcome::Gone);
    for status in [400, 401, 404, 409, 418, 429, 500, 502, 503, 599, 700, 999] {
        assert_eq!(
            outcome(answer(&format!("{status} No"))).await,
            refused(status, None, "")
        );
    }
    // An answer of the old kind that ends with the connection, and one after others.
    assert_eq!(
        outcome("HTTP/1.0 500 No\r\n\r\nsorry").await,
        refused(500, None, "sorry")
    );
    let informed = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
    assert_eq!(outcome(informed).await, Outcome::Delivered { status: 200 });
}

#[tokio::test]
async fn retry_after_and_a_short_text_are_kept_of_a_refusal() {
    let later = "HTTP/1.1 429 Slow\r\nRetry-After: 120\r\nContent-Length: 9\r\n\r\nslow\n\x1b[2J";
    let said = outcome(later).await;
    assert_eq!(said, refused(429, Some(120), "slow [2J"));
    assert_eq!(said.to_string(), "It answered 429: slow [2J");
    let at = Timestamp::now() + Duration::from_secs(3600);
    let at = jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&at)
        .expect("a date");
    let answer = format!("HTTP/1.1 503 Later\r\nRetry-After: {at}\r\nContent-Length: 0\r\n\r\n");
    let Outcome::Refused {
        status: 503,
        retry_after: Some(after),
        ..
    } = outcome(answer).await
    else {
        panic!("not refused for a while");
    };
    assert!((3_000..=3_600).contains(&after.as_secs()), "{after:?}");
}

#[tokio::test]
async fn a_redirect_leads_nowhere() {
    let other = answering("HTTP/1.1 200 OK\r\n\r\n").await;
    let away = format!(
        "HTTP/1.1 307 Over there\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
        other.url()
    );
    assert_eq!(outcome(away).await, Outcome::Redirected { status: 307 });
    assert!(other.is_waiting());
}

#[tokio::test]
async fn what_is_no_answer_is_broken() {
    let endless_head = format!("HTTP/1.1 200 OK\r\n{}", "A: b\r\n".repeat(100_000));
    for answer in [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\nContent-Length: 3",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "\0\x01\x02garbage\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 -1 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        &endless_head,
    ] {
        let outcome = outcome(answer).await;
        let start: String = answer.chars().take(40).collect();
        assert!(matches!(outcome, Outcome::Broken(_)), "{start}: {outcome:?}");
        assert!(!outcome.to_string().contains("127.0.0.1"), "{outcome}");
    }
    // It doesn't even read.
    let closing = Receiver::on(HERE, async |socket| drop(socket)).await;
    let outcome = sender(&["127.0.0.1"]).deliver(&closing.url()).await;
    assert!(matches!(outcome, Outcome::Broken(_)), "{outcome:?}");
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let listener = std::net::TcpListener::bind(HERE).expect("a port");
    let address = listener.local_addr().expect("bound");
    drop(listener);
    let outcome = sender(&["127.0.0.1"])
        .deliver(&format!("http://{address}/"))
        .await;
    assert_eq!(outcome, Outcome::Unreachable("connection refused".into()));
}

#[tokio::test]
async fn a_silent_receiver_is_left() {
    let silent = Receiver::on(HERE, async |mut socket| {
        let request = request(&mut socket).await;
        // Until the other side has gone.
        let _ = socket.read(&mut [0]).await;
        request
    });
    let silent = silent.await;
    let sender = sender(&["127.0.0.1"]).impatient();
    assert_eq!(sender.deliver(&silent.url()).await, Outcome::TimedOut);
    assert!(silent.saw().await.ends_with("{}"));

    // Always about to answer.
    let hinting = Receiver::on(HERE, async |mut socket| {
        request(&mut socket).await;
        while socket
            .write_all(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            .await
            .is_ok()
        {}
    });
    let hinting = hinting.await;
    assert_eq!(sender.deliver(&hinting.url()).await, Outcome::TimedOut);
    hinting.saw().await;
}

/// Each receiver writes until it is left.
#[tokio::test]
async fn a_body_without_end_is_left() {
    for (status, expected) in [
        ("200 OK", Outcome::Delivered { status: 200 }),
        ("500 No", refused(500, None, &format!("{}…", "a".repeat(200)))),
    ] {
        let head = format!("HTTP/1.1 {status}\r\nTransfer-Encoding: chunked\r\n\r\n");
        let endless = Receiver::on(HERE, async move |mut socket| {
            request(&mut socket).await;
            socket.write_all(head.as_bytes()).await.expect("written");
            let chunk = format!("{:x}\r\n{}\r\n", 10_000, "a".repeat(10_000));
            while socket.write_all(chunk.as_bytes()).await.is_ok() {}
        });
        let endless = endless.await;
        let outcome = sender(&["127.0.0.1"]).deliver(&endless.url()).await;
        assert_eq!(outcome, expected);
        endless.saw().await;
    }
}

#[tokio::test]
async fn a_body_that_never_comes_is_not_waited_for() {
    for (status, expected) in [
        ("200 OK", Outcome::Delivered { status: 200 }),
        ("500 No", refused(500, None, "a")),
        ("410 Gone", Outcome::Gone),
    ] {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 100\r\n\r\na");
        let slow = Receiver::on(HERE, async move |mut socket| {
            request(&mut socket).await;
            socket.write_all(answer.as_bytes()).await.expect("written");
            // Until it is left.
            let _ = socket.read(&mut [0]).await;
        });
        let slow = slow.await;
        assert_eq!(sender(&["127.0.0.1"]).deliver(&slow.url()).await, expected);
        slow.saw().await;
    }
}

#[tokio::test]
async fn where_no_certificate_can_be_verified_only_https_fails() {
    let nobody = || sender(&["127.0.0.1"]).without_authorities("no authority is known here");
    let receiver = answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    let outcome = nobody().deliver(&receiver.url()).await;
    assert_eq!(outcome, Outcome::Delivered { status: 204 });
    let outcome = nobody().deliver("https://127.0.0.1:9/").await;
    assert_eq!(outcome, Outcome::Untrusted("no authority is known here".into()));
}
