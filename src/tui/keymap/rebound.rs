//! What `[keys]` of the configuration file changes: an action gets other keys on the screens, and where it can be done in
//! what lies over them. Where something is typed or decided, keys stay: Enter, Esc and Tab always mean the same there.

use std::borrow::Cow;

use strum::{IntoEnumIterator, VariantArray};

use super::{Action, Binding, KeyPattern, Keymap, Layer};
use crate::config::settings::not_among;
use crate::config::{KeySetting, WrongLine};

/// Layers whose keys can be set.
pub(super) const SET: &[Layer] = &[
    Layer::Keys,
    Layer::Details,
    Layer::Ended,
    Layer::Projects,
    Layer::People,
    Layer::Activity,
    Layer::Usage,
    Layer::Revoked,
    Layer::NewSecret,
    Layer::Help,
];

impl Action {
    /// Whether `[keys]` can set its keys: not of what confirms, and of what leads out.
    pub fn can_be_set(self) -> bool {
        !matches!(
            self,
            Action::Accept
                | Action::Back
                | Action::Submit
                | Action::NextField
                | Action::PreviousField
                | Action::Left
                | Action::Right
                | Action::Suspend
                | Action::SayAgain
        )
    }

    /// Those that `[keys]` can set.
    pub fn settable() -> impl Iterator<Item = Action> {
        Self::iter().filter(|action| action.can_be_set())
    }
}

/// A setting that can be carried out.
struct Rebinding<'a> {
    setting: &'a KeySetting,
    action: Action,
    keys: Vec<KeyPattern>,
}

impl Keymap {
    /// The declared keys with those that are set. A setting that can't be carried out is left out and told.
    pub fn with(settings: &[KeySetting]) -> (Self, Vec<WrongLine>) {
        let mut problems = Vec::new();
        let mut rebindings = Vec::new();
        for setting in settings {
            match read(setting) {
                Ok((action, keys)) => rebindings.push(Rebinding {
                    setting,
                    action,
                    keys,
                }),
                Err(why) => problems.push(problem(setting, why)),
            }
        }
        loop {
            let keymap = Self::declared().rebound(&rebindings).with_help_told();
            let Some((at, why)) = conflict(&keymap, &rebindings) else {
                problems.sort_by_key(|problem| problem.line);
                return (keymap, problems);
            };
            problems.push(problem(rebindings.remove(at).setting, why));
        }
    }

    fn rebound(self, rebindings: &[Rebinding]) -> Self {
        let mut bindings = Vec::new();
        for binding in self.bindings {
            let is_it = |rebinding: &&Rebinding| rebinding.action == binding.action;
            match rebindings.iter().find(is_it).filter(|_| !is_everywhere(&binding)) {
                Some(rebinding) => bindings.extend(with_keys(binding, &rebinding.keys)),
                None => bindings.push(binding),
            }
        }
        Self { bindings }
    }

    /// The keys of an action that can be set.
    pub fn keys_set(&self, action: Action) -> &[KeyPattern] {
        let is_it = |binding: &&Binding| {
            let can_be_set = binding.layers.iter().any(|layer| SET.contains(layer));
            binding.action == action && can_be_set && !is_everywhere(binding)
        };
        self.bindings
            .iter()
            .find(is_it)
            .map_or(&[], |binding| &binding.keys)
    }

    /// What help says of an action that can be set.
    pub fn about(&self, action: Action) -> &str {
        let is_it = |binding: &&Binding| binding.action == action && !is_everywhere(binding);
        self.bindings
            .iter()
            .find(is_it)
            .map_or("", |binding| &*binding.help)
    }
}

/// Ctrl-C and Ctrl-Z mean the same everywhere.
fn is_everywhere(binding: &Binding) -> bool {
    binding.layers.len() == Layer::VARIANTS.len()
}

/// The binding with these keys where they can be set, and as it was elsewhere.
fn with_keys(binding: Binding, keys: &[KeyPattern]) -> Vec<Binding> {
    let (set, others): (Vec<Layer>, Vec<Layer>) =
        (binding.layers.iter()).partition(|layer| SET.contains(layer));
    if set.is_empty() || binding.keys == keys {
        return vec![binding];
    }
    let mut bindings = vec![Binding {
        layers: Cow::Owned(set),
        keys: Cow::Owned(keys.to_vec()),
        ..binding.clone()
    }];
    bindings.extend((!others.is_empty()).then_some(Binding {
        layers: Cow::Owned(others),
        ..binding
    }));
    bindings
}

fn read(setting: &KeySetting) -> Result<(Action, Vec<KeyPattern>), String> {
    let name = setting.action.as_str();
    let Ok(action) = name.parse::<Action>() else {
        return Err(not_among("action", name, Action::settable().map(Action::name)));
    };
    if !action.can_be_set() {
        return Err(format!(
            "the keys of {name} can't be set: what confirms and what leads out is always the same"
        ));
    }
    let mut keys = Vec::new();
    for key in &setting.keys {
        let key: KeyPattern = key.parse().map_err(|why| format!("{name}: {why}"))?;
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    Ok((action, keys))
}

/// The last setting that gives a key which means something else already, and why it can't be carried out.
fn conflict(keymap: &Keymap, rebindings: &[Rebinding]) -> Option<(usize, String)> {
    let layers = SET.iter().copied();
    let found = layers.filter_map(|layer| {
        let keys = keymap
            .of_layer(layer)
            .flat_map(|binding| binding.keys.iter().map(move |key| (*key, binding.action)));
        let keys: Vec<_> = keys.collect();
        keys.iter().enumerate().find_map(|(at, (key, action))| {
            let before = keys[..at]
                .iter()
                .find(|(other, of)| other == key && of != action)?;
            let of = |action: Action| rebindings.iter().rposition(|set| set.action == action);
            let set = of(before.1).max(of(*action))?;
            let (one, other) = (before.1.name(), action.name());
            let (key, title) = (key.label(), layer.title());
            Some((
                set,
                format!("{key} would mean both {one} and {other} ({title}); give one of them another key"),
            ))
        })
    });
    found.max_by_key(|(at, _)| *at)
}

fn problem(setting: &KeySetting, why: String) -> WrongLine {
    WrongLine {
        line: setting.line,
        why,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;

    fn settings(all: &[(&str, &[&str])]) -> Vec<KeySetting> {
        let setting = |(index, (action, keys)): (usize, &(&str, &[&str]))| KeySetting {
            line: index + 1,
            action: (*action).to_owned(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        };
        all.iter().enumerate().map(setting).collect()
    }

    fn press(keymap: &Keymap, layer: Layer, key: &str) -> Option<Action> {
        let pattern: KeyPattern = key.parse().expect("a key");
        keymap.resolve(layer, KeyEvent::new(pattern.code, pattern.modifiers))
    }

    #[test]
    fn an_action_has_the_keys_that_are_set_and_no_others() {
        let set = settings(&[
            ("revoke", &["ctrl-x", "f8"]),
            ("copy", &["alt+c"]),
            ("palette", &["f2"]),
            ("mine", &[]),
        ]);
        let (keymap, problems) = Keymap::with(&set);
        assert_eq!(problems, []);
        for layer in [Layer::Keys, Layer::Details] {
            assert_eq!(press(&keymap, layer, "ctrl-x"), Some(Action::Revoke));
            assert_eq!(press(&keymap, layer, "F8"), Some(Action::Revoke));
            assert_eq!(press(&keymap, layer, "d"), None);
            assert_eq!(press(&keymap, layer, "alt-c"), Some(Action::Copy));
            assert_eq!(press(&keymap, layer, "m"), None);
        }
        assert_eq!(
            keymap.key_of(Layer::Keys, Action::Revoke).as_deref(),
            Some("Ctrl-X")
        );
        assert_eq!(
            keymap.key_of(Layer::NewSecret, Action::Copy).as_deref(),
            Some("Alt-c")
        );
        assert_eq!(keymap.key_of(Layer::Keys, Action::Mine), None);
        let listed = keymap.actions_of(Layer::Keys);
        assert!(listed.iter().any(|binding| binding.action == Action::Mine));
    }

    #[test]
    fn two_actions_can_change_their_keys() {
        let (keymap, problems) = Keymap::with(&settings(&[("mine", &["a"]), ("its-activity", &["m"])]));
        assert_eq!(problems, []);
        assert_eq!(press(&keymap, Layer::Keys, "a"), Some(Action::Mine));
        assert_eq!(press(&keymap, Layer::Keys, "m"), Some(Action::ItsActivity));
    }

    #[test]
    fn a_conflict_is_refused_with_both_names_and_the_rest_works() {
        for (set, line, one, other) in [
            (
                settings(&[("revoke", &["x"]), ("mine", &["M"])]),
                1,
                "revoke",
                "reveal",
            ),
            (settings(&[("mine", &["Z"]), ("edit", &["Z"])]), 2, "mine", "edit"),
            (settings(&[("quit", &["k"])]), 1, "quit", "up"),
            (settings(&[("copy", &["enter"])]), 1, "copy", "back"),
            (
                settings(&[("mine", &["/"]), ("edit", &["E"])]),
                1,
                "filter",
                "mine",
            ),
        ] {
            let (keymap, problems) = Keymap::with(&set);
            let problem = problems
                .iter()
                .find(|problem| problem.line == line)
                .expect("refused");
            assert!(
                problem.why.contains(one) && problem.why.contains(other),
                "{problem:?}"
            );
            for setting in set
                .iter()
                .filter(|set| problems.iter().all(|p| p.line != set.line))
            {
                let action: Action = setting.action.parse().expect("valid");
                assert_eq!(keymap.keys_set(action).len(), setting.keys.len());
            }
            for problem in problems {
                let refused: Action = set[problem.line - 1].action.parse().expect("valid");
                assert_eq!(keymap.keys_set(refused), Keymap::default().keys_set(refused));
            }
        }
    }

    #[test]
    fn what_confirms_and_what_leads_out_is_always_the_same() {
        for (action, key, why) in [
            ("accept", "x", "can't be set"),
            ("back", "x", "can't be set"),
            ("submit", "x", "can't be set"),
            ("suspend", "x", "can't be set"),
            ("revoke", "esc", "always leads out"),
            ("revoke", "ctrl-c", "always leads out"),
            ("revoke", "Ctrl-Z", "always leads out"),
            ("revoke", "ctrl-[", "always leads out"),
            ("revoke", "ctrl-m", "write enter"),
            ("revoke", "ctrl-i", "write tab"),
            ("revok", "x", "did you mean revoke?"),
            ("nothing-like-it", "x", "there are up, down"),
            ("revoke", "xx", "“xx” is not a key"),
            ("revoke", "", "“” is not a key"),
            ("revoke", "f13", "“f13” is not a key"),
            ("revoke", "hyper-x", "“hyper-x” is not a key"),
            ("revoke", "\u{7}", "is not a key"),
            ("revoke", "shift-1", "don't tell"),
        ] {
            let (keymap, problems) = Keymap::with(&settings(&[(action, &[key])]));
            assert!(keymap == Keymap::default());
            let [problem] = problems.as_slice() else {
                panic!("{action} {key}: {problems:?}");
            };
            assert!(problem.why.contains(why), "{problem:?}");
        }
        let none = Action::settable().map(|action| KeySetting {
            line: 1,
            action: action.name().into(),
            keys: Vec::new(),
        });
        let (keymap, problems) = Keymap::with(&none.collect::<Vec<_>>());
        assert_eq!(problems, []);
        for layer in Layer::iter() {
            let event = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
            assert_eq!(keymap.resolve(layer, event), Some(Action::Quit), "{layer:?}");
            let fixed = !SET.contains(&layer);
            for binding in Keymap::default().of_layer(layer).filter(|_| fixed) {
                let same = keymap.of_layer(layer).find(|other| other.keys == binding.keys);
                assert_eq!(same.map(|same| same.action), Some(binding.action), "{layer:?}");
            }
        }
    }

    #[test]
    fn every_key_is_read_as_it_is_shown() {
        let keymap = Keymap::default();
        for action in Action::settable() {
            for key in keymap.keys_set(action) {
                assert_eq!(key.label().parse(), Ok(*key), "{action:?}");
                assert_eq!(key.written().parse(), Ok(*key), "{action:?} {}", key.written());
            }
        }
    }

    #[test]
    fn an_action_that_can_be_set_has_the_same_keys_on_all_screens() {
        let keymap = Keymap::default();
        for action in Action::settable() {
            let bindings = keymap.bindings.iter().filter(|binding| {
                let is_set = binding.layers.iter().any(|layer| SET.contains(layer));
                binding.action == action && is_set && !is_everywhere(binding)
            });
            let keys: HashSet<&[KeyPattern]> = bindings.map(|binding| &*binding.keys).collect();
            assert!(keys.len() <= 1, "{action:?} {keys:?}");
        }
    }
}
