//! Where files may not grow beyond some size (`ulimit -f`) the commands end with a sentence and 1, and not by a signal
//! in the middle of a write; and a server refuses what it can't write, and keeps what it acknowledged.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::deck::Deck;

/// The program where no file may have more than so many blocks of 512 bytes; its output goes to a file too.
fn limited(blocks: u32, directory: &Path, args: &[&str]) -> Command {
    let script = format!("ulimit -f {blocks} && exec \"$0\" \"$@\" > output");
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &script, env!("CARGO_BIN_EXE_keydeck")])
        .args(args)
        .current_dir(directory)
        .env_remove("KEYDECK_ROOT_KEY_FILE")
        .stderr(Stdio::piped());
    shell
}

fn said(ran: &Output) -> String {
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(1), "{said}");
    assert!(said.contains("error: "), "{said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_say_what_they_could_not_write() {
    let deck = Deck::in_file().await;
    let directory = deck.directory.path().join("new");
    fs::create_dir(&directory).unwrap();
    for blocks in [0, 2, 16, 128, 400] {
        let init = ["init", "--database", "sqlite:new.db", "--organisation", "Acme"];
        let init = [&init[..], &["--owner", "mira@acme.example"]].concat();
        let ran = limited(blocks, &directory, &init).output().unwrap();
        let said = said(&ran);
        assert!(
            said.contains("File too large") || said.contains("ulimit -f"),
            "{blocks}: {said}"
        );
        let left: Vec<_> = fs::read_dir(&directory).unwrap().collect();
        assert_eq!(left.len(), 1, "{blocks}: {left:?}");
        assert_eq!(fs::metadata(directory.join("output")).unwrap().len(), 0);
    }
    let server = deck.serve(&[]);
    for args in [&["whoami"][..], &["gateway", "add", "Till"]] {
        let mut command = limited(0, &directory, args);
        command
            .env("KEYDECK_SERVER", &server.url)
            .env("KEYDECK_TOKEN", &deck.owner);
        let said = said(&command.output().unwrap());
        assert!(said.contains("File too large"), "{args:?}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_refuses_what_it_can_not_write_and_keeps_the_rest() {
    let deck = Deck::in_file().await;
    let server = deck.serve(&["sh", "-c", "ulimit -f 900 && exec \"$0\" \"$@\""]);
    let mut kept = Vec::new();
    let refused = loop {
        let name = json!({"name": format!("Project {}", kept.len())});
        let answer = server.ask(Method::POST, "/v1/projects", &name).await;
        match answer.is(201) {
            true => kept.push(name["name"].clone()),
            false => break answer.status,
        }
        assert!(kept.len() < 10_000, "nothing was too large");
    };
    assert_eq!(refused, Some(StatusCode::SERVICE_UNAVAILABLE));
    server.ask(Method::GET, "/livez", &Value::Null).await.expect(200);
    drop(server);
    let again = deck.serve(&[]);
    let projects = again
        .ask(Method::GET, "/v1/projects", &Value::Null)
        .await
        .expect(200);
    let names: Vec<&Value> = projects.as_array().unwrap().iter().map(|p| &p["name"]).collect();
    assert!(!kept.is_empty() && kept.iter().all(|name| names.contains(&name)));
}
