//! What is asked before many keys are changed: why they are disabled, when they end, which labels they get.

use super::sheet::{Sheet, SheetPurpose};
use crate::api::{NewPlan, PlanAction};
use crate::client::Error;
use crate::model::field::FieldValue;
use crate::model::name::{MAX_REASON, paragraph};
use crate::model::{FieldErrors, KeyField};
use crate::tui::message::{Effect, MarksReply, MarksRequest, Message};
use crate::tui::state::form::{FieldInput, Form, FormField, TimeField};

/// As the server calls them in its refusals.
const REASON: &str = "reason";
const EXPIRES_AT: &str = "expires_at";
const ADD_LABELS: &str = "add_labels";
const REMOVE_LABELS: &str = "remove_labels";

const NEXT: &str = "Nothing is done yet: you see first what would be done to which keys.";

/// Asks the server for the plan, by the question of this number.
#[derive(Debug)]
struct Planning {
    number: u64,
    new: NewPlan,
}

/// The form for what this plan needs to know; `None` when that is nothing.
pub fn open(number: u64, new: &NewPlan) -> Option<Sheet> {
    let fields = fields(new.action);
    if fields.is_empty() {
        return None;
    }
    let keys = match new.ids.as_ref().map_or(0, Vec::len) {
        1 => "1 key".to_owned(),
        keys => format!("{keys} keys"),
    };
    let title = match new.action {
        PlanAction::SetExpiry => format!("When do {keys} end?"),
        PlanAction::Label => format!("Labels of {keys}"),
        _ => format!("Disable {keys}"),
    };
    let purpose = Planning {
        number,
        new: new.clone(),
    };
    Some(Sheet::new(purpose, title, "Next", fields).about(NEXT))
}

fn fields(action: PlanAction) -> Vec<FormField> {
    let text = |name, label, hint| FormField::text(name, label, "", hint).with_example();
    match action {
        PlanAction::Revoke | PlanAction::Enable => Vec::new(),
        PlanAction::Disable => vec![text(REASON, "Reason", "optional; for everyone who sees the keys")],
        PlanAction::SetExpiry => {
            let hint = "90d, a date such as 2027-03-31 (through that day), an instant, or never";
            let input = FieldInput::Time(TimeField::new(None, false));
            vec![FormField::new(EXPIRES_AT, "Ends", hint, input).with_example()]
        }
        PlanAction::Label => vec![
            text(
                ADD_LABELS,
                "Add",
                "with commas between them, such as production, eu",
            ),
            text(REMOVE_LABELS, "Remove", "with commas between them"),
        ],
    }
}

impl Planning {
    /// What is to be done, with what was typed.
    fn typed(&self, form: &Form) -> Result<NewPlan, FieldErrors> {
        let mut new = self.new.clone();
        match new.action {
            PlanAction::Revoke | PlanAction::Enable => {}
            PlanAction::Disable => {
                let reason = paragraph(form.value(REASON), MAX_REASON);
                new.reason = reason.map_err(|why| FieldErrors::one(REASON, why))?;
            }
            PlanAction::SetExpiry => new.expires_at = Some(end(form)?),
            PlanAction::Label => {
                new.add_labels = labels(form, ADD_LABELS)?;
                new.remove_labels = labels(form, REMOVE_LABELS)?;
                if new.add_labels.is_empty() && new.remove_labels.is_empty() {
                    let why = "Write a label to add, or one to remove.";
                    return Err(FieldErrors::one(ADD_LABELS, why));
                }
            }
        }
        Ok(new)
    }
}

/// `None`: they never end.
fn end(form: &Form) -> Result<Option<String>, FieldErrors> {
    let Some(FieldInput::Time(time)) = form.field(EXPIRES_AT).map(|field| &field.input) else {
        return Ok(None);
    };
    let wrong = match time.text().is_blank() {
        true => Some("Write when they end, or never."),
        false => time.unread(),
    };
    match wrong {
        Some(why) => Err(FieldErrors::one(EXPIRES_AT, why)),
        None => Ok(time.value().text()),
    }
}

fn labels(form: &Form, field: &'static str) -> Result<Vec<String>, FieldErrors> {
    let typed = form.value(field).split(',').map(str::trim);
    let typed: Vec<String> = typed
        .filter(|label| !label.is_empty())
        .map(str::to_owned)
        .collect();
    let mut errors = FieldErrors::default();
    let valid = KeyField::Labels.valid(FieldValue::List(typed), &mut errors);
    match errors.0.into_iter().next() {
        Some(error) => Err(FieldErrors::one(field, error.message)),
        None => Ok(valid.list().unwrap_or_default()),
    }
}

impl SheetPurpose for Planning {
    fn request(&self, form: &Form) -> Result<Effect, FieldErrors> {
        Ok(Effect::Marks(MarksRequest::Plan {
            number: self.number,
            new: Box::new(self.typed(form)?),
        }))
    }

    fn outcome<'a>(&self, reply: &'a Message) -> Option<Result<(), &'a Error>> {
        match reply {
            Message::OfMarks(MarksReply::Planned { number, result, .. }) if *number == self.number => {
                Some(result.as_ref().map(drop))
            }
            _ => None,
        }
    }

    fn edits(&self) -> bool {
        false
    }
}
