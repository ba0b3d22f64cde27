//! The project of a new key: a search over deployed projects, by name or id, in which a new one can be chosen, too. That
//! is created when the form is sent, and not before.
//!
//! The field can be left before the server has answered: what would have been taken then is taken once the answer is
//! there. So it doesn't matter how fast somebody types.

use crossterm::event::KeyEvent;

use crate::api::{Project, ProjectRef};
use crate::client::Error;
use crate::model::{are_alike, pasted};
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::state::dialog::Context;
use crate::tui::state::picker::{Picker, Typing};
use crate::tui::state::text::TextField;

/// A line that is offered under the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectChoice {
    Existing(ProjectRef),
    /// A new, deployed project of this name.
    New(String),
}

/// What is taken of an answer that is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taking {
    /// The field was left: what is highlighted.
    Highlighted,
    /// The form is sent: only what the text can't be mistaken for.
    Certain,
}

#[derive(Debug)]
pub struct ProjectPicker {
    /// What is found; the selected line is the one that Enter takes.
    picker: Picker<Project>,
    may_create: bool,
    chosen: Option<ProjectChoice>,
    /// The creator of the chosen one, when its name is not enough to tell it.
    chosen_creator: Option<String>,
    /// What was typed when the server was asked last.
    asked_for: Option<String>,
    /// It was left before the answer.
    taking: Option<Taking>,
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
            taking: None,
            creating: None,
        }
    }

    pub fn text(&self) -> &TextField {
        &self.picker.text
    }

    pub fn error(&self) -> Option<&str> {
        self.picker.error.as_deref()
    }

    /// The existing project that is chosen.
    pub fn chosen(&self) -> Option<&ProjectRef> {
        match &self.chosen {
            Some(ProjectChoice::Existing(project)) => Some(project),
            _ => None,
        }
    }

    /// The name of the new project that is chosen.
    pub fn new_name(&self) -> Option<&str> {
        match &self.chosen {
            Some(ProjectChoice::New(name)) => Some(name),
            _ => None,
        }
    }

    pub fn is_chosen(&self) -> bool {
        self.chosen.is_some()
    }

    pub fn may_create(&self) -> bool {
        self.may_create
    }

    pub fn is_dirty(&self) -> bool {
        self.chosen.is_some() || !self.picker.text.is_blank()
    }

    /// The offered line that Enter takes.
    pub fn highlighted(&self) -> usize {
        self.picker.index()
    }

    /// A question is on its way.
    pub fn is_waiting(&self) -> bool {
        self.picker.is_searching()
    }

    /// Something of the answer that is on its way is taken once it is there.
    pub fn will_take(&self) -> bool {
        self.taking.is_some()
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

    /// What to do where there is nothing to choose; `None` where there is, or while that is not known.
    pub fn none_found(&self) -> Option<&'static str> {
        let is_known = self.was_asked_for() && !self.is_waiting() && self.error().is_none();
        if !is_known || self.is_chosen() || !self.choices().is_empty() {
            return None;
        }
        Some(match (self.picker.text.is_blank(), self.may_create) {
            (true, true) => "No deployed project yet: type a name for “+ new project”.",
            (true, false) => "No deployed project yet: ask an Owner to create one.",
            (false, _) => "No deployed project has that in its name or id.",
        })
    }

    fn highlighted_choice(&self) -> Option<ProjectChoice> {
        self.choices().into_iter().nth(self.highlighted())
    }

    fn was_asked_for(&self) -> bool {
        self.asked_for.as_deref() == Some(self.picker.text.value())
    }

    /// Whether an action needs what is still on its way: moving among it, and taking the first of all.
    pub fn awaits(&self, action: Action) -> bool {
        let needs_it = match action {
            Action::Up | Action::Down => true,
            Action::Accept => self.picker.text.is_blank(),
            _ => false,
        };
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

    /// What became of it, where the field doesn't have all of it as it was pasted.
    #[must_use]
    pub fn pasted(&mut self, text: &str, cx: &mut Context) -> Option<String> {
        let said = self.picker.text.paste(text);
        self.retyped(cx);
        said
    }

    fn retyped(&mut self, cx: &mut Context) {
        self.chosen = None;
        self.chosen_creator = None;
        self.taking = None;
        self.search(cx);
    }

    /// Asks when this text was not asked for yet, as on the first visit.
    pub fn search_if_new(&mut self, cx: &mut Context) {
        if self.chosen.is_none() && !self.was_asked_for() {
            self.search(cx);
        }
    }

    fn search(&mut self, cx: &mut Context) {
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

    /// Takes the answer to a search, and of it what the field was left with; `false` when it is another's.
    pub fn found(&mut self, question: u64, result: Result<Vec<Project>, Error>) -> bool {
        let has_failed = result.is_err();
        let is_it = self.picker.found(question, result);
        if !is_it {
            return false;
        }
        if has_failed {
            self.asked_for = None;
        }
        let alike = self.alike();
        self.picker.select(alike.first().copied().unwrap_or(0));
        match self.taking.take() {
            Some(Taking::Highlighted) => self.settle(),
            Some(Taking::Certain) => self.settle_if_certain(),
            None => {}
        }
        true
    }

    /// The found ones that are called as what was typed.
    fn alike(&self) -> Vec<usize> {
        let typed = self.picker.text.value();
        let found = (0..).zip(self.picker.items());
        let alike = found.filter(|(_, found)| are_alike(&found.name, typed));
        alike.map(|(index, _)| index).collect()
    }

    /// Asks for the new project that is chosen to be created; `false` when none is.
    pub fn create(&mut self, cx: &mut Context) -> bool {
        let Some(name) = self.new_name().map(str::to_owned) else {
            return false;
        };
        let question = cx.number();
        self.creating = Some(question);
        self.picker.error = None;
        cx.effect(Effect::CreateProject { question, name });
        true
    }

    /// The new project is there, or not and why; `None` when it is another's. Where it is not known whether it was
    /// created, it is searched for before it is created once more.
    pub fn created(&mut self, question: u64, result: Result<Project, Error>) -> Option<Result<(), Error>> {
        self.creating.take_if(|number| *number == question)?;
        Some(match result {
            Ok(project) => {
                self.choose(ProjectChoice::Existing(project.into()));
                Ok(())
            }
            Err(error) => {
                self.chosen = None;
                let about_name = error.problem().and_then(|problem| problem.errors.first());
                match about_name {
                    Some(wrong) => self.picker.error = Some(wrong.message.clone()),
                    None => self.asked_for = None,
                }
                Err(error)
            }
        })
    }

    fn choose(&mut self, choice: ProjectChoice) {
        let (name, id) = match &choice {
            ProjectChoice::Existing(project) => (project.name.clone(), Some(project.id)),
            ProjectChoice::New(name) => (name.clone(), None),
        };
        self.picker.text.set(&name);
        self.picker.error = None;
        let mut found = self.picker.items().iter();
        let index = found.position(|found| Some(found.id) == id);
        self.chosen_creator = index.and_then(|index| self.creator_of(index)).map(str::to_owned);
        self.chosen = Some(choice);
    }

    /// Moves among the offered lines and stops at their ends; `false` when none is offered.
    pub fn move_by(&mut self, step: isize) -> bool {
        let offered = self.choices().len();
        self.picker.move_among(step, offered);
        offered > 0
    }

    /// The field is left: what was typed stands for the line that is highlighted, now or once it is there.
    pub fn leave(&mut self) {
        if self.chosen.is_some() || self.picker.text.is_blank() {
            return;
        }
        match self.is_waiting() {
            true => self.taking = Some(Taking::Highlighted),
            false => self.settle(),
        }
    }

    fn settle(&mut self) {
        if let Some(choice) = self.highlighted_choice() {
            self.choose(choice);
        }
    }

    /// The form is sent: what was typed stands only for what it can't be mistaken for. `false` while that is not known.
    pub fn is_settled(&mut self, cx: &mut Context) -> bool {
        if self.chosen.is_some() || self.picker.text.is_blank() {
            return true;
        }
        self.search_if_new(cx);
        if self.is_waiting() {
            self.taking = self.taking.or(Some(Taking::Certain));
            return false;
        }
        self.settle_if_certain();
        true
    }

    fn settle_if_certain(&mut self) {
        match (self.alike().as_slice(), self.picker.items().len()) {
            ([exact], _) => self.picker.select(*exact),
            (_, 0 | 1) => {}
            _ => return,
        }
        self.settle();
    }

    /// Enter: takes the highlighted line, now or once it is there. `false` when there is nothing to take.
    pub fn accept(&mut self, cx: &mut Context) -> bool {
        if self.chosen.is_none() {
            self.search_if_new(cx);
            match self.is_waiting() {
                true => self.leave(),
                false => self.settle(),
            }
        }
        self.chosen.is_some() || !self.picker.text.is_blank()
    }
}

#[cfg(test)]
mod tests;
