//! One line that tells what just happened, for a while.

use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Done,
    /// Nothing happened, and this is why.
    Note,
    Failed,
}

#[derive(Debug)]
pub struct Notice {
    pub number: u64,
    pub tone: Tone,
    pub text: String,
}

impl Notice {
    pub fn new(number: u64, tone: Tone, text: String) -> Self {
        Self { number, tone, text }
    }

    /// Failures stay longer: they are read twice.
    pub fn ttl(&self) -> Duration {
        match self.tone {
            Tone::Done | Tone::Note => Duration::from_secs(8),
            Tone::Failed => Duration::from_secs(20),
        }
    }
}

/// An error as a sentence of its own: capital first, full stop last.
pub fn sentence(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    let first = chars
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default();
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", chars.as_str())
}
