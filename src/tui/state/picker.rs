//! A line of text and what it finds, of which one is selected: projects, people, commands.

use crossterm::event::KeyEvent;

use super::notice::sentence;
use super::text::TextField;
use crate::client::Error;

#[derive(Debug)]
pub struct Picker<T> {
    pub text: TextField,
    items: Vec<T>,
    selected: usize,
    /// The newest search that is not answered; answers to older ones are ignored.
    searching: Option<u64>,
    /// Why nothing is found.
    pub error: Option<String>,
}

/// What a key was to the line of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typing {
    /// It means something else.
    Other,
    Unchanged,
    Changed,
}

impl<T> Picker<T> {
    pub fn new(text: TextField, items: Vec<T>) -> Self {
        Self {
            text,
            items,
            selected: 0,
            searching: None,
            error: None,
        }
    }

    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// Which of the items is selected.
    pub fn index(&self) -> usize {
        self.selected
    }

    pub fn selected(&self) -> Option<&T> {
        self.items.get(self.selected)
    }

    pub fn select(&mut self, index: usize) {
        self.selected = index;
    }

    pub fn is_searching(&self) -> bool {
        self.searching.is_some()
    }

    pub fn typed(&mut self, key: KeyEvent) -> Typing {
        let before = self.text.value().to_owned();
        match self.text.handle(key) {
            false => Typing::Other,
            true if self.text.value() == before => Typing::Unchanged,
            true => Typing::Changed,
        }
    }

    /// What is found now, in place of what was.
    pub fn offer(&mut self, items: Vec<T>) {
        self.items = items;
        self.selected = 0;
    }

    /// The server is asked, by the question of this number; what was found stays until it answers.
    pub fn search(&mut self, number: u64) {
        self.searching = Some(number);
        self.selected = 0;
        self.error = None;
    }

    /// Nothing is found, for a reason that is known without asking.
    pub fn refuse(&mut self, why: String) {
        self.searching = None;
        self.items.clear();
        self.error = Some(why);
    }

    /// Whether this is the answer that is waited for, which it is no longer.
    pub fn takes(&mut self, number: u64) -> bool {
        self.searching.take_if(|searching| *searching == number).is_some()
    }

    /// Takes the answer to the newest search; `false` when it is to another one.
    pub fn found(&mut self, number: u64, result: Result<Vec<T>, Error>) -> bool {
        let is_it = self.takes(number);
        match result {
            _ if !is_it => {}
            Ok(items) => self.offer(items),
            Err(error) => self.refuse(sentence(&error)),
        }
        is_it
    }

    /// Moves among so many lines, and stops at their ends.
    pub fn move_among(&mut self, step: isize, lines: usize) {
        let last = lines.saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(step).min(last);
    }

    pub fn move_by(&mut self, step: isize) {
        self.move_among(step, self.items.len());
    }
}
