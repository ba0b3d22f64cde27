//! From the command line: keys by their whole name among very many, by words of a filter, and a plan that changed.

use rusqlite::Connection;
use serde_json::json;

use crate::program::{Home, Served};

/// More than ten pages of names that contain `A`.
const MANY: usize = 2_100;

fn board(server: &Served, name: &str) {
    let create = ["key", "create", "--scope", "analytics", "--name", name];
    server.run(&create).succeeded();
}

fn names(server: &Served, filter: &[&str]) -> Vec<String> {
    let listed = server.run(&[&["key", "list", "--json"], filter].concat()).json();
    let items = listed["items"].as_array().expect("a list").iter();
    items
        .map(|key| key["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn a_whole_name_is_found_among_very_many_that_contain_it() {
    let home = Home::new();
    let server = home.serve(&home.init());
    board(&server, "A");
    let conn = Connection::open(home.path("keys.db")).expect("a database");
    conn.execute_batch(&format!(
        "WITH RECURSIVE n (n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM n WHERE n < {})
         INSERT INTO keys (seq, id, name, name_key, scope, creator, created_at, hint, ui_domains, cross_page_persistence,
                           token_hash)
         SELECT n, randomblob(16), '0 A ' || n, '0 a ' || n, 2, 1, 1, 'k', '', 0, randomblob(32) FROM n",
        100 + MANY
    ))
    .expect("inserted");
    for name in ["A", "a"] {
        let shown = server.run(&["key", "show", name, "--json"]).json();
        assert_eq!(shown["name"], "A");
    }
    server.run(&["key", "revoke", "A", "--yes"]).succeeded();
    assert_eq!(
        server.run(&["key", "show", "A", "--json"]).json()["state"],
        "revoked"
    );
    let none = server.run(&["key", "show", "0 A"]).refused(1);
    assert!(
        none.contains("no key that you can see is called \"0 A\""),
        "{none}"
    );
}

#[test]
fn words_of_a_filter_say_project_person_and_day() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Help Centre");
    server.project("Helpdesk");
    board(&server, "Board");
    let web = [
        "key",
        "create",
        "--scope",
        "web",
        "--project",
        "Help Centre",
        "--domain",
        "https://a.example",
    ];
    server.run(&[&web[..], &["--name", "Chat"]].concat()).succeeded();
    for (filter, found) in [
        ("project:\"help centre\"", &["Chat"][..]),
        ("project:centre", &["Chat"]),
        ("project:desk", &[]),
        ("@mira since:today", &["Chat", "Board"]),
        ("@me board", &["Board"]),
        ("since:2026-01-01 chat", &["Chat"]),
        ("refused:today", &[]),
    ] {
        assert_eq!(names(&server, &["--filter", filter]), found, "{filter}");
    }
    for (args, code, part) in [
        (
            &["--filter", "project:help"][..],
            1,
            "2 projects have that in their names; write more of one: Help Centre, Helpdesk",
        ),
        (
            &["--filter", "@nobody"],
            1,
            "--filter: “nobody”: nobody whose keys you can see",
        ),
        (&["--filter", "owner:mira"], 2, "There is no word owner:"),
        (&["--filter", "since:now"], 2, "Write since:today"),
        (&["--limit", "0"], 2, "write a number from 1 on"),
        (
            &["--filter", "project:help", "--project", "Helpdesk"],
            2,
            "--project and the word project: in --filter exclude each other",
        ),
        (
            &["--filter", "@me", "--creator", "me"],
            2,
            "--created-by and the word @ in --filter exclude each other",
        ),
        (
            &["--state", "revoked", "--filter", "active"],
            2,
            "--state revoked and the word active in --filter exclude each other",
        ),
        (
            &["--state", "revoked", "--filter", "disabled"],
            2,
            "exclude each other",
        ),
    ] {
        let refused = server.run(&[&["key", "list"], args].concat()).refused(code);
        assert!(refused.contains(part), "{args:?}: {refused}");
    }
    let plan = [
        "key",
        "disable",
        "--filter",
        "project:centre",
        "--dry-run",
        "--json",
    ];
    assert_eq!(server.run(&plan).json()["count"], 1);
    let both = [&plan[..], &["--project", "Helpdesk"]].concat();
    server.run(&both).refused(2);
    for help in [["key", "list", "--help"], ["key", "revoke", "--help"]] {
        let said = server.run(&help).succeeded().stdout;
        assert!(
            said.contains("midnight") && said.contains("project:NAME"),
            "{said}"
        );
    }
}

#[test]
fn a_plan_that_changed_is_told_as_json_too() {
    let home = Home::new();
    let server = home.serve(&home.init());
    for name in ["Board", "Night"] {
        board(&server, name);
    }
    for (command, change, changed) in [
        ("revoke", &["key", "disable", "Night", "--yes"][..], "Night"),
        ("disable", &["key", "revoke", "Board", "--yes"], "Board"),
    ] {
        let dry = ["key", command, "--filter", "since:today", "--dry-run", "--json"];
        let hash = server.run(&dry).json()["plan"]
            .as_str()
            .expect("a plan")
            .to_owned();
        server.run(change).succeeded();
        let ran = server.run(&["key", command, "--plan", &hash, "--json"]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(ran.stderr.contains("error: "), "{}", ran.stderr);
        let told: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        assert_eq!(
            (&told["plan"], &told["action"], &told["done"]),
            (&json!(hash), &json!(command), &json!(0))
        );
        let sample = told["difference"]["sample"].as_array().expect("keys");
        assert_eq!(sample.len(), 1, "{told}");
        assert_eq!(sample[0]["name"], changed);
    }
}
