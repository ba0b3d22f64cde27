//! The keys of the layer that it was opened from, group by group, and those alone that are looked for.

mod view;

use crossterm::event::KeyEvent;

use crate::model::compared;
use crate::tui::keymap::{Action, Layer};
use crate::tui::state::dialog::{Context, Dialog};
use crate::tui::state::scroll::scrolled;
use crate::tui::state::text::TextField;

/// Lines beside those of the keys: headings and what the mouse does.
const OTHER_LINES: usize = 24;

#[derive(Debug)]
pub struct Help {
    pub of: Layer,
    /// What that is called.
    pub title: &'static str,
    /// What is said beside the keys.
    pub notes: Vec<String>,
    pub scroll: u16,
    /// At least as many lines as there are to scroll through.
    most: u16,
    /// What is looked for.
    pub text: TextField,
    /// Whether it is being typed.
    pub is_typing: bool,
}

impl Help {
    /// Of a layer with so many bindings and notes.
    pub fn new(of: Layer, title: &'static str, notes: Vec<String>, lines: usize) -> Self {
        Self {
            of,
            title,
            notes,
            scroll: 0,
            most: u16::try_from(lines + OTHER_LINES).unwrap_or(u16::MAX),
            text: TextField::default(),
            is_typing: false,
        }
    }

    /// Whether a line with these words is among what is looked for.
    pub fn finds(&self, words: &str) -> bool {
        let words = compared(words);
        let typed = compared(self.text.value());
        typed.split_whitespace().all(|word| words.contains(word))
    }

    fn forget(&mut self) {
        self.is_typing = false;
        self.text = TextField::default();
    }
}

impl Dialog for Help {
    fn layer(&self) -> Layer {
        Layer::Help
    }

    fn typed(&mut self, key: KeyEvent, _cx: &mut Context) -> bool {
        let is_taken = self.is_typing && self.text.handle(key);
        if is_taken {
            self.scroll = 0;
        }
        is_taken
    }

    fn pasted(&mut self, text: &str, cx: &mut Context) {
        if self.is_typing {
            cx.say_of_paste(self.text.paste(text));
            self.scroll = 0;
        }
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        match action {
            Action::Filter => self.is_typing = true,
            Action::Accept => self.is_typing = false,
            Action::Back if self.is_typing || !self.text.is_blank() => self.forget(),
            Action::Back => cx.close(),
            _ => {
                let scroll = scrolled(self.scroll, action, cx.page(), self.most);
                self.scroll = scroll.unwrap_or(self.scroll);
            }
        }
    }
}
