//! "Would this be allowed?": a request that might be made with a key, and the verdict about it. It only
//! asks; nothing is counted and nothing is written.

mod view;

use crossterm::event::KeyEvent;

use crate::api::{Explain, Key, Verdict};
use crate::client::Error;
use crate::model::Scope;
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{Effect, Message, UsageReply, UsageRequest};
use crate::tui::state::dialog::{Context, Dialog};
use crate::tui::state::form::{Form, FormField};
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
    pub form: Form,
    pub waiting: bool,
    /// About what was asked last; it stays until the next one is there.
    pub verdict: Option<Verdict>,
    /// Why there is none, where that is about no field.
    pub error: Option<String>,
    asked: Option<Explain>,
    /// Of the newest question: answers to older ones are ignored.
    number: u64,
}

impl Explaining {
    pub(in crate::tui) fn new(key: Key) -> Self {
        Self {
            form: Form::new(fields_of(key.scope), None),
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
        let typed = |name| Some(self.form.value(name).to_owned()).filter(|typed| !typed.is_empty());
        Explain {
            origin: typed(ORIGIN),
            address: typed(ADDRESS),
            session_id: typed(SESSION),
            bundle: typed(BUNDLE),
        }
    }

    /// Whether the last question is what is in the fields.
    pub fn is_current(&self) -> bool {
        self.asked.as_ref() == Some(&self.request())
    }

    /// Whether leaving a field asks: not before anything was typed, and nothing twice.
    fn has_news(&self) -> bool {
        let is_blank = self.asked.is_none() && self.request() == Explain::default();
        !is_blank && !self.is_current()
    }

    /// Not where something in the fields must not be sent.
    fn ask(&mut self, cx: &mut Context) {
        if self.form.drop_refusals() {
            return self.form.focus_first_error(cx);
        }
        let request = self.request();
        let number = cx.number();
        self.number = number;
        self.waiting = true;
        self.error = None;
        self.asked = Some(request.clone());
        cx.effect(Effect::Usage(UsageRequest::Explain {
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
            Some(problem) => self.form.refuse(problem.errors.clone()),
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
        match is_between_fields && !self.form.can_be_edited() {
            true => Err(Reason::NothingToDo),
            false => Ok(()),
        }
    }

    /// Where there is nothing to type, the verdict is asked for immediately.
    fn opened(&mut self, cx: &mut Context) {
        if !self.form.can_be_edited() {
            self.ask(cx);
        }
    }

    fn typed(&mut self, key: KeyEvent, cx: &mut Context) -> bool {
        self.form.typed(key, cx)
    }

    fn pasted(&mut self, text: &str, cx: &mut Context) {
        self.form.pasted(text, cx);
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        match action {
            Action::Submit => return self.ask(cx),
            Action::NextField => self.form.move_focus(1, cx),
            Action::PreviousField => self.form.move_focus(-1, cx),
            Action::Back => return cx.close(),
            _ => return,
        }
        if self.has_news() {
            self.ask(cx);
        }
    }

    fn replied(&mut self, reply: Message, _cx: &mut Context) -> Option<Message> {
        match reply {
            Message::OfUsage(UsageReply::Explained { number, result }) if number == self.number => {
                self.answered(result);
                None
            }
            other => Some(other),
        }
    }
}

fn fields_of(scope: Scope) -> Vec<FormField> {
    let session = FormField::text(
        SESSION,
        "Session id",
        "",
        "of another page's session; blank begins a new one",
    );
    match scope {
        Scope::Web => vec![
            FormField::text(
                ORIGIN,
                "Origin",
                "",
                "such as https://shop.acme.example/cart, or null",
            ),
            FormField::text(
                ADDRESS,
                "Address",
                "",
                "IPv4 or IPv6; it matters for pages on localhost",
            ),
            session,
        ],
        Scope::Mobile => vec![
            FormField::text(BUNDLE, "Bundle identifier", "", "such as com.acme.shop"),
            session,
        ],
        Scope::Analytics => Vec::new(),
    }
}
