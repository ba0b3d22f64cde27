//! The desktop's clipboard, owned by one thread for the life of the program, and the choice
//! between it and the terminal's.

use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use arboard::Error;
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;
use tokio::time::timeout;
use zeroize::Zeroizing;

pub use self::multiplexers::Inside;
use self::multiplexers::TerminalRoute;
use crate::model::Secret;

mod multiplexers;

const ENV: &str = "KEYDECK_CLIPBOARD";
/// How long a display may take to answer. One that hangs must not hang the dashboard.
const PATIENCE: Duration = Duration::from_secs(1);
const PATIENCE_ON_EXIT: Duration = Duration::from_millis(500);

/// Where a secret went.
#[derive(Debug)]
pub enum CopyRoute {
    /// It is in the desktop's clipboard, which was asked and said so.
    Native,
    /// There is no such clipboard: the caller sends this by OSC 52, and can't know what becomes of it.
    Terminal(Secret, Inside),
    /// tmux has sent it to the terminal that it is on, which says no more of it.
    Sent,
    /// Nowhere; the sentence says why and what to do.
    Failed(String),
}

/// What happened to a secret in the desktop's clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cleared {
    Cleared,
    /// Someone copied something else since.
    NotOurs,
    NothingCopied,
    /// The desktop didn't answer; the secret may still be there.
    NoAnswer,
}

/// The handle on the clipboard. Dropping it clears a secret that is still there.
pub struct Clipboard {
    choice: Preference,
    /// `None` without a thread, or after it was told to end.
    requests: Option<mpsc::Sender<Request>>,
    /// Disconnected when the thread is done.
    done: Mutex<mpsc::Receiver<()>>,
}

enum Request {
    Copy(Secret, oneshot::Sender<Result<(), String>>),
    Clear(oneshot::Sender<Cleared>),
}

impl Clipboard {
    /// Starts the thread. It opens the clipboard at the first copy, so that starting costs nothing.
    pub fn start() -> Self {
        let choice = Preference::from_environment(|name| std::env::var(name).ok());
        let (requests, inbox) = mpsc::channel();
        let (done_guard, done) = mpsc::sync_channel(0);
        let started = thread::Builder::new().name("clipboard".into()).spawn(move || {
            let mut holder = DesktopClipboard::default();
            holder.serve(&inbox);
            holder.clear_if_ours();
            drop(done_guard);
        });
        Self {
            choice,
            requests: started.is_ok().then_some(requests),
            done: Mutex::new(done),
        }
    }

    /// Puts `secret` in the clipboard, with the hint that histories shall not keep it.
    pub async fn copy(&self, secret: Secret) -> CopyRoute {
        match &self.choice {
            Preference::Terminal => through_terminal(secret).await,
            Preference::NativeElseTerminal => match self.copy_natively(secret.clone()).await {
                Ok(()) => CopyRoute::Native,
                Err(_) => through_terminal(secret).await,
            },
            Preference::Native => match self.copy_natively(secret).await {
                Ok(()) => CopyRoute::Native,
                Err(why) => CopyRoute::Failed(format!(
                    "The desktop's clipboard can't be used: {why}. With {ENV}=osc52 the terminal is asked instead."
                )),
            },
            Preference::Unknown(value) => {
                CopyRoute::Failed(format!("{ENV} is {value:?}; set it to auto, native or osc52."))
            }
        }
    }

    /// Takes the secret out of the desktop's clipboard, unless something else is there by now.
    pub async fn clear_if_ours(&self) -> Cleared {
        let (reply, answer) = oneshot::channel();
        if !self.ask(Request::Clear(reply)) {
            return Cleared::NothingCopied;
        }
        match timeout(PATIENCE, answer).await {
            Ok(Ok(cleared)) => cleared,
            Ok(Err(_)) | Err(_) => Cleared::NoAnswer,
        }
    }

    async fn copy_natively(&self, secret: Secret) -> Result<(), String> {
        let (reply, answer) = oneshot::channel();
        if !self.ask(Request::Copy(secret, reply)) {
            return Err("its thread does not run".into());
        }
        match timeout(PATIENCE, answer).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) | Err(_) => Err("the display does not answer".into()),
        }
    }

    fn ask(&self, request: Request) -> bool {
        self.requests
            .as_ref()
            .is_some_and(|requests| requests.send(request).is_ok())
    }
}

async fn through_terminal(secret: Secret) -> CopyRoute {
    match multiplexers::send(&secret, |name| std::env::var_os(name)).await {
        TerminalRoute::Sent => CopyRoute::Sent,
        TerminalRoute::Write(inside) => CopyRoute::Terminal(secret, inside),
        TerminalRoute::Closed(why) => CopyRoute::Failed(why.to_owned()),
    }
}

impl Drop for Clipboard {
    fn drop(&mut self) {
        self.requests = None;
        // Ends at once with the thread; a display that hangs keeps its thread, not the program.
        if let Ok(done) = self.done.get_mut() {
            let _ = done.recv_timeout(PATIENCE_ON_EXIT);
        }
    }
}

/// What the environment allows.
#[derive(Debug, PartialEq, Eq)]
enum Preference {
    Native,
    NativeElseTerminal,
    Terminal,
    Unknown(String),
}

impl Preference {
    fn from_environment(var: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name| var(name).is_some_and(|value| !value.is_empty());
        match var(ENV).as_deref() {
            Some("native") => Self::Native,
            Some("osc52") => Self::Terminal,
            None | Some("" | "auto") => {
                let display = set("DISPLAY") || set("WAYLAND_DISPLAY");
                // A Mac has no such variable; over SSH its clipboard is the wrong machine's.
                let own_mac = cfg!(target_os = "macos") && !set("SSH_CONNECTION");
                if display || own_mac {
                    Self::NativeElseTerminal
                } else {
                    Self::Terminal
                }
            }
            Some(other) => Self::Unknown(other.to_owned()),
        }
    }
}

/// The thread's side: the one handle, and the hash of what was put there through it.
#[derive(Default)]
struct DesktopClipboard {
    handle: Option<arboard::Clipboard>,
    copied: Option<[u8; 32]>,
}

impl DesktopClipboard {
    fn serve(&mut self, inbox: &mpsc::Receiver<Request>) {
        while let Ok(request) = inbox.recv() {
            match request {
                Request::Copy(secret, reply) => {
                    let outcome = self.copy(&secret).map_err(|error| error.to_string());
                    if outcome.is_err() {
                        // The display may have gone; the next copy looks for one again.
                        self.handle = None;
                    }
                    if reply.send(outcome).is_err() {
                        // Too late: another way was chosen, and nobody expects the secret here.
                        self.clear_if_ours();
                    }
                }
                Request::Clear(reply) => _ = reply.send(self.clear_if_ours()),
            }
        }
    }

    fn copy(&mut self, secret: &Secret) -> Result<(), Error> {
        let handle = match &mut self.handle {
            Some(handle) => handle,
            none => none.insert(arboard::Clipboard::new()?),
        };
        self.copied = Some(hash(secret.expose()));
        excluded_from_history(handle.set()).text(secret.expose())?;
        let there = Zeroizing::new(handle.get_text()?);
        if self.copied == Some(hash(&there)) {
            Ok(())
        } else {
            Err(Error::ClipboardOccupied)
        }
    }

    fn clear_if_ours(&mut self) -> Cleared {
        let (Some(handle), Some(copied)) = (&mut self.handle, self.copied) else {
            return Cleared::NothingCopied;
        };
        match handle.get_text().map(Zeroizing::new) {
            Ok(there) if hash(&there) == copied => {
                if handle.clear().is_err() {
                    return Cleared::NoAnswer;
                }
                self.copied = None;
                Cleared::Cleared
            }
            Ok(_) | Err(Error::ContentNotAvailable | Error::ConversionFailure) => {
                self.copied = None;
                Cleared::NotOurs
            }
            Err(_) => Cleared::NoAnswer,
        }
    }
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

fn excluded_from_history(set: arboard::Set<'_>) -> arboard::Set<'_> {
    #[cfg(target_os = "macos")]
    use arboard::SetExtApple;
    #[cfg(not(target_os = "macos"))]
    use arboard::SetExtLinux;
    set.exclude_from_history()
}

#[cfg(test)]
mod tests {
    use super::Preference;

    fn choice(environment: &[(&str, &str)]) -> Preference {
        Preference::from_environment(|name| {
            let found = environment.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_display_is_used_where_there_is_one() {
        assert_eq!(choice(&[("DISPLAY", ":0")]), Preference::NativeElseTerminal);
        assert_eq!(
            choice(&[("WAYLAND_DISPLAY", "wayland-0")]),
            Preference::NativeElseTerminal
        );
        let forwarded = [("SSH_CONNECTION", "a 1 b 22"), ("DISPLAY", "localhost:10.0")];
        assert_eq!(choice(&forwarded), Preference::NativeElseTerminal);
    }

    #[test]
    fn without_a_display_the_terminal_is_asked() {
        assert_eq!(
            choice(&[("SSH_CONNECTION", "a 1 b 22"), ("DISPLAY", "")]),
            Preference::Terminal
        );
    }

    #[test]
    fn the_environment_overrules_the_display() {
        assert_eq!(choice(&[("KEYDECK_CLIPBOARD", "native")]), Preference::Native);
        assert_eq!(
            choice(&[("DISPLAY", ":0"), ("KEYDECK_CLIPBOARD", "osc52")]),
            Preference::Terminal
        );
        assert_eq!(
            choice(&[("KEYDECK_CLIPBOARD", "x11")]),
            Preference::Unknown("x11".into())
        );
    }
}
