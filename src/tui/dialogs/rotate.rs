//! Rotating a key: it gets a new token, and the old one is valid for an overlap.

use uuid::Uuid;

use super::sheet::{Sheet, SheetPurpose};
use crate::api::{Key, NewRotation};
use crate::client::Error;
use crate::model::FieldErrors;
use crate::tui::message::{Effect, LifecycleReply, LifecycleRequest, Message};
use crate::tui::state::command::DialogCommand;
use crate::tui::state::dialog::Context;
use crate::tui::state::form::{FieldInput, Form, FormField, OverlapField};
use crate::tui::state::key_words;
use crate::tui::state::notice::Tone;

const OVERLAP: &str = "overlap_seconds";
/// What is offered at first.
const PRESET: &str = "24h";

#[derive(Debug)]
struct Rotate {
    id: Uuid,
    version: u64,
}

pub fn open(key: &Key) -> Sheet {
    with_preset(key, PRESET)
}

/// Of a key whose token leaked: nobody is to go on with it.
pub fn open_of_leaked(key: &Key) -> Sheet {
    with_preset(key, "0")
        .about("Its token was reported leaked: with an overlap, whoever found it can use it for as long.")
}

fn with_preset(key: &Key, preset: &str) -> Sheet {
    let overlap = OverlapField::new(preset, None, key.settings.expires_at);
    let hint = "up to 30 days, such as 24h or 7d; 0 for none";
    let fields = vec![FormField::new(
        OVERLAP,
        "Overlap",
        hint,
        FieldInput::Overlap(overlap),
    )];
    let purpose = Rotate {
        id: key.id,
        version: key.version,
    };
    let sheet = Sheet::new(purpose, "Rotate this key", "Rotate", fields);
    sentences(key)
        .into_iter()
        .fold(sheet, |sheet, words| sheet.about(words))
}

fn sentences(key: &Key) -> Vec<String> {
    let what = "It gets a new token; name, id and settings stay. The old token is valid beside the new one for the \
        overlap, so that whoever presents it can be changed over.";
    let disabled = key.disabled.is_some().then(|| "It stays disabled.".to_owned());
    [key_words::which(key), what.to_owned()]
        .into_iter()
        .chain(disabled)
        .collect()
}

/// In seconds, of a form with one field for it.
pub(super) fn typed_overlap(form: &Form, name: &str) -> Result<u32, FieldErrors> {
    match form.field(name).map(|field| &field.input) {
        Some(FieldInput::Overlap(overlap)) => overlap.seconds().map_err(|why| FieldErrors::one(name, why)),
        _ => Err(FieldErrors::default()),
    }
}

impl SheetPurpose for Rotate {
    fn request(&self, form: &Form) -> Result<Effect, FieldErrors> {
        let overlap_seconds = typed_overlap(form, OVERLAP)?;
        Ok(Effect::Lifecycle(LifecycleRequest::Rotate {
            id: self.id,
            version: self.version,
            new: NewRotation { overlap_seconds },
        }))
    }

    fn outcome<'a>(&self, reply: &'a Message) -> Option<Result<(), &'a Error>> {
        match reply {
            Message::OfLifecycle(LifecycleReply::Rotated { id, result }) if *id == self.id => {
                Some(result.as_ref().map(drop))
            }
            _ => None,
        }
    }

    fn edits(&self) -> bool {
        false
    }

    fn about_key(&self) -> Option<Uuid> {
        Some(self.id)
    }

    /// Somebody else may have rotated it: then there is another decision to take.
    fn key_changed(&mut self, current: &Key, cx: &mut Context) -> Vec<String> {
        self.version = current.version;
        if current.rotation.is_some() {
            cx.close();
            cx.say(
                Tone::Note,
                format!("“{}” was rotated meanwhile; this is how it is now.", current.name),
            );
            cx.command(DialogCommand::ManageRotation(Box::new(current.clone())));
        }
        sentences(current)
    }
}
