//! Setting when a key expires, and nothing else of it: for keys of every scope. One that has expired is renewed so.

use uuid::Uuid;

use super::sheet::{Sheet, SheetPurpose};
use crate::api::Key;
use crate::client::Error;
use crate::model::field::Widget;
use crate::model::{FieldErrors, KeyEdit, KeyField, KeyState};
use crate::tui::message::{Effect, Message};
use crate::tui::state::dialog::Context;
use crate::tui::state::form::{FieldInput, Form, FormField, TimeField};
use crate::tui::state::key_words;

const EXPIRES: KeyField = KeyField::ExpiresAt;

#[derive(Debug)]
struct SetExpiry {
    id: Uuid,
    version: u64,
}

pub fn open(key: &Key) -> Sheet {
    let has_expired = key.state == KeyState::Expired;
    let title = match has_expired {
        true => "Renew this key",
        false => "When does this key expire?",
    };
    // An end that has passed is never saved again.
    let current = key.settings.expires_at.filter(|_| !has_expired);
    let hint = match EXPIRES.widget() {
        Widget::Time { hint, .. } => hint,
        _ => "",
    };
    let input = FieldInput::Time(TimeField::new(current, false));
    let field = FormField::new(EXPIRES.wire_name(), EXPIRES.label(), hint, input);
    let purpose = SetExpiry {
        id: key.id,
        version: key.version,
    };
    let sheet = Sheet::new(purpose, title, "Save", vec![field]);
    sentences(key)
        .into_iter()
        .fold(sheet, |sheet, words| sheet.about(words))
}

fn sentences(key: &Key) -> Vec<String> {
    let stands = match (key.settings.expires_at, key.state) {
        (_, KeyState::Expired) => {
            "It has expired. A later expiry renews it; its secret stays the same.".to_owned()
        }
        (Some(at), _) => format!("Now it expires at {at}."),
        (None, _) => "Now it never expires.".to_owned(),
    };
    let disabled = key.disabled.is_some().then(|| "It stays disabled.".to_owned());
    [key_words::which(key), stands]
        .into_iter()
        .chain(disabled)
        .collect()
}

impl SheetPurpose for SetExpiry {
    fn request(&self, form: &Form) -> Result<Effect, FieldErrors> {
        let wrong = |why: &str| FieldErrors::one(EXPIRES.wire_name(), why);
        let Some(FieldInput::Time(time)) = form.field(EXPIRES.wire_name()).map(|field| &field.input) else {
            return Err(FieldErrors::default());
        };
        if let Some(why) = time.unread() {
            return Err(wrong(why));
        }
        // Nothing is no answer: it might have been deleted by mistake.
        if form.value(EXPIRES.wire_name()).is_empty() {
            return Err(wrong("Write when it expires; if it never should, write never."));
        }
        let mut edit = KeyEdit::default();
        edit.set(EXPIRES, time.value());
        Ok(Effect::Edit {
            id: self.id,
            version: self.version,
            edit,
        })
    }

    fn outcome<'a>(&self, reply: &'a Message) -> Option<Result<(), &'a Error>> {
        match reply {
            Message::Edited { id, result } if *id == self.id => Some(result.as_ref().map(drop)),
            _ => None,
        }
    }

    fn edits(&self) -> bool {
        true
    }

    fn about_key(&self) -> Option<Uuid> {
        Some(self.id)
    }

    fn key_changed(&mut self, current: &Key, _cx: &mut Context) -> Vec<String> {
        self.version = current.version;
        sentences(current)
    }
}
