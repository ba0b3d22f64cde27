//! One of many by name: every command that is possible now, or every kind of action.

mod view;

use crossterm::event::KeyEvent;

use crate::api::{ActivityAction, PlanAction};
use crate::model::compared;
use crate::tui::decks::DeckSummary;
use crate::tui::keymap::{Action, Binding, Layer};
use crate::tui::state::command::{DialogCommand, MarksCommand};
use crate::tui::state::dialog::{Context, Dialog, Stacking};
use crate::tui::state::picker::{Picker, Typing};
use crate::tui::state::text::TextField;

/// What the palette offers.
#[derive(Debug, Clone)]
pub enum PaletteCommand {
    Key(Binding),
    SwitchProfile(DeckSummary),
    /// Show only this in the activity log; `None`: everything.
    OnlyAction(Option<ActivityAction>),
    /// Do this to the marked keys.
    WithMarked(PlanAction),
}

impl PaletteCommand {
    pub fn name(&self) -> String {
        match self {
            PaletteCommand::Key(binding) => binding.action.name().to_owned(),
            PaletteCommand::SwitchProfile(deck) => match deck.read_only {
                true => format!("profile: {} (read-only)", deck.label),
                false => format!("profile: {}", deck.label),
            },
            PaletteCommand::OnlyAction(None) => "everything".into(),
            PaletteCommand::OnlyAction(Some(action)) => action.name_in_words(),
            PaletteCommand::WithMarked(action) => with_marked(*action).into(),
        }
    }

    /// What it does, where the name doesn't say it all.
    pub fn about(&self) -> &str {
        match self {
            PaletteCommand::Key(binding) => &binding.help,
            _ => "",
        }
    }

    /// The heading that it stands below.
    pub fn group(&self) -> Option<&'static str> {
        match self {
            PaletteCommand::Key(binding) => Some(binding.action.group().title()),
            PaletteCommand::SwitchProfile(_) => Some("Profiles"),
            PaletteCommand::OnlyAction(_) | PaletteCommand::WithMarked(_) => None,
        }
    }

    /// The keys that do the same.
    pub fn keys(&self) -> String {
        match self {
            PaletteCommand::Key(binding) => binding.keys_label(),
            PaletteCommand::SwitchProfile(_)
            | PaletteCommand::OnlyAction(_)
            | PaletteCommand::WithMarked(_) => String::new(),
        }
    }
}

fn with_marked(action: PlanAction) -> &'static str {
    match action {
        PlanAction::Revoke => "revoke: refused permanently",
        PlanAction::Disable => "disable: refused until enabled",
        PlanAction::Enable => "enable",
        PlanAction::SetExpiry => "set when they end, or that they never do",
        PlanAction::Label => "add or remove labels",
    }
}

#[derive(Debug)]
pub struct Palette {
    pub title: String,
    pub commands: Vec<PaletteCommand>,
    /// Finds among them.
    pub picker: Picker<PaletteCommand>,
}

impl Palette {
    pub fn new(title: impl Into<String>, commands: Vec<PaletteCommand>) -> Self {
        let picker = Picker::new(TextField::default(), commands.clone());
        Self {
            title: title.into(),
            commands,
            picker,
        }
    }

    /// Finds the commands whose name or description contains every word that was typed; those whose name begins with it
    /// come first, and then those of which a word does.
    fn find(&mut self) {
        let typed = compared(self.picker.text.value());
        let words_of = |command: &PaletteCommand| {
            let group = command.group().unwrap_or_default();
            compared(&format!("{} {} {group}", command.name(), command.about()))
        };
        let matches = |command: &&PaletteCommand| {
            let words = words_of(command);
            typed.split_whitespace().all(|word| words.contains(word))
        };
        let mut found: Vec<_> = self.commands.iter().filter(matches).cloned().collect();
        found.sort_by_key(|command| {
            let words = words_of(command);
            match words.find(&typed) {
                Some(0) => 0,
                Some(at) if words[..at].ends_with([' ', '-', ':']) => 1,
                _ => 2,
            }
        });
        self.picker.offer(found);
    }

    /// Whether groups follow each other: not while what was found is in an order of its own.
    pub fn is_grouped(&self) -> bool {
        self.picker.text.is_blank()
    }
}

impl Dialog for Palette {
    fn layer(&self) -> Layer {
        Layer::Palette
    }

    fn typed(&mut self, key: KeyEvent, _cx: &mut Context) -> bool {
        let typing = self.picker.typed(key);
        if typing != Typing::Other {
            self.find();
        }
        typing != Typing::Other
    }

    fn pasted(&mut self, text: &str, cx: &mut Context) {
        cx.say_of_paste(self.picker.text.paste(text));
        self.find();
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        match action {
            Action::Up => self.picker.move_by(-1),
            Action::Down => self.picker.move_by(1),
            Action::Back => cx.close(),
            Action::Accept => {
                cx.close();
                let command = self.picker.selected().map(|command| match command {
                    PaletteCommand::Key(binding) => DialogCommand::Perform(binding.action),
                    PaletteCommand::SwitchProfile(deck) => DialogCommand::SwitchProfile(deck.label.clone()),
                    PaletteCommand::OnlyAction(action) => DialogCommand::OnlyAction(*action),
                    PaletteCommand::WithMarked(action) => DialogCommand::Marks(MarksCommand::Plan(*action)),
                });
                if let Some(command) = command {
                    cx.command(command);
                }
            }
            _ => {}
        }
    }

    /// What it offers is what the role allows.
    fn stacking(&self) -> Stacking {
        Stacking::OfRole
    }
}
