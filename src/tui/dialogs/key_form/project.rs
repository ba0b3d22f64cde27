//! The project in the form: it may still be on its way when the form is sent, and a new one is created first.

use super::KeyForm;
use crate::api::Project;
use crate::client::Error;
use crate::model::KeyField;
use crate::tui::keymap::Action;
use crate::tui::state::dialog::Context;
use crate::tui::state::form::{FieldInput, Form, Presence, ProjectPicker};

impl KeyForm {
    /// The picker, where a key of the scope has a project.
    pub(super) fn asked_project(&mut self) -> Option<&mut ProjectPicker> {
        let field = self.form.field(KeyField::Project.wire_name())?;
        if field.presence != Presence::Editable {
            return None;
        }
        self.project_mut()
    }

    /// Whether it is known which project what was typed stands for; what is not is asked.
    pub(super) fn is_project_settled(&mut self, cx: &mut Context) -> bool {
        let is_settled = self.asked_project().is_none_or(|project| project.is_settled(cx));
        self.follow();
        is_settled
    }

    /// Whether there is no project yet to name, and nothing is wrong with that: it is searched for, or made with the key.
    pub(super) fn is_project_open(&self) -> bool {
        let project = self.project();
        project.is_some_and(|project| project.new_name().is_some() || project.will_take())
    }

    /// Whether an action may give the focus to the project.
    pub(super) fn goes_to_project(&self, action: Action) -> bool {
        let step = match action {
            Action::NextField | Action::Down | Action::Accept => 1,
            Action::PreviousField | Action::Up => -1,
            _ => return false,
        };
        let next = self.form.next_to_focus(step);
        next.is_some_and(|field| matches!(field.input, FieldInput::Project(_)))
    }

    pub(super) fn projects_found(
        &mut self,
        question: u64,
        result: Result<Vec<Project>, Error>,
        cx: &mut Context,
    ) {
        let project = self.project_mut();
        if !project.is_some_and(|project| project.found(question, result)) {
            return;
        }
        self.follow();
        if self.awaits_project {
            self.sends_no_more();
            self.submit_settled(cx);
        }
    }

    /// It is not sent after all, and can be edited.
    pub(super) fn sends_no_more(&mut self) {
        self.awaits_project = false;
        self.form.sending = false;
    }

    /// The new project is there, and the key is created in it; or what the server said of it is shown.
    pub(super) fn project_created(
        &mut self,
        question: u64,
        result: Result<Project, Error>,
        cx: &mut Context,
    ) {
        let project = self.project_mut();
        let Some(created) = project.and_then(|project| project.created(question, result)) else {
            return;
        };
        self.form.sending = false;
        match created {
            Ok(()) => {
                self.follow();
                self.preview(cx);
            }
            Err(_) if self.project().is_some_and(|project| project.error().is_some()) => {
                self.in_form(|form: &mut Form| form.focus_on(KeyField::Project.wire_name()));
            }
            Err(error) => self.refused(&error, cx),
        }
    }
}
