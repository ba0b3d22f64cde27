//! Dismissing a report that a key has leaked: the key stays, and is enabled if a report disabled it.

use uuid::Uuid;

use super::sheet::{Sheet, SheetPurpose};
use crate::api::{Leak, LeakDeciding};
use crate::client::Error;
use crate::model::{FieldErrors, KeyState, LeakDecision, pasted};
use crate::tui::message::{Effect, LifecycleReply, LifecycleRequest, Message};
use crate::tui::state::form::{Form, FormField};
use crate::tui::state::key_words;

const REASON: &str = "reason";

#[derive(Debug)]
struct Dismiss {
    leak: Uuid,
    key: Uuid,
}

pub fn open(leak: &Leak) -> Sheet {
    let hint = "for the activity log: why the token may stay, such as a false alarm";
    let fields = vec![FormField::text(REASON, "Reason", "", hint)];
    let purpose = Dismiss {
        leak: leak.id,
        key: leak.key.id,
    };
    let sheet = Sheet::new(purpose, "Keep this key?", "Keep it", fields).about(key_words::which(&leak.key));
    match leak.key.state {
        KeyState::Disabled => sheet.about(
            "It is enabled again, unless a person disabled it or another report of it is undecided. Whoever has the \
             token can use it.",
        ),
        _ => sheet.about("It stays as it is. Whoever has the token can use it."),
    }
}

impl SheetPurpose for Dismiss {
    fn request(&self, form: &Form) -> Result<Effect, FieldErrors> {
        let reason = form.value(REASON);
        pasted::refuse(reason).map_err(|why| FieldErrors::one(REASON, why))?;
        let deciding = LeakDeciding {
            decision: LeakDecision::Dismissed,
            reason: (!reason.is_empty()).then(|| reason.to_owned()),
        };
        Ok(Effect::Lifecycle(LifecycleRequest::DecideLeak {
            id: self.leak,
            deciding,
        }))
    }

    fn outcome<'a>(&self, reply: &'a Message) -> Option<Result<(), &'a Error>> {
        match reply {
            Message::OfLifecycle(LifecycleReply::LeakDecided { id, result }) if *id == self.leak => {
                Some(result.as_ref().map(drop))
            }
            _ => None,
        }
    }

    fn edits(&self) -> bool {
        false
    }

    fn about_key(&self) -> Option<Uuid> {
        Some(self.key)
    }
}
