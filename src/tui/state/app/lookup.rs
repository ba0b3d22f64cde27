//! "Which key is this?": what is typed or pasted into the filter, and the key that a secret turns out to be
//! of. Only the secret's hash is sent.

use super::App;
use crate::api::{Key, LookupAnswer, ProblemType};
use crate::client::Error;
use crate::tui::keymap::Action;
use crate::tui::message::{Effect, UsageRequest};
use crate::tui::state::Modal;
use crate::tui::state::filter::{FilterLine, Revoked, Says};
use crate::tui::state::notice::sentence;
use crate::tui::state::{Screen, Tone};

impl App {
    pub(super) fn open_filter(&mut self) -> Vec<Effect> {
        if let Some(text) = self.filter_text() {
            let line = FilterLine::new(text);
            self.details_focused = false;
            self.over.push(Modal::Filter(line));
        }
        Vec::new()
    }

    pub(super) fn filter_typed(&mut self) -> Vec<Effect> {
        let Some(Modal::Filter(line)) = self.over.last() else {
            return Vec::new();
        };
        let typed = line.text().to_owned();
        self.filter_by(typed)
    }

    /// A secret that is pasted whole is looked up at once.
    pub(super) fn filter_pasted(&mut self, pasted: &str) -> Vec<Effect> {
        let Some(Modal::Filter(line)) = self.over.last_mut() else {
            return Vec::new();
        };
        let is_secret = line.paste(pasted);
        let mut effects = self.filter_typed();
        if is_secret {
            effects.extend(self.look_up());
        }
        effects
    }

    fn filter_by(&mut self, typed: String) -> Vec<Effect> {
        let Some(text) = self.filter_text() else {
            return Vec::new();
        };
        let is_same = typed.trim() == text.trim();
        *text = typed;
        match is_same {
            true => Vec::new(),
            false => self.filtered(),
        }
    }

    pub(super) fn perform_filtering(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Accept => self.accept_filter(),
            Action::Back => {
                self.over.pop();
                self.filter_by(String::new())
            }
            _ => self.perform_on_screen(action),
        }
    }

    /// Looks up a secret, and keeps a filter that can be read.
    fn accept_filter(&mut self) -> Vec<Effect> {
        let is_secret = matches!(self.over.last(), Some(Modal::Filter(line)) if line.is_secret());
        if is_secret {
            return self.look_up();
        }
        if self.screen != Screen::Keys || self.browse.unread().is_none() {
            self.over.pop();
        }
        Vec::new()
    }

    fn look_up(&mut self) -> Vec<Effect> {
        let number = self.next_number();
        // What an earlier one came to would stand beside what this one comes to.
        self.notice = None;
        let hash = match self.over.last_mut() {
            Some(Modal::Filter(line)) => line.look_up(number),
            _ => None,
        };
        let ask = |hash| Effect::Usage(UsageRequest::Lookup { number, hash });
        hash.map(ask).into_iter().collect()
    }

    pub(super) fn looked_up(&mut self, number: u64, result: Result<LookupAnswer, Error>) -> Vec<Effect> {
        let waits = |line: &FilterLine| line.says == Some(Says::LookingUp(number));
        let line = self.over.iter_mut().find_map(|over| match over {
            Modal::Filter(line) if waits(line) => Some(line),
            _ => None,
        });
        let Some(line) = line else {
            return Vec::new();
        };
        match result {
            Ok(LookupAnswer::Active { key }) => return self.go_to_key(&key),
            Ok(LookupAnswer::Revoked {
                name,
                scope,
                revoked_at: at,
                revoked_by: by,
                ..
            }) => line.answered(Says::Revoked(Box::new(Revoked { name, scope, at, by }))),
            Err(error) if is_unknown(&error) => {
                let unknown = "Unknown here: no key that you may see has or had this secret.";
                line.answered(Says::Sentence(unknown.into()));
            }
            Err(error) => {
                let text = format!("{} Enter asks again.", sentence(&error));
                line.says = Some(Says::Sentence(text));
            }
        }
        Vec::new()
    }

    /// Among all keys, with this one selected.
    fn go_to_key(&mut self, key: &Key) -> Vec<Effect> {
        self.take_away(|over| matches!(over, Modal::Filter(_)));
        let mut effects = match self.screen {
            Screen::Keys => Vec::new(),
            _ => self.go(Screen::Keys),
        };
        effects.extend(self.browse.show_among_all(key.id));
        effects.extend(self.say(Tone::Done, format!("This is the secret of “{}”.", key.name)));
        effects
    }
}

fn is_unknown(error: &Error) -> bool {
    error
        .problem()
        .is_some_and(|problem| problem.kind == ProblemType::NotFound)
}
