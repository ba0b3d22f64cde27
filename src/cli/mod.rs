//! The commands: one file each, over the same client and store as everything else.

mod activity;
mod activity_stream;
pub mod args;
mod ask;
mod backup;
mod cell_form;
mod choose;
mod colour;
mod command_line;
mod completions;
mod config;
mod confirm;
mod dashboard;
mod database;
mod demo;
mod export;
mod flags;
mod gateway;
mod guide;
mod help;
mod import;
mod init;
mod key;
mod leak;
mod leftovers;
mod login;
mod logout;
mod logs;
mod lookup;
mod man;
mod migrate;
mod once;
mod output;
mod pages;
mod policy;
mod project;
mod proof;
mod resolve;
mod restore;
mod scan;
mod seal;
mod sealed_backup;
mod serve;
mod shared_token;
mod sidecars;
mod table;
mod user;
mod values;
mod webhook;
mod whoami;
mod whole_file;

use std::ffi::OsString;

pub use args::Cli;
use clap::FromArgMatches;

use self::args::Command;
use crate::deck::Selection;
pub use crate::failure::Failure;

/// What this process was started with; `version` is what `--version` says.
pub fn from_process(version: &'static str) -> Cli {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    colour::choose_from(arguments.iter().skip(1).map(OsString::as_os_str));
    let matches = command_line::read(&help::command().version(version), &arguments);
    let matches = matches.unwrap_or_else(|answer| answer.exit());
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    colour::choose(cli.color);
    cli
}

/// Does what the command line says.
pub fn run(cli: Cli) -> Result<(), Failure> {
    let (selection, shown) = (&cli.selection, cli.shown);
    if cli.command.as_ref().is_some_and(reads_profiles) {
        config::warn();
    }
    if shown.plain && !matches!(cli.command, None | Some(Command::Demo(_))) {
        return Err(Failure::Usage(
            "--plain is for the dashboard; leave it out".into(),
        ));
    }
    match cli.command {
        None => dashboard::run(selection, shown),
        Some(Command::Login(args)) => login::run(selection, &args),
        Some(Command::Logout) => logout::run(selection),
        Some(Command::Whoami(args)) => whoami::run(selection, &args),
        Some(Command::Key(args)) => key::run(selection, args.command),
        Some(Command::User(args)) => user::run(selection, args.command),
        Some(Command::Project(args)) => project::run(selection, args.command),
        Some(Command::Scan(args)) => scan::run(selection, args),
        Some(Command::Gateway(args)) => gateway::run(selection, args.command),
        Some(Command::Leak(args)) => leak::run(selection, args.command),
        Some(Command::Webhook(args)) => webhook::run(selection, args.command),
        Some(Command::Policy(args)) => policy::run(selection, args.command),
        Some(Command::Activity(args)) => activity::run(selection, args.command),
        Some(Command::Export(args)) => export::run(selection, args.command),
        Some(Command::Import(args)) => import::run(selection, args),
        Some(Command::Config(args)) => without(selection, "config").and_then(|()| config::run(&args)),
        Some(Command::Demo(args)) => without(selection, "demo").and_then(|()| demo::run(&args, shown)),
        Some(Command::Guide(args)) => without(selection, "guide").and_then(|()| guide::run(&args)),
        Some(Command::Init(args)) => without(selection, "init").and_then(|()| init::run(&args)),
        Some(Command::Serve(args)) => without(selection, "serve").and_then(|()| serve::run(args)),
        Some(Command::Migrate(args)) => without(selection, "migrate").and_then(|()| migrate::run(&args)),
        Some(Command::Seal(args)) => without(selection, "seal").and_then(|()| seal::run(&args)),
        Some(Command::Backup(args)) => without(selection, "backup").and_then(|()| backup::run(&args)),
        Some(Command::Completions(args)) => {
            without(selection, "completions").and_then(|()| completions::print(args))
        }
        Some(Command::Complete(args)) => completions::complete(args),
        Some(Command::Man(args)) => without(selection, "man").and_then(|()| man::run(&args)),
        Some(Command::Restore(args)) => without(selection, "restore").and_then(|()| restore::run(&args)),
    }
}

/// Whether a command reads the configuration file; the dashboard says itself what is wrong in it.
fn reads_profiles(command: &Command) -> bool {
    !matches!(
        command,
        Command::Config(_)
            | Command::Complete(_)
            | Command::Completions(_)
            | Command::Man(_)
            | Command::Guide(_)
            | Command::Demo(_)
            | Command::Init(_)
            | Command::Serve(_)
            | Command::Migrate(_)
            | Command::Seal(_)
            | Command::Backup(_)
            | Command::Restore(_)
    )
}

/// `--server` and the like where they would have no effect are a misunderstanding.
fn without(selection: &Selection, command: &str) -> Result<(), Failure> {
    let flags = [
        ("--server", !selection.servers.is_empty()),
        ("--profile", selection.profile.is_some()),
        ("--token-file", selection.token_file.is_some()),
    ];
    match flags.iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((flag, _)) => Err(Failure::Usage(format!(
            "keydeck {command} works on this machine; leave out {flag}"
        ))),
    }
}
