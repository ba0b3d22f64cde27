//! The create and edit forms: what was typed, where the focus is, and what is wrong under it.
//!
//! Nothing typed is ever lost: a refusal comes back to the field that it names, and the form stays.

mod domains;
mod entries;
mod errors;
mod project;
mod request;

use std::collections::HashSet;

use crossterm::event::KeyEvent;
use strum::VariantArray;
use uuid::Uuid;

pub use domains::DomainList;
pub use entries::{Entries, Entry};
pub use project::{ProjectChoice, ProjectPicker};

use super::text::TextField;
use crate::api::{Key, Permissions, Project};
use crate::client::Error;
use crate::model::{FieldError, FieldErrors, KeyField, KeyFields, Scope, Settings};
use crate::tui::keymap::Action;
use crate::tui::message::Effect;

/// What can have the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    Scope,
    /// Of local development, its toggle.
    Key(KeyField),
    LocalAddress,
    Submit,
    Cancel,
}

impl Field {
    /// Its name on the wire, which refusals use.
    pub fn wire_name(self) -> &'static str {
        match self {
            Field::Scope => "scope",
            Field::Key(field) => field.wire_name(),
            Field::LocalAddress => KeyField::LocalDevelopment.wire_name(),
            Field::Submit | Field::Cancel => "",
        }
    }
}

pub const NAME: Field = Field::Key(KeyField::Name);
pub const PROJECT: Field = Field::Key(KeyField::Project);
pub const DOMAINS: Field = Field::Key(KeyField::UiDomains);
pub const LOCAL: Field = Field::Key(KeyField::LocalDevelopment);

/// What came of a key press in a form.
#[derive(Debug)]
pub enum Outcome {
    Stay(Vec<Effect>),
    /// Cancel was asked for; the form stays until that is decided.
    Cancel,
    /// Everything is valid: send it.
    Submit,
}

#[derive(Debug)]
pub struct Form {
    /// The key that is edited, as it was when the form opened; `None` in a create form.
    pub editing: Option<Box<Key>>,
    pub scopes: Vec<Scope>,
    pub scope: Scope,
    pub name: TextField,
    pub project: ProjectPicker,
    pub domains: DomainList,
    pub local: bool,
    pub local_address: TextField,
    /// What stands in the other fields.
    pub entries: Entries,
    pub focus: Field,
    /// What is wrong, by the validation here or by the server.
    pub errors: FieldErrors,
    /// What the server said of fields, until they are changed.
    refusals: Vec<FieldError>,
    /// What the server or the network said about the whole form.
    pub banner: Option<String>,
    /// The request is on its way.
    pub sending: bool,
    /// Fields that were left once; only their errors are shown before the first submission.
    visited: HashSet<Field>,
    /// What was sent last and under which idempotency key, so that trying again can't create twice.
    attempt: Option<(KeyFields, Uuid)>,
}

impl Form {
    /// An empty form; `None` when the user may create nothing. `number` tells forms apart.
    pub fn create(may: &Permissions, number: u64) -> Option<Self> {
        let scope = *may.create_keys.first()?;
        let project = ProjectPicker::new(may.create_projects, number);
        let mut form = Self::blank(may.create_keys.clone(), scope, project);
        form.focus = form.fields().first().copied().unwrap_or(NAME);
        Some(form)
    }

    pub fn edit(key: Key) -> Self {
        let domains: Vec<String> = key.ui_domains.iter().map(ToString::to_string).collect();
        let local = key.local_development.map(|address| address.to_string());
        let blank = Self::blank(vec![key.scope], key.scope, ProjectPicker::new(false, 0));
        let first = KeyField::editable(key.scope).next();
        Self {
            focus: Field::Key(first.unwrap_or(KeyField::Name)),
            name: TextField::new(&key.name),
            domains: DomainList::new(key.scope, &domains),
            local: local.is_some(),
            local_address: TextField::new(local.as_deref().unwrap_or_default()),
            entries: Entries::of(&key.settings()),
            editing: Some(Box::new(key)),
            ..blank
        }
    }

    fn blank(scopes: Vec<Scope>, scope: Scope, project: ProjectPicker) -> Self {
        Self {
            editing: None,
            scopes,
            scope,
            name: TextField::default(),
            project,
            domains: DomainList::new(scope, &[]),
            local: false,
            local_address: TextField::default(),
            entries: Entries::of(&Settings::default()),
            focus: NAME,
            errors: FieldErrors::default(),
            refusals: Vec::new(),
            banner: None,
            sending: false,
            visited: HashSet::new(),
            attempt: None,
        }
    }

    /// The fields of the scope, in the order of the focus.
    pub fn fields(&self) -> Vec<Field> {
        let mut fields = Vec::new();
        let creating = self.editing.is_none();
        if creating && self.scopes.len() > 1 {
            fields.push(Field::Scope);
        }
        let of_key: Vec<KeyField> = match creating {
            true => KeyField::of(self.scope).collect(),
            false => KeyField::editable(self.scope).collect(),
        };
        for field in of_key {
            fields.push(Field::Key(field));
            if field == KeyField::LocalDevelopment && self.local {
                fields.push(Field::LocalAddress);
            }
        }
        fields.extend([Field::Submit, Field::Cancel]);
        fields
    }

    pub fn handle_paste(&mut self, text: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        match self.focus {
            DOMAINS => self.domains.paste(text),
            PROJECT => effects = self.project.paste(text),
            _ => {
                if let Some(field) = self.focused_text() {
                    field.paste(text);
                }
            }
        }
        self.changed();
        effects
    }

    /// Whether an action is about projects that are still on their way.
    pub fn awaits_project(&self, action: Action) -> bool {
        self.focus == PROJECT && self.project.awaits(action)
    }

    /// The new project is there, or not: as with an existing one, the focus goes on.
    pub fn project_created(&mut self, question: u64, result: Result<Project, Error>) {
        self.project.created(question, result);
        if self.focus == PROJECT && self.project.chosen().is_some() {
            self.move_focus(1);
        }
    }

    /// Gives the focused field its key first; `None` when the key means something else.
    pub fn handle_text(&mut self, key: KeyEvent) -> Option<Vec<Effect>> {
        let taken = match self.focus {
            DOMAINS => self.domains.handle(key).then(Vec::new),
            PROJECT => self.project.handle(key),
            _ => match self.focused_text() {
                Some(field) => field.handle(key).then(Vec::new),
                None => self.handle_choice(key).then(Vec::new),
            },
        }?;
        self.changed();
        Some(taken)
    }

    /// Space toggles; digits choose a scope.
    fn handle_choice(&mut self, key: KeyEvent) -> bool {
        use crossterm::event::KeyCode::Char;
        match (self.focus, key.code) {
            (Field::Key(_), Char(' ')) => return self.toggle(),
            (Field::Scope, Char(' ')) => self.next_scope(1),
            (Field::Scope, Char(digit @ '1'..='3')) => {
                let wanted = Scope::VARIANTS[digit as usize - '1' as usize];
                if self.scopes.contains(&wanted) {
                    self.set_scope(wanted);
                }
            }
            _ => return false,
        }
        true
    }

    pub fn perform(&mut self, action: Action) -> Outcome {
        if self.sending {
            return Outcome::Stay(Vec::new());
        }
        match action {
            Action::NextField => self.move_focus(1),
            Action::PreviousField => self.move_focus(-1),
            Action::Down | Action::Up => return Outcome::Stay(self.vertical(action == Action::Down)),
            Action::Left if self.focus == Field::Scope => self.next_scope(-1),
            Action::Right if self.focus == Field::Scope => self.next_scope(1),
            Action::Left | Action::Right => self.toggle_or_switch_button(),
            Action::Accept => return self.accept(),
            Action::Submit => return self.submit(),
            Action::Back => return Outcome::Cancel,
            _ => {}
        }
        Outcome::Stay(self.arrive())
    }

    fn accept(&mut self) -> Outcome {
        match self.focus {
            Field::Submit => return self.submit(),
            Field::Cancel => return Outcome::Cancel,
            DOMAINS => {
                if self.domains.next_line() {
                    self.left_a_domain();
                } else {
                    self.move_focus(1);
                }
            }
            PROJECT => {
                let (chosen, effects) = self.project.accept();
                if chosen {
                    self.move_focus(1);
                }
                return Outcome::Stay(effects);
            }
            _ => {
                if !self.toggle() {
                    self.move_focus(1);
                }
            }
        }
        Outcome::Stay(self.arrive())
    }

    fn vertical(&mut self, down: bool) -> Vec<Effect> {
        let step = if down { 1 } else { -1 };
        let moved_within = match self.focus {
            DOMAINS => self.domains.move_by(step),
            PROJECT => self.project.move_by(step),
            _ => false,
        };
        if !moved_within {
            self.move_focus(step);
        } else if self.focus == DOMAINS {
            self.left_a_domain();
        }
        self.arrive()
    }

    fn toggle_or_switch_button(&mut self) {
        match self.focus {
            Field::Submit => self.focus = Field::Cancel,
            Field::Cancel => self.focus = Field::Submit,
            _ => {
                self.toggle();
            }
        }
    }

    /// The text field that has the focus.
    fn focused_text(&mut self) -> Option<&mut TextField> {
        match self.focus {
            NAME => Some(&mut self.name),
            Field::LocalAddress => Some(&mut self.local_address),
            Field::Key(field) => self.entries.text_mut(field),
            _ => None,
        }
    }

    /// Toggles what has the focus, if it can be toggled.
    fn toggle(&mut self) -> bool {
        let on = match self.focus {
            LOCAL => Some(&mut self.local),
            Field::Key(field) => self.entries.toggle_mut(field),
            _ => None,
        };
        let Some(on) = on else {
            return false;
        };
        *on = !*on;
        self.revalidate();
        true
    }

    fn next_scope(&mut self, step: isize) {
        let at = self
            .scopes
            .iter()
            .position(|&scope| scope == self.scope)
            .unwrap_or(0);
        let next = at
            .saturating_add_signed(step)
            .min(self.scopes.len().saturating_sub(1));
        if let Some(&scope) = self.scopes.get(next) {
            self.set_scope(scope);
        }
    }

    fn set_scope(&mut self, scope: Scope) {
        self.scope = scope;
        self.domains.scope = scope;
        self.banner = None;
        self.revalidate();
    }

    fn move_focus(&mut self, step: isize) {
        if self.focus == PROJECT {
            self.project.settle();
        }
        self.leave();
        let fields = self.fields();
        let at = fields.iter().position(|&field| field == self.focus).unwrap_or(0) as isize;
        self.focus = fields[(at + step).rem_euclid(fields.len() as isize) as usize];
        if self.focus == DOMAINS {
            self.domains.enter(step > 0);
        }
    }

    /// The field is left: tidy it and say what is wrong with it.
    fn leave(&mut self) {
        if self.focus == DOMAINS {
            self.domains.tidy();
        }
        // The address comes after its toggle: it is not wrong before it was visited.
        if !(self.focus == LOCAL && self.local) {
            self.visited.insert(self.focus);
        }
        self.revalidate();
    }

    /// One of several domains is left: its error shows at once.
    fn left_a_domain(&mut self) {
        self.visited.insert(DOMAINS);
        self.revalidate();
    }

    /// The field is entered: a project picker asks for what it offers.
    fn arrive(&mut self) -> Vec<Effect> {
        if self.focus == PROJECT {
            self.project.search_if_new()
        } else {
            Vec::new()
        }
    }

    fn submit(&mut self) -> Outcome {
        if self.focus == PROJECT {
            self.project.settle_if_certain();
        }
        self.leave();
        self.banner = None;
        self.visited.extend(self.fields());
        self.refusals.clear();
        self.errors = self.all_errors();
        if self.errors.is_empty() {
            return Outcome::Submit;
        }
        self.focus_first_error();
        Outcome::Stay(self.arrive())
    }
}
