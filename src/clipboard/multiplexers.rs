//! tmux and GNU screen between this program and the terminal: what reaches the clipboard outside, and by which way.
//!
//! tmux is asked, and fills the clipboard of the terminal that its client is on by itself, whatever `set-clipboard` and
//! `allow-passthrough` are. Where that client is inside another program of the kind, a control string has to pass through
//! both. GNU screen can't be asked and passes control strings on. Tried with tmux 3.3a and screen 4.9, one inside the other.

use std::ffi::OsStr;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use crate::model::Secret;

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
        Outer::Terminal => match loaded(secret).await {
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
}

#[derive(Debug, PartialEq, Eq)]
enum Outer {
    Terminal,
    Screen,
    Tmux,
}

/// `None` where there is no tmux to be asked, as behind a container's wall.
async fn asked() -> Option<Client> {
    const FORMAT: &str = "#{client_termname} #{client_pid} #{allow-passthrough}";
    let mut tmux = tmux(["display-message", "-p", FORMAT]);
    let output = timeout(PATIENCE, tmux.stdout(Stdio::piped()).output())
        .await
        .ok()?
        .ok()?;
    let said = String::from_utf8(output.stdout)
        .ok()
        .filter(|_| output.status.success())?;
    client(&said, |pid| {
        std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default()
    })
}

/// From `xterm-256color 4711 off`; tmux 3.3 says 0 for that. Before, everything passes, and there is no such option.
fn client(said: &str, environment: impl Fn(&str) -> Vec<u8>) -> Option<Client> {
    let mut words = said.split_whitespace();
    let (terminal, pid) = (words.next()?, words.next()?);
    let passes = !matches!(words.next(), Some("off" | "0"));
    let is_multiplexer = ["screen", "tmux"].iter().any(|name| terminal.starts_with(name));
    let environment = environment(pid);
    let mut variables = environment.split(|byte| *byte == 0);
    let is_in = match is_multiplexer {
        false => Outer::Terminal,
        // tmux, too, may call itself screen.
        true if !terminal.starts_with("tmux") && variables.any(|variable| variable.starts_with(b"STY=")) => {
            Outer::Screen
        }
        true => Outer::Tmux,
    };
    Some(Client { is_in, passes })
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
        let empty = send(&Secret::new("kda_x"), |_| Some(std::ffi::OsString::new())).await;
        assert!(matches!(empty, TerminalRoute::Write(Inside::Terminal)));
    }

    #[test]
    fn tmux_says_where_its_client_is() {
        let in_screen: &[u8] = b"TERM=screen\0STY=4711.pts-0.host\0";
        for (said, environment, is_in, passes) in [
            ("xterm-256color 4711 off\n", &b""[..], Outer::Terminal, false),
            ("xterm-256color 4711 on\n", b"STY=old\0", Outer::Terminal, true),
            ("xterm-256color 4711 all\n", b"", Outer::Terminal, true),
            ("xterm-256color 4711 \n", b"", Outer::Terminal, true),
            ("screen 4711 0\n", in_screen, Outer::Screen, false),
            ("screen 4711 1\n", in_screen, Outer::Screen, true),
            ("screen 4711 off\n", in_screen, Outer::Screen, false),
            ("screen.xterm-256color 4711 on\n", in_screen, Outer::Screen, true),
            ("screen 4711 on\n", b"TMUX=x\0", Outer::Tmux, true),
            ("tmux-256color 4711 off\n", in_screen, Outer::Tmux, false),
        ] {
            let expected = Some(Client { is_in, passes });
            assert_eq!(client(said, |_| environment.to_vec()), expected, "{said}");
        }
        assert_eq!(client("\n", |_| Vec::new()), None);
    }
}
