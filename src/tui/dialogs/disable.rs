//! Disabling a key: it is refused until it is enabled again. A reason may be given for the others.

use uuid::Uuid;

use super::sheet::{Sheet, SheetPurpose};
use crate::api::{Disabling, Key};
use crate::client::Error;
use crate::model::{FieldErrors, pasted};
use crate::tui::message::{Effect, LifecycleReply, LifecycleRequest, Message};
use crate::tui::state::form::{Form, FormField};
use crate::tui::state::key_words;

const REASON: &str = "reason";

#[derive(Debug)]
struct Disable(Uuid);

pub fn open(key: &Key) -> Sheet {
    let hint = "optional, for everyone who sees the key: why, and who asked for it";
    let fields = vec![FormField::text(REASON, "Reason", "", hint)];
    let sheet = Sheet::new(Disable(key.id), "Disable this key?", "Disable", fields)
        .about(key_words::which(key))
        .about("Every request with it is refused immediately, until it is enabled again.");
    let sheet = match key.week.map(|week| week.total().allowed) {
        Some(times @ 1..) => sheet.about(format!("In the last 7 days it was used {}.", how_often(times))),
        _ => sheet,
    };
    let sheet = match key.rotation {
        Some(_) => sheet.about("It is being rotated: both of its tokens are refused."),
        None => sheet,
    };
    match key.scope.has_project() {
        true => sheet.about(
            "Sessions that have begun go on for up to 30 minutes, unless their session server asks keydeck.",
        ),
        false => sheet,
    }
}

fn how_often(times: u64) -> String {
    match times {
        1 => "once".into(),
        times => format!("{times} times"),
    }
}

impl SheetPurpose for Disable {
    fn request(&self, form: &Form) -> Result<Effect, FieldErrors> {
        let reason = form.value(REASON);
        pasted::refuse(reason).map_err(|why| FieldErrors::one(REASON, why))?;
        let disabling = Disabling {
            reason: (!reason.is_empty()).then(|| reason.to_owned()),
        };
        let id = self.0;
        Ok(Effect::Lifecycle(LifecycleRequest::Disable { id, disabling }))
    }

    fn outcome<'a>(&self, reply: &'a Message) -> Option<Result<(), &'a Error>> {
        match reply {
            Message::OfLifecycle(LifecycleReply::Disabled { id, result }) if *id == self.0 => {
                Some(result.as_ref().map(drop))
            }
            _ => None,
        }
    }

    fn edits(&self) -> bool {
        false
    }

    fn about_key(&self) -> Option<Uuid> {
        Some(self.0)
    }
}
