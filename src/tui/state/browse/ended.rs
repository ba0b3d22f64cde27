//! Going to the keys that have ended, and back to the others.

use uuid::Uuid;

use super::Browse;
use super::unread::UnreadFilter;
use crate::model::{FilterWords, StateFilter};
use crate::tui::message::{Effect, Load};
use crate::tui::state::query::{EndedView, LeftView};

const REVOKED: &str = "{show-ended} shows the keys that were revoked.";
const EXPIRED: &str = "{show-ended} shows the keys that have expired.";
const ACTIVE: &str = "has not ended; {scope-all} goes back to those.";

impl Browse {
    /// Which keys that have ended the rows are of, those that are here: what was asked for may be others.
    pub fn rows_ended(&self) -> Option<EndedView> {
        match self.rows.is_empty() {
            true => self.query.ended,
            false => self.rows_are_of.ended,
        }
    }

    /// The keys that have ended, of what the filter says: the revoked ones first, then the expired ones, and so on.
    pub fn show_ended(&mut self, effects: &mut Vec<Effect>) {
        let view = self.query.ended.map_or(EndedView::Revoked, EndedView::other);
        self.turn_to(view);
        self.requery(effects);
    }

    /// All keys of this view, and this one selected among them.
    pub fn show_among_ended(&mut self, view: EndedView, id: Uuid, effects: &mut Vec<Effect>) {
        self.turn_to(view);
        self.clear_filter();
        self.ask_for_both(Load::Around(id), effects);
    }

    /// Back to the others, and to the one that was selected there.
    pub fn leave_ended(&mut self, effects: &mut Vec<Effect>) {
        let load = self.turn_back().map_or(Load::Start, Load::Around);
        self.ask_for_both(load, effects);
    }

    fn turn_to(&mut self, view: EndedView) {
        if self.query.ended.is_none() {
            self.left = Some(LeftView {
                query: self.query.clone(),
                selected: self.selected_id(),
            });
            self.left_counts = self.counts.take();
        }
        if self
            .query
            .ended
            .replace(view)
            .is_some_and(|before| before != view)
        {
            self.counts = None;
        }
        (self.query.sort, self.query.order) = view.order();
        if self.query.words.state.is_some() {
            // It says which keys are meant, as the view does now; the rest stays.
            self.typed = FilterWords::without_state(&self.typed);
            self.query.words = FilterWords::parse(&self.typed).unwrap_or_default();
        }
    }

    /// Turns to the keys that have not ended, in the order that they had; which of them was selected. Nothing is asked
    /// yet.
    pub fn turn_back(&mut self) -> Option<Uuid> {
        self.query.ended = None;
        let left = self.left.take()?;
        self.counts = self.left_counts.take();
        (self.query.sort, self.query.order) = (left.query.sort, left.query.order);
        left.selected
    }

    /// What was typed, read for the view that is shown. A word that says which keys are meant must not contradict it.
    pub(super) fn read(&self) -> Result<FilterWords, UnreadFilter> {
        let words = FilterWords::parse(&self.typed).map_err(UnreadFilter::Words)?;
        let meant = words.state.or(words.named_state);
        let in_quotes = |state: StateFilter| {
            let state = state.as_str();
            format!("For the text, write \"{state}\" in quotes.")
        };
        match (self.query.ended, meant) {
            (None, Some(StateFilter::Revoked)) => Err(UnreadFilter::View(format!(
                "{REVOKED} {}",
                in_quotes(StateFilter::Revoked)
            ))),
            (None, _) | (_, None) => Ok(words),
            (Some(EndedView::Expired), Some(StateFilter::Expired)) => Ok(words),
            (Some(EndedView::Revoked), Some(StateFilter::Revoked)) => Ok(FilterWords { text: None, ..words }),
            (Some(_), Some(StateFilter::Expired)) => Err(UnreadFilter::View(EXPIRED.into())),
            (Some(_), Some(StateFilter::Revoked)) => Err(UnreadFilter::View(REVOKED.into())),
            (Some(_), Some(state @ StateFilter::Active)) => Err(UnreadFilter::View(format!(
                "A key that is active {ACTIVE} {}",
                in_quotes(state)
            ))),
            (Some(_), Some(state)) => Err(UnreadFilter::View(format!(
                "A key that is {} {ACTIVE}",
                state.as_str()
            ))),
        }
    }

    /// A key was revoked, by whoever's hand.
    pub fn forget(&mut self, id: Uuid, effects: &mut Vec<Effect>) {
        if self.rows_ended() != Some(EndedView::Revoked) {
            self.rows.remove(id);
        }
        self.refresh(effects);
    }
}
