//! What may lie over the table: each dialog's own state.

use uuid::Uuid;

use super::loadable::Loadable;
use super::text::TextField;
use crate::api::{ActivityAction, Key, PersonRef, Usage};
use crate::model::{Secret, compared};
use crate::tui::decks::DeckSummary;
use crate::tui::keymap::{Binding, Layer};
use crate::tui::message::ProjectTask;
use crate::tui::message::Route;

/// "Yes, Delete": names what stops. Cancel has the focus; no single letter deletes.
#[derive(Debug)]
pub struct RevokeDialog {
    pub key: Box<Key>,
    /// What will stop.
    pub usage: Loadable<Usage>,
    /// The first line that is shown, where not all fit.
    pub scroll: u16,
    /// The focus is on "Yes, Delete".
    pub yes: bool,
    pub sending: bool,
    pub error: Option<String>,
}

/// What a new secret is the secret of.
#[derive(Debug)]
pub enum SecretOf {
    Key(Box<Key>),
    /// It is the sign-in token of this person.
    Person(PersonRef),
}

impl SecretOf {
    pub fn id(&self) -> Uuid {
        match self {
            SecretOf::Key(key) => key.id,
            SecretOf::Person(person) => person.id,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            SecretOf::Key(key) => &key.name,
            SecretOf::Person(person) => &person.email,
        }
    }

    /// Whether nobody can show it again.
    pub fn is_shown_once(&self) -> bool {
        match self {
            SecretOf::Key(key) => !key.scope.is_viewable(),
            SecretOf::Person(_) => true,
        }
    }
}

/// A new secret: of a key, or a person's sign-in token.
#[derive(Debug)]
pub struct NewSecret {
    pub of: SecretOf,
    /// Absent when an earlier attempt had made it and its answer was lost.
    pub secret: Option<Secret>,
    /// Which way it was copied last.
    pub copied: Option<Route>,
}

impl NewSecret {
    /// Whether closing would lose the secret for ever, as far as is known.
    pub fn would_be_lost(&self) -> bool {
        self.of.is_shown_once() && self.secret.is_some() && self.copied != Some(Route::Clipboard)
    }
}

/// What a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// Leave the form and what was typed in it.
    DiscardForm,
    /// Close the dialog of a secret that is shown only now.
    LoseSecret,
    /// Take a person's sign-in token from them by making a new one.
    NewToken(PersonRef),
    /// Remove a person and hand over their keys to this one.
    HandOver(PersonRef),
    /// Quit with a form or such a secret open.
    Quit,
    /// Undeploy a project, remove it or its session server.
    Project(ProjectTask),
}

/// A question with two answers; the harmless one has the focus.
#[derive(Debug)]
pub struct Confirmation {
    pub about: About,
    pub text: String,
    /// What tells the thing that it is about from another of nearly the same name.
    pub which: Option<String>,
    pub stay: &'static str,
    pub leave: &'static str,
    /// The focus is on the answer that loses something.
    pub leaving: bool,
    /// The first line that is shown, where not all fit.
    pub scroll: u16,
}

/// What the palette offers.
#[derive(Debug, Clone)]
pub enum PaletteCommand {
    Key(&'static Binding),
    /// Go to another place.
    GoTo(DeckSummary),
    /// Show only this in the activity log; `None`: everything.
    OnlyAction(Option<ActivityAction>),
}

impl PaletteCommand {
    pub fn name(&self) -> String {
        match self {
            PaletteCommand::Key(binding) => binding.help.to_owned(),
            PaletteCommand::GoTo(place) => match place.read_only {
                true => format!("profile: {} (read-only)", place.label),
                false => format!("profile: {}", place.label),
            },
            PaletteCommand::OnlyAction(None) => "everything".into(),
            PaletteCommand::OnlyAction(Some(action)) => action.name_in_words(),
        }
    }

    /// The keys that do the same.
    pub fn keys(&self) -> String {
        match self {
            PaletteCommand::Key(binding) => binding.keys_label(),
            PaletteCommand::GoTo(_) | PaletteCommand::OnlyAction(_) => String::new(),
        }
    }
}

/// One of many by name: every command that is possible now, or every kind of action.
#[derive(Debug)]
pub struct Palette {
    pub title: &'static str,
    pub text: TextField,
    pub selected: usize,
    pub commands: Vec<PaletteCommand>,
}

impl Palette {
    pub fn new(title: &'static str, commands: Vec<PaletteCommand>) -> Self {
        Self {
            title,
            text: TextField::default(),
            selected: 0,
            commands,
        }
    }

    /// The commands that contain every word that was typed; those that begin with it come first.
    pub fn matching(&self) -> Vec<&PaletteCommand> {
        let typed = compared(self.text.value());
        let name = |command: &PaletteCommand| compared(&command.name());
        let mut found: Vec<&PaletteCommand> = self
            .commands
            .iter()
            .filter(|command| typed.split_whitespace().all(|word| name(command).contains(word)))
            .collect();
        found.sort_by_key(|command| !name(command).starts_with(&typed));
        found
    }

    pub fn move_by(&mut self, step: isize) {
        let last = self.matching().len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(step).min(last);
    }

    pub fn chosen(&self) -> Option<PaletteCommand> {
        self.matching().get(self.selected).copied().cloned()
    }
}

/// The keys of the layer that it was opened from.
#[derive(Debug)]
pub struct Help {
    pub of: Layer,
    pub scroll: u16,
}
