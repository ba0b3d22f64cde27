//! Finding keys: what is asked for, the rows that came, and what is still on its way.

mod counting;
mod ended;
mod trail;
mod unread;

pub use self::counting::Total;
pub use self::unread::UnreadFilter;

use uuid::Uuid;

use super::moment::Moment;
use super::query::{LeftView, Query};
use super::rows::{Rows, Select};
use crate::api::{KeyCounts, KeyExtra, KeyList, KeyPage, MAX_LIMIT};
use crate::client::Error;
use crate::model::FilterWords;
use crate::tui::message::{Effect, Load};

/// What the body of the screen has to show.
#[derive(Debug)]
pub enum Body<'a> {
    Loading,
    Failed(&'a Error),
    /// The organisation (or the user) has no keys.
    Empty,
    NoMatch,
    Rows,
}

#[derive(Debug, Default)]
pub struct Browse {
    /// The filter's text; the query has what could be read of it.
    pub typed: String,
    pub query: Query,
    pub rows: Rows,
    /// What the rows answer; another query may have failed since.
    rows_are_of: Query,
    pub counts: Option<KeyCounts>,
    /// The counts of the keys that have not ended, while others are shown.
    left_counts: Option<KeyCounts>,
    /// Why there are no rows; rows that are there stay and are marked as old by the connection.
    failure: Option<Error>,
    /// The current question for rows and for counts; answers to earlier ones are dropped.
    generation: u64,
    counts_generation: u64,
    /// The question that `counts` answers.
    counted_generation: u64,
    replacing: Option<Load>,
    /// The rows are not those that were asked for last.
    outdated: bool,
    /// The cursors of the pages that are on their way.
    after: Option<String>,
    before: Option<String>,
    counting: bool,
    /// Something changed while an answer was on its way: ask again when it is there.
    rows_are_old: bool,
    counts_are_old: bool,
    /// Where one was before the keys that have ended were shown.
    left: Option<LeftView>,
    /// A refreshed page in which the selected key is missing, while it is looked for elsewhere.
    held: Option<KeyPage>,
    /// When it is asked.
    pub(super) moment: Moment,
}

impl Browse {
    pub fn body(&self) -> Body<'_> {
        if !self.rows.is_empty() {
            return Body::Rows;
        }
        match &self.failure {
            Some(error) => Body::Failed(error),
            None if self.replacing.is_some() => Body::Loading,
            None if self.query.is_filtered() => Body::NoMatch,
            None => Body::Empty,
        }
    }

    /// All keys of which some are in the rows, from the first to the last.
    pub fn shown_list(&self) -> KeyList {
        self.rows_are_of.list(&self.moment)
    }

    pub fn selected_id(&self) -> Option<Uuid> {
        self.rows.selected().map(|row| row.key.id)
    }

    /// Whether new rows are on their way for what was just asked.
    pub fn is_replacing(&self) -> bool {
        self.replacing.is_some_and(|load| load != Load::Refresh)
    }

    /// Whether the rows that were asked for are on their way, and those that are here are others.
    pub fn is_coming(&self) -> bool {
        self.outdated && self.replacing.is_some()
    }

    /// Why the rows are others than those that were asked for, which will not come by themselves.
    pub fn why_old(&self) -> Option<&Error> {
        let is_old = self.outdated && self.replacing.is_none();
        self.failure.as_ref().filter(|_| is_old && !self.rows.is_empty())
    }

    /// Whether the selection moves on when the rows that are on their way are here.
    pub fn owes_a_move(&self) -> bool {
        let more_are_coming = self.after.is_some() || self.before.is_some() || self.replacing.is_some();
        self.rows.owes_a_move() && more_are_coming
    }

    /// Why the filter's text can't be read, or not yet; the rows are still those of before.
    pub fn unread(&self) -> Option<UnreadFilter> {
        self.read().err()
    }

    /// What the rows belong to: the filter's text, or the text that was asked for last.
    pub fn asked_text(&self) -> &str {
        match self.unread() {
            None => self.typed.trim(),
            Some(_) => self.query.words.text.as_deref().unwrap_or_default(),
        }
    }

    /// The text that the rows which are here were found by.
    pub fn text_of_rows(&self) -> Option<&str> {
        self.rows_are_of.words.text.as_deref()
    }

    /// Nobody is typing any more: what can't be read goes.
    pub fn drop_unread(&mut self) {
        if self.unread().is_some() {
            self.typed.clear();
            self.query.words = FilterWords::default();
        }
    }

    /// Other words stand in the filter: asks, as soon as they can be read and say something else.
    pub fn refilter(&mut self, effects: &mut Vec<Effect>) {
        match self.read() {
            Ok(words) if words != self.query.words => {
                self.query.words = words;
                self.requery(effects);
            }
            _ => {}
        }
    }

    /// All keys of the view, in the same order; nothing is asked yet.
    pub fn clear_filter(&mut self) {
        self.typed.clear();
        self.query.clear();
    }

    /// All keys that have not ended, and this one selected among them.
    pub fn show_among_all(&mut self, id: Uuid, effects: &mut Vec<Effect>) {
        self.turn_back();
        self.clear_filter();
        self.ask_for_both(Load::Around(id), effects);
    }

    /// The query has changed: ask for its first page and its counts.
    pub fn requery(&mut self, effects: &mut Vec<Effect>) {
        self.ask_for_both(Load::Start, effects);
    }

    fn ask_for_both(&mut self, load: Load, effects: &mut Vec<Effect>) {
        self.counts_generation += 1;
        self.counting = false;
        self.load(load, effects);
        self.count(effects);
    }

    /// Asks for other rows; what was asked before is no longer wanted.
    pub fn load(&mut self, load: Load, effects: &mut Vec<Effect>) {
        self.generation += 1;
        self.after = None;
        self.before = None;
        self.held = None;
        self.rows.forget_owed();
        self.rows_are_old = false;
        self.outdated = true;
        self.replacing = Some(load);
        effects.push(self.request(load));
    }

    /// Asks again for the rows that are there, and for the counts. Bursts become one question.
    pub fn refresh(&mut self, effects: &mut Vec<Effect>) {
        self.count(effects);
        if self.replacing.is_some() {
            self.rows_are_old = true;
        } else if self.rows_are_of != self.query {
            self.load(Load::Start, effects);
        } else {
            self.replacing = Some(Load::Refresh);
            effects.push(self.request(Load::Refresh));
        }
    }

    /// Loads ahead of the scroll.
    pub fn load_ahead(&mut self, effects: &mut Vec<Effect>) {
        if self.replacing.is_some() || self.rows_are_of != self.query {
            return;
        }
        if self.after.is_none() && self.rows.wants_after() {
            self.after = self.rows.last_cursor().map(str::to_owned);
            effects.push(self.request(Load::After));
        }
        if self.before.is_none() && self.rows.wants_before() {
            self.before = self.rows.first_cursor().map(str::to_owned);
            effects.push(self.request(Load::Before));
        }
    }

    fn request(&self, load: Load) -> Effect {
        let rows = u32::try_from(4 * self.rows.height()).unwrap_or(MAX_LIMIT);
        let mut list = KeyList {
            limit: Some(rows.clamp(100, MAX_LIMIT)),
            with: Some(KeyExtra::Week),
            ..self.query.list(&self.moment)
        };
        match load {
            Load::Start => {}
            Load::End => list.from = Some(crate::api::PageFrom::End),
            Load::After => list.after = self.after.clone(),
            Load::Before => list.before = self.before.clone(),
            Load::Refresh => list.at = self.rows.refresh_cursor().map(str::to_owned),
            Load::Around(id) => list.around = Some(id),
        }
        Effect::LoadPage {
            generation: self.generation,
            load,
            list,
        }
    }

    /// A page has come. What it answers decides how it joins the rows.
    pub fn loaded(
        &mut self,
        generation: u64,
        load: Load,
        result: Result<KeyPage, Error>,
        effects: &mut Vec<Effect>,
    ) {
        if generation != self.generation {
            return;
        }
        match load {
            Load::After => {
                let is_next = self.after.take().as_deref() == self.rows.last_cursor();
                self.joined(result, is_next, Rows::append, effects);
            }
            Load::Before => {
                let is_previous = self.before.take().as_deref() == self.rows.first_cursor();
                self.joined(result, is_previous, Rows::prepend, effects);
            }
            _ => self.replaced(load, result, effects),
        }
    }

    /// More rows for one side. After a failure nothing is asked by itself: the next move asks again.
    fn joined(
        &mut self,
        result: Result<KeyPage, Error>,
        fits: bool,
        join: fn(&mut Rows, KeyPage),
        effects: &mut Vec<Effect>,
    ) {
        let Ok(page) = result else {
            return self.rows.forget_owed();
        };
        if fits {
            join(&mut self.rows, page);
        }
        self.load_ahead(effects);
    }

    fn replaced(&mut self, load: Load, result: Result<KeyPage, Error>, effects: &mut Vec<Effect>) {
        self.replacing = None;
        match (load, result) {
            (Load::Refresh, Ok(page)) => {
                if page.items.is_empty() && self.rows.refresh_cursor().is_some() {
                    // Everything from here on was revoked; what is left comes before it.
                    return self.load(Load::End, effects);
                }
                if !self.refreshed(page, effects) {
                    return;
                }
            }
            (_, Ok(page)) => match self.held.take() {
                Some(held) if !self.looked_for_selected(load) => {
                    if !self.refreshed(held, effects) {
                        return;
                    }
                }
                _ => self.take(page, load),
            },
            (Load::Around(_), Err(error)) => match self.held.take() {
                // It is not there any more.
                Some(held) if error.is_gone() && self.looked_for_selected(load) => {
                    self.take(held, Load::Refresh);
                }
                Some(held) if error.is_gone() => {
                    if !self.refreshed(held, effects) {
                        return;
                    }
                }
                // Nobody knows where it is: the rows stay as they are.
                Some(_) => self.failure = Some(error),
                None => return self.refresh(effects),
            },
            (_, Err(error)) => {
                self.failure = Some(error);
                self.outdated = self.rows_are_of != self.query;
            }
        }
        if std::mem::take(&mut self.rows_are_old) {
            self.refresh(effects);
        }
        self.load_ahead(effects);
    }

    /// Takes the rows again; `false` when the selected key is not among them, and is looked for first.
    fn refreshed(&mut self, page: KeyPage, effects: &mut Vec<Effect>) -> bool {
        let search = self.look_for_selected(&page);
        let takes_them = search.is_none();
        match takes_them {
            true => self.take(page, Load::Refresh),
            false => self.held = Some(page),
        }
        effects.extend(search);
        takes_them
    }

    /// Whether what was looked for is selected still: the selection may have moved on.
    fn looked_for_selected(&self, load: Load) -> bool {
        self.selected_id().is_some_and(|id| load == Load::Around(id))
    }

    /// When the selected key is not where it was, it may have moved in the order.
    fn look_for_selected(&mut self, page: &KeyPage) -> Option<Effect> {
        let id = self.selected_id()?;
        if page.items.iter().any(|row| row.key.id == id) {
            return None;
        }
        let load = Load::Around(id);
        self.replacing = Some(load);
        Some(self.request(load))
    }

    fn take(&mut self, page: KeyPage, load: Load) {
        // Pages that are on their way belong to the rows that go now.
        self.generation += 1;
        self.failure = None;
        self.outdated = false;
        self.held = None;
        self.after = None;
        self.before = None;
        self.rows_are_of = self.query.clone();
        let at_start = page.previous.is_none();
        let before = at_start.then_some(0).or_else(|| self.known_before(&page, load));
        let select = match load {
            Load::End => Select::Last,
            Load::Around(id) => Select::Key(id),
            Load::Refresh => self.selected_id().map_or(Select::SamePlace, Select::Key),
            _ => Select::First,
        };
        self.rows.replace(page, select, before);
    }

    /// From the end, the number of a row follows from the count.
    fn known_before(&self, page: &KeyPage, load: Load) -> Option<u64> {
        let total = self.total().filter(|total| total.is_exact)?;
        (load == Load::End).then(|| total.keys.saturating_sub(page.items.len() as u64))
    }
}
