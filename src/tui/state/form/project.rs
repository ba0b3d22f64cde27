//! The project of a new key: a search over deployed projects, by name or id, that can also make
//! a new project in place.

use crossterm::event::KeyEvent;

use crate::api::{Project, ProjectRef};
use crate::client::Error;
use crate::model::{are_alike, pasted};
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::state::dialog::Context;
use crate::tui::state::notice::sentence;
use crate::tui::state::picker::{Picker, Typing};
use crate::tui::state::text::TextField;

/// A line that is offered under the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectChoice {
    Existing(ProjectRef),
    /// A new, deployed project of this name.
    New(String),
}

#[derive(Debug)]
pub struct ProjectPicker {
    /// What is found; the selected line is the one that Enter takes.
    picker: Picker<Project>,
    may_create: bool,
    chosen: Option<ProjectRef>,
    /// The creator of the chosen one, when its name is not enough to tell it.
    chosen_creator: Option<String>,
    /// What was typed when the server was asked last.
    asked_for: Option<String>,
    /// A project is being created, by the question of this number.
    creating: Option<u64>,
}

impl ProjectPicker {
    pub fn new(may_create: bool) -> Self {
        Self {
            picker: Picker::new(TextField::default(), Vec::new()),
            may_create,
            chosen: None,
            chosen_creator: None,
            asked_for: None,
            creating: None,
        }
    }

    pub fn text(&self) -> &TextField {
        &self.picker.text
    }

    pub fn error(&self) -> Option<&str> {
        self.picker.error.as_deref()
    }

    pub fn chosen(&self) -> Option<&ProjectRef> {
        self.chosen.as_ref()
    }

    pub fn is_dirty(&self) -> bool {
        self.chosen.is_some() || !self.picker.text.is_blank()
    }

    /// The offered line that Enter takes.
    pub fn highlighted(&self) -> usize {
        self.picker.index()
    }

    /// A question or a creation is on its way.
    pub fn is_waiting(&self) -> bool {
        self.picker.is_searching() || self.is_creating()
    }

    /// A new project is being made.
    pub fn is_creating(&self) -> bool {
        self.creating.is_some()
    }

    /// What is offered now. Nothing once a project is chosen.
    pub fn choices(&self) -> Vec<ProjectChoice> {
        if self.chosen.is_some() || self.picker.text.holds_secret() {
            return Vec::new();
        }
        let typed = self.picker.text.value().trim();
        let found = self.picker.items().iter();
        let is_known = found.clone().any(|project| are_alike(&project.name, typed));
        let found = found.cloned().map(ProjectRef::from);
        let mut choices: Vec<_> = found.map(ProjectChoice::Existing).collect();
        let answered = self.was_asked_for() && !self.is_waiting();
        if self.may_create && !typed.is_empty() && !is_known && answered {
            choices.push(ProjectChoice::New(typed.to_owned()));
        }
        choices
    }

    fn highlighted_choice(&self) -> Option<ProjectChoice> {
        self.choices().into_iter().nth(self.highlighted())
    }

    fn was_asked_for(&self) -> bool {
        self.asked_for.as_deref() == Some(self.picker.text.value())
    }

    /// Whether Enter would make a new project.
    pub fn would_create(&self) -> bool {
        matches!(self.highlighted_choice(), Some(ProjectChoice::New(_)))
    }

    /// Whether what an action takes is still on its way. An empty field is left without taking anything.
    pub fn awaits(&self, action: Action) -> bool {
        let leaves = matches!(action, Action::NextField | Action::PreviousField | Action::Submit);
        let takes = matches!(action, Action::Accept | Action::Up | Action::Down);
        let needs_it = takes || (leaves && !self.picker.text.is_blank());
        self.is_waiting() && self.chosen.is_none() && needs_it
    }

    /// Who created the offered project, when another one that is offered is called alike.
    pub fn creator_of(&self, index: usize) -> Option<&str> {
        let found = self.picker.items();
        let project = found.get(index)?;
        let is_other = |other: &&Project| other.id != project.id && are_alike(&other.name, &project.name);
        let other = found.iter().find(is_other);
        other.map(|_| project.creator.email.as_str())
    }

    /// Who created the chosen project, when another one that was offered is called alike.
    pub fn chosen_creator(&self) -> Option<&str> {
        self.chosen_creator.as_deref()
    }

    pub fn typed(&mut self, key: KeyEvent, cx: &mut Context) -> bool {
        let typing = self.picker.typed(key);
        if typing == Typing::Changed {
            self.retyped(cx);
        }
        typing != Typing::Other
    }

    pub fn pasted(&mut self, text: &str, cx: &mut Context) {
        self.picker.text.paste(text);
        self.retyped(cx);
    }

    fn retyped(&mut self, cx: &mut Context) {
        self.chosen = None;
        self.chosen_creator = None;
        self.search(cx);
    }

    /// Asks when this text was not asked for yet, as on the first visit.
    pub fn search_if_new(&mut self, cx: &mut Context) {
        if self.chosen.is_none() && !self.was_asked_for() {
            self.search(cx);
        }
    }

    fn search(&mut self, cx: &mut Context) {
        self.creating = None;
        if let Err(refusal) = pasted::refuse(self.picker.text.value()) {
            self.asked_for = None;
            return self.picker.refuse(refusal);
        }
        let question = cx.number();
        self.picker.search(question);
        self.asked_for = Some(self.picker.text.value().to_owned());
        cx.effect(Effect::SearchProjects {
            question,
            text: self.picker.text.sought().to_owned(),
        });
    }

    /// Takes the answer to a search; `false` when it is another's.
    pub fn found(&mut self, question: u64, result: Result<Vec<Project>, Error>) -> bool {
        let has_failed = result.is_err();
        let is_it = self.picker.found(question, result);
        if is_it && has_failed {
            self.asked_for = None;
        }
        is_it
    }

    /// The new project is there, or not; `false` when it is another's.
    pub fn created(&mut self, question: u64, result: Result<Project, Error>) -> bool {
        if self.creating.take_if(|number| *number == question).is_none() {
            return false;
        }
        match result {
            Ok(project) => self.choose(project.into()),
            Err(error) => {
                let about_name = error.problem().and_then(|problem| problem.errors.first());
                let why = about_name.map_or_else(|| sentence(&error), |error| error.message.clone());
                self.picker.error = Some(why);
            }
        }
        true
    }

    fn choose(&mut self, project: ProjectRef) {
        self.picker.text.set(&project.name);
        self.picker.error = None;
        let index = self
            .picker
            .items()
            .iter()
            .position(|found| found.id == project.id);
        self.chosen_creator = index.and_then(|index| self.creator_of(index)).map(str::to_owned);
        self.chosen = Some(project);
    }

    /// Moves among the offered lines and stops at their ends; `false` when none is offered.
    pub fn move_by(&mut self, step: isize) -> bool {
        let offered = self.choices().len();
        self.picker.move_among(step, offered);
        offered > 0
    }

    /// The field is left: what was typed stands for the project that is highlighted.
    pub fn settle(&mut self) {
        if self.chosen.is_some() || self.picker.text.is_blank() || self.is_waiting() {
            return;
        }
        if let Some(ProjectChoice::Existing(project)) = self.highlighted_choice() {
            self.choose(project);
        }
    }

    /// The form is sent: what was typed stands only for what it can't be mistaken for.
    pub fn settle_if_certain(&mut self) {
        let typed = self.picker.text.value();
        let found = self.picker.items();
        let alike = (0..)
            .zip(found)
            .filter(|(_, found)| are_alike(&found.name, typed));
        let alike: Vec<usize> = alike.map(|(index, _)| index).collect();
        match (alike.as_slice(), found.len()) {
            ([exact], _) => self.picker.select(*exact),
            (_, 1) => {}
            _ => return,
        }
        self.settle();
    }

    /// Enter: takes the highlighted line. `true` when a project is chosen.
    pub fn accept(&mut self, cx: &mut Context) -> bool {
        if self.chosen.is_some() {
            return true;
        }
        match self.highlighted_choice() {
            Some(ProjectChoice::Existing(project)) => self.choose(project),
            Some(ProjectChoice::New(name)) => {
                let question = cx.number();
                self.creating = Some(question);
                self.picker.error = None;
                cx.effect(Effect::CreateProject { question, name });
            }
            None => self.search_if_new(cx),
        }
        self.chosen.is_some()
    }
}

#[cfg(test)]
mod tests;
