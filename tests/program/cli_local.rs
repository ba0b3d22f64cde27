//! From the command line: local development, which ends by itself.

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use crate::program::{Home, Ran};

const LOCAL: &str = "http://localhost:8000";

fn in_hours(hours: i64) -> String {
    let at = Timestamp::now() + SignedDuration::from_hours(hours);
    at.to_string()[..13].replace('T', " ")
}

#[test]
fn local_development_ends_when_it_is_said_or_after_8_hours() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let project = server.project("Storefront").id.to_string();
    let create = [
        "key",
        "create",
        "--scope",
        "web",
        "--project",
        &project,
        "--domain",
        LOCAL,
    ];
    let on = ["--local-address", "203.0.113.7"];
    let ended = "local development ends at";
    let created = server
        .run(&[&create[..], &["--name", "Till"], &on].concat())
        .succeeded();
    let told = format!("{ended} {}", in_hours(8));
    assert!(created.stderr.contains(&told), "{told}: {}", created.stderr);
    // Without it such an origin is listed, and refused.
    let warning = "refused until local development is on";
    assert!(!created.stderr.contains(warning), "{}", created.stderr);
    let off = server
        .run(&[&create[..], &["--name", "Off"]].concat())
        .succeeded();
    assert!(off.stderr.contains(&format!(
        "{LOCAL} is the developer's own machine: it is {warning}"
    )));
    for (when, zone, told) in [
        ("1h", "UTC", in_hours(1)),
        ("2D", "UTC", in_hours(48)),
        ("4w", "UTC", in_hours(28 * 24)),
    ] {
        let mut command = server.command(&["key", "edit", "Till", "--local-ends", when]);
        let edited = Ran::of(command.env("TZ", zone).output().expect("started")).succeeded();
        assert!(
            edited.stderr.contains(&format!("{ended} {told}")),
            "{when}: {}",
            edited.stderr
        );
    }
    for (when, code, part) in [
        ("never", 2, "always ends"),
        ("soon", 2, "8h"),
        ("90m", 2, "8h"),
        ("31d", 2, "30 days at most"),
        ("10000-01-01", 2, "30 days at most"),
        ("2020-01-01", 2, "passed"),
    ] {
        let refused = server.run(&["key", "edit", "Till", "--local-ends", when]);
        assert_eq!(refused.code, Some(code), "{when}");
        let said = refused.stderr;
        assert!(
            said.contains("--local-ends") && said.contains(part),
            "{when}: {said}"
        );
    }
    let both = [
        "key",
        "edit",
        "Till",
        "--no-local-development",
        "--local-ends",
        "1h",
    ];
    assert_eq!(server.run(&both).code, Some(2));
    let plain = server
        .run(&[&create[..], &["--name", "Plain"]].concat())
        .succeeded();
    assert!(!plain.stderr.contains(ended), "{}", plain.stderr);
    let off = server
        .run(&["key", "edit", "Plain", "--local-ends", "1h"])
        .refused(1);
    assert!(off.contains("--local-ends: Local development is off"), "{off}");
    let shown = |key| server.run(&["key", "show", key]).succeeded().stdout;
    assert!(
        !shown("Plain").contains("Local development ends"),
        "{}",
        shown("Plain")
    );
    let line = |key| {
        let shown = shown(key);
        let line = shown
            .lines()
            .find(|line| line.starts_with("Local development ends"));
        line.expect("an end").to_owned()
    };
    assert!(line("Till").contains(&in_hours(28 * 24)), "{}", line("Till"));

    let explain = [
        "key",
        "explain",
        "Till",
        "--origin",
        LOCAL,
        "--address",
        "203.0.113.7",
    ];
    let conn = Connection::open(home.path("keys.db")).expect("a database");
    let set = |to: &str| {
        let sql = format!("UPDATE keys SET local_development_ends_at = {to} WHERE name = 'Till'");
        assert_eq!(conn.execute(&sql, []).expect("changed"), 1);
    };
    set("1700000000000000");
    let explained = server.run(&explain).denied();
    assert!(explained.contains("local-development-ended"), "{explained}");
    assert!(
        line("Till").contains("2023-11-14 22:13:20 UTC (it has ended)"),
        "{}",
        line("Till")
    );
    set("NULL");
    assert!(line("Till").ends_with("no end"), "{}", line("Till"));
    let again = server
        .run(&[&["key", "edit", "Till"][..], &on].concat())
        .succeeded();
    assert!(again.stderr.contains(ended), "{}", again.stderr);
}
