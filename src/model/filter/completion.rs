//! What the beginning of a word may become.

use super::declared::{self, DECLARED, FilterWord, WordValues};
use super::parse::split;
use super::words::unquoted;
use crate::model::compared::compared;

/// What is known of the values that may stand after a word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownValues {
    pub projects: Vec<String>,
    pub people: Vec<String>,
    pub labels: Vec<String>,
}

/// The word that is being typed at the end of this, which may be nothing yet.
pub fn last_word(typed: &str) -> &str {
    match split(typed).pop() {
        // With a space after it, it is finished; within quotes there may be some.
        Some(word) if typed.ends_with(word) => word,
        _ => "",
    }
}

/// What the value of this word is looked for by, among projects or people.
pub fn sought(word: &str) -> Option<(WordValues, &str)> {
    let (declared, value) = with_value(word)?;
    let is_asked_for = matches!(declared.values, WordValues::Projects | WordValues::People);
    is_asked_for.then_some((declared.values, value.trim_matches('"')))
}

/// All that it may become, each whole: the words that begin with it, or with a value those that have it, the values that
/// begin so first.
pub fn completions(word: &str, known: &KnownValues) -> Vec<String> {
    let Some((declared, value)) = with_value(word) else {
        let folded = compared(word);
        let words = DECLARED.iter().map(|declared| declared.word);
        return words
            .filter(|word| word.starts_with(&folded))
            .map(str::to_owned)
            .collect();
    };
    let values: Vec<&str> = match declared.values {
        WordValues::Nothing => Vec::new(),
        WordValues::Some(values) => values.to_vec(),
        WordValues::Projects => known.projects.iter().map(String::as_str).collect(),
        WordValues::People => known.people.iter().map(String::as_str).collect(),
        WordValues::Labels => known.labels.iter().map(String::as_str).collect(),
    };
    let folded = compared(unquoted(value).unwrap_or(value.trim_matches('"')));
    let places = values.into_iter().filter_map(|value| {
        let place = compared(value).find(&folded)?;
        Some((place > 0, format!("{}{}", declared.word, quoted(value)?)))
    });
    let mut places: Vec<(bool, String)> = places.collect();
    places.sort_by_key(|(is_within, _)| *is_within);
    places.dedup();
    places.into_iter().map(|(_, word)| word).collect()
}

fn with_value(word: &str) -> Option<(&'static FilterWord, &str)> {
    let takes_values = |declared: &&FilterWord| declared.values != WordValues::Nothing;
    let mut words = declared::all().iter().filter(takes_values);
    words.find_map(|declared| Some((declared, declared.value_in(word)?)))
}

/// As it is typed after a word; `None`: it can't be.
fn quoted(value: &str) -> Option<String> {
    match (value.contains(char::is_whitespace), value.contains('"')) {
        (false, _) if !value.starts_with('"') => Some(value.to_owned()),
        (_, false) => Some(format!("\"{value}\"")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_values_are_completed() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let known = KnownValues {
            projects: texts(&["Help Centre", "Storefront", "店頭 キオスク", "A \"B\"", "Store"]),
            people: texts(&["me", "mira@acme.example", "ömer@acme.example"]),
            labels: texts(&["eu", "team a"]),
        };
        for (typed, all) in [
            ("id", &["idle:"][..]),
            ("EXP", &["expires:", "expired"]),
            ("shop never", &["never-used"]),
            ("idle:", &["idle:30d", "idle:90d", "idle:180d", "idle:365d"]),
            ("idle:9", &["idle:90d"]),
            ("project:sto", &["project:Storefront", "project:Store"]),
            ("PROJECT:front", &["project:Storefront"]),
            ("project:\"help c", &["project:\"Help Centre\""]),
            ("project:キ", &["project:\"店頭 キオスク\""]),
            ("project:b", &[]),
            ("@M", &["@me", "@mira@acme.example", "@ömer@acme.example"]),
            ("x label:", &["label:eu", "label:\"team a\""]),
            (
                "shop ",
                &[
                    "since:",
                    "idle:",
                    "never-used",
                    "refused:",
                    "project:",
                    "@",
                    "label:",
                    "expires:",
                    "expired",
                    "disabled",
                    "rotating",
                    "exceeds-policy",
                ],
            ),
            ("zzz", &[]),
        ] {
            assert_eq!(completions(last_word(typed), &known), texts(all), "{typed}");
        }
        assert_eq!(sought("project:\"help c"), Some((WordValues::Projects, "help c")));
        assert_eq!(sought("@"), Some((WordValues::People, "")));
        assert_eq!(sought("label:x"), None);
    }
}
