//! The path of a database and the file that a server has open: wherever they are no longer the same, the server
//! says so and acknowledges nothing more; what could make them differ is refused before anything is opened.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use reqwest::Method;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::ways::{ALL, WAYS, Way, copied_by_sqlite, cut, log, remove};
use crate::deck::{Deck, Reply, Server};

/// By when a server must have noticed.
const NOTICED: Duration = Duration::from_secs(1);

pub async fn create(server: &Server, name: &str) -> Reply {
    let key = json!({"scope": "analytics", "name": name});
    server.ask(Method::POST, "/v1/keys", &key).await
}

pub async fn names(server: &Server) -> Vec<String> {
    let keys = server
        .ask(Method::GET, "/v1/keys?sort=name&limit=200", &Value::Null)
        .await
        .expect(200);
    let items = keys["items"].as_array().unwrap().iter();
    items
        .map(|key| key["name"].as_str().unwrap().to_owned())
        .collect()
}

async fn readiness(server: &Server) -> String {
    let asked = server.http.get(format!("{}/readyz", server.url)).send();
    asked.await.unwrap().text().await.unwrap()
}

pub fn succeeded(mut command: Command) -> String {
    let ran = command.output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8_lossy(&ran.stderr).into_owned()
}

pub fn refused(mut command: Command) -> String {
    let ran = command.output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(1), "{said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_path_leads_elsewhere_acknowledges_nothing_more() {
    let all = WAYS.map(|way| tokio::spawn(tried(way)));
    for way in all {
        way.await.unwrap();
    }
}

/// A deck in a directory below its own, which is reached through a link.
async fn behind_a_link() -> Deck {
    let mut deck = Deck::in_file().await;
    let root = deck.directory.path().to_owned();
    fs::create_dir(root.join("real")).unwrap();
    for suffix in ALL {
        let name = format!("keys.db{suffix}");
        fs::rename(root.join(&name), root.join("real").join(&name)).unwrap();
    }
    symlink("real", root.join("link")).unwrap();
    deck.database = format!("sqlite:{}", root.join("link/keys.db").display());
    deck
}

async fn tried((way, act, is_kept): Way) {
    let deck = behind_a_link().await;
    let directory = deck.directory.path().join("real");
    // Of a server that was killed.
    fs::copy(log(&directory), directory.join("log-before")).unwrap();
    let server = deck.serve(&[]);
    let backup = directory.join("early");
    succeeded(deck.command(&["backup", backup.to_str().unwrap()]));
    create(&server, "In the backup").await.expect(201);
    fs::copy(log(&directory), directory.join("log")).unwrap();
    copied_by_sqlite(&directory.join("keys.db"), &directory.join("older.db"));
    let backup = directory.join("backup");
    succeeded(deck.command(&["backup", backup.to_str().unwrap()]));
    let secret = create(&server, "Acknowledged").await.expect(201)["secret"].clone();
    let secret = secret.as_str().unwrap();
    assert_eq!(server.check(&deck, secret).await, Some(200), "{way}");

    act(&deck, &directory);
    let since = Instant::now();
    while !server.readiness().await.is(503) {
        assert!(since.elapsed() < NOTICED, "{way}: nobody noticed");
    }
    let readiness = server.readiness().await.expect(503);
    assert_eq!(readiness["type"], "/problems/stopped", "{way}: {readiness}");
    assert!(!readiness.to_string().contains("keys.db"), "{readiness}");
    let late = create(&server, "Late").await;
    assert!(late.is(503), "{way}: {late:?}");
    assert_eq!(server.check(&deck, secret).await, Some(503), "{way}");
    server
        .ask(Method::GET, "/v1/keys", &Value::Null)
        .await
        .expect(503);
    assert!(
        server
            .send(server.http.get(format!("{}/livez", server.url)))
            .await
            .is(200)
    );
    if !is_kept {
        return;
    }
    // Also by a server that is killed.
    drop(server);
    let server = deck.serve(&[]);
    assert_eq!(names(&server).await, ["Acknowledged", "In the backup"], "{way}");
    create(&server, "Late").await.expect(201);
}

/// What others may do with the files: carry the log over, back up, set times, make and remove names.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_goes_on_when_others_carry_over_the_log_or_touch_the_files() {
    let deck = Deck::in_file().await;
    let server = deck.serve(&[]);
    let is_over = AtomicBool::new(false);
    let directory = deck.directory.path();
    let others = || {
        for mode in ["PASSIVE", "FULL", "RESTART", "TRUNCATE"].iter().cycle() {
            let conn = Connection::open(deck.file()).unwrap();
            conn.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()))
                .unwrap();
            for suffix in ["", "-wal"] {
                let file = fs::File::options()
                    .append(true)
                    .open(directory.join(format!("keys.db{suffix}")))
                    .unwrap();
                file.set_modified(SystemTime::now()).unwrap();
            }
            fs::hard_link(log(directory), directory.join("snapshot")).unwrap();
            fs::remove_file(directory.join("snapshot")).unwrap();
            if is_over.load(Ordering::Relaxed) {
                return;
            }
        }
    };
    let mut made = thread::scope(|scope| {
        let others = scope.spawn(others);
        let made = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                let mut made = Vec::new();
                for n in 0..100 {
                    let name = format!("Key {n:03}");
                    create(&server, &name).await.expect(201);
                    made.push(name);
                    server.readiness().await.expect(200);
                }
                made
            })
        });
        is_over.store(true, Ordering::Relaxed);
        others.join().unwrap();
        made
    });
    let copy = directory.join("copy");
    succeeded(deck.command(&["backup", copy.to_str().unwrap()]));
    let mut verify = deck.command(&["activity", "verify"]);
    verify
        .env("KEYDECK_SERVER", &server.url)
        .env("KEYDECK_TOKEN", &deck.owner);
    succeeded(verify);
    create(&server, "Last").await.expect(201);
    made.push("Last".into());
    drop(server);
    assert_eq!(names(&deck.serve(&[])).await, made);
}

/// The first change after the path leads elsewhere is refused too.
#[tokio::test(flavor = "multi_thread")]
async fn no_change_is_acknowledged_that_is_not_found_by_the_path() {
    for part in ALL {
        let deck = Deck::in_file().await;
        let server = deck.serve(&[]);
        create(&server, "Before").await.expect(201);
        remove(deck.directory.path(), &[part]);
        let first = create(&server, "First").await;
        assert!(first.is(503), "keys.db{part}: {first:?}");
    }
    for length in [0, 100, 4096] {
        let deck = Deck::in_file().await;
        let server = deck.serve(&[]);
        create(&server, "Before").await.expect(201);
        cut(&log(deck.directory.path()), length);
        let first = create(&server, "First").await;
        assert!(first.is(503), "cut to {length}: {first:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_with_two_names_is_refused_by_each_of_them() {
    let deck = Deck::in_file().await;
    let server = deck.serve(&[]);
    create(&server, "Acknowledged").await.expect(201);
    fs::hard_link(deck.file(), deck.directory.path().join("twin.db")).unwrap();
    assert!(readiness(&server).await.contains("has 2 names (hard links)"));
    let copy = deck.directory.path().join("copy");
    let twin = format!("sqlite:{}", deck.directory.path().join("twin.db").display());
    for database in [&twin, &deck.database] {
        for args in [
            &["backup", copy.to_str().unwrap(), "--database", database][..],
            &["serve", "--listen", "127.0.0.1:0", "--database", database],
            &["seal", "rotate", "--database", database],
            &[
                "migrate",
                "--from",
                database,
                "--to",
                "postgres://nobody@127.0.0.1:1/none",
            ],
        ] {
            let said = refused(deck.command(args));
            assert!(said.contains("2 names (hard links)"), "{args:?}: {said}");
        }
    }
    // Nobody else opens it, so the server that does goes on.
    create(&server, "Later").await.expect(201);
    assert!(!copy.exists());
    fs::remove_file(deck.directory.path().join("twin.db")).unwrap();
    assert_eq!(readiness(&server).await, "ready\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_mounted_by_itself_is_refused() {
    let deck = Deck::in_file().await;
    let mounted = deck.directory.path().join("mounted.db");
    fs::write(&mounted, "").unwrap();
    let as_root = rustix::process::getuid().is_root();
    let apart = if as_root { "--mount" } else { "-rm" };
    let script = r#"mount --bind "$1" "$2" && shift 2 && exec "$@""#;
    let copy = deck.directory.path().join("copy");
    let mut backup = Command::new("unshare");
    backup
        .args([apart, "sh", "-c", script, "sh"])
        .args([deck.file(), mounted.clone()])
        .arg(env!("CARGO_BIN_EXE_keydeck"))
        .args(["backup", copy.to_str().unwrap(), "--database"])
        .arg(format!("sqlite:{}", mounted.display()))
        .env("KEYDECK_ROOT_KEY_FILE", deck.directory.path().join("root.key"));
    let said = refused(backup);
    assert!(said.contains("mounted by itself"), "{said}");
    assert!(!copy.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_open_without_its_log_beside_it_is_refused() {
    for gone in [&["-wal"][..], &["-shm"], &["-wal", "-shm"]] {
        let deck = Deck::in_file().await;
        let server = deck.serve(&[]);
        create(&server, "Acknowledged").await.expect(201);
        remove(deck.directory.path(), gone);
        let copy = deck.directory.path().join("copy");
        for args in [
            &["backup", copy.to_str().unwrap()][..],
            &["serve", "--listen", "127.0.0.1:0"],
        ] {
            let said = refused(deck.command(args));
            assert!(
                said.contains("is not beside it") && said.contains("end that process first"),
                "{said}"
            );
        }
        assert!(!copy.exists());
        drop(server);
        succeeded(deck.command(&["backup", copy.to_str().unwrap()]));
        assert_eq!(names(&deck.serve(&[])).await, ["Acknowledged"], "{gone:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_the_database_is_the_database() {
    let deck = Deck::in_file().await;
    fs::create_dir(deck.directory.path().join("links")).unwrap();
    let link = deck.directory.path().join("links/other.db");
    symlink("../keys.db", &link).unwrap();
    let linked = format!("sqlite:{}", link.display());
    let server = deck.serve(&[]);
    let other = deck.serve_by(&linked);
    let key = create(&other, "Through the link").await.expect(201);
    assert_eq!(names(&server).await, ["Through the link"]);
    let path = format!("/v1/keys/{}", key["key"]["id"].as_str().unwrap());
    server.ask(Method::DELETE, &path, &Value::Null).await.expect(204);
    let secret = key["secret"].as_str().unwrap();
    assert_eq!(other.check(&deck, secret).await, Some(401));
    create(&server, "By its name").await.expect(201);
    let copy = deck.directory.path().join("copy");
    let told = succeeded(deck.command(&["backup", copy.to_str().unwrap(), "--database", &linked]));
    assert!(told.contains("active keys: 1"), "{told}");
}

#[tokio::test]
async fn what_is_no_file_is_refused() {
    let deck = Deck::in_file().await;
    let pipe = deck.directory.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for place in [pipe.as_path(), deck.directory.path()] {
        let database = format!("sqlite:{}", place.display());
        let copy = deck.directory.path().join("copy");
        refused(deck.command(&["backup", copy.to_str().unwrap(), "--database", &database]));
        refused(deck.command(&["serve", "--listen", "127.0.0.1:0", "--database", &database]));
        let init = [
            "init",
            "--database",
            &database,
            "--organisation",
            "Acme",
            "--owner",
            "a@acme.example",
        ];
        refused(deck.command(&init));
    }
}
