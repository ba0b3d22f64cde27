//! Where keys live: `init`, `serve`, the local deck and the demo, by the files that they leave.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread;

use base64::prelude::*;
use rustix::process::Signal;
use serde_json::Value;

use crate::program::{Home, block_on};
use crate::pty::{Pty, Size};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").permissions().mode() & 0o777
}

#[test]
fn init_keeps_its_files_private_and_overwrites_nothing() {
    let home = Home::new();
    let token = home.init();
    assert!(token.starts_with("kdu_") && token.len() == 53, "{token}");
    for file in ["keys.db", "keys.db.root-key"] {
        assert_eq!(mode(&home.path(file)), 0o600, "{file}");
    }
    let before = fs::read(home.path("keys.db.root-key")).expect("there");
    let args = [
        "init",
        "--organisation",
        "Other",
        "--owner",
        "eve@acme.example",
        "--database",
    ];
    let again = home.run(&[&args[..], &["sqlite:keys.db"]].concat()).refused(1);
    assert!(
        again.contains("already exists") && !again.contains("kdu_"),
        "{again}"
    );
    let beside = ["sqlite:other.db", "--root-key-file", "keys.db.root-key"];
    home.run(&[&args[..], &beside].concat()).refused(1);
    assert!(!home.path("other.db").exists());
    assert_eq!(fs::read(home.path("keys.db.root-key")).expect("there"), before);
    let server = home.serve(&token);
    server.run(&["key", "list"]).succeeded();
}

#[test]
fn init_ends_with_the_two_commands_that_go_on() {
    for (database, told) in [
        ("sqlite:keys.db", "--database sqlite:keys.db"),
        ("sqlite:my keys.db", "--database 'sqlite:my keys.db'"),
        ("sqlite:it's.db", "--database 'sqlite:it'\\''s.db'"),
    ] {
        let home = Home::new();
        let args = [
            "init",
            "--organisation",
            "Acme",
            "--owner",
            "mira@acme.example",
            "--database",
            database,
        ];
        let ran = home.run(&args).succeeded();
        let lines: Vec<&str> = ran.stderr.lines().collect();
        let [.., serve, login] = lines.as_slice() else {
            panic!("{lines:?}")
        };
        assert!(
            serve.contains("next: keydeck serve") && serve.ends_with(told),
            "{serve}"
        );
        assert!(login.contains("keydeck login http://127.0.0.1:7390"), "{login}");
        // As it stands there, but for the port.
        let command = serve.split_once("next: keydeck ").expect("a command").1;
        let shell = std::process::Command::new("sh")
            .args(["-c", &format!("printf '%s\\n' {command}")])
            .output()
            .expect("sh runs");
        let words = String::from_utf8_lossy(&shell.stdout).into_owned();
        assert!(words.lines().any(|word| word == database), "{words}");
    }
}

/// What `/metrics` at this address answers to these headers: the status, and whether the metrics are in it.
fn metrics(url: &str, headers: &[(&str, &str)]) -> (u16, bool) {
    let request = reqwest::Client::new().get(format!("{url}/metrics"));
    let request = headers
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value));
    block_on(async {
        let answer = request.send().await.expect("answered");
        let status = answer.status().as_u16();
        (
            status,
            answer.text().await.expect("text").contains("keydeck_build_info"),
        )
    })
}

#[test]
fn metrics_are_for_this_machine_a_token_and_a_listener_of_their_own() {
    let (home, token) = (Home::new(), "kY7w2Qz0pLx9-sd7Hf2Jr4Vn8Bt3Mc6GaE1");
    let sign_in = home.init();
    let through_a_proxy = ("x-forwarded-for", "203.0.113.7");
    let presented = format!("Bearer {token}");
    let presented = ("authorization", presented.as_str());

    let server = home.serve(&sign_in);
    assert_eq!(metrics(&server.url, &[]), (200, true));
    assert_eq!(metrics(&server.url, &[through_a_proxy]), (403, false));
    assert_eq!(metrics(&server.url, &[("host", "evil.example")]), (403, false));
    let port = server.url.rsplit(':').next().expect("a port");
    for (host, status) in [
        (format!("localhost:{port}"), 200),
        ("localhost:1".into(), 403),
        ("127.0.0.1".into(), 403),
    ] {
        assert_eq!(metrics(&server.url, &[("host", &host)]).0, status, "{host}");
    }
    for added in [
        "fly-client-ip",
        "x-amzn-trace-id",
        "traceparent",
        "origin",
        "sec-fetch-site",
    ] {
        assert_eq!(metrics(&server.url, &[(added, "1")]), (403, false), "{added}");
    }
    drop(server);

    fs::write(home.path("metrics"), format!("{token}\n")).expect("written");
    fs::set_permissions(home.path("metrics"), fs::Permissions::from_mode(0o600)).expect("set");
    // Whose proxies are not listed has everybody come from one machine.
    let behind = ["--listen", "127.0.0.1:0", "--behind-tls-proxy"];
    let server = home.serve_with(
        &sign_in,
        &[&behind[..], &["--metrics-token-file", "metrics"]].concat(),
    );
    assert_eq!(metrics(&server.url, &[]), (401, false));
    assert_eq!(metrics(&server.url, &[presented]), (200, true));
    assert_eq!(metrics(&server.url, &[presented, through_a_proxy]), (200, true));
    assert_eq!(
        metrics(&server.url, &[("authorization", "Bearer guess")]),
        (401, false)
    );
    drop(server);

    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = free.local_addr().expect("bound").to_string();
    drop(free);
    let own = [
        "--listen",
        "127.0.0.1:0",
        "--behind-tls-proxy",
        "--metrics-listen",
        &address,
    ];
    let server = home.serve_with(&sign_in, &own);
    let url = format!("http://{address}");
    assert_eq!(metrics(&server.url, &[]), (403, false));
    assert_eq!(metrics(&url, &[through_a_proxy]), (200, true));
    assert_eq!(metrics(&url, &[("host", "evil.example")]), (421, false));
    for path in ["/v1/me", "/v1/authorize", "/openapi.json", "/livez"] {
        let answer = block_on(reqwest::get(format!("{url}{path}"))).expect("answered");
        assert_eq!(answer.status(), 404, "{path}");
    }
    assert_eq!(server.terminate().0, Some(0));

    for (mode, text) in [
        (0o644, token),
        (0o600, "short"),
        (0o600, ""),
        (0o600, &"a".repeat(40)),
    ] {
        fs::write(home.path("metrics"), text).expect("written");
        fs::set_permissions(home.path("metrics"), fs::Permissions::from_mode(mode)).expect("set");
        let serve = [
            "serve",
            "--database",
            "sqlite:keys.db",
            "--public-url",
            "https://k.example",
        ];
        let refused = home.run(&[&serve[..], &["--metrics-token-file", "metrics"]].concat());
        let said = refused.refused(1);
        assert!(said.contains("--metrics-token-file"), "{said}");
    }
}

#[test]
fn serve_says_what_is_missing_and_what_to_run() {
    let home = Home::new();
    let serve =
        |args: &[&str]| home.run(&[&["serve", "--public-url", "https://keys.acme.example"], args].concat());
    let never = serve(&["--database", "sqlite:keys.db"]).refused(1);
    assert!(
        never.contains("keydeck init --database sqlite:keys.db --organisation"),
        "{never}"
    );
    assert!(!home.path("keys.db").exists());
    let postgres = serve(&["--database", "postgres://db/keys"]).refused(2);
    assert!(postgres.contains("--root-key-file"), "{postgres}");

    home.init();
    let taken = TcpListener::bind("127.0.0.1:0").expect("bound");
    let address = taken.local_addr().expect("bound").to_string();
    let busy = serve(&["--database", "sqlite:keys.db", "--listen", &address]).refused(1);
    assert!(busy.contains(&format!("can't listen on {address}")), "{busy}");
    let open = serve(&["--database", "sqlite:keys.db", "--listen", "0.0.0.0:0"]).refused(2);
    assert!(open.contains("--behind-tls-proxy"), "{open}");

    fs::rename(home.path("keys.db.root-key"), home.path("kept")).expect("moved");
    let missing = serve(&["--database", "sqlite:keys.db"]).refused(1);
    assert!(missing.contains("--root-key-file"), "{missing}");
    let mut command = home.command(&[
        "serve",
        "--public-url",
        "https://k.example",
        "--database",
        "sqlite:keys.db",
    ]);
    let wrong = command
        .env("KEYDECK_ROOT_KEY", "5a".repeat(32))
        .output()
        .expect("started");
    let said = String::from_utf8_lossy(&wrong.stderr);
    assert!(
        wrong.status.code() == Some(1) && said.contains("not the root key"),
        "{said}"
    );
}

#[test]
fn the_local_deck_is_made_once_and_private() {
    let home = Home::new();
    let keys: Vec<Value> = thread::scope(|scope| {
        let create = |name: &'static str| {
            let args = ["key", "create", "--json", "--scope", "analytics", "--name", name];
            let home = &home;
            scope.spawn(move || home.run(&args).json())
        };
        let both = [create("One"), create("Two")];
        both.map(|run| run.join().expect("ran")).into()
    });
    assert_eq!(keys[0]["key"]["creator"]["email"], "mira@localhost");
    let list = home.run(&["key", "list", "--json"]).json();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(2), "{list}");
    let deck = home.path("data").join("keydeck");
    assert_eq!(mode(&deck), 0o700);
    for file in fs::read_dir(&deck).expect("there") {
        let path = file.expect("there").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    fs::remove_file(deck.join("root.key")).expect("removed");
    let lost = home.run(&["key", "list"]).refused(1);
    assert!(lost.contains("backup"), "{lost}");
}

#[test]
fn a_key_of_the_local_deck_names_no_address_that_somebody_could_take() {
    let home = Home::new();
    let project = home
        .run(&["project", "add", "Shop", "--deployed", "--json"])
        .json();
    let project = project["id"].as_str().expect("an id");
    for (scope, domain) in [("web", "http://shop.acme.example"), ("mobile", "com.acme.shop")] {
        let args = [
            "key",
            "create",
            "--scope",
            scope,
            "--name",
            scope,
            "--project",
            project,
            "--domain",
            domain,
        ];
        let made = home.run(&args).succeeded();
        let said = made.stderr;
        assert!(said.contains("no page or app can connect with it"), "{said}");
        assert_eq!(said.contains("is not encrypted"), scope == "web", "{said}");
        let json = BASE64_STANDARD.decode(made.stdout.trim()).expect("base64");
        let json: Value = serde_json::from_slice(&json).expect("JSON");
        assert_eq!(json["authServer"], "https://local-deck.invalid/api/jwt");
    }
    let made = home
        .run(&["key", "create", "--scope", "analytics", "--name", "Board"])
        .succeeded();
    assert!(!made.stderr.contains("local deck"), "{}", made.stderr);
}

#[test]
fn a_first_start_that_was_cut_off_is_finished_by_the_next() {
    let home = Home::new();
    let deck = home.path("data").join("keydeck");
    home.run(&["key", "list"]).succeeded();
    fs::write(deck.join("keydeck.db"), "").expect("written");
    let root_key = fs::read(deck.join("root.key")).expect("there");
    home.run(&["key", "list"]).succeeded();
    assert_eq!(fs::read(deck.join("root.key")).expect("there"), root_key);
}

#[test]
fn without_a_terminal_the_dashboard_says_so_and_leaves_nothing() {
    let home = Home::new();
    for args in [&[][..], &["demo"], &["demo", "--keys", "10", "--role", "editor"]] {
        let said = home.run(args).refused(2);
        assert!(
            said.contains("needs a terminal") && said.contains("key list"),
            "{said}"
        );
    }
    assert_eq!(fs::read_dir(home.dir.path()).expect("there").count(), 0);
}

fn demo_directories(home: &Home) -> Vec<PathBuf> {
    let entries = fs::read_dir(home.dir.path()).expect("there");
    let paths = entries.map(|entry| entry.expect("there").path());
    paths
        .filter(|path| path.to_string_lossy().contains("keydeck-demo-"))
        .collect()
}

fn demo(home: &Home, args: &[&str]) -> Pty {
    let pty = Pty::spawn(&home.command(&[&["demo"], args].concat()), Size(120, 36));
    pty.wait_for("K Keys");
    pty
}

#[test]
fn a_demo_is_private_and_leaves_nothing_however_it_ends() {
    let home = Home::new();
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let demo = demo(&home, &[]);
        demo.wait_for("Lobby screen");
        let [directory] = demo_directories(&home).try_into().expect("one");
        assert_eq!(mode(&directory), 0o700);
        demo.signal(signal);
        let ended = demo.finish();
        assert_eq!(ended.status.code(), Some(128 + signal.as_raw()));
        assert!(ended.modes_restored && demo_directories(&home).is_empty());
    }
    let mut left = demo(&home, &["--role", "editor"]);
    left.wait_for("Editor");
    left.type_keys("q");
    assert_eq!(left.finish().status.code(), Some(0));
    assert!(demo_directories(&home).is_empty());
}

#[test]
fn a_demo_has_revoked_keys_and_tells_who_still_presents_one() {
    let home = Home::new();
    let mut demo = demo(&home, &[]);
    demo.wait_for("● live");
    demo.type_keys("4");
    demo.wait_for("Revoked 3");
    demo.wait_for("▌ Storefront, preview");
    demo.wait_for("Leaked in a public build log");
    demo.wait_for("✗ 37 refused, last");
    demo.type_keys("q");
    assert_eq!(demo.finish().status.code(), Some(0));
}

#[test]
fn what_a_killed_demo_left_is_swept_by_the_next() {
    let home = Home::new();
    let living = demo(&home, &["--keys", "25"]);
    let kept = demo_directories(&home);
    let killed = demo(&home, &[]);
    killed.signal(Signal::KILL);
    killed.finish();
    assert_eq!(demo_directories(&home).len(), 2);
    let mut next = demo(&home, &[]);
    assert_eq!(demo_directories(&home).len(), 2);
    next.type_keys("q");
    next.finish();
    assert_eq!(demo_directories(&home), kept);
    drop(living);
}

#[test]
fn a_database_of_a_newer_keydeck_is_refused_whatever_is_asked_of_it() {
    let home = Home::new();
    home.init();
    home.run(&["key", "list"]).succeeded();
    fs::copy(home.path("keys.db"), home.path("kept.db")).expect("copied");
    let local = home.path("data/keydeck/keydeck.db");
    for path in [&home.path("keys.db"), &home.path("kept.db"), &local] {
        let conn = rusqlite::Connection::open(path).expect("opened");
        conn.pragma_update(None, "user_version", 99).expect("set");
    }
    let serve = [
        "serve",
        "--public-url",
        "https://keys.acme.example",
        "--database",
        "sqlite:keys.db",
    ];
    for args in [
        &serve[..],
        &["backup", "other.db", "--database", "sqlite:keys.db"],
        &[
            "restore",
            "kept.db",
            "--database",
            "sqlite:restored.db",
            "--unauthenticated",
        ],
        &["seal", "rotate", "--database", "sqlite:keys.db"],
        &["seal", "rotate"],
        &["backup", "other.db"],
        &["key", "list"],
    ] {
        let refused = home.run(args).refused(1);
        let sentence = "the database is of a newer keydeck (schema 99; this one knows up to ";
        assert!(refused.contains(sentence), "{args:?}: {refused}");
    }
    let dashboard = Pty::spawn(&home.command(&[]), Size(120, 36));
    dashboard.wait_for("of a newer keydeck (schema 99");
    assert_eq!(dashboard.finish().status.code(), Some(1));
}
