//! The layers over a screen, and how one goes: with what belongs to it, but never with a new secret,
//! which nobody could show again.

use super::{App, Modal};

impl App {
    /// Takes a layer away, and what lies over it, such as a question about leaving it.
    pub(super) fn take_away(&mut self, is_it: impl Fn(&Modal) -> bool) {
        if let Some(at) = self.over.iter().position(is_it) {
            self.over.drain(at..self.end_of(at));
        }
    }

    /// Takes away what lies over a layer, and puts `others` there.
    pub(super) fn cover(&mut self, is_it: impl Fn(&Modal) -> bool, others: Option<Modal>) {
        if let Some(at) = self.over.iter().position(is_it) {
            let covering = at + 1..self.end_of(at);
            self.over.splice(covering, others);
        }
    }

    /// Behind the last layer that belongs to this one: a secret that came meanwhile does not, nor what
    /// lies over that.
    fn end_of(&self, at: usize) -> usize {
        let is_secret = |over: &Modal| matches!(over, Modal::NewSecret(_));
        let above = self.over.iter().skip(at + 1);
        at + 1 + above.take_while(|over| !is_secret(over)).count()
    }
}
