//! What is done with one key: create, edit, revoke, show and copy its secret.

use super::App;
use crate::tui::dialogs::{Explaining, KeyForm, RevokeDialog, RevokedCard};
use crate::tui::message::{Effect, NamedId, Purpose};
use crate::tui::state::Body;

impl App {
    pub(super) fn open_create(&mut self) {
        let scope = self.browse.query.scope;
        self.creates_first = matches!(self.browse.body(), Body::Empty) && self.browse.query.ended.is_none();
        if let Some(form) = self.me.as_ref().and_then(|me| KeyForm::create(&me.may, scope)) {
            self.open(form);
        }
    }

    pub(super) fn open_edit(&mut self) {
        if let Some(key) = self.selected().cloned() {
            let recent = match self.key_usage.of(key.id) {
                Some(Ok(usage)) => usage.addresses.iter().map(|from| from.name.clone()).collect(),
                _ => Vec::new(),
            };
            self.open(KeyForm::edit(key).used_from(recent));
        }
    }

    pub(super) fn open_revoke(&mut self) {
        if let Some(key) = self.selected().cloned() {
            self.open(RevokeDialog::new(key));
        }
    }

    /// What became of the selected key.
    pub(super) fn open_revoked(&mut self) {
        if let Some(key) = self.selected().cloned() {
            self.open(RevokedCard::new(key));
        }
    }

    pub(super) fn open_explain(&mut self) {
        if let Some(key) = self.selected().cloned() {
            self.open(Explaining::new(key));
        }
    }

    pub(super) fn copy(&mut self) {
        self.ask_for_secret(Purpose::Copy)
    }

    pub(super) fn reveal(&mut self) {
        if self.revealed.is_some() {
            return self.hide_secret();
        }
        self.ask_for_secret(Purpose::Show)
    }

    pub(super) fn copy_id(&mut self) {
        let key = self.selected();
        let subject = key.map(|key| NamedId {
            id: key.id,
            name: key.name.clone(),
        });
        self.effects.extend(subject.map(Effect::CopyId));
    }

    fn ask_for_secret(&mut self, purpose: Purpose) {
        let Some(key) = self.selected() else {
            return;
        };
        let (id, name) = (key.id, key.name.clone());
        match purpose {
            Purpose::Show => self.revealing = Some(id),
            Purpose::Copy => self.copying = Some(NamedId { id, name }),
        }
        self.effects.push(Effect::Reveal { id, purpose })
    }
}
