//! `keydeck guide` as people read it: in a pager, in a pipe, and where neither can show styles.

use unicode_width::UnicodeWidthStr;

use crate::program::Home;
use crate::pty::{Ended, Pty, Size};

/// What is shown in a terminal of 60 columns, with these variables.
fn read(variables: &[(&str, &str)], args: &[&str]) -> Ended {
    let home = Home::new();
    let mut command = home.command(&[&["guide"], args].concat());
    command.envs(variables.iter().copied());
    Pty::spawn(&command, Size(60, 200)).finish()
}

fn text(ended: &Ended) -> String {
    assert_eq!(ended.status.code(), Some(0), "{}", ended.screen.contents());
    String::from_utf8(ended.raw.clone()).expect("text")
}

#[test]
fn a_pipe_gets_the_contents_and_a_topic_without_sequences() {
    let home = Home::new();
    let contents = home.run(&["guide"]).succeeded().stdout;
    assert!(
        contents.contains("\nbackup ") && contents.contains("\npostgres "),
        "{contents}"
    );
    let backup = home.run(&["guide", "Backup"]).succeeded().stdout;
    assert!(backup.starts_with("Backups\n=======\n"), "{backup}");
    assert!(backup.contains("\n    keydeck backup /var/backups/"), "{backup}");
    assert!(!(contents + &backup).contains('\u{1b}'));
}

#[test]
fn a_topic_that_is_not_there_is_refused_with_those_that_are() {
    let refused = Home::new().run(&["guide", "postgre"]).refused(2);
    assert!(
        refused.contains("no topic \"postgre\"; it has postgres, "),
        "{refused}"
    );
}

#[test]
fn a_terminal_is_paged_by_what_pager_says_and_as_wide_as_it_is() {
    let shown = text(&read(&[("PAGER", "sed 's/^/> /'")], &["backup"]));
    assert!(shown.contains("> \u{1b}[1mBackups\u{1b}[0m"), "{shown}");
    let plain = text(&read(&[("PAGER", "cat"), ("NO_COLOR", "1")], &["safety"]));
    assert!(!plain.contains('\u{1b}'), "{plain}");
    for line in plain.lines() {
        assert!(line.trim_end().width() <= 60, "{line}");
    }
}

#[test]
fn a_simple_terminal_gets_text_and_no_pager() {
    let shown = text(&read(
        &[("TERM", "dumb"), ("PAGER", "sed 's/^/> /'")],
        &["backup"],
    ));
    assert!(shown.starts_with("Backups\r\n=======\r\n"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn without_its_pager_the_text_is_there_all_the_same() {
    let shown = text(&read(&[("PAGER", "keydeck-no-such-pager")], &["backup"]));
    assert!(shown.contains("\u{1b}[1mBackups\u{1b}[0m"), "{shown}");
}

#[test]
fn a_pager_sees_no_secret_and_may_leave_early() {
    let variables = [
        ("PAGER", "echo \"($KEYDECK_TOKEN)\"; head -n 1"),
        ("KEYDECK_TOKEN", "kdu_secret"),
    ];
    let shown = text(&read(&variables, &["safety"]));
    assert!(shown.contains("()") && !shown.contains("kdu_secret"), "{shown}");
}
