//! Which actions are possible now, and why the others are not: the one place that decides it. Footer, help and
//! palette offer what it allows, dispatch does nothing else and says the reason.
//!
//! An action about a row that is still on its way waits before this is asked: see `type_ahead`.

use super::App;
use crate::api::{Key, Me, Project};
use crate::model::KeyState;
use crate::tui::dialogs::Modal;
use crate::tui::keymap::Action;
use crate::tui::state::Screen;
use crate::tui::state::notice::sentence;
use crate::tui::state::query::EndedView;
use crate::tui::state::reason::Reason;

type Available = Result<(), Reason>;

impl App {
    /// Whether an action can be done now in the layer that has the keys.
    pub fn available(&self, action: Action) -> Available {
        self.available_under(self.over.len(), action)
    }

    pub fn can(&self, action: Action) -> bool {
        self.available(action).is_ok()
    }

    /// Whether help lists it: the role and the profile allow it where help was opened.
    pub fn is_in_help(&self, action: Action) -> bool {
        let below = self.over.len().saturating_sub(1);
        !self
            .available_under(below, action)
            .is_err_and(|why| why.is_lasting())
    }

    /// Whether the palette offers it; what would wait for its row can be chosen already.
    pub(super) fn is_in_palette(&self, action: Action) -> bool {
        matches!(self.available_on_screen(action), Ok(()) | Err(Reason::RowsComing))
    }

    /// With only so many layers over the screen.
    fn available_under(&self, layers: usize, action: Action) -> Available {
        if matches!(action, Action::Help | Action::Quit | Action::Suspend) {
            return Ok(());
        }
        if action == Action::SayAgain {
            return self.allowed(action);
        }
        match self.over.get(..layers).and_then(<[Modal]>::last) {
            Some(modal) => modal.dialog().available(action),
            None => self.available_on_screen(action),
        }
    }

    /// Whether an action can be done on the screen, whatever lies over it.
    pub fn available_on_screen(&self, action: Action) -> Available {
        self.allowed(action)?;
        self.with_these_rows(action).map_err(|why| {
            let needs_rows = action.is_about_row() || sorts(action);
            match needs_rows && self.rows_are_coming() {
                true => Reason::RowsComing,
                false => why,
            }
        })
    }

    /// Whether profile and role ever allow an action on the screen that is shown.
    fn allowed(&self, action: Action) -> Available {
        if self.deck.read_only && action.changes() {
            return Err(Reason::ReadOnly(self.deck.label.clone()));
        }
        let is_hidden = match action {
            Action::Mine | Action::ItsPerson => !self.shows_owners(),
            Action::SayAgain => !self.is_plain,
            _ => Screen::shown_by(action).is_some_and(|screen| !self.may_show(screen)),
        };
        if is_hidden {
            return Err(Reason::Hidden);
        }
        if action.needs_server() && self.offline().is_some() {
            return Err(Reason::Offline);
        }
        match self.screen {
            Screen::Keys if action == Action::Create => self.may_create_keys(),
            Screen::Projects => self.may_in_projects(action),
            _ => Ok(()),
        }
    }

    fn may_create_keys(&self) -> Available {
        match &self.me {
            // Who it is comes with the first answers: what is typed ahead of them waits.
            None if self.refused.is_none() && self.offline().is_none() => Err(Reason::RowsComing),
            None => Err(Reason::Hidden),
            Some(me) if me.may.create_keys.is_empty() => {
                Err(Reason::Role(format!("{} may not create keys.", as_a(Some(me)))))
            }
            Some(_) => Ok(()),
        }
    }

    fn may_in_projects(&self, action: Action) -> Available {
        let me = self.me.as_ref();
        let may_edit = me.is_some_and(|me| me.may.create_projects);
        match action {
            Action::Create if !may_edit => {
                Err(Reason::Role(format!("{} may not create projects.", as_a(me))))
            }
            Action::Edit | Action::Deploy | Action::Remove if !may_edit => {
                let selected = self.projects.list.selected();
                let of_none = || Reason::NothingSelected.sentence().unwrap_or_default();
                let why = selected.map_or_else(of_none, |project| may_not_change(me, project));
                Err(Reason::Role(why))
            }
            Action::SetSessionServer | Action::RemoveSessionServer
                if self.projects.hides_session_servers() =>
            {
                Err(Reason::Role(only_an_owner()))
            }
            _ => Ok(()),
        }
    }

    /// Whether the rows that are here allow it, the selected one first of all.
    fn with_these_rows(&self, action: Action) -> Available {
        let needs_row = self.needs_row(action);
        if needs_row
            && action.acts_on_row()
            && let Some(error) = self.why_rows_are_old()
        {
            return Err(Reason::OldRows(sentence(error)));
        }
        if needs_row && self.selection().1.is_none() {
            return Err(Reason::NothingSelected);
        }
        match self.screen {
            Screen::Keys => self.with_key(action),
            Screen::Projects => self.with_project(action),
            Screen::People => Ok(()),
            Screen::Activity => self.with_activity(action),
        }
    }

    /// Whether an action is about the selected row. A filter by person is taken off, and the details are left,
    /// without one.
    pub(super) fn needs_row(&self, action: Action) -> bool {
        match action {
            _ if self.acts_on_marks(action) => false,
            Action::SamePerson => self.activity.only.person.is_none(),
            Action::Details | Action::SwitchFocus => !self.details_focused,
            _ => action.is_about_row(),
        }
    }

    fn with_key(&self, action: Action) -> Available {
        if let Some(answer) = self.with_marks(action) {
            return answer;
        }
        let is_ended = self.browse.query.ended.is_some();
        let has_marks = !self.marks.is_empty();
        let goes_back = self.details_focused || is_ended || self.browse.query.is_filtered() || has_marks;
        if action == Action::Back && !goes_back && !self.can_go_back() {
            return Err(Reason::NothingToDo);
        }
        if action == Action::Leaks && self.leaks.reports().is_empty() {
            return Err(Reason::NothingToDo);
        }
        if action == Action::DropFilter && self.browse.chips().is_empty() {
            return Err(Reason::NothingToDo);
        }
        if self.browse.query.ended == Some(EndedView::Revoked) && action == Action::NextSort {
            let key = self.way_to(Action::ReverseSort);
            let why = format!("Revoked keys have one order, in which they were revoked; {key} reverses it.");
            return Err(Reason::Selection(why));
        }
        let Some(key) = self.selected() else {
            return if sorts(action) {
                Err(Reason::NothingToDo)
            } else {
                Ok(())
            };
        };
        let why = match action {
            Action::Edit | Action::Revoke | Action::SetExpiry if key.state == KeyState::Revoked => {
                format!("“{}” was revoked, permanently.", key.name)
            }
            Action::Prove if key.state != KeyState::Revoked => {
                format!(
                    "“{}” was not revoked: it has expired, and can be renewed.",
                    key.name
                )
            }
            Action::Edit if !key.may.edit => {
                format!("{} may not edit this key.", as_a(self.me.as_ref()))
            }
            Action::Revoke if !key.may.revoke => {
                format!("{} may not revoke this key.", as_a(self.me.as_ref()))
            }
            Action::Disable | Action::Enable | Action::SetExpiry | Action::Rotate => {
                return self.in_its_life(action, key);
            }
            Action::ItsProject if key.project.is_none() => "An Analytics key has no project.".into(),
            // What is shown can be hidden again.
            Action::Reveal if self.revealed.is_some() => return Ok(()),
            Action::Copy | Action::Reveal if !key.may.reveal || !key.scope.is_viewable() => {
                why_not_revealed(self.me.as_ref(), key)
            }
            _ => return Ok(()),
        };
        Err(Reason::Selection(why))
    }

    /// Whether the key can be disabled, enabled, given another end or rotated in its present state.
    fn in_its_life(&self, action: Action, key: &Key) -> Available {
        let me = self.me.as_ref();
        let name = &key.name;
        let why = match action {
            Action::Rotate if !key.may.rotate => format!("{} may not rotate this key.", as_a(me)),
            Action::Rotate if key.state == KeyState::Expired => {
                format!(
                    "“{name}” has expired: renew it with {}, and then rotate it.",
                    self.way_to(Action::SetExpiry)
                )
            }
            Action::Rotate => return Ok(()),
            Action::Disable if !key.may.revoke => format!("{} may not disable this key.", as_a(me)),
            Action::Disable if key.disabled.is_some() => {
                format!(
                    "“{name}” is disabled already; {} enables it.",
                    self.way_to(Action::Enable)
                )
            }
            Action::Enable if key.disabled.is_none() => format!("“{name}” is not disabled."),
            Action::Enable if !key.may.revoke => format!("{} may not enable this key.", as_a(me)),
            Action::Enable if key.state == KeyState::Expired => {
                format!(
                    "“{name}” has expired: renew it with {}, and then enable it.",
                    self.way_to(Action::SetExpiry)
                )
            }
            Action::SetExpiry if !key.may.revoke => {
                format!("{} may not set when this key expires.", as_a(me))
            }
            _ => return Ok(()),
        };
        Err(Reason::Selection(why))
    }

    fn with_project(&self, action: Action) -> Available {
        let Some(project) = self.projects.list.selected() else {
            return Ok(());
        };
        let why = match action {
            Action::SetSessionServer | Action::RemoveSessionServer if !project.may.session_server => {
                only_an_owner()
            }
            Action::RemoveSessionServer if project.session_server.is_none() => {
                format!("“{}” has no session server.", project.name)
            }
            Action::Edit | Action::Deploy | Action::Remove if !project.may.edit => {
                may_not_change(self.me.as_ref(), project)
            }
            Action::Remove if project.keys > 0 => {
                format!(
                    "“{}” has {}",
                    project.name,
                    in_the_way(project.keys, &self.way_to(Action::ItsKeys))
                )
            }
            _ => return Ok(()),
        };
        Err(Reason::Selection(why))
    }

    fn with_activity(&self, action: Action) -> Available {
        let row = self.activity.list.selected();
        let is_nobodys = row.is_some_and(|row| row.actor.is_none());
        match action {
            Action::DropFilter if !self.activity.is_filtered() => Err(Reason::NothingToDo),
            Action::SamePerson if self.activity.only.person.is_none() && is_nobodys => Err(
                Reason::Selection("Nobody was signed in when this was done.".into()),
            ),
            _ => Ok(()),
        }
    }

    /// Says why an action is not done, where there is something to say.
    pub(super) fn say_why_not(&mut self, why: &Reason) {
        if let Some(sentence) = why.sentence() {
            self.say(why.tone(), sentence);
        }
    }
}

fn sorts(action: Action) -> bool {
    matches!(action, Action::NextSort | Action::ReverseSort)
}

fn why_not_revealed(me: Option<&Me>, key: &Key) -> String {
    match key.scope.is_viewable() {
        true if key.is_hash_only() => {
            "This key was imported by its hash alone, so that its secret can't be shown or copied; whoever uses it has it. Rotating the \
             key gives it one that can."
                .into()
        }
        true => format!("{} may not see this secret.", as_a(me)),
        false => "The secret of an Analytics key was shown once, when it was created; it can't be shown or copied again.".into(),
    }
}

fn only_an_owner() -> String {
    "Only an Owner can manage session servers; ask one.".into()
}

fn may_not_change(me: Option<&Me>, project: &Project) -> String {
    format!("{} may not change “{}”.", as_a(me), project.name)
}

fn in_the_way(keys: u64, key: &str) -> String {
    match keys {
        1 => format!(
            "1 active or expired key: revoke it first; {key} shows it, or {key} and the filter expired."
        ),
        n => format!(
            "{n} active or expired keys: revoke them first; {key} shows them, and with the filter expired those."
        ),
    }
}

/// The beginning of a refusal: "As Editor you".
fn as_a(me: Option<&Me>) -> String {
    me.map_or_else(|| "You".into(), |me| format!("As {} you", me.user.role))
}
