//! Marking many keys in one go: all that the selection passes, and all that match, which the server is asked for.

use uuid::Uuid;

use super::{Marks, Range, Walk};
use crate::api::{Key, MAX_PLANNED};
use crate::tui::message::MarkedKey;

impl Marks {
    /// How many keys the range has, while there is one.
    pub fn range(&self) -> Option<usize> {
        self.range.as_ref().map(|range| range.keys.len())
    }

    pub fn begin_range(&mut self, key: &Key, cursor: &str) {
        self.range = Some(Range {
            keys: Vec::new(),
            cursor: cursor.to_owned(),
        });
        self.extend_range([MarkedKey::from(key)]);
    }

    /// What it has marked stays marked; `false` when there was none.
    pub fn end_range(&mut self) -> bool {
        self.range.take().is_some()
    }

    /// The keys at its two ends, where it began and where it has come to, and the cursor of the first.
    pub fn ends_of_range(&self) -> Option<(Uuid, Uuid, &str)> {
        let range = self.range.as_ref()?;
        let (first, last) = (range.keys.first()?, range.keys.last()?);
        Some((first.0.id, last.0.id, &range.cursor))
    }

    /// It is from now on exactly these, the first of which is where it began.
    pub fn set_range(&mut self, keys: impl IntoIterator<Item = MarkedKey>) {
        let keys: Vec<MarkedKey> = keys.into_iter().collect();
        let same = self.range.as_ref().map_or(0, |range| {
            let both = range.keys.iter().zip(&keys);
            both.take_while(|((old, _), new)| old.id == new.id).count()
        });
        self.shorten_range(same);
        self.extend_range(keys.into_iter().skip(same));
    }

    /// It is from now on the key where it began and these.
    pub fn set_rest_of_range(&mut self, keys: Vec<MarkedKey>) {
        let first = self.range.as_ref().and_then(|range| range.keys.first());
        if let Some((first, _)) = first.cloned() {
            self.set_range(std::iter::once(first).chain(keys));
        }
    }

    /// It goes back to this key of it; `false` when it is not one.
    pub fn range_back_to(&mut self, id: Uuid) -> bool {
        let keys = self.range.as_ref().map(|range| range.keys.as_slice());
        let at = keys.unwrap_or_default().iter().position(|(key, _)| key.id == id);
        if let Some(at) = at {
            self.shorten_range(at + 1);
            self.recount();
        }
        at.is_some()
    }

    /// It goes on with these.
    pub fn extend_range(&mut self, keys: impl IntoIterator<Item = MarkedKey>) {
        for key in keys {
            let is_new = !self.contains(key.id);
            if is_new && self.marks.len() >= MAX_PLANNED {
                break;
            }
            if is_new {
                self.insert(key.clone());
            }
            if let Some(range) = &mut self.range {
                range.keys.push((key, is_new));
            }
        }
        self.recount();
    }

    /// What leaves it is as it was before.
    fn shorten_range(&mut self, keep: usize) {
        let Some(range) = &mut self.range else {
            return;
        };
        for (key, is_new) in range.keys.drain(keep.min(range.keys.len())..) {
            if is_new {
                self.marks.remove(&key.id);
            }
        }
    }

    /// The question of this number brings keys to mark.
    pub fn begin_walk(&mut self, number: u64, is_backward: bool) {
        self.walk = Some(Walk {
            number,
            so_far: 0,
            is_backward,
        });
    }

    /// How many have come, while they are on their way.
    pub fn walked(&self) -> Option<usize> {
        self.walk.map(|walk| walk.so_far)
    }

    /// Whether those that are on their way are asked for from the last to the first.
    pub fn walks_backward(&self) -> Option<bool> {
        self.walk.map(|walk| walk.is_backward)
    }

    pub fn walks(&mut self, number: u64, so_far: usize) {
        if let Some(walk) = self.walk.as_mut().filter(|walk| walk.number == number) {
            walk.so_far = so_far;
        }
    }

    /// They are here; `false` when they are not waited for any more.
    pub fn end_walk(&mut self, number: u64) -> bool {
        self.walk.take_if(|walk| walk.number == number).is_some()
    }

    /// They are no longer wanted; `false` when none were on their way.
    pub fn stop_walk(&mut self) -> bool {
        self.walk.take().is_some()
    }
}
