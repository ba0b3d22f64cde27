//! Keys in use, with the real binary in a terminal on a real server: usage, verdicts, and the key of a
//! secret.

use std::time::Duration;

use crate::program::{Home, Served, block_on};
use crate::pty::{Pty, Size};
use keydeck::api::Usage;

fn dashboard(server: &Served, size: Size) -> Pty {
    let pty = Pty::spawn(&server.command(&[]), size);
    pty.wait_for("● live");
    pty.wait_for("K Keys");
    pty
}

/// Makes a key of the project Storefront; its secret.
fn secret_of(server: &Served, args: &[&str]) -> String {
    let command: Vec<&str> = ["key", "create", "--json"].iter().chain(args).copied().collect();
    let created = server.run(&command).json();
    created["secret"].as_str().expect("a secret").to_owned()
}

fn web_key(server: &Served, name: &str) -> String {
    let domain = "https://shop.acme.example";
    let args = [
        "--scope",
        "web",
        "--name",
        name,
        "--project",
        "Storefront",
        "--domain",
        domain,
    ];
    secret_of(server, &args)
}

/// A page of `origin` tries to connect; comes back when that has been counted.
fn connect(server: &Served, secret: &str, origin: &str) {
    let counted = async {
        let client = server.client();
        let lookup = keydeck::model::Token::presented(secret).expect("a secret").hash();
        let keydeck::api::LookupAnswer::Active { key, .. } = client.lookup(&lookup).await.expect("known")
        else {
            panic!("it was revoked");
        };
        let url = format!("{}/api/jwt", server.url);
        let request = reqwest::Client::new().get(url).header("key", secret);
        request.header("origin", origin).send().await.expect("an answer");
        let is_counted = |usage: &Usage| usage.last_hour().refused > 0;
        while !is_counted(&client.usage(key.id).await.expect("usage")) {
            tokio::task::yield_now().await;
        }
    };
    block_on(async { tokio::time::timeout(Duration::from_secs(20), counted).await }).expect("it is counted");
}

#[test]
fn a_refused_page_is_counted_explained_and_named_before_its_key_goes() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Storefront");
    let secret = web_key(&server, "Checkout");
    connect(&server, &secret, "https://evil.example");
    let mut pty = dashboard(&server, Size(120, 36));
    pty.wait_for("✗ 1 refused");
    pty.type_keys("u");
    pty.wait_for("origin-foreign");
    pty.wait_for("✗ 1 refused in 30 d, at most 1 a day");
    pty.type_keys("<Esc>");
    pty.wait_gone("origin-foreign");
    pty.type_keys("w");
    pty.wait_for("Would this be allowed?");
    pty.type_keys("https://evil.example<Tab>");
    pty.wait_for("✗ Refused by origin-foreign");
    pty.type_keys("<Esc>");
    pty.wait_gone("Would this be allowed?");
    pty.type_keys("/refused:today");
    pty.wait_for("1 key");
    pty.type_keys("<Enter>d");
    pty.wait_for("No request was allowed in 7 d.");
}

#[test]
fn a_pasted_secret_leads_to_its_key_and_is_never_on_the_screen() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Storefront");
    let secret = web_key(&server, "Checkout");
    web_key(&server, "Newer");
    let leaked = secret_of(&server, &["--scope", "analytics", "--name", "Leaked"]);
    server.run(&["key", "revoke", "Leaked", "--yes"]).succeeded();
    let mut pty = dashboard(&server, Size(80, 24));
    pty.wait_for("▌ Newer");
    pty.type_keys("/");
    pty.paste(&secret);
    pty.wait_for("This is the secret of “Checkout”.");
    pty.wait_for("▌ Checkout");
    pty.type_keys(&format!("/{leaked}<Enter>"));
    pty.wait_for("✓ Revoked ");
    pty.wait_for("no attempts since");
    pty.type_keys("<Esc>");
    pty.wait_for("▌ Leaked");
    let shown = pty.raw();
    let shown = String::from_utf8_lossy(&shown);
    for secret in [&secret, &leaked] {
        assert!(!shown.contains(&secret[16..24]), "a part of a secret was drawn");
    }
}
