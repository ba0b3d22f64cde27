//! The create and edit forms of keys: a field a line, its error under it, the buttons always in sight.

use ratatui::layout::Position;
use ratatui::text::Line;

use super::{KeyForm, SCOPE};
use crate::api::Key;
use crate::model::{KeyField, Scope, Shown, what_is_edited};
use crate::tui::keymap::{Action, Keymap, Layer};
use crate::tui::plain::form;
use crate::tui::plain::spoken::{Speak, Spoken, UNBROKEN};
use crate::tui::state::App;
use crate::tui::state::dialog::Dialog;
use crate::tui::state::form::Presence;
use crate::tui::view::form_lines::FormLines;
use crate::tui::view::{Canvas, Draw, Look, dialog, fields, text};

const EDIT: &str = "Edit ";

impl Draw for KeyForm {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let mut lines = FormLines::of(&self.form, canvas.screen, canvas.look);
        if let Some(banner) = &self.form.banner {
            lines.banner(banner);
        }
        let (title, sending) = titles(self);
        if let Some(key) = &self.editing {
            which(key, &mut lines);
        }
        for (index, field) in self.form.fields.iter().enumerate() {
            if field.presence == Presence::Absent {
                continue;
            }
            fields::render_one(&mut lines, &self.form, index, field);
            if field.name == SCOPE {
                if self.editing.is_none() {
                    lines.hint(&self.about_scope(&canvas.app.keymap));
                }
                lines.plain(Line::default());
            }
        }
        lines.show(canvas, &title, &self.form, sending)
    }
}

/// What it is called, and what is said while it is sent.
fn titles(form: &KeyForm) -> (String, &'static str) {
    match &form.editing {
        Some(key) => (format!("{EDIT}{}", key.name), "Saving…"),
        None => ("Create a key".into(), "Creating…"),
    }
}

impl KeyForm {
    /// What the scope means, and which key chooses another.
    fn about_scope(&self, keymap: &Keymap) -> String {
        let about = about(self.scope());
        let key = keymap.key_of(Layer::Form, Action::NextScope);
        match key.filter(|_| self.available(Action::NextScope).is_ok()) {
            Some(key) => format!("{about}; {key} changes it"),
            None => about.to_owned(),
        }
    }
}

/// What tells the key from others; its name, too, where the title has no room for all of it.
fn which(key: &Key, lines: &mut FormLines) {
    let width = lines.width;
    if text::width(Shown::new(&key.name).as_str()) + EDIT.len() + 2 > width {
        for line in dialog::name(&key.name, width, lines.look.theme.strong()) {
            lines.plain(line);
        }
    }
    for line in dialog::which_key(key, width, lines.look) {
        lines.plain(line);
    }
    if !KeyField::Name.is_edited_of(key.scope) {
        for line in text::wrap(&what_is_edited(key.scope), width) {
            lines.plain(Line::styled(line, lines.look.theme.faint()));
        }
    }
}

fn about(scope: Scope) -> &'static str {
    match scope {
        Scope::Web => "for pages or webviews on its UI domains",
        Scope::Mobile => "for native apps; its bundle identifiers say which",
        Scope::Analytics => "reads the whole organisation; its secret is shown once",
    }
}

impl Speak for KeyForm {
    fn speak(&self, app: &App, look: &Look) -> Spoken {
        let mut spoken = form::spoken(&self.form, look);
        let (title, sending) = titles(self);
        spoken.title = title;
        spoken = match &self.editing {
            Some(key) => spoken.lines(dialog::which_key(key, UNBROKEN, look)),
            None if self.form.sending => spoken,
            None => spoken.line(self.about_scope(&app.keymap)),
        };
        if let Some(key) = self
            .editing
            .as_ref()
            .filter(|key| !KeyField::Name.is_edited_of(key.scope))
        {
            spoken.lines.push(what_is_edited(key.scope).to_string());
        }
        spoken.doing(self.form.sending.then_some(sending))
    }
}
