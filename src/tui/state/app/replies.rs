//! What the server, the clipboard and the event stream answered, and what follows from it.

use uuid::Uuid;

use super::{App, EventStream, SECRET_TTL, ShownSecret};
use crate::api::{Created, Key, KeyEvent, KeyEventKind, KeyPage, Part};
use crate::client::Error;
use crate::clipboard::Cleared;
use crate::model::Secret;
use crate::tui::dialogs::{NewSecret, SecretOf};
use crate::tui::message::{Effect, Load, Message, NamedId, Purpose, Route, Timer};
use crate::tui::state::notice::sentence;
use crate::tui::state::{Screen, Tone};

impl App {
    /// A refusal by role tells that the role has changed: who we are is asked again.
    pub(super) fn replied(&mut self, reply: Message) -> Vec<Effect> {
        self.note_refusal(&reply);
        let is_forbidden = reply.error().is_some_and(Error::is_forbidden);
        let (reply, mut effects) = self.offer_to_dialogs(reply);
        if let Some(reply) = reply {
            effects.extend(self.answered(reply));
        }
        effects.extend(is_forbidden.then_some(Effect::LoadMe));
        effects
    }

    fn answered(&mut self, reply: Message) -> Vec<Effect> {
        match reply {
            Message::Me(result) => self.signed_in(result),
            Message::Page {
                generation,
                load,
                result,
            } => self.page_loaded(generation, load, result),
            Message::Counts { generation, result } => self.browse.counted(generation, result),
            Message::Created { result } => self.created(result),
            Message::Edited { id, result } => self.edited(id, result),
            Message::Revealed { id, purpose, result } => {
                let mut effects = self.revealed(id, purpose, result);
                effects.extend(self.was_touched(id));
                effects
            }
            Message::OfPeople(reply) => self.people_replied(reply),
            Message::OfProjects(reply) => self.projects_replied(reply),
            Message::OfActivity(reply) => self.activity_replied(reply),
            Message::OfUsage(reply) => self.usage_replied(reply),
            Message::Copied { subject, route } => self.copied(subject, route),
            Message::ClipboardCleared(cleared) => self.clipboard_cleared(&cleared),
            Message::Connected => self.connected(),
            Message::GoingOn => self.event_stream(EventStream::Connecting),
            Message::ServerInUse(host) => {
                self.server = Some(host);
                Vec::new()
            }
            Message::Disconnected(error) => self.event_stream(EventStream::Lost(error)),
            Message::Polling(error) => self.polling(&error),
            Message::Deck(event) => self.on_key_event(event),
            Message::Changed(about) => self.others_changed(about),
            Message::Resync => self.missed_some(),
            // Nobody waits for these any more.
            Message::Projects { .. } | Message::ProjectCreated { .. } => Vec::new(),
            Message::Revoked { .. } | Message::NotSwitched { .. } => Vec::new(),
            Message::Key(_)
            | Message::Paste(_)
            | Message::Mouse(_)
            | Message::Resized { .. }
            | Message::Due(_) => Vec::new(),
        }
    }

    fn page_loaded(&mut self, generation: u64, load: Load, result: Result<KeyPage, Error>) -> Vec<Effect> {
        if result.is_ok() {
            self.refused = None;
        }
        let failed = result
            .as_ref()
            .err()
            .filter(|_| load == Load::Start)
            .map(sentence);
        let mut effects = self.browse.loaded(generation, load, result);
        if let Some(why) = failed.filter(|_| !self.browse.rows.is_empty()) {
            effects.extend(self.say(Tone::Failed, why));
        }
        effects
    }

    fn clipboard_cleared(&mut self, cleared: &Cleared) -> Vec<Effect> {
        match cleared {
            Cleared::Cleared => self.say(Tone::Note, "The secret was cleared from the clipboard."),
            Cleared::NoAnswer => self.say(
                Tone::Failed,
                "The display doesn't answer: the secret may still be in the clipboard.",
            ),
            Cleared::NotOurs | Cleared::NothingCopied => Vec::new(),
        }
    }

    fn event_stream(&mut self, stream: EventStream) -> Vec<Effect> {
        self.connection = stream;
        Vec::new()
    }

    /// The stream of events is open: whatever happened before may have been missed.
    fn connected(&mut self) -> Vec<Effect> {
        self.connection = EventStream::Live;
        self.missed_some()
    }

    /// There is no stream to tell of changes, so that what is shown is read again.
    fn polling(&mut self, why: &Error) -> Vec<Effect> {
        let is_new = !matches!(self.connection, EventStream::Polling);
        self.connection = EventStream::Polling;
        let mut effects = self.missed_some();
        if is_new {
            let text = format!("{} Changes are shown every few seconds.", sentence(why));
            effects.extend(self.say(Tone::Note, text));
        }
        effects
    }

    /// Everything may have changed, the user's role too.
    fn missed_some(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::LoadMe];
        effects.extend(match self.browse.body() {
            super::Body::Failed(_) => self.browse.requery(),
            _ => self.browse.refresh(),
        });
        effects.extend(self.refresh_list());
        effects.extend(self.reload_keys_in_dialogs());
        effects.extend(self.await_rest());
        effects
    }

    fn on_key_event(&mut self, event: KeyEvent) -> Vec<Effect> {
        let mut effects = match event.kind {
            KeyEventKind::Revoked => self.browse.forget(event.key),
            KeyEventKind::Created | KeyEventKind::Edited => self.browse.refresh(),
        };
        effects.extend(self.refresh_list());
        effects.extend(self.reload_keys_in_dialogs());
        effects.extend(self.was_touched(event.key));
        effects
    }

    /// A key says whether its project is deployed.
    fn others_changed(&mut self, about: Part) -> Vec<Effect> {
        let (mut effects, screen) = match about {
            Part::Projects => (self.browse.refresh(), Screen::Projects),
            Part::People => (self.reload_keys_in_dialogs(), Screen::People),
            Part::Activity => (Vec::new(), Screen::Activity),
        };
        if self.screen == screen || self.screen == Screen::Activity {
            effects.extend(self.refresh_list());
        }
        effects
    }

    /// What was refused stands in the form; nobody waits for it where that was left.
    fn created(&mut self, result: Result<Box<Created>, Error>) -> Vec<Effect> {
        let Ok(created) = result else {
            return Vec::new();
        };
        let Created { key, secret, .. } = *created;
        let id = key.id;
        let mut effects = self.open(NewSecret::new(SecretOf::Key(Box::new(key)), secret));
        effects.extend(self.jump_to(id));
        effects
    }

    fn edited(&mut self, id: Uuid, result: Result<Box<Key>, Error>) -> Vec<Effect> {
        let key = match result {
            Ok(key) => *key,
            Err(error) if error.is_gone() => return self.browse.forget(id),
            Err(_) => return Vec::new(),
        };
        let (name, hint) = (&key.name, &key.hint);
        let text = format!("Saved “{name}” ({hint}). The change applies from the next check.");
        self.browse.rows.update(key);
        let mut effects = self.say(Tone::Done, text);
        effects.extend(self.browse.refresh());
        effects
    }

    fn revealed(&mut self, id: Uuid, purpose: Purpose, result: Result<Secret, Error>) -> Vec<Effect> {
        let is_selected = self.browse.selected_id() == Some(id);
        match (purpose, result) {
            (Purpose::Show, Ok(secret)) if is_selected && self.revealing.take() == Some(id) => {
                let number = self.next_number();
                // In a narrow terminal the details are not beside the table.
                self.details_focused |= self.layout().details.is_none();
                self.revealed = Some(ShownSecret {
                    key: id,
                    secret,
                    number,
                });
                vec![Effect::After(SECRET_TTL, Timer::HideSecret(number))]
            }
            (Purpose::Show, Ok(_)) => Vec::new(),
            // Of several, the one that was asked for last is the one that is wanted.
            (Purpose::Copy, Ok(secret)) => {
                let asked = self.copying.clone().filter(|subject| subject.id == id);
                let copy = |subject| Effect::Copy { subject, secret };
                asked.map(copy).into_iter().collect()
            }
            (_, Err(error)) => {
                let gone = error.is_gone();
                let mut effects = self.say(Tone::Failed, sentence(&error));
                if gone {
                    effects.extend(self.browse.forget(id));
                }
                effects
            }
        }
    }

    fn copied(&mut self, subject: NamedId, route: Route) -> Vec<Effect> {
        let name = subject.name;
        match route {
            Route::Clipboard => {
                self.last_copy = self.next_number();
                let clear = Effect::After(SECRET_TTL, Timer::ClearClipboard(self.last_copy));
                let text =
                    format!("Copied the secret of “{name}”. It is cleared from the clipboard in 30 s.");
                let mut effects = self.say(Tone::Done, text);
                effects.push(clear);
                effects
            }
            Route::Terminal => {
                let text = format!(
                    "Sent the secret of “{name}” to the terminal (OSC 52); whether it arrived can't be known."
                );
                self.say(Tone::Note, text)
            }
            Route::Failed(why) => self.say(Tone::Failed, sentence(&format!("not copied: {why}"))),
        }
    }
}
