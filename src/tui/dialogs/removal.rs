//! Removing a person: what becomes of their keys is shown and asked first. Cancel has the focus; no
//! single letter acts.

mod view;

use crate::api::{
    KeyDisposition, KeyList, Person, PersonRef, ProblemType, RemovalProgress, Sort, UserRemoval,
};
use crate::client::Error;
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{Effect, Message, PeopleReply, PeopleRequest, PersonKeys};
use crate::tui::state::buttons::ButtonRow;
use crate::tui::state::command::{About, DialogAnswer, DialogCommand};
use crate::tui::state::dialog::{Context, Dialog, scrolls};
use crate::tui::state::notice::{Tone, sentence};
use crate::tui::state::reason::Reason;

/// The most keys that are shown by name.
const SHOWN: u32 = 10;

/// A button of the dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Cancel,
    /// Of somebody without keys.
    Remove,
    HandOver,
    RevokeAll,
}

#[derive(Debug)]
pub struct RemovalDialog {
    pub person: Person,
    /// One may remove oneself, and is signed out then.
    pub is_me: bool,
    /// Their keys; absent while they are not known.
    pub keys: Option<PersonKeys>,
    /// The newest question about them that is not answered; answers to older ones are ignored.
    loading: Option<u64>,
    buttons: ButtonRow<Choice>,
    pub sending: bool,
    /// The first line that is shown, where not all fit.
    pub scroll: u16,
    /// How far it is, when that takes so long that the server tells.
    pub progress: Option<RemovalProgress>,
    pub error: Option<String>,
    /// Who gets the keys, once that is decided.
    successor: Option<PersonRef>,
}

impl RemovalDialog {
    pub(in crate::tui) fn new(person: Person, is_me: bool) -> Self {
        Self {
            person,
            is_me,
            keys: None,
            loading: None,
            buttons: choices(None),
            sending: false,
            scroll: 0,
            progress: None,
            error: None,
            successor: None,
        }
    }

    pub fn buttons(&self) -> &ButtonRow<Choice> {
        &self.buttons
    }

    pub fn focused(&self) -> Choice {
        self.buttons.focused().unwrap_or(Choice::Cancel)
    }

    /// With the buttons for them; nothing is decided about other keys than those that were shown.
    fn show_keys(&mut self, keys: Option<PersonKeys>, keeps_focus: bool) {
        let focus = self.buttons.focus().filter(|_| keeps_focus);
        self.buttons = choices(keys.as_ref()).focused_at(focus.or(Some(0)));
        self.keys = keys;
    }

    /// Their keys are on their way, maybe once more; what is to become of them can't be decided then.
    pub fn is_loading(&self) -> bool {
        self.loading.is_some()
    }

    /// Whether the focused button is about keys that are on their way.
    fn awaits_keys(&self) -> bool {
        self.is_loading() && self.focused() != Choice::Cancel
    }

    fn load_keys(&mut self, cx: &mut Context) {
        let number = cx.number();
        self.loading = Some(number);
        cx.effect(Effect::People(PeopleRequest::LoadKeys {
            number,
            list: Box::new(KeyList {
                creator: Some(self.person.user.id),
                sort: Sort::LastUsedAt,
                limit: Some(SHOWN),
                ..KeyList::default()
            }),
        }));
    }

    /// Whether what is shown now is something else than before, about which nothing is decided.
    fn keys_loaded(&mut self, result: Result<PersonKeys, Error>) -> bool {
        let before = self.keys.take();
        let now = match result {
            Ok(keys) => Some(keys),
            Err(error) => {
                self.error = Some(sentence(&error));
                None
            }
        };
        let is_other = match (&before, &now) {
            (Some(before), Some(now)) => !before.is_same(now),
            (before, _) => before.is_some(),
        };
        self.show_keys(now, !is_other);
        if is_other && self.keys.is_some() {
            self.error = Some("Their keys have changed. Choose what happens to them.".into());
        }
        is_other
    }

    fn send(&mut self, fate: Option<KeyDisposition>, cx: &mut Context) {
        self.sending = true;
        self.error = None;
        cx.effect(Effect::People(PeopleRequest::Remove {
            id: self.person.user.id,
            removal: UserRemoval {
                keys: fate,
                to: self.successor.as_ref().map(|successor| successor.id),
            },
        }));
    }

    fn removed(&mut self, result: Result<RemovalProgress, Error>, cx: &mut Context) {
        let (tone, text) = match result {
            Ok(removed) => (Tone::Done, self.told(&removed)),
            Err(error) if is(&error, ProblemType::NotFound) => (Tone::Note, sentence(&error)),
            Err(error) => return self.refused(&error, cx),
        };
        cx.close();
        cx.say(tone, text);
        cx.command(DialogCommand::PersonGone {
            id: self.person.user.id,
            is_me: self.is_me,
        });
    }

    /// The last question before keys change hands.
    fn ask_to_hand_over(&self, successor: &Person, cx: &mut Context) {
        let email = &self.person.user.email;
        let keys = self.keys.as_ref().map_or(0, |keys| keys.total);
        let last = match self.is_me {
            true => "This is you: you'll be signed out.".to_owned(),
            false => format!("{email} can no longer sign in."),
        };
        let text = format!(
            "Remove {email} and hand over {} to {}? The keys keep working, and the projects go with them. {last}",
            counted(keys, "key"),
            successor.user.email,
        );
        let successor = PersonRef {
            id: successor.user.id,
            email: successor.user.email.clone(),
        };
        cx.command(DialogCommand::Ask {
            about: About::HandOver(successor),
            text,
            stay: "Cancel",
            leave: "Yes, Hand over",
        });
    }

    fn refused(&mut self, error: &Error, cx: &mut Context) {
        self.successor = None;
        (self.sending, self.progress) = (false, None);
        if is(error, ProblemType::InUse) {
            self.error = Some("They have keys now. Choose what happens to them.".into());
            self.show_keys(None, false);
            return self.load_keys(cx);
        }
        self.error = Some(sentence(error));
    }

    /// `Removed nina@acme.example; 12 keys and 1 project handed over to omar@acme.example.` And how many of these
    /// got a number, as omar had some of the same name.
    fn told(&self, progress: &RemovalProgress) -> String {
        let removed = progress.removed;
        let email = &self.person.user.email;
        let keys = counted(removed.keys_handed_over, "key");
        let projects = match removed.projects_handed_over {
            0 => String::new(),
            number => format!(" and {}", counted(number, "project")),
        };
        // It goes on in the server when nobody asks it any more.
        let left = match progress.left {
            0 => String::new(),
            left => format!(" so far; the server continues with {left} more"),
        };
        match &self.successor {
            Some(successor) => {
                let renamed = match removed.renamed {
                    0 => String::new(),
                    number => format!(" {number} got a number after the name; the activity says which."),
                };
                format!(
                    "Removed {email}; {keys}{projects} handed over to {}{left}.{renamed}",
                    successor.email
                )
            }
            None if removed.keys_revoked > 0 => {
                format!(
                    "Removed {email}; {} revoked{left}.",
                    counted(removed.keys_revoked, "key")
                )
            }
            None => format!("Removed {email}."),
        }
    }
}

impl Dialog for RemovalDialog {
    fn layer(&self) -> Layer {
        Layer::Asking
    }

    fn title(&self) -> &'static str {
        "remove a person"
    }

    /// Nothing is decided about keys that are on their way, and what is sent can't be taken back.
    fn available(&self, action: Action) -> Result<(), Reason> {
        let waits = self.sending || (action == Action::Accept && self.awaits_keys());
        match waits && !scrolls(action) {
            true => Err(Reason::Unanswered),
            false => Ok(()),
        }
    }

    fn opened(&mut self, cx: &mut Context) {
        self.load_keys(cx);
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        match (action, self.focused()) {
            _ if scrolls(action) => self.scroll = cx.scrolled(self.scroll, action),
            (Action::Left, _) => self.buttons.move_by(-1),
            (Action::Right, _) => self.buttons.move_by(1),
            (Action::Accept, Choice::Remove) => self.send(None, cx),
            (Action::Accept, Choice::RevokeAll) => self.send(Some(KeyDisposition::Revoke), cx),
            (Action::Accept, Choice::HandOver) => {
                let keys = self.keys.as_ref().map_or(0, |keys| keys.total);
                cx.command(DialogCommand::ChooseSuccessor {
                    removed: self.person.user.id,
                    what: format!("{} of {}", counted(keys, "key"), self.person.user.email),
                });
            }
            (Action::Accept, Choice::Cancel) | (Action::Back, _) => cx.close(),
            _ => {}
        }
    }

    fn replied(&mut self, reply: Message, cx: &mut Context) -> Option<Message> {
        let person = self.person.user.id;
        match reply {
            Message::OfPeople(PeopleReply::KeysLoaded { number, result }) if self.loading == Some(number) => {
                self.loading = None;
                if self.keys_loaded(result) {
                    // A question that is open is about what was shown before.
                    cx.command(DialogCommand::Uncover);
                }
            }
            Message::OfPeople(PeopleReply::Removing { id, progress }) if id == person => {
                self.progress = Some(progress);
            }
            Message::OfPeople(PeopleReply::Removed { id, result }) if id == person => {
                self.removed(result, cx);
            }
            other => return Some(other),
        }
        None
    }

    fn keys_changed(&mut self, cx: &mut Context) {
        if !self.sending {
            self.load_keys(cx);
        }
    }

    fn answered(&mut self, answer: &DialogAnswer, cx: &mut Context) -> bool {
        match answer {
            DialogAnswer::Chosen(successor) => self.ask_to_hand_over(successor, cx),
            DialogAnswer::Confirmed(About::HandOver(successor)) if !self.is_loading() => {
                self.successor = Some(successor.clone());
                self.send(Some(KeyDisposition::HandOver), cx);
                cx.command(DialogCommand::Uncover);
            }
            DialogAnswer::Confirmed(about) => return matches!(about, About::HandOver(_)),
            DialogAnswer::Merged { .. } => return false,
        }
        true
    }
}

/// What can become of a person with these keys.
fn choices(keys: Option<&PersonKeys>) -> ButtonRow<Choice> {
    let cancel = ButtonRow::default().button(Choice::Cancel, "Cancel");
    match keys {
        None => cancel,
        Some(keys) if keys.total == 0 => cancel.danger(Choice::Remove, "Yes, Remove"),
        Some(_) => cancel
            .with(Choice::HandOver, "Hand over to…", "Hand over", false)
            .with(Choice::RevokeAll, "Revoke them all", "Revoke all", true),
    }
}

fn is(error: &Error, kind: ProblemType) -> bool {
    error.problem().is_some_and(|problem| problem.kind == kind)
}

/// `1 key`, `12 keys`.
fn counted(number: u64, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}
