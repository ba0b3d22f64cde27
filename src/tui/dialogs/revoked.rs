//! What became of a key that was revoked: when, by whom and why, who has presented it since, and the proof: what each
//! server's own check says of it. It stays until it is left, and is asked for again as long as it is open, as often as
//! servers write down what they refuse.

mod view;

use std::time::Duration;

use crate::api::{Key, KeyCheck};
use crate::client::Error;
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{Effect, Message, NamedId, Timer, UsageReply, UsageRequest};
use crate::tui::state::command::DialogCommand;
use crate::tui::state::dialog::{Context, Dialog};
use crate::tui::state::scroll::scrolled;

/// Servers write down once a second what they refused.
const OFTEN: Duration = Duration::from_secs(1);
/// How often it is asked for while nobody presents the key.
const SELDOM: Duration = Duration::from_secs(5);
/// After so many answers that say the same.
const PATIENCE: u32 = 30;
/// It never has more lines, even with the longest names and reasons and with many servers.
const MOST_LINES: u16 = 200;

/// A server, and what it said last.
#[derive(Debug)]
pub struct AskedServer {
    pub host: String,
    /// `None`: nothing yet.
    pub said: Option<Result<Box<KeyCheck>, Error>>,
}

impl AskedServer {
    /// Whether it refuses the key, whatever the request; `None` while that is not known.
    pub fn refuses(&self) -> Option<bool> {
        let check = self.said.as_ref()?.as_ref().ok()?;
        (!check.tokens.is_empty()).then(|| check.is_refused())
    }
}

#[derive(Debug)]
pub struct RevokedCard {
    /// As it was last told.
    pub key: Box<Key>,
    /// Whether anything was told since the card was opened.
    pub is_known: bool,
    /// Why what is shown of it may be old, until the next answer.
    pub error: Option<Error>,
    pub servers: Vec<AskedServer>,
    pub scroll: u16,
    /// The number of the newest question about the key, or of the timer after its answer.
    asked: u64,
    /// The number of the newest question to the servers, and how many of them have not answered it.
    check: u64,
    pub unanswered: usize,
    /// Answers that said the same as those before.
    quiet: u32,
}

impl RevokedCard {
    pub(in crate::tui) fn new(key: Key) -> Self {
        Self {
            is_known: false,
            key: Box::new(key),
            error: None,
            servers: Vec::new(),
            scroll: 0,
            asked: 0,
            check: 0,
            unanswered: 0,
            quiet: 0,
        }
    }

    /// Whether some server would let the key through: then nothing is said to be all right.
    pub fn is_let_through(&self) -> bool {
        self.servers.iter().any(|server| server.refuses() == Some(false))
    }

    fn ask(&mut self, cx: &mut Context) {
        self.asked = cx.number();
        let (number, key) = (self.asked, self.key.id);
        cx.effect(Effect::Usage(UsageRequest::State { number, key }));
    }

    fn check(&mut self, cx: &mut Context) {
        self.check = cx.number();
        let (number, key) = (self.check, self.key.id);
        cx.effect(Effect::Usage(UsageRequest::Check { number, key }));
    }

    /// What they said before stays, with its time, until they answer again.
    fn checking(&mut self, hosts: Vec<String>) {
        self.unanswered = hosts.len();
        let is_same = self.servers.iter().map(|server| &server.host).eq(&hosts);
        if !is_same {
            let asked = hosts.into_iter().map(|host| AskedServer { host, said: None });
            self.servers = asked.collect();
        }
    }

    fn checked(&mut self, server: usize, said: Result<Box<KeyCheck>, Error>) {
        self.unanswered = self.unanswered.saturating_sub(1);
        if let Some(server) = self.servers.get_mut(server) {
            server.said = Some(said);
        }
    }

    fn told(&mut self, result: Result<Box<Key>, Error>, cx: &mut Context) {
        match result {
            Ok(key) => {
                let is_same = self.is_known && self.error.is_none() && self.key == key;
                self.quiet = if is_same { self.quiet.saturating_add(1) } else { 0 };
                self.is_known = true;
                self.error = None;
                self.key = key;
                self.ask_later(cx);
            }
            // It is asked again when the server is back, and by r.
            Err(error) => self.error = Some(error),
        }
    }

    fn ask_later(&mut self, cx: &mut Context) {
        self.asked = cx.number();
        let pause = if self.quiet < PATIENCE { OFTEN } else { SELDOM };
        cx.effect(Effect::After(pause, Timer::AskAgain(self.asked)));
    }

    fn subject(&self) -> NamedId {
        NamedId {
            id: self.key.id,
            name: self.key.name.clone(),
        }
    }
}

impl Dialog for RevokedCard {
    fn layer(&self) -> Layer {
        Layer::Revoked
    }

    fn opened(&mut self, cx: &mut Context) {
        self.ask(cx);
        self.check(cx);
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        match action {
            Action::Back => cx.close(),
            Action::Refresh => {
                self.quiet = 0;
                self.ask(cx);
                self.check(cx);
            }
            Action::CopyId => cx.effect(Effect::CopyId(self.subject())),
            Action::ItsActivity => {
                cx.close();
                cx.command(DialogCommand::ShowActivity(self.subject()));
            }
            _ => {
                if let Some(scroll) = scrolled(self.scroll, action, cx.page(), MOST_LINES) {
                    self.scroll = scroll;
                }
            }
        }
    }

    fn replied(&mut self, reply: Message, cx: &mut Context) -> Option<Message> {
        match reply {
            Message::OfUsage(UsageReply::State { number, result }) if number == self.asked => {
                self.told(result, cx);
            }
            Message::OfUsage(UsageReply::Checking { number, servers }) if number == self.check => {
                self.checking(servers);
            }
            Message::OfUsage(UsageReply::Checked {
                number,
                server,
                result,
            }) if number == self.check => self.checked(server, result),
            Message::Due(Timer::AskAgain(number)) if number == self.asked => self.ask(cx),
            other => return Some(other),
        }
        None
    }

    /// The server is there again.
    fn keys_changed(&mut self, cx: &mut Context) {
        if self.error.is_some() {
            self.ask(cx);
            self.check(cx);
        }
    }
}
