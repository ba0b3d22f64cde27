//! Which keys are asked for, and in which order.

use crate::api::{KeyFilter, Order, PersonRef, ProjectRef, Sort};
use crate::model::{FilterWords, Scope};

/// What the table shows and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    pub scope: Option<Scope>,
    /// Only keys of this project.
    pub project: Option<ProjectRef>,
    /// Only this person's keys.
    pub creator: Option<PersonRef>,
    /// What was typed, as far as it could be read.
    pub words: FilterWords,
    pub sort: Sort,
    pub order: Order,
}

impl Query {
    pub fn filter(&self) -> KeyFilter {
        let filter = KeyFilter {
            scope: self.scope,
            project: self.project.as_ref().map(|project| project.id),
            creator: self.creator.as_ref().map(|creator| creator.id),
            ..KeyFilter::default()
        };
        filter.with_words(self.words.clone())
    }

    pub fn is_filtered(&self) -> bool {
        self.scope.is_some()
            || self.project.is_some()
            || self.creator.is_some()
            || self.words != FilterWords::default()
    }

    /// All keys, in the same order.
    pub fn clear(&mut self) {
        self.scope = None;
        self.project = None;
        self.creator = None;
        self.words = FilterWords::default();
    }
}
