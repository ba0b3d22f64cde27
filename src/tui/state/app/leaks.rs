//! Reports of leaked keys, as they stand above the table until somebody has decided.

use uuid::Uuid;

use super::App;
use crate::api::Leak;
use crate::client::Error;
use crate::tui::dialogs::LeakDialog;
use crate::tui::message::{Effect, LifecycleRequest};
use crate::tui::state::Tone;
use crate::tui::state::notice::sentence;

impl App {
    pub(super) fn read_leaks(&mut self) {
        let number = self.next_number();
        if self.leaks.ask(number) {
            self.effects
                .push(Effect::Lifecycle(LifecycleRequest::ReadLeaks { number }));
        }
    }

    /// The table has a line less while some are undecided.
    pub(super) fn leaks_read(&mut self, number: u64, result: Result<Vec<Leak>, Error>) {
        if self.leaks.read(number, result) {
            self.read_leaks();
        }
        let (width, height) = self.terminal_size;
        self.resize(width, height);
    }

    /// A refusal is shown in the dialog that asked.
    pub(super) fn leak_decided(&mut self, id: Uuid, result: Result<Box<Leak>, Error>) {
        match result {
            Ok(leak) => {
                let key = &leak.key;
                let text = format!(
                    "Dismissed the report about “{}” ({}), which is {}.",
                    key.name,
                    key.hint,
                    key.state.as_str()
                );
                self.say(Tone::Done, text);
                self.show_changed(leak.key.clone());
            }
            Err(error) => {
                tracing::debug!(%id, "a report was not decided about");
                self.say(Tone::Failed, sentence(&error));
            }
        }
        self.read_leaks();
    }

    pub(super) fn open_leaks(&mut self) {
        let reports = self.leaks.reports().to_vec();
        if let Some(dialog) = LeakDialog::new(reports, self.deck.read_only) {
            self.open(dialog);
        }
    }
}
