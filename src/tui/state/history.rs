//! What a text field held before, so that changes can be undone and done again.

use tui_input::Input;

/// More than anybody takes back one by one.
const MAX_STEPS: usize = 100;

/// How a change belongs to the one before it: what was typed or deleted in one go is undone in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EditKind {
    Typing,
    Deleting,
    /// On its own.
    Whole,
}

#[derive(Debug, Clone, Default)]
pub(super) struct History {
    earlier: Vec<Input>,
    later: Vec<Input>,
    last: Option<EditKind>,
}

impl History {
    /// Notes a change of what was `before`.
    pub(super) fn changed(&mut self, before: Input, change: EditKind) {
        self.later.clear();
        let goes_on = change != EditKind::Whole && self.last == Some(change);
        if !goes_on {
            if self.earlier.len() == MAX_STEPS {
                self.earlier.remove(0);
            }
            self.earlier.push(before);
        }
        self.last = Some(change);
    }

    /// Something else was done: what is typed from now on is undone on its own.
    pub(super) fn interrupt(&mut self) {
        self.last = None;
    }

    pub(super) fn undo(&mut self, now: &Input) -> Option<Input> {
        self.last = None;
        let before = self.earlier.pop()?;
        self.later.push(now.clone());
        Some(before)
    }

    pub(super) fn redo(&mut self, now: &Input) -> Option<Input> {
        self.last = None;
        let after = self.later.pop()?;
        self.earlier.push(now.clone());
        Some(after)
    }
}
