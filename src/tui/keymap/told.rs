//! Sentences that name keys. Keys can be set, so no sentence says one by itself: it names the action in braces, and is told
//! with the key that the action has. `{refresh} asks again` is told as `r asks again`.

use std::sync::LazyLock;

use super::rebound::SET;
use super::{Action, Keymap, Layer};

/// As it is declared, for layers in which no key can be set.
static DECLARED: LazyLock<Keymap> = LazyLock::new(Keymap::default);

impl Keymap {
    /// A sentence with the keys of the actions that it names: of this layer, or of another one where it has none here;
    /// `{asking:accept}` is always that of the question. What has no key is called as the palette calls it. To be told before
    /// anything is put in that others wrote.
    pub fn told(&self, layer: Layer, sentence: &str) -> String {
        let mut told = String::with_capacity(sentence.len());
        let mut rest = sentence;
        while let Some((before, opened)) = rest.split_once('{') {
            told.push_str(before);
            let named = opened
                .split_once('}')
                .and_then(|(name, after)| Some((self.named(layer, name)?, after)));
            match named {
                Some((key, after)) => {
                    told.push_str(&key);
                    rest = after;
                }
                None => {
                    told.push('{');
                    rest = opened;
                }
            }
        }
        told + rest
    }

    /// A sentence about a layer in which keys can't be set.
    pub fn told_of_fixed(layer: Layer, sentence: &str) -> String {
        debug_assert!(!SET.contains(&layer), "{layer:?}: keys can be set there");
        DECLARED.told(layer, sentence)
    }

    /// The key that is a letter, where an action has one beside others.
    pub fn letter_of(&self, layer: Layer, action: Action) -> Option<String> {
        let keys = self
            .of_layer(layer)
            .filter(|binding| binding.action == action)
            .flat_map(|binding| binding.keys.iter().map(|key| key.label()));
        let is_letter = |label: &String| label.chars().count() == 1;
        keys.filter(is_letter).last()
    }

    /// The same with what help says of each action told.
    pub(super) fn with_help_told(mut self) -> Self {
        let told: Vec<String> = self
            .bindings
            .iter()
            .map(|binding| match binding.layers.first() {
                Some(layer) => self.told(*layer, &binding.help),
                None => binding.help.to_string(),
            })
            .collect();
        for (binding, told) in self.bindings.iter_mut().zip(told) {
            if *binding.help != *told {
                binding.help = told.into();
            }
        }
        self
    }

    fn named(&self, layer: Layer, name: &str) -> Option<String> {
        let (layer, name) = match name.split_once(':') {
            Some((of, name)) => (of.parse().ok()?, name),
            None => (layer, name),
        };
        let action: Action = name.parse().ok()?;
        let elsewhere = || {
            let mut bindings = self.bindings.iter().filter(|binding| binding.action == action);
            bindings.find_map(|binding| binding.keys.first().map(|key| key.label()))
        };
        let key = self.key_of(layer, action).or_else(elsewhere);
        Some(key.unwrap_or_else(|| format!(":{}", action.name())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::KeySetting;

    fn keymap(action: &str, keys: &[&str]) -> Keymap {
        let setting = KeySetting {
            line: 1,
            action: action.to_owned(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        };
        let (keymap, problems) = Keymap::with(&[setting]);
        assert_eq!(problems, []);
        keymap
    }

    #[test]
    fn a_sentence_names_the_keys_that_are_set() {
        for (layer, sentence, (action, keys), told) in [
            (
                Layer::Keys,
                "{refresh} refreshes.",
                ("refresh", &["f5"][..]),
                "F5 refreshes.",
            ),
            (Layer::Keys, "{refresh}, {quit}", ("mine", &["M"]), "r, q"),
            (Layer::Keys, "with {rotate}", ("rotate", &[]), "with :rotate"),
            // Where it has a key, whatever lies over that.
            (
                Layer::Asking,
                "{remove} tries again",
                ("remove", &["X"]),
                "X tries again",
            ),
            (Layer::Keys, "{ended:prove}", ("prove", &[]), ":prove"),
            (
                Layer::Keys,
                "{asking:right} or {form:right}",
                ("mine", &["M"]),
                "Tab or →",
            ),
            (
                Layer::Keys,
                "{nothing} {} {refresh",
                ("refresh", &["f5"]),
                "{nothing} {} {refresh",
            ),
        ] {
            assert_eq!(keymap(action, keys).told(layer, sentence), told);
        }
    }

    #[test]
    fn help_names_the_keys_that_are_set() {
        let range = |keymap: &Keymap| keymap.about(Action::MarkRange).to_owned();
        assert!(range(&Keymap::default()).ends_with("until v or Esc"));
        assert!(range(&keymap("mark-range", &["f7"])).ends_with("until F7 or Esc"));
        for binding in Keymap::default().bindings {
            assert!(!binding.help.contains(['{', '}']), "{}", binding.help);
        }
    }
}
