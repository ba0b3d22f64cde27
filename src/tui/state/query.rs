//! Which keys are asked for, and in which order.

use uuid::Uuid;

use super::moment::Moment;
use crate::api::{Key, KeyFilter, KeyList, Order, PersonRef, ProjectRef, Sort};
use crate::model::{FilterWords, KeyState, Scope, StateFilter};

/// Which of the keys that have ended are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedView {
    /// In the order in which they were revoked, which is their only one.
    Revoked,
    Expired,
}

impl EndedView {
    /// In which view a key is; `None`: among those that have not ended.
    pub fn of(key: &Key) -> Option<Self> {
        match key.state {
            KeyState::Revoked => Some(EndedView::Revoked),
            KeyState::Expired => Some(EndedView::Expired),
            KeyState::Active | KeyState::Disabled => None,
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            EndedView::Revoked => "Revoked keys",
            EndedView::Expired => "Expired keys",
        }
    }

    pub fn other(self) -> Self {
        match self {
            EndedView::Revoked => EndedView::Expired,
            EndedView::Expired => EndedView::Revoked,
        }
    }

    /// Those that ended last come first.
    pub(super) fn order(self) -> (Sort, Order) {
        match self {
            EndedView::Revoked => (Sort::default(), Order::Desc),
            EndedView::Expired => (Sort::ExpiresAt, Order::Desc),
        }
    }

    fn state(self) -> StateFilter {
        match self {
            EndedView::Revoked => StateFilter::Revoked,
            EndedView::Expired => StateFilter::Expired,
        }
    }
}

/// Where one was among the keys that have not ended, while others are shown.
#[derive(Debug)]
pub struct LeftView {
    pub query: Query,
    pub selected: Option<Uuid>,
}

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
    /// These keys, of all scopes, in place of those that have not ended. The scope is that of the latter, to which one
    /// goes back.
    pub ended: Option<EndedView>,
}

impl Query {
    /// At this time: days begin at midnight where the person is.
    pub fn filter(&self, moment: &Moment) -> KeyFilter {
        let filter = KeyFilter {
            scope: self.scope.filter(|_| self.ended.is_none()),
            project: self.project.as_ref().map(|project| project.id),
            creator: self.creator.as_ref().map(|creator| creator.id),
            ..KeyFilter::default()
        };
        let filter = filter.with_words(self.words.clone(), moment.now, &moment.zone);
        match self.ended {
            None => filter,
            Some(view) => KeyFilter {
                state: Some(view.state()),
                ..filter
            },
        }
    }

    /// The same of all scopes: how many there are of the others is shown, too.
    pub fn counted(&self, moment: &Moment) -> KeyFilter {
        KeyFilter {
            scope: None,
            ..self.filter(moment)
        }
    }

    /// All of it, from the start.
    pub fn list(&self, moment: &Moment) -> KeyList {
        KeyList {
            sort: self.sort,
            order: Some(self.order),
            ..KeyList::of(self.filter(moment))
        }
    }

    pub fn is_filtered(&self) -> bool {
        (self.scope.is_some() && self.ended.is_none()) || self.is_filtered_beside_scope()
    }

    /// Whether fewer keys than all are counted, of each scope and of those that have ended.
    pub fn is_filtered_beside_scope(&self) -> bool {
        self.counts_differ_from(&Query::default())
    }

    /// Whether other keys match than those of another query, whatever the scope of both and whether they have ended.
    pub fn counts_differ_from(&self, other: &Query) -> bool {
        self.project != other.project || self.creator != other.creator || self.words != other.words
    }

    /// All keys of the view, in the same order.
    pub fn clear(&mut self) {
        self.scope = self.scope.filter(|_| self.ended.is_some());
        self.project = None;
        self.creator = None;
        self.words = FilterWords::default();
    }
}
