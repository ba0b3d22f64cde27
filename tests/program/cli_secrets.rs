//! Secrets where something else belongs: no command repeats one, whatever it is given for.

use std::process::Command;

use clap::{Arg, CommandFactory};
use keydeck::cli::Cli;
use keydeck::model::webhook_secret::WrittenSigningSecret;
use keydeck::model::{Scope, Token, TokenKind};
use uuid::Uuid;

use crate::program::{Home, Ran};

/// In place of what is required besides.
const OTHER: &str = "1";

fn secrets() -> [String; 3] {
    let token = Token::from_entropy(TokenKind::Key(Scope::Analytics), [0xa7; 32]);
    let web = Token::from_entropy(TokenKind::Key(Scope::Web), [0x5c; 32]);
    let whole = web.secret(Some((Uuid::nil(), "https://keys.acme.example")));
    let bytes: Vec<u8> = (0..32).map(|n: u8| n.wrapping_mul(37)).collect();
    let signing = WrittenSigningSecret::text_of(&bytes);
    [token.expose(), whole.expose(), signing.expose()].map(str::to_owned)
}

/// Each command that does something, by the words that name it.
fn commands() -> Vec<(Vec<String>, clap::Command)> {
    fn add(into: &mut Vec<(Vec<String>, clap::Command)>, path: &[String], command: &clap::Command) {
        if !command.has_subcommands() {
            into.push((path.to_vec(), command.clone()));
        }
        for below in command.get_subcommands() {
            let path = [path, &[below.get_name().to_owned()]].concat();
            add(into, &path, below);
        }
    }
    let mut all = Vec::new();
    add(&mut all, &[], &Cli::command());
    all
}

/// A line with this argument, and with all that the command requires besides.
fn line(path: &[String], command: &clap::Command, with: &Arg, secret: &str) -> Vec<String> {
    let mut line = path.to_vec();
    let needed = |arg: &&Arg| arg.is_required_set() || arg.get_id() == with.get_id();
    let (positionals, options): (Vec<&Arg>, Vec<&Arg>) = command
        .get_arguments()
        .filter(needed)
        .partition(|arg| arg.is_positional());
    for option in options {
        let value = if option.get_id() == with.get_id() {
            secret
        } else {
            OTHER
        };
        let name = option.get_long().map(|name| format!("--{name}"));
        line.extend(name.or_else(|| option.get_short().map(|name| format!("-{name}"))));
        line.extend(option.get_action().takes_values().then(|| value.to_owned()));
    }
    let last = positionals.iter().filter_map(|arg| arg.get_index()).max();
    for index in 1..=last.unwrap_or_default() {
        let arg = command
            .get_positionals()
            .find(|arg| arg.get_index() == Some(index));
        let is_meant = arg.is_some_and(|arg| arg.get_id() == with.get_id());
        line.push(if is_meant { secret } else { OTHER }.to_owned());
    }
    line
}

#[track_caller]
fn says_nothing_of_it(mut command: Command, line: &[String], secret: &str) {
    let ran = Ran::of(command.args(line).output().expect("started"));
    let said = format!("{}{}", ran.stdout, ran.stderr);
    let shown = line.join(" ").replace(secret, "SECRET");
    assert!(
        !said.contains(&secret[8..24]),
        "{shown}: {}",
        said.replace(secret, "SECRET")
    );
    // What it is about is said nevertheless.
    assert!(
        ran.code == Some(0) || !said.trim().is_empty() || line[0] == "complete",
        "{shown}"
    );
}

#[test]
fn no_command_repeats_a_secret_that_is_given_for_what_it_is_about() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let mut seen = 0;
    for (path, command) in commands() {
        for arg in command.get_positionals() {
            for secret in secrets() {
                let line = line(&path, &command, arg, &secret);
                says_nothing_of_it(server.command(&[]), &line, &secret);
                says_nothing_of_it(home.command(&[]), &line, &secret);
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn no_command_repeats_a_secret_that_is_given_for_an_option() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let [secret, ..] = secrets();
    let mut seen = 0;
    for (path, command) in commands() {
        for arg in command.get_opts() {
            let line = line(&path, &command, arg, &secret);
            says_nothing_of_it(server.command(&[]), &line, &secret);
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}
