//! Removals of people who have very many keys: they are finished in portions, between which other changes have their
//! turn, whether or not somebody waits for the answer; after a crash by the next server, or by another replica.

pub mod progress;
pub mod worker;

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use uuid::Uuid;

/// The removals that this server finishes.
#[derive(Default)]
pub struct Removals {
    mine: Mutex<BTreeSet<Uuid>>,
    wake: Notify,
}

impl Removals {
    pub fn take_on(&self, person: Uuid) {
        self.lock().insert(person);
        self.wake.notify_one();
    }

    fn first(&self) -> Option<Uuid> {
        self.lock().first().copied()
    }

    fn done(&self, person: Uuid) {
        self.lock().remove(&person);
    }

    /// What the lock guards is whole at every instruction, so a panic elsewhere does no harm.
    fn lock(&self) -> MutexGuard<'_, BTreeSet<Uuid>> {
        self.mine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
