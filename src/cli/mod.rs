//! The commands: one file each, over the same client and store as everything else.

mod activity;
pub mod args;
mod dashboard;
mod database;
pub mod deck;
pub mod demo;
pub mod embedded;
mod failure;
mod founding;
pub mod generate;
mod init;
mod key;
mod local;
mod output;
pub mod sample;
pub mod scratch;
mod serve;
mod values;

pub use args::Cli;
pub use failure::Failure;

use self::args::Command;

/// Does what the command line says.
pub fn run(cli: Cli) -> Result<(), Failure> {
    let server = cli.server.as_deref();
    match cli.command {
        None => dashboard::run(server),
        Some(Command::Key(args)) => key::run(args.server.as_deref().or(server), args.command),
        Some(Command::Activity(args)) => activity::run(args.server.as_deref().or(server), args.command),
        Some(Command::Demo(args)) => without(server, "demo").and_then(|()| demo::run(&args)),
        Some(Command::Init(args)) => without(server, "init").and_then(|()| init::run(&args)),
        Some(Command::Serve(args)) => without(server, "serve").and_then(|()| serve::run(args)),
    }
}

/// `--server` where it would have no effect is a misunderstanding.
fn without(server: Option<&str>, command: &str) -> Result<(), Failure> {
    match server {
        None => Ok(()),
        Some(_) => Err(Failure::Usage(format!(
            "keydeck {command} works on this machine; leave out --server"
        ))),
    }
}
