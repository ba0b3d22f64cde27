//! Schemathesis makes up requests from the server's OpenAPI document, and holds each answer against it:
//! no fault of the server, and no answer that the document does not allow.

use std::fs;

use crate::program::{Home, Ran, Served, block_on};
use keydeck::api::NewGateway;
use serde_json::Value;

const CONFIGURATION: &str = include_str!("../schemathesis.toml");
/// Of the operations, those that the configuration leaves out.
const LEFT_OUT: usize = 2;

/// A deck on which something can be found, and lists of it for the configuration.
fn fill(home: &Home, server: &Served) {
    let project = server.project("Storefront").id.to_string();
    let domains = ["--domain", "https://shop.acme.example", "--project", &project];
    for name in ["Checkout", "Basket", "Search"] {
        let create = ["key", "create", "--scope", "web", "--name", name];
        server.run(&[&create[..], &domains].concat()).succeeded();
    }
    let create = ["key", "create", "--scope", "analytics", "--name", "Board report"];
    let analytics = server.run(&create).succeeded().stdout;
    let session = [
        "project",
        "edit",
        "Storefront",
        "--session-url",
        "wss://sessions.acme.example",
    ];
    let key = ["--session-key-name", "storefront-1", "--session-key-file", "-"];
    let private_key = "the-private-key-of-the-session-server";
    Ran::given(server.command(&[&session[..], &key].concat()), private_key).succeeded();
    let web = server.run(&["key", "reveal", "Checkout"]).succeeded().stdout;
    let gateway = NewGateway { name: "Edge".into() };
    let added = block_on(server.client().add_gateway(&gateway)).expect("added");
    let token = added.token.expect("shown once");

    let keys = server.run(&["key", "list", "--json"]).json();
    let ids = keys["items"]
        .as_array()
        .expect("keys")
        .iter()
        .map(|key| key["id"].as_str());
    list(home, "keys", ids.map(|id| id.expect("an id")));
    list(home, "projects", [project.as_str()]);
    list(home, "secrets", [web.trim(), analytics.trim()]);
    list(home, "gateways", [token.expose()]);
}

fn list<'a>(home: &Home, name: &str, values: impl IntoIterator<Item = &'a str>) {
    let lines = values.into_iter().map(|value| format!("\"{value}\"\n"));
    fs::write(home.path(name), lines.collect::<String>()).expect("written");
}

/// How many operations the document has.
fn operations(server: &Served) -> usize {
    let document = block_on(async {
        let answer = reqwest::get(format!("{}/openapi.json", server.url)).await;
        answer.expect("an answer").json::<Value>().await.expect("JSON")
    });
    let paths = document["paths"].as_object().expect("paths").values();
    paths
        .map(|path| path.as_object().map_or(0, |methods| methods.len()))
        .sum()
}

#[test]
fn schemathesis_finds_no_fault_and_no_answer_that_the_document_does_not_allow() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    fill(&home, &server);
    fs::write(home.path("schemathesis.toml"), CONFIGURATION).expect("written");
    let output = crate::venv::program("schemathesis")
        .args(["--no-color", "run", &format!("{}/openapi.json", server.url)])
        .current_dir(home.dir.path())
        .env("KEYDECK_TOKEN", &token)
        .output()
        .expect("schemathesis runs; tests/run installs it");
    let ran = Ran::of(output);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let tested = format!("Tested: {}", operations(&server) - LEFT_OUT);
    assert!(ran.stdout.contains(&tested), "{tested}\n{}", ran.stdout);

    // It was the Owner to the end, and the server has nothing to complain of.
    let me = server.run(&["whoami", "--json"]).json();
    assert_eq!(me["user"]["role"], "owner");
    let (code, said) = server.terminate();
    assert!(code == Some(0) && !said.contains("ERROR"), "{said}");
}
