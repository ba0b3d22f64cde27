//! Hardens the process once, before it holds any secrets.

use std::fs::File;
use std::io;
use std::sync::Arc;

use rustix::fs::{Mode, fstat};
use rustix::process::{Resource, Rlimit, Uid, geteuid, setrlimit, umask};
use signal_hook::consts::SIGXFSZ;

/// Files and directories that this process makes are its user's alone.
pub fn keep_files_private() {
    umask(Mode::RWXG | Mode::RWXO);
}

/// A write beyond the largest size that a file may have here (`ulimit -f`) fails, as on a full disk, and the caller
/// reports it: without this the process ends in the middle of it. A handler that does nothing is not passed on to
/// the programs that are started from here, which begin with the default.
pub fn survive_file_limits() -> io::Result<()> {
    signal_hook::flag::register(SIGXFSZ, Arc::default()).map(drop)
}

/// Whether anyone but its owner can do anything with the file. Asked of the open file, so that nobody
/// swaps it in between.
pub fn is_open_to_others(file: &File) -> io::Result<bool> {
    let others = Mode::RWXG | Mode::RWXO;
    Ok(Mode::from_raw_mode(fstat(file)?.st_mode).intersects(others))
}

/// The owner of the file, when that is neither this process's user nor root.
pub fn foreign_owner(file: &File) -> io::Result<Option<u32>> {
    let owner = fstat(file)?.st_uid;
    Ok((owner != geteuid().as_raw() && owner != Uid::ROOT.as_raw()).then_some(owner))
}

/// Leaves no memory image behind: no core file when the program crashes, and, on Linux, none for a
/// debugger or crash reporter of the same user either. Memory that was swapped out is not covered.
pub fn keep_memory_private() -> io::Result<()> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    #[test]
    fn a_hardened_process_dumps_no_core() {
        super::keep_memory_private().unwrap();
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }
}
