//! "Would this be allowed?": a request that might be made with a key, and the verdict about it. It only
//! asks; nothing is counted and nothing is written.

use super::fields::{Fields, SheetField};
use super::notice::sentence;
use crate::api::{Explain, Key, Verdict};
use crate::client::Error;
use crate::model::{FieldErrors, Scope};
use crate::tui::message::{Effect, UsageRequest};

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
    pub(super) number: u64,
}

impl Explaining {
    pub(super) fn new(key: Key) -> Self {
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
    pub(super) fn has_news(&self) -> bool {
        let is_blank = self.asked.is_none() && self.request() == Explain::default();
        !is_blank && !self.is_current()
    }

    /// `None` where something in the fields must not be sent.
    pub(super) fn ask(&mut self, number: u64) -> Option<Effect> {
        if self.fields.clear_errors() {
            self.fields.focus_first_error();
            return None;
        }
        let request = self.request();
        self.number = number;
        self.waiting = true;
        self.error = None;
        self.asked = Some(request.clone());
        Some(Effect::Usage(UsageRequest::Explain {
            number,
            key: self.key.id,
            request,
        }))
    }

    /// The focus stays where one is typing meanwhile.
    pub(super) fn refused(&mut self, error: &Error) {
        self.verdict = None;
        self.error = match error.problem().filter(|problem| !problem.errors.is_empty()) {
            Some(problem) => self.fields.mark(&FieldErrors(problem.errors.clone())),
            None => Some(sentence(error)),
        };
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
