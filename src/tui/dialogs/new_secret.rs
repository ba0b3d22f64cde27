//! A new secret, shown whole: of a key, or a person's sign-in token.

mod view;
mod work;

use uuid::Uuid;

use crate::api::{Key, PersonRef};
use crate::model::Secret;
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{Effect, Message, NamedId, Route};
use crate::tui::state::command::{About, DialogAnswer, DialogCommand};
use crate::tui::state::dialog::{AtStake, Context, Dialog, Stacking};
use crate::tui::state::reason::Reason;

/// What a new secret is the secret of.
#[derive(Debug)]
pub enum SecretOf {
    Key(Box<Key>),
    /// The key was rotated, and this is its new one.
    RotatedKey(Box<Key>),
    /// It is the sign-in token of this person.
    Person(PersonRef),
}

impl SecretOf {
    pub fn id(&self) -> Uuid {
        match self {
            SecretOf::Key(key) | SecretOf::RotatedKey(key) => key.id,
            SecretOf::Person(person) => person.id,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            SecretOf::Key(key) | SecretOf::RotatedKey(key) => &key.name,
            SecretOf::Person(person) => &person.email,
        }
    }

    /// Whether nobody can show it again.
    pub fn is_shown_once(&self) -> bool {
        match self {
            SecretOf::Key(key) | SecretOf::RotatedKey(key) => !key.scope.is_viewable(),
            SecretOf::Person(_) => true,
        }
    }
}

#[derive(Debug)]
pub struct NewSecret {
    pub of: SecretOf,
    /// Absent when an earlier attempt had made it and its answer was lost.
    pub secret: Option<Secret>,
    /// Which way it was copied last.
    pub copied: Option<Route>,
    /// It is copied without being asked for.
    copies_at_once: bool,
}

impl NewSecret {
    pub(in crate::tui) fn new(of: SecretOf, secret: Option<Secret>) -> Self {
        Self {
            of,
            secret,
            copied: None,
            copies_at_once: false,
        }
    }

    /// Copied at once, as the first one of a deck is.
    pub(in crate::tui) fn copying_at_once(self) -> Self {
        Self {
            copies_at_once: true,
            ..self
        }
    }

    /// Whether closing would lose the secret permanently, as far as is known.
    pub fn would_be_lost(&self) -> bool {
        self.of.is_shown_once() && self.secret.is_some() && self.copied != Some(Route::Clipboard)
    }

    fn copy(&self, cx: &mut Context) {
        let Some(secret) = self.secret.clone() else {
            return;
        };
        let subject = NamedId {
            id: self.of.id(),
            name: self.of.name().to_owned(),
        };
        cx.effect(Effect::Copy { subject, secret });
    }

    fn ask_whether_to_lose_it(&self, cx: &mut Context) {
        let text = match self.copied {
            Some(_) => {
                "The secret was sent to the terminal, which doesn't confirm it. It can't be shown again."
            }
            None => "The secret has not been copied. It can't be shown again.",
        };
        cx.command(DialogCommand::Ask {
            about: About::LoseSecret,
            text: text.into(),
            stay: "Keep it open",
            leave: "Close and lose it",
        });
    }
}

/// What was drawn of it is forgotten, too.
fn close(cx: &mut Context) {
    cx.close();
    cx.effect(Effect::ForgetFrames);
}

impl Dialog for NewSecret {
    fn layer(&self) -> Layer {
        Layer::NewSecret
    }

    fn opened(&mut self, cx: &mut Context) {
        if self.copies_at_once {
            self.copy(cx);
        }
    }

    fn available(&self, action: Action) -> Result<(), Reason> {
        match action {
            Action::Copy if self.secret.is_none() => Err(Reason::NothingToDo),
            _ => Ok(()),
        }
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        match action {
            Action::Copy => self.copy(cx),
            Action::Back if self.would_be_lost() => self.ask_whether_to_lose_it(cx),
            Action::Back => close(cx),
            _ => {}
        }
    }

    /// Notes which way it was copied; others say so, too.
    fn replied(&mut self, reply: Message, _cx: &mut Context) -> Option<Message> {
        if let Message::Copied { subject, route } = &reply
            && subject.id == self.of.id()
            && self.copied != Some(Route::Clipboard)
        {
            self.copied = Some(route.clone());
        }
        Some(reply)
    }

    fn at_stake(&self) -> Option<AtStake> {
        self.would_be_lost().then_some(AtStake::Secret)
    }

    /// Nobody could show it again.
    fn stacking(&self) -> Stacking {
        Stacking::Alone
    }

    fn answered(&mut self, answer: &DialogAnswer, cx: &mut Context) -> bool {
        let is_it = matches!(answer, DialogAnswer::Confirmed(About::LoseSecret));
        if is_it {
            close(cx);
        }
        is_it
    }
}
