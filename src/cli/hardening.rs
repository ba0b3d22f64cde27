//! What protects secrets that are in memory or on their way to a file.

use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, setrlimit, umask};

use super::Failure;

/// Files that this program makes are its user's alone, and its memory is in no core dump.
pub fn harden() -> Result<(), Failure> {
    umask(Mode::RWXG | Mode::RWXO);
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)
        .map_err(|error| Failure::Failed(format!("can't switch core dumps off: {error}")))?;
    not_dumpable()
}

/// Other processes of the same user can't read the memory either.
#[cfg(target_os = "linux")]
fn not_dumpable() -> Result<(), Failure> {
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
        .map_err(|error| Failure::Failed(format!("can't keep other processes out of the memory: {error}")))
}

#[cfg(not(target_os = "linux"))]
fn not_dumpable() -> Result<(), Failure> {
    Ok(())
}
