//! Keys in use as scripts meet them: `keydeck gateway …`, `key explain`, and lists by usage.

use crate::program::{Home, Ran, Served, block_on};
use crate::pty::typed;
use serde_json::Value;

const SHOP: &str = "https://shop.acme.example";

/// What a gateway that asks about this key is answered: the status.
fn asked(server: &Served, gateway: &str, key: &str) -> u16 {
    let asked = reqwest::Client::new()
        .get(format!("{}/v1/authorize", server.url))
        .header("x-keydeck-gateway", gateway)
        .header("x-api-key", key);
    block_on(asked.send()).expect("answered").status().as_u16()
}

fn analytics_key(server: &Served, name: &str) -> String {
    let ran = server.run(&["key", "create", "--scope", "analytics", "--name", name]);
    ran.succeeded().stdout.trim().to_owned()
}

/// A Web key of a project that has a session server.
fn web_key(server: &Served) {
    server.project("Storefront");
    let session = [
        "project",
        "edit",
        "Storefront",
        "--session-url",
        "wss://sessions.acme.example",
        "--session-key-name",
        "main",
        "--session-key-file",
        "-",
    ];
    let key = "the-private-key-of-the-session-server";
    Ran::given(server.command(&session), key).succeeded();
    let create = ["key", "create", "--scope", "web", "--name", "Checkout"];
    let of = ["--project", "Storefront", "--domain", SHOP];
    server.run(&[&create[..], &of].concat()).succeeded();
}

#[test]
fn a_session_server_gets_a_token_that_can_be_revoked() {
    let home = Home::new();
    let server = home.serve(&home.init());
    web_key(&server);
    let issue = ["project", "session-token", "Storefront"];
    let issued = server.run(&issue).succeeded();
    let token = issued.stdout.trim().to_owned();
    assert!(token.starts_with("kds_") && token.len() == 53, "{token}");
    assert!(
        issued.stderr.contains("only time") && !issued.stderr.contains(&token),
        "{}",
        issued.stderr
    );
    let asked = |token: &str| {
        let asked = reqwest::Client::new().post(format!("{}/v1/introspect", server.url));
        let form = asked
            .header("content-type", "application/x-www-form-urlencoded")
            .body("token=a");
        let answer = block_on(async { form.bearer_auth(token).send().await });
        answer.expect("answered").status().as_u16()
    };
    assert_eq!(asked(&token), 200);
    let json = server.run(&[&issue[..], &["--json"]].concat()).json();
    let newer = json["token"].as_str().expect("a token");
    assert_eq!((asked(&token), asked(newer)), (401, 200));
    let revoke = [&issue[..], &["--revoke"]].concat();
    let unasked = server.run(&revoke).refused(2);
    assert!(unasked.contains("--yes"), "{unasked}");
    server.run(&[&revoke[..], &["--yes"]].concat()).succeeded();
    assert_eq!(asked(newer), 401);
    server.run(&[&revoke[..], &["--yes"]].concat()).refused(1);
    server.project("Bare");
    let bare = server.run(&["project", "session-token", "Bare"]).refused(1);
    assert!(bare.contains("no session server"), "{bare}");
}

fn names(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().expect("a list").iter();
    items.map(|key| key["name"].as_str().expect("a name")).collect()
}

#[test]
fn a_gateway_comes_asks_and_goes() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let key = analytics_key(&server, "Board");
    let none = server.run(&["gateway", "list"]).succeeded();
    assert_eq!(
        (none.stdout.as_str(), none.stderr.as_str()),
        ("", "no gateways\n")
    );

    let added = server.run(&["gateway", "add", "edge"]).succeeded();
    let token = added.stdout.trim();
    assert!(token.starts_with("kdg_") && token.len() == 53, "{token}");
    assert!(
        added.stderr.contains("only time") && !added.stderr.contains(token),
        "{}",
        added.stderr
    );
    assert_eq!(asked(&server, token, &key), 200);
    let json = server.run(&["gateway", "add", "inner", "--json"]).json();
    assert_eq!(json["gateway"]["name"], "inner");
    assert_eq!(
        asked(&server, json["token"].as_str().expect("a token"), &key),
        200
    );

    let taken = server.run(&["gateway", "add", " ＥＤＧＥ "]).refused(1);
    assert!(
        taken.starts_with("error: NAME: There is already a gateway with this name"),
        "{taken}"
    );
    let table = server.run(&["gateway", "list"]).succeeded().stdout;
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines.len() == 3 && lines[0].starts_with("NAME"), "{table}");
    assert!(
        lines[1].starts_with("edge") && lines[1].contains("mira@acme.example"),
        "{table}"
    );
    let list = server.run(&["gateway", "list", "--json"]).json();
    assert_eq!(
        (&list[0]["name"], &list[1]["name"]),
        (&"edge".into(), &"inner".into())
    );
    assert!(!list.to_string().contains("kdg_"), "{list}");

    let unasked = server.run(&["gateway", "remove", "edge"]).refused(2);
    assert!(unasked.contains("--yes"), "{unasked}");
    let (code, screen) = typed(&server.command(&["gateway", "remove", "edge"]), "no<Enter>");
    assert!(
        code == Some(1) && screen.contains("nothing was removed"),
        "{screen}"
    );
    assert_eq!(asked(&server, token, &key), 200);
    let (code, screen) = typed(&server.command(&["gateway", "remove", "Edge"]), "yes<Enter>");
    assert!(
        code == Some(0) && screen.contains("removed gateway \"edge\""),
        "{screen}"
    );
    assert_eq!(asked(&server, token, &key), 401);
    let id = list[1]["id"].as_str().expect("an id");
    let removed = server.run(&["gateway", "remove", id, "--yes", "--json"]).json();
    assert_eq!(removed, list[1]);
    let gone = server.run(&["gateway", "remove", "edge", "--yes"]).refused(1);
    assert!(gone.contains("no gateway is called \"edge\""), "{gone}");
}

#[test]
fn only_an_owner_looks_after_gateways() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let added = server.run(&["user", "add", "sue@acme.example", "--role", "support"]);
    let support = added.succeeded().stdout;
    for args in [&["list"][..], &["add", "edge"], &["remove", "edge", "--yes"]] {
        let said = server
            .run_as(support.trim(), &[&["gateway"], args].concat())
            .refused(1);
        assert!(said.contains("Owner"), "{said}");
    }
}

#[test]
fn a_request_is_explained_before_it_is_made() {
    let home = Home::new();
    let server = home.serve(&home.init());
    web_key(&server);
    let explain = |args: &[&str]| server.run(&[&["key", "explain"], args].concat());
    let allowed = explain(&["Checkout", "--origin", SHOP]).succeeded();
    assert!(
        allowed.stdout.starts_with(
            "allowed at the connection exchange for https://shop.acme.example (origin-listed): "
        ),
        "{}",
        allowed.stdout
    );
    let foreign = [
        "Checkout",
        "--origin",
        "https://evil.example",
        "--address",
        "203.0.113.7",
    ];
    let said = explain(&foreign).denied();
    assert!(
        said.starts_with(
            "refused at the connection exchange for https://evil.example (origin-foreign): The page's origin"
        ),
        "{said}"
    );
    let resumed = explain(&["Checkout", "--origin", SHOP, "--session-id", "s-1", "--json"]);
    assert_eq!(resumed.code, Some(1));
    let verdict: Value = serde_json::from_str(&resumed.stdout).expect("JSON");
    assert_eq!(
        (&verdict["allowed"], &verdict["at"], &verdict["rule"]),
        (&false.into(), &"connection".into(), &"persistence-off".into())
    );
    analytics_key(&server, "Board");
    assert_eq!(explain(&["Board", "--json"]).json()["at"], "gateway");
    let wrong = explain(&["Checkout", "--origin", SHOP, "--address", "nowhere"]).refused(1);
    assert!(wrong.starts_with("error: --address: "), "{wrong}");
    let missing = explain(&["Till"]).refused(1);
    assert!(missing.contains("no key that you can see"), "{missing}");
}

#[test]
fn a_list_is_filtered_by_how_keys_are_used() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let board = analytics_key(&server, "Board report");
    analytics_key(&server, "Figures");
    let gateway = server.run(&["gateway", "add", "edge"]).succeeded().stdout;
    assert_eq!(asked(&server, gateway.trim(), &board), 200);
    let list = |filter: &str| server.run(&["key", "list", "--sort", "name", "--filter", filter, "--json"]);
    // What was counted is written once a second.
    let is_used = || {
        let shown = server.run(&["key", "show", "Board report", "--json"]).json();
        !shown["last_used_at"].is_null()
    };
    assert!((0..10_000).any(|_| is_used()), "it is written");
    assert_eq!(names(&list("never-used").json()), ["Figures"]);
    assert_eq!(names(&list("refused:today").json()), [""; 0]);
    assert_eq!(names(&list("idle:90d").json()), [""; 0]);
    assert_eq!(names(&list("board").json()), ["Board report"]);
    assert_eq!(names(&list("never-used board").json()), [""; 0]);
    for word in ["idle:soon", "refused:always"] {
        let said = list(word).refused(2);
        assert!(said.contains("--filter") && said.contains("Write "), "{said}");
    }
}
