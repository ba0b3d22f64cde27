//! The `keydeck` program: reads the command line, runs what it says, tells how it ended.

use std::process::ExitCode;

use clap::Parser;
use keydeck::cli::{self, Cli, Failure};
use keydeck::hardening;

fn main() -> ExitCode {
    let arguments = Cli::parse();
    hardening::keep_files_private();
    let outcome = hardening::keep_memory_private()
        .map_err(|error| Failure::Failed(format!("can't keep memory out of core dumps: {error}")))
        .and_then(|()| cli::run(arguments));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ended(&failure),
    }
}

fn ended(failure: &Failure) -> ExitCode {
    failure.report();
    failure.exit_code()
}
