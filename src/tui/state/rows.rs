//! The window of rows that the table holds: a contiguous stretch of the organisation's keys in the
//! server's order, with a selection that belongs to a key, not to a line.

use std::collections::VecDeque;

use uuid::Uuid;

use crate::api::{Key, KeyPage, KeyRow};

/// Rows that are kept at most; those farthest from the screen go first.
const MOST_ROWS: usize = 600;

/// What is selected after rows were replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Select {
    First,
    Last,
    /// This key, or where it was when it is gone.
    Key(Uuid),
    /// Whatever is now at the same place of the screen.
    SamePlace,
}

#[derive(Debug, Default)]
pub struct Rows {
    rows: VecDeque<KeyRow>,
    more_before: bool,
    more_after: bool,
    selected: usize,
    /// The first row on the screen.
    top: usize,
    /// Rows that fit on the screen; at least 1.
    height: usize,
    /// How many keys stand before the first row, while that is known.
    before: Option<u64>,
    /// What a move lacked at the edge of the rows; it goes on when more are there. A screen at most.
    owed: isize,
}

impl Rows {
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn more_before(&self) -> bool {
        self.more_before
    }

    pub fn more_after(&self) -> bool {
        self.more_after
    }

    /// Whether there are no others.
    pub fn are_all(&self) -> bool {
        !self.more_before && !self.more_after
    }

    pub fn selected(&self) -> Option<&KeyRow> {
        self.rows.get(self.selected)
    }

    /// Whether one of those that are here is so.
    pub fn any(&self, is: impl Fn(&crate::api::Key) -> bool) -> bool {
        self.rows.iter().any(|row| is(&row.key))
    }

    pub fn contains(&self, id: Uuid) -> bool {
        self.position(id).is_some()
    }

    /// The keys that are here.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.rows.iter().map(|row| &row.key)
    }

    /// The keys from this one to that one, in this order; `None` where one of them is not here.
    pub fn between(&self, from: Uuid, to: Uuid) -> Option<Vec<&Key>> {
        let (from, to) = (self.position(from)?, self.position(to)?);
        let keys = self.rows.range(from.min(to)..=from.max(to)).map(|row| &row.key);
        Some(match from <= to {
            true => keys.collect(),
            false => keys.rev().collect(),
        })
    }

    /// The rows on the screen, each with whether it is selected.
    pub fn visible(&self) -> impl Iterator<Item = (bool, &KeyRow)> {
        let rows = self
            .rows
            .iter()
            .enumerate()
            .skip(self.top)
            .take(self.height.max(1));
        rows.map(|(index, row)| (index == self.selected, row))
    }

    /// Whether there are rows above those on the screen, and below.
    pub fn more_than_visible(&self) -> (bool, bool) {
        let below = self.top + self.height.max(1) < self.rows.len();
        (self.top > 0 || self.more_before, below || self.more_after)
    }

    /// The number (from 1) of the first row on the screen among all keys, while that is known.
    pub fn first_number(&self) -> Option<u64> {
        self.before.map(|before| before + self.top as u64 + 1)
    }

    /// The cursor of the first row, for the page before it.
    pub fn first_cursor(&self) -> Option<&str> {
        self.rows.front().map(|row| row.cursor.as_str())
    }

    /// The cursor of the last row, for the page after it.
    pub fn last_cursor(&self) -> Option<&str> {
        self.rows.back().map(|row| row.cursor.as_str())
    }

    /// Where a refresh begins: a screen above what is seen. `None`: at the very start.
    pub fn refresh_cursor(&self) -> Option<&str> {
        let anchor = self.refresh_anchor();
        (anchor > 0 || self.more_before)
            .then(|| self.rows.get(anchor).map(|row| row.cursor.as_str()))
            .flatten()
    }

    fn refresh_anchor(&self) -> usize {
        self.top.saturating_sub(self.height)
    }

    /// Whether the screen has come near the end of the rows while there are more after them.
    pub fn wants_after(&self) -> bool {
        self.more_after
            && self.selected.max(self.top + self.height) + 3 * self.height.max(10) > self.rows.len()
    }

    /// Whether the screen has come near the first row while there are more before them.
    pub fn wants_before(&self) -> bool {
        self.more_before && self.top.min(self.selected) < 3 * self.height.max(10)
    }

    pub fn set_height(&mut self, height: usize) {
        self.height = height.max(1);
        self.keep_selected_on_screen();
    }

    pub fn height(&self) -> usize {
        self.height.max(1)
    }

    /// Moves the selection by `lines`. It stops at the ends; at the edge of the rows that are here,
    /// it goes on when more have come.
    pub fn move_by(&mut self, lines: isize) {
        let last = self.rows.len().saturating_sub(1) as isize;
        let wanted = self.selected as isize + lines;
        let reached = wanted.clamp(0, last);
        let goes_on = if wanted > last {
            self.more_after
        } else {
            self.more_before
        };
        let screen = self.height() as isize;
        self.owed = if goes_on {
            (wanted - reached).clamp(-screen, screen)
        } else {
            0
        };
        self.selected = reached as usize;
        if lines.abs() >= screen {
            self.top = self.top.saturating_add_signed(lines);
        }
        self.keep_selected_on_screen();
    }

    pub fn owes_a_move(&self) -> bool {
        self.owed != 0
    }

    pub fn forget_owed(&mut self) {
        self.owed = 0;
    }

    fn pay_what_is_owed(&mut self) {
        match std::mem::take(&mut self.owed) {
            0 => {}
            owed => self.move_by(owed),
        }
    }

    /// Scrolls the screen by `lines`; the selection moves only as far as it must to stay on it.
    pub fn scroll_by(&mut self, lines: isize) {
        self.owed = 0;
        let last_top = self.rows.len().saturating_sub(self.height);
        self.top = self.top.saturating_add_signed(lines).min(last_top);
        let bottom = (self.top + self.height).saturating_sub(1);
        self.selected = self
            .selected
            .clamp(self.top, bottom)
            .min(self.rows.len().saturating_sub(1));
    }

    pub fn select_first(&mut self) {
        self.owed = 0;
        self.selected = 0;
        self.keep_selected_on_screen();
    }

    pub fn select_last(&mut self) {
        self.owed = 0;
        self.selected = self.rows.len().saturating_sub(1);
        self.keep_selected_on_screen();
    }

    /// Selects the row on this line of the screen; `false` when there is none.
    pub fn select_line(&mut self, line: usize) -> bool {
        let index = self.top + line;
        let exists = line < self.height && index < self.rows.len();
        if exists {
            self.owed = 0;
            self.selected = index;
        }
        exists
    }

    /// `false` when the key is not among the rows.
    pub fn select_id(&mut self, id: Uuid) -> bool {
        let found = self.position(id);
        if let Some(index) = found {
            self.owed = 0;
            self.selected = index;
            self.keep_selected_on_screen();
        }
        found.is_some()
    }

    /// Takes `page` in place of all rows. `before` is how many keys stand before it, if known.
    /// A move that goes on does so in them, when the same key stays selected.
    pub fn replace(&mut self, page: KeyPage, select: Select, before: Option<u64>) {
        if matches!(select, Select::First | Select::Last) {
            self.owed = 0;
        }
        let line = self.selected.saturating_sub(self.top);
        let was_at_start = self.top == 0 && !self.more_before;
        let old_index = self.selected.saturating_sub(self.refresh_anchor());
        self.more_before = page.previous.is_some();
        self.more_after = page.next.is_some();
        self.rows = page.items.into();
        self.before = before;
        let last = self.rows.len().saturating_sub(1);
        self.selected = match select {
            Select::First => 0,
            Select::Last => last,
            Select::Key(id) => self.position(id).unwrap_or(old_index).min(last),
            Select::SamePlace => old_index.min(last),
        };
        self.top = match select {
            Select::First => 0,
            _ if was_at_start && self.selected < self.height && !self.more_before => 0,
            _ => self.selected.saturating_sub(line),
        };
        self.keep_selected_on_screen();
        self.pay_what_is_owed();
    }

    pub fn append(&mut self, page: KeyPage) {
        self.more_after = page.next.is_some();
        self.rows.extend(page.items);
        let excess = self
            .rows
            .len()
            .saturating_sub(MOST_ROWS)
            .min(self.top.saturating_sub(self.height));
        self.rows.drain(..excess);
        self.more_before |= excess > 0;
        self.selected -= excess;
        self.top -= excess;
        self.before = self.before.map(|before| before + excess as u64);
        self.pay_what_is_owed();
    }

    pub fn prepend(&mut self, page: KeyPage) {
        self.more_before = page.previous.is_some();
        let added = page.items.len();
        for row in page.items.into_iter().rev() {
            self.rows.push_front(row);
        }
        self.selected += added;
        self.top += added;
        let keep = (self.top + 3 * self.height).max(MOST_ROWS);
        if self.rows.len() > keep {
            self.rows.truncate(keep);
            self.more_after = true;
        }
        let before = self.before.and_then(|before| before.checked_sub(added as u64));
        self.before = if self.more_before { before } else { Some(0) };
        self.pay_what_is_owed();
    }

    /// Takes a revoked key out; its neighbour is selected. `false` when it was not here.
    pub fn remove(&mut self, id: Uuid) -> bool {
        let Some(index) = self.position(id) else {
            return false;
        };
        self.rows.remove(index);
        if index < self.selected || self.selected == self.rows.len() {
            self.selected = self.selected.saturating_sub(1);
        }
        if index < self.top {
            self.top -= 1;
        }
        self.keep_selected_on_screen();
        true
    }

    /// Takes a key's new state immediately; the refresh that follows puts it in its place.
    pub fn update(&mut self, mut key: Key) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.key.id == key.id) {
            // An answer about one key comes without what pages alone have.
            key.week = key.week.or(row.key.week);
            if let (Some(rotation), Some(before)) = (&mut key.rotation, &row.key.rotation)
                && rotation.started_at == before.started_at
            {
                rotation.uses = rotation.uses.or(before.uses);
            }
            row.key = key;
        }
    }

    fn position(&self, id: Uuid) -> Option<usize> {
        self.rows.iter().position(|row| row.key.id == id)
    }

    fn keep_selected_on_screen(&mut self) {
        let height = self.height.max(1);
        let last_top = self.rows.len().saturating_sub(height);
        self.top = self
            .top
            .min(last_top)
            .min(self.selected)
            .max((self.selected + 1).saturating_sub(height));
    }
}
