//! A profile's `token_command`, such as `pass show keydeck/production`.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::runtime::Builder;
use zeroize::Zeroizing;

use crate::model::Secret;

/// How long a command may take.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How much of its output is read, in bytes.
const MAX_OUTPUT: u64 = 16 * 1024;

/// The first line that the command writes; or what became of it, to be said behind its name.
/// It has no standard input and can't ask on the terminal. What it says on stderr is told when it fails.
pub fn run(command: &str, patience: Duration) -> Result<Secret, String> {
    let cannot_run = |error| format!("can't be run: {error}");
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(cannot_run)?;
    runtime.block_on(async {
        let mut child = spawn(command).map_err(cannot_run)?;
        let group = child.id();
        match tokio::time::timeout(patience, answer(&mut child)).await {
            Ok(answer) => token(answer.map_err(cannot_run)?),
            Err(_) => {
                end(group);
                Err(format!("did not end within {} s", patience.as_secs()))
            }
        }
    })
}

/// In a process group of its own: it is ended with all that it started, and can't read the terminal.
fn spawn(command: &str) -> std::io::Result<Child> {
    Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
}

struct Answer {
    status: ExitStatus,
    stdout: Zeroizing<Vec<u8>>,
    stderr: Zeroizing<Vec<u8>>,
}

async fn answer(child: &mut Child) -> std::io::Result<Answer> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = tokio::try_join!(read(stdout), read(stderr))?;
    Ok(Answer {
        status: child.wait().await?,
        stdout,
        stderr,
    })
}

async fn read(pipe: Option<impl AsyncRead + Unpin>) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    if let Some(pipe) = pipe {
        let mut pipe = pipe.take(MAX_OUTPUT);
        pipe.read_to_end(&mut bytes).await?;
        // A closed pipe would make a talkative command fail.
        tokio::io::copy(pipe.get_mut(), &mut tokio::io::sink()).await?;
    }
    Ok(bytes)
}

fn token(answer: Answer) -> Result<Secret, String> {
    if !answer.status.success() {
        let said = String::from_utf8_lossy(&answer.stderr);
        let said: Vec<&str> = said.split_whitespace().collect();
        return Err(match said.as_slice() {
            [] => format!("failed ({})", answer.status),
            words => format!("failed ({}): {}", answer.status, words.join(" ")),
        });
    }
    let text = std::str::from_utf8(&answer.stdout).map_err(|_| "wrote no text".to_owned())?;
    match text.lines().next().map(str::trim) {
        None | Some("") => Err("wrote no token on its first line".into()),
        Some(token) => Ok(Secret::new(token)),
    }
}

fn end(group: Option<u32>) {
    let group = group
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw);
    if let Some(group) = group {
        // It may have ended in this moment.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    fn token_of(command: &str) -> Result<String, String> {
        run(command, PATIENCE).map(|token| token.expose().to_owned())
    }

    #[test]
    fn the_first_line_is_the_token() {
        assert_eq!(
            token_of("printf 'kdu_x\\nurl: keys.acme.example\\n'").as_deref(),
            Ok("kdu_x")
        );
        assert_eq!(token_of("echo noise >&2; echo ' kdu_x '").as_deref(), Ok("kdu_x"));
        assert_eq!(
            token_of("cat; echo kdu_x").as_deref(),
            Ok("kdu_x"),
            "there is no standard input"
        );
    }

    #[test]
    fn a_command_without_a_token_says_why() {
        let failed = token_of("echo kdu_x; echo 'no such entry' >&2; exit 3").expect_err("failed");
        assert!(
            failed.contains("exit status: 3") && failed.ends_with(": no such entry"),
            "{failed}"
        );
        assert!(!failed.contains("kdu_x"), "{failed}");
        let missing = token_of("keydeck-no-such-program").expect_err("failed");
        assert!(missing.contains("not found"), "{missing}");
        for nothing in ["true", "echo", "printf '\\nkdu_x\\n'"] {
            assert!(
                token_of(nothing).is_err_and(|why| why.contains("no token")),
                "{nothing}"
            );
        }
        assert!(token_of("printf '\\377'").is_err());
        assert!(token_of("yes kdu_x | head -c 100000").is_ok());
    }

    #[test]
    fn a_command_that_hangs_is_ended_with_what_it_started() {
        let directory = tempfile::tempdir().expect("made");
        let pipe = directory.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("started").success());
        let command = format!("exec 3>'{}'; sleep 600 & wait", pipe.display());
        let hanging = thread::spawn(move || run(&command, Duration::from_secs(2)));
        // Read to its end when the shell and its sleep have gone.
        assert_eq!(std::fs::read(&pipe).expect("read"), b"");
        let why = hanging.join().expect("no panic").expect_err("it hangs");
        assert!(why.contains("did not end within"), "{why}");
    }
}
