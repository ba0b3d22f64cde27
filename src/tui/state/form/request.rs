//! What a form would send, and under which idempotency key.

use uuid::Uuid;

use super::Form;
use crate::model::{KeyEdit, KeyFields};

impl Form {
    /// Everything as it would be sent to create a key.
    pub fn key_fields(&self) -> KeyFields {
        let has = self.scope.has_project();
        KeyFields {
            scope: self.scope,
            name: self.name.value().to_owned(),
            project: if has {
                self.project.chosen().map(|project| project.id)
            } else {
                None
            },
            ui_domains: has.then(|| self.domains.values()),
            local_development: self.local_text(),
            cross_page_persistence: has.then_some(self.persistence),
        }
    }

    fn local_text(&self) -> Option<String> {
        (self.scope.has_local_development() && self.local).then(|| self.local_address.value().to_owned())
    }

    /// What an edit changes; only that is sent.
    pub fn key_edit(&self) -> KeyEdit {
        let Some(key) = &self.editing else {
            return KeyEdit::default();
        };
        let name = self.name.value().trim();
        let domains = self.domains.values();
        let local = self.local_text().map(|text| text.trim().to_owned());
        KeyEdit {
            name: (name != key.name).then(|| name.to_owned()),
            ui_domains: (!domains
                .iter()
                .map(String::as_str)
                .eq(key.ui_domains.iter().map(|d| d.as_str())))
            .then_some(domains),
            local_development: (local != key.local_development.map(|a| a.to_string())).then_some(local),
            cross_page_persistence: (self.persistence != key.cross_page_persistence)
                .then_some(self.persistence),
        }
    }

    /// Whether something would be lost by leaving.
    pub fn is_dirty(&self) -> bool {
        match self.editing {
            Some(_) => !self.key_edit().is_empty(),
            None => {
                !self.name.is_blank()
                    || self.project.is_dirty()
                    || !self.domains.values().is_empty()
                    || self.local
                    || self.persistence
            }
        }
    }

    /// The idempotency key for what is about to be sent: the same as before when nothing changed.
    pub fn idempotency_key(&mut self, fresh: Uuid) -> Uuid {
        let fields = self.key_fields();
        match &self.attempt {
            Some((sent, key)) if *sent == fields => *key,
            _ => {
                self.attempt = Some((fields, fresh));
                fresh
            }
        }
    }
}
