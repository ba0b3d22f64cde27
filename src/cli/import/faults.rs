//! What is wrong with the keys of a file, by line: the first of it, and how much more there is.

use std::collections::BTreeSet;

use crate::cli::Failure;

/// How many are told.
const TOLD: usize = 50;

#[derive(Default)]
pub struct Faults {
    by_line: BTreeSet<(u32, String, String)>,
    /// What the server left out.
    more: u64,
}

impl Faults {
    pub fn add(&mut self, line: u32, column: String, message: String) {
        self.by_line.insert((line, column, message));
    }

    /// `And 900 more.`, or something without a line.
    pub fn more(&mut self, message: String) {
        let count = message
            .strip_prefix("And ")
            .and_then(|rest| rest.strip_suffix(" more."));
        match count.and_then(|count| count.parse::<u64>().ok()) {
            Some(count) => self.more += count,
            None => self.add(0, String::new(), message),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.by_line.is_empty() && self.more == 0
    }

    /// In sentences.
    pub fn failure(self, nothing: &str) -> Failure {
        let more = self.more + (self.by_line.len().saturating_sub(TOLD)) as u64;
        let told = self
            .by_line
            .into_iter()
            .take(TOLD)
            .map(|(line, column, message)| match line {
                0 => message,
                line => format!("line {line}, {column}: {message}"),
            });
        let mut lines: Vec<String> = told.collect();
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        lines.push(nothing.to_owned());
        Failure::Flags(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_faults_are_told_in_the_order_of_their_lines() {
        let mut faults = Faults::default();
        for line in (1..=60).rev() {
            faults.add(line, "token".into(), "It is wrong.".into());
        }
        faults.more("And 900 more.".into());
        let Failure::Flags(lines) = faults.failure("nothing was imported") else {
            panic!("lines");
        };
        assert_eq!(
            (lines.len(), lines[0].as_str()),
            (52, "line 1, token: It is wrong.")
        );
        assert_eq!(lines[50..], ["and 910 more", "nothing was imported"]);
    }
}
