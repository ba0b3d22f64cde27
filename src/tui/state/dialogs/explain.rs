//! "Would this be allowed?": a request that might be made with a key, and the verdict about it. It only
//! asks; nothing is counted and nothing is written.

use crossterm::event::KeyEvent;

use super::{Dialog, Turn};
use crate::api::{Explain, Key, Verdict};
use crate::client::Error;
use crate::model::{FieldErrors, Scope};
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{Effect, Message, UsageReply, UsageRequest};
use crate::tui::state::fields::{Fields, SheetField};
use crate::tui::state::notice::sentence;
use crate::tui::state::reason::Reason;

// As the server calls them in its refusals.
const ORIGIN: &str = "origin";

const ADDRESS: &str = "address";

const SESSION: &str = "session_id";

const BUNDLE: &str = "bundle";

#[derive(Debug)]
pub struct Explaining {
    pub key: Box<Key>,
    pub fields: Fields,
    pub waiting: bool,
    /// About what was asked last; it stays until the next one is there.
    pub verdict: Option<Verdict>,
    /// Why there is none, where that is about no field.
    pub error: Option<String>,
    asked: Option<Explain>,
    /// Of the newest question: answers to older ones are void.
    number: u64,
}

impl Explaining {
    pub(in crate::tui::state) fn new(key: Key) -> Self {
        Self {
            fields: Fields::new(fields_of(key.scope)),
            key: Box::new(key),
            waiting: false,
            verdict: None,
            error: None,
            asked: None,
            number: 0,
        }
    }

    /// The request as it was typed.
    fn request(&self) -> Explain {
        let typed = |name| Some(self.fields.value(name).to_owned()).filter(|typed| !typed.is_empty());
        Explain {
            origin: typed(ORIGIN),
            address: typed(ADDRESS),
            session_id: typed(SESSION),
            bundle: typed(BUNDLE),
        }
    }

    /// Whether what was asked last is what stands in the fields.
    pub fn is_current(&self) -> bool {
        self.asked.as_ref() == Some(&self.request())
    }

    /// Whether leaving a field asks: not before anything was typed, and nothing twice.
    fn has_news(&self) -> bool {
        let is_blank = self.asked.is_none() && self.request() == Explain::default();
        !is_blank && !self.is_current()
    }

    /// Not where something in the fields must not be sent.
    fn ask(&mut self, turn: &mut Turn) {
        if self.fields.clear_errors() {
            self.fields.focus_first_error();
            return;
        }
        let request = self.request();
        let number = turn.number();
        self.number = number;
        self.waiting = true;
        self.error = None;
        self.asked = Some(request.clone());
        turn.effect(Effect::Usage(UsageRequest::Explain {
            number,
            key: self.key.id,
            request,
        }));
    }

    fn answered(&mut self, result: Result<Verdict, Error>) {
        self.waiting = false;
        match result {
            Ok(verdict) => self.verdict = Some(verdict),
            Err(error) => self.refused(&error),
        }
    }

    /// The focus stays where one is typing meanwhile.
    fn refused(&mut self, error: &Error) {
        self.verdict = None;
        self.error = match error.problem().filter(|problem| !problem.errors.is_empty()) {
            Some(problem) => self.fields.mark(&FieldErrors(problem.errors.clone())),
            None => Some(sentence(error)),
        };
    }
}

impl Dialog for Explaining {
    fn layer(&self) -> Layer {
        Layer::Explain
    }

    fn available(&self, action: Action) -> Result<(), Reason> {
        let is_between_fields = matches!(action, Action::NextField | Action::PreviousField);
        match is_between_fields && self.fields.list.is_empty() {
            true => Err(Reason::NothingToDo),
            false => Ok(()),
        }
    }

    /// Where there is nothing to type, the verdict is asked for at once.
    fn opened(&mut self, turn: &mut Turn) {
        if self.fields.list.is_empty() {
            self.ask(turn);
        }
    }

    fn typed(&mut self, key: KeyEvent, _turn: &mut Turn) -> bool {
        self.fields.handle_text(key)
    }

    fn pasted(&mut self, text: &str, _turn: &mut Turn) {
        self.fields.handle_paste(text);
    }

    fn perform(&mut self, action: Action, turn: &mut Turn) {
        let stops = self.fields.list.len();
        match action {
            Action::Submit => return self.ask(turn),
            Action::NextField => self.fields.move_focus(1, stops),
            Action::PreviousField => self.fields.move_focus(-1, stops),
            Action::Back => return turn.close(),
            _ => return,
        }
        if self.has_news() {
            self.ask(turn);
        }
    }

    fn replied(&mut self, reply: Message, _turn: &mut Turn) -> Option<Message> {
        match reply {
            Message::OfUsage(UsageReply::Explained { number, result }) if number == self.number => {
                self.answered(result);
                None
            }
            other => Some(other),
        }
    }
}

fn fields_of(scope: Scope) -> Vec<SheetField> {
    let session = SheetField::text(
        SESSION,
        "Session id",
        "",
        "of another page's session; blank begins a new one",
    );
    match scope {
        Scope::Web => vec![
            SheetField::text(
                ORIGIN,
                "Origin",
                "",
                "such as https://shop.acme.example/cart, or null",
            ),
            SheetField::text(
                ADDRESS,
                "Address",
                "",
                "IPv4 or IPv6; it counts for pages on localhost",
            ),
            session,
        ],
        Scope::Mobile => vec![
            SheetField::text(BUNDLE, "Bundle id", "", "such as com.acme.shop"),
            session,
        ],
        Scope::Analytics => Vec::new(),
    }
}
