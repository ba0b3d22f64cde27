//! The `keydeck` program: reads the command line, runs what it says, tells how it ended.

use std::process::ExitCode;

use clap::Parser;
use keydeck::cli::{self, Cli, Failure};

fn main() -> ExitCode {
    let arguments = Cli::parse();
    let outcome = cli::hardening::harden().and_then(|()| cli::run(arguments));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ended(&failure),
    }
}

fn ended(failure: &Failure) -> ExitCode {
    failure.report();
    failure.exit_code()
}
