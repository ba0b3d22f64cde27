//! What is wrong with the keys of a file, by line: the first of it, and how much more there is.

use std::collections::BTreeSet;

use super::names;
use crate::cli::Failure;

/// How many are told.
const TOLD: usize = 50;
/// How many characters of each.
const MAX_TOLD: usize = 500;

/// What is wrong with a line, or with all of the file.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileFault {
    /// 0: it is about no line.
    line: u32,
    /// Empty where it is about none.
    column: String,
    message: String,
}

impl FileFault {
    pub fn of_file(message: impl Into<String>) -> Self {
        Self::of_line(0, message)
    }

    pub fn of_line(line: u64, message: impl Into<String>) -> Self {
        Self {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: String::new(),
            message: message.into(),
        }
    }

    pub fn in_column(self, column: impl Into<String>) -> Self {
        Self {
            column: names::said(&column.into()).into_owned(),
            ..self
        }
    }

    fn told(self) -> String {
        let Self {
            line,
            column,
            message,
        } = self;
        let (column, message) = (cut(column), cut(message));
        match (line, column.as_str()) {
            (0, _) => message,
            (line, "") => format!("line {line}: {message}"),
            (line, column) => format!("line {line}, {column}: {message}"),
        }
    }
}

/// The name of a column may be a megabyte, and it is in what is said of it.
fn cut(text: String) -> String {
    match text.char_indices().nth(MAX_TOLD) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The first faults by their lines. Of the others it is only counted how many there are: a large file may have nothing else.
#[derive(Debug, Default)]
pub struct Faults {
    first: BTreeSet<FileFault>,
    more: u64,
}

impl Faults {
    pub fn add(&mut self, fault: FileFault) {
        self.first.insert(fault);
        if self.first.len() > TOLD {
            self.first.pop_last();
            self.more += 1;
        }
    }

    /// What a server says of no line: `And 900 more.`, or something about the whole.
    pub fn add_told(&mut self, message: String) {
        let count = message
            .strip_prefix("And ")
            .and_then(|rest| rest.strip_suffix(" more."));
        match count.and_then(|count| count.parse::<u64>().ok()) {
            Some(count) => self.more += count,
            None => self.add(FileFault::of_file(message)),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.first.is_empty() && self.more == 0
    }

    /// In sentences.
    pub fn failure(self, nothing: &str) -> Failure {
        let mut lines: Vec<String> = self.first.into_iter().map(FileFault::told).collect();
        if self.more > 0 {
            lines.push(format!("and {} more", self.more));
        }
        lines.push(nothing.to_owned());
        Failure::Flags(lines)
    }
}

impl From<FileFault> for Faults {
    fn from(fault: FileFault) -> Self {
        let mut faults = Self::default();
        faults.add(fault);
        faults
    }
}

impl Extend<FileFault> for Faults {
    fn extend<I: IntoIterator<Item = FileFault>>(&mut self, faults: I) {
        faults.into_iter().for_each(|fault| self.add(fault));
    }
}

/// All that was read, or what is wrong with it.
pub fn all<T>(read: impl IntoIterator<Item = Result<T, FileFault>>) -> Result<Vec<T>, Faults> {
    let (mut good, mut bad) = (Vec::new(), Faults::default());
    for item in read {
        match item {
            // Nothing comes of the others.
            Ok(_) if !bad.is_empty() => {}
            Ok(item) => good.push(item),
            Err(fault) => bad.add(fault),
        }
    }
    match bad.is_empty() {
        true => Ok(good),
        false => Err(bad),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_faults_are_told_in_the_order_of_their_lines() {
        let wrong = (1..=60)
            .rev()
            .map(|line| FileFault::of_line(line, "It is wrong.").in_column("token"));
        let mut faults = Faults::default();
        faults.extend(wrong);
        faults.add_told("And 900 more.".into());
        let Failure::Flags(lines) = faults.failure("nothing was imported") else {
            panic!("lines");
        };
        assert_eq!(
            (lines.len(), lines[0].as_str(), lines[9].as_str()),
            (52, "line 1, token: It is wrong.", "line 10, token: It is wrong.")
        );
        assert_eq!(lines[50..], ["and 910 more", "nothing was imported"]);
    }

    #[test]
    fn of_good_and_bad_only_the_bad_is_told() {
        let read = |n: u64| match n % 2 {
            0 => Ok(n),
            _ => Err(FileFault::of_line(n, "It is odd.")),
        };
        assert_eq!(all([0, 2].map(read)).expect("good"), [0, 2]);
        let Failure::Flags(lines) = all((0..100_000).map(read)).expect_err("bad").failure("nothing") else {
            panic!("lines");
        };
        assert_eq!((lines.len(), lines[1].as_str()), (52, "line 3: It is odd."));
        assert_eq!(lines[50..], ["and 49950 more", "nothing"]);
    }
}
