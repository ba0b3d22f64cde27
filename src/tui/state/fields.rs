//! Fields one below the other, of which one has the focus: what sheets are made of.

use crossterm::event::KeyEvent;

use super::hidden::HiddenField;
use super::text::TextField;
use crate::model::{FieldErrors, Secret, pasted};

/// What is typed or chosen in a field.
#[derive(Debug)]
pub enum FieldKind {
    Text(TextField),
    /// Text that is not shown while it is typed.
    Hidden(HiddenField),
    /// One of a few.
    Choice {
        options: Vec<&'static str>,
        chosen: usize,
    },
}

#[derive(Debug)]
pub struct SheetField {
    /// As the server calls it in its refusals.
    pub name: &'static str,
    pub label: &'static str,
    /// What may be entered, in a few words; may be empty.
    pub hint: &'static str,
    pub entry: FieldKind,
    pub error: Option<String>,
    /// What each option of a choice means; may be empty.
    explained: Vec<&'static str>,
    /// What stood there when the sheet was opened.
    first: String,
}

impl SheetField {
    pub fn text(name: &'static str, label: &'static str, value: &str, hint: &'static str) -> Self {
        Self::new(name, label, hint, FieldKind::Text(TextField::new(value)))
    }

    pub fn hidden(name: &'static str, label: &'static str, hint: &'static str) -> Self {
        Self::new(name, label, hint, FieldKind::Hidden(HiddenField::default()))
    }

    pub fn choice(
        name: &'static str,
        label: &'static str,
        options: Vec<&'static str>,
        chosen: usize,
        hint: &'static str,
    ) -> Self {
        Self::new(name, label, hint, FieldKind::Choice { options, chosen })
    }

    fn new(name: &'static str, label: &'static str, hint: &'static str, entry: FieldKind) -> Self {
        let mut field = Self {
            name,
            label,
            hint,
            entry,
            error: None,
            explained: Vec::new(),
            first: String::new(),
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

    /// What may be entered, or what the chosen option means.
    pub fn hint(&self) -> &'static str {
        match &self.entry {
            FieldKind::Choice { chosen, .. } => self.explained.get(*chosen).copied().unwrap_or(self.hint),
            FieldKind::Text(_) | FieldKind::Hidden(_) => self.hint,
        }
    }

    /// The text, or the chosen option; nothing of what is hidden.
    pub fn value(&self) -> &str {
        match &self.entry {
            FieldKind::Text(text) => text.value(),
            FieldKind::Hidden(_) => "",
            FieldKind::Choice { options, chosen } => options.get(*chosen).copied().unwrap_or_default(),
        }
    }

    pub fn is_dirty(&self) -> bool {
        match &self.entry {
            FieldKind::Hidden(text) => !text.is_empty(),
            _ => self.value() != self.first,
        }
    }

    /// Why what stands here can't stay, whatever it was meant to be.
    fn refusal(&self) -> Option<String> {
        match &self.entry {
            FieldKind::Text(text) => pasted::refuse(text.value()).err(),
            FieldKind::Hidden(_) | FieldKind::Choice { .. } => None,
        }
    }

    /// Takes a key that edits text; `false` when it means something else.
    fn handle(&mut self, key: KeyEvent) -> bool {
        match &mut self.entry {
            FieldKind::Text(text) => text.handle(key),
            FieldKind::Hidden(text) => text.handle(key),
            FieldKind::Choice { .. } => false,
        }
    }

    fn paste(&mut self, pasted: &str) {
        match &mut self.entry {
            FieldKind::Text(text) => text.paste(pasted),
            FieldKind::Hidden(text) => text.paste(pasted),
            FieldKind::Choice { .. } => return,
        }
        self.error = self.refusal();
    }

    pub fn choose(&mut self, step: isize) {
        if let FieldKind::Choice { options, chosen } = &mut self.entry {
            *chosen = chosen
                .saturating_add_signed(step)
                .min(options.len().saturating_sub(1));
        }
    }
}

#[derive(Debug)]
pub struct Fields {
    pub list: Vec<SheetField>,
    pub focus: usize,
}

impl Fields {
    pub fn new(list: Vec<SheetField>) -> Self {
        Self { list, focus: 0 }
    }

    /// What was entered in the field of this name, trimmed.
    pub fn value(&self, name: &str) -> &str {
        let field = self.list.iter().find(|field| field.name == name);
        field.map_or("", |field| field.value().trim())
    }

    /// What was typed unseen in the field of this name.
    pub fn secret(&self, name: &str) -> Option<Secret> {
        self.list.iter().find_map(|field| match &field.entry {
            FieldKind::Hidden(text) if field.name == name => text.secret(),
            _ => None,
        })
    }

    pub fn focused_mut(&mut self) -> Option<&mut SheetField> {
        self.list.get_mut(self.focus)
    }

    /// Gives the focused field its key; `false` when it means something else.
    pub fn handle_text(&mut self, key: KeyEvent) -> bool {
        let Some(field) = self.focused_mut() else {
            return false;
        };
        let taken = field.handle(key);
        if taken {
            field.error = field.refusal();
        }
        taken
    }

    pub fn handle_paste(&mut self, pasted: &str) {
        if let Some(field) = self.focused_mut() {
            field.paste(pasted);
        }
    }

    /// Moves the focus round `stops`, the fields and what stands behind them.
    pub fn move_focus(&mut self, step: isize, stops: usize) {
        let stops = stops.max(1) as isize;
        self.focus = (self.focus as isize + step).rem_euclid(stops) as usize;
    }

    /// Puts what is wrong beside the fields; what is about none of them comes back.
    pub fn mark(&mut self, errors: &FieldErrors) -> Option<String> {
        let mut elsewhere = None;
        for error in &errors.0 {
            match self.list.iter_mut().find(|field| field.name == error.field) {
                Some(field) => field.error = Some(error.message.clone()),
                None => elsewhere = Some(error.message.clone()),
            }
        }
        elsewhere
    }

    pub fn focus_first_error(&mut self) {
        if let Some(first) = self.list.iter().position(|field| field.error.is_some()) {
            self.focus = first;
        }
    }

    /// Nothing is wrong any more, but for what can't stay whatever is asked; whether there is such.
    pub fn clear_errors(&mut self) -> bool {
        self.list
            .iter_mut()
            .for_each(|field| field.error = field.refusal());
        self.list.iter().any(|field| field.error.is_some())
    }
}
