//! Two people edited the same key: what the first changed, field by field, beside what the second
//! typed, who chooses.

mod view;

use super::key_form::KeyForm;
use crate::api::Key;
use crate::model::KeyField;
use crate::tui::keymap::{Action, Layer};
use crate::tui::state::command::DialogAnswer;
use crate::tui::state::dialog::{Context, Dialog};

/// Whose value is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Mine,
    Theirs,
}

/// A field in which the three states differ.
#[derive(Debug)]
pub struct FieldConflict {
    pub field: KeyField,
    pub label: &'static str,
    /// As it was when the form opened.
    pub before: String,
    pub mine: String,
    pub theirs: String,
    pub side: Side,
}

impl FieldConflict {
    /// Whether both changed it, and differently: the only case that needs a decision.
    pub fn is_contested(&self) -> bool {
        self.mine != self.before && self.theirs != self.before && self.mine != self.theirs
    }
}

#[derive(Debug)]
pub struct Conflict {
    /// The key as it is now.
    pub current: Box<Key>,
    pub lines: Vec<FieldConflict>,
    pub selected: usize,
}

impl Conflict {
    /// Compares the form with the key as it is now. What only they changed is theirs, what only I
    /// changed is mine; where both did, mine is proposed.
    pub fn new(form: &KeyForm, current: Box<Key>) -> Self {
        let before = form.editing.as_deref();
        let lines = KeyField::editable(form.scope())
            .map(|field| FieldConflict {
                field,
                label: field.label_of(form.scope()),
                before: before
                    .map(|key| field.in_words(&key.value(field)))
                    .unwrap_or_default(),
                mine: field.in_words(&form.value(field)),
                theirs: field.in_words(&current.value(field)),
                side: Side::Mine,
            })
            .filter(|line| line.mine != line.theirs)
            .map(|line| FieldConflict {
                side: if line.mine == line.before {
                    Side::Theirs
                } else {
                    Side::Mine
                },
                ..line
            })
            .collect();
        Self {
            current,
            lines,
            selected: 0,
        }
    }

    /// The name that the key had when the form opened: that is what was chosen to be edited.
    pub fn name(&self) -> &str {
        let changed = self.lines.iter().find(|line| line.field == KeyField::Name);
        changed.map_or(&self.current.name, |line| &line.before)
    }

    pub fn move_by(&mut self, step: isize) {
        self.selected = self
            .selected
            .saturating_add_signed(step)
            .min(self.lines.len().saturating_sub(1));
    }

    pub fn choose(&mut self, side: Side) {
        if let Some(line) = self.lines.get_mut(self.selected) {
            line.side = side;
        }
    }
}

impl Dialog for Conflict {
    fn layer(&self) -> Layer {
        Layer::Conflict
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        match action {
            Action::Up => self.move_by(-1),
            Action::Down => self.move_by(1),
            Action::Left => self.choose(Side::Mine),
            Action::Right => self.choose(Side::Theirs),
            Action::Back => cx.close(),
            Action::Submit => {
                let mine = self.lines.iter().filter(|line| line.side == Side::Mine);
                let answer = DialogAnswer::Merged {
                    current: self.current.clone(),
                    mine: mine.map(|line| line.field).collect(),
                };
                cx.close();
                cx.answer(answer);
            }
            _ => {}
        }
    }
}
