//! What is known of one key: the answer to the newest question about it, or why there is none.

use uuid::Uuid;

use crate::client::Error;

#[derive(Debug, Clone)]
pub struct Loadable<T> {
    key: Option<Uuid>,
    answer: Option<T>,
    error: Option<Error>,
    /// Of the newest question: what comes of older ones is ignored.
    number: u64,
}

impl<T> Default for Loadable<T> {
    fn default() -> Self {
        Self {
            key: None,
            answer: None,
            error: None,
            number: 0,
        }
    }
}

impl<T> Loadable<T> {
    /// What is known of this key, or why it can't be told; `None` while nothing is known.
    pub fn of(&self, key: Uuid) -> Option<Result<&T, &Error>> {
        if self.key != Some(key) {
            return None;
        }
        let answer = self.answer.as_ref().map(Ok);
        answer.or_else(|| self.error.as_ref().map(Err))
    }

    /// From now on it is about this key, and waits for the answer to the question of this number.
    pub fn turn_to(&mut self, key: Uuid, number: u64) {
        self.number = number;
        if self.key != Some(key) {
            self.key = Some(key);
            self.answer = None;
            self.error = None;
        }
    }

    /// Whether this is the question whose answer is wanted.
    pub fn awaits(&self, number: u64) -> bool {
        number == self.number
    }

    /// Takes an answer; what is known stays when it failed.
    pub fn loaded(&mut self, number: u64, result: Result<T, Error>) {
        if !self.awaits(number) {
            return;
        }
        match result {
            Ok(answer) => self.answer = Some(answer),
            Err(error) => self.error = Some(error),
        }
    }
}
