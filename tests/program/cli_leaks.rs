//! `keydeck key lookup` and `keydeck scan`: whose is this key, and is it still active?

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use base64::prelude::{BASE64_STANDARD, Engine};
use keydeck::model::{Scope, Token, TokenKind};
use serde_json::Value;

use crate::program::{Home, Ran, Served, mobile_key};
use crate::pty::{Pty, Size};

const LOOKUP: &[&str] = &["key", "lookup"];

/// A Mobile key's secret. Its project must be there.
fn created(server: &Served, name: &str) -> String {
    let ran = server.run(&mobile_key("Kiosk", name)).succeeded();
    ran.stdout.trim().to_owned()
}

/// The token in a Mobile key's secret.
fn token_in(secret: &str) -> String {
    let json = BASE64_STANDARD.decode(secret).expect("base64");
    let json: Value = serde_json::from_slice(&json).expect("JSON");
    json["authToken"].as_str().expect("a token").to_owned()
}

/// A token that no server knows.
fn stranger(kind: TokenKind) -> String {
    Token::generate(kind).expect("random").expose().to_owned()
}

/// The same with its last character but one wrong.
fn misspelt(token: &str) -> String {
    let (before, last) = token.split_at(token.len() - 2);
    let other = if last.starts_with('x') { 'y' } else { 'x' };
    format!("{before}{other}{}", &last[1..])
}

fn objects(ran: &Ran) -> Vec<Value> {
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    ran.stdout.lines().map(read).collect()
}

#[test]
fn a_key_is_told_by_its_secret_or_its_token() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Kiosk");
    let secret = created(&server, "Lobby");
    let token = token_in(&secret);
    for text in [&secret, &format!("  {token}\r\n")] {
        let told = Ran::given(server.command(LOOKUP), text).succeeded().stdout;
        assert!(told.contains("Lobby") && told.contains("Kiosk"), "{told}");
        assert!(!told.contains(&token), "{told}");
    }
    let lookup = server.command(&["key", "lookup", "--json"]);
    let json = Ran::given(lookup, &secret).json();
    assert_eq!(
        (&json["state"], &json["key"]["name"]),
        (&"active".into(), &"Lobby".into())
    );

    server.run(&["key", "revoke", "Lobby", "--yes"]).succeeded();
    let said = Ran::given(server.command(LOOKUP), &secret).refused(1);
    assert!(said.starts_with("error: revoked just now (kdm_…"), "{said}");
    assert!(said.contains("): Mobile key \"Lobby\", on 2"), "{said}");
    assert!(
        said.contains("by mira@acme.example") && !said.contains(&token),
        "{said}"
    );
    let revoked = Ran::given(server.command(&["key", "lookup", "--json"]), &token);
    assert_eq!(revoked.code, Some(1));
    assert_eq!(objects_of(&revoked.stdout)["state"], "revoked");

    let other = stranger(TokenKind::Key(Scope::Web));
    let said = Ran::given(server.command(LOOKUP), &other).refused(1);
    assert!(said.contains("no key that you can see here"), "{said}");
    let unknown = Ran::given(server.command(&["key", "lookup", "--json"]), &other);
    assert_eq!(
        (unknown.code, objects_of(&unknown.stdout)["state"].as_str()),
        (Some(1), Some("unknown"))
    );
}

fn objects_of(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn a_key_is_told_in_every_form_in_which_it_is_pasted() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Kiosk");
    let secret = created(&server, "Lobby");
    let trimmed = secret.trim_end_matches('=');
    let (left, right) = secret.split_at(76);
    for text in [
        trimmed.to_owned(),
        format!("{trimmed}%3D"),
        format!("\"{secret}\","),
        format!("key: '{trimmed}'"),
        format!("{left}\n{right}\n"),
        format!("{left}\\\r\n    {right}\r\n"),
        secret.replace('=', "\\u003d"),
        BASE64_STANDARD.encode(&secret),
        BASE64_STANDARD.encode(BASE64_STANDARD.encode(&secret)),
        format!(
            "Authorization: Basic {}",
            BASE64_STANDARD.encode(format!("key:{secret}"))
        ),
        format!("'\\x{}'", hex::encode(&secret)),
        format!("{left} {right}"),
    ] {
        let told = Ran::given(server.command(LOOKUP), &text).succeeded().stdout;
        assert!(told.contains("Lobby"), "{told}");
        let scan = Ran::given(server.command(&["scan"]), &text);
        assert!(
            scan.stdout.contains("active: Mobile key \"Lobby\""),
            "{text} {}",
            scan.stdout
        );
    }
}

#[test]
fn what_is_no_key_is_told_without_asking_anyone() {
    let home = Home::new();
    let ask = |text: &str| {
        let mut command = home.command(&["key", "lookup", "--server", "http://127.0.0.1:1"]);
        command.env("KEYDECK_TOKEN", stranger(TokenKind::User));
        Ran::given(command, text).refused(1)
    };
    let key = stranger(TokenKind::Key(Scope::Analytics));
    for (text, words) in [
        (misspelt(&key), "the checksum does not fit"),
        (key[..40].to_owned(), "incomplete or too long"),
        ("sk_live_1234".into(), "neither a keydeck key"),
        (
            format!("{} {key}", stranger(TokenKind::Key(Scope::Web))),
            "several tokens",
        ),
        (
            BASE64_STANDARD.encode(stranger(TokenKind::User)),
            "is a person's sign-in token",
        ),
        (stranger(TokenKind::User), "is a person's sign-in token"),
        (stranger(TokenKind::Gateway), "is a gateway's token"),
        (stranger(TokenKind::SessionServer), "is a session server's token"),
        ("\n".into(), "no key to look up"),
    ] {
        let said = ask(&text);
        assert!(said.contains(words) && said.lines().count() == 1, "{said}");
        assert!(text.trim().is_empty() || !said.contains(&text), "{said}");
    }
    assert!(ask(&key).contains("connection refused"));
    let twice = home.run(&["key", "lookup", "--token-file", "-"]).refused(2);
    assert!(twice.contains("can't be used for both"), "{twice}");
}

#[test]
fn a_key_that_is_typed_is_not_shown() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Kiosk");
    let token = token_in(&created(&server, "Lobby"));
    let mut pty = Pty::spawn(&server.command(LOOKUP), Size(160, 24));
    pty.wait_for("its token: ");
    pty.type_keys(&token);
    pty.type_keys("<Enter>");
    pty.wait_for("Lobby");
    let ended = pty.finish();
    assert_eq!(ended.status.code(), Some(0));
    let raw = String::from_utf8_lossy(&ended.raw);
    assert!(!raw.contains(&token), "{raw}");
}

/// A tree in which keys are where they leak.
struct Tree {
    active: String,
    revoked: String,
    unknown: String,
}

impl Tree {
    fn plant(home: &Home, server: &Served) -> Self {
        server.project("Kiosk");
        let tree = Self {
            active: created(server, "Lobby"),
            revoked: token_in(&created(server, "Old lobby")),
            unknown: stranger(TokenKind::Key(Scope::Web)),
        };
        server.run(&["key", "revoke", "Old lobby", "--yes"]).succeeded();
        let token = token_in(&tree.active);
        let write = |name: &str, bytes: &[u8]| {
            let path = home.path("tree").join(name);
            fs::create_dir_all(path.parent().expect("a directory")).expect("made");
            fs::write(path, bytes).expect("written");
        };
        write(".env", format!("# keys\nKEY={}\n", tree.active).as_bytes());
        write("core", &[&[0xFF, 0, 0x80][..], token.as_bytes(), &[0]].concat());
        write(
            "notes.txt",
            format!("{}\n  {}", tree.unknown, tree.revoked).as_bytes(),
        );
        write("typo.txt", misspelt(&token).as_bytes());
        let utf16: Vec<u8> = format!("\u{feff}é {token}")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        write("utf16.txt", &utf16);
        write("empty", b"");
        tree
    }

    /// Whether a secret is in this text, which it is never to be.
    fn is_in(&self, text: &str) -> bool {
        let active = token_in(&self.active);
        let tokens = [&active, &self.revoked, &self.unknown];
        tokens.iter().any(|token| text.contains(&token[8..40])) || text.contains(&self.active[..60])
    }
}

#[test]
fn a_scan_says_of_each_key_where_it_is_and_whether_it_is_active() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let tree = Tree::plant(&home, &server);
    let scan = server.run(&["scan", "tree"]);
    assert!(!tree.is_in(&scan.stdout) && !tree.is_in(&scan.stderr));
    let lines: Vec<&str> = scan.stdout.lines().collect();
    let hint = |token: &str| format!("{}…{}", &token[..4], &token[49..]);
    let active = hint(&token_in(&tree.active));
    assert_eq!(lines.len(), 5, "{}", scan.stdout);
    for (line, begins) in lines.iter().zip([
        format!("tree/.env:2:5: {active} active: Mobile key \"Lobby\" of Kiosk, created by mira@acme"),
        format!("tree/core:1:4: {active} active: "),
        format!("tree/notes.txt:1:1: {} unknown here", hint(&tree.unknown)),
        format!(
            "tree/notes.txt:2:3: {} revoked: Mobile key \"Old lobby\", on 2",
            hint(&tree.revoked)
        ),
        format!("tree/utf16.txt:1:4: {active} active: "),
    ]) {
        assert!(line.starts_with(&begins), "{line} is not {begins}");
    }
    let said = "searched 6 files: 1 active, 1 revoked, 1 unknown here; 1 looks like a key, but its checksum is wrong\n\
                error: 1 active key was found\n";
    assert_eq!((scan.code, scan.stderr.as_str()), (Some(1), said));

    let json = server.run(&["scan", "tree", "--json"]);
    let objects = objects(&json);
    assert_eq!((json.code, objects.len()), (Some(1), 6));
    assert!(!tree.is_in(&json.stdout));
    let first = &objects[0];
    for (field, value) in [
        ("type", Value::from("finding")),
        ("path", "tree/.env".into()),
        ("line", 2.into()),
        ("column", 5.into()),
        ("kind", "mobile".into()),
        ("hint", active.into()),
        ("state", "active".into()),
    ] {
        assert_eq!(first[field], value, "{first}");
    }
    assert_eq!(first["key"]["name"], "Lobby");
    assert_eq!(
        (&objects[3]["state"], &objects[3]["name"]),
        (&"revoked".into(), &"Old lobby".into())
    );
    let summary = serde_json::json!({"type": "summary", "files": 6, "unreadable": 0, "active": 1, "disabled": 0, "expired": 0,
        "rotated": 0, "revoked": 1, "unknown": 1, "unchecked": 0, "wrong_checksum": 1});
    assert_eq!(objects[5], summary);

    server.run(&["key", "revoke", "Lobby", "--yes"]).succeeded();
    server.run(&["scan", "tree"]).succeeded();
}

#[test]
fn what_can_not_be_asked_or_read_is_never_clean() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let tree = Tree::plant(&home, &server);
    let away = |args: &[&str]| {
        let mut command = home.command(args);
        command
            .env("KEYDECK_SERVER", "http://127.0.0.1:1")
            .env("KEYDECK_TOKEN", stranger(TokenKind::User));
        Ran::of(command.output().expect("started"))
    };
    let failed = away(&["scan", "tree/notes.txt"]);
    assert!(failed.code == Some(1) && failed.stderr.contains("connection refused"));
    assert!(failed.stdout.contains("notes.txt:2:3: "), "{}", failed.stdout);
    assert!(
        failed.stdout.contains("unchecked: Mobile key"),
        "{}",
        failed.stdout
    );
    // Without a key there is nothing to ask.
    away(&["scan", "tree/typo.txt", "tree/empty"]).succeeded();
    let offline = away(&["scan", "--offline", "tree/notes.txt"]);
    assert!(
        offline.code == Some(1) && offline.stderr.contains("2 tokens were found that may be valid"),
        "{}",
        offline.stderr
    );
    let signed_out = home.run(&["--server", &server.url, "scan", "tree/notes.txt"]);
    assert_eq!((signed_out.code, signed_out.stdout.lines().count()), (Some(4), 2));
    let missing = server.run(&["scan", "tree/nowhere", "tree/notes.txt"]);
    assert!(
        missing.code == Some(1) && missing.stderr.contains("can't read tree/nowhere: No such file"),
        "{}",
        missing.stderr
    );
    assert_eq!(missing.stdout.lines().count(), 2);

    // A reader that goes away early changes nothing about it.
    let mut child = server
        .command(&["scan", "tree"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("ended").code(), Some(1));
    assert!(!tree.is_in(&failed.stderr));
}

#[test]
fn a_scan_reads_standard_input_links_and_pipes_that_are_named() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let tree = Tree::plant(&home, &server);
    for args in [&["scan"][..], &["scan", "-"]] {
        let scan = Ran::given(server.command(args), &format!("a\n{}", tree.revoked)).succeeded();
        assert!(scan.stdout.starts_with("-:2:1: kdm_"), "{}", scan.stdout);
    }
    symlink("tree", home.path("link")).expect("made");
    symlink("notes.txt", home.path("tree/again")).expect("made");
    let pipe = Command::new("mkfifo").arg(home.path("tree/pipe")).status();
    assert!(pipe.expect("started").success());
    let linked = objects(&server.run(&["scan", "link", "--json"]));
    let paths: Vec<&str> = linked.iter().filter_map(|line| line["path"].as_str()).collect();
    assert_eq!(
        paths,
        [
            "link/.env",
            "link/core",
            "link/notes.txt",
            "link/notes.txt",
            "link/utf16.txt"
        ]
    );
    let named = server.run(&["scan", "tree/again"]).succeeded();
    assert_eq!(named.stdout.lines().count(), 2);
    let twice = server.run(&["scan", "-", "--token-file", "-"]).refused(2);
    assert!(twice.contains("can't be used for both"), "{twice}");
}

#[test]
fn what_git_ignores_is_searched_unless_it_is_not_to_be() {
    let home = Home::new();
    let token = stranger(TokenKind::Gateway);
    for (name, text) in [
        ("repo/.git/HEAD", "ref"),
        ("repo/.gitignore", ".env\n"),
        ("repo/.env", &token),
    ] {
        let path = home.path(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(path, text).expect("written");
    }
    // A gateway's token can be looked up nowhere, so that no server is asked.
    let all = home.run(&["scan", "repo"]);
    assert!(
        all.code == Some(1) && all.stdout.contains("unchecked: gateway token"),
        "{}",
        all.stdout
    );
    let kept = home.run(&["scan", "--gitignore", "repo"]).succeeded();
    assert_eq!(
        (kept.stdout.as_str(), kept.stderr.as_str()),
        ("", "searched 2 files: no keys\n")
    );
    assert!(!home.path("data").exists(), "no local deck was made");
}

#[test]
fn who_sees_only_their_own_keys_is_not_told_that_another_is_unknown() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let tree = Tree::plant(&home, &server);
    let added = server.run(&["user", "add", "ed@acme.example", "--role", "editor"]);
    let editor = added.succeeded().stdout;
    let scan = server.run_as(editor.trim(), &["scan", "tree/.env"]);
    assert!(
        scan.code == Some(1) && scan.stdout.contains("unchecked: Mobile key"),
        "{}",
        scan.stdout
    );
    assert!(
        scan.stderr.contains("you see only your own keys"),
        "{}",
        scan.stderr
    );
    assert!(!tree.is_in(&scan.stdout));
}
