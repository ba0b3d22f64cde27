//! The names of the people and projects that keys are of: asked for apart, once each, since joined to every key
//! they would take longer than the page; and remembered for the next page as long as nothing was changed in
//! between, on whichever server. Who reads keys reads with them which change was the newest.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::try_join;

use super::db::{Db, values};
use super::key_row::StoredKey;
use super::row::Record;
use super::{KeyRecord, StoreError, StoreResult};
use crate::api::{PersonRef, ProjectRef};

/// The most names of each kind that are remembered.
const MOST: usize = 4096;

/// What is known of the time after a change and before the next.
#[derive(Clone, Default)]
pub struct Names {
    /// The number of its row of the log; `None` where the log has lost it, and then nothing is remembered.
    change: Option<i64>,
    people: HashMap<i64, PersonRef>,
    projects: HashMap<i64, ProjectRef>,
}

/// Names that were asked for before.
#[derive(Default)]
pub struct Remembered(Mutex<Arc<Names>>);

impl Remembered {
    /// All names that these keys need, read after this change. Both questions are on their way at once.
    pub async fn names(
        &self,
        db: &impl Db,
        change: Option<i64>,
        keys: &[StoredKey],
    ) -> StoreResult<Arc<Names>> {
        let known = self.since(change);
        let of_key = |key: &StoredKey| [Some(key.creator), key.disabled_by(), key.revoked_by()];
        let people = missing(&known.people, keys.iter().flat_map(of_key).flatten());
        let projects = missing(&known.projects, keys.iter().filter_map(|key| key.project));
        if people.is_empty() && projects.is_empty() {
            return Ok(known);
        }
        let (people, projects) = try_join!(named(db, "users", people), named(db, "projects", projects))?;
        let mut names = Arc::unwrap_or_clone(known);
        names.people.extend(people);
        names.projects.extend(projects);
        let names = Arc::new(names);
        self.keep(&names);
        Ok(names)
    }

    /// What is remembered of the time after this change.
    fn since(&self, change: Option<i64>) -> Arc<Names> {
        let held = self.lock();
        if change.is_some() && held.change == change && held.people.len().max(held.projects.len()) <= MOST {
            return held.clone();
        }
        Arc::new(Names {
            change,
            ..Names::default()
        })
    }

    /// They were read after the look at the newest change: when there was another in between, nobody who comes later
    /// finds them.
    fn keep(&self, names: &Arc<Names>) {
        let mut held = self.lock();
        if held.change <= names.change {
            *held = names.clone();
        }
    }

    /// What the lock guards is replaced as a whole, so a panic elsewhere spoils nothing.
    fn lock(&self) -> MutexGuard<'_, Arc<Names>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Names {
    /// A key, with what its numbers stand for.
    pub fn record(&self, key: StoredKey) -> StoreResult<KeyRecord> {
        let creator = name(&self.people, key.creator)?;
        let project = key.project.map(|seq| name(&self.projects, seq)).transpose()?;
        let person = |seq: Option<i64>| seq.map(|seq| name(&self.people, seq)).transpose();
        let others = [person(key.disabled_by())?, person(key.revoked_by())?];
        Ok(key.record(creator, project, others))
    }
}

/// Those of the numbers that are not known, once each.
fn missing<T>(known: &HashMap<i64, T>, numbers: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut numbers: Vec<i64> = numbers.filter(|seq| !known.contains_key(seq)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

async fn named<D: Db, T: Record + Send>(db: &D, table: &str, seqs: Vec<i64>) -> StoreResult<HashMap<i64, T>> {
    if seqs.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT t.seq, {} FROM {table} AS t WHERE {}",
        T::columns("t"),
        D::DIALECT.among("t.seq")
    );
    let named: Vec<(i64, T)> = db.all(&sql, values![seqs]).await?;
    Ok(named.into_iter().collect())
}

fn name<T: Clone>(known: &HashMap<i64, T>, seq: i64) -> StoreResult<T> {
    let found = known.get(&seq).cloned();
    found.ok_or_else(|| StoreError::Fault(format!("nobody and nothing has the number {seq}")))
}
