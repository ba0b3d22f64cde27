//! A line of text that is typed or pasted without being shown: `Debug` says nothing of it, and the memory
//! is wiped when it goes, which `tui_input` can't do.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use zeroize::Zeroizing;

use crate::model::Secret;
use crate::model::session_server::MAX_PRIVATE_KEY;

/// One more than may be typed, so that what is too long is refused and never cut.
const MAX_CHARS: usize = MAX_PRIVATE_KEY + 1;

/// There is no cursor to move: what can't be seen can only be continued, shortened and begun again.
pub struct HiddenField(Zeroizing<String>);

impl Default for HiddenField {
    fn default() -> Self {
        // Room for all of it: text that grows out of its memory would leave a copy behind.
        Self(Zeroizing::new(String::with_capacity(4 * MAX_CHARS)))
    }
}

impl HiddenField {
    /// What was typed, without the spaces around it.
    pub fn secret(&self) -> Option<Secret> {
        let typed = self.0.trim();
        (!typed.is_empty()).then(|| Secret::new(typed))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many characters there are.
    pub fn length(&self) -> usize {
        self.0.chars().count()
    }

    /// Takes a key that edits text; `false` when it means something else.
    pub fn handle(&mut self, key: KeyEvent) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            // Words that can't be seen are not taken one by one.
            KeyCode::Char('u' | 'w') if control => self.0.clear(),
            KeyCode::Backspace if control || alt => self.0.clear(),
            KeyCode::Char('h') if control => drop(self.0.pop()),
            KeyCode::Backspace => drop(self.0.pop()),
            // They move the cursor, or delete after it, where there is one.
            KeyCode::Char('a' | 'b' | 'e' | 'f' | 'k' | '_' | '/' | '7') if control => {}
            KeyCode::Char('b' | 'd' | 'f' | '/') if alt => {}
            KeyCode::Char(c) if !control && !alt => self.paste(c.encode_utf8(&mut [0; 4])),
            KeyCode::Left | KeyCode::Right | KeyCode::Home | KeyCode::End | KeyCode::Delete => {}
            _ => return false,
        }
        true
    }

    /// Continues with pasted text; line breaks around it don't belong to it.
    pub fn paste(&mut self, text: &str) {
        let room = MAX_CHARS - self.length();
        self.0.extend(text.trim_matches(['\r', '\n']).chars().take(room));
    }
}

impl fmt::Debug for HiddenField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HiddenField(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_at_its_end_never_shows_and_never_moves_in_memory() {
        let mut field = HiddenField::default();
        let at = field.0.as_ptr();
        for c in "s3cret!".chars() {
            assert!(field.handle(KeyEvent::from(KeyCode::Char(c))));
        }
        assert!(
            field.handle(KeyEvent::from(KeyCode::Backspace)) && !field.handle(KeyEvent::from(KeyCode::Tab))
        );
        field.paste("-pasted\n");
        assert_eq!(field.secret().as_ref().map(Secret::expose), Some("s3cret-pasted"));
        assert!(!format!("{field:?}").contains("s3cret"));
        field.paste(&"🔑".repeat(9_000));
        assert_eq!((field.length(), field.0.as_ptr()), (MAX_CHARS, at));
        field.handle(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert!(field.is_empty() && field.secret().is_none());
    }
}
