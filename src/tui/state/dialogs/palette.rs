//! One of many by name: every command that is possible now, or every kind of action.

use crossterm::event::KeyEvent;

use super::wish::Wish;
use super::{Dialog, Turn};
use crate::api::ActivityAction;
use crate::model::compared;
use crate::tui::decks::DeckSummary;
use crate::tui::keymap::{Action, Binding, Layer};
use crate::tui::state::text::TextField;

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

    fn move_by(&mut self, step: isize) {
        let last = self.matching().len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(step).min(last);
    }

    fn choice(&self) -> Option<PaletteCommand> {
        self.matching().get(self.selected).copied().cloned()
    }
}

impl Dialog for Palette {
    fn layer(&self) -> Layer {
        Layer::Palette
    }

    fn typed(&mut self, key: KeyEvent, _turn: &mut Turn) -> bool {
        let taken = self.text.handle(key);
        if taken {
            self.selected = 0;
        }
        taken
    }

    fn pasted(&mut self, text: &str, _turn: &mut Turn) {
        self.text.paste(text);
        self.selected = 0;
    }

    fn perform(&mut self, action: Action, turn: &mut Turn) {
        match action {
            Action::Up => self.move_by(-1),
            Action::Down => self.move_by(1),
            Action::Back => turn.close(),
            Action::Accept => {
                turn.close();
                let wish = self.choice().map(|command| match command {
                    PaletteCommand::Key(binding) => Wish::Perform(binding.action),
                    PaletteCommand::GoTo(place) => Wish::GoTo(place.label),
                    PaletteCommand::OnlyAction(action) => Wish::OnlyAction(action),
                });
                turn.wishes.extend(wish);
            }
            _ => {}
        }
    }
}
