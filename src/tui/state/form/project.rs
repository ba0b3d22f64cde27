//! The project of a new key: a typeahead over deployed projects, by name or id, that can also make
//! a new project in place.

use crossterm::event::KeyEvent;

use crate::api::{Project, ProjectRef};
use crate::client::Error;
use crate::model::{are_alike, pasted};
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::state::notice::sentence;
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
    pub text: TextField,
    may_create: bool,
    chosen: Option<ProjectRef>,
    /// The creator of the chosen one, when its name is not enough to tell it.
    chosen_creator: Option<String>,
    found: Vec<Project>,
    /// The offered line that Enter takes.
    highlighted: usize,
    /// Numbers the questions; answers to earlier ones are dropped.
    question: u64,
    asked_for: Option<String>,
    /// A question or a creation is on its way.
    pub waiting: bool,
    /// What is on its way is a creation.
    creating: bool,
    pub error: Option<String>,
}

impl ProjectPicker {
    pub fn new(may_create: bool, form: u64) -> Self {
        Self {
            text: TextField::default(),
            may_create,
            chosen: None,
            chosen_creator: None,
            found: Vec::new(),
            highlighted: 0,
            // Answers to another form's questions are not for this one.
            question: form << 32,
            asked_for: None,
            waiting: false,
            creating: false,
            error: None,
        }
    }

    pub fn chosen(&self) -> Option<&ProjectRef> {
        self.chosen.as_ref()
    }

    pub fn is_dirty(&self) -> bool {
        self.chosen.is_some() || !self.text.is_blank()
    }

    pub fn highlighted(&self) -> usize {
        self.highlighted
    }

    /// What is offered now. Nothing once a project is chosen.
    pub fn choices(&self) -> Vec<ProjectChoice> {
        if self.chosen.is_some() || self.text.holds_secret() {
            return Vec::new();
        }
        let typed = self.text.value().trim();
        let found = self.found.iter().cloned().map(ProjectRef::from);
        let mut choices: Vec<_> = found.map(ProjectChoice::Existing).collect();
        let is_known = self.found.iter().any(|project| are_alike(&project.name, typed));
        let answered = self.asked_for.as_deref() == Some(self.text.value()) && !self.waiting;
        if self.may_create && !typed.is_empty() && !is_known && answered {
            choices.push(ProjectChoice::New(typed.to_owned()));
        }
        choices
    }

    /// A new project is being made.
    pub fn is_creating(&self) -> bool {
        self.creating
    }

    /// Whether Enter would make a new project.
    pub fn would_create(&self) -> bool {
        let taken = self.choices().into_iter().nth(self.highlighted);
        matches!(taken, Some(ProjectChoice::New(_)))
    }

    /// Whether what an action takes is still on its way. An empty field is left without taking anything.
    pub fn awaits(&self, action: Action) -> bool {
        let leaves = matches!(action, Action::NextField | Action::PreviousField | Action::Submit);
        let takes = matches!(action, Action::Accept | Action::Up | Action::Down);
        self.waiting && self.chosen.is_none() && (takes || (leaves && !self.text.is_blank()))
    }

    /// Who created the offered project, when another one that is offered is called alike.
    pub fn creator_of(&self, index: usize) -> Option<&str> {
        let project = self.found.get(index)?;
        let is_other = |other: &&Project| other.id != project.id && are_alike(&other.name, &project.name);
        self.found
            .iter()
            .find(is_other)
            .map(|_| project.creator.email.as_str())
    }

    /// Who created the chosen project, when another one that was offered is called alike.
    pub fn chosen_creator(&self) -> Option<&str> {
        self.chosen_creator.as_deref()
    }

    pub fn handle(&mut self, key: KeyEvent) -> Option<Vec<Effect>> {
        let before = self.text.value().to_owned();
        if !self.text.handle(key) {
            return None;
        }
        if self.text.value() == before {
            return Some(Vec::new());
        }
        Some(self.retyped())
    }

    pub fn paste(&mut self, text: &str) -> Vec<Effect> {
        self.text.paste(text);
        self.retyped()
    }

    fn retyped(&mut self) -> Vec<Effect> {
        self.chosen = None;
        self.chosen_creator = None;
        self.highlighted = 0;
        self.search()
    }

    /// Asks when this text was not asked for yet, as on the first visit.
    pub fn search_if_new(&mut self) -> Vec<Effect> {
        if self.chosen.is_some() || self.asked_for.as_deref() == Some(self.text.value()) {
            return Vec::new();
        }
        self.search()
    }

    fn search(&mut self) -> Vec<Effect> {
        self.question += 1;
        self.creating = false;
        self.error = pasted::refuse(self.text.value()).err();
        self.waiting = self.error.is_none();
        if self.error.is_some() {
            self.asked_for = None;
            self.found.clear();
            return Vec::new();
        }
        self.asked_for = Some(self.text.value().to_owned());
        vec![Effect::SearchProjects {
            question: self.question,
            text: self.text.sought().to_owned(),
        }]
    }

    pub fn found(&mut self, question: u64, result: Result<Vec<Project>, Error>) {
        if question != self.question {
            return;
        }
        self.waiting = false;
        match result {
            Ok(projects) => {
                self.found = projects;
                self.highlighted = 0;
            }
            Err(error) => {
                self.asked_for = None;
                self.found.clear();
                self.error = Some(sentence(&error));
            }
        }
    }

    pub fn created(&mut self, question: u64, result: Result<Project, Error>) {
        if question != self.question {
            return;
        }
        self.waiting = false;
        self.creating = false;
        match result {
            Ok(project) => self.choose(project.into()),
            Err(error) => {
                let about_name = error.problem().and_then(|problem| problem.errors.first());
                self.error = Some(about_name.map_or_else(|| sentence(&error), |e| e.message.clone()));
            }
        }
    }

    fn choose(&mut self, project: ProjectRef) {
        self.text.set(&project.name);
        self.error = None;
        let index = self.found.iter().position(|found| found.id == project.id);
        self.chosen_creator = index.and_then(|index| self.creator_of(index)).map(str::to_owned);
        self.chosen = Some(project);
    }

    /// Moves among the offered lines and stops at their ends; `false` when none is offered.
    pub fn move_by(&mut self, step: isize) -> bool {
        let offered = self.choices().len();
        self.highlighted = self
            .highlighted
            .saturating_add_signed(step)
            .min(offered.saturating_sub(1));
        offered > 0
    }

    /// The field is left: what was typed stands for the project that is highlighted.
    pub fn settle(&mut self) {
        if self.chosen.is_some() || self.text.is_blank() || self.waiting {
            return;
        }
        if let Some(ProjectChoice::Existing(project)) = self.choices().into_iter().nth(self.highlighted) {
            self.choose(project);
        }
    }

    /// The form is sent: what was typed stands only for what it can't be mistaken for.
    pub fn settle_if_certain(&mut self) {
        let typed = self.text.value();
        let alike = (0..)
            .zip(&self.found)
            .filter(|(_, found)| are_alike(&found.name, typed));
        let alike: Vec<usize> = alike.map(|(index, _)| index).collect();
        match (alike.as_slice(), self.found.len()) {
            ([exact], _) => self.highlighted = *exact,
            (_, 1) => {}
            _ => return,
        }
        self.settle();
    }

    /// Enter: takes the highlighted line. `true` when a project is chosen.
    pub fn accept(&mut self) -> (bool, Vec<Effect>) {
        if self.chosen.is_some() {
            return (true, Vec::new());
        }
        match self.choices().into_iter().nth(self.highlighted) {
            Some(ProjectChoice::Existing(project)) => {
                self.choose(project);
                (true, Vec::new())
            }
            Some(ProjectChoice::New(name)) => {
                self.question += 1;
                self.waiting = true;
                self.creating = true;
                self.error = None;
                (
                    false,
                    vec![Effect::CreateProject {
                        question: self.question,
                        name,
                    }],
                )
            }
            None => (false, self.search_if_new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::api::{PersonRef, ProjectMay};

    fn project(number: u128, name: &str, creator: &str) -> Project {
        Project {
            id: Uuid::from_u128(number),
            name: name.into(),
            creator: PersonRef {
                id: Uuid::from_u128(number),
                email: creator.into(),
            },
            deployed: true,
            created_at: Timestamp::UNIX_EPOCH,
            keys: 0,
            session_server: None,
            may: ProjectMay::default(),
        }
    }

    fn found(typed: &str) -> ProjectPicker {
        let mut picker = ProjectPicker::new(true, 1);
        picker.paste(typed);
        let projects = vec![
            project(1, "Café", "ed@acme.example"),
            project(2, "CAFÉ", "mira@acme.example"),
            project(3, "Café Nord", "mira@acme.example"),
        ];
        picker.found(picker.question, Ok(projects));
        picker
    }

    #[test]
    fn of_projects_that_are_called_alike_none_is_guessed_and_each_says_whose_it_is() {
        let mut picker = found("cafe\u{301}");
        let creators = [0, 1, 2].map(|index| picker.creator_of(index).map(str::to_owned));
        let of = |creator: &str| Some(creator.to_owned());
        assert_eq!(creators, [of("ed@acme.example"), of("mira@acme.example"), None]);
        // No other one of this name is offered, however it is spelled.
        assert_eq!(picker.choices().len(), 3);
        picker.settle_if_certain();
        assert_eq!(picker.chosen(), None);
        picker.move_by(1);
        assert!(picker.accept().0);
        assert_eq!(picker.chosen().map(|chosen| chosen.id), Some(Uuid::from_u128(2)));
        assert_eq!(picker.chosen_creator(), Some("mira@acme.example"));
    }

    #[test]
    fn one_that_is_spelled_otherwise_is_certain() {
        let mut picker = found("CAFÉ\u{a0}NORD");
        picker.settle_if_certain();
        assert_eq!(picker.chosen().map(|chosen| chosen.id), Some(Uuid::from_u128(3)));
        assert_eq!(picker.chosen_creator(), None);
    }
}
