//! What becomes of a key between its creation and its end: it is disabled and enabled, given another end, and rotated.

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::App;
use crate::api::{KeptToken, Key, Rotated};
use crate::client::Error;
use crate::model::{Scope, expiry};
use crate::tui::dialogs::{Confirmation, NewSecret, RotationDialog, SecretOf, disable, rotate, set_expiry};
use crate::tui::message::{Effect, LifecycleReply, LifecycleRequest};
use crate::tui::state::Tone;
use crate::tui::state::command::About;
use crate::tui::state::notice::sentence;

impl App {
    pub(super) fn open_disable(&mut self) {
        if let Some(sheet) = self.selected().map(disable::open) {
            self.open(sheet);
        }
    }

    pub(super) fn open_set_expiry(&mut self) {
        if let Some(sheet) = self.selected().map(set_expiry::open) {
            self.open(sheet);
        }
    }

    /// A key that is being rotated has to be decided about first.
    pub(super) fn open_rotate(&mut self) {
        match self.selected() {
            Some(key) if key.rotation.is_some() => {
                let dialog = RotationDialog::new(key.clone());
                self.open(dialog);
            }
            Some(key) => {
                let sheet = rotate::open(key);
                self.open(sheet);
            }
            None => {}
        }
    }

    /// Whoever disabled it may have had a reason.
    pub(super) fn ask_to_enable(&mut self) {
        let Some(key) = self.selected() else {
            return;
        };
        let by = key.disabled.as_ref().map_or_else(String::new, |disabled| {
            let why = disabled.reason.as_ref();
            let why = why.map_or_else(String::new, |reason| format!(", with the reason: {reason}"));
            format!(" It was disabled by {}{why}", disabled.by.email)
        });
        let text = format!(
            "Enable “{}”? Requests with it are allowed again from the next check.{by}",
            key.name
        );
        let which = format!("{} · id {}", key.hint, key.id);
        let question = Confirmation::new(About::EnableKey(key.id), text, "Cancel", "Enable");
        self.open(question.which(Some(which)));
    }

    /// Asks how many keys expire soon, and how many are revoked.
    pub(super) fn count_aside(&mut self) {
        self.count_expiring();
        self.count_revoked();
        self.read_leaks();
    }

    fn count_expiring(&mut self) {
        let number = self.next_number();
        if self.expiring.ask(number) {
            self.effects
                .push(Effect::Lifecycle(LifecycleRequest::CountExpiring { number }));
        }
    }

    fn count_revoked(&mut self) {
        let number = self.next_number();
        if self.revoked_count.ask(number) {
            self.effects
                .push(Effect::Lifecycle(LifecycleRequest::CountRevoked { number }));
        }
    }

    pub(super) fn lifecycle_replied(&mut self, reply: LifecycleReply) {
        match reply {
            LifecycleReply::Disabled { id, result } => self.key_changed(id, result, disabled_words),
            LifecycleReply::Enabled { id, result } => self.key_changed(id, result, |key| {
                format!(
                    "Enabled “{}” ({}). It is allowed again from the next check.",
                    key.name, key.hint
                )
            }),
            LifecycleReply::Rotated { id, result } => self.rotated(id, result),
            LifecycleReply::Extended { id, result } => {
                let zone = self.moment.zone.clone();
                self.key_changed(id, result, |key| extended_words(key, &zone));
            }
            LifecycleReply::Finished { id, keep, result } => {
                self.key_changed(id, result, |key| finished_words(key, keep));
            }
            // Of a dialog that is gone.
            LifecycleReply::Read { .. } => {}
            LifecycleReply::ExpiringCounted { number, result } => {
                if self.expiring.counted(number, result) {
                    self.count_expiring();
                }
            }
            LifecycleReply::LeaksRead { number, result } => self.leaks_read(number, result),
            LifecycleReply::LeakDecided { id, result } => self.leak_decided(id, result),
            LifecycleReply::RevokedCounted { number, result } => {
                if self.revoked_count.counted(number, result) {
                    self.count_revoked();
                }
            }
        }
    }

    /// A refusal in a dialog is shown there.
    fn key_changed(&mut self, id: Uuid, result: Result<Box<Key>, Error>, words: impl Fn(&Key) -> String) {
        match result {
            Ok(key) => {
                let text = words(&key);
                self.say(Tone::Done, text);
                self.show_changed(*key);
            }
            Err(error) => {
                self.say(Tone::Failed, sentence(&error));
                match error.is_gone() {
                    true => self.key_gone(id),
                    false => self.browse.refresh(&mut self.effects),
                }
            }
        }
    }

    /// The secret on the screen is that of the old token now.
    fn rotated(&mut self, id: Uuid, result: Result<Box<Rotated>, Error>) {
        let rotated = match result {
            Ok(rotated) => *rotated,
            Err(error) => return self.key_changed(id, Err(error), |_| String::new()),
        };
        let Rotated { key, secret } = rotated;
        self.hide_secret();
        self.show_changed(key.clone());
        self.open(NewSecret::new(SecretOf::RotatedKey(Box::new(key)), secret));
    }

    pub(super) fn show_changed(&mut self, key: Key) {
        let id = key.id;
        self.browse.rows.update(key);
        self.browse.refresh(&mut self.effects);
        self.was_touched(id);
    }
}

fn disabled_words(key: &Key) -> String {
    let sessions = match key.scope {
        Scope::Web | Scope::Mobile => " Sessions that have begun may go on for 30 minutes.",
        Scope::Analytics => "",
    };
    format!(
        "Disabled “{}” ({}). It is refused from now on.{sessions}",
        key.name, key.hint
    )
}

fn extended_words(key: &Key, zone: &TimeZone) -> String {
    let until = key.rotation.as_ref().map_or_else(String::new, |rotation| {
        format!(" until {}", expiry::told(rotation.ends_at, zone))
    });
    format!("The old token of “{}” is valid{until}.", key.name)
}

fn finished_words(key: &Key, keep: KeptToken) -> String {
    match keep {
        KeptToken::New => format!(
            "Ended the rotation of “{}”. Its old token is refused from now on.",
            key.name
        ),
        KeptToken::Old => format!(
            "Cancelled the rotation of “{}”. It has its old token again, and the new one is refused.",
            key.name
        ),
    }
}
