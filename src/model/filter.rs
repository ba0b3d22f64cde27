//! What filters keys: the conditions as they are asked for, and the words that people type for them. A new word is
//! declared in `filter/declared.rs`; what its condition means to the database is said in `server/store/filter.rs`.

mod completion;
mod declared;
mod limits;
mod parse;
mod since;
mod words;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub use self::completion::{KnownValues, completions, last_word, sought};
pub use self::declared::{DECLARED, FilterWord, WORDS, WordValues};
use self::limits::{MAX_IDLE_DAYS, MAX_REFUSED_HOURS, valid_labels};
pub use self::since::Since;
pub use self::words::FilterWords;
use super::expiry::MAX_DAYS;
use super::{FieldErrors, Scope, StateFilter};

/// Declares what a query may ask of keys, before fields of its own.
macro_rules! filtering {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        filtering! { @
            $(#[$meta])* $name { $($own)* }

            scope: Scope,
            project: Uuid,
            /// In place of `project`: its id or name, or a part of a name that no other project has.
            #[param(max_length = 100)]
            project_name: String,
            creator: Uuid,
            /// In place of `creator`: an id or email address, what stands before its `@`, or a part that no other address
            /// has; `me` is the caller.
            #[param(max_length = 254)]
            creator_name: String,
            /// Exactly this name, without regard to case.
            #[param(max_length = 100)]
            name: String,
            /// A part of the name, the project's name or a UI domain, without regard to case; at most 100
            /// characters.
            #[param(max_length = 100)]
            q: String,
            /// Neither used nor created within so many days; 1 to 3650.
            #[param(minimum = 1, maximum = 3650)]
            idle_days: u32,
            /// `true`: only keys that were never used.
            never_used: bool,
            /// Created at this instant or later.
            created_since: jiff::Timestamp,
            /// Refused within so many hours; 1 to 720.
            #[param(minimum = 1, maximum = 720)]
            refused_hours: u32,
            /// Refused at this instant or later.
            refused_since: jiff::Timestamp,
            /// Has this label, without regard to case; of several, with commas between them, all.
            #[param(max_length = 327)]
            label: String,
            /// Only keys that stand so. Absent: all but those that have expired or were revoked.
            #[param(inline)]
            state: StateFilter,
            /// Expires within so many days, and has not yet; 1 to 3650.
            #[param(minimum = 1, maximum = 3650)]
            expires_days: u32,
            /// `true`: only keys that end later, from now on, than the organisation lets keys of their scope be given.
            exceeds_policy: bool,
        }
    };
    (@ $(#[$meta:meta])* $name:ident { $($own:tt)* } $($(#[$about:meta])* $field:ident: $type:ty,)+) => {
        $(#[$meta])*
        pub struct $name {
            $(
                $(#[$about])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )+
            $($own)*
        }

        impl $name {
            /// The conditions alone.
            pub fn filter(&self) -> $crate::model::filter::KeyFilter {
                $crate::model::filter::KeyFilter { $($field: self.$field.clone()),+ }
            }

            /// With these conditions.
            #[must_use]
            pub fn filtered_by(mut self, filter: $crate::model::filter::KeyFilter) -> Self {
                $(self.$field = filter.$field;)+
                self
            }
        }
    };
}
pub(crate) use filtering;

filtering! {
    /// Which keys: all conditions hold together.
    #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams, ToSchema)]
    #[serde(deny_unknown_fields)]
    #[into_params(parameter_in = Query)]
    KeyFilter {}
}

impl KeyFilter {
    /// The same with what was typed, at this time and where the person is. What was typed takes the place of a project and
    /// a creator that were chosen otherwise.
    #[must_use]
    pub fn with_words(self, words: FilterWords, now: Timestamp, zone: &TimeZone) -> Self {
        let at = |since: Since| since.instant(now, zone);
        let (project, project_name) = chosen_or_typed(self.project, words.project);
        let (creator, creator_name) = chosen_or_typed(self.creator, words.creator);
        Self {
            q: words.text,
            project,
            project_name,
            creator,
            creator_name,
            created_since: words.created_since.map(at),
            idle_days: words.idle_days,
            never_used: words.never_used.then_some(true),
            refused_hours: words.refused_hours,
            refused_since: words.refused_since.map(at),
            label: (!words.labels.is_empty()).then(|| words.labels.join(",")),
            state: words.state,
            expires_days: words.expires_days,
            exceeds_policy: words.exceeds_policy.then_some(true),
            ..self
        }
    }

    /// As it is asked of the store, but for its text.
    pub fn valid(self) -> Result<Self, FieldErrors> {
        within("idle_days", self.idle_days, MAX_IDLE_DAYS)?;
        within("refused_hours", self.refused_hours, MAX_REFUSED_HOURS)?;
        within("expires_days", self.expires_days, MAX_DAYS)?;
        Ok(Self {
            never_used: self.never_used.filter(|asked| *asked),
            label: self.label.map(valid_labels).transpose()?,
            exceeds_policy: self.exceeds_policy.filter(|asked| *asked),
            ..self
        })
    }
}

fn within(field: &str, number: Option<u32>, most: u32) -> Result<(), FieldErrors> {
    match number {
        Some(number) if !(1..=most).contains(&number) => Err(FieldErrors::one(
            field,
            format!("This is a number from 1 to {most}."),
        )),
        _ => Ok(()),
    }
}

/// What was typed, where something was; an id needs no looking up.
fn chosen_or_typed(chosen: Option<Uuid>, typed: Option<String>) -> (Option<Uuid>, Option<String>) {
    match typed {
        None => (chosen, None),
        Some(typed) => match typed.parse() {
            Ok(id) => (Some(id), None),
            Err(_) => (None, Some(typed)),
        },
    }
}

#[cfg(test)]
mod tests;
