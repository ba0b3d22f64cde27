//! What an edit would refuse of what the key was used from recently, which is said before it is saved.

use strum::IntoEnumIterator;

use super::KeyForm;
use crate::api::Usage;
use crate::client::Error;
use crate::model::KeyField;
use crate::tui::message::{Effect, Message, UsageRequest};
use crate::tui::state::command::{About, DialogCommand};
use crate::tui::state::dialog::Context;

impl KeyForm {
    /// Sends the form, or asks first what the key was used from.
    pub(super) fn preview(&mut self, cx: &mut Context) {
        let edit = self.key_edit();
        match &self.editing {
            Some(key) if KeyField::iter().any(|field| field.restricts() && edit.names(field)) => {
                let (number, key) = (cx.number(), key.id);
                self.previewed = Some(number);
                cx.effect(Effect::Usage(UsageRequest::OfKey { number, key }));
                self.form.sends();
            }
            _ => self.send(cx),
        }
    }

    pub(super) fn previewed(
        &mut self,
        result: Result<Box<Usage>, Error>,
        cx: &mut Context,
    ) -> Option<Message> {
        self.previewed = None;
        self.form.sending = false;
        let key = self.editing.as_deref()?;
        let usage = match result {
            Ok(usage) => usage,
            Err(error) => {
                let id = key.id;
                return self.edited(id, Err(error), cx);
            }
        };
        let before = &key.settings;
        let after = self.key_edit().apply(key.scope, &key.name, before);
        let refused = after.map(|(_, after)| usage.would_refuse(key.scope, before, &after));
        let told: Vec<String> = refused
            .iter()
            .flatten()
            .map(|refused| format!("{refused}."))
            .collect();
        match told.is_empty() {
            true => self.send(cx),
            false => cx.command(DialogCommand::Ask {
                about: About::RefuseRecent,
                text: told.join(" "),
                stay: "Keep editing",
                leave: "Save",
            }),
        }
        None
    }
}
