//! The words of a filter, each once: how it is typed, what it finds, what may stand after it, which parameter of the API
//! it asks with, and how its value is read. The placeholder, help, completion, the command line and the guide walk this
//! list.

use super::limits::{MAX_IDLE_DAYS, MAX_REFUSED_HOURS, MAX_TEXT};
use super::since::Since;
use super::words::{FilterWords, unquoted};
use crate::model::StateFilter;
use crate::model::compared::{are_alike, compared, kept};
use crate::model::expiry::MAX_DAYS;

/// What may stand after a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordValues {
    /// Nothing: it is a word by itself.
    Nothing,
    /// Mostly one of these.
    Some(&'static [&'static str]),
    Projects,
    People,
    Labels,
}

#[derive(Debug, Clone, Copy)]
pub struct FilterWord {
    /// How it begins: with a colon or an `@` where a value follows.
    pub word: &'static str,
    /// As somebody would type it.
    pub example: &'static str,
    pub about: &'static str,
    /// The parameter of the API that it asks with.
    pub parameter: &'static str,
    pub values: WordValues,
    pub(super) read: fn(&mut FilterWords, &str) -> Result<(), String>,
}

pub const DECLARED: [FilterWord; 12] = [
    FilterWord {
        word: "since:",
        example: "since:7d",
        about: "created within 7 days; today or a date too",
        parameter: "created_since",
        values: WordValues::Some(&["today", "yesterday", "7d", "30d"]),
        read: created_since,
    },
    FilterWord {
        word: "idle:",
        example: "idle:90d",
        about: "neither used nor created within 90 days",
        parameter: "idle_days",
        values: WordValues::Some(&["30d", "90d", "180d", "365d"]),
        read: idle,
    },
    FilterWord {
        word: "never-used",
        example: "never-used",
        about: "never used",
        parameter: "never_used",
        values: WordValues::Nothing,
        read: |words, _| {
            words.never_used = true;
            Ok(())
        },
    },
    FilterWord {
        word: "refused:",
        example: "refused:24h",
        about: "refused within 24 hours; 7d or today too",
        parameter: "refused_hours",
        values: WordValues::Some(&["24h", "today", "7d"]),
        read: refused,
    },
    FilterWord {
        word: "project:",
        example: "project:NAME",
        about: "of this project; project:\"two words\" too",
        parameter: "project_name",
        values: WordValues::Projects,
        read: project,
    },
    FilterWord {
        word: "@",
        example: "@person",
        about: "created by this person; @me: by you",
        parameter: "creator_name",
        values: WordValues::People,
        read: creator,
    },
    FilterWord {
        word: "label:",
        example: "label:x",
        about: "has this label; label:\"two words\" too",
        parameter: "label",
        values: WordValues::Labels,
        read: FilterWords::add_label,
    },
    FilterWord {
        word: "expires:",
        example: "expires:30d",
        about: "expires within 30 days",
        parameter: "expires_days",
        values: WordValues::Some(&["7d", "30d", "90d"]),
        read: expires,
    },
    FilterWord {
        word: "expired",
        example: "expired",
        about: "expired, and can be renewed",
        parameter: "state",
        values: WordValues::Nothing,
        read: |words, _| words.set_state(StateFilter::Expired),
    },
    FilterWord {
        word: "disabled",
        example: "disabled",
        about: "disabled",
        parameter: "state",
        values: WordValues::Nothing,
        read: |words, _| words.set_state(StateFilter::Disabled),
    },
    FilterWord {
        word: "rotating",
        example: "rotating",
        about: "rotated, with the old token still valid",
        parameter: "state",
        values: WordValues::Nothing,
        read: |words, _| words.set_state(StateFilter::Rotating),
    },
    FilterWord {
        word: "exceeds-policy",
        example: "exceeds-policy",
        about: "ends later than keys are given now",
        parameter: "exceeds_policy",
        values: WordValues::Nothing,
        read: |words, _| {
            words.exceeds_policy = true;
            Ok(())
        },
    },
];

/// All of them, in the order of help.
pub(super) fn all() -> &'static [FilterWord] {
    &DECLARED
}

/// Each as it is typed, with what it finds.
pub const WORDS: [(&str, &str); DECLARED.len()] = {
    let mut words = [("", ""); DECLARED.len()];
    let mut n = 0;
    while n < words.len() {
        words[n] = (DECLARED[n].example, DECLARED[n].about);
        n += 1;
    }
    words
};

impl FilterWord {
    /// What stands after this word in what was typed; `None`: it is another one, or a text.
    pub fn value_in<'a>(&self, typed: &'a str) -> Option<&'a str> {
        match (self.word, self.word.strip_suffix(':')) {
            ("@", _) => typed.strip_prefix(['@', '＠']),
            (_, Some(word)) => {
                let (before, value) = typed.split_once([':', '：'])?;
                (compared(before) == word).then_some(value)
            }
            (word, None) => (compared(typed) == word).then_some(""),
        }
    }
}

fn created_since(words: &mut FilterWords, typed: &str) -> Result<(), String> {
    let since = Since::read(typed).ok_or(
        "Write since:today (since midnight), since:yesterday, since:7d, since:12h, or since:2026-11-01 for keys \
         created since then.",
    )?;
    words.created_since = Some(since);
    Ok(())
}

fn expires(words: &mut FilterWords, typed: &str) -> Result<(), String> {
    words.expires_days = Some(days(typed, MAX_DAYS).ok_or_else(|| {
        format!("Write expires:30d for keys that expire within 30 days (1 to {MAX_DAYS}).")
    })?);
    Ok(())
}

fn idle(words: &mut FilterWords, typed: &str) -> Result<(), String> {
    words.idle_days = Some(days(typed, MAX_IDLE_DAYS).ok_or_else(|| {
        format!("Write idle:90d for keys that were not used for 90 days (1 to {MAX_IDLE_DAYS}).")
    })?);
    Ok(())
}

fn days(typed: &str, most: u32) -> Option<u32> {
    let typed = compared(typed);
    let days = typed.strip_suffix('d').and_then(|days| days.parse().ok());
    days.filter(|days| (1..=most).contains(days))
}

fn refused(words: &mut FilterWords, typed: &str) -> Result<(), String> {
    (words.refused_hours, words.refused_since) = match Since::read(typed) {
        Some(Since::Hours(hours)) if hours <= MAX_REFUSED_HOURS => (Some(hours), None),
        Some(day @ (Since::Today | Since::Yesterday | Since::Day(_))) => (None, Some(day)),
        _ => {
            return Err(
                "Write refused:today (since midnight), refused:24h or refused:7d (at most 30d).".into(),
            );
        }
    };
    Ok(())
}

fn project(words: &mut FilterWords, typed: &str) -> Result<(), String> {
    const FORM: &str = "Write project:Storefront, project:\"two words\", or the project's id.";
    name(&mut words.project, typed, FORM, "Write one project.")
}

fn creator(words: &mut FilterWords, typed: &str) -> Result<(), String> {
    const FORM: &str = "Write @ and an email address, its beginning or a part of it, or @me.";
    name(&mut words.creator, typed, FORM, "Write one person.")
}

/// What is meant by it, only the server knows.
fn name(name: &mut Option<String>, typed: &str, form: &str, only_one: &str) -> Result<(), String> {
    let typed = unquoted(typed)
        .map(kept)
        .filter(|typed| !compared(typed).is_empty());
    let typed = typed.ok_or(form)?;
    if typed.chars().count() > MAX_TEXT {
        return Err(format!("A name has at most {MAX_TEXT} characters."));
    }
    if name.as_ref().is_some_and(|other| !are_alike(other, &typed)) {
        return Err(only_one.into());
    }
    *name = Some(typed);
    Ok(())
}
