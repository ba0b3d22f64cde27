//! The terminal is left as it was found, however the real program ends.
#![cfg(test)]

#[path = "common/keys.rs"]
mod keys;
#[path = "common/program.rs"]
#[expect(dead_code, reason = "shared with the tests of the commands")]
mod program;
#[path = "common/pty.rs"]
#[expect(dead_code, reason = "shared with the tests of the dashboard")]
mod pty;

use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::time::Duration;

use keydeck::tui::terminal::Terminal;
use program::Home;
use pty::{Ended, Pty, Size};
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
        assert!(status.code().is_some() || status.signal().is_some());
    }
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

/// Set for the process that enters the terminal and panics.
const PANICS: &str = "KEYDECK_TEST_PANICS";

#[test]
fn a_panic_gives_the_terminal_back_and_is_read_on_the_main_screen() {
    if std::env::var_os(PANICS).is_some() {
        let _terminal = Terminal::enter().expect("a terminal");
        panic!("on purpose");
    }
    let mut command = Command::new(std::env::current_exe().expect("this test runs"));
    command
        .args([
            "--exact",
            "a_panic_gives_the_terminal_back_and_is_read_on_the_main_screen",
            "--nocapture",
        ])
        .env(PANICS, "1");
    let ended = Pty::spawn(&command, Size(100, 30)).finish();
    assert!(!ended.status.success());
    assert_given_back(&ended);
    assert!(
        ended.screen.contents().contains("on purpose"),
        "{}",
        ended.screen.contents()
    );
}
