//! How many keys match, by scope: also of the scopes that are not shown.

use super::Browse;
use crate::api::KeyCounts;
use crate::client::Error;
use crate::model::Scope;
use crate::tui::message::Effect;
use crate::tui::state::query::{EndedView, LeftView};

/// How many keys are in the list, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    pub keys: u64,
    /// There may be more where counting stopped.
    pub is_exact: bool,
}

impl Total {
    fn of(counts: &KeyCounts, scope: Option<Scope>) -> Option<Self> {
        match scope {
            // How many of very many are of one scope is not known.
            Some(_) if counts.capped => None,
            Some(scope) => Some(Self {
                keys: counts.of(scope),
                is_exact: true,
            }),
            None => Some(Self {
                keys: counts.total(),
                is_exact: !counts.capped,
            }),
        }
    }
}

impl Browse {
    /// The counts of what is asked for now; `None` while they are on their way.
    pub fn current_counts(&self) -> Option<&KeyCounts> {
        self.counts
            .as_ref()
            .filter(|_| self.counted_generation == self.counts_generation)
    }

    /// How many keys are in the list; `None` while that is not known.
    pub fn total(&self) -> Option<Total> {
        let scope = self.query.scope.filter(|_| self.query.ended.is_none());
        Total::of(self.current_counts()?, scope)
    }

    /// Of the keys that have not ended, how many match, of one scope or of all; the last that is known of it. While
    /// others are shown, they are not counted for another filter than the one that was there before.
    pub fn active(&self, scope: Option<Scope>) -> Option<Total> {
        let is_of_left = |left: &LeftView| !left.query.counts_differ_from(&self.query);
        let counts = match self.query.ended {
            None => self.counts.as_ref(),
            Some(_) => self
                .left_counts
                .as_ref()
                .filter(|_| self.left.as_ref().is_some_and(is_of_left)),
        };
        Total::of(counts?, scope)
    }

    /// Of the keys that have ended, how many match, where these are shown.
    pub fn ended(&self, view: EndedView) -> Option<Total> {
        let is_shown = self.query.ended == Some(view);
        Total::of(self.counts.as_ref().filter(|_| is_shown)?, None)
    }

    pub(super) fn count(&mut self, effects: &mut Vec<Effect>) {
        if std::mem::replace(&mut self.counting, true) {
            self.counts_are_old = true;
            return;
        }
        self.counts_are_old = false;
        effects.push(Effect::LoadCounts {
            generation: self.counts_generation,
            filter: self.query.counted(&self.moment),
        });
    }

    pub fn counted(&mut self, generation: u64, result: Result<KeyCounts, Error>, effects: &mut Vec<Effect>) {
        if generation != self.counts_generation {
            return;
        }
        self.counting = false;
        if let Ok(counts) = result {
            self.counts = Some(counts);
            self.counted_generation = generation;
        }
        if self.counts_are_old {
            self.count(effects);
        }
    }
}
