//! One line of text that is being edited. The editing itself is `tui_input`'s.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

/// More than any field may hold; what is pasted beyond it is cut, and validation says the rest.
const MAX_CHARS: usize = 2_000;

#[derive(Debug, Clone, Default)]
pub struct TextField(Input);

impl TextField {
    pub fn new(text: &str) -> Self {
        Self(Input::new(text.to_owned()))
    }

    pub fn value(&self) -> &str {
        self.0.value()
    }

    pub fn is_blank(&self) -> bool {
        self.value().trim().is_empty()
    }

    /// The text in front of the cursor.
    pub fn before_cursor(&self) -> String {
        self.value().chars().take(self.0.cursor()).collect()
    }

    /// Takes a key that edits text; `false` when it means something else.
    pub fn handle(&mut self, key: KeyEvent) -> bool {
        if !edits(key) {
            return false;
        }
        let is_new_char =
            matches!(key.code, KeyCode::Char(_)) && !key.modifiers.contains(KeyModifiers::CONTROL);
        if is_new_char && self.value().chars().count() >= MAX_CHARS {
            return true;
        }
        self.0.handle_event(&Event::Key(key));
        true
    }

    /// Inserts pasted text at the cursor; line breaks and tabs become spaces.
    pub fn paste(&mut self, text: &str) {
        let room = MAX_CHARS.saturating_sub(self.value().chars().count());
        let cursor = self.0.cursor();
        let inserted: String = text
            .trim_matches(['\r', '\n'])
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(room)
            .collect();
        let mut value: String = self.value().chars().take(cursor).collect();
        value.push_str(&inserted);
        value.extend(self.value().chars().skip(cursor));
        self.0 = Input::new(value).with_cursor(cursor + inserted.chars().count());
    }

    pub fn set(&mut self, text: &str) {
        *self = Self::new(text);
    }
}

/// Whether a key belongs to a focused text field before anything else.
fn edits(key: KeyEvent) -> bool {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char(c) if control => matches!(c, 'a' | 'b' | 'e' | 'f' | 'h' | 'k' | 'u' | 'w' | 'y'),
        KeyCode::Char(_) => !key.modifiers.contains(KeyModifiers::ALT),
        KeyCode::Backspace
        | KeyCode::Delete
        | KeyCode::Left
        | KeyCode::Right
        | KeyCode::Home
        | KeyCode::End => true,
        _ => false,
    }
}
