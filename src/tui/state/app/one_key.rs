//! What is done with one key: create, edit, revoke, show and copy its secret.

use uuid::Uuid;

use super::App;
use crate::tui::message::{Effect, NamedId, Purpose};
use crate::tui::state::{Conflict, Explaining, Form, Modal, RevokeDialog, Tone};

impl App {
    pub(super) fn open_create(&mut self) -> Vec<Effect> {
        let number = self.next_number();
        let form = self.me.as_ref().and_then(|me| Form::create(&me.may, number));
        self.over.extend(form.map(|form| Modal::Form(Box::new(form))));
        Vec::new()
    }

    pub(super) fn open_edit(&mut self) -> Vec<Effect> {
        let form = self.selected().cloned().map(Form::edit);
        self.over.extend(form.map(|form| Modal::Form(Box::new(form))));
        Vec::new()
    }

    pub(super) fn open_revoke(&mut self) -> Vec<Effect> {
        match self.selected().cloned() {
            Some(key) => self.open(Modal::Revoke(Box::new(RevokeDialog::new(key)))),
            None => Vec::new(),
        }
    }

    pub(super) fn open_explain(&mut self) -> Vec<Effect> {
        match self.selected().cloned() {
            Some(key) => self.open(Modal::Explain(Box::new(Explaining::new(key)))),
            None => Vec::new(),
        }
    }

    pub(super) fn copy(&mut self) -> Vec<Effect> {
        self.ask_for_secret(Purpose::Copy)
    }

    pub(super) fn reveal(&mut self) -> Vec<Effect> {
        if self.revealed.is_some() {
            return self.hide_secret().into_iter().collect();
        }
        self.ask_for_secret(Purpose::Show)
    }

    fn ask_for_secret(&mut self, purpose: Purpose) -> Vec<Effect> {
        let Some(key) = self.selected() else {
            return Vec::new();
        };
        let (id, name) = (key.id, key.name.clone());
        match purpose {
            Purpose::Show => self.revealing = Some(id),
            Purpose::Copy => self.copying = Some(NamedId { id, name }),
        }
        vec![Effect::Reveal { id, purpose }]
    }

    pub(super) fn send_form(&mut self) -> Vec<Effect> {
        let number = self.next_number();
        let fresh = Uuid::from_u128(self.run.as_u128().wrapping_add(u128::from(number)));
        let Some(form) = self.form_mut() else {
            return Vec::new();
        };
        let Some(key) = &form.editing else {
            form.sending = true;
            let idempotency_key = form.idempotency_key(fresh);
            return vec![Effect::Create {
                fields: form.key_fields(),
                idempotency_key,
            }];
        };
        let (id, version, edit) = (key.id, key.version, form.key_edit());
        if edit.is_empty() {
            self.over.pop();
            return self.say(Tone::Note, "Nothing was changed.");
        }
        form.sending = true;
        vec![Effect::Edit { id, version, edit }]
    }

    pub(super) fn settle_conflict(&mut self) -> Vec<Effect> {
        let Some(Modal::Conflict(conflict)) = self.over.pop() else {
            return Vec::new();
        };
        let conflict: Conflict = *conflict;
        match self.over.pop() {
            Some(Modal::Form(form)) => {
                self.over.push(Modal::Form(Box::new(conflict.settle(*form))));
                self.send_form()
            }
            other => {
                self.over.extend(other);
                Vec::new()
            }
        }
    }
}
