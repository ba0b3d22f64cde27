//! Key bindings as data. A key is declared once; dispatch, footer, help and palette read it here, in the [`Keymap`] of
//! the dashboard, which is the declared one with what the configuration file changes. The bindings themselves are in `bindings`.

mod binding;
mod bindings;
mod group;
mod pattern;
mod rebound;
mod told;

use crossterm::event::KeyEvent;

pub use binding::{Action, Binding, Layer};
pub use group::Group;
pub use pattern::{KeyPattern, NotKey};

use bindings::BINDINGS;

/// Every binding, in the order of footer and help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

/// As it is declared.
impl Default for Keymap {
    fn default() -> Self {
        Self::declared().with_help_told()
    }
}

impl Keymap {
    /// What help says names keys by their actions.
    fn declared() -> Self {
        let bindings = BINDINGS.iter().copied().flatten().cloned().collect();
        Self { bindings }
    }

    /// The bindings of a layer.
    pub fn of_layer(&self, layer: Layer) -> impl Iterator<Item = &Binding> {
        let of_layer = move |binding: &&Binding| binding.layers.contains(&layer);
        self.bindings.iter().filter(of_layer)
    }

    /// What can be done in a layer, once each with all its keys, group by group; also what has no key.
    pub fn actions_of(&self, layer: Layer) -> Vec<Binding> {
        let mut actions: Vec<Binding> = Vec::new();
        for binding in self.of_layer(layer) {
            match actions.iter_mut().find(|other| other.action == binding.action) {
                Some(other) => other.keys.to_mut().extend(binding.keys.iter()),
                None => actions.push(binding.clone()),
            }
        }
        // What moves by lines and pages comes before what moves elsewhere.
        actions.sort_by_key(|binding| (binding.action.group(), !binding.action.moves()));
        actions
    }

    /// What a key does in a layer.
    pub fn resolve(&self, layer: Layer, key: KeyEvent) -> Option<Action> {
        let pattern = KeyPattern::of(key);
        self.of_layer(layer)
            .find(|binding| binding.keys.contains(&pattern))
            .map(|binding| binding.action)
    }

    /// The first key of an action in a layer.
    pub fn key_of(&self, layer: Layer, action: Action) -> Option<String> {
        let mut bindings = self.of_layer(layer).filter(|binding| binding.action == action);
        bindings.find_map(|binding| binding.keys.first().map(|key| key.label()))
    }

    /// A press of the first key of an action in a layer.
    pub fn event_of(&self, layer: Layer, action: Action) -> Option<KeyEvent> {
        let mut bindings = self.of_layer(layer).filter(|binding| binding.action == action);
        bindings.find_map(|binding| binding.keys.first().map(|key| key.event()))
    }

    /// The keys of some actions in a layer, as they are listed in a line: `c copy, x reveal`.
    pub fn hints(&self, layer: Layer, actions: impl Iterator<Item = Action>) -> String {
        let hint = |action| {
            let binding = self.of_layer(layer).find(|binding| binding.action == action)?;
            let key = binding.keys.first()?.label();
            Some(format!("{key} {}", binding.hint))
        };
        let hints: Vec<_> = actions.filter_map(hint).collect();
        hints.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crossterm::event::{KeyCode, KeyModifiers};

    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn no_key_means_two_things_in_a_layer() {
        for layer in Layer::iter() {
            let mut seen = HashSet::new();
            for key in Keymap::default()
                .of_layer(layer)
                .flat_map(|binding| binding.keys.iter())
            {
                assert!(seen.insert(*key), "{} is bound twice in {layer:?}", key.label());
            }
        }
    }

    #[test]
    fn no_single_letter_deletes_in_a_dialog_that_asks() {
        let keymap = Keymap::default();
        let bindings = keymap.of_layer(Layer::Asking);
        for (key, action) in bindings.flat_map(|b| b.keys.iter().map(|k| (k, b.action))) {
            let is_letter = matches!(key.code, KeyCode::Char(c) if c != '?') && key.modifiers.is_empty();
            assert!(!is_letter, "{} does {action:?}", key.label());
        }
    }

    #[test]
    fn shift_is_part_of_the_character() {
        let resolve = |layer, key| Keymap::default().resolve(layer, key);
        let shifted = KeyEvent::new(KeyCode::Char('S'), KeyModifiers::SHIFT);
        assert_eq!(resolve(Layer::Keys, shifted), Some(Action::ReverseSort));
        let back = KeyEvent::new(KeyCode::Tab, KeyModifiers::SHIFT);
        assert_eq!(resolve(Layer::Form, back), Some(Action::PreviousField));
        let caps = KeyEvent::new(KeyCode::Char('C'), KeyModifiers::CONTROL);
        assert_eq!(resolve(Layer::Form, caps), Some(Action::Quit));
    }

    #[test]
    fn every_layer_can_be_left_and_explains_itself() {
        for layer in Layer::iter() {
            let keymap = Keymap::default();
            let actions: Vec<Action> = keymap.of_layer(layer).map(|b| b.action).collect();
            assert!(actions.contains(&Action::Back), "{layer:?}");
            assert!(
                layer == Layer::Help || actions.contains(&Action::Help),
                "{layer:?}"
            );
        }
    }

    #[test]
    fn an_action_is_listed_once_and_groups_follow_each_other() {
        for layer in Layer::iter() {
            let actions = Keymap::default().actions_of(layer);
            let mut seen = HashSet::new();
            assert!(
                actions.iter().all(|binding| seen.insert(binding.action)),
                "{layer:?}"
            );
            assert!(
                actions.is_sorted_by_key(|binding| binding.action.group()),
                "{layer:?}"
            );
        }
    }
}
