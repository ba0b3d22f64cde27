//! Where one was before a jump to other keys: to those of a project or of a person. One goes back there as it was left, with its
//! filter, its sort and its selection.

use uuid::Uuid;

use super::query::{LeftView, Query};
use super::screen::Screen;

/// Nobody goes back further.
const MOST: usize = 50;

/// The table as it was left.
#[derive(Debug)]
pub struct LeftTable {
    pub query: Query,
    /// What stood in the filter.
    pub typed: String,
    pub selected: Option<Uuid>,
    /// Where one was before the keys that had ended were shown.
    pub before_ended: Option<LeftView>,
}

#[derive(Debug)]
pub enum LeftPlace {
    Keys(Box<LeftTable>),
    /// A list, which is as it was left.
    List(Screen),
}

/// The places, the last one last.
#[derive(Debug, Default)]
pub struct Trail(Vec<LeftPlace>);

impl Trail {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn leave(&mut self, place: LeftPlace) {
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(place);
    }

    pub(super) fn back(&mut self) -> Option<LeftPlace> {
        self.0.pop()
    }

    /// One goes elsewhere of one's own accord.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}
