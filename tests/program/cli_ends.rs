//! From the command line: keys that end, keys that are disabled and enabled, and the policy of the organisation.

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use crate::program::{Home, Ran, Served};

const BOARD: [&str; 6] = ["key", "create", "--scope", "analytics", "--name", "Board"];

fn board(server: &Served, args: &[&str]) -> Ran {
    server.run(&[&BOARD[..], args].concat())
}

/// As if the end of every key that has one had come.
fn end(home: &Home) {
    let conn = Connection::open(home.path("keys.db")).expect("a database");
    let sql = "UPDATE keys SET expires_at = 1700000000000000 WHERE expires_at < 9223372036854775807";
    conn.execute(sql, []).expect("changed");
}

#[test]
fn an_end_is_given_in_every_form_and_told_back() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let in_days = |days: i64| {
        let at = Timestamp::now() + SignedDuration::from_hours(24 * days);
        at.to_string()[..10].to_owned()
    };
    let created = board(&server, &["--expires", "90d"]).succeeded();
    assert!(
        created
            .stderr
            .contains(&format!("it is valid until {}", in_days(90))),
        "{}",
        created.stderr
    );
    for (when, zone, told) in [
        ("2099-03-31", "UTC", "it is valid until 2099-04-01 00:00:00 UTC"),
        (
            "2099-03-31",
            "Europe/Berlin",
            "it is valid until 2099-04-01 00:00:00 +02:00 (2099-03-31 22:00:00 UTC)",
        ),
        (
            "2099-03-31T18:00:00Z",
            "Asia/Tokyo",
            "it is valid until 2099-04-01 03:00:00 +09:00",
        ),
        ("never", "UTC", "it never ends"),
    ] {
        let mut command = server.command(&["key", "edit", "Board", "--expires", when]);
        let edited = Ran::of(command.env("TZ", zone).output().expect("started")).succeeded();
        assert!(edited.stderr.contains(told), "{when}: {}", edited.stderr);
        let mut command = server.command(&["key", "list"]);
        let listed = Ran::of(command.env("TZ", zone).output().expect("started")).succeeded();
        // The day as it is typed: typing it again changes nothing.
        let day = when.len() == 10 && when.starts_with("2099");
        assert!(
            !day || listed.stdout.contains(&format!("ends {when}")),
            "{}",
            listed.stdout
        );
    }
    for (when, part) in [
        ("soon", "90d"),
        ("90", "90d"),
        ("0d", "no time at all"),
        ("10000-01-01", "too far"),
        ("2026-02-30", "no such day"),
        ("", "90d"),
    ] {
        let refused = server.run(&["key", "edit", "Board", "--expires", when]);
        assert_eq!(refused.code, Some(2), "{when}");
        assert!(
            refused.stderr.contains("--expires") && refused.stderr.contains(part),
            "{}",
            refused.stderr
        );
    }
    let refused = server
        .run(&["key", "edit", "Board", "--expires", "2020-01-01"])
        .refused(1);
    assert!(
        refused.contains("--expires: This instant has passed"),
        "{refused}"
    );
    server
        .run(&["key", "edit", "Board", "--expires", "2w"])
        .succeeded();
    let listed = server
        .run(&["key", "list", "--filter", "expires:30d"])
        .succeeded()
        .stdout;
    assert!(listed.contains(&format!("ends {}", in_days(14))), "{listed}");
    let said = server.run(&["activity", "list"]).succeeded().stdout;
    assert!(said.contains(&format!("expires at: {}", in_days(14))), "{said}");
}

#[test]
fn whoever_has_expired_is_found_shown_and_renewed() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let created = board(&server, &["--expires", "1d", "--json"]).json();
    let secret = created["secret"].as_str().expect("a secret").to_owned();
    end(&home);
    assert!(
        server
            .run(&["key", "list"])
            .succeeded()
            .stderr
            .contains("no keys")
    );
    for args in [["--state", "expired"], ["--filter", "expired"]] {
        let listed = server
            .run(&[&["key", "list"], &args[..]].concat())
            .succeeded()
            .stdout;
        assert!(listed.contains("Board") && listed.contains("expired"), "{listed}");
    }
    let shown = server.run(&["key", "show", "Board"]).succeeded().stdout;
    assert!(
        shown.contains("expired") && shown.contains("2023-11-14 22:13:20 UTC"),
        "{shown}"
    );
    let explained = server.run(&["key", "explain", "Board"]).denied();
    assert!(explained.contains("key-expired"), "{explained}");
    let found = Ran::given(server.command(&["key", "lookup"]), &secret);
    assert_eq!(found.code, Some(1));
    assert!(
        found.stdout.contains("Board") && found.stderr.contains("has expired"),
        "{found:?}"
    );
    let scanned = Ran::given(server.command(&["scan", "-"]), &secret);
    assert_eq!(scanned.code, Some(1));
    assert!(
        scanned.stdout.contains("expired: Analytics key"),
        "{}",
        scanned.stdout
    );
    let refused = server.run(&["key", "enable", "Board"]).refused(1);
    assert!(refused.contains("renew"), "{refused}");
    server
        .run(&["key", "edit", "Board", "--expires", "30d"])
        .succeeded();
    assert!(
        server
            .run(&["key", "explain", "Board"])
            .succeeded()
            .stdout
            .contains("allowed")
    );
}

#[test]
fn a_key_is_disabled_with_a_reason_and_enabled() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let secret = board(&server, &[]).succeeded().stdout;
    let refused = server
        .run(&["key", "disable", "Board", "--reason", secret.trim()])
        .refused(1);
    assert!(
        refused.contains("--reason: ") && !refused.contains(secret.trim()),
        "{refused}"
    );
    let disabled = server
        .run(&["key", "disable", "Board", "--reason", "Is it used?"])
        .succeeded();
    assert!(
        disabled.stderr.contains("refused from now on"),
        "{}",
        disabled.stderr
    );
    let shown = server.run(&["key", "show", "Board"]).succeeded().stdout;
    for part in ["disabled", "by mira@acme.example", "Is it used?", "0 since "] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let explained = server.run(&["key", "explain", "Board"]).denied();
    assert!(explained.contains("key-disabled"), "{explained}");
    let listed = server
        .run(&["key", "list", "--state", "disabled"])
        .succeeded()
        .stdout;
    assert!(listed.contains("Board"), "{listed}");
    let enabled = server.run(&["key", "enable", "Board", "--json"]).json();
    assert_eq!(
        (&enabled["state"], &enabled["disabled"]),
        (&"active".into(), &serde_json::Value::Null)
    );
    server.run(&["key", "disable", "Board"]).succeeded();
    server.run(&["key", "revoke", "Board", "--yes"]).succeeded();
    let refused = server
        .run(&["key", "enable", enabled["id"].as_str().expect("an id")])
        .refused(1);
    assert!(refused.contains("revoked"), "{refused}");
}

#[test]
fn the_policy_is_set_shown_and_binds() {
    let home = Home::new();
    let server = home.serve(&home.init());
    board(&server, &[]).succeeded();
    let shown = server.run(&["policy", "show"]).succeeded().stdout;
    assert_eq!(shown.matches("no limit").count(), 3, "{shown}");
    let set = server
        .run(&["policy", "set", "--analytics", "90d", "--web", "30d"])
        .succeeded();
    for part in ["90 days", "30 days", "no limit", "Board"] {
        assert!(set.stdout.contains(part), "{part}: {}", set.stdout);
    }
    assert!(set.stderr.contains("stay as they are"), "{}", set.stderr);
    let told = server.run(&["policy", "show", "--json"]).json();
    assert_eq!(told["longest_lifetime_days"]["analytics"], 90);
    assert_eq!(told["exceeding"]["analytics"], 1);
    let create = [
        "key",
        "create",
        "--scope",
        "analytics",
        "--name",
        "Other",
        "--expires",
    ];
    let refused = server.run(&[&create[..], &["91d"]].concat()).refused(1);
    assert!(
        refused.contains("--expires: ") && refused.contains("90 days"),
        "{refused}"
    );
    server.run(&[&create[..], &["90d"]].concat()).succeeded();
    // No length of time that the limit refuses is recommended.
    let refused = server
        .run(&["key", "rotate", "Board", "--overlap", "1h"])
        .refused(1);
    assert!(
        refused.contains("90 days at most: let it end by") && refused.contains("--expires WHEN"),
        "{refused}"
    );
    let listed = server
        .run(&["key", "list", "--filter", "exceeds-policy"])
        .succeeded()
        .stdout;
    assert!(listed.contains("Board") && !listed.contains("Other"), "{listed}");
    server.run(&["policy", "set", "--analytics", "none"]).succeeded();
    for wrong in [
        &["policy", "set"][..],
        &["policy", "set", "--web", "90"],
        &["policy", "set", "--web", "0d"],
    ] {
        assert_eq!(server.run(wrong).code, Some(2), "{wrong:?}");
    }
    let said = server
        .run(&["activity", "list", "--action", "policy_edited"])
        .succeeded()
        .stdout;
    assert!(said.contains("analytics days: 90 → none"), "{said}");
    let editor = server
        .run(&["user", "add", "ed@acme.example", "--role", "editor"])
        .succeeded()
        .stdout;
    let refused = server
        .run_as(editor.trim(), &["policy", "set", "--web", "none"])
        .refused(1);
    assert!(refused.contains("Only an Owner"), "{refused}");
    assert!(
        server
            .run_as(editor.trim(), &["policy", "show"])
            .succeeded()
            .stdout
            .contains("30 days")
    );
}
