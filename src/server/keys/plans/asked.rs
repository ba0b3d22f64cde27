//! What a plan is asked to do, and to which keys.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::api::{KeyFilter, MAX_PLANNED, NewPlan, PlanAction};
use crate::model::field::FieldValue;
use crate::model::{BulkChange, FieldErrors, KeyField, are_alike, expiry, name};
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::keys::find::valid_filter;
use crate::server::store::PlanScope;

/// A valid request.
pub struct AskedPlan {
    pub change: BulkChange,
    pub scope: PlanScope,
}

pub fn read(new: NewPlan) -> ApiResult<AskedPlan> {
    let mut errors = FieldErrors::default();
    let change = change(&new, &mut errors);
    let scope = scope(new.filter, new.ids, new.all, &mut errors);
    match (change, scope) {
        (Some(change), Some(scope)) if errors.is_empty() => Ok(AskedPlan { change, scope }),
        _ => Err(ApiError::invalid(errors)),
    }
}

/// `None`: `errors` says why not.
fn change(new: &NewPlan, errors: &mut FieldErrors) -> Option<BulkChange> {
    use PlanAction::{Disable, Enable, Label, Revoke, SetExpiry};
    for (field, is_given, actions) in [
        ("reason", new.reason.is_some(), &[Revoke, Disable][..]),
        ("expires_at", new.expires_at.is_some(), &[SetExpiry]),
        ("add_labels", !new.add_labels.is_empty(), &[Label]),
        ("remove_labels", !new.remove_labels.is_empty(), &[Label]),
    ] {
        if is_given && !actions.contains(&new.action) {
            let actions: Vec<&str> = actions.iter().map(|action| action.as_str()).collect();
            let only = format!(
                "This is only of the action {}; leave it out.",
                actions.join(" or ")
            );
            errors.push(field, only);
        }
    }
    match new.action {
        Revoke => reason(new, errors).map(|reason| BulkChange::Revoke { reason }),
        Enable => Some(BulkChange::Enable),
        Disable => reason(new, errors).map(|reason| BulkChange::Disable { reason }),
        SetExpiry => set_expiry(new, errors),
        Label => label(new, errors),
    }
}

/// `None`: `errors` says why not.
fn reason(new: &NewPlan, errors: &mut FieldErrors) -> Option<Option<String>> {
    let reason = name::paragraph(new.reason.as_deref().unwrap_or_default(), name::MAX_REASON);
    reason.map_err(|message| errors.push("reason", message)).ok()
}

fn set_expiry(new: &NewPlan, errors: &mut FieldErrors) -> Option<BulkChange> {
    let Some(expires_at) = &new.expires_at else {
        errors.push(
            "expires_at",
            "Say when they expire: an instant, or null for never.",
        );
        return None;
    };
    let at = expires_at.as_deref().map(expiry::instant).transpose();
    let refused = |message| errors.push("expires_at", message);
    let expires_at = at.map_err(refused).ok()?;
    Some(BulkChange::SetExpiry { expires_at })
}

fn label(new: &NewPlan, errors: &mut FieldErrors) -> Option<BulkChange> {
    if new.add_labels.is_empty() && new.remove_labels.is_empty() {
        errors.push("add_labels", "Give labels to add or to remove.");
    }
    let add = labels("add_labels", &new.add_labels, errors);
    let remove = labels("remove_labels", &new.remove_labels, errors);
    if let Some(both) = add
        .iter()
        .find(|label| remove.iter().any(|other| are_alike(label, other)))
    {
        errors.push(
            "remove_labels",
            format!("{both} is to be added too; leave it out of one."),
        );
    }
    errors.is_empty().then_some(BulkChange::Label { add, remove })
}

fn labels(field: &str, given: &[String], errors: &mut FieldErrors) -> Vec<String> {
    let mut wrong = FieldErrors::default();
    let valid = KeyField::Labels.valid(FieldValue::List(given.to_vec()), &mut wrong);
    for error in wrong.0 {
        // An element of the list is named after the field that it is of.
        let place = error.field.trim_start_matches(KeyField::Labels.wire_name());
        errors.push(format!("{field}{place}"), error.message);
    }
    valid.list().unwrap_or_default()
}

/// `None`: `errors` says why not.
fn scope(
    filter: Option<KeyFilter>,
    ids: Option<Vec<Uuid>>,
    all: bool,
    errors: &mut FieldErrors,
) -> Option<PlanScope> {
    match (filter, ids) {
        (Some(_), Some(_)) => errors.push("ids", "Give a filter or ids, not both."),
        (None, None) => errors.push("filter", "Give a filter, or the ids of the keys that are meant."),
        (Some(filter), None) => {
            return of_filter(filter, all, errors).map(|filter| PlanScope::Filter(Box::new(filter)));
        }
        (None, Some(ids)) => {
            if all {
                errors.push("all", "This is only of a filter; leave it out.");
            }
            return of_ids(ids, errors).map(PlanScope::Ids);
        }
    }
    None
}

fn of_filter(filter: KeyFilter, all: bool, errors: &mut FieldErrors) -> Option<KeyFilter> {
    match valid_filter(filter) {
        Ok(filter) => match (filter == KeyFilter::default(), all) {
            (true, false) => errors.push(
                "filter",
                "A filter without conditions is all keys; if you mean that, send all as true.",
            ),
            (false, true) => errors.push(
                "all",
                "The filter has conditions, so not all keys are meant; leave this out.",
            ),
            _ => return Some(filter),
        },
        Err(wrong) => {
            for error in wrong.0 {
                errors.push(format!("filter.{}", error.field), error.message);
            }
        }
    }
    None
}

/// Each once.
fn of_ids(ids: Vec<Uuid>, errors: &mut FieldErrors) -> Option<Vec<Uuid>> {
    let ids: BTreeSet<Uuid> = ids.into_iter().collect();
    match ids.len() {
        0 => errors.push("ids", "Give the id of one key at least."),
        many if many > MAX_PLANNED => {
            errors.push(
                "ids",
                format!("These are {many} keys; a plan has 10,000 at most."),
            );
        }
        _ => return Some(ids.into_iter().collect()),
    }
    None
}
