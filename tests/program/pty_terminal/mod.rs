//! The terminal is left as it was found, however the real program ends.

mod answers;
mod multiplexers;

use std::process::Command;
use std::time::Duration;

use crate::program::{Home, once_more};
use crate::pty::{Ended, Pty, Size};
use keydeck::tui::terminal::Terminal;
use rustix::process::Signal;

fn local_deck(home: &Home, size: Size) -> Pty {
    let pty = Pty::spawn(&home.command(&[]), size);
    pty.wait_until("something to be drawn", |screen| {
        !screen.contents().trim().is_empty()
    });
    pty
}

/// The last word on each mode that was switched: mouse, paste, alternate screen, cursor.
fn assert_given_back(ended: &Ended) {
    assert!(ended.modes_restored, "the line settings differ");
    assert!(
        !ended.screen.alternate_screen(),
        "the alternate screen is still on"
    );
    assert!(!ended.screen.hide_cursor(), "the cursor is hidden");
    assert!(!ended.screen.bracketed_paste(), "bracketed paste is still on");
    let mouse = ended.screen.mouse_protocol_mode();
    assert_eq!(mouse, vt100::MouseProtocolMode::None, "the mouse is still taken");
    let raw = String::from_utf8_lossy(&ended.raw);
    let (pushed, popped) = (raw.matches("\x1b[>0u").count(), raw.matches("\x1b[<u").count());
    assert_eq!(pushed, popped, "the keyboard's flags are not those from before");
    assert!(raw.rfind("\x1b[?7l") < raw.rfind("\x1b[?7h"), "lines don't wrap");
    assert!(
        raw.rfind("\x1b[>4;0m") < raw.rfind("\x1b[>4m"),
        "xterm's keys are not reset"
    );
}

#[test]
fn keys_and_signals_that_end_it_give_the_terminal_back() {
    let home = Home::new();
    for (keys, signal, code) in [
        ("q", None, Some(0)),
        ("<C-c>", None, Some(0)),
        ("", Some(Signal::TERM), Some(143)),
        ("", Some(Signal::INT), Some(130)),
        ("", Some(Signal::HUP), Some(129)),
    ] {
        let mut pty = local_deck(&home, Size(80, 24));
        pty.wait_for("● live");
        pty.type_keys(keys);
        if let Some(signal) = signal {
            pty.signal(signal);
        }
        let ended = pty.finish();
        assert_eq!(ended.status.code(), code, "{keys} {signal:?}");
        assert_given_back(&ended);
    }
}

#[test]
fn a_closed_terminal_ends_the_program_within_a_second() {
    let home = Home::new();
    for spawn in [Pty::spawn, Pty::spawn_beyond_signals] {
        let mut pty = spawn(&home.command(&[]), Size(80, 24));
        pty.wait_for("● live");
        pty.close_terminal();
        let status = pty
            .exit_within(Duration::from_secs(1))
            .expect("it still runs after a second");
        assert_eq!(status.code(), Some(129));
    }
}

#[test]
fn a_terminal_that_takes_nothing_holds_no_ending_up() {
    let home = Home::new();
    for (signal, code, patience) in [(Signal::HUP, 129, 1), (Signal::TERM, 143, 5)] {
        let mut pty = local_deck(&home, Size(80, 24));
        pty.wait_for("● live");
        pty.clog();
        pty.type_keys("?");
        pty.signal(signal);
        let status = pty.exit_within(Duration::from_secs(patience));
        assert_eq!(status.and_then(|status| status.code()), Some(code), "{signal:?}");
        assert!(pty.finish().modes_restored, "the line settings differ");
    }
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_again() {
    let home = Home::new();
    let program = home.command(&[]);
    let mut shell = Command::new("bash");
    shell
        .args(["--norc", "--noprofile", "-i"])
        .envs(
            program
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .env("PS1", "shell> ");
    let mut pty = Pty::spawn(&shell, Size(80, 24));
    let wait_for_prompt = |pty: &Pty, nth| {
        pty.wait_until("the shell's prompt", |screen| {
            screen.contents().matches("shell> ").count() == nth && !screen.alternate_screen()
        });
    };
    wait_for_prompt(&pty, 1);
    pty.type_keys(&format!("{}<Enter>", program.get_program().display()));
    pty.wait_for("● live");
    pty.type_keys("<C-z>");
    pty.wait_for("Stopped");
    wait_for_prompt(&pty, 2);
    pty.type_keys("fg<Enter>");
    pty.wait_for("● live");
    pty.type_keys("?");
    pty.wait_for("Keys ·");
    pty.type_keys("<C-c>");
    wait_for_prompt(&pty, 3);
    pty.type_keys("exit<Enter>");
    assert_given_back(&pty.finish());
}

#[test]
fn ctrl_z_does_nothing_where_no_shell_could_continue() {
    let home = Home::new();
    let mut pty = local_deck(&home, Size(80, 24));
    pty.wait_for("● live");
    pty.type_keys("<C-z>?");
    pty.wait_for("Keys ·");
    pty.type_keys("<C-c>");
    assert_given_back(&pty.finish());
}

#[test]
fn no_key_is_lost_of_many_at_once() {
    let home = Home::new();
    let mut pty = local_deck(&home, Size(80, 24));
    pty.wait_for("● live");
    // More than the program reads at a time, fewer than the kernel keeps.
    let corrections = "a\u{7f}".repeat(1_500);
    pty.type_at_once(&format!("/{corrections}the end"));
    pty.wait_for("the end");
}

#[test]
fn a_program_that_was_stopped_draws_its_screen_again() {
    let home = Home::new();
    let pty = local_deck(&home, Size(80, 24));
    pty.wait_for("● live");
    pty.signal(Signal::STOP);
    let before = pty.raw().len();
    pty.signal(Signal::CONT);
    pty.wait_for_more_than(before + 1_000);
    pty.wait_for("No keys yet");
}

#[test]
fn every_size_is_drawn_and_resizing_at_any_moment_is_survived() {
    let home = Home::new();
    let mut pty = local_deck(&home, Size(1, 1));
    for size in [
        Size(2, 1),
        Size(1, 40),
        Size(10, 3),
        Size(300, 2),
        Size(47, 13),
        Size(200, 60),
    ] {
        pty.resize(size);
        pty.type_keys("n");
        pty.resize(Size(size.1, size.0));
        pty.type_keys("<Esc>?");
        pty.resize(size);
        pty.type_keys("<Esc>");
    }
    pty.resize(Size(80, 24));
    pty.wait_for("No keys yet: n creates the first");
    pty.type_keys("q");
    assert_given_back(&pty.finish());
}

/// Set for the process that plays a program of its own in the terminal.
const PLAYS: &str = "KEYDECK_TEST_PLAYS";

/// Plays `program`, in a process that is the test `name` run once more, and hands back its end.
fn played(name: &str, program: impl FnOnce()) -> Option<Ended> {
    if std::env::var_os(PLAYS).is_some() {
        program();
        return None;
    }
    let (this, test) = once_more(module_path!(), name);
    let mut command = Command::new(this);
    command.args(test).env(PLAYS, "1");
    Some(Pty::spawn(&command, Size(100, 30)).finish())
}

fn assert_read_on_the_main_screen(ended: &Ended, text: &str) {
    let screen = ended.screen.contents();
    assert!(screen.contains(text), "{screen}");
}

#[test]
fn a_panic_gives_the_terminal_back_and_can_be_read() {
    let ended = played("a_panic_gives_the_terminal_back_and_can_be_read", || {
        let _terminal = Terminal::enter().expect("a terminal");
        panic!("on purpose");
    });
    let Some(ended) = ended else { return };
    assert!(!ended.status.success());
    assert_given_back(&ended);
    assert_read_on_the_main_screen(&ended, "on purpose");
}

#[test]
fn a_panic_beside_the_dashboard_is_drawn_over_and_can_be_read_afterwards() {
    let ended = played(
        "a_panic_beside_the_dashboard_is_drawn_over_and_can_be_read_afterwards",
        || {
            let mut terminal = Terminal::enter().expect("a terminal");
            let beside = std::thread::spawn(|| panic!("on purpose"));
            assert!(beside.join().is_err());
            terminal
                .draw(|frame| frame.render_widget("still here", frame.area()))
                .expect("drawn");
        },
    );
    let Some(ended) = ended else { return };
    assert!(ended.status.success());
    let raw = String::from_utf8_lossy(&ended.raw);
    let again = raw.rsplit("\u{1b}[?1049h").next().expect("it was entered");
    assert!(again.contains("still") && again.contains("here"), "{again:?}");
    assert_given_back(&ended);
    assert_read_on_the_main_screen(&ended, "on purpose");
}
