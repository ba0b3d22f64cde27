//! A key that is being rotated: the use of the old token, and what can be done: end the overlap, extend it, or
//! cancel the rotation. Close has the focus; no single letter ends anything, and what can't be undone is asked once more.

mod view;

use crate::api::{KeptToken, Key, KeyRotation, ProblemType, RotationUsage, Usage};
use crate::client::Error;
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{Effect, LifecycleReply, LifecycleRequest, Message, UsageReply, UsageRequest};
use crate::tui::state::buttons::ButtonRow;
use crate::tui::state::command::{About, DialogAnswer, DialogCommand};
use crate::tui::state::dialog::{Context, Dialog, scrolls};
use crate::tui::state::key_words::is_refused_as;
use crate::tui::state::loadable::Loadable;
use crate::tui::state::notice::{Tone, sentence};
use crate::tui::state::reason::Reason;

/// A button of the dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationChoice {
    Close,
    Extend,
    Cancel,
    End,
}

#[derive(Debug)]
pub struct RotationDialog {
    pub key: Box<Key>,
    pub usage: Loadable<Usage>,
    /// The newest question how the key is now; answers to older ones are ignored.
    reading: u64,
    buttons: ButtonRow<RotationChoice>,
    /// The first line that is shown, where not all fit.
    pub scroll: u16,
    pub sending: bool,
    pub error: Option<String>,
}

impl RotationDialog {
    pub(in crate::tui) fn new(key: Key) -> Self {
        Self {
            key: Box::new(key),
            usage: Loadable::default(),
            reading: 0,
            buttons: choices(false),
            scroll: 0,
            sending: false,
            error: None,
        }
    }

    pub fn buttons(&self) -> &ButtonRow<RotationChoice> {
        &self.buttons
    }

    /// Who presents which token, as far as that is known.
    fn meter(&self) -> Option<&RotationUsage> {
        let usage = self.usage.of(self.key.id).and_then(Result::ok)?;
        usage.rotation.as_ref()
    }

    fn ask_for_usage(&mut self, cx: &mut Context) {
        let (number, key) = (cx.number(), self.key.id);
        self.usage.turn_to(key, number);
        cx.effect(Effect::Usage(UsageRequest::OfKey { number, key }));
    }

    fn read(&mut self, cx: &mut Context) {
        let (number, id) = (cx.number(), self.key.id);
        self.reading = number;
        cx.effect(Effect::Lifecycle(LifecycleRequest::Read { number, id }));
    }

    /// The key as it is now. A question about another rotation than the one that is shown goes.
    fn take(&mut self, key: &Key, cx: &mut Context) {
        let started = |key: &Key| key.rotation.as_ref().map(|rotation| rotation.started_at);
        if key.rotation.is_none() {
            cx.close();
            return cx.say(Tone::Note, format!("The rotation of “{}” has ended.", key.name));
        }
        if started(key) != started(&self.key) {
            cx.command(DialogCommand::Uncover);
        }
        *self.key = key.clone();
        self.ask_for_usage(cx);
    }

    fn usage_loaded(&mut self, number: u64, result: Result<Usage, Error>) {
        self.usage.loaded(number, result);
        let never_used = self
            .meter()
            .is_some_and(|meter| meter.new.allowed == 0 && meter.new.last_use.is_none());
        let focused = self.buttons.focused();
        let buttons = choices(never_used);
        let at = buttons
            .buttons()
            .iter()
            .position(|button| Some(button.means) == focused);
        self.buttons = buttons.focused_at(at.or(Some(0)));
    }

    /// It can't be undone, so that it is asked once more, with what it is decided from.
    fn ask(&self, keep: KeptToken, cx: &mut Context) {
        let Some(rotation) = &self.key.rotation else {
            return;
        };
        let (text, leave) = match keep {
            KeptToken::New => (self.before_the_end(rotation), "Yes, End it"),
            KeptToken::Old => (
                format!(
                    "Cancel the rotation of “{}”? The new token {} is refused immediately, and the old one stays. This can't \
                     be undone.",
                    self.key.name, self.key.hint
                ),
                "Yes, Cancel it",
            ),
        };
        cx.command(DialogCommand::Ask {
            about: About::FinishRotation(keep),
            text,
            stay: "Go back",
            leave,
        });
    }

    fn before_the_end(&self, rotation: &KeyRotation) -> String {
        let uses = match self.meter().map(|meter| &meter.old) {
            None => "Who still presents it is not known.".to_owned(),
            Some(old) if old.last_day() == 0 => "No request had it in the last 24 hours.".to_owned(),
            Some(old) => {
                let last = old.last_use.as_ref().and_then(|last| last.address);
                let last = last.map_or_else(String::new, |address| format!(", the last one from {address}"));
                format!("Requests with it in the last 24 hours: {}{last}.", old.last_day())
            }
        };
        format!(
            "End the rotation of “{}”? Its old token {} is refused immediately, and this can't be undone. {uses}",
            self.key.name, rotation.old_hint
        )
    }

    fn finish(&mut self, keep: KeptToken, cx: &mut Context) {
        self.sending = true;
        self.error = None;
        cx.effect(Effect::Lifecycle(LifecycleRequest::Finish {
            id: self.key.id,
            version: self.key.version,
            keep,
        }));
    }

    /// Shows what is now.
    fn refused(&mut self, error: &Error, cx: &mut Context) {
        self.sending = false;
        if error.is_gone() {
            cx.close();
            cx.say(Tone::Note, sentence(error));
            return cx.command(DialogCommand::KeyGone(self.key.id));
        }
        if let Some(current) = error.problem().and_then(|problem| problem.current.as_deref()) {
            self.error = Some(
                "Someone changed this key meanwhile, and nothing was done; this is how it is now.".into(),
            );
            return self.take(current, cx);
        }
        self.error = Some(match is_refused_as(error, ProblemType::Rotating) {
            true => "The new token was used meanwhile, so that it stays.".into(),
            false => sentence(error),
        });
        self.read(cx);
    }
}

impl Dialog for RotationDialog {
    fn layer(&self) -> Layer {
        Layer::Asking
    }

    fn title(&self) -> &'static str {
        "rotation"
    }

    /// What is sent can't be taken back; the dialog can still be read.
    fn available(&self, action: Action) -> Result<(), Reason> {
        match self.sending && !scrolls(action) {
            true => Err(Reason::Unanswered),
            false => Ok(()),
        }
    }

    /// The row that it was opened on may be old.
    fn opened(&mut self, cx: &mut Context) {
        self.ask_for_usage(cx);
        self.read(cx);
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        match (action, self.buttons.focused()) {
            _ if scrolls(action) => self.scroll = cx.scrolled(self.scroll, action),
            (Action::Left, _) => self.buttons.move_by(-1),
            (Action::Right, _) => self.buttons.move_by(1),
            (Action::Accept, Some(RotationChoice::End)) => self.ask(KeptToken::New, cx),
            (Action::Accept, Some(RotationChoice::Cancel)) => self.ask(KeptToken::Old, cx),
            (Action::Accept, Some(RotationChoice::Extend)) => {
                cx.command(DialogCommand::ExtendRotation(self.key.clone()));
            }
            (Action::Accept | Action::Back, _) => cx.close(),
            _ => {}
        }
    }

    /// The screen and the sheet above say what was done.
    fn replied(&mut self, reply: Message, cx: &mut Context) -> Option<Message> {
        match reply {
            Message::OfUsage(UsageReply::OfKey { number, result }) if self.usage.awaits(number) => {
                self.usage_loaded(number, result.map(|usage| *usage));
            }
            Message::OfLifecycle(LifecycleReply::Read { number, result }) if number == self.reading => {
                match result {
                    Ok(key) => self.take(&key, cx),
                    Err(error) if error.is_gone() => self.refused(&error, cx),
                    Err(_) => {}
                }
            }
            Message::OfLifecycle(LifecycleReply::Extended { id, ref result }) if id == self.key.id => {
                let error = match result {
                    Ok(key) => {
                        self.take(key, cx);
                        return Some(reply);
                    }
                    Err(error) => error,
                };
                if !is_about_rotation(error) {
                    return Some(reply);
                }
                cx.command(DialogCommand::Uncover);
                self.refused(error, cx);
            }
            Message::OfLifecycle(LifecycleReply::Finished { id, ref result, .. }) if id == self.key.id => {
                match result {
                    Ok(_) => {
                        cx.close();
                        return Some(reply);
                    }
                    Err(error) => self.refused(error, cx),
                }
            }
            other => return Some(other),
        }
        None
    }

    /// Somebody may have ended or extended it.
    fn keys_changed(&mut self, cx: &mut Context) {
        if !self.sending {
            self.read(cx);
        }
    }

    fn answered(&mut self, answer: &DialogAnswer, cx: &mut Context) -> bool {
        match answer {
            DialogAnswer::Confirmed(About::FinishRotation(keep)) => {
                self.finish(*keep, cx);
                true
            }
            _ => false,
        }
    }
}

/// Whether the rotation is another one than the one that is shown, or none: nothing that was typed is wrong.
fn is_about_rotation(error: &Error) -> bool {
    let is_current = error.problem().is_some_and(|problem| problem.current.is_some());
    is_current || error.is_gone() || is_refused_as(error, ProblemType::NotRotating)
}

/// A new token that was never used can be dropped; one in use stays.
fn choices(never_used: bool) -> ButtonRow<RotationChoice> {
    let mut row = ButtonRow::default().button(RotationChoice::Close, "Close").with(
        RotationChoice::Extend,
        "Extend…",
        "Extend",
        false,
    );
    if never_used {
        row = row.with(RotationChoice::Cancel, "Cancel rotation…", "Cancel rot.", true);
    }
    row.with(RotationChoice::End, "End now…", "End now", true)
}
