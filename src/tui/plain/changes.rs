//! What others did to keys since that was told last: a burst of events is one sentence.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::api::KeyEventKind;
use crate::tui::message::{LifecycleReply, MarksReply, Message};
use crate::tui::state::App;

#[derive(Debug, Default)]
pub struct Changes {
    theirs: HashMap<Uuid, (KeyEventKind, Option<String>)>,
    /// What one did oneself, of which the event is still to come.
    ours: HashSet<Uuid>,
}

impl Changes {
    /// To be told before the state is: a key that goes has a name now.
    pub fn note(&mut self, message: &Message, app: &App) {
        match message {
            Message::Deck(event) if self.ours.remove(&event.key) => {}
            Message::Deck(event) => {
                let mut keys = app.browse.rows.keys();
                let name = keys.find(|key| key.id == event.key).map(|key| key.name.clone());
                self.theirs.insert(event.key, (event.kind, name));
            }
            Message::Created { result: Ok(created) } => self.did(created.key.id),
            Message::Edited { id, result: Ok(_) } | Message::Revoked { id, result: Ok(_) } => self.did(*id),
            Message::OfLifecycle(reply) => self.did_in_its_life(reply),
            // Told by the plan, however many there are.
            Message::OfMarks(MarksReply::Committing { .. } | MarksReply::Committed { .. }) => {
                self.theirs.clear();
            }
            _ => {}
        }
    }

    fn did_in_its_life(&mut self, reply: &LifecycleReply) {
        match reply {
            LifecycleReply::Disabled { id, result: Ok(_) }
            | LifecycleReply::Enabled { id, result: Ok(_) }
            | LifecycleReply::Extended { id, result: Ok(_) }
            | LifecycleReply::Rotated { id, result: Ok(_) }
            | LifecycleReply::Finished {
                id, result: Ok(_), ..
            } => self.did(*id),
            _ => {}
        }
    }

    fn did(&mut self, id: Uuid) {
        if self.theirs.remove(&id).is_none() {
            self.ours.insert(id);
        }
    }

    /// `5 keys changed.`, once.
    pub fn take_words(&mut self) -> Option<String> {
        let theirs = std::mem::take(&mut self.theirs);
        let words = match theirs.len() {
            0 => return None,
            1 => {
                let (kind, name) = theirs.into_values().next()?;
                let key = name.map_or_else(|| "A key".to_owned(), |name| format!("“{name}”"));
                match kind {
                    KeyEventKind::Created => "A key was created.".into(),
                    KeyEventKind::Edited => format!("{key} was changed."),
                    KeyEventKind::Revoked => format!("{key} was revoked."),
                }
            }
            keys => format!("{keys} keys changed."),
        };
        Some(words)
    }
}
