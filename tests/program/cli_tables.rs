//! The tables of the command line: they fit the terminal, are whole in a pipe, and nothing in them moves the cursor.

use std::io::Write;
use std::process::Command;

use unicode_width::UnicodeWidthStr;

use crate::program::{Home, Ran, Served, stranger};
use crate::pty::{Pty, Size};
use crate::stub::{Stub, response};

const NAMES: [&str; 6] = [
    "Till",
    "Checkout assistant of the storefront in Auckland, the second try of the spring",
    "キオスク受付アシスタントキオスク受付アシスタント",
    "👩‍💻 desk 👩‍💻 desk 👩‍💻 desk 👩‍💻 desk 👩‍💻 desk 👩‍💻 desk",
    "e\u{301}te\u{301} e\u{301}te\u{301} e\u{301}te\u{301} e\u{301}te\u{301} e\u{301}te\u{301} e\u{301}te\u{301} e\u{301}te\u{301}",
    "Помощник по заказам для партнёров из Новой Зеландии",
];

const LISTS: [&[&str]; 7] = [
    &["key", "list"],
    &["key", "list", "--state", "revoked"],
    &["project", "list"],
    &["user", "list"],
    &["gateway", "list"],
    &["activity", "list"],
    &["policy", "show"],
];

const DETAILS: [&[&str]; 3] = [&["key", "show", "Till"], &["key", "usage", "Till"], &["whoami"]];

/// A deck in which every list has long and wide names.
fn filled(server: &Served) {
    for name in NAMES {
        server.run(&["project", "create", name]).succeeded();
        let create = [
            "key",
            "create",
            "--scope",
            "mobile",
            "--project",
            name,
            "--name",
            name,
        ];
        let note = "Ask Mira of the storefront team before you change anything about this key.";
        server
            .run(&[&create[..], &["--domain", "com.acme.order", "--note", note]].concat())
            .succeeded();
        server.run(&["gateway", "create", name]).succeeded();
        let gone = ["key", "create", "--scope", "analytics", "--name", name];
        server.run(&gone).succeeded();
        let id = server.run(&["key", "list", "--limit", "1", "--json"]).json()["items"][0]["id"].clone();
        let id = id.as_str().expect("an id");
        server
            .run(&["key", "revoke", id, "--yes", "--reason", name])
            .succeeded();
    }
    let email = "jun.tanaka-with-a-very-long-address@support.storefront.acme.example";
    server
        .run(&["user", "create", email, "--role", "editor"])
        .succeeded();
}

fn printed(mut command: Command, columns: Option<&str>) -> String {
    if let Some(columns) = columns {
        command.env("COLUMNS", columns);
    }
    Ran::of(command.output().expect("started")).succeeded().stdout
}

#[test]
fn every_table_fits_its_terminal_and_is_whole_in_a_pipe() {
    let home = Home::new();
    let server = home.serve(&home.init());
    filled(&server);
    for list in LISTS {
        let whole = printed(server.command(list), None);
        assert!(!whole.contains('…'), "{list:?}\n{whole}");
        for columns in [20, 40, 60, 80, 120, 160] {
            let table = printed(server.command(list), Some(&columns.to_string()));
            assert_eq!(
                table.lines().count(),
                whole.lines().count(),
                "{list:?} {columns}\n{table}"
            );
            for line in table.lines() {
                assert!(line.width() <= columns, "{list:?} {columns}: {line}");
            }
            // What was cut says so, and names begin as they do where they are whole.
            let is_cut = table != whole;
            assert_eq!(is_cut, table.contains('…'), "{list:?} {columns}\n{table}");
        }
    }
    for details in DETAILS {
        let whole: String = printed(server.command(details), None)
            .split_whitespace()
            .collect();
        for columns in [40, 60, 80] {
            let told = printed(server.command(details), Some(&columns.to_string()));
            for line in told.lines() {
                assert!(line.width() <= columns, "{details:?} {columns}: {line}");
            }
            // Nothing of it is lost.
            assert_eq!(
                told.split_whitespace().collect::<String>(),
                whole,
                "{details:?} {columns}"
            );
        }
    }
}

#[test]
fn a_terminal_shows_each_row_on_one_line() {
    let home = Home::new();
    let server = home.serve(&home.init());
    filled(&server);
    for (columns, stale) in [(60, "200"), (80, "20"), (120, "0")] {
        for list in LISTS {
            let rows = printed(server.command(list), None).lines().count();
            let mut command = server.command(list);
            // The terminal knows better than a variable from before it was resized.
            command.env("COLUMNS", stale).env("TZ", "UTC");
            let ended = Pty::spawn(&command, Size(columns, 50)).finish();
            assert!(ended.status.success());
            let screen = ended.screen.contents();
            let shown = screen.lines().filter(|line| !line.is_empty()).count();
            let more = screen
                .lines()
                .filter(|line| line.starts_with("there are more"))
                .count();
            assert_eq!(shown - more, rows, "{list:?} at {columns}:\n{screen}");
        }
    }
}

#[test]
fn numbers_stand_on_the_right_and_the_name_gets_the_room() {
    let home = Home::new();
    let server = home.serve(&home.init());
    filled(&server);
    let table = printed(server.command(&["project", "list"]), None);
    let mut lines = table.lines();
    let end = lines.next().expect("titles").find("KEYS").expect("a title") + "KEYS".len();
    for line in lines {
        let cells = line.chars().scan(0, |cells, c| {
            *cells += c.to_string().width();
            Some((*cells, c))
        });
        let before: String = cells
            .take_while(|(cells, _)| *cells <= end)
            .map(|(_, c)| c)
            .collect();
        assert!(before.ends_with('1') || line.starts_with("👩"), "{line}");
    }
    // A name that fits beside what must be there is whole.
    let table = printed(server.command(&["gateway", "list"]), Some("120"));
    for name in NAMES
        .iter()
        .filter(|name| name.width() <= 51 && !name.contains('\u{301}'))
    {
        assert!(table.contains(name), "{name}:\n{table}");
    }
}

#[test]
fn hostile_names_move_no_cursor_in_any_list() {
    let hostile = "a\u{1b}]52;c;eA==\u{7}\u{9b}31m\u{202e}\r\nb";
    let name = serde_json::to_string(hostile).expect("JSON");
    let id = uuid::Uuid::nil();
    let person = format!(r#"{{"id": "{id}", "email": {name}}}"#);
    let at = "2026-11-01T00:00:00Z";
    let project = format!(
        r#"{{"id": "{id}", "name": {name}, "deployed": true, "keys": 1, "creator": {person}, "created_at": "{at}",
        "session_server": {{"url": {name}, "key_name": {name}}}, "may": {{"edit": true, "session_server": true}}}}"#
    );
    let key = format!(
        r#"{{"id": "{id}", "name": {name}, "scope": "web", "project": {{"id": "{id}", "name": {name}, "deployed": true}},
        "creator": {person}, "created_at": "{at}", "version": 1, "hint": {name}, "ui_domains": [], "cross_page_persistence": false, "cursor": "c",
        "may": {{"reveal": true, "edit": true, "revoke": true, "rotate": true}}}}"#
    );
    let user =
        format!(r#"{{"id": "{id}", "email": {name}, "role": "editor", "created_at": "{at}", "keys": 1}}"#);
    let gateway = format!(r#"{{"id": "{id}", "name": {name}, "added_at": "{at}", "added_by": {person}}}"#);
    let answers = [
        ("GET /v1/keys", format!(r#"{{"items": [{key}], "next": null}}"#)),
        ("GET /v1/projects", format!("[{project}]")),
        ("GET /v1/users", format!("[{user}]")),
        ("GET /v1/gateways", format!("[{gateway}]")),
    ];
    let stub = Stub::reading(move |head, stream| {
        let answer = answers.iter().find(|(path, _)| head.contains(path));
        let body = answer.map_or("{}", |(_, body)| body);
        let _ = stream
            .write_all(response("Cache-Control: no-store", "200 OK", "application/json", body).as_bytes());
    });
    let home = Home::new();
    for args in [
        &["key", "list"][..],
        &["project", "list"],
        &["user", "list"],
        &["gateway", "list"],
        &["complete", "bash", "--", "keydeck key show "],
        &[
            "complete",
            "zsh",
            "--index=3",
            "--",
            "keydeck",
            "project",
            "deploy",
        ],
    ] {
        for columns in ["20", "60", "500"] {
            let mut command = home.command(args);
            command
                .env("KEYDECK_SERVER", format!("http://{}", stub.address))
                .env("KEYDECK_TOKEN", stranger())
                .env("COLUMNS", columns);
            let ran = Ran::of(command.output().expect("started")).succeeded();
            let is_text = |c: char| c == '\n' || c == '\t' || !(c.is_control() || c == '\u{202e}');
            assert!(ran.stdout.chars().all(is_text), "{args:?} {:?}", ran.stdout);
            match args[0] {
                // No shell is given such a name.
                "complete" => assert!(!ran.stdout.contains("52;c"), "{:?}", ran.stdout),
                _ => assert_eq!(ran.stdout.lines().count(), 2, "{args:?} {:?}", ran.stdout),
            }
        }
    }
}
