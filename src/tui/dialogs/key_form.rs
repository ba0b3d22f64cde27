//! Creating and editing a key: which fields its scope has, when they are valid, and what is sent.

mod declared;
mod local;
mod preview;
mod project;
mod request;
mod view;

use crossterm::event::KeyEvent;
use strum::IntoEnumIterator;
use uuid::Uuid;

use self::declared::declared_field;
use self::local::LOCAL_ADDRESS;
use crate::api::{Created, Key, Permissions};
use crate::client::Error;
use crate::model::{FieldErrors, KeyField, KeyFields, Scope};
use crate::tui::keymap::{Action, Keymap, Layer};
use crate::tui::message::{Effect, Message, UsageReply};
use crate::tui::state::command::{About, DialogAnswer, DialogCommand};
use crate::tui::state::dialog::{AtStake, Context, Dialog};
use crate::tui::state::form::{
    Asked, FieldInput, Form, FormField, LineList, LinesOf, Presence, ProjectPicker,
};
use crate::tui::state::notice::Tone;
use crate::tui::state::reason::Reason;

const SCOPE: &str = "scope";

const DOMAINS_HELP: &[&str] = &[
    "In a list: {accept} adds a line, Ctrl-D removes one,",
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
    /// It is to be sent once it is known which project was typed.
    awaits_project: bool,
}

impl KeyForm {
    /// An empty form for a key of this scope, or a Web key; `None` when the user may create nothing.
    pub fn create(may: &Permissions, scope: Option<Scope>) -> Option<Self> {
        may.create_keys.first()?;
        let project = ProjectPicker::new(may.create_projects);
        let mut form = Self::new(None, may.create_keys.clone(), project);
        form.set_scope(scope.unwrap_or(Scope::Web));
        form.form.focus_on(KeyField::Name.wire_name());
        Some(form)
    }

    pub fn edit(key: Key) -> Self {
        let scopes = vec![key.scope];
        Self::new(Some(Box::new(key)), scopes, ProjectPicker::new(false))
    }

    /// Addresses that the key was used from recently can be taken as its networks.
    #[must_use]
    pub fn used_from(mut self, addresses: Vec<String>) -> Self {
        let networks = self.form.field_mut(KeyField::AllowedNetworks.wire_name());
        if let Some(FieldInput::Lines(list)) = networks.map(|field| &mut field.input) {
            list.offer(addresses);
        }
        self
    }

    fn new(editing: Option<Box<Key>>, scopes: Vec<Scope>, project: ProjectPicker) -> Self {
        let options = scopes.iter().map(|scope| scope.label()).collect();
        let mut fields = vec![FormField::choice(SCOPE, "Scope", options, 0, "")];
        let settings = editing
            .as_deref()
            .map(|key| key.settings.clone())
            .unwrap_or_default();
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
        let mut form = Self {
            editing,
            form: Form::new(fields, Some(verb)),
            scopes,
            attempt: None,
            previewed: None,
            awaits_project: false,
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

    /// Where one of these can be chosen.
    fn set_scope(&mut self, scope: Scope) {
        let at = self.scopes.iter().position(|offered| *offered == scope);
        if let (Some(FieldInput::Choice { chosen, .. }), Some(at)) =
            (self.form.field_mut(SCOPE).map(|field| &mut field.input), at)
        {
            *chosen = at;
        }
        self.follow();
    }

    /// The next scope, from whichever field; after the last one the first.
    fn next_scope(&mut self) {
        let at = self.scopes.iter().position(|scope| *scope == self.scope());
        let next = at.map_or(0, |at| (at + 1) % self.scopes.len());
        if let Some(scope) = self.scopes.get(next) {
            self.set_scope(*scope);
            self.form.banner = None;
        }
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
                list.local_development_is_off = !is_local;
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
        if !self.is_project_settled(cx) {
            self.awaits_project = true;
            return self.form.sends();
        }
        self.submit_settled(cx);
    }

    fn submit_settled(&mut self, cx: &mut Context) {
        self.in_form(Form::settle);
        if !self.form.errors.is_empty() {
            return self.in_form(|form| form.focus_first_error(cx));
        }
        match self.asked_project().is_some_and(|project| project.create(cx)) {
            true => self.form.sends(),
            false => self.preview(cx),
        }
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
            _ => " Nothing you typed is lost; {submit} tries again.",
        };
        self.in_form(|form| form.refused(error, cx));
        if let Some(banner) = &mut self.form.banner {
            banner.push_str(&Keymap::told_of_fixed(Layer::Form, way_on));
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
    fn available(&self, action: Action) -> Result<(), Reason> {
        let can_choose_scope = self.editing.is_none() && self.scopes.len() > 1;
        match action {
            Action::Back if self.awaits_project => Ok(()),
            _ if self.form.sending => Err(Reason::Unanswered),
            Action::NextScope if !can_choose_scope => Err(Reason::NothingToDo),
            _ => Ok(()),
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
        if action == Action::NextScope {
            self.next_scope();
            if self
                .form
                .focused()
                .is_some_and(|field| field.presence != Presence::Editable)
            {
                self.in_form(|form| form.move_focus(1, cx));
            }
            return;
        }
        let was_local = self.is_local();
        let asked = self.in_form(|form| form.perform(action, cx));
        self.offer_end(was_local, cx.moment());
        match asked {
            Asked::Nothing => {}
            Asked::Submit => self.submit(cx),
            Asked::Cancel if self.awaits_project => self.sends_no_more(),
            Asked::Cancel if self.is_dirty() => cx.ask_whether_to_discard(),
            Asked::Cancel => cx.close(),
        }
    }

    fn replied(&mut self, reply: Message, cx: &mut Context) -> Option<Message> {
        match reply {
            Message::Projects { question, result } => self.projects_found(question, result, cx),
            Message::ProjectCreated { question, result } => self.project_created(question, result, cx),
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
        let Some(project) = self.project().filter(|_| !self.form.sending) else {
            return false;
        };
        match self.is_on_project() {
            true => project.awaits(action),
            // What was typed there is not yet what will stand there.
            false => project.will_take() && self.goes_to_project(action),
        }
    }
}
