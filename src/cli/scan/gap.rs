//! Why an archive was not looked at in full.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::pasted;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    Encrypted,
    Broken,
    /// Compressed in a way that is not read here.
    Method,
    /// It unpacks to far more than it is.
    TooMuch,
    /// It is in too many others.
    TooDeep,
    /// It has too many files.
    TooMany,
    /// It is no file, and too large to be held.
    TooLarge,
}

impl Gap {
    fn in_words(self) -> &'static str {
        match self {
            Self::Encrypted => "encrypted",
            Self::Broken => "broken, so that it ends early",
            Self::Method => "compressed by a method that is not supported; gzip and deflate are",
            Self::TooMuch => "it unpacks to more than 100 times its size",
            Self::TooDeep => "an archive within two others",
            Self::TooMany => "it has more than 100,000 files",
            Self::TooLarge => {
                "an archive of more than 64 MiB that is not a file of its own; save it, and name the file"
            }
        }
    }
}

/// Each reason with the first file that it is true of, and of how many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gaps(BTreeMap<Gap, (Option<Arc<str>>, u64)>);

impl Gaps {
    pub fn add(&mut self, gap: Gap, member: Option<&Arc<str>>) {
        self.0.entry(gap).or_insert_with(|| (member.cloned(), 0)).1 += 1;
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn extend(&mut self, other: Self) {
        for (gap, (member, count)) in other.0 {
            self.0.entry(gap).or_insert((member, 0)).1 += count;
        }
    }

    /// What was not looked at in full in the file of this name, in sentences.
    pub fn in_words(&self, file: &str) -> Vec<String> {
        let told = self.0.iter().map(|(gap, (member, count))| {
            let member = member
                .as_deref()
                .map_or_else(String::new, |member| format!("!/{}", pasted::hinted(member)));
            let others = match count - 1 {
                0 => String::new(),
                1 => " (and 1 other)".to_owned(),
                others => format!(" (and {others} others)"),
            };
            format!(
                "{file}{member}{others} was not searched in full: {}",
                gap.in_words()
            )
        });
        told.collect()
    }
}
