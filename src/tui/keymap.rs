//! Key bindings as data. A key is declared once; dispatch, footer, help and palette read it here.

mod bindings;
mod pattern;

use crossterm::event::KeyEvent;

pub use bindings::BINDINGS;
pub use pattern::KeyPattern;

/// Where keys go: the top layer of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// The table.
    Keys,
    /// The details of the selected key.
    Details,
    Projects,
    People,
    Activity,
    Filter,
    Form,
    /// A form with a few fields.
    Sheet,
    Revoke,
    /// How a key is used, large.
    Usage,
    /// Would this be allowed?
    Explain,
    RemovePerson,
    /// Who gets the keys of the person who is removed.
    Heirs,
    NewSecret,
    Conflict,
    /// A question with two answers.
    Question,
    Palette,
    /// Another place is being opened.
    Opening,
    Help,
}

impl Layer {
    pub const ALL: [Layer; 19] = [
        Layer::Keys,
        Layer::Details,
        Layer::Projects,
        Layer::People,
        Layer::Activity,
        Layer::Filter,
        Layer::Form,
        Layer::Sheet,
        Layer::Revoke,
        Layer::Usage,
        Layer::Explain,
        Layer::RemovePerson,
        Layer::Heirs,
        Layer::NewSecret,
        Layer::Conflict,
        Layer::Question,
        Layer::Palette,
        Layer::Opening,
        Layer::Help,
    ];

    /// What help calls it.
    pub fn title(self) -> &'static str {
        match self {
            Layer::Keys => "table",
            Layer::Details => "details",
            Layer::Projects => "projects",
            Layer::People => "people",
            Layer::Activity => "activity",
            Layer::Filter => "filter",
            Layer::Form | Layer::Sheet => "form",
            Layer::Revoke => "revoke",
            Layer::Usage => "usage",
            Layer::Explain => "would this be allowed?",
            Layer::RemovePerson => "remove a person",
            Layer::Heirs => "hand over",
            Layer::NewSecret => "new secret",
            Layer::Conflict => "conflict",
            Layer::Question => "question",
            Layer::Palette => "commands",
            Layer::Opening => "opening",
            Layer::Help => "help",
        }
    }
}

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    Left,
    Right,
    Details,
    SwitchFocus,
    Create,
    Edit,
    Revoke,
    NewToken,
    Mine,
    Copy,
    Reveal,
    /// How the key is used.
    Usage,
    /// Would this be allowed?
    Explain,
    Deploy,
    SetSessionServer,
    RemoveSessionServer,
    Remove,
    /// The keys of what is selected.
    ItsKeys,
    /// The activity of what is selected.
    ItsActivity,
    SamePerson,
    ChooseAction,
    Filter,
    NextSort,
    ReverseSort,
    ScopeAll,
    ScopeWeb,
    ScopeMobile,
    ScopeAnalytics,
    ShowKeys,
    ShowProjects,
    ShowPeople,
    ShowActivity,
    Refresh,
    Palette,
    Help,
    Suspend,
    Quit,
    /// Leaves the innermost layer.
    Back,
    /// Acts on what has the focus.
    Accept,
    NextField,
    PreviousField,
    Submit,
}

impl Action {
    /// Whether it begins to change something, which a read-only place doesn't offer.
    pub fn changes(self) -> bool {
        matches!(
            self,
            Action::Create
                | Action::Edit
                | Action::Revoke
                | Action::NewToken
                | Action::Deploy
                | Action::SetSessionServer
                | Action::RemoveSessionServer
                | Action::Remove
        )
    }
}

impl Action {
    /// Whether it moves the selection.
    pub fn moves(self) -> bool {
        matches!(
            self,
            Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::Top | Action::Bottom
        )
    }

    /// Whether it does something with the selected row.
    pub fn acts_on_row(self) -> bool {
        matches!(
            self,
            Action::Edit
                | Action::Revoke
                | Action::NewToken
                | Action::Copy
                | Action::Reveal
                | Action::Usage
                | Action::Explain
                | Action::Deploy
                | Action::SetSessionServer
                | Action::RemoveSessionServer
                | Action::Remove
                | Action::ItsKeys
                | Action::ItsActivity
                | Action::SamePerson
        )
    }

    /// Whether what it does or shows depends on which row is selected.
    pub fn is_about_row(self) -> bool {
        self.acts_on_row() || matches!(self, Action::Details | Action::SwitchFocus)
    }
}

/// One key, or several that do the same, and what they do in one layer.
#[derive(Debug)]
pub struct Binding {
    pub layers: &'static [Layer],
    pub keys: &'static [KeyPattern],
    pub action: Action,
    /// A word or two for the footer; empty: not in the footer.
    pub hint: &'static str,
    /// A line for help and palette.
    pub help: &'static str,
    /// Whether it destroys something.
    pub danger: bool,
}

/// The bindings of a layer.
pub fn of_layer(layer: Layer) -> impl Iterator<Item = &'static Binding> {
    BINDINGS
        .iter()
        .copied()
        .flatten()
        .filter(move |binding| binding.layers.contains(&layer))
}

/// What a key does in a layer.
pub fn resolve(layer: Layer, key: KeyEvent) -> Option<Action> {
    let pattern = KeyPattern::of(key);
    of_layer(layer)
        .find(|binding| binding.keys.contains(&pattern))
        .map(|binding| binding.action)
}

impl Binding {
    /// All its keys: `d, Del`.
    pub fn keys_label(&self) -> String {
        self.keys
            .iter()
            .map(|key| key.label())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;

    #[test]
    fn no_key_means_two_things_in_a_layer() {
        for layer in Layer::ALL {
            let mut seen = HashSet::new();
            for key in of_layer(layer).flat_map(|binding| binding.keys) {
                assert!(seen.insert(*key), "{} is bound twice in {layer:?}", key.label());
            }
        }
    }

    #[test]
    fn no_single_letter_deletes_in_a_dialog_that_asks() {
        let layers = [Layer::Revoke, Layer::RemovePerson, Layer::Question];
        let bindings = layers.into_iter().flat_map(of_layer);
        for (key, action) in bindings.flat_map(|b| b.keys.iter().map(|k| (k, b.action))) {
            let is_letter = matches!(key.code, KeyCode::Char(c) if c != '?') && key.modifiers.is_empty();
            assert!(!is_letter, "{} does {action:?}", key.label());
        }
    }

    #[test]
    fn shift_is_part_of_the_character() {
        let shifted = KeyEvent::new(KeyCode::Char('S'), KeyModifiers::SHIFT);
        assert_eq!(resolve(Layer::Keys, shifted), Some(Action::ReverseSort));
        let back = KeyEvent::new(KeyCode::Tab, KeyModifiers::SHIFT);
        assert_eq!(resolve(Layer::Form, back), Some(Action::PreviousField));
        let caps = KeyEvent::new(KeyCode::Char('C'), KeyModifiers::CONTROL);
        assert_eq!(resolve(Layer::Form, caps), Some(Action::Quit));
    }

    #[test]
    fn every_layer_can_be_left_and_explains_itself() {
        for layer in Layer::ALL {
            let actions: Vec<Action> = of_layer(layer).map(|b| b.action).collect();
            assert!(actions.contains(&Action::Back), "{layer:?}");
            assert!(
                layer == Layer::Help || actions.contains(&Action::Help),
                "{layer:?}"
            );
        }
    }
}
