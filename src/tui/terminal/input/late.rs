//! What follows an Escape that was taken for the key: the rest of a control sequence that a slow line cut
//! after its Escape, or what a person typed next.
//!
//! The program asks the terminal for its background alone, and waits for no answer: it may come late or never, and other
//! answers come to what another program asked before it, or what something printed. They are told from typing by speed
//! and form.
//! What begins as the rest of a sequence is held. It is the rest when it ends as one, or grows longer than
//! anybody types, without a pause; or, with pauses, when it has the form of an answer. Otherwise it becomes
//! keys after a moment: nothing that was typed is lost.

use std::time::Duration;

use smallvec::SmallVec;

use super::control::{BEL, CAN, CTRL_C, ESC, SUB};
use super::nf::{self, BURST, HELD};

/// As [`HELD`], of what begins with a key that the dashboard uses: no longer than an Escape.
const HELD_KEY: Duration = Duration::from_millis(70);
/// What comes together and is as long as this was not typed.
const MAX_TYPED: usize = 32;

/// What may be the rest of a sequence, so far.
#[derive(Debug)]
pub(super) struct HeldText {
    text: SmallVec<[char; MAX_TYPED]>,
    /// So many Escapes stood before it and are not keys yet.
    pub(super) escapes: u8,
    /// There was a pause in it.
    paused: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeldVerdict {
    Unknown,
    Answer,
    Keys,
}

impl HeldText {
    /// `None`: nothing that a terminal answers goes on like this after its Escape.
    pub(super) fn begun_by(c: char) -> Option<Self> {
        let begins = matches!(c, '[' | ']' | 'P' | 'X' | '^' | '_') || nf::is_intermediate(c);
        begins.then(|| Self::after(0, c))
    }

    /// Begun by `c` after so many Escapes, which become keys when it does.
    pub(super) fn after(escapes: u8, c: char) -> Self {
        Self {
            text: SmallVec::from_slice(&[c]),
            escapes,
            paused: false,
        }
    }

    pub(super) fn into_text(self) -> SmallVec<[char; MAX_TYPED]> {
        self.text
    }

    pub(super) fn push(&mut self, c: char) -> HeldVerdict {
        self.text.push(c);
        let form = form_of(&self.text);
        match form {
            _ if c == CTRL_C => HeldVerdict::Keys,
            Form::Typed => HeldVerdict::Keys,
            Form::Answer => HeldVerdict::Answer,
            Form::Beginning => HeldVerdict::Unknown,
            Form::Burst | Form::Whole | Form::Other if self.paused => HeldVerdict::Keys,
            Form::Burst => HeldVerdict::Answer,
            Form::Whole => HeldVerdict::Unknown,
            Form::Other if self.text.len() >= MAX_TYPED => HeldVerdict::Answer,
            Form::Other => HeldVerdict::Unknown,
        }
    }

    pub(super) fn patience(&self) -> Duration {
        match self.text.first() {
            _ if !self.paused => BURST,
            Some('P' | 'X') => HELD_KEY,
            _ => HELD,
        }
    }

    /// Nothing came for as long as [`HeldText::patience`] said.
    pub(super) fn pause(&mut self) -> HeldVerdict {
        let was_paused = std::mem::replace(&mut self.paused, true);
        match form_of(&self.text) {
            Form::Beginning if !was_paused => HeldVerdict::Unknown,
            Form::Whole if !was_paused => HeldVerdict::Answer,
            _ => HeldVerdict::Keys,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Of an answer, whoever is slow.
    Answer,
    /// It may still become that.
    Beginning,
    /// Whole, and something else than typing if it came immediately.
    Burst,
    /// The same, if nothing follows immediately.
    Whole,
    /// Nothing that a terminal sends.
    Typed,
    Other,
}

fn form_of(text: &[char]) -> Form {
    let Some((&first, rest)) = text.split_first() else {
        return Form::Beginning;
    };
    match (first, rest) {
        ('[', rest) => control_sequence(rest),
        (']', [.., BEL]) | (_, [.., ESC, '\\'] | [.., CAN | SUB]) => Form::Burst,
        (']', rest) => numbered(rest, |c| c == ';'),
        // `P>|…`, `P!|…`, `P1$r…`, `P1+r…`.
        ('P', ['>' | '!', '|', ..]) => Form::Answer,
        ('P', ['>' | '!']) => Form::Beginning,
        ('P', rest) => numbered(rest, |c| matches!(c, '$' | '+' | '|')),
        // Kitty's graphics: `_Gi=…`.
        ('_', ['G', key, '=', ..]) if key.is_ascii_lowercase() => Form::Answer,
        ('_', [] | ['G'] | ['G', _]) => Form::Beginning,
        (first, rest) if nf::is_intermediate(first) => intermediates(first, rest),
        (_, []) => Form::Beginning,
        _ => Form::Other,
    }
}

/// What begins with a key of the dashboard may be a whole line that a program typed.
fn intermediates(first: char, rest: &[char]) -> Form {
    match rest.iter().position(|&c| !nf::is_intermediate(c)) {
        None => Form::Other,
        Some(at) if at + 1 < rest.len() || !rest.get(at).is_some_and(|&c| nf::is_final(c)) => Form::Typed,
        Some(_) if nf::is_key(first) => Form::Whole,
        Some(_) => Form::Burst,
    }
}

/// Digits, which `ends` ends.
fn numbered(rest: &[char], ends: impl Fn(char) -> bool) -> Form {
    match rest.iter().position(|c| !c.is_ascii_digit()) {
        None => Form::Beginning,
        Some(at) if at > 0 && rest.get(at).copied().is_some_and(ends) => Form::Answer,
        Some(_) => Form::Other,
    }
}

/// Parameters mark a report. Without any it may be an arrow key, or a letter typed after a bracket.
fn control_sequence(rest: &[char]) -> Form {
    let is_parameter = |c: &&char| matches!(c, '0'..='?');
    let parameters = rest.iter().take_while(is_parameter).count();
    let others = (rest.iter().skip(parameters)).take_while(|c| matches!(c, ' '..='/'));
    let body = parameters + others.count();
    match rest.get(body) {
        None if parameters >= 3 => Form::Answer,
        None if body == parameters => Form::Beginning,
        None => Form::Other,
        Some('@'..='~') if parameters > 0 => Form::Answer,
        Some('@'..='~') => Form::Burst,
        Some(_) => Form::Other,
    }
}
