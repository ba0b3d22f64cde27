//! Many keys at once, with the real binary in a terminal on a real server.

use crate::program::{Home, Served};
use crate::pty::{Pty, Size};
use keydeck::model::KeyState;

fn dashboard(server: &Served) -> Pty {
    let pty = Pty::spawn(&server.command(&[]), Size(120, 36));
    pty.wait_for("● live");
    pty.wait_for("K Keys");
    pty
}

fn web_key(server: &Served, name: &str) {
    let of_key = [
        "--scope",
        "web",
        "--project",
        "Storefront",
        "--domain",
        "https://shop.acme.example",
    ];
    let command: Vec<&str> = ["key", "create", "--json", "--name", name]
        .into_iter()
        .chain(of_key)
        .collect();
    server.run(&command).json();
}

#[test]
fn all_that_match_are_disabled_and_two_are_revoked_as_they_were_shown() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Storefront");
    for number in 1..=12 {
        web_key(&server, &format!("Unused {number:02}"));
    }
    web_key(&server, "Checkout");
    let mut pty = dashboard(&server);
    pty.wait_for("All 13");

    pty.type_keys("/unused<Enter>");
    pty.wait_for("12 keys");
    pty.type_keys("*");
    pty.wait_for("12 marked");
    pty.type_keys("bdisable<Enter>");
    pty.wait_for("Reason");
    pty.type_keys("Nobody needs it<C-s>");
    pty.wait_for("Type 12 to go on");
    pty.type_keys("12<Right><Enter>");
    pty.wait_for("Disabled 12 keys");
    let disabled = server
        .keys()
        .into_iter()
        .filter(|key| key.state == KeyState::Disabled);
    let why: Vec<_> = disabled
        .map(|key| key.disabled.and_then(|disabled| disabled.reason))
        .collect();
    assert_eq!(why, vec![Some("Nobody needs it".to_owned()); 12]);

    // The newest two of them; one is edited once the plan is shown.
    pty.type_keys("g<Space><Space>d");
    pty.wait_for("Yes, Delete them");
    server.run(&["key", "edit", "Unused 12", "--note", "Wait!"]);
    pty.type_keys("<Right><Enter>");
    pty.wait_for("Nothing was done");
    pty.wait_for("Unused 12: someone changed it");
    assert_eq!(server.keys().len(), 13);
    pty.type_keys("<Right><Enter>");
    pty.wait_for("Yes, Delete them");
    pty.type_keys("<Right><Enter>");
    pty.wait_for("Revoked 2 keys");
    pty.wait_for("10 keys");
    assert_eq!(server.keys().len(), 11);
    pty.type_keys("q");
    pty.finish();
}
