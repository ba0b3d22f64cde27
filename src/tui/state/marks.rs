//! Marked keys, to all of which one action is done. A mark is a key's id: it stays with the key through sorts and
//! refreshes, and goes with it. What is marked and not among the keys that are shown is counted, so that nothing is done
//! to a key that nobody sees.

mod range;

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::api::{Key, KeyFilter, MAX_PLANNED};
use crate::tui::message::{MarkedKey, Whereabouts};

/// Whether a marked key is among those that the filter lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Unknown,
    Shown,
    NotShown,
}

/// How it is found out where marked keys are of which that is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Check {
    /// Rows are on their way, which may show them.
    #[default]
    AwaitsRows,
    /// The rows don't show them: it has to be asked.
    Wanted,
    /// By the question of this number.
    Asked(u64),
    Failed,
}

#[derive(Debug)]
struct Mark {
    key: MarkedKey,
    place: Place,
}

/// Keys that are marked while the selection moves: all from the one where it began.
#[derive(Debug)]
struct Range {
    /// In the order of the list, the first is where it began; each with whether it was not marked before.
    keys: Vec<(MarkedKey, bool)>,
    /// The cursor of the row where it began.
    cursor: String,
}

/// Keys to mark are on their way.
#[derive(Debug, Clone, Copy)]
struct Walk {
    /// Of the question that brings them.
    number: u64,
    so_far: usize,
    is_backward: bool,
}

#[derive(Debug, Default)]
pub struct Marks {
    marks: HashMap<Uuid, Mark>,
    /// How many are not shown, and of how many that is not known.
    hidden: usize,
    unknown: usize,
    /// What lets the keys through that are shown.
    filter: KeyFilter,
    range: Option<Range>,
    walk: Option<Walk>,
    /// The question of this number, which a form asks, brings a plan.
    plan: Option<u64>,
    check: Check,
}

impl Marks {
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    pub fn contains(&self, id: Uuid) -> bool {
        self.marks.contains_key(&id)
    }

    /// Those that the filter doesn't let through; of which it can't be found out, are among them.
    pub fn hidden(&self) -> usize {
        match self.check {
            Check::Failed => self.hidden + self.unknown,
            _ => self.hidden,
        }
    }

    /// Whether it is being found out which of them are shown.
    pub fn is_checking(&self) -> bool {
        self.unknown > 0 && self.check != Check::Failed
    }

    /// In an order that doesn't change.
    pub fn ids(&self) -> Vec<Uuid> {
        let mut ids: Vec<Uuid> = self.marks.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// Those that are not shown, by name.
    pub fn hidden_keys(&self) -> Vec<&MarkedKey> {
        let hidden = self.marks.values().filter(|mark| mark.place != Place::Shown);
        let mut keys: Vec<_> = hidden.map(|mark| &mark.key).collect();
        keys.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        keys
    }

    /// Of which it isn't known whether they are shown.
    pub fn unknown_ids(&self) -> Vec<Uuid> {
        let unknown = self.marks.iter().filter(|(_, mark)| mark.place == Place::Unknown);
        let mut ids: Vec<Uuid> = unknown.map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids
    }

    /// Marks a key that is shown, or takes its mark away; `false` when there is no room for another mark.
    pub fn toggle(&mut self, key: &Key) -> bool {
        if self.marks.remove(&key.id).is_none() {
            if self.marks.len() >= MAX_PLANNED {
                return false;
            }
            self.insert(MarkedKey::from(key));
        }
        self.recount();
        true
    }

    /// Marks keys that are shown, as many as there is room for; how many were not marked before.
    pub fn add(&mut self, keys: impl IntoIterator<Item = MarkedKey>) -> usize {
        let before = self.marks.len();
        for key in keys {
            if self.marks.len() < MAX_PLANNED || self.contains(key.id) {
                self.insert(key);
            }
        }
        self.recount();
        self.marks.len() - before
    }

    fn insert(&mut self, key: MarkedKey) {
        let place = Place::Shown;
        self.marks.insert(key.id, Mark { key, place });
    }

    /// The key is gone.
    pub fn remove(&mut self, id: Uuid) {
        if let Some(range) = &mut self.range {
            range.keys.retain(|(key, _)| key.id != id);
        }
        self.range.take_if(|range| range.keys.is_empty());
        match self.marks.remove(&id).map(|mark| mark.place) {
            Some(Place::Unknown) => self.unknown -= 1,
            Some(Place::NotShown) => self.hidden -= 1,
            Some(Place::Shown) | None => {}
        }
    }

    /// Drops all marks, but not what is being asked.
    pub fn clear(&mut self) {
        self.keep(&[]);
    }

    /// Only these stay marked, where they are.
    pub fn keep(&mut self, ids: &[Uuid]) {
        self.range = None;
        self.marks.retain(|id, _| ids.contains(id));
        self.recount();
    }

    /// Drops the marks of keys that are not shown; how many these were.
    pub fn drop_hidden(&mut self) -> usize {
        let before = self.marks.len();
        self.marks.retain(|_, mark| mark.place == Place::Shown);
        self.recount();
        before - self.marks.len()
    }

    /// A form asks for a plan by the question of this number.
    pub fn await_plan(&mut self, number: u64) {
        self.plan = Some(number);
    }

    /// Whether it is this plan.
    pub fn takes_plan(&mut self, number: u64) -> bool {
        self.plan.take_if(|plan| *plan == number).is_some()
    }

    fn recount(&mut self) {
        let count = |place| self.marks.values().filter(|mark| mark.place == place).count();
        (self.hidden, self.unknown) = (count(Place::NotShown), count(Place::Unknown));
    }
}

/// Which of them are shown.
impl Marks {
    /// Anything may have changed: nothing is known of any mark.
    pub fn doubt_all(&mut self) {
        self.check = Check::AwaitsRows;
        for mark in self.marks.values_mut() {
            mark.place = Place::Unknown;
        }
        (self.hidden, self.unknown) = (0, self.marks.len());
    }

    /// A key was changed, and may no longer be shown, or again.
    pub fn doubt(&mut self, id: Uuid) {
        let Some(mark) = self.marks.get_mut(&id) else {
            return;
        };
        match std::mem::replace(&mut mark.place, Place::Unknown) {
            Place::Unknown => {}
            Place::Shown => self.unknown += 1,
            Place::NotShown => (self.hidden, self.unknown) = (self.hidden - 1, self.unknown + 1),
        }
        // What is being asked may be answered by what was before.
        self.check = Check::AwaitsRows;
    }

    /// These rows are shown of what this filter lets through; `complete`: and no others.
    pub fn saw<'a>(&mut self, filter: &KeyFilter, rows: impl Iterator<Item = &'a Key>, complete: bool) {
        if self.filter != *filter {
            self.filter = filter.clone();
            (self.range, self.walk) = (None, None);
            self.doubt_all();
        }
        if self.is_empty() {
            return;
        }
        let mut shown = HashSet::new();
        for key in rows {
            if let Some(mark) = self.marks.get_mut(&key.id) {
                mark.key = MarkedKey::from(key);
                mark.place = Place::Shown;
                shown.insert(key.id);
            }
        }
        if complete {
            let others = self.marks.iter_mut().filter(|(id, _)| !shown.contains(id));
            let missed = others.filter(|(_, mark)| mark.place == Place::Shown);
            missed.for_each(|(_, mark)| mark.place = Place::Unknown);
        }
        self.recount();
        if !matches!(self.check, Check::Asked(_)) {
            self.check = Check::Wanted;
        }
    }

    /// Rows could not be loaded.
    pub fn saw_nothing(&mut self) {
        self.check = Check::Failed;
    }

    /// Whether it has to be asked where those are of which that isn't known.
    pub fn wants_check(&self) -> bool {
        self.unknown > 0 && self.check == Check::Wanted
    }

    /// It is asked, by the question of this number.
    pub fn begin_check(&mut self, number: u64) {
        self.check = Check::Asked(number);
    }

    /// Takes what was found out; nothing where that failed, or is no longer asked.
    pub fn checked(&mut self, number: u64, found: Option<Vec<(Uuid, Whereabouts)>>) {
        if self.check != Check::Asked(number) {
            return;
        }
        self.check = Check::Failed;
        for (id, whereabouts) in found.unwrap_or_default() {
            let place = match whereabouts {
                Whereabouts::Shown => Place::Shown,
                Whereabouts::NotShown => Place::NotShown,
                Whereabouts::Gone => {
                    self.marks.remove(&id);
                    continue;
                }
            };
            if let Some(mark) = self.marks.get_mut(&id) {
                mark.place = place;
            }
        }
        self.recount();
    }
}
