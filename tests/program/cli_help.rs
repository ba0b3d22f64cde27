//! Help in all the ways in which people ask for it, `--color`, and words in any case.

use crate::program::Home;
use crate::pty::{Pty, Size};

#[test]
fn help_is_found_wherever_it_is_asked_for() {
    let home = Home::new();
    let told = |args: &[&str]| home.run(args).succeeded().stdout;
    let of_create = told(&["key", "create", "--help"]);
    assert!(of_create.contains("Usage: keydeck key create") && of_create.contains("Examples:\n"));
    for args in [&["help", "key", "create"][..], &["key", "help", "create"]] {
        assert_eq!(told(args), of_create, "{args:?}");
    }
    assert_eq!(told(&["help", "key"]), told(&["key", "--help"]));
    assert_eq!(told(&["key", "help"]), told(&["key", "--help"]));
    let top = told(&["help"]);
    assert_eq!(told(&["--help"]), top);
    for heading in [
        "Keys:",
        "Organisation:",
        "Gateways:",
        "Server:",
        "Program:",
        "Options:",
        "Examples:",
    ] {
        assert!(top.lines().any(|line| line == heading), "{heading}: {top}");
    }
    // The short form is without examples, and what is not for people is in neither.
    let short = told(&["-h"]);
    assert!(!short.contains("Examples:"), "{short}");
    assert!(
        !short.contains("  complete ") && !top.contains("  complete "),
        "{top}"
    );
    let unknown = home.run(&["help", "keys"]);
    assert_eq!(unknown.code, Some(2), "{}", unknown.stderr);
}

#[test]
fn help_fits_its_terminal() {
    let home = Home::new();
    for columns in ["60", "80", "100"] {
        for args in [&["--help"][..], &["help", "key", "edit"], &["-h"]] {
            let mut command = home.command(args);
            let help = command.env("COLUMNS", columns).output().expect("started").stdout;
            let help = String::from_utf8(help).expect("text");
            let (help, _) = help.split_once("Examples:").unwrap_or((&help, ""));
            let width: usize = columns.parse().expect("a number");
            for line in help.lines() {
                assert!(line.chars().count() <= width, "{args:?} {columns}: {line}");
            }
        }
    }
}

#[test]
fn colours_are_where_they_are_wanted() {
    let home = Home::new();
    home.run(&["key", "create", "--scope", "analytics", "--name", "Board"])
        .succeeded();
    for (args, has_colours) in [
        (&["key", "list"][..], false),
        (&["key", "list", "--color", "always"], true),
        (&["--color=ALWAYS", "key", "list"], true),
        (&["key", "list", "--color", "never"], false),
        (&["help", "--color", "always"], true),
        (&["--color", "always", "help", "key"], true),
        (&["key", "help", "create", "--color=always"], true),
        (&["key", "--help", "--color=always"], true),
        (&["key", "list", "--json", "--color", "always"], false),
    ] {
        let printed = home.run(args).succeeded().stdout;
        assert_eq!(printed.contains('\u{1b}'), has_colours, "{args:?}: {printed:?}");
        assert!(!printed.is_empty());
    }
    for (args, variable, has_colours) in [
        (&["key", "list"][..], ("X", "x"), true),
        (&["key", "list"], ("NO_COLOR", "1"), false),
        (&["key", "list"], ("TERM", "dumb"), false),
        (&["key", "list", "--color", "always"], ("NO_COLOR", "1"), true),
        (&["key", "list", "--color", "never"], ("X", "x"), false),
        (&["key", "show", "Nobody"], ("X", "x"), true),
        (&["key", "show", "Nobody", "--color", "never"], ("X", "x"), false),
    ] {
        let mut command = home.command(args);
        command.env(variable.0, variable.1);
        let ended = Pty::spawn(&command, Size(120, 30)).finish();
        let raw = String::from_utf8_lossy(&ended.raw).into_owned();
        assert_eq!(
            raw.contains('\u{1b}'),
            has_colours,
            "{args:?} {variable:?}: {raw:?}"
        );
    }
    // What is wrong with the line is told in the chosen way, too.
    for (when, has_colours) in [("always", true), ("never", false)] {
        let refused = home
            .run(&["--color", when, "key", "list", "--scope", "wep"])
            .refused(2);
        assert_eq!(refused.contains('\u{1b}'), has_colours, "{refused:?}");
    }
}

#[test]
fn words_are_taken_in_any_case() {
    let home = Home::new();
    let create = [
        "key",
        "create",
        "--scope",
        "ANALYTICS",
        "--name",
        "Board",
        "--cross-page-persistence=YES",
    ];
    let refused = home.run(&create);
    // An Analytics key has no such thing; the word itself was understood.
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    home.run(&create[..6]).succeeded();
    for args in [
        &["key", "list", "--scope", "Web"][..],
        &["key", "list", "--sort", "Created_At", "--order", "ASC"],
        &["key", "list", "--sort", "last-used-at"],
        &["key", "list", "--state", "REVOKED"],
        &["key", "list", "--created-by", "ME"],
        &["key", "list", "--creator", "me"],
        &["activity", "list", "--action", "Key-Created", "--person", "Me"],
        &["policy", "set", "--web", "90D"],
        &["policy", "set", "--web", "NONE"],
        &["completions", "Bash"],
        &["key", "edit", "Board", "--expires", "Never"],
        &["key", "usage", "Board", "--days", "7"],
    ] {
        home.run(args).succeeded();
    }
    let refused = home.run(&["key", "list", "--scope", "wep"]).refused(2);
    assert!(
        refused.contains("web, mobile, analytics") && refused.contains("tip:"),
        "{refused}"
    );
    let refused = home.run(&["key", "list", "--sort", "created"]).refused(2);
    assert!(refused.contains("created_at"), "{refused}");
}
