//! Webhooks from the server to real receivers, which verify what they get with published libraries.

mod in_node;
mod in_python;

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::Instant;

use serde_json::Value;

use crate::program::{Home, Served};
use crate::verifying::{self, VerifyingReceiver, kind};

const HERE: &[&str] = &["--listen", "127.0.0.1:0", "--webhooks-allow", "127.0.0.1"];

/// A webhook to it; its signing secret, which the receiver knows.
fn subscribed(server: &Served, receiver: &VerifyingReceiver) -> String {
    subscribed_at(server, receiver, &receiver.url())
}

fn subscribed_at(server: &Served, receiver: &VerifyingReceiver, url: &str) -> String {
    let secret = server.run(&["webhook", "create", url]).succeeded().stdout;
    assert!(secret.starts_with("whsec_"), "{secret}");
    receiver.knows(secret.trim());
    secret.trim().to_owned()
}

fn deliveries(server: &Served, url: &str) -> Vec<Value> {
    let page = server.run(&["webhook", "deliveries", url, "--json"]).json();
    page["deliveries"].as_array().expect("deliveries").clone()
}

/// Comes back when the only webhook's deliveries are so.
#[track_caller]
fn until(server: &Served, url: &str, is_so: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let begun = Instant::now();
    loop {
        let all = deliveries(server, url);
        if is_so(&all) {
            return all;
        }
        assert!(begun.elapsed() < verifying::LONG, "{all:#?}");
    }
}

fn are_delivered(all: &[Value]) -> bool {
    !all.is_empty() && all.iter().all(|delivery| delivery["state"] == "delivered")
}

/// Verified messages, by what they are about, until each of these has come.
#[track_caller]
fn received(receiver: &VerifyingReceiver, kinds: &[&str]) -> BTreeMap<String, Value> {
    let mut messages = BTreeMap::new();
    while !kinds.iter().all(|kind| messages.contains_key(*kind)) {
        let message = receiver.next();
        messages.insert(kind(&message).to_owned(), message);
    }
    messages
}

#[test]
fn private_targets_are_only_for_operators_who_list_them() {
    let home = Home::new();
    let token = home.init();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("bound").port();
    listener.set_nonblocking(true).expect("set");
    let server = home.serve(&token);
    for (url, words) in [
        (format!("http://127.0.0.1:{port}/"), "own machine"),
        (format!("https://localhost:{port}/"), "own machine"),
        (format!("https://0x7f.1:{port}/"), "own machine"),
        (format!("https://[::ffff:127.0.0.1]:{port}/"), "own machine"),
        ("https://169.254.169.254/latest".into(), "metadata"),
        ("https://10.0.0.7/".into(), "private network"),
        ("http://hooks.acme.example/".into(), "use https://"),
        ("https://mira:word@hooks.acme.example/".into(), "user name"),
        ("https://hooks.acme.example/#x".into(), "#"),
        ("hooks.acme.example".into(), "https://"),
    ] {
        let ran = server.run(&["webhook", "create", &url]);
        assert_ne!(ran.code, Some(0), "{url}");
        assert!(
            ran.stderr.contains(words) && ran.stdout.is_empty(),
            "{url}: {}",
            ran.stderr
        );
    }
    server.terminate();
    // One that was permitted is judged again with each delivery.
    let server = home.serve_with(&token, HERE);
    let url = format!("http://127.0.0.1:{port}/");
    server.run(&["webhook", "create", &url]).succeeded();
    server.terminate();
    let server = home.serve(&token);
    let said = server.run(&["webhook", "test", &url]).refused(1);
    assert!(said.contains("--webhooks-allow 127.0.0.1"), "{said}");
    assert!(listener.accept().is_err());
}
