//! The screens: what the body shows, and how one goes from one to another.

use strum::EnumIter;

use crate::tui::keymap::{Action, Layer};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, EnumIter)]
pub enum Screen {
    #[default]
    Keys,
    Projects,
    People,
    Activity,
}

impl Screen {
    pub fn title(self) -> &'static str {
        match self {
            Screen::Keys => "Keys",
            Screen::Projects => "Projects",
            Screen::People => "People",
            Screen::Activity => "Activity",
        }
    }

    /// Where its keys go while nothing lies over it.
    pub(super) fn layer(self) -> Layer {
        match self {
            Screen::Keys => Layer::Keys,
            Screen::Projects => Layer::Projects,
            Screen::People => Layer::People,
            Screen::Activity => Layer::Activity,
        }
    }

    /// The screen that an action shows.
    pub fn shown_by(action: Action) -> Option<Self> {
        match action {
            Action::ShowKeys => Some(Screen::Keys),
            Action::ShowProjects => Some(Screen::Projects),
            Action::ShowPeople => Some(Screen::People),
            Action::ShowActivity => Some(Screen::Activity),
            _ => None,
        }
    }
}
