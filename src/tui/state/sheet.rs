//! A small form with a few fields: what people and projects are added and edited with. Whoever opens
//! one says what is to be done with what was typed.

use crossterm::event::KeyEvent;

use super::hidden::HiddenField;
use super::people::PersonTask;
use super::projects::ProjectTask;
use super::text::TextField;
use super::{About, App, Over};
use crate::client::Error;
use crate::model::{FieldErrors, Secret};
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::state::notice::sentence;

/// What is typed or chosen in a field.
#[derive(Debug)]
pub enum Entry {
    Text(TextField),
    /// Text that is not shown while it is typed.
    Hidden(HiddenField),
    /// One of a few.
    Choice {
        options: Vec<&'static str>,
        chosen: usize,
    },
}

#[derive(Debug)]
pub struct SheetField {
    /// As the server calls it in its refusals.
    pub name: &'static str,
    pub label: &'static str,
    /// What may be entered, in a few words; may be empty.
    pub hint: &'static str,
    pub entry: Entry,
    pub error: Option<String>,
    /// What each option of a choice means; may be empty.
    explained: Vec<&'static str>,
    /// What stood there when the sheet was opened.
    first: String,
}

impl SheetField {
    pub fn text(name: &'static str, label: &'static str, value: &str, hint: &'static str) -> Self {
        Self::new(name, label, hint, Entry::Text(TextField::new(value)))
    }

    pub fn hidden(name: &'static str, label: &'static str, hint: &'static str) -> Self {
        Self::new(name, label, hint, Entry::Hidden(HiddenField::default()))
    }

    pub fn choice(
        name: &'static str,
        label: &'static str,
        options: Vec<&'static str>,
        chosen: usize,
        hint: &'static str,
    ) -> Self {
        Self::new(name, label, hint, Entry::Choice { options, chosen })
    }

    fn new(name: &'static str, label: &'static str, hint: &'static str, entry: Entry) -> Self {
        let mut field = Self {
            name,
            label,
            hint,
            entry,
            error: None,
            explained: Vec::new(),
            first: String::new(),
        };
        field.first = field.value().to_owned();
        field
    }

    /// Says of each option of a choice what it means.
    #[must_use]
    pub fn explained(mut self, meanings: Vec<&'static str>) -> Self {
        self.explained = meanings;
        self
    }

    /// What may be entered, or what the chosen option means.
    pub fn hint(&self) -> &'static str {
        match &self.entry {
            Entry::Choice { chosen, .. } => self.explained.get(*chosen).copied().unwrap_or(self.hint),
            Entry::Text(_) | Entry::Hidden(_) => self.hint,
        }
    }

    /// The text, or the chosen option; nothing of what is hidden.
    pub fn value(&self) -> &str {
        match &self.entry {
            Entry::Text(text) => text.value(),
            Entry::Hidden(_) => "",
            Entry::Choice { options, chosen } => options.get(*chosen).copied().unwrap_or_default(),
        }
    }

    fn is_dirty(&self) -> bool {
        match &self.entry {
            Entry::Hidden(text) => !text.is_empty(),
            _ => self.value() != self.first,
        }
    }

    /// Takes a key that edits text; `false` when it means something else.
    fn handle(&mut self, key: KeyEvent) -> bool {
        match &mut self.entry {
            Entry::Text(text) => text.handle(key),
            Entry::Hidden(text) => text.handle(key),
            Entry::Choice { .. } => false,
        }
    }

    fn paste(&mut self, pasted: &str) {
        match &mut self.entry {
            Entry::Text(text) => text.paste(pasted),
            Entry::Hidden(text) => text.paste(pasted),
            Entry::Choice { .. } => return,
        }
        self.error = None;
    }

    fn choose(&mut self, step: isize) {
        if let Entry::Choice { options, chosen } = &mut self.entry {
            *chosen = chosen
                .saturating_add_signed(step)
                .min(options.len().saturating_sub(1));
        }
    }
}

/// What a sheet is for; its screen carries it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    Person(PersonTask),
    Project(ProjectTask),
}

#[derive(Debug)]
pub struct Sheet {
    pub task: Task,
    pub title: String,
    /// Sentences above the fields.
    pub about: Vec<String>,
    pub fields: Vec<SheetField>,
    pub focus: usize,
    /// The label of the button: "Add".
    pub verb: &'static str,
    pub sending: bool,
    /// A refusal that belongs to no field.
    pub error: Option<String>,
}

/// What an action in a sheet comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetOutcome {
    Stay,
    Submit,
    Cancel,
}

impl Sheet {
    pub fn new(task: Task, title: impl Into<String>, verb: &'static str, fields: Vec<SheetField>) -> Self {
        Self {
            task,
            title: title.into(),
            about: Vec::new(),
            fields,
            focus: 0,
            verb,
            sending: false,
            error: None,
        }
    }

    #[must_use]
    pub fn about(mut self, sentence: impl Into<String>) -> Self {
        self.about.push(sentence.into());
        self
    }

    /// What was entered in the field of this name, trimmed.
    pub fn value(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|field| field.name == name);
        field.map_or("", |field| field.value().trim())
    }

    /// What was typed unseen in the field of this name.
    pub fn secret(&self, name: &str) -> Option<Secret> {
        self.fields.iter().find_map(|field| match &field.entry {
            Entry::Hidden(text) if field.name == name => text.secret(),
            _ => None,
        })
    }

    pub fn is_dirty(&self) -> bool {
        self.fields.iter().any(SheetField::is_dirty)
    }

    /// The button stands behind the last field.
    pub fn is_on_button(&self) -> bool {
        self.focus >= self.fields.len()
    }

    pub fn handle_text(&mut self, key: KeyEvent) -> bool {
        let Some(field) = self.fields.get_mut(self.focus) else {
            return false;
        };
        let taken = field.handle(key);
        if taken {
            field.error = None;
        }
        taken
    }

    pub fn handle_paste(&mut self, pasted: &str) {
        if let Some(field) = self.fields.get_mut(self.focus) {
            field.paste(pasted);
        }
    }

    pub fn perform(&mut self, action: Action) -> SheetOutcome {
        let stops = self.fields.len() + 1;
        match action {
            // What comes of it is waited for: the answer belongs to this sheet and no later one.
            _ if self.sending => {}
            Action::Submit => return SheetOutcome::Submit,
            Action::Accept if self.is_on_button() => return SheetOutcome::Submit,
            Action::Back => return SheetOutcome::Cancel,
            Action::NextField | Action::Down | Action::Accept => self.focus = (self.focus + 1) % stops,
            Action::PreviousField | Action::Up => self.focus = (self.focus + stops - 1) % stops,
            Action::Left => self.choose(-1),
            Action::Right => self.choose(1),
            _ => {}
        }
        SheetOutcome::Stay
    }

    fn choose(&mut self, step: isize) {
        if let Some(field) = self.fields.get_mut(self.focus) {
            field.choose(step);
        }
    }

    /// It is on its way to the server: nothing is wrong with it until the answer says so.
    pub fn sends(&mut self) {
        self.sending = true;
        self.error = None;
    }

    /// Puts what is wrong beside the fields; the first of them gets the focus.
    pub fn wrong(&mut self, errors: &FieldErrors) {
        self.sending = false;
        for error in &errors.0 {
            match self.fields.iter_mut().find(|field| field.name == error.field) {
                Some(field) => field.error = Some(error.message.clone()),
                None => self.error = Some(error.message.clone()),
            }
        }
        if let Some(first) = self.fields.iter().position(|field| field.error.is_some()) {
            self.focus = first;
        }
    }

    /// What the server refused; everything typed stays.
    pub fn refused(&mut self, error: &Error) {
        self.sending = false;
        match error.problem().filter(|problem| !problem.errors.is_empty()) {
            Some(problem) => self.wrong(&FieldErrors(problem.errors.clone())),
            None => self.error = Some(sentence(error)),
        }
    }
}

impl App {
    pub(super) fn open_sheet(&mut self, sheet: Sheet) -> Vec<Effect> {
        self.over.push(Over::Sheet(Box::new(sheet)));
        Vec::new()
    }

    pub(super) fn sheet_mut(&mut self) -> Option<&mut Sheet> {
        self.over.iter_mut().rev().find_map(|over| match over {
            Over::Sheet(sheet) => Some(sheet.as_mut()),
            _ => None,
        })
    }

    /// Takes the sheet away when it is of this task: what it was for has been done.
    pub(super) fn close_sheet(&mut self, task: Task) {
        self.take_away(|over| matches!(over, Over::Sheet(sheet) if sheet.task == task));
    }

    pub(super) fn perform_in_sheet(&mut self, action: Action) -> Vec<Effect> {
        let Some(Over::Sheet(sheet)) = self.over.last_mut() else {
            return Vec::new();
        };
        match sheet.perform(action) {
            SheetOutcome::Stay => Vec::new(),
            SheetOutcome::Submit => match sheet.task {
                Task::Person(task) => self.send_person(task),
                Task::Project(task) => self.send_project(task),
            },
            SheetOutcome::Cancel if sheet.is_dirty() => {
                self.ask(
                    About::DiscardForm,
                    "What you typed has not been saved.",
                    "Keep editing",
                    "Discard",
                );
                Vec::new()
            }
            SheetOutcome::Cancel => {
                self.over.pop();
                Vec::new()
            }
        }
    }
}
