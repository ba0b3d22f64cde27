//! The create and edit forms of keys: a field a line, its error under it, the buttons always in sight.

use ratatui::layout::Position;
use ratatui::text::Line;

use super::{KeyForm, SCOPE};
use crate::api::Key;
use crate::model::{KeyField, Scope, Shown, what_is_edited};
use crate::tui::keymap::{Action, Keymap, Layer};
use crate::tui::state::dialog::Dialog;
use crate::tui::state::form::Presence;
use crate::tui::view::form_lines::FormLines;
use crate::tui::view::{Canvas, Draw, dialog, fields, text};

const EDIT: &str = "Edit ";

impl Draw for KeyForm {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let mut lines = FormLines::of(&self.form, canvas.screen, canvas.look);
        if let Some(banner) = &self.form.banner {
            lines.banner(banner);
        }
        let (title, sending) = match &self.editing {
            Some(key) => {
                which(key, &mut lines);
                (format!("{EDIT}{}", key.name), "Saving…")
            }
            None => ("Create a key".into(), "Creating…"),
        };
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
        Scope::Web => "for web pages; its UI domains say which",
        Scope::Mobile => "for mobile apps; its bundle identifiers say which",
        Scope::Analytics => "reads the whole organisation; its secret is shown once",
    }
}
