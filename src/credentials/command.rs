//! A profile's `token_command`, such as `pass show keydeck/production`.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, join, select};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::runtime::Builder;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::config::environment;
use crate::ending::{self, Waiting};
use crate::model::Secret;

/// How long a command may take.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How long its output is waited for when it has ended and something it started still holds that open.
const GRACE: Duration = Duration::from_millis(250);
/// How much of its output is kept, in bytes.
const MAX_OUTPUT: usize = 16 * 1024;
/// How much of its stderr is shown, in characters.
const MAX_SAID: usize = 200;

/// What the command writes, whose first line is not empty; or what became of it, to be said after its name.
/// It has no standard input and can't ask on the terminal. What it says on stderr is reported when it fails.
pub fn run(command: &str, patience: Duration) -> Result<Secret, String> {
    let cannot_run = |error| format!("can't be run: {error}");
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(cannot_run)?;
    runtime.block_on(async {
        let mut running = Running::start(command).map_err(cannot_run)?;
        match timeout(patience, running.answer()).await {
            Ok(answer) => written(&answer.map_err(cannot_run)?),
            Err(_) => {
                running.end().await.map_err(cannot_run)?;
                Err(format!("did not end within {} s", patience.as_secs()))
            }
        }
    })
}

/// A command with all that it starts, which ends with this process at the latest.
struct Running {
    child: Child,
    group: Arc<Mutex<Option<Pid>>>,
    _ending: Waiting,
}

struct Answer {
    status: ExitStatus,
    stdout: Zeroizing<Vec<u8>>,
    stderr: Zeroizing<Vec<u8>>,
}

impl Running {
    /// In a process group of its own: it is ended with all that it started, and can't read the terminal.
    fn start(command: &str) -> io::Result<Self> {
        let group = Arc::new(Mutex::new(None));
        let ended = Arc::clone(&group);
        let ending = ending::before(move || kill(&ended))?;
        // Locked, so that a signal that comes now waits until there is something to end.
        let mut started = group.lock().unwrap_or_else(PoisonError::into_inner);
        let mut child = Command::new("sh");
        for variable in environment::SECRET {
            child.env_remove(variable);
        }
        let child = child
            .args(["-c", command])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        *started = id.and_then(Pid::from_raw);
        drop(started);
        Ok(Self {
            child,
            group,
            _ending: ending,
        })
    }

    /// How it ended, and what it wrote until then. What it leaves running may keep the pipes open.
    async fn answer(&mut self) -> io::Result<Answer> {
        let (mut stdout, mut stderr) = (output(), output());
        let pipes = (self.child.stdout.take(), self.child.stderr.take());
        let reading = Box::pin(join(read(pipes.0, &mut stdout), read(pipes.1, &mut stderr)));
        let status = match select(Box::pin(self.child.wait()), reading).await {
            Either::Left((status, reading)) => {
                // Only what is there by now is used.
                let _ = timeout(GRACE, reading).await;
                status?
            }
            Either::Right((_, exit)) => exit.await?,
        };
        Ok(Answer {
            status,
            stdout,
            stderr,
        })
    }

    async fn end(&mut self) -> io::Result<()> {
        kill(&self.group);
        self.child.wait().await.map(drop)
    }
}

fn kill(group: &Mutex<Option<Pid>>) {
    if let Some(group) = *group.lock().unwrap_or_else(PoisonError::into_inner) {
        // It may have ended in this moment.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Large enough never to be moved, which would leave a copy in memory.
fn output() -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::with_capacity(MAX_OUTPUT))
}

/// Reads to the end of the pipe, keeps the beginning, and has what came so far whenever it is left.
/// To stop at the beginning would make a talkative command fail.
async fn read(pipe: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) -> io::Result<()> {
    let Some(mut pipe) = pipe else {
        return Ok(());
    };
    let mut chunk = Zeroizing::new([0; 4096]);
    loop {
        let count = pipe.read(&mut chunk[..]).await?;
        if count == 0 {
            return Ok(());
        }
        let room = MAX_OUTPUT - kept.len();
        kept.extend_from_slice(&chunk[..count.min(room)]);
    }
}

fn written(answer: &Answer) -> Result<Secret, String> {
    if !answer.status.success() {
        return Err(match said(&answer.stderr).as_str() {
            "" => format!("failed ({})", answer.status),
            said => format!("failed ({}): {said}", answer.status),
        });
    }
    let text = std::str::from_utf8(&answer.stdout).map_err(|_| "wrote no text".to_owned())?;
    match text.lines().next().map(str::trim) {
        None | Some("") => Err("wrote no token on its first line".into()),
        Some(_) => Ok(Secret::new(text.trim())),
    }
}

/// On one line, and no longer than a sentence.
fn said(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_SAID) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::thread;

    use rustix::io::Errno;
    use rustix::process::test_kill_process;

    use super::*;

    fn first_line_of(command: &str) -> Result<String, String> {
        run(command, PATIENCE).map(|written| written.expose().lines().next().unwrap_or_default().to_owned())
    }

    #[test]
    fn the_first_line_is_the_token() {
        assert_eq!(
            first_line_of("printf 'kdu_x\\nurl: keys.acme.example\\n'").as_deref(),
            Ok("kdu_x")
        );
        assert_eq!(
            first_line_of("echo noise >&2; echo ' kdu_x '").as_deref(),
            Ok("kdu_x")
        );
        assert_eq!(
            first_line_of("cat; echo kdu_x").as_deref(),
            Ok("kdu_x"),
            "there is no standard input"
        );
    }

    #[test]
    fn a_command_without_a_token_says_why() {
        let failed = first_line_of("echo kdu_x; echo 'no such entry' >&2; exit 3").expect_err("failed");
        assert!(
            failed.contains("exit status: 3") && failed.ends_with(": no such entry"),
            "{failed}"
        );
        assert!(!failed.contains("kdu_x"), "{failed}");
        let missing = first_line_of("keydeck-no-such-program").expect_err("failed");
        assert!(missing.contains("not found"), "{missing}");
        for nothing in ["true", "echo", "printf '\\nkdu_x\\n'"] {
            assert!(
                first_line_of(nothing).is_err_and(|why| why.contains("no token")),
                "{nothing}"
            );
        }
        assert!(first_line_of("printf '\\377'").is_err());
        assert!(first_line_of("yes kdu_x | head -c 100000").is_ok());
    }

    #[test]
    fn what_a_talkative_command_says_is_cut() {
        let failed = first_line_of("yes no | head -c 100000 >&2; exit 1").expect_err("failed");
        assert!(failed.ends_with(" no n…") || failed.ends_with(" no…"), "{failed}");
        assert!(failed.chars().count() < 250, "{failed}");
    }

    #[test]
    fn what_a_command_leaves_running_is_not_waited_for_and_goes_on() {
        let directory = tempfile::tempdir().expect("made");
        let pipe = fifo(directory.path());
        // The helper holds the command's stderr open until somebody writes to its pipe.
        let command = format!("echo kdu_x; (read -r said <'{}') &", pipe.display());
        assert_eq!(first_line_of(&command).as_deref(), Ok("kdu_x"));
        std::fs::write(&pipe, "over\n").expect("it still reads");
    }

    fn fifo(directory: &Path) -> PathBuf {
        let pipe = directory.join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("started").success());
        pipe
    }

    #[test]
    fn a_command_that_hangs_is_ended_with_what_it_started() {
        let directory = tempfile::tempdir().expect("made");
        let pipe = fifo(directory.path());
        let command = format!("exec 3>'{}'; echo $$ >&3; sleep 600 & wait", pipe.display());
        let hanging = thread::spawn(move || run(&command, Duration::from_secs(2)));
        // Read to its end when the shell and its sleep have gone.
        let shell = std::fs::read_to_string(&pipe).expect("read");
        let why = hanging.join().expect("no panic").expect_err("it hangs");
        assert!(why.contains("did not end within"), "{why}");
        // Not even as a zombie.
        let shell = Pid::from_raw(shell.trim().parse().expect("a number")).expect("an id");
        assert_eq!(test_kill_process(shell), Err(Errno::SRCH));
    }
}
