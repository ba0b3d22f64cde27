//! From the command line: keys are revoked with a reason, and what is known of them after their end.

use crate::program::{Home, Ran, Served};

fn board(server: &Served, name: &str) -> String {
    let create = ["key", "create", "--scope", "analytics", "--name", name];
    server.run(&create).succeeded().stdout.trim().to_owned()
}

#[test]
fn a_key_is_revoked_with_a_reason_and_told_of_afterwards() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let secret = board(&server, "Board");
    board(&server, "Other");
    let refused = server
        .run(&["key", "revoke", "Board", "--yes", "--reason", &secret])
        .refused(1);
    assert!(
        refused.contains("--reason: ") && !refused.contains(&secret),
        "{refused}"
    );
    let refused = server
        .run(&["key", "revoke", "Board", "--yes", "--reason", "a\tb"])
        .refused(1);
    assert!(refused.contains("--reason: "), "{refused}");
    let why = "It was in a public repository.";
    let revoked = server
        .run(&["key", "revoke", "Board", "--yes", "--reason", why])
        .succeeded();
    for part in [
        "revoked Analytics key \"Board\"",
        "checked by 127.0.0.1:",
        "refused (key-revoked)",
    ] {
        assert!(revoked.stderr.contains(part), "{part}: {}", revoked.stderr);
    }
    let listed = server
        .run(&["key", "list", "--state", "revoked"])
        .succeeded()
        .stdout;
    for part in ["ENDED", "Board", "mira@acme.example", why] {
        assert!(listed.contains(part), "{part}: {listed}");
    }
    assert!(!listed.contains("Other"), "{listed}");
    let id = server
        .run(&["key", "list", "--state", "revoked", "--json"])
        .json()["items"][0]["id"]
        .clone();
    for key in ["Board", id.as_str().expect("an id")] {
        let shown = server.run(&["key", "show", key]).succeeded().stdout;
        for part in ["revoked", "by mira@acme.example", why, "0 since "] {
            assert!(shown.contains(part), "{key}, {part}: {shown}");
        }
    }
    let explained = server.run(&["key", "explain", "Board"]).denied();
    for part in ["refused (key-revoked)", why, "not presented since"] {
        assert!(explained.contains(part), "{part}: {explained}");
    }
    let found = Ran::given(server.command(&["key", "lookup"]), &secret);
    assert_eq!(found.code, Some(1));
    let scanned = Ran::given(server.command(&["scan", "-"]), &secret).succeeded();
    for said in [&found.stderr, &scanned.stdout] {
        for part in ["by mira@acme.example", why, "not presented since"] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
    let used = server.run(&["key", "usage", "Board"]).succeeded().stdout;
    assert!(used.contains("not presented since"), "{used}");
    let json = server.run(&["key", "usage", "Board", "--json"]).json();
    assert_eq!(json["refused_since"]["count"], 0);
    // Of several that had the name, and of one that has it now.
    board(&server, "Board");
    let shown = server.run(&["key", "show", "Board", "--json"]).json();
    assert_eq!(shown["state"], "active");
    let again = server.run(&["key", "revoke", "Board", "--yes", "--json"]).json();
    assert_eq!(
        (&again["state"], &again["revoked"]["reason"]),
        (&"revoked".into(), &serde_json::Value::Null)
    );
    let several = server.run(&["key", "show", "Board"]).refused(1);
    assert!(several.contains("2 keys are called"), "{several}");
    for wrong in [["--sort", "name"], ["--sort", "created"]] {
        let list = [&["key", "list", "--state", "revoked"], &wrong[..]].concat();
        assert!(server.run(&list).code.is_some_and(|code| code > 0), "{wrong:?}");
    }
}
