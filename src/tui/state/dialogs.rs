//! What may lie over the table: each dialog's own state.

use super::text::TextField;
use crate::api::Key;
use crate::model::Secret;
use crate::tui::keymap::{Binding, Layer};
use crate::tui::message::Route;
use crate::tui::places::Place;

/// "Yes, Delete": names what stops. Cancel has the focus; no single letter deletes.
#[derive(Debug)]
pub struct RevokeDialog {
    pub key: Box<Key>,
    /// The focus is on "Yes, Delete".
    pub yes: bool,
    pub sending: bool,
    pub error: Option<String>,
}

/// A new key's secret.
#[derive(Debug)]
pub struct NewSecret {
    pub key: Box<Key>,
    /// Absent when an earlier attempt had created the Analytics key and its answer was lost.
    pub secret: Option<Secret>,
    /// Which way it was copied last.
    pub copied: Option<Route>,
}

impl NewSecret {
    /// Whether closing would lose the secret for ever, as far as is known.
    pub fn would_be_lost(&self) -> bool {
        !self.key.scope.is_viewable() && self.secret.is_some() && self.copied != Some(Route::Clipboard)
    }
}

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Leave the form and what was typed in it.
    DiscardForm,
    /// Close the dialog of a secret that is shown only now.
    LoseSecret,
    /// Quit with a form or such a secret open.
    Quit,
}

/// A question with two answers; the harmless one has the focus.
#[derive(Debug)]
pub struct Question {
    pub about: About,
    pub text: String,
    pub stay: &'static str,
    pub leave: &'static str,
    /// The focus is on the answer that loses something.
    pub leaving: bool,
}

/// What the palette offers.
#[derive(Debug, Clone)]
pub enum Command {
    Key(&'static Binding),
    /// Go to another place.
    GoTo(Place),
}

impl Command {
    pub fn name(&self) -> String {
        match self {
            Command::Key(binding) => binding.help.to_owned(),
            Command::GoTo(place) => match place.read_only {
                true => format!("profile: {} (read-only)", place.label),
                false => format!("profile: {}", place.label),
            },
        }
    }

    /// The keys that do the same.
    pub fn keys(&self) -> String {
        match self {
            Command::Key(binding) => binding.keys_label(),
            Command::GoTo(_) => String::new(),
        }
    }
}

/// Every command by name.
#[derive(Debug)]
pub struct Palette {
    pub text: TextField,
    pub selected: usize,
    /// What can be done now, in the order of the key bindings.
    pub commands: Vec<Command>,
}

impl Palette {
    /// The commands that contain what was typed; those that begin with it come first.
    pub fn matching(&self) -> Vec<&Command> {
        let typed = self.text.value().trim().to_lowercase();
        let name = |command: &Command| command.name().to_lowercase();
        let mut found: Vec<&Command> = self
            .commands
            .iter()
            .filter(|command| name(command).contains(&typed))
            .collect();
        found.sort_by_key(|command| !name(command).starts_with(&typed));
        found
    }

    pub fn move_by(&mut self, step: isize) {
        let last = self.matching().len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(step).min(last);
    }

    pub fn chosen(&self) -> Option<Command> {
        self.matching().get(self.selected).copied().cloned()
    }
}

/// The keys of the layer that it was opened from.
#[derive(Debug)]
pub struct Help {
    pub of: Layer,
    pub scroll: u16,
}
