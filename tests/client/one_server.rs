//! The client against servers that are away, hang, lie, or are no keydeck at all.

use std::io::Write;
use std::time::Duration;

use crate::stub::*;
use futures_util::StreamExt;
use keydeck::api::{
    KeyEdit, KeyEvent, KeyEventKind, KeyExporting, KeyList, NewProject, Part, ProblemType, ProjectEdit,
    UserRemoval,
};
use keydeck::client::{Client, Error, EventNotice, Timeouts};
use keydeck::model::{Role, Token, TokenKind};
use uuid::Uuid;

#[tokio::test]
async fn a_server_that_is_away_is_told_in_one_sentence() {
    let free = nobody();
    let error = client(&[free]).me().await.expect_err("nobody is there");
    assert!(matches!(error, Error::Offline(_)) && error.is_retryable());
    assert_eq!(
        error.to_string(),
        format!("no answer from http://{free}: connection refused")
    );
}

#[tokio::test]
async fn a_server_that_hangs_times_out() {
    let stub = Stub::start(hang);
    let error = stub.client().me().await.expect_err("no answer comes");
    assert!(matches!(error, Error::TimedOut(_)), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_breaks_is_offline() {
    let stub = Stub::start(|_| {});
    let error = stub.client().me().await.expect_err("it closes");
    assert!(matches!(error, Error::Offline(_)), "{error:?}");
}

#[tokio::test]
async fn what_is_no_keydeck_is_told_apart() {
    for (status, media_type, body) in [
        (
            "200 OK",
            "text/html",
            "<html>Please log in to the hotel's network</html>",
        ),
        ("404 Not Found", "text/html", "<html>nothing here</html>"),
        (
            "401 Unauthorized",
            "text/html",
            "<html>a proxy's own sign-in</html>",
        ),
        ("302 Found", "text/html", ""),
        ("200 OK", "application/json", r#"{"user":"canary-secret"}"#),
        ("403 Forbidden", PROBLEM, r#"{"detail":"#),
    ] {
        let stub = Stub::answering(status, media_type, body);
        let error = stub.client().me().await.expect_err("no keydeck");
        assert!(
            matches!(error, Error::NotKeydeck(_)),
            "{status} {body}: {error:?}"
        );
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        assert_eq!(stub.requests(), 1);
    }
}

#[tokio::test]
async fn a_proxy_without_its_server_is_offline() {
    let stub = Stub::answering("502 Bad Gateway", "text/html", "<html>");
    let error = stub.client().me().await.expect_err("refused");
    assert!(matches!(error, Error::Offline(_)), "{error:?}");
}

#[tokio::test]
async fn refusals_keep_the_servers_own_words() {
    let stub = Stub::answering("401 Unauthorized", PROBLEM, &problem("unauthenticated", 401));
    assert!(matches!(stub.client().me().await, Err(Error::SignIn)));

    let stub = Stub::answering("404 Not Found", PROBLEM, &problem("not-found", 404));
    let error = stub.client().key(Uuid::nil()).await.expect_err("refused");
    assert_eq!(error.to_string(), "The server's sentence.");
    assert_eq!(error.problem().map(|p| p.kind), Some(ProblemType::NotFound));
    assert!(!error.is_retryable());

    let stub = Stub::answering("418 I'm a teapot", PROBLEM, &problem("of-the-future", 418));
    let error = stub.client().me().await.expect_err("refused");
    assert_eq!(error.problem().map(|p| p.kind), Some(ProblemType::Unknown));
}

/// What is said of an answer that gives its request this id.
async fn said_of(id: &str, status: &str, media_type: &str, body: &str) -> String {
    let header = format!("X-Request-Id: {id}");
    let stub = Stub::answering_with(&header, status, media_type, body);
    let error = stub.client().me().await.expect_err("no answer to use");
    error.to_string()
}

#[tokio::test]
async fn what_only_the_servers_log_explains_names_its_request() {
    let id = "0192f3a4-7c1d-7e2b-9a55-3f1b2c4d5e6f";
    for (status, media_type, body) in [
        ("500 Internal Server Error", PROBLEM, &*problem("internal", 500)),
        ("503 Service Unavailable", PROBLEM, &problem("unavailable", 503)),
    ] {
        let said = said_of(id, status, media_type, body).await;
        assert_eq!(said, format!("The server's sentence (request {id})."));
    }
    for (status, media_type, body) in [
        ("200 OK", "application/json", r#"{"user":1}"#),
        ("404 Not Found", "text/html", "<html>"),
        ("302 Found", "text/html", ""),
        ("403 Forbidden", PROBLEM, "{"),
        ("502 Bad Gateway", "text/html", "<html>"),
    ] {
        let said = said_of(id, status, media_type, body).await;
        assert!(said.ends_with(&format!("(request {id})")), "{said}");
    }
    let hostile = "call +1 555 0100";
    let said = said_of(
        hostile,
        "500 Internal Server Error",
        PROBLEM,
        &problem("internal", 500),
    )
    .await;
    assert_eq!(said, "The server's sentence.");
}

#[tokio::test]
async fn a_refusal_that_says_everything_names_no_request() {
    let invalid = r#"{"type":"/problems/invalid","title":"T","status":422,"detail":"The server's sentence.",
        "errors":[{"field":"name","message":"Too long."}]}"#;
    for (status, body) in [
        ("403 Forbidden", &*problem("forbidden", 403)),
        ("404 Not Found", &problem("not-found", 404)),
        ("422 Unprocessable Entity", invalid),
    ] {
        assert_eq!(
            said_of("0192", status, PROBLEM, body).await,
            "The server's sentence."
        );
    }
    let said = said_of(
        "0192",
        "401 Unauthorized",
        PROBLEM,
        &problem("unauthenticated", 401),
    )
    .await;
    assert!(!said.contains("0192"), "{said}");
}

#[tokio::test]
async fn only_reads_are_asked_again() {
    let stub = Stub::answering("503 Service Unavailable", PROBLEM, &problem("unavailable", 503));
    let client = stub.client().retrying();
    assert!(client.keys(&KeyList::default()).await.is_err());
    assert_eq!(stub.requests(), 3);
    assert!(client.create(&a_key(), Uuid::new_v4()).await.is_err());
    assert!(client.revoke(Uuid::nil()).await.is_err());
    assert_eq!(stub.requests(), 5);
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let stub = Stub::start(|stream| {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
        let mut more = stream.write_all(head.as_bytes());
        while more.is_ok() {
            more = stream.write_all(&[b' '; 65_536]);
        }
    });
    let mut endpoint = endpoint(&[stub.address]);
    endpoint.timeouts.total = Duration::from_secs(60);
    let error = Client::new(endpoint)
        .expect("usable")
        .me()
        .await
        .expect_err("too long");
    assert!(error.to_string().contains("more than 8 MiB"), "{error}");
}

#[tokio::test]
async fn events_are_told_until_the_stream_ends() {
    let key = Uuid::new_v4();
    let body = format!(
        ": keep-alive\n\nevent: key\ndata: {{\"kind\":\"revoked\",\"key\":\"{key}\"}}\n\n\
         event: change\ndata: {{\"about\":\"people\"}}\n\nevent: of-the-future\ndata: {{}}\n\nevent: resync\ndata: {{}}\n\n"
    );
    let stub = Stub::answering("200 OK", "text/event-stream", &body);
    let told: Vec<_> = stub.client().events().collect().await;
    let revoked = KeyEvent {
        kind: KeyEventKind::Revoked,
        key,
    };
    assert!(matches!(told.last(), Some(Err(Error::Offline(_)))), "{told:?}");
    let notices: Vec<EventNotice> = told.into_iter().filter_map(Result::ok).collect();
    assert_eq!(
        notices,
        [
            EventNotice::Connected,
            EventNotice::Key(revoked),
            EventNotice::Change(Part::People),
            EventNotice::Resync
        ]
    );
}

#[tokio::test]
async fn a_flood_of_events_is_told_as_one_to_read_everything_again() {
    let event = "event: change\ndata: {\"about\":\"people\"}\n\n: and nothing\n\n";
    let stub = Stub::answering("200 OK", "text/event-stream", &event.repeat(1_500));
    let told: Vec<_> = stub.client().events().collect().await;
    let notices: Vec<EventNotice> = told.into_iter().filter_map(Result::ok).collect();
    assert!(notices.len() < 150, "{}", notices.len());
    assert!(notices.contains(&EventNotice::Change(Part::People)));
}

#[tokio::test]
async fn what_was_missed_in_a_flood_is_read_again_while_the_stream_goes_on() {
    let flood = "event: change\ndata: {\"about\":\"people\"}\n\n".repeat(100);
    let stub = Stub::start(move |stream| {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
        stream
            .write_all(format!("{head}{flood}").as_bytes())
            .expect("written");
        hang(stream);
    });
    let mut endpoint = endpoint(&[stub.address]);
    endpoint.timeouts = Timeouts::default();
    let client = Client::new(endpoint).expect("usable");
    let mut events = Box::pin(client.events());
    loop {
        match events.next().await {
            Some(Ok(EventNotice::Resync)) => break,
            Some(Ok(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_event_without_an_end_is_not_kept() {
    for part in ["data: x\n", ": comment without a line break ", "data:"] {
        let stub = Stub::answering("200 OK", "text/event-stream", &part.repeat(40_000));
        let told: Vec<_> = stub.client().events().collect().await;
        assert!(
            matches!(
                told.as_slice(),
                [Ok(EventNotice::Connected), Err(Error::Offline(_))]
            ),
            "{told:?}"
        );
    }
}

#[tokio::test]
async fn a_silent_event_stream_is_dead() {
    let stub = Stub::start(|stream| {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hello\n\n";
        stream.write_all(head.as_bytes()).expect("written");
        hang(stream);
    });
    let told: Vec<_> = stub.client().events().collect().await;
    assert!(
        matches!(
            told.as_slice(),
            [Ok(EventNotice::Connected), Err(Error::TimedOut(_))]
        ),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed_so_that_the_token_stays_here() {
    let target = Stub::answering("200 OK", "application/json", "[]");
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
    ] {
        let redirect = format!(
            "HTTP/1.1 {status}\r\nLocation: http://{}/v1/me\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            target.address
        );
        let stub = Stub::start(move |stream| drop(stream.write_all(redirect.as_bytes())));
        let asked = stub.client().me().await.expect_err("redirected");
        let sent = stub
            .client()
            .create(&a_key(), Uuid::nil())
            .await
            .expect_err("redirected");
        for error in [asked, sent] {
            assert!(matches!(error, Error::NotKeydeck(_)), "{error:?}");
            assert!(error.to_string().contains("redirects elsewhere"), "{error}");
        }
        assert_eq!(stub.requests(), 2);
    }
    assert_eq!(target.requests(), 0);
}

#[tokio::test]
async fn a_read_only_client_sends_nothing_that_changes_anything() {
    let stub = Stub::answering("409 Conflict", PROBLEM, &problem("in-use", 409));
    let client = stub.client().read_only();
    let (id, edit) = (Uuid::nil(), KeyEdit::default());
    let project = NewProject {
        name: "Kiosk".into(),
        deployed: true,
    };
    let changes = [
        client.create(&a_key(), id).await.map(drop),
        client.edit(id, 1, &edit).await.map(drop),
        client.revoke(id).await,
        client.create_project(&project).await.map(drop),
        client.edit_project(id, &ProjectEdit::default()).await.map(drop),
        client.remove_project(id).await,
        client.remove_session_server(id).await,
        client.set_role(id, Role::Owner).await.map(drop),
        client.new_token(id).await.map(drop),
        client.remove_user(id, &UserRemoval::default()).await.map(drop),
    ];
    for change in changes {
        let error = change.expect_err("read-only");
        assert!(
            matches!(error, Error::ReadOnly) && !error.is_retryable(),
            "{error:?}"
        );
        assert!(error.to_string().contains("--profile"), "{error}");
    }
    assert_eq!(stub.requests(), 0);

    let hash = Token::generate(TokenKind::User).expect("random").hash();
    let reads = [
        client.me().await.map(drop),
        client.reveal(id).await.map(drop),
        client.lookup(&hash).await.map(drop),
    ];
    for read in reads {
        let error = read.expect_err("the server's refusal");
        assert!(matches!(error, Error::Refused(_)), "{error:?}");
    }
    assert_eq!(stub.requests(), 3);
}

#[tokio::test]
async fn the_token_is_in_no_debug_output() {
    let stub = Stub::start(hang);
    let client = stub.client();
    let error = client.me().await.expect_err("no answer comes");
    assert!(!format!("{client:?} {error:?}").contains(TOKEN));
}

#[tokio::test]
async fn an_export_that_was_cut_off_is_no_export() {
    let begun = "{\"items\":[\n";
    let key = format!(
        r#"{{"id":"{}","name":"Board","scope":"analytics","creator":{{"id":"{}","email":"mira@acme.example"}},"#,
        Uuid::nil(),
        Uuid::nil()
    );
    for (body, why) in [
        ("", "complete"),
        (begun, "complete"),
        (&format!("{begun}],\"count\":1}}\n"), "complete"),
        (&format!("{begun}],\"count\":0}}"), "complete"),
        (&format!("{begun}{key}\n],\"count\":1}}\n"), "can't be read"),
        (&format!("{begun}{}", "x".repeat(1 << 21)), "too long"),
    ] {
        let stub = Stub::answering("200 OK", "application/json", body);
        let client = stub.client();
        let read = client.export(KeyExporting::default()).collect::<Vec<_>>().await;
        let [Err(error)] = read.as_slice() else {
            panic!("{body:.40}: {read:?}")
        };
        assert!(error.to_string().contains(why), "{body:.40}: {error}");
    }
    let stub = Stub::answering("200 OK", "application/json", &format!("{begun}],\"count\":0}}\n"));
    let read = stub.client().export(KeyExporting::default()).count().await;
    assert_eq!(read, 0);
}
