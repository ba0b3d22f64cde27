//! What a terminal says that is no key does nothing, however it comes; keys are keys in every encoding.

use super::*;

/// Each would do something, were it taken for keys: copy a secret, quit, open the palette, revoke.
const ANSWERS: &[&str] = &[
    "\x1b]y\x07",
    "\x1b]c\x1b\\",
    "\x1b_q\x1b\\",
    "\x1b^q\x1b\\",
    "\x1bXq\x1b\\",
    "\x1bPq\x1b\\",
    "\x1b]11;rgb:1c1c/1c1c/1c1c\x07",
    "\x1b]11;rgb:1c1c/1c1c/1c1c\x1b\\",
    "\x1b[?62;22c",
    "\x1b[>41;370;0c",
    "\x1bP>|XTerm(370)\x1b\\",
    "\x1bP1+r436f=323536\x1b\\",
    "\x1b[12;40R",
    "\x1b[?2026;2$y",
    "\x1b[?1u",
    "\x1b[I\x1b[O",
    "\x1b[8;24;80t",
    "\u{9d}y\x07",
    "\u{9b}?1;2c",
    "\u{90}q\u{9c}",
    "\x1b]l\u{9c}q\x1b\\",
    "\x1b_\u{9c}q\x1b[A\x1bqd\x1b\\",
    "\x1bPtmux;\x1b\x1b]11;q\x1b\x1b\\q\x1b\\",
];

fn demo(home: &Home) -> Pty {
    let mut command = home.command(&["demo", "--still"]);
    command.env("KEYDECK_CLIPBOARD", "osc52");
    let mut pty = Pty::spawn(&command, Size(120, 36));
    pty.wait_for("● live");
    pty.wait_for("▌ Trial of a BI");
    // A key whose secret can be copied.
    pty.type_keys("j");
    pty.wait_for("▌ A/B");
    pty
}

fn raw(pty: &Pty) -> String {
    String::from_utf8_lossy(&pty.raw()).into_owned()
}

fn byte_by_byte(pty: &mut Pty, text: &str) {
    for byte in text.as_bytes() {
        pty.type_bytes(&[*byte]);
    }
}

#[test]
fn answers_of_the_terminal_do_nothing() {
    let home = Home::new();
    let mut pty = demo(&home);
    for answer in ANSWERS {
        pty.type_at_once(answer);
        byte_by_byte(&mut pty, answer);
    }
    // The same keys in a text field, and in the middle of a paste.
    pty.type_keys("/");
    for answer in ANSWERS {
        pty.type_at_once(answer);
    }
    pty.type_keys("Ki");
    let answers = ANSWERS.concat();
    pty.type_bytes(format!("\x1b[200~os{answers}k\x1b[201~").as_bytes());
    pty.wait_for("/Kiosk");
    pty.type_keys("<F1>");
    pty.wait_for("Keys · filter");
    assert!(!raw(&pty).contains("\x1b]52;"), "a secret was copied");
    pty.type_keys("<C-c>");
    assert_given_back(&pty.finish());
}

/// On a slow line the Escape comes long before the rest: it closes the field, and no more.
#[test]
fn the_rest_of_an_answer_whose_escape_was_a_key_does_nothing() {
    let home = Home::new();
    let mut pty = demo(&home);
    for answer in ANSWERS.iter().filter_map(|answer| answer.strip_prefix('\x1b')) {
        pty.type_keys("/Ki");
        pty.wait_for("/Ki");
        pty.type_bytes(b"\x1b");
        pty.wait_gone("/Ki");
        pty.type_at_once(answer);
    }
    pty.type_keys("<F1>");
    pty.wait_for("Keys · table");
    assert!(!raw(&pty).contains("\x1b]52;"), "a secret was copied");
    pty.type_keys("<C-c>");
    assert_given_back(&pty.finish());
}

#[test]
fn a_paste_without_an_end_ends_by_itself_and_ctrl_c_works_in_it() {
    let home = Home::new();
    let mut pty = demo(&home);
    pty.type_keys("/");
    pty.type_at_once("\x1b[200~Kio");
    pty.wait_for("/Kio");
    pty.type_keys("sk");
    pty.wait_for("/Kiosk");
    pty.type_at_once("\x1b[200~q and more");
    pty.type_keys("<C-c>");
    let ended = pty.finish();
    assert_eq!(ended.status.code(), Some(0));
    assert_given_back(&ended);
}

#[test]
fn a_string_without_an_end_ends_by_itself_and_ctrl_c_works_in_it() {
    let home = Home::new();
    let mut pty = demo(&home);
    pty.type_at_once("\x1b]11;q");
    pty.type_at_once(&"q".repeat(100_000));
    pty.type_keys("<C-c>");
    let ended = pty.finish();
    assert_eq!(ended.status.code(), Some(0));
    assert_given_back(&ended);
}

#[test]
fn keys_of_a_protocol_that_was_left_on_are_keys() {
    let home = Home::new();
    let mut pty = demo(&home);
    // `/`, `Kiosx`, Backspace, `k`, as kitty and xterm encode them; the letters let go, too.
    pty.type_at_once("\x1b[47u\x1b[75;2u\x1b[107;2:3u\x1b[105;1:1u\x1b[105;1:3u");
    pty.type_at_once("\x1b[27;1;111~\x1b[115u\x1b[120u\x1b[127u\x1b[107u");
    pty.wait_for("/Kiosk");
    // Home, a letter, Ctrl-_, End, another.
    pty.type_at_once("\x1b[1;1Hx\x1b[95;5u\x1b[57424uy");
    pty.wait_for("/Kiosky");
    pty.type_at_once("\x1b[27u");
    pty.wait_gone("/Kiosky");
    pty.type_at_once("\x1b[99;5u");
    let ended = pty.finish();
    assert_eq!(ended.status.code(), Some(0));
    assert_given_back(&ended);
}

#[test]
fn keyboard_protocols_are_off_while_it_runs_and_given_back() {
    let home = Home::new();
    let mut pty = demo(&home);
    pty.type_keys("q");
    let ended = pty.finish();
    let raw = String::from_utf8_lossy(&ended.raw);
    let (before, inside) = raw.split_once("\x1b[?1049h").expect("it was entered");
    let (inside, _) = inside.split_once("\x1b[?1049l").expect("it was left");
    assert!(
        !before.contains("\x1b[>0u"),
        "kitty's flags are those of a screen"
    );
    let at = |sequence| inside.find(sequence).unwrap_or_else(|| panic!("no {sequence:?}"));
    assert!(at("\x1b[>0u") < at("\x1b[<u"));
    assert!(at("\x1b[>4;0m") < at("\x1b[>4m"));
}
