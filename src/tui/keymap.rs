//! Key bindings as data. A key is declared once; dispatch, footer, help and palette read it here.

mod binding;
mod bindings;
mod pattern;

use crossterm::event::KeyEvent;

pub use binding::{Action, Binding, Layer};
pub use bindings::BINDINGS;
pub use pattern::KeyPattern;

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

/// The first key of an action in a layer.
pub fn key_of(layer: Layer, action: Action) -> Option<String> {
    let binding = of_layer(layer).find(|binding| binding.action == action)?;
    binding.keys.first().map(|key| key.label())
}

/// The keys of some actions in a layer, as they are told in a line: `c copy, x reveal`.
pub fn hints(layer: Layer, actions: impl Iterator<Item = Action>) -> String {
    let of_action = |action| of_layer(layer).find(|binding| binding.action == action);
    let hint = |binding: &Binding| {
        let key = binding.keys.first().map(|key| key.label()).unwrap_or_default();
        format!("{key} {}", binding.hint)
    };
    let hints: Vec<_> = actions.filter_map(of_action).map(hint).collect();
    hints.join(", ")
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
            for key in of_layer(layer).flat_map(|binding| binding.keys) {
                assert!(seen.insert(*key), "{} is bound twice in {layer:?}", key.label());
            }
        }
    }

    #[test]
    fn no_single_letter_deletes_in_a_dialog_that_asks() {
        let bindings = of_layer(Layer::Asking);
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
        for layer in Layer::iter() {
            let actions: Vec<Action> = of_layer(layer).map(|b| b.action).collect();
            assert!(actions.contains(&Action::Back), "{layer:?}");
            assert!(
                layer == Layer::Help || actions.contains(&Action::Help),
                "{layer:?}"
            );
        }
    }
}
