//! The blocks of README and the guide, run as they stand, in order, each document in a home and with a server of its own.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::blocks::{Document, documents};
use crate::authority::{self, Authority};
use crate::postgres::Database;
use crate::program::{Home, Ran, Served, block_on};

/// `keydeck serve` in the background once it is ready, so that the next line finds it; everything else as it is. Servers
/// end with the script.
const KEYDECK: &str = r#"#!/bin/bash
[[ ${1-} == serve ]] || exec "$KEYDECK_BUILT" "$@"
mkfifo "$HOME/ready.$$"
"$KEYDECK_BUILT" "$@" >"$HOME/ready.$$" &
echo $! >>"$HOME/servers"
read -r line <"$HOME/ready.$$" && [[ $line == "keydeck serves "* ]]
"#;

/// What fails is named with its place.
const SCRIPT: &str = r#"
set -euo pipefail
trap 'echo "$place: $BASH_COMMAND" >&2' ERR
trap '[[ ! -e $HOME/servers ]] || kill $(cat "$HOME/servers")' EXIT
"#;

/// What a document finds when it begins.
#[derive(Clone, Copy)]
enum Setting {
    /// An Owner's token on standard input, for `login`.
    Token,
    /// A server that the environment names, with an Analytics key whose secret is on standard input, and a repository of git.
    SignedIn,
    /// The database of a server that isn't running.
    Database,
    /// Certificates.
    Machine,
    /// An empty database in PostgreSQL.
    Postgres,
}

const DOCUMENTS: &[(&str, Setting)] = &[
    ("README", Setting::Token),
    ("start", Setting::Token),
    ("sign-in", Setting::Token),
    ("scripts", Setting::SignedIn),
    ("leaks", Setting::SignedIn),
    ("activity", Setting::SignedIn),
    ("export", Setting::SignedIn),
    ("import", Setting::SignedIn),
    ("webhooks", Setting::SignedIn),
    ("gateways", Setting::SignedIn),
    ("backup", Setting::Database),
    ("upgrade", Setting::Database),
    ("server", Setting::Machine),
    ("postgres", Setting::Postgres),
];

#[test]
fn every_document_with_blocks_to_run_is_run() {
    let documents = documents();
    let has_commands = |document: &&Document| document.blocks.iter().any(|block| block.why_parsed.is_none());
    let with: BTreeSet<_> = documents
        .iter()
        .filter(has_commands)
        .map(|document| document.name.as_str())
        .collect();
    let run: BTreeSet<_> = DOCUMENTS.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        with, run,
        "declare in DOCUMENTS what a document finds, or say in its block why it is only parsed"
    );
}

fn run_all(settings: impl Fn(Setting) -> bool) {
    let documents = documents();
    for (name, setting) in DOCUMENTS.iter().filter(|(_, setting)| settings(*setting)) {
        let document = documents
            .iter()
            .find(|document| document.name == *name)
            .expect("there");
        let ran = run(document, *setting);
        assert_eq!(ran.code, Some(0), "{name}:\n{}\n{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn every_command_is_run() {
    run_all(|setting| !matches!(setting, Setting::Postgres));
}

#[test]
fn every_command_about_postgres_is_run() {
    run_all(|setting| matches!(setting, Setting::Postgres));
}

fn run(document: &Document, setting: Setting) -> Ran {
    let home = Home::new();
    for directory in ["bin", "etc", "lib", "backups", "work"] {
        fs::create_dir(home.path(directory)).expect("made");
    }
    fs::write(home.path("bin/keydeck"), KEYDECK).expect("written");
    fs::set_permissions(home.path("bin/keydeck"), fs::Permissions::from_mode(0o755)).expect("set");
    let mut examples = vec![
        ("/var/lib/keydeck/", home.path("lib/").display().to_string()),
        ("/var/backups/", home.path("backups/").display().to_string()),
        ("/etc/keydeck/", home.path("etc/").display().to_string()),
        ("0.0.0.0:443", "127.0.0.1:0".to_owned()),
        ("127.0.0.1:7391", "127.0.0.1:0".to_owned()),
        ("127.0.0.1:7392", "127.0.0.1:0".to_owned()),
    ];
    match setting {
        Setting::Token | Setting::SignedIn => {
            let token = home.init();
            let server = home.serve(&token);
            let address = ("https://keys.acme.example", server.url.clone());
            if let Setting::Token = setting {
                return script(
                    &home,
                    document,
                    &[&examples[..], &[address]].concat(),
                    &[],
                    &token,
                );
            }
            let variables = [("KEYDECK_SERVER", server.url.as_str()), ("KEYDECK_TOKEN", &token)];
            let secret = server.analytics_key("Finance");
            examples.push(("4711:9f2c…", head(&server)));
            script(&home, document, &examples, &variables, &secret)
        }
        Setting::Database => {
            let database = format!("sqlite:{}", home.path("lib/keydeck.db").display());
            let args = [
                "init",
                "--organisation",
                "Acme Studios",
                "--owner",
                "mira@acme.example",
                "--database",
                &database,
            ];
            home.run(&args).succeeded();
            script(&home, document, &examples, &[], "")
        }
        Setting::Machine => {
            let (certificate, key) = Authority::new().certify();
            authority::put(&home.path("etc/fullchain.pem"), &certificate);
            authority::put(&home.path("etc/key.pem"), &key);
            script(&home, document, &examples, &[], "")
        }
        Setting::Postgres => {
            let database = block_on(Database::new());
            examples.push(("postgres://keydeck:choose-one@127.0.0.1/keydeck", database.url));
            script(&home, document, &examples, &[], "")
        }
    }
}

/// The head of the log, as `activity verify` prints it.
fn head(server: &Served) -> String {
    let verified = server.run(&["activity", "verify", "--json"]).json();
    verified["head"].as_str().expect("a head").to_owned()
}

/// Runs the blocks with `examples` in the place of what the text says; each command waits for those in the background.
fn script(
    home: &Home,
    document: &Document,
    examples: &[(&str, String)],
    variables: &[(&str, &str)],
    input: &str,
) -> Ran {
    let mut lines = SCRIPT.to_owned();
    for block in document.blocks.iter().filter(|block| block.why_parsed.is_none()) {
        let text = examples.iter().fold(block.text.clone(), |text, (example, real)| {
            text.replace(example, real)
        });
        lines += &format!("place={}\n{text}\nwait\n", block.place);
    }
    let git = std::process::Command::new("git")
        .args(["init", "--quiet"])
        .arg(home.path("work"))
        .status();
    assert!(git.expect("git is there").success());
    let mut bash = home.program("/bin/bash");
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", home.path("bin").display());
    bash.args(["-c", &lines])
        .envs(variables.iter().copied())
        .env("KEYDECK_BUILT", env!("CARGO_BIN_EXE_keydeck"))
        .env("KEYDECK_LISTEN", "127.0.0.1:0")
        .env("PATH", path)
        .current_dir(home.path("work"));
    Ran::given(bash, input)
}
