//! A choice that is taken by its number: the number moves the selection there, by the keys that do so, and Enter takes
//! it. So no digit ever confirms anything.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::Plain;
use super::scene::Scene;
use super::spoken::ChoiceKeys;
use crate::tui::keymap::Action;
use crate::tui::state::App;
use crate::tui::view::Look;

impl Plain {
    /// The keys that a pressed key stands for: itself, where it is no number of a choice.
    pub fn keys(&mut self, key: KeyEvent, app: &App, look: &Look) -> Vec<KeyEvent> {
        let action = app.keymap.resolve(app.layer(), key);
        let is_submitted = |action| matches!(action, Action::Submit | Action::Left | Action::Right);
        self.wants_answer = action.is_some_and(|action| action.moves() || is_submitted(action));
        let Some(digit) = digit(key) else {
            self.digits.clear();
            return vec![key];
        };
        let scene = Scene::of(app, look);
        if !takes_digit(&scene, key) {
            self.digits.clear();
            return vec![key];
        }
        let count = scene.spoken.choices.len();
        let number = self.number(digit, count);
        match number {
            Some(index) => steps(&scene, app, index),
            None => {
                self.voice.line(&format!("There are {count} choices."));
                Vec::new()
            }
        }
    }

    /// Which choice is meant: digits that follow each other are one number, as long as there is such a choice.
    fn number(&mut self, digit: char, count: usize) -> Option<usize> {
        let index = |digits: &str| {
            let number: usize = digits.parse().ok()?;
            number.checked_sub(1).filter(|index| *index < count)
        };
        self.digits.push(digit);
        if let Some(index) = index(&self.digits) {
            return Some(index);
        }
        self.digits = digit.to_string();
        index(&self.digits)
    }
}

fn digit(key: KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char(digit @ '0'..='9') => Some(digit),
        _ => None,
    }
}

fn takes_digit(scene: &Scene, key: KeyEvent) -> bool {
    let spoken = &scene.spoken;
    let typed = scene.prompt().map(|(_, typed)| typed);
    let with_alt = key.modifiers == KeyModifiers::ALT;
    let is_bare = key.modifiers.is_empty();
    if spoken.choices.is_empty() {
        return false;
    }
    match spoken.choice_keys {
        ChoiceKeys::Own => false,
        ChoiceKeys::AltDigits => with_alt,
        ChoiceKeys::Digits if typed.is_some() => with_alt,
        ChoiceKeys::Digits => is_bare || with_alt,
        ChoiceKeys::DigitsFirst => with_alt || (is_bare && typed.is_none_or(str::is_empty)),
    }
}

/// From the selected choice to that one. Where one types, the arrows up and down select.
fn steps(scene: &Scene, app: &App, index: usize) -> Vec<KeyEvent> {
    let selected = scene.spoken.chosen.map_or(-1, |chosen| chosen as isize);
    let is_list = scene.spoken.choice_keys != ChoiceKeys::Digits;
    let (on, back) = match is_list {
        true => (Action::Down, Action::Up),
        false => (Action::Right, Action::Left),
    };
    let distance = index as isize - selected;
    let action = if distance < 0 { back } else { on };
    let key = app.keymap.event_of(app.layer(), action);
    key.into_iter().cycle().take(distance.unsigned_abs()).collect()
}
