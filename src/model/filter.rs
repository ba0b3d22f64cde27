//! What filters keys: the conditions as they are asked for, and the words that people type for them. A new word is
//! declared here; what its condition means to the database is said in `server/store/filter.rs`.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::compared::{are_alike, compared};
use super::expiry::MAX_DAYS;
use super::field::{FieldValue, KeyField};
use super::{FieldErrors, Scope, StateFilter};

/// The days and hours that may be asked for reach back as far as these.
const MAX_IDLE_DAYS: u32 = 3650;
const MAX_REFUSED_HOURS: u32 = 30 * 24;

/// The words that may stand among a text, each with what it finds.
pub const WORDS: [(&str, &str); 9] = [
    ("idle:90d", "neither used nor created within 90 days"),
    ("never-used", "never used"),
    ("refused:today", "refused in the last 24 h; 6h and 7d too"),
    ("expires:30d", "expires within 30 days"),
    ("expired", "expired, and can be renewed"),
    ("disabled", "disabled"),
    ("rotating", "rotated, with the old token still valid"),
    ("exceeds-policy", "ends later than keys are given now"),
    ("label:x", "has this label; label:\"two words\" too"),
];

/// Declares what a query may ask of keys, before fields of its own.
macro_rules! filtering {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        filtering! { @
            $(#[$meta])* $name { $($own)* }

            scope: Scope,
            project: Uuid,
            creator: Uuid,
            /// A part of the name, the project's name or a UI domain, without regard to case; at most 100
            /// characters.
            #[param(max_length = 100)]
            q: String,
            /// Neither used nor created within so many days; 1 to 3650.
            #[param(minimum = 1, maximum = 3650)]
            idle_days: u32,
            /// `true`: only keys that were never used.
            never_used: bool,
            /// Refused within so many hours; 1 to 720.
            #[param(minimum = 1, maximum = 720)]
            refused_hours: u32,
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
    /// The same with what was typed.
    #[must_use]
    pub fn with_words(self, words: FilterWords) -> Self {
        Self {
            q: words.text,
            idle_days: words.idle_days,
            never_used: words.never_used.then_some(true),
            refused_hours: words.refused_hours,
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

/// As they are kept, with commas between them.
fn valid_labels(labels: String) -> Result<String, FieldErrors> {
    let mut errors = FieldErrors::default();
    let labels = labels.split(',').map(str::to_owned).collect();
    let valid = KeyField::Labels.valid(FieldValue::List(labels), &mut errors);
    match errors.0.into_iter().next() {
        None => Ok(valid.list().unwrap_or_default().join(",")),
        Some(error) => Err(FieldErrors::one("label", error.message)),
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

/// A filter as typed, read: `idle:90d shop`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilterWords {
    /// Neither used nor created within so many days.
    pub idle_days: Option<u32>,
    pub never_used: bool,
    /// Refused within so many hours.
    pub refused_hours: Option<u32>,
    /// Has all of these.
    pub labels: Vec<String>,
    pub state: Option<StateFilter>,
    /// Expires within so many days.
    pub expires_days: Option<u32>,
    /// Ends later than the organisation's policy lets it be given.
    pub exceeds_policy: bool,
    /// What is looked for in names, projects and domains.
    pub text: Option<String>,
}

impl FilterWords {
    /// For `--help`.
    pub fn help() -> String {
        let words = WORDS.map(|(word, _)| word).join(", ");
        format!(
            "Only keys with this text in their name, project or UI domains; words among it ask for more: {words}"
        )
    }

    /// Reads `idle:90d`, `never-used` and `refused:today` (the last 24 hours; also `refused:6h`,
    /// `refused:7d`) among other words, and `label:x`, of which quotes hold a label of several words together. A word
    /// that is not finished or can't be read is told in a sentence.
    pub fn parse(typed: &str) -> Result<Self, String> {
        let mut words = Self::default();
        let mut rest = Vec::new();
        for word in split(typed) {
            let folded = compared(word);
            if folded == "never-used" {
                words.never_used = true;
            } else if let Some(state) = state(&folded) {
                if words.state.is_some_and(|other| other != state) {
                    return Err("Write one of the words disabled, expired and rotating.".into());
                }
                words.state = Some(state);
            } else if folded == "exceeds-policy" {
                words.exceeds_policy = true;
            } else if let Some(time) = folded.strip_prefix("expires:") {
                words.expires_days = Some(expires(time)?);
            } else if let Some(age) = folded.strip_prefix("idle:") {
                words.idle_days = Some(idle(age)?);
            } else if let Some(age) = folded.strip_prefix("refused:") {
                words.refused_hours = Some(refused(age)?);
            } else if let Some(typed) = after_label(word) {
                words.add_label(typed)?;
            } else {
                rest.push(word);
            }
        }
        let is_all_text = words == Self::default();
        // Without such words, spaces are looked for as they were typed.
        let text = if is_all_text {
            typed.trim().to_owned()
        } else {
            rest.join(" ")
        };
        words.text = (!text.is_empty()).then_some(text);
        Ok(words)
    }
}

impl FilterWords {
    fn add_label(&mut self, typed: &str) -> Result<(), String> {
        let unquoted = typed
            .strip_prefix('"')
            .map_or(Some(typed), |quoted| quoted.strip_suffix('"'));
        let labels = unquoted
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

const LABEL: &str = "label:";

fn after_label(word: &str) -> Option<&str> {
    let (start, label) = word.split_at_checked(LABEL.len())?;
    start.eq_ignore_ascii_case(LABEL).then_some(label)
}

/// The words of a text; quotes right behind `label:` hold several together.
fn split(typed: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = typed.trim_start();
    while !rest.is_empty() {
        let quoted = after_label(rest).and_then(|label| label.strip_prefix('"'));
        // Behind the second of the quotes, if there is one.
        let from = quoted
            .and_then(|quoted| quoted.find('"'))
            .map_or(0, |end| LABEL.len() + end + 2);
        let end = rest[from..]
            .find(char::is_whitespace)
            .map_or(rest.len(), |end| from + end);
        words.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    words
}

/// Those that are seldom meant as a text.
fn state(word: &str) -> Option<StateFilter> {
    let states = [StateFilter::Disabled, StateFilter::Expired, StateFilter::Rotating];
    states.into_iter().find(|state| state.as_str() == word)
}

fn expires(time: &str) -> Result<u32, String> {
    let days = time.strip_suffix('d').and_then(|days| days.parse().ok());
    days.filter(|days| (1..=MAX_DAYS).contains(days))
        .ok_or_else(|| format!("Write expires:30d for keys that expire within 30 days (1 to {MAX_DAYS})."))
}

fn idle(age: &str) -> Result<u32, String> {
    let days = age.strip_suffix('d').and_then(|days| days.parse().ok());
    days.filter(|days| (1..=MAX_IDLE_DAYS).contains(days))
        .ok_or_else(|| {
            format!("Write idle:90d for keys that were not used for 90 days (1 to {MAX_IDLE_DAYS}).")
        })
}

fn refused(age: &str) -> Result<u32, String> {
    let hours = match age {
        "today" => Some(24),
        age => match (age.strip_suffix('h'), age.strip_suffix('d')) {
            (Some(hours), _) => hours.parse().ok(),
            (_, Some(days)) => days.parse::<u32>().ok().and_then(|days| days.checked_mul(24)),
            _ => None,
        },
    };
    hours
        .filter(|hours| (1..=MAX_REFUSED_HOURS).contains(hours))
        .ok_or_else(|| "Write refused:today (24 hours), refused:6h or refused:7d (at most 30d).".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str) -> FilterWords {
        FilterWords::parse(typed).expect(typed)
    }

    #[test]
    fn words_of_usage_are_told_from_text() {
        let idle = read("  idle:90d  Shop front ");
        assert_eq!(
            (idle.idle_days, idle.text.as_deref()),
            (Some(90), Some("Shop front"))
        );
        assert!(read("NEVER-USED").never_used);
        assert_eq!(read("refused:today").refused_hours, Some(24));
        assert_eq!(read("refused:6h").refused_hours, Some(6));
        assert_eq!(read("refused:7d").refused_hours, Some(168));
        assert_eq!(read("expires:30d").expires_days, Some(30));
        assert_eq!(read("Expired shop").state, Some(StateFilter::Expired));
        assert_eq!(read("disabled").state, Some(StateFilter::Disabled));
        assert!(read("exceeds-policy").exceeds_policy);
        assert_eq!(read("active").text.as_deref(), Some("active"));
        assert_eq!(read("two  spaces ").text.as_deref(), Some("two  spaces"));
        assert_eq!(read("   "), FilterWords::default());
    }

    #[test]
    fn labels_are_words_or_quoted() {
        for (typed, labels, text) in [
            ("label:production", &["production"][..], None),
            ("LABEL:Production shop", &["Production"], Some("shop")),
            ("shop label:\"team a\" front", &["team a"], Some("shop front")),
            ("label:a,b label:A label:c", &["a", "b", "c"], None),
            ("label:\"a\" label:\"b c\"", &["a", "b c"], None),
            ("label:キオスク", &["キオスク"], None),
            ("labels:x", &[], Some("labels:x")),
            ("my label: x", &[], None),
        ] {
            match FilterWords::parse(typed) {
                Ok(words) => assert_eq!(
                    (&words.labels[..], words.text.as_deref()),
                    (
                        &labels.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>()[..],
                        text
                    ),
                    "{typed}"
                ),
                Err(_) => assert_eq!(typed, "my label: x"),
            }
        }
    }

    #[test]
    fn what_is_not_finished_is_told() {
        let long = format!("label:{}", "x".repeat(41));
        for typed in [
            "label:",
            "label:\"",
            "label:\"team a",
            "label:\"\"",
            "label:a,,b",
            &long,
            "idle:",
            "idle:90",
            "idle:0d",
            "idle:-1d",
            "idle:9999999999d",
            "idle:3651d",
            "refused:",
            "expires:",
            "expires:30",
            "expires:0d",
            "expires:3651d",
            "expires:12h",
            "expired disabled",
            "refused:now",
            "refused:31d",
            "refused:0h",
            "refused:4294967295d",
        ] {
            assert!(FilterWords::parse(typed).is_err(), "{typed}");
        }
    }
}
