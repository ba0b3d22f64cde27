//! One line of text that is being edited. The editing itself is `tui_input`'s.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};

use super::history::{EditKind, History};
use super::number::number;
use crate::model::pasted;

/// More than any field may hold; what is pasted beyond it is left out, which is said.
const MAX_CHARS: usize = 2_000;

#[derive(Clone)]
pub struct TextField {
    input: Input,
    most: usize,
    history: History,
}

/// Says nothing of a secret that was typed or pasted where none belongs.
impl fmt::Debug for TextField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.holds_secret() {
            true => f.write_str("TextField(…)"),
            false => write!(f, "TextField({:?})", self.value()),
        }
    }
}

impl Default for TextField {
    fn default() -> Self {
        Self::new("")
    }
}

impl TextField {
    pub fn new(text: &str) -> Self {
        Self::limited(text, MAX_CHARS)
    }

    /// A field that takes no more than `most` characters.
    pub fn limited(text: &str, most: usize) -> Self {
        Self {
            input: Input::new(text.to_owned()),
            most,
            history: History::default(),
        }
    }

    pub fn value(&self) -> &str {
        self.input.value()
    }

    /// Whether one of our secrets is in it. It is no place for one: nothing of it may be shown or sent.
    pub fn holds_secret(&self) -> bool {
        pasted::is_in_or_random(self.value())
    }

    pub fn is_blank(&self) -> bool {
        self.value().trim().is_empty()
    }

    /// What may be looked for with it: nothing when it holds a secret, which is sent nowhere as text.
    pub fn sought(&self) -> &str {
        match pasted::secret_in(self.value()) {
            Some(_) => "",
            None => self.value().trim(),
        }
    }

    /// The text before the cursor.
    pub fn before_cursor(&self) -> String {
        self.value().chars().take(self.input.cursor()).collect()
    }

    /// Takes a key that edits text; `false` when it means something else.
    pub fn handle(&mut self, key: KeyEvent) -> bool {
        match edit(key) {
            None => return false,
            Some(Edit::Undo) => self.recall(History::undo),
            Some(Edit::Redo) => self.recall(History::redo),
            Some(Edit::Request(request)) => self.request(request),
        }
        true
    }

    fn request(&mut self, request: InputRequest) {
        let is_full = self.value().chars().count() >= self.most;
        if is_full && matches!(request, InputRequest::InsertChar(_)) {
            return;
        }
        let before = self.input.clone();
        let changed = self.input.handle(request).is_some_and(|changed| changed.value);
        let change = match request {
            _ if !changed => return self.history.interrupt(),
            InputRequest::InsertChar(c) if !c.is_whitespace() => EditKind::Typing,
            InputRequest::DeletePrevChar | InputRequest::DeleteNextChar => EditKind::Deleting,
            _ => EditKind::Whole,
        };
        self.history.changed(before, change);
        let length = self.value().chars().count();
        if length > self.most {
            // What was cut before and is put back has no limit of its own.
            let text: String = self.value().chars().take(self.most).collect();
            let cursor = self.input.cursor();
            self.input = Input::new(text).with_cursor(cursor);
        }
    }

    fn recall(&mut self, which: fn(&mut History, &Input) -> Option<Input>) {
        if let Some(input) = which(&mut self.history, &self.input) {
            self.input = input;
        }
    }

    /// Inserts pasted text at the cursor; line breaks and tabs become spaces. What there is to say of what became of it,
    /// where it is not in the field as it was pasted.
    #[must_use]
    pub fn paste(&mut self, text: &str) -> Option<String> {
        let room = self.most.saturating_sub(self.value().chars().count());
        let cursor = self.input.cursor();
        let text = text.trim_matches(['\r', '\n']);
        let inserted: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(room)
            .collect();
        let mut value: String = self.value().chars().take(cursor).collect();
        value.push_str(&inserted);
        value.extend(self.value().chars().skip(cursor));
        let pasted = Input::new(value).with_cursor(cursor + inserted.chars().count());
        let before = std::mem::replace(&mut self.input, pasted);
        self.history.changed(before, EditKind::Whole);
        what_became_of(text, inserted.chars().count(), self.most)
    }

    pub fn set(&mut self, text: &str) {
        *self = Self::limited(text, self.most);
    }
}

/// Of pasted text, of which so many characters were inserted into a field that takes at most so many.
fn what_became_of(pasted: &str, inserted: usize, most: usize) -> Option<String> {
    let [length, kept, most] = [pasted.chars().count(), inserted, most].map(|count| count as u64);
    let cut = (kept < length).then(|| {
        let [length, kept, most] = [length, kept, most].map(number);
        format!("{kept} of the {length} pasted characters were kept: it takes at most {most}.")
    });
    let lines = pasted.lines().filter(|line| !line.trim().is_empty()).count();
    let joined = (lines > 1).then(|| format!("The {lines} pasted lines became one."));
    let said: Vec<String> = joined.into_iter().chain(cut).collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// What a key does in a focused text field, before anything else sees it.
enum Edit {
    Request(InputRequest),
    Undo,
    Redo,
}

fn edit(key: KeyEvent) -> Option<Edit> {
    use InputRequest::*;
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    let by_words = control || alt;
    let request = match key.code {
        // Ctrl-/ and Ctrl-7 are Ctrl-_ where no keyboard protocol tells them apart.
        KeyCode::Char('_' | '/' | '7') if control && !alt => return Some(Edit::Undo),
        KeyCode::Char('_' | '/' | '7') if control => return Some(Edit::Redo),
        KeyCode::Char('/') if alt => return Some(Edit::Redo),
        KeyCode::Char('h') if control && alt => DeletePrevWord,
        KeyCode::Char(c) if control => match c {
            'a' => GoToStart,
            'b' => GoToPrevChar,
            'e' => GoToEnd,
            'f' => GoToNextChar,
            'h' => DeletePrevChar,
            'k' => DeleteTillEnd,
            'u' => DeleteLine,
            'w' => DeletePrevWord,
            'y' => Yank,
            _ => return None,
        },
        KeyCode::Char(c) if alt => match c {
            'b' => GoToPrevWord,
            'd' => DeleteNextWord,
            'f' => GoToNextWord,
            _ => return None,
        },
        KeyCode::Char(c) => InsertChar(c),
        KeyCode::Backspace if by_words => DeletePrevWord,
        KeyCode::Backspace => DeletePrevChar,
        KeyCode::Delete if by_words => DeleteNextWord,
        KeyCode::Delete => DeleteNextChar,
        KeyCode::Left if by_words => GoToPrevWord,
        KeyCode::Left => GoToPrevChar,
        KeyCode::Right if by_words => GoToNextWord,
        KeyCode::Right => GoToNextChar,
        KeyCode::Home => GoToStart,
        KeyCode::End => GoToEnd,
        _ => return None,
    };
    Some(Edit::Request(request))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Scope, Token, TokenKind};

    #[test]
    fn what_is_said_of_a_field_repeats_no_secret() {
        let token = Token::from_entropy(TokenKind::User, [9; 32]);
        let mut field = TextField::new("Kiosk ");
        assert!(!field.holds_secret() && format!("{field:?}").contains("Kiosk"));
        let _ = field.paste(token.expose());
        assert!(field.holds_secret() && !format!("{field:?}").contains("kdu_"));
    }

    #[test]
    fn a_secret_is_not_looked_for() {
        let mut field = TextField::new(" Kiosk ");
        assert_eq!(field.sought(), "Kiosk");
        let token = Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32]);
        let _ = field.paste(token.expose());
        assert_eq!(field.sought(), "");
        field.set(
            &token
                .secret(Some((uuid::Uuid::nil(), "https://a.example")))
                .expose()[..40],
        );
        assert_eq!(field.sought(), "");
    }

    fn pressed(field: &mut TextField, code: KeyCode, modifiers: KeyModifiers) -> bool {
        field.handle(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn words_are_moved_over_and_deleted_by_all_their_keys() {
        use KeyCode::{Backspace, Char, Delete, End, Home, Left, Right};
        use KeyModifiers as Mod;
        // Each key is pressed in the middle, `one two| three four`, and an `X` after it.
        for (code, modifiers, text) in [
            (Char('b'), Mod::ALT, "one Xtwo three four"),
            (Left, Mod::ALT, "one Xtwo three four"),
            (Left, Mod::CONTROL, "one Xtwo three four"),
            (Left, Mod::SHIFT, "one twXo three four"),
            (Char('f'), Mod::ALT, "one two Xthree four"),
            (Right, Mod::ALT, "one two Xthree four"),
            (Right, Mod::CONTROL, "one two Xthree four"),
            (Char('d'), Mod::ALT, "one twoXthree four"),
            (Delete, Mod::CONTROL, "one twoXthree four"),
            (Delete, Mod::NONE, "one twoXthree four"),
            (Backspace, Mod::ALT, "one X three four"),
            (Backspace, Mod::CONTROL, "one X three four"),
            (Char('w'), Mod::CONTROL, "one X three four"),
            (Char('h'), Mod::CONTROL | Mod::ALT, "one X three four"),
            (Char('h'), Mod::CONTROL, "one twX three four"),
            (Char('k'), Mod::CONTROL, "one twoX"),
            (Char('u'), Mod::CONTROL, "X"),
            (Char('a'), Mod::CONTROL, "Xone two three four"),
            (Home, Mod::NONE, "Xone two three four"),
            (Home, Mod::SHIFT, "Xone two three four"),
            (Home, Mod::CONTROL, "Xone two three four"),
            (End, Mod::NONE, "one two three fourX"),
            (End, Mod::CONTROL, "one two three fourX"),
            (Char('e'), Mod::CONTROL, "one two three fourX"),
        ] {
            let mut field = TextField::new("one two three four");
            for _ in 0.." three four".len() {
                pressed(&mut field, Left, Mod::NONE);
            }
            assert!(pressed(&mut field, code, modifiers), "{code:?} {modifiers:?}");
            pressed(&mut field, Char('X'), Mod::NONE);
            assert_eq!(field.value(), text, "{code:?} {modifiers:?}");
        }
    }

    #[test]
    fn changes_are_undone_and_done_again() {
        let mut field = TextField::new("first");
        for c in " two three".chars() {
            pressed(&mut field, KeyCode::Char(c), KeyModifiers::NONE);
        }
        assert_eq!(field.paste(" pasted"), None);
        pressed(&mut field, KeyCode::Char('w'), KeyModifiers::CONTROL);
        let whole = "first two three ";
        assert_eq!(field.value(), whole);
        let earlier = [
            "first two three pasted",
            "first two three",
            "first two ",
            "first two",
            "first ",
            "first",
            "first",
        ];
        for text in earlier {
            pressed(&mut field, KeyCode::Char('_'), KeyModifiers::CONTROL);
            assert_eq!(field.value(), text);
        }
        let later = earlier.iter().rev().skip(2).copied();
        for text in later.chain([whole, whole]) {
            pressed(&mut field, KeyCode::Char('/'), KeyModifiers::ALT);
            assert_eq!(field.value(), text);
        }
        pressed(&mut field, KeyCode::Char('/'), KeyModifiers::CONTROL);
        pressed(&mut field, KeyCode::Char('!'), KeyModifiers::NONE);
        let after = field.value().to_owned();
        pressed(
            &mut field,
            KeyCode::Char('_'),
            KeyModifiers::CONTROL | KeyModifiers::ALT,
        );
        assert_eq!(field.value(), after, "a change makes another future");
    }

    #[test]
    fn what_is_put_back_is_no_longer_than_the_field() {
        let mut field = TextField::limited("12345", 5);
        for c in ['u', 'y', 'y', 'y'] {
            pressed(&mut field, KeyCode::Char(c), KeyModifiers::CONTROL);
        }
        assert_eq!(field.value(), "12345");
    }

    #[test]
    fn what_a_paste_loses_is_said() {
        let long = "x".repeat(5_000);
        let cut = "2,000 of the 5,000 pasted characters were kept: it takes at most 2,000.";
        let lines = "one\ntwo\r\n\nthree\n";
        for (most, pasted, value, said) in [
            (MAX_CHARS, "whole", "whole".to_owned(), None),
            (MAX_CHARS, "whole\r\n", "whole".to_owned(), None),
            (MAX_CHARS, &long, "x".repeat(MAX_CHARS), Some(cut)),
            (
                MAX_CHARS,
                lines,
                "one two   three".to_owned(),
                Some("The 3 pasted lines became one."),
            ),
            (
                7,
                "one\ntwo\nthree",
                "one two".to_owned(),
                Some(
                    "The 3 pasted lines became one. 7 of the 13 pasted characters were kept: it takes at most 7.",
                ),
            ),
        ] {
            let mut field = TextField::limited("", most);
            assert_eq!(field.paste(pasted).as_deref(), said, "{pasted}");
            assert_eq!(field.value(), value);
        }
        let mut field = TextField::limited("12345", 5);
        let said = field.paste("6");
        assert_eq!(
            said.as_deref(),
            Some("0 of the 1 pasted characters were kept: it takes at most 5.")
        );
    }

    #[test]
    fn other_keys_with_modifiers_are_no_text() {
        let mut field = TextField::new("");
        for modifiers in [KeyModifiers::ALT, KeyModifiers::CONTROL] {
            for c in "cnopqrsxz1 ".chars() {
                assert!(!pressed(&mut field, KeyCode::Char(c), modifiers), "{c}");
            }
        }
        assert_eq!(field.value(), "");
    }
}
