//! The secrets of the demo's keys, which nobody else keeps: for those who present them while it runs.

use std::collections::HashMap;

use crate::model::Token;

/// The secrets of the keys that are used, the old one first where a key is being rotated.
#[derive(Debug, Default)]
pub struct Secrets(HashMap<String, Vec<Token>>);

impl Secrets {
    pub fn add(&mut self, key: &str, token: Token) {
        self.0.entry(key.to_owned()).or_default().push(token);
    }

    /// Only the newest is valid from now on.
    pub fn replace(&mut self, key: &str, token: Token) {
        self.0.insert(key.to_owned(), vec![token]);
    }

    /// All that are valid, the newest last.
    pub fn of(&self, key: &str) -> Option<&[Token]> {
        self.0.get(key).map(Vec::as_slice)
    }

    /// The newest secret of a key.
    pub fn newest(&self, key: &str) -> Option<&Token> {
        self.0.get(key)?.last()
    }
}
