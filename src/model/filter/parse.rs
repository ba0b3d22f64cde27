//! Reads what people type into a filter: words that ask for something, and a text.

use super::declared::{self, DECLARED, FilterWord, WORDS};
use super::limits::MAX_TEXT;
use super::words::FilterWords;
use crate::model::StateFilter;
use crate::model::compared::are_alike;

impl FilterWords {
    /// For `--help`.
    pub fn help() -> String {
        let words = WORDS.map(|(word, _)| word).join(", ");
        format!(
            "Only keys with this text in their name, project or UI domains; words among it ask for more: {words}. Days \
             begin at midnight where you are; 24h and 7d are lengths of time"
        )
    }

    /// Reads words such as `idle:90d` among a text. Quotes hold the words of a value together, and make a text of what
    /// would be read as a word: `"idle:90d"`. A word that is not finished, can't be read, or looks like one and is none
    /// is said in a sentence.
    pub fn parse(typed: &str) -> Result<Self, String> {
        let mut words = Self::default();
        let mut rest = Vec::new();
        let mut is_all_text = true;
        let mut tokens = split(typed).into_iter().peekable();
        while let Some(token) = tokens.next() {
            match word_in(token) {
                // An @ between other words is no word that is not finished.
                Some((_, "")) if matches!(token, "@" | "＠") && tokens.peek().is_some() => rest.push(token),
                Some((word, value)) => {
                    (word.read)(&mut words, value)?;
                    is_all_text = false;
                }
                None => match quoted_word(token) {
                    Some(text) => {
                        rest.push(text);
                        is_all_text = false;
                    }
                    None => rest.push(text(token)?),
                },
            }
        }
        // Without such words, spaces are looked for as they were typed.
        let text = match is_all_text {
            true => typed.trim().to_owned(),
            false => rest.join(" "),
        };
        if text.chars().count() > MAX_TEXT {
            return Err(format!("A text to look for has at most {MAX_TEXT} characters."));
        }
        words.named_state = named_state(&text).filter(|_| is_all_text);
        words.text = (!text.is_empty()).then_some(text);
        Ok(words)
    }

    /// What was typed, except for the words that say how keys stand.
    pub fn without_state(typed: &str) -> String {
        let is_state = |token: &&str| word_in(token).is_some_and(|(word, _)| word.parameter == "state");
        let others = split(typed).into_iter().filter(|token| !is_state(token));
        others.collect::<Vec<_>>().join(" ")
    }
}

/// The word that this is, and what stands after it.
fn word_in(token: &str) -> Option<(&'static FilterWord, &str)> {
    let mut words = declared::all().iter();
    words.find_map(|word| Some((word, word.value_in(token)?)))
}

/// A word in quotes, which is a text.
fn quoted_word(token: &str) -> Option<&str> {
    let quoted = token.strip_prefix('"')?.strip_suffix('"')?;
    let first = split(quoted).into_iter().next()?;
    let is_word = word_in(first).is_some() || unknown(first).is_some() || named_state(quoted).is_some();
    is_word.then_some(quoted)
}

fn named_state(text: &str) -> Option<StateFilter> {
    let states = [StateFilter::Active, StateFilter::Revoked];
    states.into_iter().find(|state| are_alike(state.as_str(), text))
}

/// What looks like a word, and is none, is told: nobody is to take what a text finds for what they asked.
fn text(token: &str) -> Result<&str, String> {
    match unknown(token) {
        None => Ok(token),
        Some(word) => Err(format!(
            "There is no word {word}: – there are {}. For a text, write it in quotes.",
            DECLARED.map(|declared| declared.word).join(" ")
        )),
    }
}

/// Letters, a colon, and a value: neither the scheme of an address nor a host with its port, as `localhost:3000/`.
fn unknown(token: &str) -> Option<&str> {
    let (word, value) = token.split_once(':')?;
    let is_word = word.len() > 1
        && word
            .bytes()
            .all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_'))
        && value.starts_with(|c: char| c.is_alphanumeric() || c == '"');
    let port = value.split('/').next().unwrap_or(value);
    let is_port = port.bytes().all(|b| b.is_ascii_digit());
    (is_word && !is_port).then_some(word)
}

/// The words of a text; quotes at the beginning of one, or right behind its colon, hold several together.
pub(super) fn split(typed: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = typed.trim_start();
    while !rest.is_empty() {
        let end = from_quotes(rest).unwrap_or_default();
        let end = rest[end..]
            .find(char::is_whitespace)
            .map_or(rest.len(), |space| end + space);
        words.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    words
}

/// Behind the second of the quotes with which a word or its value begins.
fn from_quotes(rest: &str) -> Option<usize> {
    let word = rest.find(char::is_whitespace).map_or(rest, |end| &rest[..end]);
    let begins = match word.starts_with('"') {
        true => 0,
        false => {
            let colon = word.find([':', '：'])?;
            let value = &word[colon..];
            let width = value.chars().next().map_or(0, char::len_utf8);
            value[width..].starts_with('"').then_some(colon + width)?
        }
    };
    match rest[begins + 1..].find('"') {
        Some(end) => Some(begins + 1 + end + 1),
        // A value that is not finished has what follows.
        None => (begins > 0).then_some(rest.len()),
    }
}
