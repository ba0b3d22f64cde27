//! `keydeck webhook …` as people and scripts meet it, with a receiver on this machine.

use tokio::runtime::Runtime;

use crate::program::Home;
use crate::receiver::Receiver;

#[test]
fn a_webhook_is_created_tested_edited_and_removed() {
    let runtime = Runtime::new().expect("a runtime");
    let mut receiver = runtime.block_on(Receiver::start());
    let home = Home::new();
    let allow = ["--listen", "127.0.0.1:0", "--webhooks-allow", "127.0.0.0/8,::1"];
    let server = home.serve_with(&home.init(), &allow);
    let url = receiver.url.clone();
    let none = server.run(&["webhook", "list"]).succeeded();
    assert!(
        none.stdout.is_empty() && none.stderr.contains("no webhooks"),
        "{none:?}"
    );

    let created = server
        .run(&["webhook", "create", &url, "--event", "key.created,key.revoked"])
        .succeeded();
    let secret = created.stdout.trim().to_owned();
    assert!(
        secret.starts_with("whsec_") && !created.stderr.contains(&secret),
        "{created:?}"
    );
    let tested = server.run(&["webhook", "test", &url]).succeeded();
    assert!(tested.stderr.contains("200"), "{tested:?}");
    let told = runtime.block_on(receiver.next());
    assert_eq!((told.kind(), told.signatures_by(&secret)), ("webhook.test", 1));
    assert_eq!(
        server.run(&["webhook", "reveal", &url]).succeeded().stdout.trim(),
        secret
    );

    let listed = server.run(&["webhook", "list"]).succeeded().stdout;
    for part in [url.as_str(), "enabled", "key.created, key.revoked"] {
        assert!(listed.contains(part), "{part}: {listed}");
    }
    let json = server.run(&["webhook", "list", "--json"]).json();
    let id = json[0]["id"].as_str().expect("an id").to_owned();

    receiver.answer(&[(503, "")]);
    let failed = server.run(&["webhook", "test", &id]);
    assert_eq!(failed.code, Some(1), "{failed:?}");
    assert!(failed.stderr.contains("503"), "{failed:?}");
    runtime.block_on(receiver.next());
    let deliveries = server.run(&["webhook", "deliveries", &id]).succeeded().stdout;
    for part in ["webhook.test", "delivered", "given up", "503"] {
        assert!(deliveries.contains(part), "{part}: {deliveries}");
    }
    let json = server.run(&["webhook", "deliveries", &id, "--json"]).json();
    let given_up = json["deliveries"][0]["id"].as_str().expect("an id").to_owned();
    server.run(&["webhook", "redeliver", &given_up]).succeeded();
    assert_eq!(runtime.block_on(receiver.next()).id, given_up);

    let rotated = server
        .run(&["webhook", "rotate-secret", &id, "--overlap", "1h"])
        .succeeded();
    let newer = rotated.stdout.trim().to_owned();
    assert!(newer.starts_with("whsec_") && newer != secret, "{rotated:?}");
    server.run(&["webhook", "test", &id]).succeeded();
    let told = runtime.block_on(receiver.next());
    assert_eq!((told.signatures_by(&secret), told.signatures_by(&newer)), (1, 1));

    server
        .run(&["webhook", "edit", &id, "--all-events", "--disable"])
        .succeeded();
    let disabled = server.run(&["webhook", "test", &id]).refused(1);
    assert!(disabled.contains("enable it first"), "{disabled}");
    let edited = server.run(&["webhook", "edit", &id, "--enable", "--json"]).json();
    assert_eq!(
        (edited["events"].as_array().map(Vec::len), edited.get("disabled")),
        (Some(0), None)
    );
    server.run(&["webhook", "remove", &id]).refused(2);
    server.run(&["webhook", "remove", &id, "--yes"]).succeeded();
    assert_eq!(
        server.run(&["webhook", "list", "--json"]).json(),
        serde_json::json!([])
    );
}

#[test]
fn what_is_wrong_is_said_by_its_argument() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let create = |args: &[&str]| server.run(&[&["webhook", "create"], args].concat());
    let inside = create(&["https://127.0.0.1/"]).refused(1);
    assert!(
        inside.contains("URL: ") && inside.contains("--webhooks-allow"),
        "{inside}"
    );
    let plain = create(&["http://hooks.acme.example/"]).refused(1);
    assert!(plain.contains("https://"), "{plain}");
    let event = create(&["https://hooks.acme.example/", "--event", "key.lost"]).refused(2);
    assert!(event.contains("key.revoked"), "{event}");
    let missing = server
        .run(&["webhook", "test", "https://hooks.acme.example/"])
        .refused(1);
    assert!(missing.contains("keydeck webhook list"), "{missing}");
    let allow = home.run(&[
        "serve",
        "--public-url",
        "https://k.example",
        "--database",
        "sqlite:keys.db",
        "--webhooks-allow",
        "https://x",
    ]);
    assert_eq!(allow.code, Some(2), "{allow:?}");
}
