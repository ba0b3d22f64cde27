//! How a page is read by keyset: from a place backward and from it forward, never by counting rows.

use super::{KeyQuery, KeyRecord, KeySlice, Place, Position};

/// Along the order of the query, or against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Forward,
    Backward,
}

/// Where reading starts.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    pub place: &'a Place,
    pub inclusive: bool,
}

impl Start<'_> {
    /// The comparison between a row's columns and the place.
    pub fn sign(self, ascending: bool) -> &'static str {
        match (ascending, self.inclusive) {
            (true, false) => ">",
            (true, true) => ">=",
            (false, false) => "<",
            (false, true) => "<=",
        }
    }
}

/// At most `limit` keys one way; of none is only asked whether there is one.
#[derive(Debug, Clone, Copy)]
pub struct RangeRead<'a> {
    /// `None`: from the end.
    pub start: Option<Start<'a>>,
    pub way: Way,
    pub limit: usize,
}

impl RangeRead<'_> {
    pub fn is_look(self) -> bool {
        self.limit == 0
    }
}

/// The keys that were read one way, nearest first, and whether there are more.
#[derive(Debug, Default)]
pub struct Run {
    pub keys: Vec<(KeyRecord, Place)>,
    pub more: bool,
}

/// A page: what lies before it or its first part, and the rest. `None`: nothing is there.
#[derive(Debug, Clone, Copy)]
pub struct RangeReads<'a> {
    pub backward: Option<RangeRead<'a>>,
    pub forward: Option<RangeRead<'a>>,
}

impl<'a> RangeReads<'a> {
    /// `middle` is the place of the key that [`Position::Around`] names.
    pub fn of(position: &'a Position, middle: Option<&'a Place>, limit: usize) -> Self {
        let read = |way, place, inclusive, limit| {
            Some(RangeRead {
                start: Some(Start { place, inclusive }),
                way,
                limit,
            })
        };
        let whole = |way| {
            Some(RangeRead {
                start: None,
                way,
                limit,
            })
        };
        let (before, after) = (Way::Backward, Way::Forward);
        let (backward, forward) = match (position, middle) {
            (Position::Start, _) => (None, whole(after)),
            (Position::End, _) => (whole(before), None),
            (Position::After(place), _) => (read(before, place, true, 0), read(after, place, false, limit)),
            (Position::At(place), _) => (read(before, place, false, 0), read(after, place, true, limit)),
            (Position::Before(place), _) => (read(before, place, false, limit), read(after, place, true, 0)),
            (Position::Around(_), Some(place)) => (
                // Of the rest only as many are kept as there is room for.
                read(before, place, false, limit / 2),
                read(after, place, true, limit),
            ),
            (Position::Around(_), None) => (None, None),
        };
        Self { backward, forward }
    }
}

impl Run {
    /// Keeps as many as were asked for; one more tells that there are more.
    pub fn of(mut keys: Vec<(KeyRecord, Place)>, limit: usize) -> Self {
        let more = keys.len() > limit;
        keys.truncate(limit);
        Self { keys, more }
    }

    /// Of where it was only looked.
    pub fn unread(more: bool) -> Self {
        Self {
            keys: Vec::new(),
            more,
        }
    }
}

impl KeyQuery {
    /// What comes after this page; `None` when it is the last one.
    pub fn continued_after(self, page: &KeySlice) -> Option<Self> {
        let (_, place) = page.items.last().filter(|_| page.more_after)?;
        Some(Self {
            position: Position::After(place.clone()),
            ..self
        })
    }
}

impl KeySlice {
    pub fn into_keys(self) -> Vec<KeyRecord> {
        self.items.into_iter().map(|(key, _)| key).collect()
    }

    /// A page of at most `limit` keys.
    pub fn of(backward: Run, forward: Run, limit: usize) -> Self {
        let mut items = backward.keys;
        items.reverse();
        items.extend(forward.keys);
        let more_after = forward.more || items.len() > limit;
        items.truncate(limit);
        let is_something = !items.is_empty();
        Self {
            items,
            more_before: is_something && backward.more,
            more_after: is_something && more_after,
        }
    }
}
