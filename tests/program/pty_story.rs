//! The main story with the real binary in a terminal, on a real server, with a real clipboard.

use crate::program::{Home, Served};
use crate::pty::{Pty, Size};
use serde_json::Value;

fn dashboard(server: &Served, size: Size, display: Option<&str>) -> Pty {
    let mut command = server.command(&[]);
    if let Some(display) = display {
        command.env("DISPLAY", display);
    }
    let pty = Pty::spawn(&command, size);
    pty.wait_for("● live");
    pty.wait_for("n new");
    pty
}

/// The keys that the server has, by name.
fn names(server: &Served) -> Vec<String> {
    server.keys().into_iter().map(|key| key.name).collect()
}

fn show(server: &Served, name: &str) -> Value {
    server.run(&["key", "show", name, "--json"]).json()
}

/// Fills the create form for a Web key of the project that is found by `storef`.
fn create_web_key(pty: &mut Pty, name: &str, domains: &str) {
    pty.type_keys("n");
    pty.wait_for("Create a key");
    pty.type_keys(&format!("{name}<Tab>storef"));
    pty.wait_for("▸ Storefront");
    pty.type_keys("<Enter>");
    pty.paste(domains);
    pty.type_keys("<C-s>");
    pty.wait_for("Web key created");
}

/// Tests that need Xvfb and xclip; a machine without them skips this module by its name.
mod x11 {
    use super::*;
    use crate::x11::{Display, paste};

    #[test]
    fn a_web_key_from_its_creation_to_yes_delete() {
        let home = Home::new();
        let server = home.serve(&home.init());
        server.project("Storefront");
        let display = Display::start();
        let mut pty = dashboard(&server, Size(120, 36), Some(&display.name));
        pty.wait_for("No keys yet: n creates the first");

        create_web_key(
            &mut pty,
            "Checkout",
            "https://shop.acme.example/ http://localhost:8000",
        );
        pty.type_keys("c");
        pty.wait_for("Copied to the clipboard");
        let secret = server.run(&["key", "reveal", "Checkout"]).succeeded().stdout;
        assert_eq!(paste(&display.name).as_deref(), Some(secret.trim()));
        pty.type_keys("<Enter>");
        pty.wait_gone("Web key created");
        let key = show(&server, "Checkout");
        assert_eq!(
            key["ui_domains"],
            serde_json::json!(["https://shop.acme.example", "http://localhost:8000"])
        );

        pty.wait_for("▌ Checkout");
        pty.type_keys("e<Tab><Down><Down>https://*.acme.example<C-s>");
        pty.wait_for("Saved “Checkout”");
        let key = show(&server, "Checkout");
        assert_eq!(key["ui_domains"][2], "https://*.acme.example");
        assert_eq!(key["version"], 2);

        for name in ["Kiosk", "Apricot"] {
            create_web_key(&mut pty, name, "https://other.acme.example");
            pty.type_keys("<Enter>");
            pty.wait_gone("Web key created");
        }
        for sorted in ["USED", "NAME"] {
            while !pty.screen().contains(&format!("{sorted} ▲"))
                && !pty.screen().contains(&format!("{sorted} ▼"))
            {
                let before = pty.screen();
                pty.type_keys("s");
                pty.wait_until("another sort", |screen| screen.contents() != before);
            }
        }
        pty.wait_for("NAME ▲");
        pty.wait_until("the names to be in order", |screen| {
            let screen = screen.contents();
            let line = |name: &str| {
                screen
                    .lines()
                    .position(|line| line.contains(&format!("{name}  ")))
            };
            line("Apricot") < line("Checkout") && line("Checkout") < line("Kiosk")
        });
        pty.type_keys("/shop.acme");
        pty.wait_gone("Apricot");
        pty.type_keys("<Enter>");
        pty.wait_for("[shop.acme ×]  1 key");

        pty.type_keys("d");
        pty.wait_for("Revoke this key?");
        pty.type_keys("<Enter>");
        pty.wait_gone("Revoke this key?");
        assert!(
            names(&server).contains(&"Checkout".to_owned()),
            "Cancel has the focus"
        );
        pty.type_keys("d");
        pty.wait_for("Revoke this key?");
        pty.type_keys("<Tab><Enter>");
        pty.wait_for("Revoked “Checkout”");
        let mut left = names(&server);
        left.sort();
        assert_eq!(left, ["Apricot", "Kiosk"]);
        // What became of it stays until it is left.
        pty.wait_for("(key-revoked)");
        pty.type_keys("<Esc>");
        pty.wait_gone("(key-revoked)");

        pty.type_keys("q");
        let ended = pty.finish();
        assert!(ended.status.success() && ended.modes_restored);
        let raw = String::from_utf8_lossy(&ended.raw).into_owned();
        assert!(
            !raw.contains("]52;"),
            "a display has a clipboard: the terminal's is left alone"
        );
        assert_eq!(paste(&display.name), None, "nothing is left in the clipboard");
    }
}

#[test]
fn without_a_display_the_terminal_is_asked_and_nothing_more_is_claimed() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Storefront");
    let mut pty = dashboard(&server, Size(100, 30), None);
    create_web_key(&mut pty, "Checkout", "https://shop.acme.example");
    pty.type_keys("c");
    pty.wait_for("Sent to the terminal");
    assert!(!pty.screen().contains("Copied"));
    assert!(String::from_utf8_lossy(&pty.raw()).contains("\u{1b}]52;c;"));
}

#[test]
fn what_others_do_appears_by_itself() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Storefront");
    let mut one = dashboard(&server, Size(100, 30), None);
    let two = dashboard(&server, Size(80, 24), None);
    create_web_key(&mut one, "Checkout", "https://shop.acme.example");
    two.wait_for("Checkout");
    one.type_keys("<Enter>");
    server
        .run(&["key", "edit", "Checkout", "--name", "Renamed"])
        .succeeded();
    one.wait_for("Renamed");
    two.wait_for("Renamed");
    server.run(&["key", "revoke", "Renamed", "--yes"]).succeeded();
    one.wait_for("No keys yet");
    two.wait_for("No keys yet");
}

#[test]
fn two_local_decks_show_each_others_changes_and_either_may_end_first() {
    let home = Home::new();
    let open = || {
        let pty = Pty::spawn(&home.command(&[]), Size(80, 24));
        pty.wait_for("● live");
        pty.wait_for("local  ● live");
        pty
    };
    let (mut one, mut two) = (open(), open());
    let create = |pty: &mut Pty, name: &str| {
        pty.type_keys("n");
        pty.wait_for("Create a key");
        pty.type_keys(&format!("<C-t><C-t>{name}<C-s>"));
        pty.wait_for("Analytics key created");
        pty.type_keys("<Enter>");
        pty.wait_for("Are you sure?");
        pty.type_keys("<Tab><Enter>");
        pty.wait_gone("Analytics key created");
    };
    create(&mut one, "From one");
    two.wait_for("From one");
    create(&mut two, "From two");
    one.wait_for("From two");
    one.type_keys("q");
    assert!(one.finish().status.success());
    create(&mut two, "Later");
    two.wait_for("Later");
    let three = open();
    three.wait_for("Later");
}

#[test]
fn two_people_edit_one_key_and_the_second_chooses() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Storefront");
    let mut pty = dashboard(&server, Size(120, 36), None);
    create_web_key(&mut pty, "Checkout", "https://shop.acme.example");
    pty.type_keys("<Enter>");
    pty.wait_for("▌ Checkout");
    pty.type_keys("e two");
    pty.wait_for("Checkout two");
    let elsewhere = [
        "key",
        "edit",
        "Checkout",
        "--name",
        "Checkout one",
        "--cross-page-persistence",
    ];
    server.run(&elsewhere).succeeded();
    pty.type_keys("<C-s>");
    pty.wait_for("Changed by someone else");
    pty.wait_for("Checkout one");
    pty.wait_for("both of you changed it");
    pty.type_keys("<Enter>");
    pty.wait_for("Saved “Checkout two”");
    let key = show(&server, "Checkout two");
    assert_eq!(
        (&key["version"], &key["cross_page_persistence"]),
        (&3.into(), &true.into())
    );
}

#[test]
fn a_server_that_goes_and_comes_back_loses_no_form() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    server.project("Storefront");
    let port = server.url.rsplit(':').next().expect("a port").to_owned();
    let mut pty = dashboard(&server, Size(100, 30), None);
    pty.type_keys("n");
    pty.wait_for("Create a key");
    pty.type_keys("<C-t><C-t>Board report");
    let (code, _) = server.terminate();
    assert_eq!(code, Some(0));
    pty.wait_for("✗ offline since");
    pty.type_keys("<C-s>");
    pty.wait_for("Ctrl-S tries again");
    let server = home.serve_on(&token, &port);
    pty.wait_for("● live");
    pty.type_keys("<C-s>");
    pty.wait_for("Analytics key created");
    assert_eq!(names(&server), ["Board report"]);
}
