//! A list that grows as one scrolls down: projects, people, the activity log. The selection belongs
//! to an item, not to a line.

use crate::client::Error;
use crate::tui::keymap::Action;

/// Rows from the end at which more are asked for.
const AHEAD: usize = 30;

/// What tells an item from all others.
pub trait Listed {
    type Id: PartialEq;

    fn id(&self) -> Self::Id;
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

#[derive(Debug)]
pub struct List<T: Listed> {
    items: Vec<T>,
    selected: usize,
    /// What was just added, and is selected as soon as it is loaded, however far down it stands.
    wanted: Option<T::Id>,
    /// The first item on the screen.
    top: usize,
    /// Lines of the screen.
    height: usize,
    /// Numbers the questions; answers to older ones are void.
    generation: u64,
    waiting: bool,
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

    pub fn set_height(&mut self, height: usize) {
        self.height = height.max(1);
        self.follow();
    }

    /// The number of a new question, after which all answers to older ones are void.
    pub fn ask(&mut self) -> u64 {
        self.generation += 1;
        self.waiting = true;
        self.old = false;
        self.error = None;
        self.generation
    }

    /// Asks for the start again, with what was loaded further down staying. `None` while another
    /// answer is on its way, after which [`List::is_old`] tells it: bursts become one question.
    pub fn ask_again(&mut self) -> Option<(u64, Fetch)> {
        if self.waiting {
            self.old = true;
            return None;
        }
        // After a failure the rows may answer an older question.
        let fetch = match self.error {
            Some(_) => Fetch::Start,
            None => Fetch::Refresh,
        };
        Some((self.ask(), fetch))
    }

    /// Whether to ask again now.
    pub fn is_old(&self) -> bool {
        self.old && !self.waiting
    }

    /// Whether to ask for more now.
    pub fn wants_more(&self) -> bool {
        !self.waiting
            && !self.complete
            && self.error.is_none()
            && (self.wanted.is_some() || self.is_near_end())
    }

    fn is_near_end(&self) -> bool {
        self.selected.max(self.top + self.height) + AHEAD >= self.items.len()
    }

    /// Takes an answer; `complete` when the server has no more. What is there stays when it failed.
    pub fn loaded(&mut self, generation: u64, fetch: Fetch, result: Result<(Vec<T>, bool), Error>) {
        if generation != self.generation {
            return;
        }
        self.waiting = false;
        match result {
            Err(error) => self.error = Some(error),
            Ok((items, complete)) => {
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

    /// Puts the new start in front of what was loaded behind it; whether that is all there is.
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

    /// Moves the selection; `false` when the action is none that moves.
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

#[cfg(test)]
mod tests {
    use super::*;

    impl Listed for u32 {
        type Id = u32;

        fn id(&self) -> u32 {
            *self
        }
    }

    fn of(items: std::ops::Range<u32>) -> List<u32> {
        let mut list = List::default();
        list.set_height(3);
        let question = list.ask();
        list.loaded(question, Fetch::Start, Ok((items.collect(), false)));
        list
    }

    fn visible(list: &List<u32>) -> Vec<u32> {
        list.visible().map(|(_, item)| *item).collect()
    }

    #[test]
    fn the_selection_stays_on_its_item_and_on_the_screen() {
        let mut list = of(0..10);
        assert!(list.moves(Action::PageDown) && list.moves(Action::Down));
        assert_eq!((list.selected(), visible(&list)), (Some(&4), vec![2, 3, 4]));
        let question = list.ask();
        list.loaded(question, Fetch::Start, Ok((vec![7, 8, 4, 9], true)));
        assert_eq!((list.selected(), list.total()), (Some(&4), Some(4)));
        list.moves(Action::Bottom);
        assert_eq!((list.selected(), visible(&list)), (Some(&9), vec![8, 4, 9]));
        list.scroll_by(-9);
        assert_eq!((list.selected(), visible(&list)), (Some(&4), vec![7, 8, 4]));
    }

    #[test]
    fn late_answers_are_void_and_failed_ones_keep_what_is_there() {
        let mut list = of(0..2);
        let late = list.ask();
        let question = list.ask();
        list.loaded(late, Fetch::Start, Ok((vec![9], true)));
        assert!(list.is_waiting());
        list.loaded(question, Fetch::More, Err(Error::SignIn));
        assert_eq!((visible(&list), list.wants_more()), (vec![0, 1], false));
        let question = list.ask();
        list.loaded(question, Fetch::More, Ok((vec![2], false)));
        assert_eq!(visible(&list), [0, 1, 2]);
        assert!(list.wants_more());
    }

    #[test]
    fn a_refresh_keeps_what_was_loaded_further_down_and_what_is_seen() {
        let mut list = of(0..6);
        let question = list.ask();
        list.loaded(question, Fetch::More, Ok(((6..10).collect(), true)));
        list.moves(Action::PageDown);
        list.moves(Action::PageDown);
        let seen = visible(&list);
        let (question, fetch) = list.ask_again().expect("nothing is on its way");
        assert_eq!((list.ask_again(), list.is_old()), (None, false));
        list.loaded(question, fetch, Ok((vec![98, 99, 0, 2, 3, 4], false)));
        assert_eq!((visible(&list), list.selected()), (seen, Some(&6)));
        assert_eq!(list.items(), [98, 99, 0, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!((list.total(), list.is_old()), (Some(11), true));
    }

    #[test]
    fn a_refresh_shows_what_is_new_to_who_is_at_the_start() {
        let mut list = of(1..4);
        let (question, fetch) = list.ask_again().expect("nothing is on its way");
        list.loaded(question, fetch, Ok((vec![0, 1, 2], false)));
        assert_eq!((visible(&list), list.selected()), (vec![0, 1, 2], Some(&1)));
        let (question, fetch) = list.ask_again().expect("nothing is on its way");
        list.loaded(question, fetch, Ok((vec![7, 8], false)));
        assert_eq!(list.items(), [7, 8], "nothing joins the two");
    }

    #[test]
    fn what_is_wanted_is_selected_wherever_it_turns_up() {
        let mut list = of(0..100);
        list.want(150);
        assert!(list.wants_more());
        let question = list.ask();
        list.loaded(question, Fetch::More, Ok(((100..200).collect(), false)));
        assert_eq!(list.selected(), Some(&150));
        list.want(999);
        let question = list.ask();
        list.loaded(question, Fetch::More, Ok((vec![200], true)));
        assert_eq!((list.selected(), list.wants_more()), (Some(&150), false));
    }

    #[test]
    fn an_empty_list_has_nothing_to_move() {
        let mut list: List<u32> = List::default();
        list.scroll_by(3);
        assert!(list.moves(Action::Bottom) && list.selected().is_none());
        assert!(!list.moves(Action::Accept));
    }
}
