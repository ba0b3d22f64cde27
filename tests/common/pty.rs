//! A terminal of one's own for a real program: its keyboard, its screen, and what it leaves behind.
//! Every wait is for an event; the longest is [`PATIENCE`], and a failed one shows the screen.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcgetattr, tcsetwinsize};

use crate::keys;

const PATIENCE: Duration = Duration::from_secs(20);

/// What begins a frame (`h` follows) and ends it (`l`): DEC mode 2026.
const FRAME: &[u8] = b"\x1b[?2026";

/// A terminal's width and height in cells.
#[derive(Debug, Clone, Copy)]
pub struct Size(pub u16, pub u16);

/// A program in its terminal. Killed when dropped before its end.
pub struct Pty {
    seen: Arc<Seen>,
    pid: Pid,
    /// The near side; `None` once the terminal was closed.
    master: Option<Arc<File>>,
    /// The program's side, kept open to ask for its modes when the program has ended.
    tty: Option<File>,
    reader: Option<(JoinHandle<()>, UnixStream)>,
    modes_before: String,
}

/// What came from the program so far.
struct Seen {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parser: vt100::Parser,
    raw: Vec<u8>,
    read_to_end: bool,
    exit: Option<ExitStatus>,
}

impl State {
    /// Whether a frame has begun whose end has not come.
    fn within_frame(&self) -> bool {
        let at = self.raw.windows(FRAME.len()).rposition(|bytes| bytes == FRAME);
        at.is_some_and(|at| self.raw.get(at + FRAME.len()) != Some(&b'l'))
    }
}

/// A program that ended by itself, and the terminal as it left it.
pub struct Ended {
    pub status: ExitStatus,
    pub screen: vt100::Screen,
    pub raw: Vec<u8>,
    /// Whether the terminal's line settings are what they were before the program started.
    pub modes_restored: bool,
}

impl Pty {
    /// Starts `program` as the only one of a terminal, as in a new window. It gets the environment
    /// that was set explicitly, and nothing else but `PATH` and `TERM`.
    pub fn spawn(program: &Command, size: Size) -> Self {
        Self::start(program, size, &["--ctty"])
    }

    /// The same, but no hang-up signal reaches it: the terminal is not its controlling one.
    pub fn spawn_beyond_signals(program: &Command, size: Size) -> Self {
        Self::start(program, size, &[])
    }

    fn start(program: &Command, size: Size, options: &[&str]) -> Self {
        let (master, tty) = open(size);
        let modes_before = modes(&tty);
        // In a new session; setsid becomes the program, so the process stays the same.
        let mut command = Command::new("setsid");
        command
            .args(options)
            .arg(program.get_program())
            .args(program.get_args())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TERM", "xterm-256color")
            .envs(
                program
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .stdin(side(&tty))
            .stdout(side(&tty))
            .stderr(side(&tty));
        let child = command.spawn().expect("setsid of util-linux runs");
        let pid = Pid::from_child(&child);
        let seen = Arc::new(Seen {
            state: Mutex::new(State {
                parser: vt100::Parser::new(cells(size.1), cells(size.0), 0),
                raw: Vec::new(),
                read_to_end: false,
                exit: None,
            }),
            changed: Condvar::new(),
        });
        Self {
            pid,
            reader: Some(read_all(Arc::clone(&master), Arc::clone(&seen))),
            master: Some(master),
            tty: Some(tty),
            seen: note_exit(child, seen),
            modes_before,
        }
    }

    /// Types text and keys in angle brackets: `n<Tab>Kiosk<Enter><C-s>`.
    pub fn type_keys(&mut self, keys: &str) {
        for key in keys::encoded(keys) {
            self.write(&key);
        }
    }

    /// Types text faster than it can be read.
    pub fn type_at_once(&mut self, text: &str) {
        self.write(text.as_bytes());
    }

    /// Sends bytes as a terminal could.
    pub fn type_bytes(&mut self, bytes: &[u8]) {
        self.write(bytes);
    }

    /// Pastes as terminals do when a program asked for bracketed paste.
    pub fn paste(&mut self, text: &str) {
        self.write(format!("\x1b[200~{text}\x1b[201~").as_bytes());
    }

    pub fn paste_raw(&mut self, text: &str) {
        self.write(text.as_bytes());
    }
    /// Clicks the cell at `column` and `row`, both from 0.
    pub fn click(&mut self, column: u16, row: u16) {
        let at = format!("{};{}", column + 1, row + 1);
        self.write(format!("\x1b[<0;{at}M\x1b[<0;{at}m").as_bytes());
    }

    pub fn resize(&mut self, size: Size) {
        let mut state = self.seen.lock();
        state.parser.screen_mut().set_size(cells(size.1), cells(size.0));
        tcsetwinsize(self.master(), winsize(size)).expect("it is a terminal");
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).expect("the program runs");
    }

    pub fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get().unsigned_abs()
    }

    /// The bytes that the program wrote so far.
    pub fn raw(&self) -> Vec<u8> {
        self.seen.lock().raw.clone()
    }

    pub fn screen(&self) -> String {
        self.seen.lock().parser.screen().contents()
    }

    /// Waits until `text` is on the screen.
    pub fn wait_for(&self, text: &str) {
        self.wait_until(&format!("{text:?} to show"), |screen| {
            screen.contents().contains(text)
        });
    }

    /// Waits until `text` is not on the screen.
    pub fn wait_gone(&self, text: &str) {
        self.wait_until(&format!("{text:?} to go"), |screen| {
            !screen.contents().contains(text)
        });
    }

    /// Waits until the screen is as `check` wants it; `what` says so in the message of a failure. Only whole frames
    /// are looked at: a half has words of the one before.
    pub fn wait_until(&self, what: &str, check: impl Fn(&vt100::Screen) -> bool) {
        let met = self.wait(PATIENCE, |state| {
            let whole = state.read_to_end || !state.within_frame();
            let met = whole && check(state.parser.screen());
            (met || state.read_to_end).then_some(met)
        });
        assert!(
            met == Some(true),
            "waited for {what}; the screen is:\n{}",
            self.screen()
        );
    }

    /// Waits until the program has written `bytes`, whatever they show.
    pub fn wait_for_raw(&self, bytes: &str) {
        let met = self.wait(PATIENCE, |state| {
            let mut windows = state.raw.windows(bytes.len());
            windows.any(|window| window == bytes.as_bytes()).then_some(())
        });
        assert!(met.is_some(), "{bytes:?} never came");
    }

    /// Waits until the program has written `text` after its first `from` bytes; where that ends.
    pub fn wait_for_more(&self, from: usize, text: &str) -> usize {
        let at = self.wait(PATIENCE, |state| {
            let mut windows = state.raw[from..].windows(text.len());
            windows.position(|window| window == text.as_bytes())
        });
        let at = at.unwrap_or_else(|| {
            let raw = self.raw();
            let more = String::from_utf8_lossy(&raw[from..]).into_owned();
            panic!("waited for {text:?}; there came:\n{more}")
        });
        from + at + text.len()
    }

    /// Waits until the program has written more than `count` bytes in all.
    pub fn wait_for_more_than(&self, count: usize) {
        let met = self.wait(PATIENCE, |state| (state.raw.len() > count).then_some(()));
        assert!(
            met.is_some(),
            "it wrote nothing more; the screen is:\n{}",
            self.screen()
        );
    }

    /// Takes nothing from the program any more: whatever it writes waits for ever.
    pub fn clog(&mut self) {
        self.stop_reading();
        let not_waiting = OpenptFlags::from_bits_retain(OFlags::NONBLOCK.bits());
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC | not_waiting;
        let tty = ioctl_tiocgptpeer(self.master(), flags).expect("it has another side");
        // Full is full only when the kernel, too, has stopped making room.
        let moment = Timespec {
            tv_sec: 0,
            tv_nsec: 100_000_000,
        };
        while poll(&mut [PollFd::new(&tty, PollFlags::OUT)], Some(&moment)).is_ok_and(|ready| ready > 0) {
            for piece in [1024, 1] {
                while rustix::io::write(&tty, &[0; 1024][..piece]).is_ok() {}
            }
        }
    }

    /// Closes the terminal, as its window would be.
    pub fn close_terminal(&mut self) {
        self.tty = None;
        self.stop_reading();
        self.master = None;
    }

    fn stop_reading(&mut self) {
        if let Some((reader, stop)) = self.reader.take() {
            drop(stop);
            reader.join().expect("the reader ends");
        }
    }

    /// Waits for the end of a program whose terminal was closed.
    pub fn exit_within(&self, patience: Duration) -> Option<ExitStatus> {
        self.wait(patience, |state| state.exit)
    }

    /// Waits until the program ends by itself.
    pub fn finish(mut self) -> Ended {
        let status = self.exit_within(PATIENCE);
        let status = status.unwrap_or_else(|| panic!("it still runs, and shows:\n{}", self.screen()));
        let modes_after = modes(self.tty.as_ref().expect("the terminal is open"));
        // Without the last handle on the program's side, reading ends behind its last byte.
        self.tty = None;
        self.wait(PATIENCE, |state| state.read_to_end.then_some(()))
            .expect("the terminal is read to its end");
        let state = self.seen.lock();
        Ended {
            status,
            screen: state.parser.screen().clone(),
            raw: state.raw.clone(),
            modes_restored: modes_after == self.modes_before,
        }
    }

    fn wait<T>(&self, patience: Duration, check: impl Fn(&State) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + patience;
        let mut state = self.seen.lock();
        loop {
            if let Some(answer) = check(&state) {
                return Some(answer);
            }
            let left = deadline.checked_duration_since(Instant::now())?;
            let waited = self.seen.changed.wait_timeout(state, left);
            state = waited.expect("no thread panicked").0;
        }
    }

    fn write(&self, bytes: &[u8]) {
        self.master().write_all(bytes).expect("the terminal is open");
    }

    fn master(&self) -> &File {
        self.master.as_ref().expect("the terminal is open")
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if self.seen.lock().exit.is_none() {
            let _ = kill_process(self.pid, Signal::KILL);
        }
        self.close_terminal();
    }
}

impl Seen {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn note(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }
}

fn open(size: Size) -> (Arc<File>, File) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let master = openpt(flags).expect("a terminal can be had");
    grantpt(&master).expect("it is ours");
    unlockpt(&master).expect("it is ours");
    let tty = ioctl_tiocgptpeer(&master, flags).expect("it has another side");
    tcsetwinsize(&master, winsize(size)).expect("it is a terminal");
    (Arc::new(File::from(master)), File::from(tty))
}

fn winsize(Size(columns, rows): Size) -> Winsize {
    Winsize {
        ws_col: columns,
        ws_row: rows,
        ws_xpixel: 0,
        ws_ypixel: 0,
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("a terminal has at least one cell")
}

fn side(tty: &File) -> Stdio {
    Stdio::from(tty.try_clone().expect("handles can be had"))
}

fn modes(tty: &File) -> String {
    format!("{:?}", tcgetattr(tty).expect("it is a terminal"))
}

/// Reads until the other side is closed or the returned stream is dropped.
fn read_all(master: Arc<File>, seen: Arc<Seen>) -> (JoinHandle<()>, UnixStream) {
    let (stop, stopped) = UnixStream::pair().expect("sockets can be had");
    let reader = thread::spawn(move || {
        let mut buffer = [0; 64 * 1024];
        while readable(&master, &stopped) {
            // The closed other side reads as an error on Linux.
            let Ok(count @ 1..) = (&*master).read(&mut buffer) else {
                break;
            };
            seen.note(|state| {
                state.parser.process(&buffer[..count]);
                state.raw.extend_from_slice(&buffer[..count]);
            });
        }
        seen.note(|state| state.read_to_end = true);
    });
    (reader, stop)
}

fn readable(master: impl AsFd, stopped: impl AsFd) -> bool {
    let mut fds = [
        PollFd::new(&master, PollFlags::IN),
        PollFd::new(&stopped, PollFlags::IN),
    ];
    poll(&mut fds, None).is_ok() && fds[1].revents().is_empty()
}

fn note_exit(mut child: Child, seen: Arc<Seen>) -> Arc<Seen> {
    let noted = Arc::clone(&seen);
    thread::spawn(move || {
        let status = child.wait().expect("it is our child");
        noted.note(|state| state.exit = Some(status));
    });
    seen
}

/// Runs on a terminal where somebody types `answer` once asked: the exit code and the screen.
pub fn typed(command: &Command, answer: &str) -> (Option<i32>, String) {
    let mut pty = Pty::spawn(command, Size(120, 40));
    pty.wait_for("[no]: ");
    pty.type_keys(answer);
    let ended = pty.finish();
    (ended.status.code(), ended.screen.contents())
}
