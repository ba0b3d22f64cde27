//! The line of the filter as a dialog. It lies over its screen, whose rows can be moved through meanwhile.

use crossterm::event::KeyEvent;

use super::wish::Wish;
use super::{Dialog, Turn};
use crate::api::{LookupAnswer, ProblemType};
use crate::client::Error;
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{Effect, Message, UsageReply, UsageRequest};
use crate::tui::state::filter::{FilterLine, Revoked, Says};
use crate::tui::state::notice::sentence;

impl FilterLine {
    fn ask_which_key(&mut self, turn: &mut Turn) {
        let number = turn.number();
        turn.wish(Wish::DropNotice);
        if let Some(hash) = self.look_up(number) {
            turn.effect(Effect::Usage(UsageRequest::Lookup { number, hash }));
        }
    }

    fn looked_up(&mut self, result: Result<LookupAnswer, Error>, turn: &mut Turn) {
        match result {
            Ok(LookupAnswer::Active { key }) => {
                turn.close();
                turn.wish(Wish::ShowKey(key));
            }
            Ok(LookupAnswer::Revoked {
                name,
                scope,
                revoked_at: at,
                revoked_by: by,
                ..
            }) => self.answered(Says::Revoked(Box::new(Revoked { name, scope, at, by }))),
            Err(error) if is_unknown(&error) => {
                let unknown = "Unknown here: no key that you may see has or had this secret.";
                self.answered(Says::Sentence(unknown.into()));
            }
            Err(error) => {
                let text = format!("{} Enter asks again.", sentence(&error));
                self.says = Some(Says::Sentence(text));
            }
        }
    }
}

impl Dialog for FilterLine {
    fn layer(&self) -> Layer {
        Layer::Filter
    }

    fn typed(&mut self, key: KeyEvent, turn: &mut Turn) -> bool {
        let taken = self.handle(key);
        if taken {
            turn.wish(Wish::Filter(self.text().to_owned()));
        }
        taken
    }

    /// A secret that is pasted whole is looked up at once.
    fn pasted(&mut self, text: &str, turn: &mut Turn) {
        let is_secret = self.paste(text);
        turn.wish(Wish::Filter(self.text().to_owned()));
        if is_secret {
            self.ask_which_key(turn);
        }
    }

    fn perform(&mut self, action: Action, turn: &mut Turn) {
        match action {
            Action::Accept if self.is_secret() => self.ask_which_key(turn),
            Action::Accept => turn.wish(Wish::KeepFilter),
            Action::Back => {
                turn.close();
                turn.wish(Wish::Filter(String::new()));
            }
            _ => turn.wish(Wish::PerformOnScreen(action)),
        }
    }

    fn replied(&mut self, reply: Message, turn: &mut Turn) -> Option<Message> {
        match reply {
            Message::OfUsage(UsageReply::LookedUp { number, result })
                if self.says == Some(Says::LookingUp(number)) =>
            {
                self.looked_up(result, turn);
                None
            }
            other => Some(other),
        }
    }
}

fn is_unknown(error: &Error) -> bool {
    error
        .problem()
        .is_some_and(|problem| problem.kind == ProblemType::NotFound)
}
