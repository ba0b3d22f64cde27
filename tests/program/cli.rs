//! `keydeck key …` as scripts meet it: the real program, its output and its exit codes.

use std::fs::File;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::program::{Home, Ran, Served, mobile_key, stranger};
use crate::pty::typed;

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field]
        .as_str()
        .unwrap_or_else(|| panic!("{field} in {value}"))
}

fn create_web(server: &Served, name: &str) -> Value {
    let args = [
        "key",
        "create",
        "--json",
        "--scope",
        "web",
        "--project",
        "Storefront",
        "--domain",
    ];
    server
        .run(&[&args[..], &["https://shop.acme.example/", "--name", name]].concat())
        .json()
}

fn listed(server: &Served, args: &[&str]) -> Vec<String> {
    let list = server.run(&[&["key", "list", "--json"], args].concat()).json();
    let items = list["items"].as_array().expect("a list");
    items.iter().map(|key| text(key, "name").to_owned()).collect()
}

#[test]
fn a_key_lives_from_creation_to_revocation() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let project = server.project("Storefront");

    let created = create_web(&server, "Checkout");
    let (key, secret) = (&created["key"], text(&created, "secret"));
    let id = text(key, "id");
    assert_eq!(key["ui_domains"][0], "https://shop.acme.example");
    assert_eq!(text(&key["project"], "id"), project.id.to_string());

    let shown = server.run(&["key", "show", "Checkout", "--json"]).json();
    assert_eq!(&shown, key);
    let table = server.run(&["key", "show", id]).succeeded().stdout;
    assert!(
        table.contains("https://shop.acme.example") && !table.contains(secret),
        "{table}"
    );
    assert_eq!(
        server.run(&["key", "reveal", id]).succeeded().stdout.trim(),
        secret
    );

    let edit = [
        "key",
        "edit",
        id,
        "--json",
        "--name",
        "Till",
        "--add-domain",
        "http://localhost:8000",
    ];
    let more = [
        "--remove-domain",
        "https://SHOP.acme.example:443",
        "--local-address",
        "203.0.113.7",
    ];
    let edited = server
        .run(&[&edit[..], &more, &["--cross-page-persistence"]].concat())
        .json();
    assert_eq!(edited["ui_domains"], serde_json::json!(["http://localhost:8000"]));
    assert_eq!(edited["local_development"], "203.0.113.7");
    assert_eq!(edited["cross_page_persistence"], true);
    let off = [
        "key",
        "edit",
        "Till",
        "--no-local-development",
        "--cross-page-persistence=false",
    ];
    server.run(&off).succeeded();
    let shown = server.run(&["key", "show", "Till", "--json"]).json();
    assert_eq!(
        (&shown["local_development"], &shown["cross_page_persistence"]),
        (&Value::Null, &false.into())
    );
    assert_eq!(
        server.run(&["key", "reveal", id]).succeeded().stdout.trim(),
        secret
    );

    let revoked = server.run(&["key", "revoke", id, "--yes"]).succeeded();
    assert!(
        revoked.stderr.contains("revoked Web key \"Till\""),
        "{}",
        revoked.stderr
    );
    assert!(listed(&server, &[]).is_empty());
    // What is left of it is shown.
    let shown = server.run(&["key", "show", id]).succeeded().stdout;
    assert!(
        shown.contains("Revoked") && shown.contains("by mira@acme.example"),
        "{shown}"
    );
    for args in [["key", "enable", id], ["key", "reveal", id]] {
        let sentence = server.run(&args).refused(1);
        assert!(
            sentence.starts_with("error: ") && sentence.lines().count() == 1,
            "{sentence}"
        );
    }
}

#[test]
fn a_note_is_written_shown_and_removed() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let create = [
        "key",
        "create",
        "--scope",
        "analytics",
        "--name",
        "Board",
        "--json",
    ];
    let created = server
        .run(&[&create[..], &["--note", "Ask Mira"]].concat())
        .json();
    assert_eq!(created["key"]["note"], "Ask Mira");
    let shown = server.run(&["key", "show", "Board"]).succeeded().stdout;
    let of = |line: &str| line.starts_with("Note") && line.ends_with("Ask Mira");
    assert!(shown.lines().any(of), "{shown}");
    let secret = created["secret"].as_str().expect("a secret");
    let refused = server.run(&["key", "edit", "Board", "--note", secret]).refused(1);
    assert!(
        refused.contains("--note: ") && !refused.contains(secret),
        "{refused}"
    );
    server.run(&["key", "edit", "Board", "--note", ""]).succeeded();
    let shown = server.run(&["key", "show", "Board"]).succeeded().stdout;
    assert!(!shown.contains("Note"), "{shown}");
    let said = server.run(&["activity", "list"]).succeeded().stdout;
    assert!(said.contains("note: Ask Mira → none"), "{said}");
}

#[test]
fn labels_are_given_changed_found_and_removed() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let create = [
        "key",
        "create",
        "--scope",
        "analytics",
        "--name",
        "Board",
        "--json",
    ];
    let labels = ["--label", "Production", "--label", "team a"];
    let created = server.run(&[&create[..], &labels].concat()).json();
    assert_eq!(created["key"]["labels"], json!(["Production", "team a"]));
    let labels = |args: &[&str]| {
        let edited = server.run(&[&["key", "edit", "Board", "--json"], args].concat());
        edited.json()["labels"].clone()
    };
    assert_eq!(
        labels(&[
            "--add-label",
            "eu",
            "--remove-label",
            "TEAM A",
            "--add-label",
            "production"
        ]),
        json!(["Production", "eu"])
    );
    for (filter, is_found) in [
        ("label:EU", true),
        ("label:eu board", true),
        ("label:eu,production", true),
        ("label:\"team a\"", false),
        ("label:e", false),
    ] {
        let found = server
            .run(&["key", "list", "--filter", filter])
            .succeeded()
            .stdout;
        assert_eq!(found.contains("Board"), is_found, "{filter}: {found}");
    }
    let refused = server.run(&["key", "list", "--filter", "label:"]).refused(2);
    assert!(refused.contains("label:production"), "{refused}");
    let refused = server
        .run(&["key", "edit", "Board", "--remove-label", "us"])
        .refused(1);
    assert!(refused.contains("--remove-label us: "), "{refused}");
    let secret = created["secret"].as_str().expect("a secret");
    for flag in ["--label", "--add-label"] {
        let refused = server.run(&["key", "edit", "Board", flag, secret]).refused(1);
        assert!(
            refused.contains("--label: ") && !refused.contains(secret),
            "{refused}"
        );
    }
    server
        .run(&["key", "edit", "Board", "--label", "x", "--add-label", "y"])
        .refused(2);
    let refused = server.run(&["key", "edit", "Board", "--label", "a,b"]).refused(1);
    assert!(
        refused.contains("--label: It can't contain a comma."),
        "{refused}"
    );
    let shown = server.run(&["key", "show", "Board"]).succeeded().stdout;
    let of = |line: &&str| line.starts_with("Labels");
    assert_eq!(shown.lines().filter(of).count(), 2, "{shown}");
    assert_eq!(labels(&["--label", "us"]), json!(["us"]));
    assert_eq!(labels(&["--label", ""]), json!([]));
    let said = server.run(&["activity", "list"]).succeeded().stdout;
    let changes = [
        "labels: −us",
        "labels: +us −Production −eu",
        "labels: Production “team a”",
    ];
    for change in changes {
        assert!(said.contains(change), "{said}");
    }
}

#[test]
fn a_secret_is_alone_on_stdout_and_nowhere_else() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let created = server
        .run(&["key", "create", "--scope", "analytics", "--name", "Board report"])
        .succeeded();
    let secret = created.stdout.trim();
    assert!(secret.starts_with("kda_") && secret.len() == 53, "{secret}");
    assert!(created.stderr.contains("only time") && !created.stderr.contains(secret));

    let again = server.run(&["key", "reveal", "Board report"]).refused(1);
    assert!(again.contains("once") && !again.contains(secret), "{again}");
    let pasted = server.run(&["key", "show", secret]).refused(2);
    assert!(!pasted.contains(secret), "{pasted}");
    let (code, logged) = server.terminate();
    assert_eq!((code, logged.contains(secret)), (Some(0), false), "{logged}");
}

#[test]
fn a_list_is_sorted_filtered_and_cut_as_asked() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Storefront");
    for name in ["Bravo", "alpha", "Charlie"] {
        create_web(&server, name);
    }
    let board = ["key", "create", "--scope", "analytics", "--name", "Delta"];
    server.run(&board).succeeded();

    assert_eq!(
        listed(&server, &["--sort", "name"]),
        ["alpha", "Bravo", "Charlie", "Delta"]
    );
    assert_eq!(
        listed(&server, &["--sort", "name", "--reverse", "--limit", "1"]),
        ["Delta"]
    );
    assert_eq!(
        listed(&server, &["--order", "asc", "--scope", "web", "--all"]),
        ["Bravo", "alpha", "Charlie"]
    );
    assert_eq!(
        listed(&server, &["--project", "Storefront", "--filter", "CHAR"]),
        ["Charlie"]
    );
    assert_eq!(
        listed(&server, &["--creator", "me", "--scope", "analytics"]),
        ["Delta"]
    );
    assert_eq!(
        listed(&server, &["--creator", "mira@acme.example", "--limit", "4"]).len(),
        4
    );

    let first = server
        .run(&["key", "list", "--json", "--sort", "name", "--limit", "3"])
        .json();
    let next = text(&first, "next");
    assert_eq!(listed(&server, &["--sort", "name", "--after", next]), ["Delta"]);
    let table = server.run(&["key", "list", "--sort", "name"]).succeeded().stdout;
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines.len() == 5 && lines[0].starts_with("NAME"), "{table}");
    assert!(lines[1].starts_with("alpha") && lines[1].contains("Storefront") && lines[1].contains("never"));
    let unknown = server.run(&["key", "list", "--project", "Store"]).refused(1);
    assert!(unknown.contains("did you mean \"Storefront\"?"), "{unknown}");
}

#[test]
fn wrong_values_are_told_one_a_line_by_the_name_of_their_flag() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Storefront");
    let args = [
        "key",
        "create",
        "--scope",
        "web",
        "--name",
        " ",
        "--project",
        "Storefront",
    ];
    let domains = ["--domain", "https://a.example", "--domain", "b.example"];
    let said = server.run(&[&args[..], &domains].concat()).refused(1);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(lines[0].starts_with("error: --name: "), "{said}");
    assert!(lines[1].starts_with("error: --domain b.example: "), "{said}");
}

#[test]
fn a_name_that_two_keys_have_is_answered_with_their_ids() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Storefront");
    create_web(&server, "Checkout");
    let other = server.project("Kiosk");
    server
        .run(&mobile_key(&other.id.to_string(), "Checkout"))
        .succeeded();
    let said = server.run(&["key", "revoke", "--yes", "Checkout"]).refused(1);
    assert!(
        said.contains("2 keys are called") && said.contains("Mobile key of Kiosk"),
        "{said}"
    );
    assert_eq!(listed(&server, &[]).len(), 2);
}

#[test]
fn revoking_asks_and_only_yes_means_yes() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Storefront");
    create_web(&server, "Checkout");

    let revoke = ["key", "revoke", "Checkout"];
    let refused = server.run(&revoke).refused(2);
    assert!(refused.contains("--yes"), "{refused}");
    let (code, screen) = typed(&server.command(&revoke), "<Enter>");
    assert!(
        screen.contains("Storefront") && screen.contains("never"),
        "{screen}"
    );
    assert!(
        screen.contains("nothing was revoked") && code == Some(1),
        "{screen}"
    );
    assert_eq!(listed(&server, &[]), ["Checkout"]);
    let (code, screen) = typed(&server.command(&revoke), "yes<Enter>");
    assert!(code == Some(0) && listed(&server, &[]).is_empty(), "{screen}");
}

#[test]
fn signing_in_fails_with_its_own_exit_code() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let unknown = stranger();
    let wrong = server.run_as(&unknown, &["key", "list"]).refused(4);
    assert!(
        wrong.contains("KEYDECK_TOKEN") && !wrong.contains(&unknown),
        "{wrong}"
    );
    let missing = home.run(&["--server", &server.url, "key", "list"]).refused(4);
    assert!(missing.contains("KEYDECK_TOKEN"), "{missing}");
    let mut plain = home.command(&["key", "list", "--server", "http://keys.acme.example"]);
    let output = plain.env("KEYDECK_TOKEN", stranger()).output().expect("started");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_reader_that_goes_away_ends_the_list_quietly() {
    let home = Home::new();
    let mut child = home
        .command(&["key", "list", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ended");
    assert_eq!(
        (output.status.code(), output.stderr.as_slice()),
        (Some(0), &b""[..])
    );
}

/// Every command that prints a secret, what stands in for the pipe that its output goes to, and what it says then.
fn lost(command: &mut Command, output: impl Into<Stdio>) -> String {
    let ended = command
        .stdout(output)
        .stderr(Stdio::piped())
        .output()
        .expect("started");
    let said = String::from_utf8(ended.stderr).expect("text");
    assert_eq!(ended.status.code(), Some(1), "{said}");
    said
}

fn full() -> File {
    File::options().write(true).open("/dev/full").expect("there")
}

/// A pipe whose reader has gone.
fn unread() -> std::io::PipeWriter {
    std::io::pipe().expect("made").1
}

#[test]
fn a_secret_that_does_not_arrive_is_told_with_the_way_out() {
    let home = Home::new();
    let server = home.serve(&home.init());
    for project in ["Kiosk", "Storefront"] {
        server.project(project);
    }
    create_web(&server, "Shown");
    let once = ["key", "create", "--scope", "analytics", "--name"];
    for as_json in [false, true] {
        let (name, json) = (["a", "b"][usize::from(as_json)], ["--json"]);
        let mail = format!("{name}@acme.example");
        for (args, words) in [
            (
                &[&once[..], &[name]].concat()[..],
                "its secret is lost; revoke it with keydeck key revoke",
            ),
            (
                &mobile_key("Kiosk", name),
                "print its secret with keydeck key reveal",
            ),
            (
                &["user", "add", &mail, "--role", "editor"],
                "print a new one with keydeck user new-token",
            ),
            (&["user", "new-token", &mail], "run keydeck user new-token"),
            (
                &["gateway", "add", name],
                "is lost; remove it with keydeck gateway remove",
            ),
            (&["key", "reveal", "Shown"], "run keydeck key reveal"),
        ] {
            let args = [args, &json[..usize::from(as_json)]].concat();
            let said = lost(&mut server.command(&args), full());
            assert!(
                said.contains("No space left") && said.contains(words),
                "{args:?}: {said}"
            );
        }
    }
    // Nothing is done when nobody would get it.
    let before = server.run(&["key", "list", "--json"]).json();
    let args = [&once[..], &["unread"]].concat();
    let said = lost(&mut server.command(&args), unread());
    assert!(said.contains("nothing was done"), "{said}");
    let closed = ["-c", "exec \"$0\" \"$@\" >&-", env!("CARGO_BIN_EXE_keydeck")];
    let mut shell = server.command(&[]);
    let mut shell = {
        let mut closing = Command::new("sh");
        closing.args(closed).args(&args).env_clear();
        closing.envs(shell.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.stdin(Stdio::null());
        closing
    };
    let said = String::from_utf8(shell.output().expect("started").stderr).expect("text");
    assert!(said.contains("standard output is closed"), "{said}");
    assert_eq!(server.run(&["key", "list", "--json"]).json(), before);
}

#[test]
fn a_reader_that_ends_without_reading_loses_the_secret() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let (reader, writer) = std::io::pipe().expect("made");
    let mut command = server.command(&["gateway", "add", "edge"]);
    let child = command
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    drop(command);
    // It goes when the secret is in the pipe, which it never takes.
    let mut waiting = [rustix::event::PollFd::new(&reader, rustix::event::PollFlags::IN)];
    rustix::event::poll(&mut waiting, None).expect("waited");
    drop(reader);
    let ended = child.wait_with_output().expect("ended");
    let said = String::from_utf8(ended.stderr).expect("text");
    assert!(
        ended.status.code() == Some(1) && said.contains("gateway remove"),
        "{said}"
    );
}

#[test]
fn what_a_hostile_server_sends_moves_no_cursor() {
    let hostile = "kdw_\u{1b}]52;c;eA==\u{7}\u{9b}31m\u{202e}";
    let escaped = serde_json::to_string(hostile).expect("JSON");
    let id = uuid::Uuid::nil();
    let person = format!(r#"{{"id": "{id}", "email": {escaped}}}"#);
    let key = format!(
        r#"{{"id": "{id}", "name": {escaped}, "scope": "web", "project": {{"id": "{id}", "name": {escaped}, "deployed": true}},
        "creator": {person}, "created_at": "2026-11-01T00:00:00Z", "version": 1, "hint": {escaped},
        "ui_domains": [{escaped}], "cross_page_persistence": false,
        "may": {{"reveal": true, "edit": true, "revoke": true, "rotate": true}}}}"#
    );
    let user = format!(
        r#"{{"id": "{id}", "email": {escaped}, "role": "editor", "created_at": "2026-11-01T00:00:00Z"}}"#
    );
    let gateway = format!(
        r#"{{"id": "{id}", "name": {escaped}, "added_at": "2026-11-01T00:00:00Z", "added_by": {person}}}"#
    );
    let answers = [
        ("/reveal", format!(r#"{{"secret": {escaped}}}"#)),
        ("GET /v1/keys/", key.clone()),
        (
            "POST /v1/keys",
            format!(r#"{{"key": {key}, "secret": {escaped}, "replayed": false}}"#),
        ),
        (
            "POST /v1/users",
            format!(r#"{{"user": {user}, "token": {escaped}}}"#),
        ),
        (
            "POST /v1/gateways",
            format!(r#"{{"gateway": {gateway}, "token": {escaped}}}"#),
        ),
    ];
    let stub = crate::stub::Stub::reading(move |head, stream| {
        let answer = answers.iter().find(|(path, _)| head.contains(path));
        let body = answer.map_or("{}", |(_, body)| body);
        let _ = stream.write_all(
            crate::stub::response("Cache-Control: no-store", "200 OK", "application/json", body).as_bytes(),
        );
    });
    let home = Home::new();
    let id = id.to_string();
    for args in [
        &["key", "show", &id][..],
        &["key", "reveal", &id],
        &["key", "create", "--scope", "analytics", "--name", "x"],
        &["user", "add", "jun@acme.example", "--role", "editor"],
        &["gateway", "add", "edge"],
    ] {
        for json in [&[][..], &["--json"]] {
            let mut command = home.command(&[args, json].concat());
            command
                .env("KEYDECK_SERVER", format!("http://{}", stub.address))
                .env("KEYDECK_TOKEN", stranger());
            let ran = Ran::of(command.output().expect("started"));
            for said in [&ran.stdout, &ran.stderr] {
                let is_text = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
                assert!(said.chars().all(is_text), "{args:?} {said:?}");
            }
            if !json.is_empty() {
                assert!(
                    ran.code == Some(0) && ran.stdout.contains("\\u001b"),
                    "{args:?} {ran:?}"
                );
            }
        }
    }
}

/// What is given as text is not sent with a secret in it, and not repeated; who asks for a terminal is told which one.
#[test]
fn no_argument_that_is_text_takes_a_secret() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    server.project("Shop");
    let secret = format!("my \"{token}\"");
    for args in [
        &["key", "create", "--scope", "analytics", "--name", &secret][..],
        &["key", "edit", "Checkout", "--name", &secret],
        &["key", "edit", "Checkout", "--add-domain", &secret],
        &["key", "show", &secret],
        &["key", "list", "--filter", &secret],
        &["key", "explain", "Checkout", "--origin", &secret],
        &["project", "add", &secret],
        &["project", "edit", "Shop", "--name", &secret],
        &["project", "edit", "Shop", "--session-key-name", &secret],
        &["project", "list", "--filter", &secret],
        &["project", "remove", &secret, "--yes"],
        &["user", "add", &secret, "--role", "editor"],
        &["user", "new-token", &secret],
        &["gateway", "add", &secret],
        &["gateway", "remove", &secret, "--yes"],
    ] {
        let ran = server.run(args);
        assert!(
            !ran.stderr.contains(&token) && !ran.stdout.contains(&token),
            "{args:?}: {}",
            ran.stderr
        );
        assert!(
            matches!(ran.code, Some(1 | 2)) && ran.stdout.is_empty(),
            "{args:?}"
        );
        assert!(ran.stderr.contains("secret"), "{args:?}: {}", ran.stderr);
    }
}
