//! The `keydeck` program: reads the command line, runs what it says, tells how it ended.

mod commit;

use std::process::ExitCode;

use keydeck::cli::{self, Cli, Failure};
use keydeck::hardening;

fn main() -> ExitCode {
    let arguments = cli::from_process(commit::version());
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report();
            failure.exit_code()
        }
    }
}

fn run(arguments: Cli) -> Result<(), Failure> {
    hardening::keep_files_private();
    hardening::keep_memory_private()
        .map_err(|error| Failure::Failed(format!("can't keep secrets out of core dumps: {error}")))?;
    hardening::survive_file_limits()
        .map_err(|error| Failure::Failed(format!("can't handle the limit of file sizes: {error}")))?;
    cli::run(arguments)
}
