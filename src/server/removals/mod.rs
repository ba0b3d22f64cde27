//! Removals of people who have very many keys, and plans of many keys: they are finished in portions, between which other
//! changes have their turn, whether or not somebody waits for the answer; after a crash by the next server, or by another
//! replica.

pub mod progress;
pub mod worker;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use uuid::Uuid;

/// What is finished in portions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InPortions {
    /// Of this person.
    Removal(Uuid),
    Plan(Uuid),
}

impl fmt::Display for InPortions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InPortions::Removal(person) => write!(f, "the removal of {person}"),
            InPortions::Plan(id) => write!(f, "the plan {}", id.simple()),
        }
    }
}

/// What this server finishes.
#[derive(Default)]
pub struct Removals {
    mine: Mutex<BTreeSet<InPortions>>,
    wake: Notify,
}

impl Removals {
    pub fn take_on(&self, work: InPortions) {
        self.lock().insert(work);
        self.wake.notify_one();
    }

    /// Each of them once.
    fn all(&self) -> Vec<InPortions> {
        self.lock().iter().copied().collect()
    }

    fn done(&self, work: InPortions) {
        self.lock().remove(&work);
    }

    /// What the lock guards is whole at every instruction, so a panic elsewhere does no harm.
    fn lock(&self) -> MutexGuard<'_, BTreeSet<InPortions>> {
        self.mine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
