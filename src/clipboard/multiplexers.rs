//! tmux and GNU screen between this program and the terminal: what reaches the clipboard outside, and by which way.
//!
//! tmux is asked, and fills the clipboard of the terminal that its client is on by itself, whatever `set-clipboard` and
//! `allow-passthrough` are, if it knows how that terminal takes one; otherwise it sends nothing and doesn't say so. Where that client is inside another program of the kind, a control string has to pass through
//! both. GNU screen can't be asked and passes control strings on. Tried with tmux 3.3a and screen 4.9, one inside the other.

use std::ffi::OsStr;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use crate::model::Secret;

/// The terminal of Linux itself, which may paint what it doesn't know.
const CONSOLE: &str = "linux";
/// What mosh calls itself where it starts programs.
const MOSH: &str = "mosh-server";
/// How long tmux may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// What heeds the control strings that are written, by rules of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    Terminal,
    Screen,
    /// It can't be asked: nothing is known of it but that it is there.
    Tmux,
    TmuxInScreen,
    TmuxInTmux,
}

/// By which way a text reaches the clipboard outside.
#[derive(Debug)]
pub enum TerminalRoute {
    /// tmux has sent it.
    Sent,
    Write(Inside),
    /// Nothing that is written arrives; the sentence says what to do.
    Closed(&'static str),
}

/// The way out, and for tmux alone it is gone.
pub async fn send(secret: &Secret, var: impl Fn(&str) -> Option<std::ffi::OsString>) -> TerminalRoute {
    let is_set = |name| var(name).is_some_and(|value| !value.is_empty());
    if !is_set("TMUX") {
        if var("TERM").is_some_and(|name| name == CONSOLE) && !is_set("STY") {
            return TerminalRoute::Closed("this console has no clipboard; select the secret on the screen");
        }
        return TerminalRoute::Write(if is_set("STY") {
            Inside::Screen
        } else {
            Inside::Terminal
        });
    }
    let Some(client) = asked().await else {
        return TerminalRoute::Write(Inside::Tmux);
    };
    match client.is_in {
        Outer::Terminal if client.clipboard == TmuxClipboard::Unknown => TerminalRoute::Closed(
            "tmux knows of no clipboard in this terminal; select the secret on the screen, or if the terminal has one, \
             set -as terminal-features ',*:clipboard' in tmux and attach again",
        ),
        Outer::Mosh if client.clipboard != TmuxClipboard::Named && client.passes => {
            TerminalRoute::Write(Inside::Tmux)
        }
        Outer::Mosh if client.clipboard != TmuxClipboard::Named => TerminalRoute::Closed(
            "tmux runs inside mosh, which passes on only what names the clipboard; tmux set -g allow-passthrough on lets \
             it, or select the secret on the screen",
        ),
        Outer::Terminal | Outer::Mosh => match loaded(secret).await {
            true => TerminalRoute::Sent,
            false => TerminalRoute::Write(Inside::Tmux),
        },
        Outer::Screen if client.passes => TerminalRoute::Write(Inside::TmuxInScreen),
        Outer::Screen => TerminalRoute::Closed(
            "tmux runs inside GNU screen and passes nothing on; tmux set -g allow-passthrough on lets it, or select \
             the secret on the screen",
        ),
        Outer::Tmux => {
            // The one outside may take it or not, which this one can't know.
            loaded(secret).await;
            TerminalRoute::Write(Inside::TmuxInTmux)
        }
    }
}

/// tmux's client, and where it runs.
#[derive(Debug, PartialEq, Eq)]
struct Client {
    is_in: Outer,
    /// Whether control strings of programs pass by tmux.
    passes: bool,
    clipboard: TmuxClipboard,
}

#[derive(Debug, PartialEq, Eq)]
enum Outer {
    Terminal,
    /// A terminal that mosh is the way to.
    Mosh,
    Screen,
    Tmux,
}

/// How tmux fills the clipboard of its terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TmuxClipboard {
    /// It doesn't, and says nothing of it.
    Unknown,
    /// By a control string that names no selection, unless another program named one.
    Unnamed,
    /// By one that names the clipboard, as somebody has set it.
    Named,
}

/// `None` where there is no tmux to be asked, as behind a container's wall.
async fn asked() -> Option<Client> {
    const FORMAT: &str = "#{client_termname} #{client_pid} #{client_tty} #{allow-passthrough}";
    let mut tmux = tmux(["display-message", "-p", FORMAT, ";", "show-messages", "-T"]);
    let output = timeout(PATIENCE, tmux.stdout(Stdio::piped()).output())
        .await
        .ok()?
        .ok()?;
    let said = String::from_utf8(output.stdout)
        .ok()
        .filter(|_| output.status.success())?;
    let environment = |pid: &str| std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    client(&said, environment, is_in_mosh)
}

/// Whether mosh started the process, or one before it.
fn is_in_mosh(pid: &str) -> bool {
    const LONGEST: usize = 32;
    let mut process = named(pid);
    for _ in 0..LONGEST {
        process = match process {
            Some((name, _)) if name == MOSH => return true,
            Some((_, parent)) => named(&parent),
            None => return false,
        };
    }
    false
}

/// The name of a process, and its parent.
fn named(pid: &str) -> Option<(String, String)> {
    let said = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, said) = said.split_once('(')?;
    let (name, state_and_parent) = said.rsplit_once(')')?;
    let parent = state_and_parent.split_whitespace().nth(1)?;
    Some((name.to_owned(), parent.to_owned()))
}

/// From `xterm-256color 4711 /dev/pts/3 off`; tmux 3.3 says 0 for that. Before, everything passes, and there is no such option.
/// What tmux knows of the terminals of all clients follows.
fn client(
    said: &str,
    environment: impl Fn(&str) -> Vec<u8>,
    is_in_mosh: impl Fn(&str) -> bool,
) -> Option<Client> {
    let (first, terminals) = said.split_once('\n').unwrap_or((said, ""));
    let mut words = first.split_whitespace();
    let (terminal, pid, tty) = (words.next()?, words.next()?, words.next()?);
    let passes = !matches!(words.next(), Some("off" | "0"));
    let is_multiplexer = ["screen", "tmux"].iter().any(|name| terminal.starts_with(name));
    let environment = environment(pid);
    let mut variables = environment.split(|byte| *byte == 0);
    let is_in = match is_multiplexer {
        false if is_in_mosh(pid) => Outer::Mosh,
        false => Outer::Terminal,
        // tmux, too, may call itself screen.
        true if !terminal.starts_with("tmux") && variables.any(|variable| variable.starts_with(b"STY=")) => {
            Outer::Screen
        }
        true => Outer::Tmux,
    };
    Some(Client {
        is_in,
        passes,
        clipboard: clipboard(terminals, tty),
    })
}

/// From `Terminal 0: linux for /dev/pts/3, flags=0x20:` and, below it, ` 192: Ms: [missing]`. What isn't said may be.
fn clipboard(terminals: &str, tty: &str) -> TmuxClipboard {
    let on = format!(" for {tty},");
    let is_heading = |line: &&str| line.starts_with("Terminal ");
    let below = terminals
        .lines()
        .skip_while(|line| !(is_heading(line) && line.contains(&on)))
        .skip(1)
        .take_while(|line| !is_heading(line));
    let mut clipboard = below.filter_map(|line| line.split_once(" Ms: "));
    match clipboard.next() {
        Some((_, how)) if how.starts_with("[missing]") => TmuxClipboard::Unknown,
        Some((_, how)) if !how.contains("%p1") => TmuxClipboard::Named,
        Some(_) | None => TmuxClipboard::Unnamed,
    }
}

/// Whether tmux took it. It comes by a pipe, and the buffer is gone with the same command.
async fn loaded(secret: &Secret) -> bool {
    let name = format!("keydeck-{}", std::process::id());
    let mut tmux = tmux([
        "load-buffer",
        "-w",
        "-b",
        &name,
        "-",
        ";",
        "delete-buffer",
        "-b",
        &name,
    ]);
    let Ok(mut child) = tmux.stdin(Stdio::piped()).spawn() else {
        return false;
    };
    let written = async {
        let mut stdin = child.stdin.take()?;
        stdin.write_all(secret.expose().as_bytes()).await.ok()?;
        drop(stdin);
        child.wait().await.ok()
    };
    timeout(PATIENCE, written)
        .await
        .is_ok_and(|ended| ended.is_some_and(|status| status.success()))
}

fn tmux<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut tmux = Command::new("tmux");
    tmux.args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    tmux
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn without_tmux_the_environment_says_what_it_is_in() {
        let way = async |set: &'static [&str]| {
            send(&Secret::new("kda_x"), |name| {
                set.contains(&name).then(|| "1234.pts-1".into())
            })
            .await
        };
        assert!(matches!(way(&[]).await, TerminalRoute::Write(Inside::Terminal)));
        assert!(matches!(
            way(&["STY"]).await,
            TerminalRoute::Write(Inside::Screen)
        ));
        for (terminal, is_closed) in [("linux", true), ("xterm", false)] {
            let way = send(&Secret::new("kda_x"), |name| {
                (name == "TERM").then(|| terminal.into())
            })
            .await;
            assert_eq!(matches!(way, TerminalRoute::Closed(_)), is_closed, "{terminal}");
        }
        let empty = send(&Secret::new("kda_x"), |_| Some(std::ffi::OsString::new())).await;
        assert!(matches!(empty, TerminalRoute::Write(Inside::Terminal)));
    }

    #[test]
    fn tmux_says_where_its_client_is() {
        let in_screen: &[u8] = b"TERM=screen\0STY=4711.pts-0.host\0";
        for (said, environment, is_in, passes) in [
            (
                "xterm-256color 4711 /dev/pts/3 off\n",
                &b""[..],
                Outer::Terminal,
                false,
            ),
            (
                "xterm-256color 4711 /dev/pts/3 on\n",
                b"STY=old\0",
                Outer::Terminal,
                true,
            ),
            ("xterm-256color 4711 /dev/pts/3 all\n", b"", Outer::Terminal, true),
            ("xterm-256color 4711 /dev/pts/3 \n", b"", Outer::Terminal, true),
            ("screen 4711 /dev/pts/3 0\n", in_screen, Outer::Screen, false),
            ("screen 4711 /dev/pts/3 1\n", in_screen, Outer::Screen, true),
            ("screen 4711 /dev/pts/3 off\n", in_screen, Outer::Screen, false),
            (
                "screen.xterm-256color 4711 /dev/pts/3 on\n",
                in_screen,
                Outer::Screen,
                true,
            ),
            ("screen 4711 /dev/pts/3 on\n", b"TMUX=x\0", Outer::Tmux, true),
            (
                "tmux-256color 4711 /dev/pts/3 off\n",
                in_screen,
                Outer::Tmux,
                false,
            ),
        ] {
            let expected = Some(Client {
                is_in,
                passes,
                clipboard: TmuxClipboard::Unnamed,
            });
            assert_eq!(
                client(said, |_| environment.to_vec(), |_| false),
                expected,
                "{said}"
            );
        }
        assert_eq!(client("\n", |_| Vec::new(), |_| false), None);
    }
    #[test]
    fn tmux_says_whether_it_knows_how_its_terminal_takes_a_clipboard() {
        let terminals = "Terminal 0: linux for /dev/pts/3, flags=0x20:\n 191: Mf: [missing]\n 192: Ms: [missing]\n\
                         Terminal 1: xterm for /dev/pts/31, flags=0x20:\n 192: Ms: (string) \\033]52;%p1%s;%p2%s\\a\n\
                         Terminal 2: xterm for /dev/pts/32, flags=0x20:\n 192: Ms: (string) \\033]52;c;%p2%s\\a\n";
        for (tty, expected) in [
            ("/dev/pts/3", TmuxClipboard::Unknown),
            ("/dev/pts/31", TmuxClipboard::Unnamed),
            ("/dev/pts/32", TmuxClipboard::Named),
            ("/dev/pts/9", TmuxClipboard::Unnamed),
        ] {
            let said = format!("linux 4711 {tty} 0\n{terminals}");
            let found = client(&said, |_| Vec::new(), |pid| pid == "4711").expect("a client");
            assert_eq!((found.is_in, found.clipboard), (Outer::Mosh, expected), "{tty}");
        }
    }
}
