//! What the real program sends to its terminal: nothing that a name would have it send, and a secret
//! so that it comes through tmux.

use std::collections::BTreeSet;
use std::process::Command;

use crate::program::{Home, Served};
use crate::pty::{Pty, Size};
use keydeck::model::Shown;

/// A colour, a title, a clipboard, a reset, and characters that reorder, hide or imitate.
const HOSTILE: &str = "a\u{1b}[31mb\u{1b}]0;t\u{7}c\u{1b}]52;c;eA==\u{7}d\u{1b}c\u{9b}5mé\r\n\u{8}\u{202e}f\u{2066}g\u{200b}h\u{feff}\u{e0041}\u{2028}i\u{115f}";

/// Puts `text` where the server's own validation would never let it: as from a server that lies. Of a key whose domains
/// were changed so, no secret is shown.
fn rename_everything(home: &Home, text: &str) {
    let database = rusqlite::Connection::open(home.path("keys.db")).expect("it is there");
    let statements = [
        "UPDATE users SET email = ?1",
        "UPDATE projects SET name = ?1",
        "UPDATE keys SET name = ?1",
    ];
    for statement in statements {
        database.execute(statement, [text]).expect("it is changed");
    }
}

/// Of a key whose domains were changed so, no secret is shown.
fn change_domains(home: &Home, text: &str) {
    let database = rusqlite::Connection::open(home.path("keys.db")).expect("it is there");
    let statement = "UPDATE keys SET ui_domains = replace(?1, char(10), '')";
    database.execute(statement, [text]).expect("it is changed");
}

/// Shows the secret of a key, and hands back every byte that was drawn.
fn show_secret(server: &Served) -> String {
    let mut pty = Pty::spawn(&server.command(&[]), Size(120, 36));
    pty.wait_for("● live");
    pty.wait_for("▌ a");
    for (keys, marker) in [("<Enter>", "UI domains"), ("x", "eyJ")] {
        pty.type_keys(keys);
        pty.wait_for(marker);
    }
    pty.type_keys("<C-c>");
    String::from_utf8(pty.finish().raw).expect("it is UTF-8")
}

/// Walks through the screens that show names, and hands back every byte that they were drawn with.
fn walk(server: &Served) -> String {
    let mut pty = Pty::spawn(&server.command(&[]), Size(120, 36));
    pty.wait_for("● live");
    pty.wait_for("▌ a");
    for (keys, marker) in [
        ("<Enter>", "UI domains"),
        ("e", "Ctrl-S"),
        ("<Esc>", "e edit"),
        ("d", "Tab choose"),
        ("<Esc>", "e edit"),
        ("n<Tab>storef", "▸ a"),
    ] {
        pty.type_keys(keys);
        pty.wait_for(marker);
    }
    pty.resize(Size(60, 20));
    pty.type_keys("<C-c>");
    pty.wait_for("Are you sure?");
    pty.type_keys("<Tab><Enter>");
    String::from_utf8(pty.finish().raw).expect("it is UTF-8")
}

/// The different control sequences in `raw`, but for those that only place the cursor.
fn control_sequences(raw: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for part in raw.split('\u{1b}').skip(1) {
        let end = match part.as_bytes().first() {
            Some(b'[') => part.find(|c: char| ('\u{40}'..='\u{7e}').contains(&c) && c != '['),
            Some(b']') => part.find('\u{7}'),
            _ => Some(0),
        };
        let sequence = part.get(..=end.unwrap_or(0)).unwrap_or(part);
        if !sequence.ends_with('H') {
            found.insert(sequence.to_owned());
        }
    }
    found
}

/// A Web key of Acme's.
fn create_key(server: &Served) {
    server.project("Storefront");
    let key = ["--scope", "web", "--name", "Checkout", "--project", "Storefront"];
    let domain = ["--domain", "https://shop.acme.example"];
    let create = [&["key", "create"], &key[..], &domain[..]].concat();
    server.run(&create).succeeded();
}

#[test]
fn names_from_the_server_send_no_control_sequences() {
    let home = Home::new();
    let server = home.serve(&home.init());
    create_key(&server);

    let drawn = |text: &str| {
        rename_everything(&home, text);
        change_domains(&home, "https://shop.acme.example");
        let secret = show_secret(&server);
        change_domains(&home, text);
        secret + &walk(&server)
    };
    let harmless = drawn(Shown::new(HOSTILE).as_str());
    let hostile = drawn(HOSTILE);

    assert_eq!(control_sequences(&hostile), control_sequences(&harmless));
    let smuggled = |c: char| !c.is_ascii() && HOSTILE.contains(c) && c != 'é';
    let found: Vec<char> = hostile.chars().filter(|&c| smuggled(c)).collect();
    assert!(found.is_empty(), "{found:?}");
    let controls: BTreeSet<char> = hostile.chars().filter(|c| c.is_control()).collect();
    assert_eq!(controls, BTreeSet::from(['\u{1b}']));
}

/// Tests that need tmux; a machine without it skips this module by its name.
mod tmux {
    use super::*;

    /// A tmux server of one's own.
    struct Tmux<'a> {
        home: &'a Home,
        name: &'a str,
    }

    impl Tmux<'_> {
        fn command(&self) -> Command {
            let mut command = Command::new("tmux");
            command
                .env("TMUX_TMPDIR", self.home.dir.path())
                .env("LC_ALL", "C.UTF-8")
                .args(["-L", self.name]);
            command
        }

        /// Opens the dashboard in tmux with one setting changed.
        fn open(&self, server: &Served, setting: &str) -> Pty {
            let configuration = self.home.path(self.name);
            std::fs::write(&configuration, format!("set -g {setting}\n")).expect("written");
            let inside = server.command(&[]);
            let mut command = self.command();
            command
                .envs(inside.get_envs().filter_map(|(name, value)| Some((name, value?))))
                .arg("-f")
                .arg(configuration)
                .arg("new-session")
                .arg(inside.get_program());
            Pty::spawn(&command, Size(120, 36))
        }
    }

    impl Drop for Tmux<'_> {
        fn drop(&mut self) {
            let _ = self.command().arg("kill-server").output();
        }
    }

    #[test]
    fn a_copied_secret_comes_through_tmux_by_either_way_that_it_may_allow() {
        let home = Home::new();
        let server = home.serve(&home.init());
        create_key(&server);
        for (name, setting) in [
            ("clipboard", "set-clipboard on"),
            ("passthrough", "allow-passthrough on"),
        ] {
            let tmux = Tmux { home: &home, name };
            let mut pty = tmux.open(&server, setting);
            pty.wait_for("▌ Checkout");
            pty.type_keys("c");
            pty.wait_for("to the terminal");
            pty.wait_for_raw("\u{1b}]52;");
        }
    }
}
