//! Programs that `tests/run` installs from PyPI, in the versions that `tests/requirements.txt` pins.

use std::process::Command;

const BIN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/venv/bin/");

pub fn program(name: &str) -> Command {
    Command::new(format!("{BIN}{name}"))
}
