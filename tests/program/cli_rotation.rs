//! From the command line: a key is rotated, and what becomes of its two tokens.

use crate::program::{Home, Ran, Served};

fn board(server: &Served) -> String {
    let create = ["key", "create", "--scope", "analytics", "--name", "Board"];
    server.run(&create).succeeded().stdout.trim().to_owned()
}

fn rotate(server: &Served, flags: &[&str]) -> Ran {
    server.run(&[&["key", "rotate", "Board"], flags].concat())
}

fn looked_up(server: &Served, secret: &str) -> Ran {
    Ran::given(server.command(&["key", "lookup"]), secret)
}

#[test]
fn a_key_is_rotated_and_each_of_its_tokens_is_told_apart() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let old = board(&server);
    let rotated = rotate(&server, &["--overlap", "24h"]).succeeded();
    let new = rotated.stdout.trim().to_owned();
    assert!(new.starts_with("kda_") && new != old && !new.contains(char::is_whitespace));
    for part in [
        "rotated Analytics key \"Board\"",
        "only time",
        "the old token kda_…",
        "is valid until ",
    ] {
        assert!(rotated.stderr.contains(part), "{part}: {}", rotated.stderr);
    }
    let shown = server.run(&["key", "show", "Board"]).succeeded().stdout;
    for part in ["Rotation", "Old token", "New token", "0 allowed", "never used"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains(&new) && !shown.contains(&old));
    for (secret, which) in [(&old, "the old token, valid until"), (&new, "the new token")] {
        let found = looked_up(&server, secret).succeeded().stdout;
        assert!(found.contains(which), "{which}: {found}");
        let scanned = Ran::given(server.command(&["scan", "-"]), secret);
        assert!(
            scanned.stdout.contains(&format!("active ({which}")),
            "{}",
            scanned.stdout
        );
    }
    let explained = server.run(&["key", "explain", "Board"]).succeeded();
    assert!(explained.stderr.contains("being rotated"), "{}", explained.stderr);

    // The answer may have been lost: nobody used the new token.
    let again = rotate(&server, &["--overlap", "1h", "--json"]).json();
    assert!(again["secret"].is_string());
    assert!(again["key"]["rotation"]["ends_at"].is_string());
    let gone = looked_up(&server, &new).refused(1);
    assert!(gone.contains("was replaced when its key was rotated"), "{gone}");

    server
        .run(&["key", "edit", "Board", "--expires", "3d"])
        .succeeded();
    let cut = rotate(&server, &["--extend", "7d", "--yes"]).succeeded();
    assert!(
        cut.stderr.contains("the key itself expires then"),
        "{}",
        cut.stderr
    );
    server
        .run(&["key", "edit", "Board", "--expires", "never"])
        .succeeded();
    let newest = rotate(&server, &["--overlap", "1h"]).succeeded().stdout;
    let newest = newest.trim().to_owned();
    let extended = rotate(&server, &["--extend", "24h", "--yes"]).succeeded();
    assert!(!extended.stderr.contains("expires then"), "{}", extended.stderr);
    assert!(extended.stderr.contains("is valid until"), "{}", extended.stderr);
    let ended = rotate(&server, &["--end", "--yes", "--json"]).json();
    assert!(ended["rotation"].is_null());
    let gone = looked_up(&server, &old).refused(1);
    assert!(gone.contains("was replaced"), "{gone}");
    let scanned = Ran::given(server.command(&["scan", "-"]), &old).succeeded();
    assert!(scanned.stderr.contains("1 rotated away"), "{}", scanned.stderr);
    looked_up(&server, &newest).succeeded();
    for flag in ["--end", "--cancel"] {
        let refused = rotate(&server, &[flag, "--yes"]).refused(1);
        assert!(refused.contains("one token only"), "{refused}");
    }

    rotate(&server, &["--overlap", "30d"]).succeeded();
    let refused = rotate(&server, &["--extend", "1h", "--yes"]).refused(1);
    assert!(
        refused.contains("--extend: ") && refused.contains("30 days"),
        "{refused}"
    );
    let cancelled = rotate(&server, &["--cancel", "--yes"]).succeeded();
    assert!(
        cancelled.stderr.contains("old token again"),
        "{}",
        cancelled.stderr
    );
    looked_up(&server, &newest).succeeded();
    let log = server
        .run(&["activity", "list", "--key", "Board"])
        .succeeded()
        .stdout;
    for part in [
        "rotated the key",
        "extended the rotation",
        "ended the rotation",
        "cancelled the rotation",
    ] {
        assert!(log.contains(part), "{part}: {log}");
    }
    server.run(&["activity", "verify"]).succeeded();

    let refused = rotate(&server, &["--overlap", "0"]).succeeded();
    assert!(
        refused.stderr.contains("refused from now on"),
        "{}",
        refused.stderr
    );
    let gone = looked_up(&server, &newest).refused(1);
    assert!(gone.contains("was replaced"), "{gone}");
}

#[test]
fn what_becomes_of_a_rotation_is_always_said() {
    let home = Home::new();
    let server = home.serve(&home.init());
    board(&server);
    for (flags, part) in [
        (&[][..], "--overlap"),
        (&["--overlap", ""], "24h"),
        (&["--overlap", "24"], "24h"),
        (&["--overlap", "31d"], "30 days"),
        (&["--extend", "31d", "--yes"], "30 days"),
        (&["--overlap", "24h", "--end"], "--end"),
        (&["--end", "--cancel"], "--cancel"),
        // There is nobody to ask.
        (&["--end"], "--yes"),
        (&["--cancel"], "--yes"),
        (&["--extend", "24h"], "--yes"),
    ] {
        let refused = rotate(&server, flags);
        assert_eq!(refused.code, Some(2), "{flags:?}: {}", refused.stderr);
        assert!(refused.stderr.contains(part), "{flags:?}: {}", refused.stderr);
    }
    let shown = server.run(&["key", "show", "Board", "--json"]).json();
    assert_eq!(shown["version"], 1);
}
