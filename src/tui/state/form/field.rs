//! One field of a form: what is typed, toggled or chosen in it, whatever its kind.

use crossterm::event::{KeyCode, KeyEvent};

use super::{LineList, OverlapField, ProjectPicker, TimeField};
use crate::model::pasted;
use crate::tui::state::dialog::Context;
use crate::tui::state::hidden::HiddenField;
use crate::tui::state::text::TextField;

/// How a field is entered, and its content.
#[derive(Debug)]
pub enum FieldInput {
    Text(TextField),
    /// Text that is not shown while it is typed.
    Hidden(HiddenField),
    /// An instant as people say it.
    Time(TimeField),
    Overlap(OverlapField),
    Toggle {
        on: bool,
        /// What it means to be on.
        meaning: &'static str,
    },
    /// One of a few.
    Choice {
        options: Vec<&'static str>,
        chosen: usize,
    },
    Lines(LineList),
    Project(Box<ProjectPicker>),
}

/// Whether a field is there, and can have the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Editable,
    /// It is shown, and can't be changed.
    Fixed,
    Absent,
}

#[derive(Debug)]
pub struct FormField {
    pub name: &'static str,
    /// As the server calls it in its refusals; two fields that make one value have the same.
    pub wire_name: &'static str,
    pub label: &'static str,
    pub input: FieldInput,
    pub presence: Presence,
    /// What may be entered, in a few words; may be empty.
    hint: &'static str,
    /// Whether the hint goes once something is typed.
    is_example: bool,
    /// What each option of a choice means; may be empty.
    explained: Vec<&'static str>,
    /// What stood there when the form was opened.
    first: String,
    /// What became of the last paste, where the field doesn't have all of it; the next key takes it away.
    of_paste: Option<String>,
}

impl FormField {
    pub fn text(name: &'static str, label: &'static str, value: &str, hint: &'static str) -> Self {
        Self::new(name, label, hint, FieldInput::Text(TextField::new(value)))
    }

    pub fn hidden(name: &'static str, label: &'static str, hint: &'static str) -> Self {
        Self::new(name, label, hint, FieldInput::Hidden(HiddenField::default()))
    }

    pub fn toggle(name: &'static str, label: &'static str, on: bool, meaning: &'static str) -> Self {
        Self::new(name, label, "", FieldInput::Toggle { on, meaning })
    }

    pub fn choice(
        name: &'static str,
        label: &'static str,
        options: Vec<&'static str>,
        chosen: usize,
        hint: &'static str,
    ) -> Self {
        Self::new(name, label, hint, FieldInput::Choice { options, chosen })
    }

    pub fn new(name: &'static str, label: &'static str, hint: &'static str, input: FieldInput) -> Self {
        let mut field = Self {
            name,
            wire_name: name,
            label,
            hint,
            is_example: false,
            input,
            presence: Presence::Editable,
            explained: Vec::new(),
            first: String::new(),
            of_paste: None,
        };
        field.first = field.value().to_owned();
        field
    }

    /// Says of each option of a choice what it means.
    #[must_use]
    pub fn explained(mut self, meanings: Vec<&'static str>) -> Self {
        self.explained = meanings;
        self
    }

    /// Its hint is an example, which goes once something is typed.
    #[must_use]
    pub fn with_example(mut self) -> Self {
        self.is_example = true;
        self
    }

    /// Makes it part of the value that the server calls so.
    #[must_use]
    pub fn part_of(mut self, wire_name: &'static str) -> Self {
        self.wire_name = wire_name;
        self
    }

    /// What may be entered, or what the chosen option means.
    pub fn hint(&self) -> &'static str {
        match &self.input {
            FieldInput::Choice { chosen, .. } => self.explained.get(*chosen).copied().unwrap_or(self.hint),
            _ if self.is_example && !self.value().trim().is_empty() => "",
            _ => self.hint,
        }
    }

    /// The text, or the chosen option; nothing of what is hidden, and nothing of lists.
    pub fn value(&self) -> &str {
        match &self.input {
            FieldInput::Text(text) => text.value(),
            FieldInput::Time(time) => time.text().value(),
            FieldInput::Overlap(overlap) => overlap.text().value(),
            FieldInput::Project(picker) => picker.text().value(),
            FieldInput::Choice { options, chosen } => options.get(*chosen).copied().unwrap_or_default(),
            FieldInput::Hidden(_) | FieldInput::Toggle { .. } | FieldInput::Lines(_) => "",
        }
    }

    pub fn is_on(&self) -> bool {
        matches!(self.input, FieldInput::Toggle { on: true, .. })
    }

    pub fn is_dirty(&self) -> bool {
        match &self.input {
            FieldInput::Hidden(text) => !text.is_empty(),
            _ => self.value() != self.first,
        }
    }

    /// Why this content can't stay, whatever it was meant to be. A project says it by itself.
    pub(super) fn refusal(&self) -> Option<String> {
        match &self.input {
            FieldInput::Text(text) => pasted::refuse(text.value()).err(),
            FieldInput::Time(time) => pasted::refuse(time.text().value()).err(),
            FieldInput::Overlap(overlap) => pasted::refuse(overlap.text().value()).err(),
            FieldInput::Lines(list) => {
                let mut lines = list.lines().iter();
                lines.find_map(|line| pasted::refuse(line.value()).err())
            }
            _ => None,
        }
    }

    /// What became of the last paste, where the field doesn't have all of it as it was pasted.
    pub fn of_paste(&self) -> Option<&str> {
        self.of_paste.as_deref()
    }

    /// Takes a key that edits the content; `false` when it means something else.
    pub(super) fn typed(&mut self, key: KeyEvent, cx: &mut Context) -> bool {
        let taken = self.edited(key, cx);
        if taken {
            self.of_paste = None;
        }
        taken
    }

    fn edited(&mut self, key: KeyEvent, cx: &mut Context) -> bool {
        match &mut self.input {
            FieldInput::Text(text) => text.handle(key),
            FieldInput::Time(time) => time.edit(cx.moment(), |text| text.handle(key)),
            FieldInput::Overlap(overlap) => overlap.text_mut().handle(key),
            FieldInput::Hidden(text) => text.handle(key),
            FieldInput::Lines(list) => list.handle(key),
            FieldInput::Project(picker) => picker.typed(key, cx),
            FieldInput::Toggle { .. } => key.code == KeyCode::Char(' ') && self.switch(),
            FieldInput::Choice { .. } => match key.code {
                KeyCode::Char(' ') => self.choose(1),
                KeyCode::Char(digit) => self.choose_by_digit(digit),
                _ => false,
            },
        }
    }

    pub(super) fn pasted(&mut self, pasted: &str, cx: &mut Context) {
        self.of_paste = match &mut self.input {
            FieldInput::Text(text) => text.paste(pasted),
            FieldInput::Time(time) => time.edit(cx.moment(), |text| text.paste(pasted)),
            FieldInput::Overlap(overlap) => overlap.text_mut().paste(pasted),
            // It takes one more than is valid, so that what is too long is refused.
            FieldInput::Hidden(text) => {
                text.paste(pasted);
                None
            }
            FieldInput::Lines(list) => list.paste(pasted),
            FieldInput::Project(picker) => picker.pasted(pasted, cx),
            FieldInput::Toggle { .. } | FieldInput::Choice { .. } => None,
        };
    }

    /// Switches a toggle; `false` when it isn't one.
    pub(super) fn switch(&mut self) -> bool {
        match &mut self.input {
            FieldInput::Toggle { on, .. } => *on = !*on,
            _ => return false,
        }
        true
    }

    /// Steps through the options of a choice; `false` when it isn't one.
    pub(super) fn choose(&mut self, step: isize) -> bool {
        let FieldInput::Choice { options, chosen } = &mut self.input else {
            return false;
        };
        let last = options.len().saturating_sub(1);
        *chosen = chosen.saturating_add_signed(step).min(last);
        true
    }

    fn choose_by_digit(&mut self, digit: char) -> bool {
        let number = digit.to_digit(10).and_then(|digit| digit.checked_sub(1));
        match (&mut self.input, number) {
            (FieldInput::Choice { options, chosen }, Some(number)) if (number as usize) < options.len() => {
                *chosen = number as usize;
                true
            }
            _ => false,
        }
    }

    /// Moves within a field of several lines; `false` at its ends, and in all others.
    pub(super) fn move_within(&mut self, step: isize) -> bool {
        match &mut self.input {
            FieldInput::Lines(list) => list.move_by(step),
            FieldInput::Project(picker) => picker.move_by(step),
            _ => false,
        }
    }

    /// Takes over the content of a field of the same kind.
    pub fn take(&mut self, from: &FormField) {
        match (&mut self.input, &from.input) {
            (FieldInput::Text(text), FieldInput::Text(taken)) => text.set(taken.value()),
            (FieldInput::Time(time), FieldInput::Time(taken)) => *time = taken.clone(),
            (FieldInput::Toggle { on, .. }, FieldInput::Toggle { on: taken, .. }) => *on = *taken,
            (FieldInput::Lines(list), FieldInput::Lines(taken)) => {
                *list = LineList::new(taken.of, &taken.values());
            }
            _ => {}
        }
    }
}
