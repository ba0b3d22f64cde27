//! What an operator finds in the server's log, by the id that a client was told.

use crate::program::{Home, Served, block_on, mobile_key};
use rusqlite::Connection;
use serde_json::Value;

const ID: &str = "0192f3a4-7c1d-7e2b-9a55-3f1b2c4d5e6f";

fn served<'a>(home: &'a Home, variables: &[(&str, &str)]) -> Served<'a> {
    let token = home.init();
    let mut command = home.serving(&["--listen", "127.0.0.1:0"]);
    command.envs(variables.iter().copied());
    home.start(&token, command)
}

/// Every line of the log, which is an object each.
fn lines(log: &str) -> Vec<Value> {
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    log.lines().map(read).collect()
}

#[test]
fn each_line_of_a_log_in_json_is_an_object_with_the_requests_id() {
    let home = Home::new();
    let server = served(
        &home,
        &[("KEYDECK_LOG", "keydeck=info"), ("KEYDECK_LOG_FORMAT", "json")],
    );
    let asked = reqwest::Client::new()
        .get(format!("{}/v1/me", server.url))
        .header("x-request-id", ID);
    let answer = block_on(asked.send()).expect("answered");
    assert_eq!(answer.headers()["x-request-id"], ID);
    let (_, log) = server.terminate();
    let lines = lines(&log);
    let line = lines
        .iter()
        .find(|line| line["span"]["id"] == ID)
        .expect("logged");
    assert_eq!(
        (&line["message"], &line["route"], &line["status"], &line["level"]),
        (&"answered".into(), &"/v1/me".into(), &401.into(), &"INFO".into())
    );
    assert!(line["timestamp"].is_string(), "{line}");
}

#[test]
fn what_a_client_is_told_of_a_fault_leads_to_the_line_that_explains_it() {
    let home = Home::new();
    // As it is when nothing is said of how much to log.
    let server = served(&home, &[("KEYDECK_LOG_FORMAT", "json")]);
    server.project("Kiosk");
    let create = mobile_key("Kiosk", "Lobby");
    server.run(&create).succeeded();
    let database = Connection::open(home.path("keys.db")).expect("there");
    let spoil = "UPDATE keys SET sealed = zeroblob(length(sealed))";
    database.execute(spoil, ()).expect("written");
    let said = server.run(&["key", "reveal", "Lobby"]).refused(1);
    let (_, id) = said.split_once("(request ").expect("an id");
    let id = id.split(')').next().expect("an id");
    let (_, log) = server.terminate();
    let lines = lines(&log);
    let line = lines.iter().find(|line| line["span"]["id"] == id);
    let line = line.unwrap_or_else(|| panic!("{said}: {log}"));
    assert_eq!(
        (&line["message"], &line["level"]),
        (&"a secret can't be sealed or unsealed".into(), &"ERROR".into())
    );
}

#[test]
fn a_form_that_is_none_is_refused() {
    let home = Home::new();
    home.init();
    let mut command = home.serving(&[]);
    let said = command
        .env("KEYDECK_LOG_FORMAT", "xml")
        .output()
        .expect("started");
    assert_eq!(said.status.code(), Some(2));
    let said = String::from_utf8(said.stderr).expect("text");
    assert_eq!(said, "error: KEYDECK_LOG_FORMAT is text or json\n");
}
