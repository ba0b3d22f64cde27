//! Secrets that are shown only once: checks that they were read, and if not, tells the person what was
//! done and what to do.

use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, OFlags, fcntl_getfl, fstat};
use rustix::io::{Errno, ioctl_fionread};

use super::Failure;

/// How long a reader of a pipe may take before it is trusted to read on.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two looks at whether the reader has taken everything.
const LOOK: Duration = Duration::from_millis(5);

/// Before anything is done: refuses when nobody could read the secret.
pub fn possible() -> Result<(), Failure> {
    let lost =
        "standard output is closed, so the secret, which is shown only once, would be lost; nothing was done";
    match is_closed() || reader_is_gone().unwrap_or(false) {
        true => Err(Failure::Failed(lost.into())),
        false => Ok(()),
    }
}

/// After the secret was printed. `lost` says what was done and what to do if it was not read.
pub fn arrived(printed: Result<(), Failure>, lost: impl FnOnce() -> String) -> Result<(), Failure> {
    let why = match printed {
        Ok(()) if is_taken().unwrap_or(true) => return Ok(()),
        Ok(()) | Err(Failure::BrokenPipe) => "nobody read the output".to_owned(),
        Err(failure) => failure.to_string(),
    };
    Err(Failure::Failed(format!("{why}: {}", lost())))
}

/// A closed standard output is replaced by `/dev/null`, for reading and writing, before a Rust program begins. Someone
/// who redirects the output to it on purpose opens it for writing only.
fn is_closed() -> bool {
    let stdout = io::stdout();
    let is_device =
        fstat(&stdout).is_ok_and(|file| FileType::from_raw_mode(file.st_mode) == FileType::CharacterDevice);
    let is_both = fcntl_getfl(&stdout).is_ok_and(|flags| flags.contains(OFlags::RDWR));
    let null = rustix::fs::stat("/dev/null");
    let is_null = || fstat(&stdout).is_ok_and(|file| null.is_ok_and(|null| null.st_rdev == file.st_rdev));
    is_device && is_both && is_null()
}

/// Whether the reader of a pipe has read all of it: what is left when the reader exits is lost. Anything
/// other than a pipe has it once it is written.
fn is_taken() -> io::Result<bool> {
    let stdout = io::stdout();
    if FileType::from_raw_mode(fstat(&stdout)?.st_mode) != FileType::Fifo {
        return Ok(true);
    }
    let until = Instant::now() + PATIENCE;
    loop {
        if ioctl_fionread(&stdout)? == 0 {
            return Ok(true);
        }
        if waited(LOOK)? {
            return Ok(false);
        }
        if Instant::now() > until {
            return Ok(true);
        }
    }
}

fn reader_is_gone() -> io::Result<bool> {
    waited(Duration::ZERO)
}

/// Waits this long for the reader to exit; returns whether it has.
fn waited(time: Duration) -> io::Result<bool> {
    let stdout = io::stdout();
    let mut fds = [PollFd::from_borrowed_fd(stdout.as_fd(), PollFlags::empty())];
    let time = Timespec::try_from(time).map_err(|_| ErrorKind::InvalidInput)?;
    match poll(&mut fds, Some(&time)) {
        Ok(_) => Ok(fds[0].revents().intersects(PollFlags::ERR | PollFlags::NVAL)),
        Err(Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
