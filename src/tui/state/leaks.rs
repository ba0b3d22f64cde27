//! The reports of leaked keys about which nobody has decided.

use crate::api::{Leak, MAX_LIMIT};
use crate::client::Error;

/// Whether more reports may follow these.
pub fn are_a_full_page(reports: &[Leak]) -> bool {
    reports.len() >= MAX_LIMIT as usize
}

/// Bursts of questions become one, as for a [`SideCount`](super::SideCount).
#[derive(Debug, Default)]
pub struct Leaks {
    reports: Vec<Leak>,
    /// The question that is not answered.
    asked: Option<u64>,
    is_old: bool,
}

impl Leaks {
    /// As far as is known, the newest first.
    pub fn reports(&self) -> &[Leak] {
        &self.reports
    }

    /// Whether there may be more than these, which turn up as these are decided about.
    pub fn may_be_more(&self) -> bool {
        are_a_full_page(&self.reports)
    }

    /// Whether the question of this number is to be asked now.
    pub fn ask(&mut self, number: u64) -> bool {
        if self.asked.is_some() {
            self.is_old = true;
            return false;
        }
        self.asked = Some(number);
        true
    }

    /// Takes an answer; whether to ask once more. What is known stays when it failed.
    pub fn read(&mut self, number: u64, result: Result<Vec<Leak>, Error>) -> bool {
        if self.asked != Some(number) {
            return false;
        }
        self.asked = None;
        if let Ok(reports) = result {
            self.reports = reports;
        }
        std::mem::take(&mut self.is_old)
    }

    /// Another role sees other keys.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}
