//! Others that write into the database of a server by SQLite itself, whose locks and counters are right then: what they
//! bring back is noticed by what is in it, and what only orders it anew is no harm.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;

use super::path::{create, names, refused, succeeded};
use super::ways::{copied_by_sqlite, restored_by_sqlite, run};
use crate::deck::{Deck, Server};

/// By when a server must have noticed.
const NOTICED: Duration = Duration::from_secs(1);

async fn stops(server: &Server) {
    let since = Instant::now();
    while !server.readiness().await.is(503) {
        assert!(since.elapsed() < NOTICED, "nobody noticed");
    }
    let readiness = server.readiness().await.expect(503);
    assert_eq!(readiness["type"], "/problems/stopped", "{readiness}");
}

fn verify(deck: &Deck, server: &Server) -> Command {
    let mut verify = deck.command(&["activity", "verify"]);
    verify
        .env("KEYDECK_SERVER", &server.url)
        .env("KEYDECK_TOKEN", &deck.owner);
    verify
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_stays_revoked_when_an_older_state_is_restored() {
    let deck = Deck::in_file().await;
    let (one, two) = (deck.serve(&[]), deck.serve(&[]));
    let key = create(&one, "Leaked").await.expect(201);
    let older = deck.directory.path().join("older.db");
    copied_by_sqlite(&deck.file(), &older);
    let path = format!("/v1/keys/{}", key["key"]["id"].as_str().unwrap());
    one.ask(Method::DELETE, &path, &Value::Null).await.expect(204);
    let secret = key["secret"].as_str().unwrap();
    for server in [&one, &two] {
        assert_eq!(server.check(&deck, secret).await, Some(401));
        server.readiness().await.expect(200);
    }

    restored_by_sqlite(&deck.file(), &older);
    // Both have seen that it was revoked; whichever did it.
    for server in [&one, &two] {
        stops(server).await;
        assert_eq!(server.check(&deck, secret).await, Some(503));
        assert!(create(server, "Late").await.is(503));
    }
    let copy = deck.directory.path().join("copy");
    let said = refused(deck.command(&["backup", copy.to_str().unwrap()]));
    assert!(said.contains("its log says why"), "{said}");
    let verified = verify(&deck, &one).output().unwrap();
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(!verified.status.success() && said.contains("its log"), "{said}");
    drop((one, two));
    // Whoever starts it again takes what is there.
    let server = deck.serve(&[]);
    assert_eq!(server.check(&deck, secret).await, Some(200));
    succeeded(verify(&deck, &server));
}

/// Without a look in between.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_change_after_an_older_state_was_restored_is_refused() {
    let deck = Deck::in_file().await;
    let server = deck.serve(&[]);
    let older = deck.directory.path().join("older.db");
    copied_by_sqlite(&deck.file(), &older);
    create(&server, "Acknowledged").await.expect(201);
    restored_by_sqlite(&deck.file(), &older);
    let first = create(&server, "First").await;
    assert!(first.is(503), "{first:?}");
}

/// Leaves so many pages free.
fn leave_pages(deck: &Deck) {
    let filler = "CREATE TABLE filler (bytes BLOB);
        INSERT INTO filler SELECT zeroblob(4000) FROM (
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT i FROM n);
        DROP TABLE filler;
        PRAGMA wal_checkpoint(TRUNCATE)";
    run(&deck.file(), filler);
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_go_on_when_the_database_is_vacuumed() {
    let deck = Deck::in_file().await;
    let servers = [deck.serve(&[]), deck.serve(&[])];
    let length = || fs::metadata(deck.file()).unwrap().len();
    let others = || {
        let mut modes = ["PASSIVE", "FULL", "RESTART", "TRUNCATE"].iter().cycle();
        let mut is_shorter = false;
        for mode in modes.by_ref().take(8) {
            leave_pages(&deck);
            let before = length();
            run(&deck.file(), "VACUUM");
            run(&deck.file(), &format!("PRAGMA wal_checkpoint({mode})"));
            is_shorter |= length() < before;
        }
        assert!(is_shorter, "it never got shorter");
    };
    let made = thread::scope(|scope| {
        let others = scope.spawn(others);
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                let mut made = Vec::new();
                while !others.is_finished() || made.len() < 10 {
                    for server in &servers {
                        let name = format!("Key {:04}", made.len());
                        create(server, &name).await.expect(201);
                        made.push(name);
                        server.readiness().await.expect(200);
                    }
                }
                made
            })
        })
    });
    for server in &servers {
        server.readiness().await.expect(200);
    }
    succeeded(verify(&deck, &servers[1]));
    drop(servers);
    let listed = names(&deck.serve(&[])).await;
    assert_eq!(listed, made[..listed.len()]);
}
