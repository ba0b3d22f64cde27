//! Marking keys, and what is done to all that are marked. What a key does with them it does with the selected one when
//! none is marked, and always in the details, which are of one key.

use strum::IntoEnumIterator;
use uuid::Uuid;

use super::App;
use crate::api::{KeyList, MAX_PLANNED, NewPlan, PlanAction};
use crate::tui::dialogs::{NotShown, Palette, PaletteCommand, PlanDialog, planning};
use crate::tui::keymap::Action;
use crate::tui::message::{Effect, MarksReply, MarksRequest, Walked};
use crate::tui::state::command::MarksCommand;
use crate::tui::state::notice::sentence;
use crate::tui::state::number::number;
use crate::tui::state::reason::Reason;
use crate::tui::state::{Screen, Tone};

/// What an action does to marked keys.
fn plan_of(action: Action) -> Option<PlanAction> {
    match action {
        Action::Revoke => Some(PlanAction::Revoke),
        Action::Disable => Some(PlanAction::Disable),
        Action::Enable => Some(PlanAction::Enable),
        Action::SetExpiry => Some(PlanAction::SetExpiry),
        _ => None,
    }
}

impl App {
    /// Whether an action is done to the marked keys.
    pub fn acts_on_marks(&self, action: Action) -> bool {
        let is_of_many = plan_of(action).is_some() || action == Action::WithMarked;
        let in_table =
            self.screen == Screen::Keys && !self.details_focused && self.browse.query.ended.is_none();
        is_of_many && in_table && !self.marks.is_empty()
    }

    /// Whether it can be done, where it is about marks.
    pub(super) fn with_marks(&self, action: Action) -> Option<Result<(), Reason>> {
        let is_settled =
            !self.marks.is_checking() && self.marks.walked().is_none() && !self.rows_are_coming();
        Some(match action {
            _ if self.acts_on_marks(action) && !is_settled => Err(Reason::RowsComing),
            _ if self.acts_on_marks(action) => Ok(()),
            Action::WithMarked => {
                let way_on = "Nothing is marked: {mark} marks the selected key, {mark-all} all that match.";
                Err(Reason::Selection(self.told(way_on)))
            }
            Action::ShowHidden | Action::DropHidden if self.marks.hidden() == 0 => Err(Reason::NothingToDo),
            Action::ShowHidden | Action::DropHidden => Ok(()),
            _ => return None,
        })
    }

    /// Does what is about marks; `false` when the action is about something else. A range ends with whatever is done
    /// other than to move.
    pub(super) fn perform_marking(&mut self, action: Action) -> bool {
        match action {
            Action::Mark => self.mark_selected(),
            Action::MarkRange => self.mark_range(),
            Action::MarkAll => self.mark_all(),
            Action::ShowHidden => self.show_hidden_marks(),
            Action::DropHidden => self.drop_hidden_marks(),
            Action::Back => return self.stop_marking(),
            Action::WithMarked => self.open_actions_with_marked(),
            _ if action.moves() => return false,
            _ => {
                self.marks.end_range();
                match plan_of(action).filter(|_| self.acts_on_marks(action)) {
                    Some(action) => self.plan(action),
                    None => return false,
                }
            }
        }
        true
    }

    /// And moves on to the next key.
    fn mark_selected(&mut self) {
        let Some(key) = self.browse.rows.selected().map(|row| row.key.clone()) else {
            return;
        };
        // The last key of a range is marked already.
        if !self.marks.end_range() && !self.marks.toggle(&key) {
            return self.say_that_marks_are_full();
        }
        self.moved(1);
    }

    fn mark_range(&mut self) {
        if self.marks.end_range() {
            return;
        }
        if let Some(row) = self.browse.rows.selected() {
            self.marks.begin_range(&row.key, &row.cursor);
        }
    }

    /// The selection has moved: while a range is marked, it goes as far as that.
    pub(super) fn follow_range(&mut self) {
        let (Some((first, last, cursor)), Some(to)) = (self.marks.ends_of_range(), self.browse.selected_id())
        else {
            return;
        };
        let cursor = cursor.to_owned();
        let rows = &self.browse.rows;
        if let Some(keys) = rows.between(first, to) {
            self.marks.stop_walk();
            return self.marks.set_range(keys.into_iter().map(Into::into));
        }
        if self.marks.range_back_to(to) {
            return;
        }
        if let Some(keys) = rows.between(last, to) {
            return self.marks.extend_range(keys.into_iter().skip(1).map(Into::into));
        }
        // To the first or the last key, over others that are not here.
        let is_backward = self.marks.walks_backward().unwrap_or(!rows.more_before());
        let (before, after) = match is_backward {
            true => (Some(cursor), None),
            false => (None, Some(cursor)),
        };
        let list = KeyList {
            before,
            after,
            ..self.browse.shown_list()
        };
        self.walk(list, Some(to), is_backward);
    }

    fn mark_all(&mut self) {
        self.marks.end_range();
        let total = self.browse.total();
        if total.is_some_and(|total| !total.is_exact || total.keys > MAX_PLANNED as u64) {
            return self.say_that_too_many_match();
        }
        if !self.browse.rows.are_all() {
            return self.walk(self.browse.shown_list(), None, false);
        }
        let added = self.marks.add(self.browse.rows.keys().map(Into::into));
        self.say_marked(added);
    }

    fn walk(&mut self, list: KeyList, until: Option<Uuid>, is_backward: bool) {
        let number = self.next_number();
        self.marks.begin_walk(number, is_backward);
        self.effects
            .push(Effect::Marks(MarksRequest::Walk { number, list, until }));
    }

    fn walked(&mut self, until: Option<Uuid>, walked: Walked) {
        if walked.are_more {
            self.marks.end_range();
            return self.say_that_too_many_match();
        }
        match until {
            Some(_) => self.marks.set_rest_of_range(walked.keys),
            None => {
                let added = self.marks.add(walked.keys);
                self.say_marked(added);
            }
        }
    }

    fn say_marked(&mut self, added: usize) {
        let text = match (added, self.marks.len()) {
            (0, _) => self.told("All that match are marked already; {back} drops the marks."),
            (_, 1) => "Marked the only key that matches.".to_owned(),
            (added, all) if added == all => format!("Marked all {all} keys that match."),
            (added, all) => format!("Marked {added} more; {all} keys are marked."),
        };
        self.say(Tone::Done, text)
    }

    fn say_that_too_many_match(&mut self) {
        let text = "More than 10,000 keys match, and no more than that can be marked: filter for fewer.";
        self.say(Tone::Note, text)
    }

    fn say_that_marks_are_full(&mut self) {
        self.say(Tone::Note, "10,000 keys are marked; no more than that can be.")
    }

    /// Esc, as long as something is being marked; the marks stay.
    fn stop_marking(&mut self) -> bool {
        if self.details_focused {
            return false;
        }
        let walked = self.marks.stop_walk();
        if walked {
            self.effects.push(Effect::Marks(MarksRequest::Stop));
        }
        self.marks.end_range() || walked
    }

    /// Esc, when nothing else is left to leave.
    pub(super) fn drop_marks(&mut self) {
        let dropped = self.marks.len();
        self.marks.clear();
        if dropped > 0 {
            self.say(Tone::Note, format!("{} no longer marked.", are_keys(dropped)))
        }
    }

    fn drop_hidden_marks(&mut self) {
        let dropped = self.marks.drop_hidden();
        let text = format!("{}, which are not shown, no longer marked.", are_keys(dropped));
        self.say(Tone::Note, text)
    }

    /// The list that has one of them: all keys, or those that have expired.
    fn show_hidden_marks(&mut self) {
        let hidden = self.marks.hidden_keys();
        let active = hidden.iter().find(|key| !key.has_expired);
        match active.map(|key| key.id) {
            Some(id) => self.browse.show_among_all(id, &mut self.effects),
            None => {
                self.browse.clear_filter();
                self.browse.typed = "expired".into();
                self.browse.refilter(&mut self.effects);
            }
        }
    }

    fn open_actions_with_marked(&mut self) {
        self.marks.end_range();
        let title = format!("What to do with {}", keys(self.marks.len()));
        let commands = PlanAction::iter().map(PaletteCommand::WithMarked).collect();
        self.open(Palette::new(title, commands))
    }

    /// Asks what would be done to the marked keys, once all of them are shown.
    fn plan(&mut self, action: PlanAction) {
        if self.marks.hidden() > 0 {
            let dialog = NotShown::new(action, self.marks.len(), &self.marks.hidden_keys());
            return self.open(dialog);
        }
        let ids = self.marks.ids();
        if ids.is_empty() {
            return;
        }
        let number = self.next_number();
        let new = NewPlan::of_keys(action, ids);
        match planning::open(number, &new) {
            Some(sheet) => {
                self.marks.await_plan(number);
                self.open(sheet)
            }
            None => self.open(PlanDialog::of(new, self.not_among_marked())),
        }
    }

    /// The selected key, which one may take for the one that something is done to.
    fn not_among_marked(&self) -> Option<String> {
        let selected = self.selected().filter(|key| !self.marks.contains(key.id));
        selected.map(|key| key.name.clone())
    }

    pub(super) fn do_with_marks(&mut self, command: MarksCommand) {
        match command {
            MarksCommand::Plan(action) => self.plan(action),
            MarksCommand::Show => self.show_hidden_marks(),
            MarksCommand::DropHidden => self.drop_hidden_marks(),
            MarksCommand::Keep(ids) => {
                self.marks.keep(&ids);
                self.browse.refresh(&mut self.effects)
            }
        }
    }

    pub(super) fn marks_replied(&mut self, reply: MarksReply) {
        match reply {
            MarksReply::Walking { number, so_far } => self.marks.walks(number, so_far),
            MarksReply::Walked {
                number,
                until,
                result,
            } if self.marks.end_walk(number) => match result {
                Ok(walked) => self.walked(until, walked),
                Err(error) => {
                    self.marks.end_range();
                    self.say(
                        Tone::Failed,
                        format!("{} Nothing more was marked.", sentence(&error)),
                    )
                }
            },
            MarksReply::Checked { number, result } => self.marks.checked(number, result.ok()),
            // What was asked before the plan is answered: how long, why, or which labels.
            MarksReply::Planned {
                number,
                new,
                result: Ok(plan),
            } if self.marks.takes_plan(number) => {
                let dialog = PlanDialog::made(*new, *plan, self.not_among_marked());
                self.open(dialog)
            }
            _ => {}
        }
    }

    /// Rows have come, or could not be loaded: which of the marked keys they show is seen.
    pub(super) fn look_for_marks(&mut self, is_loaded: bool) {
        if !is_loaded {
            return self.marks.saw_nothing();
        }
        // Nothing is marked among those that have ended.
        if !self.browse.is_coming() && self.browse.query.ended.is_none() {
            let filter = self.browse.shown_list().filter();
            let rows = &self.browse.rows;
            self.marks.saw(&filter, rows.keys(), rows.are_all());
        }
    }

    /// Asks which of the marked keys are shown, where the rows don't tell it and somebody wants to know.
    pub(super) fn check_marks(&mut self) {
        if !self.marks.wants_check() || self.screen != Screen::Keys || !self.over.is_empty() {
            return;
        }
        let number = self.next_number();
        self.marks.begin_check(number);
        self.effects.push(Effect::Marks(MarksRequest::Check {
            number,
            filter: self.browse.shown_list().filter(),
            ids: self.marks.unknown_ids(),
        }));
    }

    /// A key is gone, by whoever's hand.
    pub(super) fn key_gone(&mut self, id: Uuid) {
        self.marks.remove(id);
        self.browse.forget(id, &mut self.effects);
    }
}

/// `1 key`, `12 keys`.
fn keys(count: usize) -> String {
    match count {
        1 => "1 key".into(),
        keys => format!("{} keys", number(keys as u64)),
    }
}

/// `1 key is`, `12 keys are`.
fn are_keys(number: usize) -> String {
    let is = if number == 1 { "is" } else { "are" };
    format!("{} {is}", keys(number))
}
