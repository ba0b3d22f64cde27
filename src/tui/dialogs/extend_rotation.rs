//! Extending the overlap of a rotation: the old token is valid for longer. It lies over the dialog of the rotation, which
//! shows what became of the key where that is another one by now.

use uuid::Uuid;

use super::rotate::typed_overlap;
use super::sheet::{Sheet, SheetPurpose};
use crate::api::{Key, RotationExtension};
use crate::client::Error;
use crate::model::FieldErrors;
use crate::tui::message::{Effect, LifecycleReply, LifecycleRequest, Message};
use crate::tui::state::form::{FieldInput, Form, FormField, OverlapField};
use crate::tui::state::key_words;

const BY: &str = "extend_seconds";
/// What is offered at first.
const PRESET: &str = "24h";

#[derive(Debug)]
struct ExtendRotation {
    id: Uuid,
    version: u64,
}

pub fn open(key: &Key) -> Sheet {
    let ends_at = key.rotation.as_ref().map(|rotation| rotation.ends_at);
    let by = OverlapField::new(PRESET, ends_at, key.settings.expires_at);
    let hint = "such as 24h or 7d; the whole overlap is 30 days at most";
    let fields = vec![FormField::new(BY, "Longer by", hint, FieldInput::Overlap(by))];
    let purpose = ExtendRotation {
        id: key.id,
        version: key.version,
    };
    Sheet::new(purpose, "Extend the overlap", "Extend", fields).about(key_words::which(key))
}

impl SheetPurpose for ExtendRotation {
    fn request(&self, form: &Form) -> Result<Effect, FieldErrors> {
        let extend_seconds = typed_overlap(form, BY)?;
        if extend_seconds == 0 {
            let why = "Write how much longer it is to be valid, such as 24h; End now ends it.";
            return Err(FieldErrors::one(BY, why));
        }
        Ok(Effect::Lifecycle(LifecycleRequest::Extend {
            id: self.id,
            version: self.version,
            extension: RotationExtension { extend_seconds },
        }))
    }

    fn outcome<'a>(&self, reply: &'a Message) -> Option<Result<(), &'a Error>> {
        match reply {
            Message::OfLifecycle(LifecycleReply::Extended { id, result }) if *id == self.id => {
                Some(result.as_ref().map(drop))
            }
            _ => None,
        }
    }

    fn edits(&self) -> bool {
        false
    }
}
