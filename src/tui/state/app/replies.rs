//! What the server, the clipboard and the event stream answered, and what follows from it.

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{App, EventStream, SECRET_TTL, ShownSecret};
use crate::api::{Created, Key, KeyEvent, KeyEventKind, KeyPage, Part};
use crate::client::Error;
use crate::clipboard::Cleared;
use crate::model::{Secret, expiry};
use crate::tui::dialogs::{NewSecret, SecretOf};
use crate::tui::message::{Effect, Load, Message, NamedId, Purpose, Route, Timer};
use crate::tui::state::notice::sentence;
use crate::tui::state::{Screen, Tone};

impl App {
    /// A refusal by role tells that the role has changed: who we are is asked again.
    pub(super) fn replied(&mut self, reply: Message) {
        self.note_refusal(&reply);
        self.note_answer(&reply);
        let is_forbidden = reply.error().is_some_and(Error::is_forbidden);
        if let Some(reply) = self.offer_to_dialogs(reply) {
            self.answered(reply);
        }
        self.effects.extend(is_forbidden.then_some(Effect::LoadMe));
    }

    fn answered(&mut self, reply: Message) {
        match reply {
            Message::Me(result) => self.signed_in(result),
            Message::Page {
                generation,
                load,
                result,
            } => self.page_loaded(generation, load, result),
            Message::Counts { generation, result } => {
                self.browse.counted(generation, result, &mut self.effects)
            }
            Message::Created { result } => self.created(result),
            Message::Edited { id, result } => self.edited(id, result),
            Message::Revealed { id, purpose, result } => {
                self.revealed(id, purpose, result);
                self.was_touched(id);
            }
            Message::OfPeople(reply) => self.people_replied(reply),
            Message::OfProjects(reply) => self.projects_replied(reply),
            Message::OfActivity(reply) => self.activity_replied(reply),
            Message::OfUsage(reply) => self.usage_replied(reply),
            Message::OfMarks(reply) => self.marks_replied(reply),
            Message::OfLifecycle(reply) => self.lifecycle_replied(reply),
            Message::Copied { subject, route } => self.copied(subject, route),
            Message::IdCopied { subject, route } => self.id_copied(&subject, &route),
            Message::ClipboardCleared(cleared) => self.clipboard_cleared(&cleared),
            Message::Connected => self.connected(),
            Message::GoingOn => self.event_stream(EventStream::Connecting),
            Message::ServerInUse(host) => {
                self.server = Some(host);
            }
            Message::Disconnected(error) => self.event_stream(EventStream::Lost(error)),
            Message::Retrying(wait) => self.retrying(wait),
            Message::Polling(error) => self.polling(&error),
            Message::Deck(event) => self.on_key_event(event),
            Message::Changed(about) => self.others_changed(about),
            Message::Resync => self.missed_some(),
            // Nobody waits for these any more.
            Message::Projects { .. } | Message::ProjectCreated { .. } | Message::Completions { .. } => {}
            Message::Revoked { .. } | Message::NotSwitched { .. } => {}
            Message::Key(_)
            | Message::Paste(_)
            | Message::Mouse(_)
            | Message::Resized { .. }
            | Message::Due(_) => {}
        }
    }

    fn page_loaded(&mut self, generation: u64, load: Load, result: Result<KeyPage, Error>) {
        if result.is_ok() {
            self.refused = None;
        }
        let failed = result
            .as_ref()
            .err()
            .filter(|_| load == Load::Start)
            .map(sentence);
        let is_loaded = result.is_ok();
        self.browse.loaded(generation, load, result, &mut self.effects);
        self.look_for_marks(is_loaded);
        // While it is typed, it stands there until something else is.
        let is_told = self.browse.rows.is_empty() || self.refused_filter().is_some();
        if let Some(why) = failed.filter(|_| !is_told) {
            self.say(Tone::Failed, why);
        }
    }

    fn clipboard_cleared(&mut self, cleared: &Cleared) {
        match cleared {
            Cleared::Cleared => self.say(Tone::Note, "The secret was cleared from the clipboard."),
            Cleared::NoAnswer => self.say(
                Tone::Failed,
                "The display doesn't answer: the secret may still be in the clipboard.",
            ),
            Cleared::NotOurs | Cleared::NothingCopied => {}
        }
    }

    /// The stream of events is open: whatever happened before may have been missed.
    fn connected(&mut self) {
        self.event_stream(EventStream::Live);
        self.missed_some()
    }

    /// There is no stream to tell of changes, so that what is shown is read again.
    fn polling(&mut self, why: &Error) {
        let is_new = !matches!(self.connection, EventStream::Polling);
        self.event_stream(EventStream::Polling);
        self.missed_some();
        if is_new {
            let text = format!("{} Changes are shown every few seconds.", sentence(why));
            self.say(Tone::Note, text);
        }
    }

    /// Everything may have changed, the user's role too.
    fn missed_some(&mut self) {
        self.effects.push(Effect::LoadMe);
        // Where nothing tells of changes, they are looked for among the rows alone.
        if !matches!(self.connection, EventStream::Polling) {
            self.marks.doubt_all();
        }
        match self.browse.body() {
            super::Body::Failed(_) => self.browse.requery(&mut self.effects),
            _ => self.browse.refresh(&mut self.effects),
        }
        self.count_aside();
        self.refresh_list();
        self.reload_keys_in_dialogs();
        self.await_rest();
    }

    /// The server says how things stand since.
    pub(super) fn end_passed(&mut self) {
        self.browse.refresh(&mut self.effects);
        self.count_aside();
        self.reload_keys_in_dialogs();
        self.await_rest();
    }

    fn on_key_event(&mut self, event: KeyEvent) {
        match event.kind {
            KeyEventKind::Revoked => self.key_gone(event.key),
            KeyEventKind::Created | KeyEventKind::Edited => {
                self.marks.doubt(event.key);
                self.browse.refresh(&mut self.effects)
            }
        }
        self.count_aside();
        self.refresh_list();
        self.reload_keys_in_dialogs();
        self.was_touched(event.key);
    }

    /// A key says whether its project is deployed.
    fn others_changed(&mut self, about: Part) {
        let screen = match about {
            Part::Projects => {
                self.browse.refresh(&mut self.effects);
                Screen::Projects
            }
            Part::People => {
                self.reload_keys_in_dialogs();
                Screen::People
            }
            Part::Activity => Screen::Activity,
        };
        if self.screen == screen || self.screen == Screen::Activity {
            self.refresh_list();
        }
    }

    /// A refusal is shown in the form; where that was left, nobody waits for it.
    fn created(&mut self, result: Result<Box<Created>, Error>) {
        let Ok(created) = result else {
            return;
        };
        let Created { key, secret, .. } = *created;
        let id = key.id;
        let new = NewSecret::new(SecretOf::Key(Box::new(key)), secret);
        let new = match std::mem::take(&mut self.creates_first) {
            true => new.copying_at_once(),
            false => new,
        };
        self.open(new);
        self.jump_to(id);
    }

    fn edited(&mut self, id: Uuid, result: Result<Box<Key>, Error>) {
        let key = match result {
            Ok(key) => *key,
            Err(error) if error.is_gone() => return self.key_gone(id),
            Err(_) => return,
        };
        let before = self.selected().filter(|before| before.id == id);
        let is_end_new = before.is_some_and(|before| before.settings.expires_at != key.settings.expires_at);
        let text = saved_words(&key, is_end_new, &self.moment.zone);
        self.browse.rows.update(key);
        self.say(Tone::Done, text);
        self.browse.refresh(&mut self.effects);
    }

    fn revealed(&mut self, id: Uuid, purpose: Purpose, result: Result<Secret, Error>) {
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
                self.effects
                    .push(Effect::After(SECRET_TTL, Timer::HideSecret(number)))
            }
            (Purpose::Show, Ok(_)) => {}
            // Of several, the one that was asked for last is the one that is wanted.
            (Purpose::Copy, Ok(secret)) => {
                let asked = self.copying.clone().filter(|subject| subject.id == id);
                let copy = |subject| Effect::Copy { subject, secret };
                self.effects.extend(asked.map(copy));
            }
            (_, Err(error)) => {
                let gone = error.is_gone();
                self.say(Tone::Failed, sentence(&error));
                if gone {
                    self.key_gone(id);
                }
            }
        }
    }

    fn copied(&mut self, subject: NamedId, route: Route) {
        let name = subject.name;
        match route {
            Route::Clipboard => {
                self.last_copy = self.next_number();
                let clear = Effect::After(SECRET_TTL, Timer::ClearClipboard(self.last_copy));
                let text =
                    format!("Copied the secret of “{name}”. It is cleared from the clipboard in 30 seconds.");
                self.say(Tone::Done, text);
                self.effects.push(clear);
            }
            Route::Terminal | Route::OuterTmux => {
                self.say(Tone::Note, sent(&format!("the secret of “{name}”"), &route))
            }
            Route::Failed(why) => self.say(Tone::Failed, sentence(&format!("not copied: {why}"))),
        }
    }

    /// It stays in the clipboard: where a secret was before, that is gone.
    fn id_copied(&mut self, subject: &NamedId, route: &Route) {
        let name = &subject.name;
        match route {
            Route::Clipboard => {
                self.last_copy = self.next_number();
                self.say(Tone::Done, format!("Copied the id of “{name}”."));
            }
            Route::Terminal | Route::OuterTmux => {
                self.say(Tone::Note, sent(&format!("the id of “{name}”"), route))
            }
            Route::Failed(why) => self.say(Tone::Failed, sentence(&format!("not copied: {why}"))),
        }
    }
}

/// No more than is known of it.
fn sent(what: &str, route: &Route) -> String {
    match route {
        Route::OuterTmux => format!(
            "Sent {what} to the tmux around this one, which takes it only with set-clipboard on; whether it arrived can't be known."
        ),
        _ => format!("Sent {what} to the terminal (OSC 52); whether it arrived can't be known."),
    }
}

/// What was saved; an end of its own, as the server took it.
fn saved_words(key: &Key, is_end_new: bool, zone: &TimeZone) -> String {
    let (name, hint) = (&key.name, &key.hint);
    match (is_end_new, key.settings.expires_at) {
        (false, _) => format!("Saved “{name}” ({hint}). The change applies from the next check."),
        (true, None) => format!("Saved “{name}” ({hint}). It never expires."),
        (true, Some(at)) => {
            format!(
                "Saved “{name}” ({hint}). It is valid until {}.",
                expiry::told(at, zone)
            )
        }
    }
}
