//! A line of bash up to the cursor: its words, and how a name is written in place of the last one. bash hands a
//! completion function words that are split at `@`, `:` and `=` and still quoted, and inserts what it is given as it
//! is: a name with a space would be two words, and one with `$(…)` a command.

use clap_complete::engine::CompletionCandidate;

/// The line as far as it is typed.
#[derive(Debug, Default)]
pub struct TypedLine {
    /// What the command would be given; the last is completed.
    pub words: Vec<String>,
    /// Where bash begins to replace, as what is before that in the last word.
    kept: String,
    quote: Option<char>,
}

#[derive(Default)]
struct Reading {
    words: Vec<String>,
    word: String,
    is_word: bool,
    kept: String,
    quote: Option<char>,
}

impl Reading {
    fn push(&mut self, c: char) {
        self.word.push(c);
        self.is_word = true;
    }

    fn end_word(&mut self) {
        if self.is_word {
            self.words.push(std::mem::take(&mut self.word));
        }
        self.is_word = false;
        self.kept.clear();
    }

    fn open(&mut self, quote: char) {
        self.quote = Some(quote);
        self.is_word = true;
        self.kept.clone_from(&self.word);
    }
}

impl TypedLine {
    /// `breaks` is `COMP_WORDBREAKS`.
    pub fn parse(line: &str, breaks: &str) -> Self {
        let mut read = Reading::default();
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            match (read.quote, c) {
                (Some(open), c) if c == open => read.quote = None,
                (Some('"'), '\\') => match chars.next() {
                    Some(next) if "\\\"$`\n".contains(next) => read.push(next),
                    next => {
                        read.push('\\');
                        next.into_iter().for_each(|next| read.push(next));
                    }
                },
                (Some(_), c) => read.push(c),
                (None, '\'' | '"') => read.open(c),
                (None, '\\') => chars.next().into_iter().for_each(|next| read.push(next)),
                (None, c) if c.is_whitespace() => read.end_word(),
                (None, c) => {
                    // Of an at sign bash replaces itself, too.
                    if c == '@' && breaks.contains(c) {
                        read.kept.clone_from(&read.word);
                    }
                    read.push(c);
                    if c != '@' && breaks.contains(c) {
                        read.kept.clone_from(&read.word);
                    }
                }
            }
        }
        read.words.push(read.word);
        // Variables that are set for the command stand before it.
        let is_set = |word: &String| word.contains('=') && !word.starts_with(['-', '=']);
        let set = read.words.iter().take_while(|word| is_set(word)).count();
        Self {
            words: read.words.split_off(set.min(read.words.len() - 1)),
            kept: read.kept,
            quote: read.quote,
        }
    }

    /// The word that is completed.
    pub fn last(&self) -> &str {
        self.words.last().map_or("", String::as_str)
    }

    /// What bash is to insert; `None` where the name doesn't begin with what stays.
    pub fn completed(&self, found: &CompletionCandidate) -> Option<String> {
        let name = found.get_value().to_str()?;
        let rest = name.strip_prefix(&self.kept)?;
        Some(match self.quote {
            None => escaped(rest),
            Some('\'') => rest.replace('\'', r"'\''"),
            // Within quotes an exclamation mark would still recall an earlier command.
            Some(_) => {
                let special = |c: char| matches!(c, '\\' | '"' | '$' | '`');
                let mut out = String::new();
                for c in rest.chars() {
                    match c {
                        '!' => out.push_str("\"'!'\""),
                        c => {
                            out.extend(special(c).then_some('\\'));
                            out.push(c);
                        }
                    }
                }
                out
            }
        })
    }
}

/// Those that begin with what is typed, letter for letter, or else all: bash would cut what is typed to what they share.
pub fn closest<'a>(found: &'a [CompletionCandidate], typed: &str) -> Vec<&'a CompletionCandidate> {
    let exact: Vec<_> = found
        .iter()
        .filter(|found| found.get_value().to_string_lossy().starts_with(typed))
        .collect();
    match exact.is_empty() {
        true => found.iter().collect(),
        false => exact,
    }
}

/// Letters, digits and some signs are themselves in every place of a line.
fn escaped(text: &str) -> String {
    let is_itself = |c: char| c.is_alphanumeric() || "_./:=@%+,-".contains(c) || !c.is_ascii();
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        out.extend((!is_itself(c)).then_some('\\'));
        out.push(c);
    }
    out
}

/// A word as fish has it before the cursor: perhaps with an open quote.
pub fn unquoted(word: &str) -> String {
    TypedLine::parse(word, "").words.join(" ")
}
