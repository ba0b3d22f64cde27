//! The dashboard, in a real terminal, when the server that it uses is killed and another one serves the
//! same database.

use crate::program::{Home, Served};
use crate::pty::{Pty, Size};
use serde_json::Value;

/// A dashboard on two servers, as the first of them shows it.
fn dashboard(first: &Served, second: &Served) -> Pty {
    let mut command = first.command(&[]);
    command.env("KEYDECK_SERVER", format!("{},{}", first.url, second.url));
    let pty = Pty::spawn(&command, Size(120, 36));
    pty.wait_for(&in_use(first));
    pty
}

/// What the title says of the server that answers.
fn in_use(server: &Served) -> String {
    format!("→ {}  ● live", server.url.trim_start_matches("http://"))
}

fn analytics_key(server: &Served, name: &str) {
    let create = ["key", "create", "--scope", "analytics", "--name", name];
    server.run(&create).succeeded();
}

fn keys(server: &Served) -> Vec<Value> {
    let list = server.run(&["key", "list", "--json"]).json();
    list["items"].as_array().expect("a list").clone()
}

#[test]
fn a_form_half_typed_is_saved_by_the_other_server() {
    let home = Home::new();
    let token = home.init();
    let (first, second) = (home.serve(&token), home.serve(&token));
    let mut pty = dashboard(&first, &second);
    pty.type_keys("n<C-t><C-t>Board re");
    pty.wait_for("Board re");
    first.kill();
    pty.wait_for(&in_use(&second));
    pty.wait_for("Board re");
    pty.type_keys("port<C-s>");
    pty.wait_for("Analytics key created");
    let made = keys(&second);
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(made[0]["name"], "Board report");
}

#[test]
fn a_form_is_saved_also_when_nothing_has_been_noticed_yet() {
    let home = Home::new();
    let token = home.init();
    let (first, second) = (home.serve(&token), home.serve(&token));
    let mut pty = dashboard(&first, &second);
    pty.type_keys("n<C-t><C-t>Board report");
    pty.wait_for("Board report");
    first.kill();
    pty.type_keys("<C-s>");
    pty.wait_for("Analytics key created");
    assert_eq!(keys(&second).len(), 1);
}

#[test]
fn filter_selection_and_dialog_are_as_before_and_others_changes_show() {
    let home = Home::new();
    let token = home.init();
    let (first, second) = (home.serve(&token), home.serve(&token));
    for name in ["Report A", "Kiosk", "Report B", "Report C"] {
        analytics_key(&first, name);
    }
    let mut pty = dashboard(&first, &second);
    pty.wait_for("Report C");
    pty.type_keys("/report<Enter>");
    pty.wait_gone("Kiosk");
    pty.type_keys("j");
    pty.wait_for("▌ Report B");
    pty.type_keys("d");
    pty.wait_for("Revoke this key?");
    first.kill();
    pty.wait_for(&in_use(&second));
    pty.wait_for("Revoke this key?");
    pty.type_keys("<Esc>");
    pty.wait_gone("Revoke this key?");
    pty.wait_for("▌ Report B");
    analytics_key(&second, "Report D");
    pty.wait_for("Report D");
    pty.wait_for("▌ Report B");
    assert!(!pty.screen().contains("Kiosk"));
    pty.type_keys("d");
    pty.wait_for("Revoke this key?");
    pty.type_keys("<Tab><Enter>");
    pty.wait_for("Revoked “Report B” (");
    assert_eq!(keys(&second).len(), 4);
}

#[test]
fn it_is_offline_only_when_none_answers() {
    let home = Home::new();
    let token = home.init();
    let (first, second) = (home.serve(&token), home.serve(&token));
    let mut pty = dashboard(&first, &second);
    pty.type_keys("n<C-t><C-t>Board report");
    pty.wait_for("Board report");
    second.kill();
    let port = first.url.rsplit(':').next().expect("a port").to_owned();
    first.kill();
    pty.wait_for("✗ offline");
    pty.type_keys("<C-s>");
    pty.wait_for("Ctrl-S tries again");
    let back = home.serve_on(&token, &port);
    pty.wait_for(&in_use(&back));
    pty.type_keys("<C-s>");
    pty.wait_for("Analytics key created");
    assert_eq!(keys(&back).len(), 1);
}
