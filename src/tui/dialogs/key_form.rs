//! Creating and editing a key: which fields its scope has, when they are valid, and what is sent.

mod local;
mod preview;
mod request;
mod view;

use crossterm::event::KeyEvent;
use strum::IntoEnumIterator;
use uuid::Uuid;

use self::local::LOCAL_ADDRESS;
use crate::api::{Created, Key, Permissions};
use crate::client::Error;
use crate::model::field::{Items, Widget};
use crate::model::{FieldErrors, KeyField, KeyFields, Scope, Settings};
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{Effect, Message, UsageReply};
use crate::tui::state::command::{About, DialogAnswer, DialogCommand};
use crate::tui::state::dialog::{AtStake, Context, Dialog};
use crate::tui::state::form::{
    Asked, FieldInput, Form, FormButton, FormField, LineList, LinesOf, Presence, ProjectPicker, TimeField,
};
use crate::tui::state::notice::Tone;
use crate::tui::state::reason::Reason;

const SCOPE: &str = "scope";

const DOMAINS_HELP: &[&str] = &[
    "In a list: Enter adds a line, Ctrl-D removes one,",
    "a paste may hold several.",
];

#[derive(Debug)]
pub struct KeyForm {
    /// The key that is edited, as it was when the form opened; `None` in a create form.
    pub editing: Option<Box<Key>>,
    pub form: Form,
    /// Those that can be chosen from, in the order of the field's options.
    scopes: Vec<Scope>,
    /// What was sent last and under which idempotency key, so that trying again can't create twice.
    attempt: Option<(KeyFields, Uuid)>,
    /// What the key was used from recently was asked for, before an edit that may refuse some of it.
    previewed: Option<u64>,
}

impl KeyForm {
    /// An empty form; `None` when the user may create nothing.
    pub fn create(may: &Permissions) -> Option<Self> {
        may.create_keys.first()?;
        let project = ProjectPicker::new(may.create_projects);
        Some(Self::new(None, may.create_keys.clone(), project))
    }

    pub fn edit(key: Key) -> Self {
        let scopes = vec![key.scope];
        Self::new(Some(Box::new(key)), scopes, ProjectPicker::new(false))
    }

    fn new(editing: Option<Box<Key>>, scopes: Vec<Scope>, project: ProjectPicker) -> Self {
        let options = scopes.iter().map(|scope| scope.label()).collect();
        let mut fields = vec![FormField::choice(SCOPE, "Scope", options, 0, "")];
        let settings = editing.as_deref().map(Key::settings).unwrap_or_default();
        let name = editing.as_deref().map_or("", |key| &key.name);
        let mut project = Some(project);
        for field in KeyField::iter() {
            let wire_name = field.wire_name();
            match field {
                KeyField::Name => fields.push(FormField::text(wire_name, field.label(), name, "")),
                KeyField::Project => fields.extend(project.take().map(|picker| {
                    let input = FieldInput::Project(Box::new(picker));
                    FormField::new(wire_name, field.label(), "", input)
                })),
                KeyField::UiDomains => {
                    let domains: Vec<_> = settings.ui_domains.iter().map(ToString::to_string).collect();
                    let scope = scopes.first().copied().unwrap_or(Scope::Web);
                    let input = FieldInput::Lines(LineList::new(LinesOf::Domains(scope), &domains));
                    fields.push(FormField::new(wire_name, field.label(), "", input));
                }
                KeyField::LocalDevelopment => fields.extend(local::fields(&settings)),
                KeyField::LocalDevelopmentEndsAt => fields.push(local::end(&settings)),
                declared => fields.extend(declared_field(declared, &settings)),
            }
        }
        let verb = if editing.is_some() { "Save" } else { "Create" };
        let buttons = vec![(FormButton::Submit, verb), (FormButton::Cancel, "Cancel")];
        let mut form = Self {
            editing,
            form: Form::new(fields, buttons),
            scopes,
            attempt: None,
            previewed: None,
        };
        form.follow();
        form.form.focus_first();
        form
    }

    pub fn scope(&self) -> Scope {
        match self.form.field(SCOPE).map(|field| &field.input) {
            Some(FieldInput::Choice { chosen, .. }) => self.scopes.get(*chosen).copied(),
            _ => None,
        }
        .unwrap_or(Scope::Web)
    }

    pub fn project(&self) -> Option<&ProjectPicker> {
        match &self.form.field(KeyField::Project.wire_name())?.input {
            FieldInput::Project(picker) => Some(picker),
            _ => None,
        }
    }

    fn project_mut(&mut self) -> Option<&mut ProjectPicker> {
        match &mut self.form.field_mut(KeyField::Project.wire_name())?.input {
            FieldInput::Project(picker) => Some(picker),
            _ => None,
        }
    }

    fn is_on_project(&self) -> bool {
        let focused = self.form.focused();
        focused.is_some_and(|field| matches!(field.input, FieldInput::Project(_)))
    }

    /// After every change: the fields are those of the scope, and what is wrong in them is shown.
    fn follow(&mut self) {
        let (scope, scopes) = (self.scope(), self.scopes.len());
        let is_edited = self.editing.is_some();
        let is_local = self.is_local();
        for field in &mut self.form.fields {
            let of_key = KeyField::from_wire_name(field.wire_name);
            if let (FieldInput::Lines(list), Some(of)) = (&mut field.input, of_key) {
                if let LinesOf::Domains(of) = &mut list.of {
                    *of = scope;
                }
                field.label = of.label_of(scope);
            }
            let is_there = of_key.is_some_and(|of| match is_edited {
                true => of.is_edited_of(scope),
                false => of.is_of(scope),
            });
            field.presence = match field.name {
                SCOPE if is_edited || scopes < 2 => Presence::Fixed,
                SCOPE => Presence::Editable,
                LOCAL_ADDRESS if !is_local => Presence::Absent,
                _ if of_key == Some(KeyField::LocalDevelopmentEndsAt) && !is_local => Presence::Absent,
                _ if is_there => Presence::Editable,
                _ => Presence::Absent,
            };
        }
        let wrong = self.all_errors();
        self.form.show_errors(wrong);
    }

    /// Does something in the form, and follows what came of it.
    fn in_form<T>(&mut self, act: impl FnOnce(&mut Form) -> T) -> T {
        let scope = self.scope();
        let result = act(&mut self.form);
        if self.scope() != scope {
            self.form.banner = None;
        }
        self.follow();
        result
    }

    fn submit(&mut self, cx: &mut Context) {
        self.in_form(Form::settle);
        if !self.form.errors.is_empty() {
            return self.in_form(|form| form.focus_first_error(cx));
        }
        self.preview(cx);
    }

    fn send(&mut self, cx: &mut Context) {
        let fresh = cx.new_id();
        let Some(key) = &self.editing else {
            let (fields, idempotency_key) = (self.key_fields(), self.idempotency_key(fresh));
            cx.effect(Effect::Create {
                fields,
                idempotency_key,
            });
            return self.form.sends();
        };
        let (id, version, edit) = (key.id, key.version, self.key_edit());
        if edit.is_empty() {
            cx.close();
            return cx.say(Tone::Note, "Nothing was changed.");
        }
        cx.effect(Effect::Edit { id, version, edit });
        self.form.sends();
    }

    /// The new project is there, or not: as with an existing one, the focus goes on.
    fn project_created(&mut self, cx: &mut Context) {
        let is_chosen = self.project().is_some_and(|project| project.chosen().is_some());
        if self.is_on_project() && is_chosen {
            self.in_form(|form| form.move_focus(1, cx));
        }
    }

    fn created(&mut self, result: Result<Box<Created>, Error>, cx: &mut Context) -> Option<Message> {
        match result {
            Ok(created) => {
                cx.close();
                return Some(Message::Created { result: Ok(created) });
            }
            Err(error) => self.refused(&error, cx),
        }
        None
    }

    fn edited(&mut self, id: Uuid, result: Result<Box<Key>, Error>, cx: &mut Context) -> Option<Message> {
        match result {
            Ok(key) => {
                cx.close();
                return Some(Message::Edited { id, result: Ok(key) });
            }
            Err(Error::Refused(problem)) if problem.current.is_some() => {
                self.form.sending = false;
                if let Some(current) = problem.current {
                    cx.command(DialogCommand::Compare(current));
                }
            }
            Err(error) => {
                self.refused(&error, cx);
                if error.is_gone() {
                    cx.command(DialogCommand::KeyGone(id));
                }
            }
        }
        None
    }

    fn refused(&mut self, error: &Error, cx: &mut Context) {
        let way_on = match error {
            Error::Refused(_) => "",
            Error::Unsure(_) => " Nothing you typed is lost.",
            _ => " Nothing you typed is lost; Ctrl-S tries again.",
        };
        self.in_form(|form| form.refused(error, cx));
        if let Some(banner) = &mut self.form.banner {
            banner.push_str(way_on);
        }
    }
}

/// A field of which the declaration says all.
fn declared_field(field: KeyField, settings: &Settings) -> Option<FormField> {
    let (name, value) = (field.wire_name(), settings.value(field));
    match field.widget() {
        Widget::Custom => None,
        Widget::Text { hint, .. } => {
            let text = value.text().unwrap_or_default();
            Some(FormField::text(name, field.label(), &text, hint).with_example())
        }
        Widget::List {
            of: Items::Networks, ..
        } => {
            let list = LineList::new(LinesOf::Items(field), &value.list().unwrap_or_default());
            Some(FormField::new(name, field.label(), "", FieldInput::Lines(list)))
        }
        Widget::List { hint, .. } => {
            let text = value.list().unwrap_or_default().join(", ");
            Some(FormField::text(name, field.label(), &text, hint).with_example())
        }
        Widget::Time { always, hint, .. } => {
            let time = TimeField::new(value.instant(), always);
            Some(FormField::new(name, field.label(), hint, FieldInput::Time(time)).with_example())
        }
        Widget::Toggle { label, .. } => {
            let on = value.flag().unwrap_or_default();
            Some(FormField::toggle(name, label, on, field.label()))
        }
    }
}

impl Dialog for KeyForm {
    fn layer(&self) -> Layer {
        Layer::Form
    }

    fn help(&self) -> &'static [&'static str] {
        DOMAINS_HELP
    }

    /// The reply belongs to this form and no later one: it stays until that is there.
    fn available(&self, _action: Action) -> Result<(), Reason> {
        match self.form.sending {
            true => Err(Reason::Unanswered),
            false => Ok(()),
        }
    }

    fn typed(&mut self, key: KeyEvent, cx: &mut Context) -> bool {
        let was_local = self.is_local();
        let typed = self.in_form(|form| form.typed(key, cx));
        self.offer_end(was_local, cx.moment());
        typed
    }

    fn pasted(&mut self, text: &str, cx: &mut Context) {
        self.in_form(|form| form.pasted(text, cx));
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        let was_local = self.is_local();
        let asked = self.in_form(|form| form.perform(action, cx));
        self.offer_end(was_local, cx.moment());
        match asked {
            Asked::Nothing => {}
            Asked::Submit => self.submit(cx),
            Asked::Cancel if self.is_dirty() => cx.ask_whether_to_discard(),
            Asked::Cancel => cx.close(),
        }
    }

    fn replied(&mut self, reply: Message, cx: &mut Context) -> Option<Message> {
        match reply {
            Message::Projects { question, result } => {
                self.project_mut().map(|project| project.found(question, result));
            }
            Message::ProjectCreated { question, result } => {
                let project = self.project_mut();
                if project.is_some_and(|project| project.created(question, result)) {
                    self.project_created(cx);
                }
            }
            Message::Created { result } if self.editing.is_none() => return self.created(result, cx),
            Message::Edited { id, result } if self.editing.as_ref().is_some_and(|key| key.id == id) => {
                return self.edited(id, result, cx);
            }
            Message::OfUsage(UsageReply::OfKey { number, result }) if self.previewed == Some(number) => {
                return self.previewed(result, cx);
            }
            other => return Some(other),
        }
        None
    }

    fn answered(&mut self, answer: &DialogAnswer, cx: &mut Context) -> bool {
        match answer {
            DialogAnswer::Confirmed(About::RefuseRecent) => {
                self.send(cx);
                true
            }
            DialogAnswer::Confirmed(about) => cx.closes_if(*about == About::DiscardForm),
            // On from the key as it is now, so that only what is taken of this form is sent.
            DialogAnswer::Merged { current, mine } => {
                let mut merged = Self::edit((**current).clone());
                for field in mine {
                    merged.take(*field, self);
                }
                *self = merged;
                self.preview(cx);
                true
            }
            DialogAnswer::Chosen(_) => false,
        }
    }

    fn at_stake(&self) -> Option<AtStake> {
        self.is_dirty().then_some(AtStake::Typed)
    }

    /// Whether it is about projects that are still on their way.
    fn awaits(&self, action: Action) -> bool {
        let project = self
            .project()
            .filter(|_| self.is_on_project() && !self.form.sending);
        project.is_some_and(|project| project.awaits(action))
    }

    /// While a project is made in place, what is typed is for the field after it.
    fn holds_input(&self) -> bool {
        self.project().is_some_and(ProjectPicker::is_creating)
    }

    /// A project is never made by a key that was pressed before it was known that there is none.
    fn must_be_seen(&self, action: Action) -> bool {
        let project = self.project().filter(|_| self.is_on_project());
        action == Action::Accept && project.is_some_and(ProjectPicker::would_create)
    }
}
