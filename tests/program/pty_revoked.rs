//! The end of a key, with the real binary in a terminal on real servers: why it ends, who still presents it, and the
//! proof that each server refuses it.

use crate::program::{Home, Served, block_on};
use crate::pty::{Pty, Size};

fn dashboard(server: &Served, servers: &str, size: Size) -> Pty {
    let mut command = server.command(&[]);
    command.env("KEYDECK_SERVER", servers);
    let pty = Pty::spawn(&command, size);
    pty.wait_for("● live");
    pty.wait_for("K Keys");
    pty
}

/// A Web key of the project Storefront; its secret.
fn web_key(server: &Served, name: &str) -> String {
    let create = ["key", "create", "--json", "--scope", "web", "--name", name];
    let where_to = ["--project", "Storefront", "--domain", "https://shop.acme.example"];
    let created = server.run(&[&create[..], &where_to[..]].concat()).json();
    created["secret"].as_str().expect("a secret").to_owned()
}

/// A page presents the key so often.
fn present(server: &Served, secret: &str, times: usize) {
    let url = format!("{}/api/jwt", server.url);
    block_on(async {
        let client = reqwest::Client::new();
        for _ in 0..times {
            let request = client.get(&url).header("key", secret);
            let request = request.header("origin", "https://shop.acme.example");
            let answer = request.send().await.expect("an answer");
            assert!(!answer.status().is_success());
        }
    });
}

#[test]
fn the_card_counts_who_still_presents_a_revoked_key_and_the_key_stays_in_sight() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Storefront");
    let secret = web_key(&server, "Checkout");
    web_key(&server, "Newer");
    let mut pty = dashboard(&server, &server.url, Size(120, 36));
    pty.wait_for("▌ Newer");
    pty.type_keys("jd");
    pty.wait_for("No request was allowed in 7 d.");
    pty.type_keys("<S-Tab>leaked in a build log<Tab><Tab><Enter>");
    pty.wait_for("no attempts since");
    pty.wait_for("refuses it (key-revoked)");
    // Nothing is pressed.
    present(&server, &secret, 14);
    pty.wait_for("14 attempts since, all refused, last ");
    pty.wait_for("from 127.0.0.1");
    pty.type_keys("<Esc>");
    pty.wait_gone("attempts since");
    pty.wait_for("▌ Newer");
    pty.type_keys("4");
    pty.wait_for("Revoked 1");
    pty.wait_for("▌ Checkout");
    pty.wait_for("leaked in a build log");
    pty.wait_for("✗ 14 refused, last");
    pty.type_keys("0");
    pty.wait_for("▌ Newer");
    // By its secret it is found again.
    pty.type_keys("/");
    pty.paste(&secret);
    pty.wait_for("14 attempts since, all refused");
    pty.type_keys("<Esc>");
    pty.wait_for("▌ Checkout");
    let shown = String::from_utf8_lossy(&pty.raw()).into_owned();
    assert!(!shown.contains(&secret[16..24]), "a part of the secret was drawn");
}

#[test]
fn disabled_first_it_says_who_tries_before_it_is_revoked() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Storefront");
    let secret = web_key(&server, "Checkout");
    let mut pty = dashboard(&server, &server.url, Size(80, 24));
    pty.wait_for("▌ Checkout");
    pty.type_keys("d");
    pty.wait_for("Revoke this key?");
    pty.type_keys("<Tab><Tab><Enter>");
    pty.wait_for("Disabled “Checkout”");
    present(&server, &secret, 3);
    let id = server.keys()[0].id;
    server.counted(id, |usage| usage.refused_while_disabled == Some(3));
    pty.type_keys("d");
    pty.wait_for("Disabled: 3 attempts since ");
    assert!(!pty.screen().contains("Disable first"));
}

#[test]
fn each_server_is_asked_and_one_that_is_away_is_told() {
    let home = Home::new();
    let token = home.init();
    let (first, second) = (home.serve(&token), home.serve(&token));
    let create = ["key", "create", "--scope", "analytics", "--name", "Board report"];
    first.run(&create).succeeded();
    let both = format!("{},{}", first.url, second.url);
    let mut pty = dashboard(&first, &both, Size(120, 36));
    pty.wait_for("▌ Board report");
    pty.type_keys("d");
    pty.wait_for("Revoke this key?");
    pty.type_keys("<Tab><Enter>");
    let refuses = |server: &Served| {
        let host = server.url.trim_start_matches("http://").to_owned();
        format!("✓ {host}  refuses it (key-revoked), checked")
    };
    pty.wait_for(&refuses(&first));
    pty.wait_for(&refuses(&second));
    let away = second.url.trim_start_matches("http://").to_owned();
    second.kill();
    pty.type_keys("r");
    pty.wait_for(&format!("? {away}"));
    pty.wait_for(&refuses(&first));
}
