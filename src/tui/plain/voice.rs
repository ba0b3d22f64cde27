//! What is written to the terminal: lines, one after the other, and the line where one types. No escape sequence ever,
//! and nothing of what stands above is touched.

use zeroize::Zeroizing;

use crate::model::{Secret, Shown};
use crate::tui::view::text;

const END_OF_LINE: &str = "\r\n";
/// Takes the last cell back: what stood there is overwritten.
const ERASE: &str = "\u{8} \u{8}";

/// The line where one types: the cursor stands behind what is typed.
#[derive(Debug)]
struct OpenLine {
    label: String,
    typed: Zeroizing<String>,
}

/// Collects what is to be written.
#[derive(Debug)]
pub struct Voice {
    open: Option<OpenLine>,
    /// Whether the terminal can take a character back.
    can_erase: bool,
    /// Cells of a line: what goes on in the next one can't be taken back.
    width: usize,
    out: Zeroizing<String>,
}

impl Voice {
    pub fn new(can_erase: bool, width: usize) -> Self {
        Self {
            open: None,
            can_erase,
            width,
            out: Zeroizing::default(),
        }
    }

    pub fn resize(&mut self, width: usize) {
        self.width = width;
    }

    pub fn line(&mut self, words: &str) {
        self.end_line();
        self.out.push_str(Shown::new(words).as_str());
        self.out.push_str(END_OF_LINE);
    }

    /// Whole, on a line of its own, so that it can be taken from the terminal.
    pub fn secret(&mut self, secret: &Secret) {
        self.line(secret.expose());
    }

    /// The line where one types says this from now on; `None`: one doesn't.
    pub fn prompt(&mut self, prompt: Option<(&str, &str)>) {
        let Some((label, typed)) = prompt else {
            return self.end_line();
        };
        let typed = Zeroizing::new(Shown::new(typed).into_string());
        let label = Shown::new(label).into_string();
        let same = self.open.as_ref().filter(|open| open.label == label);
        match same.and_then(|open| self.step(open, &typed)) {
            Some(step) => self.out.push_str(&step),
            None => {
                self.end_line();
                self.out.push_str(&label);
                self.out.push_str(": ");
                self.out.push_str(&typed);
            }
        }
        self.open = Some(OpenLine { label, typed });
    }

    /// What turns the open line into one that says `typed`; `None`: it must be said anew.
    fn step(&self, open: &OpenLine, typed: &str) -> Option<Zeroizing<String>> {
        if let Some(more) = typed.strip_prefix(open.typed.as_str()) {
            return Some(Zeroizing::new(more.to_owned()));
        }
        let gone = open.typed.strip_prefix(typed).filter(|_| self.can_erase)?;
        let used = text::width(&open.label) + 2 + text::width(&open.typed);
        let is_one_line = used < self.width;
        is_one_line.then(|| Zeroizing::new(ERASE.repeat(text::width(gone))))
    }

    /// The next thing that is written begins a line.
    pub fn end_line(&mut self) {
        if self.open.take().is_some() {
            self.out.push_str(END_OF_LINE);
        }
    }

    /// Whether nothing is to be written.
    pub fn is_silent(&self) -> bool {
        self.out.is_empty()
    }

    /// What is to be written now.
    pub fn take(&mut self) -> Zeroizing<String> {
        std::mem::take(&mut self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(can_erase: bool, steps: &[&str]) -> String {
        let mut voice = Voice::new(can_erase, 40);
        for step in steps {
            voice.prompt(Some(("Name", step)));
        }
        voice.take().to_string()
    }

    #[test]
    fn what_is_typed_is_echoed_and_taken_back() {
        assert_eq!(typed(true, &["", "K", "Ki", "K"]), "Name: Ki\u{8} \u{8}");
        assert_eq!(typed(true, &["店", ""]), "Name: 店\u{8} \u{8}\u{8} \u{8}");
    }

    #[test]
    fn a_terminal_that_takes_nothing_back_hears_the_whole_anew() {
        assert_eq!(typed(false, &["Kio", "Ki"]), "Name: Kio\r\nName: Ki");
        assert_eq!(typed(true, &["Kio", "Xi"]), "Name: Kio\r\nName: Xi");
        let long = "x".repeat(60);
        let shorter = &long[1..];
        let anew = format!("Name: {long}\r\nName: {shorter}");
        assert_eq!(typed(true, &[&long, shorter]), anew);
    }

    #[test]
    fn another_field_has_a_line_of_its_own() {
        let mut voice = Voice::new(true, 40);
        voice.prompt(Some(("Name", "Kiosk")));
        voice.prompt(Some(("Project", "")));
        assert_eq!(voice.take().as_str(), "Name: Kiosk\r\nProject: ");
    }

    #[test]
    fn lines_end_where_one_typed_and_nothing_of_them_is_a_command() {
        let mut voice = Voice::new(true, 40);
        voice.prompt(Some(("Name", "K\u{1b}[2J")));
        voice.line("pay\u{202e}lap\u{7}");
        voice.prompt(Some(("Name", "K")));
        voice.prompt(None);
        let out = voice.take();
        assert_eq!(
            out.as_str(),
            "Name: K⟨U+001B⟩[2J\r\npay⟨U+202E⟩lap⟨U+0007⟩\r\nName: K\r\n"
        );
    }
}
