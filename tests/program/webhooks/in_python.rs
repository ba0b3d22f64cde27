//! To receivers with the library of PyPI.

use std::collections::BTreeSet;
use std::net::TcpListener;

use serde_json::Value;

use super::{HERE, are_delivered, received, subscribed, subscribed_at, until};
use crate::authority::{Authority, put};
use crate::program::{Home, Ran, mobile_key, stranger};
use crate::verifying::{VerifyingReceiver, id};

#[test]
fn what_happens_is_told_and_a_published_library_verifies_it() {
    let home = Home::new();
    let server = home.serve_with(&home.init(), HERE);
    let receiver = VerifyingReceiver::python(&home, &[]);
    let webhook = subscribed(&server, &receiver);
    server.project("Kiosk");
    let gateway = server.gateway("edge");
    let created = server.run(&mobile_key("Kiosk", "Lobby")).succeeded();
    let secret = server.analytics_key("Insights");
    for args in [
        &["key", "edit", "Lobby", "--name", "Hall"][..],
        &["key", "disable", "Hall", "--reason", "quiet"],
        &["key", "enable", "Hall"],
        &["key", "rotate", "Hall", "--overlap", "1h"],
        &["user", "create", "ed@acme.example", "--role", "editor"],
        &["user", "edit", "ed@acme.example", "--role", "support"],
        &["user", "remove", "ed@acme.example", "--yes"],
        &["key", "revoke", "Insights", "--yes"],
    ] {
        server.run(args).succeeded();
    }
    assert_eq!(server.asked(&gateway, &secret), 401);
    for _ in 0..10 {
        server.run_as(&stranger(), &["whoami"]).refused(4);
    }
    let messages = received(
        &receiver,
        &[
            "key.created",
            "key.edited",
            "key.disabled",
            "key.enabled",
            "key.rotated",
            "key.revoked",
            "key.used_after_revocation",
            "sign_in.refused_often",
            "user.added",
            "user.role_changed",
            "user.removed",
        ],
    );
    let disabled = &messages["key.disabled"];
    assert_eq!(disabled["body"]["data"]["key"]["name"], "Hall", "{disabled}");
    assert_eq!(disabled["body"]["data"]["reason"], "quiet");
    assert_eq!(disabled["body"]["data"]["actor"]["email"], "mira@acme.example");
    let headers = &disabled["headers"];
    assert_eq!(headers["content-type"], "application/json");
    let agent = concat!("keydeck/", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        (&headers["user-agent"], &disabled["path"]),
        (&agent.into(), &"/hooks".into())
    );
    // All of it was taken, each once, and nothing says a secret.
    let all = until(&server, &receiver.url(), are_delivered);
    let ids: BTreeSet<&str> = all
        .iter()
        .filter_map(|delivery| delivery["id"].as_str())
        .collect();
    assert_eq!(ids.len(), all.len());
    let said = format!("{messages:?}{all:?}");
    for secret in [created.stdout.trim(), &secret, &webhook] {
        assert!(!said.contains(secret) && !said.contains("kda_") && !said.contains("kdm_"));
    }
    let (_, logs) = server.terminate();
    assert!(!logs.contains(&webhook) && !logs.contains("/hooks"), "{logs}");
}

#[test]
fn nothing_is_lost_over_a_receiver_that_is_down_and_a_server_that_is_killed() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve_with(&token, HERE);
    let receiver = VerifyingReceiver::python(&home, &[]);
    let (port, url) = (receiver.port, receiver.url());
    subscribed(&server, &receiver);
    assert_eq!(receiver.end(), Vec::<Value>::new());
    server.project("Kiosk");
    let names = ["One", "Two", "Three"];
    for name in names {
        server.run(&mobile_key("Kiosk", name)).succeeded();
    }
    server.kill();
    let server = home.serve_with(&token, HERE);
    let waiting = until(&server, &url, |all| {
        all.len() == 3 && all.iter().all(|delivery| delivery["attempts"] != 0)
    });
    let waiting: BTreeSet<String> = waiting.iter().map(|delivery| text(&delivery["id"])).collect();
    let receiver = VerifyingReceiver::python_on(&home, port, &[]);
    // How long it was down decides when they would come by themselves: after seconds, or after minutes.
    for id in &waiting {
        server.run(&["webhook", "redeliver", id]);
    }
    let (mut ids, mut told) = (BTreeSet::new(), BTreeSet::new());
    while ids.len() < names.len() {
        let message = receiver.next();
        ids.insert(id(&message).to_owned());
        told.insert(text(&message["body"]["data"]["key"]["name"]));
    }
    assert_eq!(ids, waiting);
    assert_eq!(told, BTreeSet::from(names.map(str::to_owned)));
    until(&server, &url, are_delivered);
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

#[test]
fn an_attempt_that_a_crash_cut_off_is_made_again_under_the_same_id() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve_with(&token, HERE);
    let receiver = VerifyingReceiver::python(&home, &["silence"]);
    subscribed(&server, &receiver);
    server.analytics_key("Insights");
    let first = receiver.next();
    server.kill();
    let server = home.serve_with(&token, HERE);
    let second = receiver.next();
    assert_eq!(id(&first), id(&second));
    assert_eq!(first["body"], second["body"]);
    until(&server, &receiver.url(), are_delivered);
}

#[test]
fn a_refusal_is_tried_again_and_410_ends_it() {
    let home = Home::new();
    let server = home.serve_with(&home.init(), HERE);
    let receiver = VerifyingReceiver::python(&home, &["500", "307", "410"]);
    let url = receiver.url();
    subscribed(&server, &receiver);
    server.analytics_key("Insights");
    let first = receiver.next();
    let all = until(&server, &url, |all| {
        all.iter().any(|delivery| delivery["attempts"] == 1)
    });
    assert_eq!(
        (&all[0]["state"], &all[0]["status"]),
        (&"waiting".into(), &500.into())
    );
    // It isn't waited for.
    let redeliver = ["webhook", "redeliver", all[0]["id"].as_str().expect("an id")];
    let said = server.run(&redeliver).refused(1);
    assert!(said.contains("307") && said.contains("redirect"), "{said}");
    assert_eq!(id(&receiver.next()), id(&first));
    server.run(&redeliver).refused(1);
    assert_eq!(id(&receiver.next()), id(&first));
    let list = server.run(&["webhook", "list", "--json"]).json();
    let reason = list[0]["disabled"]["reason"].as_str().expect("disabled");
    assert!(reason.contains("410"), "{reason}");
    server.run(&["webhook", "test", &url]).refused(1);
    server.run(&["webhook", "edit", &url, "--enable"]).succeeded();
    server.run(&["webhook", "test", &url]).succeeded();
    receiver.next();
}

#[test]
fn a_proxy_of_the_environment_sees_no_webhook() {
    let home = Home::new();
    let token = home.init();
    let proxy = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", proxy.local_addr().expect("bound"));
    proxy.set_nonblocking(true).expect("set");
    let mut command = home.serving(HERE);
    for name in [
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ] {
        command.env(name, &address);
    }
    let server = home.start(&token, command);
    let receiver = VerifyingReceiver::python(&home, &[]);
    subscribed(&server, &receiver);
    server.run(&["webhook", "test", &receiver.url()]).succeeded();
    receiver.next();
    assert!(proxy.accept().is_err());
}

#[test]
fn a_receiver_with_a_certificate_of_a_private_authority_is_trusted_when_that_is_named() {
    let home = Home::new();
    let token = home.init();
    let authority = Authority::new();
    let (certificate, key) = authority.certify();
    for (name, text) in [
        ("hook.pem", certificate),
        ("hook.key", key),
        ("ca.pem", authority.pem()),
    ] {
        put(&home.path(name), &text);
    }
    let receiver = VerifyingReceiver::python(&home, &["--tls", "hook.pem", "hook.key"]);
    let url = format!("https://localhost:{}/hooks", receiver.port);
    let server = home.serve_with(
        &token,
        &["--listen", "127.0.0.1:0", "--webhooks-allow", "localhost"],
    );
    subscribed_at(&server, &receiver, &url);
    let said: Ran = server.run(&["webhook", "test", &url]);
    let said = said.refused(1);
    assert!(
        said.contains("not trusted") && said.contains("--webhooks-ca"),
        "{said}"
    );
    server.terminate();
    let args = [
        "--listen",
        "127.0.0.1:0",
        "--webhooks-allow",
        "localhost",
        "--webhooks-ca",
        "ca.pem",
    ];
    let server = home.serve_with(&token, &args);
    server.run(&["webhook", "test", &url]).succeeded();
    receiver.next();
}
