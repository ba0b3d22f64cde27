//! What is a command of keydeck in README and the guide, by the program's own parser.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use keydeck::cli::Cli;
use tempfile::TempDir;

use super::blocks::documents;

/// Takes the place of every program. The arguments of keydeck are written down, also where `sudo`, `cargo run` or a container
/// would start it; nothing else happens. What a command writes to lies in a directory of its own.
const RECORDER: &str = r#"
keydeck() { printf '%s\0' "$#" "$@" >>"$RECORD"; }
command_not_found_handle() {
    local at
    [[ "$1 $2" == "podman build" ]] && return
    if [[ "$1 $2" == "cargo run" ]]; then
        for ((at = 1; at <= $#; at++)); do [[ ${!at} == -- ]] && keydeck "${@:at + 1}" && return; done
    fi
    for ((at = $#; at > 1; at--)); do [[ ${!at} == keydeck ]] && keydeck "${@:at + 1}" && return; done
    return 0
}
"#;

/// The arguments of each time that these lines call keydeck.
fn calls(lines: &str) -> Vec<Vec<String>> {
    let scratch = TempDir::new().expect("made");
    let record = scratch.path().join("record");
    fs::write(&record, "").expect("written");
    let root = scratch.path().display();
    let lines = lines
        .replace("/etc/", &format!("{root}/"))
        .replace("/var/", &format!("{root}/"));
    let mut bash = Command::new("/bin/bash");
    bash.args(["-c", &format!("{RECORDER}{lines}")])
        .env_clear()
        .env("PATH", scratch.path().join("nowhere"))
        .env("RECORD", &record)
        .current_dir(scratch.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let said = bash.output().expect("bash is there");
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(
        !said.contains("syntax error") && !said.contains("unexpected EOF"),
        "{said}{lines}"
    );
    let record = fs::read_to_string(&record).expect("text");
    let mut words = record.split_terminator('\0');
    let mut calls = Vec::new();
    while let Some(count) = words.next() {
        let count = count.parse().expect("a number");
        calls.push(words.by_ref().take(count).map(str::to_owned).collect());
    }
    calls
}

fn error(arguments: &[String]) -> Option<clap::Error> {
    let arguments = [&["keydeck".to_owned()], arguments].concat();
    Cli::try_parse_from(arguments).err()
}

#[test]
fn every_block_that_is_not_run_calls_keydeck_as_it_can_be_called() {
    let mut count = 0;
    let blocks = documents().into_iter().flat_map(|document| document.blocks);
    for block in blocks.filter(|block| block.why_parsed.is_some()) {
        for call in calls(&block.text) {
            count += 1;
            // What is missing an image or a service has in its environment.
            let wrong = error(&call).filter(|error| error.kind() != ErrorKind::MissingRequiredArgument);
            if let Some(error) = wrong {
                panic!("{}: keydeck {}\n{error}", block.place, call.join(" "));
            }
        }
    }
    assert!(count > 10, "{count} calls were found");
}

#[test]
fn every_command_within_the_text_is_one() {
    let mut count = 0;
    for document in documents() {
        // With a placeholder for what it is called with, or without what it needs.
        for words in document
            .words
            .iter()
            .filter(|words| words.starts_with("keydeck ") || words.starts_with("cargo run "))
        {
            for call in calls(&words.replace(['[', ']'], "").replace('|', "\\|")) {
                count += 1;
                let is_placeholder = |word: &String| word.chars().all(|c| c.is_ascii_uppercase());
                if call.first().is_some_and(is_placeholder) {
                    continue;
                }
                let wrong = error(&call).filter(|error| {
                    matches!(
                        error.kind(),
                        ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand
                    )
                });
                if let Some(error) = wrong {
                    panic!("{}: `{words}`\n{error}", document.name);
                }
            }
        }
    }
    assert!(count > 20, "{count} commands were found");
}

/// Flags of keydeck, of any command.
fn flags(command: &clap::Command, into: &mut BTreeSet<String>) {
    into.extend(
        command
            .get_arguments()
            .filter_map(|arg| Some(format!("--{}", arg.get_long()?))),
    );
    command.get_subcommands().for_each(|command| flags(command, into));
}

#[test]
fn every_flag_within_the_text_is_one_of_keydeck() {
    let mut known = BTreeSet::from(["--help".to_owned(), "--version".to_owned()]);
    flags(&Cli::command(), &mut known);
    for document in documents() {
        let is_foreign = |words: &&String| {
            ["pg_dump", "pg_restore", "cargo", "umask", "rustup"]
                .iter()
                .any(|program| words.contains(program))
        };
        for words in document.words.iter().filter(|words| !is_foreign(words)) {
            for flag in words
                .split([' ', '=', '`'])
                .filter(|word| word.starts_with("--") && word.len() > 2)
            {
                assert!(
                    known.contains(flag),
                    "{}: `{words}`: there is no {flag}",
                    document.name
                );
            }
        }
    }
}

/// The names in quotes that begin like this, of all files below.
fn quoted(directory: &Path, beginning: &str, into: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).expect("listed") {
        let path = entry.expect("listed").path();
        if path.is_dir() {
            quoted(&path, beginning, into);
            continue;
        }
        let text = fs::read_to_string(&path).expect("text");
        let is_name = |part: &&str| part.chars().all(|c| c == '_' || c.is_ascii_uppercase());
        let quoted = text.split('"').filter(|part| part.starts_with(beginning));
        into.extend(quoted.filter(is_name).map(str::to_owned));
    }
}

#[test]
fn the_guide_says_every_variable_that_keydeck_reads() {
    let mut read = BTreeSet::new();
    quoted(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        "KEYDECK_",
        &mut read,
    );
    assert!(read.len() > 15, "{read:?}");
    let documents = documents();
    let configuration = documents
        .iter()
        .find(|document| document.name == "configuration")
        .expect("there");
    // That one is read by the compiler.
    for name in read.iter().filter(|name| *name != "KEYDECK_REFLOG") {
        assert!(
            configuration.words.contains(name),
            "configuration.md doesn't say {name}"
        );
    }
}

/// That the recorder sees what it should, and that nothing is taken for a call that is none.
#[test]
fn a_call_is_found_wherever_it_stands() {
    for (lines, expected) in [
        ("keydeck", vec![vec![]]),
        ("keydeck key list # all", vec![vec!["key", "list"]]),
        (
            "git log -p | keydeck scan && keydeck \\\n  whoami",
            vec![vec!["scan"], vec!["whoami"]],
        ),
        ("sudo runuser -u keydeck -- keydeck init", vec![vec!["init"]]),
        (
            "cargo run --release -- demo --role editor",
            vec![vec!["demo", "--role", "editor"]],
        ),
        ("podman run -v keydeck:/x keydeck serve", vec![vec!["serve"]]),
        ("podman build --tag keydeck . ; apt-get install keydeck-x", vec![]),
        (
            "(umask 077; openssl rand >key); keydeck key edit 'A B' --note ''",
            vec![vec!["key", "edit", "A B", "--note", ""]],
        ),
    ] {
        let mut found = calls(lines);
        found.sort();
        assert_eq!(found, expected, "{lines}");
    }
}
