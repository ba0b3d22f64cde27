//! `keydeck key lookup`: whose is this key, and is it still active?
#![cfg(test)]

#[path = "common/keys.rs"]
mod keys;
#[path = "common/program.rs"]
#[expect(dead_code, reason = "shared with the tests of the other commands")]
mod program;
#[path = "common/pty.rs"]
#[expect(dead_code, reason = "shared with the tests of the dashboard")]
mod pty;

use base64::prelude::{BASE64_STANDARD, Engine};
use keydeck::model::{Scope, Token, TokenKind};
use serde_json::Value;

use program::{Home, Ran, Served};
use pty::{Pty, Size};

const LOOKUP: &[&str] = &["key", "lookup"];

/// A Mobile key's secret. Its project must be there.
fn created(server: &Served, name: &str) -> String {
    let args = [
        "key",
        "create",
        "--scope",
        "mobile",
        "--project",
        "Kiosk",
        "--name",
    ];
    let ran = server.run(&[&args[..], &[name]].concat()).succeeded();
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
    assert!(said.contains("was revoked: Mobile key \"Lobby\", on 2"), "{said}");
    assert!(
        said.contains("by mira@acme.example") && !said.contains(&token),
        "{said}"
    );
    let revoked = Ran::given(server.command(&["key", "lookup", "--json"]), &token);
    assert_eq!(revoked.code, Some(1));
    assert_eq!(objects_of(&revoked.stdout)["state"], "revoked");

    let other = stranger(TokenKind::Key(Scope::Web));
    let said = Ran::given(server.command(LOOKUP), &other).refused(1);
    assert!(said.contains("no key that you may see here"), "{said}");
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
fn what_is_no_key_is_told_without_asking_anyone() {
    let home = Home::new();
    let ask = |text: &str| {
        let mut command = home.command(&["key", "lookup", "--server", "http://127.0.0.1:1"]);
        command.env("KEYDECK_TOKEN", "kdu_x");
        Ran::given(command, text).refused(1)
    };
    let key = stranger(TokenKind::Key(Scope::Analytics));
    for (text, words) in [
        (misspelt(&key), "the checksum does not fit"),
        (key[..40].to_owned(), "cut or too long"),
        ("sk_live_1234".into(), "no keydeck key"),
        (stranger(TokenKind::User), "is the sign-in token of a person"),
        (stranger(TokenKind::Gateway), "is the token of a gateway"),
        ("\n".into(), "no key to look up"),
    ] {
        let said = ask(&text);
        assert!(said.contains(words) && said.lines().count() == 1, "{said}");
        assert!(text.trim().is_empty() || !said.contains(&text), "{said}");
    }
    assert!(ask(&key).contains("connection refused"));
    let twice = home.run(&["key", "lookup", "--token-file", "-"]).refused(2);
    assert!(twice.contains("can't be both"), "{twice}");
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
