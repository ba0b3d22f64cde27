//! `keydeck activity …` as people meet it: the real program, over a log that somebody tampers with.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use keydeck::api::{ActivityHead, NewUser};
use keydeck::model::{Role, Token, TokenKind};
use rusqlite::Connection;
use serde_json::Value;

use crate::program::{Home, Served, block_on};

const VERIFY: [&str; 2] = ["activity", "verify"];

fn verify(server: &Served, head: &str) -> (Option<i32>, String, String) {
    let ran = server.run(&["activity", "verify", "--head", head]);
    (ran.code, ran.stdout, ran.stderr)
}

/// The head that a run of `verify` has printed.
fn head_in(text: &str) -> String {
    let (_, head) = text.split_once("head ").expect("a head");
    head.split(' ').next().expect("a head").trim().to_owned()
}

fn rows(server: &Served, args: &[&str]) -> Vec<Value> {
    let list = server
        .run(&[&["activity", "list", "--json"], args].concat())
        .json();
    list["items"].as_array().expect("items").clone()
}

/// Somebody who has the database file, and knows how to get past its triggers.
fn intruder(home: &Home) -> Connection {
    let conn = Connection::open(home.path("keys.db")).expect("opened");
    conn.execute_batch(
        "DROP TRIGGER activity_is_not_rewritten; DROP TRIGGER activity_is_not_shortened;
         DROP TRIGGER activity_head_is_not_set_back; DROP TRIGGER activity_head_stays;
         DROP TRIGGER activity_states_what_changed;
         CREATE TABLE spare AS SELECT * FROM activity; CREATE TABLE spare_head AS SELECT * FROM activity_head;",
    )
    .expect("it is only a file");
    conn
}

/// Changes the database while no server has it open, so that none notices, and puts the triggers back.
fn tamper(home: &Home, sql: &str) {
    let conn = Connection::open(home.path("keys.db")).expect("opened");
    let triggers =
        "SELECT group_concat(sql, ';') FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'activity%'";
    let triggers: String = conn.query_row(triggers, [], |row| row.get(0)).expect("triggers");
    drop(intruder(home));
    conn.execute_batch("DROP TABLE spare; DROP TABLE spare_head")
        .expect("dropped");
    conn.execute_batch(sql).expect(sql);
    let left = "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'activity%'";
    let left: i64 = conn.query_row(left, [], |row| row.get(0)).expect("counted");
    assert_eq!(left, 0, "all of them are put back");
    conn.execute_batch(&triggers).expect("put back");
}

/// The server ends at its start, and says `why`.
fn not_served(home: &Home, why: &str) {
    let output = home.serving(&["--listen", "127.0.0.1:0"]).output().expect("ran");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && said.contains(why), "{said}");
}

/// The whole database, of which no server is running.
fn contents(home: &Home) -> Vec<u8> {
    let conn = Connection::open(home.path("keys.db")).expect("opened");
    conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .expect("carried over");
    drop(conn);
    std::fs::read(home.path("keys.db")).expect("read")
}

fn put_back(home: &Home, contents: &[u8]) {
    for beside in ["keys.db-wal", "keys.db-shm"] {
        // It may be gone with the last connection.
        let _ = std::fs::remove_file(home.path(beside));
    }
    std::fs::write(home.path("keys.db"), contents).expect("written");
}

#[test]
fn verify_names_the_first_row_that_was_tampered_with() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    for n in 1..=8 {
        server.project(&format!("Project {n}"));
    }
    let said = server.run(&VERIFY).succeeded().stdout;
    assert!(
        said.starts_with("8 rows, none changed or removed; head 8:"),
        "{said}"
    );
    let head = head_in(&said);
    server.terminate();
    let whole = contents(&home);
    for (change, expected) in [
        (
            "UPDATE activity SET subject = 'x' WHERE seq = 3",
            "row 3 was changed",
        ),
        (
            "UPDATE activity SET at = at + 1 WHERE seq IN (7, 4)",
            "row 4 was changed",
        ),
        (
            "UPDATE activity SET actor = NULL WHERE seq = 1",
            "row 1 was changed",
        ),
        (
            "UPDATE activity SET address = '203.0.113.7' WHERE seq = 2",
            "row 2 was changed",
        ),
        (
            "UPDATE activity SET action = 'project_edited' WHERE seq = 8",
            "row 8 was changed",
        ),
        (
            "UPDATE activity SET action = 'nothing', changes = '{' WHERE seq = 5",
            "row 5 was changed",
        ),
        (
            "UPDATE activity SET hash = zeroblob(32) WHERE seq = 6",
            "row 6 was changed",
        ),
        ("UPDATE users SET email = 'eve@acme.example'", "row 1 was changed"),
        ("DELETE FROM activity WHERE seq = 1", "row 1 was removed"),
        ("DELETE FROM activity WHERE seq IN (4, 5)", "row 4 was removed"),
        (
            "UPDATE activity SET seq = 99 WHERE seq = 3; UPDATE activity SET seq = 3 WHERE seq = 5;
             UPDATE activity SET seq = 5 WHERE seq = 99",
            "row 3 was changed",
        ),
        (
            "INSERT INTO activity (seq, at, action, subject, hash) VALUES (9, 1, 'user_added', 'x', zeroblob(32))",
            "row 9 was inserted",
        ),
    ] {
        tamper(&home, change);
        let server = home.serve(&token);
        let ran = server.run(&VERIFY);
        assert!(
            ran.code == Some(1) && ran.stdout.is_empty(),
            "{change}: {}",
            ran.stdout
        );
        assert!(
            ran.stderr.starts_with(&format!("error: {expected}")),
            "{change}: {}",
            ran.stderr
        );
        server.kill();
        put_back(&home, &whole);
    }
    // Without the newest row that it says it has, a log is not even served.
    for change in ["DELETE FROM activity WHERE seq > 6", "DELETE FROM activity"] {
        tamper(&home, change);
        not_served(&home, "row 8 of its activity log");
        put_back(&home, &whole);
    }
    assert_eq!(verify(&home.serve(&token), &head).0, Some(0));
}

#[test]
fn a_noted_head_proves_that_the_log_was_not_rewritten_as_a_whole() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    for name in ["One", "Two", "Three"] {
        server.project(name);
    }
    let head = head_in(&server.run(&VERIFY).succeeded().stdout);
    server.project("Four");
    assert_eq!(verify(&server, &head).0, Some(0));

    server.terminate();
    let whole = contents(&home);
    tamper(
        &home,
        "DELETE FROM activity WHERE seq > 2;
         UPDATE activity_head SET (seq, hash) = (SELECT seq, hash FROM activity ORDER BY seq DESC LIMIT 1)",
    );
    let server = home.serve(&token);
    // The log is whole without its end, and no longer explains what that made.
    let refused = server.run(&VERIFY).refused(1);
    assert!(
        refused.contains("the project Three is in the table, but the log never created it"),
        "{refused}"
    );
    let (code, _, said) = verify(&server, &head);
    assert!(code == Some(1) && said.contains("row 3 was removed"), "{said}");
    server.kill();
    put_back(&home, &whole);
    let server = home.serve(&token);

    let other: ActivityHead = head.replace(&head[2..6], "0000").parse().expect("a head");
    let (code, _, said) = verify(&server, &other.to_string());
    assert!(
        code == Some(1) && said.contains("row 3 no longer has the hash"),
        "{said}"
    );
    for wrong in ["3", "3:abc", "x:y"] {
        assert_eq!(verify(&server, wrong).0, Some(2));
    }
}

#[test]
fn whoever_does_not_see_session_servers_proves_the_rest() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Shop");
    let key = home.path("session.key");
    std::fs::write(&key, "the-private-key-of-the-session-server").expect("written");
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("set");
    let set = [
        "project",
        "edit",
        "Shop",
        "--session-url",
        "wss://canary.example",
        "--session-key-name",
        "main",
    ];
    let key = key.to_str().expect("a path");
    server
        .run(&[&set[..], &["--session-key-file", key]].concat())
        .succeeded();
    let token = server
        .run(&["user", "add", "sue@acme.example", "--role", "support"])
        .succeeded();
    let token = token.stdout.trim();
    let proven = server.run_as(token, &VERIFY).succeeded();
    assert!(
        proven.stdout.starts_with("3 rows") && proven.stderr.contains("1 of them"),
        "{}",
        proven.stderr
    );
    let json = server.run_as(token, &["activity", "verify", "--json"]).json();
    assert_eq!((&json["whole"], &json["unchecked"]), (&true.into(), &1.into()));
    let listed = server.run_as(token, &["activity", "list"]).succeeded().stdout;
    assert!(
        listed.contains("added") && !listed.contains("session server") && !listed.contains("canary"),
        "{listed}"
    );
    assert!(server.run(&VERIFY).succeeded().stderr.is_empty());
    intruder(&home)
        .execute_batch("UPDATE activity SET subject = 'x' WHERE seq = 3")
        .expect("it is only a file");
    assert_eq!(server.run_as(token, &VERIFY).code, Some(1));
}

#[test]
fn verify_names_whom_and_what_the_log_does_not_explain() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Storefront");
    let create = [
        "key",
        "create",
        "--scope",
        "web",
        "--project",
        "Storefront",
        "--name",
        "Checkout",
    ];
    server
        .run(&[&create[..], &["--domain", "https://shop.acme.example"]].concat())
        .succeeded();
    let said = server.run(&VERIFY).succeeded().stdout;
    assert!(
        said.contains("3 people, projects, gateways and keys match the log"),
        "{said}"
    );
    let token = Token::generate(TokenKind::User).expect("random");
    let conn = Connection::open(home.path("keys.db")).expect("opened");
    for (tamper, undo, sentence) in [
        (
            "INSERT INTO users (id, email, email_key, role, token_hash, created_at)
             VALUES (randomblob(16), 'eve@acme.example', 'eve@acme.example', 'owner', ?, 1)",
            "DELETE FROM users WHERE email = 'eve@acme.example'",
            "the person eve@acme.example is Owner in the table, but the log never made them so",
        ),
        (
            "UPDATE keys SET ui_domains = ui_domains || char(10) || 'https://evil.example' WHERE ?1 IS NOT NULL",
            "UPDATE keys SET ui_domains = 'https://shop.acme.example'",
            "the key Checkout",
        ),
    ] {
        conn.execute(tamper, [token.hash().0]).expect("it is only a file");
        let refused = server.run(&VERIFY).refused(1);
        assert!(refused.contains(sentence), "{refused}");
        let ran = server.run(&["activity", "verify", "--json"]);
        let document: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        assert_eq!(document["fault"], "unexplained");
        let backup = home
            .run(&["backup", "kept.db", "--database", "sqlite:keys.db"])
            .refused(1);
        assert!(
            backup.contains("no backup was made") && backup.contains(sentence),
            "{backup}"
        );
        // Also before anybody looks.
        let eve = server.run_as(token.expose(), &["user", "list"]);
        assert_eq!(eve.code, Some(4), "{}", eve.stdout);
        conn.execute(undo, []).expect("undone");
    }
    server.run(&VERIFY).succeeded();
}

#[test]
fn a_verdict_is_json_too() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    server.project("One");
    let whole = server.run(&["activity", "verify", "--json"]).json();
    assert_eq!((&whole["whole"], &whole["rows"]), (&true.into(), &1.into()));
    let head = whole["head"].as_str().expect("a head");
    assert_eq!(verify(&server, head).0, Some(0));
    server.terminate();
    tamper(&home, "UPDATE activity SET subject = 'x'");
    let server = home.serve(&token);
    let ran = server.run(&["activity", "verify", "--json"]);
    let broken: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(
        broken,
        serde_json::json!({"whole": false, "row": 1, "fault": "changed"})
    );
    assert!(
        ran.code == Some(1) && ran.stderr.contains("row 1"),
        "{}",
        ran.stderr
    );
}

#[test]
fn rows_that_are_written_meanwhile_disturb_no_proof() {
    let home = Home::new();
    let server = home.serve(&home.init());
    for n in 0..250 {
        server.project(&format!("Before {n}"));
    }
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut written = 0;
            while !done.load(Ordering::Relaxed) {
                server.project(&format!("Meanwhile {written}"));
                written += 1;
            }
            written
        });
        let runs: Vec<_> = (0..5).map(|_| server.run(&VERIFY)).collect();
        done.store(true, Ordering::Relaxed);
        assert!(writer.join().expect("no panic") > 0);
        for ran in runs {
            ran.succeeded();
        }
    });
}

#[test]
fn the_list_tells_who_did_what_from_where() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let project = server.project("Storefront");
    let key = [
        "key",
        "create",
        "--scope",
        "web",
        "--name",
        "Checkout",
        "--project",
        "Storefront",
        "--domain",
    ];
    server
        .run(&[&key[..], &["https://shop.acme.example"]].concat())
        .succeeded();
    server
        .run(&[
            "key",
            "edit",
            "Checkout",
            "--name",
            "Till",
            "--add-domain",
            "https://b.example",
        ])
        .succeeded();
    let ana = NewUser {
        email: "ana@acme.example".into(),
        role: Role::Support,
    };
    let ana = block_on(server.client().add_user(&ana)).expect("added");
    let ana = ana.token.expect("a token");
    server
        .run_as(ana.expose(), &["key", "reveal", "Till"])
        .succeeded();
    server
        .run_as(&crate::program::stranger(), &["key", "list"])
        .refused(4);

    let table = server.run(&["activity", "list"]).succeeded().stdout;
    let lines: Vec<Vec<&str>> = table
        .lines()
        .map(|line| {
            line.split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .collect()
        })
        .collect();
    let told: Vec<&[&str]> = lines.iter().map(|line| &line[1..]).collect();
    let (mira, home_address) = ("mira@acme.example", "127.0.0.1");
    assert_eq!(
        told,
        [
            &["WHO", "ACTION", "SUBJECT", "CHANGES", "ADDRESS"][..],
            &["someone", "was refused a sign-in", "–", "–", home_address],
            &["ana@acme.example", "revealed the key", "Till", "–", home_address],
            &[mira, "added", "ana@acme.example", "role: support", home_address],
            &[
                mira,
                "edited the key",
                "Till",
                "name: Checkout → Till; ui domains: +https://b.example",
                home_address
            ],
            &[
                mira,
                "created the key",
                "Checkout",
                "cross page persistence: no; project: Storefront; scope: web; ui domains: https://shop.acme.example",
                home_address
            ],
            &[
                mira,
                "created the project",
                "Storefront",
                "deployed: yes",
                home_address
            ],
        ]
    );
    let id = rows(&server, &["--key", "Till"])[0]["key"]
        .as_str()
        .expect("an id")
        .to_owned();
    server.run(&["key", "revoke", "Till", "--yes"]).succeeded();
    assert_eq!(rows(&server, &["--key", &id]).len(), 4);
    assert_eq!(rows(&server, &["--person", "ANA@acme.example"]).len(), 1);
    assert_eq!(
        rows(&server, &["--person", "me", "--action", "project_created"])[0]["subject"],
        project.name.as_str()
    );
    assert_eq!(rows(&server, &["--person", &ana_id(&server), "--all"]).len(), 1);

    let first = server.run(&["activity", "list", "--json", "--limit", "2"]).json();
    let next = first["next"].to_string();
    assert_eq!(rows(&server, &["--before", &next]).len(), 5);
    server.run(&["activity", "list", "--person", "ana"]).refused(2);
    server.run(&["activity", "list", "--action", "stolen"]).refused(2);
    let editor = NewUser {
        email: "ed@acme.example".into(),
        role: Role::Editor,
    };
    let editor = block_on(server.client().add_user(&editor))
        .expect("added")
        .token
        .expect("a token");
    let said = server.run_as(editor.expose(), &VERIFY).refused(1);
    assert!(said.contains("only what was done to your own keys"), "{said}");
}

fn ana_id(server: &Served) -> String {
    let row = &rows(server, &["--person", "ana@acme.example"])[0];
    row["actor"]["id"].as_str().expect("an id").to_owned()
}

/// The status that a wrong token gets from somebody at `address`.
fn sign_in_wrongly(server: &Served, address: &str) -> u16 {
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = http
        .get(format!("{}/v1/me", server.url))
        .header("x-forwarded-for", address)
        .bearer_auth("kdu_wrong");
    block_on(request.send()).expect("an answer").status().as_u16()
}

#[test]
fn a_sign_in_whose_refusal_can_not_be_recorded_is_answered_as_a_fault() {
    let home = Home::new();
    let server = home.serve(&home.init());
    intruder(&home)
        .execute_batch(
            "CREATE TRIGGER no_log BEFORE INSERT ON activity BEGIN SELECT raise(ABORT, 'full'); END",
        )
        .expect("it is only a file");
    assert_eq!(sign_in_wrongly(&server, ""), 500);
    assert!(rows(&server, &[]).is_empty());
}

#[test]
fn only_a_listed_proxy_is_believed() {
    let home = Home::new();
    let token = home.init();
    for (flag, expected) in [(None, "127.0.0.1"), (Some("10.0.0.0/8,127.0.0.1"), "203.0.113.7")] {
        let mut command = home.serving(&["--listen", "127.0.0.1:0"]);
        if let Some(proxies) = flag {
            command.env("KEYDECK_TRUSTED_PROXIES", proxies);
        }
        let server = home.start(&token, command);
        assert_eq!(sign_in_wrongly(&server, "198.51.100.1, 203.0.113.7"), 401);
        assert_eq!(rows(&server, &["--limit", "1"])[0]["address"], expected);
    }
    let refused = home.run(&[
        "serve",
        "--database",
        "sqlite:keys.db",
        "--public-url",
        "https://keys.acme.example",
        "--trusted-proxy",
        "0.0.0.0/0",
    ]);
    assert!(refused.refused(2).contains("list your proxies"));
}

/// What somebody does to the file of a deck that is not served, and what the server says of it.
const BY_HAND: [(&str, &str, &str); 6] = [
    // The index that a check reads is kept from when the key was active.
    (
        "keys",
        "UPDATE keys SET revoked_at = NULL, revoked_by = NULL WHERE name = 'Gone';
         PRAGMA writable_schema = ON;
         CREATE TEMP TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'keys_by_token_hash';
         DELETE FROM sqlite_schema WHERE name = 'keys_by_token_hash';
         PRAGMA writable_schema = RESET;
         UPDATE keys SET revoked_at = 1, revoked_by = 1 WHERE name = 'Gone';
         PRAGMA writable_schema = ON;
         INSERT INTO sqlite_schema SELECT * FROM kept;
         PRAGMA writable_schema = RESET",
        "the index keys_by_token_hash says something else than row 2 of its table keys",
    ),
    (
        "keys",
        "UPDATE keys SET revoked_at = NULL, revoked_by = NULL WHERE name = 'Gone'",
        "the key Gone",
    ),
    (
        "keys",
        "INSERT INTO keys (id, name, name_key, scope, creator, created_at, hint, ui_domains, cross_page_persistence, token_hash)
         SELECT randomblob(16), 'Mine', 'mine', 2, creator, 1, '', '', 0, randomblob(32) FROM keys WHERE name = 'Gone'",
        "the key Mine",
    ),
    (
        "users",
        "INSERT INTO users (id, email, email_key, role, token_hash, created_at)
         VALUES (randomblob(16), 'eve@acme.example', 'eve@acme.example', 'owner', randomblob(32), 1)",
        "the person eve@acme.example is Owner in the table, but the log never made them so",
    ),
    (
        "activity",
        "UPDATE activity SET subject = 'Yours' WHERE seq = 1",
        "in the activity log, row 1 was changed",
    ),
    (
        "removals",
        "INSERT INTO removals (person, asked_by, begun_at) VALUES (1, 1, 1)",
        "the removal of mira@acme.example is under way in the table, but the log never removed them",
    ),
];

/// Takes the triggers of a table away, does what they would refuse, and puts them back.
fn by_hand(home: &Home, table: &str, sql: &str) {
    let conn = Connection::open(home.path("keys.db")).expect("opened");
    let mut triggers = conn
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?")
        .expect("asked");
    let triggers: Vec<(String, String)> = triggers
        .query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("asked")
        .map(|row| row.expect("read"))
        .collect();
    for (name, _) in &triggers {
        conn.execute_batch(&format!("DROP TRIGGER {name}"))
            .expect("dropped");
    }
    conn.execute_batch(sql).expect(sql);
    for (_, made) in &triggers {
        conn.execute_batch(made).expect("made");
    }
}

fn got(server: &Served, path: &str) -> String {
    let text = async {
        reqwest::get(format!("{}{path}", server.url))
            .await?
            .error_for_status()?
            .text()
            .await
    };
    block_on(text).expect("answered")
}

#[test]
fn a_server_says_by_itself_what_was_changed_by_hand_and_goes_on() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    for name in ["Board", "Gone"] {
        server
            .run(&["key", "create", "--scope", "analytics", "--name", name])
            .succeeded();
    }
    server.run(&["key", "revoke", "Gone", "--yes"]).succeeded();
    assert_eq!(got(&server, "/readyz"), "ready\n");
    assert!(got(&server, "/metrics").contains("keydeck_unexplained 0"));
    let (_, log) = server.terminate();
    assert!(!log.contains("ERROR"), "{log}");
    let database = std::fs::read(home.path("keys.db")).expect("there");
    for (table, tamper, sentence) in BY_HAND {
        std::fs::write(home.path("keys.db"), &database).expect("written");
        by_hand(&home, table, tamper);
        let server = home.serve(&token);
        let deadline = Instant::now() + Duration::from_secs(60);
        while got(&server, "/readyz") == "ready\n" {
            assert!(Instant::now() < deadline, "{tamper}: nothing is said");
        }
        // Whom it is about, only the log says.
        assert!(!got(&server, "/readyz").contains("acme.example"));
        assert!(got(&server, "/metrics").contains("keydeck_unexplained 1"));
        server.run(&["key", "show", "Board"]).succeeded();
        let (_, log) = server.terminate();
        assert!(
            log.contains("ERROR") && log.contains(sentence) && log.contains("keydeck activity verify"),
            "{tamper}: {log}"
        );
    }
}
