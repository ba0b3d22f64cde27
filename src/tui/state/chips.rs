//! The filters that are on, each of which can be taken away by itself.

use super::activity::LogFilter;
use super::browse::Browse;
use crate::model::FilterWords;
use crate::tui::message::Effect;

/// One filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chip {
    Scope,
    Project,
    Creator,
    /// The one at this place in what was typed.
    Typed(usize),
    /// Of the activity log.
    Log(LogFilter),
}

impl Browse {
    /// The filters that are on, in the order in which they are shown; each with its words.
    pub fn chips(&self) -> Vec<(Chip, String)> {
        let query = &self.query;
        let scope = query.scope.filter(|_| query.ended.is_none());
        let scope = scope.map(|scope| (Chip::Scope, scope.label().to_owned()));
        let project = query.project.as_ref();
        let project = project.map(|project| (Chip::Project, format!("project {}", project.name)));
        let creator = query.creator.as_ref();
        let creator = creator.map(|creator| (Chip::Creator, format!("by {}", creator.email)));
        let typed = typed_filters(&self.typed).into_iter().enumerate();
        let typed = typed.map(|(index, words)| (Chip::Typed(index), words));
        [scope, project, creator]
            .into_iter()
            .flatten()
            .chain(typed)
            .collect()
    }

    /// Takes one of them away, and asks for what is left then.
    pub fn drop_chip(&mut self, chip: Chip, effects: &mut Vec<Effect>) {
        match chip {
            Chip::Scope => self.query.scope = None,
            Chip::Project => self.query.project = None,
            Chip::Creator => self.query.creator = None,
            Chip::Log(_) => return,
            Chip::Typed(index) => {
                let mut typed = typed_filters(&self.typed);
                if index < typed.len() {
                    typed.remove(index);
                }
                self.typed = typed.join(" ");
                return self.refilter(effects);
            }
        }
        self.requery(effects);
    }
}

/// The words that ask for something each, and the text that is looked for, as one.
fn typed_filters(typed: &str) -> Vec<String> {
    let is_text =
        |word: &&str| FilterWords::parse(word).is_ok_and(|words| words.text.as_deref() == Some(*word));
    let words = words_of(typed);
    if words.iter().all(is_text) {
        let text = typed.trim().to_owned();
        return Some(text).filter(|text| !text.is_empty()).into_iter().collect();
    }
    let mut filters: Vec<String> = Vec::new();
    let mut text: Option<usize> = None;
    for word in &words {
        match text.filter(|_| is_text(word)) {
            Some(at) => {
                filters[at].push(' ');
                filters[at].push_str(word);
            }
            None => {
                text = text.or(is_text(word).then_some(filters.len()));
                filters.push((*word).to_owned());
            }
        }
    }
    filters
}

/// At spaces, but not between quotes that begin a word or a value.
fn words_of(typed: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut quoted, mut before) = (None, false, ' ');
    for (at, c) in typed.char_indices() {
        match start {
            None if !c.is_whitespace() => start = Some(at),
            Some(from) if c.is_whitespace() && !quoted => {
                words.push(&typed[from..at]);
                start = None;
            }
            _ => {}
        }
        quoted = match c {
            '"' if quoted => false,
            '"' => matches!(before, ':' | '@') || before.is_whitespace(),
            _ => quoted,
        };
        before = c;
    }
    words.extend(start.map(|from| typed[from..].trim_end()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_that_asks_for_something_is_a_filter_and_the_text_is_one() {
        for (typed, filters) in [
            ("", &[][..]),
            ("  ", &[]),
            ("shop", &["shop"]),
            ("two  spaces ", &["two  spaces"]),
            ("idle:90d", &["idle:90d"]),
            ("shop idle:90d front", &["shop front", "idle:90d"]),
            ("label:\"two words\" x", &["label:\"two words\"", "x"]),
            ("label:\"never closed x", &["label:\"never closed x"]),
            ("idle:9 refused:today", &["idle:9", "refused:today"]),
            ("\"a b\" idle:90d", &["\"a b\"", "idle:90d"]),
            ("キオスク label:eu", &["キオスク", "label:eu"]),
        ] {
            assert_eq!(typed_filters(typed), filters, "{typed}");
        }
    }
}
