//! Completing a word of the filter: from the words that there are, and from projects, people and labels that are known. Names
//! that aren't on the screen are asked of the server.

use crate::model::filter::{self, KnownValues, WordValues};
use crate::tui::message::{Effect, NamesAsked};
use crate::tui::state::dialog::Context;

#[derive(Debug, Default)]
pub struct Completing {
    known: KnownValues,
    /// Whether people may be asked for.
    may_ask_for_people: bool,
    /// What was asked last, and the number of the question while it is open.
    asked: Option<(WordValues, String)>,
    question: Option<u64>,
    /// All that the word may become, while Tab goes through them.
    pub round: Option<Round>,
    /// Tab was pressed before what it needs was here.
    is_owed: bool,
}

/// What stands before the word, all that this may become, and which of them is there.
#[derive(Debug)]
pub struct Round {
    before: String,
    pub words: Vec<String>,
    pub at: usize,
}

impl Round {
    /// What stands in the filter.
    fn text(&self) -> String {
        let word = self.words.get(self.at).map_or("", String::as_str);
        let is_whole = !word.ends_with([':', '@']);
        let space = if self.words.len() == 1 && is_whole {
            " "
        } else {
            ""
        };
        format!("{}{word}{space}", self.before)
    }
}

impl Completing {
    pub fn new(known: KnownValues, may_ask_for_people: bool) -> Self {
        Self {
            known,
            may_ask_for_people,
            ..Self::default()
        }
    }

    /// Something else was typed: what is known of it may not be enough.
    pub fn typed(&mut self, text: &str, cx: &mut Context) {
        self.round = None;
        self.is_owed = false;
        let Some((values, sought)) = filter::sought(filter::last_word(text)) else {
            return;
        };
        let is_asked = self
            .asked
            .as_ref()
            .is_some_and(|asked| *asked == (values, sought.to_owned()));
        if is_asked || (values == WordValues::People && !self.may_ask_for_people) {
            return;
        }
        let question = cx.number();
        self.asked = Some((values, sought.to_owned()));
        self.question = Some(question);
        cx.effect(Effect::Complete(NamesAsked {
            question,
            values,
            text: sought.to_owned(),
        }));
    }

    /// Tab: what is to stand in the filter now. `None`: nothing else.
    pub fn next(&mut self, text: &str) -> Option<String> {
        if let Some(round) = &mut self.round {
            round.at = (round.at + 1) % round.words.len().max(1);
            return Some(round.text());
        }
        let word = filter::last_word(text);
        let words = filter::completions(word, &self.known);
        self.is_owed = words.is_empty() && self.question.is_some();
        if words.is_empty() {
            return None;
        }
        let before = text.strip_suffix(word).unwrap_or(text).to_owned();
        let round = self.round.insert(Round { before, words, at: 0 });
        Some(round.text())
    }

    /// Takes the names that were asked for; whether this was the open question.
    pub fn found(&mut self, question: u64, names: Vec<String>) -> bool {
        if self.question.take_if(|open| *open == question).is_none() {
            return false;
        }
        let of_kind = match &self.asked {
            Some((WordValues::People, _)) => &mut self.known.people,
            _ => &mut self.known.projects,
        };
        for name in names {
            if !of_kind.contains(&name) {
                of_kind.push(name);
            }
        }
        true
    }

    /// Whether Tab waits for names, which have come.
    pub fn take_owed(&mut self) -> bool {
        std::mem::take(&mut self.is_owed)
    }

    /// What the name that is being typed may become.
    pub fn offered(&self, text: &str) -> Vec<String> {
        let word = filter::last_word(text);
        let is_name = filter::sought(word).is_some() || word.starts_with("label:");
        let offered = match is_name {
            true => filter::completions(word, &self.known),
            false => Vec::new(),
        };
        match offered.as_slice() {
            [only] if only == word => Vec::new(),
            _ => offered,
        }
    }
}
