//! The client and several servers over one database: what goes to another one, and what must not.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::stub::*;
use futures_util::StreamExt;
use keydeck::api::{KeyEdit, NewProject, Project, ProjectQuery};
use keydeck::client::{Client, Error, EventNotice};
use uuid::Uuid;

const UNAVAILABLE: &str = "503 Service Unavailable";

/// Answers every list with an empty one.
fn working() -> Stub {
    Stub::answering("200 OK", "application/json", "[]")
}

/// Answers every change with a refusal, by which one sees that it has arrived.
fn refusing() -> Stub {
    Stub::answering("409 Conflict", PROBLEM, &problem("in-use", 409))
}

fn without_database() -> Stub {
    Stub::answering(UNAVAILABLE, PROBLEM, &problem("unavailable", 503))
}

async fn read(client: &Client) -> Result<Vec<Project>, Error> {
    client.projects(&ProjectQuery::default()).await
}

async fn create(client: &Client) -> Error {
    let created = client.create(&a_key(), Uuid::new_v4()).await;
    created.expect_err("no server here creates anything")
}

/// How many [`change`]s there are.
const CHANGES: usize = 4;

/// A change that would be done twice if it were sent twice.
async fn change(client: &Client, number: usize) -> Error {
    let id = Uuid::nil();
    let project = NewProject {
        name: "Kiosk".into(),
        deployed: true,
    };
    let made = match number {
        0 => client.create_project(&project).await.map(drop),
        1 => client.edit(id, 1, &KeyEdit::default()).await.map(drop),
        2 => client.revoke(id).await,
        _ => client.new_token(id).await.map(drop),
    };
    made.expect_err("no server here changes anything")
}

fn is_in_use(client: &Client, address: SocketAddr) -> bool {
    client.server().as_str() == format!("http://{address}")
}

#[tokio::test]
async fn what_was_certainly_not_sent_goes_to_the_next_server() {
    let (away, works) = (nobody(), working());
    let reading = client(&[away, works.address]);
    assert!(is_in_use(&reading, away) && reading.has_several_servers());
    read(&reading).await.expect("the other one answers");
    assert!(is_in_use(&reading, works.address));

    let refuses = refusing();
    let changing = client(&[away, refuses.address]);
    assert!(matches!(create(&changing).await, Error::Refused(_)));
    for number in 0..CHANGES {
        let changing = client(&[away, refuses.address]);
        let error = change(&changing, number).await;
        assert!(matches!(error, Error::Refused(_)), "{error:?}");
    }
    assert_eq!(refuses.requests(), 1 + CHANGES);
}

#[tokio::test]
async fn when_none_answers_each_is_named() {
    let (one, other) = (nobody(), nobody());
    let client = client(&[one, other]);
    let errors = [
        read(&client).await.expect_err("nobody"),
        create(&client).await,
        change(&client, 2).await,
    ];
    for error in errors {
        assert!(error.is_retryable(), "{error:?}");
        let said = error.to_string();
        for address in [one, other] {
            let words = format!("no answer from http://{address}: connection refused");
            assert!(said.contains(&words), "{said}");
        }
        assert!(!said.contains("may have been carried out"), "{said}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_is_away_and_is_not_waited_for_twice() {
    let (hangs, works) = (Stub::start(hang), working());
    let client = client(&[hangs.address, works.address]);
    for _ in 0..3 {
        read(&client).await.expect("the other one answers");
    }
    assert_eq!((hangs.requests(), works.requests()), (1, 3));
}

#[tokio::test]
async fn the_wait_for_servers_that_all_hang_is_bounded() {
    let stubs = [Stub::start(hang), Stub::start(hang), Stub::start(hang)];
    let client = client(&stubs.each_ref().map(|stub| stub.address));
    let since = Instant::now();
    let error = read(&client).await.expect_err("none answers");
    let waited = since.elapsed();
    assert!(
        matches!(&error, Error::NoneAnswers(all) if all.len() == 3),
        "{error:?}"
    );
    assert!(
        waited >= 3 * SHORT.total && waited < 3 * SHORT.total + Duration::from_secs(2),
        "{waited:?}"
    );
    let since = Instant::now();
    let error = change(&client, 0).await;
    assert!(matches!(error, Error::Unsure(_)), "{error:?}");
    assert!(since.elapsed() < SHORT.total + Duration::from_secs(2));
    let asked: usize = stubs.iter().map(Stub::requests).sum();
    assert_eq!(asked, 4);
}

#[tokio::test]
async fn what_may_have_been_done_is_sent_again_only_when_that_is_safe() {
    let hangs: fn() -> Stub = || Stub::start(hang);
    for broken in [hangs, Stub::resetting, || Stub::start(|_| {})] {
        let (breaks, works) = (broken(), working());
        read(&client(&[breaks.address, works.address]))
            .await
            .expect("repeated");

        let (breaks, refuses) = (broken(), refusing());
        let creating = client(&[breaks.address, refuses.address]);
        assert!(matches!(create(&creating).await, Error::Refused(_)));
        assert_eq!((breaks.requests(), refuses.requests()), (1, 1));

        for number in 0..CHANGES {
            let (breaks, refuses) = (broken(), refusing());
            let client = client(&[breaks.address, refuses.address]);
            let error = change(&client, number).await;
            assert!(
                matches!(error, Error::Unsure(_)) && error.is_retryable(),
                "{error:?}"
            );
            let said = error.to_string();
            assert!(said.contains(&breaks.address.to_string()), "{said}");
            assert!(said.contains("it may have been carried out"), "{said}");
            assert_eq!((breaks.requests(), refuses.requests()), (1, 0));
            // Who looks now looks at a server that answers.
            assert!(is_in_use(&client, refuses.address));
        }
    }
}

#[tokio::test]
async fn an_answer_that_breaks_in_the_midst_is_read_from_another() {
    let breaks = Stub::start(|stream| {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[";
        stream.write_all(head.as_bytes()).expect("written");
    });
    let works = working();
    let client = client(&[breaks.address, works.address]);
    read(&client).await.expect("the other one answers");
    assert_eq!((breaks.requests(), works.requests()), (1, 1));
}

#[tokio::test]
async fn a_server_without_its_database_is_away() {
    let proxy = || Stub::answering("502 Bad Gateway", "text/html", "<html>");
    let kinds: [fn() -> Stub; 2] = [without_database, proxy];
    for away in kinds {
        let (broken, works) = (away(), working());
        read(&client(&[broken.address, works.address]))
            .await
            .expect("the other one answers");

        let (broken, refuses) = (away(), refusing());
        let creating = client(&[broken.address, refuses.address]);
        assert!(matches!(create(&creating).await, Error::Refused(_)));

        let (broken, refuses) = (away(), refusing());
        let changing = client(&[broken.address, refuses.address]);
        let error = change(&changing, 2).await;
        assert!(error.is_retryable(), "{error:?}");
        let said = error.to_string();
        assert!(said.contains(&broken.address.to_string()), "{said}");
        assert_eq!((broken.requests(), refuses.requests()), (1, 0));
    }
}

#[tokio::test]
async fn a_refusal_is_an_answer() {
    for (status, kind) in [
        (404, "not-found"),
        (401, "unauthenticated"),
        (429, "too-many-sign-ins"),
    ] {
        let refuses = Stub::answering(&format!("{status} X"), PROBLEM, &problem(kind, status));
        let works = working();
        let client = client(&[refuses.address, works.address]);
        read(&client).await.expect_err("refused");
        assert_eq!((refuses.requests(), works.requests()), (1, 0));
        assert!(is_in_use(&client, refuses.address));
    }
}

/// Is away once, for the request of this number, and answers all others.
fn away_at(number: usize) -> Stub {
    let asked = AtomicUsize::new(0);
    let fine = response("X-A: b", "200 OK", "application/json", "[]");
    let away = response("X-A: b", UNAVAILABLE, PROBLEM, &problem("unavailable", 503));
    Stub::start(move |stream| {
        let answer = match asked.fetch_add(1, Ordering::SeqCst) == number {
            true => &away,
            false => &fine,
        };
        stream.write_all(answer.as_bytes()).expect("written");
    })
}

#[tokio::test]
async fn the_server_that_works_is_stayed_with_until_it_is_away_too() {
    let (first, second) = (away_at(0), away_at(3));
    let client = client(&[first.address, second.address]);
    for _ in 0..3 {
        read(&client).await.expect("answered");
    }
    assert_eq!((first.requests(), second.requests()), (1, 3));
    for _ in 0..2 {
        read(&client).await.expect("answered");
    }
    assert_eq!((first.requests(), second.requests()), (3, 4));
}

const EVENTS: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hello\n\n";

#[tokio::test]
async fn the_stream_that_broke_goes_on_at_the_next_server() {
    let breaks = Stub::start(|stream| stream.write_all(EVENTS.as_bytes()).expect("written"));
    let holds = Stub::start(|stream| {
        let events = format!("{EVENTS}event: resync\ndata: {{}}\n\n");
        stream.write_all(events.as_bytes()).expect("written");
        hang(stream);
    });
    let client = client(&[breaks.address, holds.address]);
    let told: Vec<_> = client.events().collect().await;
    assert!(
        matches!(
            told.as_slice(),
            [Ok(EventNotice::Connected), Err(Error::Offline(_))]
        ),
        "{told:?}"
    );
    assert!(is_in_use(&client, holds.address));
    let told: Vec<_> = client
        .events()
        .take(2)
        .filter_map(async |notice| notice.ok())
        .collect()
        .await;
    assert_eq!(told, [EventNotice::Connected, EventNotice::Resync]);
}

#[tokio::test]
async fn the_stream_of_a_server_that_is_no_longer_asked_ends() {
    let cut_off = Stub::reading(|head, stream| {
        if head.starts_with("GET /v1/events") {
            stream.write_all(EVENTS.as_bytes()).expect("written");
            hang(stream);
        }
        let away = response("X-A: b", UNAVAILABLE, PROBLEM, &problem("unavailable", 503));
        stream.write_all(away.as_bytes()).expect("written");
    });
    let works = working();
    let mut endpoint = endpoint(&[cut_off.address, works.address]);
    endpoint.timeouts.silence = Duration::from_secs(60);
    let client = Client::new(endpoint).expect("usable");
    let mut in_use = std::pin::pin!(client.servers_in_use());
    assert_eq!(in_use.next().await, Some(cut_off.address.to_string()));
    let mut events = std::pin::pin!(client.events());
    assert!(matches!(events.next().await, Some(Ok(EventNotice::Connected))));
    read(&client).await.expect("the other one answers");
    assert!(events.next().await.is_none());
    assert_eq!(in_use.next().await, Some(works.address.to_string()));
}

#[tokio::test]
async fn every_server_is_asked_whether_it_refuses_a_key() {
    let check = |rule: &str| {
        let tokens =
            format!(r#"[{{"hint": "kdw_…x9Qz", "token": "current", "rule": {rule}, "sentence": null}}]"#);
        let body = format!(r#"{{"at": "2026-11-28T09:54:36Z", "tokens": {tokens}, "refused_since": null}}"#);
        Stub::answering("200 OK", "application/json", &body)
    };
    let (refuses, allows) = (check("\"key-revoked\""), check("null"));
    let (fails, away) = (without_database(), nobody());
    let client = client(&[refuses.address, away, allows.address, fails.address]);
    let checks = client.check_everywhere(Uuid::nil()).await;
    let servers: Vec<&str> = checks.iter().map(|check| check.server.as_str()).collect();
    let hosts = [refuses.address, away, allows.address, fails.address].map(|address| address.to_string());
    assert_eq!(servers, hosts);
    let said = |n: usize| {
        checks[n]
            .result
            .as_ref()
            .map(|check| (check.is_refused(), check.rule()))
    };
    assert!(matches!(said(0), Ok((true, Some("key-revoked")))));
    assert!(matches!(said(1), Err(Error::Offline(_))), "{:?}", checks[1]);
    assert!(matches!(said(2), Ok((false, None))));
    assert!(matches!(said(3), Err(Error::Fault { .. })), "{:?}", checks[3]);
    // Each once, and the one in use stays.
    assert_eq!([&refuses, &allows, &fails].map(Stub::requests), [1, 1, 1]);
    assert!(is_in_use(&client, refuses.address));
}
