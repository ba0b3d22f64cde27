//! One line of text that is being edited. The editing itself is `tui_input`'s.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use crate::model::pasted;

/// More than any field may hold; what is pasted beyond it is cut, and validation says the rest.
const MAX_CHARS: usize = 2_000;

#[derive(Debug, Clone)]
pub struct TextField {
    input: Input,
    most: usize,
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
        }
    }

    pub fn value(&self) -> &str {
        self.input.value()
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

    /// The text in front of the cursor.
    pub fn before_cursor(&self) -> String {
        self.value().chars().take(self.input.cursor()).collect()
    }

    /// Takes a key that edits text; `false` when it means something else.
    pub fn handle(&mut self, key: KeyEvent) -> bool {
        if !edits(key) {
            return false;
        }
        let is_new_char =
            matches!(key.code, KeyCode::Char(_)) && !key.modifiers.contains(KeyModifiers::CONTROL);
        if is_new_char && self.value().chars().count() >= self.most {
            return true;
        }
        self.input.handle_event(&Event::Key(key));
        true
    }

    /// Inserts pasted text at the cursor; line breaks and tabs become spaces.
    pub fn paste(&mut self, text: &str) {
        let room = self.most.saturating_sub(self.value().chars().count());
        let cursor = self.input.cursor();
        let inserted: String = text
            .trim_matches(['\r', '\n'])
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(room)
            .collect();
        let mut value: String = self.value().chars().take(cursor).collect();
        value.push_str(&inserted);
        value.extend(self.value().chars().skip(cursor));
        self.input = Input::new(value).with_cursor(cursor + inserted.chars().count());
    }

    pub fn set(&mut self, text: &str) {
        *self = Self::limited(text, self.most);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Scope, Token, TokenKind};

    #[test]
    fn a_secret_is_not_looked_for() {
        let mut field = TextField::new(" Kiosk ");
        assert_eq!(field.sought(), "Kiosk");
        let token = Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32]);
        field.paste(token.expose());
        assert_eq!(field.sought(), "");
        field.set(
            &token
                .secret(Some((uuid::Uuid::nil(), "https://a.example")))
                .expose()[..40],
        );
        assert_eq!(field.sought(), "");
    }
}
