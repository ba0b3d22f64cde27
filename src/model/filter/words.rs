//! What people ask for in a filter, as far as it was read.

use super::limits::valid_labels;
use super::since::Since;
use crate::model::compared::are_alike;
use crate::model::{FieldErrors, StateFilter};

/// A filter as typed, read: `idle:90d shop`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilterWords {
    /// Created since.
    pub created_since: Option<Since>,
    /// Neither used nor created within so many days.
    pub idle_days: Option<u32>,
    pub never_used: bool,
    /// Refused within so many hours.
    pub refused_hours: Option<u32>,
    /// Refused since.
    pub refused_since: Option<Since>,
    /// Of the project that is called so, or has this id.
    pub project: Option<String>,
    /// Created by the person who is called so.
    pub creator: Option<String>,
    /// Has all of these.
    pub labels: Vec<String>,
    pub state: Option<StateFilter>,
    /// Expires within so many days.
    pub expires_days: Option<u32>,
    /// Ends later than the organisation's policy lets it be given.
    pub exceeds_policy: bool,
    /// What is looked for in names, projects and domains.
    pub text: Option<String>,
    /// The state that the text is the name of and nothing else, which may be meant although it is no word of a filter: many
    /// names have it.
    pub named_state: Option<StateFilter>,
}

impl FilterWords {
    pub(super) fn set_state(&mut self, state: StateFilter) -> Result<(), String> {
        if self.state.is_some_and(|other| other != state) {
            return Err("Write one of the words disabled, expired and rotating.".into());
        }
        self.state = Some(state);
        Ok(())
    }

    pub(super) fn add_label(&mut self, typed: &str) -> Result<(), String> {
        let labels = unquoted(typed)
            .filter(|label| !label.is_empty())
            .ok_or("Write label:production, or label:\"two words\".")?;
        let message = |errors: FieldErrors| {
            errors
                .0
                .into_iter()
                .map(|error| error.message)
                .collect::<String>()
        };
        for label in labels.split(',') {
            let label = valid_labels(label.to_owned()).map_err(message)?;
            if !self.labels.iter().any(|other| are_alike(other, &label)) {
                self.labels.push(label);
            }
        }
        Ok(())
    }
}

/// `None`: its quotes are not closed.
pub(super) fn unquoted(typed: &str) -> Option<&str> {
    match typed.strip_prefix('"') {
        None => Some(typed),
        Some(quoted) => quoted.strip_suffix('"'),
    }
}
