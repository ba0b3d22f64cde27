//! A list that grows as one scrolls down: projects, people, the activity log. The selection belongs
//! to an item, not to a line.

use uuid::Uuid;

use crate::client::Error;
use crate::model::compared;
use crate::tui::keymap::Action;

/// Rows from the end at which more are asked for.
const AHEAD: usize = 30;

/// What tells an item from all others.
pub trait Listed {
    type Id: PartialEq;

    fn id(&self) -> Self::Id;

    /// Tells it from another one that looks the same, where that matters.
    fn told_apart_by(&self) -> Option<Uuid> {
        None
    }
}

/// Which stretch of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetch {
    /// From the start, in place of what is there.
    Start,
    /// Behind what is there.
    More,
    /// The start again, where something may have changed; what was loaded further down stays.
    Refresh,
}

/// What follows from an answer.
#[derive(Debug)]
pub struct Loaded {
    /// Why there are only old rows; without any, the list itself says it.
    pub failed: Option<Error>,
    pub next: Fetch,
}

#[derive(Debug)]
pub struct List<T: Listed> {
    items: Vec<T>,
    selected: usize,
    /// What was just added, and is selected as soon as it is loaded, however far down it is.
    wanted: Option<T::Id>,
    /// The first item on the screen.
    top: usize,
    /// Lines of the screen.
    height: usize,
    /// Numbers the questions; answers to older ones are ignored.
    generation: u64,
    waiting: bool,
    /// The items answer an older question than the last one that asked for others in their place.
    outdated: bool,
    /// Something changed while an answer was on its way: ask again when it is there.
    old: bool,
    /// The server has no more.
    complete: bool,
    error: Option<Error>,
}

impl<T: Listed> Default for List<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            selected: 0,
            wanted: None,
            top: 0,
            height: 1,
            generation: 0,
            waiting: false,
            outdated: false,
            old: false,
            complete: false,
            error: None,
        }
    }
}

impl<T: Listed> List<T> {
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// How many there are, when all have been loaded.
    pub fn total(&self) -> Option<usize> {
        self.complete.then_some(self.items.len())
    }

    pub fn items(&self) -> &[T] {
        &self.items
    }

    pub fn is_waiting(&self) -> bool {
        self.waiting
    }

    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Whether the items that were asked for are on their way, and those that are here are others.
    pub fn is_coming(&self) -> bool {
        self.waiting && (self.outdated || self.items.is_empty() || self.wanted.is_some())
    }

    /// Why the items are others than those that were asked for, which will not come by themselves.
    pub fn why_old(&self) -> Option<&Error> {
        let is_old = self.outdated && !self.waiting && !self.items.is_empty();
        self.error.as_ref().filter(|_| is_old)
    }

    pub fn selected(&self) -> Option<&T> {
        self.items.get(self.selected)
    }

    pub fn last(&self) -> Option<&T> {
        self.items.last()
    }

    /// The items on the screen, and which is the selected one.
    pub fn visible(&self) -> impl Iterator<Item = (bool, &T)> {
        let rows = self.items.iter().enumerate().skip(self.top).take(self.height);
        rows.map(|(index, item)| (index == self.selected, item))
    }

    /// How many items stand above those on the screen.
    pub fn above(&self) -> usize {
        self.top
    }

    pub fn set_height(&mut self, height: usize) {
        self.height = height.max(1);
        self.follow();
    }

    /// The number of a new question, after which all answers to older ones are ignored.
    pub fn ask(&mut self) -> u64 {
        self.generation += 1;
        self.waiting = true;
        self.old = false;
        self.error = None;
        self.generation
    }

    /// Begins to ask, where there is something to ask for: the number of the question, and what it asks.
    /// A refresh while an answer is on its way is put when that is there: bursts become one question.
    pub fn begin(&mut self, fetch: Fetch) -> Option<(u64, Fetch)> {
        let fetch = match fetch {
            Fetch::Start => Fetch::Start,
            Fetch::More if self.wants_more() => Fetch::More,
            Fetch::More => return None,
            Fetch::Refresh if self.waiting => {
                self.old = true;
                return None;
            }
            // After a failure the rows may answer an older question.
            Fetch::Refresh if self.error.is_some() => Fetch::Start,
            Fetch::Refresh => Fetch::Refresh,
        };
        self.outdated |= fetch == Fetch::Start;
        Some((self.ask(), fetch))
    }

    /// What to ask after an answer.
    fn next(&self) -> Fetch {
        match self.old && !self.waiting {
            true => Fetch::Refresh,
            false => Fetch::More,
        }
    }

    fn wants_more(&self) -> bool {
        !self.waiting
            && !self.complete
            && self.error.is_none()
            && (self.wanted.is_some() || self.is_near_end())
    }

    fn is_near_end(&self) -> bool {
        self.selected.max(self.top + self.height) + AHEAD >= self.items.len()
    }

    /// Takes an answer; `complete` when the server has no more. What is there stays when it failed. `None`
    /// when the answer is ignored.
    pub fn loaded(
        &mut self,
        generation: u64,
        fetch: Fetch,
        result: Result<(Vec<T>, bool), Error>,
    ) -> Option<Loaded> {
        if generation != self.generation {
            return None;
        }
        self.waiting = false;
        let mut failed = None;
        match result {
            Err(error) => {
                failed = (!self.is_empty()).then(|| error.clone());
                self.error = Some(error);
            }
            Ok((items, complete)) => {
                self.outdated &= fetch == Fetch::More;
                let selected = self.selected().map(Listed::id);
                let line = self.selected.saturating_sub(self.top);
                self.complete = match fetch {
                    Fetch::Start => {
                        self.items = items;
                        complete
                    }
                    Fetch::More => {
                        self.items.extend(items);
                        complete
                    }
                    Fetch::Refresh => self.refresh(items, complete),
                };
                let found = self.items.iter().position(|item| Some(item.id()) == selected);
                // Who has scrolled down goes on seeing the same rows.
                if let Some(index) = found.filter(|_| fetch == Fetch::Refresh && self.top > 0) {
                    self.top = index.saturating_sub(line);
                }
                self.select(found.unwrap_or(self.selected));
                self.look_for_wanted();
            }
        }
        let next = self.next();
        Some(Loaded { failed, next })
    }

    /// The item of this id is selected as soon as it is loaded.
    pub fn want(&mut self, id: T::Id) {
        self.wanted = Some(id);
    }

    fn look_for_wanted(&mut self) {
        // An answer that is already old may lack what the next one has.
        let may_come = self.old || !self.complete;
        if let Some(id) = self.wanted.take()
            && !self.select_id(&id)
            && may_come
        {
            self.wanted = Some(id);
        }
    }

    /// Puts the new start before what was loaded after it; whether that is all there is.
    fn refresh(&mut self, start: Vec<T>, complete: bool) -> bool {
        let is_in = |items: &[T], item: &T| items.iter().position(|other| other.id() == item.id());
        let joint = start.iter().rev().find_map(|item| is_in(&self.items, item));
        let mut rest = match joint {
            Some(joint) if !complete => self.items.split_off(joint + 1),
            _ => Vec::new(),
        };
        rest.retain(|item| is_in(&start, item).is_none());
        let was_complete = self.complete && !rest.is_empty();
        self.items = start;
        self.items.extend(rest);
        complete || was_complete
    }

    /// Forgets everything, also answers that are on their way.
    pub fn clear(&mut self) {
        let (generation, height) = (self.generation, self.height);
        *self = Self {
            generation: generation + 1,
            height,
            ..Self::default()
        };
    }

    /// Puts a new state of an item in the place of the old one.
    pub fn replace(&mut self, item: T) {
        if let Some(old) = self.items.iter_mut().find(|old| old.id() == item.id()) {
            *old = item;
        }
    }

    pub fn find(&self, id: &T::Id) -> Option<&T> {
        self.items.iter().find(|item| item.id() == *id)
    }

    pub fn remove(&mut self, id: &T::Id) {
        self.items.retain(|item| item.id() != *id);
        self.select(self.selected);
    }

    /// `false` when it is not among what was loaded.
    pub fn select_id(&mut self, id: &T::Id) -> bool {
        let found = self.items.iter().position(|item| item.id() == *id);
        if let Some(index) = found {
            self.select(index);
        }
        found.is_some()
    }

    pub fn select_line(&mut self, line: usize) {
        if self.top + line < self.items.len() {
            self.select(self.top + line);
        }
    }

    /// Moves the selection; `false` when the action doesn't move it.
    pub fn moves(&mut self, action: Action) -> bool {
        let page = self.height as isize;
        let to = match action {
            Action::Up => self.selected.saturating_sub(1),
            Action::Down => self.selected + 1,
            Action::PageUp => self.selected.saturating_add_signed(-page),
            Action::PageDown => self.selected.saturating_add_signed(page),
            Action::Top => 0,
            Action::Bottom => usize::MAX,
            _ => return false,
        };
        self.wanted = None;
        self.select(to);
        true
    }

    /// Scrolls, taking the selection along.
    pub fn scroll_by(&mut self, lines: isize) {
        let last_top = self.items.len().saturating_sub(self.height);
        self.top = self.top.saturating_add_signed(lines).min(last_top);
        let bottom = self.top + self.height - 1;
        self.select(self.selected.clamp(self.top, bottom));
    }

    fn select(&mut self, index: usize) {
        self.selected = index.min(self.items.len().saturating_sub(1));
        self.follow();
    }

    /// Scrolls as little as shows the selection, and no line below the last item.
    fn follow(&mut self) {
        let least = (self.selected + 1).saturating_sub(self.height);
        let most = self.items.len().saturating_sub(self.height);
        self.top = self.top.clamp(least, self.selected).min(most);
    }
}

/// Whether a filter by a part of the name leaves this one out.
pub fn hides(filter: &str, name: &str) -> bool {
    !compared(name).contains(&compared(filter))
}

#[cfg(test)]
mod tests;
