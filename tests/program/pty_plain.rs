//! The linear mode with the real binary in a terminal: the main story, of which the guide shows the transcript, and
//! terminals that can do nothing but lines.

mod masked;

use std::fs;

use rustix::process::Signal;

use self::masked::masked;
use crate::program::{Home, Served};
use crate::pty::{Pty, Size};

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/guide/plain.md");
/// The transcript follows this heading, to the end of the file.
const HEADING: &str = "## A transcript\n";
/// Set, the transcript is written to the guide.
const UPDATE: &str = "KEYDECK_TEST_UPDATE_GUIDE";

/// Somebody who presses keys and hears what is said.
struct Story {
    pty: Pty,
    /// How much was heard.
    at: usize,
    transcript: String,
}

impl Story {
    fn begin(pty: Pty, until: &str) -> Self {
        let mut story = Self {
            pty,
            at: 0,
            transcript: String::new(),
        };
        story.hear(until);
        story
    }

    /// What came up to this text, and the rest of its line where one doesn't type there.
    fn hear(&mut self, until: &str) {
        let mut end = self.pty.wait_for_more(self.at, until);
        if !is_prompt(until) {
            end = self.pty.wait_for_more(end, "\n");
        }
        let said = String::from_utf8(self.pty.raw()[self.at..end].to_vec()).expect("text");
        let said = said.replace('\r', "");
        // It ends the line where one typed.
        let ends_line = self.transcript.ends_with('\n');
        let said = said.strip_prefix('\n').filter(|_| ends_line).unwrap_or(&said);
        self.transcript.push_str(said);
        self.at = end;
    }

    /// Presses keys, which the transcript names.
    fn press(&mut self, keys: &str, until: &str) -> &mut Self {
        if !self.transcript.ends_with('\n') {
            self.transcript.push('\n');
        }
        let named = keys.replace("<C-s>", "Ctrl-S").replace(['<', '>'], "");
        self.transcript.push_str(&format!("» {named}\n"));
        self.pty.type_keys(keys);
        self.hear(until);
        self
    }

    /// Types text where one types.
    fn enter(&mut self, text: &str) -> &mut Self {
        self.pty.type_at_once(text);
        let end = self.pty.wait_for_more(self.at, text);
        self.transcript.push_str(text);
        self.at = end;
        self
    }

    /// Waits until what follows from it is said, too.
    fn then(&mut self, until: &str) -> &mut Self {
        self.hear(until);
        self
    }
}

/// Whether one types after it.
fn is_prompt(text: &str) -> bool {
    text.rsplit('\n').next().is_some_and(|line| line.contains(": ")) && !text.ends_with('.')
}

fn deck(server: &Served) {
    server.project("Storefront");
    server.analytics_key("Board report");
    server.analytics_key("Finance export");
}

/// Fills the form for a Web key; the clipboard takes its secret.
fn create(story: &mut Story) {
    story
        .press("n", "\r\nName: ")
        .enter("Checkout")
        .press("<Tab>", "1. Storefront (selected)\r\nProject: ")
        .press("<Enter>", "UI domains: ")
        .enter("https://shop.acme.example")
        .press("<C-s>", "c copy; Enter close")
        .press("c", "Copied the secret")
        .press("<Enter>", "1 of 3, Checkout");
}

fn find_and_look(story: &mut Story) {
    story.press("/", "Filter: ").enter("check");
    story.then("\r\nFilter: check");
    story
        .press("<Enter>", "1 of 1, Checkout")
        .press("<Enter>", "mira created the key")
        .press("<Esc>", "1 of 1, Checkout");
}

fn change(story: &mut Story) {
    story
        .press("e", "\r\nName: Checkout")
        .press("<Tab>", "UI domains, line 1 of 2: https://shop.acme.example")
        .press("<Down>", "UI domains, line 2 of 2: ")
        .enter("https://*.acme.example")
        .press("<C-s>", "1 of 1, Checkout");
    story.press("D", "Reason: ").enter("a test");
    story
        .press("<C-s>", ", disabled")
        .press("E", "2. Enable")
        .press("2", "2. Enable")
        .press("<Enter>", "Enabled “Checkout”")
        .then("1 of 1, Checkout");
    story
        .press("t", "Overlap: 24h")
        .press("<C-s>", "c copy; Enter close")
        .press("<Enter>", "rotating, 23 hours left");
}

fn revoke(story: &mut Story) {
    story
        .press("d", "No request was allowed in 7 days.")
        .press("2", "2. Yes, Delete")
        .press("<Enter>", "(key-revoked)")
        .then("r check again")
        .press("<Esc>", "Esc clears the filter")
        .press("<Esc>", "1 of 2, Finance export");
}

/// Tests that need Xvfb and xclip; a machine without them skips this module by its name.
mod x11 {
    use super::*;
    use crate::x11::{Display, paste};

    #[test]
    fn the_main_story_is_heard_and_the_guide_shows_it() {
        let home = Home::new();
        let server = home.serve(&home.init());
        deck(&server);
        let display = Display::start();
        let mut command = server.command(&["--plain"]);
        command.env("DISPLAY", &display.name).env("TZ", "UTC");
        let mut story = Story::begin(Pty::spawn(&command, Size(80, 24)), "Ctrl-L where am I.");
        create(&mut story);
        let secret = server.run(&["key", "reveal", "Checkout"]).succeeded().stdout;
        assert_eq!(paste(&display.name).as_deref(), Some(secret.trim()));
        find_and_look(&mut story);
        change(&mut story);
        let rotated = server.run(&["key", "reveal", "Checkout"]).succeeded().stdout;
        revoke(&mut story);
        let Story {
            mut pty, transcript, ..
        } = story;
        pty.type_keys("q");
        let ended = pty.finish();
        assert!(ended.status.success() && ended.modes_restored);
        assert!(!ended.raw.contains(&0x1b), "no escape sequence");
        // The two that were shown, each once and whole, and nothing else that could be presented.
        let raw = String::from_utf8_lossy(&ended.raw).into_owned();
        for shown in [secret.trim(), rotated.trim()] {
            assert_eq!(raw.matches(shown).count(), 1, "{transcript}");
        }
        let rest = raw.replace(secret.trim(), "").replace(rotated.trim(), "");
        let is_token = |word: &str| {
            ["kdw_", "kdu_", "eyJ"]
                .iter()
                .any(|start| word.starts_with(start))
        };
        let leaked: Vec<&str> = rest
            .split_whitespace()
            .filter(|word| is_token(word) && !word.contains('…'))
            .collect();
        assert!(leaked.is_empty(), "{leaked:?}");
        is_in_guide(&masked(&transcript));
    }
}

fn is_in_guide(transcript: &str) {
    let guide = fs::read_to_string(GUIDE).expect("the guide");
    let (before, _) = guide.split_once(HEADING).expect("the heading of the transcript");
    let now = format!("{before}{HEADING}\n```\n{transcript}```\n");
    if std::env::var_os(UPDATE).is_some() {
        fs::write(GUIDE, &now).expect("written");
        return;
    }
    assert_eq!(guide, now, "set {UPDATE}=1 to write the transcript anew");
}

#[test]
fn a_dumb_terminal_gets_lines_and_nothing_else() {
    let home = Home::new();
    let server = home.serve(&home.init());
    deck(&server);
    let mut command = server.command(&[]);
    command.env("TERM", "dumb");
    let mut story = Story::begin(Pty::spawn(&command, Size(80, 24)), "Ctrl-L where am I.");
    story.press("j", "2 of 2, Board report");
    story.press("n", "\r\nName: ");
    story.enter("Kiosk").press("<Backspace>", "\nName: Kios");
    // What the terminal was is what it is after a signal, too.
    story.pty.signal(Signal::TERM);
    let ended = story.pty.finish();
    assert_eq!(ended.status.code(), Some(128 + 15));
    assert!(ended.modes_restored);
    let is_text = |byte: &u8| matches!(byte, b'\r' | b'\n' | 0x20..=0x7e | 0x80..);
    assert!(
        ended.raw.iter().all(is_text),
        "{:?}",
        String::from_utf8_lossy(&ended.raw)
    );
}

#[test]
fn the_environment_chooses_lines_and_other_commands_have_none() {
    let home = Home::new();
    let server = home.serve(&home.init());
    deck(&server);
    let mut command = server.command(&[]);
    command.env("KEYDECK_PLAIN", "1");
    let mut story = Story::begin(Pty::spawn(&command, Size(20, 5)), "Ctrl-L where am I.");
    story.press("j", "2 of 2, Board report");
    story.pty.type_bytes(b"\x0c");
    story.hear("Ctrl-L where am I.");
    story.pty.type_keys("q");
    let ended = story.pty.finish();
    assert!(ended.status.success() && ended.modes_restored && !ended.raw.contains(&0x1b));

    let mut command = server.command(&[]);
    command.env("KEYDECK_PLAIN", "0");
    let mut pty = Pty::spawn(&command, Size(80, 24));
    pty.wait_for_raw("\u{1b}[?1049h");
    pty.type_keys("q");

    assert_eq!(home.run(&["--plain", "key", "list"]).code, Some(2));
    // What isn't a terminal gets no lines either.
    let ran = home.run(&["--plain"]);
    assert!(ran.stderr.contains("needs a terminal"), "{ran:?}");
}
