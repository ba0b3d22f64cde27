//! What the configuration file sets of the dashboard: keys, colours and dates, with the real binary in a terminal.

use std::fs;

use crate::login::configure;
use crate::program::{Home, stranger};
use crate::pty::{Pty, Size};

const SIZE: Size = Size(120, 36);
/// The accent of the theme for a light background.
const LIGHT_ACCENT: &str = "38;5;24";

fn demo(home: &Home, env: &[(&str, &str)]) -> Pty {
    let mut command = home.command(&["demo"]);
    command.envs(env.iter().copied());
    let pty = Pty::spawn(&command, SIZE);
    pty.wait_for("● live");
    pty.wait_for("▌ Trial of a");
    pty
}

fn raw(pty: &Pty) -> String {
    String::from_utf8_lossy(&pty.raw()).into_owned()
}

#[test]
fn the_terminal_is_asked_for_its_background_and_a_late_answer_changes_the_theme() {
    let home = Home::new();
    let mut pty = demo(&home, &[]);
    pty.wait_for_raw("\x1b]11;?\x1b\\");
    pty.type_keys("j");
    pty.wait_for("▌ A/B");
    assert!(!raw(&pty).contains(LIGHT_ACCENT));
    // The key Escape closes the field; the rest of the answer comes when it was taken for one.
    pty.type_keys("/");
    pty.wait_for("F1");
    pty.type_bytes(b"\x1b");
    pty.wait_gone("F1");
    pty.type_bytes(b"]11;rgb:fdfd/f6f6/e3e3\x1b\\");
    pty.wait_for_raw(LIGHT_ACCENT);
    pty.type_keys("j");
    pty.wait_for("▌ Priya's laptop");
    pty.type_keys("q");
    assert!(pty.finish().status.success());
}

#[test]
fn the_environment_says_the_background_from_the_first_frame_on() {
    let home = Home::new();
    let pty = demo(&home, &[("COLORFGBG", "0;15")]);
    assert!(raw(&pty).contains(LIGHT_ACCENT));
}

#[test]
fn who_wants_no_colours_is_asked_nothing() {
    let home = Home::new();
    let mut pty = demo(&home, &[("NO_COLOR", "1")]);
    pty.type_at_once("\x1b]11;rgb:ffff/ffff/ffff\x07");
    pty.type_keys("d");
    pty.wait_for("Revoke this key?");
    let raw = raw(&pty);
    assert!(!raw.contains("\x1b]11;?") && !raw.contains("38;5;"));
}

#[test]
fn keys_themes_and_dates_are_as_they_are_set() {
    let home = Home::new();
    let settings = "dates = \"iso\"\n[theme]\nbase = \"dark\"\naccent = \"#123456\"\n\
        [keys]\nrevoke = [\"ctrl-x\", \"f8\"]\nusage = \"none\"\nfilter = \"alt-f\"\n";
    configure(&home, settings);
    let mut pty = demo(&home, &[]);
    pty.wait_for_raw("38;2;18;52;86");
    assert!(!raw(&pty).contains("\x1b]11;?"));
    pty.wait_for("Ctrl-X revoke");
    pty.wait_for("Alt-f filter");
    assert!(!pty.screen().contains("u usage"));
    pty.type_keys("du");
    pty.type_keys("<F1>");
    pty.wait_for("Keys · table");
    pty.wait_for("Ctrl-X, F8");
    pty.type_keys("<Esc>");
    pty.wait_gone("Keys · table");
    pty.type_keys("<C-x>");
    pty.wait_for("Revoke this key?");
    pty.type_keys("<Esc>");
    pty.wait_gone("Revoke this key?");
    // What is typed or pasted into a field is no binding.
    pty.type_bytes(b"\x1bf");
    pty.type_keys("du");
    pty.paste("d");
    pty.wait_for("/dud");
    pty.type_keys("<C-c>");
    assert!(pty.finish().status.success());
}

#[test]
fn a_wrong_line_is_named_and_the_rest_works() {
    let home = Home::new();
    configure(&home, "[keys]\nrevok = \"x\"\nquit = \"Q\"\n");
    let mut pty = demo(&home, &[]);
    pty.wait_for("config.toml, line 2: “revok” is no action; did you mean revoke?");
    pty.type_keys("Q");
    assert!(pty.finish().status.success());
    let named = "line 2: “revok” is no action; did you mean revoke?";
    let check = home.run(&["config", "check"]);
    assert_eq!(check.code, Some(1));
    assert!(check.stdout.contains(named), "{}", check.stdout);
    configure(
        &home,
        "[keys]\nrevok = \"x\"\n[profiles.a]\nserver = \"http://a.example\"\n",
    );
    let other = home.run(&["--server", &stranger(), "whoami"]);
    assert!(
        other
            .stderr
            .contains("line 4: the server's address must begin with https://")
    );
    let check = home.run(&["config", "check"]);
    assert!(check.stdout.contains(named) && check.stderr.contains("line 4"));
}

#[test]
fn the_printed_configuration_is_one_that_changes_nothing() {
    let home = Home::new();
    let printed = home.run(&["config", "default"]).succeeded().stdout;
    configure(&home, &printed);
    let check = home.run(&["config", "check"]).succeeded();
    assert!(check.stdout.contains("nothing is wrong"), "{}", check.stdout);
    let path = home.run(&["config", "path"]).succeeded().stdout;
    assert_eq!(fs::read_to_string(path.trim()).expect("there"), printed);
}
