//! Two people edited the same key: what the first changed, field by field, beside what the second
//! typed, who chooses.

use super::form::{Field, Form};
use crate::api::Key;

/// Whose value is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Mine,
    Theirs,
}

/// A field in which the three states differ.
#[derive(Debug)]
pub struct Line {
    pub field: Field,
    pub label: &'static str,
    /// As it was when the form opened.
    pub before: String,
    pub mine: String,
    pub theirs: String,
    pub side: Side,
}

impl Line {
    /// Whether both changed it, and differently: the only case that needs a decision.
    pub fn is_contested(&self) -> bool {
        self.mine != self.before && self.theirs != self.before && self.mine != self.theirs
    }
}

#[derive(Debug)]
pub struct Conflict {
    /// The key as it is now.
    pub current: Box<Key>,
    pub lines: Vec<Line>,
    pub selected: usize,
}

const FIELDS: [(Field, &str); 4] = [
    (Field::Name, "Name"),
    (Field::Domains, "UI domains"),
    (Field::LocalToggle, "Local development"),
    (Field::Persistence, "Cross-page persistence"),
];

impl Conflict {
    /// Compares the form with the key as it is now. What only they changed is theirs, what only I
    /// changed is mine; where both did, mine is proposed.
    pub fn new(form: &Form, current: Box<Key>) -> Self {
        let before = form.editing.as_deref();
        let lines = FIELDS
            .into_iter()
            .map(|(field, label)| Line {
                field,
                label,
                before: before.map(|key| of_key(key, field)).unwrap_or_default(),
                mine: of_form(form, field),
                theirs: of_key(&current, field),
                side: Side::Mine,
            })
            .filter(|line| line.mine != line.theirs)
            .map(|line| Line {
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
        let changed = self.lines.iter().find(|line| line.field == Field::Name);
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

    /// The form after the choices: based on the key as it is now, so that only mine is sent.
    pub fn settle(self, form: Form) -> Form {
        let mut settled = Form::edit(*self.current);
        for line in &self.lines {
            if line.side == Side::Theirs {
                continue;
            }
            match line.field {
                Field::Name => settled.name.set(form.name.value()),
                Field::Domains => {
                    settled.domains = super::form::DomainList::new(form.scope, &form.domains.values())
                }
                Field::LocalToggle => {
                    settled.local = form.local;
                    settled.local_address.set(form.local_address.value());
                }
                Field::Persistence => settled.persistence = form.persistence,
                _ => {}
            }
        }
        settled
    }
}

const OFF: &str = "off";

fn on_off(on: bool) -> String {
    if on { "on".into() } else { OFF.into() }
}

fn of_key(key: &Key, field: Field) -> String {
    match field {
        Field::Name => key.name.clone(),
        Field::Domains => key
            .ui_domains
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n"),
        Field::LocalToggle => key
            .local_development
            .map_or_else(|| OFF.into(), |address| address.to_string()),
        Field::Persistence => on_off(key.cross_page_persistence),
        _ => String::new(),
    }
}

fn of_form(form: &Form, field: Field) -> String {
    match field {
        Field::Name => form.name.value().trim().to_owned(),
        Field::Domains => form.domains.values().join("\n"),
        Field::LocalToggle if form.local => form.local_address.value().trim().to_owned(),
        Field::LocalToggle => OFF.into(),
        Field::Persistence => on_off(form.persistence),
        _ => String::new(),
    }
}
