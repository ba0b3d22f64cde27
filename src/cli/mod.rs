//! The commands: one file each, over the same client and store as everything else.

pub mod args;
mod confirm;
mod dashboard;
mod database;
pub mod deck;
pub mod demo;
pub mod embedded;
mod failure;
mod flags;
mod founding;
pub mod generate;
mod init;
mod key;
mod local;
mod output;
mod project;
mod resolve;
pub mod sample;
pub mod scratch;
mod seal;
mod serve;
mod user;
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
        Some(Command::User(args)) => user::run(args.server.as_deref().or(server), args.command),
        Some(Command::Project(args)) => project::run(args.server.as_deref().or(server), args.command),
        Some(Command::Demo(args)) => without(server, "demo").and_then(|()| demo::run(&args)),
        Some(Command::Init(args)) => without(server, "init").and_then(|()| init::run(&args)),
        Some(Command::Serve(args)) => without(server, "serve").and_then(|()| serve::run(args)),
        Some(Command::Seal(args)) => without(server, "seal").and_then(|()| seal::run(&args)),
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
